"""Each number in the sentences of a report is what the runs say."""

import re

from recomputed.estimates import known, ratio, weathers_ratio
from recomputed.tables import check_number


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
    elif match[4] != ("how much of it is the program's own cannot be told"
                      if match[1] else
                      "what is the strategy's part cannot be told"):
        check.differences.append(f"{sentence}: it does not end")
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
