"""The ideal of a cell, as a list schedule."""

import heapq
import re

UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1, "%": .01, "B": 1, "KiB": 1 << 10,
         "MiB": 1 << 20, "GiB": 1 << 30, "": 1}


def delays(run, items):
    """What the server let each item wait: of its requests' times what is not
    lateness. None: it is not known of all of them."""
    sums = [0] * items
    columns = run["request_times"]
    if not columns["item"]:
        return None
    for item, time, late in zip(columns["item"], columns["time"],
                                columns["lateness"]):
        if late is None:
            return None
        sums[item] += time - late
    return sums


def seconds(text):
    """Of a constant delay; None: it is drawn, and nothing is said of it."""
    constant = re.fullmatch(r"(\d*\.?\d+)(us|ms|s|)", text)
    return constant and float(constant[1]) * UNITS[constant[2]]


def connecting(cell, report):
    """How long each place waits for its connection, before its first item."""
    delay = report["factors"]["connect_delay"]
    return seconds(delay) if delay and cell["reuse"] else 0


def lengths(cell, run, report):
    """How long each item takes in the ideal, but for a place's connection.
    None: that is not a sum of what is known here."""
    factors = report["factors"]
    each = 0
    if factors["work"] and cell["max_req"] > 1:
        return None  # computing is one after the other
    if cell["http"] != "1.1" and (factors["connect_delay"]
                                  or factors["bandwidth"]):
        return None  # what they share is no sum
    if factors["connect_delay"]:
        held = seconds(factors["connect_delay"])
        if held is None or cell["errors"]:
            return None
        each += 0 if cell["reuse"] else held
    if factors["bandwidth"]:
        if not factors["size"] or cell["errors"]:
            return None
        # In whole microseconds, each.
        each += round(factors["size"] / factors["bandwidth"], 6)
    waits = delays(run, report["items"])
    return waits and [wait + each + factors["work"] for wait in waits]


def list_schedule(lengths, places, first):
    """The end of all, if each starts in its turn as soon as there is a place,
    which has its first after so long."""
    free = [first] * min(places, len(lengths))
    for length in lengths:
        heapq.heapreplace(free, free[0] + length)
    return max(free)
