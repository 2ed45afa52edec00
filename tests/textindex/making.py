"""Documents and queries for the proofs: made by a seed, and by hypothesis."""

import random
from collections.abc import Sequence

from hypothesis import strategies as st

from westmarch.textindex import query as q
from westmarch.textindex.documents import Document, Schema, Sort
from westmarch.textindex.engine import Asked

SCHEMA = Schema(texts=("title", "people"), keywords=("tag", "lang", "sorted"), numbers=("year", "number"))

#: All words of the documents, the most frequent first.
VOCABULARY = (
    *(
        "the",
        "of",
        "a",
        "love",
        "war",
        "sea",
        "seas",
        "seal",
        "sael",
        "king",
        "kings",
        "j.k",
        "don't",
        "o'neill",
        "1984",
    ),
    *(
        "наука",
        "война",
        "كتاب",
        "تاريخ",
        "夏目",
        "目漱",
        "漱石",
        "石",
        "สวัสดี",
        "ชาว",
        "𠮷野",
        "title:x",
        "*",
        "and",
        "or",
    ),
    *("not", "to", "\\", '"', "[a-z]+", "~2", "^", "{}", "x" * 100),
)
_TAGS = ("film", "Film", "to-read", "science fiction", "été", "夏目漱石", "a\tb", '"quoted"', "*", "-", "x" * 200)
_LANGUAGES = ("en", "en-US", "fr", "zh")


def documents(seed: int, many: int, start: int = 1) -> list[Document]:
    """Documents of every shape: values missing, several, empty, the same twice."""
    rnd = random.Random(seed)
    numbers = list(range(start, start + many))
    rnd.shuffle(numbers)
    return [_document(rnd, number) for number in numbers]


def _document(rnd: random.Random, number: int) -> Document:
    values = {name: _values(rnd) for name in SCHEMA.texts if rnd.random() < 0.95}
    keywords = {}
    if rnd.random() < 0.9:
        keywords["tag"] = tuple(rnd.choices(_TAGS + tuple(f"t{i}" for i in range(300)), k=rnd.randint(0, 4)))
    if rnd.random() < 0.8:
        keywords["lang"] = (rnd.choice(_LANGUAGES),)
    if rnd.random() < 0.9:
        keywords["sorted"] = ("".join(rnd.choices("abé漢𠮷", k=rnd.randint(1, 2))),)
    numbers: dict[str, float] = {}
    if rnd.random() < 0.9:
        numbers["year"] = rnd.choice((-750, 0, 2008, rnd.randint(1800, 2020)))
    if rnd.random() < 0.95:
        numbers["number"] = rnd.choice((number, -number, 7, 2.5))
    return Document(number, values, keywords, numbers, b'{"n": %d}' % number)


def _values(rnd: random.Random) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(_word(rnd) for _ in range(rnd.randint(0, 5))) for _ in range(rnd.randint(0, 3)))


def _word(rnd: random.Random) -> str:
    return VOCABULARY[min(int(rnd.expovariate(0.12)), len(VOCABULARY) - 1)]


def queries(seed: int, many: int) -> list[q.Query]:
    """Queries of every shape, many of them over words that are there.

    Nine in ten look only at some of the documents: a cluster takes ten times as long to hand over hits as to find them.
    """
    rnd = random.Random(seed)
    return [_query(rnd, 3) if i % 10 == 0 else _narrow(rnd, _query(rnd, 3)) for i in range(many)]


def _narrow(rnd: random.Random, query: q.Query) -> q.Query:
    low = 200 * rnd.randrange(-10, 10)
    return q.AllOf((query, q.Between("number", low, low + 199)))


def _query(rnd: random.Random, depth: int) -> q.Query:
    field, weight = rnd.choice(SCHEMA.texts), rnd.choice((1.0, 2.0, 0.5))
    shape = rnd.random()
    if depth and shape < 0.45:
        of = tuple(_query(rnd, depth - 1) for _ in range(rnd.choice((0, 1, 2, 2, 3, 4))))
        return q.AnyOf(of) if rnd.random() < 0.5 else q.AllOf(of)
    if depth and shape < 0.55:
        return q.Not(_query(rnd, depth - 1))
    if depth and shape < 0.6:
        return q.Filter(_query(rnd, depth - 1))
    if shape < 0.75:
        return q.Word(field, rnd.choice((_word(rnd), "absent")), weight)
    if shape < 0.82:
        return q.Prefix(field, _word(rnd)[: rnd.randint(1, 4)], weight)
    if shape < 0.9:
        return q.Phrase(field, tuple(_word(rnd) for _ in range(rnd.randint(0, 3))), weight)
    if shape < 0.95:
        return q.Keyword(*rnd.choice((("tag", rnd.choice(_TAGS)), ("lang", rnd.choice(_LANGUAGES)))))
    low, high = rnd.choice((None, 2008, -800, 1900.5, 10**400)), rnd.choice((None, 2008, 0, 1950, -(10**400)))
    return q.Between(rnd.choice(SCHEMA.numbers), low, high)


WORDS = st.sampled_from(VOCABULARY)
_FIELDS = st.sampled_from(SCHEMA.texts)
_WEIGHTS = st.sampled_from((1.0, 2.0, 0.5))
LEAVES: st.SearchStrategy[q.Query] = st.one_of(
    st.builds(q.Word, _FIELDS, WORDS, _WEIGHTS),
    st.builds(q.Prefix, _FIELDS, WORDS.map(lambda word: word[:2]), _WEIGHTS),
    st.builds(q.Phrase, _FIELDS, st.lists(WORDS, max_size=3).map(tuple), _WEIGHTS),
    st.builds(q.Keyword, st.just("tag"), st.sampled_from(_TAGS)),
    st.builds(q.Between, st.sampled_from(SCHEMA.numbers), st.none() | st.integers(), st.none() | st.floats(-3e3, 3e3)),
)
QUERIES: st.SearchStrategy[q.Query] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(q.AnyOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(q.AllOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(q.Not, inner),
        st.builds(q.Filter, inner),
    ),
    max_leaves=8,
)

SORTS = tuple(Sort(by, direction) for by in ("year", "number", "sorted", "id") for direction in ("asc", "desc"))


def sorted_questions(seed: int, many: int) -> Sequence[Asked]:
    """Questions for an order by a field, cut at any place."""
    rnd = random.Random(seed)
    return [
        Asked(
            query=_query(rnd, 2),
            sort=rnd.choice(SORTS),
            offset=rnd.choice((0, 0, 3, 50)),
            size=rnd.choice((1, 5, 20, 500)),
            ties=rnd.choice(("", "number", "year")),
        )
        for _ in range(many)
    ]
