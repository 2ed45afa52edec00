"""A blog read in two passes: an index of its files first, then each file as an item."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import Protocol

from westmarch.errors import Invalid
from westmarch.transfer import metadata, scripts
from westmarch.transfer.blogs import Blog, Document, unusable
from westmarch.transfer.decoding import decode
from westmarch.transfer.index import Index
from westmarch.transfer.items import Entry, FileWarning, Item, Source, Unread
from westmarch.transfer.links import Rewriting
from westmarch.transfer.permalinks import moved_base


class Reader(Protocol):
    """What an import asks for: all texts of a folder or an export once, then each whole. Processes are sent copies."""

    @property
    def trouble(self) -> FileWarning | None:
        """Why the configuration could not be read, None where it could."""
        ...

    @property
    def remarks(self) -> tuple[FileWarning, ...]:
        """What of the whole is not obeyed or brought over, known after `entries`."""
        ...

    def entries(self) -> Iterator[Entry | Unread]:
        """The first pass. Run it to its end before `item`. Raises Invalid where nothing can be read."""
        ...

    def item(self, source: Source) -> Item:
        """The second pass: one text whole. Raises Invalid and OSError."""
        ...

    def close(self) -> None:
        """Remove what was kept for the second pass."""
        ...


@dataclass(slots=True)
class BlogReader:
    """Reads one blog. `number` is its place among those of a folder, `base` the base path of our site ('' or '/x')."""

    blog: Blog
    number: int
    folder: Path
    base: str
    index: Index = field(default_factory=Index)

    @property
    def trouble(self) -> FileWarning | None:
        """Why the blog's configuration could not be read, None where it could."""
        return self.blog.trouble

    @property
    def remarks(self) -> tuple[FileWarning, ...]:
        """What the blog's configuration says that is not obeyed."""
        return self.blog.remarks

    def close(self) -> None:
        """Nothing is kept: the files are read again."""

    def entries(self) -> Iterator[Entry | Unread]:
        """The first pass: each file once, and the index filled with all that have an address.

        Run it to its end before `item`.
        """
        for source in self.blog.sources():
            yield self.entry(source)

    def entry(self, source: Source) -> Entry | Unread:
        """One file as the first pass gives it."""
        if (unread := unusable(source, self.folder)) is not None:
            return unread
        if source.role == "skip":
            return Unread(source, "skipped", source.reason)
        try:
            data = source.path.read_bytes()
            document = self._document(source, decode(data).text)
        except Invalid as error:
            return Unread(source, "failed", error.message)
        except OSError as error:
            return Unread(source, "failed", f"the file cannot be read: {error.strerror or error}")
        about = document.about
        self.index.add([(source.inner, about.title, about.addresses)])
        return Entry.of(self.number, source, about, self._ours(about.addresses), digest(data))

    def _document(self, source: Source, text: str) -> Document:
        front = self.blog.parse(text, source)
        return Document(source, front, self.blog.metadata(source, front))

    def _ours(self, addresses: tuple[str, ...]) -> tuple[str, ...]:
        return metadata.unique(moved_base(address, self.blog.base, self.base) for address in addresses)

    def item(self, source: Source) -> Item:
        """The second pass: one file whole, its text in our Markdown.

        Raises `Invalid` where it is no text, and `OSError` where it cannot be read any more.
        """
        data = source.path.read_bytes()
        decoded = decode(data)
        document = self._document(source, decoded.text)
        about = document.about
        warnings = list(about.warnings)
        if decoded.encoding is not None:
            warnings.append(FileWarning(None, f"the file is not UTF-8; it was read as {decoded.encoding}"))
        body, more = self.blog.convert(document, self.index)
        rewriting = Rewriting(
            home=self.blog,
            index=self.index,
            base=self.base,
            folder=self.folder,
            inner=source.inner,
            addresses=about.addresses,
            body=document.front.body,
            places=lambda address: self.blog.places(address, document),
        )
        text = rewriting.run(scripts.convert(body.text, rewriting.warn))
        cover = rewriting.cover(about.cover) if about.cover else None
        warnings += [*more, *rewriting.warnings]
        if about.broken is not None:
            warnings.append(FileWarning(about.broken.line, about.broken.reason))
        return Item(
            key=source.key,
            metadata=replace(about, addresses=self._ours(about.addresses), cover=cover, warnings=()),
            body=text.strip("\n") + "\n" if text.strip() else "",
            pictures=tuple(rewriting.pictures.values()),
            source_hash=digest(data),
            warnings=metadata.merged_warnings(warnings),
        )


def digest(data: bytes) -> str:
    """The hexadecimal BLAKE2b-128 of a file's bytes."""
    return blake2b(data, digest_size=16).hexdigest()
