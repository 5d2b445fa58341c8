"""The action and the README's workflows for others' projects: their steps are
taken here as a runner takes them, with the files that the README shows."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import unittest
import urllib.request

import harness
from harness import Case

try:
    import yaml
except ImportError:
    yaml = None

ROOT = pathlib.Path(__file__).resolve().parents[3]

# Steps that a runner brings along: what is checked out, and a language.
BROUGHT_ALONG = r"actions/(checkout|setup-(python|go|node))@v\d+"


def blocks():
    """The README's files: (language, name, text) in their order."""
    section = re.search(r"^## Test your client in CI\n(.*?)^## ",
                        (ROOT / "README.md").read_text(),
                        re.MULTILINE | re.DOTALL)[1]
    return re.findall(r"^```(\w+)\n((?:#|//) ([\w./]+)\n.*?)^```$", section,
                      re.MULTILINE | re.DOTALL)


@unittest.skipUnless(yaml, "Python's yaml is not installed")
class Runner(Case):
    """What a runner does: steps in their order, whose variables and outputs
    are for those that follow."""

    def setUp(self):
        super().setUp()
        self.project = self.home / "project"
        self.project.mkdir()
        self.env = {**os.environ, "HOME": str(self.home),
                    "FLAGS_PROGRAM": harness.PROGRAM,
                    "RUNNER_TEMP": str(self.home), "no_proxy": "127.0.0.1",
                    "GOTOOLCHAIN": "local", "GOFLAGS": "-vet=off",
                    "GOPATH": f"{self.home}/go",
                    "GOCACHE": f"{self.home}/cache"}
        self.action = yaml.safe_load((ROOT / "action.yml").read_text())

    def expanded(self, text, values):
        return re.sub(r"\$\{\{ *([\w.]+) *\}\}",
                      lambda found: values[found[1]], text)

    def shell(self, script, *options, env=None):
        path = self.home / "step.sh"
        path.write_text(script)
        return subprocess.run(
            ["bash", *options, path], cwd=self.project,
            env={**self.env, **(env or {})}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=harness.limit(300))

    def use_the_action(self, given):
        """Its outputs. Its variables are in the environment from now on."""
        self.assertLessEqual(set(given), set(self.action["inputs"]))
        values = {f"inputs.{name}": given.get(name, known.get("default", ""))
                  for name, known in self.action["inputs"].items()}
        self.assertEqual(self.action["runs"]["using"], "composite")
        for step in self.action["runs"]["steps"]:
            self.assertEqual(step["shell"], "bash")
            files = {name: self.home / name
                     for name in ("GITHUB_ENV", "GITHUB_OUTPUT")}
            for path in files.values():
                path.write_text("")
            done = self.shell(
                self.expanded(step["run"], values),
                "--noprofile", "--norc", "-eo", "pipefail",
                env={**{name: self.expanded(value, values)
                        for name, value in step["env"].items()},
                     **{name: str(path) for name, path in files.items()},
                     "GITHUB_ACTION_PATH": str(ROOT)})
            self.assertEqual(done.returncode, 0, done.stdout)
            found = {name: dict(line.split("=", 1) for line
                                in path.read_text().splitlines())
                     for name, path in files.items()}
            self.env.update(found["GITHUB_ENV"])
            for name, value in found["GITHUB_OUTPUT"].items():
                values[f"steps.{step['id']}.outputs.{name}"] = value
        self.addCleanup(os.kill, int(self.env["FLAGS_PID"]), signal.SIGTERM)
        return {name: self.expanded(output["value"], values)
                for name, output in self.action["outputs"].items()}

    def stats(self):
        with urllib.request.urlopen(self.env["FLAGS_STATS"]) as answer:
            return json.load(answer)


class Action(Runner):
    def test_without_arguments_starts_a_server_that_behaves(self):
        outputs = self.use_the_action({})

        self.assertEqual(outputs, {"server": self.env["FLAGS_SERVER"]})
        url = outputs["server"] + "/br/br.gif"
        with urllib.request.urlopen(url) as answer:
            self.assertEqual(answer.read(), harness.corpus_file("br")
                             .read_bytes())
        self.assertEqual(self.stats()["requests"], 1)

    def test_takes_arguments_with_blanks_one_a_line(self):
        self.use_the_action({"arguments": "--fault\nstatus=503 @/br/* #2\n"})

        run = self.flags("get", "-q", "-s", self.env["FLAGS_SERVER"], "BR",
                         "US")
        self.assertStatus(run, 1)
        self.assertIn("503", run.stderr)

    def test_tells_the_authority_by_its_whole_name(self):
        """A step may have a working-directory of its own."""
        self.use_the_action({"arguments": "--tls\n--ca-file\nmy.pem\n"})

        told = pathlib.Path(self.env["FLAGS_CA"])
        self.assertTrue(told.is_absolute(), told)
        self.assertTrue(told.samefile(self.project / "my.pem"))


class Workflow(Runner):
    def take(self, language, tool, says):
        if not shutil.which(tool):
            self.skipTest(f"{tool} is not installed")
        shown = blocks()
        at, = (i for i, block in enumerate(shown) if block[0] == language)
        _, text, name = shown[at]
        (self.project / name).write_text(text)
        if tool == "go":
            (self.project / "go.mod").write_text("module client\n\ngo 1.19\n")
        kind, workflow, where = shown[at - 1]
        self.assertEqual((kind, where), ("yaml", ".github/workflows/test.yml"))

        said = ""
        for step in yaml.safe_load(workflow)["jobs"]["test"]["steps"]:
            uses = step.get("uses", "")
            if uses.startswith("OWNER/flags@"):
                self.assertEqual(uses.partition("@v")[2], self.version())
                self.use_the_action(step["with"])
            elif uses:
                self.assertRegex(uses, BROUGHT_ALONG)
            else:
                done = self.shell(step["run"], "-e")
                self.assertEqual(done.returncode, 0, done.stdout)
                said += done.stdout

        self.assertRegex(said, says)
        self.assertEqual(self.stats()["requests"], 3, said)

    def version(self):
        return self.flags("--version").stdout.split()[1]

    def test_of_a_python_project(self):
        self.take("python", "python3", r"(?m)^Ran 1 test ")

    def test_of_a_go_project(self):
        self.take("go", "go", r"(?m)^--- PASS: ")

    def test_of_a_node_project(self):
        self.take("js", "node", r"(?m)^\W* ?pass 1$")


harness.main()
