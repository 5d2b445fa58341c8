"""Each number in the tables of a report is the figure, rounded."""

import re

from recomputed.ideals import UNITS

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
