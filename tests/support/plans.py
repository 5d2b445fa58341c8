"""Plans for `flags get`, made from numbers: which faults a server has, which
items are asked for and how; and what must become of each, by the server's
forecast. A plan has paths of its own, so that one server is enough for many.
"""

import dataclasses
import random

CODES = "br us de fr jp cn in id zz aa it gb".split()
MISSING = {"zz", "aa"}
GOOD, FAILS, PASSES, LACKING = "good", "fails", "passes", "lacking"

# What an attempt ends in, where there is a file, and where there is none: an
# error's status decides, if it can be read at all. PASSES: worth another one.
FAULTS = {
    "status=503": (PASSES, PASSES),
    "status=500": (PASSES, PASSES),
    "status=429,retry-after=0": (PASSES, PASSES),
    "status=418": (FAILS, FAILS),
    "status=404": (LACKING, LACKING),
    "truncate=50%": (PASSES, LACKING),
    "reset=headers": (PASSES, LACKING),
    "reset=body:50%": (PASSES, LACKING),
    "empty": (PASSES, PASSES),
    "close=headers": (PASSES, LACKING),
    "html": (FAILS, FAILS),
    "garbage": (FAILS, FAILS),
    "bad-chunk": (FAILS, LACKING),
    "delay=5ms": (GOOD, LACKING),
    "delay=uniform:.001:.01": (GOOD, LACKING),
    None: (GOOD, LACKING),
}
# These end a kept connection before a byte of the answer: it is asked for once
# more, silently.
UNANSWERED = {"reset=headers", "empty", "garbage"}
# Answers that are complete: of others the server may take the end for later
# than the client, who then asks for the next already.
PROMPT = {fault for fault in FAULTS
          if not fault or fault.startswith(("status", "delay"))}


@dataclasses.dataclass
class Plan:
    number: int
    rules: list
    codes: list
    options: list
    retries: int
    all_errors: bool
    delay_ms: int
    most: int  # requests in flight

    def path(self, code):
        return f"/flags/p{self.number}/{code}/{code}.gif"

    def arguments(self, strategy):
        """Those of `get`, beside where from and where to."""
        at = self.options.index("-m")
        options = (self.options[:at] + self.options[at + 2:]
                   if strategy == "sequential" else self.options)
        if strategy == "async":  # by one loop, two or three
            options = options + ["--loops", str(1 + self.number % 3)]
        return ["-S", strategy, *options, *self.codes]


def plan_of(number):
    draw = random.Random(number)
    place = f"@/flags/p{number}/"
    faults = [fault for fault in FAULTS
              if fault and fault != "delay=uniform:.001:.01"]
    rules = []
    for _ in range(draw.randrange(5)):
        rule = f"{draw.choice(faults)} {place}"
        rule += f"{draw.choice(CODES)[0]}*/*" if draw.random() < .7 else "**"
        if draw.random() < .6:
            rule += f" #{draw.choice(['1', '2', '1,3', '2-'])}"
        if draw.random() < .5:
            rule += f" %{draw.randrange(20, 90)}"
        rules.append(rule)
    if draw.random() < .4:
        rules.append(f"delay=uniform:.001:.01 {place}**")
    retries = draw.randrange(4)
    all_errors = draw.random() < .4
    delay_ms = draw.choice((0, 3, 40))
    most = draw.choice((1, 2, 3, 8))
    options = ["-m", str(most), "--retry", str(retries),
               "--retry-delay", f"{delay_ms}ms"]
    if draw.random() < .3:
        most = min(most, draw.randrange(1, 4))
        options += ["--max-host", str(most)]
    if draw.random() < .3:
        options += ["--rate", f"{draw.randrange(200, 900)}/s"]
    if all_errors:
        options += ["--retry-all-errors"]
    if draw.random() < .3:
        options += ["--reuse", "no"]
    codes = draw.sample(CODES, draw.randrange(1, len(CODES)))
    return Plan(number, rules, codes, options, retries, all_errors, delay_ms,
                most)


@dataclasses.dataclass
class Expected:
    """What must become of an item, and what the server sees of it."""
    status: str
    attempts: int
    requests_most: int  # at least: one an attempt
    waits: list         # whether there is a wait after each attempt but one
    is_prompt: bool     # client and server agree on when each answer ends


def expected(plan, code, forecast):
    """By the forecast of the item's path: the rules that its attempts meet."""
    requests = 0
    waits = []
    is_prompt = True
    for number, met in enumerate(forecast["attempts"], 1):
        fault = met["rule"] and met["rule"].split(" @")[0]
        end = FAULTS[fault][code in MISSING]
        requests += 2 if fault in UNANSWERED else 1
        is_prompt &= fault in PROMPT
        again = end == PASSES or (end == FAILS and plan.all_errors)
        if not again or number == plan.retries + 1:
            status = {GOOD: "ok", LACKING: "not_found"}.get(end, "error")
            return Expected(status, number, requests, waits, is_prompt)
        waits.append("retry-after" not in fault and fault in PROMPT)
    raise AssertionError("the forecast is too short")


def exit_status(items):
    """Of a run in which each item was named."""
    ends = {item.status for item in items.values()}
    if "error" in ends:
        return 1 if "ok" in ends else 3
    return 4 if "not_found" in ends else 0
