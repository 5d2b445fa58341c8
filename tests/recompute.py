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

import json
import sys

from recomputed.cells import check_cell, check_order
from recomputed.check import Check
from recomputed.sentences import check_sentences
from recomputed.tables import check_report


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
