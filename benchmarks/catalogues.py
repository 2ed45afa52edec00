"""Catalogues of any size, made from a real one by a seeded generator, and questions that are asked of them."""

import csv
import gzip
import io
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent
#: The ten thousand books of goodbooks-10k, beside the checkout; the demonstration's thirty where they are not there.
_REAL = _ROOT.parent / "shared" / "inputs" / "books-goodbooks-10k"
_DEMONSTRATION = _ROOT / "src" / "westmarch" / "demo" / "books.json"


@dataclass(frozen=True, slots=True)
class Source:
    """What catalogues are made from: titles, names and tags of real books; `real` is the file of ten thousand."""

    name: str
    titles: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]
    tags: tuple[str, ...]
    languages: tuple[str, ...]
    real: Path | None = None


def source() -> Source:
    """The best source that there is here."""
    if not _REAL.is_dir():
        return _demonstration()
    with gzip.open(_REAL / "books.csv.gz") as file:
        rows = list(csv.DictReader(io.TextIOWrapper(file, encoding="utf-8", newline="")))
    with (_REAL / "tags.csv").open(encoding="utf-8", newline="") as file:
        tags = [row["tag_name"] for row in csv.DictReader(file)]
    random.Random(5).shuffle(tags)  # In alphabetical order those would be frequent that begin with a sign.
    return Source(
        "goodbooks-10k",
        tuple(row["title"] for row in rows),
        tuple(tuple(name.strip() for name in row["authors"].split(",")) for row in rows),
        tuple(tags),
        tuple(row["language_code"] for row in rows),
        _REAL / "books.csv.gz",
    )


def _demonstration() -> Source:
    books = [book for book in json.loads(_DEMONSTRATION.read_bytes()) if book["authors"]]
    return Source(
        "the demonstration's books",
        tuple(book["title"] for book in books),
        tuple(tuple(author["name"] for author in book["authors"]) for book in books),
        tuple(sorted({tag["slug"] for book in books for tag in book["tags"]})),
        tuple(book.get("language_code", "") for book in books),
    )


def books(source: Source, number: int) -> Iterator[dict[str, Any]]:
    """So many books; the first ones have titles and authors of the source, the others are put together from two each.

    So words are as frequent as in real titles, and names are more the more books there are. Tags are as frequent as
    words are in a text: the second half as often as the first (Zipf).
    """
    chance = random.Random(7)
    for i in range(number):
        if i < len(source.titles):
            title, names = source.titles[i], source.names[i]
        else:
            title = _crossed(chance.choice(source.titles), chance.choice(source.titles))
            names = tuple(
                _crossed(chance.choice(chance.choice(source.names)), chance.choice(chance.choice(source.names)))
                for _ in range(chance.choice((1, 1, 1, 2, 3)))
            )
        ten = _with_check_digit(f"{chance.randrange(10**9):09}")
        yield {
            "book_id": i + 1,
            "title": title,
            "authors": [{"name": name} for name in dict.fromkeys(names)],
            "isbn": ten,
            "original_publication_year": 2020 - int(chance.expovariate(1 / 20)),
            "language_code": chance.choice(source.languages),
            "average_rating": round(chance.uniform(2.5, 4.8), 2),
            "ratings_count": int(chance.paretovariate(1)) * 50,
            "tags": [
                {"title": tag, "slug": tag}
                for tag in dict.fromkeys(_frequent(chance, source.tags) for _ in range(chance.randint(2, 10)))
            ],
        }


def write(source: Source, number: int, file: Path) -> None:
    """So many books as NDJSON."""
    with file.open("w", encoding="utf-8") as opened:
        for book in books(source, number):
            opened.write(json.dumps(book, ensure_ascii=False) + "\n")


def questions(source: Source, number: int) -> list[str]:
    """So many questions of one to four words that follow one another in a title or an author's name."""
    chance = random.Random(11)
    asked: dict[str, None] = {}
    for _ in range(number * 50):
        if len(asked) == number:
            break
        i = chance.randrange(len(source.titles))
        text = source.titles[i] if chance.random() < 0.7 else chance.choice(source.names[i])
        words = text.partition(" (")[0].split()
        start = chance.randrange(len(words)) if words else 0
        asked[" ".join(words[start : start + chance.randint(1, 4)])] = None
    return [text for text in asked if text]


def beginnings(questions: list[str]) -> list[str]:
    """What somebody has typed on the way to the questions: three letters and more."""
    return list(dict.fromkeys(text[:end] for text in questions for end in range(3, min(len(text), 9), 2)))


def _crossed(one: str, other: str) -> str:
    """The first half of one text and the second half of another, in words."""
    first, second = one.split(), other.split()
    return " ".join((*first[: (len(first) + 1) // 2], *second[(len(second) + 1) // 2 :])) or one


def _frequent(chance: random.Random, values: tuple[str, ...]) -> str:
    """A value; the tenth as often as a tenth of what the first is."""
    return values[int(len(values) ** chance.random()) - 1]


def _with_check_digit(nine: str) -> str:
    """An ISBN-10 of its first nine digits (ISO 2108: weights of ten to two, modulo eleven)."""
    digit = -sum((10 - i) * int(each) for i, each in enumerate(nine)) % 11
    return nine + ("X" if digit == 10 else str(digit))
