"""
Many plans, each by all strategies: seeds, faults and options decide what every
item meets, so status, attempts, bytes and name are what the server's forecast
says, in each, and the server is asked as often, as much at a time and as
late as it was to be.

FLAGS_PLANS     how many (default: 40)
FLAGS_PLAN      the only one, by its number: what a failure prints
FLAGS_PLAN_SECONDS  how long a run may take (default: 60)
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
PATIENCE = float(os.environ.get("FLAGS_PLAN_SECONDS", "60"))


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

    def outcome(self, plan, strategy, server):
        """Status; code: status, attempts, bytes, file; the files' sizes."""
        out = self.home / strategy
        shutil.rmtree(out, ignore_errors=True)
        done = subprocess.run(
            self.command("get", "-q", "--json", "-o", out, "-s",
                         f"{server.url}/p{plan.number}",
                         *plan.arguments(strategy)),
            cwd=self.home, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, timeout=PATIENCE,
            env=self.environment({"FLAGS_ORIGIN": server.url}))
        items = {item["item"].lower(): (item["status"], item["attempts"],
                                        item["bytes"], item.get("file"))
                 for item in json.loads(done.stdout)["items"]}
        return done.returncode, items, {
            path.name: path.stat().st_size for path in out.iterdir()
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

    def check_seen(self, plan, strategy, items, stats):
        """What the server has been asked for, how much at a time, and when."""
        said = self.said(plan, strategy)
        for code, item in items.items():
            path = stats["paths"][plan.path(code)]
            self.assertEqual(path["attempts"], item.attempts, said)
            self.assertLessEqual(item.attempts, path["requests"], said)
            self.assertLessEqual(path["requests"], item.requests_most, said)
            # The server's clock may be late by a turn of its loop.
            for gap, waits in zip(path["gaps"], item.waits):
                if waits and plan.delay_ms >= 40:
                    self.assertGreaterEqual(gap, plan.delay_ms / 2000, said)
        if all(item.is_prompt for item in items.values()):
            self.assertLessEqual(stats["peak_in_flight"], 1 if strategy ==
                                 "sequential" else plan.most, said)

    def forecast(self, connection, plan):
        return {code: plans.expected(plan, code, self.ask(
                    connection, "/__flags/forecast?" + urllib.parse.urlencode(
                        {"path": plan.path(code),
                         "attempts": plan.retries + 1})))
                for code in plan.codes}

    def run_batch(self, batch):
        server = self.serve_plans(batch)
        connection = http.client.HTTPConnection("127.0.0.1", server.port,
                                                timeout=PATIENCE)
        self.addCleanup(connection.close)
        for plan in batch:
            items = self.forecast(connection, plan)
            for strategy in STRATEGIES:
                connection.request("POST", "/__flags/reset")
                connection.getresponse().read()
                self.assertEqual(self.outcome(plan, strategy, server),
                                 self.predicted(plan, items),
                                 self.said(plan, strategy))
                self.check_seen(plan, strategy, items,
                                self.ask(connection, "/__flags/stats"))
        connection.close()
        server.stop()

    def test_end_alike_in_every_strategy_and_as_forecast(self):
        numbers = [int(ONLY)] if ONLY else range(1, PLANS + 1)
        all_plans = [plans.plan_of(number) for number in numbers]
        for first in range(0, len(all_plans), BATCH):
            self.run_batch(all_plans[first:first + BATCH])
        print(f"# {len(all_plans)} plans in {len(STRATEGIES)} strategies, as "
              "forecast")


class Together(Case):
    CODES = ("BD", "BR", "CD", "CN", "DE")

    def run_all(self, strategy):
        """A run whose second tries are answered once all have arrived; gives
        how many had, when the first was answered."""
        def answer(connection):
            while request := connection.read_request():
                if server.paths().count(request.path) == 1:
                    connection.answer(503)
                    continue
                try:
                    if not arrived:
                        server.wait_for_requests(2 * len(self.CODES))
                finally:
                    arrived.append(len(server.requests) - len(self.CODES))
                connection.answer(200, corpus_file(
                    request.path.split("/")[2]).read_bytes())

        arrived = []
        server = self.raw_server(answer)
        run = self.get("-S", strategy, "-m", str(len(self.CODES)), "-s",
                       server.url, "--retry", "1", "--retry-delay", "1",
                       "-t", "100", "-o", self.home / strategy, *self.CODES)
        return run, arrived

    def test_tries_that_are_due_run_beside_each_other(self):
        for strategy in ("threaded", "async"):
            with self.subTest(strategy):
                run, arrived = self.run_all(strategy)
                self.assertEqual(arrived, [len(self.CODES)] * len(self.CODES))
                self.assertStatus(run, 0)


if __name__ == "__main__":
    harness.main()
