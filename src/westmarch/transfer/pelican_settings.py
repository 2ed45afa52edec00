"""Pelican's configuration, read as text: `pelicanconf.py` is a program of its own, and is never run."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from westmarch.errors import Invalid
from westmarch.transfer.blogs import outside
from westmarch.transfer.configuration import zone, zone_remarks
from westmarch.transfer.decoding import decode
from westmarch.transfer.items import FileWarning

#: The second says what differs where the site is published, so it is read after the first.
NAMES = ("pelicanconf.py", "publishconf.py")

#: The settings that decide which texts there are, and their addresses and dates.
_OBEYED = re.compile(
    r"(?:ARTICLE|PAGE|DRAFT|DRAFT_PAGE)(?:_LANG)?_(?:URL|SAVE_AS)|ARTICLE_EXCLUDES|DEFAULT_CATEGORY|DEFAULT_LANG"
    r"|FILENAME_METADATA|PAGE_PATHS|PATH|PATH_METADATA|SITEURL|SLUGIFY_\w+|TIMEZONE|USE_FOLDER_AS_CATEGORY"
)


@dataclass(frozen=True, slots=True)
class PelicanSettings:
    """The values that are plain constants; Pelican's own defaults where there are none."""

    values: dict[str, Any] = field(default_factory=dict)
    trouble: FileWarning | None = None
    remarks: tuple[FileWarning, ...] = ()

    def word(self, name: str, default: str = "") -> str:
        """A setting that is text."""
        value = self.values.get(name, default)
        return value if isinstance(value, str) else default

    def yes(self, name: str, *, default: bool) -> bool:
        """A setting that is yes or no."""
        value = self.values.get(name, default)
        return value if isinstance(value, bool) else default

    def words(self, name: str, default: list[str]) -> list[str]:
        """A setting that is a list of texts."""
        value = self.values.get(name, default)
        return [part for part in value if isinstance(part, str)] if isinstance(value, (list, tuple)) else default

    @property
    def base(self) -> str:
        """The base path of the site, '' or '/x'."""
        return urlsplit(self.word("SITEURL")).path.rstrip("/")

    @property
    def url(self) -> str | None:
        """The site's address without its base path, or None."""
        parts = urlsplit(self.word("SITEURL"))
        return f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} else None

    def zone(self, default: tzinfo) -> tzinfo:
        """The zone of dates."""
        return zone(self.word("TIMEZONE"), default)


def read(home: Path, folder: Path) -> PelicanSettings:
    """The settings of the site in `home`, which lies in `folder`: nothing outside of that is read."""
    values: dict[str, Any] = {}
    trouble: FileWarning | None = None
    remarks: list[FileWarning] = []
    for name in NAMES:
        path = home / name
        if not path.is_file():
            continue
        if outside(path, folder):
            trouble = FileWarning(None, f"{name} is a link to a file outside of the folder; it was not read")
            continue
        try:
            tree = ast.parse(decode(path.read_bytes()).text)
        except (SyntaxError, ValueError, RecursionError, MemoryError, OSError, Invalid) as error:
            trouble = FileWarning(getattr(error, "lineno", None), f"{name} cannot be read: {error}")
            continue
        for statement in tree.body:
            for setting, line in _unknown(statement, values):
                remarks.append(FileWarning(line, _unknown_message(name, setting)))
            remarks += _zone_remarks(statement, values)
    return PelicanSettings(values, trouble, tuple(remarks))


def _unknown(statement: ast.stmt, values: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Take in what a statement assigns; yields the settings it assigns something to that only a run would tell."""
    if isinstance(statement, ast.If | ast.Try | ast.With | ast.For | ast.While):
        yield from (
            (node.id, node.lineno)
            for node in ast.walk(statement)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and _OBEYED.fullmatch(node.id)
        )
        return
    for target, value in _assigned(statement):
        try:
            values[target] = _constant(value, values)
        except (ValueError, TypeError, RecursionError):
            values.pop(target, None)
            if _OBEYED.fullmatch(target):
                yield target, statement.lineno


def _assigned(statement: ast.stmt) -> list[tuple[str, ast.expr]]:
    """The names that a statement assigns to, each with its new value."""
    if isinstance(statement, ast.Assign):
        return [(one.id, statement.value) for one in statement.targets if isinstance(one, ast.Name)]
    if isinstance(statement, ast.AnnAssign) and statement.value is not None and isinstance(statement.target, ast.Name):
        return [(statement.target.id, statement.value)]
    if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
        before = ast.Name(statement.target.id, ast.Load())
        return [(statement.target.id, ast.BinOp(before, statement.op, statement.value))]
    return []


def _unknown_message(file: str, setting: str) -> str:
    advice = "; say the addresses with --permalink" if setting in {"ARTICLE_URL", "ARTICLE_SAVE_AS"} else ""
    return f"{file}: what {setting} is, only running the file would tell; it is taken as if this were not there{advice}"


def _zone_remarks(statement: ast.stmt, values: dict[str, Any]) -> tuple[FileWarning, ...]:
    if "TIMEZONE" in values and any(name == "TIMEZONE" for name, _ in _assigned(statement)):
        return zone_remarks(str(values["TIMEZONE"]), statement.lineno)
    return ()


def _constant(node: ast.expr, values: dict[str, Any]) -> Any:
    """A literal, a name assigned before, or texts joined by `+` or an f-string. Raises ValueError for anything else."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(_constant(part, values)) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        if node.conversion != -1 or node.format_spec is not None:
            raise ValueError("only plain values are put into texts")
        return _constant(node.value, values)
    if isinstance(node, ast.Name):
        if node.id not in values:
            raise ValueError(node.id)
        return values[node.id]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _constant(node.left, values), _constant(node.right, values)
        if isinstance(left, str) and isinstance(right, str):
            return left + right
        raise ValueError("only texts are joined")
    return ast.literal_eval(node)
