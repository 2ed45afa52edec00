"""The API's documents for people: Swagger UI, which shows the OpenAPI document and lets everything be tried."""

import gzip
from functools import lru_cache
from importlib import resources

from markupsafe import Markup
from starlette.requests import Request

from westmarch.api.door import PREFIX
from westmarch.books import openapi
from westmarch.errors import NotFound
from westmarch.metrics.routes import CountedRoute
from westmarch.web.codings import takes_gzip
from westmarch.web.replies import Reply

PATH = "/api/docs"
#: The same without scripts.
PLAIN = "/api/docs/plain"
_MIME = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "txt": "text/plain; charset=utf-8"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_PAGE = Markup("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="{base}/api/docs/swagger-ui.css">
<link rel="stylesheet" href="{base}/api/docs/docs.css">
<script src="{base}/api/docs/swagger-ui-bundle.js" defer></script>
<script src="{base}/api/docs/start.js" type="module"></script>
</head>
<body>
<main>
<p><a href="{base}{plain}">The same without scripts</a></p>
<div id="swagger-ui" data-document="{base}{document}"></div>
</main>
</body>
</html>
""")


async def page(request: Request) -> Reply:
    """`/api/docs`."""
    described: openapi.Described = request.app.state.described
    made = _PAGE.format(title=described.title, base=described.base, plain=PLAIN, document=f"{PREFIX}/openapi.json")
    return Reply(made.encode(), headers=(("content-security-policy", _POLICY),))


async def file(request: Request) -> Reply:
    """`/api/docs/…`: what the page needs. Raises NotFound."""
    name = request.path_params["name"]
    mime = _MIME.get(name.rpartition(".")[2])
    if mime is None or name not in _names():
        raise NotFound("There is no such file.")
    varies = ("vary", "accept-encoding")
    if takes_gzip(",".join(request.headers.getlist("accept-encoding"))):
        return Reply(_gzipped(name), mime, headers=(varies, ("content-encoding", "gzip")))
    return Reply(_plain(name), mime, headers=(varies,))


def _plain(name: str) -> bytes:
    return resources.files("westmarch.api").joinpath("static", name).read_bytes()


@lru_cache(maxsize=8)
def _gzipped(name: str) -> bytes:
    return gzip.compress(_plain(name), 9, mtime=0)


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(entry.name for entry in resources.files("westmarch.api").joinpath("static").iterdir())


ROUTES = (
    CountedRoute(openapi.PATH, openapi.document),
    CountedRoute(PATH, page),
    CountedRoute(PLAIN, openapi.page),
    CountedRoute(PATH + "/{name}", file),
)
