#!/usr/bin/env python3
"""Checks the corpus: every country's SVG, GIF and metadata."""

import functools
import html.parser
import json
import pathlib
import re
import statistics
import struct
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ElementTree

import harness

SVG = "{http://www.w3.org/2000/svg}"
GIF_WIDTH = 320
SVG_BYTES_MOST = 12 * 1024

# The codes that the book's scripts know, and the flags that must be here.
COUNTRIES = """
AD AE AF AG AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BN BO BR BS BT BW
BY BZ CA CD CF CG CH CI CL CM CN CO CR CU CV CY CZ DE DJ DK DM DZ EC EE EG ER
ES ET FI FJ FM FR GA GB GD GE GH GM GN GQ GR GT GW GY HN HR HT HU ID IE IL IN
IQ IR IS IT JM JO JP KE KG KH KI KM KN KP KR KW KZ LA LB LC LI LK LR LS LT LU
LV LY MA MC MD ME MG MH MK ML MM MN MR MT MU MV MW MX MY MZ NA NE NG NI NL NO
NP NR NZ OM PA PE PG PH PK PL PT PW PY QA RO RS RU RW SA SB SC SD SE SG SI SK
SL SM SN SO SR SS ST SV SY SZ TD TG TH TJ TL TM TN TO TR TT TV TW TZ UA UG US
UY UZ VA VC VE VN VU WS YE ZA ZM ZW
""".lower().split()


class BadGif(Exception):
    """The file breaks the GIF89a specification."""


class Gif:
    """A GIF read block by block, as in the GIF89a specification."""

    def __init__(self, data):
        self.data = data
        self.position = 0
        self.palette = set()
        self.images = 0
        self.extensions = []
        if self._take(6) != b"GIF89a":
            raise BadGif("the signature is not GIF89a")
        self.width, self.height, flags, _, _ = struct.unpack(
            "<HHBBB", self._take(7)
        )
        self._read_palette(flags)
        while (kind := self._take(1)) != b";":
            if kind == b",":
                self._read_image()
            elif kind == b"!":
                self.extensions.append(self._take(1)[0])
                self._read_blocks()
            else:
                raise BadGif(f"unknown block {kind!r}")
        if self.position != len(data):
            raise BadGif("something follows the trailer")

    def _take(self, count):
        end = self.position + count
        if end > len(self.data):
            raise BadGif("the file ends early")
        part = self.data[self.position : end]
        self.position = end
        return part

    def _read_palette(self, flags):
        if flags & 0x80:
            table = self._take(3 * 2 ** ((flags & 7) + 1))
            self.palette |= {
                table[i : i + 3].hex() for i in range(0, len(table), 3)
            }

    def _read_blocks(self):
        data = b""
        while (count := self._take(1)[0]) != 0:
            data += self._take(count)
        return data

    def _read_image(self):
        left, top, width, height, flags = struct.unpack(
            "<HHHHB", self._take(9)
        )
        if (left, top, width, height) != (0, 0, self.width, self.height):
            raise BadGif("the image does not fill the screen")
        self._read_palette(flags)
        bits = self._take(1)[0]
        if pixels_in(bits, self._read_blocks()) != width * height:
            raise BadGif("the image has too few pixels or too many")
        self.images += 1


def pixels_in(bits, data):
    """Counts the pixels of compressed data whose symbols have `bits` bits.

    Each code stands for a run of pixels; only the lengths of the runs are
    kept. As in appendix F of the GIF89a specification.
    """
    clear, end = 1 << bits, (1 << bits) + 1
    stream, available, pixels = 0, 0, 0
    lengths, width, previous = {}, bits + 1, None
    for byte in data:
        stream |= byte << available
        available += 8
        while available >= width:
            code = stream & ((1 << width) - 1)
            stream >>= width
            available -= width
            if code == end:
                return pixels
            if code == clear:
                lengths = {symbol: 1 for symbol in range(clear)}
                width, previous, following = bits + 1, None, end + 1
                continue
            if previous is not None and following < 4096:
                lengths[following] = lengths[previous] + 1
                following += 1
            if code not in lengths:
                raise BadGif(f"the code {code} stands for nothing")
            pixels += lengths[code]
            if following == 1 << width and width < 12:
                width += 1
            previous = code
    raise BadGif("the image has no end")


def long_colour(colour):
    """Gives '#fc0' and '#ffcc00' alike as 'ffcc00'."""
    digits = colour.lstrip("#").lower()
    return digits if len(digits) == 6 else "".join(2 * d for d in digits)


