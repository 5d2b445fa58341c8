"""TLS: certificates that strict clients take, and what is served over it, as
Python's ssl, curl and wget meet it."""

import contextlib
import json
import random
import shutil
import socket
import ssl
import subprocess
import unittest

import harness
from harness import Case, limit
from over_tls import GIF, PATH, TlsCase
from wire import listen, request, responses


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

    def test_a_file_that_is_a_link_stays_one(self):
        (self.home / "my.pem").symlink_to("there.pem")
        run = self.flags("serve", "-q", "-p", "0", "--tls", "--ca-file", "my.pem",
                         "--", "true")
        self.assertStatus(run, 0)
        self.assertTrue((self.home / "my.pem").is_symlink())
        self.assertIn("BEGIN CERTIFICATE",
                      (self.home / "there.pem").read_text())

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
