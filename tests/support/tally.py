"""
Count test cases in meson's logs and print the verdict as the last line.

usage: tally.py TESTLOG.json...

A test that speaks TAP counts once for each of its cases, any other test once.
A test that ends badly without any case failing (a crash, a timeout, a leak
found at exit) counts as one failure more. Failed cases are named first. The
exit status is 1 if anything failed, or if nothing ran.
"""

import json
import re
import sys

GOOD = {"OK", "EXPECTEDFAIL"}
CASE = re.compile(r"^(not )?ok\b(?:\s+\d+)?\s*(?:-\s*)?([^#\n]*)"
                  r"(#\s*SKIP\b)?", re.IGNORECASE | re.MULTILINE)


def cases(run):
    """(name, 'passed' | 'failed' | 'skipped') for each case of a test."""
    name = run["name"].split(" / ")[-1]
    if run["result"] == "SKIP":
        return [(name, "skipped")]
    found = [
        (f"{name}: {case[2].strip()}",
         "failed" if case[1] else "skipped" if case[3] else "passed")
        for case in CASE.finditer(run.get("stdout") or "")
    ]
    if not found:
        return [(name, "passed" if run["result"] in GOOD else "failed")]
    if (run["result"] not in GOOD
            and not any(verdict == "failed" for _, verdict in found)):
        found.append((f"{name} ({run['result'].lower()})", "failed"))
    return found


def main(logs):
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for log in logs:
        try:
            lines = open(log, encoding="utf-8").read().splitlines()
        except OSError as error:
            print(f"no test ran: {error}")
            lines = []
            counts["failed"] += 1
        for line in lines:
            for name, verdict in cases(json.loads(line)):
                counts[verdict] += 1
                if verdict == "failed":
                    print(f"failed: {name} ({log})" if len(logs) > 1
                          else f"failed: {name}")
    skipped = f", {counts['skipped']} skipped" if counts["skipped"] else ""
    print(f"{counts['passed']} passed, {counts['failed']} failed{skipped}")
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
