"""`flags get`: the flags arrive, and the exit status tells the truth."""

import threading

import harness
from harness import CORPUS, Case, counted, files_in, per_strategy, refused_url


@per_strategy
class TheCorpusArrives(Case):
    def test_from_the_fixture(self, strategy):
        server = self.serve()

        run = self.get("-S", strategy, "-s", server.url)

        self.assertStatus(run, 0)
        self.assertCorpus(self.out)
        self.assertEqual(counted(run), {"ok": 20}, str(run))

    def test_from_a_server_that_we_did_not_write(self, strategy):
        server = self.nginx()

        run = self.get("-S", strategy, "-s", server.url)

        self.assertStatus(run, 0)
        self.assertCorpus(self.out)
        self.assertEqual(counted(run), {"ok": 20}, str(run))

    def test_from_a_fixture_that_the_program_starts_itself(self, strategy):
        run = self.get("-S", strategy)

        self.assertStatus(run, 0)
        self.assertCorpus(self.out)

    def test_of_two_named_codes_in_any_case(self, strategy):
        run = self.get("-S", strategy, "-s", self.nginx().url, "br", "uS")

        self.assertStatus(run, 0)
        self.assertCorpus(self.out, ["br", "us"])

    def test_from_a_template(self, strategy):
        base = self.nginx().url

        run = self.get("-S", strategy, "-s", base + "/{cc}/{cc}.svg", "BR")

        self.assertStatus(run, 0)
        self.assertEqual(
            files_in(self.out),
            {"br.svg": (CORPUS / "br" / "br.svg").read_bytes()})

    def test_replacing_what_was_there_before(self, strategy):
        self.out.mkdir()
        (self.out / "br.gif").write_bytes(b"yesterday's")
        (self.out / "notes.txt").write_bytes(b"the user's own")

        run = self.get("-S", strategy, "-s", self.nginx().url, "BR")

        self.assertStatus(run, 0)
        self.assertEqual(files_in(self.out), {
            "br.gif": (CORPUS / "br" / "br.gif").read_bytes(),
            "notes.txt": b"the user's own"})


@per_strategy
class ExitStatus(Case):
    """The table of statuses, a test each. What is `named` was asked for by
    itself; what comes from a letter, -a or -e is a wildcard's."""

    def test_0_everything_is_in_place(self, strategy):
        run = self.get("-S", strategy, "-s", self.serve().url, "BR")

        self.assertStatus(run, 0)

    def test_0_not_found_is_tolerated_for_a_wildcard(self, strategy):
        # -e: 676 codes, of which the corpus has 20.
        present = len(list(CORPUS.glob("??/??.gif")))

        run = self.get("-S", strategy, "-s", self.serve().url, "-e")

        self.assertStatus(run, 0)
        self.assertEqual(
            counted(run), {"ok": present, "not_found": 676 - present})
        self.assertEqual(len(files_in(self.out)), present)

    def test_1_some_error_some_succeed(self, strategy):
        def answer(connection):
            while request := connection.read_request():
                if "/br/" in request.path:
                    connection.answer(200, harness.corpus_file("br")
                                      .read_bytes(), Content_Type="image/gif")
                else:
                    connection.answer(500)

        run = self.get("-S", strategy, "-s", self.raw_server(answer).url,
                       "BR", "US")

        self.assertStatus(run, 1)
        self.assertCorpus(self.out, ["br"])
        self.assertEqual(counted(run), {"ok": 1, "error": 1})
        self.assertIn("us: ", run.stderr.lower())

    def test_3_refused_connection_names_url_and_cause(self, strategy):
        url = refused_url()

        run = self.get("-S", strategy, "-s", url, "BR")

        self.assertStatus(run, 3)
        self.assertIn(url + "/br/br.gif", run.stderr)
        self.assertRegex(run.stderr, r"(?i)refused|could ?n[o']t connect")
        self.assertEqual(counted(run), {"ok": 0, "error": 1})

    def test_3_a_wildcard_finds_nothing(self, strategy):
        def answer(connection):
            while connection.read_request():
                connection.answer(404, b"no")

        run = self.get("-S", strategy, "-s", self.raw_server(answer).url, "z")

        self.assertStatus(run, 3)
        self.assertEqual(counted(run), {"ok": 0, "not_found": 26})

    def test_4_a_named_code_is_not_found(self, strategy):
        run = self.get("-S", strategy, "-s", self.serve().url, "BR", "ZZ")

        self.assertStatus(run, 4)
        self.assertRegex(run.stderr, r"(?i)zz: not found: http://\S+/zz/zz")
        self.assertCorpus(self.out, ["br"])
        self.assertEqual(counted(run), {"ok": 1, "not_found": 1})

    def test_4_nothing_else_was_asked_for(self, strategy):
        run = self.get("-S", strategy, "-s", self.nginx().url, "ZZ")

        self.assertStatus(run, 4)
        self.assertEqual(counted(run), {"ok": 0, "not_found": 1})

    def test_4_a_code_both_named_and_from_a_wildcard_counts_as_named(
            self, strategy):
        run = self.get("-S", strategy, "-s", self.nginx().url, "b", "BX")

        self.assertStatus(run, 4)

    def test_5_the_output_directory_cannot_be_created(self, strategy):
        wire = self.tripwire()
        (self.home / "out").write_bytes(b"a file is in the way")

        run = self.get("-S", strategy, "-s", wire.url, "BR")

        self.assertStatus(run, 5)
        self.assertIn(str(self.out), run.stderr)
        self.assertFalse(wire.contacted(), "found before anybody is contacted")

    def test_5_the_report_cannot_be_written(self, strategy):
        with open("/dev/full", "wb") as full:
            run = self.get("-S", strategy, "-s", self.nginx().url, "BR",
                           stdout=full)

        self.assertStatus(run, 5)
        self.assertRegex(run.stderr, "flags: .*standard output")

    def test_3_before_4_an_error_and_a_not_found(self, strategy):
        def answer(connection):
            while request := connection.read_request():
                connection.answer(404 if "/zz/" in request.path else 500)

        run = self.get("-S", strategy, "-s", self.raw_server(answer).url,
                       "BR", "ZZ")

        self.assertStatus(run, 3)

    def test_1_before_4_an_error_and_a_not_found(self, strategy):
        def answer(connection):
            while request := connection.read_request():
                if "/br/" in request.path:
                    connection.answer(
                        200, harness.corpus_file("br").read_bytes())
                else:
                    connection.answer(404 if "/zz/" in request.path else 500)

        run = self.get("-S", strategy, "-s", self.raw_server(answer).url,
                       "BR", "US", "ZZ")

        self.assertStatus(run, 1)


