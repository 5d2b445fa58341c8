"""flags serve as a program: how it ends, and what it leaves unfinished."""

import contextlib
import json
import signal
import subprocess
import sys
import threading
import time

import harness
import wire
from harness import corpus_file, limit, until

BR = "/flags/br/br.gif"


def is_alive(pid):
    """Whether the process runs: neither gone nor a zombie."""
    # It may go between the two: then the file is there and cannot be read.
    try:
        with open(f"/proc/{pid}/stat", encoding="latin-1") as stat:
            state = stat.read().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


class Ends(harness.Case):
    def test_sigterm_and_no_client_end_it_at_once(self):
        server = self.serve("--grace", "60")
        begin = time.monotonic()
        self.assertStatus(server.stop(), 0)
        self.assertLess(time.monotonic() - begin, limit(30))

    def test_sigint_ends_it_in_order_and_shows_in_the_status(self):
        server = self.serve("-q")
        self.assertStatus(server.stop(signal.SIGINT), -signal.SIGINT)

    def test_an_idle_connection_does_not_hold_it_up(self):
        server = self.serve("-q")
        with contextlib.closing(wire.connect(server.port)) as sock:
            sock.sendall(wire.request(BR))
            sock.recv(100)
            self.assertStatus(server.stop(), 0)

    def test_a_response_under_way_is_finished(self):
        server = self.serve("--delay", "500ms")
        with contextlib.closing(wire.connect(server.port)) as sock:
            sock.sendall(wire.request(BR))
            server.running.wait_for("BR delay", "stderr")
            server.running.signal(signal.SIGTERM)
            heard = wire.listen(sock)
        self.assertEqual(heard.body, corpus_file("br").read_bytes())
        self.assertEqual(heard.headers["connection"], "close")
        self.assertStatus(server.running.finish(), 0)

    def test_after_the_grace_time_the_rest_is_cut_off(self):
        server = self.serve("--delay", "1h", "--grace", "100ms")
        with contextlib.closing(wire.connect(server.port)) as sock:
            sock.sendall(wire.request(BR))
            server.running.wait_for("BR delay", "stderr")
            self.assertStatus(server.stop(), 0)
            self.assertEqual(wire.listen(sock).raw, b"")

    def test_a_second_signal_ends_it_at_once(self):
        server = self.serve("--delay", "1h", "--grace", "1h")
        with contextlib.closing(wire.connect(server.port)) as sock:
            sock.sendall(wire.request(BR))
            server.running.wait_for("BR delay", "stderr")
            server.running.signal(signal.SIGTERM)

            def refuses():
                try:
                    wire.connect(server.port).close()
                except (ConnectionRefusedError, ConnectionResetError):
                    return True  # reset: at the very moment of closing
                return False

            until(refuses, what="the end of listening")
            server.running.signal(signal.SIGTERM)
            self.assertEqual(server.running.finish().status, -signal.SIGTERM)

    def test_hanging_clients_do_not_hold_it_up(self):
        server = self.serve("-q", "--fault", "hang=headers", "--grace", "1h")
        with contextlib.closing(wire.connect(server.port)) as sock:
            sock.sendall(wire.request(BR))
            sock.recv(1)
            self.assertStatus(server.stop(), 0)

    def test_exit_after_counts_requests(self):
        server = self.serve("-q", "--exit-after", "3")
        for _ in range(5):
            self.assertEqual(wire.ask(server.port, "/__flags/stats").status,
                             200, "these do not count")
        for _ in range(3):
            self.assertEqual(wire.ask(server.port, BR).status, 200)
        self.assertStatus(server.running.finish(), 0)

    def test_idle_connections_are_closed(self):
        server = self.serve("-q", "--idle-timeout", "200ms")
        begin = time.monotonic()  # the server's clock may start when it accepts
        with contextlib.closing(wire.connect(server.port)) as silent, \
                contextlib.closing(wire.connect(server.port)) as slow:
            slow.sendall(wire.request(BR)[:-4])
            self.assertEqual(wire.listen(silent).ended, "end")
            self.assertGreaterEqual(time.monotonic() - begin, 0.19)
            self.assertEqual(wire.listen(slow).raw, b"")

    def test_a_byte_now_and_then_does_not_hold_a_connection(self):
        server = self.serve("-q", "--idle-timeout", "200ms")
        with contextlib.closing(wire.connect(server.port)) as sock:
            sock.sendall(b"GET / HTTP/1.1\r\nX: ")
            sock.settimeout(0.05)

            def ended():
                with contextlib.suppress(BrokenPipeError):
                    sock.sendall(b"a")
                try:
                    return sock.recv(1) == b""
                except TimeoutError:
                    return False
                except ConnectionResetError:
                    return True

            until(ended, what="the end of the connection")

    def test_a_client_that_takes_nothing_is_given_up(self):
        root = self.home / "root"
        root.mkdir()
        with open(root / "big", "wb") as big:
            big.truncate(1 << 30)
        log = self.home / "log"
        server = self.serve("--root", root, "--idle-timeout", "200ms",
                            "--log", log, "--log-format", "json")
        with contextlib.closing(wire.connect(server.port)) as sock:
            sock.sendall(wire.request("/flags/big"))
            line = json.loads(until(lambda: log.read_text().splitlines()[1:],
                                    what="a line in the log")[0])
        self.assertFalse(line["client_closed"])
        self.assertEqual(line["end"], "the client took nothing")
        self.assertLess(line["bytes"], 1 << 30)

    def test_a_busy_connection_is_not_idle(self):
        server = self.serve("-q", "--idle-timeout", "200ms",
                            "--delay", "500ms")
        self.assertEqual(wire.ask(server.port, BR).status, 200)

    def test_exit_with_parent(self):
        # A parent in between, which can be killed.
        code = ("import subprocess, sys, time\n"
                "p = subprocess.Popen(sys.argv[1:])\n"
                "print('pid', p.pid, flush=True)\n"
                "time.sleep(600)\n")
        parent = harness.Running(
            [sys.executable, "-c", code,
             *self.command("serve", "-q", "-p", "0", "--exit-with-parent")],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=self.environment())
        self.addCleanup(parent.kill)
        pid = int(parent.wait_for(r"^pid (\d+)$").group(1))
        port = int(parent.wait_for(r"listening on \S+:(\d+)/").group(1))
        self.assertEqual(wire.ask(port, BR).status, 200)
        parent.process.kill()
        parent.process.wait()
        until(lambda: not is_alive(pid), what="the end of the server")


