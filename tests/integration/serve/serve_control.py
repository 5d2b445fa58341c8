"""The end points below /__flags/, X-Flags-Fault, UNIX sockets, and --ready."""

import contextlib
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.parse

import harness
import wire
from http2 import DATA, END_HEADERS, END_STREAM, Peer, frame

BR = "/flags/br/br.gif"
US = "/flags/us/us.gif"


class Control(harness.Case):
    def begin(self, *args):
        self.server = self.serve("-q", *args)
        self.port = self.server.port

    def get(self, name, **parameters):
        """Status and body."""
        query = "?" + urllib.parse.urlencode(parameters) if parameters else ""
        heard = wire.ask(self.port, f"/__flags/{name}{query}")
        return heard.status, heard.body.decode()

    def post(self, name, text):
        heard = wire.exchange(self.port, wire.request(
            f"/__flags/{name}", f"Content-Length: {len(text)}", method="POST",
            close=True) + text)
        return heard.status, heard.body.decode()

    def stats(self):
        return json.loads(self.get("stats")[1])


class Rules(Control):
    def test_rules_that_are_posted_stand_behind_the_others_and_decide(self):
        self.begin("--fault", "status=503 @/br/* #1")
        self.assertEqual(self.get("rules"), (200, "status=503 @/br/* #1\n"))
        status, shown = self.post(
            "rules", b"# two of them\r\n\r\nstatus=404   @/us/*\n"
                     b"  status=410 @/br/*")
        self.assertEqual((status, shown), (
            200, "status=503 @/br/* #1\nstatus=404 @/us/*\n"
                 "status=410 @/br/*\n"))
        self.assertEqual([wire.ask(self.port, path).status
                          for path in (BR, BR, US, "/flags/de/de.gif")],
                         [503, 410, 404, 200])

    def test_a_bad_rule_is_400_with_its_line_and_nothing_has_changed(self):
        self.begin("--fault", "status=503")
        for text, told in (
                (b"status=404\nstatus=99", "line 2: '99' of 'status'"),
                (b"delya=1s", "line 1: 'delya' is no fault kind"),
                (b"refuse", "line 1: it is of the listener"),
                (b"\ndown,every=60s,for=5s", "line 2: it is of the listener"),
                (b"tls=expired", "line 1: it is for --tls"),
                (b"goaway", "line 1: it is for --http2"),
                (b"status=404\0 @/us/*", "line 1: a rule has no control")):
            status, why = self.post("rules", text)
            self.assertEqual(status, 400, text)
            self.assertTrue(why.startswith(told), why)
            self.assertEqual(self.get("rules"), (200, "status=503\n"))
        self.assertEqual(wire.ask(self.port, BR).status, 503)

    def test_a_rule_that_no_client_can_meet_is_refused(self):
        self.begin("--tls", "--ca-file", self.home / "ca.pem", "--http2-only")
        context = ssl.create_default_context(cafile=self.home / "ca.pem")
        with contextlib.closing(Peer.connect(self.port, context)) as peer:
            peer.start()
            for kind in ("garbage", "bad-chunk", "slow-headers=1s"):
                stream = peer.request(
                    peer.fields("/__flags/rules", "POST"), END_HEADERS)
                peer.send(frame(DATA, END_STREAM, stream, kind.encode()))
                answer = peer.answer(stream)
                self.assertEqual((answer.status, answer.body), (
                    400, b"line 1: HTTP/2 has no such fault\n"), kind)

    def test_rules_are_bounded_in_number_and_in_one_message(self):
        self.begin()
        self.assertEqual(self.post("rules", b"#" * 70000)[0], 413)
        many = b"etag=off\n" * 4000
        self.assertEqual(self.post("rules", many)[0], 200)
        status, why = self.post("rules", b"etag=off\n" * 97)
        self.assertEqual(status, 400)
        self.assertIn("line 97: there are 4096 rules", why)
        self.assertEqual(self.get("rules")[1].count("\n"), 4000)

    def test_reset_keeps_rules_and_the_profile_s_are_shown_behind(self):
        self.begin("--profile", "FLAKY")
        self.post("rules", b"status=404 @/us/*")
        self.assertEqual(self.post("reset", b"")[0], 204)
        self.assertEqual(
            self.get("rules")[1], "status=404 @/us/*\n"
            "# of the profile FLAKY:\nstatus=503,retry-after=1 #1\n")
        self.assertEqual(wire.ask(self.port, US).status, 404)

    def test_reset_may_give_it_another_seed(self):
        def forecast():
            return self.get("forecast", path="/flags/br/br.gif")[1]

        self.begin("--delay", "uniform:0:.02", "--seed", "5")
        before = forecast()
        self.assertEqual(self.post("reset?seed=6", b"")[0], 204)
        after = forecast()
        self.assertNotEqual(after, before)
        for seed in ("x", "-1", str(2**63), str(2**64 + 5)):
            self.assertEqual(self.post(f"reset?seed={seed}", b"")[0], 400)
        self.assertEqual(self.post("reset", b"")[0], 204)
        self.assertEqual(forecast(), after)
        self.assertEqual(self.post("reset?seed=5", b"")[0], 204)
        self.assertEqual(forecast(), before)
        self.assertEqual(self.post(f"reset?seed={2**63 - 1}", b"")[0], 204)

    def test_what_was_shown_can_be_posted_and_means_the_same(self):
        rules = ("status=503 %30", "corrupt=3 %50", "status=503 %30",
                 'redirect="http://h/a b" @/us/*')
        self.begin(*(word for rule in rules for word in ("--fault", rule)))
        shown = self.get("rules")[1].encode()
        first = [wire.ask(self.port, f"/flags/br/br.gif").raw.split(b"Date")[0]
                 for _ in range(12)]
        self.begin()
        self.post("rules", shown)
        self.assertEqual(first, [
            wire.ask(self.port, "/flags/br/br.gif").raw.split(b"Date")[0]
            for _ in range(12)])

    def test_down_counts_requests_whenever_its_rule_came(self):
        self.begin()
        self.assertEqual(self.post("rules", b"down=2-3")[0], 200)
        self.assertEqual([wire.ask(self.port, BR).ended for _ in range(4)],
                         ["end", "reset", "reset", "end"])


