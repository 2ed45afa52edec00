"""Restoring a site from a backup: into an empty folder and database of either engine, or over a site that is there."""

import asyncio
import time
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.exc import DBAPIError

from westmarch.backup import archive, placing, rows
from westmarch.backup.making import make_within
from westmarch.backup.reading import Backup, check
from westmarch.backup.rows import Count, Storing
from westmarch.backup.sealing import NO_KEY, Key
from westmarch.backup.stopping import Stop, to_its_end
from westmarch.changes import triggers
from westmarch.changes.models import Change, Epoch
from westmarch.configuration import TOML_NAME, gather
from westmarch.db.engines import parse_url
from westmarch.db.faults import sqlstate
from westmarch.db.types import now
from westmarch.errors import Conflict, Invalid, Unavailable
from westmarch.migrations.metadata import metadata
from westmarch.ops import schema, statistics
from westmarch.settings import Settings

#: Where what a restore replaced is kept, in the folder of the site.
KEPT = "before-restore"
#: How often the file is read: to check it, for its files, for its rows.
READINGS = 3
#: How long one turn of waiting for locks is: shorter than PostgreSQL takes to look for deadlocks.
TURN = "300ms"
#: lock_not_available and deadlock_detected.
LOCKED = {"55P03", "40P01"}
_REPLACE = "To replace it, add --replace; it is kept as a backup first. Else name another folder or --database-url."


@dataclass(slots=True)
class Restored:
    """What a restore did: the settings of the site as it is now, rows by table, stored files that were not there yet.

    `left_out` names what the backup holds and this version has no place for, `damaged` stored files that were so
    already when the backup was made; `before` is the backup of what was replaced.
    """

    settings: Settings
    tables: dict[str, int] = field(default_factory=dict)
    files: int = 0
    left_out: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    before: Path | None = None


async def restore(
    file: Path,
    site: Path,
    *,
    database_url: str | None = None,
    replace: bool = False,
    key: Key = NO_KEY,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Restored:
    """Make the folder `site` the site of a backup, which `key` opens where it is encrypted.

    The whole file is read and checked before anything is written. The database is filled in one transaction; it is the
    one of `database_url`, else of the environment, else of the settings in the folder or, where it has none, of those
    in the backup. With `replace` a site that is there is replaced, after a backup of it was made in its folder
    `before-restore/`, in the same transaction; its `westmarch.toml` stays. A folder becomes a site last, so that an
    interrupted restore can be run again. If the database was filled and the files were not in place yet, they are then.
    `progress` is told bytes of the file that were read and all, which are those of three readings.

    Raises Invalid for a file that is no whole backup, Conflict for a site that is there and may not be replaced,
    Unavailable where something cannot be written.
    """
    stop = Stop()
    done = 0

    def read(more: int, size: int) -> None:
        nonlocal done
        stop.check()
        done += more
        progress(done, READINGS * size)

    return await to_its_end(_restore(partial(check, file, key, read), site, database_url, replace=replace), stop)


async def _restore(read: Callable[[], Backup], site: Path, database_url: str | None, *, replace: bool) -> Restored:
    backup = await asyncio.to_thread(read)
    _require_known(backup)
    fresh = not (site / TOML_NAME).exists()
    settings = _settings(backup, site, database_url) if fresh else gather(site, database_url=database_url).settings
    restored = Restored(settings, damaged=backup.manifest.damaged)
    if await _finished(backup, settings):
        restored.tables = {name: facts.rows for name, facts in backup.manifest.tables.items()}
        restored.settings = gather(site, database_url=database_url).settings
        restored.before = max((site / KEPT).glob("*.tar.zst"), default=None) if replace else None
        return restored
    if not replace:
        await _require_empty(settings, fresh=fresh)
    await asyncio.to_thread(_make_folder, site)
    with archive.told(site), placing.staging(site) as staging:
        if fresh and (site / TOML_NAME).exists():  # Another restore was quicker.
            raise Conflict(f"{site} is a site already.", hint=_REPLACE)
        restored.files = await asyncio.to_thread(_unpack, backup, settings, staging)
        placing.make_folders(settings)
        if fresh:
            placing.write_settings(backup.toml, staging, database_url)
        work = partial(_fill, backup, restored, staging, replace=replace)
        await schema.with_connection(parse_url(settings.database_url), work, migrates=True)
        placing.put_in_place(staging, settings)
    await statistics.gather(settings.database_url)
    if fresh:
        restored.settings = gather(site, database_url=database_url).settings
    return restored


async def _finished(backup: Backup, settings: Settings) -> bool:
    """Put the files of this backup in place, where all that is missing of an earlier restore are these."""
    noted = placing.marked(settings.site)
    if not noted.startswith(backup.digest) or (await schema.status(settings.database_url)).schema is None:
        return False
    if await schema.with_connection(parse_url(settings.database_url), partial(_note, backup)) != noted:
        return False  # It was not filled, or somebody has written to it since.
    with archive.told(settings.site):
        return await asyncio.to_thread(placing.finish, settings, noted)


def _note(backup: Backup, connection: Connection) -> str:
    """What tells that this backup filled the database, and that nothing has changed in it since."""
    epoch = connection.scalar(select(Epoch.name))
    return f"{backup.digest} {epoch} {connection.scalar(select(func.max(Change.id))) or 0}"


def _require_known(backup: Backup) -> None:
    number = backup.head.number
    if number not in schema.RANGE:
        problem = schema.Status(number, schema.HEAD, runs=False).problem or ""
        raise Invalid(problem.replace("The database", f"{backup.file}", 1), place=archive.HEADER)


def _settings(backup: Backup, site: Path, database_url: str | None) -> Settings:
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
    if not fresh:
        raise Conflict(f"{settings.site} is a site already.", hint=_REPLACE)
    if (await schema.status(settings.database_url)).schema is not None:
        raise _taken(settings)


def _taken(settings: Settings) -> Conflict:
    return Conflict(f"The database at {settings.shown('database_url')} has a site already.", hint=_REPLACE)


def _make_folder(site: Path) -> None:
    with archive.told(site):
        site.mkdir(parents=True, exist_ok=True)


def _unpack(backup: Backup, settings: Settings, staging: Path) -> int:
    """Write all that is no row to the disk; the number of stored files that were not there."""
    return placing.unpack(backup.members(), settings.media_folder, staging)


def _fill(backup: Backup, restored: Restored, staging: Path, connection: Connection, *, replace: bool) -> None:
    """Replace whatever tables of ours there are by those of the backup, then bring them to the newest schema."""
    there = schema.locked(connection)
    if there is not None:
        if not replace:  # As above, from another folder.
            raise _taken(restored.settings)
        restored.before = _replaced(connection, restored.settings, there)
        schema.migrate(connection, "base", down=True)
    elif strange := sorted(set(inspect(connection).get_table_names()) & metadata.tables.keys()):
        raise Conflict(f"The database has a table {strange[0]} that is not of a site.", hint="Name an empty database.")
    schema.migrate(connection, backup.head.number)
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))  # A table cannot be altered while a trigger waits.
    triggers.drop(connection)
    storing = Storing(connection)
    _empty(storing)
    for member in backup.members():
        kind, _, name = member.name.partition("/")
        if kind == "rows":
            table = name.partition("/")[0]
            storing.part(table, _columns(backup, table), member.content())
    storing.end({name: facts.last for name, facts in backup.manifest.tables.items()})
    restored.left_out = sorted(storing.left_out)
    restored.tables = _read_back(backup, storing)
    schema.migrate(connection, schema.HEAD)  # Also makes the triggers, which were dropped, anew.
    placing.mark(staging, _note(backup, connection))


