"""A table of posts in CSV: a row for each, and a first row that names the columns."""

import codecs
import csv
import html
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TextIO

from westmarch.errors import Invalid
from westmarch.transfer import metadata
from westmarch.transfer.blogs import Options
from westmarch.transfer.dates import moment
from westmarch.transfer.decoding import LONGEST, decode
from westmarch.transfer.exports import addressing, titles
from westmarch.transfer.exports.records import Format, Record
from westmarch.transfer.items import Broken, FileWarning, Kind, Metadata, Source, Unread

#: What a column means, by the names that it may have; they are compared without regard to case, spaces, `-` and `_`.
COLUMNS: dict[str, tuple[str, ...]] = {
    "id": ("id", "key", "guid"),
    "title": ("title", "name", "headline"),
    "content": ("content", "body", "text", "html", "markdown", "post"),
    "format": ("format",),
    "date": ("date", "published", "publishedat", "publisheddate", "pubdate", "created", "createdat"),
    "updated": ("updated", "updatedat", "modified", "lastmodified"),
    "address": ("address", "url", "link", "permalink", "path"),
    "slug": ("slug",),
    "tags": ("tags", "tag", "categories", "category", "labels", "keywords"),
    "authors": ("authors", "author", "byline", "creator"),
    "summary": ("summary", "description", "excerpt", "subtitle"),
    "status": ("status", "state"),
    "kind": ("kind", "type"),
    "language": ("language", "lang", "locale"),
    "cover": ("cover", "image", "featuredimage", "thumbnail"),
}
_MEANING = {name: meaning for meaning, names in COLUMNS.items() for name in names}
_DELIMITERS = ",;\t|"
#: Bytes that are looked at together to find the encoding.
_CHUNK = 1024 * 1024
#: Rows in a row that cannot be read, after which the rest is given up.
_BROKEN = 20
_DRAFTS = frozenset({"draft", "private", "pending", "unpublished", "hidden", "no", "false", "0"})
_MARKUP = re.compile(
    r"<(?:p|div|br|h[1-6]|ul|ol|li|a|img|blockquote|pre|table|figure|span|strong|em|b|i)\b[^<>]*>", re.I
)


