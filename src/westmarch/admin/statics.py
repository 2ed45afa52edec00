"""The static files of the admin: style sheets and scripts. They tell nothing, so everybody may have them.

A script imports others by relative paths; they are given their versions here, so that all of them are kept for ever.
"""

import gzip
import hashlib
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable

from starlette.requests import Request

from westmarch.errors import NotFound
from westmarch.web.assets import MIME, references
from westmarch.web.codings import takes_gzip
from westmarch.web.replies import FOR_EVER, FRESH, Reply

#: Below this path they stand.
PATH = "/admin/static/"
_MIME = {**MIME, ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8"}


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
    bodies = dict(_bodies(resources.files("westmarch.admin").joinpath("static"), ""))
    made: dict[str, File] = {}
    for name in bodies:
        _make(name, bodies, made)
    return made


def _bodies(folder: Traversable, within: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _bodies(entry, f"{within}{entry.name}/")
        elif posixpath.splitext(entry.name)[1] in _MIME:
            yield within + entry.name, entry.read_bytes()


def _make(name: str, bodies: Mapping[str, bytes], made: dict[str, File]) -> File:
    """A file, after those that it imports, because its own version depends on theirs."""
    if name not in made:
        body, parts, done = bodies[name], [], 0
        for reference in references(name, body):
            if reference.target in bodies:
                version = _make(reference.target, bodies, made).version
                parts += [body[done : reference.end], f"?v={version}".encode()]
                done = reference.end
        body = b"".join((*parts, body[done:]))
        mime = _MIME[posixpath.splitext(name)[1]]
        version = hashlib.sha256(body).hexdigest()[:12]
        made[name] = File(body, gzip.compress(body, 9, mtime=0), mime, version)
    return made[name]


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