def _replaced(connection: Connection, settings: Settings, number: str) -> Path:
    """Back up what is going to be replaced, to its last write, and keep others out then.

    Raises Unavailable where this version cannot.
    """
    if number not in schema.RANGE:
        raise Unavailable(schema.Status(number, schema.HEAD, runs=False).problem or "")
    _lock(connection, "SHARE")
    folder = settings.site / KEPT
    with archive.told(folder):
        folder.mkdir(mode=0o700, exist_ok=True)
        for part in folder.glob(".*.part"):  # One that was killed left it.
            part.unlink()
        made = make_within(connection, settings, folder / f"westmarch-{now():%Y%m%dT%H%M%S.%fZ}.tar.zst")
    if connection.dialect.name == "postgresql":  # Cursors that were read to their end still hold their tables.
        connection.exec_driver_sql("CLOSE ALL")
    _lock(connection, "ACCESS EXCLUSIVE")
    return made.file


def _lock(connection: Connection, mode: str) -> None:
    """Lock all tables in PostgreSQL, all or none at a time; in SQLite nobody else writes while a transaction does.

    It waits in short turns. Whoever holds one table and waits for another that we hold would else never go on.
    """
    if connection.dialect.name != "postgresql":
        return
    there = set(inspect(connection).get_table_names()) & {*metadata.tables, schema.VERSION.name}
    names = ", ".join(connection.dialect.identifier_preparer.quote(name) for name in sorted(there))
    until = time.monotonic() + schema.LOCK_TIMEOUT
    while True:
        try:
            with connection.begin_nested():
                connection.execute(select(func.set_config("lock_timeout", TURN, True)))  # noqa: FBT003 - SQL's own
                connection.exec_driver_sql(f"LOCK TABLE {names} IN {mode} MODE")
        except DBAPIError as error:
            if sqlstate(error) not in LOCKED or time.monotonic() > until:
                raise
            connection.execute(select(func.pg_sleep(0.05)))
        else:
            break
    connection.execute(select(func.set_config("lock_timeout", f"{schema.LOCK_TIMEOUT}s", True)))  # noqa: FBT003


def _empty(storing: Storing) -> None:
    """Take away the rows that migrations bring."""
    for one in reversed(storing.tables.values()):
        storing.connection.execute(one.delete())


def _columns(backup: Backup, table: str) -> list[str]:
    columns = backup.head.tables.get(table)
    if columns is None:
        raise Invalid(f"{backup.file} does not say which columns {table} has.", place=archive.HEADER)
    return columns


def _read_back(backup: Backup, storing: Storing) -> dict[str, int]:
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