class Selection(Case):
    def test_a_letter_stands_for_its_26_codes(self):
        run = self.get("-s", self.serve().url, "b")

        self.assertStatus(run, 0)
        present = len(list(CORPUS.glob("b?/b?.gif")))
        self.assertEqual(
            counted(run), {"ok": present, "not_found": 26 - present})

    def test_codes_are_a_set(self):
        run = self.get("-s", self.serve().url, "BR", "br", "Br")

        self.assertStatus(run, 0)
        self.assertEqual(counted(run), {"ok": 1})

    def test_a_limit_cuts_the_sorted_list(self):
        run = self.get("-s", self.serve().url, "-l", "2", "US", "BR", "DE")

        self.assertStatus(run, 0)
        self.assertCorpus(self.out, ["br", "de"])

    def test_a_limit_applies_to_the_default_list_too(self):
        run = self.get("-s", self.serve().url, "--limit", "3")

        self.assertStatus(run, 0)
        self.assertCorpus(self.out, ["bd", "br", "cd"])

    def test_all_are_194_codes(self):
        run = self.get("-s", self.nginx().url, "--all")

        self.assertStatus(run, 0)
        self.assertEqual(sum(counted(run).values()), 194)


@per_strategy
class Connections(Case):
    def connections(self, server):
        """How many connections carried the requests, as nginx counted."""
        lines = server.access_log.read_text().splitlines()
        self.assertEqual(len(lines), 20)
        return len({line.split()[0] for line in lines})

    def test_are_kept_by_default(self, strategy):
        server = self.nginx()

        run = self.get("-S", strategy, "-s", server.url, "-m", "1")

        self.assertStatus(run, 0)
        server.stop()  # which flushes its log
        self.assertEqual(self.connections(server), 1)

    def test_are_new_each_time_with_reuse_no(self, strategy):
        server = self.nginx()

        run = self.get("-S", strategy, "-s", server.url, "--reuse", "no",
                       "-m", "1")

        self.assertStatus(run, 0)
        server.stop()
        self.assertEqual(self.connections(server), 20)


class Concurrency(Case):
    def run_with(self, strategy, limit):
        """Answer nobody until `limit` requests wait, then those: a program
        that keeps fewer in flight never ends, one that has more is seen."""
        body = harness.corpus_file("br").read_bytes()
        changed = threading.Condition()
        state = {"in_flight": 0, "peak": 0, "waiting": 0, "round": 0}

        def answer(connection):
            while connection.read_request():
                with changed:
                    state["in_flight"] += 1
                    state["peak"] = max(state["peak"], state["in_flight"])
                    state["waiting"] += 1
                    mine = state["round"]
                    if state["waiting"] == limit:
                        state["waiting"] = 0
                        state["round"] += 1
                        changed.notify_all()
                    changed.wait_for(lambda: state["round"] > mine,
                                     harness.limit(20))
                    state["in_flight"] -= 1
                connection.answer(200, body)

        server = self.raw_server(answer)
        run = self.get("-S", strategy, "-m", limit, "-s", server.url)
        self.assertStatus(run, 0)
        self.assertEqual(state["peak"], limit)

    def test_is_what_max_req_says_threaded(self):
        self.run_with("threaded", 5)

    def test_is_what_max_req_says_async(self):
        self.run_with("async", 5)

    def test_is_what_max_req_says_in_its_old_spelling(self):
        server = self.nginx()

        run = self.get("--max_req", "3", "-s", server.url, "BR")

        self.assertStatus(run, 0)

    def test_of_sequential_is_clamped_to_one_with_a_warning(self):
        run = self.get("-S", "sequential", "-m", "5", "-s", self.nginx().url)

        self.assertStatus(run, 0)
        self.assertRegex(run.stderr, r"(?i)flags: .*\b5\b.*\b1\b")
        self.assertIn("1 concurrent connection", run.stdout)

    def test_beyond_the_greatest_is_clamped_with_a_warning(self):
        run = self.get("-S", "threaded", "-m", "5000", "-s", self.nginx().url,
                       "-l", "2")

        self.assertStatus(run, 0)
        self.assertRegex(run.stderr, r"flags: .*5000.*1000")


harness.main()
