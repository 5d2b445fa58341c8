"""The same seed is the same weather, whatever it travels in: one digest over
HTTP/1.1 and HTTP/2, with TLS and without, one connection or many, in any
order, by any process."""

import concurrent.futures
import contextlib
import hashlib
import http.client
import random
import socket
import ssl

import harness
import wire
from harness import MOST_POPULOUS, Case, limit
from http2 import Peer

RULES = ("status=503,retry-after=1 %20", "reset=body:50% %15",
         "corrupt=2 %15", "truncate=50% %10", "close=body:30% %10",
         "empty %5", "html %5", "bandwidth=1M %10")
PATHS = [f"/flags/{cc}/{cc}.gif" for cc in MOST_POPULOUS]
ROUNDS = 4


class Digest(Case):
    def start_server(self, *args):
        self.ca = self.home / "ca.pem"
        rules = [word for rule in RULES for word in ("--fault", rule)]
        return self.serve("--http2", "--seed", "42", "-q", *rules, *args)

    def context(self):
        return ssl.create_default_context(cafile=str(self.ca))

    def secure(self, server):
        sock = socket.create_connection(("127.0.0.1", server.port), limit(10))
        return self.context().wrap_socket(sock, server_hostname="localhost")

    def over_http1(self, server, path, tls):
        data = wire.request(path, close=True)
        if not tls:
            heard = wire.exchange(server.port, data)
        else:
            with self.secure(server) as sock:
                sock.sendall(data)
                heard = wire.listen(sock)
        return (heard.status, heard.body) if heard.raw else (None, b"")

    def over_http2(self, server, paths, tls, peers):
        """All at once, on so many connections."""
        for peer in peers:
            if peer.goaway or peer.over:
                raise AssertionError("a connection has ended")
        asked = [(peers[i % len(peers)], path) for i, path in enumerate(paths)]
        streams = [(peer, peer.get(path)) for peer, path in asked]
        for (peer, stream), path in zip(streams, paths):
            answer = peer.answer(stream)
            yield path, (answer.status, answer.body)

    def connect(self, server, tls):
        peer = Peer.connect(server.port, self.context() if tls else None)
        self.addCleanup(peer.close)
        return peer.start()

    def digest(self, protocol, tls=False, connections=1, order=1):
        server = self.start_server(
            *(("--tls", "--ca-file", self.home / "ca.pem") if tls else ()))
        peers = [self.connect(server, tls) for _ in range(connections)
                 if protocol == 2]
        dice = random.Random(order)
        outcomes = {}
        for number in range(ROUNDS):
            paths = dice.sample(PATHS, len(PATHS))
            found = (self.over_http2(server, paths, tls, peers)
                     if protocol == 2 else
                     ((path, self.over_http1(server, path, tls))
                      for path in paths))
            for path, outcome in found:
                outcomes[path, number] = outcome
        server.stop()
        return (hashlib.sha256(repr(sorted(outcomes.items())).encode())
                .hexdigest(), outcomes)

    def fetch(self, connection, path, headers):
        """The outcome, as far as bytes came."""
        body = b""
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            with contextlib.suppress(http.client.IncompleteRead):
                while piece := answer.read1(65536):
                    body += piece
            answer.close()
        except (http.client.BadStatusLine, ConnectionError):
            connection.close()
            return (answer.status, body) if body else (None, b"")
        if len(body) < int(answer.headers["Content-Length"]):
            connection.close()
        return answer.status, body

    def meet(self, server, paths, reuse):
        """One after the other, on one connection where that holds."""
        connection = http.client.HTTPConnection("127.0.0.1", server.port,
                                                timeout=limit(10))
        headers = {} if reuse else {"Connection": "close"}
        with contextlib.closing(connection):
            return [(path, self.fetch(connection, path, headers))
                    for path in paths]

    def beside(self, servers, connections, reuse, order):
        """The rounds, each by so many clients at once; a path is always asked
        for of the same one of the servers."""
        dice = random.Random(order)
        outcomes = {}
        with concurrent.futures.ThreadPoolExecutor(connections) as pool:
            for number in range(ROUNDS):
                paths = dice.sample(PATHS, len(PATHS))
                shares = [[path for path in paths[i::connections]
                           if servers[PATHS.index(path) % len(servers)]
                           is server]
                          for server in servers for i in range(connections)]
                homes = [server for server in servers
                         for _ in range(connections)]
                for found in pool.map(self.meet, homes, shares,
                                      [reuse] * len(homes)):
                    for path, outcome in found:
                        outcomes[path, number] = outcome
        return outcomes

    def test_one_digest_over_any_number_of_clients_and_processes(self):
        first, second = self.start_server(), self.start_server()
        expected = self.beside([first], 1, False, 1)
        self.assertEqual({status for status, _ in expected.values()},
                         {None, 200, 503}, "rules were met")
        for servers, connections, reuse, order in (
                ([first], 1, True, 2), ([first], 8, False, 3),
                ([first], 30, True, 4), ([second], 8, True, 5),
                ([first, second], 4, True, 6)):
            with self.subTest(servers=len(servers), connections=connections,
                              reuse=reuse):
                for server in (first, second):
                    wire.ask(server.port, "/__flags/reset", method="POST")
                found = self.beside(servers, connections, reuse, order)
                self.assertEqual(found.keys(), expected.keys())
                self.assertEqual({key: (expected[key][0], found[key][0])
                                  for key in expected
                                  if expected[key] != found[key]}, {})

    def test_one_digest_over_http_1_1_tls_and_http_2(self):
        first, outcomes = self.digest(1)
        statuses = {status for status, _ in outcomes.values()}
        self.assertEqual(statuses, {None, 200, 503}, "rules were met")
        for how in (dict(protocol=1, tls=True, order=2),
                    dict(protocol=2, order=3),
                    dict(protocol=2, connections=8, order=4),
                    dict(protocol=2, tls=True, connections=3, order=5)):
            with self.subTest(**how):
                other, found = self.digest(**how)
                differing = {key: (outcomes[key][0], found[key][0])
                             for key in outcomes
                             if outcomes[key] != found[key]}
                self.assertEqual(differing, {})
                self.assertEqual(other, first)


if __name__ == "__main__":
    harness.main()
