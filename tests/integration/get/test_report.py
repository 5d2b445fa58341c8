"""What a person reads: the reports, the books' texts, the progress bar."""

import os
import pathlib
import pty
import re
import select
import signal
import time

import harness
from harness import Case, corpus_file, counted, files_in, refused_url


def teapot(connection):
    while request := connection.read_request():
        code = request.path.split("/")[2]
        if code == "ba":
            connection.send(b"HTTP/1.1 418 I'm a Teapot\r\n"
                            b"Content-Length: 0\r\n\r\n")
        elif code == "zz":
            connection.answer(404, b"no")
        else:
            connection.answer(200, corpus_file(code).read_bytes())


class Report(Case):
    def test_first_line_says_where_the_flags_come_from(self):
        server = self.serve()

        run = self.get("-s", server.url, "BR")

        self.assertIn(server.url, run.stdout.splitlines()[0])

    def test_of_one_flag_names_it(self):
        run = self.get("-s", self.nginx().url, "BR")

        self.assertIn("Searching for 1 flag: BR\n", run.stdout)
        self.assertRegex(run.stdout, r"(?m)^ *1 flag downloaded\.$")

    def test_of_three_flags_names_them(self):
        run = self.get("-s", self.nginx().url, "us", "br", "zz")

        self.assertIn("Searching for 3 flags: BR, US, ZZ\n", run.stdout)

    def test_of_many_flags_names_the_first_and_the_last(self):
        run = self.get("-s", self.nginx().url, "b")

        self.assertIn("Searching for 26 flags: from BA to BZ\n", run.stdout)

    def test_ends_with_the_elapsed_time(self):
        run = self.get("-s", self.nginx().url)

        self.assertRegex(run.stdout, r"(?m)^-{20}$")
        self.assertRegex(run.stdout,
                         r"(?m)^ *20 flags downloaded\.\n"
                         r"Elapsed time: \d+\.\d\ds$")

    # D5: no output says which codes failed.
    def test_names_what_failed_without_being_asked(self):
        run = self.get("-s", self.raw_server(teapot).url, "BA", "BR", "ZZ")

        self.assertStatus(run, 1)
        self.assertEqual(counted(run), {"ok": 1, "not_found": 1, "error": 1})
        self.assertRegex(run.stderr, r"(?im)^flags: ba: .*HTTP 418.*/ba/ba")
        self.assertRegex(run.stderr, r"(?im)^flags: zz: not found: \S+/zz/zz")
        self.assertNotRegex(run.stderr, r"(?im)^flags: br")

    def test_does_not_name_what_a_wildcard_did_not_find(self):
        run = self.get("-s", self.serve().url, "z", "BR")

        self.assertStatus(run, 0)
        self.assertEqual(run.stderr, "")

    def test_verbose_has_a_line_for_each_item(self):
        run = self.get("-v", "-s", self.raw_server(teapot).url, "BA", "BR",
                       "ZZ")

        for line in (r"BR OK", r"ZZ not found", r"BA .*418"):
            self.assertRegex(run.stdout, rf"(?m)^{line}")

    def test_verbose_tells_failures_on_stderr_all_the_same(self):
        server = self.raw_server(teapot)

        run = self.get("-v", "-s", server.url, "BA", "BR", "ZZ")

        self.assertRegex(run.stderr, r"(?m)^flags: ba: .*418")
        self.assertRegex(run.stderr, r"(?m)^flags: zz: not found")
        self.assertEqual(len(run.stderr.splitlines()), 2, run)

        run = self.get("-v", "--json=-", "-s", server.url, "BA", "BR", "ZZ")

        self.assertRegex(run.stderr, r"(?m)^BA error: .*418")
        self.assertNotIn("flags: ba:", run.stderr)

    def test_the_url_of_one_flag_is_no_server(self):
        wire = self.tripwire()

        for name in ("br/br.gif", "br.PNG", "a/flag.svg"):
            run = self.get("-s", f"{wire.url}/{name}", "BR")

            self.assertStatus(run, 2)
            self.assertIn("put {cc}", run.stderr)
        self.assertFalse(wire.contacted())

    def test_quiet_leaves_only_trouble(self):
        run = self.get("-q", "-s", self.nginx().url, "BR", "US")

        self.assertStatus(run, 0)
        self.assertEqual(run.stdout + run.stderr, "")

        run = self.get("-q", "-s", self.nginx().url, "BR", "ZZ")

        self.assertStatus(run, 4)
        self.assertEqual(run.stdout, "")
        self.assertRegex(run.stderr, r"(?i)\Aflags: zz: not found: [^\n]+\n\Z")

    def test_of_a_server_in_the_environment(self):
        server = self.serve()

        run = self.get("BR", env={"FLAGS_SERVER": server.url})

        self.assertStatus(run, 0)
        self.assertIn(server.url, run.stdout.splitlines()[0])


