"""RFC 9110 and 9112 by clause: what a server must do with each request, right
or wrong. A row is a clause, what is held, the bytes that are sent, and what
must come: a status, statuses of pipelined requests, or a function of what was
heard. After each, the server must still serve."""

import email.utils
import json
import re
import time

import harness
import wire
from harness import corpus_file

BR = "/flags/br/br.gif"
GIF = corpus_file("br").read_bytes()
N = len(GIF)
END = b"Connection: close\r\n\r\n"


def get(*lines, path=BR, method="GET", version="1.1", body=b""):
    """A request that is the last of its connection."""
    return wire.request(path, *lines, method=method, version=version,
                        close=True) + body


def raw(text, body=b""):
    """The bytes of a head as it stands, with its lines' ends."""
    return text.replace("\n", "\r\n").encode("latin-1") + body


def post(*lines, body=b"", **how):
    return get(*lines, method="POST", path="/x", body=body, **how)


def sized(body, *more):
    return post(f"Content-Length: {len(body)}", *more, body=body)


def chunks(body, *more):
    return post("Transfer-Encoding: chunked", *more, body=body)


def ok(heard):
    return heard.status == 200 and heard.body == GIF


def refused(*statuses):
    """One of these, and the connection has ended."""
    return lambda heard: heard.status in statuses and heard.ended == "end"


def has(name, value=None):
    """A field; its value, or a pattern for all of it."""
    def check(heard):
        found = heard.headers.get(name)
        return found is not None and (value is None
                                      or re.fullmatch(value, found))
    return check


def lacks(*names):
    return lambda heard: not set(names) & set(heard.headers)


def both(*checks):
    return lambda heard: all(check(heard) for check in checks)


def status(code):
    return lambda heard: heard.status == code


def echo(**wanted):
    """The echo of the request says so."""
    def check(heard):
        told = json.loads(heard.body)
        return all(told[name] == value for name, value in wanted.items())
    return check


def echoed(heard):
    return [tuple(pair) for pair in json.loads(heard.body)["fields"]]


def empty(heard):
    return heard.body == b"" and heard.ended == "end"


def part(first, last):
    return lambda heard: (
        heard.status == 206 and heard.body == GIF[first:last + 1]
        and heard.headers["content-range"] == f"bytes {first}-{last}/{N}"
        and heard.headers["content-length"] == str(last - first + 1))


def ended(heard):
    return heard.ended == "end"


def kept(heard):
    """Two answers came on the connection."""
    return heard.raw.count(b"HTTP/1.1 200") == 2


def date(seconds):
    return email.utils.formatdate(seconds, usegmt=True)


LONG_AGO = date(0)
FUTURE = date(time.time() + 86400)
TWICE = wire.request(BR) + get()

