"""--shard and flags merge: the parts of a work are all of it, and nothing
twice, and what is missing is said."""

import collections
import json
import os
import re
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
        run = self.flags("merge", self.home)
        self.assertStatus(run, 5)
        self.assertEqual(
            run.stderr.splitlines()[0],
            f"flags: cannot read '{self.home}': Is a directory")

    def test_names_an_interrupted_shard(self):
        path, _ = self.shard("0/1", "BR")
        path.write_text(path.read_text().replace('"stop":"none"',
                                                 '"stop":"interrupted"'))
        _, run = self.merged(path, status=5)
        self.assertIn("interrupted", run.stderr)

    def test_of_nothing_is_a_usage_error(self):
        self.assertStatus(self.flags("merge"), 2)


class MergeOfManifests(Shards):
    """flags merge -o: one manifest of the shards'."""

    MANIFEST = ".flags-manifest.jsonl"

    def setUp(self):
        super().setUp()
        self.whole = self.home / "whole"

    def lines(self, directory):
        return [json.loads(line) for line in
                (directory / self.MANIFEST).read_text().splitlines()]

    def by_name(self, *directories):
        return {line["file"]: line for directory in directories
                for line in self.lines(directory)}

    def shards(self, count, *args):
        """Each in a directory of its own; their files are brought together."""
        outs = [self.home / f"out{i}" for i in range(count)]
        self.whole.mkdir()
        paths = []
        for i, out in enumerate(outs):
            path, status = self.shard(f"{i}/{count}", *args, out=out)
            self.assertEqual(status, 0)
            paths.append(path)
            for file in out.iterdir():
                if not file.name.startswith("."):
                    shutil.copy(os.fsencode(file), os.fsencode(self.whole))
        return outs, paths

    def merge(self, *paths, status=0):
        run = self.flags("merge", "-o", self.whole, *paths)
        self.assertStatus(run, status)
        return json.loads(run.stdout), run

    def verified(self, files):
        run = self.flags("verify", self.whole)
        self.assertStatus(run, 0)
        self.assertEqual(run.stdout, f"{files} files checked.\n")

    def test_has_the_lines_of_all_shards(self):
        outs, paths = self.shards(3, "--all")
        report, _ = self.merge(*paths)

        self.assertEqual(report["directory"], str(self.whole))
        self.assertEqual(self.by_name(self.whole), self.by_name(*outs))
        self.assertEqual(len(self.lines(self.whole)), 194)
        self.verified(194)

    def test_is_what_later_runs_go_by(self):
        _, paths = self.shards(2, "BR", "US", "CN")
        self.merge(*paths)
        for option, word in (("--skip-existing", "skipped"),
                             ("--sync", "unchanged")):
            run = self.flags("get", "-s", self.server.url, "-o", self.whole,
                             "-q", option, "--json", "BR", "US", "CN")
            self.assertStatus(run, 0)
            self.assertEqual(json.loads(run.stdout)["counts"][word], 3)

    def test_is_made_of_the_reports_where_the_shards_manifests_are_gone(self):
        outs, paths = self.shards(2, "BR", "US", "CN")
        known = self.by_name(*outs)
        for out in outs:
            if out.exists():
                shutil.rmtree(out)
        self.merge(*paths)

        found = self.by_name(self.whole)
        self.assertEqual(sorted(found), ["br.gif", "cn.gif", "us.gif"])
        for name, line in found.items():
            del known[name]["etag"], known[name]["last-modified"]
            self.assertEqual(line, known[name])
        self.verified(3)

    def test_does_not_believe_a_line_of_another_file(self):
        outs, paths = self.shards(1, "BR")
        [line] = self.lines(outs[0])
        for key, value in (("sha256", "00" * 32), ("bytes", 1),
                           ("url", "http://127.0.0.1:1/br/br.gif")):
            with self.subTest(key):
                (outs[0] / self.MANIFEST).write_text(
                    json.dumps({**line, key: value}) + "\n")
                self.merge(*paths)

                [found] = self.lines(self.whole)
                self.assertEqual(found[key], line[key])
                self.assertNotIn("etag", found)
                (self.whole / self.MANIFEST).unlink()

    def test_made_twice_adds_nothing(self):
        _, paths = self.shards(2, "BR", "US", "CN")
        self.merge(*paths)
        before = (self.whole / self.MANIFEST).read_bytes()
        self.merge(*paths)
        self.assertEqual((self.whole / self.MANIFEST).read_bytes(), before)

    def test_is_left_as_it_is_where_all_shards_wrote_into_one_directory(self):
        paths = [self.shard(f"{i}/2", "BR", "US", "CN", out=self.whole)[0]
                 for i in range(2)]
        before = (self.whole / self.MANIFEST).read_bytes()
        self.merge(*paths)
        self.assertEqual((self.whole / self.MANIFEST).read_bytes(), before)

    def test_keeps_the_url_of_a_server_of_the_shards_own_without_its_port(self):
        self.server.url = "LOCAL"
        _, paths = self.shards(2, "BR", "US", "CN")
        self.merge(*paths)
        self.assertEqual({line["url"] for line in self.lines(self.whole)},
                         {f"http://127.0.0.1/flags/{code}/{code}.gif"
                          for code in ("br", "us", "cn")})

    def test_knows_a_name_that_is_not_utf_8(self):
        name = b"caf\xe9.gif"
        (self.home / "list").write_bytes(
            f"{self.server.url}/br/br.gif\t".encode() + name + b"\n")
        outs, paths = self.shards(1, "-i", "list")
        self.merge(*paths)

        self.assertEqual(self.lines(self.whole), self.lines(outs[0]))
        self.assertEqual(self.lines(self.whole)[0]["file-hex"], name.hex())
        # The report alone tells it, too.
        shutil.rmtree(outs[0])
        (self.whole / self.MANIFEST).unlink()
        self.merge(*paths)
        self.assertEqual(self.lines(self.whole)[0]["file-hex"], name.hex())

    def test_tells_a_byte_of_a_name_from_what_it_is_shown_as(self):
        names = [b"\xff.gif", b"\\xff.gif", b"\\x5cxff.gif", b"a\\b.gif",
                 b"\xc2\x85.gif"]
        (self.home / "list").write_bytes(b"".join(
            f"{self.server.url}/br/br.gif?{i}\t".encode() + name + b"\n"
            for i, name in enumerate(names)))
        outs, paths = self.shards(1, "-i", "list")
        written = {os.fsencode(path.name) for path in outs[0].iterdir()
                   if not path.name.startswith(".")}
        shown = [item["file"] for item in
                 json.loads(paths[0].read_text())["items"]]
        self.assertEqual(len(written), len(names))
        self.assertEqual(len(set(shown)), len(names))
        self.assertEqual(
            {re.sub(rb"\\x([0-9a-f]{2})",
                    lambda found: bytes.fromhex(found[1].decode()),
                    text.encode()) for text in shown}, written)
        # Merged from the report alone.
        shutil.rmtree(outs[0])
        self.merge(*paths)
        self.assertEqual(
            {bytes.fromhex(line["file-hex"]) if "file-hex" in line
             else line["file"].encode() for line in self.lines(self.whole)},
            written)

    def test_takes_no_name_that_leads_out_of_the_directory(self):
        outs, paths = self.shards(1, "BR")
        shutil.rmtree(outs[0])
        text = paths[0].read_text()
        for name in ("../br.gif", ".br", "/etc/passwd", "a/b", ""):
            with self.subTest(name):
                paths[0].write_text(text.replace('"br.gif"', json.dumps(name)))
                _, run = self.merge(*paths, status=5)
                self.assertIn("its item 1 cannot be", run.stderr)
                self.assertFalse((self.whole / self.MANIFEST).exists())

    def test_that_cannot_be_written_is_told_before_a_report_is_read(self):
        self.whole.write_text("a file")
        run = self.flags("merge", "-o", self.whole, "nowhere.json")
        self.assertStatus(run, 5)
        self.assertIn(str(self.whole), run.stderr)
        self.assertNotIn("nowhere.json", run.stderr)

    def test_has_what_there_is_where_a_shard_is_missing(self):
        outs, paths = self.shards(2, "--all")
        _, run = self.merge(paths[0], status=5)
        self.assertIn("shard 1 of 2 is missing", run.stderr)
        self.assertEqual(self.by_name(self.whole), self.by_name(outs[0]))


harness.main()
