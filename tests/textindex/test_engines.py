"""Every engine finds, counts and sorts what a look at every document does."""

import secrets
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from tests.textindex import making, scan
from westmarch.errors import Conflict
from westmarch.textindex import query as q
from westmarch.textindex.documents import Document, Sort
from westmarch.textindex.engine import Asked, Engine, Position
from westmarch.textindex.opening import open_index

MANY = 400
THERE = making.documents(1, MANY)
AT = Position(epoch="e", position=10, analyser="1")


@cache
def by_scan(many: int) -> list[tuple[q.Query, list[Document]]]:
    """Queries with the documents that match, found once for all engines."""
    return [(query, scan.found(THERE, query)) for query in making.queries(many, many)]


@pytest.fixture(params=["tantivy", "opensearch", pytest.param("elasticsearch", marks=pytest.mark.long)])
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Engine]:
    """An index of documents that came in several commits, some of them replaced and removed."""
    url = ""
    if request.param != "tantivy":
        url = f"{request.param}+{request.getfixturevalue(request.param)}/{secrets.token_hex(8)}"
    engine = open_index(url, tmp_path, making.SCHEMA)
    old, gone = making.documents(2, 30), making.documents(3, 40, MANY + 1)
    async with engine.building(replace(AT, position=1)) as building:
        await building.add(old + gone + [each for each in THERE if each.id > 120])
    late = [each for each in THERE if each.id <= 120]
    for i in range(3):
        await engine.apply(late[i::3], [each.id for each in gone[i::3]], replace(AT, position=2 + i))
    await engine.apply([], [], AT)
    yield engine
    await engine.close()


@pytest.mark.parametrize("many", [400, pytest.param(5000, marks=pytest.mark.long)])
async def test_hits_counts_and_facets_are_those_of_a_scan(engine: Engine, many: int) -> None:
    assert await engine.count() == MANY
    wanted = (("tag", 10), ("lang", 2), ("sorted", 300))
    for query, expected in by_scan(many):
        got = await engine.search(Asked(query, size=MANY, facets=wanted))
        assert sorted(hit.id for hit in got.hits) == [each.id for each in expected], query
        assert got.count == len(expected), query
        assert got.facets == scan.facets(expected, wanted), query
        assert all(hit.source == b'{"n": %d}' % hit.id for hit in got.hits)


async def test_an_order_by_a_field_is_that_of_a_scan(engine: Engine) -> None:
    for asked in making.sorted_questions(5, 200):
        got = await engine.search(asked)
        expected = scan.in_order(THERE, asked)
        assert [hit.id for hit in got.hits] == expected[asked.offset : asked.offset + asked.size], asked
        assert got.count == len(expected), asked


async def test_pages_by_relevance_are_cut_from_one_order(engine: Engine) -> None:
    numbers = {each.id: each.numbers.get("number", 1e9) for each in THERE}
    for query in making.queries(6, 25):
        for ties in ("", "number"):
            whole = await engine.search(Asked(query, size=MANY, ties=ties))
            keys = [(-hit.score, numbers[hit.id] if ties else 0, hit.id) for hit in whole.hits]
            assert keys == sorted(keys), query
            for offset, size in ((0, 1), (0, 7), (3, 20), (40, 300)):
                page = await engine.search(Asked(query, size=size, offset=offset, ties=ties))
                assert page.hits == whole.hits[offset : offset + size], (query, offset, size)


async def test_without_anything_to_rank_hits_are_in_order_of_their_numbers(engine: Engine) -> None:
    got = await engine.search(Asked(q.Keyword("lang", "fr"), size=5))
    assert [hit.id for hit in got.hits] == [each.id for each in scan.found(THERE, q.Keyword("lang", "fr"))][:5]
    assert {hit.score for hit in got.hits} == {0.0}


async def test_weight_multiplies_and_filters_do_not_count(engine: Engine) -> None:
    word, other = q.Word("title", "love"), q.Word("people", "war")
    plain = {hit.id: hit.score for hit in (await engine.search(Asked(word, size=MANY))).hits}
    double = await engine.search(Asked(replace(word, weight=2.0), size=MANY))
    assert {hit.id: hit.score for hit in double.hits} == pytest.approx({k: 2 * v for k, v in plain.items()}, abs=1e-3)
    filtered = await engine.search(Asked(q.AllOf((word, q.Filter(other), q.Between("year", None, None))), size=MANY))
    assert filtered.count
    assert all(hit.score == pytest.approx(plain[hit.id], abs=1e-3) for hit in filtered.hits)
    prefix = await engine.search(Asked(q.Prefix("title", "se", 3.0)))
    assert {hit.score for hit in prefix.hits} == {3.0}