class RequestFaults(Control):
    def ask(self, path, rule, *more, **how):
        return wire.ask(self.port, path, f"X-Flags-Fault: {rule}", *more,
                        **how)

    def test_a_request_brings_its_rule_only_where_that_is_switched_on(self):
        self.begin()
        self.assertEqual(self.ask(BR, "status=503").status, 200)
        self.assertEqual(self.ask(BR, "nonsense").status, 200)
        self.begin("--request-faults", "--fault", "status=410 @/us/*")
        self.assertEqual(self.ask(BR, "status=503").status, 503)
        self.assertEqual(self.ask(BR, "reset=body:50%").ended, "reset")
        self.assertEqual(wire.ask(self.port, BR).status, 200)
        self.assertEqual(self.ask(US, "status=503").status, 503)
        self.assertEqual(self.ask(US, "status=503 @/br/*").status, 410)
        self.assertEqual(
            self.stats()["paths"][BR]["faults"], {"status": 1, "reset": 1})

    def test_it_counts_attempts_as_other_rules_do(self):
        self.begin("--request-faults")
        self.assertEqual([self.ask(BR, "status=503 #2").status
                          for _ in range(3)], [503, 503, 200])

    def test_a_bad_one_is_400_with_the_reason_and_the_connection_goes_on(self):
        self.begin("--request-faults", "--delay", "10ms")
        for rule, told in (("delya=1", "is no fault kind"),
                           ("limit=1/s", "counts requests"),
                           ("refuse", "of connections"),
                           ("tls=expired", "of connections")):
            raw = (wire.request(BR, f"X-Flags-Fault: {rule}")
                   + wire.request(BR, close=True))
            bad, good = wire.responses(wire.exchange(self.port, raw).raw,
                                       ["GET", "GET"])
            self.assertEqual(bad[0], 400)
            self.assertIn(told, bad[2].decode())
            self.assertEqual(good[0], 200)

    def test_a_kind_that_the_request_s_protocol_does_not_have_is_400(self):
        self.begin("--request-faults", "--http2")
        for rule in ("goaway", "rst-stream=cancel", "window=stall",
                     "settings-flood"):
            heard = self.ask(BR, rule)
            self.assertEqual(heard.status, 400, rule)
            self.assertIn(b"only HTTP/2 has such a fault", heard.body)
        for rule in ("garbage", "bad-chunk", "slow-headers=1s"):
            with contextlib.closing(Peer.connect(self.port)) as peer:
                peer.start()
                for more, status in (((), 200),
                                     ([("x-flags-fault", rule)], 400)):
                    answer = peer.answer(peer.request(
                        peer.fields(BR, more=more)))
                    self.assertEqual(answer.status, status, rule)
                self.assertIn(b"HTTP/2 has no such fault", answer.body)

    def test_a_request_that_brings_two_is_told_so(self):
        self.begin("--request-faults")
        heard = self.ask(BR, "status=503", "X-Flags-Fault: status=404")
        self.assertEqual(heard.status, 400)
        self.assertIn(b"X-Flags-Fault: a request brings one", heard.body)

    def test_bodies_have_them_too(self):
        self.begin("--request-faults")
        heard = wire.exchange(self.port, wire.request(
            "/x", "X-Flags-Fault: early=413", "Content-Length: 100000",
            method="POST"))
        self.assertEqual(heard.status, 413)


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


