"""A process that writes an index without end: an index at position n holds n documents, whenever it is killed."""

import asyncio
import sys
from pathlib import Path

from westmarch.textindex.documents import Document, Schema
from westmarch.textindex.embedded.engine import EmbeddedEngine
from westmarch.textindex.engine import Position

SCHEMA = Schema(texts=("title",), keywords=("tag",), numbers=("number",))


def numbered(number: int) -> Document:
    """The document that position `number` brings."""
    return Document(number, {"title": (("all", f"n{number}"),)}, {"tag": (f"t{number % 3}",)}, {"number": number})


async def write(folder: Path) -> None:
    """One document more with each commit, and now and then a new index."""
    engine = EmbeddedEngine(folder, SCHEMA)
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
    asyncio.run(write(Path(sys.argv[1])))
