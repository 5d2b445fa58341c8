"""
As many workers on aiohttp, as one writes it.

usage: aiohttp_pool.py LIST DIRECTORY IN-FLIGHT     lines of LIST: URL, tab, name
"""

import asyncio
import os
import sys

import aiohttp


async def work(session, lines, directory):
    for line in lines:  # one iterator for all of them
        url, name = line.rstrip("\n").split("\t")
        async with session.get(url) as answer:
            answer.raise_for_status()
            body = await answer.read()
        path = os.path.join(directory, name)
        with open(path + ".part", "wb") as file:
            file.write(body)
        os.rename(path + ".part", path)


async def main(listed, directory, count):
    connector = aiohttp.TCPConnector(limit=count)
    async with aiohttp.ClientSession(connector=connector) as session:
        with open(listed) as lines:
            await asyncio.gather(*(work(session, lines, directory)
                                   for _ in range(count)))


asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
