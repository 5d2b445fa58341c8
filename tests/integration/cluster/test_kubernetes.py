"""The example of an Indexed Job says what the program needs of one."""

import unittest

import harness
from harness import Case

try:
    import yaml
except ImportError:
    yaml = None

JOB = harness.CORPUS.parent / "examples" / "kubernetes" / "job.yaml"


@unittest.skipUnless(yaml, "Python's yaml is not installed")
class Job(Case):
    def setUp(self):
        super().setUp()
        self.job = yaml.safe_load(JOB.read_text())
        self.spec = self.job["spec"]
        self.pod = self.spec["template"]["spec"]
        self.container, = self.pod["containers"]

    def test_is_an_indexed_job_of_the_stable_version(self):
        self.assertEqual((self.job["apiVersion"], self.job["kind"]),
                         ("batch/v1", "Job"))
        self.assertEqual(self.spec["completionMode"], "Indexed")
        # What goes with backoffLimitPerIndex.
        self.assertEqual(self.pod["restartPolicy"], "Never")

    def test_has_as_many_shards_as_pods(self):
        env = {entry["name"]: entry["value"]
               for entry in self.container["env"]}
        self.assertEqual(env["FLAGS_SHARDS"], str(self.spec["completions"]))
        for value in env.values():
            self.assertIsInstance(value, str, "Kubernetes takes texts alone")

    def test_has_a_volume_for_each_mount(self):
        volumes = {volume["name"] for volume in self.pod["volumes"]}
        for mount in self.container["volumeMounts"]:
            self.assertIn(mount["name"], volumes)

    def test_is_a_command_line_that_the_program_takes(self):
        server = self.serve()
        (self.home / "list").write_text(f"{server.url}/br/br.gif\n")
        index = 0
        arguments = [argument.replace("$(JOB_COMPLETION_INDEX)", str(index))
                     .replace("/work", str(self.home))
                     for argument in self.container["args"]]
        (self.home / "reports").mkdir()

        run = self.flags(*self.container["command"][1:], *arguments,
                         env={"JOB_COMPLETION_INDEX": str(index),
                              "FLAGS_SHARDS": "1"})

        self.assertStatus(run, 0)
        self.assertTrue((self.home / "reports" / "0.json").exists())


harness.main()
