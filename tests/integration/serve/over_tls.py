"""Clients of a server over TLS that are strict, and trust its authority alone."""

import socket
import ssl
import subprocess

from harness import Case, corpus_file, limit
from wire import listen, request

GIF = corpus_file("br").read_bytes()
PATH = "/flags/br/br.gif"


class TlsCase(Case):
    def serve_tls(self, *args, **how):
        self.ca = self.home / "ca.pem"
        return self.serve("--tls", "--ca-file", self.ca, *args, **how)

    def trusting(self, **settings):
        """A context that trusts the server's authority and nobody else."""
        context = ssl.create_default_context(cafile=str(self.ca))
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        for name, value in settings.items():
            setattr(context, name, value)
        return context

    def shake_hands(self, server, name="localhost", context=None, **how):
        """A TLS connection, which is closed with the test."""
        sock = socket.create_connection(("127.0.0.1", server.port), limit(10))
        self.addCleanup(sock.close)
        secure = (context or self.trusting()).wrap_socket(
            sock, server_hostname=name, **how)
        self.addCleanup(secure.close)
        return secure

    def ask(self, server, path=PATH, name="localhost", context=None,
            headers=("Connection: close",)):
        sock = self.shake_hands(server, name, context)
        sock.sendall(request(path, *headers))
        return listen(sock)

    def refused(self, server, reason, name="localhost"):
        """The handshake fails, and that is why."""
        with self.assertRaisesRegex(ssl.SSLError, reason):
            self.shake_hands(server, name)

    def curl(self, server, *args, name="localhost", path=PATH):
        """Its status and the HTTP status."""
        done = subprocess.run(
            ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}",
             "--noproxy", "*", "--cacert", self.ca, "-m", str(limit(20)),
             "--resolve", f"{name}:{server.port}:127.0.0.1", *args,
             f"https://{name}:{server.port}{path}"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=self.environment())
        return done.returncode, int(done.stdout or 0)
