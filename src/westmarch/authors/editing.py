"""What people do to authors: make and change them. Deleting and merging is in posts/bylines.py."""

from collections.abc import Sequence
from typing import Any, Literal
from urllib.parse import urlsplit

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from westmarch.authors import actions, managing
from westmarch.authors.managing import Edited
from westmarch.authors.models import Author
from westmarch.errors import Conflict, Invalid, NotFound
from westmarch.events import actions as events
from westmarch.links import naming
from westmarch.links.paths import own_slug
from westmarch.subjects import version
from westmarch.subjects.names import fit, fold

#: How many places elsewhere an author may name, and how long an address of one may be, in characters.
LINKS, ADDRESS = 20, 2_000


def create(
    session: Session,
    name: str,
    *,
    slug: str | None = None,
    bio: tuple[str, str] = ("", ""),
    links_elsewhere: Sequence[dict[str, str]] = (),
    picture_id: int | None = None,
    actor: str,
) -> int:
    """Make an author with a page of their own and return the id; without a slug it is made of the name.

    `bio` is Markdown, and the HTML that was made of it. Raises Invalid where a field cannot be taken, Conflict where
    another author has the name or the slug.
    """
    name = fit(name, what="author")
    check_free(session, name, None)
    author_id = actions.create(
        session,
        name,
        slug=own_slug(slug) if slug else None,
        bio_markdown=bio[0],
        bio_html=bio[1],
        picture_id=fit_picture(session, picture_id),
        links_elsewhere=fit_links(links_elsewhere),
    )
    if slug and editable(session, author_id).slug != own_slug(slug):
        raise Conflict(f"The address /authors/{own_slug(slug)}/ is taken.", place="slug", hint="Choose another one.")
    events.record(session, "author.created", actor=actor, subject_id=author_id, detail={"name": name})
    return author_id


def change(
    session: Session,
    author_id: int,
    *,
    name: str | None = None,
    slug: str | None = None,
    bio: tuple[str, str] | None = None,
    links_elsewhere: Sequence[dict[str, str]] | None = None,
    picture_id: int | Literal["keep"] | None = "keep",
    expected: str | None = None,
    actor: str,
) -> int | None:
    """Change what is given; the id of the event, or None where nothing is new.

    A slug that was made of the name follows the name, and the old path leads to the new one. Raises NotFound, Stale
    where the author is not of the `expected` version, else as `create`.
    """
    author = editable(session, author_id, expected)
    values: dict[str, Any] = {}
    if name is not None and (name := fit(name, what="author")) != author.name:
        check_free(session, name, author_id)
        values["name"] = name
    if bio is not None and bio != (author.bio_markdown, author.bio_html):
        values["bio_markdown"], values["bio_html"] = bio
    if links_elsewhere is not None and (elsewhere := fit_links(links_elsewhere)) != author.links:
        values["links"] = elsewhere
    if picture_id != "keep" and picture_id != author.picture_id:
        values["picture_id"] = fit_picture(session, picture_id)
    called = values.get("name", author.name)
    if path := naming.follow(session, author_id, "/authors/", slug, has=author.slug, was=author.name, called=called):
        values["path"] = path
    if not values:
        return None
    store(session, author_id, values)
    detail = version.told(called, author, values, editable(session, author_id).version, hidden=("bio_html",))
    return events.record(session, "author.changed", actor=actor, subject_id=author_id, detail=detail)


def editable(session: Session, author_id: int, expected: str | None = None) -> Edited:
    """The author, locked until the transaction ends. Raises NotFound, and Stale where it has another version."""
    session.execute(select(Author.id).where(Author.id == author_id).with_for_update())
    author = managing.edited(session, author_id)
    if author is None:
        raise NotFound(f"There is no author {author_id}.")
    version.require(expected, author.version, f"The author “{author.name}”")
    return author


def store(session: Session, author_id: int, values: dict[str, Any]) -> None:
    """Write fields of an author, and what hangs on them: what a name is found by, and the slug of a path."""
    session.execute(update(Author).where(Author.id == author_id).values(**naming.columns(values)))


def check_free(session: Session, name: str, author_id: int | None) -> None:
    """Raises Conflict where another author is called so."""
    found = session.execute(select(Author.id, Author.name).where(Author.folded == fold(name))).first()
    if found is not None and found.id != author_id:
        raise Conflict(f"There is an author {found.name!r} already.", place="name", hint="Choose another name.")


def fit_links(elsewhere: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """The places where an author is found elsewhere. Raises Invalid where one is no address to follow."""
    if len(elsewhere) > LINKS:
        raise Invalid(f"An author has at most {LINKS} links.", place="links")
    return [{"title": _fit_title(each), "href": _fit_address(each.get("href", ""))} for each in elsewhere]


def _fit_title(link: dict[str, str]) -> str:
    return fit(link.get("title") or link.get("href", ""), what="link", place="links", longest=ADDRESS)


def _fit_address(address: str) -> str:
    address = address.strip()
    try:
        parts = urlsplit(address)
        there = bool(parts.hostname if parts.scheme in ("http", "https") else parts.path)
    except ValueError:
        there = False
    if not there or parts.scheme not in ("http", "https", "mailto") or not address.isprintable() or " " in address:
        raise Invalid(f"{address[:100]!r} is no address.", place="links", hint="Write https://…, http://… or mailto:….")
    if len(address) > ADDRESS:
        raise Invalid(f"An address has at most {ADDRESS:,} characters.", place="links")
    return address


def fit_picture(session: Session, picture_id: int | None) -> int | None:
    """The picture, if there is one of this id. Which table that is the model of authors says: media stand above it."""
    if picture_id is None:
        return None
    (key,) = Author.__table__.c.picture_id.foreign_keys
    if session.scalar(select(key.column).where(key.column == picture_id)) is None:
        raise Invalid("There is no such picture.", place="picture", hint="Choose one of the media.")
    return picture_id
