"""How well books are found: two hundred questions as people type them, and the books that they mean.

`questions.tsv` holds the kind of each question, its words, and the numbers of the books of goodbooks-10k that answer it
(any of them). The answers were taken from the catalogue, before the search was asked. A question's reciprocal rank is
one divided by the place of the first such book, and nothing where none is among the first ten.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from westmarch.books.search import answer
from westmarch.books.shapes import Search
from westmarch.textindex.engine import Engine

QUESTIONS = Path(__file__).with_name("questions.tsv")
#: Whoever looks for a book looks at so many.
PLACES = 10


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody types, and the numbers of the books that are meant."""

    kind: str
    text: str
    books: frozenset[int]

    def parameters(self) -> dict[str, str | bool | int]:
        """As a form asks: typing on and typing wrong are forgiven, and numbers of books have a field of their own."""
        if self.kind == "isbn":
            return {"isbn": self.text, "size": PLACES}
        return {"q": self.text, "complete": True, "fuzzy": True, "size": PLACES}


def questions() -> list[Question]:
    """All questions."""
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            Question(row["kind"], row["question"], frozenset(int(number) for number in row["books"].split()))
            for row in rows
        ]


async def ranks(index: Engine, asked: Iterable[Question]) -> list[tuple[Question, float]]:
    """The reciprocal rank of each question."""
    return [(question, _rank(question, await _numbers(index, question))) for question in asked]


def means(ranked: Sequence[tuple[Question, float]]) -> Mapping[str, float]:
    """The mean reciprocal rank of all questions, and of each kind."""
    kinds: dict[str, list[float]] = defaultdict(list)
    for question, rank in ranked:
        kinds["all"].append(rank)
        kinds[question.kind].append(rank)
    return {kind: sum(each) / len(each) for kind, each in kinds.items()}


async def _numbers(index: Engine, question: Question) -> list[int]:
    told = json.loads(await answer(index, Search.model_validate(question.parameters())))
    return [book["book_id"] for book in told["results"]]


def _rank(question: Question, numbers: Sequence[int]) -> float:
    places = (place for place, number in enumerate(numbers, 1) if number in question.books)
    return 1 / next(places, float("inf"))
