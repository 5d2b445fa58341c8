"""The race of `flags compare --live`: on a terminal, and where there is none."""

import contextlib
import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading

import harness
from harness import Case

HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
UP = re.compile(r"\r\x1b\[\d+A(?:\x1b\[J)?")


class Terminal:
    """A terminal, whose screen is read as it comes."""

    def __init__(self, columns, rows=24):
        self.ours, self.theirs = pty.openpty()
        self.resize(columns, rows)
        self.text = ""
        self.changed = threading.Condition()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def resize(self, columns, rows=24):
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ,
                    struct.pack("HHHH", rows, columns, 0, 0))

    def _read(self):
        with contextlib.suppress(OSError):  # its other end is closed
            while piece := os.read(self.ours, 65536):
                with self.changed:
                    self.text += piece.decode("utf-8", "replace")
                    self.changed.notify_all()

    def wait_for(self, pattern, after=0):
        """Until it has come; how much of the text there was then."""
        with self.changed:
            found = self.changed.wait_for(
                lambda: re.search(pattern, self.text[after:]),
                harness.limit(60))
            assert found, (pattern, self.text[after:][-2000:])
            return len(self.text)

    def close(self):
        os.close(self.theirs)
        self.reader.join(harness.limit(20))
        os.close(self.ours)

    def frames(self):
        """The frames of the race, as lines, without escape codes."""
        text = self.text[self.text.index(HIDE):self.text.rindex(SHOW)]
        return [ESCAPE.sub("", frame).replace("\r", "").splitlines()
                for frame in UP.split(text)]


