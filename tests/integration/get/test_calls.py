"""
How many system calls a file costs. That is the most of what it costs at all,
and does not depend on how busy a machine is, but for the calls that wait: the
more is ready, the less often they are made.
"""

import collections
import dataclasses
import re
import shutil
import subprocess
import unittest

import harness
from harness import Case, per_strategy

# How often these are made depends on the server, on other programs, on the
# allocator; sanitizers have some of their own.
UNSTEADY = {"epoll_wait", "epoll_pwait", "epoll_pwait2", "io_uring_enter",
            "futex", "mmap", "munmap", "mremap", "mprotect", "madvise", "brk",
            "sched_yield", "clock_gettime", "gettimeofday", "restart_syscall",
            "rt_sigprocmask", "rt_sigreturn", "getpid", "gettid"}
# These are made for a connection: at most so many for each.
OF_A_CONNECTION = {"socket": 1, "connect": 1, "ioctl": 1, "fcntl": 2,
                   "setsockopt": 3, "getsockopt": 2, "getsockname": 4,
                   "getpeername": 3, "epoll_ctl": 8, "fstat": 2,
                   "newfstatat": 2}
SOME, MANY = 100, 500


@dataclasses.dataclass
class Bounds:
    """Of a file: openat, write, close, renameat and sendto are five, and the
    rest is libcurl's. It receives until there is no more, as of 8, too; in
    async it looks at a kept connection before it uses that again, and at what
    there is to be done. The blocking ways wait by poll. Eight threads are those
    that begin in any case."""

    in_flight: int
    polls: float
    others: float


BOUNDS = {
    7: {"sequential": Bounds(1, 4.8, 7.2), "threaded": Bounds(8, 4.8, 7.2),
        "async": Bounds(64, 2.2, 6.1)},
    8: {"sequential": Bounds(1, 4.8, 8.5), "threaded": Bounds(8, 4.8, 8.5),
        "async": Bounds(64, 3.2, 7.2)},
}


@unittest.skipIf(harness.WRAP, "strace does not see through what wraps it")
@unittest.skipUnless(shutil.which("strace"), "strace is not installed")
@unittest.skipIf(harness.is_emulated(),
                 "strace does not see through an emulator")
@per_strategy
class SystemCalls(Case):
    def major_of_libcurl(self):
        version = self.flags("--version").stdout
        return min(int(re.search(r"^libcurl (\d+)\.", version, re.M)[1]), 8)

    def trace(self, strategy, in_flight, url, files):
        """{name: calls} of one run of so many files."""
        log = self.home / "calls"
        listed = self.home / "list"
        listed.write_text("".join(f"{url}/br/br.gif?{i}\t{i}.gif\n"
                                  for i in range(files)))
        shutil.rmtree(self.out, ignore_errors=True)
        run = subprocess.run(
            ["strace", "-f", "-c", "-U", "name,calls", "-o", log,
             *self.command("get", "-q", "-S", strategy, "-m",
                           str(in_flight), "--no-manifest", "-i",
                           listed, "-o", self.out)],
            # LeakSanitizer traces, too, and there can be one tracer only.
            env=self.environment({"ASAN_OPTIONS": "detect_leaks=0"}),
            cwd=self.home, capture_output=True, text=True,
            timeout=harness.limit(120))
        if not log.exists() or "ptrace" in run.stderr:
            self.skipTest("strace may not trace here")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(len(harness.files_in(self.out)), files)
        calls = collections.Counter()
        for line in log.read_text().splitlines():
            words = line.split()
            if len(words) == 2 and words[1].isdigit() and words[0] != "total":
                calls[words[0]] = int(words[1])
        return calls

    def test_a_list_in_a_file_takes_no_thread(self, strategy):
        # What can be read at once is: a thread that reads costs more.
        calls = self.trace(strategy, 1, self.serve().url, SOME)

        threads = {"sequential": 0, "threaded": 1, "async": 0}
        self.assertEqual(calls["clone3"] + calls["clone"],
                         threads[strategy], calls)

    def test_of_a_file_are_few(self, strategy):
        # What both runs have, as the start, is not of a file; and they need
        # not open as many connections. An answer that is late is waited for:
        # so all are.
        bounds = BOUNDS[self.major_of_libcurl()][strategy]
        url = self.serve("--delay", "5ms").url
        calls = self.trace(strategy, bounds.in_flight, url, MANY)
        calls.subtract(self.trace(strategy, bounds.in_flight, url, SOME))
        connections = max(calls["socket"], 0)
        calls["close"] -= calls["socket"]
        each = {name: round(count / (MANY - SOME), 3)
                for name, count in calls.items() if name not in UNSTEADY}
        polls = each.pop("poll", 0) + each.pop("ppoll", 0)

        for name, most in OF_A_CONNECTION.items():
            each.pop(name, 0)
            with self.subTest(call=name):
                self.assertLessEqual(calls[name], most * connections
                                     + (MANY - SOME) // 20)
        self.assertLessEqual(sum(each.values()), bounds.others, each)
        self.assertLessEqual(polls, bounds.polls)


harness.main()