class Metrics(Control):
    def test_they_are_in_the_text_format_of_prometheus(self):
        self.begin("--fault", "status=503 @/br/*")
        for path in (BR, BR, US):
            wire.ask(self.port, path)
        heard = wire.ask(self.port, "/__flags/metrics")
        self.assertEqual(heard.headers["content-type"],
                         "text/plain; version=0.0.4; charset=utf-8")
        values = {}
        kinds = {}
        for line in heard.body.decode().splitlines():
            if line.startswith("# TYPE "):
                kinds[line.split()[2]] = line.split()[3]
            elif not line.startswith("#"):
                name, value = line.split(" ")
                values[name.removeprefix("flags_serve_")] = float(value)
                self.assertIn(name.split("{")[0], kinds)
        sent = values.pop("sent_bytes_total")
        self.assertEqual(sent, self.stats()["bytes"])
        self.assertEqual(values, {
            "requests_total": 3, "connections_total": 3,
            "requests_in_flight": 0, "requests_in_flight_peak": 1,
            "failed_handshakes_total": 0,
            "journal_forgotten_total": 0, 'responses_total{code="200"}': 1,
            'responses_total{code="503"}': 2,
            'faults_total{kind="status"}': 2})


class Late(Control):
    """For how long answers were overdue, by a server that does nothing for a
    while."""

    def ask(self, count, *args):
        """So many at a time, the server being stopped for .7 s meanwhile:
        the statistics, and what passed."""
        self.begin(*args)
        begun = time.monotonic()
        asking = [socket.create_connection(("127.0.0.1", self.port))
                  for _ in range(count)]
        for one in asking:
            self.addCleanup(one.close)
            one.sendall(wire.request(BR, close=True))
        while self.stats()["requests"] < count:
            time.sleep(.01)
        self.server.running.process.send_signal(signal.SIGSTOP)
        try:
            time.sleep(.7)
        finally:
            self.server.running.process.send_signal(signal.SIGCONT)
        for one in asking:
            while one.recv(65536):
                pass
        return self.stats()["late"], time.monotonic() - begun

    def test_an_answer_is_late_from_when_its_delay_is_over(self):
        late, passed = self.ask(1, "--delay", "400ms")
        self.assertGreater(late, .29)
        self.assertLessEqual(late, passed - .4)

    def test_those_that_are_late_together_are_late_once(self):
        late, passed = self.ask(5, "--delay", "400ms")
        self.assertGreater(late, .29)
        self.assertLessEqual(late, passed - .4)

    def test_a_piece_of_an_answer_with_a_pace_is_late_too(self):
        late, passed = self.ask(1, "--fault", "bandwidth=2k")
        self.assertGreater(late, .6)
        self.assertLessEqual(late, passed)

    def test_what_is_forgotten_was_not_late(self):
        self.ask(1, "--delay", "400ms")
        self.post("reset", b"")
        self.assertEqual(self.stats()["late"], 0)