class Compat(Case):
    """The books' texts, byte for byte, elapsed time and port aside."""

    def book(self, edition, *args, strategy="threaded"):
        run = self.get("--compat", edition, "-S", strategy, *args)
        text = re.sub(r"\d+\.\d\ds", "0.00s", run.stdout)
        return run, re.sub(r"localhost:\d+", "localhost:0", text)

    def test_1e_of_one_flag(self):
        run, text = self.book("1e", "-s", "LOCAL", "BR")

        self.assertStatus(run, 0)
        self.assertEqual(text, """\
LOCAL site: http://localhost:0/flags
Searching for 1 flag: BR
1 concurrent connection will be used.
--------------------
1 flag downloaded.
Elapsed time: 0.00s
""")
        self.assertCorpus(self.out, ["br"])

    def test_2e_of_one_flag(self):
        run, text = self.book("2e", "-s", "LOCAL", "BR")

        self.assertStatus(run, 0)
        self.assertEqual(text, """\
LOCAL site: http://localhost:0/flags
Searching for 1 flag: BR
1 connection will be used.
--------------------
  1 flag downloaded.
Elapsed time: 0.00s
""")
        self.assertCorpus(self.out, ["br"], upper=True)

    def test_1e_of_a_letter(self):
        run, text = self.book("1e", "-s", "local", "b")
        ok = counted(run)["ok"]

        self.assertEqual(text, f"""\
LOCAL site: http://localhost:0/flags
Searching for 26 flags: from BA to BZ
26 concurrent connections will be used.
--------------------
{ok} flags downloaded.
{26 - ok} not found.
Elapsed time: 0.00s
""")

    def test_2e_of_a_letter(self):
        run, text = self.book("2e", "-s", "LOCAL", "b")
        ok = counted(run)["ok"]

        self.assertEqual(text, f"""\
LOCAL site: http://localhost:0/flags
Searching for 26 flags: from BA to BZ
26 concurrent connections will be used.
--------------------
{ok:3} flags downloaded.
{26 - ok:3} not found.
Elapsed time: 0.00s
""")

    def verbose(self, edition, strategy):
        run, text = self.book(edition, "-v", "-m", "1", "-s",
                              self.raw_server(teapot).url, "BA", "BR", "ZZ",
                              strategy=strategy)
        return run, text.splitlines()[3:6]

    def test_1e_verbose_threaded(self):
        run, lines = self.verbose("1e", "threaded")

        self.assertEqual(lines, [
            "*** Error for BA: HTTP 418 - I'm a Teapot", "BR OK",
            "ZZ not found"])
        self.assertTrue(run.stdout.splitlines()[6].startswith("-" * 20))
        self.assertEqual(counted(run), {"ok": 1, "not_found": 1, "error": 1})

    def test_1e_verbose_sequential(self):
        _, lines = self.verbose("1e", "sequential")

        self.assertEqual(lines, [
            "*** Error for BA: HTTP error 418 - I'm a Teapot", "BR OK",
            "ZZ not found"])

    def test_2e_verbose(self):
        run, lines = self.verbose("2e", "async")

        self.assertEqual(lines[:2], [
            "BA error: HTTP error 418 - I'm a Teapot", "BR OK"])
        self.assertRegex(lines[2], r"^ZZ not found: http://\S+/zz/zz\.gif$")
        self.assertRegex(run.stdout, r"(?m)^  1 error\.$")

    def test_1e_connection_error(self):
        run, text = self.book("1e", "-v", "-s", refused_url(), "BR")

        self.assertStatus(run, 3)
        self.assertIn("*** Error for BR: Connection error\n", text)
        self.assertIn("0 flags downloaded.\n1 error.\n", text)

    def test_editions_save_into_their_own_directories(self):
        server = self.nginx()
        for edition, name in (("1e", "downloads/br.gif"),
                              ("2e", "downloaded/BR.gif")):
            run = self.flags("get", "--compat", edition, "-s", server.url,
                             "BR")

            self.assertStatus(run, 0)
            self.assertTrue((self.home / name).is_file(), name)


