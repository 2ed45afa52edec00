"""Taking back that a tag was merged or deleted: it hangs again where it hung, and is counted there."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import case, delete, insert, select
from sqlalchemy.orm import Session

from westmarch.db.rows import NamedRow
from westmarch.errors import Conflict
from westmarch.links import handing
from westmarch.posts import retagging
from westmarch.posts.models import LISTED, Post
from westmarch.site.options import Site
from westmarch.subjects.names import fold
from westmarch.tags import actions as tags
from westmarch.tags import managing
from westmarch.tags.models import Tagging

# How many ids one statement asks for: both engines take some 32,000 parameters.
_ASKED = 10_000
_LISTED_AT = case(((Post.kind == "post") & (Post.visible == LISTED), Post.published_at), else_=None).label("listed_at")


def delete_(session: Session, _event: int, subject_id: int, detail: dict[str, Any], site: Site, **_by: str) -> str:
    """Make a deleted tag again, on the posts that had it and are still there. Raises Conflict where it cannot be."""
    _require_gone(session, subject_id)
    retagging.put_back(session, subject_id, detail["tag"])
    _hang(session, subject_id, dict(detail["taggings"]), site, instead_of=None)
    return f"The tag “{detail['tag']['name']}” is back."


def merge(session: Session, _event: int, subject_id: int, detail: dict[str, Any], site: Site, **_by: str) -> str:
    """Make a merged tag again, on the posts that had it, and take the other one off those that got it by that.

    Posts that have lost the other tag since then get neither. Raises Conflict where it cannot be.
    """
    _require_gone(session, subject_id)
    into_id, stored = detail["into"], detail["tag"]
    into = managing.edited(session, into_id)
    if into is None:
        raise Conflict(f"The tag into which “{stored['name']}” was merged is gone.", hint="Take that back first.")
    into = tags.editable(session, into_id)
    handing.hand_back(session, subject_id, into_id, detail["links"])
    learned = {fold(name) for name in detail["learned"]}
    tags.store(session, into_id, {"synonyms": [name for name in into.synonyms if fold(name) not in learned]})
    retagging.put_back(session, subject_id, stored)
    _hang(session, subject_id, dict(detail["moved"]), site, instead_of=into_id)
    _hang(session, subject_id, dict(detail["both"]), site, instead_of=None, beside=into_id)
    return f"The tag “{stored['name']}” is back, apart from “{into.name}”."


def _require_gone(session: Session, tag_id: int) -> None:
    if managing.edited(session, tag_id) is not None:
        raise Conflict("The tag is there already.", hint="Somebody else has taken it back.")


def _hang(
    session: Session,
    tag_id: int,
    ranks: Mapping[int, int],
    site: Site,
    *,
    instead_of: int | None,
    beside: int | None = None,
) -> None:
    """Hang a tag on posts that are there; only where another one hangs (`beside`), or in the place of it."""
    on = _there(session, ranks, instead_of or beside)
    if instead_of is not None:
        for start in range(0, len(on), _ASKED):
            gone = [row.id for row in on[start : start + _ASKED]]
            session.execute(delete(Tagging).where(Tagging.tag_id == instead_of, Tagging.subject_id.in_(gone)))
    rows = [{"subject_id": row.id, "tag_id": tag_id, "rank": ranks[row.id], "listed_at": row.listed_at} for row in on]
    if rows:
        session.execute(insert(Tagging), rows)
    before = () if instead_of is None else (instead_of,)
    retagging.count_by(session, [(row, before, (tag_id,)) for row in on], site)


def _there(session: Session, ranks: Mapping[int, int], with_tag: int | None) -> Sequence[NamedRow]:
    """Those of the posts that are there, and have a tag where one is given; locked, with when they are listed."""
    statement = select(Post.id, _LISTED_AT)
    if with_tag is not None:
        statement = statement.join(Tagging, (Tagging.subject_id == Post.id) & (Tagging.tag_id == with_tag))
    found: list[NamedRow] = []
    ids = sorted(ranks)
    for start in range(0, len(ids), _ASKED):
        some = statement.where(Post.id.in_(ids[start : start + _ASKED])).order_by(Post.id)
        found += session.execute(some.with_for_update(of=Post)).all()
    return found


UNDOES: Mapping[str, Callable[..., str]] = {"tag.merged": merge, "tag.deleted": delete_}
