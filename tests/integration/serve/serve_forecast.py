"""The forecast of flags serve: it says what is then met, and changes nothing."""

import json
import pathlib
import re
import shlex
import time
import urllib.parse

import harness
import wire
from harness import corpus_file

BR = "/flags/br/br.gif"
US = "/flags/us/us.gif"
RULES = ("status=503,retry-after=1 @/br/* %30", "reset=body:50% %15",
         "status=404 #2-3 %50", "delay=1ms %50", "truncate=100 %30",
         'redirect="http://127.0.0.1:1/a b" %20', "early=413",
         "close=headers:0 %20", "status=500 @*x=1 %50", "empty=body %20")


def faults(*rules):
    return [word for rule in rules for word in ("--fault", rule)]


class Forecast(harness.Case):
    def forecast(self, *args):
        run = self.flags("serve", "--json", *args)
        self.assertStatus(run, 0)
        self.assertEqual(run.stderr, "")
        return json.loads(run.stdout)

    def seen(self, heard, path):
        """What a client would say of it, in the forecast's words."""
        whole = corpus_file(path.split("/")[2]).read_bytes()
        if not heard.raw:
            return "the end of the connection after 0 bytes of the head"
        if heard.ended == "reset":
            return "a reset after 50 % of the body"
        if heard.status == 503:
            return f"status 503, Retry-After {heard.headers['retry-after']}"
        if heard.status == 302:
            return f"status 302 to {heard.headers['location']}"
        if heard.status != 200:
            return f"status {heard.status}"
        if heard.body == whole:
            return "the answer"
        if not heard.body:
            return "status 200 without a body"
        self.assertEqual(heard.body, whole[:100])
        return "100 bytes of the body, of a length that was announced"

    def test_numbers_have_no_exponent(self):
        for rule, words in (
                ("slow-headers=0.00001", "silence for 0.00001 s, a byte of"),
                ("slice=9,every=0.000001", "9 bytes, 0.000001 s apart"),
                ("truncate=0.00001%", "0.00001 % of the body"),
                ("truncate=29%", "29 % of the body"),
                ("slow-headers=1234567", "silence for 1234567 s, ")):
            run = self.flags("serve", "--fault", rule, "--forecast", BR,
                             "--attempts", "1")

            self.assertStatus(run, 0)
            self.assertIn(words, run.stdout)

    def test_what_is_forecast_is_what_is_then_met(self):
        told_of = set()
        for seed in range(1, 7):
            args = ["--seed", str(seed), "--delay", "uniform:1ms:4ms",
                    "--error-rate", "30%", *faults(*RULES)]
            told = self.forecast(*args, "--forecast", BR, "--forecast", US,
                                 "--attempts", "8")
            self.assertEqual([(one["path"], one["seed"]) for one in told],
                             [(BR, seed), (US, seed)])
            server = self.serve("-q", *args)
            for one in told:
                for attempt in one["attempts"]:
                    begin = time.monotonic()
                    heard = wire.ask(server.port, one["path"])
                    self.assertGreaterEqual(time.monotonic() - begin,
                                            attempt["delay"])
                    does = attempt["does"].replace(
                        "a delay of its own, then ", "")
                    self.assertEqual(self.seen(heard, one["path"]), does)
                    told_of.add(does)
            journal = json.loads(wire.ask(
                server.port, "/__flags/requests").body)["requests"]
            self.assertEqual(
                [(entry["path"], entry["attempt"], entry["delay"],
                  entry["fault"], entry["rule"]) for entry in journal],
                [(one["path"], attempt["attempt"], attempt["delay"],
                  attempt["fault"], attempt["rule"])
                 for one in told for attempt in one["attempts"]])
        self.assertGreater(len(told_of), 6, told_of)

    def test_the_server_s_own_forecast_is_the_same_and_counts_nothing(self):
        args = ["--seed", "9", "--delay", "uniform:1ms:4ms", *faults(*RULES)]
        told, = self.forecast(*args, "--forecast", BR, "--attempts", "20")
        server = self.serve("-q", *args)
        for _ in range(3):
            heard = wire.ask(
                server.port, "/__flags/forecast?attempts=20&path="
                + urllib.parse.quote(BR, safe=""))
            self.assertEqual(json.loads(heard.body), told)
        stats = json.loads(wire.ask(server.port, "/__flags/stats").body)
        self.assertEqual((stats["requests"], stats["paths"]), (0, {}))

    def test_a_query_is_part_of_the_key_where_that_is_asked_for(self):
        args = ["--attempt-key", "path+query", "--seed", "3",
                *faults("status=503 %50")]
        paths = [f"{BR}?x={i}" for i in range(12)] + [BR]
        told = self.forecast(*args, *(word for path in paths
                                      for word in ("--forecast", path)))
        server = self.serve("-q", *args)
        for one in told:
            self.assertEqual(
                [wire.ask(server.port, one["path"]).status for _ in range(5)],
                [503 if attempt["fault"] else 200
                 for attempt in one["attempts"]], one["path"])

    def test_a_redirect_is_passed_by_who_was_redirected(self):
        direct, first = self.forecast(
            *faults("redirect"), "--forecast", BR + "?direct", "--forecast",
            BR)
        self.assertIsNone(direct["attempts"][0]["fault"])
        self.assertEqual(first["attempts"][0]["does"],
                         "status 302 to the file itself")

    def test_what_hangs_on_more_than_the_attempt_is_named(self):
        told, = self.forecast(
            *faults("limit=1/h", "status=404 #1", "down=3-4", "refuse"),
            "--forecast", BR, "--attempts", "2")
        self.assertEqual(told["besides"], ["down=3-4", "refuse"])
        self.assertEqual(
            [(one["limit"], one["rule"], one["does"])
             for one in told["attempts"]],
            [("limit=1/h", "status=404 #1",
              "429 beyond the limit, else status 404"),
             ("limit=1/h", None, "429 beyond the limit, else the answer")])

    def test_connections_that_are_held_are_told_of_and_held(self):
        args = ["--seed", "5", "--connect-delay", "uniform:5ms:60ms"]
        told, = self.forecast(*args, "--forecast", BR, "--attempts", "4")
        delays = [one["delay"] for one in told["connections"]]
        self.assertEqual([one["connection"] for one in told["connections"]],
                         [1, 2, 3, 4])
        self.assertEqual(len(set(delays)), 4)
        server = self.serve("-q", *args)
        for delay in delays:
            begin = time.monotonic()
            wire.ask(server.port, BR)
            self.assertGreaterEqual(time.monotonic() - begin, delay)
        heard = wire.ask(server.port,
                         f"/__flags/forecast?attempts=4&path={BR}")
        self.assertEqual(json.loads(heard.body), told)
        lines = [f"connection {i} waits {delay:.3f} s"
                 for i, delay in enumerate(delays, 1)]
        page = wire.ask(server.port, f"/__flags/forecast?attempts=4&path={BR}",
                        "Accept: text/html").body.decode()
        self.assertEqual(re.findall("<li>(.*?)</li>", page), lines)
        run = self.flags("serve", *args, "--forecast", BR, "--attempts", "4")
        self.assertEqual(re.findall("(?m)^  besides: (.*)$", run.stdout),
                         lines)
        told, = self.forecast("--forecast", BR)
        self.assertEqual(told["connections"], [])

    def test_kinds_that_the_protocol_does_not_have_are_passed_over(self):
        told, = self.forecast("--http2", *faults("goaway", "garbage"),
                              "--forecast", BR)
        self.assertEqual((told["protocol"], told["attempts"][0]["fault"]),
                         ("HTTP/1.1", "garbage"))
        told, = self.forecast("--http2-only", *faults("goaway"),
                              "--forecast", BR)
        self.assertEqual((told["protocol"], told["attempts"][0]["fault"]),
                         ("HTTP/2", "goaway"))

    def test_people_get_a_line_an_attempt(self):
        run = self.flags("serve", "--book", "--seed", "2", "--forecast", BR,
                         "--attempts", "3", *faults("status=404 #1"))
        lines = run.stdout.splitlines()
        self.assertEqual([line for line in lines if line[0] != " "],
                         [f"{name} {BR}" for name in ("LOCAL", "DELAY",
                                                      "ERROR")])
        self.assertEqual(lines[1],
                         "  #1      0.000 s  status 404  (status=404 #1)")
        self.assertRegex(lines[6], r"^  #2      [0-4]\.\d{3} s  the answer$")

    def test_each_kind_is_told_in_words_of_its_own(self):
        run = self.flags("serve", "--fault", "no-such-kind")
        kinds = re.search(r"no fault kind \((.*?)\)", run.stderr)[1]
        needed = {"delay": "delay=1s", "slow-headers": "slow-headers=1s",
                  "bandwidth": "bandwidth=1k", "slice": "slice=64",
                  "status": "status=404", "reset": "reset=headers",
                  "close": "close=body", "truncate": "truncate=3",
                  "hang": "hang=body", "corrupt": "corrupt=3",
                  "garbage": "garbage", "empty": "empty",
                  "bad-chunk": "bad-chunk", "bad-length": "bad-length=-1",
                  "header-bomb": "header-bomb=1k", "html": "html",
                  "redirect": "redirect", "redirect-loop": "redirect-loop",
                  "etag": "etag=off", "meta": "meta=missing"}
        later = {"limit", "tls", "goaway", "rst-stream", "window",
                 "max-streams", "settings-flood", "read", "early", "refuse",
                 "accept", "down"}
        self.assertEqual(set(kinds.split(", ")), set(needed) | later)
        words = set()
        for rule in needed.values():
            told, = self.forecast("--attempts", "1", *faults(rule),
                                  "--forecast", "/flags/br/metadata.json")
            words.add(told["attempts"][0]["does"])
        self.assertEqual(len(words), len(needed), words)
        self.assertNotIn("the answer", words)

    def test_usage(self):
        for args, told in (
                (["--json"], "--json: only with --forecast"),
                (["--attempts", "3"], "--attempts: only with --forecast"),
                (["--forecast", "br/br.gif"], "a path like /flags/br"),
                (["--forecast", "/%zz"], "a path like /flags/br"),
                (["--forecast", "/", "--attempts", "0"], "'0'"),
                (["--forecast", "/", "--", "true"], "no server")):
            run = self.flags("serve", *args)
            self.assertStatus(run, 2)
            self.assertIn(told, run.stderr)
        server = self.serve("-q")
        for query in ("", "?path=br", "?path=/a&attempts=0",
                      "?path=/a&attempts=1001", "?path=/a&seed=2",
                      "?path=/%25zz"):
            self.assertEqual(wire.ask(
                server.port, "/__flags/forecast" + query).status, 400, query)


