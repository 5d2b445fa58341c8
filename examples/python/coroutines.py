"""A coroutine for each flag, so many of them past the semaphore at a time.

usage: coroutines.py URLS M

URLS is a file, one a line; each flag goes to the working directory.
"""

import asyncio
import pathlib
import sys

try:
    import aiohttp
except ImportError:
    aiohttp = None
    import httpx


def save_flag(image, url):
    pathlib.Path(url.rsplit("/", 1)[-1]).write_bytes(image)


async def get_flag(client, url):
    if not aiohttp:
        response = await client.get(url)
        response.raise_for_status()
        return response.content
    async with client.get(url) as response:
        response.raise_for_status()
        return await response.read()


async def download_one(client, url, semaphore):
    async with semaphore:
        image = await get_flag(client, url)
    await asyncio.to_thread(save_flag, image, url)


def open_client(most):
    if aiohttp:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=most))
    return httpx.AsyncClient(limits=httpx.Limits(
        max_connections=most, max_keepalive_connections=most))


async def download_many(urls, most):
    semaphore = asyncio.Semaphore(most)
    async with open_client(most) as client:
        await asyncio.gather(
            *(download_one(client, url, semaphore) for url in urls))


if __name__ == "__main__":
    asyncio.run(download_many(
        pathlib.Path(sys.argv[1]).read_text().split(), int(sys.argv[2])))
