"""The container's description and its compose example say what the program
does."""

import json
import os
import re
import subprocess
import unittest

import harness
from harness import Case

try:
    import yaml
except ImportError:
    yaml = None

ROOT = harness.CORPUS.parent
PACKAGING = ROOT / "packaging"

# What the Compose specification has of what the example uses.
SERVICE_KEYS = {"build", "image", "command", "environment", "depends_on",
                "ports", "healthcheck"}


def instructions(name):
    """What the last stage says behind an instruction."""
    text = (PACKAGING / "Containerfile").read_text()
    stage = re.split(r"^FROM .*$", text, flags=re.MULTILINE)[-1]
    return re.findall(rf"^{name} +(.*)$", stage, re.MULTILINE)


class Described(Case):
    """The entry point, on a free port of loopback."""

    def arguments(self, *more):
        entry = json.loads(instructions("ENTRYPOINT")[0])
        self.assertEqual(entry[:2], ["flags", "serve"])
        self.assertEqual(entry[2:4], ["-b", "0.0.0.0"])
        self.assertEqual(entry[4:], ["-p", instructions("EXPOSE")[0]])
        return ["-b", "127.0.0.1", "-p", "0", *more]

    def health(self, server):
        """The status of the command that checks the health."""
        command = instructions("HEALTHCHECK")[0].partition(" CMD ")[2]
        port = re.search(r":(\d+)/flags", server.url)[1]
        self.assertIn("/__flags/health", command)
        command = command.replace("127.0.0.1:8000", f"127.0.0.1:{port}")
        command = command.replace("/tmp/health", str(self.home / "health"))
        path = f"{os.path.dirname(harness.PROGRAM)}:{os.environ['PATH']}"
        return harness.Running(["sh", "-c", command], cwd=self.home,
                               env={**self.environment(), "PATH": path},
                               stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE).finish()


class TheContainer(Described):
    def test_is_nobodys_and_stops_by_a_signal(self):
        self.assertEqual(instructions("USER"), ["nobody"])
        self.assertEqual(instructions("STOPSIGNAL"), ["SIGTERM"])

    def test_is_healthy_whatever_its_faults_until_it_stops(self):
        server = self.serve(*self.arguments("--fault", "status=503"))

        for _ in range(2):
            self.assertStatus(self.health(server), 0)
        self.assertEqual(
            self.flags("get", "-q", "-s", server.url, "BR").status, 3)
        self.assertStatus(server.stop(), 0)
        self.assertNotEqual(self.health(server).status, 0)


@unittest.skipUnless(yaml, "Python's yaml is not installed")
class TheComposeExample(Described):
    def setUp(self):
        super().setUp()
        self.services = yaml.safe_load(
            (PACKAGING / "compose.yaml").read_text())["services"]

    def test_has_what_compose_knows(self):
        for name, service in self.services.items():
            self.assertLessEqual(set(service), SERVICE_KEYS, name)
            self.assertEqual(len({"build", "image"} & set(service)), 1, name)

    def test_builds_from_files_that_are_there(self):
        build = self.services["fixture"]["build"]
        context = (PACKAGING / build["context"]).resolve()

        self.assertEqual(context, ROOT)
        self.assertTrue((context / build["dockerfile"]).is_file())

    def test_waits_for_a_health_that_is_checked(self):
        waits = self.services["service"]["depends_on"]

        self.assertEqual(waits, {"fixture": {"condition": "service_healthy"}})
        self.assertEqual(len(instructions("HEALTHCHECK")), 1)

    def test_starts_the_fixture_with_options_that_it_has(self):
        server = self.serve(
            *self.arguments(*self.services["fixture"]["command"]))

        self.assertStatus(self.health(server), 0)

    def test_tells_the_service_where_the_flags_are(self):
        url = self.services["service"]["environment"]["FLAGS_SERVER"]
        port = instructions("EXPOSE")[0]
        server = self.serve()

        self.assertTrue(url.startswith(f"http://fixture:{port}/"))
        self.assertEqual(url.rpartition("/")[2], server.url.rpartition("/")[2])


harness.main()
