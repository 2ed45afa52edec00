"""Topics, and their parts in order."""

from typing import Annotated, Any

from fastapi import Body, Path, Query
from sqlalchemy import select
from starlette.types import ASGIApp

from westmarch.accounts.who import SignedIn
from westmarch.api import gathering, replies
from westmarch.api.door import Ask
from westmarch.api.gathering import Noun
from westmarch.api.replies import Made
from westmarch.api.shapes import Numbered
from westmarch.api.tag_shapes import Ordered, TopicPatched, TopicsAsked, TopicWritten
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.errors import NotFound
from westmarch.links.paths import quote
from westmarch.posts import ownership, parts
from westmarch.posts.models import LISTED, Post
from westmarch.posts.texts import rendered
from westmarch.topics import editing
from westmarch.topics.managing import Edited, edited
from westmarch.topics.models import Part, Topic
from westmarch.web.surface import Surface

_topic, _part, _post = Topic.__table__, Part.__table__, Post.__table__
_COLUMNS = (
    _topic.c.id, _topic.c.title, _topic.c.slug, _topic.c.path, _topic.c.language, _topic.c.introduction_markdown,
    _topic.c.introduction_html, _topic.c.post_count,
)  # fmt: skip


def shown(surface: Surface, row: NamedRow) -> dict[str, Any]:
    """A topic as a value for JSON."""
    return {
        "id": row.id,
        "slug": row.slug,
        "title": row.title,
        "path": row.path,
        "url": surface.root + quote(row.path),
        "language": row.language,
        "introduction": row.introduction_markdown,
        "introduction_html": surface.place(row.introduction_html, surface.root),
        "posts": row.post_count,
    }


def _version(row: NamedRow) -> str:
    values = {column.name: getattr(row, column.name) for column in _COLUMNS}
    return Edited(**values, parts=0).version


NOUN = Noun(
    one="topic",
    many="topics",
    statement=select(*_COLUMNS),
    id=_topic.c.id,
    name=_topic.c.folded,
    slug=_topic.c.slug,
    used=_topic.c.post_count > 0,
    sorts={"title": _topic.c.folded, "posts": _topic.c.post_count},
    show=shown,
    version=_version,
)
_DEFAULTS = gathering.defaults(TopicsAsked)


async def list_topics(ask: Ask, asked: Annotated[TopicsAsked, Query()]) -> ASGIApp:
    """Topics that have listed posts; with a token, all topics."""
    return await NOUN.listed(ask, asked, _DEFAULTS)


async def read_topic(ask: Ask, at: Annotated[Numbered, Path()]) -> ASGIApp:
    """The topic with this id."""
    return await NOUN.read(ask, at.id)


async def create_topic(ask: Ask, body: Annotated[TopicWritten, Body()]) -> ASGIApp:
    """Make a topic."""
    language = body.language or (await ask.site()).language
    html = (await rendered(ask.db, body.introduction, language)).html
    topic_id = await ask.db.write(
        editing.create,
        body.title,
        language=language,
        slug=body.slug,
        introduction=(body.introduction, html),
        actor=ask.actor,
    )
    return await NOUN.changed(ask, topic_id, made=True)


async def replace_topic(ask: Ask, at: Annotated[Numbered, Path()], body: Annotated[TopicWritten, Body()]) -> ASGIApp:
    """Make a topic what the body says. Without a slug it keeps its own, unless that was made of the title."""
    language = body.language or (await ask.site()).language
    return await _change(ask, at.id, body.title, body.slug, language, body.introduction)


async def patch_topic(ask: Ask, at: Annotated[Numbered, Path()], body: Annotated[TopicPatched, Body()]) -> ASGIApp:
    """Change what the body names."""
    written = (body.introduction or "") if "introduction" in body.model_fields_set else None
    return await _change(ask, at.id, body.title or None, body.slug or None, body.language or None, written)


async def _change(
    ask: Ask, topic_id: int, title: str | None, slug: str | None, language: str | None, markdown: str | None
) -> ASGIApp:
    expected = await NOUN.expected(ask, topic_id)
    written = None
    if markdown is not None or language is not None:
        now = await ask.db.read(_written, topic_id)
        if markdown is None:  # It is rendered anew in its new language, and nobody is to change it meanwhile.
            markdown, expected = now.introduction_markdown, expected or now.version
        written = (markdown, (await rendered(ask.db, markdown, language or now.language)).html)
    await ask.db.write(
        editing.change,
        topic_id,
        title=title,
        slug=slug,
        language=language,
        introduction=written,
        expected=expected,
        actor=ask.actor,
    )
    return await NOUN.changed(ask, topic_id)


def _written(session: Reading, topic_id: int) -> Edited:
    found = edited(session, topic_id)
    if found is None:
        raise NotFound(f"There is no topic {topic_id}.")
    return found


async def delete_topic(ask: Ask, at: Annotated[Numbered, Path()]) -> ASGIApp:
    """Delete a topic. Its posts stay."""
    await ask.db.write(editing.delete, at.id, expected=await NOUN.expected(ask, at.id), actor=ask.actor)
    return replies.nothing()


# A part that is hidden comes back as a row without a post, so that what is read is told by its keys.
_LISTED = (
    select(_part.c.subject_id, _part.c.number, _post.c.id, _post.c.title, _post.c.path)
    .select_from(_part)
    .outerjoin(_post, (_post.c.id == _part.c.subject_id) & (_post.c.visible >= LISTED))
    .order_by(_part.c.rank, _part.c.subject_id)
)


async def list_parts(ask: Ask, at: Annotated[Numbered, Path()]) -> ASGIApp:
    """The parts of a topic in order: those that are listed; with a token, drafts that who asks may see, too."""
    return await replies.read(ask, "", _parts, ask.surface, ask.who, at.id)


def _parts(session: Reading, surface: Surface, who: SignedIn | None, topic_id: int) -> Made:
    NOUN.alone(session, surface, who, topic_id)
    if who is None:
        found = session.execute(_LISTED.where(_part.c.topic_id == topic_id)).all()
        return {"results": [_shown(row) for row in found if row.id is not None]}, "", ()
    every = parts.parts(session, topic_id)
    own = ownership.own_only(who)
    known = every if own is None else parts.known(session, every, own)
    return {"results": [_shown(row) for row in known]}, parts.version(every), ()


def _shown(row: NamedRow) -> dict[str, Any]:
    return {"id": row.id, "title": row.title, "path": row.path, "number": row.number}


async def order_parts(ask: Ask, at: Annotated[Numbered, Path()], body: Annotated[Ordered, Body()]) -> ASGIApp:
    """Give the parts of a topic another order. The ids are those of all its parts, each once."""
    expected = await replies.expected(ask, _version_of_parts, at.id)
    await ask.db.write(parts.reorder, at.id, body.parts, expected=expected, actor=ask.actor)
    value, version, _ = await ask.db.read(_parts, ask.surface, ask.who, at.id)
    return replies.done(value, version)


def _version_of_parts(session: Reading, topic_id: int) -> str:
    return parts.version(parts.parts(session, topic_id))
