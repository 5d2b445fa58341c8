"""Answers that lie about their length, their end, their status, or their
sender: a table of them, each under every strategy, over plain connections and
over TLS. What is right is the exit status, the cause in words, and whether the
file is there."""

import gzip
import socket
import ssl
import struct
import subprocess
import threading
import zlib

import harness
from harness import Case, corpus_file, files_in, per_strategy

GIF = corpus_file("br").read_bytes()
OK, ERROR, NOT_FOUND = 0, 3, 4


def head(*lines, status="HTTP/1.1 200 OK"):
    return "\r\n".join([status, *lines, "", ""]).encode()


def length(count):
    return f"Content-Length: {count}"


N = len(GIF)
WHOLE = head(length(N)) + GIF
CHUNKED = b"%x\r\n%s\r\n0\r\n" % (N, GIF)

# name: (what the server sends before it closes, exit status, cause)
PLAIN = {
    "whole": (WHOLE, OK, ""),
    "until-closed": (head() + GIF, OK, ""),
    "chunked": (head("Transfer-Encoding: chunked") + CHUNKED + b"\r\n", OK, ""),
    "equal-lengths": (head(length(N), length(N)) + GIF, OK, ""),
    "equal-list": (head(f"Content-Length: {N}, {N}") + GIF, OK, ""),
    "blanks": (head(f"Content-Length: \t {N} ") + GIF, OK, ""),
    "length-and-chunks": (head(length(3), "Transfer-Encoding: chunked")
                          + CHUNKED + b"\r\n", OK, ""),
    "early-hints": (head("Link: </x>", length(7), status="HTTP/1.1 103 Early")
                    + WHOLE, OK, ""),
    "continue": (head(status="HTTP/1.1 100 Continue") + WHOLE, OK, ""),
    "longer-than-declared": (WHOLE + b"and more", OK, ""),
    "http-1.0": (head(status="HTTP/1.0 200 OK") + GIF, OK, ""),
    "no-phrase": (head(length(N), status="HTTP/1.1 200") + GIF, OK, ""),
    "identity": (head(length(N), "Content-Encoding: identity") + GIF, OK, ""),
    "te-identity": (head(length(N), "Transfer-Encoding: identity") + GIF, OK,
                    ""),
    "trailer-like-a-status": (
        head("Transfer-Encoding: chunked") + CHUNKED
        + b"HTTP/1.1 404 Not-Found: x\r\n\r\n", OK, ""),
    "trailer-encoding": (
        head("Transfer-Encoding: chunked") + CHUNKED
        + b"Content-Encoding: gzip\r\n\r\n", OK, ""),
    "trailer-length": (
        head("Transfer-Encoding: chunked") + CHUNKED
        + b"Content-Length: 3\r\n\r\n", OK, ""),
    "field-like-a-status": (
        head("HTTP/1.1 404 Not-Found: x", length(N)) + GIF, OK, ""),
    "folded-harmless": (head("X-A: b", "  c", length(N)) + GIF, OK, ""),
    "something-after-the-trailer": (head(length(N + 9)) + GIF + b"something",
                                    OK, ""),
    "many-fields": (head(*["X: " + "y" * 1000] * 100, length(N)) + GIF, OK, ""),

    "lengths-differ": (head(length(N), length(N - 5)) + GIF, ERROR, "differ"),
    "lengths-differ-list": (head(f"Content-Length: {N - 5}, {N}") + GIF, ERROR,
                            "differ|Content-Length"),
    "length-with-x": (head(f"Content-Length: {N} x") + GIF, ERROR,
                      "Content-Length"),
    "length-hex": (head(f"Content-Length: {N:#x}") + GIF, ERROR,
                   "Content-Length|bytes"),
    "length-plus": (head(f"Content-Length: +{N}") + GIF, ERROR,
                    "Content-Length"),
    "length-minus": (head("Content-Length: -1") + GIF, ERROR, "Content-Length"),
    "length-empty": (head("Content-Length:") + GIF, ERROR, "Content-Length"),
    "length-2-63": (head(length(2 ** 63)) + GIF, ERROR, "Content-Length"),
    "length-2-64": (head(length(2 ** 64 + N)) + GIF, ERROR, "Content-Length"),
    "length-comma": (head(f"Content-Length: {N},") + GIF, ERROR,
                     "Content-Length"),
    "length-blank-colon": (head(f"Content-Length : {N - 5}") + GIF, ERROR,
                           "blank|Content-Length|colon|header"),
    "length-folded": (head("Content-Length:", f" {N}") + GIF, ERROR,
                      "Content-Length|folded"),
    "truncated": (head(length(N)) + GIF[:-3], ERROR, "truncated"),
    "te-gzip": (head("Transfer-Encoding: gzip, chunked") + CHUNKED + b"\r\n",
                ERROR, "Transfer-Encoding|transfer|encoding"),
    "te-twice": (head("Transfer-Encoding: chunked",
                      "Transfer-Encoding: chunked") + CHUNKED + b"\r\n", ERROR,
                 "(?i)transfer.encoding|chunk"),
    "te-unknown": (head("Transfer-Encoding: wrapped") + GIF, ERROR,
                   "(?i)transfer.encoding"),
    "chunks-cut": (head("Transfer-Encoding: chunked") + CHUNKED[:-5], ERROR,
                   "truncated|chunk"),
    "chunks-bad": (head("Transfer-Encoding: chunked") + b"zz\r\n" + GIF, ERROR,
                   "(?i)chunk|hex"),
    "ce-gzip": (head("Content-Encoding: gzip", length(N)) + GIF, ERROR,
                "Content-Encoding: gzip"),
    "ce-gzip-then-identity": (
        head("Content-Encoding: gzip", "Content-Encoding: identity", length(N))
        + GIF, ERROR, "Content-Encoding: gzip"),
    "ce-list": (head("Content-Encoding: identity, br", length(N)) + GIF, ERROR,
                "Content-Encoding: br"),
    "lower-case-status": (head(length(N), status="http/1.1 200 OK") + GIF,
                          ERROR, "(?i)status line|HTTP/0.9|unsupported"),
    "two-digit-status": (head(length(N), status="HTTP/1.1 20 OK") + GIF, ERROR,
                         "(?i)status line|HTTP|unsupported"),
    "four-digit-status": (head(length(N), status="HTTP/1.1 2000 OK") + GIF,
                          ERROR, "(?i)status line|HTTP|unsupported"),
    "switching": (head(status="HTTP/1.1 101 Switching") + GIF, ERROR,
                  "protocol"),
    "header-line-100k": (head("X: " + "y" * 110000, length(N)) + GIF, ERROR,
                         "(?i)header"),
    "head-1m": (head(*["X: " + "y" * 1000] * 1000, length(N)) + GIF, ERROR,
                "(?i)head"),
    "garbage": (b"\0\1\2\3 hello\r\n\r\n", ERROR, "(?i)http"),
    "empty": (b"", ERROR, "without an answer"),
    "half-a-status": (b"HTTP/1.1 20", ERROR, "(?i)answer|http"),
    "empty-body": (head(length(0)), ERROR, "empty"),
    "no-content": (head(status="HTTP/1.1 204 No Content"), ERROR, "empty"),
    "partial-unasked": (head(length(N), f"Content-Range: bytes 0-{N - 1}/{N}",
                             status="HTTP/1.1 206 Partial") + GIF, ERROR,
                        "HTTP 206"),
    "not-modified-unasked": (head(status="HTTP/1.1 304 Not Modified"), ERROR,
                             "HTTP 304"),
    "redirect-nowhere": (head(length(0), status="HTTP/1.1 302 Found"), ERROR,
                         "HTTP 302"),
    "redirect-to-file": (head("Location: file:///etc/passwd", length(0),
                              status="HTTP/1.1 302 Found"), ERROR,
                         "no URL of http or https"),

    "not-found": (head(length(2), status="HTTP/1.1 404 No") + b"no", NOT_FOUND,
                  "not found"),
    "not-found-cut": (head(length(9), status="HTTP/1.1 404 No") + b"no",
                      NOT_FOUND, "not found"),
    "not-found-bad-length": (head(length("x"), status="HTTP/1.1 404 No"),
                             (ERROR, NOT_FOUND), "not found|Content-Length"),
    "not-found-bad-chunks": (head("Transfer-Encoding: chunked",
                                  status="HTTP/1.1 404 No") + b"zz\r\n",
                             NOT_FOUND, "not found"),
    "server-error-cut": (head(length(9), status="HTTP/1.1 503 Busy") + b"no",
                         ERROR, "HTTP 503"),
}


