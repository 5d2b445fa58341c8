"""
What the rounds of a case come to: medians, ratios with intervals; as Markdown
and as plain data.
"""

import dataclasses
import random
import statistics

DRAWS = 1000


def _median(runs, figure, rounds):
    return statistics.median(getattr(runs[i], figure) for i in rounds)


def ratio(runs, base, figure):
    """(ratio of the medians, and 95 % of it), resampling whole rounds."""
    generator = random.Random(1)
    rounds = range(len(runs))
    found = []
    for _ in range(DRAWS):
        drawn = [generator.choice(rounds) for _ in rounds]
        found.append(_median(runs, figure, drawn)
                     / max(_median(base, figure, drawn), 1e-9))
    found.sort()
    return (_median(runs, figure, rounds)
            / max(_median(base, figure, rounds), 1e-9),
            found[DRAWS // 40], found[-DRAWS // 40 - 1])


def data(case, times, peaks, failed):
    peers = {}
    for name, runs in times.items():
        rounds = range(len(runs))
        peers[name] = {
            "cpu_us_a_file":
                _median(runs, "cpu_s", rounds) * 1e6 / case.files,
            "server_cpu_us_a_file":
                _median(runs, "server_cpu_s", rounds) * 1e6 / case.files,
            "wall_ms": _median(runs, "wall_s", rounds) * 1e3,
            "peak_rss_kib": peaks[name].rss_kib,
            "threads": peaks[name].threads,
            "connections": _median(runs, "connections", rounds),
            "cpu_to": {}, "wall_to": {},
            "runs": [dataclasses.asdict(run) for run in runs],
        }
        for figure in ("cpu", "wall"):
            for other, base in times.items():
                if other != name:
                    middle, low, high = ratio(runs, base, figure + "_s")
                    peers[name][figure + "_to"][other] = {
                        "ratio": middle, "low": low, "high": high}
    return {"case": case.name, "files": case.files, "bytes": case.bytes,
            "in_flight": case.in_flight, "rounds": len(next(iter(
                times.values()), [])), "peers": peers, "failed": failed}


def _to(row, base, figure):
    if base not in row[figure + "_to"]:
        return "1"
    found = row[figure + "_to"][base]
    return f"{found['ratio']:.2f} ({found['low']:.2f} to {found['high']:.2f})"


def markdown(found):
    peers = found["peers"]
    base = "curl" if "curl" in peers else next(iter(peers), None)
    lines = [f"\n## {found['case']}\n",
             f"{found['rounds']} rounds; CPU in us a file, wall in ms; ratios "
             f"to {base}, with 95 % intervals.\n",
             "| | CPU | ratio | wall | ratio | peak RSS | threads | "
             "connections | server's CPU |",
             "|---|--:|--:|--:|--:|--:|--:|--:|--:|"]
    for name, row in sorted(peers.items(),
                            key=lambda item: item[1]["cpu_us_a_file"]):
        lines.append(
            f"| {name} | {row['cpu_us_a_file']:.1f} | {_to(row, base, 'cpu')} "
            f"| {row['wall_ms']:.1f} | {_to(row, base, 'wall')} "
            f"| {row['peak_rss_kib'] / 1024:.1f} MiB | {row['threads']} "
            f"| {row['connections']:.0f} "
            f"| {row['server_cpu_us_a_file']:.1f} |")
    for name, why in found["failed"].items():
        lines.append(f"\n{name} did other work, and does not count: "
                     + " ".join(why.split())[:200])
    return "\n".join(lines)
