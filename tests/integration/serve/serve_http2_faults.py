"""HTTP/2: each kind of fault, frame by frame."""

import time

import harness
import http2
import wire
from harness import Case
from over_http2 import GIF, PATH, Http2Case


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


if __name__ == "__main__":
    harness.main()