class Page(harness.Case):
    def test_a_browser_gets_a_page_with_a_form_and_nothing_unescaped(self):
        server = self.serve("-q", *faults(
            'redirect="http://h/<i>&" @/flags/*', "down=7-8"))
        accept = "Accept: text/html,application/xhtml+xml,*/*;q=0.8"
        empty = wire.ask(server.port, "/__flags/forecast", accept)
        self.assertEqual(empty.status, 200)
        self.assertEqual(empty.headers["content-type"],
                         "text/html; charset=utf-8")
        self.assertNotIn(b"<table>", empty.body)
        page = wire.ask(
            server.port, "/__flags/forecast?attempts=3&path="
            + urllib.parse.quote('/flags/"<b>'), accept).body.decode()
        self.assertEqual(page.count("<tr>"), 4)
        self.assertIn('value="/flags/&quot;&lt;b&gt;"', page)
        self.assertIn("http://h/&lt;i&gt;&amp;", page)
        self.assertIn("<li>down=7-8</li>", page)
        self.assertNotIn("<b>", page)
        self.assertNotIn("<i>", page)

    def test_the_fixture_s_page_shows_what_is_printed(self):
        text = (pathlib.Path(__file__).parents[3] / "src" / "fixture"
                / "README.md").read_text()
        shown = re.search(r"\$ flags serve (--seed 7 .*?--attempts 3)\n(.*?)```",
                          text, re.DOTALL)
        run = self.flags("serve",
                         *shlex.split(shown[1].replace("\\\n", " ")))
        self.assertEqual(run.stdout, shown[2])


if __name__ == "__main__":
    harness.main()
