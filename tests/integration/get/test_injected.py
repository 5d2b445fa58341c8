"""Whichever call of the system or of memory fails, what `get` promises holds:
a final name is a complete file, the counts add up and agree with what is there,
the status is true, nothing is left behind. A library (support/fail_call.c)
fails one call of one function; here that is each of them in turn.

FLAGS_CALLS is how many calls of a function are failed, spread over all of them
(default: 8; "all")."""

import concurrent.futures
import errno
import json
import os
import shutil
import signal
import subprocess

import harness
from harness import STRATEGIES, Case, corpus_file, counted, files_in

CODES = ("br", "de", "us")
LIMIT = os.environ.get("FLAGS_CALLS", "8")

# What each may fail with. Of recv, send, poll, connect and fcntl an error is
# the connection's; of the others it is ours.
FAULTS = {
    "open": (errno.EMFILE, errno.EACCES), "write": (errno.ENOSPC, errno.EIO,
                                                    "short"),
    "close": (errno.EIO,), "renameat": (errno.EACCES,),
    "unlinkat": (errno.EIO,), "mkdir": (errno.ENOSPC, errno.EINTR),
    "flock": (errno.ENOLCK,), "getrandom": (errno.ENOSYS,),
    "socket": (errno.EMFILE,), "socketpair": (errno.EMFILE,),
    "connect": (errno.ECONNREFUSED,), "send": (errno.EPIPE, errno.EINTR),
    "recv": (errno.ECONNRESET, errno.EINTR), "poll": (errno.EINTR,),
    "fcntl": (errno.EMFILE,), "pipe2": (errno.EMFILE,),
    "eventfd": (errno.EMFILE,), "epoll_create1": (errno.EMFILE,),
    "epoll_ctl": (errno.ENOMEM,), "timerfd_create": (errno.EMFILE,),
    "timerfd_settime": (errno.EINVAL,), "pthread_create": (errno.EAGAIN,),
    "setrlimit": (errno.EPERM,), "malloc": (errno.ENOMEM,),
    "calloc": (errno.ENOMEM,), "realloc": (errno.ENOMEM,),
}
# These cannot be undone: what they fail to remove, the next run removes.
LEAVES = ("unlinkat", "open", "malloc", "fcntl")
# libuv ends the process by itself (uv__io_poll(), uv__signal_global_init()):
# the kernel has no memory, or its first pipe is not to be had, which
# download/descriptors.h sees before.
# And it has no answer where there is no memory for its table of descriptors
# (maybe_resize()).
ABORTS = {("async", "epoll_ctl"), ("async", "pipe2"), ("async", "calloc"),
          ("async", "realloc"), ("loops", "pipe2"), ("loops", "calloc")}
# async with two event loops: what these take, and the memory.
LOOPS = ("eventfd", "epoll_create1", "pipe2", "timerfd_create", "socketpair",
         "pthread_create", "malloc", "calloc")

MANIFEST = ".flags-manifest.jsonl"


def manifest_of(out):
    """The names that it has."""
    path = out / MANIFEST
    lines = path.read_text().splitlines() if path.exists() else []
    return {json.loads(line)["file"] for line in lines if line}


