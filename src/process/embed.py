"""
Write the C source of the files that are in the program: the flags of the most
populous countries, with their metadata.

usage: embed.py OUTPUT CORPUS CODES.C      codes_populous of CODES.C are taken
"""

import pathlib
import re
import sys

WIDTH = 12  # bytes a line


def populous(source):
    text = pathlib.Path(source).read_text()
    table = re.search(r"codes_populous\[.*?\{(.*?)\};", text, re.DOTALL)[1]
    return sorted(code.lower() for code in re.findall(r'"(\w\w)"', table))


def main(output, corpus, codes):
    arrays, rows = [], []
    for code in populous(codes):
        for name in (f"{code}.gif", f"{code}.svg", "metadata.json"):
            data = (pathlib.Path(corpus) / code / name).read_bytes()
            label = f"{code}_{name.rpartition('.')[2]}"
            lines = [", ".join(f"0x{byte:02x}" for byte in data[i:i + WIDTH])
                     for i in range(0, len(data), WIDTH)]
            arrays.append(f"static const unsigned char {label}[] = {{\n    "
                          + ",\n    ".join(lines) + "};\n")
            rows.append(f'    {{"{code}/{name}", {label}, sizeof({label})}},\n')
    pathlib.Path(output).write_text(
        '#include "process/corpus.h"\n\n' + "\n".join(arrays)
        + "\nconst struct embedded_file corpus_embedded[] = {\n"
        + "".join(rows) + "    {0},\n};\n")


main(*sys.argv[1:])
