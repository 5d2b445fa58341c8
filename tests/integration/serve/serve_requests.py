"""flags serve for clients that send: any method, bodies, and their faults."""

import contextlib
import hashlib
import json
import socket
import time

import harness
import wire
from harness import corpus_file

BR = "/flags/br/br.gif"


def chunked(*pieces):
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece)
                    for piece in (*pieces, b""))


class Methods(harness.Case):
    def setUp(self):
        super().setUp()
        self.port = self.serve("-q").port

    def echo(self, raw):
        heard = wire.exchange(self.port, raw)
        self.assertEqual(heard.status, 200, heard.raw[:300])
        self.assertEqual(heard.headers["content-type"], "application/json")
        return json.loads(heard.body)

    def test_any_method_is_answered_by_an_echo_of_the_request(self):
        for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW",
                       "TRACE", "get"):
            told = self.echo(wire.request(
                "/a%20b?x=1&y", "X-One: 1", "X-One:  2 ", "Content-Length: 5",
                method=method, close=True) + b"hello")
            self.assertEqual(told, {
                "method": method, "path": "/a b", "query": "x=1&y",
                "protocol": "HTTP/1.1",
                "fields": [["Host", "127.0.0.1"], ["X-One", "1"],
                           ["X-One", "2"], ["Content-Length", "5"],
                           ["Connection", "close"]],
                "length": 5,
                "sha256": hashlib.sha256(b"hello").hexdigest()})

    def test_a_request_without_a_body_has_an_empty_one(self):
        told = self.echo(wire.request(BR, method="DELETE", close=True))
        self.assertEqual((told["length"], told["query"]), (0, None))
        self.assertEqual(told["sha256"], hashlib.sha256(b"").hexdigest())

    def test_bytes_that_are_no_text_are_shown_as_such(self):
        told = self.echo(b"PUT /%ff HTTP/1.1\r\nHost: x\r\nX: \xe9\\\r\n"
                         b"Connection: close\r\n\r\n")
        self.assertEqual(told["path"], r"/\xff")
        self.assertEqual(told["fields"][1], ["X", "\\xe9\\"])

    def test_chunked_bodies_are_read_in_whatever_pieces(self):
        body = bytes(range(256)) * 700
        pieces = [body[i:i + 997] for i in range(0, len(body), 997)]
        raw = (wire.request("/up", "Transfer-Encoding: chunked", method="PUT")
               + chunked(*pieces)[:-2] + b"Trailer: x\r\n\r\n"
               + wire.request("/next", method="POST", close=True))
        heard = wire.exchange(self.port, raw)
        first, second = wire.responses(heard.raw, ["PUT", "POST"])
        told = json.loads(first[2])
        self.assertEqual(told["length"], len(body))
        self.assertEqual(told["sha256"], hashlib.sha256(body).hexdigest())
        self.assertEqual(json.loads(second[2])["path"], "/next")

    def test_a_body_of_any_length_is_read_in_bounded_memory(self):
        body = b"x" * (8 << 20)
        told = self.echo(wire.request(
            "/", f"Content-Length: {len(body)}", method="POST", close=True)
            + body)
        self.assertEqual(told["sha256"], hashlib.sha256(body).hexdigest())

    def test_bad_chunks_are_refused_and_end_the_connection(self):
        for bad in (b"x\r\n", b"5\nhello", b"3\r\nhello\r\n",
                    b"fffffffffffffffff\r\n"):
            heard = wire.exchange(self.port, wire.request(
                "/", "Transfer-Encoding: chunked", method="POST") + bad)
            self.assertEqual(heard.status, 400, bad)
            self.assertEqual(heard.ended, "end", bad)

    def test_codings_that_are_not_ours_are_501(self):
        heard = wire.exchange(self.port, wire.request(
            "/", "Transfer-Encoding: gzip, chunked", method="POST"))
        self.assertEqual(heard.status, 501)

    def test_an_expectation_is_met_or_refused(self):
        with contextlib.closing(wire.connect(self.port)) as sock:
            sock.sendall(wire.request("/", "Transfer-Encoding: chunked",
                                      "Expect: 100-continue", method="PUT",
                                      close=True))
            self.assertEqual(sock.recv(100), b"HTTP/1.1 100 Continue\r\n\r\n")
            sock.sendall(chunked(b"late"))
            self.assertEqual(json.loads(wire.listen(sock).body)["length"], 4)
        heard = wire.exchange(self.port, wire.request(
            "/", "Expect: tea", "Content-Length: 1", method="PUT"))
        self.assertEqual(heard.status, 417)

    def test_options_has_a_target_of_its_own_and_says_what_is_allowed(self):
        heard = wire.ask(self.port, "*", method="OPTIONS")
        self.assertEqual(heard.status, 200)
        self.assertIn("PATCH", heard.headers["allow"])
        self.assertEqual(json.loads(heard.body)["path"], "*")
        self.assertEqual(wire.ask(self.port, "*").status, 400)

    def test_a_proxy_is_not_what_this_is(self):
        self.assertEqual(
            wire.ask(self.port, "example.org:443", method="CONNECT").status,
            501)

    def test_rules_and_delays_hold_for_each_method_and_for_the_page(self):
        port = self.serve("-q", "--delay", "100ms", "--fault",
                          "status=503").port
        for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS"):
            for path in (BR, "/"):
                begin = time.monotonic()
                self.assertEqual(wire.ask(port, path, method=method).status,
                                 503)
                self.assertGreaterEqual(time.monotonic() - begin, 0.1)
        port = self.serve("-q", "--error-rate", "100%").port
        self.assertEqual(wire.ask(port, "/", method="POST").status, 418)

    def test_cors_is_off_unless_asked_for(self):
        preflight = ("Origin: http://a.example",
                     "Access-Control-Request-Method: PUT",
                     "Access-Control-Request-Headers: x-mine, x-other")
        heard = wire.ask(self.port, BR, *preflight, method="OPTIONS")
        self.assertNotIn("access-control-allow-origin", heard.headers)
        port = self.serve("-q", "--cors").port
        heard = wire.ask(port, BR, *preflight, method="OPTIONS")
        self.assertEqual(heard.status, 204)
        self.assertEqual(heard.headers["access-control-allow-origin"], "*")
        self.assertEqual(heard.headers["access-control-allow-headers"],
                         "x-mine, x-other")
        self.assertIn("PUT", heard.headers["access-control-allow-methods"])
        heard = wire.ask(port, BR, "Origin: http://a.example")
        self.assertEqual(heard.headers["access-control-allow-origin"], "*")


