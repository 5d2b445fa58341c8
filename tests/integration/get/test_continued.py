"""A long body that breaks is gone on with by the next attempt, if the server
vouches for its being the same one; else the whole comes anew."""

import hashlib
import json
import random
import re
import threading
import urllib.request

import harness
from harness import Case, files_in, per_strategy

LONG = random.Random(1).randbytes(1_300_000)
OTHER = random.Random(2).randbytes(len(LONG))
SHORT = LONG[:1_000_000]
HALF = 700_000
OLD = "Sun, 06 Nov 1994 08:49:37 GMT"
NOW = "Sun, 06 Nov 1994 08:50:00 GMT"
TAG = '"one"'


class Server:
    """By path: how many bytes come of the first answer, and what the later
    ones are. Its requests' (Range, If-Range), in their order."""

    def __init__(self, case, first, then):
        self.first, self.then = first, then
        self.asked = {}
        self.sent = {}
        self.lock = threading.Lock()
        self.raw = case.raw_server(self.answer)

    def url(self, name):
        return f"http://127.0.0.1:{self.raw.port}/{name}"

    def answer(self, connection):
        while request := connection.read_request():
            name = request.path[1:]
            asked = (request.headers.get("range"),
                     request.headers.get("if-range"))
            with self.lock:
                asked_before = self.asked.setdefault(name, [])
                asked_before.append(asked)
                count = len(asked_before)
            head, body, sent = (self.first if count == 1 else
                                self.then)(name, count, asked[0])
            with self.lock:
                self.sent[name] = self.sent.get(name, 0) + sent
            length = len(body)
            connection.send(head.encode() +
                            f"Content-Length: {length}\r\n\r\n".encode() +
                            body[:sent])
            if sent < length:
                return


def whole(body, sent=None, **fields):
    return ("HTTP/1.1 200 OK\r\n" + lines(fields), body,
            len(body) if sent is None else sent)


def lines(fields):
    return "".join(f"{name.replace('_', '-')}: {value}\r\n"
                   for name, value in fields.items())


def rest(body, asked, sent=None, content_range=None, **fields):
    first = int(re.fullmatch(r"bytes=(\d+)-", asked).group(1))
    content_range = content_range or f"bytes {first}-{len(body) - 1}/{len(body)}"
    body = body[first:]
    return (f"HTTP/1.1 206 Partial Content\r\nContent-Range: {content_range}"
            "\r\n" + lines(fields), body, len(body) if sent is None else sent)