def every_country(check):
    """Makes a test of a check of one country's directory and code."""

    @functools.wraps(check)
    def test(self):
        for directory in self.countries:
            with self.subTest(country=directory.name):
                check(self, directory, directory.name)

    return test


class Corpus(unittest.TestCase):
    def setUp(self):
        self.countries = sorted(
            p for p in harness.CORPUS.iterdir() if p.is_dir()
        )

    @staticmethod
    @functools.cache
    def gif(directory):
        return Gif((directory / f"{directory.name}.gif").read_bytes())

    def svg(self, directory):
        return ElementTree.parse(directory / f"{directory.name}.svg").getroot()

    def test_the_194_countries_are_there_and_no_other(self):
        self.assertEqual(len(COUNTRIES), 194)
        self.assertEqual([p.name for p in self.countries], COUNTRIES)

    def test_the_most_populous_countries_are_there(self):
        names = {directory.name for directory in self.countries}
        self.assertEqual(set(harness.MOST_POPULOUS) - names, set())

    @every_country
    def test_every_directory_has_a_code_and_three_files(self, directory, cc):
        self.assertRegex(cc, r"\A[a-z]{2}\Z")
        self.assertEqual(
            sorted(p.name for p in directory.iterdir()),
            sorted([f"{cc}.gif", f"{cc}.svg", "metadata.json"]),
        )

    @every_country
    def test_every_gif_is_one_whole_image_without_comments(self, directory, cc):
        gif = self.gif(directory)
        self.assertEqual(gif.images, 1)
        self.assertEqual(gif.extensions, [])

    @every_country
    def test_every_gif_is_320_pixels_wide(self, directory, cc):
        self.assertEqual(self.gif(directory).width, GIF_WIDTH)

    @every_country
    def test_every_svg_is_small(self, directory, cc):
        size = (directory / f"{cc}.svg").stat().st_size
        self.assertLess(size, SVG_BYTES_MOST)

    @every_country
    def test_every_gif_has_the_proportions_of_its_svg(self, directory, cc):
        gif, svg = self.gif(directory), self.svg(directory)
        width, height = int(svg.get("width")), int(svg.get("height"))
        self.assertAlmostEqual(gif.height, gif.width * height / width,
                               delta=0.51)

    @every_country
    def test_every_view_box_has_the_proportions_of_its_svg(self, directory, cc):
        svg = self.svg(directory)
        _, _, width, height = map(float, svg.get("viewBox").split())
        self.assertAlmostEqual(
            width / height,
            int(svg.get("width")) / int(svg.get("height")),
            places=2,
        )

    @every_country
    def test_every_plain_field_keeps_its_exact_colour(self, directory, cc):
        fields = {
            long_colour(rect.get("fill"))
            for rect in self.svg(directory).findall(f"{SVG}rect")
        }
        self.assertNotEqual(fields, set())
        self.assertEqual(fields - self.gif(directory).palette, set())

    @every_country
    def test_every_svg_is_titled_and_stands_alone(self, directory, cc):
        text = (directory / f"{cc}.svg").read_text(encoding="utf-8")
        self.assertNotRegex(text, r"<!DOCTYPE|<!ENTITY|<\?xml-stylesheet")
        self.assertNotRegex(text, r"@import|url\((?!#)")
        root = self.svg(directory)
        self.assertEqual(root.tag, f"{SVG}svg")
        self.assertRegex(root.findtext(f"{SVG}title"), r"\AFlag of \S")
        known = {element.get("id") for element in root.iter()}
        for element in root.iter():
            self.assertTrue(element.tag.startswith(SVG), element.tag)
            self.assertNotIn(
                element.tag.removeprefix(SVG),
                ("image", "script", "foreignObject", "text", "a"),
            )
            for name, value in element.attrib.items():
                if name.rpartition("}")[2] in ("href", "src"):
                    self.assertTrue(value.startswith("#"), value)
                    self.assertIn(value[1:], known)

    @every_country
    def test_every_metadata_file_has_the_four_values(self, directory, cc):
        text = (directory / "metadata.json").read_text(encoding="utf-8")
        metadata = json.loads(text)
        self.assertEqual(
            list(metadata), ["country", "iso_cc", "tld_cc", "gec_cc"]
        )
        self.assertEqual(metadata["iso_cc"], cc.upper())
        tld = {"gb": ".uk"}.get(cc, f".{cc}")
        self.assertEqual(metadata["tld_cc"], tld)
        self.assertRegex(metadata["gec_cc"], r"\A[A-Z]{2}\Z")
        # The name becomes part of a file name.
        self.assertRegex(metadata["country"], r"\A\w[\w '\-]+\w\Z")

    def test_no_two_countries_share_a_name_or_a_code(self):
        for key in ("country", "iso_cc", "tld_cc", "gec_cc"):
            values = [
                json.loads((p / "metadata.json").read_text("utf-8"))[key]
                for p in self.countries
            ]
            self.assertEqual(len(values), len(set(values)), key)

    def test_the_gifs_have_the_sizes_of_small_web_images(self):
        sizes = []
        for directory in self.countries:
            size = (directory / f"{directory.name}.gif").stat().st_size
            self.assertGreaterEqual(size, 300, directory.name)
            self.assertLessEqual(size, 16_000, directory.name)
            sizes.append(size)
        self.assertGreaterEqual(statistics.median(sizes), 1_500)
        self.assertLessEqual(statistics.median(sizes), 5_000)


