"""Tags."""

from typing import Annotated, Any

from fastapi import Body, Path, Query
from sqlalchemy import select
from starlette.types import ASGIApp

from westmarch.api import gathering, replies
from westmarch.api.door import Ask
from westmarch.api.gathering import Noun
from westmarch.api.shapes import Numbered
from westmarch.api.tag_shapes import Merged, TagPatched, TagsAsked, TagWritten
from westmarch.db.rows import NamedRow
from westmarch.links.paths import quote
from westmarch.posts import retagging
from westmarch.tags import actions
from westmarch.tags.managing import Edited
from westmarch.tags.models import Tag
from westmarch.web.surface import Surface

_tag = Tag.__table__
_COLUMNS = (
    _tag.c.id, _tag.c.name, _tag.c.slug, _tag.c.path, _tag.c.description, _tag.c.synonyms, _tag.c.post_count,
)  # fmt: skip


def shown(surface: Surface, row: NamedRow) -> dict[str, Any]:
    """A tag as a value for JSON."""
    return {
        "id": row.id,
        "slug": row.slug,
        "title": row.name,
        "path": row.path,
        "url": surface.root + quote(row.path),
        "description": row.description,
        "synonyms": row.synonyms,
        "posts": row.post_count,
    }


def _version(row: NamedRow) -> str:
    values = {column.name: getattr(row, column.name) for column in _COLUMNS}
    return Edited(**values, uses=0).version


NOUN = Noun(
    one="tag",
    many="tags",
    statement=select(*_COLUMNS),
    id=_tag.c.id,
    name=_tag.c.folded,
    slug=_tag.c.slug,
    used=_tag.c.post_count > 0,
    sorts={"title": _tag.c.folded, "posts": _tag.c.post_count},
    show=shown,
    version=_version,
)
_DEFAULTS = gathering.defaults(TagsAsked)


async def list_tags(ask: Ask, asked: Annotated[TagsAsked, Query()]) -> ASGIApp:
    """Tags that have listed posts; with a token, all tags."""
    return await NOUN.listed(ask, asked, _DEFAULTS)


async def read_tag(ask: Ask, at: Annotated[Numbered, Path()]) -> ASGIApp:
    """The tag with this id."""
    return await NOUN.read(ask, at.id)


async def create_tag(ask: Ask, body: Annotated[TagWritten, Body()]) -> ASGIApp:
    """Make a tag."""
    tag_id = await ask.db.write(
        actions.create,
        body.title,
        slug=body.slug,
        description=body.description,
        synonyms=body.synonyms,
        actor=ask.actor,
    )
    return await NOUN.changed(ask, tag_id, made=True)


async def replace_tag(ask: Ask, at: Annotated[Numbered, Path()], body: Annotated[TagWritten, Body()]) -> ASGIApp:
    """Make a tag what the body says. Without a slug it keeps its own, unless that was made of the title."""
    return await _change(ask, at.id, body.title, body.slug, body.description, body.synonyms)


async def patch_tag(ask: Ask, at: Annotated[Numbered, Path()], body: Annotated[TagPatched, Body()]) -> ASGIApp:
    """Change what the body names."""
    given = body.model_fields_set
    return await _change(
        ask,
        at.id,
        body.title or None,
        body.slug or None,
        (body.description or "") if "description" in given else None,
        (body.synonyms or []) if "synonyms" in given else None,
    )


async def _change(
    ask: Ask, tag_id: int, name: str | None, slug: str | None, description: str | None, synonyms: list[str] | None
) -> ASGIApp:
    await ask.db.write(
        actions.change,
        tag_id,
        name=name,
        slug=slug,
        description=description,
        synonyms=synonyms,
        expected=await NOUN.expected(ask, tag_id),
        actor=ask.actor,
    )
    return await NOUN.changed(ask, tag_id)


async def delete_tag(ask: Ask, at: Annotated[Numbered, Path()]) -> ASGIApp:
    """Delete a tag. The posts stay, without it."""
    expected = await NOUN.expected(ask, at.id)
    await ask.db.write(replies.with_site(retagging.delete), at.id, expected=expected, actor=ask.actor)
    return replies.nothing()


async def merge_tag(ask: Ask, at: Annotated[Numbered, Path()], body: Annotated[Merged, Body()]) -> ASGIApp:
    """Merge a tag into another one, which is the answer: its posts get that, and its address leads there."""
    expected = await NOUN.expected(ask, at.id)
    await ask.db.write(replies.with_site(retagging.merge), at.id, body.into, expected=expected, actor=ask.actor)
    return await NOUN.changed(ask, body.into)
