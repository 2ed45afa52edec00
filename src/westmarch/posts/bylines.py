"""Merging and deleting authors, with all that posts store about them: listings, counts of months, counts of authors."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete as delete_rows
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from westmarch.accounts.models import Account
from westmarch.authors import editing
from westmarch.authors.managing import Edited
from westmarch.authors.models import Author
from westmarch.db.rows import NamedRow
from westmarch.errors import Conflict
from westmarch.events import actions as events
from westmarch.links import handing
from westmarch.posts import counts, uses
from westmarch.posts.counts import Listing
from westmarch.posts.models import Byline, Post
from westmarch.site.options import Site
from westmarch.subjects import actions as subjects
from westmarch.subjects.names import fold

_byline = Byline.__table__


def merge(session: Session, from_id: int, into_id: int, site: Site, *, expected: str | None = None, actor: str) -> int:
    """Let an author become another one: posts are by that one, the paths lead there, and so does an account's byline.

    Returns the id of the event. Raises NotFound, Conflict where the two are one, Stale where the author who goes is not
    of the `expected` version.
    """
    if from_id == into_id:
        raise Conflict("An author cannot be merged into themselves.", place="into", hint="Choose another author.")
    for author_id in sorted((from_id, into_id)):  # Always in this order: two who merge wait for each other, and go on.
        editing.editable(session, author_id)
    author, into = editing.editable(session, from_id, expected), editing.editable(session, into_id)
    account_id = _account(session, from_id)
    if account_id is not None and _account(session, into_id) is not None:
        raise Conflict(
            f"{author.name!r} and {into.name!r} are bylines of two accounts.",
            hint="Give one of the accounts another byline first.",
            place="into",
        )
    rows = _named(session, from_id)
    there_too = select(_byline.c.post_id).where(_byline.c.author_id == into_id)
    there = set(session.scalars(there_too))
    doubled = Byline.post_id.in_(select(there_too.subquery().c.post_id))
    session.execute(delete_rows(Byline).where(Byline.author_id == from_id, doubled))
    session.execute(update(Byline).where(Byline.author_id == from_id).values(author_id=into_id))
    count_by(session, [(row, (from_id,), () if row.post_id in there else (into_id,)) for row in rows], site)
    session.execute(update(Account).where(Account.author_id == from_id).values(author_id=into_id))
    given = handing.hand_over(session, from_id, into_id)
    _remove(session, from_id)
    undo = {
        "author": columns(author),
        "into": into_id,
        "moved": [[row.post_id, row.rank] for row in rows if row.post_id not in there],
        "both": [[row.post_id, row.rank] for row in rows if row.post_id in there],
        "links": given,
        "account": account_id,
    }
    detail = {"name": author.name, "path": author.path, "into": into.name, "posts": len(rows), "undo": undo}
    return events.record(session, "author.merged", actor=actor, subject_id=from_id, detail=detail)


def delete(session: Session, author_id: int, *, expected: str | None = None, actor: str) -> int:
    """Delete an author who is named nowhere; the paths answer 410. Returns the id of the event.

    Raises NotFound, Conflict where a post or an account has the author, Stale where the author is not of the `expected`
    version.
    """
    author = editing.editable(session, author_id, expected)
    total, posts = uses.of_author(session, author_id, 1)
    if total:
        others = f" and {total - 1:,} more" if total > 1 else ""
        raise Conflict(
            f"{author.name!r} is named by {posts[0].title!r}{others}.",
            hint="Merge the author into another one in the admin instead.",
        )
    if _account(session, author_id) is not None:
        raise Conflict(
            f"{author.name!r} is the byline of an account.", hint="Give the account another one, or merge the authors."
        )
    _remove(session, author_id)
    detail = {"name": author.name, "path": author.path, "undo": {"author": columns(author)}}
    return events.record(session, "author.deleted", actor=actor, subject_id=author_id, detail=detail)


def count_by(
    session: Session, changes: Iterable[tuple[NamedRow, tuple[int, ...], tuple[int, ...]]], site: Site
) -> None:
    """Change the stored counts by bylines (rows with `listed_at`) that named some authors and name others now."""
    told = [(Listing(row.listed_at, (), before), Listing(row.listed_at, (), after)) for row, before, after in changes]
    counts.apply(session, told, site.zone)


def columns(author: Edited) -> dict[str, Any]:
    """What makes an author again who is gone."""
    return {
        "name": author.name,
        "slug": author.slug,
        "path": author.path,
        "bio_markdown": author.bio_markdown,
        "bio_html": author.bio_html,
        "picture_id": author.picture_id,
        "links": author.links,
    }


def put_back(session: Session, author_id: int, stored: dict[str, Any]) -> None:
    """Make an author again who was removed, named nowhere. Raises Conflict where another one is called so now."""
    editing.check_free(session, stored["name"], author_id)
    editing.fit_picture(session, stored["picture_id"])
    subjects.revive(session, author_id)
    session.execute(insert(Author).values(id=author_id, folded=fold(stored["name"]), post_count=0, **stored))


def _remove(session: Session, author_id: int) -> None:
    session.execute(delete_rows(Author).where(Author.id == author_id))
    subjects.purge(session, author_id)


def _account(session: Session, author_id: int) -> int | None:
    """The account whose byline the author is."""
    return session.scalar(select(Account.id).where(Account.author_id == author_id))


def _named(session: Session, author_id: int) -> Sequence[NamedRow]:
    """The bylines of an author, their posts locked."""
    posts = select(_byline.c.post_id).where(_byline.c.author_id == author_id)
    session.execute(select(Post.id).where(Post.id.in_(posts)).order_by(Post.id).with_for_update())
    bylines = select(_byline.c.post_id, _byline.c.rank, _byline.c.listed_at).where(_byline.c.author_id == author_id)
    return session.execute(bylines.order_by(_byline.c.post_id)).all()
