"""Making a backup of a site, also while it serves."""

import asyncio
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, select, text

from westmarch import __version__
from westmarch.backup import archive, rows
from westmarch.backup.archive import Writer
from westmarch.backup.rows import Count
from westmarch.backup.sealing import NO_SEAL, Seal, sealed
from westmarch.backup.stopping import Stop, to_its_end
from westmarch.configuration import TOML_NAME
from westmarch.db.engines import parse_url
from westmarch.db.types import now
from westmarch.media.models import Media
from westmarch.ops import schema
from westmarch.settings import Settings

#: A stored file: its name in the archive, its path, its size as the database says.
Stored = tuple[str, Path, int]
#: What is known when the rows are written: the files that they name, and the counts of each table.
_Found = tuple[list[Stored], dict[str, Count]]


@dataclass(slots=True)
class Made:
    """What a backup holds: its file and size, rows of tables, number of stored files, and what was left out and why.

    `damaged` names stored files whose content is not the one that they were stored with; they are in it as they are.
    """

    file: Path
    size: int = 0
    tables: dict[str, int] = field(default_factory=dict)
    files: int = 0
    left_out: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)


def _nothing(_done: int, _all: int) -> None:
    """What progress is where nobody looks."""


async def make(
    settings: Settings, file: Path, progress: Callable[[int, int], None] = _nothing, *, seal: Seal = NO_SEAL
) -> Made:
    """Write a backup of the site to a new file, encrypted for those whom `seal` names.

    The database is read in one snapshot, which neither readers nor writers wait for. Stored files are taken after it:
    they never change, and are on the disk before a row names them. `progress` is told bytes of files done and all.

    Raises Invalid for a key that is none, Conflict where the file is there already, Unavailable where it cannot be
    written or the database cannot answer, Unreadable for a value that is none of its column. There is no file then.
    """
    stop = Stop()

    def told(done: int, whole: int) -> None:
        stop.check()
        progress(done, whole)

    return await to_its_end(_make(settings, file, told, seal), stop)


async def _make(settings: Settings, file: Path, progress: Callable[[int, int], None], seal: Seal) -> Made:
    made = Made(file)
    with archive.whole(file) as stream:
        with sealed(stream, file, seal) as plain, Writer(plain, file) as writer:
            read = partial(_snapshot, settings, writer, progress)
            found = await schema.with_connection(parse_url(settings.database_url), read)
            await asyncio.to_thread(_finish, settings, writer, made, found, progress)
        made.size = stream.tell()
    return made


def make_within(connection: Connection, settings: Settings, file: Path) -> Made:
    """Write a backup of what a transaction sees that is open, and keeps all others from writing. Raises as `make`."""
    made = Made(file)
    with archive.whole(file) as stream:
        with Writer(stream, file) as writer:
            _finish(settings, writer, made, _database(settings, writer, _nothing, connection), _nothing)
        made.size = stream.tell()
    return made


def _snapshot(
    settings: Settings, writer: Writer, progress: Callable[[int, int], None], connection: Connection
) -> _Found:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    return _database(settings, writer, progress, connection)


def _database(
    settings: Settings, writer: Writer, progress: Callable[[int, int], None], connection: Connection
) -> _Found:
    """Write the head and all rows; the files that the rows name, and what was counted."""
    found = rows.tables(connection)
    head = {
        "format": archive.FORMAT,
        "version": __version__,
        "schema": schema.version(connection),
        "engine": connection.dialect.name,
        "made_at": now().isoformat(timespec="seconds"),
        "url": settings.url,
        "tables": {one.name: [column.name for column in rows.stored(one)] for one in found},
    }
    writer.add(archive.HEADER, json.dumps(head).encode())
    counts = {}
    for one in found:
        count = counts[one.name] = Count()
        for number, part in enumerate(rows.parts(connection, one, count), 1):
            writer.add(f"rows/{one.name}/{number:06}.jsonl", part)
            progress(0, 0)
    return list(_stored(connection, settings.media_folder)), counts


def _stored(connection: Connection, folder: Path) -> Iterator[Stored]:
    for digest, extension, size in connection.execute(select(Media.hash, Media.extension, Media.size)):
        name = f"{digest[:2]}/{digest[2:]}.{extension}"
        yield f"media/{name}", folder / name, size


def _finish(
    settings: Settings, writer: Writer, made: Made, found: _Found, progress: Callable[[int, int], None]
) -> None:
    """Write all files and, last, the manifest."""
    stored, counts = found
    made.tables = {name: count.rows for name, count in counts.items()}
    _files(settings, writer, made, stored, progress)
    facts = {
        name: {"rows": count.rows, "digest": f"{count.digest:064x}", "last": count.last}
        for name, count in counts.items()
    }
    writer.close({"tables": facts, "left_out": made.left_out, "damaged": made.damaged})


def _files(
    settings: Settings, writer: Writer, made: Made, stored: list[Stored], progress: Callable[[int, int], None]
) -> None:
    for name, path in _of_site(settings, made.left_out):
        writer.add(f"site/{name}", path.read_bytes())
    whole, done = sum(size for _, _, size in stored), 0
    for name, path, size in stored:
        try:
            with path.open("rb") as content:
                there = os.fstat(content.fileno()).st_size
                if there == size:
                    writer.add_from(name, content, size)
                    made.files += 1
                    if writer.members[name][1] != archive.digest_of(name):
                        made.damaged.append(name)
                else:
                    made.left_out.append(f"{path} has {there} bytes in place of {size}.")
        except FileNotFoundError:
            made.left_out.append(f"{path} is missing.")
        except OSError as error:  # Of the one file: a backup without it is worth more than none.
            made.left_out.append(f"{path} cannot be read: {error.strerror}.")
        done += size
        progress(done, whole)


def _of_site(settings: Settings, left_out: list[str]) -> Iterator[tuple[str, Path]]:
    """The files of the folder that make the site, by their names in it."""
    for path in (settings.site / TOML_NAME, settings.secret_key_file):
        if path.is_file():
            yield path.name, path
    for folder in (settings.theme_folder, settings.themes_folder):
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(settings.site).as_posix()
            if path.is_file() and archive.fit(f"site/{name}"):
                yield name, path
            elif not path.is_dir() or path.is_symlink():
                left_out.append(f"{path} is no file, or has a name that no file of a theme has.")
