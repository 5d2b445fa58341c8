"""The end points below /__flags/, and X-Flags-Fault."""

import contextlib
import json
import signal
import socket
import ssl
import time

import harness
import wire
from control import BR, US, Control
from http2 import DATA, END_HEADERS, END_STREAM, Peer, frame


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


if __name__ == "__main__":
    harness.main()