@dataclass(slots=True)
class Table:
    """One table. `encoding` and `delimiter` were found in it; `columns` are what its first row names."""

    path: Path
    options: Options
    name: str
    url: str | None
    base: str
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    program: str = field(default="CSV", init=False)
    remarks: tuple[FileWarning, ...] = field(default=(), init=False)

    def records(self) -> Iterator[Record | Unread]:
        """The rows, in their order, each with the line on which it begins."""
        if self.encoding not in {"utf-8", "utf-8-sig"}:
            self.remarks = (FileWarning(None, f"it was read as {self.encoding}"),)
        with opened(self.path, self.encoding) as file:
            table = rows(file, self.delimiter)
            next(table, None)
            for line, row in table:
                if isinstance(row, str):
                    key = f"{self.path.name}:{line}"
                    yield Unread(Source(self.path, key, key, "post"), "failed", row, line)
                elif any(row):
                    yield self._record(line, row)

    def places(self, address: str, _record: Record) -> Iterator[Path]:
        """Pictures as their addresses say, in the folder that was given."""
        yield self.options.folder / address.lstrip("/")

    def _record(self, line: int, row: Sequence[str]) -> Record | Unread:
        number = f"{self.path.name}:{line}"
        if len(row) > len(self.columns):
            reason = f"it has {len(row)} columns, and the first row {len(self.columns)}: is a quotation mark missing?"
            return Unread(Source(self.path, number, number, "post"), "failed", reason, line)
        warnings = []
        if len(row) < len(self.columns):
            warnings.append(FileWarning(None, f"it has {len(row)} columns, and the first row {len(self.columns)}"))
        if any("\ufffd" in cell for cell in row):
            warnings.append(FileWarning(None, "it holds bytes that mean nothing in its encoding"))
        said, others = self._named(row)
        own = metadata.plain(html.unescape(said.get("title", "")))
        if not own and not said.get("content"):
            return Unread(Source(self.path, number, number, "post"), "skipped", "it has no title and no text", line)
        return Record(
            key=_key(said, own),
            path=self.path,
            line=line,
            about=self._about(said, others, titles.of(own, said.get("content", ""), number), line, warnings),
            content=said.get("content", ""),
            format=_format(said),
            warnings=tuple(warnings),
        )

    def _named(self, row: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
        """The cells by what they mean, and those of columns that mean nothing to us by their names."""
        said: dict[str, str] = {}
        others: dict[str, str] = {}
        for name, cell in zip(self.columns, row, strict=False):
            meaning = meaning_of(name)
            if meaning and meaning not in said and cell.strip():
                said[meaning] = cell if meaning == "content" else cell.strip()
            elif cell.strip() and name:
                others[name] = cell.strip()
        return said, others

    def _about(
        self, said: dict[str, str], others: dict[str, str], title: str, line: int, warnings: list[FileWarning]
    ) -> Metadata:
        kind: Kind = "page" if said.get("kind", "").lower() == "page" else "post"
        broken, at, updated = None, None, None
        try:
            at = moment(said["date"], self.options.zone) if "date" in said else None
            updated = moment(said["updated"], self.options.zone) if "updated" in said else None
        except ValueError as error:
            broken = Broken(str(error), line)
        draft = broken is not None or said.get("status", "").lower() in _DRAFTS
        if at is None and broken is None and not draft:
            warnings.append(FileWarning(None, "it has no date"))
        path = self._path(said.get("address", ""))
        slug = addressing.slug(said.get("slug", ""), addressing.last(path), title)
        spoken = metadata.language(said.get("language", ""))
        return Metadata(
            kind=kind,
            status=metadata.status(at, draft=draft, now=self.options.now),
            title=title,
            slug=slug,
            addresses=(path,) if path not in {"", "/"} else (),
            date=at,
            updated=updated,
            tags=_listed(said.get("tags", "")),
            authors=_listed(said.get("authors", "")),
            language=spoken,
            summary=metadata.plain(html.unescape(said.get("summary", ""))),
            cover=said.get("cover"),
            extra={"fields": others} if others else {},
            broken=broken,
        )

    def _path(self, address: str) -> str:
        """The path of a post on the old site; empty where its address is that of another one."""
        site, _ = addressing.home(address)
        if self.url is not None and site is not None and site.lower() != self.url.lower():
            return ""
        return addressing.path(address, self.base) if address else ""


def meaning_of(column: str) -> str:
    """What a column means, by its name; empty for one that is kept as it is."""
    return _MEANING.get(re.sub(r"[\s_-]+", "", column).lower(), "")


def _listed(written: str) -> tuple[str, ...]:
    """Names in one cell: parted by `;` or `|` where one of them stands there, else by commas."""
    mark = next((one for one in ";|\n" if one in written), ",")
    return metadata.unique(" ".join(one.split()) for one in written.split(mark))


def _key(said: dict[str, str], title: str) -> str:
    """What a row is known by: its id, else its address or slug, else its title and date."""
    own = said.get("id") or said.get("address") or said.get("slug")
    text = own or f"{title}\n{said.get('date', '')}"
    if own and re.fullmatch(r"[\w./:~%-]{1,120}", own):
        return f"row-{own}"
    return f"row-{blake2b(text.encode(errors='replace'), digest_size=8).hexdigest()}"


def _format(said: dict[str, str]) -> Format:
    """HTML where the column or the row says so, or elements stand in the text; else Markdown."""
    named = said.get("format", "").lower()
    if named in {"html", "markdown", "md"}:
        return "html" if named == "html" else "markdown"
    return "html" if _MARKUP.search(said.get("content", "")) else "markdown"


def opened(path: Path, encoding: str) -> TextIO:
    return path.open(encoding=encoding, errors="replace", newline="")


def rows(file: TextIO, delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Each row with the line on which it begins, or why it cannot be read."""
    # The limit of the module is for all its readers; ours is that of a text.
    csv.field_size_limit(LONGEST)
    reader = csv.reader((line.replace("\x00", "\ufffd") for line in file), delimiter=delimiter, strict=True)
    broken = 0
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            broken += 1
            yield line, f"it is no row of CSV: {error}"
            if broken == _BROKEN:
                yield reader.line_num + 1, f"{_BROKEN} rows one after the other cannot be read; the rest is left out"
                return
            continue
        broken = 0
        yield line, [cell.replace("\r\n", "\n").replace("\r", "\n") for cell in row]


def open_(path: Path, options: Options, *, url: str | None = None) -> Table:
    """The table in this file; `url` is the address of the old site.

    Raises Invalid where it cannot be read, or its first row names no column that is known.
    """
    encoding = encoding_of(path)
    try:
        with opened(path, encoding) as file:
            beginning = file.read(_CHUNK)
    except (OSError, UnicodeError) as error:
        raise Invalid(f"{path.name} cannot be read: {error}.") from error
    delimiter, columns = _header(beginning)
    known = {meaning_of(name) for name in columns}
    if not {"title", "content"} & known:
        raise Invalid(
            f"The first row of {path.name} names no title and no text: {', '.join(columns)[:200] or 'it is empty'}.",
            hint=f"Name its columns {', '.join(COLUMNS)}.",
        )
    named = [name for name in columns if meaning_of(name)]
    twice = {meaning_of(name) for name in named if [meaning_of(one) for one in named].count(meaning_of(name)) > 1}
    if {"title", "content"} & twice:
        raise Invalid(f"Two columns of {path.name} are the {' and the '.join(sorted(twice))}.")
    home, base = addressing.home(addressing.stated(url))
    return Table(path, options, url or str(path.resolve()), home, base, encoding, delimiter, columns)


def _header(beginning: str) -> tuple[str, tuple[str, ...]]:
    """The mark between columns and the names of the first row: those of which most are known, then that has most."""
    best: tuple[int, int, str, tuple[str, ...]] = (-1, 0, ",", ())
    for delimiter in _DELIMITERS:
        try:
            row = next(csv.reader(io.StringIO(beginning, newline=""), delimiter=delimiter), [])
        except csv.Error:
            continue
        names = tuple(name.strip().strip("\ufeff") for name in row)
        found = (len({meaning_of(name) for name in names} - {""}), len(names))
        if found > best[:2]:
            best = (*found, delimiter, names)
    return best[2], best[3]


def encoding_of(path: Path) -> str:
    """The encoding of a file, by its byte order mark, or by the first of its pieces that is not UTF-8.

    Where others before that one are, and are not plain ASCII, it is UTF-8 with broken bytes.
    """
    try:
        with path.open("rb") as file:
            beyond_ascii = False
            first = True
            while chunk := file.read(_CHUNK) + file.readline(_CHUNK):
                if first and chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                    return "utf-16"
                first = False
                found = decode(chunk).encoding
                if found is not None:
                    return "utf-8" if beyond_ascii else found
                beyond_ascii = beyond_ascii or not chunk.isascii()
    except OSError as error:
        raise Invalid(f"{path.name} cannot be read: {error.strerror or error}.") from error
    return "utf-8-sig"
