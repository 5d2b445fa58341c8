"""TLS: certificates that strict clients take, and each way of breaking it, as
Python's ssl and curl meet it."""

import contextlib
import json
import random
import shutil
import socket
import ssl
import subprocess
import unittest
import warnings

import harness
from harness import Case, corpus_file, limit
from wire import listen, request, responses

GIF = corpus_file("br").read_bytes()
PATH = "/flags/br/br.gif"


class TlsCase(Case):
    def serve_tls(self, *args, **how):
        self.ca = self.home / "ca.pem"
        return self.serve("--tls", "--ca-file", self.ca, *args, **how)

    def trusting(self, **settings):
        """A context that trusts the server's authority and nobody else."""
        context = ssl.create_default_context(cafile=str(self.ca))
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        for name, value in settings.items():
            setattr(context, name, value)
        return context

    def shake_hands(self, server, name="localhost", context=None, **how):
        """A TLS connection, which is closed with the test."""
        sock = socket.create_connection(("127.0.0.1", server.port), limit(10))
        self.addCleanup(sock.close)
        secure = (context or self.trusting()).wrap_socket(
            sock, server_hostname=name, **how)
        self.addCleanup(secure.close)
        return secure

    def ask(self, server, path=PATH, name="localhost", context=None,
            headers=("Connection: close",)):
        sock = self.shake_hands(server, name, context)
        sock.sendall(request(path, *headers))
        return listen(sock)

    def refused(self, server, reason, name="localhost"):
        """The handshake fails, and that is why."""
        with self.assertRaisesRegex(ssl.SSLError, reason):
            self.shake_hands(server, name)

    def curl(self, server, *args, name="localhost", path=PATH):
        """Its status and the HTTP status."""
        done = subprocess.run(
            ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}",
             "--noproxy", "*", "--cacert", self.ca, "-m", str(limit(20)),
             "--resolve", f"{name}:{server.port}:127.0.0.1", *args,
             f"https://{name}:{server.port}{path}"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=self.environment())
        return done.returncode, int(done.stdout or 0)


class Certificates(TlsCase):
    def test_each_name_of_the_server_is_in_the_certificate(self):
        server = self.serve_tls("-b", "127.0.0.1")
        for name in ("localhost", "127.0.0.1", "::1"):
            with self.subTest(name=name):
                self.assertEqual(self.ask(server, name=name).body, GIF)

    def test_another_name_is_not(self):
        self.refused(self.serve_tls(), "Hostname mismatch", "other.test")

    def test_names_that_rules_speak_of_are(self):
        server = self.serve_tls(
            "--fault", "tls=expired,name=shop.test #9-",
            "--fault", "tls=expired,name=*.shop.test #9-")
        for name in ("shop.test", "www.shop.test"):
            with self.subTest(name=name):
                self.assertEqual(self.ask(server, name=name).body, GIF)

    def test_nobody_trusts_it_unasked(self):
        server = self.serve_tls()
        with self.assertRaisesRegex(ssl.SSLError, "unable to get local issuer"):
            self.shake_hands(server, context=ssl.create_default_context())

    def test_two_runs_have_two_authorities(self):
        self.serve_tls()
        first = self.ca.read_text()
        second = self.serve("--tls", "--ca-file", self.home / "other.pem")
        self.assertNotEqual(first, (self.home / "other.pem").read_text())
        self.refused(second, "CERTIFICATE_VERIFY_FAILED")

    def test_the_ready_line_says_https(self):
        self.assertRegex(self.serve_tls().url, "^https://127.0.0.1:")

    def test_book_has_three_listeners_with_one_authority(self):
        server = self.serve_tls("--book", listeners=3)
        for url in server.urls:
            sock = socket.create_connection(
                ("127.0.0.1", int(url.split(":")[2].split("/")[0])), limit(10))
            with self.trusting().wrap_socket(
                    sock, server_hostname="localhost") as secure:
                self.assertEqual(secure.version(), "TLSv1.3")


class Environment(TlsCase):
    NAMES = ("FLAGS_CA", "SSL_CERT_FILE", "CURL_CA_BUNDLE",
             "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")

    def test_the_command_finds_the_authority_in_its_environment(self):
        script = "for n in %s; do eval echo \\$$n; done; cat $FLAGS_CA"
        run = self.flags("serve", "-q", "-p", "0", "--tls", "--", "sh", "-c",
                         script % " ".join(self.NAMES))
        self.assertStatus(run, 0)
        lines = run.stdout.splitlines()
        self.assertEqual(len(set(lines[:5])), 1, run)
        self.assertIn("BEGIN CERTIFICATE", lines[5])
        self.assertEqual(list(self.home.glob("flags-ca-*")), [],
                         "the temporary file is gone")

    def test_curl_in_the_command_needs_no_option(self):
        run = self.flags(
            "serve", "-q", "-p", "0", "--tls", "--", "sh", "-c",
            "curl -sS --noproxy '*' -o got $FLAGS_SERVER/br/br.gif")
        self.assertStatus(run, 0)
        self.assertEqual((self.home / "got").read_bytes(), GIF)

    def test_a_relative_file_is_told_by_its_whole_name(self):
        run = self.flags("serve", "-q", "-p", "0", "--tls", "--ca-file", "my.pem",
                         "--", "sh", "-c", "echo $FLAGS_CA")
        self.assertEqual(run.stdout.splitlines()[-1],
                         str((self.home / "my.pem").resolve()))
        self.assertTrue((self.home / "my.pem").exists())

    def test_without_tls_nothing_is_said_of_it(self):
        run = self.flags("serve", "-q", "-p", "0", "--", "sh", "-c",
                         "echo ${FLAGS_CA-none} ${SSL_CERT_FILE-none}")
        self.assertEqual(run.stdout.splitlines()[-1], "none none")


