"""The examples of tests that use flags serve, in each language that is
installed. They are what the fixture's page shows."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import harness

ROOT = pathlib.Path(__file__).parents[3]
EXAMPLES = ROOT / "tests" / "harness"


class Examples(harness.Case):
    def environment_of(self):
        return {**self.environment(), "HOME": self.home,
                "FLAGS_PROGRAM": os.environ["FLAGS_PROGRAM"],
                "no_proxy": "127.0.0.1", "GOFLAGS": "-mod=mod",
                "GOPATH": f"{self.home}/go", "GOCACHE": f"{self.home}/cache",
                "GO111MODULE": "off", "GOTOOLCHAIN": "local"}

    def run_example(self, *command):
        if not shutil.which(command[0]):
            self.skipTest(f"{command[0]} is not installed")
        done = subprocess.run(
            command, cwd=EXAMPLES, env=self.environment_of(),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=harness.limit(300))
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def test_python(self):
        self.assertIn("Ran 2 tests",
                      self.run_example(sys.executable, "faults_test.py"))

    def test_node(self):
        shown = self.run_example("node", "--test", "faults.test.mjs")
        self.assertRegex(shown, r"(?m)^. pass [23]$")

    def test_go(self):
        shown = self.run_example("go", "test", "-v", "-vet=off",
                                 "-count=1", "faults_test.go")
        self.assertEqual(shown.count("--- PASS"), 2)

    def test_the_page_shows_them(self):
        page = (ROOT / "src" / "fixture" / "README.md").read_text()
        named = set(re.findall(r"tests/harness/([\w.]+)", page))
        self.assertEqual(named, {path.name for path in EXAMPLES.iterdir()
                                 if path.is_file()})
        shown = re.search(r"```python\n(.*?)```", page, re.DOTALL)[1]
        source = (EXAMPLES / "faults_test.py").read_text()
        self.assertIn(shown.strip(), source)


if __name__ == "__main__":
    harness.main()