ROWS = [
    # RFC 9112: messages.
    ("9112 2.1", "a request is its line, fields, an empty line", get(), ok),
    ("9112 2.1", "the answer begins with a status line", get(),
     lambda h: h.raw.startswith(b"HTTP/1.1 200 OK\r\n")),
    ("9112 2.2", "an empty line before a request is passed over",
     b"\r\n" + get(), ok),
    ("9112 2.2", "several of them are", b"\r\n\r\n\r\n" + get(), ok),
    ("9112 2.2", "a line may end with LF alone",
     get().replace(b"\r\n", b"\n"), ok),
    ("9112 2.2", "a CR within a field's value is refused",
     get("X: a\rb"), refused(400)),
    ("9112 2.2", "a CR within the request line is refused",
     get(path="/a\rb"), refused(400)),
    ("9112 2.2", "a blank before the first field is refused",
     raw(f"GET {BR} HTTP/1.1\n Host: a\nHost: a\n") + END, refused(400)),
    ("9112 2.2", "a NUL in a field's value is refused",
     get("X: a\0b"), refused(400)),
    ("9112 2.2", "what is no request is refused", b"hello there\r\n\r\n",
     refused(400)),
    ("9112 2.2", "a TLS hello is refused",
     b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03\r\n\r\n", refused(400)),
    ("9112 2.3", "the version of the answer is the server's own",
     get(version="1.0"), lambda h: h.raw.startswith(b"HTTP/1.1 ")),
    ("9112 2.3", "a later minor version is read as 1.1",
     get(version="1.9"), ok),
    ("9112 2.3", "another major version is 505", get(version="2.0"),
     refused(505)),
    ("9112 2.3", "version 0.9 is 505", get(version="0.9"), refused(505)),
    ("9112 2.3", "the name of the protocol is case-sensitive",
     get().replace(b"HTTP/1.1", b"http/1.1"), refused(400)),
    ("9112 2.3", "a version has one digit each", get(version="1.10"),
     refused(400)),
    ("9112 2.3", "a request line without a version is refused",
     raw(f"GET {BR}\n\n"), refused(400)),
    # The request line.
    ("9112 3", "two blanks in the request line are refused",
     get().replace(b"GET ", b"GET  "), refused(400)),
    ("9112 3", "a blank at its end is refused",
     get().replace(b"HTTP/1.1\r", b"HTTP/1.1 \r"), refused(400)),
    ("9112 3", "a tab does not part its words",
     get().replace(b"GET ", b"GET\t"), refused(400)),
    ("9112 3", "a line that is too long is 414 or 431",
     get(path="/" + "a" * 9000), refused(414, 431)),
    ("9112 3", "one of 8,000 bytes is read",
     get(path="/" + "a" * 7900), status(404)),
    ("9112 3.1", "the method is case-sensitive",
     get(method="get", path="/x"), echo(method="get")),
    ("9112 3.1", "a method is a token", get(method="G(T"), refused(400)),
    ("9112 3.1", "a line without a method is refused",
     raw(f" {BR} HTTP/1.1\nHost: a\n") + END, refused(400)),
    ("9112 3.2", "HTTP/1.1 without Host is refused",
     raw(f"GET {BR} HTTP/1.1\n") + END, refused(400)),
    ("9112 3.2", "HTTP/1.0 has no need of it",
     raw(f"GET {BR} HTTP/1.0\n\n"), ok),
    ("9112 3.2", "two lines of Host are refused", get("Host: b"),
     refused(400)),
    ("9112 3.2", "even two that are the same", get("Host: 127.0.0.1"),
     refused(400)),
    ("9112 3.2", "an empty Host is one",
     raw(f"GET {BR} HTTP/1.1\nHost:\n") + END, ok),
    ("9112 3.2", "a Host with a blank is refused",
     raw(f"GET {BR} HTTP/1.1\nHost: a b\n") + END, refused(400)),
    ("9112 3.2", "a Host with a path is refused",
     raw(f"GET {BR} HTTP/1.1\nHost: a/b\n") + END, refused(400)),
    ("9112 3.2", "a Host with user information is refused",
     raw(f"GET {BR} HTTP/1.1\nHost: u@a\n") + END, refused(400)),
    ("9112 3.2", "a Host with a port that is no number is refused",
     raw(f"GET {BR} HTTP/1.1\nHost: a:b\n") + END, refused(400)),
    ("9112 3.2", "a Host that is a list is refused",
     raw(f"GET {BR} HTTP/1.1\nHost: a, b\n") + END, refused(400)),
    ("9112 3.2", "a Host may be an IPv6 address with a port",
     raw(f"GET {BR} HTTP/1.1\nHost: [::1]:80\n") + END, ok),
    ("9112 3.2", "a Host may have a port and nothing behind its colon",
     raw(f"GET {BR} HTTP/1.1\nHost: a:\n") + END, ok),
    ("9112 3.2", "a Host may have escapes",
     raw(f"GET {BR} HTTP/1.1\nHost: a%2Db_c~\n") + END, ok),
    ("9112 3.2.1", "the origin form begins with a slash",
     get(path="flags/br/br.gif"), refused(400)),
    ("9112 3.2.1", "a query is not part of the path", get(path=BR + "?a=b"),
     ok),
    ("9112 3.2.2", "the absolute form is understood",
     get(path="http://127.0.0.1" + BR), ok),
    ("9112 3.2.2", "in it the scheme is in any case",
     get(path="HTTP://127.0.0.1" + BR), ok),
    ("9112 3.2.2", "its path may be missing", get(path="http://127.0.0.1"),
     both(status(200), has("content-type", "text/html.*"))),
    ("9112 3.2.3", "the authority form is for CONNECT alone",
     get(path="a:80"), refused(400)),
    ("9112 3.2.4", "the asterisk form is for OPTIONS",
     get(path="*", method="OPTIONS"), both(status(200), has("allow"))),
    ("9112 3.2.4", "and for nothing else", get(path="*"), refused(400)),
    ("9112 3.3", "an escape is decoded",
     get(path="/flags/b%72/br.gif"), ok),
    ("9112 3.3", "a bad escape is refused", get(path="/flags/%zz"),
     refused(400)),
    # Fields.
    ("9112 5", "fields' names are in any case",
     get().replace(b"Host", b"hOsT"), ok),
    ("9112 5", "a line without a colon is refused", get("nothing"),
     refused(400)),
    ("9112 5", "a field without a name is refused", get(": a"),
     refused(400)),
    ("9112 5", "a field's name is a token", get("a(b: c"), refused(400)),
    ("9112 5.1", "a blank before the colon is refused", get("X : a"),
     refused(400)),
    ("9112 5.1", "a tab before the colon is refused", get("X\t: a"),
     refused(400)),
    ("9112 5.1", "blanks around a value are no part of it",
     post("X: \t a b \t "), lambda h: ("X", "a b") in echoed(h)),
    ("9112 5.1", "there need be none", post("X:a"),
     lambda h: ("X", "a") in echoed(h)),
    ("9112 5.1", "a value may be empty", post("X:"),
     lambda h: ("X", "") in echoed(h)),
    ("9112 5.2", "a folded line is refused", get("X: a", " b"),
     refused(400)),
    ("9112 5.2", "a line that is folded by a tab is refused",
     get("X: a", "\tb"), refused(400)),
    ("9110 5.5", "bytes above 127 in a value are opaque",
     post("X: \xe9"), lambda h: ("X", "\\xe9") in echoed(h)),
    ("9110 5.5", "other control characters are refused", get("X: a\x01b"),
     refused(400)),
    ("9110 5.5", "DEL is refused", get("X: a\x7fb"), refused(400)),
    ("9110 5.3", "the order of lines of a name is kept",
     post("X: 1", "Y: 2", "X: 3"),
     lambda h: [v for k, v in echoed(h) if k == "X"] == ["1", "3"]),
    ("9110 5.4", "too many fields are 431", get("X: " + "a" * 70000),
     refused(431)),
    ("9110 5.4", "fields of 60,000 bytes are read", get("X: " + "a" * 60000),
     ok),
    # Bodies.
    ("9112 6", "a request without length or coding has no body",
     wire.request("/x", method="POST") + get(),
     lambda h: h.raw.count(b"HTTP/1.1 200 OK") == 2),
    ("9112 6.1", "chunked is in any case",
     post("Transfer-Encoding: ChUnKeD", body=b"1\r\na\r\n0\r\n\r\n"),
     echo(length=1)),
    ("9112 6.1", "a coding that is not known is 501",
     post("Transfer-Encoding: gzip, chunked"), refused(501)),
    ("9112 6.1", "chunked must be the last coding",
     post("Transfer-Encoding: chunked, gzip"), refused(400, 501)),
    ("9112 6.1", "chunked may not be applied twice",
     post("Transfer-Encoding: chunked, chunked"), refused(400, 501)),
    ("9112 6.1", "an empty one is refused", post("Transfer-Encoding:"),
     refused(400)),
    ("9112 6.1", "a coding in HTTP/1.0 is refused",
     post("Transfer-Encoding: chunked", version="1.0"), refused(400)),
    ("9112 6.1", "identity is none any more",
     post("Transfer-Encoding: identity"), refused(400, 501)),
    ("9112 6.1", "a name that only begins like chunked is none",
     post("Transfer-Encoding: chunkedx"), refused(400, 501)),
    ("9112 6.3", "length and coding together are refused",
     chunks(b"0\r\n\r\n", "Content-Length: 5"), refused(400)),
    ("9112 6.3", "in either order",
     post("Content-Length: 5", "Transfer-Encoding: chunked"), refused(400)),
    ("9112 6.3", "two lengths that differ are refused",
     sized(b"hello", "Content-Length: 6"), refused(400)),
    ("9112 6.3", "a list of lengths that differ is refused",
     post("Content-Length: 5, 6"), refused(400)),
    ("9112 6.3", "a body that breaks off gets no answer",
     None, lambda h: h.raw == b""),
    ("9110 8.6", "a length with a sign is refused",
     post("Content-Length: +5"), refused(400)),
    ("9110 8.6", "a negative one is", post("Content-Length: -1"),
     refused(400)),
    ("9110 8.6", "a hexadecimal one is", post("Content-Length: 0x5"),
     refused(400)),
    ("9110 8.6", "an empty one is", post("Content-Length:"), refused(400)),
    ("9110 8.6", "one with a blank within is", post("Content-Length: 1 2"),
     refused(400)),
    ("9110 8.6", "one beyond any body is",
     post("Content-Length: 99999999999999999999"), refused(400, 413)),
    ("9110 8.6", "leading zeros are digits",
     post("Content-Length: 0005", body=b"hello"), echo(length=5)),
    ("9110 8.6", "a body has exactly its length", sized(b"hello"),
     echo(length=5)),
    ("9110 8.6", "a body may be empty", sized(b""), echo(length=0)),
    ("9110 8.6", "what comes behind it is the next request",
     wire.request("/x", "Content-Length: 5", method="PUT") + b"hello" + get(),
     lambda h: h.raw.endswith(GIF)),
    ("9110 8.6", "a body of GET is read over",
     wire.request(BR, "Content-Length: 5") + b"GET /" + get(), kept),
    # Chunks.
    ("9112 7.1", "chunks are joined",
     chunks(b"2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"), echo(length=5)),
    ("9112 7.1", "a size is hexadecimal, in any case",
     chunks(b"a\r\n0123456789\r\nB\r\n01234567890\r\n0\r\n\r\n"),
     echo(length=21)),
    ("9112 7.1", "leading zeros are digits",
     chunks(b"0001\r\na\r\n000\r\n\r\n"), echo(length=1)),
    ("9112 7.1", "a size that is too long is refused",
     chunks(b"f" * 17 + b"\r\n"), refused(400, 413)),
    ("9112 7.1", "a size with a sign is refused", chunks(b"+1\r\na\r\n"),
     refused(400)),
    ("9112 7.1", "a size with 0x is refused", chunks(b"0x1\r\na\r\n"),
     refused(400)),
    ("9112 7.1", "a missing size is refused", chunks(b"\r\na\r\n"),
     refused(400)),
    ("9112 7.1", "a line of a size ends with CRLF, not LF",
     chunks(b"1\na\r\n0\r\n\r\n"), refused(400)),
    ("9112 7.1", "data must end where its size says",
     chunks(b"1\r\nab\r\n0\r\n\r\n"), refused(400)),
    ("9112 7.1", "data ends with CRLF", chunks(b"1\r\na0\r\n\r\n"),
     refused(400)),
    ("9112 7.1", "what comes behind the last chunk is the next request",
     wire.request("/x", "Transfer-Encoding: chunked", method="PUT")
     + b"1\r\na\r\n0\r\n\r\n" + get(), lambda h: h.raw.endswith(GIF)),
    ("9112 7.1.1", "extensions are passed over",
     chunks(b'1;a=b;c="d e"\r\na\r\n0;x\r\n\r\n'), echo(length=1)),
    ("9112 7.1.1", "their length is bounded",
     chunks(b"1;" + b"a" * 20000 + b"\r\na\r\n0\r\n\r\n"), refused(400, 431)),
    ("9112 7.1.1", "a control character in one is refused",
     chunks(b"1;a\x01\r\na\r\n0\r\n\r\n"), refused(400)),
    ("9112 7.1.2", "trailers are read over",
     chunks(b"1\r\na\r\n0\r\nX-Sum: 1\r\nY: 2\r\n\r\n"), echo(length=1)),
    ("9112 7.1.2", "they are bounded",
     chunks(b"0\r\n" + b"X: a\r\n" * 20000 + b"\r\n"), refused(400, 431)),
    ("9110 6.5.1", "a trailer is no field of the head",
     chunks(b"0\r\nContent-Length: 7\r\n\r\n"),
     lambda h: "Content-Length" not in dict(echoed(h))),
    # Connections.
    ("9112 9.3", "HTTP/1.1 goes on", TWICE, kept),
    ("9112 9.3", "HTTP/1.0 ends", raw(f"GET {BR} HTTP/1.0\n\n"),
     both(ok, ended)),
    ("9112 9.3", "HTTP/1.0 goes on where it asks to",
     raw(f"GET {BR} HTTP/1.0\nConnection: keep-alive\n\n") + get(), kept),
    ("9112 9.3", "and is told so",
     raw(f"GET {BR} HTTP/1.0\nConnection: keep-alive\n\n") + get(),
     has("connection", "(?i)keep-alive")),
    ("9112 9.3.2", "pipelined requests are answered in their order",
     wire.request("/none") + wire.request(BR, method="HEAD") + get(),
     lambda h: re.findall(rb"HTTP/1.1 (\d+)", h.raw)
     == [b"404", b"200", b"200"]),
    ("9112 9.6", "close is said, and done", get(),
     both(has("connection", "close"), lambda h: h.ended == "end")),
    ("9112 9.6", "close is found in a list, in any case",
     wire.request(BR, "Connection: x, CLOSE"), both(ok, ended)),
    ("9112 9.6", "and in a second line",
     wire.request(BR, "Connection: x", "Connection: close"),
     both(ok, ended)),
    ("9112 9.6", "what comes after close is not answered",
     get() + get(), lambda h: h.raw.count(b"HTTP/1.1 200") == 1),
    ("9112 9.6", "close overrides keep-alive",
     wire.request(BR, "Connection: keep-alive, close"), both(ok, ended)),
    ("9112 9.6", "a refusal ends the connection",
     b"bad\r\n\r\n" + get(), lambda h: h.raw.count(b"HTTP/1.1 ") == 1),
    # RFC 9110: methods.
    ("9110 7.8", "an upgrade that is not known is passed over",
     get("Upgrade: websocket", "Connection: upgrade"), ok),
    ("9110 9.2.1", "GET changes nothing", TWICE,
     lambda h: re.findall(rb"\r\nETag: (.*)\r\n", h.raw)
     == 2 * [h.headers["etag"].encode()]),
    ("9110 9.3.2", "HEAD has no body", get(method="HEAD"), empty),
    ("9110 9.3.2", "HEAD has the fields of GET", get(method="HEAD"),
     both(has("content-length", str(N)), has("etag"), has("last-modified"),
          has("content-type", "image/gif"))),
    ("9110 9.3.2", "HEAD of what is not there has no body either",
     get(method="HEAD", path="/none"), both(status(404), empty)),
    ("9110 9.3.6", "a server that is no proxy does not CONNECT",
     get(method="CONNECT", path="a:80"), status(501)),
    ("9110 9.3.7", "OPTIONS says what is allowed",
     get(method="OPTIONS"), has("allow", ".*GET.*")),
    ("9110 10.1.1", "100 Continue comes before the body is sent",
     wire.request("/x", "Content-Length: 5", "Expect: 100-continue",
                  method="PUT"),
     lambda h: h.raw == b"HTTP/1.1 100 Continue\r\n\r\n"),
    ("9110 10.1.1", "it may be left out where the body is there",
     sized(b"hello", "Expect: 100-continue"),
     lambda h: h.raw.startswith(b"HTTP/1.1 200")),
    ("9110 10.1.1", "in HTTP/1.0 it is passed over",
     post("Content-Length: 5", "Expect: 100-continue", version="1.0",
          body=b"hello"), echo(length=5)),
    ("9110 10.1.1", "it is in any case",
     sized(b"hello", "Expect: 100-Continue"), echo(length=5)),
    ("9110 10.1.1", "another expectation is 417", sized(b"", "Expect: tea"),
     refused(417)),
    # What an answer says.
    ("9110 6.6.1", "an answer has its date", get(),
     has("date", r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT")),
    ("9110 6.6.1", "a refusal, too", b"bad\r\n\r\n", has("date")),
    ("9110 8.3", "a body has its type", get(),
     has("content-type", "image/gif")),
    ("9110 8.6", "and its length", get(), has("content-length", str(N))),
    ("9110 8.6", "an answer without content has none",
     get(method="POST", path="/__flags/reset"),
     both(status(204), lacks("content-length", "transfer-encoding"), empty)),
    ("9110 8.8.2", "a file has its time", get(),
     has("last-modified", ".* GMT")),
    ("9110 8.8.3", "and a strong tag", get(), has("etag", '"[^"]+"')),
    ("9110 15.5.6", "405 says what is allowed",
     get(path="/__flags/stats", method="POST"),
     both(status(405), has("allow", ".*GET.*"))),
    ("9110 14.3", "ranges are offered", get(), has("accept-ranges", "bytes")),
    # Conditions.
    ("9110 13.1.1", "If-Match holds for anything that is there",
     get("If-Match: *"), ok),
    ("9110 13.1.1", "and fails for another tag", get('If-Match: "x"'), 412),
    ("9110 13.1.1", "its comparison is strong", None, 412),
    ("9110 13.1.2", "If-None-Match of anything is 304",
     get("If-None-Match: *"), both(status(304), empty)),
    ("9110 13.1.2", "of another tag is the file",
     get('If-None-Match: "x", W/"y"'), ok),
    ("9110 13.1.2", "its comparison is weak", None, 304),
    ("9110 13.1.3", "If-Modified-Since of long ago is the file",
     get(f"If-Modified-Since: {LONG_AGO}"), ok),
    ("9110 13.1.3", "of later is 304",
     get(f"If-Modified-Since: {FUTURE}"), both(status(304), empty)),
    ("9110 13.1.3", "of no date is passed over",
     get("If-Modified-Since: tomorrow"), ok),
    ("9110 13.1.3", "beside If-None-Match it is passed over",
     get('If-None-Match: "x"', f"If-Modified-Since: {FUTURE}"), ok),
    ("9110 13.1.4", "If-Unmodified-Since of long ago is 412",
     get(f"If-Unmodified-Since: {LONG_AGO}"), 412),
    ("9110 13.1.4", "of later is the file",
     get(f"If-Unmodified-Since: {FUTURE}"), ok),
    ("9110 13.1.4", "beside If-Match it is passed over",
     get("If-Match: *", f"If-Unmodified-Since: {LONG_AGO}"), ok),
    ("9110 13.1.4", "of no date is passed over",
     get("If-Unmodified-Since: tomorrow"), ok),
    ("9110 13.2.1", "what is not there is 404, whatever the condition",
     get("If-None-Match: *", path="/flags/none"), 404),
    ("9110 13.2.2", "If-Match is asked before If-None-Match",
     get('If-Match: "x"', "If-None-Match: *"), 412),
    ("9110 15.4.5", "304 has the tag, and no length of another body",
     get("If-None-Match: *"), both(has("etag"), lambda h: h.headers.get(
         "content-length", str(N)) == str(N))),
    ("9110 5.6.7", "the date of RFC 850 is read",
     get(time.strftime("If-Modified-Since: %A, %d-%b-%y %H:%M:%S GMT",
                       time.gmtime(time.time() + 86400))), 304),
    ("9110 5.6.7", "and of the far future as the past",
     get("If-Unmodified-Since: Sunday, 06-Nov-94 08:49:37 GMT"), 412),
    ("9110 5.6.7", "that of asctime is read",
     get("If-Unmodified-Since: Sun Nov  6 08:49:37 1994"), 412),
    ("9110 5.6.7", "a date in another zone is none",
     get("If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 CET"), ok),
    # Ranges.
    ("9110 14.1.2", "a range has both ends", get("Range: bytes=0-9"),
     part(0, 9)),
    ("9110 14.1.2", "or its first", get("Range: bytes=100-"),
     part(100, N - 1)),
    ("9110 14.1.2", "or is the last bytes", get("Range: bytes=-7"),
     part(N - 7, N - 1)),
    ("9110 14.1.2", "a longer end is the whole",
     get(f"Range: bytes=-{N + 5}"), part(0, N - 1)),
    ("9110 14.1.2", "an end beyond the file is the file's",
     get(f"Range: bytes=5-{N * 2}"), part(5, N - 1)),
    ("9110 14.1.2", "one byte is a range", get("Range: bytes=3-3"),
     part(3, 3)),
    ("9110 14.1.2", "ends in the wrong order are passed over",
     get("Range: bytes=9-5"), ok),
    ("9110 14.1.1", "the unit is in any case", get("Range: BYTES=0-9"),
     part(0, 9)),
    ("9110 14.2", "another unit is passed over", get("Range: lines=0-9"),
     ok),
    ("9110 14.2", "a range of HEAD is passed over",
     get("Range: bytes=0-9", method="HEAD"),
     both(status(200), has("content-length", str(N)), empty)),
    ("9110 14.2", "what is no range is passed over",
     get("Range: bytes=x-y"), ok),
    ("9110 14.2", "several ranges may be passed over",
     get("Range: bytes=0-1,5-6"),
     lambda h: ok(h) or (h.status == 206 and has(
         "content-type", "multipart/byteranges; ?boundary=.+")(h))),
    ("9110 14.4", "beyond the end is 416, with the length",
     get(f"Range: bytes={N}-"),
     both(status(416), has("content-range", rf"bytes \*/{N}"))),
    ("9110 14.1.2", "the last no bytes are 416", get("Range: bytes=-0"), 416),
    ("9110 13.1.5", "If-Range of another tag is the whole",
     get("Range: bytes=0-9", 'If-Range: "x"'), ok),
    ("9110 13.1.5", "of a weak tag is the whole", None, ok),
    ("9110 13.1.5", "of the tag is the range", None, part(0, 9)),
    ("9110 13.1.5", "of another date is the whole",
     get("Range: bytes=0-9", f"If-Range: {FUTURE}"), ok),
    ("9110 13.1.5", "without a Range it is passed over",
     get('If-Range: "x"'), ok),
    ("9110 13.2.2", "a condition that fails comes before the range",
     get("Range: bytes=0-9", 'If-Match: "x"'), 412),
    ("9110 13.2.2", "304 comes before it, too",
     get("Range: bytes=0-9", "If-None-Match: *"), 304),
]


# Rows that need the file's tag.
def with_tag(what, tag):
    return {
        "its comparison is strong": get(f"If-Match: W/{tag}"),
        "its comparison is weak": get(f"If-None-Match: W/{tag}"),
        "of a weak tag is the whole": get("Range: bytes=0-9",
                                          f"If-Range: W/{tag}"),
        "of the tag is the range": get("Range: bytes=0-9",
                                       f"If-Range: {tag}"),
    }[what]


class Clauses(harness.Case):
    def hear(self, port, what, data):
        """All that comes; a request that waits for more is given up."""
        if what == "a body that breaks off gets no answer":
            with wire.connect(port) as sock:
                sock.sendall(wire.request("/x", "Content-Length: 9",
                                          method="POST") + b"four")
                sock.shutdown(1)
                return wire.listen(sock)
        if data is None:
            data = with_tag(what, wire.ask(port, BR).headers["etag"])
        waits = what == "100 Continue comes before the body is sent"
        return wire.exchange(port, data, 0.5 if waits else 10)

    def hold(self, clause):
        port = self.serve("-q").port
        for _, what, data, wanted in (row for row in ROWS if row[0] == clause):
            with self.subTest(what):
                heard = self.hear(port, what, data)
                check = status(wanted) if isinstance(wanted, int) else wanted
                self.assertTrue(check(heard),
                                f"{heard.raw[:300]!r} {heard.ended}")
                self.assertTrue(ok(wire.ask(port, BR)),
                                "it does not serve any more")


def add_tests():
    """One for each clause."""
    for clause in sorted({row[0] for row in ROWS}):
        def test(self, clause=clause):
            self.hold(clause)
        setattr(Clauses, "test_" + re.sub(r"\W", "_", clause), test)


add_tests()

if __name__ == "__main__":
    harness.main()
