"""Lists of URLs, tries, limits, and the forms that a run is told in."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import time
import urllib.parse
import urllib.request

import harness
from harness import Case, STRATEGIES, files_in

SCHEMA = (pathlib.Path(__file__).resolve().parents[3] /
          "src/report/report.schema.json")


class Told(Case):
    def path(self, name):
        return self.home / name


class Lists(Told):
    def listed(self, text):
        path = self.path("list")
        path.write_bytes(text.encode())
        return path

    def each(self):
        for strategy in STRATEGIES:
            with self.subTest(strategy):
                yield strategy
                shutil.rmtree(self.out, ignore_errors=True)

    def test_of_every_form_are_downloaded(self):
        base = self.serve().url
        path = self.listed(f"\ufeff{base}/br/br.gif\r\n# comment\r\n\r\n"
                           f"{base}/us/us.gif\tusa.gif\nDE\n"
                           f"ftp://x/y\n{base}/br/br.gif")
        for strategy in self.each():
            run = self.get("-S", strategy, "-s", base, "-i", path,
                           f"{base}/fr/fr.gif", "JP")

            self.assertStatus(run, 1)
            self.assertEqual(sorted(files_in(self.out)),
                             ["br.gif", "de.gif", "fr.gif", "jp.gif",
                              "usa.gif"])
            self.assertIn("list:6: a scheme other than http and https: "
                          "ftp://x/y\n", run.stderr)
            self.assertIn("list:7: another item is named 'br.gif': ",
                          run.stderr)

    def test_of_codes_alone_start_a_server_while_they_are_read(self):
        path = self.listed("br\nus\n# no\nDE\n")
        for strategy in self.each():
            run = self.get("-i", path, "-S", strategy)
            self.assertStatus(run, 0)
            self.assertEqual(run.stderr, "")
            self.assertCorpus(self.out, ("br", "de", "us"))

    def test_that_are_empty_or_missing_have_a_status_of_their_own(self):
        self.assertStatus(self.get("-i", self.listed("# nothing\n \t \n\t\r\n")), 2)
        self.assertStatus(self.get("-i", self.path("nowhere")), 5)

    def test_on_a_closed_standard_input_cannot_be_read(self):
        for strategy in STRATEGIES:
            command = self.command("get", "-S", strategy, "-i", "-")
            run = subprocess.run(["sh", "-c", 'exec "$@" <&-', "sh", *command],
                                 env=self.environment(None), text=True,
                                 cwd=self.home, capture_output=True)
            self.assertEqual((run.returncode, run.stdout), (5, ""), run.stderr)
            self.assertEqual(run.stderr, "flags: cannot read '-': "
                                         "Bad file descriptor\n")

    def test_of_arguments_refuse_two_of_one_name_before_anything(self):
        wire = self.tripwire()
        run = self.get(f"{wire.url}/a/x.gif", f"{wire.url}/b/x.gif")

        self.assertStatus(run, 2)
        self.assertFalse(self.out.exists())

    def test_of_what_is_no_url_are_refused_with_the_reason(self):
        for text, why in (("ftp://h/x", "a scheme other than http and https"),
                          ("http://h:65536/x", "a URL with a port that is none"),
                          ("http://h:http/x", "a URL with a port that is none"),
                          ("http://u:s3cret@/x", "a URL without a host"),
                          ("http://[::1/x", "a URL with half an address")):
            run = self.get(text)

            self.assertStatus(run, 2)
            self.assertIn(f"is not accepted: it is {why}", run.stderr)
            self.assertNotIn("s3cret", run.stderr)
            listed = self.get("-i", self.listed(text + "\n"))
            self.assertStatus(listed, 3)
            self.assertIn(f"list:1: {why}", listed.stderr)

    def test_from_a_pipe_nobody_writes_to_obey_signals(self):
        pipe = self.path("pipe")
        os.mkfifo(pipe)
        for strategy in self.each():
            run = self.start("get", "-o", self.out, "-S", strategy, "-i", pipe)
            run.wait_for("concurrent connection")
            os.kill(run.pid, signal.SIGTERM)
            finished = run.finish(10)

            self.assertEqual(finished.status, -signal.SIGTERM, str(finished))
            self.assertIn("interrupted\n", finished.stdout)

    def test_that_are_not_read_to_their_end_are_work_left(self):
        base = self.serve().url
        pipe = self.path("pipe")
        os.mkfifo(pipe)
        for strategy in self.each():
            run = self.start("get", "-o", self.out, "-S", strategy, "-i", pipe,
                             "--max-time", "500ms")
            with open(pipe, "w") as end:
                end.write(f"{base}/br/br.gif\n")
                end.flush()
                finished = run.finish()

            self.assertStatus(finished, 7)
            self.assertIn("stopped at the deadline", finished.stdout)

    def test_go_on_while_the_pipe_is_silent(self):
        base = self.serve().url
        pipe = self.path("pipe")
        os.mkfifo(pipe)
        for strategy in self.each():
            run = self.start("get", "-o", self.out, "-S", strategy, "-v",
                             "-i", pipe)
            with open(pipe, "w", buffering=1) as lines:
                lines.write(f"{base}/br/br.gif\n")
                run.wait_for("OK$")
                lines.write(f"{base}/us/us.gif\n")
            finished = run.finish(10)

            self.assertStatus(finished, 0)

    def test_of_what_failed_are_read_back(self):
        server = self.serve("--fault", "status=418 @/flags/br/*")
        failed = self.path("failed")
        self.assertStatus(
            self.get("-s", server.url, "BR", "US", "--failed", failed), 1)
        self.assertRegex(failed.read_text(),
                         r"\A# br: HTTP 418 .* after 1 attempt\n"
                         r"http://127.0.0.1:\d+/flags/br/br.gif\tbr.gif\n\Z")

        again = self.get("-i", failed, "-q")

        self.assertStatus(again, 3)
        self.assertIn("HTTP 418", again.stderr)

    def test_are_read_back_byte_for_byte(self):
        """Also what is no UTF-8, or looks like an escape, or like a mark that
        begins a file."""
        def answer(connection):
            while connection.read_request():
                connection.answer(500)

        paths = [b"/a\xff.gif", b"/\xef\xbb\xbfb.gif", b"/c\xc2\x85.gif",
                 b"/d\xed\xa0\x80.gif", b"/e\\xff.gif?\xfe=\\", b"/f%ff.gif",
                 b"/g.gif\tn\xff.gif", b"/h.gif\t\xef\xbb\xbfm.gif",
                 b"/i.gif\t\\x09.gif", b"/j.gif\tone\ttwo.gif",
                 "/k.gif\t\u65d7\u2028.gif".encode()]
        server = self.raw_server(answer)
        base = f"http://127.0.0.1:{server.port}".encode()
        path = self.path("list")
        path.write_bytes(b"\xef\xbb\xbf" + b"".join(
            base + line + b"\n" for line in paths))
        lists = []
        asked = []
        for number in range(3):
            failed = self.path(f"failed{number}")
            seen = len(server.requests)
            run = self.get("-q", "-S", "sequential", "-i", path, "--failed",
                           failed)
            self.assertStatus(run, 3)
            lists.append([line for line in failed.read_bytes().splitlines()
                          if not line.startswith(b"# ")])
            asked.append(server.paths()[seen:])
            path = failed
        self.assertEqual([line.partition(b"\t")[0] for line in lists[0]],
                         [base + line.partition(b"\t")[0] for line in paths])
        self.assertEqual(lists[0], lists[1])
        self.assertEqual(lists[1], lists[2])
        # libcurl escapes some bytes of a path by itself.
        self.assertEqual([urllib.parse.unquote_to_bytes(one.encode("latin-1"))
                          for one in asked[0]],
                         [urllib.parse.unquote_to_bytes(line.partition(
                             b"\t")[0]) for line in paths])
        self.assertEqual(asked[0], asked[1])

    def test_are_told_of_in_json_by_urls_that_mean_the_same(self):
        path = self.path("list")
        path.write_bytes(b"http://127.0.0.1:1/a\xff\\x.gif?\xc2\x85"
                         b"\xc3\xbc\n")
        for name in ("--json", "--events"):
            told = self.path(name)
            run = self.get("-q", "-i", path, f"{name}={told}")
            self.assertStatus(run, 3)
            text = told.read_text()
            for line in text.splitlines() if name == "--events" else [text]:
                json.loads(line)
            self.assertIn('"http://127.0.0.1:1/a%FF\\\\x.gif?%C2%85\u00fc"',
                          text)

    def test_never_show_credentials(self):
        base = self.serve().url.replace("//", "//user:s3cret@")
        run = self.get(f"{base}/br/br.gif", f"{base}/zz/zz.gif", "--json", "-v",
                       "--failed", self.path("f"), "--events", self.path("e"))

        self.assertStatus(run, 4)
        for text in (run.stdout, run.stderr, self.path("f").read_text(),
                     self.path("e").read_text()):
            self.assertNotIn("s3cret", text)


class Tries(Case):
    def test_wait_as_they_are_told_and_do_no_more_than_allowed(self):
        server = self.serve("--fault", "status=503 @/flags/br/* #2",
                            "--fault", "status=429,retry-after=1 @/flags/us/* "
                            "#1", "--fault", "status=503 @/flags/de/*")
        for strategy in STRATEGIES:
            with self.subTest(strategy):
                begin = time.monotonic()
                run = self.get("-S", strategy, "-s", server.url, "BR", "US",
                               "DE", "FR", "ZZ", "--retry", "2",
                               "--retry-delay", "0.05", "--json", "-q",
                               env={"FLAGS_ORIGIN": server.url})
                took = time.monotonic() - begin
                report = json.loads(run.stdout)

                self.assertStatus(run, 1)
                self.assertEqual(
                    {item["item"]: (item["status"], item["attempts"])
                     for item in report["items"]},
                    {"BR": ("ok", 3), "US": ("ok", 2), "DE": ("error", 3),
                     "FR": ("ok", 1), "ZZ": ("not_found", 1)})
                self.assertEqual(report["retries"], 5)
                self.assertGreaterEqual(took, .1)

    def test_are_over_when_no_other_fits_into_the_time(self):
        server = self.serve("--fault", "status=503")
        for strategy in STRATEGIES:
            with self.subTest(strategy):
                run = self.get("-S", strategy, "-s", server.url, "BR", "US",
                               "--retry", "2", "--retry-delay", "60",
                               "--max-time", "20", seconds=15)
                self.assertStatus(run, 7)
                self.assertIn("2 cancelled.", run.stdout)

                run = self.get("-S", strategy, "-s", server.url, "BR",
                               "--retry", "2", "--retry-delay", "60",
                               "--retry-max-time", "20", seconds=15)
                self.assertStatus(run, 3)

    def test_of_a_hanging_server_end_at_the_deadline(self):
        server = self.serve("--fault", "hang=headers @/flags/br/*")
        for strategy in STRATEGIES:
            with self.subTest(strategy):
                run = self.get("-S", strategy, "-s", server.url, "BR", "US",
                               "--max-time", "1")
                self.assertStatus(run, 7)
                self.assertIn("stopped at the deadline\n", run.stdout)


class Limits(Case):
    def test_hold_as_the_server_sees_them(self):
        for strategy in ("threaded", "async"):
            with self.subTest(strategy):
                server = self.serve("--delay", "50ms")
                run = self.get("-S", strategy, "-s", server.url, "--max-host",
                               "3", "-q")
                self.assertStatus(run, 0)
                origin = server.url.rsplit("/", 1)[0]
                with urllib.request.urlopen(f"{origin}/__flags/stats") as told:
                    stats = json.load(told)
                self.assertLessEqual(stats["peak_in_flight"], 3)

    def test_of_the_rate_hold_in_every_strategy(self):
        server = self.serve()
        for strategy in STRATEGIES:
            with self.subTest(strategy):
                begin = time.monotonic()
                run = self.get("-S", strategy, "-s", server.url, "--rate",
                               "20/s", "-q")
                self.assertStatus(run, 0)
                self.assertGreaterEqual(time.monotonic() - begin, 19 / 20)

    def test_of_errors_stop_the_run(self):
        server = self.serve("--fault", "status=418", "--delay", "5ms")
        for strategy in STRATEGIES:
            with self.subTest(strategy):
                run = self.get("-S", strategy, "-m", "2", "-s", server.url,
                               "-a", "--max-errors", "3", "--json", "-q")
                counts = json.loads(run.stdout)["counts"]

                self.assertStatus(run, 3)
                self.assertGreaterEqual(counts["error"], 3)
                self.assertLessEqual(counts["error"], 5)
                self.assertEqual(sum(counts.values()), 194)

    def test_of_errors_count_a_named_code_that_is_not_found(self):
        server = self.serve()
        run = self.get("-m", "1", "-s", server.url, "AA", "US", "--fail-early")

        self.assertStatus(run, 4)
        self.assertIn("stopped after errors\n", run.stdout)


class Forms(Told):
    def test_json_is_as_its_schema_says(self):
        validator = shutil.which("jsonschema", path="/usr/bin:/usr/local/bin")
        if not validator:
            self.skipTest("jsonschema is not installed")
        server = self.serve("--fault", "status=503 @/flags/br/* #1")
        run = self.get("-s", server.url, "BR", "AA", "US", "--retry", "1",
                       "--retry-delay", "0", "--seed", "7",
                       f"--json={self.path('report.json')}")
        self.assertStatus(run, 4)
        self.assertIn("2 flags downloaded.", run.stdout)
        subprocess.run([validator, "-i", self.path("report.json"), SCHEMA],
                       check=True, capture_output=True)
        report = json.loads(self.path("report.json").read_text())
        self.assertEqual(report["seed"], 7)
        # The check can fail.
        report["items"][0]["bytes"] = "many"
        self.path("bad.json").write_text(json.dumps(report))
        self.assertNotEqual(subprocess.run(
            [validator, "-i", self.path("bad.json"), SCHEMA],
            capture_output=True).returncode, 0)

    def test_events_are_objects_a_line(self):
        server = self.serve()
        run = self.get("-s", server.url, "BR", "--events", "-", "-q")
        events = [json.loads(line) for line in run.stdout.splitlines()]

        self.assertEqual([event["ev"] for event in events],
                         ["scheduled", "started", "first_byte", "transferred",
                          "saved", "final"])
        self.assertEqual({event["item"] for event in events}, {"BR"})

    def test_only_one_has_standard_output(self):
        self.assertStatus(self.get("--json", "--events", "-"), 2)

    def test_dry_run_contacts_nobody(self):
        wire = self.tripwire()
        run = self.get("--dry-run", "-s", wire.url, "BR", "http://h/x.png")

        self.assertStatus(run, 0)
        self.assertEqual(run.stdout,
                         f"BR\t{wire.url}/br/br.gif\tbr.gif\n"
                         f"\thttp://h/x.png\tx.png\n")
        self.assertFalse(self.out.exists())


if __name__ == "__main__":
    harness.main()
