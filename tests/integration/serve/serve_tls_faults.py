"""TLS: each way of breaking it, and clients that do, as Python's ssl meets it."""

import contextlib
import json
import random
import socket
import ssl
import warnings

import harness
from harness import limit
from over_tls import GIF, PATH, TlsCase
from wire import listen, request


class Faults(TlsCase):
    def test_expired(self):
        server = self.serve_tls("--fault", "tls=expired")
        self.refused(server, "certificate has expired")
        self.assertEqual(self.curl(server), (60, 0))

    def test_self_signed(self):
        server = self.serve_tls("--fault", "tls=self-signed")
        self.refused(server, "self.signed certificate")
        self.assertEqual(self.curl(server), (60, 0))

    def test_wrong_host(self):
        server = self.serve_tls("--fault", "tls=wrong-host")
        self.refused(server, "Hostname mismatch")
        self.assertEqual(self.curl(server), (60, 0))

    def test_a_wrong_certificate_is_the_only_thing_wrong(self):
        for value in ("expired", "self-signed", "wrong-host"):
            with self.subTest(value=value):
                server = self.serve_tls("--fault", f"tls={value}")
                careless = self.trusting(check_hostname=False,
                                         verify_mode=ssl.CERT_NONE)
                got = self.ask(server, context=careless)
                self.assertEqual(got.body, GIF)
                self.assertEqual(self.curl(server, "-k"), (0, 200))

    def test_old_version_is_all_that_there_is(self):
        server = self.serve_tls("--fault", "tls=old-version")
        self.refused(server, "SSL")
        self.assertEqual(self.curl(server, "--tlsv1.2"), (35, 0))
        old = self.trusting()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            old.minimum_version = ssl.TLSVersion.TLSv1
        old.set_ciphers("DEFAULT:@SECLEVEL=0")
        sock = self.shake_hands(server, context=old)
        self.assertEqual(sock.version(), "TLSv1")
        sock.sendall(request(PATH, close=True))
        self.assertEqual(listen(sock).body, GIF)

    def test_handshake_stall_is_silence_after_the_hello(self):
        server = self.serve_tls("--fault", "tls=handshake-stall")
        sock = socket.create_connection(("127.0.0.1", server.port))
        self.addCleanup(sock.close)
        sock.settimeout(.5)
        with self.assertRaises(TimeoutError):
            self.trusting().wrap_socket(sock, server_hostname="localhost")
        self.assertEqual(self.curl(server, "-m", "1"), (28, 0))

    def test_handshake_reset_is_a_reset_after_the_hello(self):
        server = self.serve_tls("--fault", "tls=handshake-reset")
        with self.assertRaises(ConnectionResetError):
            self.shake_hands(server)
        self.assertEqual(self.curl(server), (35, 0))

    def ends_in_order(self, server):
        """Whether the connection's end is announced within TLS."""
        context = self.trusting()
        # The Python of Debian 12 takes any end for one in order by itself.
        context.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)
        sock = self.shake_hands(server, context=context,
                                suppress_ragged_eofs=False)
        sock.sendall(request(PATH, close=True))
        try:
            while sock.recv(65536):
                pass
        except ssl.SSLError:
            return False
        return True

    def test_no_close_notify_ends_by_fin_alone(self):
        self.assertTrue(self.ends_in_order(self.serve_tls()))
        server = self.serve_tls("--fault", "tls=no-close-notify")
        self.assertFalse(self.ends_in_order(server))
        self.assertEqual(self.curl(server), (0, 200))

    def test_by_the_name_that_is_asked_for(self):
        server = self.serve_tls("--fault", "tls=expired,name=old.test",
                                "--fault", "tls=self-signed,name=*.self.test")
        self.assertEqual(self.ask(server).status, 200)
        self.refused(server, "expired", "old.test")
        self.refused(server, "expired", "OLD.test")
        self.refused(server, "self.signed", "a.self.test")
        self.assertEqual(self.curl(server, name="old.test"), (60, 0))
        self.assertEqual(self.curl(server), (0, 200))

    def test_by_the_number_of_the_connection_for_that_name(self):
        server = self.serve_tls("--fault", "tls=handshake-reset #2")
        for name in ("localhost", "127.0.0.1"):
            for _ in range(2):
                with self.assertRaises(ConnectionResetError):
                    self.shake_hands(server, name)
        self.assertEqual(self.ask(server).status, 200)

    def outcomes(self, seed, connections=40):
        server = self.serve_tls("--seed", seed, "--fault",
                                "tls=handshake-reset %50")
        result = []
        for _ in range(connections):
            try:
                self.shake_hands(server).close()
                result.append(True)
            except ConnectionResetError:
                result.append(False)
        return result

    def test_the_same_seed_breaks_the_same_connections(self):
        first = self.outcomes(3)
        self.assertEqual(first, self.outcomes(3))
        self.assertNotEqual(first, self.outcomes(4))
        self.assertTrue(5 < sum(first) < 35, first)

    def test_reset_forgets_the_numbers_of_connections(self):
        server = self.serve_tls("--fault", "tls=expired,name=old.test #1")
        self.refused(server, "expired", "old.test")
        self.assertEqual(self.ask(server, name="old.test").status, 200)
        sock = self.shake_hands(server)
        sock.sendall(request("/__flags/reset", "Content-Length: 0",
                             method="POST", close=True))
        self.assertEqual(listen(sock).status, 204)
        self.refused(server, "expired", "old.test")


