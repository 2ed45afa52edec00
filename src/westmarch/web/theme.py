"""The theme: templates, compiled once, and static files under names that hold their content's hash."""

import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

#: The theme of the package.
DEFAULT = Path(__file__).parent.parent / "theme"

_MIME = {".woff2": "font/woff2", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
_HASHED = re.compile(r"(?P<stem>.+)\.(?P<digest>[0-9a-f]{8})(?P<suffix>\.[a-z0-9]+)")
_URL = re.compile(rb'url\("(?!data:|/|[a-z]+:)([^"?#]+)"\)')
_ACCENT = re.compile(r"accent\.(?P<colour>[0-9a-f]{6})\.css")


@dataclass(frozen=True, slots=True)
class Asset:
    """A static file; `address` is its path below the site with the hash of this content in it."""

    address: str
    mime: str
    body: bytes


class Theme:
    """Templates and static files of the package, of which `overrides` (the site's `theme/`) may replace each by name.

    Files are read when the theme is made: a changed file shows after the next start.
    """

    def __init__(self, overrides: Path | None = None) -> None:
        folders = [folder for folder in (overrides, DEFAULT) if folder is not None and folder.is_dir()]
        self.templates = Environment(
            loader=FileSystemLoader([str(folder) for folder in folders]),
            autoescape=True,
            auto_reload=False,
            cache_size=-1,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            undefined=StrictUndefined,
        )
        files: dict[str, Path] = {}
        for folder in reversed(folders):
            static = folder / "static"
            for path in sorted(static.rglob("*")):
                if path.is_file():
                    files[path.relative_to(static).as_posix()] = path
        self._assets: dict[str, Asset] = {}
        # Style sheets name other files by their hashes, so they come last.
        for name in sorted(files, key=lambda name: (name.endswith(".css"), name)):
            self._assets[name] = self._load(name, files[name].read_bytes())

    def _load(self, name: str, body: bytes) -> Asset:
        if name.endswith(".css"):
            body = _URL.sub(self._hashed_reference, body)
        stem, dot, suffix = name.rpartition(".")
        digest = hashlib.blake2b(body, digest_size=4).hexdigest()
        mime = _MIME.get(dot + suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
        return Asset(f"/static/{stem}.{digest}{dot}{suffix}", mime, body)

    def _hashed_reference(self, match: re.Match[bytes]) -> bytes:
        asset = self._assets.get(match[1].decode())
        if asset is None:
            return match[0]
        return b'url("' + asset.address.removeprefix("/static/").encode() + b'")'

    def asset(self, name: str) -> str:
        """The path at which the static file `name` is served. Raises KeyError."""
        return self._assets[name].address

    def accent(self, colour: str) -> str:
        """The path of the style sheet that sets the owner's colour (`#1f6f8b`)."""
        return f"/static/accent.{colour.removeprefix('#').lower()}.css"

    def find(self, name: str) -> tuple[Asset, bool] | None:
        """The file asked for as `/static/{name}`, and whether it is the very version that the name's hash means.

        A page from before a change of the theme asks for another version: it gets the current one.
        """
        if match := _ACCENT.fullmatch(name):
            body = f":root {{ --owner: #{match['colour']}; }}\n".encode()
            return Asset(f"/static/{name}", _MIME[".css"], body), True
        if match := _HASHED.fullmatch(name):
            asset = self._assets.get(match["stem"] + match["suffix"])
            return None if asset is None else (asset, asset.address == f"/static/{name}")
        asset = self._assets.get(name)
        return None if asset is None else (asset, False)
