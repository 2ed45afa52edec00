"""What a site holds besides its posts, as JSON knows it.

Options, authors, topics, tags, media, redirects, and the addresses of what was removed for good.
"""

from typing import Any

from sqlalchemy import select

from westmarch.authors.models import Author
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.links.models import Link
from westmarch.links.paths import quote
from westmarch.media.models import Media
from westmarch.site import queries as site
from westmarch.subjects.models import Subject
from westmarch.tags.models import Tag
from westmarch.topics.models import Topic

#: The file in which it lies beside the texts.
NAME = "westmarch.json"
#: The number of the format; another number is another format.
FORMAT = 1

_LINKS = select(Link.subject_id, Link.path, Link.query, Subject.kind).join(Subject, Subject.id == Link.subject_id)
_OLD_LINKS = _LINKS.where(Subject.kind.in_(["author", "topic", "tag"]), Link.current.is_(False)).order_by(Link.id)
_GONE = _LINKS.where(Subject.purged_at.is_not(None)).order_by(Link.subject_id, Link.current.desc(), Link.id)


def catalogue(session: Reading, base: str) -> dict[str, Any]:
    """All of it; `base` is the base path of the site ('' or '/x'), which stands in none of the addresses."""
    old = _old(session)
    return {
        "format": FORMAT,
        "base": base,
        "site": site.current(session).model_dump(mode="json", include=set(site.stored(session))),
        "authors": _authors(session, old),
        "topics": _topics(session, old),
        "tags": _tags(session, old),
        "media": _media(session),
        "redirects": _redirects(session),
        "gone": _gone(session),
    }


def written(path: str, query: str) -> str:
    """An address as a link has it."""
    return f"{quote(path)}?{query}" if query else quote(path)


def _old(session: Reading) -> dict[int | None, list[str]]:
    """The old addresses of authors, topics and tags, by subject."""
    found: dict[int | None, list[str]] = {}
    for row in session.execute(_OLD_LINKS):
        found.setdefault(row.subject_id, []).append(written(row.path, row.query))
    return found


def _addresses(row: NamedRow, old: dict[int | None, list[str]]) -> dict[str, Any]:
    """Where an author, topic or tag answers, and where it did before."""
    return {"slug": row.slug, "path": quote(row.path), "old": old.get(row.id, [])}


def _authors(session: Reading, old: dict[int | None, list[str]]) -> list[dict[str, Any]]:
    columns = (Author.id, Author.name, Author.slug, Author.path, Author.bio_markdown, Author.links, Media.hash)
    rows = session.execute(select(*columns).outerjoin(Media, Media.id == Author.picture_id).order_by(Author.id))
    return [
        {
            "name": row.name,
            **_addresses(row, old),
            "bio": row.bio_markdown,
            "picture": row.hash,
            "links": row.links,
        }
        for row in rows
    ]


def _topics(session: Reading, old: dict[int | None, list[str]]) -> list[dict[str, Any]]:
    columns = (Topic.id, Topic.title, Topic.slug, Topic.path, Topic.language, Topic.introduction_markdown)
    return [
        {
            "title": row.title,
            **_addresses(row, old),
            "language": row.language,
            "introduction": row.introduction_markdown,
        }
        for row in session.execute(select(*columns).order_by(Topic.id))
    ]


def _tags(session: Reading, old: dict[int | None, list[str]]) -> list[dict[str, Any]]:
    columns = (Tag.id, Tag.name, Tag.slug, Tag.path, Tag.description, Tag.synonyms)
    return [
        {
            "name": row.name,
            **_addresses(row, old),
            "description": row.description,
            "synonyms": row.synonyms,
        }
        for row in session.execute(select(*columns).order_by(Tag.id))
    ]


def _media(session: Reading) -> list[dict[str, Any]]:
    columns = (Media.hash, Media.extension, Media.filename, Media.alt, Media.size)
    return [row._asdict() for row in session.execute(select(*columns).order_by(Media.id))]


def _redirects(session: Reading) -> list[dict[str, Any]]:
    columns = (Link.path, Link.query, Link.address, Link.permanent)
    rows = session.execute(select(*columns).where(Link.subject_id.is_(None)).order_by(Link.id))
    return [
        {
            "path": written(row.path, row.query),
            "address": row.address,
            "permanent": row.permanent,
        }
        for row in rows
    ]


def _gone(session: Reading) -> list[dict[str, Any]]:
    """What was removed for good: its kind and its addresses, the last one first."""
    found: dict[int | None, dict[str, Any]] = {}
    for row in session.execute(_GONE):
        one = found.setdefault(row.subject_id, {"kind": row.kind, "addresses": []})
        one["addresses"].append(written(row.path, row.query))
    return list(found.values())
