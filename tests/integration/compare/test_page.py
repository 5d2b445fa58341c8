"""The page and the Markdown of a comparison, read with other eyes.

They are made of specimens (tests/support/specimen.h): comparisons that nobody
had to wait for. The page is read as XML, which it is as well, so that nothing
in it is left to a browser's forgiveness.
"""

import html.parser
import os
import pathlib
import platform
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree

import harness
from harness import Case

SPECIMEN = os.environ.get("FLAGS_SPECIMEN", "specimen")
GOLDEN = (pathlib.Path(__file__).resolve().parents[2] / "golden"
          / "page.html")
KINDS = ("usual", "sweep", "stranger", "interrupted", "none", "one", "hostile",
         "many", "seeds")
VOID = {"meta", "input"}
LENGTH = re.compile(r"-?\d+(\.\d+)?(%|px)?")
PLACES = {"x", "y", "x1", "x2", "y1", "y2", "dx", "cx", "cy", "r", "width",
          "height"}
CELL = re.compile(r"(?<!\\)\|")


class Balance(html.parser.HTMLParser):
    """Whether what an HTML parser sees is closed in order."""

    def __init__(self):
        super().__init__()
        self.open, self.faults = [], []

    def handle_starttag(self, tag, attributes):
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append((tag, self.getpos()))


def words(element):
    return " ".join("".join(element.itertext()).split())


class Specimens(Case):
    def specimen(self, form, kind, **environment):
        run = subprocess.run([SPECIMEN, form, kind], capture_output=True,
                             timeout=harness.limit(30),
                             env={**os.environ, **environment})
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout.decode("utf-8")  # which fails if it is not

    def source(self, kind, **environment):
        return self.specimen("html", kind, **environment)

    def page(self, kind):
        return ElementTree.fromstring(self.source(kind))

    def figures(self, page, style):
        return [svg for svg in page.iter("svg")
                if style in svg.get("class", "").split()]

    def figure(self, page, style):
        found = self.figures(page, style)
        self.assertEqual(len(found), 1, style)
        return found[0]

    def by_class(self, element, style):
        return [child for child in element.iter()
                if style in child.get("class", "").split()]


class Page(Specimens):
    def each(self):
        for kind in KINDS:
            with self.subTest(kind):
                yield self.page(kind)

    def test_is_balanced_for_an_html_parser_too(self):
        for kind in KINDS:
            with self.subTest(kind):
                source = self.source(kind)
                balance = Balance()
                balance.feed(source)
                balance.close()

                self.assertTrue(source.startswith("<!DOCTYPE html>\n"))
                self.assertEqual((balance.open, balance.faults), ([], []))

    def test_has_no_script_and_needs_nothing_from_elsewhere(self):
        known = {"html", "head", "meta", "title", "style", "body", "main",
                 "header", "section", "div", "h1", "h2", "p", "strong", "span",
                 "ul", "li", "dl", "dt", "dd", "pre", "code", "figure",
                 "figcaption", "table", "caption", "thead", "tbody", "tr",
                 "th", "td", "input", "label", "svg", "desc", "g", "rect",
                 "line", "circle", "path", "text", "tspan"}
        for page in self.each():
            for element in page.iter():
                self.assertIn(element.tag, known)
                for name, value in element.attrib.items():
                    self.assertNotIn(name, ("src", "href", "action"))
                    self.assertFalse(name.startswith("on"), name)
                    self.assertNotIn("//", value)
                    self.assertNotIn("url(", value)
            style = page.find("head/style").text
            for word in ("url(", "@import", "//", "@font-face", "<", "&"):
                self.assertNotIn(word, style)

    def test_says_its_language_and_its_encoding_and_fits_a_phone(self):
        for page in self.each():
            metas = [meta.attrib for meta in page.iter("meta")]

            self.assertEqual(page.get("lang"), "en")
            self.assertEqual(metas[0], {"charset": "utf-8"})
            self.assertIn({"name": "viewport", "content":
                           "width=device-width, initial-scale=1"}, metas)
            self.assertTrue(words(page.find("head/title")))

    def test_names_each_id_once_and_refers_to_what_is_there(self):
        for page in self.each():
            ids = [element.get("id") for element in page.iter()
                   if element.get("id")]
            self.assertEqual(len(ids), len(set(ids)))
            for element in page.iter():
                for name in ("aria-labelledby", "for"):
                    for reference in element.get(name, "").split():
                        self.assertIn(reference, ids)

    def test_has_one_title_and_its_headings_in_order(self):
        for page in self.each():
            headings = [element.tag for element in page.iter()
                        if re.fullmatch(r"h\d", element.tag)]
            self.assertEqual(headings[0], "h1")
            self.assertEqual(set(headings[1:]), {"h2"})

    def test_tells_what_each_figure_shows_to_those_who_do_not_see_it(self):
        for page in self.each():
            for svg in page.iter("svg"):
                if svg.get("role") != "img":
                    continue
                title, description = svg[0], svg[1]
                self.assertEqual((title.tag, description.tag),
                                 ("title", "desc"))
                self.assertTrue(words(title) and words(description))
                self.assertEqual(svg.get("aria-labelledby").split(),
                                 [title.get("id"), description.get("id")])
            for figure in page.iter("figure"):
                self.assertTrue(words(figure.find("figcaption")))
                self.assertEqual(figure.find("svg").get("role"), "img")

    def test_has_tables_with_headings_and_rows_of_one_length(self):
        for page in self.each():
            for table in page.iter("table"):
                self.assertTrue(words(table.find("caption")))
                rows = list(table.iter("tr"))
                self.assertEqual(len({len(row) for row in rows}), 1)
                self.assertEqual({cell.get("scope") for cell in rows[0]},
                                 {"col"})
                for row in rows[1:]:
                    self.assertEqual([cell.get("scope") for cell in row
                                      if cell.tag == "th"], ["row"])

    def test_places_everything_by_numbers_within_the_figure(self):
        for page in self.each():
            for svg in self.figures(page, "plot"):
                # The axis that several share reaches as far as the longest.
                shared = {id(element)
                          for group in self.by_class(svg, "common")
                          for element in group.iter()}
                for element in svg.iter():
                    for name in PLACES & set(element.attrib):
                        value = element.get(name)
                        self.assertRegex(value, rf"\A{LENGTH.pattern}\Z")
                        if value.endswith("%") and id(element) not in shared:
                            self.assertGreaterEqual(float(value[:-1]), 0)
                            self.assertLessEqual(float(value[:-1]), 100)

    def test_never_says_nan_or_inf(self):
        for page in self.each():
            self.assertNotRegex(words(page.find("body")).lower(),
                                r"\b(-?nan|inf|infinity)\b")

    def test_has_no_decimal_commas_where_the_locale_has_them(self):
        definition = self.directory / "comma"
        definition.write_text('LC_NUMERIC\ndecimal_point ","\n'
                              'thousands_sep ""\ngrouping -1\n'
                              'END LC_NUMERIC\n')
        if not shutil.which("localedef"):
            self.skipTest("no localedef")
        subprocess.run(["localedef", "-c", "-i", definition, "-f", "UTF-8",
                        self.directory / "xx_XX.UTF-8"], capture_output=True)
        if not (self.directory / "xx_XX.UTF-8" / "LC_NUMERIC").exists():
            self.skipTest("localedef cannot make a locale")
        there = {"LOCPATH": str(self.directory), "LC_ALL": "",
                 "LC_NUMERIC": "xx_XX.UTF-8"}

        for form in ("html", "markdown"):
            self.assertEqual(self.specimen(form, "usual", **there),
                             self.specimen(form, "usual"))

    def test_is_the_one_that_was_looked_at(self):
        """What changes in the page is seen in review. If it is meant to:
        build-test/tests/support/specimen html usual > tests/golden/page.html
        and look at it (scripts/screenshots)."""
        if (platform.machine(), platform.libc_ver()[0]) != ("x86_64", "glibc"):
            self.skipTest("another machine may round otherwise")
        self.assertEqual(self.source("usual", LC_ALL="C.UTF-8").splitlines(),
                         GOLDEN.read_text("utf-8").splitlines())

    def test_is_small(self):
        self.assertLess(len(self.source("usual")), 100_000)
        self.assertLess(len(self.source("many")), 300_000)
        self.assertLess(len(self.source("sweep")), 300_000)


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


