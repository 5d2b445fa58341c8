"""
What the integration tests stand on: the program, servers and directories.

A test is a unittest.TestCase that derives from Case. Case starts the built
program (`self.flags`, `self.start`), the fixture (`self.serve`), nginx
(`self.nginx`) and servers that misbehave on purpose (`self.raw_server`), and
stops them all when the test ends, however it ends. Nothing waits without a
limit, and nothing leaves 127.0.0.1.

The environment tells what to drive:

FLAGS_PROGRAM   the program under test (meson sets it)
FLAGS_CORPUS    the directory with the flags it must deliver (meson sets it)
FLAGS_WRAP      a command to put before the program, for instance
                'valgrind -q --log-file={reports}/valgrind.%p'. What it writes
                into the directory {reports} fails the test.
FLAGS_PATIENCE  a factor for every time limit (default: 10 under FLAGS_WRAP)

Sanitizers write into the same directory of reports, so that one of them
speaking up in a grandchild fails the test as well.

Only the standard library is used; any Python from 3.9 will do.
"""

import contextlib
import ctypes
import dataclasses
import inspect
import os
import pathlib
import re
import select
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import unittest

PROGRAM = os.environ.get("FLAGS_PROGRAM", "flags")
CORPUS = pathlib.Path(os.environ.get("FLAGS_CORPUS", "flags"))
WRAP = shlex.split(os.environ.get("FLAGS_WRAP", ""))
PATIENCE = float(os.environ.get("FLAGS_PATIENCE", "10" if WRAP else "1"))

STRATEGIES = ("sequential", "threaded", "async")
MOST_POPULOUS = (
    "bd br cd cn de eg et fr id in ir jp mx ng ph pk ru tr us vn".split())

# A sanitizer or valgrind ends the program with this status, which the program
# itself never uses.
REPORT_STATUS = 97

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


# What a shell that runs us in the background, or nohup, has ignored would be
# ignored by the program as well, which keeps to that.
for _number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
    if signal.getsignal(_number) == signal.SIG_IGN:
        signal.signal(_number, signal.SIG_DFL)


def die_with_parent(number):
    """Run in a child: it gets this signal when the test program is gone."""
    _libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)


def limit(seconds):
    return seconds * PATIENCE


def until(condition, seconds=10, what="the condition"):
    """Poll `condition` until it is true; its value is returned."""
    end = time.monotonic() + limit(seconds)
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come true in time")
        time.sleep(0.005)


@dataclasses.dataclass
class Finished:
    """A run that ended. A negative status is the signal it died of."""

    command: list
    status: int
    stdout: str
    stderr: str

    def __str__(self):
        return (f"$ {shlex.join(self.command)}\nstatus {self.status}\n"
                f"--- stdout\n{self.stdout}--- stderr\n{self.stderr}---")


class Running:
    """A run in progress. Its output is collected by two threads, so that a
    full pipe never blocks it."""

    def __init__(self, command, orphaned=signal.SIGKILL, **how):
        self.command = [str(word) for word in command]
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.DEVNULL,
            preexec_fn=lambda: die_with_parent(orphaned), **how)
        self._text = {"stdout": b"", "stderr": b""}
        self._changed = threading.Condition()
        self._readers = []
        for name in self._text:
            pipe = getattr(self.process, name)
            if pipe:
                reader = threading.Thread(
                    target=self._read, args=(name, pipe), daemon=True)
                reader.start()
                self._readers.append(reader)

    def _read(self, name, pipe):
        while True:
            piece = os.read(pipe.fileno(), 65536)
            with self._changed:
                self._text[name] += piece
                self._changed.notify_all()
            if not piece:
                pipe.close()
                return

    @property
    def pid(self):
        return self.process.pid

    def text(self, name):
        with self._changed:
            return self._text[name].decode("utf-8", "surrogateescape")

    def wait_for(self, pattern, name="stdout", seconds=20):
        """Wait until the output holds the pattern; the match is returned."""
        end = time.monotonic() + limit(seconds)
        with self._changed:
            while True:
                text = self._text[name].decode("utf-8", "surrogateescape")
                found = re.search(pattern, text, re.MULTILINE)
                if found:
                    return found
                left = end - time.monotonic()
                ended = not any(r.is_alive() for r in self._readers)
                if left <= 0 or ended:
                    raise AssertionError(
                        f"no {pattern!r} in {name} of "
                        f"{shlex.join(self.command)}: {self._text}")
                self._changed.wait(min(left, 0.2))

    def signal(self, number):
        self.process.send_signal(number)

    def finish(self, seconds=30):
        """Wait for the end, then for the end of its output."""
        try:
            status = self.process.wait(limit(seconds))
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(
                f"{shlex.join(self.command)} did not end within "
                f"{limit(seconds)} s: {self._text}") from None
        for reader in self._readers:
            reader.join(limit(5))
        return Finished(self.command, status, self.text("stdout"),
                        self.text("stderr"))

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Server:
    """A server that runs as a process; `url` is the base of its flags."""

    def __init__(self, running, url, urls=()):
        self.running = running
        self.url = url
        self.urls = list(urls) or [url]

    @property
    def pid(self):
        return self.running.pid

    @property
    def port(self):
        return int(re.search(r":(\d+)", self.url[6:]).group(1))

    def stop(self, number=signal.SIGTERM):
        """End it in order. The finished run is returned."""
        if self.running.process.poll() is None:
            self.running.signal(number)
        return self.running.finish()


