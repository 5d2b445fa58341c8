"""HTTP/2: the same files and weather as over HTTP/1.1, and each kind of fault,
frame by frame, by curl and by nghttp."""

import json
import re
import shutil
import socket
import ssl
import subprocess
import time
import unittest

import harness
import http2
import wire
from harness import Case, corpus_file, limit
from http2 import Peer

GIF = corpus_file("br").read_bytes()
PATH = "/flags/br/br.gif"


class Http2Case(Case):
    def serve_http2(self, *args, **how):
        return self.serve("--http2", *args, **how)

    def connect(self, server, *settings):
        peer = Peer.connect(server.port)
        self.addCleanup(peer.close)
        return peer.start(*settings)

    def get(self, server, path=PATH, *more):
        """An answer on a connection of its own."""
        peer = self.connect(server)
        return peer.answer(peer.get(path, *more))

    def faulty(self, rule, path=PATH, *args):
        """What a rule makes of an answer. The connection lives on: another
        path is answered on it."""
        server = self.serve_http2("--fault", f"{rule} @{path}", *args)
        peer = self.connect(server)
        answer = peer.answer(peer.get(path))
        other = peer.answer(peer.get("/flags/us/us.gif"))
        self.assertEqual(other.body, corpus_file("us").read_bytes())
        return answer

    def curl(self, url, *args):
        done = subprocess.run(
            ["curl", "-sS", "-o", "got", "-w", "%{http_code} %{http_version}",
             "--noproxy", "*", "-m", str(limit(20)), *args, url],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=self.environment(), cwd=self.home)
        return done.returncode, done.stdout


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