class BodyFaults(harness.Case):
    def test_early_answers_before_the_body_is_read(self):
        port = self.serve("-q", "--fault", "early=413").port
        heard = wire.exchange(port, wire.request(
            "/", "Content-Length: 1000000", "Expect: 100-continue",
            method="PUT"))
        self.assertTrue(heard.raw.startswith(b"HTTP/1.1 413 "), heard.raw)
        self.assertEqual(heard.headers["connection"], "close")
        self.assertEqual(heard.ended, "end")
        self.assertEqual(wire.ask(port, BR).status, 200, "it has no body")

    def test_read_takes_its_time(self):
        port = self.serve("-q", "--fault", "read=20k").port
        body = b"x" * 10240
        begin = time.monotonic()
        heard = wire.exchange(port, wire.request(
            "/", f"Content-Length: {len(body)}", method="PUT", close=True)
            + body)
        self.assertGreaterEqual(time.monotonic() - begin, 0.45)
        self.assertEqual(json.loads(heard.body)["sha256"],
                         hashlib.sha256(body).hexdigest())

    def test_read_stop_never_answers_and_ends_with_the_client(self):
        log = self.home / "log"
        server = self.serve("--fault", "read=stop", "--log", log,
                            "--log-format", "json")
        with contextlib.closing(wire.connect(server.port)) as sock:
            sock.sendall(wire.request("/", "Content-Length: 9", method="PUT")
                         + b"123")
            self.assertEqual(wire.listen(sock, 0.3).ended, "silence")
        line = json.loads(harness.until(
            lambda: log.read_text().splitlines()[1:])[0])
        self.assertEqual((line["status"], line["end"]),
                         (0, "the client gave up"))

    def test_reset_in_the_middle_of_the_request(self):
        log = self.home / "log"
        server = self.serve("--fault", "reset=request:50%", "--log", log,
                            "--log-format", "json")
        with contextlib.closing(wire.connect(server.port)) as sock:
            sock.sendall(wire.request("/", "Content-Length: 10", method="PUT")
                         + b"1234")
            self.assertEqual(wire.listen(sock, 0.2).ended, "silence")
            sock.sendall(b"5")
            heard = wire.listen(sock)
        self.assertEqual((heard.raw, heard.ended), (b"", "reset"))
        line = json.loads(harness.until(
            lambda: log.read_text().splitlines()[1:])[0])
        self.assertEqual(line["end"], "the server reset")


    def test_a_body_that_proves_empty_is_not_reset(self):
        for rule in ("reset=request:50%", "reset=request:0"):
            server = self.serve("-q", "--fault", rule)
            for field, body in (("Transfer-Encoding: chunked",
                                 b"0\r\n\r\n"),
                                ("Content-Length: 0", b"")):
                heard = wire.exchange(server.port, wire.request(
                    "/", field, method="PUT", close=True) + body)
                self.assertEqual((heard.status, heard.ended), (200, "end"))

    def test_a_body_of_unknown_length_may_end_before_the_reset(self):
        server = self.serve("-q", "--fault", "reset=request:5000")
        heard = wire.exchange(server.port, wire.request(
            "/", "Transfer-Encoding: chunked", method="PUT", close=True)
            + b"3\r\nabc\r\n0\r\n\r\n")
        self.assertEqual((heard.status, heard.ended), (200, "end"))


