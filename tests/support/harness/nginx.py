"""nginx on a free port, with a directory and a configuration of its own."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile

from .environment import CORPUS
from .running import Running, Server


def program():
    """Its path, or None where it is not installed."""
    return shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:"
                        + os.environ.get("PATH", ""))


def start(directory, root=None, config="", listeners=()):
    """Start it in a directory of its own below `directory`.

    The listening socket is opened here and nginx inherits it by the variable
    it uses for upgrades of itself: no port can be lost between finding and
    using it, and there is nothing to wait for. (That needs the master process:
    without it nginx 1.22 crashes on an inherited socket.) A worker of root's
    stays root's, to be able to read here.
    """
    home = pathlib.Path(tempfile.mkdtemp(prefix="flags-nginx-",
                                         dir=directory))
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
        [program(), "-p", home, "-c", home / "nginx.conf",
         "-e", home / "error.log"],
        orphaned=signal.SIGTERM,  # the master ends its worker on that
        env={"PATH": "/usr/bin:/bin",
             "NGINX": "".join(f"{one.fileno()};" for one in inherited)},
        pass_fds=[one.fileno() for one in inherited], cwd=home,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for one in inherited:
        one.close()
    server = Server(running, f"http://127.0.0.1:{port}/flags")
    server.access_log = home / "access.log"
    return server
