#!/usr/bin/env python3
"""
Make the blocks of a page of the manual (cli/manual.h) of its text.

usage: manual.py TEXT OUTPUT DATA_DIRECTORY

TEXT is NAME.md; what comes is the C source of `NAME_manual`. A line that begins
with `## ` is a heading. Lines in a row are a paragraph. Where they are followed
by one that begins with `: `, they are a term, and that, with the lines under it,
is what it means. Lines indented by four are shown as they are. In braces, on a
line of its own, stands what the program knows: {options}, {commands},
{examples}, and {statuses 3 4}, the page's exit statuses beyond those that every
command may have. @DATA@ is where the corpus is installed.
"""

import pathlib
import re
import sys

PARTS = {"options": "BLOCK_OPTIONS", "commands": "BLOCK_COMMANDS",
         "examples": "BLOCK_EXAMPLES", "statuses": "BLOCK_STATUSES"}


def quoted(text):
    """A literal of C, a line of the source for each of some words."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    lines = escaped.replace("\n", "\\n").split(" ")
    pieces, piece = [], ""
    for word in lines:
        if piece and len(piece) + len(word) > 66:
            pieces.append(piece)
            piece = ""
        piece += word + " "
    pieces.append(piece)
    pieces[-1] = pieces[-1][:-1]
    return "\n        ".join(f'"{each}"' for each in pieces)


def joined(lines):
    return " ".join(line.strip() for line in lines)


def block(lines):
    """The C of a paragraph's lines, and the exit statuses that it names."""
    part = re.fullmatch(r"\{(\w+)((?: \d+)*)\}", lines[0])
    if part and part[1] in PARTS and len(lines) == 1:
        return (f"{{.kind = {PARTS[part[1]]}}}",
                [int(number) for number in part[2].split()])
    if lines[0].startswith("## "):
        if len(lines) > 1:
            raise ValueError(f"a heading of two lines: {lines[0]}")
        return f"BLOCK_OF_SECTION({quoted(lines[0][3:])})", []
    if lines[0].startswith("    "):
        code = "\n".join(line[4:] for line in lines)
        return f"BLOCK_OF_CODE({quoted(code)})", []
    for number, line in enumerate(lines):
        if line.startswith(": "):
            term = joined(lines[:number])
            means = joined([line[2:], *lines[number + 1:]])
            return f"BLOCK_OF_TERM({quoted(term)},\n        {quoted(means)})", []
    return f"BLOCK_OF_TEXT({quoted(joined(lines))})", []


def main(source, output, data):
    source = pathlib.Path(source)
    text = source.read_text("utf-8").replace("@DATA@", data)
    blocks, statuses = [], []
    for paragraph in re.split(r"\n\s*\n", text.strip("\n")):
        made, named = block(paragraph.split("\n"))
        blocks.append(made)
        statuses += named
    name = source.stem
    pathlib.Path(output).write_text(
        f"/* Made from {source.name}. */\n"
        '#include "command/commands.h"\n\n'
        "static const struct block blocks[] = {\n    "
        + ",\n    ".join(blocks) + ",\n    {.kind = BLOCK_END},\n};\n\n"
        f"const struct manual {name}_manual = {{\n"
        "    .blocks = blocks,\n    .statuses = "
        + (" | ".join(f"MANUAL_STATUS({number})" for number in statuses) or "0")
        + ",\n};\n", "utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__.strip())
    main(*sys.argv[1:])