class Race(Case):
    FEW = ("-r", "1", "-w", "0", "BR", "US", "CN", "IN")

    @staticmethod
    def begin():
        harness.die_with_parent(signal.SIGKILL)
        os.setpgid(0, 0)  # a group without a parent outside cannot be stopped

    def run_on(self, terminal, *args, stdout=None, stderr=None, **environment):
        environment = {**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8",
                       **environment}
        if "COLUMNS" not in environment or environment["COLUMNS"] is None:
            environment.pop("COLUMNS", None)
        process = subprocess.Popen(
            [*harness.WRAP, harness.PROGRAM, "compare", *args],
            stdin=subprocess.DEVNULL, cwd=self.home,
            stdout=stdout or terminal.theirs, stderr=stderr or terminal.theirs,
            env=environment,
            preexec_fn=self.begin)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def terminal(self, columns=80):
        terminal = Terminal(columns)
        self.addCleanup(terminal.close)
        return terminal

    def ended(self, process):
        return process.wait(harness.limit(120))

    def test_each_cell_has_a_row_that_fills(self):
        terminal = self.terminal()
        process = self.run_on(terminal, "--live", *self.FEW)

        self.assertEqual(self.ended(process), 0)
        terminal.wait_for(r"async needs")
        frames = terminal.frames()
        self.assertGreater(len(frames), 1)
        for name in harness.STRATEGIES:
            rows = [next(line for line in frame if line.startswith(name))
                    for frame in frames]
            counts = [int(re.search(r"(\d)/4", row)[1]) for row in rows]
            self.assertEqual(counts, sorted(counts))
            self.assertEqual(counts[-1], 4)
            self.assertIn("████┃", rows[-1])
        # The race is over before the runs that count, and the cursor is back.
        self.assertLess(terminal.text.rindex(SHOW),
                        terminal.text.index("run 1 of 1"))

    def test_no_line_is_wider_than_the_terminal_whatever_becomes_of_it(self):
        terminal = self.terminal(120)
        process = self.run_on(terminal, "--live", "--weather", "400ms",
                              *self.FEW)

        size = terminal.wait_for(re.escape(HIDE))
        terminal.resize(50)
        terminal.wait_for(r"\x1b\[\d+A", size)
        self.assertEqual(self.ended(process), 0)
        self.assertLess(max(map(len, terminal.frames()[-1])), 50)

    def test_columns_tell_the_width(self):
        terminal = self.terminal(120)
        process = self.run_on(terminal, "--live", *self.FEW, COLUMNS="44")

        self.assertEqual(self.ended(process), 0)
        for frame in terminal.frames():
            self.assertLess(max(map(len, frame)), 44)

    def test_a_signal_leaves_the_cursor_shown(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            for how in ("--live", "--live=together"):
                with self.subTest(number=number, how=how):
                    terminal = self.terminal()
                    process = self.run_on(terminal, how, "--weather", "2",
                                          *self.FEW, "--strategies", "async")

                    terminal.wait_for(re.escape(HIDE))
                    process.send_signal(number)
                    self.assertEqual(self.ended(process), -number)
                    terminal.wait_for(re.escape(SHOW))
                    self.assertGreater(terminal.text.rindex(SHOW),
                                       terminal.text.rindex(HIDE))

    def test_a_stop_leaves_it_shown_and_a_continuation_goes_on(self):
        terminal = self.terminal()
        process = self.run_on(terminal, "--live", "--weather", "2", *self.FEW,
                              "--strategies", "async")

        size = terminal.wait_for(re.escape(HIDE))
        process.send_signal(signal.SIGTSTP)
        terminal.wait_for(re.escape(SHOW), size)
        os.waitid(os.P_PID, process.pid, os.WSTOPPED)
        size = len(terminal.text)
        process.send_signal(signal.SIGCONT)
        terminal.wait_for(re.escape(HIDE), size)
        self.assertEqual(self.ended(process), 0)
        self.assertIn("████", terminal.frames()[-1][1])

    def test_lines_where_no_terminal_can_draw_it(self):
        for how in ("--live", "--live=together"):
            run = self.flags("compare", how, *self.FEW)
            self.assertStatus(run, 0)
            self.assertNotIn("\x1b", run.stdout + run.stderr)
            self.assertNotIn("race", run.stdout)
            for name in harness.STRATEGIES:
                self.assertRegex(
                    run.stderr, rf"(?s)race: {name} starts\n.*race: {name} "
                    r"has 4 of 4 after .+, the ideal .+\n")

    def test_a_dumb_terminal_and_a_narrow_one_have_lines(self):
        for columns, term in ((80, "dumb"), (39, "xterm")):
            terminal = self.terminal(columns)
            process = self.run_on(terminal, "--live", *self.FEW, TERM=term)

            self.assertEqual(self.ended(process), 0)
            terminal.wait_for("race: sequential has 4 of 4")
            self.assertNotIn(HIDE, terminal.text)

    def test_it_is_drawn_on_the_one_that_is_a_terminal(self):
        for other in ("stdout", "stderr"):
            terminal = self.terminal()
            process = self.run_on(terminal, "--live", *self.FEW,
                                  **{other: subprocess.PIPE})
            with getattr(process, other) as pipe:
                text = pipe.read().decode()

            self.assertEqual(self.ended(process), 0)
            terminal.wait_for(re.escape(SHOW))
            self.assertNotIn("\x1b", text)

    def test_an_export_has_standard_output_for_itself(self):
        run = self.flags("compare", "--live", "--export-json=-",
                         "--export-markdown", "c.md", *self.FEW)

        self.assertStatus(run, 0)
        self.assertRegex((self.home / "c.md").read_text(),
                         "flags compare .*--live ")
        self.assertEqual([cell["run_count"]
                          for cell in json.loads(run.stdout)["cells"]],
                         [1, 1, 1])

    def test_a_program_is_shown_as_the_server_saw_it(self):
        good = "good=cd {dir} && curl -qsSf -Z -K {config}"
        run = self.flags("compare", "--live", "--strategies", "async",
                         "--program", good, "--program", "bad=exit 22",
                         *self.FEW)

        self.assertStatus(run, 6)
        self.assertRegex(run.stderr, "race: good has 4 of 4 after ")
        self.assertIn("race: bad does not take part: it ended with status 22",
                      run.stderr)

    def test_what_it_may_be_is_what_the_error_names(self):
        run = self.flags("compare", "--live=foo")
        self.assertStatus(run, 2)
        self.assertIn("together or recorded, by `=`, or nothing", run.stderr)
        run = self.flags("compare", "--live=recorded", *self.FEW)
        self.assertStatus(run, 0)

    def test_programs_do_not_race_together(self):
        run = self.flags("compare", "--live=together", "--program", "x=true")

        self.assertStatus(run, 2)
        self.assertIn("--live=together", run.stderr)


if __name__ == "__main__":
    harness.main()
