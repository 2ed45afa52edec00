"""Restoring a site from a backup: into an empty folder and database of either engine, or over a site that is there."""

import asyncio
import fcntl
import hashlib
import json
import os
import re
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any

from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import Connection, inspect, text

from westmarch.backup import archive, rows
from westmarch.backup.archive import Member
from westmarch.backup.making import make
from westmarch.backup.rows import Count, Storing
from westmarch.changes import triggers
from westmarch.db.engines import parse_url
from westmarch.db.types import now
from westmarch.errors import Conflict, Invalid, Unavailable, unfit
from westmarch.migrations.metadata import metadata
from westmarch.ops import schema
from westmarch.settings import TOML_NAME, Settings, gather

#: Where what a restore replaced is kept, in the folder of the site.
KEPT = "before-restore"
#: Where files wait, in the folder of the site, until the database is filled.
STAGING = ".restore"


@dataclass(slots=True)
class Restored:
    """What a restore did: the settings of the site as it is now, rows by table, stored files that were not there yet.

    `left_out` names what the backup holds and this version has no place for; `before` is the backup of what was
    replaced.
    """

    settings: Settings
    tables: dict[str, int] = field(default_factory=dict)
    files: int = 0
    left_out: list[str] = field(default_factory=list)
    before: Path | None = None


class _Head(BaseModel):
    """What a restore needs of the first member: the schema, and the columns of each table."""

    number: str = Field(alias="schema")
    tables: dict[str, list[str]]


class _Facts(BaseModel):
    """What the manifest says of a table: its rows, the sum of their hashes, the last number that it gave."""

    rows: int
    digest: str
    last: int


class _Manifest(BaseModel):
    """What a restore needs of the manifest."""

    tables: dict[str, _Facts]


@dataclass(frozen=True, slots=True)
class _Backup:
    """A backup that was read once from its first to its last byte and found whole."""

    file: Path
    head: _Head
    manifest: _Manifest
    toml: str


async def restore(file: Path, site: Path, *, database_url: str | None = None, replace: bool = False) -> Restored:
    """Make the folder `site` the site of a backup.

    The whole file is read and checked before anything is written. The database is filled in one transaction; it is the
    one of `database_url`, else of the environment, else of the settings in the folder or, where it has none, of those
    in the backup. With `replace` a site that is there is replaced, after a backup of it was made in its folder
    `before-restore/`; its `westmarch.toml` stays. A folder becomes a site last, so that an interrupted restore can be
    run again.

    Raises Invalid for a file that is no whole backup, Conflict for a site that is there and may not be replaced,
    Unavailable where something cannot be written.
    """
    backup = await asyncio.to_thread(_checked, file)
    _require_known(backup)
    fresh = not (site / TOML_NAME).exists()
    settings = _settings(backup, site, database_url) if fresh else gather(site, database_url=database_url).settings
    restored = Restored(settings)
    if not replace:
        await _require_empty(settings, fresh=fresh)
    await asyncio.to_thread(_make_folder, site)
    if replace:
        restored.before = await _keep(settings)
    with archive.told(site), _staging(site) as staging:
        await asyncio.to_thread(_unpack, backup, settings, staging, restored)
        work = partial(_fill, backup, restored)
        await schema.with_connection(parse_url(settings.database_url), work, migrates=True)
        _put_in_place(staging, settings)
        if fresh:
            _write_settings(backup.toml, settings, database_url)
            restored.settings = gather(site, database_url=database_url).settings
    return restored


def _checked(file: Path) -> _Backup:
    head: dict[str, Any] = {}
    manifest: dict[str, Any] = {}
    toml = ""
    with opened(file) as stream:
        for member in archive.members(stream, file):
            if not head:
                head = archive.header(member, file)
            elif member.name == archive.MANIFEST:
                manifest = member.facts()
            elif member.name == f"site/{TOML_NAME}":
                toml = member.content().decode("utf-8", "replace")
    try:
        return _Backup(file, _Head.model_validate(head), _Manifest.model_validate(manifest), toml)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Invalid(f"{file}: {place}: {unfit(first)}", place=place) from None


