"""Static files of the theme."""

from starlette.requests import Request

from westmarch.db.database import Database
from westmarch.errors import NotFound
from westmarch.web.assets import Asset
from westmarch.web.codings import takes_gzip
from westmarch.web.replies import FOR_EVER, FRESH, Reply
from westmarch.web.surface import Surface


async def file(request: Request) -> Reply:
    """`/static/…`: kept for ever under the hash of its content, asked for anew under any other. Raises NotFound."""
    surface: Surface = request.app.state.surface
    name = request.path_params["path"]
    if asset := surface.themes.exactly(name):
        return _reply(request, asset, FOR_EVER)
    found = surface.speculation.find(name)
    if found is None:
        # Of no theme that this process knows: one may have been chosen since, or nothing been asked for yet.
        db: Database = request.app.state.db
        held = await db.read(surface.options.newest)
        found = surface.themes.chosen(held.site.theme).find(name)
    if found is None:
        raise NotFound("There is no such file.")
    asset, exact = found
    return _reply(request, asset, FOR_EVER if exact else FRESH)


def _reply(request: Request, asset: Asset, cache: str) -> Reply:
    if not asset.gzipped:
        return Reply(asset.body, asset.mime, cache=cache)
    varies = ("vary", "accept-encoding")
    if takes_gzip(",".join(request.headers.getlist("accept-encoding"))):
        return Reply(asset.gzipped, asset.mime, cache=cache, headers=(varies, ("content-encoding", "gzip")))
    return Reply(asset.body, asset.mime, cache=cache, headers=(varies,))
