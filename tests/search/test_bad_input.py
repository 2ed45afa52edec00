"""Whatever is asked, the search service answers or refuses by name; it never fails."""

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.search.conftest import Asking
from westmarch.books.shapes import Search

#: One process and one index for all examples.
EXAMPLES = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WORDS = st.sampled_from(
    [
        "harry", "potter*", '"the', "-games", "tag:", "year:2008..", "AND",
        "紅樓夢", "الكتاب", "*", "(", "\\", "\0", "don't",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=30), st.lists(WORDS, max_size=6).map(" ".join))
NUMBERS = st.one_of(st.integers(-(10**25), 10**25).map(str), st.integers(-3, 40).map(str), TEXTS)
FLAGS = st.sampled_from(["0", "1", "true", "no", "", "x"])
LISTED = {"tags", "tag", "author", "language"}
VALUES: dict[str, st.SearchStrategy[str]] = {
    name: TEXTS if name in {"q", "series", "fields", "isbn", *LISTED} else NUMBERS for name in Search.model_fields
} | {
    "match": st.sampled_from(["any", "all", "x"]),
    "sort": st.sampled_from(["title", "-year", "relevance", "newest", "-rating", "x"]),
    "facets": st.sampled_from(["tags", "year,author", "language,series", ",", "x"]),
    **dict.fromkeys(("operators", "complete", "fuzzy", "highlight", "explain"), FLAGS),
}
QUERIES = st.lists(
    st.sampled_from(sorted(VALUES)).flatmap(lambda name: st.tuples(st.just(name), VALUES[name])), max_size=6
)


@EXAMPLES
@given(pairs=QUERIES)
async def test_no_question_is_answered_with_a_fault(books: Asking, pairs: list[tuple[str, str]]) -> None:
    query = "&".join(f"{name}={quote(value.encode('utf-8', 'surrogatepass'), safe='')}" for name, value in pairs)
    answer = await books.client.get(f"/api/v1/search/?{query}")
    assert answer.status_code in (200, 422), (query, answer.text)
    if answer.status_code == 422:
        assert {each["parameter"] for each in answer.json()["parameters"]} <= {name for name, _ in pairs}
    else:
        found = answer.json()
        assert found["count"] >= len(found["results"])


@EXAMPLES
@given(raw=st.binary(max_size=60).map(lambda raw: quote(raw, safe="")), path=st.sampled_from(["search/", "suggest"]))
async def test_no_bytes_are_answered_with_a_fault(books: Asking, raw: str, path: str) -> None:
    for query in (f"q={raw}", f"tags={raw}", f"q={raw}&operators=1&fuzzy=1&complete=1&highlight=1&explain=1"):
        answer = await books.client.get(f"/api/v1/{path}?{query}")
        assert answer.status_code == 200, (query, answer.text)


@pytest.mark.parametrize(
    ("parameters", "count"),
    [
        ({"q": "x" * 10_000}, 0),
        ({"q": "harry " * 2_000}, 7),
        ({"q": " ".join(f"w{n}" for n in range(2_000)) + " hunger"}, 3),
        ({"tags": [f"t{n}" for n in range(999)] + ["address-year"]}, None),
        ({"tag": [f"t{n}" for n in range(1000)]}, 0),
        ({"tags": "[" * 5_000}, 0),
        ({"q": '"' * 3_000, "operators": 1}, 0),
    ],
)
async def test_much_is_answered_too(books: Asking, parameters: dict[str, Any], count: int | None) -> None:
    found = await books.json(**parameters)
    assert count is None or found["count"] == count
