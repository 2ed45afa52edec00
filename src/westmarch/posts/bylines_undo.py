"""Taking back that an author was merged or deleted: posts name the author again, and are counted there."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import case, delete, insert, select, update
from sqlalchemy.orm import Session

from westmarch.accounts.models import Account
from westmarch.authors import editing, managing
from westmarch.db.rows import NamedRow
from westmarch.errors import Conflict
from westmarch.links import handing
from westmarch.posts import bylines
from westmarch.posts.models import LISTED, Byline, Post
from westmarch.site.options import Site

# How many ids one statement asks for: both engines take some 32,000 parameters.
_ASKED = 10_000
_LISTED_AT = case(((Post.kind == "post") & (Post.visible == LISTED), Post.published_at), else_=None).label("listed_at")


def delete_(session: Session, _event: int, subject_id: int, detail: dict[str, Any], _site: Site, **_by: str) -> str:
    """Make a deleted author again. Raises Conflict where it cannot be."""
    _require_gone(session, subject_id)
    bylines.put_back(session, subject_id, detail["author"])
    return f"The author “{detail['author']['name']}” is back."


def merge(session: Session, _event: int, subject_id: int, detail: dict[str, Any], site: Site, **_by: str) -> str:
    """Make a merged author again, on the posts that named them, in the place of the other one.

    Posts that do not name the other one any more name neither. Raises Conflict where it cannot be.
    """
    _require_gone(session, subject_id)
    into_id, stored = detail["into"], detail["author"]
    if managing.edited(session, into_id) is None:
        raise Conflict(f"The author into whom “{stored['name']}” was merged is gone.", hint="Take that back first.")
    into = editing.editable(session, into_id)
    handing.hand_back(session, subject_id, into_id, detail["links"])
    bylines.put_back(session, subject_id, stored)
    _name(session, subject_id, into_id, dict(detail["moved"]), site, instead=True)
    _name(session, subject_id, into_id, dict(detail["both"]), site, instead=False)
    session.execute(
        update(Account)
        .where(Account.id == detail["account"], Account.author_id == into_id)
        .values(author_id=subject_id)
    )
    return f"The author “{stored['name']}” is back, apart from “{into.name}”."


def _require_gone(session: Session, author_id: int) -> None:
    if managing.edited(session, author_id) is not None:
        raise Conflict("The author is there already.", hint="Somebody else has taken it back.")


def _name(
    session: Session, author_id: int, into_id: int, ranks: Mapping[int, int], site: Site, *, instead: bool
) -> None:
    """Name an author in posts that name another one, beside or `instead` of that one."""
    on = _naming(session, ranks, into_id)
    if instead:
        for start in range(0, len(on), _ASKED):
            gone = [row.id for row in on[start : start + _ASKED]]
            session.execute(delete(Byline).where(Byline.author_id == into_id, Byline.post_id.in_(gone)))
    rows = [
        {"post_id": row.id, "author_id": author_id, "rank": ranks[row.id], "listed_at": row.listed_at} for row in on
    ]
    if rows:
        session.execute(insert(Byline), rows)
    bylines.count_by(session, [(row, (into_id,) if instead else (), (author_id,)) for row in on], site)


def _naming(session: Session, ranks: Mapping[int, int], author_id: int) -> Sequence[NamedRow]:
    """Those of the posts that are there and name an author; locked, with when they are listed."""
    statement = select(Post.id, _LISTED_AT).join(Byline, (Byline.post_id == Post.id) & (Byline.author_id == author_id))
    found: list[NamedRow] = []
    ids = sorted(ranks)
    for start in range(0, len(ids), _ASKED):
        some = statement.where(Post.id.in_(ids[start : start + _ASKED])).order_by(Post.id)
        found += session.execute(some.with_for_update(of=Post)).all()
    return found


UNDOES: Mapping[str, Callable[..., str]] = {"author.merged": merge, "author.deleted": delete_}
