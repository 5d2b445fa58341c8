"""What is passed on to libcurl: TLS and HTTP/2 against nginx and against our
own server, proxies, fields, addresses, sockets; and that no secret is told."""

import json
import re
import shutil
import socket
import subprocess

import harness
from harness import (Case, MOST_POPULOUS, corpus_file, files_in,
                     per_strategy)

GIF = corpus_file("br").read_bytes()
SECRET = "s3cret"


def serve_flags(connection):
    while request := connection.read_request():
        connection.answer(200, GIF)


class NetworkCase(Case):
    def assertFlag(self, run, names=("br.gif",)):
        self.assertStatus(run, 0)
        self.assertEqual(sorted(files_in(self.out)), sorted(names), run)

    def assertSecret(self, run):
        """No output has it, and no file either."""
        self.assertNotIn(SECRET, run.stdout + run.stderr)
        for path in self.home.rglob("*"):
            if path.is_file():
                self.assertNotIn(SECRET.encode(), path.read_bytes(), path)

    def serve_tls(self, *args):
        self.ca = self.home / "ca.pem"
        return self.serve("--tls", "--ca-file", self.ca, *args)

    def certificate(self):
        """A certificate for localhost that is its own authority."""
        program = shutil.which("openssl")
        if not program:
            self.skipTest("openssl is not installed (scripts/bootstrap test)")
        made = subprocess.run(
            [program, "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
             "-subj", "/CN=localhost", "-addext",
             "subjectAltName=DNS:localhost,IP:127.0.0.1",
             "-keyout", self.directory / "key.pem",
             "-out", self.directory / "cert.pem"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(made.returncode, 0, made.stdout)
        return self.directory / "cert.pem", self.directory / "key.pem"

    def nginx_tls(self):
        """nginx with TLS and HTTP/2 on a second port, which is its `tls`."""
        certificate, key = self.certificate()
        listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        port = listener.getsockname()[1]
        server = self.nginx(config=f"""
        }}
        server {{
            listen 127.0.0.1:{port} ssl http2;
            ssl_certificate {certificate};
            ssl_certificate_key {key};
            location /flags/ {{ alias {harness.CORPUS.resolve()}/; }}
        """, listeners=[listener])
        server.tls = f"https://127.0.0.1:{port}/flags"
        return server, certificate

    @staticmethod
    def connections(server):
        """How many of nginx's log had a request, and how many those were."""
        lines = server.access_log.read_text().splitlines()
        return len({line.split()[0] for line in lines}), len(lines)


@per_strategy
class Tls(NetworkCase):
    def test_a_certificate_is_verified_by_the_file_that_is_named(self, strategy):
        server = self.serve_tls()
        self.assertFlag(self.get("-S", strategy, "-s", server.url, "--cacert",
                                 self.ca, "BR"))

    def test_unknown_certificates_are_an_error(self, strategy):
        server = self.serve_tls()
        run = self.get("-S", strategy, "-s", server.url, "BR")
        self.assertStatus(run, 3)
        self.assertRegex(run.stderr, "br: .*(certificate|TLS)")

    def test_unless_none_is_verified(self, strategy):
        server = self.serve_tls()
        self.assertFlag(self.get("-S", strategy, "-s", server.url, "-k", "BR"))

    def test_nginx_speaks_http2_if_asked(self, strategy):
        server, certificate = self.nginx_tls()
        run = self.get("-S", strategy, "-s", server.tls, "--cacert",
                       certificate, "--http2", "-m", "8")
        self.assertStatus(run, 0)
        self.assertCorpus(self.out)
        server.stop()  # which flushes its log
        used, requests = self.connections(server)
        self.assertEqual(requests, len(MOST_POPULOUS))
        if strategy != "threaded":  # there it is one for each thread
            self.assertEqual(used, 1)

    def test_our_server_speaks_http2_if_asked(self, strategy):
        server = self.serve_tls("--http2")
        run = self.get("-S", strategy, "-s", server.url, "--cacert", self.ca,
                       "--http2", "-m", "8")
        self.assertStatus(run, 0)
        self.assertCorpus(self.out)
        stats = json.loads(subprocess.run(
            ["curl", "-sS", "--noproxy", "*", "--cacert", self.ca,
             server.url.replace("/flags", "/__flags/stats")],
            stdout=subprocess.PIPE, check=True).stdout)
        self.assertEqual(stats["requests"], len(MOST_POPULOUS))
        if strategy != "threaded":
            self.assertEqual(stats["connections"], 1, stats)

    def test_http2_where_the_server_has_none_is_http1(self, strategy):
        server = self.serve_tls()
        run = self.get("-S", strategy, "-s", server.url, "--cacert", self.ca,
                       "--http2", "-m", "8")
        self.assertStatus(run, 0)
        self.assertCorpus(self.out)

    def test_prior_knowledge_needs_no_tls(self, strategy):
        server = self.serve("--http2")
        run = self.get("-S", strategy, "-s", server.url,
                       "--http2-prior-knowledge")
        self.assertStatus(run, 0)
        self.assertCorpus(self.out)


@per_strategy
class Fields(NetworkCase):
    def test_fields_and_agent_are_sent(self, strategy):
        server = self.raw_server(serve_flags)
        self.assertFlag(self.get(
            "-S", strategy, "-s", server.url, "-H", "X-One: 1", "-H",
            "X-Two;", "-H", "Accept:", "-A", "me/1.0", "BR"))
        headers = server.requests[0].headers
        self.assertEqual(headers["x-one"], "1")
        self.assertEqual(headers["x-two"], "")
        self.assertNotIn("accept", headers)
        self.assertEqual(headers["user-agent"], "me/1.0")

    def test_an_empty_agent_is_not_sent(self, strategy):
        server = self.raw_server(serve_flags)
        self.assertFlag(self.get("-S", strategy, "-s", server.url, "-A", "",
                                 "BR"))
        self.assertNotIn("user-agent", server.requests[0].headers)

    def test_a_secret_field_stays_with_its_origin(self, strategy):
        other = self.raw_server(serve_flags)

        def redirect(connection):
            while connection.read_request():
                connection.answer(302, Location=other.url + "/br/br.gif")
        server = self.raw_server(redirect)

        run = self.get("-S", strategy, "-v", "-s", server.url, "--json=report",
                       "--events=events", "--failed=failed", "-H", f"Authorization: Bearer {SECRET}", "-H",
                       f"X-Key: {SECRET}", "-H", f"Cookie: a={SECRET}",
                       "-H", "Accept: image/gif", "BR")

        self.assertFlag(run)
        self.assertIn(SECRET, server.requests[0].headers["authorization"])
        self.assertNotIn(SECRET.encode(), other.requests[0].raw)
        self.assertEqual(other.requests[0].headers["accept"], "image/gif")
        self.assertSecret(run)

    def test_a_part_that_was_asked_for_by_a_field_is_no_file(self, strategy):
        server = self.serve()
        run = self.get("-S", strategy, "-s", server.url, "-H",
                       "Range: bytes=0-9", "BR")
        self.assertStatus(run, 3)
        self.assertEqual(files_in(self.out), {})


@per_strategy
class Ways(NetworkCase):
    def proxy(self, connection):
        while connection.read_request():
            connection.answer(200, GIF)

    def test_a_proxy_that_is_named_is_used(self, strategy):
        proxy = self.raw_server(self.proxy)
        run = self.get("-S", strategy, "-s", "http://flags.test/flags",
                       "--proxy", f"http://u:{SECRET}@127.0.0.1:{proxy.port}",
                       "-v", "BR", env={"http_proxy": "http://127.0.0.1:1"})
        self.assertFlag(run)
        self.assertEqual(proxy.paths(),
                         ["http://flags.test/flags/br/br.gif"])
        self.assertIn("proxy-authorization", proxy.requests[0].headers)
        self.assertSecret(run)

    def test_a_proxy_over_tls_is_trusted_as_a_server_is(self, strategy):
        certificate, context = self.tls_context()

        def answer(connection):
            connection.secure(context)
            self.proxy(connection)

        proxy = self.raw_server(answer)
        args = ("-S", strategy, "-s", "http://example.test/flags", "--proxy",
                f"https://127.0.0.1:{proxy.port}", "BR")
        run = self.get(*args)
        self.assertStatus(run, 3)
        self.assertIn(f"(proxy https://127.0.0.1:{proxy.port} of --proxy)",
                      run.stderr)
        self.assertEqual(proxy.paths(), [])
        self.assertFlag(self.get("--cacert", certificate, *args))
        self.assertFlag(self.get("-k", *args))
        self.assertFlag(self.get(*args, env={"SSL_CERT_FILE":
                                             str(certificate)}))

    def test_an_empty_proxy_is_none(self, strategy):
        server = self.raw_server(serve_flags)
        self.assertFlag(self.get("-S", strategy, "-s", server.url, "--proxy",
                                 "", "BR",
                                 env={"http_proxy": "http://127.0.0.1:1"}))

    def test_a_proxy_that_is_not_there_is_named_without_its_secret(
            self, strategy):
        port = re.search(r":(\d+)/", harness.refused_url()).group(1)
        run = self.get("-S", strategy, "-s", "http://flags.test/flags",
                       "--proxy", f"http://u:{SECRET}@127.0.0.1:{port}", "BR")
        self.assertStatus(run, 3)
        self.assertRegex(run.stderr, r"proxy .*127\.0\.0\.1:%s.* of --proxy"
                         % port)
        self.assertSecret(run)

    def test_a_host_is_resolved_as_told(self, strategy):
        server = self.raw_server(serve_flags)
        run = self.get("-S", strategy, "--resolve",
                       f"flags.test:{server.port}:127.0.0.1", "-s",
                       f"http://flags.test:{server.port}/flags", "BR")
        self.assertFlag(run)
        self.assertEqual(server.requests[0].headers["host"],
                         f"flags.test:{server.port}")

    def test_connections_go_where_told(self, strategy):
        server = self.raw_server(serve_flags)
        run = self.get("-S", strategy, "--connect-to",
                       f"flags.test:80:127.0.0.1:{server.port}", "-s",
                       "http://flags.test/flags", "BR")
        self.assertFlag(run)
        self.assertEqual(server.requests[0].headers["host"], "flags.test")

    def test_addresses_are_of_the_family_that_is_asked_for(self, strategy):
        server = self.raw_server(serve_flags)
        both = ["-S", strategy, "--connect-timeout", "2", "-s",
                f"http://localhost:{server.port}/flags", "BR"]
        self.assertFlag(self.get("-4", *both))
        shutil.rmtree(self.out)
        run = self.get("-6", *both)  # it listens on 127.0.0.1 alone
        self.assertStatus(run, 3)
        self.assertRegex(run.stderr, "connect|resolve")

    def test_a_socket_of_this_machine_is_enough(self, strategy):
        path = self.home / "socket"
        self.serve("--unix", path)
        run = self.get("-S", strategy, "--unix-socket", path, "-s",
                       "http://flags.test/flags",
                       env={"http_proxy": "http://127.0.0.1:1"})
        self.assertStatus(run, 0)
        self.assertCorpus(self.out)

    def test_a_server_of_our_own_is_reached_all_the_same(self, strategy):
        run = self.get("-S", strategy, "--proxy", "http://127.0.0.1:1", "BR")
        self.assertFlag(run)
        shutil.rmtree(self.out)
        run = self.get("-S", strategy, "--unix-socket", "/nowhere", "BR")
        self.assertFlag(run)


@per_strategy
class Shown(NetworkCase):
    def test_progress_is_told_in_lines(self, strategy):
        run = self.get("-S", strategy, "--progress=plain")
        self.assertStatus(run, 0)
        self.assertEqual(
            re.findall(r"flags: (\d+) of 20 settled \((\d+) %\)", run.stderr),
            [("5", "25"), ("10", "50"), ("15", "75"), ("20", "100")])

    def test_a_bar_and_colour_if_so_wished(self, strategy):
        run = self.get("-S", strategy, "--progress=bar", "--color=always")
        self.assertIn("20/20", run.stderr)
        self.assertIn("\x1b[32m", run.stderr)
        run = self.get("-S", strategy, "--progress=bar", "--color=never")
        self.assertNotIn("\x1b[32m", run.stderr)


class Usage(NetworkCase):
    def test_what_cannot_be_meant_is_refused(self):
        wire = self.tripwire()
        for option, *args in (
                ("--proxy", "--proxy", "garbage://h:9"),
                ("--header", "-H", "no field"),
                ("--header", "-H", "A: b\r\nC: d"), ("--header", "-H", ": x"),
                ("--cacert", "--cacert", "missing.pem"),
                ("--resolve", "--resolve", "a:80"),
                ("--resolve", "--resolve", "a:0:127.0.0.1"),
                ("--resolve", "--resolve", "a:80:b"),
                ("--resolve", "--resolve", "a:80:127.0.0.1,"),
                ("--connect-to", "--connect-to", "a:80:b"),
                ("--ipv6", "-4", "-6"), ("--http2", "--http1.1", "--http2"),
                ("--unix-socket", "--unix-socket", "x" * 108),
                ("--unix-socket", "--unix-socket", "s", "--proxy", "http://h"),
                ("--user-agent", "-A", "a\nb"),
                ("--color", "--color", "red"),
                ("--progress", "--progress", "dots")):
            with self.subTest(args=args):
                run = self.get("-s", wire.url, *args, "BR")
                self.assertStatus(run, 2)
                self.assertIn(option, run.stderr)
        self.assertFalse(wire.contacted())

    def test_a_refusal_tells_no_secret(self):
        for args in (["--proxy", f"garbage://u:{SECRET}@h:9"],
                     ["-H", f"Bearer {SECRET}"],
                     ["-H", f"Authorization: {SECRET}\n"]):
            with self.subTest(args=args):
                run = self.get(*args, "BR")
                self.assertStatus(run, 2)
                self.assertNotIn(SECRET, run.stderr)


harness.main()