class Faults(Http2Case):
    """A fault stays within its stream: the connection lives on."""

    def test_status(self):
        answer = self.faulty("status=503,retry-after=1")
        self.assertEqual(answer.status, 503)
        self.assertEqual(answer["retry-after"], "1")

    def test_reset_is_rst_stream_after_what_came_before(self):
        answer = self.faulty("reset=body:50%")
        self.assertEqual(answer.body, GIF[:len(GIF) // 2])
        self.assertEqual(answer.reset, http2.INTERNAL_ERROR)

    def test_reset_in_the_head_leaves_no_head(self):
        answer = self.faulty("reset=headers")
        self.assertEqual((answer.fields, answer.reset),
                         ([], http2.INTERNAL_ERROR))

    def test_close_is_cancel(self):
        answer = self.faulty("close=body:50%")
        self.assertEqual(answer.body, GIF[:len(GIF) // 2])
        self.assertEqual(answer.reset, http2.CANCEL)

    def test_empty_is_a_stream_without_an_answer(self):
        answer = self.faulty("empty")
        self.assertEqual((answer.fields, answer.reset), ([], http2.CANCEL))

    def test_empty_body(self):
        answer = self.faulty("empty=body")
        self.assertEqual((answer.status, answer.body, answer.ended),
                         (200, b"", True))

    def test_truncate_ends_before_its_length(self):
        answer = self.faulty("truncate=50%")
        self.assertEqual(answer["content-length"], str(len(GIF)))
        self.assertEqual(answer.body, GIF[:len(GIF) // 2])
        self.assertTrue(answer.ended)

    def test_truncate_without_a_length_cannot_be_told(self):
        answer = self.faulty("truncate=50%,framing=none")
        self.assertIsNone(answer["content-length"])
        self.assertEqual(answer.body, GIF[:len(GIF) // 2])
        self.assertTrue(answer.ended)

    def test_truncate_of_chunks_is_a_reset(self):
        answer = self.faulty("truncate=50%,framing=chunked")
        self.assertIsNone(answer["content-length"])
        self.assertEqual(answer.body, GIF[:len(GIF) // 2])
        self.assertIsNotNone(answer.reset)

    def test_corrupt_spoils_the_same_bytes_as_over_http_1_1(self):
        server = self.serve_http2("--fault", "corrupt=3")
        body = self.get(server, PATH, ("x-flags-attempt", "1")).body
        self.assertNotEqual(body, GIF)
        self.assertEqual(
            body, wire.ask(server.port, PATH, "X-Flags-Attempt: 1").body)

    def test_bad_length(self):
        answer = self.faulty("bad-length=+10")
        self.assertEqual(answer["content-length"], str(len(GIF) + 10))
        self.assertEqual((answer.body, answer.ended), (GIF, True))

    def test_slices_are_frames(self):
        answer = self.faulty("slice=100,every=1ms")
        self.assertEqual(answer.body, GIF)
        self.assertEqual(max(answer.pieces), 100)

    def test_bandwidth_takes_its_time(self):
        server = self.serve_http2("--fault", "bandwidth=8k")
        peer = self.connect(server)
        begun = time.monotonic()
        self.assertEqual(peer.answer(peer.get(PATH)).body, GIF)
        self.assertGreater(time.monotonic() - begun,
                           .8 * len(GIF) / 8192)

    def test_header_bomb(self):
        answer = self.faulty("header-bomb=100k")
        self.assertEqual(len(answer["x-bomb"]), 100 * 1024 - 10)
        self.assertEqual(answer.body, GIF)

    def test_header_bomb_of_many_lines(self):
        answer = self.faulty("header-bomb=10k,line=100")
        bombs = [v for n, v in answer.fields if n == "x-bomb"]
        self.assertEqual(len(bombs), 10240 // 100)

    def test_html_redirects_and_validators(self):
        self.assertIn(b"<html", self.faulty("html").body.lower())
        self.assertEqual(self.faulty("redirect")["location"], PATH + "?direct")
        self.assertEqual(self.faulty("redirect-loop")["location"], PATH)
        self.assertIsNone(self.faulty("etag=off")["etag"])

    def test_hang_is_silence_on_its_stream_alone(self):
        server = self.serve_http2("--fault", f"hang=body:50% @{PATH}")
        peer = self.connect(server)
        stream = peer.get(PATH)
        other = peer.answer(peer.get("/flags/us/us.gif"))
        self.assertEqual(other.status, 200)
        self.assertTrue(peer.ping())
        answer = peer.answers[stream]
        self.assertEqual(answer.body, GIF[:len(GIF) // 2])
        self.assertFalse(answer.ended)
        self.assertIsNone(answer.reset)
        self.assertStatus(server.stop(), 0)


class Kinds(Http2Case):
    """The kinds that only HTTP/2 has."""

    def test_rst_stream_by_name_and_by_number(self):
        for code, number in (("refused-stream", 7), ("cancel", 8), ("0", 0),
                             ("http-1-1-required", 13), ("4711", 4711)):
            with self.subTest(code=code):
                answer = self.faulty(f"rst-stream={code}")
                self.assertEqual((answer.fields, answer.reset), ([], number))

    def test_rst_stream_in_the_body(self):
        answer = self.faulty("rst-stream=cancel,at=body:50%")
        self.assertEqual(answer.body, GIF[:len(GIF) // 2])
        self.assertEqual(answer.reset, http2.CANCEL)

    def test_goaway_before_the_answer(self):
        server = self.serve_http2("--fault", "goaway @/br/*")
        peer = self.connect(server)
        stream = peer.get(PATH)
        answer = peer.answer(stream)
        self.assertEqual(answer.body, GIF)
        self.assertEqual((peer.goaway.code, peer.goaway.last_stream),
                         (http2.NO_ERROR, stream))
        kinds = [f.kind for f in peer.frames]
        self.assertLess(kinds.index(http2.GOAWAY), kinds.index(http2.DATA))
        peer.until_end()

    def test_goaway_with_a_code(self):
        server = self.serve_http2("--fault", "goaway=enhance-your-calm")
        peer = self.connect(server)
        peer.answer(peer.get(PATH))
        self.assertEqual(peer.goaway.code, http2.ENHANCE_YOUR_CALM)

    def test_window_stall_leaves_an_upload_standing(self):
        server = self.serve_http2("--fault", "window=stall @/flags/up")
        peer = self.connect(server)
        stream = peer.request(peer.fields("/flags/up"),
                              http2.END_HEADERS)
        for _ in range(4):
            peer.send(http2.frame(http2.DATA, 0, stream, bytes(16000)))
        self.assertTrue(peer.ping())
        opened = [f for f in peer.frames if f.kind == http2.WINDOW_UPDATE
                  and f.stream == stream]
        self.assertEqual(opened, [])

    def test_an_upload_without_it_goes_on(self):
        peer = self.connect(self.serve_http2())
        stream = peer.request(peer.fields("/flags/up"),
                              http2.END_HEADERS)
        for _ in range(3):
            peer.send(http2.frame(http2.DATA, 0, stream, bytes(16000)))
        while (got := peer.until(http2.WINDOW_UPDATE)).stream != stream:
            pass
        self.assertGreater(got.payload, bytes(4))

    def test_max_streams_is_a_setting_that_is_kept_to(self):
        server = self.serve_http2("--fault", "max-streams=1", "--delay", "1s")
        peer = self.connect(server)
        self.assertEqual(peer.settings[http2.MAX_CONCURRENT_STREAMS], 1)
        peer.get(PATH)
        peer.get(PATH)
        # RFC 9113, 5.1.2 calls for an error; the library ends the connection.
        self.assertEqual(peer.until_end().code, http2.PROTOCOL_ERROR)

    def test_max_streams_by_the_number_of_the_connection(self):
        server = self.serve_http2("--fault", "max-streams=2 #1")
        peers = [self.connect(server) for _ in range(2)]
        self.assertEqual([p.settings[http2.MAX_CONCURRENT_STREAMS]
                          for p in peers], [2, 100])

    def test_settings_flood_before_the_answer(self):
        server = self.serve_http2("--fault", "settings-flood=500")
        peer = self.connect(server)
        before = len(peer.frames)
        self.assertEqual(peer.answer(peer.get(PATH)).body, GIF)
        flood = [f for f in peer.frames[before:] if f.kind == http2.SETTINGS
                 and not f.flags & http2.ACK]
        self.assertEqual(len(flood), 500)

    def test_on_http_1_1_these_rules_are_passed_over(self):
        server = self.serve_http2("--fault", "rst-stream=cancel", "--fault",
                                  "status=503")
        self.assertEqual(wire.ask(server.port, PATH).status, 503)

    def test_on_http_2_rules_of_http_1_1_are_passed_over_with_a_word(self):
        server = self.serve_http2("--fault", "garbage", "--fault",
                                  "bad-chunk", "--fault", "status=503")
        self.assertEqual(self.get(server).status, 503)
        text = server.running.text("stderr")
        self.assertEqual(text.count("garbage, bad-chunk"), 1, text)


class Usage(Case):
    def refused(self, pattern, *args):
        run = self.flags("serve", "-p", "0", *args)
        self.assertStatus(run, 2)
        self.assertRegex(run.stderr, pattern)

    def test_kinds_of_http2_need_http2(self):
        for rule in ("goaway", "rst-stream=7", "window=stall", "max-streams=1",
                     "settings-flood"):
            self.refused("--http2", "--fault", rule)

    def test_where_only_http2_is_spoken_rules_of_http_1_1_are_refused(self):
        for rule in ("garbage", "bad-chunk", "slow-headers=1s"):
            self.refused("HTTP/2", "--http2-only", "--fault", rule)

    def test_codes_are_those_of_the_rfc_or_numbers(self):
        self.refused("error code", "--http2", "--fault", "rst-stream=wrong")
        self.refused("error code", "--http2", "--fault", "goaway=-1")


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
