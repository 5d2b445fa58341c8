"""HTTP/2: the same files and weather as over HTTP/1.1, by frames, by curl and by
nghttp."""

import json
import re
import shutil
import socket
import ssl
import subprocess
import unittest

import harness
import http2
import wire
from harness import limit
from http2 import Peer
from over_http2 import GIF, PATH, Http2Case


class Answers(Http2Case):
    def test_a_file_with_its_fields(self):
        server = self.serve_http2()
        answer = self.get(server)
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.body, GIF)
        self.assertEqual(answer["content-length"], str(len(GIF)))
        old = wire.ask(server.port, PATH)
        for name in ("content-type", "etag", "last-modified", "server",
                     "accept-ranges"):
            self.assertEqual(answer[name], old.headers[name])
        self.assertIsNone(answer["connection"])

    def test_http_1_1_is_spoken_on_the_same_port(self):
        server = self.serve_http2()
        self.assertEqual(wire.ask(server.port, PATH).body, GIF)

    def test_head_has_no_body(self):
        peer = self.connect(self.serve_http2())
        answer = peer.answer(peer.get(PATH, method="HEAD"))
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertEqual(answer["content-length"], str(len(GIF)))

    def test_ranges_and_conditions(self):
        server = self.serve_http2()
        part = self.get(server, PATH, ("range", "bytes=10-19"))
        self.assertEqual((part.status, part.body), (206, GIF[10:20]))
        tag = self.get(server)["etag"]
        same = self.get(server, PATH, ("if-none-match", tag))
        self.assertEqual((same.status, same.body), (304, b""))

    def test_what_is_missing_is_404(self):
        self.assertEqual(self.get(self.serve_http2(), "/flags/no").status, 404)

    def test_the_index_page(self):
        answer = self.get(self.serve_http2(), "/")
        self.assertEqual(answer.status, 200)
        self.assertIn(b"<html", answer.body[:200].lower())

    def test_many_streams_at_a_time(self):
        peer = self.connect(self.serve_http2("--delay", "50ms"))
        streams = [peer.get(PATH) for _ in range(90)]
        for stream in reversed(streams):
            self.assertEqual(peer.answer(stream).body, GIF)

    def test_a_slow_stream_does_not_hold_up_the_others(self):
        server = self.serve_http2("--fault", "delay=30s @/br/*")
        peer = self.connect(server)
        slow = peer.get(PATH)
        fast = peer.answer(peer.get("/flags/us/us.gif"))
        self.assertEqual(fast.status, 200)
        self.assertEqual(peer.answers.get(slow, http2.Answer()).fields, [])

    def test_a_large_file_through_small_windows(self):
        root = self.home / "root"
        root.mkdir()
        data = bytes(range(256)) * 8000
        (root / "big.bin").write_bytes(data)
        server = self.serve_http2("--root", root)
        peer = self.connect(server, (http2.INITIAL_WINDOW_SIZE, 10000))
        answer = peer.answer(peer.get("/flags/big.bin"))
        self.assertTrue(answer.body == data)
        self.assertLessEqual(max(answer.pieces), 16384)

    def test_attempts_are_counted_across_protocols(self):
        server = self.serve_http2("--fault", "status=503 #2")
        self.assertEqual(self.get(server).status, 503)
        self.assertEqual(wire.ask(server.port, PATH).status, 503)
        self.assertEqual(self.get(server).status, 200)

    def test_statistics_are_told_over_http2(self):
        server = self.serve_http2()
        peer = self.connect(server)
        peer.answer(peer.get(PATH))
        answer = peer.answer(peer.get("/__flags/stats"))
        stats = json.loads(answer.body)
        self.assertEqual(stats["requests"], 1)
        self.assertEqual(stats["connections"], 1)
        peer.answer(peer.get("/__flags/reset", method="POST"))
        answer = peer.answer(peer.get("/__flags/stats"))
        self.assertEqual(json.loads(answer.body)["requests"], 0)

    def test_sigterm_lets_streams_end_and_says_goaway(self):
        server = self.serve_http2("--delay", "300ms")
        peer = self.connect(server)
        stream = peer.get(PATH)
        harness.until(lambda: b"requests" in wire.ask(
            server.port, "/__flags/stats").body)
        server.running.signal(15)
        self.assertEqual(peer.answer(stream).body, GIF)
        self.assertEqual(peer.until_end().code, http2.NO_ERROR)
        self.assertStatus(server.running.finish(), 0)

    def test_an_idle_connection_ends_with_goaway(self):
        server = self.serve_http2()
        peer = self.connect(server)
        peer.answer(peer.get(PATH))
        self.assertStatus(server.stop(), 0)
        self.assertEqual(peer.until_end().code, http2.NO_ERROR)

    def test_a_connection_without_requests_is_closed_after_the_idle_time(self):
        peer = self.connect(self.serve_http2("--idle-timeout", "0.3"))
        self.assertEqual(peer.until_end().code, http2.NO_ERROR)

    def test_a_client_that_takes_nothing_is_closed_after_the_idle_time(self):
        root = self.home / "root"
        root.mkdir()
        (root / "big.bin").write_bytes(bytes(1_000_000))
        server = self.serve_http2("--root", root, "--idle-timeout", "0.3")
        peer = self.connect(server)
        peer.get("/flags/big.bin")
        peer.until_end()  # DATA of the first window, and never more of it
        self.assertLessEqual(
            len(peer.answers[1].body), 65535)


class Only(Http2Case):
    def test_http2_only_speaks_nothing_else(self):
        server = self.serve("--http2-only")
        self.assertEqual(self.get(server).body, GIF)
        got = wire.exchange(server.port, wire.request(PATH))
        self.assertNotIn(b"HTTP/1.1", got.raw)


