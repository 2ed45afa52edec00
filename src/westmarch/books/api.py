"""The API of books: `/api/v1/search/`, `/api/v1/books/{book_id}`, `/api/v1/suggest`."""

from collections.abc import Awaitable
from time import perf_counter
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.routing import APIRoute
from starlette.requests import Request

from westmarch.books import search as searching
from westmarch.books.shapes import Book, Numbered, Problem, Results, Search, Suggest, Suggestions
from westmarch.errors import Unavailable
from westmarch.textindex.engine import Engine
from westmarch.web.replies import Reply
from westmarch.web.shaped import ShapedRoute

#: What every answer of the API may be instead.
FAULTS: dict[int | str, dict[str, Any]] = {
    422: {"model": Problem, "description": "A parameter cannot be taken; `parameters` names it."},
    503: {"model": Problem, "description": "The index does not answer. `Retry-After` says when to ask again."},
}
MISSING: dict[int | str, dict[str, Any]] = {404: {"model": Problem, "description": "There is no such book."}}

router = APIRouter(prefix="/api/v1", route_class=ShapedRoute, tags=["books"], responses=FAULTS)


@router.get("/search", include_in_schema=False, name="search without slash")
@router.get("/search/", response_model=Results, name="search", summary="Search the catalogue")
async def search(asked: Annotated[Search, Query()], request: Request) -> Reply:
    """Books whose title or authors have any of the words of `q`, within the filters. All parameters are optional."""
    return await timed(searching.answer(index(request), asked))


@router.get("/books/{book_id}", response_model=Book, responses=MISSING, name="book", summary="One book")
async def book(asked: Annotated[Numbered, Path()], request: Request) -> Reply:
    """The book with this number."""
    return await timed(searching.book(index(request), asked.book_id))


@router.get("/suggest", response_model=Suggestions, name="suggest", summary="Suggestions while typing")
async def suggest(asked: Annotated[Suggest, Query()], request: Request) -> Reply:
    """Authors and titles that what was typed may become."""
    return await timed(searching.suggestions(index(request), asked))


def index(request: Request) -> Engine:
    """The index of the program. Raises Unavailable before the program serves."""
    engine: Engine | None = request.app.state.index
    if engine is None:
        raise Unavailable("The search index is not open.", hint="It is opened when the program serves.")
    return engine


async def timed(answer: Awaitable[bytes]) -> Reply:
    """An answer in JSON with how long the search and the making of the answer took."""
    started = perf_counter()
    body = await answer
    searched = perf_counter()
    reply = Reply(body, "application/json")
    done = perf_counter()
    reply.raw_headers += [
        (b"server-timing", b"search;dur=%.3f, reply;dur=%.3f" % ((searched - started) * 1e3, (done - searched) * 1e3)),
    ]
    return reply


#: The routes of the API, for the table of a program.
ROUTES: tuple[APIRoute, ...] = tuple(route for route in router.routes if isinstance(route, APIRoute))
