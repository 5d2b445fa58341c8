"""RFC 9113 by clause: what a server must do with each frame, right or wrong.
A test's name begins with the number of its clause."""

import hashlib
import json
import struct

import harness
import hpack
import http2
from harness import Case, corpus_file
from http2 import (ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, GOAWAY,
                   HEADERS, PADDED, PING, PRIORITISED, PRIORITY, PUSH_PROMISE,
                   RST_STREAM, SETTINGS, WINDOW_UPDATE, Peer, frame, settings)

GIF = corpus_file("br").read_bytes()
PATH = "/flags/br/br.gif"
WHOLE = END_STREAM | END_HEADERS


class ClauseCase(Case):
    def connect(self, *args, **how):
        self.server = self.serve("--http2", "-q", *args)
        return self.again(**how)

    def again(self, start=True, pairs=()):
        peer = Peer.connect(self.server.port)
        self.addCleanup(peer.close)
        return peer.start(*pairs) if start else peer

    def works(self, peer):
        """The connection lives: a request on it is answered."""
        self.assertEqual(peer.answer(peer.get(PATH)).body, GIF)

    def breaks(self, peer, *codes):
        """An error of the connection, with one of these codes; and another
        connection is served."""
        goaway = peer.until_end()
        self.assertIsNotNone(goaway, "no GOAWAY")
        self.assertIn(goaway.code, codes)
        self.works(self.again())

    def resets(self, peer, stream, *codes):
        """An error of that stream alone."""
        answer = peer.answer(stream)
        self.assertIn(answer.reset, codes)
        self.works(peer)

    def echoes(self, peer, stream, body):
        """The request was taken, with this body."""
        answer = peer.answer(stream)
        self.assertEqual(answer.status, 200)
        told = json.loads(answer.body)
        self.assertEqual((told["length"], told["sha256"]),
                         (len(body), hashlib.sha256(body).hexdigest()))

    def head(self, *more, method="GET", without=(), path=PATH):
        fields = [(":method", method), (":scheme", "http"), (":path", path),
                  (":authority", "localhost"), *more]
        return [f for f in fields if f[0] not in without]

    def open(self, peer, *more, **how):
        """A stream whose body is still to come."""
        return peer.request(self.head(*more, **how), END_HEADERS)

    def malformed(self, fields):
        """Such a request is an error of its stream (8.1.1)."""
        peer = self.connect()
        self.resets(peer, peer.request(fields), http2.PROTOCOL_ERROR)


