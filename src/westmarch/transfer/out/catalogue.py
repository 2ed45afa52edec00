"""What a site holds besides its posts, as JSON knows it: options, authors, topics, tags, media, redirects."""

from typing import Any

from sqlalchemy import select

from westmarch.authors.models import Author
from westmarch.db.sessions import Reading
from westmarch.links.models import Link
from westmarch.links.paths import quote
from westmarch.media.models import Media
from westmarch.site import queries as site
from westmarch.tags.models import Tag
from westmarch.topics.models import Topic

#: The file in which it lies beside the texts.
NAME = "westmarch.json"
#: The number of the format; another number is another format.
FORMAT = 1


def catalogue(session: Reading, base: str) -> dict[str, Any]:
    """All of it; `base` is the base path of the site ('' or '/x'), which stands in none of the addresses."""
    old = _old(session)
    return {
        "format": FORMAT,
        "base": base,
        "site": site.stored(session),
        "authors": _authors(session, old),
        "topics": _topics(session, old),
        "tags": _tags(session, old),
        "media": _media(session),
        "redirects": _redirects(session),
    }


def _old(session: Reading) -> dict[int, list[str]]:
    """The old addresses of authors, topics and tags, by subject."""
    found: dict[int, list[str]] = {}
    for model in (Author, Topic, Tag):
        rows = select(Link.subject_id, Link.path, Link.query).join(model, model.id == Link.subject_id)
        for subject_id, path, query in session.execute(rows.where(Link.current.is_(False)).order_by(Link.id)):
            if subject_id is not None:
                found.setdefault(subject_id, []).append(f"{quote(path)}?{query}" if query else quote(path))
    return found


def _authors(session: Reading, old: dict[int, list[str]]) -> list[dict[str, Any]]:
    columns = (Author.id, Author.name, Author.slug, Author.path, Author.bio_markdown, Author.links, Media.hash)
    rows = session.execute(select(*columns).outerjoin(Media, Media.id == Author.picture_id).order_by(Author.id))
    return [
        {
            "name": row.name,
            "slug": row.slug,
            "path": quote(row.path),
            "old": old.get(row.id, []),
            "bio": row.bio_markdown,
            "picture": row.hash,
            "links": row.links,
        }
        for row in rows
    ]


def _topics(session: Reading, old: dict[int, list[str]]) -> list[dict[str, Any]]:
    columns = (Topic.id, Topic.title, Topic.slug, Topic.path, Topic.language, Topic.introduction_markdown)
    return [
        {
            "title": row.title,
            "slug": row.slug,
            "path": quote(row.path),
            "old": old.get(row.id, []),
            "language": row.language,
            "introduction": row.introduction_markdown,
        }
        for row in session.execute(select(*columns).order_by(Topic.id))
    ]


def _tags(session: Reading, old: dict[int, list[str]]) -> list[dict[str, Any]]:
    columns = (Tag.id, Tag.name, Tag.slug, Tag.path, Tag.description, Tag.synonyms)
    return [
        {
            "name": row.name,
            "slug": row.slug,
            "path": quote(row.path),
            "old": old.get(row.id, []),
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
            "path": f"{quote(row.path)}?{row.query}" if row.query else quote(row.path),
            "address": row.address,
            "permanent": row.permanent,
        }
        for row in rows
    ]
