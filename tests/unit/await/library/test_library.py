"""
The runtime as others get it: installed as a library, outside the tree, and
used by the means that they have: pkg-config, a C or C++ compiler, the rules
of make.
"""

import functools
import http.server
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import threading

import harness

ROOT = pathlib.Path(__file__).resolve().parents[4]
HERE = pathlib.Path(__file__).resolve().parent
SOURCES = ROOT / "src" / "await"


def run(*command, **options):
    ran = subprocess.run([str(word) for word in command], text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         timeout=harness.limit(600), **options)
    if ran.returncode != 0:
        raise AssertionError(f"{command}: status {ran.returncode}\n"
                             f"{ran.stdout[-4000:]}")
    return ran.stdout


def leave_no_core():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Library(harness.Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.place = pathlib.Path(tempfile.mkdtemp(prefix="libawait-"))
        cls.addClassCleanup(shutil.rmtree, cls.place, ignore_errors=True)
        build, cls.prefix = cls.place / "build", cls.place / "prefix"
        # Nobody debugs it here, and that is half the work of compiling it.
        run("meson", "setup", f"--prefix={cls.prefix}", "--libdir=lib",
            "-Dtests=disabled", "-Dlibawait=true", "-Dwerror=true",
            "-Ddebug=false", build, ROOT)
        run("meson", "compile", "-C", build, "await:shared_library",
            "await:static_library")
        run("meson", "install", "-C", build, "--no-rebuild", "--tags",
            "await,devel")
        cls.shared = cls.prefix / "lib" / "libawait.so"
        cls.static = cls.prefix / "lib" / "libawait.a"
        os.environ["PKG_CONFIG_PATH"] = str(cls.prefix / "lib" / "pkgconfig")

    @classmethod
    @functools.cache
    def flags(cls, *options):
        return run("pkg-config", *options, "await").split()

    @classmethod
    @functools.cache
    def compile(cls, compiler, source, *options):
        """The object of a source, which both kinds of library are linked to."""
        made = cls.place / f"{compiler}-{source.name}.o"
        run(compiler, *options, "-Wall", "-Wextra", "-Werror", "-c", source,
            *cls.flags("--cflags"), "-o", made)
        return made

    @classmethod
    @functools.cache
    def build(cls, compiler, source, *options, static=False):
        """Compiled and linked as the page says; the program's path."""
        program = cls.place / (f"program-{compiler}-{source.stem}" +
                               ("-static" if static else ""))
        libraries = (cls.flags("--libs", "--static") if static
                     else cls.flags("--libs"))
        if static:
            libraries = [cls.static if word == "-lawait" else word
                         for word in libraries]
        run(compiler, cls.compile(compiler, source, *options), "-o", program,
            *libraries)
        return program

    def run_program(self, program):
        return run(program, env={**os.environ,
                                 "LD_LIBRARY_PATH": self.shared.parent})

    def compilers(self, *names):
        there = [name for name in names if shutil.which(name)]
        if not there:
            self.skipTest(f"none of {names} is here")
        return there

    def prototypes(self):
        """The functions that the headers declare and do not define."""
        found = set()
        for header in (self.prefix / "include" / "await").rglob("*.h"):
            text = re.sub(r"/\*.*?\*/", "", header.read_text(),
                          flags=re.DOTALL)
            found |= set(re.findall(
                r"^(?!typedef|static)\w[\w ]*?[ *]+(aw_\w+)\([^;{]*\);",
                text, re.MULTILINE))
        self.assertGreater(len(found), 80)
        return found

    def test_what_it_exports_is_public(self):
        public = set()
        for header in (self.prefix / "include" / "await").rglob("*.h"):
            public |= set(re.findall(r"\baw_\w+", header.read_text()))
        exported = {line.split()[-1] for line in run(
            "nm", "-D", "--defined-only", self.shared).splitlines()}
        self.assertEqual(exported - public, set())
        self.assertEqual(self.prototypes() - exported, set())
        self.assertIn("aw_run", exported)
        self.assertEqual([name for name in exported
                          if not name.startswith("aw_")], [])

    def test_a_program_may_have_functions_of_any_other_name(self):
        names = {line.split()[2] for line in run(
            "nm", "-g", "--defined-only", self.static).splitlines()
            if len(line.split()) == 3}
        self.assertEqual([name for name in names
                          if not name.startswith(("aw_", "aw__"))], [])

    def test_it_has_a_name_a_version_and_a_page(self):
        dynamic = run("readelf", "-d", self.shared)
        self.assertRegex(dynamic, r"SONAME.*\[libawait\.so\.\d+\]")
        version = re.search(r'AW_VERSION "(.*)"',
                            (SOURCES / "version.h").read_text())[1]
        self.assertEqual(run("pkg-config", "--modversion", "await").strip(),
                         version)
        for page in "README.md", "RULES.md":
            self.assertTrue((self.prefix / "share/doc/libawait" / page)
                            .exists())
        beside = self.shared.resolve()
        self.assertTrue(pathlib.Path(
            f"{self.prefix}/share/gdb/auto-load{beside}-gdb.py").exists())

    def check_syntax(self, compiler, standard, *sources):
        run(compiler, f"-std={standard}", "-pedantic", "-Wall", "-Wextra",
            "-Werror", "-fsyntax-only", *self.flags("--cflags"), *sources)

    def including(self, name, headers):
        """A source that includes them, and nothing else."""
        source = self.place / name
        source.write_text("".join(f"#include <{h}>\n" for h in headers))
        return source

    def test_headers_are_plain_c_and_cxx(self):
        """Each needs no other before it; all together, in every language."""
        self.compilers("gcc")
        include = self.prefix / "include"
        headers = [header.relative_to(include) for header in
                   sorted((include / "await").rglob("*.h"))]
        self.assertGreater(len(headers), 15)
        for suffix, alone, languages in (
                ("c", ("gcc", "c11"),
                 (("gcc", "c17"), ("clang", "c11"))),
                ("cc", ("g++", "c++11"),
                 (("g++", "c++17"), ("g++", "c++20"), ("clang++", "c++17")))):
            if shutil.which(alone[0]):
                self.check_syntax(*alone, *(
                    self.including(f"alone-{i}.{suffix}", [header])
                    for i, header in enumerate(headers)))
            together = self.including(f"all.{suffix}", headers)
            for compiler, standard in languages:
                if shutil.which(compiler):
                    self.check_syntax(compiler, standard, together)

    def test_c_programs_run_with_either_kind(self):
        for compiler in self.compilers("gcc", "clang"):
            for static in False, True:
                with self.subTest(compiler=compiler, static=static):
                    program = self.build(
                        compiler, HERE / "program.c", "-std=c11", "-pedantic",
                        static=static)
                    self.assertEqual(self.run_program(program),
                                     "report: mine\nCN BR\n")

    def test_cxx_programs_run_and_catch_what_they_threw(self):
        for compiler in self.compilers("g++", "clang++"):
            for static in False, True:
                with self.subTest(compiler=compiler, static=static):
                    program = self.build(
                        compiler, HERE / "exceptions.cc", "-std=c++17",
                        "-pedantic", static=static)
                    self.assertEqual(self.run_program(program),
                                     "each caught its own\n")

    def test_an_exception_does_not_leave_a_coroutine(self):
        for compiler in self.compilers("g++", "clang++"):
            program = self.build(compiler, HERE / "exceptions.cc",
                                 "-std=c++17", "-pedantic")
            ran = subprocess.run(
                [program, "escape"], stderr=subprocess.PIPE, text=True,
                preexec_fn=leave_no_core,
                env={**os.environ, "LD_LIBRARY_PATH": self.shared.parent},
                timeout=harness.limit(60))
            self.assertEqual(ran.returncode, -6)
            self.assertIn("terminate called", ran.stderr)

    def test_the_pages_echo_server_is_one(self):
        """As C and, the same text, as C++."""
        page = (SOURCES / "README.md").read_text()
        text = re.search(r"^## An echo server\n\n```c\n(.*?)^```$", page,
                         re.MULTILINE | re.DOTALL)[1]
        for compiler, standard, suffix in (("gcc", "c11", "c"),
                                           ("g++", "c++17", "cc")):
            if not shutil.which(compiler):
                continue
            source = self.place / f"echo.{suffix}"
            source.write_text(text)
            program = self.build(compiler, source, f"-std={standard}",
                                 "-pedantic")
            with subprocess.Popen(
                    [program], stdout=subprocess.PIPE, text=True,
                    env={**os.environ,
                         "LD_LIBRARY_PATH": self.shared.parent}) as server:
                try:
                    port = int(server.stdout.readline().split()[-1])
                    with socket.create_connection(
                            ("127.0.0.1", port),
                            timeout=harness.limit(30)) as client:
                        client.sendall(b"hello")
                        got = b""
                        while len(got) < 5:
                            got += client.recv(5)
                        self.assertEqual(got, b"hello")
                    server.send_signal(signal.SIGINT)
                    self.assertEqual(server.wait(harness.limit(30)), 0)
                finally:
                    server.kill()

    def example(self, name, standard="c11"):
        """An installed example, built outside the tree; the program."""
        source = (self.prefix / "share" / "doc" / "libawait" / "examples" /
                  name)
        compiler = "g++" if source.suffix == ".cc" else "gcc"
        self.compilers(compiler)
        return self.build(compiler, source, f"-std={standard}", "-pedantic",
                          "-D_POSIX_C_SOURCE=200809L")

    def run_example(self, name, *words, cwd=None, **options):
        return run(self.example(name, **options), *words, cwd=cwd, env={
            **os.environ, "LD_LIBRARY_PATH": self.shared.parent})

    def test_both_spinners_show_the_same(self):
        for name in "spinner_thread.c", "spinner_await.c":
            with self.subTest(name=name):
                shown = self.run_example(name, "0.15")
                self.assertTrue(shown.startswith("\n\\ thinking!"), shown)
                self.assertTrue(shown.endswith(" \nAnswer: 42\n"), shown)

    def test_flags_in_miniature_saves_what_is_there(self):
        there, saved = self.place / "there", self.place / "saved"
        there.mkdir()
        saved.mkdir()
        files = {f"{n}.gif": os.urandom(1 + 7919 * n) for n in range(40)}
        for name, content in files.items():
            (there / name).write_bytes(content)

        class Quiet(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            request_queue_size = 128  # all of them come at once

        with Server(
                ("127.0.0.1", 0),
                functools.partial(Quiet, directory=there)) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            try:
                urls = [f"http://127.0.0.1:{server.server_port}/{name}"
                        for name in [*files, "none.gif"]]
                told = self.run_example("flags.c", *urls, "nonsense",
                                        cwd=saved)
            finally:
                server.shutdown()
                thread.join()
        self.assertEqual(sorted(told.splitlines()), sorted(
            [*urls[:-1], f"{urls[-1]}: not there",
             "nonsense: no URL that can be fetched and saved"]))
        self.assertEqual({path.name: path.read_bytes()
                          for path in saved.iterdir()}, files)

    def test_the_pipeline_takes_every_number_through(self):
        self.assertEqual(self.run_example("pipeline.c"),
                         "1000 numbers, 871 takes longest: 178 steps\n")

    def test_a_program_has_a_task_class_of_its_own(self):
        self.assertEqual(self.run_example("task_class.c").splitlines(), [
            "burn failed after 0.5 s",
            "bake ended after 1.5 s",
            "burn: as was to be expected",
            "dawdle was cancelled after 1.7 s, asked 2 times",
            "cook ended after 1.7 s"])

    def test_cxx_has_scopes_lambdas_and_exceptions(self):
        self.assertEqual(
            self.run_example("words.cc", standard="c++17").splitlines(),
            ["one", "two", "three", "a task failed: by an exception"])

    def test_the_page_shows_the_example_of_an_echo_server(self):
        page = (SOURCES / "README.md").read_text()
        example = (ROOT / "examples" / "await" / "echo.c").read_text()
        self.assertTrue(f"```c\n{example}```\n" in page)

    def test_makes_own_rules_build_it(self):
        """All sources in one folder of objects: no two share a name."""
        processor = os.uname().machine
        sources = [path for path in sorted(SOURCES.rglob("*.[cS]"))
                   if "switch" not in path.stem and "prepare" not in path.stem
                   or path.stem.endswith(processor)]
        if not any(path.suffix == ".S" for path in sources):
            self.skipTest("no assembly for this processor")
        objects = [re.sub(r"\.[cS]$", ".o", path.name) for path in sources]
        self.assertEqual(len(objects), len(set(objects)))

    def test_musl_compiles_it(self):
        self.compilers("musl-gcc")
        headers = self.place / "headers"
        headers.mkdir()
        include = pathlib.Path(run("pkg-config", "--variable=includedir",
                                   "libuv").strip())
        for name in "uv.h", "uv":
            (headers / name).symlink_to(include / name)
        sources = [source for source in sorted(SOURCES.rglob("*.c"))
                   if not source.stem.startswith(("switch_", "prepare_"))]
        self.assertGreater(len(sources), 40)
        run("musl-gcc", "-std=c11", "-pedantic", "-Wall", "-Wextra", "-Werror",
            "-D_GNU_SOURCE", "-fsyntax-only", f"-I{ROOT}/src", "-isystem",
            headers, *sources)


harness.main()
