"""A trace as viewers read it, and what it has to keep to."""

import collections
import json

from harness import MOST_POPULOUS, Case

CODES = [code.upper() for code in MOST_POPULOUS]
PHASES = ("connecting", "waiting", "receiving", "saving", "failed")


class Trace:
    """A trace file, read by a parser that is not ours, and checked for what
    viewers rely on."""

    def __init__(self, case, text):
        self.case = case
        # Strict UTF-8, and no member of an object twice.
        self.events = json.loads(text, object_pairs_hook=self._unique)[
            "traceEvents"]
        self.names = {}
        self.attempts = collections.defaultdict(list)
        phases = collections.defaultdict(list)
        for event in self.events:
            thread = event["pid"], event["tid"]
            if event["ph"] == "M":
                if event["name"].endswith("_name"):
                    what = event["name"][:-len("_name")]
                    self.names[(what, *thread)] = event["args"]["name"]
            elif event["ph"] == "X":
                case.assertIsInstance(event["ts"], int)
                case.assertGreaterEqual(event["ts"], 0)
                case.assertGreaterEqual(event["dur"], 0)
                into = {"attempt": self.attempts, "phase": phases}
                into[event["cat"]][thread].append(event)
            else:
                case.assertIn(event["ph"], "Ci")
        for thread, attempts in self.attempts.items():
            case.assertIn(("thread", *thread), self.names)
            self._check(attempts, phases.pop(thread, []))
        case.assertEqual(phases, {}, "phases without an attempt")

    def _unique(self, pairs):
        self.case.assertEqual(len(dict(pairs)), len(pairs), pairs)
        return dict(pairs)

    def _check(self, attempts, phases):
        """Slices of one thread are apart, and each phase is in one of them."""
        for slices in (attempts, phases):
            slices.sort(key=lambda event: event["ts"])
            for before, after in zip(slices, slices[1:]):
                self.case.assertLessEqual(before["ts"] + before["dur"],
                                          after["ts"])
        for attempt in attempts:
            attempt["phases"] = [
                phase for phase in phases
                if attempt["ts"] <= phase["ts"] and
                phase["ts"] + phase["dur"] <= attempt["ts"] + attempt["dur"]]
        inside = sum(len(attempt["phases"]) for attempt in attempts)
        self.case.assertEqual(inside, len(phases))
        for phase in phases:
            self.case.assertIn(phase["name"], PHASES)

    def by_item(self):
        return {attempt["name"]: attempt
                for attempts in self.attempts.values()
                for attempt in attempts}

    def threads(self):
        return sorted(name for (what, *_), name in self.names.items()
                      if what == "thread")

    def in_flight(self):
        return [event["args"]["downloads"] for event in self.events
                if event["ph"] == "C"]


class WithTrace(Case):
    def trace(self, *args, status=0, **how):
        """A run with a trace: what it was, and what it said."""
        path = self.home / "trace.json"
        run = self.get(*args, "--trace", path, **how)
        self.assertStatus(run, status)
        return Trace(self, path.read_bytes()), run
