"""HTTP/2: the faults of a request's body, and a server that is down."""

import hashlib
import json
import time
import urllib.request

import harness
import http2
from harness import Case
from http2 import Peer

UP = "/flags/up"
US = "/flags/us/us.gif"


class Bodies(Case):
    def begin(self, *rules):
        self.server = self.serve("--http2", "-q", *(
            word for rule in rules for word in ("--fault", rule)))
        return self.again()

    def again(self):
        peer = Peer.connect(self.server.port)
        self.addCleanup(peer.close)
        return peer.start()

    def post(self, peer, size, length=None, last=True):
        """Begin an upload of `size` bytes, announced as `length`."""
        more = [] if length is None else [("content-length", str(length))]
        stream = peer.request(peer.fields(UP, "POST", more),
                              http2.END_HEADERS)
        for at in range(0, size, 1000):
            n = min(1000, size - at)
            ends = last and at + n == size
            peer.send(http2.frame(http2.DATA, http2.END_STREAM * ends, stream,
                                  bytes(n)))
        return stream

    def lives(self, peer):
        self.assertEqual(peer.answer(peer.get(US)).status, 200)

    def journal(self):
        peer = self.again()
        return json.loads(peer.answer(
            peer.get("/__flags/requests?path=" + UP)).body)["requests"]

    def test_early_answers_before_the_body_is_there(self):
        peer = self.begin("early=413")
        self.assertEqual(peer.answer(
            self.post(peer, 100, 50000, last=False)).status, 413)
        self.lives(peer)

    def test_a_request_without_a_body_passes_these_rules(self):
        peer = self.begin("early=413", "read=stop", "reset=request:0")
        self.assertEqual(peer.answer(peer.get(UP, method="POST")).status, 200)
        self.assertEqual(peer.answer(
            peer.get("/flags/br/br.gif")).status, 200)

    def test_a_slow_reader_takes_its_time_and_gets_all(self):
        peer = self.begin("read=10k")
        begin = time.monotonic()
        answer = peer.answer(self.post(peer, 4000, 4000))
        self.assertGreaterEqual(time.monotonic() - begin, 0.3)
        told = json.loads(answer.body)
        self.assertEqual((told["length"], told["sha256"]),
                         (4000, hashlib.sha256(bytes(4000)).hexdigest()))

    def test_a_reader_that_stops_is_silent_on_its_stream_alone(self):
        peer = self.begin(f"read=stop @{UP}")
        stream = self.post(peer, 3000, 3000)
        self.lives(peer)
        self.assertTrue(peer.ping())
        answer = peer.answers.get(stream, http2.Answer())
        self.assertEqual((answer.fields, answer.reset), ([], None))
        peer.send(http2.frame(http2.RST_STREAM, 0, stream, bytes(4)))
        self.lives(peer)

    def test_a_reset_comes_when_so_much_of_the_body_has(self):
        for rule, length in (("reset=request:50%", 4000),
                             ("reset=request:2000", 4000),
                             ("reset=request:2000", None)):
            peer = self.begin(f"{rule} @{UP}")
            stream = self.post(peer, 1000, length, last=False)
            self.assertTrue(peer.ping())
            self.assertNotIn(stream, peer.answers, (rule, length))
            peer.send(http2.frame(http2.DATA, 0, stream, bytes(1500)))
            self.assertEqual(peer.answer(stream).reset, http2.INTERNAL_ERROR)
            self.lives(peer)
            harness.until(lambda: self.journal()[0]["end"])
            self.assertGreaterEqual(self.journal()[0]["body"], 2000)

    def test_a_share_of_an_unknown_length_is_any_byte(self):
        peer = self.begin(f"reset=request:50% @{UP}")
        stream = self.post(peer, 0, last=False)
        self.assertTrue(peer.ping())
        self.assertNotIn(stream, peer.answers)
        peer.send(http2.frame(http2.DATA, 0, stream, b"x"))
        self.assertEqual(peer.answer(stream).reset, http2.INTERNAL_ERROR)
        self.lives(peer)

    def test_a_body_that_proves_empty_is_answered(self):
        for rule in ("reset=request:50%", "reset=request:0"):
            peer = self.begin(rule)
            stream = self.post(peer, 0)
            peer.send(http2.frame(http2.DATA, http2.END_STREAM, stream, b""))
            answer = peer.answer(stream)
            self.assertEqual((answer.status, answer.reset), (200, None))

    def test_a_body_shorter_than_the_reset_is_answered(self):
        peer = self.begin("reset=request:5000")
        answer = peer.answer(self.post(peer, 1000))
        self.assertEqual((answer.status, answer.reset), (200, None))