class Markdown(Specimens):
    def tables(self, kind):
        """The rows of each table, cut at the bars that are markup."""
        tables = [[]]
        for line in self.specimen("markdown", kind).splitlines():
            if line.startswith("|"):
                tables[-1].append([cell.strip() for cell in
                                   CELL.split(line)[1:-1]])
            elif tables[-1]:
                tables.append([])
        return tables[:-1]

    def test_has_tables_of_rows_of_one_length(self):
        for kind in KINDS:
            with self.subTest(kind):
                tables = self.tables(kind)
                self.assertEqual(len(tables), 5)
                for table in tables:
                    self.assertEqual(len({len(row) for row in table}), 1)
                    self.assertRegex("".join(table[1]), r"\A[:-]+\Z")

    def test_has_a_row_for_each_cell(self):
        times, _, _, costs, _ = self.tables("usual")

        for table in times, costs:
            self.assertEqual([row[0] for row in table[2:]],
                             ["sequential", "threaded", "async"])
        self.assertEqual(times[0][:3], ["strategy", "runs", "median"])
        self.assertIn("threads", costs[0])
        self.assertEqual(len(self.tables("sweep")[0]), 2 + 30)

    def test_lists_the_verdicts(self):
        text = self.specimen("markdown", "usual")

        self.assertIn("- undecided, which passes (--undecided pass): fail if ` "
                      "threaded.peak_rss > "
                      "async.peak_rss & 1<2 `; 150 B", text)

    def test_lists_the_conclusions_first(self):
        text = self.specimen("markdown", "usual")

        self.assertRegex(text, r"\A# .+\n\n- async is [\d.]+ times as fast as")
        self.assertLess(text.index("no difference detected"),
                        text.index("## Times"))

    def test_has_a_dash_for_what_is_not_known(self):
        for row in self.tables("none")[0][2:]:
            self.assertEqual(set(row[2:]), {"-"})

    def test_marks_an_ideal_that_is_an_estimate(self):
        text = self.specimen("markdown", "stranger")

        self.assertRegex(text, r"\| \\~[\d.]+ m?s \|")
        self.assertIn("\\~: estimated", text)

    def test_says_that_it_was_interrupted(self):
        self.assertIn("**Interrupted**",
                      self.specimen("markdown", "interrupted"))

    def test_keeps_hostile_text_within_code(self):
        """What CommonMark sees outside of code is ours."""
        text = self.specimen("markdown", "hostile")

        outside = re.sub(r"(?<![`\\])(`+)(?!`).+?(?<!`)\1(?!`)", "", text)
        for word in ("alert", "\x1b", "$("):
            self.assertNotIn(word, outside)
        for sign in "<>`*@":
            self.assertNotRegex(outside, rf"(?<!\\){re.escape(sign)}")
        self.assertIn(r"no \| \<cell\> of \`that\` \*name\*: \@x "
                      r"http\://example.test", outside)
        self.assertIn(r"\xff", text)


if __name__ == "__main__":
    harness.main()
