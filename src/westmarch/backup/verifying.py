"""Proving a backup: it is restored into a temporary site, whose pages are rendered and compared."""

import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count as count_from
from pathlib import Path

from sqlalchemy import Connection, select

from westmarch.answers import LISTINGS, answer
from westmarch.app import surface_of
from westmarch.backup import rows
from westmarch.backup.restoring import Restored, restore
from westmarch.backup.rows import Count
from westmarch.backup.sealing import NO_KEY, Key
from westmarch.db.database import Database, open_database
from westmarch.db.engines import parse_url
from westmarch.db.sessions import Reading
from westmarch.errors import Unavailable, WestmarchError
from westmarch.links.models import Link
from westmarch.links.paths import FEEDS
from westmarch.ops import schema
from westmarch.posts.models import ArchiveCount
from westmarch.settings import Settings
from westmarch.subjects.models import Subject
from westmarch.web.surface import Surface

#: The kinds of subjects whose page is a list, with further pages and feeds.
LISTS = ("tag", "topic", "author")
#: Addresses that are no link and no listing.
OTHERS = ("/robots.txt", "/sitemap.xml", "/opensearch.xml")
_SPACE = "The temporary site needs as much space as the site; the variable TMPDIR names another folder for it."
#: How many different pages are named.
NAMED = 20

#: An address of a site: its path, decoded, and its query.
Asked = tuple[str, str]


@dataclass(slots=True)
class Verified:
    """What a verification found.

    `tables` are the rows that were restored and read back as the manifest says, `files` the stored files whose content
    is what their names say, but for those that were `damaged` when the backup was made. `pages` addresses were
    rendered; `failed` names those that could not be. Where the site itself is at hand, `compared` is true, `different`
    names pages with other bytes there (`differing` counts them), and `changed` the tables that have other rows there
    than when the backup was made.
    """

    tables: dict[str, int]
    files: int
    left_out: list[str]
    damaged: list[str]
    pages: int = 0
    compared: bool = False
    differing: int = 0
    different: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether the backup gives the site back: every page renders, and none differs from that of the same rows."""
        return not self.failed and not (self.differing and not self.changed)


def _nothing(_done: int) -> None:
    """What progress is where nobody looks."""


async def verify(
    file: Path,
    live: Settings | None,
    progress: Callable[[int], None] = _nothing,
    *,
    key: Key = NO_KEY,
    restoring: Callable[[int, int], None] = lambda _done, _all: None,
) -> Verified:
    """Restore a backup into a temporary site on SQLite and compare its pages with those of the site `live`.

    The temporary site needs as much space as the site, in the folder for temporary files (`TMPDIR`). `progress` is
    told the number of pages that were rendered, `restoring` what `restore` tells.

    Raises what `restore` raises: Invalid for a file that is not whole.
    """
    with tempfile.TemporaryDirectory(prefix="westmarch-verify-") as folder:
        site = Path(folder) / "site"
        url = f"sqlite:///{site / 'westmarch.db'}"
        try:
            restored = await restore(file, site, database_url=url, key=key, progress=restoring)
        except Unavailable as error:
            raise Unavailable(error.message, hint=_SPACE) from error
        found = Verified(restored.tables, restored.files, restored.left_out, restored.damaged)
        if live is not None and (await schema.status(live.database_url)).runs:
            found.compared = True
            found.changed = await _changed(restored, live)
        settings = restored.settings if live is None else _as_if_there(restored.settings, live)
        await _compare(found, settings, live if found.compared else None, progress)
    return found


def _as_if_there(settings: Settings, live: Settings) -> Settings:
    """The settings of the temporary site with those of the site that its pages tell of."""
    return settings.model_copy(update={"url": live.url, "environment": live.environment})


async def _changed(restored: Restored, live: Settings) -> list[str]:
    """The tables that have other rows in the two databases."""
    ours = await schema.with_connection(parse_url(restored.settings.database_url), _digests)
    theirs = await schema.with_connection(parse_url(live.database_url), _digests)
    return sorted(name for name in ours if ours[name] != theirs.get(name))


def _digests(connection: Connection) -> dict[str, int]:
    found = {}
    for one in rows.tables(connection):
        count = Count()
        for _ in rows.parts(connection, one, count):
            pass
        found[one.name] = count.digest
    return found


async def _compare(found: Verified, settings: Settings, live: Settings | None, progress: Callable[[int], None]) -> None:
    async with AsyncExitStack() as stack:
        here = _Pages(await stack.enter_async_context(open_database(settings.database_url)), settings)
        there = None
        if live is not None:
            there = _Pages(await stack.enter_async_context(open_database(live.database_url)), live)
        async for path, query in _addresses(here):
            found.pages += 1
            progress(found.pages)
            shown = f"{path}?{query}" if query else path
            page = await here.page(path, query)
            if page[0] >= 500:
                found.failed.append(f"{shown}: {page[1]}")
            elif there is not None and await there.page(path, query) != page:
                found.differing += 1
                found.different += [shown] if len(found.different) < NAMED else []


class _Pages:
    """The pages of a site, rendered without a server."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self.db = db
        self._surface = surface_of(settings, Surface)

    async def page(self, path: str, query: str) -> tuple[int, str, bytes]:
        """Status, place of a redirect (or what went wrong) and bytes of the answer at an address."""
        try:
            reply = await self.db.read(answer, self._surface, path, query)
        except WestmarchError as error:
            return error.status, error.message, b""
        return reply.status_code, reply.headers.get("location", ""), bytes(reply.body)


async def _addresses(pages: _Pages) -> AsyncIterator[Asked]:
    """All addresses at which the site answers: links, listings, their further pages, years and feeds."""
    for path, query in await pages.db.read(_links):
        yield path, query
    for path in (*OTHERS, *(f"/{feed}" for feed in FEEDS)):
        yield path, ""
    for path in await pages.db.read(_lists):
        yield path, ""
        for number in count_from(2):
            further = f"{path}page/{number}/"
            if (await pages.page(further, ""))[0] != 200:
                break
            yield further, ""
    for path in await pages.db.read(_feeds_and_years):
        yield path, ""


def _links(session: Reading) -> list[Asked]:
    return [(row.path, row.query) for row in session.execute(select(Link.path, Link.query).order_by(Link.id))]


def _lists(session: Reading) -> list[str]:
    return [*LISTINGS, *(path for _, path in _current(session))]


def _current(session: Reading) -> Iterator[tuple[int, str]]:
    statement = (
        select(Subject.id, Link.path)
        .join(Link, (Link.subject_id == Subject.id) & Link.current)
        .where(Subject.kind.in_(LISTS))
        .order_by(Subject.id)
    )
    for row in session.execute(statement):
        yield row.id, row.path


def _feeds_and_years(session: Reading) -> list[str]:
    paths = dict(_current(session))
    years = session.execute(select(ArchiveCount.scope_id, ArchiveCount.year).distinct())
    below = [(paths.get(row.scope_id, "/archive/" if row.scope_id == 0 else None), row.year) for row in years]
    return [
        *(f"{path}{feed}" for path in paths.values() for feed in FEEDS),
        *(f"{path}{year}/" for path, year in below if path is not None),
    ]