class Page(html.parser.HTMLParser):
    """What an HTML page refers to, what it says, and its elements."""

    def __init__(self, text):
        super().__init__()
        self.elements = set()
        self.links, self.images, self.words = [], [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        if tag == "a":
            self.links.append(dict(attrs)["href"])
        elif tag == "img":
            self.images.append(dict(attrs))

    def handle_data(self, data):
        self.words += data


class ContactSheet(unittest.TestCase):
    """flags/index.html, all flags on a page that can be read from disk."""

    def setUp(self):
        self.text = (harness.CORPUS / "index.html").read_text("utf-8")
        self.page = Page(self.text)

    def test_it_is_what_the_script_makes_of_the_corpus_of_today(self):
        script = pathlib.Path(__file__).parents[3] / "scripts" / "render-index"
        made = subprocess.run([sys.executable, script, "--print"], check=True,
                              capture_output=True).stdout.decode()

        self.assertEqual(made, self.text, "scripts/render-index writes it")

    def test_it_shows_each_flag_by_a_relative_path(self):
        self.assertEqual([image["src"] for image in self.page.images],
                         [f"{cc}/{cc}.gif" for cc in COUNTRIES])
        self.assertEqual(self.page.links,
                         [f"{cc}/{name}" for cc in COUNTRIES
                          for name in (f"{cc}.svg", "metadata.json")])

    def test_it_tells_each_name_and_code(self):
        for cc in COUNTRIES:
            about = json.loads((harness.CORPUS / cc / "metadata.json")
                               .read_text("utf-8"))
            self.assertIn(f"{about['country']} {cc.upper()}\n",
                          self.page.words)

    def test_each_image_has_a_text_of_its_own_and_its_size(self):
        texts = [image["alt"] for image in self.page.images]
        self.assertEqual(len(set(texts)), len(COUNTRIES))
        for text in texts:
            self.assertRegex(text, r"\AFlag of \S")
        for cc, image in zip(COUNTRIES, self.page.images):
            gif = Gif((harness.CORPUS / cc / f"{cc}.gif").read_bytes())
            self.assertEqual((image["width"], image["height"]),
                             (str(gif.width), str(gif.height)))

    def test_it_needs_nothing_but_the_flags(self):
        self.assertEqual(self.page.elements & {"script", "iframe", "object"},
                         set())
        self.assertNotRegex(self.text, r"https?:|//|@import|url\(|\bon\w+=")

    def test_it_suits_light_and_dark_and_narrow_screens(self):
        self.assertIn("prefers-color-scheme: dark", self.text)
        self.assertIn('name="viewport"', self.text)
        self.assertIn('<html lang="en">', self.text)


class Reader(unittest.TestCase):
    """The reader above finds faults, so that its silence means something."""

    def setUp(self):
        path = harness.CORPUS / "br" / "br.gif"
        self.data = path.read_bytes()

    def test_a_cut_file_is_refused_wherever_it_is_cut(self):
        for length in range(0, len(self.data), 199):
            with self.assertRaises(BadGif):
                Gif(self.data[:length])

    def test_a_file_without_its_trailer_is_refused(self):
        with self.assertRaises(BadGif):
            Gif(self.data[:-1])

    def test_bytes_after_the_trailer_are_refused(self):
        with self.assertRaises(BadGif):
            Gif(self.data + b"<html>")

    def test_the_older_signature_is_refused(self):
        with self.assertRaises(BadGif):
            Gif(re.sub(rb"\AGIF89a", b"GIF87a", self.data))


if __name__ == "__main__":
    harness.main()
