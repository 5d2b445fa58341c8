"""What a comparison is related to beside its own first cell: an earlier one, and
the first cell itself."""

import hashlib
import json
import urllib.request

import harness
from harness import Case

CODES = ["BR", "CN", "US"]


def hodges_lehmann(over, under):
    ratios = sorted(a / b for a in over for b in under)
    lower = ratios[(len(ratios) - 1) // 2]
    return (lower * ratios[len(ratios) // 2]) ** 0.5


class Baseline(Case):
    def compare(self, *args, export="c.json", status=0):
        run = self.flags("compare", "-r", "5", "-w", "0", "--weather", "5ms",
                         "--strategies", "threaded,async", "--export-json",
                         export, *args, *CODES)
        self.assertStatus(run, status)
        if status != 0:
            return run, None
        return run, json.loads((self.home / export).read_text())

    def test_each_cell_is_related_to_its_like(self):
        _, before = self.compare(export="before.json")
        run, after = self.compare("--baseline", "before.json", "-m", "20,1")

        then = {cell["strategy"]: cell for cell in before["cells"]}
        self.assertEqual([cell["max_req"] for cell in after["cells"]],
                         [20, 1, 20, 1])
        for cell in after["cells"]:
            with self.subTest(cell["name"]):
                ratio = cell["baseline"]
                if cell["max_req"] == 1:
                    self.assertEqual(ratio, dict.fromkeys(ratio))
                    continue
                self.assertAlmostEqual(
                    ratio["value"],
                    hodges_lehmann(cell["runs"],
                                   then[cell["strategy"]]["runs"]), places=4)
                self.assertLessEqual(ratio["low"], ratio["value"])
                self.assertLessEqual(ratio["value"], ratio["high"])
                self.assertRegex(run.stdout, rf"(?m)^- {cell['name']} .*"
                                             r"(since|as in) the baseline")
        self.assertIn("of 2 cells the baseline has none that is alike",
                      " ".join(run.stdout.split()))

    def test_without_one_nothing_is_said(self):
        run, report = self.compare()

        self.assertNotIn("baseline", run.stdout)
        for cell in report["cells"]:
            self.assertIs(cell["again"], False)
            self.assertIsNone(cell["baseline"]["value"])

    def test_what_is_not_of_the_same_is_refused_unless_forced(self):
        _, before = self.compare(export="before.json")
        others = [(["--seed", "2"], "seed 1, not 2"),
                  (["--weather", "4ms"], "weather 5ms, not 4ms"),
                  (["--size", "1k"], "images of 0, not 1024"),
                  (["-t", "3"], "seconds of --timeout 10, not 3"),
                  (["--seed", "3000000001"], "seed 1, not 3000000001"),
                  (["-l", "2"], "items 3, not 2")]
        for args, why in others:
            with self.subTest(why):
                run, _ = self.compare("--baseline", "before.json", *args,
                                      status=2)
                self.assertIn(f"--baseline before.json: {why}; "
                              "--force-baseline", run.stderr)
        before["machine"]["versions"]["libcurl"] = "7.0.0"
        (self.home / "before.json").write_text(json.dumps(before))
        run, _ = self.compare("--baseline", "before.json", status=2)
        self.assertIn("libcurl 7.0.0, not ", run.stderr)
        run, _ = self.compare("--baseline", "before.json", "--force-baseline")
        self.assertIn(" the baseline", run.stdout)

    def test_other_files_and_other_programs_are_refused_too(self):
        program = ["--with", "curl"]
        _, before = self.compare(*program, export="before.json")
        kept = (self.home / "before.json").read_text()
        before["files"] = "0" * 64
        (self.home / "before.json").write_text(json.dumps(before))
        run, _ = self.compare(*program, "--baseline", "before.json", status=2)
        self.assertIn("it is of files with other bytes; --force-baseline",
                      run.stderr)
        self.compare(*program, "--baseline", "before.json", "--force-baseline")

        before = json.loads(kept)
        for cell in before["cells"]:
            if cell["program"]:
                cell["version"] = "curl 1.0"
        (self.home / "before.json").write_text(json.dumps(before))
        run, _ = self.compare(*program, "--baseline", "before.json", status=2)
        self.assertIn("the program curl 1.0, not curl ", run.stderr)

    def other_files(self, *faults):
        """A server that is not ours, whose files the baseline says to have
        been others: what is said, and how often it was asked."""
        server = self.serve(*faults)
        args = ["compare", "-r", "5", "-w", "1", "--strategies",
                "threaded,async", "-s", server.url, *CODES]
        self.assertStatus(self.flags(*args, "--export-json", "before.json"), 0)
        before = json.loads((self.home / "before.json").read_text())
        before["files"] = "0" * 64
        (self.home / "before.json").write_text(json.dumps(before))
        origin = server.url.removesuffix("/flags")
        urllib.request.urlopen(urllib.request.Request(
            f"{origin}/__flags/reset", method="POST")).close()
        run = self.flags(*args, "--baseline", "before.json")
        self.assertStatus(run, 2)
        self.assertIn("it is of files with other bytes; --force-baseline",
                      run.stderr)
        with urllib.request.urlopen(f"{origin}/__flags/stats") as stats:
            return run.stdout, json.load(stats)["requests"]

    def test_other_files_of_a_server_of_others_are_seen_by_the_first_run(self):
        said, requests = self.other_files()

        self.assertEqual((said, requests), ("", len(CODES)))

    def test_where_each_run_has_errors_they_are_seen_in_the_end(self):
        said, requests = self.other_files("--fault", "status=500 @/br/*")

        self.assertGreaterEqual(requests, 2 * 6 * len(CODES))
        self.assertIn("threaded", said)
        self.assertNotIn("baseline", said)

    def test_a_query_that_is_hidden_may_be_another(self):
        """Of either, and of the program's command, too."""
        port = self.serve().port
        server = f"http://127.0.0.1:{port}/flags/{{cc}}/{{cc}}.gif"
        few = ["compare", "-r", "1", "-w", "0", "--strategies", "async"]
        hidden = "queries of URLs that are not shown may be others"
        cases = [(["-s", f"{server}?a=1"], ["-s", f"{server}?a=2"], 0),
                 (["-s", f"{server}?a=1", "--keep-query"],
                  ["-s", f"{server}?a=1"], 0),
                 (["-s", f"{server}?a=1", "--keep-query"],
                  ["-s", f"{server}?a=2", "--keep-query"], 2),
                 (["-s", f"{server}?sesame", "--keep-query"],
                  ["-s", server], 2),
                 (["-s", f"{server}?sesame", "--keep-query"],
                  ["-s", f"http://h:{port}/{{cc}}?sesame"], 2),
                 (["-s", server], ["-s", server], 0)]
        for number, (before, after, status) in enumerate(cases):
            with self.subTest(before=before, after=after):
                made = self.flags(*few, *before, "--export-json",
                                  f"{number}.json", "BR")
                self.assertStatus(made, 0)
                run = self.flags(*few, *after, "--baseline", f"{number}.json",
                                 "BR")
                self.assertStatus(run, status)
                self.assertEqual(hidden in run.stderr,
                                 status == 0 and after[1] != server)
                self.assertNotIn("sesame", run.stderr)

    def test_nor_is_it_known_of_a_program(self):
        def compare(query, *args):
            run = self.flags("compare", "-r", "1", "-w", "0", "--strategies",
                             "async", "--program",
                             f"p=curl -qsSf -K {{config}}; : /x?{query}",
                             *args, "BR")
            self.assertStatus(run, 0)
            return run.stderr

        compare("1", "--export-json", "c.json")
        self.assertIn("may be others", compare("2", "--baseline", "c.json"))

    def test_the_files_are_those_that_sha256sum_sees(self):
        _, report = self.compare()
        lines = "".join(
            f"{code} {hashlib.sha256(image.read_bytes()).hexdigest()}\n"
            for code in CODES
            for image in [harness.corpus_file(code.lower())])

        self.assertEqual(report["files"],
                         hashlib.sha256(lines.encode()).hexdigest())

    def test_what_is_no_comparison_is_refused(self):
        (self.home / "text").write_text("nothing")
        (self.home / "report").write_text('{"schema": "flags.report/1"}')
        _, before = self.compare()
        for number, runs in enumerate((["a", 1, 1, 1, 1], [1e9] * 5,
                                       [-1, 0, 1, 1, 1], None)):
            before["cells"][0]["runs"] = runs
            (self.home / f"runs{number}").write_text(json.dumps(before))
            run, _ = self.compare("--baseline", f"runs{number}", status=2)
            self.assertIn("no comparison of the form", run.stderr)
        run, _ = self.compare("--force-baseline", status=2)
        self.assertIn("there is no --baseline", run.stderr)
        for name, why in (("text", "no comparison of the form"),
                          ("report", "no comparison of the form"),
                          (".", "Is a directory"),
                          ("missing", "No such file")):
            with self.subTest(name):
                run, _ = self.compare("--baseline", name, status=2)
                self.assertIn(f"--baseline {name}: {why}", run.stderr)

    def test_a_near_seed_is_another_one(self):
        self.compare("--seed", "3000000000", export="before.json")

        run, _ = self.compare("--seed", "3000000001", "--baseline",
                              "before.json", status=2)

        self.assertIn("seed 3000000000, not 3000000001", run.stderr)

    def test_the_first_cell_as_two_is_not_one_more_that_is_related(self):
        cells = ["--strategies", "sequential,async", "-m", "1,2", "--reuse",
                 "yes,no", "-l", "2"]
        self.compare(*cells, export="before.json")

        _, report = self.compare(*cells, "--self-check", "--baseline",
                                 "before.json")

        self.assertEqual(
            [cell["name"] for cell in report["cells"]
             if cell["baseline"]["low"] is None and not cell["again"]], [])

    def test_the_first_cell_as_two_shows_the_noise(self):
        run, report = self.compare("--self-check", "--fail-if",
                                   "threaded.median > 1h")

        self.assertEqual([(cell["name"], cell["again"])
                          for cell in report["cells"]],
                         [("threaded", False), ("threaded again", True),
                          ("async", False)])
        self.assertRegex(" ".join(run.stdout.split()),
                         r"- the noise floor: threaded again (is|takes) .* as "
                         r"the same cell before it \(")


if __name__ == "__main__":
    harness.main()
