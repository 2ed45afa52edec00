"""What fields of a change name: tags, authors, topics and pictures, by slug, name or id."""

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from westmarch.accounts.models import Account
from westmarch.accounts.rights import Right
from westmarch.accounts.who import SignedIn
from westmarch.authors import actions as authors
from westmarch.authors.models import Author
from westmarch.db.rows import NamedRow
from westmarch.errors import Invalid
from westmarch.media.models import Media
from westmarch.posts import ownership
from westmarch.posts.change import Slug
from westmarch.posts.drafts import Kind
from westmarch.tags.models import Tag
from westmarch.topics.models import Topic

_tag, _author, _account = Tag.__table__, Author.__table__, Account.__table__
# Statements are built once: building one costs more than running it.
_TAGS = select(_tag.c.slug, _tag.c.name).where(_tag.c.slug.in_(bindparam("slugs", expanding=True)))
_AUTHORS = select(_author.c.slug, _author.c.name).where(_author.c.slug.in_(bindparam("slugs", expanding=True)))
_AUTHOR = select(_author.c.id, _author.c.name).where(_author.c.id == bindparam("id"))
_OWN = (
    select(_author.c.id, _author.c.name)
    .join(_account, _account.c.author_id == _author.c.id)
    .where(_account.c.id == bindparam("account_id"))
)


def tag_names(session: Session, wanted: Sequence[str]) -> tuple[str, ...]:
    """The names of tags that are given by name or slug. Raises Invalid for a slug that no tag has."""
    slugs = [str(each) for each in wanted if isinstance(each, Slug)]
    rows = session.execute(_TAGS, {"slugs": slugs}) if slugs else ()
    return _named(wanted, {row.slug: row.name for row in rows}, "tag")


def author_names(session: Session, wanted: Sequence[str]) -> tuple[str, ...]:
    """The names of authors that are given by name or slug. Raises Invalid for a slug that no author has."""
    slugs = [str(each) for each in wanted if isinstance(each, Slug)]
    rows = session.execute(_AUTHORS, {"slugs": slugs}) if slugs else ()
    return _named(wanted, {row.slug: row.name for row in rows}, "author")


def _named(wanted: Sequence[str], names: Mapping[str, str], kind: str) -> tuple[str, ...]:
    for each in wanted:
        if isinstance(each, Slug) and each not in names:
            raise Invalid(f"There is no {kind} with the slug {str(each)!r}.", place=f"{kind}s")
    return tuple(names[each] if isinstance(each, Slug) else each for each in wanted)


def bylines(session: Session, wanted: Sequence[str], who: SignedIn, kind: Kind) -> tuple[str, ...]:
    """The names of the writers of a new post: those that are asked for, by default the account's own author.

    Raises Refused where somebody else is asked for by an account that may not name them.
    """
    names = author_names(session, wanted)
    if who.may(Right.EDIT_ALL) and (names or kind == "page"):
        return names
    own = session.execute(_OWN, {"account_id": who.account_id}).first()
    if own is None:
        own = session.execute(_AUTHOR, {"id": ownership.own_author(session, who)}).one()
    if names and set(authors.known(session, list(names)).values()) != {own.id}:
        ownership.takes(who, {"authors"})
    return (str(own.name),)


def topic(session: Session, slug: str) -> NamedRow:
    """The topic (`id`, `title`) with a slug. Raises Invalid where there is none."""
    row = session.execute(select(Topic.id, Topic.title).where(Topic.slug == slug)).one_or_none()
    if row is None:
        raise Invalid(f"There is no topic with the slug {slug!r}.", place="topic")
    return row


def cover(session: Session, cover_id: int | None) -> int | None:
    """The id of a picture. Raises Invalid where it is none."""
    if cover_id is None:
        return None
    found = None
    if 0 < cover_id < 2**31:
        found = session.scalar(select(Media.id).where(Media.id == cover_id, Media.kind == "picture"))
    if found is None:
        raise Invalid(f"There is no picture {cover_id}.", place="cover_id")
    return int(found)
