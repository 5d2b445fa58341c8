"""A test, and what it starts and looks at."""

import inspect
import os
import pathlib
import re
import shutil
import signal
import ssl
import subprocess
import tempfile
import unittest
import zlib

from . import nginx
from .environment import (IN_TURN, MOST_POPULOUS, PROGRAM, REPORT_STATUS,
                          STRATEGIES, WRAP, corpus_file)
from .raw_server import RawServer, Tripwire
from .running import Running, Server


def files_in(directory):
    """Name -> bytes of what a user sees there (hidden entries aside)."""
    directory = pathlib.Path(directory)
    if not directory.is_dir():
        return {}
    return {path.name: path.read_bytes()
            for path in sorted(directory.iterdir())
            if not path.name.startswith(".")}


def strategies_for(name):
    """Those under which the test of this name runs. Whose turn it is depends
    on the name alone, so that a test added changes no other one."""
    if not IN_TURN:
        return STRATEGIES
    return (STRATEGIES[zlib.crc32(name.encode()) % len(STRATEGIES)],)


def per_strategy(cls):
    """Class decorator: a test that takes `strategy` becomes one test for each
    strategy, named after it; or, with FLAGS_IN_TURN, one test for one of them,
    the tests taking turns."""
    for name, test in list(vars(cls).items()):
        if not (name.startswith("test")
                and "strategy" in inspect.signature(test).parameters):
            continue
        for strategy in strategies_for(f"{cls.__name__}.{name}"):
            def one(self, test=test, strategy=strategy):
                test(self, strategy)
            setattr(cls, f"{name}_{strategy}", one)
        delattr(cls, name)
    return cls


def counted(finished):
    """What the final report says: {'ok': 20, 'not_found': 1, 'error': 2}."""
    counts = {}
    for name, pattern in (("ok", r"^ *(\d+) (?:flag|file)s? downloaded\."),
                          ("unchanged", r"^ *(\d+) unchanged\."),
                          ("skipped", r"^ *(\d+) skipped\."),
                          ("not_found", r"^ *(\d+) not found\."),
                          ("error", r"^ *(\d+) errors?\."),
                          ("cancelled", r"^ *(\d+) cancelled\.")):
        found = re.search(pattern, finished.stdout, re.MULTILINE)
        if found:
            counts[name] = int(found.group(1))
    return counts


class Case(unittest.TestCase):
    """One test: a directory of its own, and all that it starts in there."""

    maxDiff = None

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="flags-test-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.reports = self.directory / "reports"
        self.reports.mkdir()
        self.addCleanup(self._check_reports)
        self.home = self.directory / "work"  # where the program runs
        self.home.mkdir()
        self.out = self.home / "out"

    def _check_reports(self):
        for report in sorted(self.reports.iterdir()):
            text = report.read_text(errors="replace")
            # Valgrind opens its log even when it has nothing to say.
            self.assertEqual(text.strip(), "", f"reported in {report.name}")

    def tls_context(self):
        """A certificate for 127.0.0.1, and a server's context with it."""
        certificate = self.directory / "certificate.pem"
        key = self.directory / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
             "-subj", "/CN=127.0.0.1", "-addext",
             "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out",
             certificate], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return certificate, context

    # -- the environment ----------------------------------------------------

    def environment(self, changes=None):
        """A clean one: nothing of the caller's may change an outcome."""
        log = self.reports / "sanitizer"
        options = f"log_path={log}:exitcode={REPORT_STATUS}"
        env = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": str(self.home),
            "LC_ALL": "C.UTF-8",
            "TERM": "dumb",
            "TMPDIR": str(self.home),
            "ASAN_OPTIONS": options,
            "UBSAN_OPTIONS": options + ":halt_on_error=1:print_stacktrace=1",
            "TSAN_OPTIONS": options,
        }
        for name in ("LD_LIBRARY_PATH", "ASAN_SYMBOLIZER_PATH"):
            if name in os.environ:
                env[name] = os.environ[name]
        for name, value in (changes or {}).items():
            if value is None:
                env.pop(name, None)
            else:
                env[name] = str(value)
        return env

    def command(self, *args):
        wrap = [word.replace("{reports}", str(self.reports)) for word in WRAP]
        return [*wrap, PROGRAM, *(str(arg) for arg in args)]

    # -- the program --------------------------------------------------------

    def start(self, *args, env=None, cwd=None, stdout=subprocess.PIPE,
              stderr=subprocess.PIPE, **how):
        """Start the program and return at once. It is killed, if it still
        runs, when the test ends."""
        running = Running(self.command(*args), cwd=cwd or self.home,
                          env=self.environment(env), stdout=stdout,
                          stderr=stderr, **how)
        self.addCleanup(running.kill)
        return running

    def flags(self, *args, seconds=30, **how):
        """Run the program to its end."""
        finished = self.start(*args, **how).finish(seconds)
        self.assertNotEqual(finished.status, REPORT_STATUS, str(finished))
        for death in (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS,
                      signal.SIGILL, signal.SIGFPE):
            self.assertNotEqual(finished.status, -death, str(finished))
        return finished

    def get(self, *args, **how):
        """`flags get` into self.out, quietly about progress."""
        return self.flags("get", "-o", self.out, *args, **how)

    def assertStatus(self, finished, status):
        self.assertEqual(finished.status, status, str(finished))

    def assertCorpus(self, directory, codes=MOST_POPULOUS, upper=False):
        """The directory holds exactly these flags, byte for byte."""
        found = files_in(directory)
        names = [f"{(code.upper() if upper else code)}.gif" for code in codes]
        self.assertEqual(sorted(found), sorted(names))
        for code, name in zip(codes, names):
            self.assertTrue(found[name] == corpus_file(code).read_bytes(),
                            f"{name} differs from the corpus")

    # -- servers ------------------------------------------------------------

    def serve(self, *args, listeners=1, **how):
        """`flags serve` on a free port, ready; stopped, and its status
        checked, when the test ends."""
        if "-p" not in args and "--port" not in args:
            args = ("--port", "0", *args)
        running = self.start("serve", *args, **how)
        running.wait_for(
            r"(^flags serve: listening on \S+\n){%d}" % listeners)
        urls = re.findall(r"^flags serve: listening on (\S+)$",
                          running.text("stdout"), re.MULTILINE)
        server = Server(running, urls[0], urls)
        self.addCleanup(self._stop_serve, server)
        return server

    def _stop_serve(self, server):
        if server.running.process.returncode is None:
            self.assertStatus(server.stop(), 0)

    def nginx(self, root=None, config="", listeners=()):
        """nginx, ready; stopped when the test ends. `root` holds what it
        serves under /flags (default: the corpus). `listeners` are sockets for
        `listen` in `config`; they are closed here."""
        if not nginx.program():
            self.skipTest("nginx is not installed (scripts/bootstrap test)")
        server = nginx.start(self.directory, root, config, listeners)
        self.addCleanup(self._stop_nginx, server.running)
        return server

    def _stop_nginx(self, running):
        if running.process.returncode is not None:
            return  # the test stopped it
        died = running.process.poll()
        self.assertIsNone(died, f"nginx died: {running.text('stderr')}")
        running.signal(signal.SIGTERM)
        # Dead of the signal: it came before nginx was ready for one.
        self.assertIn(running.finish().status, (0, -signal.SIGTERM))

    def raw_server(self, answer, path=None):
        server = RawServer(answer, path)
        self.addCleanup(self._close_raw, server)
        return server

    def _close_raw(self, server):
        server.close()
        self.assertEqual(server.failures, [])

    def tripwire(self):
        wire = Tripwire()
        self.addCleanup(wire.close)
        return wire
