"""The themes of a site: that of the package, and those in its folder `themes/`."""

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from jinja2 import TemplateSyntaxError

from westmarch import __version__
from westmarch.errors import Invalid, NotFound, WestmarchError
from westmarch.web.assets import Asset
from westmarch.web.manifest import FILE, Manifest, read_manifest
from westmarch.web.theme import DEFAULT, DEFAULT_NAME, Theme

logger = logging.getLogger(__name__)

#: The static files of so many themes are kept that were read before their files changed.
MOST_FORMER = 3


class Themes:
    """Makes each theme once, when it is first asked for, and keeps it.

    `overrides` holds single files that replace those of whichever theme is chosen, `folder` whole themes. `furnish`
    gives a theme what its templates may call. Static files of `former` themes are still found by their exact names.
    """

    def __init__(
        self, overrides: Path, folder: Path, furnish: Callable[[Theme], None], former: Sequence[Theme] = ()
    ) -> None:
        self.overrides = overrides
        self.folder = folder
        self._furnish = furnish
        self._former = former
        #: Of all files that may be read, taken before any is: equal where no page can look otherwise.
        self.fingerprint = _fingerprint(DEFAULT, overrides, folder)
        #: The package's own files alone, which answer where those of the site fail.
        self.packaged = Theme(edition=self.fingerprint)
        furnish(self.packaged)
        self._made: dict[str, Theme] = {}

    def again(self) -> "Themes":
        """The themes as their files are now. Raises OSError, Invalid."""
        former = (*self._made.values(), self.packaged, *self._former)
        return Themes(self.overrides, self.folder, self._furnish, former[:MOST_FORMER])

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
            theme = Theme(self.overrides, self.place(name), manifest=manifest, edition=self.fingerprint)
        elif any(path.is_file() for path in self.overrides.rglob("*")):
            theme = Theme(self.overrides, edition=self.fingerprint)
        else:
            return self.packaged
        self._furnish(theme)
        return theme

    def compiled(self, name: str) -> Theme:
        """The theme, whose templates can all be read. Raises NotFound naming those that there are, and Invalid."""
        theme = self.load(name)
        for template in theme.templates.list_templates(extensions=["html", "xml"]):
            try:
                theme.templates.get_template(template)
            except TemplateSyntaxError as error:
                place = theme.place_of(error)
                hint = f"`westmarch theme check {name}` tells of all that is wrong."
                raise Invalid(f"{place}: {error.message}", hint=hint, place=place) from error
            except UnicodeDecodeError as error:
                file = next(folder / template for folder in theme.folders if (folder / template).is_file())
                raise Invalid(f"{file} is not in UTF-8: {error}.", place=str(file)) from error
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
            logger.error("Mend it and send SIGHUP to the server, or choose another: westmarch theme use NAME.")
            return self.packaged if name == DEFAULT_NAME else self.chosen(DEFAULT_NAME)

    def exactly(self, name: str) -> Asset | None:
        """The static file whose content `/static/{name}` means, of any theme that is or was chosen."""
        for theme in (*self._made.values(), self.packaged, *self._former):
            found = theme.find(name)
            if found is not None and found[1]:
                return found[0]
        return None


def _fingerprint(*folders: Path) -> str:
    """What tells whether anything in the folders was changed, made or removed, or the program is another version.

    Times and sizes of files tell it without reading them: a change between this and the reading is seen the next time.
    """
    made = hashlib.blake2b(__version__.encode(), digest_size=8)
    for folder in folders:
        for name, time, size in sorted(_stamps(folder)):
            made.update(f"{folder}\0{name}\0{time}\0{size}\n".encode("utf-8", "surrogateescape"))
    return made.hexdigest()


def _stamps(folder: Path) -> Iterator[tuple[str, int, int]]:
    for path in folder.rglob("*"):
        try:
            if path.is_file():
                stat = path.stat()
                yield str(path), stat.st_mtime_ns, stat.st_size
        except OSError:
            continue  # It went away meanwhile, or cannot be looked at.
