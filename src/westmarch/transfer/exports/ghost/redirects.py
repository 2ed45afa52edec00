"""`redirects.yaml` or `redirects.json`: what Ghost sent elsewhere (https://ghost.org/docs/themes/routing/#redirects)."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from westmarch.errors import Conflict, Invalid
from westmarch.links import paths
from westmarch.links.queries import resolve
from westmarch.transfer import made_links
from westmarch.transfer.blogs import outside
from westmarch.transfer.configuration import read_yaml
from westmarch.transfer.decoding import decode
from westmarch.transfer.exports.ghost.fields import own
from westmarch.transfer.items import FileWarning
from westmarch.transfer.permalinks import from_url
from westmarch.transfer.report import Fate, FileRow
from westmarch.transfer.storing import Done, DryRun

#: Redirects that follow each other, at most.
_HOPS = 10
_END = re.compile(r"(?:/\?|\(/\?\)|/\*|\(\?:/\)\?|\(/\)\?)?\$?\Z")
_PATTERN = re.compile(r"[\[\](){}*+?^$|\\]")


@dataclass(frozen=True, slots=True)
class Redirect:
    """From an address, as it is written, to another; `path` is None where it stands for many addresses."""

    written: str
    path: str | None
    address: str
    permanent: bool


@dataclass(slots=True)
class Redirects:
    """The redirects of a site, from the file of this name; `used` are the paths that became addresses of posts."""

    name: str = "redirects"
    found: tuple[Redirect, ...] = ()
    remarks: tuple[FileWarning, ...] = ()
    used: set[str] = field(default_factory=set)

    _ends: dict[str, list[str]] = field(default_factory=dict)

    def follow(self, home: str) -> None:
        """Find where each permanent one ends, over others as well; `home` is the address of the old site."""
        by_path = {one.path.rstrip("/"): one for one in self.found if one.path}
        for one in by_path.values():
            at = _within(one.address, home)
            for _ in range(_HOPS):
                further = by_path.get(at.rstrip("/"))
                if further is None:
                    break
                at = _within(further.address, home)
            if one.permanent and one.path and at.rstrip("/") != one.path.rstrip("/"):
                self._ends.setdefault(at.rstrip("/"), []).append(one.path)

    def to(self, address: str) -> tuple[str, ...]:
        """The paths that led to an address of the old site. They count as used."""
        led = tuple(self._ends.get(address.rstrip("/"), ()))
        self.used.update(led)
        return led

    def left(self) -> Iterator[Redirect]:
        """Those that did not become addresses of posts."""
        return (one for one in self.found if one.path not in self.used)


def _within(address: str, home: str) -> str:
    """An address of the old site as a path; one of elsewhere as it is."""
    if home and address.startswith(f"{home}/"):
        address = address[len(home) :]
    return from_url(address) if address.startswith("/") and not set(address) & set("?#") else address


def read(path: Path, folder: Path) -> Redirects:
    """The redirects in a file. What of it is not understood is told, and passed over."""
    try:
        said = _json(path, folder) if path.suffix == ".json" else _yaml(path, folder)
    except ValueError as error:
        return Redirects(path.name, remarks=(FileWarning(None, f"{path.name} cannot be read: {error}"),))
    found: list[Redirect] = []
    remarks: list[FileWarning] = []
    for origin, address, permanent in said:
        if isinstance(origin, str) and isinstance(address, str) and origin.strip() and address.strip():
            found.append(Redirect(origin, plain(origin), own(address.strip()), permanent))
        else:
            remarks.append(FileWarning(None, f"{path.name}: '{str(origin)[:80]}' leads to no address"))
    return Redirects(path.name, tuple(found), tuple(remarks))


def _json(path: Path, folder: Path) -> list[tuple[Any, Any, bool]]:
    if outside(path, folder):
        raise ValueError("it is a link to a file outside of the folder")
    try:
        said = json.loads(decode(path.read_bytes()).text)
    except (OSError, Invalid) as error:
        raise ValueError(str(error)) from error
    except RecursionError:
        raise ValueError("its parts stand too deep in each other") from None
    if isinstance(said, list):
        return [(one.get("from"), one.get("to"), bool(one.get("permanent"))) for one in said if isinstance(one, dict)]
    raise ValueError("it is no list")


def _yaml(path: Path, folder: Path) -> list[tuple[Any, Any, bool]]:
    values, trouble = read_yaml(path, folder)
    if trouble is not None:
        raise ValueError(trouble.message if trouble.line is None else f"line {trouble.line}: {trouble.message}")
    found: list[tuple[Any, Any, bool]] = []
    for status, listed in values.items():
        for origin, address in listed.items() if isinstance(listed, dict) else ():
            found.append((origin, address, str(status) == "301"))
    return found


def plain(written: str) -> str | None:
    """The one path that a pattern of Ghost stands for; None of one that stands for many.

    They are regular expressions, mostly of plain text with `^` before and `/?$` behind.
    """
    literal = re.fullmatch(r"/\^?(?P<inner>\\?/.*)/i?", written)
    pattern = (literal["inner"] if literal else written).strip().removeprefix("^").replace("\\/", "/")
    pattern = _END.sub(lambda end: "/" if end[0] and end[0] != "$" else "", pattern, count=1)
    pattern = re.sub(r"\\([-._~])", r"\1", pattern)
    if _PATTERN.search(pattern) or not pattern.startswith("/"):
        return None
    return from_url(pattern)


def keep(session: Session, one: Redirect, name: str, run: int | None, *, dry_run: bool) -> FileRow:
    """Make a redirect a link of the site, and say what became of it. Raises DryRun with `dry_run`.

    `run` is the number of the import.
    """
    row = _row(session, one, name, run)
    if dry_run:
        raise DryRun(Done(row))
    return row


def _row(session: Session, one: Redirect, name: str, run: int | None) -> FileRow:
    key = f"{name}:{one.written[:200]}"
    if one.path is None:
        return _fate(key, "skipped", f"a pattern for many addresses; it led to {one.address[:200]}")
    path = paths.parse(paths.quote(one.path))
    there = resolve(session, path)
    fate: Fate = "unchanged" if there.status in {301, 302} and there.location == one.address else "imported"
    try:
        made_links.redirect(session, run, path, one.address, permanent=one.permanent)
    except Conflict as error:
        return _fate(key, "conflict", error.message)
    except Invalid as error:
        return _fate(key, "failed", error.message)
    return FileRow(path=key, kind="redirect", fate=fate, addresses=(path,))


def _fate(key: str, fate: Fate, reason: str) -> FileRow:
    return FileRow(path=key, kind="redirect", fate=fate, reason=reason)
