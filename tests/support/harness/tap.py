"""Tests of a file, run as the Test Anything Protocol has it."""

import sys
import traceback
import unittest


class TapResult(unittest.TestResult):
    """Prints the Test Anything Protocol, so that each case is counted, and on
    stderr what failed: the log of a failing test shows that alone."""

    def __init__(self, stream):
        super().__init__()
        self._stream = stream
        self._number = 0

    def print_plan(self):
        """At the end: a failing subtest or clean-up is a line of its own."""
        print(f"1..{self._number}", file=self._stream, flush=True)

    def _line(self, word, test, directive="", detail=""):
        self._number += 1
        name = test.id().replace("__main__.", "")
        print(f"{word} {self._number} - {name}{directive}", file=self._stream,
              flush=True)
        if not detail:
            return
        print(f"--- {name}", file=sys.stderr)
        for line in detail.splitlines():
            printable = "".join(
                c if c.isprintable() else repr(c)[1:-1] for c in line)
            print(printable.encode("utf-8", "replace").decode(),
                  file=sys.stderr)
        sys.stderr.flush()

    def addSuccess(self, test):
        self._line("ok", test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._line("ok", test, f" # SKIP {reason}")

    def _fail(self, test, err):
        detail = "".join(traceback.format_exception(*err))
        self._line("not ok", test, detail=detail)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._fail(test, err)

    def addError(self, test, err):
        super().addError(test, err)
        self._fail(test, err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._fail(subtest, err)


def main():
    """Run the tests of the calling file; arguments choose by name."""
    suite = unittest.TestSuite()
    chosen = sys.argv[1:]

    def collect(tests):
        for test in tests:
            if isinstance(test, unittest.TestSuite):
                collect(test)
            elif not chosen or any(word in test.id() for word in chosen):
                suite.addTest(test)

    collect(unittest.defaultTestLoader.loadTestsFromModule(
        sys.modules["__main__"]))
    result = TapResult(sys.stdout)
    suite.run(result)
    result.print_plan()
    sys.exit(0 if result.wasSuccessful() else 1)
