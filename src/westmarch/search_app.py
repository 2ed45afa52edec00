"""The search service: the API of books alone, for who gives it machines of its own."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, FastAPI, Query
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import BaseRoute, Route

import westmarch.books.models
import westmarch.media.models
import westmarch.subjects.models  # noqa: F401
from westmarch.books import api, openapi
from westmarch.books.shapes import Nothing, Pong
from westmarch.configuration import load, site_folder
from westmarch.db.database import open_database
from westmarch.db.types import now
from westmarch.errors import Unavailable, WestmarchError
from westmarch.metrics.timing import Timed
from westmarch.ops import health, memory
from westmarch.ops.logging import configure
from westmarch.search import running, status
from westmarch.settings import Settings
from westmarch.web.cors import APIForOthers
from westmarch.web.doorway import Doorway
from westmarch.web.problems import problem
from westmarch.web.replies import SECURITY, Reply
from westmarch.web.shaped import ShapedRoute, request_id, told

router = APIRouter(route_class=ShapedRoute)


@router.get("/", response_model=Pong, name="ping", summary="Whether the service is there", tags=["service"])
async def ping(_asked: Annotated[Nothing, Query()], _request: Request) -> Reply:
    """Always the same answer."""
    return Reply(b'{"message":"Ping"}', "application/json")


async def ready(request: Request) -> Reply:
    """`/readyz`: the index answers and is a whole one; 503 with the reason else."""
    try:
        found = await status.state(request.app.state.db, request.app.state.index)
        reason = found.fault
    except Unavailable as error:
        reason = error.message
    state = {"status": "unavailable", "reason": reason} if reason else {"status": "ok", "behind": found.behind}
    headers = (("retry-after", "5"),) if reason else ()
    body = json.dumps(state).encode()
    return Reply(body, "application/json", 503 if reason else 200, cache="no-store", headers=headers)


#: What the API's documents describe.
DESCRIBED: tuple[BaseRoute, ...] = (*router.routes, *api.ROUTES)
#: The route table.
ROUTES = (
    *DESCRIBED,
    Route(openapi.PATH, openapi.document),
    Route("/api/docs", openapi.page),
    Route("/docs", openapi.page),
    Route("/healthz", health.alive),
    Route("/readyz", ready),
)


@dataclass(frozen=True, slots=True)
class Bare:
    """What every answer stands on where there are no pages: its headers."""

    headers: tuple[tuple[bytes, bytes], ...] = (
        (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
        *SECURITY,
    )


@asynccontextmanager
async def _running(app: FastAPI) -> AsyncIterator[None]:
    """While the service runs, database and index are open, and the index follows the database."""
    memory.share_arenas()
    async with open_database(app.state.settings.database_url) as db:
        app.state.db, app.state.index = db, running.open_of(app.state.settings)
        async with running.followed(db, app.state.index, now):
            with memory.spared_from_collection():
                yield


async def _failed(request: Request, error: Exception) -> Reply:
    """The one handler of all errors: the API answers programs."""
    if isinstance(error, WestmarchError):
        return told(error, request)
    if isinstance(error, HTTPException):
        headers = tuple((name.lower(), value) for name, value in (error.headers or {}).items())
        return problem(error.status_code, error.detail, request_id(request), headers)
    return problem(500, "", request_id(request))


def create_app(settings: Settings) -> FastAPI:
    """The search service of a site. Nothing is opened before it serves."""
    app = FastAPI(
        title=settings.project_name,
        routes=list(ROUTES),
        lifespan=_running,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        telemetry={"auto_configure": False, "tracing": False, "metrics": False, "logs": False},
        exception_handlers={HTTPException: _failed, WestmarchError: _failed, Exception: _failed},
    )
    if settings.cors_origins:
        app.add_middleware(APIForOthers, pattern=settings.cors_origins)
    app.add_middleware(Doorway, base="", root="", outside=app.router)
    app.add_middleware(Timed, requests=None, process_time=True)
    app.state.settings = settings
    app.state.surface = Bare()
    app.state.described = openapi.Described(settings.project_name, settings.root_path, DESCRIBED)
    return app


def from_environment() -> FastAPI:
    """The factory for workers: the service of the site of `WESTMARCH_SITE`, else of the current folder."""
    settings = load(site_folder(), search=True).settings
    configure(settings)
    return create_app(settings)