@per_strategy
class Continued(Case):
    def run_of(self, strategy, server, names, *options, retry=2):
        run = self.get("-S", strategy, "--retry", str(retry), "--retry-delay",
                       "0", *options, "--json", *map(server.url, names))
        report = json.loads(run.stdout)
        return run, {item["file"] if "file" in item else
                     item["url"].rsplit("/")[-1]: item
                     for item in report["items"]}

    def test_bodies_are_asked_for_from_where_they_broke(self, strategy):
        # Breaks twice: the second part is gone on with, too.
        def first(name, count, asked):
            return whole(LONG, HALF, **fields[name])

        def then(name, count, asked):
            return rest(LONG, asked, 100_000 if count == 2 else None,
                        **(fields[name] if name == "tag" else {}))

        fields = {"tag": {"ETag": TAG},
                  "date": {"Last_Modified": OLD, "Date": NOW},
                  "both": {"ETag": TAG, "Last_Modified": OLD, "Date": NOW}}
        server = Server(self, first, then)
        run, items = self.run_of(strategy, server, fields)

        self.assertStatus(run, 0)
        self.assertEqual(files_in(self.out), {name: LONG for name in fields})
        for name, validator in (("tag", TAG), ("date", OLD), ("both", TAG)):
            self.assertEqual(server.asked[name], [
                (None, None), (f"bytes={HALF}-", validator),
                (f"bytes={HALF + 100_000}-", validator)])
            self.assertEqual(server.sent[name], len(LONG))
            item = items[name]
            self.assertEqual(item["bytes"], len(LONG))
            self.assertEqual(item["sha256"],
                             hashlib.sha256(LONG).hexdigest())
            self.assertEqual([(x.get("from", 0), x["bytes"])
                              for x in item["requests"]],
                             [(0, HALF), (HALF, 100_000),
                              (HALF + 100_000, len(LONG) - HALF - 100_000)])

    def test_without_a_strong_validator_the_whole_comes_anew(self, strategy):
        fields = {"none": {}, "weak": {"ETag": 'W/"one"'},
                  "weak-and-old": {"ETag": 'W/"one"', "Last_Modified": OLD,
                                   "Date": NOW},
                  "just-changed": {"Last_Modified": NOW, "Date": NOW},
                  "undated": {"Last_Modified": OLD},
                  "bare": {"ETag": "one"}}
        server = Server(self,
                        lambda name, *_: whole(LONG, HALF, **fields[name]),
                        lambda name, *_: whole(LONG, **fields[name]))
        run, items = self.run_of(strategy, server, fields)

        self.assertStatus(run, 0)
        self.assertEqual(files_in(self.out), {name: LONG for name in fields})
        for name in fields:
            self.assertEqual(server.asked[name], [(None, None)] * 2, name)

    def test_a_body_that_has_changed_takes_the_place_of_what_came(
            self, strategy):
        server = Server(self, lambda *_: whole(LONG, HALF, ETag=TAG),
                        lambda *_: whole(OTHER, ETag='"two"'))
        run, items = self.run_of(strategy, server, ["changed"])

        self.assertStatus(run, 0)
        self.assertEqual(files_in(self.out), {"changed": OTHER})
        self.assertEqual(server.asked["changed"],
                         [(None, None), (f"bytes={HALF}-", TAG)])
        self.assertEqual(items["changed"]["sha256"],
                         hashlib.sha256(OTHER).hexdigest())
        self.assertEqual(items["changed"]["requests"][1]["bytes"], len(OTHER))

    def test_a_rest_that_cannot_be_it_is_asked_for_anew_as_a_whole(
            self, strategy):
        end, size = len(LONG) - 1, len(LONG)
        bad = {"start": {"content_range": f"bytes {HALF - 1}-{end}/{size}"},
               "total": {"content_range": f"bytes {HALF}-{end}/{size + 1}"},
               "end": {"content_range": f"bytes {HALF}-{end - 1}/{size}"},
               "unknown": {"content_range": f"bytes {HALF}-{end}/*"},
               "unit": {"content_range": f"lines {HALF}-{end}/{size}"},
               "tag": {"ETag": '"two"'},
               "416": None}

        def then(name, count, asked):
            if not asked:
                return whole(OTHER, ETag=TAG)
            if name == "416":
                return ("HTTP/1.1 416 No\r\n", b"no", 2)
            return rest(LONG, asked, **bad[name])

        server = Server(self, lambda *_: whole(LONG, HALF, ETag=TAG), then)
        run, items = self.run_of(strategy, server, bad, retry=1)

        self.assertStatus(run, 0)
        self.assertEqual(files_in(self.out), {name: OTHER for name in bad})
        for name in bad:
            self.assertEqual(server.asked[name], [
                (None, None), (f"bytes={HALF}-", TAG), (None, None)], name)
            self.assertEqual(items[name]["attempts"], 2)

    def test_what_came_survives_an_error_in_between(self, strategy):
        server = Server(
            self, lambda *_: whole(LONG, HALF, ETag=TAG),
            lambda name, count, asked:
                ("HTTP/1.1 503 Busy\r\n", b"", 0) if count == 2
                else rest(LONG, asked, ETag=TAG))
        run, _ = self.run_of(strategy, server, ["busy"])

        self.assertStatus(run, 0)
        self.assertEqual(files_in(self.out), {"busy": LONG})
        self.assertEqual(server.asked["busy"][1:],
                         [(f"bytes={HALF}-", TAG)] * 2)

    def test_short_bodies_and_single_attempts_and_own_ranges_are_not(
            self, strategy):
        server = Server(self, lambda *_: whole(SHORT, HALF, ETag=TAG),
                        lambda *_: whole(SHORT, ETag=TAG))
        run, _ = self.run_of(strategy, server, ["short"])
        self.assertStatus(run, 0)
        self.assertEqual(server.asked["short"], [(None, None)] * 2)

        server = Server(self, lambda *_: whole(LONG, HALF, ETag=TAG), None)
        run, items = self.run_of(strategy, server, ["once"], retry=0)
        self.assertStatus(run, 3)
        self.assertRegex(run.stderr, f"truncated: {HALF} of {len(LONG)} bytes")
        self.assertEqual(files_in(self.out), {"short": SHORT})

        server = Server(self, lambda *_: whole(LONG, HALF, ETag=TAG),
                        lambda *_: whole(LONG, ETag=TAG))
        run, _ = self.run_of(strategy, server, ["own"], "-H",
                             "Range: bytes=0-")
        self.assertStatus(run, 0)
        self.assertEqual(server.asked["own"], [("bytes=0-", None)] * 2)

    def test_nothing_is_left_of_what_never_became_complete(self, strategy):
        def then(name, count, asked):
            return rest(LONG, asked, 1000, ETag=TAG)

        server = Server(self, lambda *_: whole(LONG, HALF, ETag=TAG), then)
        run, items = self.run_of(strategy, server, ["never"])

        self.assertStatus(run, 3)
        self.assertRegex(run.stderr, f"truncated: {HALF + 2000} of "
                         f"{len(LONG)} bytes")
        self.assertEqual(files_in(self.out), {})
        self.assertEqual([x for x in self.out.iterdir()
                          if x.name != ".flags-manifest.jsonl"], [])

    def test_the_greatest_size_holds_for_all_parts_together(self, strategy):
        def answer(connection):
            request = connection.read_request()
            asked = request.headers.get("range")
            if not asked:
                connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                                b"chunked\r\nETag: " + TAG.encode() +
                                b"\r\n\r\n%x\r\n" % len(LONG) +
                                LONG[:1_200_000])
            else:
                head, body, _ = rest(LONG, asked)
                connection.send(head.encode() + b"Transfer-Encoding: chunked"
                                b"\r\n\r\n%x\r\n%b\r\n0\r\n\r\n"
                                % (len(body), body))

        raw = self.raw_server(answer)
        run = self.get("-S", strategy, "--retry", "1", "--retry-delay", "0",
                       "--max-filesize", str(len(LONG) - 1),
                       f"http://127.0.0.1:{raw.port}/long")
        self.assertStatus(run, 3)
        self.assertIn(f"longer than {len(LONG) - 1} bytes", run.stderr)
        run = self.get("-S", strategy, "--retry", "1", "--retry-delay", "0",
                       "--max-filesize", str(len(LONG)),
                       f"http://127.0.0.1:{raw.port}/long")
        self.assertStatus(run, 0)
        self.assertEqual(files_in(self.out), {"long": LONG})

    def test_the_fixture_sees_each_byte_once(self, strategy):
        root = self.home / "long"
        root.mkdir()
        (root / "long.bin").write_bytes(LONG)
        server = self.serve("--root", str(root), "--fault",
                            "reset=body:700k #1", "--fault",
                            "truncate=30% #2")
        run = self.get("-S", strategy, "--retry", "3", "--retry-delay", "0",
                       "--json", "--events", str(self.home / "events"),
                       server.url + "/long.bin", env={
                           "FLAGS_ORIGIN": server.url})

        self.assertStatus(run, 0)
        self.assertEqual(files_in(self.out), {"long.bin": LONG})
        with urllib.request.urlopen(
                f"http://127.0.0.1:{server.port}/__flags/stats") as answer:
            stats = json.load(answer)
        self.assertEqual(stats["requests"], 3)
        events = [json.loads(line) for line in
                  (self.home / "events").read_text().splitlines()]
        parts = [(event.get("from", 0), event["bytes"]) for event in events
                 if event["ev"] == "transferred"]
        self.assertEqual([first for first, _ in parts],
                         [0, parts[0][1], parts[0][1] + parts[1][1]])
        self.assertEqual(sum(count for _, count in parts), len(LONG))
        # What the server counts has the heads and bodies of all answers.
        self.assertGreaterEqual(stats["bytes"], len(LONG))
        self.assertLess(stats["bytes"], len(LONG) + 5000)


if __name__ == "__main__":
    harness.main()
