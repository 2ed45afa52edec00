"""How the parts of a running site are: each looked at by itself, so that one that fails hides no other."""

import asyncio
import platform
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal, NamedTuple

from fastapi import FastAPI
from sqlalchemy import func, select

from westmarch import __version__
from westmarch.changes import queries as changes
from westmarch.changes.queries import Moment
from westmarch.db.database import Database
from westmarch.db.engines import parse_url, sqlite_file
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.errors import WestmarchError
from westmarch.followers.models import Follower
from westmarch.mail import queries as mail
from westmarch.ops import backed_up, checks, schema
from westmarch.ops.checks import LAG
from westmarch.ops.findings import Finding
from westmarch.pagecache import commands
from westmarch.search import status as search
from westmarch.settings import Settings

#: How a part is; empty where that says nothing.
State = Literal["good", "warn", "bad", "off", ""]
#: The words of the states.
WORDS = {"good": "Good", "warn": "Look at it", "bad": "Wrong", "off": "Not in use"}
#: Less free space than this is wrong, or to be looked at, in bytes.
FULL, NARROW = 200 << 20, 1 << 30
#: What each follower makes of changes.
FOLLOWERS = {
    "related": "Related posts",
    "references": "Links between posts",
    "cards": "Pictures for previews",
    "search": "Search index",
}
#: The libraries whose versions matter when something is reported.
LIBRARIES = ("fastapi", "starlette", "uvicorn", "sqlalchemy", "pydantic", "jinja2", "markdown-it-py", "nh3", "pillow")
#: What the check of the page cache has found.
_CHECKS = {
    "current": "the pages are what the database says",
    "busy": "the database is busy: pages are rendered until it can be asked",
    "away": "the database cannot be reached: stored pages are answered as they are",
}

Fact = tuple[str, object]


class Part(NamedTuple):
    """A part of the site: how it is (`state`), in words, facts of it, and what to do where something is wrong."""

    title: str
    state: State
    words: str
    facts: Sequence[Fact] = ()
    advice: str = ""


async def parts(app: FastAPI) -> list[Part]:
    """How all parts are."""
    db: Database = app.state.db
    settings: Settings = app.state.settings
    looks: list[tuple[str, Callable[[], Awaitable[Part]]]] = [
        ("Database", lambda: _database(db, settings)),
        ("Page cache", lambda: _cache(app)),
        ("Followers", lambda: _followers(db)),
        ("Search", lambda: _search(app)),
        ("Mail", lambda: _mail(db, settings)),
        ("Disk", lambda: asyncio.to_thread(_disk, settings)),
        ("Backup", lambda: asyncio.to_thread(_backup, settings)),
        ("Settings and clock", lambda: _checks(db, settings)),
    ]
    return [*[await _looked(title, look) for title, look in looks], _versions()]


async def _looked(title: str, look: Callable[[], Awaitable[Part]]) -> Part:
    try:
        return await look()
    except WestmarchError as error:
        return Part(title, "bad", error.message, advice=error.hint)
    except OSError as error:
        return Part(title, "bad", f"It cannot be told: {error.strerror or error}.")


def _server(session: Reading) -> tuple[str, int]:
    """The version of the server, and how many bytes the database has there."""
    told = session.execute(
        select(func.current_setting("server_version"), func.pg_database_size(func.current_database()))
    ).one()
    return f"PostgreSQL {told[0]}", int(told[1])


def _file(url: str) -> tuple[str, int]:
    """The version of SQLite, and how many bytes the files of the database have."""
    file = sqlite_file(parse_url(url))
    files = (path for path in (file, file.with_name(f"{file.name}-wal")) if path.is_file())
    return f"SQLite {sqlite3.sqlite_version}", sum(path.stat().st_size for path in files)


