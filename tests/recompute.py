#!/usr/bin/env python3
"""
Compute what `flags compare` reports from what it measured, independently:
nothing of the program is used but the runs in its JSON.

    recompute.py COMPARISON.json [REPORT.txt]

Each figure of each cell in the JSON has to be what its runs say: medians, means
and deviations, quantiles of requests and of their lateness, Hodges-Lehmann
ratios with Mann-Whitney bounds (of several seeds, by samples), outliers, the
ideal as a list schedule over the delays and what is added to them, overhead and
efficiency. Each number in the tables of the report has to
be that figure, rounded, and so has each in the sentences about runs that are
counted, speeds, ideals and the parts of overheads. What differs is named, and the status is 1.
"""

import heapq
import json
import math
import random
import re
import statistics
import sys

MEDIANS = ("process", "threads", "peak_rss", "user", "system", "descriptors",
           "voluntary", "involuntary", "connections", "peak_in_flight",
           "requests", "span", "server_bytes", "p50", "p90", "p99", "answer_p50", "late_p50",
           "late_p90", "late_p99", "connecting", "client_wait", "server_wait",
           "server_late", "start_cpu", "cpu_pressure")
SUMS = {"cpu": ("user", "system"), "switches": ("voluntary", "involuntary")}

# The titles of the report's columns; those without a table are everywhere the
# same.
TITLES = {
    "cell": {"runs": "run_count"},
    "spread": {"std. dev.": "stddev", "request p50": "p50"},
    "overhead": {"lateness p50": "late_p50", "p90": "late_p90",
                 "p99": "late_p99", "client waited": "client_wait",
                 "server waited": "server_wait",
                 "server late": "server_late"},
    "costs": {"peak memory": "peak_rss", "CPU": "cpu"},
    "requests": {"peak in flight": "peak_in_flight",
                 "bytes sent": "server_bytes", "in runs": "error_runs",
                 "left out": "invalid"},
}
# Rows without numbers.
WITHOUT = [["no run counts"], ["left out"]]
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1, "%": .01, "B": 1, "KiB": 1 << 10,
         "MiB": 1 << 20, "GiB": 1 << 30, "": 1}


def known(values):
    return [value for value in values if value is not None]


def median(values):
    values = known(values)
    return statistics.median(values) if values else None


def quantile(values, q):
    """Definition 7 of Hyndman and Fan."""
    values = sorted(known(values))
    if not values:
        return None
    position = (len(values) - 1) * q
    lower = math.floor(position)
    upper = min(lower + 1, len(values) - 1)
    return values[lower] + (position - lower) * (values[upper] - values[lower])


