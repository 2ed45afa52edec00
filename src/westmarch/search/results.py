"""What readers are shown of the results of a search, as the database has them at that moment."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from markupsafe import Markup
from sqlalchemy import BindParameter, bindparam, select

from westmarch.authors.models import Author
from westmarch.books import shown as books
from westmarch.books.shown import Card
from westmarch.db.rows import NamedSelect
from westmarch.db.sessions import Reading
from westmarch.posts.models import LISTED, Post
from westmarch.search.asking import Found
from westmarch.search.snippets import mark, snippet
from westmarch.topics.models import Topic

_post, _topic, _author = Post.__table__, Topic.__table__, Author.__table__
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_POSTS: NamedSelect = select(
    _post.c.id, _post.c.kind, _post.c.title, _post.c.path, _post.c.language, _post.c.published_at
).where(_post.c.id.in_(_IDS), _post.c.visible == LISTED)  # fmt: skip
_TOPICS: NamedSelect = select(_topic.c.id, _topic.c.title, _topic.c.path, _topic.c.language).where(
    _topic.c.id.in_(_IDS), _topic.c.post_count > 0
)
_AUTHORS: NamedSelect = select(_author.c.id, _author.c.name, _author.c.path).where(
    _author.c.id.in_(_IDS), _author.c.post_count > 0
)


@dataclass(frozen=True, slots=True)
class Result:
    """A result. `title` and `snippet` are HTML; `plain_title` is the title as text."""

    kind: str
    path: str
    plain_title: str
    title: Markup
    snippet: Markup
    language: str = ""
    published: datetime | None = None
    card: Card | None = None


def results(session: Reading, found: Found) -> list[Result]:
    """The results that readers may see now, in their order: what was withdrawn a moment ago is left out."""
    ids = [hit.id for hit in found.hits]
    if not ids:
        return []
    texts = {hit.id: hit.text for hit in found.hits}
    there = dict(_made(session, ids, texts, found))
    return [there[id_] for id_ in ids if id_ in there]


def _made(session: Reading, ids: Sequence[int], texts: dict[int, str], found: Found) -> Iterator[tuple[int, Result]]:
    def result(kind: str, id_: int, path: str, title: str, language: str = "") -> Result:
        made = mark(title, found.words, found.stems, language)
        return Result(kind, path, title, made, snippet(texts[id_], found.words, found.stems, language), language)

    for row in session.execute(_POSTS, {"ids": ids}):
        made = result(row.kind, row.id, row.path, row.title, row.language)
        yield row.id, replace(made, published=row.published_at) if row.kind == "post" else made
    for row in session.execute(_TOPICS, {"ids": ids}):
        yield row.id, result("topic", row.id, row.path, row.title, row.language)
    for row in session.execute(_AUTHORS, {"ids": ids}):
        yield row.id, result("author", row.id, row.path, row.name)
    for card in books.cards(session, ids):
        title = mark(card.title, found.words, found.stems, card.language)
        tags = mark(texts[card.book.id], found.words, frozenset(), "")
        shown = tags if "<mark>" in tags else Markup()  # They say why it was found, where they do.
        yield card.book.id, Result("book", card.book.path, card.title, title, shown, card.language, card=card)
