"""Public servers that have a name: what they are asked for, by paths as they
publish them, and how much at a time. Our own server stands in for them, in
front of one that has flags at such paths."""

import json
import struct
import zlib

import harness
from harness import Case, corpus_file, files_in, per_strategy

SVG = corpus_file("br", "br.svg").read_bytes()
GIF = corpus_file("br").read_bytes()


def chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(
        ">I", zlib.crc32(body))


PNG = (b"\x89PNG\r\n\x1a\n" +
       chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) +
       chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b""))

# Name: host, path of Brazil's, file, its bytes.
PRESETS = {
    "fluentpython": ("www.fluentpython.com", "/data/flags/br/br.gif",
                     "br.gif", GIF),
    "REMOTE": ("www.fluentpython.com", "/data/flags/br/br.gif", "br.gif",
               GIF),
    "flagcdn": ("flagcdn.com", "/w320/br.png", "br.png", PNG),
    "flagsapi": ("flagsapi.com", "/BR/flat/64.png", "br.png", PNG),
    "circle-flags": ("hatscripts.github.io", "/circle-flags/flags/br.svg",
                     "br.svg", SVG),
    # Other sizes and formats of theirs, as templates.
    "https://flagcdn.com/w640/{cc}.png": ("flagcdn.com", "/w640/br.png",
                                          "br.png", PNG),
    "https://flagcdn.com/{cc}.svg": ("flagcdn.com", "/br.svg", "br.svg", SVG),
    "https://flagsapi.com/{CC}/shiny/32.png": (
        "flagsapi.com", "/BR/shiny/32.png", "br.png", PNG),
}


@per_strategy
class Presets(Case):
    def stand_in(self, *options):
        """An https server for all of them."""
        bodies = {path: body for _, path, _, body in PRESETS.values()}

        def answer(connection):
            while request := connection.read_request():
                # Each country has Brazil's.
                path = request.path.replace("US", "BR").replace("us", "br")
                if path in bodies:
                    connection.answer(200, bodies[path])
                else:
                    connection.answer(404)

        self.far = self.raw_server(answer)
        return self.serve("--tls", *options, "--upstream",
                          f"http://127.0.0.1:{self.far.port}")

    def get_of(self, strategy, server, preset, *args):
        host = PRESETS[preset][0]
        return self.get("-S", strategy, "-s", preset, "-k", "--connect-to",
                        f"{host}:443:127.0.0.1:{server.port}", *args)

    def test_are_asked_for_their_paths(self, strategy):
        server = self.stand_in()
        for preset, (_, path, name, body) in PRESETS.items():
            for file in self.out.glob("*.*"):
                file.unlink()
            seen = len(self.far.paths())
            run = self.get_of(strategy, server, preset, "BR")
            self.assertStatus(run, 0)
            self.assertEqual(self.far.paths()[seen:], [path])
            self.assertEqual(files_in(self.out), {name: body})

    def test_a_country_that_they_lack_is_not_found(self, strategy):
        run = self.get_of(strategy, self.stand_in(), "flagsapi", "BR", "QQ")
        self.assertStatus(run, 4)
        self.assertEqual(files_in(self.out), {"br.png": PNG})

    def test_are_not_asked_for_much_at_a_time_unless_said(self, strategy):
        for preset in ("flagcdn", "flagsapi", "circle-flags", "REMOTE"):
            for args, most in (((), 8), (("-m", "12"), 12)):
                server = self.stand_in("--delay", "50ms")
                run = self.get_of(strategy, server, preset, "--json", *args)
                self.assertStatus(run, 4)  # nearly all are missing there
                self.assertEqual(json.loads(run.stdout)["max_req"],
                                 1 if strategy == "sequential" else most)
                server.stop()


if __name__ == "__main__":
    harness.main()
