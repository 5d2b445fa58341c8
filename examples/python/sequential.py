"""One flag after the other.

usage: sequential.py URLS

URLS is a file, one a line; each flag goes to the working directory.
"""

import pathlib
import sys

try:
    import requests as http
except ImportError:
    import httpx as http


def save_flag(image, url):
    pathlib.Path(url.rsplit("/", 1)[-1]).write_bytes(image)


def get_flag(client, url):
    response = client.get(url)
    response.raise_for_status()
    return response.content


def download_many(urls):
    with (http.Session if hasattr(http, "Session") else http.Client)() as client:
        for url in urls:
            save_flag(get_flag(client, url), url)


if __name__ == "__main__":
    download_many(pathlib.Path(sys.argv[1]).read_text().split())
