"""The example of an Indexed Job says what the program needs of one."""

import unittest

import harness
from harness import Case

try:
    import yaml
except ImportError:
    yaml = None

JOB = harness.CORPUS.parent / "examples" / "kubernetes" / "job.yaml"

# What the API's reference (batch/v1, core/v1) has of what the example uses: the
# names and types of fields. A list has one kind of element, a map of names any.
POD = {
    "restartPolicy": str,
    "terminationGracePeriodSeconds": int,
    "securityContext": {"runAsNonRoot": bool, "runAsUser": int,
                        "runAsGroup": int, "fsGroup": int},
    "containers": [{
        "name": str, "image": str, "command": [str], "args": [str],
        "workingDir": str,
        "env": [{"name": str, "value": str}],
        "volumeMounts": [{"name": str, "mountPath": str, "readOnly": bool,
                          "subPath": str}],
    }],
    "volumes": [{"name": str, "persistentVolumeClaim": {
        "claimName": str, "readOnly": bool}}],
}
API = {
    "apiVersion": str,
    "kind": str,
    "metadata": {"name": str, "namespace": str},
    "spec": {
        "completionMode": str, "completions": int, "parallelism": int,
        "backoffLimit": int, "backoffLimitPerIndex": int,
        "template": {"spec": POD},
    },
}


def strangers(given, known, where="job"):
    """What in GIVEN the API does not know, or knows as another type."""
    if isinstance(known, type):
        return [] if type(given) is known else [f"{where}: {given!r}"]
    if type(given) is not type(known):
        return [f"{where}: {given!r}"]
    if isinstance(known, list):
        parts = [(value, known[0], f"{where}[{i}]")
                 for i, value in enumerate(given)]
        found = []
    else:
        parts = [(given[name], known[name], f"{where}.{name}")
                 for name in given if name in known]
        found = [f"{where}.{name}" for name in given if name not in known]
    return found + [stranger for part in parts for stranger in strangers(*part)]


@unittest.skipUnless(yaml, "Python's yaml is not installed")
class Job(Case):
    def setUp(self):
        super().setUp()
        self.job = yaml.safe_load(JOB.read_text())
        self.spec = self.job["spec"]
        self.pod = self.spec["template"]["spec"]
        self.container, = self.pod["containers"]

    def test_has_no_field_that_the_api_does_not_know(self):
        self.assertEqual(strangers(self.job, API), [])

    def test_would_be_found_out_with_a_field_misspelt_or_of_another_type(self):
        self.spec["completionMood"] = "Indexed"
        self.spec["completions"] = "8"
        self.container["args"].append(5)

        self.assertEqual(strangers(self.job, API), [
            "job.spec.completionMood", "job.spec.completions: '8'",
            "job.spec.template.spec.containers[0].args"
            f"[{len(self.container['args']) - 1}]: 5"])

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

        run = self.flags(*self.container["command"][1:], *arguments,
                         env={"JOB_COMPLETION_INDEX": str(index),
                              "FLAGS_SHARDS": "1"})

        self.assertStatus(run, 0)
        self.assertTrue((self.home / "shard-0.json").exists())
        self.assertTrue((self.home / "files" / "br.gif").exists())


harness.main()
