"""The index on a cluster: its address, two writers, a cluster that is away."""

import asyncio
import random
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.textindex.steady_writer import SCHEMA, numbered, start
from westmarch.errors import Conflict, Invalid, Unavailable
from westmarch.textindex import query as q
from westmarch.textindex.cluster.address import Address, parse_address
from westmarch.textindex.cluster.engine import ClusterEngine
from westmarch.textindex.engine import Asked, Position

AT = Position("e", 3, "1")


@pytest.fixture
async def engines(
    opensearch: str, request: pytest.FixtureRequest
) -> AsyncIterator[tuple[ClusterEngine, ClusterEngine]]:
    """Two processes' engines on one alias, the test's own, with an index of three documents."""
    address = parse_address(f"opensearch+{opensearch}/{request.node.name.replace('_', '-')[:90]}")
    one, other = ClusterEngine(address, SCHEMA), ClusterEngine(address, SCHEMA)
    async with one.building(AT) as building:
        await building.add(numbered(number) for number in (1, 2, 3))
    yield one, other
    await one.close()
    await other.close()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("opensearch+http://localhost", Address(("http://localhost:9200",), "westmarch")),
        ("elasticsearch+https://a:1,b/books", Address(("https://a:1", "https://b:9200"), "books")),
        ("opensearch+https://me:p%40ss@[::1]:9", Address(("https://[::1]:9",), "westmarch", ("me", "p@ss"))),
        (
            "opensearch+https://a/x?api_key=k%3D&ca=/c.pem",
            Address(("https://a:9200",), "x", api_key="k=", ca="/c.pem"),
        ),
    ],
)
def test_an_address_names_nodes_alias_and_how_to_sign_in(url: str, expected: Address) -> None:
    assert parse_address(url) == expected


@pytest.mark.unit
@pytest.mark.parametrize(
    "url",
    ["solr+http://a", "http://a", "opensearch://a", "opensearch+http://", "opensearch+http://me:secret@a:x",
     "opensearch+http://a/UPPER", "opensearch+http://a?verify=no", "opensearch+http://a,,b",
     "me:secret@a", "opensearch+http://me:p/secret@a", "opensearch+http://me:p?secret@a",
     "opensearch+http://me:p@q/r?secret@a"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_address(url)
    assert refused.value.place == "search_url"
    assert "secret" not in f"{refused.value.message}{refused.value.hint}"


async def test_of_two_writers_one_is_told(engines: tuple[ClusterEngine, ClusterEngine]) -> None:
    one, other = engines
    assert await one.position() == await other.position() == AT
    await one.apply([numbered(4)], [], Position("e", 4, "1"))
    with pytest.raises(Conflict):
        await other.apply([numbered(5)], [], Position("e", 5, "1"))
    assert await other.position() == Position("e", 4, "1")
    await other.apply([numbered(5)], [], Position("e", 5, "1"))
    assert await one.count() == 5


async def test_a_build_of_another_process_is_found_at_once(engines: tuple[ClusterEngine, ClusterEngine]) -> None:
    one, other = engines
    assert await one.position() == AT
    async with other.building(Position("e", 9, "1")) as building:
        await building.add([numbered(7)])
        assert await one.count() == 3
    assert [hit.id for hit in (await one.search(Asked(q.EVERYTHING))).hits] == [7]
    with pytest.raises(Conflict):
        await one.apply([numbered(8)], [], Position("e", 10, "1"))


@pytest.mark.parametrize("kills", [2, pytest.param(25, marks=pytest.mark.long)])
async def test_a_writer_killed_at_any_instant_leaves_a_whole_index(opensearch: str, tmp_path: Path, kills: int) -> None:
    rnd, last, url = random.Random(kills), 0, f"opensearch+{opensearch}/{secrets.token_hex(8)}"
    engine = ClusterEngine(parse_address(url), SCHEMA)
    for _ in range(kills):
        process = start(url, tmp_path)
        assert process.stdout is not None
        told = int(await asyncio.to_thread(process.stdout.readline))
        await asyncio.sleep(rnd.random() * 1.5)
        process.kill()
        told = max([told, *map(int, process.stdout.read().split())])
        process.wait()
        process.stdout.close()
        last = await gone_on(engine, max(told, last + 1))
        found = await engine.search(Asked(q.Word("title", "all"), size=10**4))
        assert [hit.id for hit in found.hits] == list(range(1, last + 1))
    await engine.close()


async def gone_on(engine: ClusterEngine, least: int) -> int:
    """Write the next document. What the killed one asked last may still be done meanwhile."""
    while True:
        position = await engine.position()
        assert position is not None
        assert position.position >= least
        then = position.position + 1
        with suppress(Conflict):
            await engine.apply([numbered(then)], [], Position("e", then, "1"))
            return then


async def test_too_many_words_for_the_cluster_are_refused_as_such(
    engines: tuple[ClusterEngine, ClusterEngine],
) -> None:
    words = tuple(q.Word("title", f"w{i}") for i in range(3000))
    assert (await engines[0].search(Asked(q.AnyOf((*words, q.Word("title", "n2")))))).count == 1
    with pytest.raises(Invalid):
        await engines[0].search(Asked(q.AllOf(words)))


@pytest.mark.slow
@pytest.mark.unit
async def test_a_cluster_that_is_away_is_unavailable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        engine = ClusterEngine(parse_address(f"opensearch+http://127.0.0.1:{taken.getsockname()[1]}"), SCHEMA)
        for asking in (engine.search(Asked(q.EVERYTHING)), engine.position(), engine.apply([], [], AT)):
            with pytest.raises(Unavailable):
                await asking
        await engine.close()


async def test_a_cluster_without_the_index_says_so(opensearch: str) -> None:
    engine = ClusterEngine(parse_address(f"opensearch+{opensearch}/none"), SCHEMA)
    assert await engine.position() is None
    with pytest.raises(Unavailable, match="no search index"):
        await engine.search(Asked(q.EVERYTHING))
    with pytest.raises(Conflict):
        await engine.apply([numbered(1)], [], AT)
    await engine.close()
