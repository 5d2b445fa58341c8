"""
The switch on processors that are not here, as far as there are a compiler and
an emulator for them (scripts/bootstrap cross). The rest of the runtime's tests
run on AArch64 by scripts/test-on.
"""

import os
import pathlib
import shutil
import subprocess
import tempfile

import harness

ROOT = pathlib.Path(__file__).resolve().parents[4]
HERE = pathlib.Path(__file__).resolve().parent
AWAIT = ROOT / "src" / "await"
OPTIONS = ["-std=c11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror",
           f"-I{ROOT}/src"]


def run(*command):
    ran = subprocess.run([str(word) for word in command], text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         timeout=harness.limit(600))
    if ran.returncode != 0:
        raise AssertionError(f"{command}: status {ran.returncode}\n"
                             f"{ran.stdout[-4000:]}")
    return ran.stdout


class Cross(harness.Case):
    def setUp(self):
        super().setUp()
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="cross-"))
        self.addCleanup(shutil.rmtree, self.place, ignore_errors=True)

    def need(self, *programs):
        for program in programs:
            if not shutil.which(program):
                self.skipTest(f"{program} is not here "
                              "(scripts/bootstrap cross)")

    def check_switch(self, compiler, way, *emulator, options=()):
        self.need(compiler, *emulator[:1])
        program = self.place / "switch"
        run(compiler, *OPTIONS, *options, HERE / "switch.c",
            AWAIT / "switch" / "coroutine.c", AWAIT / "switch" / "stack.c",
            *sorted((AWAIT / "switch").glob(f"*_{way}.[cS]")), "-o", program,
            "-lm")
        self.assertEqual(run(*emulator, program), "ok\n")

    def test_aarch64(self):
        for protection in "none", "standard", "pac-ret+b-key":
            for processor in "cortex-a57", "max":
                with self.subTest(protection=protection, cpu=processor):
                    self.check_switch(
                        "aarch64-linux-gnu-gcc", "aarch64", "qemu-aarch64",
                        "-cpu", processor, options=[
                            "-static", f"-mbranch-protection={protection}"])

    def test_riscv64_by_ucontext(self):
        self.check_switch("riscv64-linux-gnu-gcc", "ucontext", "qemu-riscv64",
                          options=["-static"])

    def test_musl(self):
        if os.uname().machine != "x86_64":
            self.skipTest("musl-gcc is for this processor")
        self.check_switch("musl-gcc", "x86_64")


harness.main()
