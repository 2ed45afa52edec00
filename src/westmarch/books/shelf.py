"""The shelf: what the owner reads, has read and wants to read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy import String, bindparam, cast, func, select

from westmarch.books import metadata, shown
from westmarch.books import models as tables
from westmarch.books.models import READ, READING, TO_READ
from westmarch.books.shown import Card
from westmarch.books.years import picture
from westmarch.db.rows import NamedRow, NamedSelect
from westmarch.db.sessions import Reading
from westmarch.errors import NotFound
from westmarch.links.paths import Suffix
from westmarch.web.paging import Paging, pages
from westmarch.web.replies import Reply
from westmarch.web.surface import View

PATH = "/shelf/"
STATUSES = (READING, READ, TO_READ)
#: What `words` call them.
STATUS_WORDS = {READING: "shelf reading", READ: "shelf read", TO_READ: "shelf to-read"}
#: Books on a page of one status, of a year, and to look at on the first page.
PER_PAGE, MOST_OF_YEAR, LOOKED_AT = 48, 400, 12

_reading = tables.Reading.__table__
_COLUMNS = (
    _reading.c.id, _reading.c.book_id, _reading.c.status, _reading.c.started_on, _reading.c.finished_on,
    _reading.c.rating, _reading.c.review_html, _reading.c.updated_at,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shelved:
    """A book with the reading of it."""

    card: Card
    reading: NamedRow


@dataclass(frozen=True, slots=True)
class Counts:
    """How many readings there are of each status, and of each year in which they were finished, newest first."""

    statuses: dict[str, int]
    years: dict[int, int]


_year: Any = func.substr(cast(_reading.c.finished_on, String), 1, 4)
_COUNTS = select(_reading.c.status, _year.label("year"), func.count().label("readings")).group_by(
    _reading.c.status, _year
)


def counts(session: Reading) -> Counts:
    """How many readings there are."""
    statuses: dict[str, int] = {}
    years: dict[int, int] = {}
    for row in session.execute(_COUNTS):
        statuses[row.status] = statuses.get(row.status, 0) + row.readings
        if row.status == READ and row.year:
            years[int(row.year)] = row.readings
    return Counts(statuses, dict(sorted(years.items(), reverse=True)))


def _of_status(statement: NamedSelect) -> NamedSelect:
    return statement.where(_reading.c.status == bindparam("status")).order_by(
        _reading.c.finished_on.is_(None), _reading.c.finished_on.desc(), _reading.c.id.desc()
    )


_BY_STATUS = _of_status(select(*_COLUMNS)).limit(bindparam("most")).offset(bindparam("skip"))
_BY_YEAR = (
    _of_status(select(*_COLUMNS))
    .where(_reading.c.finished_on >= bindparam("first"), _reading.c.finished_on <= bindparam("last"))
    .limit(bindparam("most"))
)


def _with_status(session: Reading, status: str, most: int, skip: int = 0) -> Sequence[NamedRow]:
    return session.execute(_BY_STATUS, {"status": status, "most": most, "skip": skip}).all()


def _of_year(session: Reading, year: int) -> Sequence[NamedRow]:
    values = {"status": READ, "first": date(year, 1, 1), "last": date(year, 12, 31), "most": MOST_OF_YEAR}
    return session.execute(_BY_YEAR, values).all()


def _shelved(session: Reading, readings: Sequence[NamedRow]) -> list[Shelved]:
    cards = {card.book.id: card for card in shown.cards(session, list({row.book_id: None for row in readings}))}
    return [Shelved(cards[row.book_id], row) for row in readings if row.book_id in cards]


def titles(view: View) -> dict[str, str]:
    """What readers see of each status."""
    words = view.words()
    return {status: words(key) for status, key in STATUS_WORDS.items()}


def any_readings(session: Reading, view: View) -> bool:
    """Whether the owner has anything on the shelf."""
    if not shown.there(session, view):
        return False
    return session.execute(select(_reading.c.id).where(_reading.c.id > 0).limit(1)).first() is not None


def page(session: Reading, view: View, suffix: Suffix) -> Reply:
    """The shelf, a year of it (`/shelf/2024/`), or all of one status (`/shelf/?status=to-read`). Raises NotFound."""
    told = counts(session) if shown.there(session, view) else Counts({}, {})
    if not told.statuses:
        raise NotFound("Nothing is on the shelf.")
    status = next((value for name, value in parse_qsl(view.query) if name == "status"), "")
    if suffix.year is not None:
        return _year_page(session, view, suffix, told)
    if status in STATUSES:
        return _status_page(session, view, suffix, told, status)
    if suffix.page > 1:
        raise NotFound("The shelf has no such page.")
    return _front(session, view, told)


def _front(session: Reading, view: View, told: Counts) -> Reply:
    year = next(iter(told.years), None)
    finished = _of_year(session, year) if year else _with_status(session, READ, LOOKED_AT)
    groups = {
        READING: _with_status(session, READING, LOOKED_AT),
        READ: finished,
        TO_READ: _with_status(session, TO_READ, LOOKED_AT),
    }
    shelved = _shelved(session, [row for rows in groups.values() for row in rows])
    words = view.words()
    return _made(
        view,
        told,
        title=words("shelf"),
        path=PATH,
        parts={status: [each for each in shelved if each.reading.status == status] for status in STATUSES},
        year=year,
    )


def _year_page(session: Reading, view: View, suffix: Suffix, told: Counts) -> Reply:
    year = suffix.year or 0
    if year not in told.years or suffix.page > 1:
        raise NotFound("Nothing was read in this year.")
    title = f"{view.words()('shelf')} {view.words().number(year)}"
    shelved = _shelved(session, _of_year(session, year))
    return _made(view, told, title=title, path=f"{PATH}{year:04}/", parts={READ: shelved}, year=year, only="year")


def _status_page(session: Reading, view: View, suffix: Suffix, told: Counts, status: str) -> Reply:
    paging = Paging(PATH, suffix.page, pages(told.statuses.get(status, 0), PER_PAGE))
    if paging.number > paging.count:
        raise NotFound("The shelf has no such page.")
    shelved = _shelved(session, _with_status(session, status, PER_PAGE, (suffix.page - 1) * PER_PAGE))
    reply = _made(
        view,
        told,
        title=titles(view)[status],
        path=paging.current,
        parts={status: shelved},
        year=None,
        only=status,
        paging=paging,
    )
    reply.query = f"status={status}"
    return reply


def _made(
    view: View,
    told: Counts,
    *,
    title: str,
    path: str,
    parts: dict[str, list[Shelved]],
    year: int | None,
    only: str = "",
    paging: Paging | None = None,
) -> Reply:
    cards = [shelved.card for part in parts.values() for shelved in part]
    return view.page(
        "shelf/page.html",
        title=title,
        description="" if only else view.words()("shelf about"),
        canonical=PATH if paging else path,
        noindex=paging is not None,
        metadata=metadata.of_shelf(view, title, path, cards),
        heading=title,
        shelved={status: shelved for status, shelved in parts.items() if shelved},
        statuses=titles(view),
        counts=told,
        year=year,
        only=only,
        pages=paging or Paging(PATH, 1, 1),
        picture=picture(told.years, view.words().number) if len(told.years) > 1 else "",
    )
