"""
Many plans, each by all strategies: seeds, faults and options decide what every
item meets, so status, attempts, bytes and name are what the server's forecast
says, in each. What the server has seen must agree.

FLAGS_PLANS     how many (default: 40)
FLAGS_PLAN      the only one, by its number: what a failure prints
"""

import http.client
import json
import os
import shlex
import shutil
import subprocess
import urllib.parse

import harness
import plans
from harness import Case, STRATEGIES, corpus_file

PLANS = int(os.environ.get("FLAGS_PLANS", "40"))
ONLY = os.environ.get("FLAGS_PLAN")
BATCH = 50  # plans that a server is for
PATIENCE = 60


class Plans(Case):
    def setUp(self):
        super().setUp()
        self.root = self.home / "root"
        corpus = self.root / "all"
        for code in plans.CODES:
            if code not in plans.MISSING:
                (corpus / code).mkdir(parents=True)
                (corpus / code / f"{code}.gif").write_bytes(
                    corpus_file(code).read_bytes())

    def serve_plans(self, batch):
        rules = []
        for plan in batch:
            (self.root / f"p{plan.number}").symlink_to("all")
            for rule in plan.rules:
                rules += ["--fault", rule]
        return self.serve("--root", str(self.root), *rules)

    def ask(self, connection, path):
        connection.request("GET", path, headers={"Accept": "application/json"})
        return json.loads(connection.getresponse().read())

    def start_get(self, plan, strategy, server):
        out = self.home / strategy
        shutil.rmtree(out, ignore_errors=True)
        return subprocess.Popen(
            self.command("get", "-q", "--json", "-o", out, "-s",
                         f"{server.url}/p{plan.number}",
                         *plan.arguments(strategy)),
            cwd=self.home, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self.environment({"FLAGS_ORIGIN": server.url}))

    def outcome(self, running, strategy):
        """Status; code: status, attempts, bytes, file; the files' sizes."""
        try:
            report = json.loads(running.communicate(timeout=PATIENCE)[0])
        finally:
            running.kill()
        items = {item["item"].lower(): (item["status"], item["attempts"],
                                        item["bytes"], item.get("file"))
                 for item in report["items"]}
        return running.returncode, items, {
            path.name: path.stat().st_size
            for path in (self.home / strategy).iterdir()
            if path.name != ".flags-manifest.jsonl"}

    def predicted(self, plan, items):
        sizes = {code: corpus_file(code).stat().st_size
                 for code, item in items.items() if item.status == "ok"}
        return (plans.exit_status(items),
                {code: (item.status, item.attempts, sizes.get(code, 0),
                        f"{code}.gif" if code in sizes else None)
                 for code, item in items.items()},
                {f"{code}.gif": size for code, size in sizes.items()})

    def said(self, plan, strategy):
        return (f"{strategy} in plan {plan.number}: repeat it by\n  "
                f"FLAGS_PLAN={plan.number} meson test -C BUILD plans\n  "
                f"flags serve --root ROOT {shlex.join(plan.rules)}\n  flags "
                f"get {shlex.join(plan.arguments(strategy))}")

    def check_seen(self, plan, items, seen):
        """What all strategies together have asked for."""
        for code, item in items.items():
            path = seen[plan.path(code)]
            self.assertEqual(path["attempts"], item.attempts,
                             self.said(plan, "the server saw of " + code))
            self.assertLessEqual(item.attempts * len(STRATEGIES),
                                 path["requests"],
                                 self.said(plan, "requests of " + code))
            self.assertLessEqual(path["requests"],
                                 item.requests_most * len(STRATEGIES),
                                 self.said(plan, "requests of " + code))

    def run_batch(self, batch):
        server = self.serve_plans(batch)
        connection = http.client.HTTPConnection("127.0.0.1", server.port,
                                                timeout=PATIENCE)
        self.addCleanup(connection.close)
        seen_of = {}
        for plan in batch:
            items = seen_of[plan.number] = {
                code: plans.expected(plan, code, self.ask(
                    connection, "/__flags/forecast?" + urllib.parse.urlencode(
                        {"path": plan.path(code),
                         "attempts": plan.retries + 1})))
                for code in plan.codes}
            runs = {strategy: self.start_get(plan, strategy, server)
                    for strategy in STRATEGIES}
            for strategy, running in runs.items():
                self.assertEqual(self.outcome(running, strategy),
                                 self.predicted(plan, items),
                                 self.said(plan, strategy))
        stats = self.ask(connection, "/__flags/stats")
        for plan in batch:
            self.check_seen(plan, seen_of[plan.number], stats["paths"])
        connection.close()
        server.stop()

    def test_end_alike_in_every_strategy_and_as_forecast(self):
        numbers = [int(ONLY)] if ONLY else range(1, PLANS + 1)
        all_plans = [plans.plan_of(number) for number in numbers]
        for first in range(0, len(all_plans), BATCH):
            self.run_batch(all_plans[first:first + BATCH])
        print(f"# {len(all_plans)} plans in {len(STRATEGIES)} strategies, as "
              "forecast")


if __name__ == "__main__":
    harness.main()
