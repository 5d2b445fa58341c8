"""The Markdown of a comparison."""

import re

import harness
from specimens import KINDS, Specimens

CELL = re.compile(r"(?<!\\)\|")


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
