"""
The cases: so many files of such a size, from which server, how many at a time,
and who takes part.
"""

import dataclasses
import pathlib

TOOLS = ("curl", "wget2", "aria2c", "pool", "aiohttp", "bare", "h2load")
ALL = (*TOOLS, "flags async", "flags threaded")
BLOCK = 1 << 20


@dataclasses.dataclass
class Case:
    name: str
    files: int
    in_flight: int
    bytes: int = 4096
    peers: tuple = ALL
    server: str = "nginx"  # or "late DELAY"
    tls: bool = False
    http2: bool = False
    local: bool = False  # flags brings its own server and files
    suffix: str = ".gif"  # what is checked as an image, or is not

    # Of the run.
    ca: str = None
    listed: pathlib.Path = None  # URL, tab, name
    config: pathlib.Path = None  # for curl -K
    urls: pathlib.Path = None

    def directory(self):
        return f"{self.files}x{self.bytes}"

    def file(self, number):
        return f"{number}{self.suffix}"

    def names(self):
        return [self.file(number) for number in range(self.files)]

    def lay_out(self, root):
        """What is downloaded, each file another."""
        at = root / self.directory()
        if at.exists():
            return
        at.mkdir()
        for number in range(self.files):
            with open(at / self.file(number), "wb") as file:
                for piece in self.content(number):
                    file.write(piece)

    def content(self, number):
        """A file in pieces."""
        mark = b"%08x" % number  # of bytes that begin no block of an image
        left = self.bytes
        head, end = (b"GIF89a", b";") if self.suffix == ".gif" else (b"", b"")
        while left > 0:
            size = min(left, BLOCK)
            piece = (mark * (size // 8 + 1))[:size]
            if left == self.bytes:
                piece = head + piece[len(head):]
            left -= size
            yield piece[:size - len(end)] + end if left == 0 else piece

    def write_lists(self, home, base):
        names = self.names()
        self.listed, self.config, self.urls = (
            home / word for word in ("listed", "config", "urls"))
        at = f"{base}/{self.directory()}"
        self.listed.write_text("".join(f"{at}/{n}\t{n}\n" for n in names))
        self.config.write_text("".join(
            f'url = "{at}/{n}"\noutput = "out/{n}"\n' for n in names))
        self.urls.write_text("".join(f"{at}/{n}\n" for n in names))

    def verify(self, out):
        """None, or what is wrong with what was saved."""
        saved = {path.name for path in out.iterdir()
                 if not path.name.startswith(".flags-")}
        wanted = set(self.names())
        if saved != wanted:
            return f"{len(saved & wanted)} of {self.files} files, and " \
                   f"{len(saved - wanted)} others"
        for number in range(self.files):
            with open(out / self.file(number), "rb") as file:
                for piece in self.content(number):
                    if file.read(len(piece)) != piece:
                        return f"{self.file(number)} is not what the server has"
                if file.read(1):
                    return f"{self.file(number)} is too long"
        return None


def cases(quick):
    many = 1000 if quick else 10000
    large = (64 if quick else 1024) * BLOCK
    every = (*ALL, "flags async manifest", "flags async 1x", "flags async 2x",
             "bare 2x")
    return [
        Case("20 files, a server of its own", 20, 20, local=True,
             peers=("curl", "flags async", "flags threaded")),
        Case("20 files behind 50 ms", 20, 20, server="late 50ms"),
        Case("194 files", 194, 30),
        *(Case(f"{many} files, {m} at a time", many, m, peers=every)
          for m in (16, 64, 256)),
        Case("676 files, 30 at a time", 676, 30),
        Case("676 files, one after the other", 676, 1,
             peers=("curl", "wget2", "pool", "bare", "flags sequential")),
        Case("1000 files behind 100 ms, 1000 at a time", 1000, 1000,
             server="late 100ms"),
        Case(f"one file of {large // BLOCK} MiB", 1, 1, bytes=large, suffix=".bin",
             peers=("curl", "wget2", "aria2c", "pool", "flags sequential",
                    "flags async")),
        Case("1000 files by HTTPS", 1000, 64, tls=True),
        Case("1000 files by HTTP/2", 1000, 64, tls=True, http2=True),
    ]
