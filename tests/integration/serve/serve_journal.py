"""The end points below /__flags/ that tell what was asked for."""

import contextlib
import json

import harness
import wire
from control import BR, US, Control


class Journal(Control):
    def requests(self, **filters):
        status, text = self.get("requests", **filters)
        self.assertEqual(status, 200, text)
        return json.loads(text)

    def test_it_tells_each_request_and_what_became_of_it(self):
        self.begin("--fault", "status=503 @/br/* #1", "--delay", "1ms")
        wire.ask(self.port, BR + "?a=%20b", "X-One: 1")
        wire.exchange(self.port, wire.request(
            "/up", "Content-Length: 5", method="PUT", close=True) + b"hello")
        told = self.requests()
        self.assertEqual(told["forgotten"], 0)
        first, second = told["requests"]
        for name, value in {
                "number": 1, "connection": 1, "protocol": "HTTP/1.1",
                "method": "GET", "path": BR, "query": "a=%20b", "attempt": 1,
                "delay": 0.001, "fault": "status",
                "rule": "status=503 @/br/* #1", "status": 503, "body": 0,
                "fields": [["Host", "127.0.0.1"], ["X-One", "1"],
                           ["Connection", "close"]]}.items():
            self.assertEqual(first[name], value, name)
        self.assertGreater(first["duration"], 0.001)
        self.assertGreater(first["bytes"], 50)
        self.assertEqual((second["number"], second["method"], second["path"],
                          second["fault"], second["status"], second["body"]),
                         (2, "PUT", "/up", None, 200, 5))

    def test_filters_are_by_path_method_and_field(self):
        self.begin()
        for path, method, field in ((BR, "GET", "X-A: 1"),
                                    (US, "GET", "X-A: 2"),
                                    (BR, "HEAD", "X-B: 1"),
                                    ("/a b", "POST", "x-a: 1")):
            wire.ask(self.port, path.replace(" ", "%20"), field,
                     method=method)
        for filters, numbers in (
                ({}, [1, 2, 3, 4]), ({"path": BR}, [1, 3]),
                ({"path": "/br/*"}, [1, 3]), ({"path": "/a b"}, [4]),
                ({"method": "HEAD"}, [3]), ({"header": "x-a"}, [1, 2, 4]),
                ({"header": "X-A: 1"}, [1, 4]), ({"header": "X-A:2"}, [2]),
                ({"header": "X-A: "}, []),
                ({"path": BR, "header": "x-a", "method": "GET"}, [1])):
            self.assertEqual([one["number"] for one in
                              self.requests(**filters)["requests"]],
                             numbers, filters)

    def test_what_cannot_be_understood_is_400(self):
        self.begin()
        for query in ("?pth=/a", "?path=%zz", "?path=%0", "?path=/a&path=/b",
                      "?path=%00"):
            for name in ("requests", "verify"):
                self.assertEqual(wire.ask(
                    self.port, f"/__flags/{name}{query}").status, 400, query)
        for times in ("-1", "x", "", "99999999999999999999"):
            self.assertEqual(self.get("verify", times=times)[0], 400, times)

    def test_it_is_bounded_and_says_that_it_has_forgotten(self):
        self.begin()
        with contextlib.closing(wire.connect(self.port, 60)) as sock:
            stream = sock.makefile("rb")
            for first in range(0, 5000, 100):
                sock.sendall(b"".join(
                    wire.request(f"/{first + i}", method="HEAD")
                    for i in range(100)))
                for _ in range(100):
                    while stream.readline() != b"\r\n":
                        pass
        told = self.requests()
        self.assertEqual(told["forgotten"], 5000 - 4096)
        self.assertEqual(len(told["requests"]), 4096)
        self.assertEqual(told["requests"][0]["path"], f"/{5000 - 4096}")
        self.assertEqual(self.get("verify", path="/4999")[0], 200)
        status, text = self.get("verify", path="/4999", times=1)
        self.assertEqual(status, 409, "some may have been forgotten")
        self.post("reset", b"")
        self.assertEqual(self.requests(), {"forgotten": 0, "requests": []})

    def test_large_requests_are_bounded_by_their_bytes(self):
        self.begin()
        field = "X-Large: " + "x" * 60000
        with contextlib.closing(wire.connect(self.port, 60)) as sock:
            stream = sock.makefile("rb")
            for _ in range(100):
                sock.sendall(wire.request("/", field, method="HEAD"))
                while stream.readline() != b"\r\n":
                    pass
        told = self.requests(path="/none")
        self.assertGreater(told["forgotten"], 20)
        self.assertLess(told["forgotten"], 60)

    def test_a_request_under_way_is_there_without_an_end(self):
        self.begin("--fault", "hang=headers")
        with contextlib.closing(wire.connect(self.port)) as sock:
            sock.sendall(wire.request(BR))
            harness.until(lambda: self.requests()["requests"])
            one, = self.requests()["requests"]
            self.assertEqual((one["path"], one["end"]), (BR, None))
        harness.until(
            lambda: self.requests()["requests"][0]["end"]
            == "the client gave up")


class Verify(Control):
    def verify(self, **parameters):
        status, text = self.get("verify", **parameters)
        told = json.loads(text)
        self.assertEqual(told["verified"], status == 200)
        return status, told

    def test_it_is_200_or_409_with_what_was_seen(self):
        self.begin()
        self.assertEqual(self.verify(path=BR)[0], 409)
        self.assertEqual(self.verify(path=BR, times=0)[0], 200)
        for method in ("GET", "GET", "HEAD"):
            wire.ask(self.port, BR, method=method)
        self.assertEqual(self.verify(path=BR)[0], 200)
        self.assertEqual(self.verify(path=BR, times=3)[0], 200)
        self.assertEqual(self.verify(path=BR, method="GET", times=2)[0], 200)
        status, told = self.verify(path=BR, method="GET", times=3)
        self.assertEqual((status, told["seen"], told["times"],
                          told["forgotten"]), (409, 2, 3, 0))
        self.assertEqual([(one["method"], one["path"], one["status"],
                           one["matches"]) for one in told["requests"]],
                         [("GET", BR, 200, True), ("GET", BR, 200, True),
                          ("HEAD", BR, 200, False)])
        self.assertEqual(self.verify(header="Host: 127.0.0.1", times=3)[0],
                         200)


if __name__ == "__main__":
    harness.main()
