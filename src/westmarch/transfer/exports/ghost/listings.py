"""The lists of posts that Ghost had of each tag and author: their addresses lead to ours."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from westmarch.authors.models import Author
from westmarch.errors import Conflict, Invalid
from westmarch.links import actions, paths
from westmarch.subjects.names import fold
from westmarch.tags.models import Tag
from westmarch.transfer.report import FileRow

#: Where they are unless `routes.yaml` says otherwise.
PATTERNS = {"tag": "/tag/{slug}/", "author": "/author/{slug}/"}
_ASKED = {
    "tag": select(Tag.id, Tag.folded).where(Tag.folded.in_(bindparam("names", expanding=True))),
    "author": select(Author.id, Author.folded).where(Author.folded.in_(bindparam("names", expanding=True))),
}


@dataclass(frozen=True, slots=True)
class Listing:
    """The list of a tag's or an author's posts, at a path of the old site."""

    kind: Literal["tag", "author"]
    name: str
    path: str


def keep(session: Session, listings: Sequence[Listing]) -> list[FileRow]:
    """Let the paths lead to our lists; rows for those that others have. What no post brought along is passed over."""
    rows: list[FileRow] = []
    for kind, asked in _ASKED.items():
        wanted = [one for one in listings if one.kind == kind]
        named = session.execute(asked, {"names": [fold(one.name) for one in wanted]}) if wanted else ()
        found = {row.folded: row.id for row in named}
        for one in wanted:
            subject_id = found.get(fold(one.name))
            if subject_id is not None:
                rows += _lead(session, subject_id, one)
    return rows


def _lead(session: Session, subject_id: int, one: Listing) -> Iterable[FileRow]:
    try:
        actions.add_old(session, subject_id, paths.parse(paths.quote(one.path)))
    except (Conflict, Invalid) as error:
        yield FileRow(path=f"{one.kind}:{one.path}", kind=one.kind, fate="conflict", reason=error.message)