class Ends(Case):
    """What the journal says of a stream that the server did not finish."""

    def check(self, rule, end, leaves=False):
        server = self.serve("--http2", "-q", "--fault", f"{rule} @{US}")
        peer = Peer.connect(server.port)
        self.addCleanup(peer.close)
        stream = peer.start().get(US)
        if leaves:
            self.assertTrue(peer.ping())
            peer.send(http2.frame(http2.RST_STREAM, 0, stream, bytes(4)))
        else:
            self.assertIsNotNone(peer.answer(stream).reset)

        def journal():
            return json.loads(peer.answer(peer.get(
                "/__flags/requests?path=" + US)).body)["requests"]

        harness.until(lambda: journal()[0]["end"])
        self.assertEqual(journal()[0]["end"], end, rule)

    def test_of_a_reset_are_the_server_s(self):
        for rule in ("reset=body:50%", "close=body:10", "empty",
                     "rst-stream=7"):
            with self.subTest(rule):
                self.check(rule, "the server reset")

    def test_of_silence_are_the_client_s(self):
        for rule in ("hang=headers", "hang=body:50%"):
            with self.subTest(rule):
                self.check(rule, "the client gave up", leaves=True)

    def test_the_longest_head_is_sent_as_its_bound_has_it(self):
        server = self.serve("--http2", "-q", "--fault", "header-bomb=9M")
        peer = Peer.connect(server.port)
        self.addCleanup(peer.close)
        answer = peer.start().answer(peer.get(US))
        self.assertEqual(len(answer["x-bomb"]), (1 << 20) - 10)

    def test_the_forecast_is_for_the_version_that_it_is_asked_in(self):
        server = self.serve("--http2", "-q", "--fault", "goaway=2")
        path = "/__flags/forecast?path=" + US
        peer = Peer.connect(server.port)
        self.addCleanup(peer.close)
        told = json.loads(peer.start().answer(
            peer.get(path, ("accept", "application/json"))).body)
        self.assertIn("GOAWAY", json.dumps(told))
        with urllib.request.urlopen(urllib.request.Request(
                f"http://127.0.0.1:{server.port}{path}",
                headers={"Accept": "application/json"}),
                timeout=harness.limit(10)) as answer:
            self.assertNotIn("GOAWAY", json.dumps(json.load(answer)["attempts"]))


class Down(Case):
    def test_these_requests_find_the_connection_reset(self):
        server = self.serve("--http2", "-q", "--fault", "down=2-3")
        ends = []
        for _ in range(5):
            peer = Peer.connect(server.port)
            self.addCleanup(peer.close)
            answer = peer.start().answer(peer.get(US))
            ends.append(answer.status if answer.fields else
                        "reset" if peer.reset else "end")
        self.assertEqual(ends, [200, "reset", "reset", 200, 200])

    def test_streams_beside_one_that_is_met_are_lost_with_it(self):
        server = self.serve("--http2", "-q", "--fault", "down=2-2",
                            "--fault", "hang=headers @/flags/br/*")
        peer = Peer.connect(server.port)
        self.addCleanup(peer.close)
        peer.start()
        peer.get("/flags/br/br.gif")
        self.assertTrue(peer.ping())
        peer.get(US)
        peer.until_end()
        self.assertTrue(peer.reset)

    def test_an_outage_resets_connections_that_are_there(self):
        server = self.serve("--http2", "-q", "--fault",
                            "down,every=2s,for=1s")
        peers = []

        def one_is_reset():
            try:
                peer = Peer.connect(server.port)
            except (ConnectionRefusedError, ConnectionResetError):
                return any(peer.until_end() is None and peer.reset
                           for peer in peers)
            self.addCleanup(peer.close)
            peer.start()
            peers.append(peer)
            return False
        harness.until(one_is_reset, 20)


if __name__ == "__main__":
    harness.main()
