"""Posts and pages as values for JSON."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import bindparam, select

from westmarch.authors.models import Author
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.links.paths import quote
from westmarch.posts.edited import Cover, Edited
from westmarch.posts.models import Byline
from westmarch.tags.models import Tag, Tagging
from westmarch.web.surface import Surface

_tag, _tagging, _author, _byline = (model.__table__ for model in (Tag, Tagging, Author, Byline))
_TAGS = (
    select(_tagging.c.subject_id, _tag.c.slug, _tag.c.name)
    .select_from(_tagging)
    .outerjoin(_tag, _tag.c.id == _tagging.c.tag_id)
    .where(_tagging.c.subject_id.in_(bindparam("ids", expanding=True)))
    .order_by(_tagging.c.subject_id, _tagging.c.rank, _tagging.c.tag_id)
)
_AUTHORS = (
    select(_byline.c.post_id, _author.c.slug, _author.c.name)
    .select_from(_byline)
    .outerjoin(_author, _author.c.id == _byline.c.author_id)
    .where(_byline.c.post_id.in_(bindparam("ids", expanding=True)))
    .order_by(_byline.c.post_id, _byline.c.rank, _byline.c.author_id)
)


def shown(surface: Surface, post: Edited, parts: Collection[str] = ("markdown", "html", "meta")) -> dict[str, Any]:
    """A post or page, with these of the parts that lists leave out."""
    root, place = surface.root, surface.place
    value: dict[str, Any] = {
        "id": post.id,
        "title": post.title,
        "slug": post.slug,
        "path": post.path,
        "url": root + quote(post.path),
        "standfirst": post.standfirst,
    }
    if "markdown" in parts:
        value["markdown"] = post.markdown
    if "html" in parts:
        value["html"] = place(post.html, root)
    if "meta" in parts:
        value |= {"meta_title": post.meta_title, "meta_description": post.meta_description}
    return value | {
        "excerpt": place(post.excerpt_html, root),
        "language": post.language,
        "status": post.shown_status,
        "pinned": post.pinned,
        "tags": [{"slug": tag.slug, "title": tag.name} for tag in post.tags],
        "topics": [] if post.topic is None else [{"slug": post.topic.slug, "title": post.topic.title}],
        "authors": [{"slug": author.slug, "name": author.name} for author in post.authors],
        "cover": None if post.cover is None else _cover(root, post.cover),
        "created_at": post.created_at,
        "updated_at": post.updated_at,
        "published_at": post.published_at,
    }


def listed(
    session: Reading, surface: Surface, rows: Sequence[NamedRow], parts: Collection[str]
) -> list[dict[str, Any]]:
    """The posts of a page of a list, which has the columns of `finding.SHOWN` first, as `shown` makes them."""
    ids = {"ids": [row.id for row in rows]}
    if not rows:
        return []
    tags = _by_post(session.execute(_TAGS, ids).all(), "title")
    authors = _by_post(session.execute(_AUTHORS, ids).all(), "name")
    root, place = surface.root, surface.place
    values = []
    # The columns in their order: to look each up by its name takes as long as a third of the statements.
    for (
        post_id, title, slug, path, standfirst, excerpt_html, language, status, unlisted, pinned, updated_at,
        published_at, created_at, cover_alt, cover_id, hash_, extension, alt, width, height, topic_slug, topic_title,
        *texts,
    ) in rows:  # fmt: skip
        value: dict[str, Any] = {
            "id": post_id,
            "title": title,
            "slug": slug,
            "path": path,
            "url": root + quote(path),
            "standfirst": standfirst,
        }
        if "markdown" in parts:
            value["markdown"] = texts[0] or ""
        if "html" in parts:
            value["html"] = place(texts[1] or "", root)
        value["excerpt"] = place(excerpt_html, root)
        value["language"] = language
        value["status"] = "unlisted" if unlisted and status == "published" else status
        value["pinned"] = pinned
        value["tags"] = tags.get(post_id, [])
        value["topics"] = [] if topic_slug is None else [{"slug": topic_slug, "title": topic_title}]
        value["authors"] = authors.get(post_id, [])
        value["cover"] = None
        if cover_id is not None:
            address = f"{root}/media/{hash_[:2]}/{hash_[2:]}.{extension}"
            value["cover"] = _picture(cover_id, address, cover_alt or alt, width, height)
        value["created_at"] = created_at
        value["updated_at"] = updated_at
        value["published_at"] = published_at
        values.append(value)
    return values


def _by_post(rows: Sequence[NamedRow], called: str) -> dict[int, list[dict[str, str]]]:
    found: dict[int, list[dict[str, str]]] = {}
    for post_id, slug, name in rows:
        if slug is not None:
            found.setdefault(post_id, []).append({"slug": slug, called: name})
    return found


def _cover(root: str, cover: Cover) -> dict[str, Any]:
    return _picture(cover.id, root + cover.path, cover.alt, cover.width, cover.height)


def _picture(cover_id: int, address: str, alt: str, width: int | None, height: int | None) -> dict[str, Any]:
    return {"id": cover_id, "url": address, "alt": alt, "width": width, "height": height}
