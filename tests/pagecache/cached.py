"""A site with a page cache, and the same site rendered anew by a program that keeps nothing."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import httpx2
from fastapi import FastAPI
from sqlalchemy import Date, DateTime, Float, Integer, String, Table, select, update
from sqlalchemy.orm import Session
from sqlalchemy.types import Boolean

from tests.factories import day, post
from westmarch.answers import answer
from westmarch.app import create_app
from westmarch.db.database import Database
from westmarch.db.model import Model
from westmarch.db.types import Json
from westmarch.links import actions as links
from westmarch.links.paths import quote
from westmarch.media.models import Media
from westmarch.pagecache.cache import PageCache
from westmarch.posts import meta
from westmarch.posts.models import MostRead, Post, Related
from westmarch.settings import Settings
from westmarch.site import actions as site_actions
from westmarch.web.replies import Reply

#: Every kind of page, feed and document; also what is not there yet.
PATHS = (
    "/", "/page/2/", "/p0/", "/p1/", "/p2/", "/p3/", "/p4/", "/p5/", "/about/", "/hidden/", "/post-7/",
    "/tags/", "/tags/sea/", "/tags/sea/page/2/", "/tags/sea/feed.xml", "/tags/wind/", "/topics/", "/topics/tides/",
    "/topics/tides/rss.xml", "/authors/", "/authors/nell/", "/authors/nell/feed.json", "/archive/", "/archive/2024/",
    "/feed.xml", "/rss.xml", "/feed.json", "/feed.json?page=1", "/sitemap.xml", "/sitemap-2024.xml",
    "/sitemap-lists.xml", "/robots.txt", "/opensearch.xml",
)  # fmt: skip
#: Parts beside the list of the front page, so that it reads what they show.
SIDES = [{"part": "about"}, {"part": "tags"}, {"part": "archives"}, {"part": "most-read"}]


def fill(session: Session) -> None:
    """A site with one of everything, and some things that readers do not see."""
    site_actions.change(
        session, {"title": "A site", "posts_per_page": 4, "feed_items": 3, "sides": SIDES}, actor="test"
    )
    cover = Media(hash="c" * 64, kind="image", mime="image/png", extension="png", filename="c.png", size=9,
                  width=80, height=60, alt="A cover", created_at=day(0))  # fmt: skip
    session.add(cover)
    session.flush()
    for number in range(6):
        fields: dict[str, Any] = {"tags": ("Sea", "Wind") if number % 2 else ("Sea",), "authors": ("Nell",)}
        if number < 3:
            fields |= {"topic": "Tides", "part": number, "cover_id": cover.id}
        post(
            session, f"Post {number}", f"Words {number}.\n", slug=f"p{number}", published_at=day(40 * number), **fields
        )
    post(session, "About", kind="page", slug="about")
    post(session, "Hidden", slug="hidden", unlisted=True)
    post(session, "Later", slug="later", status="draft", tags=("Sea",), authors=("Nell",))
    links.redirect(session, "/old/", "/p1/", permanent=True)
    ids = session.scalars(select(Post.id).order_by(Post.id)).all()
    session.add_all([MostRead(place=1, post_id=ids[2]), Related(post_id=ids[0], rank=1, other_id=ids[4])])
    meta.store(session, ids[1], meta.Meta("Told elsewhere", "So."))


@dataclass(slots=True)
class Cached:
    """The two programs and the way to ask them."""

    app: FastAPI
    anew: FastAPI
    db: Database
    client: httpx2.AsyncClient

    @property
    def pages(self) -> PageCache:
        """The page cache of the program that has one."""
        pages: PageCache = self.app.state.pages
        return pages

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        """The answer of the program with a cache."""
        named = {"accept-encoding": "identity"} | {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.get(path, headers=named)

    async def status(self, path: str, **headers: str) -> str:
        """What the answer's header Cache-Status says."""
        return (await self.get(path, **headers)).headers.get("cache-status", "")

    async def rendered(self, path: str) -> Reply | None:
        """The page as it is at this moment, None where it cannot be rendered."""
        bare, _, query = path.partition("?")
        try:
            return await self.db.read(answer, self.anew.state.surface, bare, query)
        except Exception:  # noqa: BLE001 - what a stranger wrote into the tables may be anything
            return None

    async def visit(self, paths: Iterable[str] = PATHS) -> None:
        """Ask for pages, twice, so that they are stored: what the first one finds out is kept in memory."""
        for path in (*paths, "/"):
            await self.get(path)

    async def stale(self, paths: Iterable[str] = PATHS) -> list[str]:
        """The paths at which the cache would answer something else than is rendered now."""
        wrong = []
        assert self.pages.check is not None
        await self.pages.check.state()
        for path in paths:
            entry = self.stored(path)
            if entry is None:
                continue
            fresh = await self.rendered(path)
            if fresh is None or fresh.status_code != 200 or fresh.body != (await entry.page.made("identity")).body:
                wrong.append(path)
        return wrong

    def stored(self, path: str) -> Any:
        """The entry at a path, without its being used."""
        bare, _, query = path.partition("?")
        return next((e for e in self.pages.store if e.key[:2] == (quote(bare).encode(), query.encode())), None)


@asynccontextmanager
async def caching(settings: Settings, db: Database) -> AsyncIterator[Cached]:
    """A program with a page cache on the database."""
    app, anew = create_app(settings), create_app(settings)
    app.state.db = anew.state.db = db
    async with app.state.pages.opened(db):
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url=settings.url) as client:
            yield Cached(app, anew, db, client)


# Changes of all kinds


TABLES: tuple[Table, ...] = tuple(
    Model.metadata.tables[name]
    for name in (
        "post", "revision", "subject", "link", "tag", "tagging", "author", "byline", "topic", "part", "related",
        "archive_count", "most_read", "media", "post_meta",
    )
)  # fmt: skip


def writable(table: Table) -> list[str]:
    """The columns of a table that `write` writes."""
    return [column.name for column in table.columns if column.computed is None and not isinstance(column.type, Json)]


def write(session: Session, table_number: int, row_number: int, column_number: int, value: int) -> None:
    """Write a value into any column of any row, as a stranger would with SQL."""
    table = TABLES[table_number % len(TABLES)]
    columns = writable(table)
    overwrite(session, table, row_number, columns[column_number % len(columns)], value)


def overwrite(session: Session, table: Table, row_number: int, name: str, value: int) -> None:
    """Write a value that fits into a column of a row of a table, if it has any."""
    keys = list(table.primary_key)
    rows = session.execute(select(*keys).order_by(*keys)).all()
    column = table.c[name]
    written = _value(column.type, value)
    for key in column.foreign_keys:  # One that is there, so that the write is not refused.
        there = session.scalars(select(key.column).order_by(key.column)).all()
        written = there[value % len(there)] if there else None
    if not rows or written is NotImplemented:
        return
    row = rows[row_number % len(rows)]
    statement = update(table).where(*(key == part for key, part in zip(keys, row, strict=True)))
    session.execute(statement.values({column.name: None if column.nullable and value % 7 == 0 else written}))


def _value(kind: Any, value: int) -> Any:
    if isinstance(kind, Boolean):
        return bool(value % 2)
    if isinstance(kind, Integer):
        return value
    if isinstance(kind, Float):
        return value / 2
    if isinstance(kind, String):
        return ("/p1/", "/new/", "post", "page", "draft", "published", "en", "Sea", "a & b", "")[value % 10]
    if isinstance(kind, Date):
        return date(2024, 1, 1 + value % 28)
    moment: datetime = day(value * 10)
    return moment if isinstance(getattr(kind, "impl_instance", kind), DateTime) else NotImplemented
