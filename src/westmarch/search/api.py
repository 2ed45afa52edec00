"""The API of the search over all kinds: `/api/v1/find`."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.routing import APIRoute
from starlette.requests import Request

from westmarch.books.api import FAULTS, index, timed
from westmarch.books.shapes import Suggest
from westmarch.search import finding, suggest
from westmarch.search.shapes import Find, Results, Suggestions
from westmarch.web.replies import Reply
from westmarch.web.shaped import ShapedRoute
from westmarch.web.surface import Surface

router = APIRouter(prefix="/api/v1", route_class=ShapedRoute, tags=["site"], responses=FAULTS)


@router.get("/find", response_model=Results, name="find", summary="Search the whole site")
async def find(asked: Annotated[Find, Query()], request: Request) -> Reply:
    """Posts, pages, topics, authors and books that have any of the words of `q`, within the filters."""
    surface: Surface = request.app.state.surface
    return await timed(finding.answer(index(request), asked, surface.options.latest.site.language))


@router.get("/find/suggest", response_model=Suggestions, name="find suggest", summary="Suggestions of all kinds")
async def suggested(asked: Annotated[Suggest, Query()], request: Request) -> Reply:
    """Titles and names of all kinds that what was typed may become."""
    return await timed(suggest.suggestions(index(request), asked))


#: The routes of the API, for the table of a program.
ROUTES: tuple[APIRoute, ...] = tuple(route for route in router.routes if isinstance(route, APIRoute))
