"""The links of imported texts to each other: in the order of dates some lead to posts that come in later."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import unquote

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from westmarch.posts.models import Post
from westmarch.posts.resolver import SessionResolver
from westmarch.subjects.models import Reference as StoredReference
from westmarch.text.rendered import Reference, Rendered

_DANGLING = (
    select(StoredReference.from_subject_id, StoredReference.href)
    .join(Post, Post.id == StoredReference.from_subject_id)
    .where(StoredReference.to_subject_id.is_(None), Post.source_key.is_not(None))
    .order_by(StoredReference.from_subject_id, StoredReference.href)
)
_LEAD = (
    update(StoredReference.__table__)
    .where(
        StoredReference.__table__.c.from_subject_id == bindparam("source"),
        StoredReference.__table__.c.href == bindparam("written"),
    )
    .values(to_subject_id=bindparam("target"))
)


def path_of(href: str) -> str:
    """The path of an internal link, without query and fragment."""
    return href.split("#")[0].split("?")[0]


def key_of(path: str) -> str:
    """A path of a link as this run remembers it: decoded, without the slash at its end."""
    return unquote(path).rstrip("/")


def resolved(session: Session, rendered: Rendered, links: Mapping[str, int | None]) -> tuple[Reference, ...]:
    """The links of a text with the subjects behind them."""
    resolver = SessionResolver(session)
    found = []
    for one in rendered.references:
        path = path_of(one.href)
        found.append(replace(one, subject_id=links[path] if path in links else resolver.link(path)))
    return tuple(found)


def resolve_dangling(
    session: Session, after: tuple[int, str], most: int, links: Mapping[str, int]
) -> tuple[int, str] | None:
    """Let up to `most` links of imported texts that led nowhere lead to posts that came in later.

    `after` is where the last call ended, `(0, "")` at first; None when there are no more. `links` are paths whose
    subjects are known; others are looked up.
    """
    where = (StoredReference.from_subject_id > after[0]) | (
        (StoredReference.from_subject_id == after[0]) & (StoredReference.href > after[1])
    )
    rows = session.execute(_DANGLING.where(where).limit(most)).all()
    resolver = SessionResolver(session)
    found = []
    for from_id, href in rows:
        path = path_of(href)
        target = links.get(key_of(path)) or resolver.link(path)
        if target is not None:
            found.append({"source": from_id, "written": href, "target": target})
    if found:
        session.connection().execute(_LEAD, found)
    return (rows[-1].from_subject_id, rows[-1].href) if len(rows) == most else None
