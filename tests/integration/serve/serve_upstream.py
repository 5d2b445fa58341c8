"""--upstream: in front of a real server, with everything that can go wrong
before it, and little that goes wrong by itself."""

import contextlib
import hashlib
import json
import threading
import time

import harness
import wire
from harness import refused_url
from http2 import END_HEADERS, END_STREAM, Peer, frame, DATA
from origin import BIG, UpstreamCase


class PassedOn(UpstreamCase):
    def test_a_request_arrives_as_it_was(self):
        server = self.front()
        seen = self.echo(server, "/a//b%2F?c=d&e", "X-Own: 1", "X-Own: 2",
                         "User-Agent: tester", "X-Empty:")
        self.assertEqual((seen["method"], seen["target"]),
                         ("GET", "/a//b%2F?c=d&e"))
        fields = seen["fields"]
        for field in (["x-own", "1"], ["x-own", "2"], ["x-empty", ""],
                      ["user-agent", "tester"]):
            self.assertIn(field, fields)

    def test_nothing_is_added_but_via(self):
        names = {n for n, _ in self.echo(self.front())["fields"]}
        self.assertEqual(names, {"host", "via"})

    def test_the_path_of_the_upstream_goes_before(self):
        server = self.front(base=self.base + "/api/")
        self.assertEqual(self.echo(server, "/x?y")["target"], "/api/x?y")

    def test_fields_of_one_connection_stay_there(self):
        seen = self.echo(self.front(), "/x", "Connection: x-mine, close",
                         "X-Mine: 1", "Keep-Alive: 5", "TE: trailers",
                         "Proxy-Connection: x", "Upgrade: y")
        names = {n for n, _ in seen["fields"]}
        self.assertEqual(names & {"connection", "x-mine", "keep-alive", "te",
                                  "proxy-connection", "upgrade"}, set())

    def test_and_so_do_those_of_the_answer(self):
        got = wire.ask(self.front().port, "/x")
        self.assertEqual(got.headers["x-origin"], "yes")
        self.assertNotIn("x-hop", got.headers)
        self.assertIn("via", got.headers)
        self.assertEqual(got.headers["content-type"], "application/json")

    def test_any_method(self):
        server = self.front()
        for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"):
            with self.subTest(method=method):
                seen = self.echo(server, "/x", "Content-Length: 3",
                                 method=method, body=b"abc")
                self.assertEqual((seen["method"], seen["length"]),
                                 (method, 3))

    def test_head_has_the_length_and_no_body(self):
        got = wire.ask(self.front().port, "/big", method="HEAD")
        self.assertEqual(got.headers["content-length"], str(len(BIG)))
        self.assertEqual(got.body, b"")

    def test_statuses_are_passed_on_and_redirects_not_followed(self):
        server = self.front()
        moved = wire.ask(server.port, "/moved")
        self.assertEqual((moved.status, moved.headers["location"]),
                         (302, "/elsewhere"))
        self.assertEqual(wire.ask(server.port, "/nothing").status, 204)

    def test_a_connection_is_kept(self):
        server = self.front()
        data = wire.request("/x") * 5 + wire.request("/chunks") + wire.request(
            "/x", close=True)
        raw = wire.exchange(server.port, data).raw
        found = wire.responses(raw, ["GET"] * 7)
        self.assertEqual([status for status, _, _ in found], [200] * 7)
        self.assertEqual(found[5][2], b"onetwothree")

    def test_the_ready_line_has_no_path(self):
        self.assertRegex(self.front().url, r"^http://127.0.0.1:\d+$")

    def test_control_is_ours(self):
        server = self.front()
        self.echo(server)
        stats = json.loads(wire.ask(server.port, "/__flags/stats").body)
        self.assertEqual(stats["requests"], 1)


