"""The page of a comparison: what it says and draws."""

import re

import harness
from specimens import Specimens, words


class Content(Specimens):
    def test_begins_with_the_answer(self):
        header = self.page("usual").find("body/main/header")

        lead = words(self.by_class(header, "lead")[0])
        self.assertRegex(lead, r"^async is [\d.]+ times as fast as sequential")
        self.assertGreater(len(list(header.iter("li"))), 1)

    def test_names_every_cell_beside_its_bar_and_in_every_table(self):
        for kind, count in (("usual", 3), ("sweep", 30), ("one", 1)):
            page = self.page(kind)
            names = [words(name) for name in
                     self.by_class(self.figure(page, "bars"), "name")]

            self.assertEqual(len(set(names)), count)
            for table in ("times", "spread", "overhead", "costs",
                          "requests"):
                region = page.find(
                    f".//div[@aria-labelledby='table-{table}']/table")
                self.assertEqual([words(row[0]) for row in
                                  region.find("tbody")], names)

    def test_has_a_bar_up_to_the_ideal_and_from_there_to_the_median(self):
        for bar in self.figure(self.page("usual"), "bars").findall("g")[1:]:
            solid, pale = bar.findall("rect")
            ideal = self.by_class(bar, "ideal")[0]
            end = float(solid.get("width")[:-1])

            self.assertGreater(end, 0)
            self.assertEqual(float(pale.get("x")[:-1]), end)
            self.assertEqual(float(ideal.get("x1")[:-1]), end)
            self.assertEqual(len(self.by_class(bar, "whisker")), 3)

    def test_has_a_dot_for_each_run_and_a_ring_for_each_outlier(self):
        dots = self.figure(self.page("usual"), "runs")

        self.assertEqual(len(list(dots.iter("circle"))), 30)
        self.assertEqual(len(self.by_class(dots, "outlier")), 1)
        self.assertEqual(len({words(dot) for dot in dots.iter("circle")
                              if "run 3:" in words(dot)}), 3)

    def test_shows_runs_later_in_time_further_down(self):
        for group in self.figure(self.page("usual"), "runs").findall("g"):
            heights = [float(dot.get("cy")) for dot in group.iter("circle")]
            self.assertEqual(heights, sorted(heights))

    def test_has_a_waterfall_for_each_strategy_with_a_row_for_each_item(self):
        page = self.page("usual")
        waterfalls = self.figures(page, "waterfall")

        self.assertEqual([words(svg[0]) for svg in waterfalls],
                         ["Waterfall of sequential", "Waterfall of threaded",
                          "Waterfall of async"])
        for svg in waterfalls:
            rows = self.by_class(svg, "row")
            self.assertEqual([words(row[0]).split(":")[0] for row in rows],
                             [words(row.find("text")) for row in rows])
            self.assertEqual(len({words(row[0]) for row in rows}), 20)

    def test_leaves_no_gap_in_a_row_of_a_waterfall(self):
        for svg in self.figures(self.page("usual"), "waterfall"):
            for row in self.by_class(svg, "row"):
                end = 0.0
                for span in row:
                    if span.tag == "rect":
                        begin = float(span.get("x")[:-1])
                        length = float(span.get("width")[:-1])
                    elif span.tag == "line":
                        begin = float(span.get("x1")[:-1])
                        length = float(span.get("x2")[:-1]) - begin
                    else:
                        continue
                    self.assertAlmostEqual(begin, end, delta=0.01)
                    end = begin + length

    def test_crosses_what_failed(self):
        for svg in self.figures(self.page("usual"), "waterfall"):
            crossed = {words(row.find("text")): len(crosses)
                       for row in self.by_class(svg, "row")
                       if (crosses := self.by_class(row, "cross"))}

            self.assertEqual(crossed, {"EG": 1, "IR": 1, "MX": 1, "VN": 1})

    def test_has_a_legend_of_the_phases_that_occur(self):
        page = self.page("usual")
        legend = {words(item) for item in self.by_class(page, "legend")[0]}
        used = {element.get("class") for svg in self.figures(page, "waterfall")
                for row in self.by_class(svg, "row")
                for element in row if element.tag in ("rect", "line")}

        self.assertEqual({name.replace(" ", "-") for name in legend}, used)
        self.assertIn("backing off", legend)

    def test_says_how_many_items_have_no_row(self):
        page = self.page("many")

        for svg in self.figures(page, "waterfall"):
            rows = self.by_class(svg, "row")
            self.assertEqual(len(rows), 60)
            self.assertTrue(words(rows[0][0]).startswith("AA:"))
        self.assertIn("134 are left out", words(page))

    def test_has_waterfalls_of_the_fastest_where_there_are_many_cells(self):
        page = self.page("sweep")
        titles = [words(svg[0]).split()[2]
                  for svg in self.figures(page, "waterfall")]

        self.assertEqual(titles, ["sequential", "threaded", "async"])
        self.assertIn("the fastest of each strategy", words(page))

    def test_has_a_curve_for_each_strategy_with_and_without_reuse(self):
        sweep = self.figure(self.page("sweep"), "sweep")
        labels = {words(label) for label in self.by_class(sweep, "label")}

        self.assertEqual(labels, {
            "sequential", "sequential no reuse", "threaded",
            "threaded no reuse", "async", "async no reuse"})
        self.assertEqual(len(self.by_class(sweep, "mark")), 30)
        self.assertEqual(len(self.by_class(sweep, "curve")), 4 * 6)
        self.assertEqual(len(self.by_class(sweep, "best")), 4 * 6)

    def test_tells_runs_of_several_seeds_apart(self):
        """In the figure of all runs each seed has a band with its number,
        where its runs are; in the sweep it has a line."""
        page = self.page("seeds")
        runs = self.figure(page, "runs")
        bands = [float(text.get("y")) - 3.5
                 for text in self.by_class(runs, "seed")]

        self.assertEqual([words(text) for text in self.by_class(runs, "seed")],
                         list("123456") * 4)
        dots = [dot for dot in runs.iter("circle")]
        self.assertEqual(len(dots), 4 * 12)
        for index, dot in enumerate(dots):
            _, seed = re.fullmatch(r"run (\d+), seed (\d): .*",
                                   words(dot)).groups()
            row = index // 12 * 6
            middle = bands[row + int(seed) - 1]
            self.assertLess(abs(float(dot.get("cy")) - middle), 6)

        sweep = self.figure(page, "sweep")
        self.assertEqual(len(self.by_class(sweep, "of-seed")), 6 * 2)
        titles = [words(group) for group in self.by_class(sweep, "seed")]
        self.assertEqual([title for title in titles if title][-6:],
                         [f"seed {seed}" for seed in range(1, 7)])

    def test_says_nothing_of_seeds_where_there_is_one(self):
        for kind in ("usual", "sweep"):
            page = self.page(kind)
            for style in ("seed", "of-seed", "band"):
                self.assertEqual(self.by_class(page, style), [])

    def test_marks_where_errors_begin(self):
        sweep = self.figure(self.page("sweep"), "sweep")
        marks = [element for element in self.by_class(sweep, "error")
                 if element.tag == "path"]
        texts = {words(element) for element in self.by_class(sweep, "error")
                 if element.tag == "text"}

        self.assertEqual(len(marks), 4)
        self.assertEqual(texts, {"errors from 50"})

    def test_has_no_sweep_where_nothing_was_swept(self):
        for kind in ("usual", "one", "none"):
            self.assertEqual(self.figures(self.page(kind), "sweep"), [])

    def test_shows_the_verdict_of_each_check_in_words(self):
        table = self.page("usual").find(
            ".//div[@aria-labelledby='table-checks']/table/tbody")

        self.assertEqual([words(row[0]).split()[1].rstrip(",") for row in table],
                         ["passed", "undecided", "failed", "impossible"])
        self.assertEqual(words(table[1][1]),
                         "threaded.peak_rss > async.peak_rss & 1<2")
        self.assertEqual([words(row[2]) for row in table],
                         ["-101 ms (-104 ms to -98.0 ms)",
                          "150 B (-1.2 KiB to 1.5 KiB)",
                          "0.5 (0.5 to 0.5)",
                          "the server is not ours"])

    def test_marks_an_ideal_that_is_an_estimate(self):
        page = self.page("stranger")

        self.assertRegex(words(self.figure(page, "bars")),
                         r"ideal ~[\d.]+ (s|ms)")
        self.assertNotIn("~", words(self.page("usual").find("body")))
        self.assertIn("https://example.test/flags/{cc}/{cc}.gif", words(page))

    def test_says_that_it_was_interrupted_and_what_does_not_count(self):
        page = self.page("interrupted")
        warnings = " ".join(map(words, self.by_class(page, "warning")))

        self.assertIn("Interrupted", warnings)
        self.assertIn("Not the same work", warnings)
        self.assertIn("threaded no run counts",
                      words(self.figure(page, "bars")))
        self.assertEqual(len(self.figures(page, "waterfall")), 2)

    def test_draws_nothing_where_no_run_counts(self):
        page = self.page("none")

        self.assertEqual(list(page.iter("svg")), [])
        self.assertEqual(len(page.findall(".//table/tbody/tr")), 15)

    def test_says_how_to_run_it_again(self):
        command = words(self.page("usual").find(".//pre"))

        self.assertEqual(command,
                         "flags compare --weather=uniform:.02:.08")

    def test_shows_hostile_text_as_text(self):
        page = self.page("hostile")
        titles = [words(row[0]) for row in
                  self.by_class(self.figures(page, "waterfall")[0], "row")]

        self.assertIn("<script>alert(1)</script>: ok", titles[0])
        self.assertIn(r"\xff\xfe\xc3(\xed\xa0\x80", titles[3])
        self.assertIn(r"\x01\x1b[31m\x7f\x0a\x09", titles[4])
        self.assertIn(r"\ufffe\uffff", titles[5])
        facts = {words(term): words(text) for term, text in zip(
            page.iter("dt"), page.iter("dd"))}
        self.assertEqual(facts["Machine"],
                         r"</dd>\x01\xff<img src=x onerror=alert(1)>")
        self.assertEqual(facts["Began"], "&lt;now&gt;")


if __name__ == "__main__":
    harness.main()
