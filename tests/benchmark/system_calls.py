"""
How many system calls a file costs, counted by strace over loopback, with kept
connections, from nginx: 676 files of 4 KB, and 52 of them. The difference is
what a file costs; the rest is the start of the program and the opening of its
connections, which both runs have. From the two follows what a run of 2,000
files makes of it.

Asserted for async, at 2,000 files: at most 9 calls a file, and less than 0.2
of them epoll_ctl.
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
        print(f"{'system calls a file':<22}{'676 files':>11}"
              f"{'difference':>12}{'2,000 files':>13}{'epoll_ctl':>11}")
        found = {}
        for strategy in harness.STRATEGIES:
            many, files = self.count(url, strategy, ["-e"])
            self.assertEqual(files, len(CODES))
            some, fewer = self.count(url, strategy, ["a", "b"])
            self.assertEqual(fewer, 52)

            def at_2000(name, many=many, some=some):
                each = ((many.get(name, 0) - some.get(name, 0))
                        / (len(CODES) - 52))
                return each, (many.get(name, 0)
                              + each * (2000 - len(CODES))) / 2000

            each, whole = at_2000("")
            _, epoll_ctl = at_2000("epoll_ctl")
            found[strategy] = whole, epoll_ctl
            print(f"{strategy:<22}{many[''] / files:11.2f}{each:12.2f}"
                  f"{whole:13.2f}{epoll_ctl:11.3f}")
            if strategy == "async":
                for name, calls in sorted(many.items(), key=lambda c: -c[1]):
                    each = at_2000(name)[0]
                    if name and each > 0.05:
                        print(f"    {name:<18}{calls / files:11.2f}"
                              f"{each:12.2f}")
        whole, epoll_ctl = found["async"]
        self.assertLessEqual(whole, 9)
        self.assertLess(epoll_ctl, 0.2)


harness.main()
