"""A follower: when a path moves, the texts that link to it are rewritten, source and HTML."""

import re
from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from westmarch.changes.queries import Seen
from westmarch.db.types import now
from westmarch.followers.follow import Following
from westmarch.links.models import Link
from westmarch.posts import revisions
from westmarch.posts.models import Post
from westmarch.posts.resolver import SessionResolver
from westmarch.subjects.models import Reference, Revision


def handle(session: Session, changes: Sequence[Seen]) -> None:
    """Rewrite the texts that refer to subjects whose links changed."""
    moved = {change.new["subject_id"] for change in changes if change.table == "link" and change.new.get("subject_id")}
    if moved:
        _readdress(session, moved)


def rebuild(session: Session) -> None:
    """Rewrite whatever refers to an old path."""
    _readdress(session, None)


def _readdress(session: Session, subjects: set[int] | None) -> None:
    statement = (
        select(Reference.from_subject_id, Reference.href, Link.path)
        .join(Link, (Link.subject_id == Reference.to_subject_id) & Link.current)
        .order_by(Reference.from_subject_id)
    )
    if subjects is not None:
        statement = statement.where(Reference.to_subject_id.in_(subjects))
    stale: dict[int, dict[str, str]] = {}
    for from_id, href, path in session.execute(statement):
        if unquote(urlsplit(href).path) != path:
            stale.setdefault(from_id, {})[href] = urlsplit(href)._replace(path=path).geturl()
    for from_id, addresses in stale.items():
        _rewrite(session, from_id, addresses)


def _rewrite(session: Session, post_id: int, addresses: dict[str, str]) -> None:
    """Give the published and the draft revision of a post successors with the new addresses in them."""
    columns = select(Post.draft_revision_id, Post.published_revision_id).where(Post.id == post_id)
    post = session.execute(columns).mappings().first()
    if post is None:
        return
    for column, revision_id in post.items():
        if revision_id is not None:
            successor = _successor(session, revision_id, addresses)
            session.execute(update(Post).where(Post.id == post_id).values({column: successor}))
    revisions.show(session, post_id)


def _successor(session: Session, revision_id: int, addresses: dict[str, str]) -> int:
    from westmarch.text.markdown import render  # Its import takes its time and 4 MiB, and addresses seldom move.

    old = session.get_one(Revision, revision_id)
    markdown = readdressed(old.markdown, addresses)
    rendered = render(markdown, language=old.language, resolver=SessionResolver(session))
    revisions.refer_anew(session, old.subject_id, rendered)
    return revisions.add(
        session,
        old.subject_id,
        kind="readdressed",
        title=old.title,
        markdown=markdown,
        language=old.language,
        rendered=rendered,
        by="links",
        at=now(),
    )


def refer_to_shown(session: Session, post_id: int) -> None:
    """Store which subjects the text refers to that readers see now, in place of another one."""
    from westmarch.text.markdown import render  # As above.

    shown = func.coalesce(Post.published_revision_id, Post.draft_revision_id)
    columns = select(Revision.markdown, Revision.language).join(Post, Revision.id == shown)
    text = session.execute(columns.where(Post.id == post_id)).one()
    rendered = render(text.markdown, language=text.language, resolver=SessionResolver(session))
    revisions.refer_anew(session, post_id, rendered)


def readdressed(markdown: str, addresses: dict[str, str]) -> str:
    """The Markdown with each address that stands as the target of a link replaced by its new one."""
    for old, new in addresses.items():
        target = re.compile(r"(?<=[(<\"'\s=])" + re.escape(old) + r"(?=[)>\"'\s]|$)")
        markdown = target.sub(new.replace("\\", "\\\\"), markdown)
    return markdown


FOLLOWING = Following("references", handle, rebuild)
