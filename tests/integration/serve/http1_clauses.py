"""
What the clauses of RFC 9110 and 9112 are tried with. A row is a clause, what is
held, the bytes that are sent, and what must come: a status, statuses of
pipelined requests, or a function of what was heard. After each, the server must
still serve.
"""

import email.utils
import json
import re

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
    rows = []  # of a file's own

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
        rows = (row for row in self.rows if row[0] == clause)
        for _, what, data, wanted in rows:
            with self.subTest(what):
                heard = self.hear(port, what, data)
                check = status(wanted) if isinstance(wanted, int) else wanted
                self.assertTrue(check(heard),
                                f"{heard.raw[:300]!r} {heard.ended}")
                self.assertTrue(ok(wire.ask(port, BR)),
                                "it does not serve any more")


def add_tests(case):
    """One for each clause."""
    for clause in sorted({row[0] for row in case.rows}):
        def test(self, clause=clause):
            self.hold(clause)
        setattr(case, "test_" + re.sub(r"\W", "_", clause), test)