def chunk(kind, data):
    return (struct.pack(">I", len(data)) + kind + data
            + struct.pack(">I", zlib.crc32(kind + data)))


PNG = (b"\x89PNG\r\n\x1a\n"
       + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
       + chunk(b"tEXt", b"IEND\xae\x42\x60\x82")
       + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b""))
SEGMENTS = b"\xff\xdb\0\x43\0" + bytes(64) + b"\xff\xda\0\x08abcdef"
THUMBNAIL = b"\xff\xd8" + SEGMENTS + b"xx\xff\xd9"
JPEG = (b"\xff\xd8\xff\xe1" + struct.pack(">H", len(THUMBNAIL) + 8)
        + b"Exif\0\0" + THUMBNAIL + SEGMENTS + b"data\xff\0data\xff\xd9")

# Bodies of known formats, whole; each must be refused without its last bytes,
# though its framing is in order.
FORMATS = {
    "gif": GIF,
    "png": PNG,
    "jpg": JPEG,
    "webp": b"RIFF" + struct.pack("<I", 24) + b"WEBPVP8 " + bytes(16),
    "svg": corpus_file("br", "br.svg").read_bytes().rstrip(),
    "json": b'{"a": [1, 2, {"b": "c"}]}',
    "gz": gzip.compress(b"hello" * 1000),
}