class Listeners(harness.Case):
    """Faults of the listener itself."""

    def test_refuse(self):
        port = self.serve("-q", "--fault", "refuse").port
        with self.assertRaises(ConnectionRefusedError):
            wire.connect(port)

    def test_accept_stall_fills_the_backlog(self):
        port = self.serve("-q", "--fault", "accept=stall").port
        socks = []
        try:
            while len(socks) < 64:
                sock = socket.socket()
                socks.append(sock)
                sock.settimeout(0.3)
                sock.connect(("127.0.0.1", port))
        except TimeoutError:
            pass
        finally:
            for sock in socks:
                sock.close()
        self.assertLess(len(socks), 10)

    def test_down_for_some_requests(self):
        log = self.home / "log"
        port = self.serve("--fault", "down=2-3", "--fault", "etag=off",
                          "--log", log, "--log-format", "json").port
        seen = []
        for _ in range(4):
            heard = wire.ask(port, BR)
            seen.append(heard.ended if not heard.raw else heard.status)
        self.assertEqual(seen, [200, "reset", "reset", 200])
        harness.until(lambda: len(log.read_text().splitlines()) == 5)
        lines = [json.loads(line)
                 for line in log.read_text().splitlines()[1:]]
        self.assertEqual([line["rule"] for line in lines],
                         ["etag=off", "down=2-3", "down=2-3", "etag=off"])
        self.assertEqual({line["end"] for line in lines[1:3]},
                         {"the server is down"})
        stats = json.loads(wire.ask(port, "/__flags/stats").body)
        self.assertEqual(stats["faults"], {"etag": 2, "down": 2})

    def test_down_at_times(self):
        server = self.serve("-q", "--fault", "down,every=600ms,for=300ms")
        seen = set()
        end = time.monotonic() + harness.limit(20)
        while len(seen) < 2 and time.monotonic() < end:
            try:
                if wire.ask(server.port, BR).raw:
                    seen.add("up")
            except ConnectionRefusedError:
                seen.add("down")
            except ConnectionResetError:
                pass  # it waited to be accepted when the outage began
        self.assertEqual(seen, {"up", "down"})

    def test_kinds_of_a_listener_take_no_pattern(self):
        for rule in ("refuse @/x", "accept=stall #1", "down=1-2 %5"):
            ended = self.flags("serve", "-p", "0", "--fault", rule, "--",
                               "true")
            self.assertStatus(ended, 2)
            self.assertIn("is of the listener", ended.stderr)


if __name__ == "__main__":
    harness.main()
