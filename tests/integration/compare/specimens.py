"""The page and the Markdown of a comparison, read with other eyes.

They are made of specimens (tests/support/specimen.h): comparisons that nobody
had to wait for. The page is read as XML, which it is as well, so that nothing
in it is left to a browser's forgiveness.
"""

import os
import subprocess
import xml.etree.ElementTree as ElementTree

import harness
from harness import Case

SPECIMEN = os.environ.get("FLAGS_SPECIMEN", "specimen")
KINDS = ("usual", "sweep", "stranger", "interrupted", "none", "one", "hostile",
         "many", "seeds")


def words(element):
    return " ".join("".join(element.itertext()).split())


class Specimens(Case):
    def specimen(self, form, kind, **environment):
        run = subprocess.run([SPECIMEN, form, kind], capture_output=True,
                             timeout=harness.limit(30),
                             env={**os.environ, **environment})
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout.decode("utf-8")  # which fails if it is not

    def source(self, kind, **environment):
        return self.specimen("html", kind, **environment)

    def page(self, kind):
        return ElementTree.fromstring(self.source(kind))

    def figures(self, page, style):
        return [svg for svg in page.iter("svg")
                if style in svg.get("class", "").split()]

    def figure(self, page, style):
        found = self.figures(page, style)
        self.assertEqual(len(found), 1, style)
        return found[0]

    def by_class(self, element, style):
        return [child for child in element.iter()
                if style in child.get("class", "").split()]
