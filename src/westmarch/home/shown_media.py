"""Where the site shows a picture or file: in posts, pages, books, tags, topics, authors and its options."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, String, cast, delete, or_, select, update
from sqlalchemy.orm import Session

from westmarch.accounts.rights import Right
from westmarch.accounts.who import SignedIn
from westmarch.authors.models import Author
from westmarch.books import models as book_tables
from westmarch.books.models import Book
from westmarch.db.sessions import Reading
from westmarch.errors import Conflict, Refused
from westmarch.events import actions as events
from westmarch.media import actions
from westmarch.media.library import Medium
from westmarch.media.models import Media
from westmarch.media.removing import File
from westmarch.ops import schema
from westmarch.posts.models import Byline, Post
from westmarch.posts.ownership import NOBODY, sees_all
from westmarch.site import actions as site_actions
from westmarch.site import queries as site_queries
from westmarch.site.models import SiteOption
from westmarch.subjects.models import Revision
from westmarch.tags.models import Tag
from westmarch.topics.models import Topic

_ADDRESS = re.compile(r"media/([0-9a-f]{2})/([0-9a-f]{62})")
#: Texts looked at in one query; so many uses are told in a sentence.
_TEXTS, _TOLD = 200, 3
_CALLED = {"site": "the site's"}
#: The texts of a post that are in force: what readers see, and the draft that waits.
_IN_FORCE = or_(Revision.id == Post.published_revision_id, Revision.id == Post.draft_revision_id)


class Use(NamedTuple):
    """Something that shows a medium: its kind (`post`, …, `site`), id, title, path, and how: in its `text`, or as what.

    `hidden` says that readers do not see it. A draft that somebody may not know has neither id, title nor path.
    """

    kind: str
    id: int
    title: str
    path: str
    how: str
    hidden: bool = False


def uses(session: Reading, medium: Medium) -> list[Use]:
    """What shows a medium, posts and pages first."""
    there = f"media/{medium.hash[:2]}/{medium.hash[2:]}"
    found = [*_posts(session, medium.id, there)]
    for row in session.execute(
        select(Author.id, Author.name, Author.path, Author.picture_id)
        .where(or_(Author.picture_id == medium.id, Author.bio_markdown.contains(there)))
        .order_by(Author.id)
    ):
        how = "picture" if row.picture_id == medium.id else "text"
        found.append(Use("author", row.id, row.name, row.path, how))
    tags = select(Tag.id, Tag.name, Tag.path).where(Tag.description.contains(there))
    found += [Use("tag", tag.id, tag.name, tag.path, "text") for tag in session.execute(tags)]
    introduced = select(Topic.id, Topic.title, Topic.path).where(Topic.introduction_markdown.contains(there))
    found += [Use("topic", row.id, row.title, row.path, "text") for row in session.execute(introduced)]
    if schema.reached(session, book_tables.SCHEMA):
        texts = (Book.description_markdown, Book.description_html)
        named = select(Book.id, Book.title, Book.path, Book.cover_id)
        for book in session.execute(named.where(or_(Book.cover_id == medium.id, *_within(texts, there)))):
            found.append(Use("book", book.id, book.title, book.path, "cover" if book.cover_id == medium.id else "text"))
    for key in session.scalars(
        select(SiteOption.key).where(cast(SiteOption.value, String).contains(there)).order_by(SiteOption.key)
    ):
        found.append(Use("site", 0, key, "/", key))
    return found


def _posts(session: Reading, media_id: int, there: str) -> Iterator[Use]:
    texts = select(Post.id).join(Revision, _IN_FORCE).where(or_(*_within((Revision.markdown, Revision.html), there)))
    statement = select(Post.id, Post.kind, Post.title, Post.path, Post.visible, Post.cover_id).where(
        or_(Post.cover_id == media_id, Post.id.in_(texts), *_within((cast(Post.extra, String), Post.summary), there))
    )
    for row in session.execute(statement.order_by(Post.id.desc())):
        how = "cover" if row.cover_id == media_id else "text"
        yield Use(row.kind, row.id, row.title, row.path, how, hidden=not row.visible)


def _within(columns: Sequence[Any], there: str) -> list[ColumnElement[bool]]:
    return [column.contains(there, autoescape=True) for column in columns]


def known(session: Reading, found: Sequence[Use], who: SignedIn) -> list[Use]:
    """The uses as somebody may know them: of the drafts of others only that there is one."""
    if sees_all(who):
        return list(found)
    own = _own(session, [use.id for use in found if use.hidden], who)
    return [use if not use.hidden or use.id in own else Use(use.kind, 0, "", "", use.how, hidden=True) for use in found]


def unused(session: Reading) -> list[int]:
    """The ids of all media that nothing shows."""
    hashes = {"".join(match) for text in _texts(session) for match in _ADDRESS.findall(text or "")}
    pictures = {
        *session.scalars(select(Post.cover_id).where(Post.cover_id.is_not(None))),
        *session.scalars(select(Author.picture_id).where(Author.picture_id.is_not(None))),
    }
    if schema.reached(session, book_tables.SCHEMA):
        pictures.update(session.scalars(select(Book.cover_id).where(Book.cover_id.is_not(None))))
    there = session.execute(select(Media.id, Media.hash))
    return [row.id for row in there if row.hash not in hashes and row.id not in pictures]


def _texts(session: Reading) -> Iterator[str]:
    """Every text in force that may show a medium."""
    named = [
        select(Author.bio_markdown).where(Author.bio_markdown.contains("media/")),
        select(Tag.description).where(Tag.description.contains("media/")),
        select(Topic.introduction_markdown).where(Topic.introduction_markdown.contains("media/")),
        select(cast(SiteOption.value, String)),
        select(cast(Post.extra, String)).where(cast(Post.extra, String).contains("media/")),
        select(Post.summary).where(Post.summary.contains("media/")),
    ]
    if schema.reached(session, book_tables.SCHEMA):
        named += [select(column) for column in (Book.description_markdown, Book.description_html)]
    for statement in named:
        yield from session.scalars(statement)
    after = 0
    showing = or_(Revision.markdown.contains("media/"), Revision.html.contains("media/"))
    texts = select(Revision.id, Revision.markdown, Revision.html).join(Post, _IN_FORCE).where(showing)
    while rows := session.execute(texts.where(Revision.id > after).order_by(Revision.id).limit(_TEXTS)).all():
        after = rows[-1].id
        for row in rows:
            yield row.markdown
            yield row.html


def remove(
    session: Session, media_id: int, *, anyway: bool = False, who: SignedIn, expected: str | None = None, actor: str
) -> File:
    """Delete a medium for good; its bytes go by `media.removing.remove_files`, when this transaction has ended.

    `anyway`, also where it is shown: it is the cover, picture and logo of nothing then, and texts show that it is
    missing. Raises Conflict where it is shown, Refused where that is not for `who` to change; NotFound and Stale.
    """
    medium = actions.editable(session, media_id, who, expected)
    found = uses(session, medium)
    if found and not anyway:
        raise Conflict(
            f"“{medium.filename}” is shown: {told(known(session, found, who))}.",
            hint="Take it out there first, or say that it is to go all the same.",
        )
    require_changeable(session, found, who)
    if found:
        session.execute(update(Post).where(Post.cover_id == media_id).values(cover_id=None))
        session.execute(update(Author).where(Author.picture_id == media_id).values(picture_id=None))
        if schema.reached(session, book_tables.SCHEMA):
            session.execute(update(Book).where(Book.cover_id == media_id).values(cover_id=None))
        if site_queries.current(session).logo.path == medium.path:
            site_actions.change(session, {"logo": {}}, actor=actor)
    session.execute(delete(Media).where(Media.id == media_id))
    detail = {"filename": medium.filename, "media": media_id, "address": medium.path, "uses": len(found)}
    events.record(session, "media.deleted", actor=actor, detail=detail)
    return File(media_id, medium.hash, medium.path)


def require_changeable(session: Reading, found: Sequence[Use], who: SignedIn) -> None:
    """Raises Refused where one of the uses is not somebody's to change: what is gone is gone there, too."""
    if any(use.kind == "site" for use in found):
        who.require(Right.MANAGE_SITE)
    if who.may(Right.EDIT_ALL):
        return
    posts = [use for use in found if use.kind == "post"]
    own = _own(session, [use.id for use in posts], who)
    if any(use.kind != "site" and use.id not in own for use in found):
        raise Refused("Others show it, in what you may not change.", hint="Ask an editor of the site.")
    if any(not use.hidden for use in posts):
        who.require(Right.PUBLISH)


def changeable(session: Reading, found: Sequence[Use], who: SignedIn) -> bool:
    """Whether all of the uses are somebody's to change."""
    try:
        require_changeable(session, found, who)
    except Refused:
        return False
    return True


def _own(session: Reading, post_ids: Sequence[int], who: SignedIn) -> set[int]:
    """Those of the posts that name somebody's own author."""
    author = NOBODY if who.author_id is None else who.author_id
    mine = select(Byline.post_id).where(Byline.author_id == author, Byline.post_id.in_(post_ids))
    return set(session.scalars(mine)) if post_ids else set()


def told(found: Sequence[Use]) -> str:
    """Where something is shown, in a sentence: the first three by name."""
    hidden = "a {} that readers do not see"
    names = [
        f"{_CALLED.get(use.kind, use.kind)} “{use.title}”" if use.title else hidden.format(use.kind) for use in found
    ]
    more = len(names) - _TOLD
    return ", ".join(names[:_TOLD]) + (f" and {more} more" if more > 0 else "")
