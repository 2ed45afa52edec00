"""Looking into backups, and making such as no program of ours makes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import select

from tests import factories
from westmarch.backup import archive
from westmarch.backup.archive import Writer
from westmarch.db.database import open_database
from westmarch.posts.models import Post
from westmarch.settings import Settings

#: What becomes of a member: its content before and after; None takes it away.
Edit = Callable[[str, bytes], bytes | None]


def contents(file: Path) -> dict[str, bytes]:
    """The content of each member by its name."""
    with file.open("rb") as stream:
        return {member.name: member.source.read() for member in archive.members(stream, file)}


def manifest(file: Path) -> dict[str, Any]:
    with file.open("rb") as stream:
        found = [member.facts() for member in archive.members(stream, file) if member.name == archive.MANIFEST]
    assert len(found) == 1
    return found[0]


def edited(file: Path, edit: Edit) -> Path:
    """A backup with other members, whose manifest has their hashes, as somebody could make it by intent."""
    facts = manifest(file)
    other = file.with_name(f"edited-{file.name}")
    with archive.whole(other) as stream, Writer(stream, other) as writer:
        for name, content in contents(file).items():
            if name != archive.MANIFEST and (new := edit(name, content)) is not None:
                writer.add(name, new)
        writer.close({"tables": facts["tables"], "left_out": []})
    return other


async def titles(settings: Settings) -> list[str]:
    """The titles of all posts of a site."""
    async with open_database(settings.database_url) as db:
        return await db.read(lambda session: sorted(session.scalars(select(Post.title))))


async def write_later(settings: Settings) -> None:
    async with open_database(settings.database_url) as db:
        await db.write(factories.post, "Written later", "Words.\n")
