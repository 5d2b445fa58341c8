"""Servers that lie, stall or hang up: an error that names the item and the
cause, nothing under the final name, and the other items unharmed."""

import socket
import time

import harness
from harness import Case, corpus_file, counted, files_in, per_strategy

GIF = corpus_file("br").read_bytes()


def only_br_is_bad(bad):
    """A server that treats BR with `bad(connection)` and the others well."""
    def answer(connection):
        while request := connection.read_request():
            if "/br/" in request.path:
                if not bad(connection):
                    return
            else:
                connection.answer(200, corpus_file("us").read_bytes())
    return answer


@per_strategy
class BadAnswer(Case):
    def one_error(self, strategy, bad, cause, *args):
        """BR fails with `cause`, US arrives: status 1."""
        server = self.raw_server(only_br_is_bad(bad))

        run = self.get("-S", strategy, "-s", server.url, "-m", "2",
                       *args, "BR", "US")

        self.assertStatus(run, 1)
        self.assertRegex(run.stderr, rf"(?i)\bbr: .*({cause})")
        self.assertIn(server.url + "/br/br.gif", run.stderr)
        self.assertEqual(files_in(self.out),
                         {"us.gif": corpus_file("us").read_bytes()})
        self.assertEqual(counted(run), {"ok": 1, "error": 1})

    def test_truncated_body(self, strategy):
        def bad(connection):
            connection.answer(200, GIF[:100], length=len(GIF))

        self.one_error(strategy, bad, "bytes|partial|truncated|end")

    def test_html_instead_of_an_image(self, strategy):
        # D1: a page saved under the name of a flag, and counted as one.
        def bad(connection):
            connection.answer(200, b"<!DOCTYPE html><title>Sign in</title>",
                              Content_Type="image/gif")
            return True

        self.one_error(strategy, bad, "html|gif")

    def test_empty_body(self, strategy):
        def bad(connection):
            connection.answer(200, b"")
            return True

        self.one_error(strategy, bad, "empty")

    def test_empty_reply(self, strategy):
        def bad(connection):
            pass  # closed, with not a byte sent

        self.one_error(strategy, bad, "empty|nothing|no data|closed")

    def test_reset_connection(self, strategy):
        def bad(connection):
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n")
            connection.reset()

        self.one_error(strategy, bad, "reset|receiving")

    def test_garbage_instead_of_http(self, strategy):
        def bad(connection):
            connection.send(b"\0\1\2 hello\r\n\r\n")

        self.one_error(strategy, bad, "http|protocol|unsupported|weird")

    def test_server_error(self, strategy):
        def bad(connection):
            connection.answer(503, b"later")
            return True

        self.one_error(strategy, bad, "HTTP 503")

    def test_content_encoding_that_nobody_asked_for(self, strategy):
        def bad(connection):
            connection.answer(200, GIF, Content_Encoding="gzip")
            return True

        self.one_error(strategy, bad, "encoding|html|gif")

    def test_never_answering_server_times_out(self, strategy):
        def bad(connection):
            connection.hold()

        self.one_error(strategy, bad, "timed? ?out|timeout", "-t",
                       str(harness.limit(.3)))

    def test_answer_that_stops_halfway_times_out(self, strategy):
        def bad(connection):
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n"
                            + GIF[:100])
            connection.hold()

        self.one_error(strategy, bad, "timed? ?out|timeout", "-t",
                       str(harness.limit(.3)))

    def detour(self, strategy, url, cause):
        """BR is sent to `url`, where it fails. Its socket is closed before
        it was ever ready for a request, and its number comes back."""
        def answer(connection):
            while request := connection.read_request():
                code = request.path.split("/")[2]
                if code == "br":
                    connection.answer(302, Location=url)
                else:
                    connection.answer(200, corpus_file(code).read_bytes())

        run = self.get("-S", strategy, "-s", self.raw_server(answer).url, "-m",
                       "1", "-t", str(harness.limit(.3)), "--reuse", "no")

        self.assertStatus(run, 1)
        self.assertEqual(counted(run), {"ok": 19, "error": 1}, str(run))
        self.assertRegex(run.stderr, rf"(?i)\bbr: .*({cause})")

    def test_connection_that_is_never_accepted(self, strategy):
        full = socket.create_server(("127.0.0.1", 0), backlog=0)
        self.addCleanup(full.close)
        for _ in range(3):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
            self.addCleanup(filler.close)

        self.detour(strategy, f"http://127.0.0.1:{full.getsockname()[1]}/",
                    "timed? ?out|timeout")

    def test_tls_handshake_that_is_never_answered(self, strategy):
        silent = self.raw_server(lambda connection: connection.hold())

        self.detour(strategy, f"https://127.0.0.1:{silent.port}/",
                    "timed? ?out|timeout")

    def test_redirect_to_another_scheme(self, strategy):
        def bad(connection):
            connection.answer(302, Location="file:///etc/passwd")
            return True

        self.one_error(strategy, bad, "protocol|redirect|unsupported")

    def test_redirects_without_end(self, strategy):
        def bad(connection):
            connection.answer(302, Location="/flags/br/br.gif")
            return True

        self.one_error(strategy, bad, "redirect")

    def test_text_of_the_server_is_escaped_before_it_is_printed(
            self, strategy):
        def bad(connection):
            connection.answer(302, Location="http://127.0.0.1:1/\x1b[31mred")
            return True

        server = self.raw_server(only_br_is_bad(bad))

        run = self.get("-S", strategy, "-s", server.url, "-v", "BR", "US")

        self.assertStatus(run, 1)
        self.assertNotIn("\x1b", run.stdout + run.stderr)

    def test_body_longer_than_declared_gives_the_declared_bytes(
            self, strategy):
        def answer(connection):
            connection.read_request()
            connection.answer(200, GIF + b"and more", length=len(GIF))
            connection.hold()

        run = self.get("-S", strategy, "-s", self.raw_server(answer).url,
                       "BR", "-t", "5")

        # Either is right: the declared bytes, or an error where libcurl
        # shows the excess. Never the excess in the file.
        if run.status == 0:
            self.assertCorpus(self.out, ["br"])
        else:
            self.assertStatus(run, 3)
            self.assertEqual(files_in(self.out), {})

    def test_body_without_a_length_ends_with_the_connection(self, strategy):
        def answer(connection):
            connection.read_request()
            connection.send(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
                            + GIF)

        run = self.get("-S", strategy, "-s", self.raw_server(answer).url, "BR")

        self.assertStatus(run, 0)
        self.assertCorpus(self.out, ["br"])

    def test_redirect_is_followed(self, strategy):
        target = self.nginx()

        def answer(connection):
            request = connection.read_request()
            connection.answer(301, Location=f"http://127.0.0.1:{target.port}"
                              + request.path)

        run = self.get("-S", strategy, "-s", self.raw_server(answer).url, "BR")

        self.assertStatus(run, 0)
        self.assertCorpus(self.out, ["br"])

    def test_connection_that_dies_while_idle_is_replaced(self, strategy):
        # Each connection is good for one answer, promises more, and breaks
        # on the next request. That is nobody's error: no answer was begun.
        def answer(connection):
            request = connection.read_request()
            code = request.path.split("/")[2]
            connection.answer(200, corpus_file(code).read_bytes(),
                              Connection="keep-alive")
            connection.socket.recv(1, socket.MSG_PEEK)
            connection.reset()

        server = self.raw_server(answer)

        run = self.get("-S", strategy, "-s", server.url, "-m", "1")

        self.assertStatus(run, 0)
        self.assertCorpus(self.out)


