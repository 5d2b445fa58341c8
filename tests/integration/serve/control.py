"""The end points below /__flags/ of a server."""

import json
import urllib.parse

import harness
import wire

BR = "/flags/br/br.gif"
US = "/flags/us/us.gif"


class Control(harness.Case):
    def begin(self, *args):
        self.server = self.serve("-q", *args)
        self.port = self.server.port

    def get(self, name, **parameters):
        """Status and body."""
        query = "?" + urllib.parse.urlencode(parameters) if parameters else ""
        heard = wire.ask(self.port, f"/__flags/{name}{query}")
        return heard.status, heard.body.decode()

    def post(self, name, text):
        heard = wire.exchange(self.port, wire.request(
            f"/__flags/{name}", f"Content-Length: {len(text)}", method="POST",
            close=True) + text)
        return heard.status, heard.body.decode()

    def stats(self):
        return json.loads(self.get("stats")[1])
