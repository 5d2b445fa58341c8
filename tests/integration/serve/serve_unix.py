"""UNIX sockets, and --ready."""

import json
import os
import socket

import harness
import wire
from control import BR, US


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
