"""
Many plans, each by all strategies: seeds, faults and options decide what every
item meets, so status, attempts, bytes and name must be the same in each.

FLAGS_PLANS     how many (default: 20)
FLAGS_PLAN      the only one, by its number: what a failure prints
"""

import json
import os
import random
import shutil

import harness
from harness import Case, STRATEGIES

PLANS = int(os.environ.get("FLAGS_PLANS", "20"))
ONLY = os.environ.get("FLAGS_PLAN")
CODES = "br us de fr jp cn in id zz aa it gb".split()
FAULTS = ("status=503", "status=500", "status=418", "status=404",
          "status=429,retry-after=0", "truncate=50%", "reset=headers",
          "reset=body:50%", "empty", "close=headers", "html", "garbage",
          "bad-chunk", "delay=5ms")


def plan_of(number):
    """The server's options, and those of `get`."""
    draw = random.Random(number)
    server = ["--seed", str(number)]
    for _ in range(draw.randrange(5)):
        rule = draw.choice(FAULTS)
        if draw.random() < .7:
            rule += f" @/flags/{draw.choice(CODES)[0]}*/*"
        if draw.random() < .6:
            rule += f" #{draw.choice(['1', '2', '1,3', '2-'])}"
        if draw.random() < .5:
            rule += f" %{draw.randrange(20, 90)}"
        server += ["--fault", rule]
    if draw.random() < .4:
        server += ["--delay", "uniform:.001:.01"]
    options = draw.sample(CODES, draw.randrange(1, len(CODES)))
    options += ["-m", str(draw.choice((1, 2, 3, 8))),
                "--retry", str(draw.randrange(4)),
                "--retry-delay", f"{draw.randrange(20)}ms"]
    if draw.random() < .3:
        options += ["--max-host", str(draw.randrange(1, 4))]
    if draw.random() < .3:
        options += ["--rate", f"{draw.randrange(200, 900)}/s"]
    if draw.random() < .4:
        options += ["--retry-all-errors"]
    if draw.random() < .3:
        options += ["--reuse", "no"]
    return server, options


class Plans(Case):
    def outcome(self, strategy, server, options):
        shutil.rmtree(self.out, ignore_errors=True)
        if strategy == "sequential":
            options = [word for word in options]
            at = options.index("-m")
            del options[at:at + 2]
        run = self.get("-S", strategy, "-s", server.url, *options, "-q",
                       "--json", env={"FLAGS_ORIGIN": server.url})
        report = json.loads(run.stdout)
        items = {item["item"]: (item["status"], item["attempts"],
                                item["bytes"], item.get("file"))
                 for item in report["items"]}
        return run.status, items, sorted(
            (path.name, path.stat().st_size) for path in self.out.iterdir()
            if path.name != ".flags-manifest.jsonl")

    def test_end_alike_in_every_strategy(self):
        for number in [int(ONLY)] if ONLY else range(1, PLANS + 1):
            faults, options = plan_of(number)
            server = self.serve(*faults)
            first = self.outcome(STRATEGIES[0], server, options)
            for strategy in STRATEGIES[1:]:
                self.assertEqual(
                    self.outcome(strategy, server, options), first,
                    f"{strategy} differs from {STRATEGIES[0]} in plan "
                    f"{number}: repeat it by\n  FLAGS_PLAN={number} "
                    f"meson test -C BUILD plans\n  flags serve "
                    f"{faults}\n  flags get {options}")


if __name__ == "__main__":
    harness.main()
