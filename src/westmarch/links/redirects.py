"""Redirects and old addresses as people look after them: the list of them, and one as it can be edited."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import and_, bindparam, or_, select

from westmarch.db import keyset
from westmarch.db.holding import holds
from westmarch.db.keyset import Found
from westmarch.db.sessions import Reading
from westmarch.errors import Invalid
from westmarch.links.models import Link
from westmarch.links.paths import fold, quote
from westmarch.subjects.models import Subject
from westmarch.subjects.version import version_of

#: Which links are asked for: redirects to addresses, old addresses of subjects, or those of both that are temporary.
Kind = Literal["redirect", "old", "temporary"]

_link, _subject = Link.__table__, Subject.__table__
_now = _link.alias("now")
_SHOWN = (
    select(
        _link.c.id, _link.c.path, _link.c.query, _link.c.subject_id, _link.c.address, _link.c.permanent,
        _link.c.current, _link.c.created_at, _subject.c.kind, _subject.c.purged_at, _now.c.path.label("leads_to"),
    )
    .select_from(
        _link
        .outerjoin(_subject, _subject.c.id == _link.c.subject_id)
        .outerjoin(_now, and_(_now.c.subject_id == _link.c.subject_id, _now.c.current))
    )
)  # fmt: skip
_ONE = _SHOWN.where(_link.c.id == bindparam("id"))
#: By what the list can be sorted.
SORTS = {"path": _link.c.folded, "id": _link.c.id}
_OF_KIND: dict[Kind, Any] = {
    "redirect": _link.c.address.is_not(None),
    "old": _link.c.subject_id.is_not(None),
    "temporary": ~_link.c.permanent,
}


@dataclass(frozen=True, slots=True)
class Edited:
    """A link as it can be edited. `leads_to` is the current path of its subject, None where it leads to an address."""

    id: int
    path: str
    query: str
    subject_id: int | None
    address: str | None
    permanent: bool
    current: bool
    created_at: datetime
    kind: str | None
    purged_at: datetime | None
    leads_to: str | None

    @property
    def source(self) -> str:
        """The address that readers ask for, as people write it: decoded, with its declared query."""
        return source(self.path, self.query)

    @property
    def target(self) -> str:
        """Where it leads: a path of the site or a whole address."""
        return self.address or quote(self.leads_to or "")

    @property
    def version(self) -> str:
        """The version of what can be edited."""
        return version_of(self.path, self.query, self.subject_id, self.address, self.permanent)


def source(path: str, query: str) -> str:
    """A path with its declared query, as people write it."""
    return f"{path}?{query}" if query else path


def edited(session: Reading, link_id: int) -> Edited | None:
    """The link, or None."""
    row = session.execute(_ONE, {"id": link_id}).mappings().one_or_none()
    return None if row is None else Edited(**row)


def find(
    session: Reading,
    *,
    search: str = "",
    kind: Kind | None = None,
    sort: str = "-id",
    after: str | None = None,
    size: int = 50,
) -> Found:
    """A page of the redirects and old addresses whose path, or the address they lead to, holds `search`.

    The rows have the columns of `Edited`. Raises Invalid for an order or a cursor that there is none of.
    """
    if kind is not None and kind not in _OF_KIND:
        raise Invalid("There is no such kind of redirects.", place="kind")
    statement = _SHOWN.where(~_link.c.current)
    if kind is not None:
        statement = statement.where(_OF_KIND[kind])
    if wanted := search.strip():
        folded = fold(wanted).lstrip("/") if wanted.strip("/") else wanted
        others = holds((_link.c.query, _link.c.address, _now.c.path), wanted)
        statement = statement.where(or_(_link.c.folded.contains(folded, autoescape=True), others))
    return keyset.page(session, statement, keyset.chosen(SORTS, sort), _link.c.id, after=after, size=size)
