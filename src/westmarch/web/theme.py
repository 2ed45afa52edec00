"""The theme: templates, compiled once, and static files under names that hold their content's hash."""

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from westmarch.web.assets import MIME, Asset, Assets

#: The theme of the package.
DEFAULT = Path(__file__).parent.parent / "theme"

_ACCENT = re.compile(r"accent\.(?P<colour>[0-9a-f]{6})\.css")


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
        self._assets = Assets(files)

    def asset(self, name: str) -> str:
        """The path at which the static file `name` is served. Raises KeyError."""
        return self._assets.address(name)

    def accent(self, colour: str) -> str:
        """The path of the style sheet that sets the owner's colour (`#1f6f8b`)."""
        return f"/static/accent.{colour.removeprefix('#').lower()}.css"

    def find(self, name: str) -> tuple[Asset, bool] | None:
        """The file asked for as `/static/{name}`, and whether it is the very version that the name's hash means.

        A page from before a change of the theme asks for another version: it gets the current one.
        """
        if match := _ACCENT.fullmatch(name):
            body = f":root {{ --owner: #{match['colour']}; }}\n".encode()
            return Asset(f"/static/{name}", MIME[".css"], body), True
        return self._assets.find(name)
