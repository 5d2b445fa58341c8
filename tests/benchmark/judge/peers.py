"""
Who takes part: a name, and the command that downloads the files of a case into
the directory `out`, at its best. None: it cannot, or is not installed.
"""

import pathlib
import shutil
import subprocess
import sys

SOURCES = pathlib.Path(__file__).resolve().parent / "peers"


class Peers:
    def __init__(self, program, build):
        self.program = program
        self.bare = self._build_bare(build)
        self.pool = self._build_pool(build)
        self.python = self._python_with("aiohttp")

    @staticmethod
    def _build_bare(build):
        made = build / "bare"
        flags = subprocess.run(
            ["pkg-config", "--cflags", "--libs", "libcurl"], check=True,
            capture_output=True, text=True).stdout.split()
        subprocess.run(["cc", "-std=gnu11", "-O2", "-pthread", "-o", made,
                        SOURCES / "bare.c", *flags], check=True)
        return made

    @staticmethod
    def _build_pool(build):
        """Of the standard library alone, so nothing is fetched."""
        if not shutil.which("go"):
            return None
        made = build / "pool"
        subprocess.run(
            ["go", "build", "-o", made, SOURCES / "pool.go"], check=True,
            env={"PATH": "/usr/bin:/bin", "HOME": str(build), "GOFLAGS": "",
                 "GO111MODULE": "off", "GOPROXY": "off"})
        return made

    @staticmethod
    def _python_with(module):
        for python in ("/usr/bin/python3", sys.executable):
            if subprocess.run([python, "-c", f"import {module}"],
                              capture_output=True).returncode == 0:
                return python
        return None

    def versions(self):
        commands = {"flags": [self.program, "--version"],
                    "curl": ["curl", "--version"],
                    "wget2": ["wget2", "--version"],
                    "aria2c": ["aria2c", "--version"],
                    "h2load": ["h2load", "--version"],
                    "go": ["go", "version"],
                    "nginx": ["/usr/sbin/nginx", "-v"]}
        said = {}
        for name, command in commands.items():
            if shutil.which(command[0]):
                run = subprocess.run(command, capture_output=True, text=True)
                said[name] = (run.stdout or run.stderr).splitlines()[0]
        return said

    def command(self, name, case):
        """The command of a peer of that name for a case."""
        kind, _, how = name.partition(" ")
        return getattr(self, "_" + kind.replace("-", "_"))(case, how)

    def _flags(self, case, how):
        """`how`: a strategy; then `manifest`, or how many loops as `2x`."""
        words = how.split()
        command = [self.program, "get", "-q", "-o", "out", "-S", words[0]]
        if words[1:] != ["manifest"]:
            command.append("--no-manifest")
        if words[-1].endswith("x"):
            command += ["--loops", words[-1][:-1]]
        if words[0] != "sequential":
            command += ["-m", str(case.in_flight)]
        if case.ca:
            command += ["--cacert", case.ca,
                        "--http2" if case.http2 else "--http1.1"]
        return command + (["-s", "LOCAL"] if case.local else
                          ["-i", case.listed])

    def _curl(self, case, _):
        command = ["curl", "-qsSf", "--http2" if case.http2 else "--http1.1"]
        if case.in_flight > 1:
            command += ["-Z", "--parallel-immediate", "--parallel-max",
                        str(min(case.in_flight, 300))]
        if case.ca:
            command += ["--cacert", case.ca]
        return [*command, "-K", case.config]

    def _wget2(self, case, _):
        if not shutil.which("wget2") or case.ca:
            return None
        return ["wget2", "-q", "--no-config", "--no-hsts", "--robots=off",
                f"--max-threads={case.in_flight}", "-P", "out", "-i",
                case.urls]

    def _aria2c(self, case, _):
        if not shutil.which("aria2c") or case.ca:
            return None
        return ["aria2c", "-q", "--no-conf", "--file-allocation=none", "-j",
                str(case.in_flight), "-x", "1", "-s", "1", "-d", "out", "-i",
                case.urls]

    def _pool(self, case, _):
        if not self.pool:
            return None
        return [self.pool, case.listed, "out", str(case.in_flight),
                *([case.ca] if case.ca else []),
                *(["2"] if case.http2 else [])]

    def _aiohttp(self, case, _):
        if not self.python or case.ca:
            return None
        return [self.python, SOURCES / "aiohttp_pool.py", case.listed, "out",
                str(case.in_flight)]

    def _bare(self, case, loops):
        """`loops`: how many as `2x`, or the empty string for one."""
        return [self.bare, case.listed, "out",
                f"{case.in_flight}x{loops[:-1] or 1}",
                *([case.ca] if case.ca else []),
                *(["2"] if case.http2 else [])]

    def _h2load(self, case, _):
        """The wire: nothing is written. Clients are connections."""
        if not shutil.which("h2load"):
            return None
        clients = min(case.in_flight, case.files)
        how = ["-c", str(clients)]
        if case.http2:
            how = ["-c", "1", "-m", str(clients)]
        return ["h2load", *([] if case.http2 else ["--h1"]), "-n",
                str(case.files), *how, "-i", case.urls]
