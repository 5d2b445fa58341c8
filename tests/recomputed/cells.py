"""Each figure of each cell is what its runs say."""

import math
import statistics

from recomputed.estimates import (known, median, outliers, quantile, ratio,
                                  weathers_ratio)
from recomputed.ideals import connecting, lengths, list_schedule

MEDIANS = ("process", "threads", "peak_rss", "user", "system", "descriptors",
           "voluntary", "involuntary", "connections", "peak_in_flight",
           "requests", "span", "server_bytes", "p50", "p90", "p99", "answer_p50", "late_p50",
           "late_p90", "late_p99", "connecting", "client_wait", "server_wait",
           "server_late", "start_cpu", "cpu_pressure")
SUMS = {"cpu": ("user", "system"), "switches": ("voluntary", "involuntary")}


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
