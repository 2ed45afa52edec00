"""Walks through all results, however many: each answer has the cursor of the next.

A cursor says behind which book the walk goes on: its number, and before it what it was sorted by. So each part of a
walk costs what a first page does, and shows a book at most once, whatever is written meanwhile. The score of a book
is no place to go on from: the engines cannot ask for what lies below one. Neither is a title's place among others.
"""

import json
import math
from collections.abc import Mapping

from westmarch.books import fields, questions
from westmarch.books.shapes import NUMBERS, Search
from westmarch.errors import Invalid
from westmarch.textindex.documents import Found, Sort
from westmarch.textindex.query import AllOf, AnyOf, Between, Not, Query

#: Where an answer has what it is sorted by.
_MEMBERS: Mapping[str, str] = {
    fields.NUMBER: "book_id",
    fields.YEAR: "original_publication_year",
    fields.RATING: "average_rating",
}


def order(asked: Search) -> Sort:
    """The order of a walk: by number, if none is asked for. Raises Invalid for one that a walk cannot take."""
    found = questions.sort(asked) if asked.sort else Sort(fields.NUMBER, "asc")
    if asked.page > 1 or found.by not in _MEMBERS:
        raise Invalid("a walk goes in order of book_id, year or rating, without pages", place="cursor")
    return found


def rest(cursor: str, sort: Sort) -> Query | None:
    """What lies behind the cursor in that order; None at the beginning. Raises Invalid for no cursor of this order."""
    if cursor == "*":
        return None
    value, comma, number = cursor.rpartition(",")
    try:
        last, reached = int(number), float(value) if value else None
    except ValueError:
        raise _unfit() from None
    if not -NUMBERS <= last < NUMBERS or bool(comma) == (sort.by == fields.NUMBER):
        raise _unfit()
    if sort.by == fields.NUMBER:
        return Between(sort.by, last + 1, None) if sort.direction == "asc" else Between(sort.by, None, last - 1)
    missing, further = Not(Between(sort.by, None, None)), Between(fields.NUMBER, last + 1, None)
    if reached is None:
        return AllOf((missing, further))
    if not math.isfinite(reached):
        raise _unfit()
    if sort.direction == "asc":
        beyond = Between(sort.by, math.nextafter(reached, math.inf), None)
    else:
        beyond = Between(sort.by, None, math.nextafter(reached, -math.inf))
    return AnyOf((beyond, AllOf((Between(sort.by, reached, reached), further)), missing))


def following(found: Found, size: int, sort: Sort) -> str | None:
    """The cursor of the next part; None at the end of the walk."""
    if not found.hits or len(found.hits) < size:
        return None
    last = json.loads(found.hits[-1].source)
    if sort.by == fields.NUMBER:
        return str(last["book_id"])
    value = last[_MEMBERS[sort.by]]
    return f"{'' if value is None else value},{last['book_id']}"


def _unfit() -> Invalid:
    return Invalid("* or the cursor of an answer in the same order is needed", place="cursor")
