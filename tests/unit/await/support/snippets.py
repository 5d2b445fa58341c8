"""The C snippets of a Markdown file: list them, or print one so that it compiles.

  snippets.py list FILE           program-N or fragment-N a line; a program is
                                  followed by what it prints
  snippets.py c FILE N            its C
  snippets.py check FILE N PROG   run PROG; its output must be the text block
                                  that follows the snippet
"""
import re
import subprocess
import sys

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
PRELUDE = '#include <stdio.h>\n\n#include "await/await.h"\n\n'


def blocks(path):
    with open(path, encoding="utf-8") as file:
        return BLOCK.findall(file.read())


def snippets(path):
    """(its place among all blocks, its text) of each C block."""
    return [(i, text) for i, (kind, text) in enumerate(blocks(path)) if kind == "c"]


def main(what, path, *rest):
    found = snippets(path)
    if what == "list":
        if not found:
            sys.exit(f"{path} has no snippet")
        kinds = [kind for kind, _ in blocks(path)] + [None]
        for n, (place, text) in enumerate(found):
            whole = "int main(" in text and kinds[place + 1] == "text"
            print(("program-" if whole else "fragment-") + str(n))
        return
    place, text = found[int(rest[0])]
    if what == "c":
        print(text if "await/await.h" in text else PRELUDE + text)
        return
    kind, expected = blocks(path)[place + 1]
    if kind != "text":
        sys.exit("no text block follows the program")
    printed = subprocess.run([rest[1]], check=True, timeout=30,
                             stdout=subprocess.PIPE, text=True).stdout
    if printed != expected:
        sys.exit(f"expected:\n{expected}\nprinted:\n{printed}")


main(*sys.argv[1:])