class Apart(Control):
    def test_none_of_them_counts_anywhere_or_has_weather(self):
        self.begin("--fault", "status=503", "--delay", "10s")
        for name in ("rules", "requests", "verify", "metrics", "health",
                     "stats"):
            self.assertIn(self.get(name)[0], (200, 409))
        self.post("rules", b"etag=off")
        self.assertEqual(self.stats()["requests"], 0)
        self.assertEqual(json.loads(self.get("requests")[1])["requests"], [])
        self.assertEqual(wire.ask(self.port, "/__flags/verify",
                                  method="POST").status, 405)

    def test_they_are_found_however_their_path_is_spelt(self):
        self.begin("--fault", "status=503", "--delay", "10s")
        for path in ("//__flags/stats", "/__flags//stats", "/./__flags/stats",
                     "/__flags/./stats", "/x/../__flags/stats",
                     "/../__flags/stats", "/%5f_flags/stats",
                     "/__flags%2Fstats", "///.//__flags/stats/",
                     "http://127.0.0.1/__flags/stats"):
            heard = wire.ask(self.port, path)
            self.assertEqual(heard.status, 200, path)
            self.assertEqual(json.loads(heard.body)["requests"], 0, path)
        for path in ("/__flags", "/__flags?x", "/__flags/", "//__flags",
                     "/__flags/nothing", "/__flags/stats/more",
                     "/__flags/../__flags"):
            heard = wire.ask(self.port, path)
            self.assertEqual((heard.status, heard.body), (
                404, b"There is no such end point.\n"), path)
        self.assertEqual(self.stats()["requests"], 0)

    def test_paths_that_are_like_theirs_are_requests_like_others(self):
        self.begin("--fault", "status=503")
        for path in ("/__flagsx/stats", "/__flag", "/x/__flags/stats", "/",
                     "/__flags/../stats", "/__flags/..", "/__FLAGS/stats",
                     "/..__flags/stats", "/%2e__flags/stats"):
            self.assertEqual(wire.ask(self.port, path).status, 503, path)
        self.assertEqual(self.stats()["requests"], 9)

    def test_pages_of_other_origins_may_not_post_rules(self):
        self.begin()
        heard = wire.exchange(self.port, wire.request(
            "/__flags/rules", "Origin: http://evil.example",
            "Content-Length: 8", method="POST", close=True) + b"etag=off")
        self.assertEqual(heard.status, 403)
        self.assertEqual(self.get("rules"), (200, ""))


