"""The program: settings in, an ASGI application out. What answers where stands on one page of this file."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, TypeVar

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

import westmarch.migrations.metadata  # noqa: F401 - a session must know all tables that its own refer to
from westmarch.accounts import auth
from westmarch.admin import refusals
from westmarch.admin import routes as admin
from westmarch.answers import answer, look
from westmarch.api import docs
from westmarch.api import routes as api
from westmarch.api.openapi import Documents
from westmarch.books import api as books
from westmarch.cards.store import Store
from westmarch.cards.studio import Studio
from westmarch.configuration import load, site_folder
from westmarch.db.database import Database, open_database
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.errors import WestmarchError
from westmarch.followers import run as followers
from westmarch.journal import tidying
from westmarch.links import missed
from westmarch.links.parameters import uncounted
from westmarch.links.paths import quote
from westmarch.mail import delivery, sending
from westmarch.media import public as media
from westmarch.metrics import lag
from westmarch.metrics.durations import Requests
from westmarch.metrics.measured import VERB, Measuring, verbs
from westmarch.metrics.public import metrics
from westmarch.metrics.routes import CountedRoute
from westmarch.metrics.timing import Timed
from westmarch.ops import control, health, memory, schema
from westmarch.ops.logging import configure
from westmarch.pagecache import commands, files
from westmarch.pagecache.cache import Answer, PageCache
from westmarch.pagecache.commands import Address
from westmarch.pagecache.middleware import ByVariant, FromCache, Variant, Viewed
from westmarch.pagecache.store import Key
from westmarch.pagecache.turns import TURN, Turn
from westmarch.posts import cards, emptying, preview_page, schedule, thinning, views
from westmarch.posts.following import FOLLOWERS
from westmarch.presence.rooms import Rooms
from westmarch.search import api as finding
from westmarch.search import running as search
from westmarch.settings import Settings
from westmarch.text.places import place
from westmarch.text.players import PLAYER_HOSTS
from westmarch.textindex.engine import Engine
from westmarch.web import errors, icons, origins, request_target, static
from westmarch.web.cors import APIForOthers
from westmarch.web.doorway import Doorway
from westmarch.web.replies import Reply
from westmarch.web.surface import Surface

logger = logging.getLogger(__name__)

S = TypeVar("S", bound=Surface)


async def public(request: Request) -> ASGIApp:
    """Whatever has no route of its own: the links of the site, then the listings of the program."""
    path, query = request_target.path(request.scope), request_target.query(request.scope)
    pages: PageCache = request.app.state.pages
    variant = request.app.state.variant(request.scope)
    key, make, _ = address(request.app, path, query, variant)
    found: Answer | Reply = await pages.answer(key, make, request.app.state.surface.headers)
    if found.status_code in (301, 302) and uncounted(query) != query:  # A redirect keeps the whole of it.
        found = await made(request.app, path, query, variant)
    request.state.route = found.route
    if found.status_code == 404 and (origin := views.came_from(request.scope)) is not None:
        request.app.state.missed.count(path, origin, now())
    if found.viewed is not None and (origin := views.came_from(request.scope)) is not None:
        request.app.state.views.count(found.viewed, origin)
    if found.status_code >= 400 and errors.wants_json(request.headers.get("accept", "")):
        raise HTTPException(found.status_code)
    return found


def address(app: FastAPI, path: str, query: str, variant: str) -> Address:
    """Where the page at a path is kept, and what renders it; or which other route answers there."""
    surface: Surface = app.state.surface
    asked = uncounted(query)
    key = Key(quote(surface.base + path).encode(), asked.encode("latin-1"), variant)
    return Address(key, lambda: made(app, path, asked, variant))


async def made(app: FastAPI, path: str, query: str, variant: str) -> Reply:
    """The answer for a path, rendered in one snapshot; what it needs of the search index is asked for before that."""
    db: Database = app.state.db
    index: Engine | None = app.state.index
    found = await look(index, app.state.surface, path, query)
    return await db.read(answer, app.state.surface, path, query, variant, found)


def other_route(path: str) -> str:
    """The pattern of the route that answers at a path instead of `public`; empty where none does."""
    scope: Scope = {"type": "http", "method": "GET", "path": path}
    first = next(route for route in ROUTES if route.matches(scope)[0] is Match.FULL)
    return "" if first.endpoint is public else first.path


#: The route table. What a link of the site leads to, and the listings, are in the tables of `answers`.
ROUTES = (
    CountedRoute("/static/{path:path}", static.file),
    CountedRoute("/media/cards/{name}", cards.card),
    CountedRoute("/media/{path:path}", media.file),
    *(CountedRoute(path, icons.icon) for path in icons.ICONS),
    CountedRoute("/site.webmanifest", icons.manifest),
    CountedRoute("/healthz", health.alive),
    CountedRoute("/readyz", health.ready),
    CountedRoute("/metrics", metrics),
    *preview_page.ROUTES,
    *books.ROUTES,
    *finding.ROUTES,
    *auth.ROUTES,
    *docs.ROUTES,
    *api.ROUTES,
    *admin.ROUTES,
    CountedRoute("/{path:path}", public),
)


@lru_cache(maxsize=16)
def _line(text: str, language: str) -> str:
    """A line of Markdown as HTML; of what is no line (a heading, a list) the words alone.

    The renderer is imported only where an owner has set such a line.
    """
    from westmarch.text.markdown import render

    made = render(text, language=language)
    return made.html if made.html.startswith("<p>") else made.excerpt_html


@asynccontextmanager
async def _running(app: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
    """While the program serves, the database is open, followers run, posts are published and views are written.

    What is yielded is for the server.
    """
    memory.share_arenas()
    async with open_database(app.state.settings.database_url) as db, AsyncExitStack() as stack:
        app.state.db = db
        with suppress(WestmarchError):  # A database that is away is told of by what asks it next.
            await db.read(app.state.surface.options.newest)
        await stack.enter_async_context(app.state.pages.opened(db))
        app.state.index = search.open_of(app.state.settings)
        await stack.enter_async_context(search.followed(db, app.state.index, now))
        questions = {**verbs(app.state.measuring), **cache_verbs(app)}
        await stack.enter_async_context(control.serving(app.state.settings, questions))
        drawing = cards.following(db, app.state.surface, app.state.studio, app.state.icons)
        tasks = [
            asyncio.create_task(followers.run(db, FOLLOWERS, now), name="followers"),
            asyncio.create_task(followers.run(db, [drawing], now), name="cards"),
            asyncio.create_task(schedule.run(db, now), name="schedule"),
            asyncio.create_task(views.run(db, app.state.views, partial(_local_now, app)), name="views"),
            asyncio.create_task(missed.run(db, app.state.missed, _counts_misses), name="missed paths"),
            asyncio.create_task(emptying.run(db, now), name="trash"),
            asyncio.create_task(thinning.run(db, now), name="old drafts"),
            asyncio.create_task(tidying.run(db, now), name="journal"),
        ]
        if (mails := delivery.server(app.state.settings)) is not None:
            tasks.append(asyncio.create_task(sending.run(db, mails, now), name="mail"))
        wanted, loop = asyncio.Event(), asyncio.get_running_loop()
        app.state.read_files_again = lambda: loop.call_soon_threadsafe(wanted.set)
        again = files.run(wanted, app.state.surface, app.state.pages.store)
        tasks.append(asyncio.create_task(again, name="files of the theme"))
        if app.state.measuring is not None:
            tasks.append(asyncio.create_task(lag.run(app.state.measuring.lag), name="lag"))
        for task in tasks:
            task.add_done_callback(_told)
        try:
            with memory.spared_from_collection():
                yield {TURN: app.state.turn}
        finally:
            app.state.read_files_again = _nothing
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            app.state.studio.close()


def _local_now(app: FastAPI) -> datetime:
    """What the clock says where the site is at home."""
    return now().astimezone(app.state.surface.options.latest.site.zone)


def _counts_misses(session: Reading) -> bool:
    """Whether there is a table for the paths that lead nowhere."""
    return schema.reached(session, missed.SCHEMA)


def _nothing() -> None:
    """What reading the files again is while nothing is served."""


def cache_verbs(app: FastAPI) -> Mapping[str, control.Verb]:
    """What commands may ask of the page cache."""

    def find(path: str, query: str, variant: str) -> Address:
        return address(app, path, query, variant)._replace(route=other_route(path))

    return commands.verbs(app.state.pages, find, app.state.settings.url, lambda: app.state.surface.fingerprint)


def _told(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        logger.error("The task %s has stopped; start the program again.", task.get_name(), exc_info=error)


def surface_of(settings: Settings, kind: type[S]) -> S:
    """What the pages of a site stand on, `Surface` or one that watches how they are made."""
    return kind(
        settings.url,
        overrides=settings.theme_folder,
        themes=settings.themes_folder,
        place=place,
        line=_line,
        card=cards.path,
        frames=PLAYER_HOSTS,
        environment=settings.environment,
        head_code=settings.head_code,
    )


class Program(FastAPI):
    """FastAPI, and the page cache in front of it: passing the parts of FastAPI costs three times as much as a hit."""

    def __init__(
        self, pages: PageCache, viewed: Viewed, variant: Variant | None, *, process_time: bool, **options: Any
    ) -> None:
        super().__init__(**options)
        inside: ASGIApp = super().__call__
        if process_time or pages.requests is not None:
            inside = Timed(inside, requests=pages.requests, process_time=process_time)
        front = FromCache if variant is None else partial(ByVariant, variant)
        self.front = front(inside, cache=pages, viewed=viewed, process_time=process_time)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI has it."""
        await self.front(scope, receive, send)


