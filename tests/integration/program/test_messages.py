"""Messages on standard error: whole lines, each in one write(2), so that those
of several processes do not tear each other."""

import socket
import subprocess

import harness
from harness import Case


class Messages(Case):
    def writes(self, *args, status):
        """What the program and its children write to standard error, write by
        write: a socket of datagrams keeps them apart."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        with ours, theirs:
            ours.settimeout(harness.limit(30))
            # Larger than all that is written, so that nobody waits for us.
            theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
            done = subprocess.run(
                self.command(*args), cwd=self.home, env=self.environment(),
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=theirs, timeout=harness.limit(60))
            theirs.close()
            written = []
            ours.setblocking(False)
            while True:
                try:
                    datagram = ours.recv(1 << 16)
                except BlockingIOError:
                    break
                if not datagram:
                    break
                written.append(datagram.decode())
        self.assertEqual(done.returncode, status, written)
        return written

    def assertWhole(self, written, count):
        self.assertEqual(len(written), count, written)
        for line in written:
            self.assertRegex(line, r"\Aflags: [^\n]+\n\Z")

    def test_a_usage_error_is_one_write(self):
        self.assertWhole(self.writes("get", "--no-such", status=2), 1)
        self.assertWhole(self.writes("frobnicate", status=2), 1)
        self.assertWhole(self.writes(status=2), 1)

    def test_each_failed_download_is_one_write(self):
        self.assertWhole(self.writes("get", "ZZ", "QQ", "XX", status=4), 3)

    def test_a_local_failure_is_one_write(self):
        (self.home / "file").write_text("")
        self.assertWhole(self.writes("get", "-o", "file/x", "BR", status=5), 1)
        self.assertWhole(self.writes("compare", "--export-json", "no/x",
                                     status=5), 1)

    def test_warnings_are_too(self):
        written = self.writes("get", "-S", "sequential", "-m", "7", "BR",
                              status=0)
        self.assertWhole(written, 1)
        self.assertIn("warning: ", written[0])

    def test_so_are_those_of_the_runs_of_a_comparison(self):
        self.assertWhole(
            self.writes("compare", "-r", "1", "-w", "0", "--weather", "1ms",
                        "ZZ", "QQ", status=4), 2)

    def test_what_a_terminal_would_obey_is_escaped(self):
        written = self.writes("get", "--bad\x1b[31m\n", status=2)
        self.assertWhole(written, 1)
        self.assertNotIn("\x1b", written[0])


harness.main()
