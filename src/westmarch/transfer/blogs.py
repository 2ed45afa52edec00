"""What every reader of a program's blog gives, and the walk over its files."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Protocol

from westmarch.transfer.frontmatter import FrontMatter
from westmarch.transfer.index import Index
from westmarch.transfer.items import Body, FileWarning, Metadata, Source, Unread

MARKDOWN = frozenset({".md", ".markdown", ".mkd", ".mkdn", ".mkdown", ".mdown", ".text", ".rmd"})
#: Folders that hold no writing of the blog's own in any program.
_NEVER = frozenset({"node_modules", "vendor", "_site", "public", "output", "__pycache__", "bower_components", "themes"})


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller decides: `zone` is that of dates without one, `now` parts scheduled from published.

    `permalink` overrules the pattern of the posts' addresses; `folder` is what keys of files are relative to.
    """

    folder: Path
    zone: tzinfo
    now: datetime
    permalink: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was read: where it lies, what its front matter holds, and what that means."""

    source: Source
    front: FrontMatter
    about: Metadata


class Blog(Protocol):
    """A blog of one program. `root` is the folder of its sources, `base` the base path of the old site ('' or '/x')."""

    @property
    def program(self) -> str:
        """The name of the program."""
        ...

    @property
    def root(self) -> Path:
        """The folder that addresses and links in its texts are relative to."""
        ...

    @property
    def base(self) -> str:
        """The base path of the old site: '' or '/x'."""
        ...

    @property
    def url(self) -> str | None:
        """The old site's address without its base path, where it is known."""
        ...

    @property
    def trouble(self) -> FileWarning | None:
        """Why its configuration could not be read, None where it could."""
        ...

    @property
    def remarks(self) -> tuple[FileWarning, ...]:
        """What its configuration says that is not obeyed."""
        ...

    def sources(self) -> Iterator[Source]:
        """Its files, those too that are not brought over."""
        ...

    def parse(self, text: str, source: Source, /) -> FrontMatter:
        """Part a file's text from its front matter."""
        ...

    def metadata(self, source: Source, front: FrontMatter) -> Metadata:
        """What the file says about its text; addresses are without the base path."""
        ...

    def convert(self, document: Document, index: Index, /) -> tuple[Body, list[FileWarning]]:
        """The text in our Markdown."""
        ...

    def places(self, address: str, document: Document) -> Iterator[Path]:
        """Where the file of a picture may lie, likeliest first; `address` is decoded, without query."""
        ...


def walk(root: Path, *, keep: frozenset[str] = frozenset()) -> Iterator[tuple[Path, str]]:
    """All files below a folder with their paths relative to it, by name. Folders that are links are not entered.

    Hidden folders and those that hold no writing are left out, except the names in `keep`.
    """
    # Not `os.walk`, which calls itself for each level on Python 3.11: a thousand folders in each other end it.
    waiting = [root]
    while waiting:
        at = waiting.pop()
        inside, names = _listed(at)
        for name in sorted(names):
            if not name.startswith((".", "#", "~")) and not name.endswith("~"):
                path = at / name
                yield path, path.relative_to(root).as_posix()
        entered = (name for name in inside if name in keep or not (name.startswith(".") or name in _NEVER))
        waiting += [at / name for name in sorted(entered, reverse=True)]


def _listed(folder: Path) -> tuple[list[str], list[str]]:
    """The names of the folders in a folder, without links, and of its files; none of one that cannot be read."""
    inside: list[str] = []
    names: list[str] = []
    try:
        with os.scandir(folder) as found:
            for entry in found:
                if not entry.is_dir():
                    names.append(entry.name)
                elif not entry.is_symlink():
                    inside.append(entry.name)
    except OSError:
        return [], []
    return inside, names


def is_markdown(name: str) -> bool:
    """Whether the name of a file ends like Markdown's."""
    return os.path.splitext(name)[1].lower() in MARKDOWN  # noqa: PTH122  # called for each file; a Path costs ten times as much


def begins_with(path: Path, start: bytes) -> bool:
    """Whether a file begins with these bytes, a byte order mark aside; one that cannot be read does not."""
    return beginning(path, len(start) + 3).removeprefix(b"\xef\xbb\xbf").startswith(start)


def beginning(path: Path, most: int) -> bytes:
    """The first bytes of a regular file; none of one that cannot be read, or of a pipe, which may never end."""
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(most)
    except OSError:
        return b""


def outside(path: Path, folder: Path) -> bool:
    """Whether a path leads out of a folder, whose own path is resolved: by a link, or by `..`."""
    return not Path(os.path.realpath(path)).is_relative_to(folder)


def unusable(source: Source, folder: Path) -> Unread | None:
    """Why a file is not even opened, None where it is: its name, or what it is, speaks against it."""
    try:
        source.key.encode()
    except UnicodeEncodeError:
        return Unread(source, "failed", "its name is not UTF-8: rename it")
    if outside(source.path, folder):
        return Unread(source, "skipped", "it is a link to a file outside of the folder")
    if source.path.exists() and not source.path.is_file():
        return Unread(source, "skipped", "it is no regular file")
    return None