class Streaming(UpstreamCase):
    def test_a_large_body_arrives_whole(self):
        got = wire.ask(self.front().port, "/big")
        self.assertTrue(got.body == BIG)
        self.assertEqual(got.headers["content-length"], str(len(BIG)))

    def memory(self, server):
        with open(f"/proc/{server.pid}/status", encoding="ascii") as status:
            for line in status:
                if line.startswith("VmRSS"):
                    return int(line.split()[1]) * 1024
        raise AssertionError("no VmRSS")

    def test_a_slow_client_slows_the_server_and_costs_no_memory(self):
        # AddressSanitizer would keep what was freed.
        options = self.environment()["ASAN_OPTIONS"]
        server = self.front(env={
            "ASAN_OPTIONS": options +
            ":quarantine_size_mb=0:thread_local_quarantine_size_kb=0"})
        wire.ask(server.port, "/x")
        before = self.memory(server)
        with contextlib.closing(wire.connect(server.port)) as sock:
            sock.sendall(wire.request("/big", close=True))
            got = sock.recv(1000)
            # Time enough to take all, if it did: the kernel's buffers, of
            # some 4 MB, are not the server's memory.
            time.sleep(.5)
            grown = self.memory(server) - before
            got += wire.listen(sock).raw
        self.assertTrue(got[got.index(b"\r\n\r\n") + 4:] == BIG)
        if not harness.WRAP:
            self.assertLess(grown, 2_000_000)

    def test_pieces_come_as_they_are_sent(self):
        self.origin.gate = threading.Event()
        server = self.front()
        with contextlib.closing(wire.connect(server.port)) as sock:
            sock.sendall(wire.request("/chunks", close=True))
            got = b""
            while b"one" not in got:
                got += sock.recv(1000)
            self.assertNotIn(b"two", got)
            self.origin.gate.set()
            got += wire.listen(sock).raw
        self.assertEqual(wire.responses(got, ["GET"])[0][2], b"onetwothree")

    def test_an_upload_of_any_size(self):
        server = self.front()
        seen = self.echo(server, "/up", f"Content-Length: {len(BIG)}",
                         method="PUT", body=BIG)
        self.assertEqual(seen["sha256"], hashlib.sha256(BIG).hexdigest())
        self.assertIn(["content-length", str(len(BIG))], seen["fields"])

    def test_an_upload_in_chunks(self):
        chunks = b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n"
        seen = self.echo(self.front(), "/up", "Transfer-Encoding: chunked",
                         method="POST", body=chunks)
        self.assertEqual(seen["sha256"],
                         hashlib.sha256(b"hello world").hexdigest())