async def _database(db: Database, settings: Settings) -> Part:
    moment = await db.read(changes.moment)
    status = await schema.status(settings.database_url)
    if settings.database_url.startswith("sqlite"):
        engine, size = await asyncio.to_thread(_file, settings.database_url)
    else:
        engine, size = await db.read(_server)
    facts: list[Fact] = [
        ("Engine", engine),
        ("Size", of_size(size)),
        ("Schema", status.schema or "none"),
        ("Change log", f"position {moment.position:,}, epoch {moment.epoch[:8]}"),
    ]
    if status.problem:
        return Part("Database", "bad", status.problem, facts, f"Run: `{status.mend}`")
    if status.lacks:
        return Part("Database", "warn", status.lacks, facts)
    return Part("Database", "good", "It answers, and has the newest schema.", facts)


async def _cache(app: FastAPI) -> Part:
    surface = app.state.surface
    told = await commands.status(app.state.pages, surface.root, lambda: surface.fingerprint)
    asked = told["hits"] + told["misses"] + told["bypasses"]
    share = f" ({told['hits'] / asked:.0%})" if asked else ""
    facts: list[Fact] = [
        ("Pages", f"{told['pages']:,}"),
        ("Memory", f"{of_size(told['bytes'])} of {of_size(told['limit_bytes'])}"),
        (
            "Answered from the cache",
            f"{told['hits']:,} of {asked:,}{share}",
        ),
        ("Thrown out by changes", f"{told['thrown_out']:,}"),
        ("Gone for want of room", f"{told['evicted']:,}"),
    ]
    if told["cleared"]:
        at, why = datetime.fromisoformat(told["cleared"]["at"]), told["cleared"]["why"]
        facts += [("All thrown out", at), ("Because", why)]
    words = f"In this process {_CHECKS[told['check']]}."
    if not told["limit_bytes"]:
        return Part("Page cache", "off", "No page is kept: the setting `cache_size` is 0.", facts)
    if told["check"] != "current":
        return Part("Page cache", "warn", words, facts, "It mends itself when the database answers again.")
    return Part("Page cache", "good", words, facts)


def _positions(session: Reading) -> tuple[Moment, Sequence[NamedRow]]:
    columns = (Follower.name, Follower.epoch, Follower.position, Follower.leased_by, Follower.leased_until)
    return changes.moment(session), session.execute(select(*columns).order_by(Follower.name)).all()


async def _followers(db: Database) -> Part:
    moment, rows = await db.read(_positions)
    at = now()
    facts: list[Fact] = []
    late, resting = [], []
    for row in rows:
        behind = moment.position - row.position if row.epoch == moment.epoch else moment.position
        running = row.leased_by is not None and row.leased_until is not None and row.leased_until > at
        lag = "up to date" if behind <= 0 else f"{behind:,} {'change' if behind == 1 else 'changes'} behind"
        if row.epoch != moment.epoch:
            lag = "begins anew"
        facts.append((FOLLOWERS.get(row.name, row.name), lag + ("" if running else ", at rest")))
        late += [row.name] if behind > LAG else []
        resting += [] if running else [row.name]
    if not rows:
        return Part("Followers", "off", "None has run yet; they begin when the site is served.")
    if late:
        advice = "They catch up by themselves; if the number does not shrink, the log of the server says why."
        return Part(
            "Followers",
            "warn",
            f"Far behind: {', '.join(FOLLOWERS.get(name, name).lower() for name in late)}.",
            facts,
            advice,
        )
    if len(resting) == len(rows):
        return Part("Followers", "warn", "No process runs them.", facts, "Serve the site: `westmarch serve`.")
    return Part("Followers", "good", "What is made from changes keeps up with them.", facts)


async def _search(app: FastAPI) -> Part:
    index = app.state.index
    if index is None:
        return Part("Search", "off", "The index is opened when the site is served.")
    state = await search.state(app.state.db, index)
    facts: list[Fact] = [
        ("Engine", "a cluster" if app.state.settings.search_url is not None else "embedded, in search/"),
        ("Documents", f"{state.noted.documents:,}"),
        ("Behind", f"{state.behind:,} changes"),
    ]
    if state.fault:
        advice = "It is made anew by itself; `westmarch search status` tells how far that is."
        return Part("Search", "warn", f"The index is to be made anew: {state.fault}.", facts, advice)
    if state.behind > LAG:
        return Part("Search", "warn", "The index is far behind.", facts, "It catches up by itself.")
    return Part("Search", "good", "The index follows the database.", facts)