@dataclasses.dataclass
class Request:
    method: str
    path: str
    headers: dict
    raw: bytes


class Connection:
    """One accepted connection of a RawServer, and the requests on it."""

    def __init__(self, server, sock, number):
        self.server = server
        self.socket = sock
        self.number = number  # from 1, in order of acceptance
        self._rest = b""

    def read_request(self):
        """The next request (without a body), or None at the end."""
        while b"\r\n\r\n" not in self._rest:
            try:
                piece = self.socket.recv(65536)
            except OSError:
                return None
            if not piece:
                return None
            self._rest += piece
        raw, self._rest = self._rest.split(b"\r\n\r\n", 1)
        lines = raw.decode("latin-1").split("\r\n")
        method, path, _ = lines[0].split(" ", 2)
        headers = {}
        for line in lines[1:]:
            name, value = line.split(":", 1)
            headers[name.strip().lower()] = value.strip()
        request = Request(method, path, headers, raw)
        self.server.note(request)
        return request

    def send(self, data):
        self.socket.sendall(data)

    def answer(self, status, body=b"", length=None, **headers):
        """Send a whole response. `length` may lie about the body's length."""
        reason = {200: "OK", 404: "Not Found"}.get(status, "Whatever")
        lines = [f"HTTP/1.1 {status} {reason}",
                 f"Content-Length: {len(body) if length is None else length}"]
        lines += [f"{name.replace('_', '-')}: {value}"
                  for name, value in headers.items()]
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def secure(self, context):
        """Speak TLS from now on."""
        self.socket = context.wrap_socket(self.socket, server_side=True)

    def hold(self):
        """Keep the connection open, unanswered, until the peer or the test
        ends it."""
        with contextlib.suppress(OSError):
            while self.socket.recv(65536):
                pass

    def reset(self):
        """Close with RST instead of FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                               b"\1\0\0\0\0\0\0\0")
        self.socket.close()


class RawServer:
    """A TCP server in threads of the test, for what no good server does.

    `answer(connection)` is called for each connection in a thread of its own;
    the connection is closed when it returns. An exception in it, other than
    the peer's going away, fails the test.
    """

    def __init__(self, answer):
        self._answer = answer
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._open = set()
        self._threads = []
        self._stopping = False
        self.failures = []
        self.requests = []
        self.accepted = 0
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/flags"
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                if self._stopping:
                    sock.close()
                    return
                self.accepted += 1
                connection = Connection(self, sock, self.accepted)
                thread = threading.Thread(
                    target=self._run, args=(connection,), daemon=True)
                self._open.add(sock)
                self._threads.append(thread)
                thread.start()

    def _run(self, connection):
        try:
            self._answer(connection)
        except OSError:
            pass  # the client went away, which is its right
        except Exception:
            self.failures.append(traceback.format_exc())
        finally:
            with self._lock:
                self._open.discard(connection.socket)
            connection.socket.close()

    def note(self, request):
        with self._changed:
            self.requests.append(request)
            self._changed.notify_all()

    def wait_for_requests(self, count, seconds=20):
        with self._changed:
            if not self._changed.wait_for(
                    lambda: len(self.requests) >= count, limit(seconds)):
                raise AssertionError(
                    f"{len(self.requests)} of {count} requests arrived")

    def paths(self):
        with self._lock:
            return [request.path for request in self.requests]

    def close(self):
        with self._lock:
            self._stopping = True
            open_sockets = list(self._open)
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in open_sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in [self._acceptor, *self._threads]:
            thread.join(limit(5))


def is_emulated():
    """Whether the program is made for another machine than Python."""
    def machine(path):
        with open(path, "rb") as file:
            return file.read(20)[18:]  # e_machine of an ELF file

    return machine(PROGRAM) != machine(sys.executable)


class Tripwire:
    """A listening socket that nobody may contact. The kernel completes
    connections by itself, so `contacted` misses none."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._listener.setblocking(False)
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/flags"

    def contacted(self):
        try:
            self._listener.accept()[0].close()
            return True
        except BlockingIOError:
            return False

    def close(self):
        self._listener.close()


