"""Every engine finds, counts and sorts what a look at every document does."""

import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from tests.conftest import in_a_loop_apart
from tests.textindex import making, scan
from westmarch.errors import Conflict
from westmarch.textindex import query as q
from westmarch.textindex.documents import Document, Sort
from westmarch.textindex.engine import Asked, Engine, Position
from westmarch.textindex.opening import open_index
from westmarch.textindex.query import ranks

MANY, FEW = 2000, 30
THERE = making.documents(1, MANY)
SCAN = scan.Scan(THERE)
AT = Position(epoch="e", position=10, analyser="1")
CLUSTERS = ("opensearch", *(pytest.param(kind, marks=pytest.mark.long) for kind in ("opensearch_2", "elasticsearch")))

Opening = Callable[[str], Engine]


@cache
def by_scan(many: int) -> list[tuple[q.Query, list[Document]]]:
    """Queries with the documents that match, found once for all engines."""
    return [(query, SCAN.found(query)) for query in making.queries(many, many)]


@pytest.fixture(scope="module")
def opening(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Opening:
    """Opens an engine of a kind on the index of all documents, which is made when it is first asked for."""
    made: dict[str, tuple[str, Path]] = {}

    def opened(kind: str) -> Engine:
        if kind not in made:
            made[kind] = (address(request, kind), tmp_path_factory.mktemp(kind))
            in_a_loop_apart(fill(open_index(*made[kind], making.SCHEMA)))
        return open_index(*made[kind], making.SCHEMA)

    return opened


def address(request: pytest.FixtureRequest, kind: str) -> str:
    """A new one of an index; the engine in the process has none."""
    if kind == "tantivy":
        return ""
    return f"{kind.partition('_')[0]}+{request.getfixturevalue(kind)}/{secrets.token_hex(8)}"


async def fill(engine: Engine) -> None:
    """Documents come in several commits, some of them replaced and removed."""
    old, gone = making.documents(2, 30), making.documents(3, 40, MANY + 1)
    async with engine.building(replace(AT, position=1)) as building:
        await building.add(old + gone + [each for each in THERE if each.id > 120])
    late = [each for each in THERE if each.id <= 120]
    for i in range(3):
        await engine.apply(late[i::3], [each.id for each in gone[i::3]], replace(AT, position=2 + i))
    await engine.apply([], [], AT)
    await engine.close()


@pytest.fixture(params=["tantivy", *CLUSTERS])
def kind(request: pytest.FixtureRequest) -> str:
    """Each engine in turn."""
    return str(request.param)


@pytest.fixture
async def engine(kind: str, opening: Opening) -> AsyncIterator[Engine]:
    """The index of all documents, to be read."""
    engine = opening(kind)
    yield engine
    await engine.close()


@pytest.fixture
async def small(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Engine]:
    """An index of few documents, the test's own."""
    engine = open_index(address(request, kind), tmp_path, making.SCHEMA)
    async with engine.building(AT) as building:
        await building.add(making.documents(1, FEW))
    yield engine
    await engine.close()


@pytest.mark.parametrize("many", [1000, pytest.param(10_000, marks=pytest.mark.long)])
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
        expected = scan.in_order(SCAN.found(asked.query), asked)
        assert [hit.id for hit in got.hits] == expected[asked.offset : asked.offset + asked.size], asked
        assert got.count == len(expected), asked


async def test_pages_by_relevance_are_cut_from_one_order(engine: Engine) -> None:
    numbers = {each.id: each.numbers.get("number", 1e9) for each in THERE}
    for query in making.queries(6, 20):
        for ties in ("", "number"):
            whole = await engine.search(Asked(query, size=MANY, ties=ties))
            keys = [(-hit.score, numbers[hit.id] if ties else 0, hit.id) for hit in whole.hits]
            assert keys == sorted(keys), query
            for offset, size in ((0, 1), (3, 20), (40, 300)):
                page = await engine.search(Asked(query, size=size, offset=offset, ties=ties))
                assert page.hits == whole.hits[offset : offset + size], (query, offset, size)


@pytest.mark.parametrize("kind", CLUSTERS)
async def test_ranks_are_in_nearly_the_same_order_on_every_engine(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Of documents that all have all texts: where one is missing, the engines take other means of its length."""
    there = [each for each in THERE if all(any(each.texts.get(name, ())) for name in making.SCHEMA.texts)]
    cluster, own = (open_index(address(request, each), tmp_path, making.SCHEMA) for each in (kind, "tantivy"))
    for engine in (cluster, own):
        async with engine.building(AT) as building:
            await building.add(there)
    ranked = [query for query in making.queries(8, 400) if ranks(query)]
    same = 0
    for query in ranked:
        got = await cluster.search(Asked(query, size=20))
        scores = {hit.id: hit.score for hit in (await own.search(Asked(query, size=MANY))).hits}
        same += all(one >= later * 0.999 for one, later in pairwise(scores[hit.id] for hit in got.hits))
    for engine in (cluster, own):
        await engine.close()
    assert len(ranked) > 200
    assert same > 0.97 * len(ranked)


async def test_without_anything_to_rank_hits_are_in_order_of_their_numbers(engine: Engine) -> None:
    got = await engine.search(Asked(q.Keyword("lang", "fr"), size=5))
    assert [hit.id for hit in got.hits] == [each.id for each in SCAN.found(q.Keyword("lang", "fr"))][:5]
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


async def test_a_phrase_does_not_reach_into_the_next_value(small: Engine) -> None:
    split = Document(9001, {"title": (("alpha",), ("beta",))})
    await small.apply([split, Document(9002, {"title": (("alpha", "beta"),)})], [], AT)
    assert [hit.id for hit in (await small.search(Asked(q.Phrase("title", ("alpha", "beta"))))).hits] == [9002]


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
    there = q.AnyOf(tuple(word for word in words if word.word in making.VOCABULARY))
    assert sorted(hit.id for hit in got.hits) == [each.id for each in SCAN.found(there)]


async def test_the_position_is_that_of_the_last_commit(small: Engine) -> None:
    assert await small.position() == AT
    await small.apply([], [1], replace(AT, position=11))
    assert await small.position() == replace(AT, position=11)
    assert await small.count() == FEW - 1


async def test_a_build_takes_the_place_of_the_index_when_it_ends(small: Engine) -> None:
    async with small.building(replace(AT, position=20)) as building:
        await building.add([Document(1, {"title": (("new",),)})])
        await small.apply([Document(9000, {"title": (("late",),)})], [], AT)
        assert await small.count() == FEW + 1
    assert (await small.count(), await small.position()) == (1, replace(AT, position=20))


async def test_what_changes_while_an_index_is_built_is_put_into_it(small: Engine) -> None:
    old, new = Document(1, {"title": (("old",),)}), Document(1, {"title": (("new",),)})
    async with small.building(replace(AT, position=20)) as building:
        await building.add([old, Document(2, {"title": (("gone",),)})])
        await building.replace([new, Document(3, {"title": (("new",),)})], [2])
        building.position = replace(AT, position=30)
    assert await small.position() == replace(AT, position=30)
    found = await small.search(Asked(q.EVERYTHING))
    assert [hit.id for hit in found.hits] == [1, 3]
    assert (await small.search(Asked(q.Word("title", "new")))).count == 2


async def test_a_build_that_fails_leaves_the_index_as_it_was(small: Engine) -> None:
    with pytest.raises(ZeroDivisionError):
        async with small.building(replace(AT, position=20)) as building:
            await building.add(Document(1 // (5 - i), {}) for i in range(9))
    assert (await small.count(), await small.position()) == (FEW, AT)


async def test_what_is_applied_to_an_index_that_was_replaced_is_refused(small: Engine) -> None:
    assert await small.position() == AT
    async with small.building(replace(AT, position=5)):
        pass
    with pytest.raises(Conflict):
        await small.apply([], [], replace(AT, position=11))
    assert await small.position() == replace(AT, position=5)
    await small.apply([], [], replace(AT, position=6))


@given(query=making.QUERIES)
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
async def test_any_query_finds_what_a_scan_finds(engine: Engine, query: q.Query) -> None:
    got = await engine.search(Asked(query, size=MANY, sort=Sort("id", "asc")))
    assert [hit.id for hit in got.hits] == [each.id for each in SCAN.found(query)]
