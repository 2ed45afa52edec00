"""Other words for pictures: the texts that say nothing of their own are made anew in the same transaction.

Posts, pages, introductions of topics and biographies hold the alt text of the library where they have none. Covers and
portraits read it whenever they are shown. All else (books, side parts) takes no words from the library.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from westmarch.accounts.rights import Right
from westmarch.accounts.who import SignedIn
from westmarch.authors.models import Author
from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.errors import Conflict
from westmarch.home import shown_media
from westmarch.media import actions, library
from westmarch.media.library import Medium
from westmarch.media.models import Media
from westmarch.posts import revisions, texts
from westmarch.posts.models import Post
from westmarch.site import queries as site_queries
from westmarch.subjects.models import Revision
from westmarch.text.rendered import Rendered
from westmarch.topics.models import Topic

T = TypeVar("T")

#: So often it is begun again where somebody writes such a text at the same time.
_TRIES = 5


class _Text(NamedTuple):
    """A text that shows a picture: the row that holds it (of a post the revision), and whose it is."""

    kind: str
    id: int
    subject_id: int
    markdown: str
    html: str
    language: str


@dataclass(frozen=True, slots=True)
class _Renewed:
    """Media as they are, the paths of those that get other words, the texts that show these, and what they become."""

    media: Sequence[Medium]
    paths: Sequence[str]
    shown: Sequence[_Text]
    others: Mapping[_Text, Rendered]


class _Moved(Exception):
    """A text was written meanwhile."""


async def changed(db: Database, alts: Mapping[int, str], who: SignedIn, act: Callable[[Session], T]) -> T:
    """Do what gives pictures (by id) these alt texts, and make the texts anew that show them: both, or nothing.

    Raises Refused where that changes what `who` may not; NotFound, and whatever `act` raises.
    """
    for _ in range(_TRIES):
        made = await _renewed(db, alts, who)
        try:
            return await db.write(_both, act, made, who)
        except _Moved:
            continue
    raise Conflict("Texts that show the picture are being written.", hint="Try it again.")


async def _renewed(db: Database, alts: Mapping[int, str], who: SignedIn) -> _Renewed:
    """Make the texts as they will be, outside of all transactions."""
    media = await db.read(_media, list(alts))
    for medium in media:
        actions.require_owned(who, medium)
    other = [medium for medium in media if medium.kind == "picture" and medium.alt != alts[medium.id]]
    paths, words = [medium.path for medium in other], {medium.hash: alts[medium.id] for medium in other}
    shown = await db.read(_showing, paths)
    others = {}
    for text in shown:
        made = await texts.rendered(db, text.markdown, text.language, words)
        if made.html != text.html:
            others[text] = made
    return _Renewed(media, paths, shown, others)


def _media(session: Reading, ids: Sequence[int]) -> list[Medium]:
    return [library.one(session, media_id) for media_id in sorted(ids)]


def _showing(session: Reading, paths: Sequence[str]) -> list[_Text]:
    """The texts in force that show one of the pictures at these paths."""
    if not paths:
        return []

    def within(column: Any) -> Any:
        return or_(*(column.contains(path, autoescape=True) for path in paths))

    in_force = or_(Revision.id == Post.published_revision_id, Revision.id == Post.draft_revision_id)
    written = (
        select(Revision.id, Post.id, Revision.markdown, Revision.html, Revision.language)
        .join(Post, in_force)
        .where(within(Revision.markdown))
    )
    found = [_Text("post", *row) for row in session.execute(written.order_by(Revision.id))]
    introduced = select(Topic.id, Topic.introduction_markdown, Topic.introduction_html, Topic.language)
    for row in session.execute(introduced.where(within(Topic.introduction_markdown)).order_by(Topic.id)):
        found.append(_Text("topic", row[0], *row))
    told = select(Author.id, Author.bio_markdown, Author.bio_html).where(within(Author.bio_markdown))
    if authors := session.execute(told.order_by(Author.id)).all():
        language = site_queries.current(session).language
        found += [_Text("author", row[0], *row, language) for row in authors]
    return found


def _both(session: Session, act: Callable[[Session], T], made: _Renewed, who: SignedIn) -> T:
    """Act, then store the texts. Raises _Moved where these are no more what they were made of."""
    if ids := [medium.id for medium in made.media]:
        session.execute(select(Media.id).where(Media.id.in_(ids)).order_by(Media.id).with_for_update())
        if _media(session, ids) != made.media:
            raise _Moved
    done = act(session)
    if _showing(session, made.paths) != made.shown:
        raise _Moved
    if not who.may(Right.EDIT_ALL):
        _require_own(session, made, who)
    for text, rendered in made.others.items():
        _store(session, text, rendered)
    return done


def _store(session: Session, text: _Text, made: Rendered) -> None:
    statement: ReturningUpdate[tuple[int]]
    if text.kind == "post":
        revision = update(Revision).where(Revision.id == text.id, Revision.html == text.html)
        statement = revision.values(**revisions.made(made)).returning(Revision.id)
    elif text.kind == "topic":
        topic = update(Topic).where(Topic.id == text.id, Topic.introduction_html == text.html)
        statement = topic.values(introduction_html=made.html).returning(Topic.id)
    else:
        author = update(Author).where(Author.id == text.id, Author.bio_html == text.html)
        statement = author.values(bio_html=made.html).returning(Author.id)
    if session.execute(statement).first() is None:
        raise _Moved
    if text.kind == "post":
        revisions.show(session, text.subject_id)


def _require_own(session: Session, made: _Renewed, who: SignedIn) -> None:
    """Raises Refused where others' texts, covers and portraits would say something else."""
    others = {(text.kind, text.subject_id) for text in made.others}
    for medium in made.media:
        shown = shown_media.uses(session, medium) if medium.path in made.paths else []
        for use in shown:
            kind = "post" if use.kind == "page" else use.kind
            covers = use.how == "cover" and kind == "post" and not _says(session, use.id)
            if use.how == "picture" or covers or (kind, use.id) in others:
                shown_media.require_changeable(session, [use], who)


def _says(session: Reading, post_id: int) -> bool:
    """Whether a post has words of its own for its cover."""
    extra = session.scalar(select(Post.extra).where(Post.id == post_id)) or {}
    return bool(extra.get("cover_alt"))
