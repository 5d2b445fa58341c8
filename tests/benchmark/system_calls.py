"""
How many system calls a file costs, counted by strace over loopback, with kept
connections, from nginx: 676 files of 4 KB. Counted per strategy for the whole
process, and for one file more than 52.

Asserted for async, for one file more: at most 9, less than 0.2 of them
epoll_ctl. The start of the program and the opening of the connections cost what
they cost once.
"""

import shutil
import string
import subprocess

import harness

CODES = [a + b for a in string.ascii_lowercase for b in string.ascii_lowercase]


class SystemCalls(harness.Case):
    def count(self, url, strategy, codes):
        """{name: calls} of one run; '' is the sum."""
        log = self.directory / "strace"
        shutil.rmtree(self.out, ignore_errors=True)
        run = subprocess.run(
            ["strace", "-f", "-c", "-U", "name,calls", "-o", log,
             *self.command("get", "-q", "-S", strategy, "-s", url, "-o",
                           self.out, *codes)],
            cwd=self.home, env=self.environment(), capture_output=True,
            text=True, timeout=harness.limit(120))
        self.assertEqual(run.returncode, 0, run.stderr)
        calls = {}
        for line in log.read_text().splitlines():
            words = line.split()
            if len(words) == 2 and words[1].isdigit():
                name = "" if words[0] == "total" else words[0]
                calls[name] = int(words[1])
        return calls, len(harness.files_in(self.out))

    def test_a_file(self):
        if not shutil.which("strace"):
            self.skipTest("strace is not installed (scripts/bootstrap test)")
        root = self.directory / "www"
        for code in CODES:
            (root / code).mkdir(parents=True)
            (root / code / f"{code}.gif").write_bytes(
                b"GIF89a" + bytes(4096 - 7) + b";")
        url = self.nginx(root=root).url
        print(f"{'system calls a file':<22}{'whole run':>10}{'marginal':>10}"
              f"{'epoll_ctl':>11}")
        found = {}
        for strategy in harness.STRATEGIES:
            many, files = self.count(url, strategy, ["-e"])
            self.assertEqual(files, len(CODES))
            some, fewer = self.count(url, strategy, ["a", "b"])
            self.assertEqual(fewer, 52)
            more = files - fewer
            found[strategy] = (
                many[""] / files, (many[""] - some[""]) / more,
                (many.get("epoll_ctl", 0) - some.get("epoll_ctl", 0)) / more)
            print(f"{strategy:<22}{found[strategy][0]:10.2f}"
                  f"{found[strategy][1]:10.2f}{found[strategy][2]:11.3f}")
            if strategy == "async":
                for name, calls in sorted(many.items(), key=lambda c: -c[1]):
                    if name and calls > files / 10:
                        print(f"    {name:<18}{calls / files:10.2f}")
        _, marginal, epoll_ctl = found["async"]
        self.assertLessEqual(marginal, 9)
        self.assertLess(epoll_ctl, 0.2)


harness.main()
