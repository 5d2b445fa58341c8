"""A pool of threads, each with a client of its own.

usage: threads.py URLS M

URLS is a file, one a line; each flag goes to the working directory.
"""

import concurrent.futures
import pathlib
import sys
import threading

try:
    import requests as http
except ImportError:
    import httpx as http

local = threading.local()


def save_flag(image, url):
    pathlib.Path(url.rsplit("/", 1)[-1]).write_bytes(image)


def open_client():
    local.client = (http.Session if hasattr(http, "Session")
                    else http.Client)()


def get_flag(url):
    response = local.client.get(url)
    response.raise_for_status()
    return response.content


def download_one(url):
    save_flag(get_flag(url), url)


def download_many(urls, most):
    with concurrent.futures.ThreadPoolExecutor(
            most, initializer=open_client) as executor:
        list(executor.map(download_one, urls))


if __name__ == "__main__":
    download_many(pathlib.Path(sys.argv[1]).read_text().split(),
                  int(sys.argv[2]))