class Errors(UpstreamCase):
    def refused(self, server, status, reason, path="/x"):
        got = wire.ask(server.port, path)
        self.assertEqual(got.status, status)
        self.assertRegex(got.body.decode(), reason)

    def test_nobody_listens(self):
        server = self.front(base=refused_url())
        self.refused(server, 502, "(?i)connect|refused")

    def test_something_else_than_http(self):
        def answer(connection):
            connection.read_request()
            connection.send(b"\0\1\2 hello\r\n\r\n")
        raw = self.raw_server(answer)
        self.refused(self.front(base=f"http://127.0.0.1:{raw.port}"), 502,
                     "(?i)http|protocol")

    def test_an_empty_answer(self):
        raw = self.raw_server(lambda connection: connection.read_request()
                              and None)
        self.refused(self.front(base=f"http://127.0.0.1:{raw.port}"), 502,
                     "(?i)empty|reply|nothing")

    def test_silence_is_504(self):
        server = self.front("--idle-timeout", "0.5")
        self.refused(server, 504, "(?i)time", "/silent")

    def test_credentials_are_not_told(self):
        url = refused_url().replace("//", "//me:secret@").replace("/flags", "")
        got = wire.ask(self.front(base=url).port, "/x")
        self.assertEqual(got.status, 502)
        self.assertNotIn(b"secret", got.raw)

    def test_a_body_that_ends_early_is_broken_off(self):
        got = wire.ask(self.front().port, "/short")
        self.assertEqual(got.body, b"x" * 400)
        self.assertEqual(got.headers["content-length"], "1000")

    def test_bytes_that_no_field_may_hold_are_not_passed_on(self):
        def answer(connection):
            connection.read_request()
            connection.send(b"HTTP/1.1 200 OK\r\nX-A: one\rX-B: two\r\n"
                            b"X-C : three\r\nX-D: four\x01\r\n  and: five\r\n"
                            b"X E: six\r\nContent-Length: 2\r\n"
                            b"X-Late: seven\r\nConnection: x-late\r\n\r\nok")
        raw = self.raw_server(answer)
        got = wire.ask(
            self.front(base=f"http://127.0.0.1:{raw.port}").port, "/x")
        self.assertEqual((got.status, got.body), (200, b"ok"))
        self.assertNotRegex(got.head.replace(b"\r\n", b"|"), b"[\r\n\x01]")
        self.assertEqual(
            [got.headers.get(name) for name in ("x-a", "x-b", "x-c", "x-d")],
            ["one X-B: two", None, "three", "four  and: five"])
        self.assertNotIn(b"six", got.raw)
        self.assertNotIn(b"seven", got.raw)

    def test_a_body_whose_end_nobody_can_tell_is_refused(self):
        """RFC 9112, 6.3: libcurl would take the last length, or none."""
        for fields, reason in (
                (b"Content-Length: 3\r\nContent-Length: 5", "3 and 5"),
                (b"Content-Length: 3, 5", "3 and 5"),
                (b"Content-Length: 99999999999999999999", "9{20}"),
                (b"Content-Length: 0x5", "0x5|Content-Length"),
                (b"Transfer-Encoding: chunked, chunked", "Transfer-Encoding"),
                (b"Upgrade: x\r\nConnection: upgrade", "protocol")):
            status = b"101 Go" if b"Upgrade" in fields else b"200 OK"

            def answer(connection, status=status, fields=fields):
                connection.read_request()
                connection.send(b"HTTP/1.1 " + status + b"\r\n" + fields
                                + b"\r\n\r\nabcde")
            with self.subTest(fields=fields):
                raw = self.raw_server(answer)
                self.refused(self.front(base=f"http://127.0.0.1:{raw.port}"),
                             502, reason)

    def test_chunks_win_over_a_length(self):
        """RFC 9112, 6.3: with the length, the body would be cut in silence."""
        def answer(connection):
            connection.read_request()
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n"
                            b"Transfer-Encoding: chunked\r\n\r\n"
                            b"5\r\nabcde\r\n0\r\n\r\n")
        raw = self.raw_server(answer)
        got = wire.ask(
            self.front(base=f"http://127.0.0.1:{raw.port}").port, "/x")
        self.assertNotIn("content-length", got.headers)
        self.assertRegex(got.body, rb"\A5\r\nabcde\r\n0\r\n\r\n\Z")

    def test_a_head_without_end(self):
        def answer(connection):
            connection.read_request()
            connection.send(b"HTTP/1.1 200 OK\r\n")
            with contextlib.suppress(OSError):
                for _ in range(300):
                    connection.send(b"X: " + b"y" * 1000 + b"\r\n")
        raw = self.raw_server(answer)
        self.refused(self.front(base=f"http://127.0.0.1:{raw.port}"), 502,
                     "(?i)large|head")

    def test_a_request_that_goes_in_a_circle_comes_to_its_end(self):
        """As where a server is its own upstream: each adds to Via."""
        server = self.front()
        for fields, status in ((["Via: 1.1 flags"] * 10, 200),
                               (["Via: 1.1 flags"] * 11, 502),
                               (["Via: 1.1 a" + ", 1.1 b" * 9], 200),
                               (["Via: 1.1 a" + ", 1.1 b" * 10], 502)):
            for method, body in (("GET", b""), ("POST", b"abc")):
                with self.subTest(fields=fields, method=method):
                    got = wire.exchange(server.port, wire.request(
                        "/x", *fields, f"Content-Length: {len(body)}",
                        method=method, close=True) + body)
                    self.assertEqual(got.status, status)
                    self.assertEqual(b"passed 11 proxies" in got.body,
                                     status == 502)

    def test_a_client_that_goes_away_does_no_harm(self):
        server = self.front()
        for _ in range(10):
            with contextlib.closing(wire.connect(server.port)) as sock:
                sock.sendall(wire.request("/big"))
                sock.recv(100)
        self.assertEqual(wire.ask(server.port, "/x").status, 200)
        self.assertStatus(server.stop(), 0)

    def test_a_wrong_url_is_a_usage_error(self):
        for url in ("localhost:1", "ftp://a", "http://", "http://a/?b"):
            run = self.flags("serve", "-p", "0", "--upstream", url)
            self.assertStatus(run, 2)
            self.assertIn("--upstream", run.stderr)


