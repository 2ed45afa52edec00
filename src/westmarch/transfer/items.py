"""What a reader hands over: one item for each file of a blog, free of the ways of the program it was written for."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

Kind = Literal["post", "page"]
Status = Literal["draft", "scheduled", "published"]
Role = Literal["post", "page", "draft", "skip"]
CommentStatus = Literal["approved", "pending", "spam", "trash"]


#: A larger picture or file is not taken; it would be decoded whole.
LARGEST = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileWarning:
    """Something a person may want to look at. `line` counts from 1 in the file as it lies on the disk."""

    line: int | None
    message: str


@dataclass(frozen=True, slots=True)
class Broken:
    """Why a file could not be read whole; what could be read of it comes in as a draft."""

    reason: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A file of a blog. `key` is its path relative to the folder that was given, `inner` to the blog's own sources.

    A source with the role `skip` is not brought over, for `reason`.
    """

    path: Path
    key: str
    inner: str
    role: Role
    reason: str = ""
    collection: str = ""


@dataclass(frozen=True, slots=True)
class Body:
    """Markdown as the other program has it; `line` is the line of the file on which it begins."""

    text: str
    line: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What stands in a file about its text.

    `addresses` are all paths at which the old site answered, the first its own; `queries` are those told apart by a
    query, written as in a link (`/?p=123`).
    Dates are aware, in UTC. `broken` says why the file could not be read whole.
    """

    kind: Kind
    status: Status
    title: str
    slug: str
    addresses: tuple[str, ...] = ()
    queries: tuple[str, ...] = ()
    date: datetime | None = None
    updated: datetime | None = None
    unlisted: bool = False
    pinned: bool = False
    tags: tuple[str, ...] = ()
    topic: str | None = None
    part: int | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    summary: str = ""
    cover: str | None = None
    cover_alt: str = ""
    translation: str | None = None
    guid: str | None = None
    extra: dict[str, Any]
    meta_title: str = ""
    meta_description: str = ""
    warnings: tuple[FileWarning, ...] = ()
    broken: Broken | None = None


@dataclass(frozen=True, slots=True)
class PictureReference:
    """A picture or file of the old site in a text: the address as it stands there, and where it lies (None: lost).

    `alt` describes it where the text does not. `origin` is the address that it was fetched from, `reason` says why it
    is lost where that is more than that it is not there.
    """

    src: str
    path: Path | None
    line: int | None
    alt: str = ""
    origin: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of a file before its text is converted: the first pass keeps one for each file.

    `blog` is the number of the blog that it belongs to, where the folder holds several. `queries` are addresses with a
    query, written as in a link and below our base path. `answered` says whether the old site showed it: a draft has an
    address for the day on which it is published.
    """

    blog: int
    source: Source
    kind: Kind
    status: Status
    title: str
    slug: str
    addresses: tuple[str, ...]
    date: datetime | None
    tags: tuple[str, ...]
    source_hash: str
    answered: bool
    queries: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        blog: int,
        source: Source,
        about: Metadata,
        addresses: tuple[str, ...],
        source_hash: str,
        queries: tuple[str, ...] = (),
    ) -> "Entry":
        """What the metadata of a file say of it; `addresses` and `queries` are those below our base path."""
        return cls(
            blog=blog,
            source=source,
            kind=about.kind,
            status=about.status,
            title=about.title,
            slug=about.slug,
            addresses=addresses,
            date=about.date,
            tags=about.tags,
            source_hash=source_hash,
            answered=about.status == "published" or about.broken is not None,
            queries=queries,
        )

    @property
    def old_addresses(self) -> tuple[str, ...]:
        """All addresses at which the old site answered."""
        return self.addresses if self.answered else ()

    @property
    def key(self) -> str:
        """The path of the file relative to the folder that was given."""
        return self.source.key

    @property
    def address(self) -> str | None:
        """The post's own path on the old site, None where it had none (drafts)."""
        return self.addresses[0] if self.addresses else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What a reader wrote below a text. `key` and `parent` name comments within their record; `content` is HTML."""

    key: str
    author: str
    content: str
    date: datetime | None = None
    parent: str | None = None
    email: str = ""
    url: str = ""
    kind: Literal["comment", "pingback", "trackback"] = "comment"
    status: CommentStatus = "approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """Another state of a text, in the format of its record; in the language of the text where it names none."""

    title: str
    content: str
    language: str | None = None
    date: datetime | None = None
    author: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A post or page, read: its metadata, its text in our Markdown, and the pictures it shows.

    `source_hash` is the hexadecimal BLAKE2b-128 of the file's bytes. `waiting` is a draft beside a published text, in
    Markdown; `trashed_at` says that it is in the trash. Only sites of ours have the two.
    """

    key: str
    metadata: Metadata
    body: str
    pictures: tuple[PictureReference, ...]
    source_hash: str
    warnings: tuple[FileWarning, ...] = ()
    comments: tuple[Comment, ...] = ()
    revisions: tuple[Version, ...] = ()
    waiting: Version | None = None
    trashed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """A file that is not brought over: skipped on purpose, or failed."""

    source: Source
    fate: Literal["skipped", "failed"]
    reason: str
    line: int | None = None