def create_app(settings: Settings, variant: Variant | None = None) -> FastAPI:
    """The program for a site. Nothing is opened before it serves.

    `variant` names the variant of the pages that a request gets, of few there are: templates know it by this name, and
    each variant of a page is kept by itself.
    """
    surface = surface_of(settings, Surface)

    async def outside(scope: Scope, receive: Receive, send: Send) -> None:
        reply = errors.reply(surface.view_of_latest(), scope, 404)
        await reply(scope, receive, send)

    async def foreign(scope: Scope, receive: Receive, send: Send) -> None:
        reply = errors.reply(surface.view_of_latest(), scope, 403, origins.REFUSAL)
        await reply(scope, receive, send)

    requests = Requests() if settings.metrics else None
    pages = PageCache(settings.cache_size, requests, settings.cache_check, surface.options.forget)
    counted = views.Views(surface.host)

    def viewed(scope: Scope, post_id: int) -> None:
        if (origin := views.came_from(scope)) is not None:
            counted.count(post_id, origin)

    app = Program(
        pages,
        viewed,
        variant,
        process_time=settings.process_time,
        title="Westmarch",
        routes=[*admin.SOCKETS, *ROUTES],
        lifespan=_running,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        telemetry={"auto_configure": False},
        exception_handlers=dict.fromkeys((HTTPException, WestmarchError, Exception), refusals.answer),
    )
    if settings.cors_origins:
        app.add_middleware(APIForOthers, pattern=settings.cors_origins)
    app.add_middleware(origins.Origins, url=settings.url, refused=foreign, shared=settings.cors_origins)
    app.add_middleware(Doorway, base=surface.base, root=surface.root, outside=outside)
    app.state.settings = settings
    app.state.rooms = Rooms()
    app.state.surface = surface
    app.state.pages = pages
    app.state.index = None  # It is opened when the program serves.
    app.state.described = Documents(settings.project_name, surface.base, (*api.DOORS, *books.ROUTES, *finding.ROUTES))
    app.state.measuring = None if requests is None else Measuring(requests, pages.numbers)
    app.state.ask_for_metrics = partial(control.ask, settings, VERB)
    # A variant may hang on what proxies say of a request, which the server's protocol does not know yet.
    app.state.turn = Turn(app.front) if variant is None else None
    app.state.variant = variant or (lambda _: "")
    app.state.read_files_again = _nothing
    app.state.views = counted
    app.state.missed = missed.Missed()
    app.state.icons = icons.Icons(surface)
    app.state.studio = Studio(Store(settings.media_folder / "cards"), settings.theme_folder / "static" / "fonts")
    return app


def from_environment() -> FastAPI:
    """The factory for `uvicorn --factory` and for workers: the site of `WESTMARCH_SITE`, else of the current folder."""
    settings = load(site_folder()).settings
    configure(settings)
    return create_app(settings)
