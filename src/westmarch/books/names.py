"""Finding the writers, series and tags of many books by their names, and making those that there are not."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Table, bindparam, select
from sqlalchemy.orm import Session

from westmarch.books.models import BookTag, Series, Writer
from westmarch.db.bulk import insert_rows
from westmarch.links.many import claim_free
from westmarch.links.paths import last_segment, slugify
from westmarch.subjects import many as subjects
from westmarch.subjects.names import fold

# How many names are asked for at once, and how many remembered.
_ASKED = 10_000
_REMEMBERED = 60_000

_WRITER, _SERIES, _TAG = Writer.__table__, Series.__table__, BookTag.__table__
_IDS = {
    column: select(column, column.table.c.id).where(column.in_(bindparam("keys", expanding=True)))
    for column in (_WRITER.c.folded, _SERIES.c.folded, _TAG.c.slug)
}


class Names:
    """The ids of writers, series and tags. They are remembered, so `forget` follows a transaction that failed."""

    def __init__(self) -> None:
        self._writers: dict[str, int] = {}
        self._series: dict[str, int] = {}
        self._tags: dict[str, int] = {}

    def forget(self) -> None:
        """Remember nothing: what was made may be gone."""
        for known in (self._writers, self._series, self._tags):
            known.clear()

    def writers(self, session: Session, names: Iterable[str], paths: Mapping[str, str] = {}) -> dict[str, int]:
        """The ids of the writers called so; two spellings with one folded form are one writer.

        New ones have the paths that are given by their names, others those that their names make.
        """
        return self._subjects(session, names, self._writers, _WRITER, "writer", paths)

    def series(self, session: Session, titles: Iterable[str], paths: Mapping[str, str] = {}) -> dict[str, int]:
        """The ids of the series with these titles, as `writers`."""
        return self._subjects(session, titles, self._series, _SERIES, "series", paths)

    def tags(self, session: Session, tags: Mapping[str, str]) -> dict[str, int]:
        """The ids of the tags with these slugs, which are made with the titles given."""
        ids = self._known(session, tags, self._tags, _TAG.c.slug)
        new = {slug: title for slug, title in tags.items() if slug not in ids}
        if new:
            insert_rows(
                session, _TAG, ("slug", "title", "book_count"), [(slug, title, 0) for slug, title in new.items()]
            )
            ids |= self._known(session, new, self._tags, _TAG.c.slug)
        return ids

    def _subjects(
        self,
        session: Session,
        names: Iterable[str],
        known: dict[str, int],
        table: Table,
        kind: str,
        given: Mapping[str, str],
    ) -> dict[str, int]:
        folded = {name: fold(name) for name in names}
        spelt: dict[str, str] = {}
        for name, key in folded.items():
            spelt.setdefault(key, name)
        ids = self._known(session, spelt, known, table.c.folded)
        missing = {key: name for key, name in spelt.items() if key not in ids}
        if missing:
            made = subjects.create(session, kind, len(missing))
            folder = "writers" if kind == "writer" else kind
            wanted = [given.get(name) or f"/{folder}/{slugify(name)}/" for name in missing.values()]
            paths = claim_free(session, list(zip(made, wanted, strict=True)))
            columns = ("id", "name" if kind == "writer" else "title", "folded", "slug", "path", "book_count")
            rows = [
                (i, name, key, last_segment(path), path, 0)
                for i, path, (key, name) in zip(made, paths, missing.items(), strict=True)
            ]
            insert_rows(session, table, columns, rows)
            new = dict(zip(missing, made, strict=True))
            known |= new
            ids |= new
        return {name: ids[key] for name, key in folded.items()}

    def _known(self, session: Session, keys: Iterable[str], known: dict[str, int], column: Any) -> dict[str, int]:
        """The ids of those keys that are remembered or in the table."""
        wanted = list(keys)
        ids = {key: known[key] for key in wanted if key in known}
        if len(known) > _REMEMBERED:
            known.clear()
        unknown = [key for key in wanted if key not in ids]
        for start in range(0, len(unknown), _ASKED):
            asked = {"keys": unknown[start : start + _ASKED]}
            found: dict[str, int] = {row[0]: row[1] for row in session.connection().execute(_IDS[column], asked)}
            known |= found
            ids |= found
        return ids
