"""Pelican's configuration, read as text: `pelicanconf.py` is a program of its own, and is never run."""

import ast
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from westmarch.errors import Invalid
from westmarch.transfer.blogs import outside
from westmarch.transfer.configuration import zone
from westmarch.transfer.decoding import decode
from westmarch.transfer.items import FileWarning

#: The second says what differs where the site is published, so it is read after the first.
NAMES = ("pelicanconf.py", "publishconf.py")


@dataclass(frozen=True, slots=True)
class PelicanSettings:
    """The values that are plain constants; Pelican's own defaults where there are none."""

    values: dict[str, Any] = field(default_factory=dict)
    trouble: FileWarning | None = None

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
            _assign(statement, values)
    return PelicanSettings(values, trouble)


def _assign(statement: ast.stmt, values: dict[str, Any]) -> None:
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        targets: list[ast.expr] = [statement.target]
        value: ast.expr = statement.value
    elif isinstance(statement, ast.Assign):
        targets, value = statement.targets, statement.value
    else:
        return
    for target in targets:
        if isinstance(target, ast.Name) and target.id.isupper():
            try:
                values[target.id] = _constant(value, values)
            except (ValueError, TypeError, RecursionError):
                values.pop(target.id, None)


def _constant(node: ast.expr, values: dict[str, Any]) -> Any:
    """A literal, a name that was assigned before, or texts joined by `+`. Raises ValueError for anything else."""
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