class Weather(UpstreamCase):
    def test_what_a_rule_decides_does_not_reach_the_server(self):
        server = self.front("--fault", "status=503,retry-after=1 #1")
        self.assertEqual(wire.ask(server.port, "/x").status, 503)
        self.assertEqual(wire.ask(server.port, "/x").status, 200)

    def test_a_delay_is_added(self):
        server = self.front("--delay", "300ms")
        begun = time.monotonic()
        self.assertEqual(wire.ask(server.port, "/x").status, 200)
        self.assertGreaterEqual(time.monotonic() - begun, .3)

    def test_faults_of_bytes_are_exact_where_the_length_is_known(self):
        half = len(BIG) // 2
        for rule, length in (("reset=body:50%", half), ("close=body:50%", half),
                             ("truncate=50%", half),
                             ("truncate=1000,framing=none", 1000)):
            with self.subTest(rule=rule):
                server = self.front("--fault", rule)
                got = wire.ask(server.port, "/big")
                self.assertEqual(len(got.body), length)
                self.assertTrue(BIG.startswith(got.body))
                server.stop()

    def test_corrupt(self):
        got = wire.ask(self.front("--fault", "corrupt=3").port, "/big")
        wrong = sum(a != b for a, b in zip(got.body, BIG))
        self.assertEqual((len(got.body), wrong), (len(BIG), 3))

    def test_corrupt_without_a_length(self):
        got = wire.ask(self.front("--fault", "corrupt=1").port, "/chunks")
        self.assertEqual(got.ended, "end")

    def test_bandwidth_and_slices(self):
        for rule in ("bandwidth=1k", "slice=50,every=5ms", "slow-headers=1ms,"
                     "every=1ms", "header-bomb=1k"):
            with self.subTest(rule=rule):
                server = self.front("--fault", rule)
                got = wire.ask(server.port, "/x")
                self.assertEqual(json.loads(got.body)["method"], "GET")
                server.stop()

    def test_bad_chunk_and_bad_length(self):
        got = wire.ask(self.front("--fault", "bad-chunk").port, "/x")
        self.assertTrue(got.body.startswith(b"no-size"))
        got = wire.ask(self.front("--fault", "bad-length=+10").port, "/x")
        self.assertEqual(int(got.headers["content-length"]),
                         len(got.body) + 10)

    def test_validators(self):
        off = wire.ask(self.front("--fault", "etag=off").port, "/big")
        self.assertNotIn("etag", off.headers)
        other = wire.ask(self.front("--fault", "etag=changing").port, "/big")
        self.assertNotEqual(other.headers["etag"], '"big"')


class OverHttp2(UpstreamCase):
    def connect(self, *args):
        server = self.front("--http2", *args)
        peer = Peer.connect(server.port)
        self.addCleanup(peer.close)
        return peer.start()

    def test_answers_of_each_kind(self):
        peer = self.connect()
        self.assertTrue(peer.answer(peer.get("/big")).body == BIG)
        chunks = peer.answer(peer.get("/chunks"))
        self.assertEqual((chunks.body, chunks.ended), (b"onetwothree", True))
        self.assertEqual(peer.answer(peer.get("/nothing")).status, 204)
        short = peer.answer(peer.get("/short"))
        self.assertEqual(short.body, b"x" * 400)
        self.assertIsNotNone(short.reset)

    def test_an_upload(self):
        peer = self.connect()
        stream = peer.request(peer.fields("/up", "PUT"), END_HEADERS)
        peer.send(frame(DATA, 0, stream, b"a" * 10000))
        peer.send(frame(DATA, END_STREAM, stream, b"b" * 10000))
        seen = json.loads(peer.answer(stream).body)
        self.assertEqual(seen["sha256"], hashlib.sha256(
            b"a" * 10000 + b"b" * 10000).hexdigest())

    def test_many_streams(self):
        peer = self.connect("--delay", "20ms")
        streams = [peer.get(f"/x{i}") for i in range(50)]
        for i, stream in enumerate(streams):
            self.assertEqual(json.loads(peer.answer(stream).body)["target"],
                             f"/x{i}")


if __name__ == "__main__":
    harness.main()