class Progress(Case):
    def on_terminal(self, *args, env=None):
        """Run with stderr on a terminal; what the terminal saw is returned."""
        ours, theirs = pty.openpty()
        try:
            running = self.start("get", "-o", self.out, *args, stderr=theirs,
                                 env={"TERM": "xterm", **(env or {})})
            os.close(theirs)
            theirs = None
            seen = b""
            while True:
                ready, _, _ = select.select([ours], [], [], harness.limit(30))
                self.assertTrue(ready, "neither output nor an end")
                try:
                    piece = os.read(ours, 65536)
                except OSError:  # EIO: nobody has the terminal any more
                    break
                if not piece:
                    break
                seen += piece
            return running.finish(), seen.decode("utf-8", "replace")
        finally:
            os.close(ours)
            if theirs is not None:
                os.close(theirs)

    def slow(self):
        """A server slow enough for a bar to be worth drawing."""
        return self.serve("--delay", "100ms").url

    def test_is_a_bar_on_a_terminal(self):
        run, seen = self.on_terminal("-s", self.slow(), "-m", "1", "-l", "10")

        self.assertStatus(run, 0)
        self.assertIn("\r", seen)
        self.assertRegex(seen, r"\b[1-9]/10\b")

    def test_is_not_there_when_stderr_is_no_terminal(self):
        run = self.get("-s", self.slow(), "-l", "3", env={"TERM": "xterm"})

        self.assertEqual(run.stderr, "")

    def test_is_not_there_on_a_dumb_terminal(self):
        _, seen = self.on_terminal("-s", self.slow(), "-l", "3",
                                   env={"TERM": "dumb"})

        self.assertEqual(seen, "")

    def test_is_not_there_when_quiet(self):
        _, seen = self.on_terminal("-q", "-s", self.slow(), "-l", "3")

        self.assertEqual(seen, "")

    def test_makes_room_for_messages(self):
        _, seen = self.on_terminal("-s", self.slow(), "BR", "ZZ")

        self.assertRegex(seen, r"(?i)(^|[\r\n]|\x1b\[\w+)flags: zz: not found")

    def test_has_no_unicode_outside_a_utf_8_locale(self):
        _, seen = self.on_terminal("-s", self.slow(), "-l", "5", "-m", "1",
                                   env={"LC_ALL": "C"})

        self.assertTrue(seen.isascii(), repr(seen))


class Embedded(Case):
    """The fixture that `flags get` starts by itself."""

    def children(self, pid):
        found = []
        for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == pid and fields[0] != "Z":
                found.append(int(stat.parent.name))
        return found

    def alive(self, pid):
        try:
            stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return False
        return stat.rpartition(")")[2].split()[0] != "Z"

    def test_is_said_in_the_first_line(self):
        run = self.get("BR")

        self.assertStatus(run, 0)
        self.assertRegex(run.stdout.splitlines()[0],
                         r"^LOCAL site: http://127\.0\.0\.1:\d+/flags\b")

    def test_delays_when_asked_to(self):
        began = time.monotonic()

        run = self.get("-s", "delay", "BR", "US")

        self.assertStatus(run, 0)
        self.assertGreaterEqual(time.monotonic() - began, 0.5)
        self.assertTrue(run.stdout.startswith("DELAY site: "))
        self.assertCorpus(self.out, ["br", "us"])

    def test_fails_at_times_when_asked_to(self):
        run = self.get("-s", "ERROR")

        self.assertIn(run.status, (0, 1), str(run))
        self.assertTrue(run.stdout.startswith("ERROR site: "))
        self.assertEqual(sum(counted(run).values()), 20)
        self.assertEqual(len(files_in(self.out)), counted(run)["ok"])

    def test_dies_with_its_parent(self):
        running = self.start("get", "-s", "DELAY", "-S", "sequential", "-o",
                             self.out)
        harness.until(lambda: self.out.is_dir())
        pids = harness.until(lambda: self.children(running.pid))

        running.signal(signal.SIGKILL)
        running.finish()

        harness.until(lambda: not any(map(self.alive, pids)),
                      what="the end of the fixture")

    def test_is_gone_when_the_run_is_over(self):
        running = self.start("get", "-s", "DELAY", "-o", self.out, "-l", "2")
        pids = harness.until(lambda: self.children(running.pid))

        self.assertStatus(running.finish(), 0)

        self.assertFalse(any(map(self.alive, pids)))

    def test_survives_the_interrupt_that_its_parent_reports(self):
        # A terminal sends SIGINT to both. What was downloaded by then is
        # still reported by the parent.
        running = self.start("get", "-s", "DELAY", "-S", "sequential", "-o",
                             self.out, start_new_session=True)
        running.wait_for("^DELAY site: ")

        os.killpg(running.pid, signal.SIGINT)
        run = running.finish()

        self.assertStatus(run, -signal.SIGINT)
        self.assertEqual(sum(counted(run).values()), 20, str(run))
        self.assertEqual(counted(run).get("error", 0), 0, str(run))

    def test_can_be_reached_with_a_proxy_in_the_environment(self):
        wire = self.tripwire()

        run = self.get("BR", env={"http_proxy": wire.url})

        self.assertStatus(run, 0)
        self.assertFalse(wire.contacted())


harness.main()
