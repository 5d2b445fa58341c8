"""RFC 9113 by clause, 8 to 10: what a server must do with requests, right or
wrong, and with floods. A test's name begins with the number of its clause."""

import struct

import harness
import hpack
import http2
from http2 import (CONTINUATION, DATA, END_HEADERS, END_STREAM, HEADERS, PING,
                   PUSH_PROMISE, RST_STREAM, frame, settings)
from http2_clauses import GIF, PATH, WHOLE, ClauseCase


class Messages(ClauseCase):
    def test_8_1_trailers_are_taken(self):
        peer = self.connect()
        stream = self.open(peer, method="POST", path="/flags/x")
        peer.send(frame(DATA, 0, stream, b"abc")
                  + frame(HEADERS, WHOLE, stream,
                          hpack.encode([("x-trailer", "1")])))
        self.echoes(peer, stream, b"abc")

    def test_8_1_trailers_must_end_the_stream(self):
        peer = self.connect()
        stream = self.open(peer, method="POST", path="/flags/x")
        peer.send(frame(HEADERS, END_HEADERS, stream,
                        hpack.encode([("x-trailer", "1")])))
        self.resets(peer, stream, http2.PROTOCOL_ERROR)

    def test_8_1_1_a_length_that_is_not_that_of_the_body_is_malformed(self):
        peer = self.connect()
        stream = self.open(peer, ("content-length", "10"), method="POST",
                           path="/flags/x")
        peer.send(frame(DATA, END_STREAM, stream, b"abc"))
        answer = peer.answer(stream)
        self.assertEqual(answer.reset, http2.PROTOCOL_ERROR)

    def test_8_1_1_without_a_body_the_length_is_0(self):
        self.malformed(self.head(("content-length", "10")))

    def test_8_2_names_in_upper_case_are_malformed(self):
        self.malformed(self.head(("X-Upper", "1")))

    def test_8_2_1_names_have_no_blanks(self):
        self.malformed(self.head(("x name", "1")))

    def test_8_2_1_values_have_no_line_ends(self):
        for value in ("a\rb", "a\nb", "a\0b"):
            self.malformed(self.head(("x", value)))

    def test_8_2_1_values_have_no_blanks_around_them(self):
        for value in (" a", "a ", "\ta"):
            self.malformed(self.head(("x", value)))

    def test_8_2_2_fields_of_the_connection_are_malformed(self):
        for name in ("connection", "keep-alive", "proxy-connection",
                     "transfer-encoding", "upgrade"):
            with self.subTest(name=name):
                self.malformed(self.head((name, "x")))

    def test_8_2_2_te_may_say_trailers_and_nothing_else(self):
        self.malformed(self.head(("te", "gzip")))
        peer = self.connect()
        answer = peer.answer(peer.request(self.head(("te", "trailers"))))
        self.assertEqual(answer.body, GIF)

    def test_8_2_2_answers_have_none_of_them(self):
        peer = self.connect("--fault", "status=503 @/flags/us/*")
        for path in (PATH, "/flags/us/us.gif", "/", "/no"):
            answer = peer.answer(peer.get(path))
            for name, _ in answer.fields:
                self.assertNotIn(name, ("connection", "keep-alive",
                                        "transfer-encoding", "upgrade"))
                self.assertEqual(name, name.lower())

    def test_8_3_unknown_pseudo_fields_are_malformed(self):
        self.malformed([(":strange", "1"), *self.head()])

    def test_8_3_pseudo_fields_come_first(self):
        fields = self.head()
        self.malformed(fields[:3] + [("x", "1")] + fields[3:])

    def test_8_3_pseudo_fields_of_answers_are_malformed(self):
        self.malformed([*self.head(), (":status", "200")])

    def test_8_3_trailers_have_no_pseudo_fields(self):
        peer = self.connect()
        stream = self.open(peer, method="POST", path="/flags/x")
        peer.send(frame(HEADERS, WHOLE, stream,
                        hpack.encode([(":path", "/")])))
        self.resets(peer, stream, http2.PROTOCOL_ERROR)

    def test_8_3_1_each_that_is_needed_is_there(self):
        for name in (":method", ":scheme", ":path"):
            with self.subTest(name=name):
                self.malformed(self.head(without=(name,)))

    def test_8_3_1_each_is_there_once(self):
        for extra in ((":method", "GET"), (":scheme", "http"), (":path", "/"),
                      (":authority", "localhost")):
            with self.subTest(extra=extra):
                self.malformed([extra, *self.head()])

    def test_8_3_1_a_path_is_not_empty(self):
        self.malformed(self.head(path=""))

    def test_8_3_1_a_host_that_differs_is_malformed(self):
        self.malformed(self.head(("host", "elsewhere.test")))

    def test_8_3_1_a_host_in_place_of_the_authority_is_taken(self):
        peer = self.connect()
        answer = peer.answer(peer.request(
            self.head(("host", "localhost"), without=(":authority",))))
        self.assertEqual(answer.body, GIF)

    def test_8_3_2_an_answer_has_a_status_first(self):
        peer = self.connect()
        answer = peer.answer(peer.get(PATH))
        self.assertEqual(answer.fields[0], (":status", "200"))
        self.assertEqual(sum(n[0] == ":" for n, _ in answer.fields), 1)

    def test_8_4_nothing_is_pushed(self):
        peer = self.connect()
        peer.answer(peer.get("/"))
        self.assertNotIn(PUSH_PROMISE, [f.kind for f in peer.frames])

    def test_8_5_connect_with_a_path_is_malformed(self):
        self.malformed(self.head(method="CONNECT"))


