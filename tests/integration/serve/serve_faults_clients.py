"""Each fault kind of flags serve: what curl, wget and flags get make of it."""

import subprocess

import harness
import wire
from faulty import BR, FLAG, Faults
from harness import limit


# rule; curl's exit status; wget's; flags get's exit status and what it says.
# wget 1.21: 0 good, 3 file, 4 network, 7 protocol, 8 the server said no.
VERDICTS = (
    ("delay=50ms", 0, 0, 0, r"BR OK"),
    ("slow-headers=10ms,every=1ms", 0, 0, 0, r"BR OK"),
    ("slow-headers=5s", 28, 4, 3, r"timeout"),
    ("bandwidth=100k", 0, 0, 0, r"BR OK"),
    ("slice=4000,every=5ms", 0, 0, 0, r"BR OK"),
    ("status=503,retry-after=1", 22, 8, 3, r"HTTP 503"),
    ("status=404", 22, 8, 4, r"not found"),
    ("limit=1/h", 22, 8, 3, r"HTTP 429"),
    ("reset=headers:0", 56, 4, 3, r"reset"),
    ("reset=body:50%", 56, 4, 3, r"reset"),
    ("close=headers:0", 52, 4, 3, r"without an answer"),
    ("close=body:50%", 18, 4, 3, r"truncated"),
    ("truncate=50%", 18, 4, 3, r"truncated"),
    # wget takes the end of the connection for the end of the chunks.
    ("truncate=50%,framing=chunked", 18, 0, 3, r"truncated"),
    ("hang=headers", 28, 4, 3, r"timeout"),
    ("hang=body", 28, 4, 3, r"timeout"),
    ("corrupt=3", 0, 0, None, r""),
    ("garbage", 1, 0, 3, r"BR error"),
    ("empty", 52, 4, 3, r"without an answer"),
    ("empty=body", 0, 0, 3, r"empty"),
    ("bad-chunk", 56, 0, 3, r"BR error"),
    ("bad-length=+10", 18, 4, 3, r"truncated"),
    ("header-bomb=4M,line=4k", 56, None, 3, r"header"),
    ("html", 0, 0, 3, r"HTML"),
    ("redirect", 0, 0, 0, r"BR OK"),
    ("redirect-loop", 47, 8, 3, r"redirects"),
    ("etag=off", 0, 0, 0, r"BR OK"),
    ("etag=changing", 0, 0, 0, r"BR OK"),
)


class Clients(Faults):
    """Programs agree with the bytes, each in its own words."""

    def setUp(self):
        super().setUp()
        self.used = 0

    def patience(self, rule):
        """A time limit for the client: short where it is to run out."""
        expires = [v[0] for v in VERDICTS if v[1] == 28]
        return 0.3 if rule in expires else limit(5)

    def warm(self, rule):
        """A server with the rule; a limit is used up by one request."""
        port = self.port_with(rule)
        if rule.startswith("limit"):
            wire.ask(port, BR)
        return port

    def test_curl(self):
        for rule, status, _, _, _ in VERDICTS:
            with self.subTest(rule):
                port = self.warm(rule)
                run = subprocess.run(
                    ["curl", "-sS", "-f", "-L", "--max-redirs", "5",
                     "--max-time", str(self.patience(rule)), "-o", "/dev/null",
                     f"http://127.0.0.1:{port}{BR}"],
                    capture_output=True, text=True, timeout=limit(20))
                self.assertEqual(run.returncode, status, run.stderr)

    def test_wget(self):
        for rule, _, status, _, _ in VERDICTS:
            if status is None:
                continue
            with self.subTest(rule):
                port = self.warm(rule)
                run = subprocess.run(
                    ["wget", "-q", "-t", "1", "-T", str(self.patience(rule)),
                     "--max-redirect", "5", "-O", "/dev/null",
                     f"http://127.0.0.1:{port}{BR}"],
                    capture_output=True, text=True, timeout=limit(20))
                self.assertEqual(run.returncode, status, run.stderr)

    def test_flags_get(self):
        for rule, _, _, status, says in VERDICTS:
            if status is None:
                continue
            port = self.warm(rule)
            for strategy in harness.STRATEGIES:
                if rule.startswith("limit"):
                    wire.ask(port, BR)
                with self.subTest(rule, strategy=strategy):
                    out = self.home / f"{strategy}{self.used}"
                    self.used += 1
                    run = self.flags(
                        "get", "-v", "-S", strategy, "-o", out, "-t",
                        self.patience(rule), "-s", f"http://127.0.0.1:{port}/flags", "BR")
                    self.assertStatus(run, status)
                    self.assertRegex(run.stdout + run.stderr, says)
                    self.assertEqual(
                        harness.files_in(out),
                        {"br.gif": FLAG} if status == 0 else {})

    def test_flags_get_with_bad_metadata(self):
        for rule, name in (("meta=../../evil", "..-..-evil|evil"),
                           ("meta=missing", None), ("meta=notjson", None),
                           ("meta=huge", None)):
            with self.subTest(rule):
                port = self.port_with(rule)
                out = self.home / f"meta{self.used}"
                self.used += 1
                run = self.flags("get", "-v", "-c", "-o", out, "-s",
                                 f"http://127.0.0.1:{port}/flags", "BR")
                files = harness.files_in(out)
                if name:
                    self.assertStatus(run, 0)
                    self.assertEqual(list(files.values()), [FLAG])
                    self.assertRegex(list(files)[0], name)
                elif rule != "meta=huge":
                    self.assertStatus(run, 3)
                    self.assertRegex(run.stdout + run.stderr, "BR error")
                    self.assertEqual(files, {})
                self.assertEqual(sorted(p.name for p in self.home.iterdir()
                                        if "evil" in p.name), [])


if __name__ == "__main__":
    harness.main()
