"""--shard and flags merge: the parts of a work are all of it, and nothing
twice, and what is missing is said."""

import collections
import json
import shutil

import harness
from harness import Case

SCHEMA = harness.CORPUS.parent / "src" / "report" / "report.schema.json"


class Shards(Case):
    def setUp(self):
        super().setUp()
        self.server = self.serve()

    def shard(self, which, *args, out=None, env=None):
        """The report of a shard, and its status."""
        path = self.home / f"{which.replace('/', '-of-')}.json"
        run = self.flags("get", "-s", self.server.url, "-o", out or self.out,
                         "-q", "--shard", which, f"--json={path}", *args,
                         env=env)
        return path, run.status

    def merged(self, *paths, status=0):
        run = self.flags("merge", *paths)

        self.assertStatus(run, status)
        return json.loads(run.stdout), run


class Parts(Shards):
    def test_of_codes_are_all_of_them_and_none_twice(self):
        paths, statuses = zip(*(self.shard(f"{i}/3", "--all")
                                for i in range(3)))
        whole, _ = self.merged(*paths)

        self.assertEqual(statuses, (0, 0, 0))
        found = [item["item"] for item in whole["items"]]
        self.assertEqual(len(found), 194)
        self.assertEqual(len(set(found)), 194)
        self.assertEqual(whole["counts"]["ok"], 194)
        self.assertEqual(len(harness.files_in(self.out)), 194)

    def test_of_a_list_do_not_depend_on_its_order(self):
        lines = [f"{self.server.url}/{code}/{code}.gif"
                 for code in harness.MOST_POPULOUS] + ["br", "ftp://x/y", "AD"]
        of_item = collections.defaultdict(set)
        for order in (lines, lines[::-1]):
            (self.home / "list").write_text("\n".join(order))
            for i in range(4):
                path, _ = self.shard(f"{i}/4", "-i", "list",
                                     out=self.home / f"out{i}")
                for item in json.loads(path.read_text())["items"]:
                    of_item[item["item"]].add(i)

        # A code's part is found by the code, a URL's by its file's name.
        self.assertEqual(len(of_item), len(lines))
        for item, shards in of_item.items():
            self.assertEqual(len(shards), 1, item)

    def test_of_urls_on_the_command_line(self):
        urls = [f"{self.server.url}/{code}/{code}.gif"
                for code in harness.MOST_POPULOUS]
        found = []
        for i in range(2):
            path, status = self.shard(f"{i}/2", *urls)
            self.assertEqual(status, 0)
            found += [item["url"] for item in
                      json.loads(path.read_text())["items"]]
        self.assertEqual(sorted(found), sorted(urls))

    def test_that_are_empty_are_no_failure(self):
        statuses = [self.shard(f"{i}/50", "BR")[1] for i in range(50)]
        self.assertEqual(statuses, [0] * 50)
        self.assertEqual(sorted(harness.files_in(self.out)), ["br.gif"])

    def test_are_found_in_the_environment_of_a_scheduler(self):
        for env in ({"SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_MIN": "1",
                     "SLURM_ARRAY_TASK_COUNT": "4"},
                    {"JOB_COMPLETION_INDEX": "2", "FLAGS_SHARDS": "4"},
                    {"PARALLEL_SEQ": "3", "FLAGS_SHARDS": "4"}):
            with self.subTest(env):
                path, status = self.shard("auto", "BR", env=env)

                self.assertEqual(status, 0)
                self.assertEqual(json.loads(path.read_text())["shard"],
                                 {"index": 2, "count": 4})

    def test_that_nobody_can_tell_are_a_usage_error(self):
        for arguments, env, word in (
                (["--shard", "auto"], {}, "SLURM_ARRAY_TASK_ID"),
                (["--shard", "auto"], {"JOB_COMPLETION_INDEX": "1"},
                 "FLAGS_SHARDS"),
                (["--shard", "auto"],
                 {"JOB_COMPLETION_INDEX": "1", "PARALLEL_SEQ": "1",
                  "FLAGS_SHARDS": "2"}, "only one of"),
                (["--shard", "4/4"], {}, "4/4"), (["--shared"], {}, "--shard")):
            with self.subTest(arguments):
                run = self.get("-s", self.server.url, "BR", *arguments,
                               env=env)

                self.assertStatus(run, 2)
                self.assertIn(word, run.stderr)
                self.assertFalse(self.out.exists())

    def test_share_a_rate(self):
        # 40 a second for 4 shards: one of them alone has 10, so that its last
        # of n items starts (n - 1) / 10 s after its first.
        path, _ = self.shard("0/4", "--all", "--rate", "40/s", "--shared")
        report = json.loads(path.read_text())
        count = len(report["items"])
        self.assertGreater(count, 30)
        self.assertGreaterEqual(report["elapsed"], (count - 1) / 10 - .05)


