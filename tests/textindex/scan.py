"""A search by looking at every document: what engines must answer, slow and plain."""

from collections import Counter
from collections.abc import Iterable

from westmarch.textindex import query as q
from westmarch.textindex.documents import Document
from westmarch.textindex.engine import Asked


def matches(query: q.Query, document: Document) -> bool:
    """Whether the document is what the query asks for."""
    texts = document.texts
    match query:
        case q.Word(field, word):
            return any(word in value for value in texts.get(field, ()))
        case q.Prefix(field, start):
            return any(word.startswith(start) for value in texts.get(field, ()) for word in value)
        case q.Phrase(field, words):
            return any(_follows(words, value) for value in texts.get(field, ()))
        case q.Keyword(field, value):
            return value in document.keywords.get(field, ())
        case q.Between(field, low, high):
            number = document.numbers.get(field)
            return number is not None and (low is None or low <= number) and (high is None or number <= high)
        case q.AnyOf(of):
            return any(matches(each, document) for each in of)
        case q.AllOf(of):
            return all(matches(each, document) for each in of)
        case q.Not(inner):
            return not matches(inner, document)
        case q.Filter(inner):
            return matches(inner, document)


def _follows(words: tuple[str, ...], value: tuple[str, ...]) -> bool:
    return bool(words) and any(value[i : i + len(words)] == words for i in range(len(value)))


class Scan:
    """Looks at all of these documents for each part of a query, and only once for a part that comes again."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._documents = {each.id: each for each in documents}
        self._all = frozenset(self._documents)
        self._seen: dict[q.Query, frozenset[int]] = {}

    def found(self, query: q.Query) -> list[Document]:
        """Documents that match, in order of their numbers."""
        return [self._documents[number] for number in sorted(self._numbers(query))]

    def _numbers(self, query: q.Query) -> frozenset[int]:
        match query:
            case q.AnyOf(of):
                return frozenset().union(*map(self._numbers, of))
            case q.AllOf(of):
                return self._all.intersection(*map(self._numbers, of))
            case q.Not(inner):
                return self._all - self._numbers(inner)
            case q.Filter(inner):
                return self._numbers(inner)
        if query not in self._seen:
            self._seen[query] = frozenset(each.id for each in self._documents.values() if matches(query, each))
        return self._seen[query]


def facets(matching: Iterable[Document], wanted: Iterable[tuple[str, int]]) -> dict[str, tuple[tuple[str, int], ...]]:
    """Counts by value among those that match, by count, then value."""
    matching, counts = list(matching), {}
    for field, most in wanted:
        values = Counter(value for each in matching for value in dict.fromkeys(each.keywords.get(field, ())))
        counts[field] = tuple(sorted(values.items(), key=lambda value: (-value[1], value[0]))[:most])
    return counts


def in_order(matching: Iterable[Document], asked: Asked) -> list[int]:
    """Numbers of those that match, sorted by a field; equal ones by the field for ties, then by number."""
    down = asked.sort.direction == "desc"
    there = sorted(matching, key=lambda each: (_last(each.numbers.get(asked.ties)), each.id))
    if asked.sort.by == "id":
        return sorted((each.id for each in there), reverse=down)
    if asked.sort.by == "relevance":
        return [each.id for each in there]
    have = [(value, each.id) for each in there if (value := _value(each, asked.sort.by)) is not None]
    have.sort(key=lambda pair: pair[0], reverse=down)
    return [number for _, number in have] + [each.id for each in there if _value(each, asked.sort.by) is None]


def words_of(documents: Iterable[Document], field: str) -> Counter[str]:
    """Words of a text field, with the number of documents that have each."""
    return Counter(word for each in documents for word in {w for value in each.texts.get(field, ()) for w in value})


def one_typo_away(one: str, other: str) -> bool:
    """Whether an insertion, deletion, replacement or exchange of neighbours makes the one of the other."""
    if one == other:
        return False
    if len(one) == len(other):
        differ = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        if len(differ) == 2:
            i, j = differ
            return j == i + 1 and one[i] == other[j] and one[j] == other[i]
        return len(differ) == 1
    short, long = sorted((one, other), key=len)
    return len(long) == len(short) + 1 and any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


def _last(number: float | None) -> tuple[bool, float]:
    return number is None, number or 0


def _value(document: Document, field: str) -> tuple[float, str] | None:
    """What is sorted by: a number or a text, in a shape that both have."""
    if field in document.numbers:
        return document.numbers[field], ""
    return next(((0, value) for value in document.keywords.get(field, ())), None)
