"""Static files of the theme."""

from starlette.requests import Request

from westmarch.errors import NotFound
from westmarch.web.replies import FOR_EVER, FRESH, Reply
from westmarch.web.surface import Surface


async def file(request: Request) -> Reply:
    """`/static/…`: kept for ever under the hash of its content, asked for anew under any other. Raises NotFound."""
    surface: Surface = request.app.state.surface
    found = surface.theme.find(request.path_params["path"])
    if found is None:
        raise NotFound("There is no such file.")
    asset, exact = found
    return Reply(asset.body, asset.mime, cache=FOR_EVER if exact else FRESH)