@contextmanager
def opened(file: Path) -> Iterator[IO[bytes]]:
    """The file, to be read. Raises Invalid where it cannot be."""
    try:
        stream = file.open("rb")
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}.", hint="Name a backup.", place=str(file)) from error
    with stream:
        yield stream


def _require_known(backup: _Backup) -> None:
    number = backup.head.number
    if number not in schema.RANGE:
        problem = schema.Status(number, schema.HEAD, runs=False).problem or ""
        raise Invalid(problem.replace("The database", f"{backup.file}", 1), place=archive.HEADER)


def _settings(backup: _Backup, site: Path, database_url: str | None) -> Settings:
    """The settings of a folder that is to be a site: its own of flag and environment, else those of the backup."""
    here = gather(site, database_url=database_url)
    try:
        kept = {} if not backup.toml else tomllib.loads(backup.toml)
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"The settings in {backup.file} are broken: {error}", place=TOML_NAME) from error
    if here.origins["database_url"] == "default" and isinstance(kept.get("database_url"), str):
        return gather(site, database_url=kept["database_url"]).settings
    return here.settings


async def _require_empty(settings: Settings, *, fresh: bool) -> None:
    hint = "To replace it, add --replace; it is kept as a backup first. Else name another folder or --database-url."
    if not fresh:
        raise Conflict(f"{settings.site} is a site already.", hint=hint)
    if (await schema.status(settings.database_url)).schema is not None:
        raise Conflict(f"The database at {settings.shown('database_url')} has a site already.", hint=hint)


def _make_folder(site: Path) -> None:
    with archive.told(site):
        site.mkdir(parents=True, exist_ok=True)


async def _keep(settings: Settings) -> Path | None:
    """Back up what is going to be replaced, if it has tables. Raises Unavailable where this version cannot."""
    status = await schema.status(settings.database_url)
    if status.schema is None:
        return None
    if status.problem:
        raise Unavailable(status.problem)
    folder = settings.site / KEPT
    folder.mkdir(mode=0o700, exist_ok=True)
    return (await make(settings, folder / f"westmarch-{now():%Y%m%dT%H%M%S.%fZ}.tar.zst")).file


