"""What `flags compare` writes: JSON by its schema, Markdown, a page, a trace,
a timeline; each read by a parser that is not ours."""

import html.parser
import json
import os
import pathlib
import re
import shutil
import subprocess
import unittest

import compared
import harness
from harness import Case

SCHEMA = pathlib.Path(os.environ["FLAGS_SCHEMAS"]) / "compare.schema.json"
CODES = ["BR", "CN", "IN", "US"]


def hodges_lehmann(over, under):
    """By which factor the first times are greater."""
    ratios = sorted(a / b for a in over for b in under)
    lower = ratios[(len(ratios) - 1) // 2]
    return (lower * ratios[len(ratios) // 2]) ** 0.5


class Exports(Case):
    def compare(self, *args, **how):
        run = self.flags("compare", "-r", "5", "-w", "0", *args, *CODES, **how)
        self.assertStatus(run, 0)
        return run

    def path(self, name):
        return self.home / name

    def test_json_says_everything_in_seconds_and_bytes(self):
        run = self.compare("--export-json", "c.json", "--weather", "30ms",
                           "-m", "2,4", "--seed", "9")
        report = json.loads(self.path("c.json").read_text())

        self.assertEqual(report["schema"], "flags.compare/2")
        self.assertEqual((report["seed"], report["weather"], report["items"]),
                         (9, "30ms", 4))
        self.assertEqual(report["codes"], CODES)
        self.assertEqual(
            [(cell["strategy"], cell["max_req"]) for cell in report["cells"]],
            [("sequential", 1), ("threaded", 2), ("threaded", 4),
             ("async", 2), ("async", 4)])
        rows = compared.rows(run.stdout)
        for cell, ideal in zip(report["cells"], (.12, .06, .03, .06, .03)):
            with self.subTest(cell["name"]):
                self.assertIs(cell["valid"], True)
                self.assertEqual(len(cell["runs"]), 5)
                self.assertAlmostEqual(cell["ideal"], ideal)
                self.assertGreaterEqual(min(cell["runs"]), ideal)
                self.assertEqual(cell["median"], sorted(cell["runs"])[2])
                self.assertEqual(cell["min"], min(cell["runs"]))
                self.assertEqual(cell["max"], max(cell["runs"]))
                self.assertAlmostEqual(cell["mean"], sum(cell["runs"]) / 5)
                self.assertAlmostEqual(cell["overhead"],
                                       cell["median"] - ideal)
                self.assertAlmostEqual(cell["efficiency"],
                                       ideal / cell["median"])
                self.assertAlmostEqual(
                    cell["ratio"]["value"],
                    hodges_lehmann(cell["runs"], report["cells"][0]["runs"]))
                self.assertLessEqual(cell["ratio"]["low"],
                                     cell["ratio"]["value"])
                self.assertGreaterEqual(cell["ratio"]["high"],
                                        cell["ratio"]["value"])
                self.assertGreater(cell["process"], cell["median"])
                self.assertGreater(cell["cpu"], 0)
                self.assertGreater(cell["peak_rss"], 1 << 20)
                self.assertEqual(cell["request_count"], 20)
                self.assertGreaterEqual(cell["p50"], .03)
                self.assertGreater(cell["late_p50"], 0)
                self.assertAlmostEqual(rows[cell["name"]].median,
                                       cell["median"],
                                       delta=cell["median"] / 150)

    def test_json_has_what_the_server_saw(self):
        self.compare("--export-json", "c.json", "--weather", "50ms", "-m", "2",
                     "--reuse", "yes,no")
        cells = {cell["name"]: cell for cell in
                 json.loads(self.path("c.json").read_text())["cells"]}

        for name, connections, in_flight in (
                ("sequential", 1, 1), ("sequential no reuse", 4, 1),
                ("threaded", 2, 2), ("threaded no reuse", 4, 2),
                ("async", 2, 2), ("async no reuse", 4, 2)):
            with self.subTest(name):
                self.assertEqual(cells[name]["connections"], connections)
                self.assertEqual(cells[name]["peak_in_flight"], in_flight)
                self.assertEqual(cells[name]["requests"], 4)
        self.assertEqual(cells["sequential"]["threads"], 1)
        self.assertEqual(cells["threaded"]["threads"], 3)
        self.assertEqual(cells["async"]["threads"], 1)

    def test_json_of_another_server_knows_what_the_client_does(self):
        self.compare("--export-json", "c.json", "-s", self.nginx().url)
        report = json.loads(self.path("c.json").read_text())

        self.assertIsNone(report["weather"])
        self.assertRegex(report["server"], r"^http://127\.0\.0\.1:\d+/flags$")
        self.assertTrue(report["ideal_estimated"])
        self.assertIsNone(report["cells"][0]["server_bytes"])
        self.assertEqual([report["cells"][0][figure] for figure in
                          ("connections", "peak_in_flight", "requests")],
                         [1, 1, 4])

    def test_json_is_as_its_schema_says(self):
        validator = shutil.which("jsonschema", path="/usr/bin:/usr/local/bin")
        if not validator:
            self.skipTest("jsonschema is not installed (scripts/bootstrap "
                          "test)")
        self.compare("--export-json", "ours.json", "-m", "1,2", "--fail-if",
                     "async[2].median > 60s")
        self.compare("--export-json", "other.json", "-s", self.nginx().url,
                     "--strategies", "async")
        for name in ("ours.json", "other.json"):
            with self.subTest(name):
                subprocess.run(
                    [validator, "-i", self.path(name), SCHEMA], check=True,
                    capture_output=True)
        # The check can fail.
        report = json.loads(self.path("ours.json").read_text())
        report["cells"][0]["median"] = "fast"
        self.path("bad.json").write_text(json.dumps(report))
        self.assertNotEqual(subprocess.run(
            [validator, "-i", self.path("bad.json"), SCHEMA],
            capture_output=True).returncode, 0)

    def test_an_export_to_stdout_sends_the_report_to_stderr(self):
        run = self.compare("--export-json", "-")

        self.assertEqual(json.loads(run.stdout)["items"], 4)
        self.assertEqual(list(compared.rows(run.stderr)),
                         list(harness.STRATEGIES))

    def test_markdown_has_tables_of_equal_columns(self):
        self.compare("--export-markdown", "c.md")
        text = self.path("c.md").read_text()

        tables = re.findall(r"(?m)(?:^\|.*\|\n)+", text)
        self.assertGreaterEqual(len(tables), 2)
        for table in tables:
            widths = {len(re.split(r"(?<!\\)\|", line))
                      for line in table.splitlines()}
            self.assertEqual(len(widths), 1, table)
            for strategy in harness.STRATEGIES:
                self.assertIn(f"| {strategy} ", table)

    def test_the_page_stands_alone_and_shows_every_run(self):
        self.compare("--export-html", "c.html")
        page = self.path("c.html").read_text()
        tags = []

        class Reader(html.parser.HTMLParser):
            def handle_starttag(self, tag, attributes):
                tags.append((tag, dict(attributes)))

        Reader().feed(page)
        self.assertNotIn("script", {tag for tag, _ in tags})
        for _, attributes in tags:
            for name in ("src", "href"):
                self.assertRegex(attributes.get(name) or "#", r"^#")
        self.assertNotRegex(page, r"url\((?!#)")
        for strategy in harness.STRATEGIES:
            self.assertIn(strategy, page)
        self.assertGreaterEqual(sum(tag == "svg" for tag, _ in tags), 5)

    def test_a_trace_has_a_process_for_each_cell(self):
        self.compare("--trace", "c.trace", "-m", "2")
        events = json.loads(self.path("c.trace").read_text())
        if isinstance(events, dict):
            events = events["traceEvents"]
        names = {event["pid"]: event["args"]["name"] for event in events
                 if event["name"] == "process_name"}

        self.assertEqual(sorted(names.values()), sorted(harness.STRATEGIES))
        for pid, name in names.items():
            slices = [event for event in events
                      if event["pid"] == pid and event["ph"] == "X"]
            threads = {event["tid"] for event in slices}
            self.assertEqual(len(threads), 1 if name == "sequential" else 2)
            for code in CODES:
                self.assertEqual(
                    sum(event["name"].startswith(code) for event in slices), 1,
                    f"{code} in {name}")

    def test_a_timeline_is_drawn_for_each_cell(self):
        # Waits that overlap even where one begins late.
        run = self.compare("--timeline", "--weather", "500ms", "-r", "1")

        for strategy in harness.STRATEGIES:
            drawing = run.stdout[run.stdout.index(f"\n{strategy}: 4 items"):]
            rows = [re.search(rf"(?m)^{code} .*$", drawing).group()
                    for code in CODES]
            waits = [re.search("▒+", row).span() for row in rows]
            if strategy == "sequential":
                for (_, end), (start, _) in zip(waits, waits[1:]):
                    self.assertGreaterEqual(start, end, drawing)
            else:
                self.assertLess(max(start for start, _ in waits),
                                min(end for _, end in waits), drawing)
        self.assertLessEqual(max(map(len, run.stdout.splitlines())), 100)


class Files(Case):
    OPTIONS = ("--export-json", "--export-markdown", "--export-html",
               "--trace")

    def test_one_that_cannot_be_opened_is_found_before_any_run(self):
        for option in self.OPTIONS:
            with self.subTest(option):
                run = self.flags("compare", option, "no/where")

                self.assertStatus(run, 5)
                self.assertEqual(run.stdout, "")
                self.assertEqual(run.stderr, "flags: cannot write 'no/where': "
                                             "No such file or directory\n")

    @unittest.skipUnless(pathlib.Path("/dev/full").exists(), "no /dev/full")
    def test_one_that_cannot_be_written_is_told(self):
        for option in self.OPTIONS:
            with self.subTest(option):
                run = self.flags("compare", option, "/dev/full", "-r", "1",
                                 "-w", "0", "-l", "2")

                self.assertStatus(run, 5)
                self.assertIn("flags: cannot write '/dev/full': No space",
                              run.stderr)
                self.assertEqual(list(compared.rows(run.stdout)),
                                 list(harness.STRATEGIES))

    def test_an_older_one_is_replaced_whole(self):
        old = self.home / "c.json"
        old.write_text("x" * 1000000)
        run = self.flags("compare", "-r", "1", "-w", "0", "-l", "1",
                         "--export-json", "c.json")

        self.assertStatus(run, 0)
        self.assertEqual(json.loads(old.read_text())["items"], 1)

    def test_an_older_one_survives_a_usage_error(self):
        old = self.home / "c.json"
        old.write_text("kept")
        run = self.flags("compare", "--export-json", "c.json", "--fail-if",
                         "nonsense")

        self.assertStatus(run, 2)
        self.assertEqual(old.read_text(), "kept")

class Secrets(Case):
    """What an address has for its server alone is not for others to see."""

    EXPORTS = ("c.json", "c.md", "c.html", "c.trace")

    def compare(self, *args, status=0):
        """All that is written anywhere, and the JSON as it is read."""
        options = zip(("--export-json", "--export-markdown", "--export-html",
                       "--trace"), self.EXPORTS)
        run = self.flags("compare", "-r", "1", "-w", "0", *args,
                         *[word for pair in options for word in pair], "BR")
        self.assertStatus(run, status)
        texts = [(self.home / name).read_text() for name in self.EXPORTS]
        return json.loads(texts[0]), [run.stdout, run.stderr, *texts]

    def compare_at_server(self, *args):
        port = self.serve().port
        return self.compare("-s", f"http://u:pw@127.0.0.1:{port}/flags/"
                            "{cc}/{cc}.gif?v=sesame", *args)

    def test_a_query_of_the_server_is_nowhere(self):
        report, texts = self.compare_at_server()

        self.assertTrue(report["server"].endswith("/{cc}.gif?..."))
        for text in texts:
            self.assertNotIn("sesame", text)
            self.assertNotIn("pw@", text)

    def test_it_is_kept_if_that_is_asked_for(self):
        report, texts = self.compare_at_server("--keep-query")

        self.assertTrue(report["server"].endswith("/{cc}.gif?v=sesame"))
        self.assertIn("?v=sesame", texts[0])
        for text in texts:
            self.assertNotIn("pw@", text)

    def test_nor_is_it_in_what_is_told_of_items(self):
        port = self.serve().port
        server = f"http://127.0.0.1:{port}/none/{{cc}}.gif?a|sesame'&token=b"
        for options, shown in (((), "?..."),
                               (("--keep-query",), "?a|sesame'&token=b")):
            with self.subTest(shown):
                run = self.flags("compare", "-r", "1", "-w", "0",
                                 "--strategies", "async", "-s", server,
                                 *options, "BR")
                self.assertIn(f"flags: br: not found: http://127.0.0.1:{port}"
                              f"/none/br.gif{shown}\n", run.stderr)
                self.assertIn(f"/none/{{cc}}.gif{shown}\n", run.stdout)

    def test_nor_is_it_in_a_usage_error(self):
        for args in (("-s", "http://u:pw@h/flags?v=sesame"),
                     ("-s", "http://h:99999/{cc}?v=sesame"),
                     ("-s", "h:80/{cc}?v=sesame"),
                     ("http://h/?v=sesame",),
                     ("--program", "a-b=curl 'http://h/?v=sesame'")):
            with self.subTest(args):
                run = self.flags("compare", *args)
                self.assertStatus(run, 2)
                self.assertIn("?...", run.stderr)
                self.assertNotIn("sesame", run.stderr)
                self.assertNotIn("pw@", run.stderr)

    def test_nor_is_what_a_program_is_told(self):
        _, texts = self.compare(
            "--weather", "1ms", "--program",
            "mine=curl -sSf -K {config}; : http://u:pw@h/?v=sesame",
            "--program", "bad=echo see http://u:pw@h/?v=sesame; exit 3",
            "--program",
            "long=printf http://u:pw@h/?; printf 'ses%.0same' $(seq 100); "
            "exit 3",
            "--program",
            "cut=printf 'a http://u:pw'; printf 'pw%.0s' $(seq 3000); exit 3",
            "--program",
            "odd=: '{base}/x?v=sesame' -u u:pw@ -H 'X-A: sesame'; exit 3",
            status=6)

        shown = " ".join(texts[0].split())
        self.assertIn("see http://...@h/?...", shown)
        self.assertIn("status 3: a ...", shown)
        self.assertIn(": http://...@h/?...", texts[2])
        self.assertIn(": '{base}/x?...' -u ... -H 'X-A:...'; exit 3",
                      texts[2])
        for text in texts:
            self.assertNotIn("sesame", text)
            self.assertNotIn("pw@", text)


harness.main()
