"""What `flags compare` printed, read back."""

import re
import typing

UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}


class Row(typing.NamedTuple):
    """A row of the table of times; seconds, None for what is not known."""

    runs: int
    median: typing.Optional[float]
    ideal: typing.Optional[float]
    estimated: bool
    efficiency: typing.Optional[float]
    ratio: typing.Optional[float]  # None: none, or no difference detected
    bar: int  # its length


_TIME = r"(-?[\d.]+ (?:us|ms|s)|-)"
_ROW = re.compile(
    rf"(?P<name>(?:sequential|threaded|async)(?: -m \d+)?(?: no reuse)?(?: h2)?) +"
    rf"(?P<runs>\d+) +(?P<median>{_TIME}) +"
    rf"(?P<ratio>[\d.]+|-|no difference detected)(?: \([\d.]+ to [\d.]+\))? +"
    rf"(?P<mark>~?)(?P<ideal>{_TIME}) +~?(?P<overhead>{_TIME}) +"
    rf"~?(?P<efficiency>[\d.]+ %|-) *(?P<bar>\S*)$", re.MULTILINE)


def directories(home):
    """Those that comparisons have there while they run."""
    return list(home.glob("flags-compare-*"))


def seconds(text):
    if text == "-":
        return None
    number, unit = text.split()
    return float(number) * UNITS[unit]


def _number(text):
    try:
        return float(text)
    except ValueError:
        return None


def _share(text):
    return None if text == "-" else float(text.rstrip(" %")) / 100


def rows(text):
    """The table of times: name of the cell -> Row. Cells without a run that
    counts are not in it."""
    table = text[text.rindex("\ncell "):]
    table = table[:table.index("\n\n")] if "\n\n" in table else table
    return {m["name"]: Row(int(m["runs"]), seconds(m["median"]),
                           seconds(m["ideal"]), bool(m["mark"]),
                           _share(m["efficiency"]), _number(m["ratio"]),
                           len(m["bar"]))
            for m in _ROW.finditer(table)}