class Merge(Shards):
    def test_keeps_to_the_schema(self):
        validator = shutil.which("jsonschema", path="/usr/bin:/usr/local/bin")
        if not validator:
            self.skipTest("jsonschema is not installed")
        paths = [self.shard(f"{i}/2", "BR", "US", "ZZ")[0] for i in range(2)]
        whole, run = self.merged(*paths, status=4)
        (self.home / "whole.json").write_text(run.stdout)
        for path in (*paths, self.home / "whole.json"):
            checked = harness.Running(
                [validator, "-i", str(path), str(SCHEMA)]).finish()
            self.assertEqual(checked.status, 0, path)
        self.assertNotIn("shard", whole)

    def test_has_the_status_of_one_run(self):
        for codes in (["BR", "US"], ["BR", "ZZ"], ["ZZ", "QQ"], ["Z"],
                      ["--all"]):
            with self.subTest(codes):
                one = self.flags("get", "-s", self.server.url, "-o",
                                 self.home / "one", "-q", *codes)
                paths = [self.shard(f"{i}/3", *codes)[0] for i in range(3)]
                self.merged(*paths, status=one.status)

    def test_names_a_missing_shard(self):
        paths = [self.shard(f"{i}/3", "--all")[0] for i in (0, 2)]
        whole, run = self.merged(*paths, status=5)

        self.assertIn("shard 1 of 3 is missing", run.stderr)
        self.assertLess(whole["counts"]["ok"], 194)

    def test_names_a_shard_that_is_there_twice_and_counts_it_once(self):
        paths = [self.shard(f"{i}/2", "--all")[0] for i in range(2)]
        whole, run = self.merged(*paths, paths[1], status=5)

        self.assertIn(f"{paths[1]}: shard 1 a second time", run.stderr)
        self.assertEqual(whole["counts"]["ok"], 194)

    def test_names_what_is_no_whole_report_of_a_shard(self):
        good = [self.shard(f"{i}/2", "--all")[0] for i in range(2)]
        text = good[0].read_text()
        no_shard = self.home / "no_shard.json"
        self.flags("get", "-s", self.server.url, "-o", self.out, "-q",
                   f"--json={no_shard}", "BR")
        for bad, word in (
                (text[:len(text) // 2], "not a whole report"), ("", "not a whole"),
                ("[]", "not a report"), ('{"schema": "x"}', "not a report"),
                (text.replace('"count":2', '"count":3'), "one of 3 shards"),
                (text.replace('"index":0', '"index":7'), "none"),
                (text.replace('"named"', '"blamed"'), "not a whole report"),
                (no_shard.read_text(), "not the report of a shard")):
            with self.subTest(word):
                path = self.home / "bad.json"
                path.write_text(bad)
                _, run = self.merged(good[1], path, status=5)

                self.assertIn(f"{path}: ", run.stderr)
                self.assertIn(word, run.stderr)
                self.assertIn("shard 0 of 2 is missing", run.stderr)

    def test_of_reports_that_cannot_be_read(self):
        run = self.flags("merge", self.home / "nowhere.json")

        self.assertStatus(run, 5)
        self.assertIn("nowhere.json", run.stderr)

    def test_names_an_interrupted_shard(self):
        path, _ = self.shard("0/1", "BR")
        path.write_text(path.read_text().replace('"stop":"none"',
                                                 '"stop":"interrupted"'))
        _, run = self.merged(path, status=5)
        self.assertIn("interrupted", run.stderr)

    def test_of_nothing_is_a_usage_error(self):
        self.assertStatus(self.flags("merge"), 2)


harness.main()
