"""Static files under names that hold their content's hash. Style sheets and scripts name each other by those."""

import gzip
import hashlib
import mimetypes
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote, unquote

from westmarch.errors import Invalid

MIME = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
#: So many files may load each other in a chain.
DEEPEST = 100
#: What was made of so many texts is kept.
MOST_TEXTS = 128
_HASHED = re.compile(r"(?P<stem>.+)\.(?P<digest>[0-9a-f]{8})(?P<suffix>\.[^./]+)?")
#: What a style sheet loads. Comments are passed over, and so is what lies elsewhere than beside it.
_IN_SHEET = re.compile(
    rb"""/\*.*?\*/
    |(?:\burl\(\s*|@import\s+(?=["']))(?P<quote>["']?)(?P<address>(?!/|\#|[a-z]+:)[^"'()\s\\]+)(?P=quote)""",
    re.DOTALL | re.IGNORECASE | re.VERBOSE,
)
#: What a module imports or exports from: `… from "./x.js"`, `import "./x.js"`, `import("./x.js")`. Comments and texts
#: are passed over, and so are bare names.
_IN_SCRIPT = re.compile(
    rb"""//[^\n]*|/\*.*?\*/
    |\b(?:from|import)\b\s*\(?\s*(?P<quote>["'])(?P<address>\.{1,2}/[^"'\\\n]+)(?P=quote)
    |"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`""",
    re.DOTALL | re.VERBOSE,
)
#: What a style sheet can do without: comments but those of a licence (`/*!`), and the indentation of lines.
_IN_VAIN = re.compile(
    rb"""(?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\burl\([^)"']*\)|/\*!.*?\*/)|/\*.*?\*/|(?<=\n)\s+""",
    re.DOTALL,
)
_REFERENCES = {".css": _IN_SHEET, ".js": _IN_SCRIPT, ".mjs": _IN_SCRIPT}


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file; `address` is its path below the site with the hash of this content in it.

    `gzipped` is the same content compressed, or empty where that saves nothing.
    """

    address: str
    mime: str
    body: bytes
    gzipped: bytes = b""


@dataclass(frozen=True, slots=True)
class Reference:
    """A static file that a style sheet or script names: where it stands there (bytes), as written, and what is meant.

    `target` is the name below `static/`; it may be none of a file that is there.
    """

    start: int
    end: int
    written: str
    target: str


def references(name: str, body: bytes) -> Iterator[Reference]:
    """The files beside it that the static file `name` loads, in the order of its text."""
    pattern = _REFERENCES.get(posixpath.splitext(name)[1])
    for start, written in _named(pattern, body) if pattern else ():
        target = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(written)))
        yield Reference(start, start + len(written.encode()), written, target)


# Themes have most texts in common, and what is made again is mostly as it was.


@lru_cache(MOST_TEXTS)
def _named(pattern: re.Pattern[bytes], body: bytes) -> list[tuple[int, str]]:
    """Where in a text a file is named, and how."""
    return [
        (found.start("address"), re.split("[?#]", found["address"].decode("utf-8", "replace"), maxsplit=1)[0])
        for found in pattern.finditer(body)
        if found["address"] is not None
    ]


@lru_cache(MOST_TEXTS)
def _shortened(sheet: bytes) -> bytes:
    """A style sheet without what it can do without."""
    return _IN_VAIN.sub(lambda found: found["text"] or b" " * found[0].startswith(b"/"), sheet)


@lru_cache(MOST_TEXTS)
def _compressed(text: bytes) -> bytes:
    """A text compressed as far as that goes."""
    return gzip.compress(text, 9, mtime=0)


class Assets:
    """The static files of a theme by their names below `static/`. They are read when this is made.

    Raises Invalid, naming the files, where style sheets or scripts load each other in a circle, so that none of them
    could be named by its content, or in a chain of more than `DEEPEST`.
    """

    def __init__(self, files: Mapping[str, Path]) -> None:
        self.files = files
        self._made: dict[str, Asset] = {}
        for name in sorted(files):
            self._make(name, ())

    def _make(self, name: str, above: tuple[str, ...]) -> Asset:
        """The asset, after those that it names, because its own hash depends on theirs."""
        if name in self._made:
            return self._made[name]
        if name in above:
            circle = " → ".join((*above[above.index(name) :], name))
            raise Invalid(
                f"Static files load each other in a circle: {circle}.",
                hint="Each is named by its content, so one of them must not name the other.",
                place=str(self.files[name]),
            )
        if len(above) >= DEEPEST:
            raise Invalid(
                f"More than {DEEPEST} static files load each other one after the other, from {above[0]} on.",
                hint="A browser would ask for them one after the other too: load them from one file.",
                place=str(self.files[above[0]]),
            )
        body, parts, done = self.files[name].read_bytes(), [], 0
        if name.endswith(".css"):
            body = _shortened(body)
        for reference in references(name, body):
            if reference.target in self.files:
                target = self._make(reference.target, (*above, name))
                folder, slash, _ = reference.written.rpartition("/")
                parts += [
                    body[done : reference.start],
                    f"{folder}{slash}{quote(posixpath.basename(target.address))}".encode(),
                ]
                done = reference.end
        self._made[name] = asset = _asset(name, b"".join((*parts, body[done:])))
        return asset

    def address(self, name: str) -> str:
        """The path at which the static file `name` is served. Raises KeyError."""
        return self._made[name].address

    def find(self, name: str) -> tuple[Asset, bool] | None:
        """The file asked for as `/static/{name}`, and whether it is the very version that the name's hash means.

        A page from before a change of the theme asks for another version: it gets the current one.
        """
        if match := _HASHED.fullmatch(name):
            asset = self._made.get(match["stem"] + (match["suffix"] or ""))
            if asset is not None:
                return asset, asset.address == f"/static/{name}"
        asset = self._made.get(name)
        return None if asset is None else (asset, False)


def _asset(name: str, body: bytes) -> Asset:
    stem, suffix = posixpath.splitext(name)
    digest = hashlib.blake2b(body, digest_size=4).hexdigest()
    mime = MIME.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    # Pictures and fonts are compressed already.
    gzipped = _compressed(body) if mime.startswith("text/") or mime.endswith(("+xml", "json")) else b""
    return Asset(f"/static/{stem}.{digest}{suffix}", mime, body, gzipped if len(gzipped) < len(body) else b"")
