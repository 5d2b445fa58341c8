"""A final name holds a complete, checked file or is untouched."""

import os
import pathlib
import shutil
import signal
import subprocess
import threading

import harness
from harness import (Case, corpus_file, counted, files_in, per_strategy,
                     until)

GIF = corpus_file("br").read_bytes()


def hidden(directory):
    return sorted(path.name for path in pathlib.Path(directory).iterdir()
                  if path.name.startswith(".flags-")
                  and not path.name.startswith(".flags-manifest"))


def half_an_answer(connection):
    """Sends half a flag, and then nothing until somebody gives up."""
    if connection.read_request():
        connection.send(
            b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(GIF)
            + GIF[:len(GIF) // 2])
        connection.hold()


@per_strategy
class Interrupted(Case):
    def start_half(self, strategy, *codes):
        server = self.raw_server(half_an_answer)
        running = self.start("get", "-S", strategy, "-o", self.out,
                             "-s", server.url, *codes)
        server.wait_for_requests(1)
        return running

    def test_kill_9_leaves_nothing_under_a_final_name(self, strategy):
        # D8: files written in place stay truncated when the run is killed.
        self.out.mkdir()
        (self.out / "br.gif").write_bytes(b"as it was before")
        running = self.start_half(strategy, "BR")

        running.signal(signal.SIGKILL)
        running.finish()

        self.assertEqual(files_in(self.out), {"br.gif": b"as it was before"})

    def test_the_next_run_clears_up_after_a_killed_one(self, strategy):
        running = self.start_half(strategy, "BR")
        until(lambda: self.out.is_dir() and hidden(self.out))
        running.signal(signal.SIGKILL)
        running.finish()
        self.assertEqual(len(hidden(self.out)), 1)

        run = self.get("-S", strategy, "-s", self.nginx().url, "US")

        self.assertStatus(run, 0)
        self.assertEqual(hidden(self.out), [])
        self.assertCorpus(self.out, ["us"])

    def test_the_next_run_leaves_a_living_one_alone(self, strategy):
        running = self.start_half(strategy, "BR")
        held = until(lambda: self.out.is_dir() and hidden(self.out))

        run = self.get("-S", strategy, "-s", self.nginx().url, "US")

        self.assertStatus(run, 0)
        self.assertEqual(hidden(self.out), held)
        running.signal(signal.SIGTERM)
        running.finish()
        self.assertEqual(hidden(self.out), [])


@per_strategy
class Finished(Case):
    def test_run_leaves_flags_and_nothing_hidden_of_its_own(self, strategy):
        run = self.get("-S", strategy, "-s", self.nginx().url)

        self.assertStatus(run, 0)
        self.assertEqual(hidden(self.out), [])

    def test_failed_run_leaves_nothing_hidden_of_its_own(self, strategy):
        def answer(connection):
            connection.read_request()
            connection.answer(200, GIF[:99], length=len(GIF))

        run = self.get("-S", strategy, "-s", self.raw_server(answer).url,
                       "BR")

        self.assertStatus(run, 3)
        self.assertEqual(hidden(self.out), [])

    def test_run_removes_nothing_else_of_the_users(self, strategy):
        self.out.mkdir()
        (self.out / ".flags-notes").write_bytes(b"mine")
        (self.out / ".flags-ABCDEF").write_bytes(b"a file, no directory")
        (self.out / ".hidden").mkdir()
        # Named as a run's directory is, with what a run puts there.
        backup = self.out / ".flags-backup"
        backup.mkdir()
        (backup / "1.part").write_bytes(b"mine, too")
        (self.out / ".flags-archiv").mkdir()

        run = self.get("-S", strategy, "-s", self.nginx().url, "BR")

        self.assertStatus(run, 0)
        self.assertEqual((backup / "1.part").read_bytes(), b"mine, too")
        for name in (".flags-notes", ".flags-ABCDEF", ".hidden",
                     ".flags-archiv"):
            self.assertTrue((self.out / name).exists(), name)

    def test_a_directory_that_the_caller_has_locked_is_none_of_its_locks(
            self, strategy):
        self.out.mkdir()
        running = harness.Running(
            ["flock", self.out,
             *self.command("get", "-S", strategy, "-o", self.out, "-s",
                           self.nginx().url, "BR")],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=self.environment(), cwd=self.home)
        self.addCleanup(running.kill)

        self.assertStatus(running.finish(), 0)
        self.assertCorpus(self.out, ["br"])

    def test_a_file_that_may_not_grow_is_that_items_error(self, strategy):
        if harness.WRAP:
            self.skipTest("the limit would be the wrapper's, too")
        running = harness.Running(
            ["/bin/sh", "-c", 'ulimit -c 0; ulimit -f 0; exec "$@"', "-",
             *self.command("get", "-S", strategy, "-o", self.out, "-s",
                           self.nginx().url, "BR", "US")],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=self.environment(), cwd=self.home)
        self.addCleanup(running.kill)
        run = running.finish()

        self.assertStatus(run, 3)
        self.assertEqual(counted(run), {"ok": 0, "error": 2})
        self.assertIn("cannot save: File too large", run.stderr)
        self.assertEqual(list(self.out.iterdir()), [])

    def test_too_few_descriptors_are_found_before_anybody_is_contacted(
            self, strategy):
        if harness.WRAP:
            self.skipTest("the limit would be the wrapper's, too")
        server = self.nginx()
        statuses = []
        for limit in (*range(5, 26), 40):
            out = self.out / str(limit)
            running = harness.Running(
                ["/bin/sh", "-c", f'ulimit -c 0; ulimit -n {limit}; exec "$@"',
                 "-", *self.command("get", "-S", strategy, "-o", out, "-s",
                                    server.url, "BR", "US", "DE")],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                env=self.environment(), cwd=self.home)
            self.addCleanup(running.kill)
            run = running.finish()
            statuses.append(run.status)
            self.assertIn(run.status, (0, 5), str(run))
            if run.status == 5:
                self.assertIn("Too many open files", run.stderr)
                self.assertEqual(files_in(out), {})
        # From some number on it works, with 40 at the latest.
        self.assertEqual(statuses, sorted(statuses, reverse=True))
        self.assertEqual((statuses[0], statuses[-1]), (5, 0))

    def test_an_output_directory_that_vanishes_ends_the_run(self, strategy):
        gone = threading.Event()

        def answer(connection):
            while request := connection.read_request():
                if "/bd/" not in request.path:
                    gone.wait(harness.limit(20))
                connection.answer(200, corpus_file("bd").read_bytes())

        server = self.raw_server(answer)
        running = self.start("get", "-S", strategy, "-s", server.url, "-o",
                             self.out, "-m",
                             "1" if strategy == "sequential" else "2")
        until(lambda: (self.out / "bd.gif").exists())
        shutil.rmtree(self.out)
        gone.set()
        run = running.finish()

        self.assertStatus(run, 5)
        self.assertEqual(sum(counted(run).values()), 20, str(run))
        self.assertLess(len(server.paths()), 20)
        self.assertFalse(self.out.exists())

    def test_directory_is_created_with_its_parents(self, strategy):
        deep = self.home / "a" / "b" / "c"

        run = self.flags("get", "-S", strategy, "-o", deep, "-s",
                         self.nginx().url, "BR")

        self.assertStatus(run, 0)
        self.assertCorpus(deep, ["br"])

    def test_directory_is_downloads_unless_said(self, strategy):
        run = self.flags("get", "-S", strategy, "-s", self.nginx().url, "BR")

        self.assertStatus(run, 0)
        self.assertCorpus(self.home / "downloads", ["br"])

    def test_file_has_the_permissions_that_the_umask_gives(self, strategy):
        before = os.umask(0o027)
        try:
            run = self.get("-S", strategy, "-s", self.nginx().url, "BR")
        finally:
            os.umask(before)

        self.assertStatus(run, 0)
        self.assertEqual((self.out / "br.gif").stat().st_mode & 0o777, 0o640)
        self.assertEqual(self.out.stat().st_mode & 0o777, 0o750)

    def test_final_name_that_is_a_directory_is_that_items_error(
            self, strategy):
        # D3: reported as OK though it could not be written; D7: one file
        # that cannot be saved ends the whole run.
        (self.out / "br.gif").mkdir(parents=True)

        run = self.get("-S", strategy, "-s", self.nginx().url, "BR", "US",
                       "DE")

        self.assertStatus(run, 1)
        self.assertEqual(counted(run), {"ok": 2, "error": 1})
        self.assertRegex(run.stderr, r"(?i)\bbr: .*directory")
        self.assertTrue((self.out / "us.gif").is_file())
        self.assertTrue((self.out / "de.gif").is_file())
        self.assertEqual(hidden(self.out), [])

    def test_symbolic_link_is_replaced_not_followed(self, strategy):
        self.out.mkdir()
        precious = self.home / "precious"
        precious.write_bytes(b"precious")
        (self.out / "br.gif").symlink_to(precious)

        run = self.get("-S", strategy, "-s", self.nginx().url, "BR")

        self.assertStatus(run, 0)
        self.assertEqual(precious.read_bytes(), b"precious")
        self.assertCorpus(self.out, ["br"])


class Unwritable(Case):
    def setUp(self):
        super().setUp()
        self.out.mkdir()

    def test_directory_without_permission_is_a_local_failure(self):
        if os.geteuid() == 0:
            self.skipTest("root may write everywhere")
        wire = self.tripwire()
        self.out.chmod(0o500)

        run = self.get("-s", wire.url, "BR")

        self.assertStatus(run, 5)
        self.assertRegex(run.stderr, "(?i)permission denied")
        self.assertFalse(wire.contacted())

    def test_path_through_a_file_is_a_local_failure(self):
        wire = self.tripwire()
        (self.home / "file").write_bytes(b"")

        run = self.flags("get", "-o", self.home / "file" / "out", "-s",
                         wire.url, "BR")

        self.assertStatus(run, 5)
        self.assertRegex(run.stderr, "(?i)not a directory")
        self.assertFalse(wire.contacted())

    def full_disk(self, strategy):
        """A file system with room for the directory and hardly more."""
        mounted = os.system(
            f"mount -t tmpfs -o size=16k flags-test {self.out} 2>/dev/null")
        if mounted != 0:
            self.skipTest("cannot mount a small file system")
        self.addCleanup(os.system, f"umount -l {self.out}")

        run = self.get("-S", strategy, "-s", self.nginx().url)

        self.assertStatus(run, 5)
        self.assertRegex(run.stderr, "(?i)no space left on device")
        self.assertEqual(sum(counted(run).values()), 20, str(run))
        for name, content in files_in(self.out).items():
            self.assertEqual(content, corpus_file(name[:2]).read_bytes())
        self.assertEqual(hidden(self.out), [])

    def test_full_disk_stops_the_run_sequential(self):
        self.full_disk("sequential")

    def test_full_disk_stops_the_run_threaded(self):
        self.full_disk("threaded")

    def test_full_disk_stops_the_run_async(self):
        self.full_disk("async")


harness.main()
