"""The page of a comparison: that it is one that everybody can read."""

import html.parser
import pathlib
import platform
import re
import shutil
import subprocess

import harness
from specimens import KINDS, Specimens, words

GOLDEN = (pathlib.Path(__file__).resolve().parents[2] / "golden"
          / "page.html")
VOID = {"meta", "input"}
LENGTH = re.compile(r"-?\d+(\.\d+)?(%|px)?")
PLACES = {"x", "y", "x1", "x2", "y1", "y2", "dx", "cx", "cy", "r", "width",
          "height"}


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


if __name__ == "__main__":
    harness.main()
