"""The API of the search over all kinds: `/api/v1/find`."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.routing import APIRoute
from starlette.requests import Request

from westmarch.books.api import FAULTS, index, timed
from westmarch.search import finding
from westmarch.search.shapes import Find, Results
from westmarch.web.replies import Reply
from westmarch.web.shaped import ShapedRoute
from westmarch.web.surface import Surface

router = APIRouter(prefix="/api/v1", route_class=ShapedRoute, tags=["site"], responses=FAULTS)


@router.get("/find", response_model=Results, name="find", summary="Search the whole site")
async def find(asked: Annotated[Find, Query()], request: Request) -> Reply:
    """Posts, pages, topics, authors and books that have any of the words of `q`, within the filters."""
    surface: Surface = request.app.state.surface
    return await timed(finding.answer(index(request), asked, surface.options.latest.site.language))


#: The routes of the API, for the table of a program.
ROUTES: tuple[APIRoute, ...] = tuple(route for route in router.routes if isinstance(route, APIRoute))
