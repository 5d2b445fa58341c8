"""Which turn of the loop each thing happens in, by CPython 3.11.

Prints the traces turns_*.trace, which the C scenarios of the same names must
print: python3 turns.py NAME > turns_NAME.trace.
"""
import asyncio
import importlib
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.append(str(pathlib.Path(__file__).parent.parent / "differential"))

import ticker


async def main(scenario):
    try:
        await scenario()
    finally:
        ticker.stop()


for scenario in importlib.import_module("turns_" + sys.argv[1]).SCENARIOS:
    name, scenario = scenario if isinstance(scenario, tuple) else (scenario.__name__, scenario)
    ticker.begin(name)
    loop = ticker.VirtualLoop()
    asyncio.set_event_loop(loop)
    loop.run_until_complete(main(scenario))
    loop.close()
