"""A server with rules, and what one request gets from it."""

import json

import harness
import wire
from harness import corpus_file

BR = "/flags/br/br.gif"
FLAG = corpus_file("br").read_bytes()
HALF = len(FLAG) // 2


class Faults(harness.Case):
    def port_with(self, *rules, args=()):
        options = [word for rule in rules for word in ("--fault", rule)]
        self.server = self.serve("-q", *options, *args)
        return self.server.port

    def heard(self, rule, path=BR, *headers, seconds=10, **how):
        """What one request gets from a server with that one rule."""
        port = self.port_with(rule)
        return wire.exchange(port, wire.request(path, *headers, **how),
                             seconds)

    def fault_count(self, kind, path=BR):
        stats = json.loads(
            wire.ask(self.server.port, "/__flags/stats").body)
        return stats["paths"][path]["faults"].get(kind)
