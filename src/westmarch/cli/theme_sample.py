"""Rendering every kind of page with a theme, from the demonstration in a database that lasts as long."""

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from typing_extensions import override

import westmarch.migrations.metadata  # noqa: F401 - a session must know all tables that its own refer to
from westmarch.answers import LISTINGS, answer
from westmarch.app import surface_of
from westmarch.changes.queries import Moment
from westmarch.cli.theme_sources import Remark
from westmarch.db.database import Database, open_database
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.followers import run as followers
from westmarch.links.models import Link
from westmarch.ops import schema
from westmarch.posts.following import FOLLOWERS
from westmarch.settings import Settings
from westmarch.site import actions as site_actions
from westmarch.site.queries import current
from westmarch.transfer.demonstration import install
from westmarch.web import errors
from westmarch.web.replies import Reply
from westmarch.web.surface import Surface, View
from westmarch.web.theme import Theme

FEEDS = ("feed.xml", "rss.xml", "sitemap.xml")
STATUSES = (400, 404, 405, 410, 500, 503)


@dataclass(frozen=True, slots=True)
class Sample:
    """What came of rendering: remarks, names that each template of a page or feed received, what all may call."""

    remarks: list[Remark]
    received: dict[str, frozenset[str]]
    furnished: frozenset[str]


class Watching(Surface):
    """Notes what templates receive, and where they fail."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self.remarks: set[Remark] = set()
        self.received: dict[str, set[str]] = defaultdict(set)
        super().__init__(*arguments, **named)

    @override
    def tell(self, theme: Theme, template: str, error: Exception) -> None:
        file, _, line = theme.place_of(error).rpartition(", line ")
        told = getattr(error, "message", None) or str(error)
        self.remarks.add(Remark(file or template, int(line or 0), f"{type(error).__name__} in {template}: {told}"))

    @override
    def view(self, session: Reading, path: str, query: str, moment: Moment, variant: str = "") -> View:
        return WatchedView(self, self.themes, self.options.current(session, moment), path, query, variant)


class WatchedView(View):
    """A view that says which names it hands to a template."""

    @override
    def rendered(self, template: str, context: dict[str, Any], *, chrome: bool = False) -> str:
        text = super().rendered(template, context, chrome=chrome)
        if isinstance(self.surface, Watching):
            self.surface.received[template] |= context.keys()
        return text


async def sample(settings: Settings, theme: str) -> Sample:
    """Render the demonstration and an empty site with the theme, which the settings' folder has."""
    with tempfile.TemporaryDirectory(prefix="westmarch-check-") as place:
        file, media = Path(place) / "sample.db", Path(place) / "media"
        media.mkdir()
        apart = settings.model_copy(update={"database_url": f"sqlite:///{file}"})
        await schema.upgrade(apart.database_url)
        surface = surface_of(apart, Watching)
        async with open_database(apart.database_url) as db:
            options = {"theme": theme}
            await db.write(site_actions.change, options, actor="check")
            for path in ("/", *LISTINGS, *(f"/{feed}" for feed in FEEDS)):
                await db.read(answer, surface, path, "")
            await install(db, media, base=apart.base_path, options=options | {"posts_per_page": 5})
            await followers.catch_up(db, FOLLOWERS, "check", now())
            await _render_all(db, surface)
    packaged = surface.themes.packaged.templates.globals
    return Sample(
        sorted(surface.remarks, key=lambda remark: (remark.file, remark.line)),
        {name: frozenset(names) for name, names in surface.received.items()},
        frozenset(packaged) - frozenset(Theme().templates.globals),
    )


async def _render_all(db: Database, surface: Watching) -> None:
    paths = await db.read(lambda session: list(_paths(session)))
    for path in paths:
        await db.read(answer, surface, path, "")
    site = await db.read(current)
    flipped = {
        name: not value if isinstance(value, bool) else value
        for name, value in vars(surface.themes.chosen(site.theme).set({})[0]).items()
    }
    await db.write(site_actions.change, {"theme_options": {site.theme: flipped}}, actor="check")
    for path in paths:
        await db.read(answer, surface, path, "")
    for status in STATUSES:
        await db.read(_failed, surface, status)


def _failed(session: Reading, surface: Watching, status: int) -> Reply:
    return errors.page(surface.view(session, "/", "", Moment("", 0)), status, "What went wrong.", request_id="sample")


def _paths(session: Reading | Session) -> Iterator[str]:
    """Every address of the demonstration, with second pages, feeds, years, and one that is not there."""
    found = session.scalars(select(Link.path).where(Link.current, Link.query == "")).all()
    for path in (*LISTINGS, *found):
        yield path
        yield from (f"{path.rstrip('/')}/{more}" for more in ("page/2/", *FEEDS[:2]))
    yield from ("/archive/2026/", "/archive/2025/", "/archive/2024/", "/sitemap.xml", "/sitemap-lists.xml")
    yield from ("/sitemap-2026.xml", "/sitemap-posts.xml", "/opensearch.xml", "/none/")
