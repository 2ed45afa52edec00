"""Queries as a small algebra that every engine translates, and that a scan in Python can follow word for word."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """A document matches that has this very word in the text field; its weight multiplies BM25's score."""

    field: str
    word: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Prefix:
    """A document matches that has a word beginning so in the text field. It counts `weight`, whatever the word."""

    field: str
    start: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Phrase:
    """A document matches that has these words one after the other in one value of the text field."""

    field: str
    words: tuple[str, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Keyword:
    """A document matches that has this exact value in the keyword field. It does not count for the rank."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Between:
    """A document matches whose number is in the range, ends included; None is open. It does not count for the rank."""

    field: str
    low: float | int | None
    high: float | int | None


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Any of these; scores add up. Of none, nothing."""

    of: "tuple[Query, ...]"


@dataclass(frozen=True, slots=True)
class AllOf:
    """All of these; scores add up. Of none, everything."""

    of: "tuple[Query, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """Whatever does not match; it does not count for the rank."""

    query: "Query"


@dataclass(frozen=True, slots=True)
class Filter:
    """Whatever matches, without counting for the rank."""

    query: "Query"


Query = Word | Prefix | Phrase | Keyword | Between | AnyOf | AllOf | Not | Filter


def word_or_phrase(field: str, words: tuple[str, ...], weight: float = 1.0) -> Word | Phrase:
    """A word of a question as the index has it: one, or the phrase of several (`analyser.query_words`)."""
    return Word(field, words[0], weight) if len(words) == 1 else Phrase(field, words, weight)


EVERYTHING = AllOf(())
NOTHING = AnyOf(())


def ranks(query: Query) -> bool:
    """Whether any part of the query counts for the rank."""
    match query:
        case AnyOf(of) | AllOf(of):
            return any(map(ranks, of))
        case Word() | Prefix() | Phrase():
            return True
        case _:
            return False