def answer_with(answers):
    """A server that sends what the path's second part names, and closes."""
    def answer(connection):
        request = connection.read_request()
        if request:
            name = request.path.split("/")[2]
            connection.send(answers[name])
    return answer

# What follows the beginning of a field.
HEADS = {"end": b"", "reset": b"", "hang": b"1\r\n", "line": b"x" * 200000,
         "garbage": b"1\r\n\0\1\2\r\n\r\n",
         "length": b"1\r\nContent-Length: 5\r\n\r\n",
         "bomb": b"1\r\n" + b"Y: 1234567890\r\n" * 40000}


@per_strategy
class Answers(Case):
    def ask(self, strategy, server, name, extension="gif", *args):
        out = self.directory / "files" / name
        run = self.flags(
            "get", "-S", strategy, "-o", out, "-t", str(harness.limit(5)),
            "-s", f"{server.url}/{name}/{{cc}}.{extension}", *args, "BR")
        return run, files_in(out)

    def test_each_has_its_status_and_its_cause(self, strategy):
        server = self.raw_server(
            answer_with({name: row[0] for name, row in PLAIN.items()}))
        for name, (_, status, cause) in PLAIN.items():
            with self.subTest(name):
                run, files = self.ask(strategy, server, name)

                statuses = status if isinstance(status, tuple) else (status,)
                self.assertIn(run.status, statuses, str(run))
                if cause:
                    self.assertRegex(run.stderr, cause)
                if status == OK:
                    self.assertEqual(files["br.gif"][:N], GIF)
                else:
                    self.assertEqual(files, {})

    def test_a_known_format_must_have_its_end(self, strategy):
        answers = {}
        for name, body in FORMATS.items():
            answers[name] = head(length(len(body))) + body
            cut = body[:-1 - len(body) // 4]
            answers[f"{name}-cut"] = head(length(len(cut))) + cut
        server = self.raw_server(answer_with(answers))
        for name, body in FORMATS.items():
            with self.subTest(name):
                run, files = self.ask(strategy, server, name, name)
                self.assertStatus(run, OK)
                self.assertEqual(files, {f"br.{name}": body})

                run, files = self.ask(strategy, server, f"{name}-cut", name)
                self.assertStatus(run, ERROR)
                self.assertRegex(run.stderr, "without its end|broken")
                self.assertEqual(files, {})

    def test_an_error_whose_body_hangs_is_known_by_its_status(self, strategy):
        def answer(connection):
            while request := connection.read_request():
                status = int(request.path.split("/")[2])
                connection.answer(status, b"abc", length=1000)
                connection.hold()

        server = self.raw_server(answer)
        run, _ = self.ask(strategy, server, "404", "gif", "-t",
                          str(harness.limit(20)))
        self.assertStatus(run, NOT_FOUND)
        run, _ = self.ask(strategy, server, "503", "gif", "-t",
                          str(harness.limit(20)))
        self.assertStatus(run, ERROR)
        self.assertIn("HTTP 503", run.stderr)

    def test_an_error_whose_head_breaks_is_known_by_its_status(self, strategy):
        def answer(connection):
            while request := connection.read_request():
                status, end = request.path.split("/")[2:4]
                line = f"HTTP/1.1 {status} Whatever\r\n".encode()
                connection.send(line + b"Content-Length: 4\r\nX: " +
                                HEADS[end])
                if end == "hang":
                    connection.hold()
                elif end == "reset":
                    # What has come is read before a reset is heard of.
                    heard.wait(.2)
                    connection.reset()
                return

        heard = threading.Event()
        server = self.raw_server(answer)
        for status, ends in (("404", HEADS), ("418", ("end", "reset"))):
            for end in ends:
                with self.subTest(status=status, end=end):
                    run, files = self.ask(
                        strategy, server, f"{status}/{end}", "gif", "--retry",
                        "2", "--retry-delay", "0", "-t",
                        str(harness.limit(20)))
                    self.assertEqual(files, {})
                    self.assertStatus(
                        run, NOT_FOUND if status == "404" else ERROR)
                    self.assertIn("not found" if status == "404"
                                  else "HTTP 418", run.stderr)
                    self.assertEqual(
                        server.paths().count(f"/flags/{status}/{end}/br.gif"),
                        1)

    def test_a_handshake_that_hangs_is_no_lack_of_a_connection(self, strategy):
        def answer(connection):
            if connection.read_request():
                connection.answer(302, Location=f"https{silent.url[4:]}/x.gif")

        silent = self.raw_server(lambda connection: connection.hold())
        redirecting = self.raw_server(answer)
        run = self.get("-S", strategy, "-t", "3", "-s", redirecting.url, "BR")
        self.assertStatus(run, ERROR)
        self.assertIn("timeout: no TLS within 3 s", run.stderr)

    def test_a_redirect_to_a_dead_server_names_both_urls(self, strategy):
        target = f"{harness.refused_url()}/final.gif"

        def answer(connection):
            while connection.read_request():
                connection.answer(302, Location=target)

        server = self.raw_server(answer)
        run, _ = self.ask(strategy, server, "gone")
        self.assertStatus(run, ERROR)
        self.assertIn(target, run.stderr)
        self.assertIn(f"{server.url}/gone/br.gif", run.stderr)

    def test_cookies_last_for_the_redirects_of_one_item(self, strategy):
        def answer(connection):
            while request := connection.read_request():
                if "final" in request.path:
                    connection.answer(200, GIF)
                else:
                    connection.answer(302, Location=f"{request.path}.final",
                                      Set_Cookie="a=b; Path=/")

        server = self.raw_server(answer)
        run = self.get("-S", strategy, "-m", "1", "-s", server.url, "BR", "US")
        self.assertStatus(run, OK)
        cookies = [request.headers.get("cookie") for request in server.requests]
        self.assertEqual(cookies, [None, "a=b"] * 2)


@per_strategy
class Tls(Case):
    """The same over TLS, where a connection says when it ends."""

    def setUp(self):
        super().setUp()
        self.certificate, self.context = self.tls_context()

    def tls_server(self, data, in_order):
        """Sends `data` to each request, and closes in order or not."""
        def answer(connection):
            secured = self.context.wrap_socket(connection.socket,
                                               server_side=True)
            connection.socket = secured
            if not connection.read_request():
                return
            connection.send(data)
            if in_order:
                secured = secured.unwrap()
            secured.shutdown(socket.SHUT_RDWR)
            secured.close()

        return self.raw_server(answer)

    def ask(self, strategy, data, in_order):
        server = self.tls_server(data, in_order)
        run = self.get("-S", strategy, "-s",
                       server.url.replace("http:", "https:"), "BR",
                       env={"SSL_CERT_FILE": self.certificate})
        return run, files_in(self.out)

    def test_an_end_in_order_is_the_end(self, strategy):
        run, files = self.ask(strategy, head() + GIF, True)
        self.assertStatus(run, OK)
        self.assertEqual(files, {"br.gif": GIF})

    def test_an_end_without_a_word_is_no_end(self, strategy):
        run, files = self.ask(strategy, head() + GIF, False)
        self.assertStatus(run, ERROR)
        self.assertIn("truncated", run.stderr)
        self.assertEqual(files, {})

    def test_the_version_in_a_status_line_makes_no_end(self, strategy):
        for version in (b"HTTP/1.0", b"HTTP/2"):
            run, files = self.ask(strategy, version + b" 200 OK\r\n\r\n" + GIF,
                                  False)
            self.assertStatus(run, ERROR)
            # libcurl itself refuses the second one as of 8.
            self.assertRegex(run.stderr, "truncated|Version mismatch")
            self.assertEqual(files, {})

    def test_what_tells_its_length_needs_no_word(self, strategy):
        for data in (WHOLE, head("Transfer-Encoding: chunked") + CHUNKED
                     + b"\r\n"):
            run, files = self.ask(strategy, data, False)
            self.assertStatus(run, OK)
            self.assertEqual(files, {"br.gif": GIF})

    def test_a_short_body_is_truncated(self, strategy):
        run, _ = self.ask(strategy, head(length(N)) + GIF[:-9], False)
        self.assertStatus(run, ERROR)
        self.assertIn(f"truncated: {N - 9} of {N} bytes", run.stderr)

    def test_a_stranger_is_not_believed(self, strategy):
        server = self.tls_server(WHOLE, True)
        run = self.get("-S", strategy, "-s",
                       server.url.replace("http:", "https:"), "BR")
        self.assertStatus(run, ERROR)
        self.assertRegex(run.stderr, "TLS: .*certificate")


harness.main()
