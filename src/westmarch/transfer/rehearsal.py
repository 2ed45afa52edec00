"""What a rehearsal takes down beside the report: sizes, addresses that would be lost, and the most doubtful texts."""

import heapq
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from westmarch.errors import Invalid
from westmarch.text.rendered import Rendered
from westmarch.transfer import frontmatter
from westmarch.transfer.blogs import is_markdown
from westmarch.transfer.code_regions import CodeRegions
from westmarch.transfer.decoding import decode
from westmarch.transfer.exports.reader import ExportReader
from westmarch.transfer.items import Entry
from westmarch.transfer.preparing import Failed, Prepared
from westmarch.transfer.reader import Reader
from westmarch.transfer.report import FileRow

#: How many texts are shown in both renderings.
MOST = 10
_ELEMENT = re.compile(r"^ {0,3}<[a-zA-Z]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Original:
    """A text as the other program has it, without its head."""

    text: str
    format: Literal["html", "markdown", "plain"]


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A text that a person should look at: why, as it was, and as it would be shown here.

    `pictures` are the files of the pictures that come along, by the address that each would have.
    """

    doubt: int
    row: FileRow
    title: str
    language: str
    reasons: tuple[str, ...]
    original: Original
    rendered: Rendered
    pictures: dict[str, Path]


@dataclass(slots=True)
class Rehearsal:
    """Told each file by the import; keeps no more than the ten most doubtful texts in memory."""

    begun: float = field(default_factory=time.monotonic)
    texts: int = 0
    text_bytes: int = 0
    pictures: Counter[str] = field(default_factory=Counter)
    picture_bytes: int = 0
    answering: int = 0
    lost: list[tuple[str, str]] = field(default_factory=list)
    _doubtful: list[tuple[int, int, Doubtful]] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """How long it has taken until now."""
        return time.monotonic() - self.begun

    @property
    def doubtful(self) -> list[Doubtful]:
        """The most doubtful texts, the most doubtful first."""
        return [one for _, _, one in sorted(self._doubtful, key=lambda found: (-found[0], -found[1]))]

    def take(self, reader: Reader, entry: Entry, prepared: Prepared | Failed, row: FileRow) -> None:
        """Take in a file with what becomes of it."""
        self.texts += 1
        self._take_addresses(entry, row)
        if isinstance(prepared, Failed) or prepared.rendered is None:
            return
        self.text_bytes += len(prepared.markdown.encode(errors="replace"))
        for found in prepared.media:
            if found.address not in self.pictures:
                self.picture_bytes += found.path.stat().st_size if found.path.is_file() else 0
            self.pictures[found.address] += 1
        doubt, reasons = _doubts(prepared, prepared.rendered, row)
        if not doubt or (len(self._doubtful) == MOST and doubt <= self._doubtful[0][0]):
            return
        one = Doubtful(
            doubt,
            row,
            prepared.item.metadata.title,
            prepared.language,
            reasons,
            original(reader, entry, prepared),
            prepared.rendered,
            {found.address: found.path for found in prepared.media},
        )
        keep = heapq.heappush if len(self._doubtful) < MOST else heapq.heapreplace
        keep(self._doubtful, (doubt, -self.texts, one))

    def _take_addresses(self, entry: Entry, row: FileRow) -> None:
        """All addresses of the old site: those that would answer, and those that would not, with their file."""
        old = entry.old_addresses
        lost = [address for address in old if address not in row.addresses]
        self.answering += len(old) - len(lost)
        self.lost += [(address, row.path) for address in lost]


def _doubts(prepared: Prepared, rendered: Rendered, row: FileRow) -> tuple[int, tuple[str, ...]]:
    """How doubtful a text is, in points that only order texts, and why."""
    regions = CodeRegions(prepared.markdown)
    kept = sum(match.start() not in regions for match in _ELEMENT.finditer(prepared.markdown))
    tags = sum("stays as text" in warning.message for warning in row.warnings)
    addresses = sum(warning.message.startswith("the address ") for warning in row.warnings)
    others = len(row.warnings) - tags - addresses - len(prepared.lost)
    told = (
        (40, int(rendered.plain), "it is too costly to render, and is shown as it was written"),
        (40, int(row.line is not None or row.fate == "failed"), "its head is broken"),
        (10, int(row.fate == "conflict"), "it would not come in: it was edited here"),
        (6, len(prepared.lost), "pictures are missing: {}"),
        (5, tags, "shortcodes or tags that stay as text: {}"),
        (3, kept, "pieces of HTML that stay HTML: {}"),
        (2, max(others, 0), "other warnings: {}"),
    )
    return sum(points * many for points, many, _ in told), tuple(words.format(many) for _, many, words in told if many)


def original(reader: Reader, entry: Entry, prepared: Prepared) -> Original:
    """The text of an entry before it was converted; what was made of it where it cannot be read any more."""
    if isinstance(reader, ExportReader):
        record = reader.spool.read(reader.offsets[entry.key])
        return Original(record.content, record.format)
    try:
        written = decode(entry.source.path.read_bytes()).text
    except (Invalid, OSError):
        return Original(prepared.item.body, "markdown")
    front = frontmatter.parse(written, unopened=True)
    name = entry.source.path.name
    if name.endswith((".html", ".htm")):
        return Original(front.body.text, "html")
    return Original(front.body.text, "markdown" if is_markdown(name) else "plain")
