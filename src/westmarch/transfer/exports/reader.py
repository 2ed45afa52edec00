"""An export read in two passes: its records once from beginning to end, then each as an item."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from westmarch.transfer import metadata, scripts
from westmarch.transfer.destinations import destinations
from westmarch.transfer.exports import html
from westmarch.transfer.exports.records import Export, Format, Record
from westmarch.transfer.exports.spool import Spool
from westmarch.transfer.fetching import Fetcher, NotFetched
from westmarch.transfer.index import Index
from westmarch.transfer.items import Body, Entry, FileWarning, Item, PictureReference, Source, Unread, Version
from westmarch.transfer.links import Rewriting
from westmarch.transfer.permalinks import as_url, moved_base


@dataclass(slots=True)
class ExportReader:
    """Reads one export. `folder` is where its pictures lie (None: not given), `base` the base path of our site.

    What does not lie there is asked for by the `fetcher`, where there is one.
    """

    export: Export
    number: int
    folder: Path | None
    base: str
    fetcher: Fetcher | None = None
    index: Index = field(default_factory=Index)
    spool: Spool = field(default_factory=Spool)
    offsets: dict[str, int] = field(default_factory=dict)

    @property
    def trouble(self) -> FileWarning | None:
        """An export has no configuration that could not be read."""
        return None

    @property
    def remarks(self) -> tuple[FileWarning, ...]:
        """What of the export as a whole is not brought over."""
        return self.export.remarks

    def close(self) -> None:
        """Remove what was kept between the passes."""
        self.spool.close()

    def entries(self) -> Iterator[Entry | Unread]:
        """The first pass: each record once, kept for the second, and the index filled with all addresses.

        Run it to its end before `item`. Raises Invalid where the file is no such export.
        """
        for found in self.export.records():
            yield found if isinstance(found, Unread) else self._entry(found)

    def _entry(self, record: Record) -> Entry | Unread:
        record = _with_few_tags(record)
        about = record.about
        source = Source(record.path, record.key, record.key, about.kind)
        if record.key in self.offsets:
            return Unread(source, "skipped", "the export holds it twice; the first one came in", record.line)
        self.offsets[record.key] = self.spool.append(record)
        self.index.add([(record.key, about.title, about.addresses)])
        self.index.add_queries(about.queries, about.addresses)
        queries = tuple(self._asked(query) for query in about.queries)
        return Entry.of(self.number, source, about, self._ours(about.addresses), record.hash, queries)

    def _asked(self, address: str) -> str:
        """An address with a query, below our base path."""
        path, _, query = address.partition("?")
        return f"{as_url(moved_base(path, self.export.base, self.base))}?{query}"

    def _ours(self, addresses: tuple[str, ...]) -> tuple[str, ...]:
        return metadata.unique(moved_base(address, self.export.base, self.base) for address in addresses)

    def item(self, source: Source) -> Item:
        """The second pass: one record whole, its text in our Markdown."""
        record = self.spool.read(self.offsets[source.key])
        about = record.about
        warnings = [*about.warnings, *record.warnings]
        text = record.content
        if record.format == "html":
            text, more = html.to_markdown(text)
            warnings += more
        rewriting = Rewriting(
            home=self.export,
            index=self.index,
            base=self.base,
            folder=self.folder,
            inner=source.inner,
            addresses=about.addresses,
            body=Body(text),
            places=lambda address: self.export.places(address, record),
        )
        text = rewriting.run(scripts.convert(text, rewriting.warn))
        cover = rewriting.cover(about.cover) if about.cover else None
        warnings += rewriting.warnings
        pictures = [replace(one, line=record.line) for one in rewriting.pictures.values()]
        if self.fetcher is not None:
            pictures = [self._fetched(one) for one in (*pictures, *self._elsewhere(text, cover, rewriting))]
        if about.broken is not None:
            warnings.append(FileWarning(about.broken.line, about.broken.reason))
        return Item(
            key=source.key,
            metadata=replace(about, addresses=self._ours(about.addresses), cover=cover, warnings=()),
            body=text.strip("\n") + "\n" if text.strip() else "",
            pictures=tuple(pictures),
            source_hash=record.hash,
            # A line of the Markdown that was made says nothing of the file: the record's own is the place.
            warnings=metadata.merged_warnings(replace(one, line=record.line) for one in warnings),
            comments=record.comments,
            revisions=tuple(_in_markdown(one, record.format) for one in record.revisions),
        )

    def _elsewhere(self, text: str, cover: str | None, rewriting: Rewriting) -> Iterator[PictureReference]:
        """The cover, and pictures of the text, that lie at other hosts, of which some may be allowed."""
        seen = set(rewriting.pictures)
        for address in (cover or "", *(one.address for one in destinations(text) if one.kind == "picture")):
            if "//" in address and address not in seen:
                seen.add(address)
                if self.fetcher is not None and self.fetcher.allows(self._whole(address)):
                    yield PictureReference(address, None, None)

    def _fetched(self, picture: PictureReference) -> PictureReference:
        """A picture that was lost, from where the old site has it."""
        address = self._whole(picture.src)
        if picture.path is not None or self.fetcher is None or not self.fetcher.allows(address):
            return picture
        try:
            return replace(picture, path=self.fetcher.fetch(address), origin=address)
        except NotFetched as error:
            return replace(picture, reason=str(error))

    def _whole(self, address: str) -> str:
        """An address as it was at the old site, with its host."""
        if address.startswith("//"):
            return f"https:{address}"
        if not address.startswith("/") or self.export.url is None:
            return address
        base = self.export.base
        below = not base or address.startswith(f"{base}/")
        return f"{self.export.url}{'' if below else base}{address}"


def _with_few_tags(record: Record) -> Record:
    """As few tags as a file may have, and what is told of the others."""
    count, most = len(record.about.tags), metadata.MOST_TAGS
    if count <= most:
        return record
    told = FileWarning(None, f"it has {count:,} tags; the first {most} are brought over")
    about = replace(record.about, tags=record.about.tags[:most])
    return replace(record, about=about, warnings=(*record.warnings, told))


def _in_markdown(version: Version, form: Format) -> Version:
    """An earlier state of a text; its addresses stay as they were."""
    return version if form == "markdown" else replace(version, content=html.to_markdown(version.content)[0])
