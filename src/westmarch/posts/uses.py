"""Where tags and authors are used: on all posts and pages, drafts too."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select

from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.posts.models import Byline, Post
from westmarch.tags.models import Tagging


def of_tag(session: Reading, tag_id: int, limit: int) -> tuple[int, Sequence[NamedRow]]:
    """How many posts and pages have the tag, and the newest of them."""
    return _used(session, Tagging.subject_id, Tagging.tag_id == tag_id, limit)


def of_author(session: Reading, author_id: int, limit: int) -> tuple[int, Sequence[NamedRow]]:
    """How many posts and pages name the author, and the newest of them."""
    return _used(session, Byline.post_id, Byline.author_id == author_id, limit)


def _used(session: Reading, post_id: Any, where: ColumnElement[bool], limit: int) -> tuple[int, Sequence[NamedRow]]:
    total = session.scalar(select(func.count()).select_from(Post).join(post_id.class_, post_id == Post.id).where(where))
    rows = session.execute(
        select(Post.id, Post.title, Post.path, Post.kind, Post.status, Post.trashed_at)
        .join(post_id.class_, post_id == Post.id)
        .where(where)
        .order_by(Post.id.desc())
        .limit(limit)
    ).all()
    return total or 0, rows