class Starting(ClauseCase):
    def test_3_3_prior_knowledge_is_enough(self):
        self.works(self.connect())

    def test_3_4_the_first_frame_of_the_server_is_settings(self):
        peer = self.connect()
        first = peer.frames[0]
        self.assertEqual((first.kind, first.flags, first.stream),
                         (SETTINGS, 0, 0))

    def test_3_4_settings_of_the_client_are_acknowledged(self):
        peer = self.connect()
        self.assertIsNotNone(peer.until(SETTINGS, ACK))

    def test_3_4_a_preface_in_pieces_is_one(self):
        peer = self.connect(start=False)
        for byte in http2.PREFACE + settings():
            peer.send(bytes([byte]))
        self.works(peer)

    def test_3_4_requests_may_come_with_the_preface(self):
        peer = self.connect(start=False)
        stream = peer.next_stream()
        peer.send(http2.PREFACE + settings()
                  + frame(HEADERS, WHOLE, stream, hpack.encode(self.head())))
        self.assertEqual(peer.answer(stream).body, GIF)

    def test_3_4_a_wrong_preface_is_the_end(self):
        peer = self.connect(start=False)
        peer.send(b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n" + settings())
        peer.until_end()
        self.works(self.again())

    def test_3_4_the_first_frame_of_the_client_must_be_settings(self):
        peer = self.connect(start=False)
        peer.send(http2.PREFACE + frame(PING, 0, 0, b"12345678"))
        self.breaks(peer, http2.PROTOCOL_ERROR)


class Frames(ClauseCase):
    def test_4_1_unknown_types_are_ignored(self):
        peer = self.connect()
        peer.send(frame(0x42, 0xff, 0, b"whatever"))
        peer.send(frame(0x42, 0, 7, b"whatever"))
        self.works(peer)

    def test_4_1_flags_without_a_meaning_are_ignored(self):
        peer = self.connect()
        peer.send(frame(PING, 0xfe, 0, b"12345678"))
        self.assertIsNotNone(peer.until(PING, ACK))

    def test_4_1_the_reserved_bit_is_ignored(self):
        peer = self.connect()
        stream = peer.next_stream()
        peer.send(frame(HEADERS, WHOLE, stream | 1 << 31,
                        hpack.encode(self.head())))
        self.assertEqual(peer.answer(stream).body, GIF)

    def test_4_2_frames_beyond_the_size_are_errors(self):
        peer = self.connect()
        peer.send(frame(SETTINGS, 0, 0, bytes(16386)))
        self.breaks(peer, http2.FRAME_SIZE_ERROR)

    def test_4_2_data_of_the_largest_size_is_taken(self):
        peer = self.connect()
        stream = self.open(peer, method="POST", path="/flags/x")
        peer.send(frame(DATA, END_STREAM, stream, bytes(16384)))
        self.echoes(peer, stream, bytes(16384))

    def test_4_2_a_head_beyond_the_size_is_an_error_of_the_connection(self):
        peer = self.connect()
        peer.send(frame(HEADERS, WHOLE, 1, bytes(16385)))
        self.breaks(peer, http2.FRAME_SIZE_ERROR)

    def test_4_2_the_servers_frames_keep_to_the_clients_size(self):
        peer = self.connect()
        answer = peer.answer(peer.get("/"))
        self.assertGreater(len(answer.body), 16384)
        self.assertLessEqual(max(answer.pieces), 16384)

    def test_4_3_a_block_that_cannot_be_decoded_is_a_compression_error(self):
        peer = self.connect()
        peer.send(frame(HEADERS, WHOLE, 1, b"\xff\xff\xff\xff\xff\xff\xff"))
        self.breaks(peer, http2.COMPRESSION_ERROR)

    def test_4_3_an_index_out_of_the_tables_is_a_compression_error(self):
        peer = self.connect()
        peer.send(frame(HEADERS, WHOLE, 1,
                        hpack.encode(self.head()) + hpack.integer(
                            200, 7, 0x80)))
        self.breaks(peer, http2.COMPRESSION_ERROR)

    def test_4_3_a_block_may_be_in_pieces(self):
        peer = self.connect()
        block = hpack.encode(self.head())
        stream = peer.next_stream()
        peer.send(frame(HEADERS, END_STREAM, stream, block[:5])
                  + frame(CONTINUATION, 0, stream, block[5:9])
                  + frame(CONTINUATION, END_HEADERS, stream, block[9:]))
        self.assertEqual(peer.answer(stream).body, GIF)

    def test_4_3_nothing_may_come_within_a_block(self):
        peer = self.connect()
        block = hpack.encode(self.head())
        peer.send(frame(HEADERS, END_STREAM, 1, block[:5])
                  + frame(PING, 0, 0, b"12345678"))
        self.breaks(peer, http2.PROTOCOL_ERROR)

    def test_4_3_nor_a_frame_of_another_stream(self):
        peer = self.connect()
        block = hpack.encode(self.head())
        peer.send(frame(HEADERS, END_STREAM, 1, block[:5])
                  + frame(CONTINUATION, END_HEADERS, 3, block[5:]))
        self.breaks(peer, http2.PROTOCOL_ERROR)


class Streams(ClauseCase):
    def test_5_1_data_on_an_idle_stream_is_an_error(self):
        peer = self.connect()
        peer.send(frame(DATA, END_STREAM, 5, b"x"))
        self.breaks(peer, http2.PROTOCOL_ERROR, http2.STREAM_CLOSED)

    def test_5_1_rst_stream_on_an_idle_stream_is_an_error(self):
        peer = self.connect()
        peer.send(frame(RST_STREAM, 0, 5, bytes(4)))
        self.breaks(peer, http2.PROTOCOL_ERROR)

    def test_5_1_window_update_on_an_idle_stream_is_an_error(self):
        peer = self.connect()
        peer.window(10, 5)
        self.breaks(peer, http2.PROTOCOL_ERROR)

    def test_5_1_data_after_the_end_is_an_error(self):
        peer = self.connect("--delay", "20s")
        stream = peer.get(PATH)
        peer.send(frame(DATA, END_STREAM, stream, b"x"))
        goaway = None
        while got := peer.read():
            if got.kind == GOAWAY:
                goaway = got
            if got.kind == RST_STREAM:
                self.assertEqual(got.code, http2.STREAM_CLOSED)
                return
        self.assertEqual(goaway.code, http2.STREAM_CLOSED)

    def test_5_1_headers_after_the_end_are_an_error(self):
        peer = self.connect("--delay", "20s")
        stream = peer.get(PATH)
        peer.send(frame(HEADERS, WHOLE, stream, hpack.encode(self.head())))
        goaway = peer.until(GOAWAY)
        self.assertIn(goaway.code, (http2.STREAM_CLOSED, http2.PROTOCOL_ERROR))

    def test_5_1_a_closed_stream_takes_window_updates(self):
        peer = self.connect()
        stream = peer.get(PATH)
        peer.answer(stream)
        peer.window(10, stream)
        self.works(peer)

    def test_5_1_a_closed_stream_takes_rst_stream(self):
        peer = self.connect()
        stream = peer.get(PATH)
        peer.answer(stream)
        peer.send(frame(RST_STREAM, 0, stream, bytes(4)))
        self.works(peer)

    def test_5_1_1_streams_of_clients_are_odd(self):
        peer = self.connect()
        peer.send(frame(HEADERS, WHOLE, 2, hpack.encode(self.head())))
        self.breaks(peer, http2.PROTOCOL_ERROR)

    def test_5_1_1_a_number_below_the_last_gets_no_answer(self):
        # The clause calls for an error of the connection; the library ignores
        # the frame, which could be a trailer that crossed a reset.
        peer = self.connect()
        peer.stream = 9
        self.works(peer)
        peer.send(frame(HEADERS, WHOLE, 5, hpack.encode(self.head())))
        self.assertTrue(peer.ping())
        self.assertNotIn(5, [f.stream for f in peer.frames])

    def test_5_1_1_numbers_may_be_left_out(self):
        peer = self.connect()
        peer.stream = 101
        self.works(peer)

    def test_5_1_1_stream_0_has_no_request(self):
        peer = self.connect()
        peer.send(frame(HEADERS, WHOLE, 0, hpack.encode(self.head())))
        self.breaks(peer, http2.PROTOCOL_ERROR)

    def test_5_1_2_more_streams_than_allowed_are_an_error(self):
        peer = self.connect("--delay", "20s")
        peer.until(SETTINGS, ACK)
        for _ in range(101):
            peer.get(PATH)
        goaway = peer.until(GOAWAY)
        self.assertIn(goaway.code, (http2.PROTOCOL_ERROR,
                                    http2.REFUSED_STREAM))

    def test_5_1_2_as_many_as_allowed_are_served(self):
        peer = self.connect("--delay", "200ms")
        streams = [peer.get(PATH) for _ in range(100)]
        for stream in streams:
            self.assertEqual(peer.answer(stream).body, GIF)

    def test_5_4_1_an_error_of_the_connection_ends_it(self):
        peer = self.connect()
        peer.send(frame(PING, 0, 1, bytes(8)))
        peer.until_end()
        self.assertTrue(peer.over)

    def test_5_4_2_after_an_error_of_a_stream_others_go_on(self):
        peer = self.connect()
        first = self.open(peer, method="POST", path="/flags/x")
        peer.send(frame(RST_STREAM, 0, first, struct.pack(">I", 8)))
        self.works(peer)

    def test_5_5_settings_without_a_meaning_are_ignored(self):
        peer = self.connect(pairs=((0xff00, 7), (0x0, 1)))
        self.works(peer)


class Definitions(ClauseCase):
    def test_6_1_data_on_stream_0_is_an_error(self):
        peer = self.connect()
        peer.send(frame(DATA, 0, 0, b"x"))
        self.breaks(peer, http2.PROTOCOL_ERROR)

    def test_6_1_padding_is_no_content(self):
        peer = self.connect()
        stream = self.open(peer, ("content-length", "3"), method="POST",
                           path="/flags/x")
        peer.send(frame(DATA, END_STREAM | PADDED, stream,
                        b"\x05abc" + bytes(5)))
        self.echoes(peer, stream, b"abc")

    def test_6_1_padding_longer_than_the_payload_is_an_error(self):
        peer = self.connect()
        stream = self.open(peer, method="POST")
        peer.send(frame(DATA, END_STREAM | PADDED, stream, b"\x09abc"))
        self.breaks(peer, http2.PROTOCOL_ERROR)

    def test_6_2_a_head_may_be_padded_and_have_priority(self):
        peer = self.connect()
        stream = peer.next_stream()
        peer.send(frame(HEADERS, WHOLE | PADDED | PRIORITISED, stream,
                        b"\x04" + struct.pack(">IB", 0, 15)
                        + hpack.encode(self.head()) + bytes(4)))
        self.assertEqual(peer.answer(stream).body, GIF)

    def test_6_2_padding_longer_than_the_head_is_an_error(self):
        peer = self.connect()
        peer.send(frame(HEADERS, WHOLE | PADDED, 1,
                        b"\xff" + hpack.encode([(":method", "GET")])))
        self.breaks(peer, http2.PROTOCOL_ERROR)

    def test_6_3_priority_is_taken_on_any_stream(self):
        peer = self.connect()
        peer.send(frame(PRIORITY, 0, 7, struct.pack(">IB", 0, 1)))
        self.works(peer)

    def test_6_3_priority_on_stream_0_is_an_error(self):
        peer = self.connect()
        peer.send(frame(PRIORITY, 0, 0, struct.pack(">IB", 1, 1)))
        self.breaks(peer, http2.PROTOCOL_ERROR)

    def test_6_3_priority_has_five_bytes(self):
        peer = self.connect()
        peer.send(frame(PRIORITY, 0, 1, bytes(4)))
        self.breaks(peer, http2.FRAME_SIZE_ERROR)

    def test_6_4_rst_stream_ends_an_answer(self):
        peer = self.connect("--fault", f"bandwidth=1k @{PATH}")
        stream = peer.get(PATH)
        peer.until(DATA)
        peer.send(frame(RST_STREAM, 0, stream, struct.pack(">I", 8)))
        self.assertTrue(peer.ping())
        before = len(peer.answers[stream].pieces)
        self.assertEqual(
            peer.answer(peer.get("/flags/us/us.gif")).status, 200)
        self.assertEqual(len(peer.answers[stream].pieces), before)

    def test_6_4_rst_stream_on_stream_0_is_an_error(self):
        peer = self.connect()
        peer.send(frame(RST_STREAM, 0, 0, bytes(4)))
        self.breaks(peer, http2.PROTOCOL_ERROR)

    def test_6_4_rst_stream_has_four_bytes(self):
        peer = self.connect("--delay", "20s")
        stream = peer.get(PATH)
        peer.send(frame(RST_STREAM, 0, stream, bytes(3)))
        goaway = peer.until(GOAWAY)
        self.assertEqual(goaway.code, http2.FRAME_SIZE_ERROR)

    def test_6_5_settings_on_a_stream_are_an_error(self):
        peer = self.connect()
        peer.send(frame(SETTINGS, 0, 1))
        self.breaks(peer, http2.PROTOCOL_ERROR)

    def test_6_5_an_acknowledgement_has_no_payload(self):
        peer = self.connect()
        peer.send(frame(SETTINGS, ACK, 0, bytes(6)))
        self.breaks(peer, http2.FRAME_SIZE_ERROR)

    def test_6_5_settings_have_six_bytes_each(self):
        peer = self.connect()
        peer.send(frame(SETTINGS, 0, 0, bytes(5)))
        self.breaks(peer, http2.FRAME_SIZE_ERROR)

    def wrong_setting(self, key, value, code=http2.PROTOCOL_ERROR):
        peer = self.connect()
        peer.send(settings((key, value)))
        self.breaks(peer, code)

    def test_6_5_2_enable_push_is_0_or_1(self):
        self.wrong_setting(http2.ENABLE_PUSH, 2)

    def test_6_5_2_a_window_has_31_bits(self):
        self.wrong_setting(http2.INITIAL_WINDOW_SIZE, 1 << 31,
                           http2.FLOW_CONTROL_ERROR)

    def test_6_5_2_a_frame_size_is_not_below_its_least(self):
        self.wrong_setting(http2.MAX_FRAME_SIZE, 16383)

    def test_6_5_2_nor_above_its_most(self):
        self.wrong_setting(http2.MAX_FRAME_SIZE, 1 << 24)

    def test_6_5_2_a_table_of_no_size_is_kept_to(self):
        peer = self.connect(pairs=((http2.HEADER_TABLE_SIZE, 0),))
        self.works(peer)
        self.works(peer)
        self.assertEqual(peer.decoder.table, [])

    def test_6_5_3_each_settings_is_acknowledged(self):
        peer = self.connect()
        for _ in range(10):
            peer.send(settings())
        for _ in range(11):
            self.assertIsNotNone(peer.until(SETTINGS, ACK))

    def test_6_5_3_of_a_setting_twice_the_last_counts(self):
        peer = self.connect(pairs=((http2.INITIAL_WINDOW_SIZE, 1),
                                   (http2.INITIAL_WINDOW_SIZE, 65535)))
        self.works(peer)

    def test_6_6_a_client_cannot_push(self):
        peer = self.connect()
        peer.send(frame(PUSH_PROMISE, END_HEADERS, 1,
                        struct.pack(">I", 2) + hpack.encode(self.head())))
        self.breaks(peer, http2.PROTOCOL_ERROR)

    def test_6_7_a_ping_is_answered_with_its_bytes(self):
        self.assertTrue(self.connect().ping(b"\x00\xff rfc91"))

    def test_6_7_an_answer_to_a_ping_is_not(self):
        peer = self.connect()
        peer.send(frame(PING, ACK, 0, b"12345678"))
        self.works(peer)
        self.assertNotIn(PING, [f.kind for f in peer.frames])

    def test_6_7_a_ping_on_a_stream_is_an_error(self):
        peer = self.connect()
        peer.send(frame(PING, 0, 1, bytes(8)))
        self.breaks(peer, http2.PROTOCOL_ERROR)

    def test_6_7_a_ping_has_eight_bytes(self):
        peer = self.connect()
        peer.send(frame(PING, 0, 0, bytes(7)))
        self.breaks(peer, http2.FRAME_SIZE_ERROR)

    def test_6_8_goaway_on_a_stream_is_an_error(self):
        peer = self.connect()
        peer.send(frame(GOAWAY, 0, 1, bytes(8)))
        self.breaks(peer, http2.PROTOCOL_ERROR)

    def test_6_8_goaway_of_the_client_lets_its_streams_end(self):
        peer = self.connect("--delay", "200ms")
        stream = peer.get(PATH)
        peer.send(frame(GOAWAY, 0, 0, bytes(8)))
        self.assertEqual(peer.answer(stream).body, GIF)

    def test_6_8_goaway_names_the_last_stream(self):
        peer = self.connect()
        self.works(peer)
        self.works(peer)
        peer.send(frame(PING, 0, 1, bytes(8)))
        self.assertEqual(peer.until_end().last_stream, 3)

    def test_6_9_an_increment_of_0_is_an_error_of_the_stream(self):
        peer = self.connect("--delay", "20s")
        stream = peer.get(PATH)
        peer.window(0, stream)
        got = None
        while got is None or got.kind not in (RST_STREAM, GOAWAY):
            got = peer.read()
        self.assertEqual(got.code, http2.PROTOCOL_ERROR)

    def test_6_9_on_stream_0_it_is_one_of_the_connection(self):
        peer = self.connect()
        peer.window(0)
        self.breaks(peer, http2.PROTOCOL_ERROR)

    def test_6_9_a_window_update_has_four_bytes(self):
        peer = self.connect()
        peer.send(frame(WINDOW_UPDATE, 0, 0, bytes(3)))
        self.breaks(peer, http2.FRAME_SIZE_ERROR)

    def test_6_9_1_no_more_is_sent_than_the_window_lets(self):
        peer = self.connect(pairs=((http2.INITIAL_WINDOW_SIZE, 100),))
        stream = peer.get(PATH)
        peer.until(DATA)
        self.assertTrue(peer.ping())
        self.assertEqual(peer.answers[stream].body, GIF[:100])
        peer.window(50, stream)
        peer.until(DATA)
        self.assertTrue(peer.ping())
        self.assertEqual(peer.answers[stream].body, GIF[:150])

    def test_6_9_1_a_window_beyond_31_bits_is_an_error(self):
        peer = self.connect()
        peer.window((1 << 31) - 1)
        self.breaks(peer, http2.FLOW_CONTROL_ERROR)

    def test_6_9_1_that_of_a_stream_is_an_error_of_the_stream(self):
        peer = self.connect("--fault", f"hang=body:0 @{PATH}")
        stream = peer.get(PATH)
        peer.window((1 << 31) - 1, stream)
        self.assertEqual(peer.answer(stream).reset, http2.FLOW_CONTROL_ERROR)

    def test_6_9_1_more_than_the_servers_window_is_an_error(self):
        peer = self.connect("--fault", f"window=stall @{PATH}")
        stream = self.open(peer)
        for _ in range(5):
            peer.send(frame(DATA, 0, stream, bytes(16384)))
        got = None
        while got is None or got.kind not in (RST_STREAM, GOAWAY):
            got = peer.read()
        self.assertEqual(got.code, http2.FLOW_CONTROL_ERROR)

    def test_6_9_2_a_changed_window_changes_that_of_open_streams(self):
        peer = self.connect(pairs=((http2.INITIAL_WINDOW_SIZE, 0),))
        stream = peer.get(PATH)
        peer.until(HEADERS)
        self.assertTrue(peer.ping())
        self.assertEqual(peer.answers[stream].body, b"")
        peer.send(settings((http2.INITIAL_WINDOW_SIZE, 65535)))
        self.assertEqual(peer.answer(stream).body, GIF)

    def test_6_10_a_continuation_of_nothing_is_an_error(self):
        peer = self.connect()
        peer.send(frame(CONTINUATION, END_HEADERS, 1,
                        hpack.encode(self.head())))
        self.breaks(peer, http2.PROTOCOL_ERROR)

    def test_6_10_a_continuation_after_the_end_is_an_error(self):
        peer = self.connect("--delay", "20s")
        stream = peer.get(PATH)
        peer.send(frame(CONTINUATION, END_HEADERS, stream, b""))
        self.assertEqual(peer.until(GOAWAY).code, http2.PROTOCOL_ERROR)

    def test_7_codes_without_a_meaning_are_taken(self):
        peer = self.connect("--delay", "20s")
        stream = peer.get(PATH)
        peer.send(frame(RST_STREAM, 0, stream, struct.pack(">I", 0xabcdef)))
        self.assertTrue(peer.ping())


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
