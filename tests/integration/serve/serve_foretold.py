"""A property of the forecast: for rules, seeds, paths and attempts that are drawn
at random, it says what the journal then has and what the client sees, over
HTTP/1.1 and HTTP/2, with TLS and without."""

import collections
import contextlib
import json
import random
import socket
import ssl
import urllib.parse

import harness
import wire
from harness import corpus_file, limit
from http2 import Peer

PATHS = ["/flags/br/br.gif", "/flags/us/us.gif", "/flags/de/de.gif?a=b"]
ATTEMPTS = 6
KINDS = ("status=404", "status=503,retry-after=1", "reset=headers",
         "reset=body:50%", "close=headers", "close=body:30%", "truncate=100",
         "truncate=50%", "corrupt=3", "empty", "empty=body", "html",
         "redirect=http://h/", "redirect-loop", "etag=off", "etag=changing",
         "meta=missing", "delay=1ms", "slice=500,every=0.000001",
         "bandwidth=10M", "bad-length=+10", "bad-length=-10", "header-bomb=2k",
         "garbage=64", "bad-chunk", "slow-headers=0.000001,every=0.000001",
         "goaway", "rst-stream=refused-stream", "settings-flood=3", "early=413",
         "reset=request:1")
HARMLESS = {None, "etag", "meta", "delay", "slice", "bandwidth",
            "header-bomb", "slow-headers", "goaway", "settings-flood"}


def drawn(dice):
    """A rule; no two of a weather are alike, so that each has a count."""
    words = [dice.choice(KINDS)]
    words += dice.choice(([], [], ["@/br/*"], ["@*.gif"], ["@/?s/us.gif"]))
    words += dice.choice(([], [], ["#1"], ["#2-4"], ["#1,3,6"], ["#3-"]))
    words += dice.choice(([], ["%50"], [f"%{dice.randint(5, 60)}"]))
    return " ".join(words)


class Foretold(harness.Case):
    def context(self):
        return ssl.create_default_context(cafile=str(self.home / "ca.pem"))

    def over_http1(self, path, *fields):
        """Status, if there was one; and the body, if it was whole."""
        with contextlib.closing(socket.create_connection(
                ("127.0.0.1", self.server.port), limit(10))) as sock:
            if self.tls:
                sock = self.context().wrap_socket(
                    sock, server_hostname="localhost")
            with sock:
                sock.sendall(wire.request(path, *map(": ".join, fields),
                                          close=True))
                heard = wire.listen(sock)
        if not heard.raw.startswith(b"HTTP/1.1 "):
            return None, None
        whole = (b"\r\n\r\n" in heard.raw
                 and heard.headers.get("content-length")
                 == str(len(heard.body)))
        return heard.status, heard.body if whole else None

    def over_http2(self, path, *fields):
        if not self.peer or self.peer.goaway or self.peer.over:
            if self.peer:
                self.peer.close()
            self.peer = Peer.connect(self.server.port,
                                     self.context() if self.tls else None)
            self.addCleanup(self.peer.close)
            self.peer.start()
        answer = self.peer.answer(self.peer.get(
            path, *((name.lower(), value) for name, value in fields)))
        length = answer["content-length"]
        whole = answer.ended and length in (None, str(len(answer.body)))
        return answer.status, answer.body if whole else None

    def foretold(self, path):
        _, text = self.ask(f"/__flags/forecast?attempts={ATTEMPTS}&path="
                           + urllib.parse.quote(path, safe=""))
        return json.loads(text)["attempts"]

    def check_seen(self, path, attempt, seen):
        """What a client sees of the fault that was foretold."""
        status, body = seen
        kind = attempt["fault"]
        file = corpus_file(path.split("/")[2]).read_bytes()
        if kind in HARMLESS:
            self.assertEqual((status, body == file), (200, True), attempt)
        elif kind == "status":
            told = int(attempt["rule"].split()[0][7:].split(",")[0])
            self.assertEqual(status, told, attempt)
        elif kind.startswith("redirect"):
            self.assertEqual(status, 302, attempt)
        else:
            self.assertIn(status, (None, 200), attempt)
            self.assertNotEqual(body, file, attempt)

    def run_of(self, seed, rules):
        """All attempts at all paths in an order of their own; gives how often
        which fault was foretold."""
        asked = [(path, attempt) for path in PATHS
                 for attempt in self.foretold(path)]
        random.Random(seed).shuffle(asked)
        for path, attempt in asked:
            self.check_seen(path, attempt, self.ask(
                path, ("X-Flags-Attempt", str(attempt["attempt"]))))
        self.peer = None
        _, journal = self.ask("/__flags/requests")
        self.assertEqual(
            [(entry["path"], entry["attempt"], entry["delay"], entry["fault"],
              entry["rule"]) for entry in json.loads(journal)["requests"]],
            [(path.partition("?")[0], attempt["attempt"], attempt["delay"],
              attempt["fault"], attempt["rule"])
             for path, attempt in asked], rules)
        return collections.Counter(attempt["fault"] for _, attempt in asked)

    def check(self, protocol, tls, seeds):
        met = collections.Counter()
        self.tls = tls
        self.ask = self.over_http2 if protocol == 2 else self.over_http1
        more = ("--tls", "--ca-file", self.home / "ca.pem") if tls else ()
        for seed in seeds:
            self.peer = None
            dice = random.Random(seed)
            rules = sorted({drawn(dice) for _ in range(14)})
            dice.shuffle(rules)
            self.server = self.serve(
                "-q", "--http2", "--seed", str(seed), "--delay",
                "uniform:0:2ms", *more,
                *(word for rule in rules for word in ("--fault", rule)))
            with self.subTest(seed=seed, rules=rules):
                met += self.run_of(seed, rules)
            self.server.stop()
        self.assertGreater(len(met), 6, met)

    def test_over_http_1_1(self):
        self.check(1, False, range(1, 5))

    def test_over_tls(self):
        self.check(1, True, range(7, 10))

    def test_over_http_2(self):
        self.check(2, False, range(11, 15))

    def test_over_http_2_and_tls(self):
        self.check(2, True, range(17, 20))


if __name__ == "__main__":
    harness.main()