def cut(a, b, error):
    """How many of the pairs are beyond each bound: the greatest k such that
    fewer than k pairs with x > y come with a probability of error / 2 at most,
    by counting the orders of a and b values."""
    ways = {}

    def orders(i, j, u):
        if u < 0:
            return 0
        if i == 0 or j == 0:
            return int(u == 0)
        if (i, j, u) not in ways:
            ways[i, j, u] = orders(i - 1, j, u - j) + orders(i, j - 1, u)
        return ways[i, j, u]

    all_orders = math.comb(a + b, a)
    below = 0
    for k in range(a * b // 2 + 1):
        below += orders(a, b, k)
        if below / all_orders > error / 2:
            return k
    return a * b // 2 + 1


def ratio(over, under, error):
    """Hodges and Lehmann, with the bounds of Mann and Whitney."""
    if not over or not under:
        return {"value": None, "low": None, "high": None}
    if over is under:
        return {"value": 1, "low": 1, "high": 1}
    pairs = sorted(x / y for x in over for y in under)
    middle = math.sqrt(pairs[(len(pairs) - 1) // 2] * pairs[len(pairs) // 2])
    k = cut(len(over), len(under), error)
    if min(len(over), len(under)) < 5 or k == 0:
        return {"value": middle, "low": None, "high": None}
    return {"value": middle, "low": pairs[k - 1], "high": pairs[-k]}


def by_seed(runs):
    groups = {}
    for run in runs:
        groups.setdefault(run["seed"], []).append(run["observed"])
    return groups


def t_bound(chance, degrees):
    """The t that Student's is beyond, on either side, with that probability:
    by the integral of its density."""
    def density(x):
        return (1 + x * x / degrees) ** (-(degrees + 1) / 2)

    scale = (math.gamma((degrees + 1) / 2) / math.gamma(degrees / 2)
             / math.sqrt(degrees * math.pi))
    step, t, inside = .001, 0.0, 0.0
    while inside < 1 - chance and t < 1000:
        inside += 2 * scale * step * (density(t) + density(t + step)) / 2
        t += step
    return t


def weathers_ratio(over, under, error):
    """The geometric mean of the ratios under each seed, with bounds by samples
    of the seeds and, of each, of the runs."""
    over, under = by_seed(over), by_seed(under)
    seeds = sorted(set(over) & set(under))
    if not seeds:
        return {"value": None, "low": None, "high": None}

    def middle(a, b):
        logs = sorted(math.log(x / y) for x in a for y in b)
        return (logs[(len(logs) - 1) // 2] + logs[len(logs) // 2]) / 2

    value = statistics.fmean(middle(over[s], under[s]) for s in seeds)
    if len(seeds) < 5:
        return {"value": math.exp(value), "low": None, "high": None}
    draw = random.Random(1)
    samples = [statistics.fmean(
        middle(draw.choices(over[s], k=len(over[s])),
               draw.choices(under[s], k=len(under[s])))
        for s in draw.choices(seeds, k=len(seeds))) for _ in range(2000)]
    reach = (statistics.stdev(samples)
             * math.sqrt(len(seeds) / (len(seeds) - 1))
             * t_bound(error, len(seeds) - 1))
    return {"value": math.exp(value), "low": math.exp(value - reach),
            "high": math.exp(value + reach)}


def outliers(values):
    """Iglewicz and Hoaglin's modified z-score, of ten values or more."""
    if len(values) < 10:
        return [False] * len(values)
    middle = statistics.median(values)
    distances = [abs(value - middle) for value in values]
    unit = statistics.median(distances) / .6745
    if unit == 0:
        unit = statistics.fmean(distances) * 1.253314
    return [distance > 3.5 * unit and distance > .05 * middle
            for distance in distances]


def delays(run, items):
    """What the server let each item wait: of its requests' times what is not
    lateness. None: it is not known of all of them."""
    sums = [0] * items
    columns = run["request_times"]
    if not columns["item"]:
        return None
    for item, time, late in zip(columns["item"], columns["time"],
                                columns["lateness"]):
        if late is None:
            return None
        sums[item] += time - late
    return sums


def seconds(text):
    """Of a constant delay; None: it is drawn, and nothing is said of it."""
    constant = re.fullmatch(r"(\d*\.?\d+)(us|ms|s|)", text)
    return constant and float(constant[1]) * UNITS[constant[2]]


def connecting(cell, report):
    """How long each place waits for its connection, before its first item."""
    delay = report["factors"]["connect_delay"]
    return seconds(delay) if delay and cell["reuse"] else 0


def lengths(cell, run, report):
    """How long each item takes in the ideal, but for a place's connection.
    None: that is not a sum of what is known here."""
    factors = report["factors"]
    each = 0
    if factors["work"] and cell["max_req"] > 1:
        return None  # computing is one after the other
    if cell["http"] != "1.1" and (factors["connect_delay"]
                                  or factors["bandwidth"]):
        return None  # what they share is no sum
    if factors["connect_delay"]:
        held = seconds(factors["connect_delay"])
        if held is None or cell["errors"]:
            return None
        each += 0 if cell["reuse"] else held
    if factors["bandwidth"]:
        if not factors["size"] or cell["errors"]:
            return None
        # In whole microseconds, each.
        each += round(factors["size"] / factors["bandwidth"], 6)
    waits = delays(run, report["items"])
    return waits and [wait + each + factors["work"] for wait in waits]


def list_schedule(lengths, places, first):
    """The end of all, if each starts in its turn as soon as there is a place,
    which has its first after so long."""
    free = [first] * min(places, len(lengths))
    for length in lengths:
        heapq.heapreplace(free, free[0] + length)
    return max(free)


class Check:
    def __init__(self):
        self.differences = []

    def same(self, what, found, expected, tolerance):
        if found is None or expected is None:
            if found is not expected:
                self.differences.append(f"{what}: {found}, not {expected}")
        elif abs(found - expected) > tolerance:
            self.differences.append(f"{what}: {found}, not {expected}")

    def near(self, what, found, expected):
        """But for the digits that the JSON has: nine of them, and whole
        microseconds in what is made of quantiles."""
        self.same(what, found, expected,
                  1.01e-6 + abs(expected or 0) * 1e-7)


def check_run(check, what, run):
    for prefix, column in (("", "time"), ("late_", "lateness")):
        for q in (50, 90, 99):
            check.near(f"{what}: {prefix}p{q}", run[f"{prefix}p{q}"],
                       quantile(run["request_times"][column], q / 100))
    check.near(f"{what}: answer_p50", run["answer_p50"],
               quantile(run["request_times"]["answer"], .5))
    waits = known((run["client_wait"], run["server_wait"]))
    disturbed = sum(waits) > .1 * run["observed"] if waits else None
    if run["disturbed"] is not disturbed:
        check.differences.append(f"{what}: disturbed")


def check_replaced(check, cell, report):
    """Each of them was disturbed, and was made again, once and later."""
    places = {run["number"]: run["place"] for run in cell["details"]}
    for run in cell["replaced"]:
        if not run["disturbed"] or not report["rerun_disturbed"]:
            check.differences.append(f"{cell['name']}: replaced without need")
        if places.get(run["number"], math.inf) < run["place"]:
            check.differences.append(f"{cell['name']}: replaced by an earlier")
    numbers = [run["number"] for run in cell["replaced"]]
    if len(set(numbers)) < len(numbers):
        check.differences.append(f"{cell['name']}: replaced twice")
    for run in cell["details"]:
        if (report["rerun_disturbed"] and run["disturbed"] and
                not report["interrupted"] and cell["invalid"] == 0 and
                run["number"] not in numbers):
            check.differences.append(f"{cell['name']}: not made again")


def check_cell(check, cell, report):
    name = cell["name"]
    runs = cell["details"]
    times = [run["observed"] for run in runs]

    check.same(f"{name}: runs", cell["run_count"], len(runs), 0)
    if [run["observed"] for run in runs] != cell["runs"]:
        check.differences.append(f"{name}: runs and details differ")
    for figure, of in (("median", statistics.median), ("mean", statistics.fmean),
                       ("min", min), ("max", max)):
        check.near(f"{name}: {figure}", cell[figure], of(times) if times else None)
    check.near(f"{name}: stddev", cell["stddev"],
               statistics.stdev(times) if len(times) > 1 else None)
    for figure in MEDIANS:
        check.near(f"{name}: {figure}", cell[figure],
                   median(run[figure] for run in runs))
    for figure, parts in SUMS.items():
        check.near(f"{name}: {figure}", cell[figure],
                   median(sum(run[part] for part in parts)
                          if None not in [run[part] for part in parts] else None
                          for run in runs))
    for run in runs + cell["replaced"]:
        check_run(check, f"{name}, run {run['number']}", run)
    check_replaced(check, cell, report)
    if report["seeds"] > 1 and cell["ideal"] is not None:
        marks = outliers([run["observed"] + cell["ideal"]
                          - ideal_of(cell, run, report) for run in runs])
    else:
        marks = outliers(times)
    check.same(f"{name}: outliers", cell["outliers"], sum(marks), 0)
    if marks != [run["outlier"] for run in runs]:
        check.differences.append(f"{name}: other runs are outliers: {marks}")
    first = report["cells"][0]
    if report["seeds"] > 1 and cell is not first:
        made = weathers_ratio(runs, first["details"], report["interval_error"])
        # Samples are drawn anew here: the bounds are alike, not the same.
        for part in ("low", "high"):
            width = abs((made[part] or 0) - (made["value"] or 0))
            check.same(f"{name}: ratio {part}", cell["ratio"][part],
                       made[part], .15 * width + 1e-6)
            made[part] = cell["ratio"][part]
    else:
        made = ratio(times, times if cell is first else first["runs"],
                     report["interval_error"])
    for part, value in made.items():
        check.near(f"{name}: ratio {part}", cell["ratio"][part], value)
    check_ideal(check, cell, report, times)


def ideal_of(cell, run, report):
    """That of the weather that the run met."""
    return cell["ideals"][run["seed"] - report["seed"]]


def is_queued(cell, report):
    """Whether a server of others keeps its answers, and not the client."""
    alone = next((other for other in report["cells"] if other["run_count"]
                  and other["strategy"] == "sequential"), None)
    if (not report["server"] or not alone or cell is alone
            or not cell["run_count"]):
        return False
    answers = [median(run["answer_p50"] for run in of["details"])
               for of in (cell, alone)]
    if None in answers or answers[0] <= 1.5 * answers[1]:
        return False
    return cell["cpu"] is None or cell["cpu"] < .5 * cell["median"]


def check_ideal(check, cell, report, times):
    name = cell["name"]
    ideal = cell["ideal"]

    for run in cell["details"]:
        waits = lengths(cell, run, report)
        if waits and not cell["ideal_is_bound"]:
            check.near(f"{name}, run {run['number']}: ideal",
                       ideal_of(cell, run, report),
                       list_schedule(waits, cell["max_req"],
                                     connecting(cell, report)))
        # They are spread over the weathers in turn.
        check.same(f"{name}, run {run['number']}: seed", run["seed"],
                   report["seed"] + (run["number"] - 1) % report["seeds"], 0)
    if cell["details"]:
        check.near(f"{name}: ideal", ideal, median(
            ideal_of(cell, run, report) for run in cell["details"]))
    if cell["queued"] is not is_queued(cell, report):
        check.differences.append(f"{name}: queued")
    told = times and ideal is not None and not cell["queued"]
    check.near(f"{name}: overhead", cell["overhead"],
               statistics.median(times) - ideal if told else None)
    check.near(f"{name}: efficiency", cell["efficiency"],
               ideal / statistics.median(times) if told and ideal else None)


def check_order(check, report):
    runs = sorted((run for cell in report["cells"]
                   for run in cell["details"] + cell["replaced"]),
                  key=lambda run: run["place"])
    for earlier, later in zip(runs, runs[1:]):
        if earlier["place"] == later["place"]:
            check.differences.append(f"two runs have place {later['place']}")
        # The later one began after the earlier one was over.
        if later["started"] < earlier["started"] + earlier["observed"]:
            check.differences.append(f"run {later['place']} began too early")


def tables(text):
    """Name of the table, its titles, the cells of its rows."""
    table = None
    for line in text.splitlines():
        words = re.split(r" {2,}", line.strip())
        if words[0] in TITLES and len(words) > 1:
            table = words[0], words[1:]
        elif not line.strip():
            table = None
        elif table and words[1:] not in WITHOUT:
            yield *table, words[0], words[1:]


def check_number(check, what, printed, value):
    if printed == "-":
        check.same(what, None, value, 0)
        return
    number, unit = re.fullmatch(r"[~<>]?(-?[\d.]+) ?(.*)", printed).groups()
    decimals = len(number.partition(".")[2])
    check.same(what, float(number) * UNITS[unit], value,
               .5000001 * 10 ** -decimals * UNITS[unit])


def check_ratio(check, what, printed, value):
    if printed == "no difference detected":
        if not value["low"] <= 1 <= value["high"]:
            check.differences.append(f"{what}: {printed}, but {value}")
        return
    numbers = re.fullmatch(r"([\d.]+)(?: \(([\d.]+) to ([\d.]+)\))?", printed)
    for part, number in zip(("value", "low", "high"), numbers.groups()):
        if number:
            check_number(check, f"{what} {part}", number, value[part])


def check_report(check, text, report):
    cells = {cell["name"]: cell for cell in report["cells"]}
    seen = set()
    for table, titles, name, numbers in tables(text):
        for title, printed in zip(titles, numbers):
            figure = TITLES[table].get(title, title)
            level = re.fullmatch(r"ratio \((.*) %\)", title)
            if level:
                figure = "ratio"
                check.same(f"{title}: the level", float(level[1]),
                           100 * (1 - report["interval_error"]), .05)
            what = f"{name}: {title}, as printed"
            seen.add((name, figure))
            if figure == "ratio":
                check_ratio(check, what, printed, cells[name][figure])
            else:
                check_number(check, what, printed, cells[name][figure])
    return len(seen)


def sentences(text):
    """Those of the report, each on one line."""
    found = []
    for line in text.splitlines():
        if line.startswith("- "):
            found.append(line[2:])
        elif found and line.startswith("  ") and found[-1] is not None:
            found[-1] += " " + line.strip()
        elif found and found[-1] is not None:
            found.append(None)
    return [sentence for sentence in found if sentence is not None]


def waited(run):
    return run["disturbed"] is True


def was_late(run):
    late = run["server_late"]
    return late is not None and late > .1 * run["observed"]


# What is counted of runs: the number, then that of each cell, "async: 2, ...".
COUNTED = (
    (r"in (\d+) runs? client and server waited .* \((.*)\)", waited),
    (r"in (\d+) runs? the server was late .* \((.*)\)", was_late),
    (r"(\d+) runs? took far longer .* \((.*)\)", lambda run: run["outlier"]),
)


def check_counted(check, sentence, cells):
    for pattern, holds in COUNTED:
        match = re.fullmatch(pattern, sentence)
        if not match:
            continue
        counts = {name: sum(map(holds, cell["details"]))
                  for name, cell in cells.items()}
        check.same(sentence, int(match[1]), sum(counts.values()), 0)
        for part in match[2].split(", "):
            if part != "...":
                name, _, count = part.rpartition(": ")
                check.same(f"{sentence}: {name}", int(count), counts[name], 0)
        return True
    return False


QUANTITY = r"[\d.]+ (?:us|ms|s|B|KiB|MiB|GiB)"


def check_overhead(check, sentence, cell):
    """The parts of the overhead, each at most what is left of it, and what is
    left then."""
    match = re.fullmatch(rf"of this overhead of (at most )?({QUANTITY}), at most "
                         r"(.*); (.*)", sentence)
    if not match:
        return False
    overhead = left = cell["overhead"]
    check_number(check, sentence, match[2], overhead)
    sides = {"the server's": ("server_late", "server_wait"),
             "the client's": ("client_wait",), "connecting": ("connecting",)}
    for part in match[3].split(", "):
        number, what = re.fullmatch(rf"({QUANTITY}) (?:are )?(.*)",
                                    part).groups()
        figures = next(figures for whose, figures in sides.items()
                       if what.startswith(whose))
        part = min(left, sum(known(cell[figure] for figure in figures)))
        check_number(check, sentence, number, part)
        left -= part
    rest = re.fullmatch(rf"at least ({QUANTITY}) are left to the strategy",
                        match[4])
    if rest:
        check_number(check, sentence, rest[1], left)
    elif not match[1] and left > .02 * overhead:
        check.differences.append(f"{sentence}: {left} is left")
    return True


def check_distance(check, sentence, cell, text):
    """How far it is from its ideal."""
    times = cell["median"] / cell["ideal"]
    percent = re.search(r"takes (?:at most )?(\d+) % longer than", text)
    factor = re.search(r"takes (?:at most )?([\d.]+) times", text)
    if percent:
        check_number(check, sentence, f"{percent[1]} %", times - 1)
    elif factor:
        check_number(check, sentence, factor[1], times)
    elif times > 1.005:
        check.differences.append(f"{sentence}: {times}")


def check_ideal_sentence(check, sentence, cells):
    """The cell that it is about; None: it is another sentence."""
    match = re.fullmatch(
        r"(.*?) ((?:takes|is no slower).*?) its (?:estimated )?ideal"
        rf"(?:: (?:at most )?({QUANTITY}) of its ({QUANTITY}) are overhead)?"
        r"(; .*)?", sentence)
    if not match or match[1] not in cells:
        return None
    cell = cells[match[1]]
    check_distance(check, sentence, cell, match[2])
    if match[3]:
        check_number(check, sentence, match[3], cell["overhead"])
        check_number(check, sentence, match[4], cell["median"])
    for other in re.findall(r"[;,] (\S+) ((?:takes|is).*?) its own",
                            match[5] or ""):
        fastest = min((of for of in cells.values() if of["run_count"] and
                       of["strategy"] == other[0]),
                      key=lambda of: of["median"])
        check_distance(check, sentence, fastest, other[1])
    return cell


def may_be_waits(over, under):
    """Whether most runs of the slower one were disturbed, by no less than it is
    slower."""
    faster, slower = sorted((over, under), key=lambda cell: cell["median"])
    waits = sum(known((slower["client_wait"], slower["server_wait"])))
    return (2 * sum(map(waited, slower["details"])) > slower["run_count"]
            and slower["median"] - faster["median"] <= waits)


def check_speed(check, sentence, cells, report):
    """By which factor one is faster or slower, but for the bounds: these are
    as certain as all that is said together has to be."""
    match = re.fullmatch(r"(.*) (is|takes) ([\d.]+) times as (fast|long) as "
                         r"(.*?)(?: \([^)]*\))?(; no more than .*)?", sentence)
    if not match or not {match[1], match[5]} <= set(cells):
        return
    over, under = cells[match[1]], cells[match[5]]
    if bool(match[6]) is not may_be_waits(over, under):
        check.differences.append(f"{sentence}: what was waited")
    value = (weathers_ratio(over["details"], under["details"], .05)
             if report["seeds"] > 1
             else ratio(over["runs"], under["runs"], .05))["value"]
    check_number(check, sentence, match[3],
                 1 / value if match[4] == "fast" else value)


NOUNS = {"thread": "threads", "threads": "threads", "of memory": "peak_rss",
         "of CPU time": "cpu", "connection": "connections",
         "connections": "connections"}


def check_needs(check, sentence, cells):
    """What one needs, and what another one needs of the same."""
    match = re.fullmatch(r"(.*) needs (.*) where (.*) needs (.*)", sentence)
    if not match:
        return
    own, other = (re.split(r", | and ", match[i]) for i in (2, 4))
    for mine, theirs in zip(own, other, strict=True):
        number, noun = re.fullmatch(rf"({QUANTITY}|[\d.]+) (.*)", mine).groups()
        for name, printed in ((match[1], number), (match[3], theirs)):
            check_number(check, f"{sentence}: {name}", printed,
                         cells[name][NOUNS[noun]])


def check_sentences(check, text, report):
    cells = {cell["name"]: cell for cell in report["cells"]}
    about = None
    for sentence in sentences(text):
        if check_counted(check, sentence, cells):
            continue
        if about and check_overhead(check, sentence, about):
            continue
        about = check_ideal_sentence(check, sentence, cells) or about
        check_speed(check, sentence, cells, report)
        check_needs(check, sentence, cells)
        only = re.fullmatch(rf"(.*) takes ({QUANTITY}) in its only run", sentence)
        if only:
            check_number(check, sentence, only[2], cells[only[1]]["median"])


def main(comparison, printed=None):
    check = Check()
    with open(comparison, encoding="utf-8") as file:
        report = json.load(file)

    for cell in report["cells"]:
        check_cell(check, cell, report)
    check_order(check, report)
    numbers = 0
    if printed:
        with open(printed, encoding="utf-8") as file:
            text = file.read()
        numbers = check_report(check, text, report)
        check_sentences(check, text, report)
    for difference in check.differences:
        print(difference)
    print(f"{len(report['cells'])} cells, {numbers} printed numbers, "
          f"{len(check.differences)} differences")
    return 1 if check.differences else 0


if __name__ == "__main__":
    sys.setrecursionlimit(10000)
    sys.exit(main(*sys.argv[1:]))