class Unix(harness.Case):
    def path(self):
        return os.path.join(self.home, "s")

    def begin(self, *args):
        running = self.start("serve", "-p", "0", "-q", "--unix", self.path(),
                             *args)
        found = running.wait_for(
            r"listening on http://127.0.0.1:(\d+)/flags\n"
            r"flags serve: listening on unix:(\S+)\n")
        self.assertEqual(found[2], self.path())
        return running, int(found[1])

    def exchange(self, data):
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(harness.limit(10))
            sock.connect(self.path())
            sock.sendall(data)
            return wire.listen(sock)

    def test_it_is_another_way_to_the_same_server(self):
        running, port = self.begin("--fault", "status=503 @/br/* #1")
        self.assertEqual(self.exchange(
            wire.request(BR, close=True)).status, 503)
        heard = wire.ask(port, BR)
        self.assertEqual(heard.status, 200)
        self.assertEqual(self.exchange(wire.request(BR, close=True)).body,
                         heard.body)
        told = json.loads(self.exchange(
            wire.request("/__flags/stats", close=True)).body)
        self.assertEqual(told["paths"][BR]["requests"], 3)
        running.signal(15)
        self.assertStatus(running.finish(), 0)
        self.assertFalse(os.path.exists(self.path()))

    def test_a_socket_that_a_killed_server_left_is_replaced(self):
        with socket.socket(socket.AF_UNIX) as sock:
            sock.bind(self.path())
            sock.listen()
        running, _ = self.begin()
        self.assertEqual(self.exchange(wire.request(BR, close=True)).status,
                         200)

    def test_what_is_somebody_else_s_is_not(self):
        with socket.socket(socket.AF_UNIX) as sock:
            sock.bind(self.path())
            sock.listen()
            self.refused()
        os.unlink(self.path())
        with open(self.path(), "w") as out:
            out.write("mine")
        self.refused()
        with open(self.path()) as file:
            self.assertEqual(file.read(), "mine")

    def refused(self, path=None):
        run = self.flags("serve", "-p", "0", "--unix", path or self.path())
        self.assertStatus(run, 5)
        self.assertIn(f"cannot listen on '{path or self.path()}'", run.stderr)

    def test_a_path_may_be_too_long_or_nowhere(self):
        self.refused(self.path() + "x" * 200)
        self.refused(self.path() + "/no/where")
        for args in (("--unix", ""), ("--unix", "x", "--book")):
            self.assertStatus(self.flags("serve", *args), 2)

    def test_slow_clients_and_faults_of_connections(self):
        self.begin("--fault", "close=body:50% @/br/*",
                   "--fault", "hang=body:1 @/us/*", "--idle-timeout", "2")
        self.assertEqual(self.exchange(wire.request(BR)).ended, "end")
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(self.path())
            sock.sendall(wire.request(US))
            self.assertEqual(wire.listen(sock, 1).ended, "silence")

    def test_connecting_is_refused_by_rule_and_in_outages(self):
        self.begin("--fault", "refuse")
        self.assertRaises(ConnectionRefusedError, self.exchange, b"")

    def test_an_outage_is_of_both_and_has_an_end(self):
        self.begin("--fault", "down,every=1s,for=500ms")
        seen = []

        def turns():
            try:
                seen.append(self.exchange(wire.request(BR, close=True)).ended
                            == "end")
            except (ConnectionRefusedError, ConnectionResetError,
                    FileNotFoundError, BrokenPipeError):
                seen.append(False)
            return "".join("U" if up else "d" for up in seen).count("dU") >= 2
        harness.until(turns, 30)


class Ready(harness.Case):
    def ready(self, *args, **how):
        running = self.start("serve", "-p", "0", "-q", "--ready", "json",
                             *args, **how)
        line = running.wait_for(r"\A(\{.*\})\n")[1]
        return running, json.loads(line)

    def test_one_line_of_json_tells_a_harness_what_it_needs(self):
        path = os.path.join(self.home, "s")
        running, told = self.ready("--tls", "--unix", path)
        port, = told["ports"]
        self.assertEqual(told["urls"], [f"https://127.0.0.1:{port}/flags"])
        self.assertEqual((told["pid"], told["unix"]), (running.pid, path))
        with open(told["ca"], encoding="ascii") as file:
            self.assertIn("BEGIN CERTIFICATE", file.read())

    def test_there_is_one_line_for_all_listeners(self):
        running, told = self.ready("--book")
        self.assertEqual(len(told["ports"]), 3)
        self.assertEqual((told["ca"], told["unix"]), (None, None))
        for port, url in zip(told["ports"], told["urls"]):
            self.assertEqual(url, f"http://127.0.0.1:{port}/flags")
            self.assertEqual(wire.ask(port, "/__flags/health").status, 200)
        running.signal(15)
        self.assertEqual(running.finish().stdout.count("\n"), 1)


if __name__ == "__main__":
    harness.main()
