"""Kept connections that turn out to be dead, or bring what is not the answer to
what was asked: an item is none the worse, and asked for once more at most."""

import socket
import ssl
import unittest

import harness
from harness import Case, corpus_file, per_strategy

OK, SOME, ERROR = 0, 1, 3


def head(status, *lines):
    return "\r\n".join(["HTTP/1.1 " + status, *lines, "", ""]).encode()


@per_strategy
class KeptConnections(Case):
    """What comes over a kept connection, and is not the answer to what was
    asked, is nobody's: the request is sent once more, on a new one."""

    CODES = ("BD", "BR", "CD", "CN", "DE", "EG", "ET", "FR")

    def setUp(self):
        super().setUp()
        self.path = self.home / "socket"

    def code_of(self, request):
        return request.path.split("/")[-2]

    def deliver(self, connection, code, chunked):
        body = corpus_file(code).read_bytes()
        if chunked:
            connection.send(head("200 OK", "Transfer-Encoding: chunked")
                            + b"%x;a=b\r\n%s\r\n0\r\nC: d\r\n\r\n"
                            % (len(body), body))
        else:
            connection.answer(200, body)

    def at(self, server, context, socks=False, proxy=False):
        """Options: the server, at a path or not, and its certificate if it has
        one, or that it is a proxy by SOCKS or over TLS."""
        if server.url == "http://local/flags":
            return "-s", server.url, "--unix-socket", self.path
        if proxy:
            return ("-s", "http://example.test/flags", "--proxy",
                    f"https://127.0.0.1:{server.port}", "--cacert",
                    self.certificate)
        if socks:
            return ("-s", "http://example.test/flags", "--proxy",
                    f"socks5h://127.0.0.1:{server.port}")
        if not context:
            return "-s", server.url
        return ("-s", server.url.replace("http:", "https:"), "--cacert",
                self.certificate)

    def begin(self, connection, context, socks):
        """What comes before the first request."""
        if context:
            connection.secure(context)
        if socks:  # RFC 1928: nobody has to say who he is
            peer = connection.socket
            peer.recv(2 + peer.recv(2, socket.MSG_PEEK)[1])
            connection.send(b"\5\0")
            peer.recv(5 + len("example.test") + 2, socket.MSG_WAITALL)
            connection.send(b"\5\0\0\1" + bytes(6))

    def all_arrive(self, strategy, spoil, chunked=False, context=None,
                   socks=False, proxy=False, path=None):
        """The second request of each connection is answered by `spoil`."""
        def answer(connection):
            self.begin(connection, context, socks)
            number = 0
            while request := connection.read_request():
                number += 1
                if number == 2:
                    spoil(connection)
                    return
                self.deliver(connection, self.code_of(request), chunked)

        server = self.raw_server(answer, path)
        run = self.get("-S", strategy, "-m", "1",
                       *self.at(server, context, socks, proxy), *self.CODES)
        self.assertStatus(run, OK)
        self.assertCorpus(self.out, [code.lower() for code in self.CODES])
        self.assertGreater(server.accepted, 1)

    def test_a_request_timeout_is_not_the_next_answer(self, strategy):
        self.all_arrive(strategy, lambda connection: connection.send(
            head("408 Request Timeout", "Connection: close",
                 "Content-Length: 0")))

    def test_garbage_is_not_the_next_answer(self, strategy):
        self.all_arrive(strategy, lambda connection: connection.send(
            b"left over\r\n\r\n"))

    def test_a_late_line_end_is_not_the_next_answer(self, strategy):
        self.all_arrive(strategy, lambda connection: connection.send(
            b"\r\n\r\n"))

    def test_a_reset_before_the_answer_is_repeated(self, strategy):
        self.all_arrive(strategy, lambda connection: connection.reset())

    def test_an_end_before_the_answer_is_repeated(self, strategy):
        self.all_arrive(strategy, lambda connection: None)

    def own_answer(self, strategy, words, spoil):
        """The second request of a connection is answered by `spoil`, which
        begins with an interim answer: it is not sent again."""
        def answer(connection):
            number = 0
            while request := connection.read_request():
                number += 1
                code = request.path.split("/")[2]
                if code == "br" and number > 1:
                    connection.send(head("103 Early Hints", "Link: </a>"))
                    spoil(connection)
                    return
                connection.answer(200, corpus_file(code).read_bytes())

        server = self.raw_server(answer)
        run = self.get("-S", strategy, "-m", "1", "-s", server.url,
                       *self.CODES)
        self.assertStatus(run, SOME)
        self.assertIn(f"br: {words}", run.stderr)
        self.assertEqual(server.paths().count("/flags/br/br.gif"), 1)
        self.assertCorpus(self.out, [code.lower() for code in self.CODES
                                     if code != "BR"])

    def test_a_request_timeout_behind_an_interim_answer_is_ours(self,
                                                                strategy):
        self.own_answer(strategy, "HTTP 408", lambda connection:
                        connection.send(head("408 Request Timeout",
                                             "Connection: close",
                                             "Content-Length: 0")))

    def test_garbage_behind_an_interim_answer_is_ours(self, strategy):
        self.own_answer(strategy, "", lambda connection: connection.send(
            b"left over\r\n\r\n"))

    def test_an_end_behind_an_interim_answer_is_ours(self, strategy):
        self.own_answer(strategy, "", lambda connection: None)

    def test_a_reset_behind_an_interim_answer_is_ours(self, strategy):
        self.own_answer(strategy, "", lambda connection: connection.reset())

    def own_half(self, strategy, half, words, reset=False, chunked=False,
                 context=None, socks=False, retries=0, proxy=False,
                 path=None):
        """The first answer to BR, over a kept connection, ends early: it is
        not asked for again, and an error, unless there are retries."""
        def answer(connection):
            self.begin(connection, context, socks)
            while request := connection.read_request():
                code = self.code_of(request)
                if code == "br" and server.paths().count(request.path) == 1:
                    self.assertGreater(len(server.requests), 1)
                    connection.send(half)
                    if reset:
                        connection.reset()
                    return
                self.deliver(connection, code, chunked)

        server = self.raw_server(answer, path)
        run = self.get("-S", strategy, "-m", "1",
                       *self.at(server, context, socks, proxy), "--retry",
                       str(retries), "--retry-delay", "1ms", *self.CODES)
        self.assertEqual([self.code_of(request) for request in
                          server.requests].count("br"), 1 + retries)
        self.assertStatus(run, OK if retries else SOME)
        self.assertCorpus(self.out, [code.lower() for code in self.CODES
                                     if code != "BR" or retries])
        if not retries:
            self.assertIn(f"br: {words}", run.stderr)

    HALF = b"HTTP/1.1 2"

    @unittest.skipIf(harness.is_emulated(), "it does not tell how much came")
    def test_half_a_status_line_is_its_answer(self, strategy):
        self.own_half(strategy, self.HALF, "truncated within the head")

    @unittest.skipIf(harness.is_emulated(), "it does not tell how much came")
    def test_half_a_status_line_is_an_attempt(self, strategy):
        self.own_half(strategy, self.HALF, "", retries=1)

    @unittest.skipIf(harness.is_emulated(), "it does not tell how much came")
    def test_half_a_status_line_and_a_reset_is_its_answer(self, strategy):
        self.own_half(strategy, self.HALF, "the connection broke", reset=True)

    @unittest.skipIf(harness.is_emulated(), "it does not tell how much came")
    def test_half_a_status_line_behind_chunks_is_its_answer(self, strategy):
        self.own_half(strategy, self.HALF, "truncated within the head",
                      chunked=True)

    @unittest.skipIf(harness.is_emulated(), "it does not tell how much came")
    def test_half_a_status_line_through_socks_is_its_answer(self, strategy):
        self.own_half(strategy, self.HALF, "truncated within the head",
                      socks=True)

    def test_an_end_through_socks_is_repeated(self, strategy):
        self.all_arrive(strategy, lambda connection: None, socks=True)

    @unittest.skipIf(harness.is_emulated(), "it does not tell how much came")
    def test_half_a_status_line_at_a_path_is_its_answer(self, strategy):
        self.own_half(strategy, self.HALF, "truncated within the head",
                      path=self.path)

    @unittest.skipIf(harness.is_emulated(), "it does not tell how much came")
    def test_half_a_status_line_at_a_path_behind_chunks_is_its_answer(
            self, strategy):
        self.own_half(strategy, self.HALF, "truncated within the head",
                      chunked=True, path=self.path)

    @unittest.skipIf(harness.is_emulated(), "it does not tell how much came")
    def test_halves_at_a_path_are_answers_however_many_are_awaited(
            self, strategy):
        for chunked in (False, True):
            halves = []

            def answer(connection):
                for _ in range(2):
                    if not connection.read_request():
                        return
                    self.deliver(connection, "br", chunked)
                if request := connection.read_request():
                    halves.append(request.path)
                    connection.send(self.HALF)

            path = self.home / f"path{chunked}"
            server = self.raw_server(answer, path)
            listed = self.home / "list"
            listed.write_text("".join(f"http://h/{n}.gif\n"
                                      for n in range(200)))
            run = self.get("-S", strategy, "-m", "8", "--unix-socket",
                           path, "-i", listed, "--no-manifest")
            self.assertStatus(run, SOME)
            self.assertEqual(len(server.paths()), 200)
            self.assertEqual(run.stderr.count("truncated within the head"),
                             len(halves))

    def test_an_end_at_a_path_is_repeated(self, strategy):
        self.all_arrive(strategy, lambda connection: None, path=self.path)

    def test_an_end_at_a_path_behind_chunks_is_repeated(self, strategy):
        self.all_arrive(strategy, lambda connection: None, chunked=True,
                        path=self.path)

    def test_half_a_status_line_through_a_proxy_over_tls_is_its_answer(
            self, strategy):
        self.certificate, context = self.tls_context()
        self.own_half(strategy, self.HALF, "truncated within the head",
                      context=context, proxy=True)

    def test_an_end_through_a_proxy_over_tls_is_repeated(self, strategy):
        self.certificate, context = self.tls_context()
        self.all_arrive(strategy, lambda connection: None, context=context,
                        proxy=True)

    def test_half_a_head_is_its_answer(self, strategy):
        self.own_half(strategy, b"HTTP/1.1 200 OK\r\nContent-Le",
                      "truncated within the head")

    def test_half_a_status_line_over_tls_is_its_answer(self, strategy):
        self.certificate, context = self.tls_context()
        self.own_half(strategy, self.HALF, "truncated within the head",
                      context=context)

    def test_half_a_status_line_over_tls_1_2_is_its_answer(self, strategy):
        self.certificate, context = self.tls_context()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        self.own_half(strategy, self.HALF, "truncated within the head",
                      context=context)

    def test_a_reset_over_tls_is_one(self, strategy):
        self.certificate, context = self.tls_context()
        self.own_half(strategy, b"HTTP/1.1 200 OK\r\nContent-Le",
                      "the connection broke", reset=True, context=context)

    def test_an_end_over_tls_is_repeated(self, strategy):
        self.certificate, context = self.tls_context()
        self.all_arrive(strategy, lambda connection: None, context=context)

    def test_an_end_behind_chunks_is_repeated(self, strategy):
        self.all_arrive(strategy, lambda connection: None, chunked=True)

    def asked_again_once(self, strategy, spoil):
        """All connections but new ones are spoilt when FR is tried again."""
        def answer(connection):
            while request := connection.read_request():
                code = request.path.split("/")[2]
                if strategy != "sequential":
                    server.wait_for_requests(len(self.CODES))
                tries = server.paths().count(request.path)
                if tries == 2:
                    spoilt.update(range(server.accepted + 1))
                if connection.number in spoilt:
                    spoil(connection)
                    return
                if code == "fr" and tries == 1:
                    connection.answer(503)
                else:
                    connection.answer(200, corpus_file(code).read_bytes())

        spoilt = set()
        server = self.raw_server(answer)
        run = self.get("-S", strategy, "-s", server.url, "--retry", "1",
                       "--retry-delay", "1", *self.CODES)
        self.assertStatus(run, OK)
        self.assertCorpus(self.out, [code.lower() for code in self.CODES])
        self.assertEqual(server.paths().count("/flags/fr/fr.gif"), 3)

    def test_a_row_of_resets_is_asked_again_once(self, strategy):
        self.asked_again_once(strategy, lambda connection: connection.reset())

    def test_a_row_of_ends_is_asked_again_once(self, strategy):
        self.asked_again_once(strategy, lambda connection: None)

    def idles(self, strategy, path=None):
        # At this rate what was sent too much is there before the next request.
        def answer(connection):
            request = connection.read_request()
            if not request:
                return
            code = request.path.split("/")[2]
            connection.answer(200, corpus_file(code).read_bytes())
            connection.send(head("200 OK", "Content-Length: 4") + b"evil")
            connection.hold()

        server = self.raw_server(answer, path)
        run = self.get("-S", strategy, "-m", "1", *self.at(server, None),
                       "--rate", "5/s", *self.CODES)
        self.assertStatus(run, OK)
        self.assertCorpus(self.out, [code.lower() for code in self.CODES])

    def test_what_idles_on_a_connection_is_nobodys(self, strategy):
        self.idles(strategy)

    def test_what_idles_on_a_connection_at_a_path_is_nobodys(self, strategy):
        self.idles(strategy, self.path)

    def test_on_a_new_connection_it_is_the_answer(self, strategy):
        def answer(connection):
            if connection.read_request():
                connection.send(head("408 Request Timeout",
                                     "Connection: close", "Content-Length: 0"))

        server = self.raw_server(answer)
        run = self.get("-S", strategy, "-s", server.url, "BR")
        self.assertStatus(run, ERROR)
        self.assertIn("HTTP 408", run.stderr)
        self.assertEqual(len(server.requests), 1)


if __name__ == "__main__":
    harness.main()
