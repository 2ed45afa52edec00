"""What every reader of an export gives: a record for each post or page, free of the ways of its format."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from hashlib import blake2b
from pathlib import Path
from typing import Literal, Protocol

from westmarch.transfer.items import Comment, FileWarning, Metadata, Unread, Version

Format = Literal["html", "markdown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A post or page of an export.

    `key` is the same whenever the blog is exported: it tells which post a record is, so it is made of an id, never of a
    place in the file. `path` and `line` (from 1, None where lines mean nothing) say where it stands. The addresses in
    `about` are decoded and without the base path; `about.cover` is an address as `content` has them. All text is valid
    Unicode: no lone surrogates, no NUL. `revisions` are the earlier states, oldest first.
    """

    key: str
    path: Path
    line: int | None
    about: Metadata
    content: str
    format: Format = "html"
    comments: tuple[Comment, ...] = ()
    revisions: tuple[Version, ...] = ()
    warnings: tuple[FileWarning, ...] = ()

    @property
    def hash(self) -> str:
        """The hexadecimal BLAKE2b-128 of all that comes in, wherever in the file it stands and whenever it is read."""
        # Not by `asdict`, which copies all: this is asked for twice for each record.
        about = {
            field.name: getattr(self.about, field.name) for field in fields(self.about) if field.name != "warnings"
        }
        about["broken"] = asdict(self.about.broken) if self.about.broken else None
        about["status"] = "draft" if self.about.status == "draft" else "published"
        said = (sorted(about.items()), self.content, self.format, self.comments, self.revisions)
        return blake2b(repr(said).encode(errors="surrogatepass"), digest_size=16).hexdigest()


class Export(Protocol):
    """An export of one program. It is sent to other processes, so it holds no open file."""

    @property
    def program(self) -> str:
        """The name of the program."""
        ...

    @property
    def name(self) -> str:
        """What tells this blog from others, the same whenever it is exported: its address, else where it lies."""
        ...

    @property
    def url(self) -> str | None:
        """The old site's address without its base path, as `https://example.org`, where it is known."""
        ...

    @property
    def base(self) -> str:
        """The base path of the old site: '' or '/x'."""
        ...

    @property
    def remarks(self) -> tuple[FileWarning, ...]:
        """What is not brought over, of the export as a whole; known when `records` has come to its end."""
        ...

    def records(self) -> Iterator[Record | Unread]:
        """Its records in their order, one in memory at a time; those too that are not brought over.

        A broken record is an `Unread` with its line, and the next one is gone on with. Raises Invalid where the file is
        no export of this program, or cannot be read.
        """
        ...

    def places(self, address: str, record: Record) -> Iterator[Path]:
        """Where the file of a picture may lie, likeliest first; `address` is decoded, without host and query."""
        ...
