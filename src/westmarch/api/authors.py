"""Authors."""

from typing import Annotated, Any, Literal

from fastapi import Body, Path, Query
from sqlalchemy import select
from starlette.types import ASGIApp

from westmarch.api import gathering, replies
from westmarch.api.door import Ask
from westmarch.api.gathering import Noun
from westmarch.api.shapes import Numbered
from westmarch.api.tag_shapes import AuthorPatched, AuthorsAsked, AuthorWritten, Elsewhere
from westmarch.authors import editing
from westmarch.authors.managing import Edited
from westmarch.authors.models import Author
from westmarch.db.rows import NamedRow
from westmarch.links.paths import quote
from westmarch.media.models import Media
from westmarch.posts import bylines
from westmarch.posts.texts import rendered
from westmarch.web.surface import Surface

_author, _media = Author.__table__, Media.__table__
_COLUMNS = (
    _author.c.id, _author.c.name, _author.c.slug, _author.c.path, _author.c.bio_markdown, _author.c.bio_html,
    _author.c.picture_id, _author.c.links, _author.c.post_count,
)  # fmt: skip
_PICTURE = (_media.c.hash, _media.c.extension, _media.c.alt, _media.c.width, _media.c.height)
#: What the domain calls names, is called so here too.
PLACES = {"name": "name"}


def shown(surface: Surface, row: NamedRow) -> dict[str, Any]:
    """An author as a value for JSON."""
    return {
        "id": row.id,
        "slug": row.slug,
        "name": row.name,
        "path": row.path,
        "url": surface.root + quote(row.path),
        "bio": row.bio_markdown,
        "bio_html": surface.place(row.bio_html, surface.root),
        "picture": _picture(surface, row),
        "links": [{"title": each["title"], "href": each["href"]} for each in row.links],
        "posts": row.post_count,
    }


def _picture(surface: Surface, row: NamedRow) -> dict[str, Any] | None:
    if row.picture_id is None:
        return None
    return {
        "id": row.picture_id,
        "url": f"{surface.root}/media/{row.hash[:2]}/{row.hash[2:]}.{row.extension}",
        "alt": row.alt,
        "width": row.width,
        "height": row.height,
    }


def _version(row: NamedRow) -> str:
    return Edited(**{column.name: getattr(row, column.name) for column in _COLUMNS}).version


NOUN = Noun(
    one="author",
    many="authors",
    statement=select(*_COLUMNS, *_PICTURE).select_from(_author).outerjoin(_media, _media.c.id == _author.c.picture_id),
    id=_author.c.id,
    name=_author.c.folded,
    slug=_author.c.slug,
    used=_author.c.post_count > 0,
    sorts={"name": _author.c.folded, "posts": _author.c.post_count},
    show=shown,
    version=_version,
)
_DEFAULTS = gathering.defaults(AuthorsAsked)


async def list_authors(ask: Ask, asked: Annotated[AuthorsAsked, Query()]) -> ASGIApp:
    """Authors who have listed posts; with a token, all authors."""
    return await NOUN.listed(ask, asked, _DEFAULTS)


async def read_author(ask: Ask, at: Annotated[Numbered, Path()]) -> ASGIApp:
    """The author with this id."""
    return await NOUN.read(ask, at.id)


async def create_author(ask: Ask, body: Annotated[AuthorWritten, Body()]) -> ASGIApp:
    """Make an author."""
    html = await _html(ask, body.bio)
    author_id = await ask.db.write(
        editing.create,
        body.name,
        slug=body.slug,
        bio=(body.bio, html),
        picture_id=body.picture,
        links_elsewhere=_links(body.links),
        actor=ask.actor,
    )
    return await NOUN.changed(ask, author_id, made=True)


async def replace_author(ask: Ask, at: Annotated[Numbered, Path()], body: Annotated[AuthorWritten, Body()]) -> ASGIApp:
    """Make an author what the body says. Without a slug it keeps its own, unless that was made of the name."""
    return await _change(ask, at.id, body.name, body.slug, body.bio, body.picture, _links(body.links))


async def patch_author(ask: Ask, at: Annotated[Numbered, Path()], body: Annotated[AuthorPatched, Body()]) -> ASGIApp:
    """Change what the body names."""
    given = body.model_fields_set
    return await _change(
        ask,
        at.id,
        body.name or None,
        body.slug or None,
        (body.bio or "") if "bio" in given else None,
        body.picture if "picture" in given else "keep",
        _links(body.links or []) if "links" in given else None,
    )


async def _change(
    ask: Ask,
    author_id: int,
    name: str | None,
    slug: str | None,
    bio: str | None,
    picture: int | Literal["keep"] | None,
    links: list[dict[str, str]] | None,
) -> ASGIApp:
    expected = await NOUN.expected(ask, author_id)
    written = None if bio is None else (bio, await _html(ask, bio))
    await ask.db.write(
        editing.change,
        author_id,
        name=name,
        slug=slug,
        bio=written,
        links_elsewhere=links,
        picture_id=picture,
        expected=expected,
        actor=ask.actor,
    )
    return await NOUN.changed(ask, author_id)


async def _html(ask: Ask, markdown: str) -> str:
    return (await rendered(ask.db, markdown, (await ask.site()).language)).html


def _links(links: list[Elsewhere]) -> list[dict[str, str]]:
    return [each.model_dump() for each in links]


async def delete_author(ask: Ask, at: Annotated[Numbered, Path()]) -> ASGIApp:
    """Delete an author of whom there are no posts."""
    await ask.db.write(bylines.delete, at.id, expected=await NOUN.expected(ask, at.id), actor=ask.actor)
    return replies.nothing()