async def test_a_phrase_does_not_reach_into_the_next_value(engine: Engine) -> None:
    split = Document(9001, {"title": (("alpha",), ("beta",))})
    await engine.apply([split, Document(9002, {"title": (("alpha", "beta"),)})], [], AT)
    assert [hit.id for hit in (await engine.search(Asked(q.Phrase("title", ("alpha", "beta"))))).hits] == [9002]


async def test_completions_are_the_most_frequent_words_that_begin_so(engine: Engine) -> None:
    counts = scan.words_of(THERE, "title")
    for start in ("s", "se", "king", "к", "夏", "zz"):
        expected = sorted((-n, word) for word, n in counts.items() if word.startswith(start))
        assert await engine.completions("title", start, 3) == [(word, -n) for n, word in expected[:3]]


async def test_similar_words_are_one_typo_away(engine: Engine) -> None:
    counts = scan.words_of(THERE, "title")
    for word in ("sea", "seal", "kng", "tje", "war", "войно", "كتب", "absent", "x" * 99):
        expected = sorted((-n, other) for other, n in counts.items() if scan.one_typo_away(word, other))
        got = await engine.similar("title", word, 5)
        assert got == ([] if len(word) > 32 else [(other, -n) for n, other in expected[:5]])


async def test_documents_are_given_by_their_numbers(engine: Engine) -> None:
    got = await engine.get([1, 120, 121, MANY + 1, -1, 10**12])
    assert {number: hit.source for number, hit in got.items()} == {n: b'{"n": %d}' % n for n in (1, 120, 121)}
    assert await engine.get([]) == {}


async def test_a_size_of_nothing_counts(engine: Engine) -> None:
    got = await engine.search(Asked(q.EVERYTHING, size=0, facets=(("lang", 1),)))
    assert (got.hits, got.count, len(got.facets["lang"])) == ((), MANY, 1)


async def test_a_thousand_words_are_a_question_like_another(engine: Engine) -> None:
    words = tuple(
        q.Word(field, f"{word}{i}" if i else word)
        for i in range(300)
        for word in ("sea", "war")
        for field in making.SCHEMA.texts
    )
    got = await engine.search(Asked(q.AnyOf(words), size=MANY))
    assert sorted(hit.id for hit in got.hits) == [each.id for each in scan.found(THERE, q.AnyOf(words))]


async def test_the_position_is_that_of_the_last_commit(engine: Engine) -> None:
    assert await engine.position() == AT
    await engine.apply([], [1], replace(AT, position=11))
    assert await engine.position() == replace(AT, position=11)
    assert await engine.count() == MANY - 1


async def test_a_build_takes_the_place_of_the_index_when_it_ends(engine: Engine) -> None:
    async with engine.building(replace(AT, position=20)) as building:
        await building.add([Document(1, {"title": (("new",),)})])
        await engine.apply([Document(9000, {"title": (("late",),)})], [], AT)
        assert await engine.count() == MANY + 1
    assert (await engine.count(), await engine.position()) == (1, replace(AT, position=20))


async def test_a_build_that_fails_leaves_the_index_as_it_was(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError):
        async with engine.building(replace(AT, position=20)) as building:
            await building.add(Document(1 // (5 - i), {}) for i in range(9))
    assert (await engine.count(), await engine.position()) == (MANY, AT)


async def test_what_is_applied_to_an_index_that_was_replaced_is_refused(engine: Engine, tmp_path: Path) -> None:
    assert await engine.position() == AT
    async with engine.building(replace(AT, position=5)):
        pass
    with pytest.raises(Conflict):
        await engine.apply([], [], replace(AT, position=11))
    assert await engine.position() == replace(AT, position=5)
    await engine.apply([], [], replace(AT, position=6))


@given(query=making.QUERIES)
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
async def test_any_query_finds_what_a_scan_finds(engine: Engine, query: q.Query) -> None:
    got = await engine.search(Asked(query, size=MANY, sort=Sort("id", "asc")))
    assert [hit.id for hit in got.hits] == [each.id for each in scan.found(THERE, query)]
