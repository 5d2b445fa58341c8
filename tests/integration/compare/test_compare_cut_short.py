"""`flags compare` that cannot go on: what it still tells, and that it leaves
nothing behind."""

import contextlib
import json
import os
import pathlib
import signal

import compared
import harness
from harness import Case


class Compare(Case):
    def interrupted(self, number):
        running = self.start("compare", "--weather", "200ms", "-r", "50")
        harness.until(lambda: [path for path in compared.directories(self.home)
                               if list(path.glob("*/bd.gif"))])
        running.signal(number)
        run = running.finish(10)

        self.assertStatus(run, -number)
        self.assertRegex(run.stdout, r"(?m)^interrupted$")
        self.assertRegex(run.stdout, r"(?m)^cell .*median")
        self.assertEqual(compared.directories(self.home), [])

    def test_an_interrupt_ends_it_with_a_partial_table(self):
        self.interrupted(signal.SIGINT)

    def test_so_does_a_request_to_end(self):
        self.interrupted(signal.SIGTERM)

    def child_of(self, running, word):
        """The process id of the program that a comparison has started with the
        word on its command line or, being a fork, as the end of its name;
        None: there is none."""
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                status = path.with_name("status").read_text()
                named = status.partition("\n")[0].endswith(f" {word}")
                if (f"\nPPid:\t{running.pid}\n" in status and
                        (named or f"\0{word}\0".encode()
                         in path.read_bytes())):
                    return int(path.parent.name)
        return None

    def test_a_server_that_dies_ends_it_with_what_there_is(self):
        running = self.start("compare", "--weather", "100ms", "-r", "50",
                             "-w", "0", "-l", "2", "--export-json", "c.json")
        # The sequential run is over then.
        harness.until(lambda: self.child_of(running, "threaded"))
        os.kill(self.child_of(running, "serve"), signal.SIGKILL)
        run = running.finish(20)

        self.assertStatus(run, 5)
        self.assertIn("flags: cannot go on: the server does not answer any "
                      "more\n", run.stderr)
        self.assertRegex(run.stdout, r"(?m)^- the comparison was interrupted: "
                                     r"not all runs were made$")
        report = json.loads((self.home / "c.json").read_text())
        self.assertTrue(report["interrupted"])
        self.assertEqual(compared.directories(self.home), [])

    def test_what_a_killed_one_left_is_removed_by_the_next(self):
        mine = self.home / "flags-compare-myOwn1"
        mine.mkdir()
        mine.chmod(0o1700)
        (mine / "file").write_text("kept")
        empty = self.home / "flags-compare-empty2"
        empty.mkdir()
        empty.chmod(0o1700)
        plain = self.home / "flags-compare-myOwn2"
        plain.mkdir()
        (plain / ".flags-compare").write_text("kept")
        (self.home / "flags-compare-myOwn3").symlink_to(plain)
        kept = set(compared.directories(self.home))
        endless = ("compare", "--weather", "10s", "-w", "0", "BR")
        dead = self.start(*endless)
        harness.until(lambda: self.child_of(dead, "sequential"))
        (left,) = set(compared.directories(self.home)) - kept
        dead.kill()
        dead.finish()
        self.assertTrue(left.is_dir())

        alive = self.start(*endless)
        harness.until(lambda: self.child_of(alive, "sequential"))
        (held,) = set(compared.directories(self.home)) - kept
        self.assertNotEqual(held, left)
        self.assertStatus(self.flags("compare", "-r", "1", "-w", "0",
                                     "--weather", "1ms", "BR"), 0)

        self.assertEqual(set(compared.directories(self.home)), kept | {held})
        self.assertEqual((mine / "file").read_text(), "kept")
        self.assertEqual((plain / ".flags-compare").read_text(), "kept")
        alive.signal(signal.SIGTERM)
        alive.finish()
        self.assertEqual(set(compared.directories(self.home)), kept)

    def test_without_room_for_its_files_nobody_is_contacted(self):
        wire = self.tripwire()
        (self.home / "old.md").write_text("old")
        run = self.flags("compare", "-s", wire.url, "--export-json", "new.json",
                         "--export-markdown", "old.md",
                         env={"TMPDIR": self.home / "none"})

        self.assertStatus(run, 5)
        self.assertEqual(run.stdout, "")
        self.assertEqual(run.stderr,
                         "flags: cannot make a directory in "
                         f"'{self.home}/none': No such file or directory\n")
        self.assertFalse(wire.contacted())
        self.assertEqual((self.home / "old.md").read_text(), "old")
        self.assertFalse((self.home / "new.json").exists(),
                         "a file without results is left")

    def test_runs_that_the_disk_has_no_room_for_are_a_local_failure(self):
        small = self.home / "small"
        small.mkdir()
        mounted = os.system(
            f"mount -t tmpfs -o size=16k flags-test {small} 2>/dev/null")
        if mounted != 0:
            self.skipTest("cannot mount a small file system")
        self.addCleanup(os.system, f"umount -l {small}")

        run = self.flags("compare", "-r", "1", "-w", "0", "--weather", "1ms",
                         "--strategies", "async", "-l", "40",
                         env={"TMPDIR": small})

        self.assertStatus(run, 5)
        self.assertRegex(run.stderr, "(?i)no space left on device")
        self.assertRegex(run.stderr, r"(?m)^flags: async -m 20, run 1 does not "
                                     r"count: it ended with status 5$")


harness.main()