class UnderLoad(harness.Case):
    """SIGTERM while clients come and go: who is connected is served."""

    CLIENTS = 16

    def client(self, port, outcomes, stop):
        """Requests on kept connections until the server goes away in order:
        after a response that said so, or before a request."""
        flag = corpus_file("br").read_bytes()
        while not stop.is_set():
            try:
                sock = wire.connect(port)
            except (ConnectionRefusedError, ConnectionResetError):
                outcomes.append("refused")
                return
            with contextlib.closing(sock):
                fresh = True
                closing = False
                while not closing:
                    raw = b""
                    try:
                        sock.sendall(wire.request(BR))
                        while len(raw.partition(b"\r\n\r\n")[2]) < len(flag):
                            piece = sock.recv(1 << 20)
                            if not piece:
                                outcomes.append(f"cut after {len(raw)}")
                                return
                            raw += piece
                    except ConnectionResetError as error:
                        # The kernel connects on its own: between the last
                        # look at who has come and the end of listening, it
                        # may take one whom the server never sees.
                        outcomes.append("refused" if fresh and not raw
                                        else f"{error!r}")
                        return
                    except OSError as error:
                        outcomes.append(f"{error!r}")
                        return
                    fresh = False
                    closing = b"Connection: close" in raw

    def test_no_response_is_cut(self):
        server = self.serve("-q", "--delay", "uniform:0:20ms")
        outcomes = []
        stop = threading.Event()
        threads = [threading.Thread(target=self.client,
                                    args=(server.port, outcomes, stop))
                   for _ in range(self.CLIENTS)]
        for thread in threads:
            thread.start()
        self.addCleanup(stop.set)

        def requests():
            return json.loads(wire.ask(
                server.port, "/__flags/stats").body)["requests"]

        until(lambda: requests() > 20 * self.CLIENTS, what="load")
        ended = server.stop()
        for thread in threads:
            thread.join(limit(20))

        self.assertStatus(ended, 0)
        self.assertEqual(outcomes, ["refused"] * self.CLIENTS)


if __name__ == "__main__":
    harness.main()
