"""Posts and pages as values for JSON."""

from collections.abc import Collection
from typing import Any

from westmarch.links.paths import quote
from westmarch.posts.edited import Cover, Edited
from westmarch.web.surface import Surface


def shown(surface: Surface, post: Edited, parts: Collection[str] = ("markdown", "html")) -> dict[str, Any]:
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
    return value | {
        "excerpt": place(post.excerpt_html, root),
        "language": post.language,
        "status": post.shown_status,
        "pinned": post.pinned,
        "tags": [{"slug": tag.slug, "title": tag.name} for tag in post.tags],
        "topics": [] if post.topic is None else [{"slug": post.topic.slug, "title": post.topic.title}],
        "authors": [{"slug": author.slug, "name": author.name} for author in post.authors],
        "cover": None if post.cover is None else _picture(root, post.cover),
        "created_at": post.created_at,
        "updated_at": post.updated_at,
        "published_at": post.published_at,
    }


def _picture(root: str, cover: Cover) -> dict[str, Any]:
    return {
        "id": cover.id,
        "url": root + cover.path,
        "alt": cover.alt,
        "width": cover.width,
        "height": cover.height,
    }
