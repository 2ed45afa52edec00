"""What stands around a text in its preview: tags, topic, authors and cover as they would be."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple

from sqlalchemy import and_, func, select

from westmarch.authors.models import Author
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.links.paths import slugify
from westmarch.media.models import Media
from westmarch.posts.change import Change
from westmarch.subjects.names import fold
from westmarch.tags.models import Tag
from westmarch.topics.models import Part, Topic

_media = Media.__table__


class About(NamedTuple):
    """Rows as the templates of posts take them; `topic` has further `part` and `parts`."""

    tags: Sequence[Any]
    topic: SimpleNamespace | None
    authors: Sequence[Any]
    cover: NamedRow | None


def about(session: Reading, told: Change, post_id: int, writer: str) -> About:
    """What would stand around a post (0: a new one); without names of authors it is by `writer`."""
    cover = None
    if isinstance(told.cover_id, int) and 0 < told.cover_id < 2**31:
        columns = (Media.hash, Media.extension, Media.width, Media.height, Media.alt)
        picture = and_(Media.id == told.cover_id, Media.kind == "picture")
        cover = session.execute(select(*columns).where(picture)).one_or_none()
    tags = told.tags if isinstance(told.tags, tuple) else ()
    authors = told.authors if isinstance(told.authors, tuple) and told.authors else (writer,)
    topic = None
    if isinstance(told.topic, str):
        topic = _topic(session, told.topic, told.part if isinstance(told.part, int) else None, post_id)
    return About(_tags(session, tags), topic, _authors(session, authors), cover)


def _tags(session: Reading, names: Sequence[str]) -> list[Any]:
    rows = session.execute(select(Tag.folded, Tag.name, Tag.path).where(Tag.folded.in_([fold(name) for name in names])))
    there = {row.folded: row for row in rows}
    new = {fold(name): SimpleNamespace(name=name, path=f"/tags/{slugify(name)}/") for name in names}
    return [there.get(folded, made) for folded, made in new.items()]


def _authors(session: Reading, names: Sequence[str]) -> list[Any]:
    columns = (
        Author.id, Author.folded, Author.name, Author.path, Author.bio_html, Author.id.label("has_page"),
        _media.c.hash.label("picture_hash"), _media.c.extension.label("picture_extension"),
    )  # fmt: skip
    statement = select(*columns).outerjoin(_media, _media.c.id == Author.picture_id)
    rows = session.execute(statement.where(Author.folded.in_([fold(name) for name in names])))
    there = {row.folded: row for row in rows}
    nobody = {"id": 0, "path": "/", "has_page": None, "picture_hash": None, "picture_extension": None, "bio_html": ""}
    new = {fold(name): SimpleNamespace(name=name, **nobody) for name in names}
    return [there.get(folded, made) for folded, made in new.items()]


def _topic(session: Reading, slug: str, rank: int | None, post_id: int) -> SimpleNamespace | None:
    columns = (Topic.id, Topic.title, Topic.path, Topic.language)
    row = session.execute(select(*columns).where(Topic.slug == slug)).one_or_none()
    if row is None:
        return None
    others = and_(Part.topic_id == row.id, Part.number.is_not(None), Part.subject_id != post_id)
    all_ = session.scalar(select(func.count()).where(others)) or 0
    before = all_ if rank is None else session.scalar(select(func.count()).where(others, Part.rank < rank)) or 0
    return SimpleNamespace(
        id=row.id, title=row.title, path=row.path, language=row.language, part=before + 1, parts=all_ + 1
    )
