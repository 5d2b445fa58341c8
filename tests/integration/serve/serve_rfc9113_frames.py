"""RFC 9113 by clause, 6 and 7: what a server must do with each type of frame,
right or wrong, and with its codes. A test's name begins with the number of its
clause."""

import struct

import harness
import hpack
import http2
from http2 import (ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, GOAWAY,
                   HEADERS, PADDED, PING, PRIORITISED, PRIORITY, PUSH_PROMISE,
                   RST_STREAM, SETTINGS, WINDOW_UPDATE, frame, settings)
from http2_clauses import GIF, PATH, WHOLE, ClauseCase


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


if __name__ == "__main__":
    harness.main()
