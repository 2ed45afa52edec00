"""A theme: templates and static files. What it does not bring comes from the theme of the package."""

import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import CodeType, SimpleNamespace

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, TemplateSyntaxError
from jinja2.bccache import Bucket

from westmarch.web.assets import MIME, Asset, Assets
from westmarch.web.catalogue import Catalogues
from westmarch.web.manifest import FILE, Manifest, Option, Value, read_manifest

#: The theme of the package, and its name.
DEFAULT = Path(__file__).parent.parent / "theme"
DEFAULT_NAME = "default"

#: What the files of templates end with, as those of the package do.
_TEXTS = (".html", ".xml", ".txt")

_ACCENT = re.compile(r"accent\.(?P<colour>[0-9a-f]{6})\.css")
_COLOURS = re.compile(r"colours(?:\.[a-z][a-z0-9_]{0,39}-[0-9a-f]{6}){1,12}\.css")


class _Compiled(BytecodeCache):
    """The code of the templates of this process by their files.

    Themes share the templates of the package, and what is made again is mostly as it was: compiling a front page takes
    longer than rendering it ten times. The code hangs on options of the environment, which all themes have in common.
    """

    def __init__(self) -> None:
        self._code: dict[str, tuple[str, CodeType | None]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill in the code, where the text is the one that it was made of."""
        made_of, code = self._code.get(bucket.key, ("", None))
        bucket.code = code if made_of == bucket.checksum else None

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a file, and none of what it was before."""
        self._code[bucket.key] = (bucket.checksum, bucket.code)


_COMPILED = _Compiled()


class _Templates(FileSystemLoader):
    """Templates of folders, the nearest first; all but the package's as their files were when this was made.

    So that no page is made half of what a file was and half of what it is: those of the package do not change.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        super().__init__([str(folder) for folder in folders])
        self._texts: dict[str, tuple[str, str, Callable[[], bool]]] = {}
        for folder in reversed(folders[:-1]):
            for path in folder.rglob("*"):
                name = path.relative_to(folder).as_posix()
                if path.suffix in _TEXTS and path.is_file() and not name.startswith(("static/", "words/")):
                    self._texts.pop(name, None)
                    with suppress(UnicodeDecodeError, OSError):  # It is told when it is used.
                        self._texts[name] = path.read_text(encoding="utf-8"), str(path), lambda: True

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Text and file of a template, and that it is up to date. Raises TemplateNotFound."""
        return self._texts.get(template) or super().get_source(environment, template)


class Theme:
    """Templates and static files by name, each from the first of the folders that has it; the package's is the last.

    Files are read when the theme is made, but for those of the package: a changed file shows when the theme is made
    again. Raises Invalid where static files name each other in a circle.
    """

    def __init__(self, *above: Path, manifest: Manifest | None = None, edition: str = "") -> None:
        own = read_manifest(DEFAULT, DEFAULT_NAME)
        self.manifest = manifest or own
        self.name = self.manifest.name
        #: Those of the default come along: its templates stand in for those that a theme does not bring.
        self.options: Mapping[str, Option] = own.options | self.manifest.options
        self.folders = (*(folder for folder in above if folder.is_dir()), DEFAULT)
        #: Tells themes apart: that of the package alone from the same one with files of the site, and all of them from
        #: what they are when their files have changed (`edition`).
        self.key = f"{self.folders[0]} {edition}"
        self.templates = Environment(
            loader=_Templates(self.folders),
            autoescape=True,
            auto_reload=False,
            cache_size=-1,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            undefined=StrictUndefined,
            bytecode_cache=_COMPILED,
        )
        files: dict[str, Path] = {}
        for folder in reversed(self.folders):
            static = folder / "static"
            found = {path.relative_to(static).as_posix(): path for path in static.rglob("*") if path.is_file()}
            files |= {name: path for name, path in found.items() if "/." not in f"/{name}"}
        self.assets = Assets(files)
        self.catalogues = Catalogues(self.folders)

    def set(self, values: Mapping[str, object]) -> tuple[SimpleNamespace, list[str]]:
        """All options by name, defaults where nothing is set or what is set does not fit; and what does not fit."""
        found: dict[str, Value] = {}
        faults = []
        for name, option in self.options.items():
            try:
                found[name] = option.checked(values.get(name, option.default))
            except ValueError as error:
                found[name] = option.default
                faults.append(f"{name}: {error}")
        return SimpleNamespace(**found), faults

    def originals(self, overrides: Path) -> dict[str, Path]:
        """The files of the theme, and of the default where it brings none, by name; without those of the site."""
        found: dict[str, Path] = {}
        for folder in reversed(self.folders):
            if folder != overrides:
                names = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != FILE)
                found |= {path.relative_to(folder).as_posix(): path for path in names}
        return dict(sorted(found.items()))

    def asset(self, name: str) -> str:
        """The path at which the static file `name` is served. Raises KeyError."""
        return self.assets.address(name)

    def find(self, name: str) -> tuple[Asset, bool] | None:
        """The file asked for as `/static/{name}`, and whether it is the very version that the name means."""
        return colour_sheet(name) or self.assets.find(name)

    def accent(self, colour: str) -> str:
        """The path of the style sheet that sets the owner's colour (`#1f6f8b`)."""
        return f"/static/accent.{colour.removeprefix('#').lower()}.css"

    def place_of(self, error: Exception) -> str:
        """File and line of the template where an error arose, as far as they are known."""
        if isinstance(error, TemplateSyntaxError):
            return f"{error.filename or error.name}, line {error.lineno}"
        place = ""
        for frame, line in traceback.walk_tb(error.__traceback__):
            file = frame.f_code.co_filename
            if file.startswith(tuple(f"{folder}/" for folder in self.folders)):
                # Jinja puts the template's lines into what `render` raises, but not into what `make_module` does.
                template = frame.f_globals.get("__jinja_template__")
                place = f"{file}, line {template.get_corresponding_lineno(line) if template else line}"
        return place


def colours(**named: str) -> str:
    """The path of a style sheet that sets custom properties (`ink_2` is `--ink-2`) to colours (`#fff7e8`)."""
    pairs = (f"{name}-{colour.removeprefix('#').lower()}" for name, colour in named.items())
    return f"/static/colours.{'.'.join(pairs)}.css"


def colour_sheet(name: str) -> tuple[Asset, bool] | None:
    """The style sheet that `accent` or `colours` named: all that it says stands in its name."""
    if match := _ACCENT.fullmatch(name):
        pairs = [("owner", match["colour"])]
    elif _COLOURS.fullmatch(name):
        pairs = [(pair[:-7].replace("_", "-"), pair[-6:]) for pair in name.split(".")[1:-1]]
    else:
        return None
    body = f":root {{ {' '.join(f'--{variable}: #{colour};' for variable, colour in pairs)} }}\n".encode()
    return Asset(f"/static/{name}", MIME[".css"], body), True
