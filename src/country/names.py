"""
Write the C source of the countries' names, from their metadata.

usage: names.py OUTPUT CORPUS CODES.C      in the order of codes_all in CODES.C
"""

import json
import pathlib
import re
import sys


def main(output, corpus, codes):
    text = pathlib.Path(codes).read_text()
    table = re.search(r"codes_all\[.*?\{(.*?)\};", text, re.DOTALL)[1]
    names = []
    for code in re.findall(r'"(\w\w)"', table):
        metadata = pathlib.Path(corpus) / code.lower() / "metadata.json"
        name = json.loads(metadata.read_text("utf-8"))["country"]
        names.append("    " + json.dumps(name, ensure_ascii=False) + ",\n")
    pathlib.Path(output).write_text(
        '#include "country/names.h"\n\n'
        "const char *const country_names[CODES_ALL] = {\n"
        + "".join(names) + "};\n", "utf-8")


main(*sys.argv[1:])