async def _mail(db: Database, settings: Settings) -> Part:
    status = await db.read(mail.status)
    facts: list[Fact] = [("Waiting", f"{status.waiting:,}"), ("Sent lately", f"{status.sent:,}")]
    facts.append(("Given up", f"{status.given_up:,}"))
    facts += [("Given up", f"{row.subject}, to {row.recipient}: {row.fault}") for row in status.lost[:3]]
    facts += [("Delayed", f"{row.subject}, to {row.recipient}: {row.fault}") for row in status.delayed[:3]]
    if settings.smtp_url is None:
        words = "No letters are sent: the setting `smtp_url` is not set. Links are handed over by hand."
        return Part("Mail", "warn" if status.waiting else "off", words, facts)
    if status.delayed or status.lost:
        advice = "Look at `smtp_url` and at what the mail server says; delayed letters are tried again by themselves."
        return Part("Mail", "warn", "Some letters were not taken.", facts, advice)
    return Part("Mail", "good", "Letters are sent.", facts)


def _disk(settings: Settings) -> Part:
    places = {"Site": settings.site, "Media": settings.media_folder}
    facts: list[Fact] = []
    least = None
    seen: set[int] = set()
    for name, folder in places.items():
        there = next((each for each in (folder, *folder.parents) if each.exists()), Path("/"))
        if there.stat().st_dev in seen:
            continue
        seen.add(there.stat().st_dev)
        usage = shutil.disk_usage(there)
        facts.append((name, f"{of_size(usage.free)} of {of_size(usage.total)} are free"))
        least = usage.free if least is None else min(least, usage.free)
    if least is not None and least < FULL:
        return Part("Disk", "bad", "The disk is nearly full: soon nothing can be saved.", facts, "Make room now.")
    if least is not None and least < NARROW:
        return Part("Disk", "warn", "There is not much room left.", facts, "Make room before it is full.")
    return Part("Disk", "good", "There is room.", facts)


def _backup(settings: Settings) -> Part:
    made = backed_up.last(settings.run_folder)
    facts: list[Fact] = [] if made is None else [("Made", made.at), ("File", made.file), ("Size", of_size(made.size))]
    if warning := backed_up.warning(settings.run_folder, now()):
        return Part("Backup", "warn", warning, facts, "Make one on the page Backup, or by `westmarch backup`.")
    return Part("Backup", "good", "There is a fresh one.", facts)


async def _checks(db: Database, settings: Settings) -> Part:
    found: list[Finding] = [*await asyncio.to_thread(checks.of_settings, settings), *await db.read(_of_clock)]
    wrong = [finding for finding in found if not finding.sound]
    facts: list[Fact] = [(finding.check.capitalize(), finding.message) for finding in found]
    if wrong:
        mends = "; ".join(dict.fromkeys(f"`{finding.mend}`" for finding in wrong if finding.mend))
        words = " ".join(finding.message for finding in wrong)
        return Part("Settings and clock", "bad", words, facts, f"What mends it: {mends}.")
    return Part("Settings and clock", "good", "They go together.", facts)


def _of_clock(session: Reading) -> list[Finding]:
    return list(checks.clock(session))


def _versions() -> Part:
    facts: list[Fact] = [("Westmarch", __version__), ("Python", platform.python_version())]
    facts += [(name, found) for name in LIBRARIES for found in _version(name)]
    return Part("Versions", "", "`westmarch doctor` looks at everything that is stored; it takes longer.", facts)


def _version(name: str) -> Iterator[str]:
    try:
        yield version(name)
    except PackageNotFoundError:
        return


def of_size(size: int) -> str:
    """A number of bytes as people read it."""
    number = float(size)
    for unit in ("bytes", "KB", "MB", "GB"):
        if number < 1024:
            return f"{number:,.0f} {unit}"
        number /= 1024
    return f"{number:,.1f} TB"
