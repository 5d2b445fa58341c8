"""
The servers that the judge downloads from: nginx with one worker, which also
speaks TLS and HTTP/2, and `flags serve`, where answers have to be late. Both
are on 127.0.0.1 and end with us.
"""

import ctypes
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import urllib.request

_libc = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def _die_with_us():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def _busy_ns(pid):
    """The time that its main thread has been running."""
    return int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[0])


class Nginx:
    """Started as the tests' harness does it: it inherits its sockets."""

    def __init__(self, home, root):
        program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:"
                               + os.environ.get("PATH", ""))
        if not program:
            raise SystemExit("bench: nginx is not installed "
                             "(scripts/bootstrap test)")
        home.mkdir()
        self.ca = home / "ca.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
             "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
             "-keyout", home / "key.pem", "-out", self.ca],
            check=True, capture_output=True)
        plain, secure = (socket.create_server(("127.0.0.1", 0), backlog=4096)
                         for _ in range(2))
        self.port = plain.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.secure_url = f"https://127.0.0.1:{secure.getsockname()[1]}"
        self._configure(home, root, secure.getsockname()[1])
        self.process = subprocess.Popen(
            [program, "-p", home, "-c", home / "nginx.conf", "-e",
             home / "error.log"], cwd=home, preexec_fn=_die_with_us,
            env={"PATH": "/usr/bin:/bin",
                 "NGINX": f"{plain.fileno()};{secure.fileno()};"},
            pass_fds=[plain.fileno(), secure.fileno()],
            stdin=subprocess.DEVNULL)
        plain.close()
        secure.close()
        self.status = http.client.HTTPConnection("127.0.0.1", self.port, 30)
        self.connections()  # it is there
        pid = self.process.pid
        self.worker = int(pathlib.Path(f"/proc/{pid}/task/{pid}/children")
                          .read_text().split()[0])

    def _configure(self, home, root, secure_port):
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
    types {{ image/gif gif; }}
    default_type application/octet-stream;
    access_log off; keepalive_requests 10000000; keepalive_timeout 600s;
    sendfile on; tcp_nopush on; sendfile_max_chunk 1m;
    {temporary}
    server {{
        listen 127.0.0.1:{self.port};
        listen 127.0.0.1:{secure_port} ssl http2;
        ssl_certificate {self.ca}; ssl_certificate_key {home}/key.pem;
        root {root};
        location = /status {{ stub_status; }}
    }}
}}
""")

    def connections(self):
        """How many it has accepted; ours is kept."""
        self.status.request("GET", "/status")
        return int(self.status.getresponse().read().split()[7])

    def busy_ns(self):
        return _busy_ns(self.worker)

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=30)


class Fixture:
    """`flags serve`, each answer so late."""

    def __init__(self, program, root, delay):
        self.process = subprocess.Popen(
            [program, "serve", "-q", "-p", "0", "--root", root, "--delay",
             delay], stdout=subprocess.PIPE, text=True,
            preexec_fn=_die_with_us, stdin=subprocess.DEVNULL)
        line = self.process.stdout.readline()
        self.url = line.rpartition(" ")[2].strip()
        if not self.url.startswith("http"):
            raise SystemExit("bench: flags serve does not listen")

    def connections(self):
        url = self.url.rpartition("/")[0] + "/__flags/stats"
        with urllib.request.urlopen(url, timeout=30) as answer:
            return json.load(answer)["connections"]

    def busy_ns(self):
        return _busy_ns(self.process.pid)

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=30)
        self.process.stdout.close()
