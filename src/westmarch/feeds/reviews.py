"""The feed of the shelf: what the owner has written about books, the newest reading first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import bindparam, select

from westmarch.books import models, shelf, shown
from westmarch.books.shown import Card
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.errors import NotFound
from westmarch.feeds import public
from westmarch.feeds.channels import Channel
from westmarch.feeds.names import Names
from westmarch.links.paths import Suffix
from westmarch.web.metadata import beginning
from westmarch.web.replies import Reply
from westmarch.web.surface import View

_reading = models.Reading.__table__
_REVIEWS = (
    select(
        _reading.c.id, _reading.c.book_id, _reading.c.finished_on, _reading.c.review_html, _reading.c.created_at,
        _reading.c.updated_at,
    )
    .where(_reading.c.review_html != "")
    .order_by(_reading.c.finished_on.is_(None), _reading.c.finished_on.desc(), _reading.c.id.desc())
    .limit(bindparam("most"))
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Review:
    """A review as an entry of a feed."""

    id: int
    title: str
    path: str
    guid: str
    html: str
    summary: str
    language: str
    published_at: datetime
    updated_at: datetime
    cover_hash: str | None
    cover_extension: str | None


def feed(session: Reading, view: View, suffix: Suffix) -> Reply:
    """The feed. Raises NotFound where nothing is on the shelf, and for a document of an archive, which it has not."""
    if not shelf.any_readings(session, view) or "page=" in view.query:
        raise NotFound("There is no such feed.")
    rows = session.execute(_REVIEWS, {"most": view.site.feed_items}).all()
    cards = {card.book.id: card for card in shown.cards(session, list({row.book_id: None for row in rows}))}
    reviews = [_review(view, row, cards[row.book_id]) for row in rows if row.book_id in cards]
    words = view.words()
    channel = Channel(
        f"{words('shelf')} · {view.site.title}",
        words("shelf about"),
        view.site.language,
        shelf.PATH,
        lambda _take: (reviews, len(reviews)),
        lambda _number, _take: None,
        {
            row.id: card.language
            for row in rows
            if (card := cards.get(row.book_id)) and card.language not in ("", view.site.language)
        },
    )
    return public.written(view, suffix, channel, {review.id: Names() for review in reviews})


def _review(view: View, row: NamedRow, card: Card) -> Review:
    published = row.created_at
    if row.finished_on is not None:
        published = datetime.combine(row.finished_on, time(12), view.site.zone)
    by: Sequence[str] = (card.title, card.by) if card.by else (card.title,)
    return Review(
        id=row.id,
        title=" · ".join(by),
        path=card.book.path,
        guid=f"{view.surface.absolute(card.book.path)}#reading-{row.id}",
        html=row.review_html,
        summary=beginning(row.review_html),
        language=view.site.language,
        published_at=published,
        updated_at=row.updated_at,
        cover_hash=card.book.cover_hash,
        cover_extension=card.book.cover_extension,
    )