class Told(TlsCase):
    """What log and statistics say of connections before any request."""

    def begin(self, *rules):
        self.log = self.home / "log"
        return self.serve_tls(
            "--log", self.log, "--log-format", "json",
            *(word for rule in rules for word in ("--fault", rule)))

    def handshakes(self, count):
        """The lines that are about one."""
        def look():
            lines = map(json.loads, self.log.read_text().splitlines()[1:])
            found = [line for line in lines if line["protocol"] == "TLS"]
            return found if len(found) >= count else None
        return harness.until(look)

    def test_a_rule_is_told_of_whether_or_not_the_handshake_fails(self):
        rule = "tls=expired,name=old.test #2"
        server = self.begin(rule)
        self.refused(server, "expired", "old.test")
        lenient = ssl.create_default_context()
        lenient.check_hostname = False
        lenient.verify_mode = ssl.CERT_NONE
        self.ask(server, name="old.test", context=lenient)
        self.ask(server)
        told = [(line["name"], line["attempt"], line["fault"], line["rule"],
                 line["end"]) for line in self.handshakes(2)]
        self.assertEqual(told, [
            ("old.test", 1, "tls", rule, "the handshake failed"),
            ("old.test", 2, "tls", rule, "the handshake succeeded")])
        stats = json.loads(self.ask(server, "/__flags/stats").body)
        self.assertEqual((stats["faults"], stats["failed_handshakes"]),
                         ({"tls": 2}, 1))

    def test_each_way_of_failing_has_its_end(self):
        for rule, end in (("tls=handshake-reset", "the server reset"),
                          ("tls=handshake-stall", "the client gave up"),
                          ("tls=old-version", "the handshake failed")):
            server = self.begin(rule)
            with contextlib.suppress(OSError):
                self.curl(server, "-m", "1")
            self.assertEqual(self.handshakes(1)[0]["end"], end)
            server.stop()

    def test_a_client_that_does_not_trust_is_told_of_without_a_rule(self):
        server = self.begin()
        with self.assertRaises(ssl.SSLError):
            self.shake_hands(server, context=ssl.create_default_context())
        line = self.handshakes(1)[0]
        self.assertEqual((line["name"], line["rule"], line["end"]),
                         ("localhost", None, "the handshake failed"))

    def test_the_books_log_tells_it_in_its_words(self):
        log = self.home / "log"
        server = self.serve_tls("--log", log, "--fault", "tls=self-signed")
        self.refused(server, "self.signed")
        harness.until(log.read_text)
        self.assertEqual(log.read_text(), "localhost *** TLS: the handshake "
                         "failed (tls=self-signed)\n")


class BadClients(TlsCase):
    def test_plain_http_ends_and_the_server_lives(self):
        server = self.serve_tls()
        with contextlib.closing(socket.create_connection(
                ("127.0.0.1", server.port), limit(10))) as sock:
            sock.sendall(request(PATH))
            self.assertEqual(listen(sock).ended, "end")
        self.assertEqual(self.ask(server).status, 200)

    def test_a_client_that_says_nothing_is_closed_in_the_end(self):
        server = self.serve_tls("--idle-timeout", "0.3")
        with contextlib.closing(socket.create_connection(
                ("127.0.0.1", server.port), limit(10))) as sock:
            self.assertEqual(sock.recv(100), b"")

    def hello(self):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = ssl.create_default_context().wrap_bio(
            incoming, outgoing, server_hostname="localhost")
        with contextlib.suppress(ssl.SSLWantReadError):
            client.do_handshake()
        return outgoing.read()

    def test_hellos_with_wrong_bytes_do_no_harm(self):
        server = self.serve_tls()
        good = self.hello()
        dice = random.Random(7)
        for _ in range(200):
            bad = bytearray(good[:dice.randrange(1, len(good) + 1)])
            for _ in range(dice.randrange(4)):
                bad[dice.randrange(len(bad))] = dice.randrange(256)
            with contextlib.closing(socket.create_connection(
                    ("127.0.0.1", server.port), limit(10))) as sock:
                sock.sendall(bad)
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_WR)
                    while sock.recv(65536):
                        pass
        self.assertEqual(self.ask(server).status, 200)

    def test_a_client_that_goes_away_in_the_handshake_does_no_harm(self):
        server = self.serve_tls()
        for _ in range(20):
            with contextlib.closing(socket.create_connection(
                    ("127.0.0.1", server.port))) as sock:
                sock.sendall(self.hello())
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                b"\1\0\0\0\0\0\0\0")
        self.assertEqual(self.ask(server).status, 200)

    def test_connections_in_the_handshake_do_not_hold_up_the_end(self):
        server = self.serve_tls()
        sock = socket.create_connection(("127.0.0.1", server.port))
        self.addCleanup(sock.close)
        self.ask(server)
        self.assertStatus(server.stop(), 0)


if __name__ == "__main__":
    harness.main()
