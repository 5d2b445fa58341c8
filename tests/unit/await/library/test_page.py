"""The library's page names every public function, code and struct."""

import pathlib
import re
import unittest

import harness

SOURCES = pathlib.Path(__file__).resolve().parents[4] / "src" / "await"
PAGE = (SOURCES / "README.md").read_text()


def headers():
    """The text of what await.h hands out, without comments."""
    names = re.findall(r'#include "await/(.*)"',
                       (SOURCES / "await.h").read_text())
    return {name: re.sub(r"/\*.*?\*/", "", (SOURCES / name).read_text(),
                         flags=re.DOTALL) for name in names}


def section(title):
    return re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", PAGE,
                     re.MULTILINE | re.DOTALL)[1]


def first_column(text):
    cells = re.findall(r"^\|([^|]*)\|", text, re.MULTILINE)
    return set(re.findall(r"`(\w+)`", " ".join(cells)))


class Page(unittest.TestCase):
    def test_every_function_has_a_line(self):
        public = set()
        for text in headers().values():
            public |= set(re.findall(
                r"^(?!typedef|return|extern)[\w ]+?[ *]+(aw_\w+)\(", text,
                re.MULTILINE))
            public |= set(re.findall(r"#define (aw_\w+)\(", text))
        self.assertGreater(len(public), 80)
        self.assertEqual(first_column(section("All functions")), public)

    def test_every_code_has_a_line(self):
        codes = set(re.findall(r"\b(AW_E\w+) =", headers()["base.h"]))
        self.assertGreater(len(codes), 10)
        self.assertEqual({name for name in first_column(section(
            "Words and how they begin")) if name.startswith("AW_E")}, codes)

    def test_every_struct_with_a_beginning_has_a_line(self):
        structs = set()
        for text in headers().values():
            structs |= set(re.findall(r"^typedef struct (aw_\w+) \{", text,
                                      re.MULTILINE))
        others = {"aw_awaitable", "aw_coro", "aw_future_ops", "aw_report",
                  "aw_waiters"}  # made by macros, by a class, by the library
        self.assertEqual({name for name in first_column(section(
            "Words and how they begin")) if name.startswith("aw_")},
            structs - others)


harness.main()
