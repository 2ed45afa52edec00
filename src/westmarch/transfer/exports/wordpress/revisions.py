"""Earlier states of texts, which plug-ins export as items of their own: kept on the disk until their posts are read."""

import pickle
import tempfile
from collections import defaultdict
from datetime import tzinfo
from typing import BinaryIO
from xml.etree.ElementTree import Element

from westmarch.transfer.exports.wordpress import fields
from westmarch.transfer.items import Version


class Revisions:
    """The earlier states by the ids of their posts, in a temporary file that is made when the first one comes."""

    def __init__(self) -> None:
        self._file: BinaryIO | None = None
        self._places: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)

    def __len__(self) -> int:
        """How many wait for their posts."""
        return sum(map(len, self._places.values()))

    def add(self, element: Element, zone: tzinfo) -> None:
        """Keep one; `zone` is that of dates without one."""
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="westmarch-")  # noqa: SIM115 - `close` does
        at = fields.date(element, "post_date", zone, [])
        version = Version(
            title=fields.text(element, "title"),
            content=fields.written(element, "content:encoded"),
            date=at,
            author=fields.text(element, "dc:creator"),
        )
        offset = self._file.seek(0, 2)
        pickle.dump(version, self._file)
        order = at.isoformat() if at else ""
        self._places[fields.number(element, "wp:post_parent")].append((order, offset))

    def take(self, post: int) -> list[Version]:
        """Those of a post, oldest first, in WordPress' own HTML; they wait no longer."""
        return [self._read(offset) for _, offset in sorted(self._places.pop(post, ()))]

    def _read(self, offset: int) -> Version:
        assert self._file is not None
        self._file.seek(offset)
        version = pickle.load(self._file)  # noqa: S301 - this process wrote the file, which has no name
        assert isinstance(version, Version)
        return version

    def close(self) -> None:
        """Remove the file."""
        if self._file is not None:
            self._file.close()
