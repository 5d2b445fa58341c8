"""
How many instructions of our own a file costs, apart from libcurl's and the
kernel's: they are counted, not timed, so a busy machine changes nothing.
"""

import collections
import re
import shutil
import subprocess
import unittest

import harness
from harness import Case

FEW, MANY = 5, 25
SIZE = 4096
# A file of 4 KB costs 15,000 as it is built by default, and without optimisation
# about twice that; 95,000 where each byte was looked at by a call of its own.
MOST = 50000


def filled(head, tail, byte):
    return head + byte * (SIZE - len(head) - len(tail)) + tail


BODIES = {
    # A comment, in sub-blocks.
    "comment.gif": b"GIF89a\1\0\1\0\0\0\0\x21\xfe"
                   + (b"\xff" + b"7" * 255) * (SIZE // 256) + b"\0\x3b",
    "otherwise-none.gif": filled(b"GIF89a", b";", b"7"),
    "scan.jpg": filled(b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"
                       b"\xff\xda\0\x02", b"\xff\xd9", b"7"),
    "otherwise-none.png": filled(b"\x89PNG\r\n\x1a\n", b"IEND\xae\x42\x60\x82",
                                 b"7"),
    "text.svg": filled(b'<svg xmlns="http://www.w3.org/2000/svg">', b"</svg>",
                       b"7"),
    "plain.bin": b"7" * SIZE,
}


def in_our_object(profile):
    """Of a file that callgrind wrote: instructions in the program itself. A
    line after `calls=` is what the called function took; all others are the
    function's own. Names are given once, then by their number."""
    names, spent = {}, collections.Counter()
    now, is_call = None, False
    for line in profile.read_text(errors="replace").splitlines():
        named = re.match(r"(c?)ob=(\(\d+\))(?: (.*))?$", line)
        if named:
            if named[3]:
                names[named[2]] = named[3]
            if not named[1]:
                now = named[2]
        elif line.startswith("calls="):
            is_call = True
        elif re.match(r"[-+*\d]", line):
            if not is_call:
                spent[now] += int(line.split()[1])
            is_call = False
    return sum(count for number, count in spent.items()
               if names.get(number, "").endswith("/flags"))


@unittest.skipIf(harness.WRAP, "valgrind does not run in what wraps it")
@unittest.skipUnless(shutil.which("valgrind"), "valgrind is not installed")
@unittest.skipIf(harness.is_instrumented(harness.PROGRAM),
                 "valgrind and sanitizers do not go together")
class Instructions(Case):
    def spent(self, url, files):
        listed, profile = self.home / "list", self.home / "profile"
        listed.write_text("".join(
            f"{url}/{name}?{i}\t{i}-{name}\n"
            for i in range(files // len(BODIES)) for name in BODIES))
        shutil.rmtree(self.out, ignore_errors=True)
        run = subprocess.run(
            ["valgrind", "--tool=callgrind",
             f"--callgrind-out-file={profile}",
             *self.command("get", "-q", "--no-manifest", "-i", listed,
                           "-o", self.out)],
            env=self.environment(), cwd=self.home, capture_output=True,
            text=True, timeout=harness.limit(120))
        self.assertEqual(run.returncode, 0, run.stderr)
        return in_our_object(profile)

    def test_of_a_file_are_few(self):
        root = self.home / "root"
        root.mkdir()
        for name, body in BODIES.items():
            (root / name).write_bytes(body)
        url = self.serve("--root", root).url
        few, many = FEW * len(BODIES), MANY * len(BODIES)
        spent = [self.spent(url, files) for files in (few, many)]

        self.assertGreater(spent[0], 100000, "nothing was counted")
        each = (spent[1] - spent[0]) / (many - few)
        self.assertLess(each, MOST)


harness.main()