@per_strategy
class NoPages(Case):
    # D1: against a server that answers only 404, 20 HTML pages were saved
    # as flags and reported as downloads.
    def test_of_a_404_are_saved_as_flags(self, strategy):
        def answer(connection):
            while connection.read_request():
                connection.answer(404, b"<html>Not Found</html>",
                                  Content_Type="text/html")

        run = self.get("-S", strategy, "-s", self.raw_server(answer).url)

        self.assertStatus(run, 4)
        self.assertEqual(counted(run), {"ok": 0, "not_found": 20})
        self.assertEqual(files_in(self.out), {})


@per_strategy
class Timeout(Case):
    def test_counts_from_the_start_of_the_attempt_not_from_queueing(
            self, strategy):
        # Ten items one after the other, each slower than a tenth of the
        # limit: together they take longer than one attempt may.
        def answer(connection):
            while request := connection.read_request():
                time.sleep(0.1)  # the server's slowness is the point
                code = request.path.split("/")[2]
                connection.answer(200, corpus_file(code).read_bytes())

        run = self.get("-S", strategy, "-m", "1", "-t", str(harness.limit(.6)),
                       "-l", "10", "-s", self.raw_server(answer).url)

        self.assertStatus(run, 0)
        self.assertEqual(counted(run), {"ok": 10})

    def test_of_an_attempt_is_what_was_asked_for(self, strategy):
        def answer(connection):
            connection.read_request()
            connection.hold()

        began = time.monotonic()
        run = self.get("-S", strategy, "-t", "700ms", "BR",
                       "-s", self.raw_server(answer).url)

        self.assertStatus(run, 3)
        self.assertGreaterEqual(time.monotonic() - began, 0.7)


harness.main()