def refused_url():
    """The base of a server that is not there: a port that was free just now
    and is not listened on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{sock.getsockname()[1]}/flags"


def corpus_file(code, name=None):
    return CORPUS / code / (name or f"{code}.gif")


def files_in(directory):
    """Name -> bytes of what a user sees there (hidden entries aside)."""
    directory = pathlib.Path(directory)
    if not directory.is_dir():
        return {}
    return {path.name: path.read_bytes()
            for path in sorted(directory.iterdir())
            if not path.name.startswith(".")}


def per_strategy(cls):
    """Class decorator: a test that takes `strategy` becomes one test for each
    strategy, named after it."""
    for name, test in list(vars(cls).items()):
        if not (name.startswith("test")
                and "strategy" in inspect.signature(test).parameters):
            continue
        for strategy in STRATEGIES:
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
        """nginx on a free port, with a directory and a configuration of its
        own; `root` holds what it serves under /flags (default: the corpus).
        `listeners` are sockets for `listen` in `config`; they are closed here.

        The test opens the listening sockets and nginx inherits them by the
        variable it uses for upgrades of itself: no port can be lost between
        finding and using it, and there is nothing to wait for. (That needs
        the master process: without it nginx 1.22 crashes on an inherited
        socket.) A worker of root's stays root's, to be able to read here.
        """
        program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:"
                               + os.environ.get("PATH", ""))
        if not program:
            self.skipTest("nginx is not installed (scripts/bootstrap test)")
        home = pathlib.Path(tempfile.mkdtemp(prefix="flags-nginx-",
                                             dir=self.directory))
        listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        port = listener.getsockname()[1]
        inherited = [listener, *listeners]
        temporary = "\n".join(
            f"{kind}_temp_path {home}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (home / "nginx.conf").write_text(f"""
daemon off; worker_processes 1; pid {home}/pid;
{"user root;" if os.geteuid() == 0 else ""}
error_log {home}/error.log warn;
worker_rlimit_nofile 8192;
events {{ worker_connections 4096; }}
http {{
    types {{ image/gif gif; image/svg+xml svg; application/json json; }}
    log_format requests '$connection $connection_requests $status $uri';
    access_log {home}/access.log requests;
    keepalive_requests 100000;
    sendfile on; tcp_nopush on;
    {temporary}
    server {{
        listen 127.0.0.1:{port};
        location /flags/ {{ alias {pathlib.Path(root or CORPUS).resolve()}/; }}
        {config}
    }}
}}
""")
        running = Running(
            [program, "-p", home, "-c", home / "nginx.conf",
             "-e", home / "error.log"],
            orphaned=signal.SIGTERM,  # the master ends its worker on that
            env={"PATH": "/usr/bin:/bin",
                 "NGINX": "".join(f"{one.fileno()};" for one in inherited)},
            pass_fds=[one.fileno() for one in inherited], cwd=home,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(self._stop_nginx, running)
        for one in inherited:
            one.close()
        server = Server(running, f"http://127.0.0.1:{port}/flags")
        server.access_log = home / "access.log"
        return server

    def _stop_nginx(self, running):
        if running.process.returncode is not None:
            return  # the test stopped it
        died = running.process.poll()
        self.assertIsNone(died, f"nginx died: {running.text('stderr')}")
        running.signal(signal.SIGTERM)
        # Dead of the signal: it came before nginx was ready for one.
        self.assertIn(running.finish().status, (0, -signal.SIGTERM))

    def raw_server(self, answer):
        server = RawServer(answer)
        self.addCleanup(self._close_raw, server)
        return server

    def _close_raw(self, server):
        server.close()
        self.assertEqual(server.failures, [])

    def tripwire(self):
        wire = Tripwire()
        self.addCleanup(wire.close)
        return wire


class TapResult(unittest.TestResult):
    """Prints the Test Anything Protocol, so that each case is counted, and on
    stderr what failed: the log of a failing test shows that alone."""

    def __init__(self, stream):
        super().__init__()
        self._stream = stream
        self._number = 0

    def print_plan(self):
        """At the end: a failing subtest or clean-up is a line of its own."""
        print(f"1..{self._number}", file=self._stream, flush=True)

    def _line(self, word, test, directive="", detail=""):
        self._number += 1
        name = test.id().replace("__main__.", "")
        print(f"{word} {self._number} - {name}{directive}", file=self._stream,
              flush=True)
        if not detail:
            return
        print(f"--- {name}", file=sys.stderr)
        for line in detail.splitlines():
            printable = "".join(
                c if c.isprintable() else repr(c)[1:-1] for c in line)
            print(printable.encode("utf-8", "replace").decode(),
                  file=sys.stderr)
        sys.stderr.flush()

    def addSuccess(self, test):
        self._line("ok", test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._line("ok", test, f" # SKIP {reason}")

    def _fail(self, test, err):
        detail = "".join(traceback.format_exception(*err))
        self._line("not ok", test, detail=detail)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._fail(test, err)

    def addError(self, test, err):
        super().addError(test, err)
        self._fail(test, err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._fail(subtest, err)


def main():
    """Run the tests of the calling file; arguments choose by name."""
    suite = unittest.TestSuite()
    chosen = sys.argv[1:]

    def collect(tests):
        for test in tests:
            if isinstance(test, unittest.TestSuite):
                collect(test)
            elif not chosen or any(word in test.id() for word in chosen):
                suite.addTest(test)

    collect(unittest.defaultTestLoader.loadTestsFromModule(
        sys.modules["__main__"]))
    result = TapResult(sys.stdout)
    suite.run(result)
    result.print_plan()
    sys.exit(0 if result.wasSuccessful() else 1)