class Considerations(ClauseCase):
    def test_9_1_a_connection_serves_many_requests(self):
        peer = self.connect()
        for _ in range(50):
            self.works(peer)

    def survives(self, peer, flood):
        """Such a flood ends the connection, or is taken; in either case the
        server serves others."""
        for _ in range(60):
            peer.send(flood)
        self.works(self.again())
        return peer

    def test_10_5_a_flood_of_pings_does_no_harm(self):
        peer = self.connect()
        self.survives(peer, frame(PING, 0, 0, bytes(8)) * 100)

    def test_10_5_a_flood_of_settings_does_no_harm(self):
        peer = self.connect()
        self.survives(peer, settings() * 100)

    def test_10_5_a_flood_of_resets_ends_the_connection(self):
        peer = self.connect("--delay", "20s")
        block = hpack.encode(self.head())
        for _ in range(2000):
            stream = peer.next_stream()
            peer.send(frame(HEADERS, WHOLE, stream, block)
                      + frame(RST_STREAM, 0, stream, struct.pack(">I", 8)))
        goaway = peer.until_end()
        self.assertTrue(goaway is None or goaway.code != http2.NO_ERROR)
        self.works(self.connect())

    def test_10_5_a_flood_of_empty_frames_does_no_harm(self):
        peer = self.connect()
        stream = self.open(peer, method="POST", path="/flags/x")
        self.survives(peer, frame(DATA, 0, stream) * 100)

    def test_10_5_1_a_head_that_is_too_large_is_431(self):
        peer = self.connect()
        block = hpack.encode(self.head(*[("x", "y" * 1000)] * 80))
        stream = peer.next_stream()
        pieces = [block[i:i + 16384] for i in range(0, len(block), 16384)]
        peer.send(frame(HEADERS, END_STREAM, stream, pieces[0]))
        for piece in pieces[1:]:
            peer.send(frame(CONTINUATION, END_HEADERS * (piece is pieces[-1]),
                            stream, piece))
        self.assertEqual(peer.answer(stream).status, 431)
        self.works(peer)

    def test_10_5_1_a_flood_of_continuations_ends_the_connection(self):
        peer = self.connect()
        peer.send(frame(HEADERS, END_STREAM, 1, hpack.encode(self.head())))
        for _ in range(2000):
            peer.send(frame(CONTINUATION, 0, 1, b""))
        goaway = peer.until_end()
        self.assertTrue(goaway is None or goaway.code != http2.NO_ERROR)
        self.works(self.again())

    def test_10_5_1_a_small_block_that_grows_large_is_bounded(self):
        peer = self.connect()
        big = hpack.literal("x", "y" * 3900, 0x40)  # into the table, and then
        block = hpack.encode(self.head()) + big + b"\xbe" * 5000
        stream = peer.next_stream()
        peer.send(frame(HEADERS, WHOLE, stream, block))
        answer = peer.answer(stream)
        self.assertTrue(answer.status == 431 or answer.reset is not None
                        or peer.goaway is not None)
        self.works(self.again())


if __name__ == "__main__":
    harness.main()
