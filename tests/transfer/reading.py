"""Reading a folder without a site, for tests of one program's ways."""

from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

from tests.transfer.folders import write
from westmarch.transfer.blogs import Options
from westmarch.transfer.items import Entry, Item
from westmarch.transfer.reader import BlogReader
from westmarch.transfer.recognition import blogs

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def read(
    folder: Path, files: dict[str, str | bytes], program: Any = None, permalink: str | None = None, zone: tzinfo = UTC
) -> dict[str, Item]:
    """Write the files and read them: items by path. `zone` is that of the site."""
    write(folder, files)
    found: dict[str, Item] = {}
    for number, blog in enumerate(blogs(folder, program, Options(folder, zone, NOW, permalink), "/{slug}/")):
        reader = BlogReader(blog, number, folder, "")
        for entry in [one for one in reader.entries() if isinstance(one, Entry)]:
            found[entry.key] = reader.item(entry.source)
    return found


def told(item: Item) -> list[tuple[int | None, str]]:
    """The warnings of an item."""
    return [(warning.line, warning.message) for warning in item.warnings]
