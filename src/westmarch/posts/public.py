"""Posts and pages for readers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from westmarch.db.sessions import Reading
from westmarch.errors import NotFound
from westmarch.ops import schema
from westmarch.posts import metadata, queries
from westmarch.posts.models import UNLISTED, WRITING
from westmarch.tags import queries as tag_queries
from westmarch.web.metadata import beginning
from westmarch.web.replies import Reply
from westmarch.web.surface import View, quoted


@dataclass(slots=True)
class Heading:
    """An entry of the contents, with those a level below it."""

    href: str
    title: str
    below: list["Heading"] = field(default_factory=list)


def contents(toc: Sequence[Sequence[Any]]) -> list[Heading]:
    """Two levels of contents from a revision's headings (level, id, title)."""
    found: list[Heading] = []
    for level, identifier, title in toc:
        heading = Heading("#" + quoted(identifier), title)
        if level == 2 or (level == 3 and not found):
            found.append(heading)
        elif level == 3:
            found[-1].below.append(heading)
    return found


def told(value: object) -> str:
    """What front matter says, where it is text."""
    return value if isinstance(value, str) else ""


def detail(session: Reading, view: View, post_id: int) -> Reply:
    """The page of a post or page. Raises NotFound where readers may not see it."""
    said = schema.reached(session, WRITING, view.held.schemas)
    post = queries.detail(session, post_id, said=said)
    if post is None:
        raise NotFound("Nothing is published at this address.")
    around = queries.around(session, post)
    above = {other.id for role in ("previous", "next", "part", "translation") for other in around[role]}
    around["related"] = [other for other in around["related"] if other.id not in above]
    listed = contents(post.toc)
    authors = queries.authors(session, post_id)
    tags = tag_queries.of_subjects(session, (post_id,))[post_id]
    title = post.meta_title or post.title
    description = post.meta_description or post.summary or beginning(post.excerpt_html)
    cover_alt = told(post.extra.get("cover_alt")) or post.cover_alt or ""
    late = post.published_at and post.updated_at and post.updated_at - post.published_at >= timedelta(days=1)
    return view.page(
        "posts/detail.html",
        title=title,
        description=description,
        language=post.language,
        canonical=post.path,
        noindex=post.visible == UNLISTED,
        metadata=metadata.of_post(view, post, title, description, cover_alt, authors, tags, around["translation"]),
        post=post,
        cover_alt=cover_alt,
        cover_caption=told(post.extra.get("cover_caption")),
        updated=post.updated_at if late else None,
        contents=listed,
        headings=sum(1 + len(heading.below) for heading in listed),
        authors=authors,
        tags=tags,
        around=around,
    )
