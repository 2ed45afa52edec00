"""The static files of the admin: style sheets and scripts. They tell nothing, so everybody may have them."""

import gzip
import hashlib
import posixpath
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from starlette.requests import Request

from westmarch.errors import NotFound
from westmarch.web.assets import MIME
from westmarch.web.codings import takes_gzip
from westmarch.web.replies import FOR_EVER, FRESH, Reply

#: Below this path they stand.
PATH = "/admin/static/"
_MIME = {**MIME, ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class File:
    """A static file as it is sent; `version` changes with its content."""

    body: bytes
    gzipped: bytes
    mime: str
    version: str


@lru_cache(maxsize=1)
def files() -> dict[str, File]:
    """All static files by name; they come with the package and do not change while it runs."""
    found = {}
    for entry in resources.files("westmarch.admin").joinpath("static").iterdir():
        mime = _MIME.get(posixpath.splitext(entry.name)[1])
        if entry.is_file() and mime:
            body = entry.read_bytes()
            version = hashlib.sha256(body).hexdigest()[:12]
            found[entry.name] = File(body, gzip.compress(body, 9, mtime=0), mime, version)
    return found


def address(name: str) -> str:
    """The path of a file with its version, by which it may be kept for ever. Raises KeyError."""
    return f"{PATH}{name}?v={files()[name].version}"


async def file(request: Request) -> Reply:
    """`/admin/static/…`: kept for ever under its version, asked for anew under any other. Raises NotFound."""
    found = files().get(request.path_params["name"])
    if found is None:
        raise NotFound("There is no such file.")
    cache = FOR_EVER if request.query_params.get("v") == found.version else FRESH
    varies = ("vary", "accept-encoding")
    if takes_gzip(",".join(request.headers.getlist("accept-encoding"))):
        return Reply(found.gzipped, found.mime, cache=cache, headers=(varies, ("content-encoding", "gzip")))
    return Reply(found.body, found.mime, cache=cache, headers=(varies,))
