"""How tests in Python meet faults that are the same in each run. With pytest,
`flags` is a fixture of the module in place of setUpClass."""

import json
import os
import subprocess
import unittest
import urllib.error
import urllib.request

FLAGS = os.environ.get("FLAGS_PROGRAM", "flags")


def fetch(url, tries):
    """What is tested: a client that tries again."""
    for left in reversed(range(tries)):
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:
                return answer.read()
        except (urllib.error.URLError, ConnectionError):
            if not left:
                raise


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = subprocess.Popen(
            [FLAGS, "serve", "-q", "-p", "0", "--ready", "json",
             "--exit-with-parent", "--fault", "status=503 @/br/* #2"],
            stdout=subprocess.PIPE)
        cls.base = json.loads(cls.server.stdout.readline())["urls"][0]

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        cls.server.communicate()

    def control(self, name, data=None):
        url = self.base.removesuffix("/flags") + "/__flags/" + name
        with urllib.request.urlopen(url, data) as answer:
            return answer.status

    def setUp(self):
        self.control("reset", b"")

    def test_two_failures_are_overcome(self):
        self.assertTrue(fetch(self.base + "/br/br.gif", 3).startswith(b"GIF"))
        self.assertEqual(
            self.control("verify?path=/br/br.gif&method=GET&times=3"), 200)

    def test_the_last_one_is_told(self):
        with self.assertRaises(urllib.error.HTTPError) as caught:
            fetch(self.base + "/br/br.gif", 2)
        self.assertEqual(caught.exception.code, 503)
        caught.exception.close()


if __name__ == "__main__":
    unittest.main()