@contextmanager
def _staging(site: Path) -> Iterator[Path]:
    """A folder in the site in which its files wait until the database is filled. Raises Conflict where one restores."""
    descriptor = os.open(site, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        folder = site / STAGING
        shutil.rmtree(folder, ignore_errors=True)  # One that was killed left it.
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError as error:
        raise Conflict(f"Another process restores {site}.", hint="Wait for it.") from error
    finally:
        os.close(descriptor)


# Files


def _unpack(backup: _Backup, settings: Settings, staging: Path, restored: Restored) -> None:
    """Write stored files to their places, where they never differ, and the files of the site beside theirs."""
    with opened(backup.file) as stream:
        for member in archive.members(stream, backup.file):
            kind, _, name = member.name.partition("/")
            if kind == "media":
                restored.files += _keep_media(member, settings.media_folder / name)
            elif kind == "site" and name != TOML_NAME:
                _write(member, staging / name)


def _keep_media(member: Member, path: Path) -> bool:
    """Write a stored file where none of its size is, and say whether. Raises Invalid where its name is not its hash."""
    if path.is_file() and path.stat().st_size == member.size:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    passing = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        digest = _write(member, passing)
        if digest != path.parent.name + path.stem:
            raise Invalid(f"{member.name} in the backup is not what its name says.", place=member.name)
        passing.replace(path)
    finally:
        passing.unlink(missing_ok=True)
    archive.sync_folder(path.parent)
    return True


def _write(member: Member, path: Path) -> str:
    """Write a member to a file, synced to the disk; its hash as stored files have it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    hashed = hashlib.blake2b(digest_size=32)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if path.suffix == ".key" else 0o644)
    with os.fdopen(descriptor, "wb") as file:
        while content := member.source.read(archive.STEP):
            hashed.update(content)
            file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return hashed.hexdigest()


def _put_in_place(staging: Path, settings: Settings) -> None:
    """Let the files of the backup take the place of those that are there."""
    if (secret := staging / settings.secret_key_file.name).exists():
        secret.replace(settings.secret_key_file)
    for path in (settings.theme_folder, settings.themes_folder):
        new, old = staging / path.name, staging / f"{path.name}.old"
        if path.exists():
            path.rename(old)
        if new.exists():
            new.rename(path)
    for path in (settings.theme_folder, settings.media_folder, settings.run_folder):
        path.mkdir(exist_ok=True)
    archive.sync_folder(settings.site)


def _write_settings(toml: str, settings: Settings, database_url: str | None) -> None:
    """The settings of the backup, with the database's address where another one was given."""
    if database_url is not None:
        line = f"database_url = {json.dumps(database_url)}"
        toml, changed = re.subn(r"(?m)^[ \t]*database_url[ \t]*=.*$", lambda _: line, toml, count=1)
        if not changed:
            toml = f"{line}\n{toml}"
    new = settings.site / f".{TOML_NAME}.new"
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(toml)
        file.flush()
        os.fsync(file.fileno())
    new.replace(settings.site / TOML_NAME)
    archive.sync_folder(settings.site)


# Rows


def _fill(backup: _Backup, restored: Restored, connection: Connection) -> None:
    """Replace whatever tables of ours there are by those of the backup, then bring them to the newest schema."""
    there = schema.locked(connection)
    if there is not None:
        schema.migrate(connection, "base", down=True)
    elif strange := sorted(set(inspect(connection).get_table_names()) & metadata.tables.keys()):
        raise Conflict(f"The database has a table {strange[0]} that is not of a site.", hint="Name an empty database.")
    schema.migrate(connection, backup.head.number)
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))  # A table cannot be altered while a trigger waits.
    triggers.drop(connection)
    storing = Storing(connection)
    _empty(storing)
    with opened(backup.file) as stream:
        for member in archive.members(stream, backup.file):
            kind, _, name = member.name.partition("/")
            if kind == "rows":
                table = name.partition("/")[0]
                storing.part(table, _columns(backup, table), member.content())
    storing.end({name: facts.last for name, facts in backup.manifest.tables.items()})
    restored.left_out = sorted(storing.left_out)
    restored.tables = _read_back(backup, storing)
    schema.migrate(connection, schema.HEAD)  # Also makes the triggers, which were dropped, anew.


def _empty(storing: Storing) -> None:
    """Take away the rows that migrations bring."""
    for one in reversed(storing.tables.values()):
        storing.connection.execute(one.delete())


def _columns(backup: _Backup, table: str) -> list[str]:
    columns = backup.head.tables.get(table)
    if columns is None:
        raise Invalid(f"{backup.file} does not say which columns {table} has.", place=archive.HEADER)
    return columns


def _read_back(backup: _Backup, storing: Storing) -> dict[str, int]:
    """Count what is stored now, by table. Raises Invalid where it is not what the manifest says, row by row."""
    found = {}
    for name, facts in backup.manifest.tables.items():
        one, count = storing.tables.get(name), Count()
        if one is None:
            continue
        for _ in rows.parts(storing.connection, one, count):
            pass
        whole = not any(left.startswith(f"{name}.") for left in storing.left_out)
        if count.rows != facts.rows or (whole and f"{count.digest:064x}" != facts.digest):
            raise Invalid(
                f"The rows of {name} as stored are not those of {backup.file}.",
                hint="Nothing was changed. This is a fault of the program: report it.",
                place=name,
            )
        found[name] = count.rows
    return found
