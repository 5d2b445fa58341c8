"""RFC 9113 by clause, 3 to 5: how a connection starts, frames in general, and
the states of streams. A test's name begins with the number of its clause."""

import struct

import harness
import hpack
import http2
from http2 import (ACK, CONTINUATION, DATA, END_HEADERS, END_STREAM, GOAWAY,
                   HEADERS, PING, RST_STREAM, SETTINGS, frame, settings)
from http2_clauses import GIF, PATH, WHOLE, ClauseCase


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


if __name__ == "__main__":
    harness.main()