def chosen(calls):
    if LIMIT == "all" or calls <= int(LIMIT):
        return range(1, calls + 1)
    return sorted({1 + i * calls // int(LIMIT) for i in range(int(LIMIT))})


def counts_in(report):
    lines = (line.split() for line in report.read_text().splitlines())
    return {name: int(number) for name, number in lines}


class Injected(Case):
    def setUp(self):
        super().setUp()
        self.library = os.environ.get("FLAGS_FAIL_CALL")
        if not self.library or harness.WRAP:
            self.skipTest("there is no library to fail calls with")
        self.server = self.serve()

    def run_one(self, strategy, name, *args, **how):
        """A run, and the directory it wrote to."""
        out = self.home / name
        way = ["async", "--loops=2"] if strategy == "loops" else [strategy]
        command = self.command("get", "-S", *way, "-o", out, "-s",
                               self.server.url, "-m",
                               "1" if strategy == "sequential" else "3",
                               *args, *CODES)
        run = subprocess.run(
            command, cwd=self.home, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=harness.limit(60),
            env=self.environment({"LD_PRELOAD": self.library, **how}))
        return harness.Finished(command, run.returncode, run.stdout,
                                run.stderr), out

    def calls(self, strategy):
        """How often a run that nothing happens to calls each function."""
        report = self.home / "calls"
        run, out = self.run_one(strategy, "counted", FLAGS_COUNT=report)
        self.assertStatus(run, 0)
        shutil.rmtree(out)
        return counts_in(report)

    def calls_of_none(self):
        """The same of a run that has nothing to download."""
        report = self.home / "calls"
        self.assertStatus(self.flags(
            "get", "-S", "sequential", "-o", self.out, "-i", os.devnull,
            env={"LD_PRELOAD": self.library, "FLAGS_COUNT": report}), 2)
        return counts_in(report)

    def faults_of(self, run, out, strategy, function):
        """What a run did that it must not do."""
        found = files_in(out)
        aborted = (run.status == -signal.SIGABRT
                   and (strategy, function) in ABORTS)
        counts = counted(run)
        if run.status < 0 and not aborted:
            yield f"died of {signal.Signals(-run.status).name}"
        elif not aborted and run.status not in (0, 1, 3, 5):
            yield f"has status {run.status}"
        for name, content in found.items():
            code = name.removesuffix(".gif")
            if code not in CODES or content != corpus_file(code).read_bytes():
                yield f"left {name} incomplete"
        if aborted:
            return
        if (run.status == 0) != (len(found) == len(CODES)):
            # What is all there may have a report that is not.
            if run.status != 5:
                yield f"has status {run.status} and {len(found)} files"
        if run.status != 0 and not run.stderr:
            yield "says nothing of its failure"
        if counts and (sum(counts.values()) != len(CODES)
                       or counts.get("ok", 0) != len(found)):
            yield f"counts {counts} and has {len(found)} files"
        if not counts and run.status not in (5,):
            yield "has no report"
        hidden = [path.name for path in out.iterdir()
                  if path.name not in found
                  and path.name != MANIFEST] if out.is_dir() else []
        if hidden and function not in LEAVES:
            yield f"left {hidden}"
        told = manifest_of(out)
        if not told <= set(found) or run.status == 0 and told != set(found):
            yield f"has {sorted(found)} and a manifest of {sorted(told)}"

    def test_threads_that_are_refused_are_told_once(self):
        for number, rest in ((1, None), (2, "1 thread"), (3, "2 threads")):
            run, out = self.run_one(
                "threaded", f"refused-{number}",
                "--no-manifest",  # its thread may begin before the others
                FLAGS_FAIL=f"pthread_create:{number}:{errno.EAGAIN}")
            if not rest:  # the first of them: there is none
                self.assertStatus(run, 5)
                continue
            self.assertStatus(run, 0)
            self.assertEqual(len(files_in(out)), len(CODES))
            self.assertEqual(run.stderr, "flags: warning: --max-req 3: the "
                             f"system gives {rest}\n")

    def test_all_is_counted_where_memory_ends(self):
        # From some item on there is none: it and those behind it are not
        # downloaded, and in no case left out of the report. Not before it has
        # begun: without any memory OpenSSL 3.5 waits for itself.
        first = self.calls_of_none()["malloc"]
        last = self.calls("sequential")["malloc"]
        self.assertLess(first, last)
        cancelled = 0
        for strategy in ("sequential", "threaded"):
            for number in range(first, last + 1, max(1, (last - first) // 30)):
                run, out = self.run_one(
                    strategy, f"{strategy}-{number}",
                    FLAGS_FAIL=f"malloc:{number}+:{errno.ENOMEM}")
                faults = list(self.faults_of(run, out, strategy, "malloc"))
                self.assertEqual(faults, [], run)
                cancelled += "cancelled" in run.stdout
        self.assertGreater(cancelled, 0)

    def sweep(self, strategy, function):
        calls = self.calls(strategy)[function]
        jobs = [(error, number) for error in FAULTS[function]
                for number in chosen(calls)]

        def one(job):
            error, number = job
            name = f"{function}-{error}-{number}"
            run, out = self.run_one(
                strategy, name, FLAGS_FAIL=f"{function}:{number}:{error}")
            faults = [f"{function}:{number}:{error}: {fault}\n{run}"
                      for fault in self.faults_of(run, out, strategy,
                                                  function)]
            if out.is_dir() and not faults:
                # The next run removes what is left.
                for path in out.iterdir():
                    if path.is_dir() and path.stat().st_mode & 0o1000:
                        self.left.append(out)
            return faults

        self.left = []
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            faults = [fault for found in pool.map(one, jobs)
                      for fault in found]
        for out in self.left:
            self.flags("get", "-q", "-s", self.server.url, "-o", out, "BR")
            self.assertEqual([path.name for path in out.iterdir()
                              if path.name.startswith(".flags-")
                              and path.is_dir()], [])
        print(f"# {strategy}: {calls} calls of {function}, {len(jobs)} runs "
              f"with one that fails, {len(faults)} wrong", flush=True)
        self.assertEqual(len(faults), 0, "\n".join(faults[:10]))


def add_cases():
    for strategy in (*STRATEGIES, "loops"):
        for function in LOOPS if strategy == "loops" else FAULTS:
            def one(self, strategy=strategy, function=function):
                self.sweep(strategy, function)
            setattr(Injected, f"test_{function}_{strategy}", one)


add_cases()
harness.main()
