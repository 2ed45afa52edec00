"""The themes of a site: that of the package, and those in its folder `themes/`."""

import logging
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path

from westmarch.errors import NotFound, WestmarchError
from westmarch.web.assets import Asset
from westmarch.web.manifest import FILE, Manifest, read_manifest
from westmarch.web.theme import DEFAULT, DEFAULT_NAME, Theme

logger = logging.getLogger(__name__)


class Themes:
    """Makes each theme once, when it is first asked for, and keeps it.

    `overrides` holds single files that replace those of whichever theme is chosen, `folder` whole themes. `furnish`
    gives a theme what its templates may call.
    """

    def __init__(self, overrides: Path, folder: Path, furnish: Callable[[Theme], None]) -> None:
        self.overrides = overrides
        self.folder = folder
        self._furnish = furnish
        #: The package's own files alone, which answer where those of the site fail.
        self.packaged = Theme()
        furnish(self.packaged)
        self._made: dict[str, Theme] = {}

    def names(self) -> list[str]:
        """The themes that there are: the default, then the folders with a theme.toml, by name."""
        own = {path.parent.name for path in self.folder.glob(f"*/{FILE}")} - {DEFAULT_NAME}
        return [DEFAULT_NAME, *sorted(own)]

    def manifest(self, name: str) -> Manifest:
        """What the theme says of itself. Raises NotFound naming those that there are, and Invalid."""
        if name != DEFAULT_NAME and name not in self.names():
            close = get_close_matches(name, self.names(), 1)
            raise NotFound(
                f"No theme is called {name!r}.{f' Is {close[0]} meant?' if close else ''}",
                hint=f"There are: {', '.join(self.names())}. A theme is a folder with a {FILE} in {self.folder}.",
            )
        return read_manifest(self.place(name), name)

    def place(self, name: str) -> Path:
        """The folder of a theme."""
        return DEFAULT if name == DEFAULT_NAME else self.folder / name

    def load(self, name: str) -> Theme:
        """The theme, made anew. Raises NotFound, Invalid."""
        manifest = self.manifest(name)
        if name != DEFAULT_NAME:
            theme = Theme(self.overrides, self.place(name), manifest=manifest)
        elif any(path.is_file() for path in self.overrides.rglob("*")):
            theme = Theme(self.overrides)
        else:
            return self.packaged
        self._furnish(theme)
        return theme

    def chosen(self, name: str) -> Theme:
        """The theme `name`. One that is missing or broken is told to the log, and the default answers instead."""
        theme = self._made.get(name)
        if theme is None:
            theme = self._made[name] = self._loaded(name)
        return theme

    def _loaded(self, name: str) -> Theme:
        try:
            return self.load(name)
        except (WestmarchError, OSError) as error:
            told = f"{error.message} {error.hint}" if isinstance(error, WestmarchError) else str(error)
            logger.error("The theme %s cannot be used, the default answers instead. %s", name, told)
            logger.error("Mend it and start the server again, or choose another: westmarch theme use NAME.")
            return self.packaged if name == DEFAULT_NAME else self.chosen(DEFAULT_NAME)

    def exactly(self, name: str) -> Asset | None:
        """The static file whose content `/static/{name}` means, of any theme that is or was chosen."""
        for theme in (*self._made.values(), self.packaged):
            found = theme.find(name)
            if found is not None and found[1]:
                return found[0]
        return None
