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

from .case import Case, counted, files_in, per_strategy
from .environment import (CORPUS, MOST_POPULOUS, PATIENCE, PROGRAM,
                          REPORT_STATUS, STRATEGIES, WRAP, corpus_file,
                          die_with_parent, is_emulated, is_instrumented, limit,
                          until)
from .raw_server import (Connection, RawServer, Request, Tripwire,
                         refused_url)
from .running import Finished, Running, Server
from .tap import main

__all__ = [
    "CORPUS", "Case", "Connection", "Finished", "MOST_POPULOUS", "PATIENCE",
    "PROGRAM", "REPORT_STATUS", "RawServer", "Request", "Running",
    "STRATEGIES", "Server", "Tripwire", "WRAP", "corpus_file", "counted",
    "die_with_parent", "files_in", "is_emulated", "is_instrumented", "limit",
    "main", "per_strategy", "refused_url", "until",
]
