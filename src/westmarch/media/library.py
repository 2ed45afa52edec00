"""The pictures and files of the site, for lists and for one of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, Text, bindparam, func, select

from westmarch.db import keyset
from westmarch.db.holding import holds
from westmarch.db.keyset import Found
from westmarch.db.sessions import Reading
from westmarch.errors import NotFound
from westmarch.media.models import Media, MediaDetail
from westmarch.subjects.version import version_of
from westmarch.web.surface import media_path

_media, _detail = Media.__table__, MediaDetail.__table__
_ALL = select(*_media.c, func.coalesce(_detail.c.caption, "").label("caption"), _detail.c.account_id).select_from(
    _media.outerjoin(_detail, _detail.c.media_id == _media.c.id)
)
#: What a list can be sorted by. Of a name the beginning counts: a cursor holds it.
SORTS: Mapping[str, ColumnElement[Any]] = {
    "id": _media.c.id,
    "name": func.substr(func.lower(_media.c.filename), 1, 200, type_=Text),
    "size": _media.c.size,
}
#: The kinds that can be asked for, by the media types that they are.
KINDS: Mapping[str, ColumnElement[bool]] = {
    "picture": _media.c.kind == "picture",
    "sound": _media.c.mime.startswith("audio/"),
    "film": _media.c.mime.startswith("video/"),
    "document": (_media.c.kind != "picture")
    & ~_media.c.mime.startswith("audio/")
    & ~_media.c.mime.startswith("video/"),
}


@dataclass(frozen=True, slots=True)
class Medium:
    """A stored file and what is said of it; sizes are in bytes and in pixels, `account_id` is whose upload it is."""

    id: int
    hash: str
    kind: str
    mime: str
    extension: str
    filename: str
    size: int
    width: int | None
    height: int | None
    alt: str
    caption: str
    account_id: int | None
    created_at: datetime

    @property
    def path(self) -> str:
        """The public path of the file."""
        return media_path(self.hash, self.extension)

    @property
    def version(self) -> str:
        """The version of what people may change of it."""
        return version_of(self.hash, self.alt, self.filename, self.caption)


def statement() -> Select[Any]:
    """All media, each with what a `Medium` holds."""
    return _ALL


def medium(row: Any) -> Medium:
    """A row of `statement`."""
    return Medium(**{name: getattr(row, name) for name in Medium.__slots__})


def matching(
    found: Select[Any], *, search: str = "", kind: str = "", ids: Collection[int] | None = None
) -> Select[Any]:
    """Those with a text in their name, alt text or caption, of a kind (`KINDS`), among `ids` where they are given."""
    if wanted := search.strip():
        found = found.where(holds((_media.c.filename, _media.c.alt, _detail.c.caption), wanted))
    if kind:
        found = found.where(KINDS[kind])
    if ids is not None:  # Written into the statement: there may be more than an engine takes as parameters.
        among: BindParameter[int] = bindparam("ids", sorted(ids), expanding=True, literal_execute=True)
        found = found.where(_media.c.id.in_(among))
    return found


def find(
    session: Reading,
    *,
    search: str = "",
    kind: str = "",
    ids: Collection[int] | None = None,
    sort: str = "-id",
    after: str | None = None,
    size: int = 50,
) -> Found:
    """A page of the library. Raises Invalid for an order and a cursor that are none of it."""
    wanted = matching(_ALL, search=search, kind=kind, ids=ids)
    return keyset.page(session, wanted, keyset.chosen(SORTS, sort), _media.c.id, after=after, size=size)


def one(session: Reading, media_id: int) -> Medium:
    """A medium. Raises NotFound."""
    row = session.execute(_ALL.where(_media.c.id == media_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no medium {media_id}.", hint="Somebody deleted it.")
    return medium(row)
