"""Views as a drawing of columns: where each stands, what is written below it, and the same numbers as a table.

Across it is measured in percents, upwards in pixels: so it fills any width, and what is written in it stays legible.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from westmarch.posts.readership import Day

#: The heights of all of it, of the columns, and of the free line above them, in pixels.
HEIGHT, TALLEST, ABOVE = 200, 160, 16
#: More days than this are drawn by weeks; of so many columns each has something written below it.
BY_DAY, EACH = 120, 7
#: A space between two columns, as a share of both.
_GAP = 0.24
#: Numbers at which a drawing ends: few views, and how many tens of more.
_FEW, _MANY = (2, 4, 6, 8, 10), (10, 12, 16, 20, 24, 30, 40, 50, 60, 80, 100)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Column(NamedTuple):
    """A day or a week: what it is called, its views, and where it stands."""

    name: str
    views: int
    x: float
    width: float
    y: float
    height: float


class Mark(NamedTuple):
    """A word below the columns, and where: `anchor` is the part of it that stands there."""

    word: str
    x: float
    anchor: str


class Line(NamedTuple):
    """A line across, and the number that it stands for."""

    views: int
    y: float


class Chart(NamedTuple):
    """All of a drawing. `total` is the sum, `most` the column with the most, `unit` what a column is."""

    columns: list[Column]
    marks: list[Mark]
    lines: list[Line]
    total: int
    most: Column
    unit: str


def drawn(days: Sequence[Day]) -> Chart:
    """The views of these days, oldest first; there is one day at least."""
    weekly = len(days) > BY_DAY
    spans = _weeks(days) if weekly else [[each] for each in days]
    sums = [sum(each.views for each in span) for span in spans]
    top = _round(max(sums))
    step = 100 / len(spans)
    columns = []
    for number, (span, views) in enumerate(zip(spans, sums, strict=True)):
        height = _near(views * TALLEST / top)
        columns.append(
            Column(
                _name(span),
                views,
                _near(step * (number + _GAP / 2)),
                _near(step * (1 - _GAP)),
                _near(ABOVE + TALLEST - height),
                height,
            )
        )
    lines = [Line(views, _near(ABOVE + TALLEST - views * TALLEST / top)) for views in (top, top // 2) if views]
    marks = _months(spans, step) if weekly else _some(spans, step)
    total, most = sum(sums), max(columns, key=lambda column: column.views)
    return Chart(columns, marks, lines, total, most, "week" if weekly else "day")


def _weeks(days: Sequence[Day]) -> list[Sequence[Day]]:
    """Spans of seven days, of which the last one ends today; the first has what is left."""
    first = len(days) % 7
    spans = [days[start : start + 7] for start in range(first, len(days), 7)]
    return [days[:first], *spans] if first else spans


def _round(most: int) -> int:
    """The number at which the drawing ends: one that is easily read, and whose half is whole too."""
    if most <= _FEW[-1]:
        return next(each for each in _FEW if each >= most)
    unit: int = 10 ** (len(str(most)) - 2)
    return next(unit * each for each in _MANY if unit * each >= most)


def _some(spans: Sequence[Sequence[Day]], step: float) -> list[Mark]:
    """Days at equal distances, today the last of them."""
    count = len(spans)
    apart = 1 if count <= EACH else -(-count // 6)
    marks = []
    for number in range(count - 1, -1, -apart):
        at = number + 0.5
        # The word below today would stand over the edge if the columns are narrow.
        last = number == count - 1 and count > EACH
        marks.append(Mark(_day(spans[number][0].day), 100 if last else _near(step * at), "end" if last else "middle"))
    if count > EACH and marks[-1].x < 4:
        marks[-1] = marks[-1]._replace(x=0, anchor="start")
    return marks[::-1]


def _months(spans: Sequence[Sequence[Day]], step: float) -> list[Mark]:
    """The months, each where the first week that begins in it stands."""
    marks = []
    for number in range(1, len(spans)):
        month = spans[number][0].day.month
        if month != spans[number - 1][0].day.month and number < len(spans) - 2:
            marks.append(Mark(_MONTHS[month - 1], _near(step * (number + 0.5)), "middle"))
    return marks


def _name(span: Sequence[Day]) -> str:
    first, last = span[0].day, span[-1].day
    return f"{_day(last)} {last.year}" if first == last else f"{_day(first)} to {_day(last)} {last.year}"


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]}"


def _near(number: float) -> float:
    return round(number, 2)
