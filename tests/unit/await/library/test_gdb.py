"""The script for gdb, on a process that stopped and on its core."""

import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile

import harness

SCRIPT = (pathlib.Path(__file__).resolve().parents[4] / "src" / "await" /
          "libawait-gdb.py")
PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve()
TASKS = ["Task-1 (start) awaits a task 'the sleeper'",
         "the sleeper (sleeper) awaits the end of a sleep",
         "Task-3 (waiter) awaits a task 'the sleeper'",
         "Task-4 (locker) awaits a lock",
         "Task-5 (stop_here) runs"]
# In clang's assembly gdb takes two underscores for Ada's.
LAST = r"in aw(__|\.)switch_first_frame"


class Gdb(harness.Case):
    def setUp(self):
        super().setUp()
        if not shutil.which("gdb"):
            self.skipTest("gdb is not here")
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="gdb-"))
        self.addCleanup(shutil.rmtree, self.place, ignore_errors=True)

    def gdb(self, *words, before=()):
        """What it prints, ours after `before`."""
        commands = [f"source {SCRIPT}", *before, "echo ours:\\n", "aw-tasks",
                    "echo calls:\\n", "aw-backtrace Task-3",
                    "echo all:\\n", "aw-backtrace"]
        ran = subprocess.run(
            ["gdb", "-nx", "-batch", *(word for command in commands
                                       for word in ("-ex", command)), *words],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, cwd=self.place,
            timeout=harness.limit(120),
            env={**os.environ, "DEBUGINFOD_URLS": "", "LC_ALL": "C"})
        if "ours:" not in ran.stdout or "ptrace" in ran.stdout:
            self.skipTest(f"gdb does not work here: {ran.stdout[-200:]}")
        return ran.stdout

    def check(self, printed):
        tasks, rest = printed.split("ours:\n")[1].split("calls:\n")
        calls, every = rest.split("all:\n")
        lines = tasks.splitlines()
        self.assertRegex(lines[0], r"^loop 0x[0-9a-f]+ of thread 1$", printed)
        self.assertEqual(lines[1:], TASKS, printed)

        lines = calls.splitlines()
        self.assertEqual(lines[0], TASKS[2], printed)
        names = " ".join(lines)
        for name in "aw__coroutine_yield", "wait_deep_inside", "waiter":
            self.assertIn(f" {name} (", names)
        self.assertRegex(lines[-1], LAST)

        headings = [line for line in every.splitlines()
                    if line and line[0] != " "]
        self.assertEqual([line for line in headings if line in TASKS], TASKS,
                         printed)
        self.assertEqual(len(re.findall(LAST, every)), len(TASKS), printed)

    def test_it_shows_a_stopped_processs_tasks(self):
        printed = self.gdb(str(PROGRAM), before=["run"])
        if "SIGABRT" not in printed:
            self.skipTest(f"gdb cannot run a program: {printed[-200:]}")
        self.check(printed)

    def test_it_tells_what_a_core_of_gdbs_own_lacks(self):
        made = self.gdb(str(PROGRAM),
                        before=["run", "generate-core-file made"])
        core = self.place / "made"
        if not core.exists():
            self.skipTest(f"gdb makes no core here: {made[-200:]}")
        printed = self.gdb(str(PROGRAM), str(core))
        if TASKS[3] in printed:
            self.check(printed)  # an older kernel, or a newer gdb
            return
        lines = printed.split("ours:\n")[1].splitlines()
        self.assertIn("Task-4 (locker) awaits what is not in this core", lines)
        self.assertIn(TASKS[4], lines)
        self.assertIn("(no calls: its stack is not in this core", printed)

    def test_it_shows_a_cores_tasks(self):
        def may_leave_a_core():
            _, most = resource.getrlimit(resource.RLIMIT_CORE)
            resource.setrlimit(resource.RLIMIT_CORE, (most, most))

        ran = subprocess.run([str(PROGRAM)], cwd=self.place,
                             stderr=subprocess.DEVNULL,
                             preexec_fn=may_leave_a_core,
                             timeout=harness.limit(60))
        self.assertEqual(ran.returncode, -6)
        cores = list(self.place.glob("core*"))
        if not cores or not cores[0].stat().st_size:
            self.skipTest("this system leaves no core beside a program")
        self.check(self.gdb(str(PROGRAM), str(cores[0])))


harness.main()