class Usage(Case):
    def refused(self, pattern, *args):
        run = self.flags("serve", "-p", "0", *args)
        self.assertStatus(run, 2)
        self.assertRegex(run.stderr, pattern)

    def test_kinds_of_tls_need_tls(self):
        self.refused("tls=expired.*--tls", "--fault", "tls=expired")

    def test_what_is_wrong_must_be_one_that_there_is(self):
        self.refused("expired, self-signed, wrong-host", "--tls", "--fault",
                     "tls=broken")

    def test_a_connection_has_no_path(self):
        self.refused("no path", "--tls", "--fault", "tls=expired @/br/*")

    def test_a_name_is_one_of_a_host(self):
        self.refused("name", "--tls", "--fault", "tls=expired,name=a/b")

    def test_the_file_is_for_tls(self):
        self.refused("--tls", "--ca-file", "x")

    def test_a_file_that_cannot_be_written_is_a_local_failure(self):
        run = self.flags("serve", "-p", "0", "--tls", "--ca-file",
                         self.home / "no" / "such.pem")
        self.assertStatus(run, 5)
        self.assertIn("such.pem", run.stderr)


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

    def ending(self, server):
        """The error that the end of the connection is, or None."""
        sock = self.shake_hands(server, suppress_ragged_eofs=False)
        sock.sendall(request(PATH, close=True))
        try:
            while sock.recv(65536):
                pass
        except ssl.SSLError as error:
            return type(error)
        return None

    def test_no_close_notify_ends_by_fin_alone(self):
        self.assertIsNone(self.ending(self.serve_tls()))
        server = self.serve_tls("--fault", "tls=no-close-notify")
        self.assertEqual(self.ending(server), ssl.SSLEOFError)
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


class Http(TlsCase):
    """What is said within is what is said without."""

    def test_tls_1_2_and_1_3(self):
        server = self.serve_tls()
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.subTest(version=version):
                context = self.trusting(maximum_version=version)
                self.assertEqual(self.ask(server, context=context).body, GIF)

    def test_pipelined_requests_on_one_connection(self):
        server = self.serve_tls()
        sock = self.shake_hands(server)
        sock.sendall(request(PATH) * 20 + request(PATH, close=True))
        raw = listen(sock).raw
        for status, _, body in responses(raw, ["GET"] * 21):
            self.assertEqual((status, body), (200, GIF))

    def test_a_large_file_to_a_client_that_takes_its_time(self):
        root = self.home / "root"
        root.mkdir()
        data = random.Random(1).randbytes(8_000_000)
        (root / "big.bin").write_bytes(data)
        server = self.serve_tls("--root", root)
        sock = self.shake_hands(server)
        sock.sendall(request("/flags/big.bin", close=True))
        first = sock.recv(1000)
        rest = listen(sock).raw
        self.assertTrue((first + rest).endswith(data))

    def test_faults_of_the_body_are_as_without_tls(self):
        rule = "truncate=50%,framing=none @/br/*"
        server = self.serve_tls("--fault", rule, "--fault",
                                "corrupt=3 @/us/*", "--seed", "5")
        plain = self.serve("--fault", rule, "--fault", "corrupt=3 @/us/*",
                           "--seed", "5")
        for path in (PATH, "/flags/us/us.gif"):
            with contextlib.closing(socket.create_connection(
                    ("127.0.0.1", plain.port))) as sock:
                sock.sendall(request(path, close=True))
                expected = listen(sock).body
            self.assertEqual(self.ask(server, path).body, expected)

    def test_a_reset_in_the_body_comes_after_what_was_before(self):
        server = self.serve_tls("--fault", "reset=body:50%")
        self.assertEqual(self.ask(server).body, GIF[:len(GIF) // 2])
        # Python's ssl has one error for FIN and RST.
        self.assertEqual(self.curl(server), (56, 200))

    def test_statistics_count_connections_and_requests(self):
        server = self.serve_tls()
        self.ask(server)
        stats = json.loads(self.ask(server, "/__flags/stats").body)
        self.assertEqual(stats["requests"], 1)


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


@unittest.skipUnless(shutil.which("wget"), "wget is not installed")
class Wget(TlsCase):
    def wget(self, server):
        return subprocess.run(
            ["wget", "-q", "-T", str(limit(10)), "-t", "1", "--no-proxy",
             "--ca-certificate", self.ca, "-O", "/dev/null",
             f"https://localhost:{server.port}{PATH}"],
            env=self.environment()).returncode

    def test_wget_takes_the_good_and_refuses_the_bad(self):
        self.assertEqual(self.wget(self.serve_tls()), 0)
        for value in ("expired", "self-signed", "wrong-host"):
            with self.subTest(value=value):
                server = self.serve_tls("--fault", f"tls={value}")
                self.assertEqual(self.wget(server), 5)


if __name__ == "__main__":
    harness.main()
