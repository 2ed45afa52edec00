"""A process that writes an index without end: an index at position n holds n documents, whenever it is killed.

On a cluster documents come before their position: it may hold one more.
"""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from westmarch.textindex.documents import Document, Schema
from westmarch.textindex.engine import Position
from westmarch.textindex.opening import open_index

SCHEMA = Schema(texts=("title",), keywords=("tag",), numbers=("number",))


def numbered(number: int) -> Document:
    """The document that position `number` brings."""
    return Document(number, {"title": (("all", f"n{number}"),)}, {"tag": (f"t{number % 3}",)}, {"number": number})


def start(url: str, folder: Path) -> "subprocess.Popen[str]":
    """The process, which tells each position when it is written."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-m", "tests.textindex.steady_writer", url, str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


async def write(url: str, folder: Path) -> None:
    """One document more with each commit, and now and then a new index."""
    engine = open_index(url, folder, SCHEMA)
    position = await engine.position()
    while True:
        at = 0 if position is None else position.position
        if position is None or at % 4 == 0:
            async with engine.building(Position("e", at + 1, "1")) as building:
                await building.add(numbered(number) for number in range(1, at + 2))
        else:
            await engine.apply([numbered(at + 1)], [], Position("e", at + 1, "1"))
        position = await engine.position()
        sys.stdout.write(f"{at + 1}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1], Path(sys.argv[2])))
