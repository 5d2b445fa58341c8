"""The example of a Slurm array job, on a real Slurm: 100,000 URLs in eight
shards, one of which is lost in the middle and started again."""

import collections
import contextlib
import hashlib
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import urllib.request

import harness
import slurm
from harness import Case

EXAMPLES = harness.CORPUS.parent / "examples" / "slurm"
ITEMS = int(os.environ.get("FLAGS_SLURM_ITEMS", "100000"))
SHARDS = 8


class SlurmCase(Case):
    def setUp(self):
        super().setUp()
        reason = slurm.missing()
        if reason:
            self.skipTest(reason)
        self.slurm = slurm.Slurm(self.directory / "slurm")
        self.addCleanup(self.slurm.stop)
        reason = self.slurm.start()
        if reason:
            self.skipTest(reason)
        # Many small files: in memory, where there is some.
        memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
        self.work = pathlib.Path(self.enterContext(
            tempfile.TemporaryDirectory(prefix="flags-test-", dir=memory)))
        programs = self.work / "bin"
        programs.mkdir()
        (programs / "flags").symlink_to(harness.PROGRAM)
        self.env = {"PATH": f"{programs}:{slurm.search_path()}",
                    "FLAGS_RATE": "100000/s"}

    def write_list(self, server):
        codes = harness.MOST_POPULOUS
        path = self.work / "list"
        with path.open("w") as out:
            for i in range(ITEMS):
                code = codes[i % len(codes)]
                out.write(f"{server.url}/{code}/{code}.gif?{i}\tf{i}.gif\n")
        return path

    def running_task(self, job):
        """The process of a task that has saved something already."""
        for shard in range(SHARDS):
            found = subprocess.run(
                ["pgrep", "-f", f"reports/{shard}.json"],
                capture_output=True, text=True).stdout.split()
            if found:
                return shard, int(found[0])
        return None

    def assertFiles(self, files):
        want = [hashlib.sha256(harness.corpus_file(code).read_bytes())
                .digest() for code in harness.MOST_POPULOUS]
        names = {entry.name for entry in os.scandir(files)
                 if not entry.name.startswith(".")}
        self.assertEqual(len(names), ITEMS)
        for i in range(ITEMS):
            data = (files / f"f{i}.gif").read_bytes()
            self.assertEqual(hashlib.sha256(data).digest(),
                             want[i % len(want)], f"f{i}.gif")


class AnArray(SlurmCase):
    def test_with_a_lost_shard_has_every_file_once(self):
        server = self.serve("-q")
        files, reports = self.work / "files", self.work / "reports"
        job = self.slurm.submit(f"--array=0-{SHARDS - 1}",
                                EXAMPLES / "fetch.sbatch",
                                self.write_list(server), files, reports,
                                env=self.env)
        self.slurm.submit(f"--dependency=afterany:{job}",
                          EXAMPLES / "merge.sbatch", reports, env=self.env)

        # A shard in the middle of its work is lost with its node's process,
        # as by a power cut, and Slurm starts it again.
        found = []
        self.assertTrue(self.slurm.wait(
            lambda: files.exists() and len(os.listdir(files)) > ITEMS // 20
            and found.append(self.running_task(job)) is None
            and found[-1], 120), self.slurm.words("slurmctld"))
        shard, pid = found[-1]
        status, text = self.slurm.run("scontrol", "requeue", f"{job}_{shard}")
        self.assertEqual(status, 0, text)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

        self.assertTrue(self.slurm.wait(lambda: not self.slurm.left(), 600),
                        "\n".join(self.slurm.left()))
        report = json.loads((self.work / "reports.report.json").read_text())
        counts = collections.Counter(item["status"]
                                     for item in report["items"])
        requests = json.loads(urllib.request.urlopen(
            f"http://127.0.0.1:{server.port}/__flags/stats").read())["requests"]
        self.assertFiles(files)
        self.assertEqual(sum(counts.values()), ITEMS)
        self.assertEqual(counts["ok"] + counts["skipped"], ITEMS, counts)
        self.assertGreater(counts["skipped"], 0, "the shard was not lost")
        # Twice at most what was in flight, or told of by no line of the
        # manifest yet, when the shard was lost.
        print(f"# {ITEMS} items, {requests} requests, shard {shard} lost: "
              f"{dict(counts)}")
        self.assertLess(requests, ITEMS + ITEMS // SHARDS)


harness.main()
