"""-c: files named by the country in metadata.json, which is data from the
network and nothing to trust."""

import json
import os

import harness
from harness import (CORPUS, MOST_POPULOUS, Case, corpus_file, counted,
                     files_in, per_strategy)

GIF = corpus_file("br").read_bytes()


def country(code):
    return json.loads(
        corpus_file(code, "metadata.json").read_text())["country"]


def serving(metadata):
    """A server that has every image, and `metadata(code)`: bytes, or a status
    instead, for its country."""
    def answer(connection):
        while request := connection.read_request():
            code = request.path.split("/")[2]
            if request.path.endswith(".gif"):
                connection.answer(200, GIF, Content_Type="image/gif")
                continue
            found = metadata(code)
            if isinstance(found, int):
                connection.answer(found, b"no")
            else:
                connection.answer(200, found, Content_Type="application/json")
    return answer


def called(name):
    return json.dumps({"country": name}).encode()


@per_strategy
class CountryNames(Case):
    def test_are_file_names(self, strategy):
        run = self.get("-S", strategy, "-s", self.nginx().url, "-c")

        self.assertStatus(run, 0)
        self.assertEqual(counted(run), {"ok": 20})
        self.assertEqual(files_in(self.out), {
            f"{country(code).replace(' ', '_')}-{code.upper()}.gif":
            corpus_file(code).read_bytes() for code in MOST_POPULOUS})

    def test_of_the_fixture_are_the_same(self, strategy):
        run = self.get("-S", strategy, "-s", self.serve().url,
                       "--country-names", "BR", "US")

        self.assertStatus(run, 0)
        self.assertEqual(len(files_in(self.out)), 2)

    def test_of_the_second_edition_have_no_code(self, strategy):
        run = self.get("-S", strategy, "-s", self.nginx().url, "-c",
                       "--compat", "2e", "BR")

        self.assertStatus(run, 0)
        self.assertEqual(list(files_in(self.out)),
                         [country("br").replace(" ", "_") + ".gif"])

    def metadata_error(self, strategy, metadata):
        """US has bad metadata: its error, under its code; BR arrives."""
        server = self.raw_server(serving(
            lambda code: metadata if code == "us" else called("Brazil")))

        run = self.get("-S", strategy, "-s", server.url, "-c", "BR", "US")

        self.assertStatus(run, 1)
        self.assertEqual(counted(run), {"ok": 1, "error": 1})
        self.assertRegex(run.stderr, r"(?im)^flags: us: ")
        self.assertNotRegex(run.stderr, r"(?im)^flags: (metadata|br): ")
        self.assertEqual(list(files_in(self.out)), ["Brazil-BR.gif"])

    # D4: metadata that is no JSON crashes the run; a failed request for it
    # is reported under the code METADATA.
    def test_missing_metadata_is_an_error_under_the_code(self, strategy):
        self.metadata_error(strategy, 404)

    def test_failed_metadata_is_an_error_under_the_code(self, strategy):
        self.metadata_error(strategy, 500)

    def test_metadata_that_is_no_json_is_an_error(self, strategy):
        self.metadata_error(strategy, b"<html>")

    def test_empty_metadata_is_an_error(self, strategy):
        self.metadata_error(strategy, b"")

    def test_metadata_without_a_country_is_an_error(self, strategy):
        self.metadata_error(strategy, b'{"iso_cc": "US"}')

    def test_country_that_is_no_string_is_an_error(self, strategy):
        self.metadata_error(strategy, b'{"country": ["US"]}')

    def test_country_that_is_empty_is_an_error(self, strategy):
        self.metadata_error(strategy, called(""))

    def test_metadata_that_is_no_object_is_an_error(self, strategy):
        self.metadata_error(strategy, b'["country"]')

    def test_huge_metadata_is_an_error(self, strategy):
        self.metadata_error(
            strategy, b'{"country": "' + b"x" * (64 << 20) + b'"}')

    # D2: after the first error everything is an error.
    def test_one_error_is_one_error(self, strategy):
        server = self.raw_server(serving(
            lambda code: 500 if code == "bd" else called(code)))

        run = self.get("-S", strategy, "-s", server.url, "-c", "-m", "1",
                       "BD", "BR", "CD", "CN", "DE")

        self.assertStatus(run, 1)
        self.assertEqual(counted(run), {"ok": 4, "error": 1})
        self.assertEqual(len(files_in(self.out)), 4)

    # D4: the name was used unchecked.
    def test_never_lead_out_of_the_output_directory(self, strategy):
        hostile = {
            "br": "../../evil", "us": "/tmp/flags-evil", "de": "..",
            "fr": ".hidden", "jp": "a/b", "in": "nul\0inside",
            "cn": "x" * 5000, "mx": "line\nbreak\x1b[31m", "ru": "~",
            "id": "-rf", "pk": " ", "ng": "\u202egif.exe",
        }
        server = self.raw_server(serving(lambda code: called(hostile[code])))
        deep = self.home / "a" / "b" / "out"

        run = self.flags("get", "-S", strategy, "-s", server.url, "-c", "-o",
                         deep, *hostile)

        self.assertIn(run.status, (0, 1), str(run))
        self.assertEqual(sum(counted(run).values()), len(hostile), str(run))
        outside = [
            path for path in self.home.rglob("*")
            if not path.is_relative_to(deep) and not deep.is_relative_to(path)]
        self.assertEqual(outside, [])
        self.assertFalse(os.path.exists("/tmp/flags-evil"))
        saved = [path for path in deep.iterdir()
                 if path.name != ".flags-manifest.jsonl"]
        self.assertEqual(len(saved), counted(run)["ok"], str(saved))
        for path in saved:
            self.assertTrue(path.is_file())
            self.assertNotRegex(path.name, r"^\.|[\x00-\x1f\x7f/]")
            self.assertEqual(path.read_bytes(), GIF)
        self.assertNotRegex(run.stdout + run.stderr, r"[\x00-\x08\x0b-\x1f]")

    def test_that_are_the_same_never_meet_in_one_file(self, strategy):
        server = self.raw_server(serving(lambda code: called("Atlantis")))

        run = self.get("-S", strategy, "-s", server.url, "-c", "BR", "US")

        self.assertStatus(run, 0)
        self.assertEqual(sorted(files_in(self.out)),
                         ["Atlantis-BR.gif", "Atlantis-US.gif"])

    def test_of_the_second_edition_that_are_the_same_are_an_error(
            self, strategy):
        # Without the code in the name, the second would replace the first.
        server = self.raw_server(serving(lambda code: called("Atlantis")))

        run = self.get("-S", strategy, "-s", server.url, "-c", "--compat",
                       "2e", "-m", "1", "BR", "US")

        self.assertStatus(run, 1)
        self.assertEqual(counted(run), {"ok": 1, "error": 1})
        self.assertEqual(list(files_in(self.out)), ["Atlantis.gif"])

    def test_are_not_asked_for_without_an_image(self, strategy):
        server = self.raw_server(serving(lambda code: called("Brazil")))
        gone = self.nginx(root=self.home)

        run = self.get("-S", strategy, "-s", gone.url, "-c", "ZZ")

        self.assertStatus(run, 4)
        self.assertEqual(server.paths(), [])
        gone.stop()
        self.assertEqual(
            [line.split()[3] for line in
             gone.access_log.read_text().splitlines()], ["/flags/zz/zz.gif"])

    def test_are_in_the_corpus_for_every_flag(self, strategy):
        for path in CORPUS.glob("??/metadata.json"):
            found = json.loads(path.read_text())
            self.assertTrue(found["country"], path)
            self.assertEqual(found["iso_cc"].lower(), path.parent.name)


harness.main()
