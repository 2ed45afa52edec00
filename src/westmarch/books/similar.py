"""What else somebody who looks at a book may like: its neighbours in the series, and books that are similar."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, Double, Integer, bindparam, cast, literal, null, select, tuple_, union_all

from westmarch.books import shown
from westmarch.books.detail import Names
from westmarch.books.models import Book, BookTagging, BookWriter
from westmarch.books.shown import Card
from westmarch.db.rows import NamedRow, NamedSelect
from westmarch.db.sessions import Reading

_book, _tagging, _book_writer = Book.__table__, BookTagging.__table__, BookWriter.__table__

#: Of so many of the rare tags is it looked which other books have them, of so many books of the same writers.
MOST_TAGS, MOST_OF_WRITERS = 6, 24
#: What the same writer counts beside a shared tag.
_SAME_WRITER = 1.5
#: So many similar books are shown.
SHOWN = 6


@dataclass(frozen=True, slots=True)
class Around:
    """The books before and after one in its series, and those that are similar."""

    before: Card | None
    after: Card | None
    similar: Sequence[Card]


_PLACE = tuple_(_book.c.series_order, _book.c.book_id)
_HERE = tuple_(bindparam("order", type_=Double), bindparam("number", type_=BigInteger))
_IN_SERIES = select(_book.c.id.label("id"), _book.c.series_order, _book.c.book_id).where(
    _book.c.series_id == bindparam("series")
)


def _neighbour(statement: NamedSelect, role: str) -> NamedSelect:
    one = statement.limit(1).subquery()
    return select(literal(role).label("role"), one.c.id.label("id"), cast(null(), Integer).label("key"))


_of_writers = (
    select(_book_writer.c.book_id.label("id"), _book_writer.c.writer_id)
    .where(_book_writer.c.writer_id.in_(bindparam("writers", expanding=True)))
    .order_by(_book_writer.c.writer_id, _book_writer.c.book_id)
    .limit(bindparam("most"))
    .subquery()
)
_CANDIDATES = union_all(
    _neighbour(
        _IN_SERIES.where(_PLACE < _HERE).order_by(_book.c.series_order.desc(), _book.c.book_id.desc()), "before"
    ),
    _neighbour(_IN_SERIES.where(_PLACE > _HERE).order_by(_book.c.series_order, _book.c.book_id), "after"),
    select(literal("tag"), _tagging.c.book_id, _tagging.c.tag_id).where(
        _tagging.c.tag_id.in_(bindparam("tags", expanding=True))
    ),
    select(literal("writer"), _of_writers.c.id, _of_writers.c.writer_id),
).subquery("candidates")
_LOOK = select(_CANDIDATES)


def around(session: Reading, book: NamedRow, names: Names) -> Around:
    """Neighbours in the series, and similar books: those that share most rare tags, then those of the same writers."""
    values = {
        "series": book.series_id if book.series_order is not None else None,
        "order": book.series_order,
        "number": book.book_id,
        "tags": names.rare[:MOST_TAGS],
        "writers": [writer.id for writer in names.writers],
        "most": MOST_OF_WRITERS,
    }
    weights: defaultdict[int, float] = defaultdict(float)
    neighbours: dict[str, int] = {}
    for row in session.execute(_LOOK, values):
        if row.role in ("before", "after"):
            neighbours[row.role] = row.id
        else:
            weights[row.id] += 1 if row.role == "tag" else _SAME_WRITER
    for id_ in (book.id, *neighbours.values()):
        weights.pop(id_, None)
    best = sorted(weights, key=lambda id_: (-weights[id_], id_))[:SHOWN]
    found = {card.book.id: card for card in shown.cards(session, [*neighbours.values(), *best])}
    return Around(
        found.get(neighbours.get("before", 0)),
        found.get(neighbours.get("after", 0)),
        [found[id_] for id_ in best if id_ in found],
    )