class OverTls(Http2Case):
    def setUp(self):
        super().setUp()
        self.ca = self.home / "ca.pem"

    def context(self, *protocols):
        context = ssl.create_default_context(cafile=str(self.ca))
        context.set_alpn_protocols(protocols)
        return context

    def protocol(self, server, *protocols):
        sock = socket.create_connection(("127.0.0.1", server.port), limit(10))
        with self.context(*protocols).wrap_socket(
                sock, server_hostname="localhost") as secure:
            return secure.selected_alpn_protocol()

    def serve_both(self, *args):
        return self.serve("--tls", "--http2", "--ca-file", self.ca, *args)

    def test_alpn_chooses(self):
        server = self.serve_both()
        for offer, chosen in ((("h2", "http/1.1"), "h2"),
                              (("http/1.1", "h2"), "h2"),
                              (("http/1.1",), "http/1.1"), ((), None)):
            with self.subTest(offer=offer):
                self.assertEqual(self.protocol(server, *offer), chosen)

    def test_without_http2_it_is_not_offered(self):
        server = self.serve("--tls", "--ca-file", self.ca)
        self.assertEqual(self.protocol(server, "h2", "http/1.1"), "http/1.1")
        with self.assertRaisesRegex(ssl.SSLError, "(?i)no.application.protocol"):
            self.protocol(server, "h2")

    def test_frames_over_tls(self):
        server = self.serve_both()
        peer = Peer.connect(server.port, self.context())
        self.addCleanup(peer.close)
        peer.start()
        streams = [peer.get(PATH) for _ in range(50)]
        for stream in streams:
            self.assertEqual(peer.answer(stream).body, GIF)

    def test_the_end_is_goaway_and_close_notify(self):
        server = self.serve_both()
        sock = socket.create_connection(("127.0.0.1", server.port), limit(10))
        context = self.context("h2")
        peer = Peer(context.wrap_socket(sock, server_hostname="localhost",
                                        suppress_ragged_eofs=False))
        self.addCleanup(peer.close)
        peer.start()
        peer.answer(peer.get(PATH))
        self.assertStatus(server.stop(), 0)
        self.assertEqual(peer.until_end().code, http2.NO_ERROR)

    def test_curl_gets_files_by_http2(self):
        server = self.serve_both()
        url = f"https://localhost:{server.port}{PATH}"
        trust = ("--cacert", self.ca)
        self.assertEqual(self.curl(url, *trust, "--http2"), (0, "200 2"))
        self.assertEqual((self.home / "got").read_bytes(), GIF)
        self.assertEqual(self.curl(url, *trust, "--http1.1"), (0, "200 1.1"))


class Clients(Http2Case):
    def test_curl_with_prior_knowledge(self):
        server = self.serve_http2()
        url = f"http://127.0.0.1:{server.port}{PATH}"
        self.assertEqual(self.curl(url, "--http2-prior-knowledge"),
                         (0, "200 2"))
        self.assertEqual((self.home / "got").read_bytes(), GIF)

    def test_curl_meets_each_fault(self):
        for rule, status in (("rst-stream=internal-error", 92),
                             ("rst-stream=cancel,at=body:50%", 92),
                             ("reset=body:50%", 92), ("close=body:50%", 92),
                             ("truncate=50%", 92), ("bad-length=+10", 92),
                             ("truncate=50%,framing=none", 0),
                             ("goaway", 0), ("settings-flood=100", 0),
                             ("max-streams=1", 0), ("header-bomb=1M", None)):
            with self.subTest(rule=rule):
                server = self.serve_http2("--fault", rule)
                got, _ = self.curl(f"http://127.0.0.1:{server.port}{PATH}",
                                   "--http2-prior-knowledge")
                if status is None:
                    self.assertNotEqual(got, 0)
                else:
                    self.assertEqual(got, status)
                server.stop()

    def test_curl_uploads(self):
        server = self.serve_http2()
        (self.home / "big").write_bytes(bytes(60_000))
        got, said = self.curl(f"http://127.0.0.1:{server.port}/flags/x",
                              "--http2-prior-knowledge", "-T", "big")
        self.assertEqual(got, 0)
        self.assertRegex(said, r"^\d+ 2$")

    @unittest.skipUnless(shutil.which("nghttp"), "nghttp is not installed")
    def test_nghttp_gets_many_files_on_one_connection(self):
        server = self.serve_http2()
        codes = ("br", "us", "vn", "fr", "de")
        done = subprocess.run(
            ["nghttp", "-n", "-s", *(f"http://127.0.0.1:{server.port}/flags/"
                                     f"{cc}/{cc}.gif" for cc in codes)],
            stdout=subprocess.PIPE, text=True, timeout=limit(20))
        self.assertEqual(len(re.findall(r" 200 .*\.gif", done.stdout)), 5)
        stats = json.loads(wire.ask(server.port, "/__flags/stats").body)
        self.assertEqual((stats["requests"], stats["connections"]), (5, 1))

    @unittest.skipUnless(shutil.which("h2load"), "h2load is not installed")
    def test_h2load_is_answered_each_time(self):
        server = self.serve_http2("-q")
        done = subprocess.run(
            ["h2load", "-n", "2000", "-c", "4", "-m", "25",
             f"http://127.0.0.1:{server.port}{PATH}"],
            stdout=subprocess.PIPE, text=True, timeout=limit(60))
        self.assertIn("2000 succeeded, 0 failed", done.stdout)
        self.assertIn("status codes: 2000 2xx", done.stdout)


if __name__ == "__main__":
    harness.main()
