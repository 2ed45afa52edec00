"""The way to the nodes of a cluster: over TLS, signed in, past those that are dead; and what is told when it fails."""

import asyncio
import json
import secrets
import socket
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from httpx2 import AsyncClient

from tests.textindex import front
from tests.textindex.steady_writer import SCHEMA, numbered
from westmarch.errors import Conflict, Invalid, Unavailable, WestmarchError
from westmarch.textindex import query as q
from westmarch.textindex.cluster import nodes
from westmarch.textindex.cluster.address import parse_address
from westmarch.textindex.cluster.engine import ClusterEngine
from westmarch.textindex.engine import Asked, Position

AT = Position("e", 3, "1")
LATER = Position("e", 4, "1")


@pytest.fixture
async def alias(opensearch: str) -> str:
    """The name of an index of three documents, the test's own."""
    name = secrets.token_hex(8)
    async with opened(f"opensearch+{opensearch}/{name}") as engine, engine.building(AT) as building:
        await building.add(numbered(number) for number in (1, 2, 3))
    return name


@pytest.fixture
async def node(opensearch: str) -> AsyncIterator[AsyncClient]:
    """The node itself, for what an operator does."""
    async with AsyncClient(base_url=opensearch, timeout=30) as client:
        yield client


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[ClusterEngine]:
    """An engine at an address."""
    engine = ClusterEngine(parse_address(url), SCHEMA)
    try:
        yield engine
    finally:
        await engine.close()


async def failing(asking: Awaitable[object]) -> WestmarchError:
    """The error with which something fails."""
    with pytest.raises(WestmarchError) as raised:
        await asking
    return raised.value


async def test_a_cluster_is_asked_over_tls_by_whom_it_knows(opensearch: str, alias: str, tmp_path: Path) -> None:
    made = front.certificate_for_this_machine(tmp_path)
    async with front.before(opensearch, front.locked(front.basic("me", "pässwörd:ж")), certificate=made) as there:
        at = f"127.0.0.1:{there.port}/{alias}"
        known = f"opensearch+https://me:p%C3%A4ssw%C3%B6rd%3A%D0%B6@{at}"
        async with opened(f"{known}?ca={made}") as engine:
            assert await engine.count() == 3
            await engine.apply([numbered(4)], [], LATER)
            assert await engine.position() == LATER
        async with opened(f"opensearch+https://me:wrong@{at}?ca={made}") as engine:
            assert "does not know who asks" in (await failing(engine.count())).message
        async with opened(known) as engine:
            error = await failing(engine.search(Asked(q.EVERYTHING)))
            assert isinstance(error, Unavailable)
            assert "certificate" in error.message
            assert "ca=" in error.hint
    async with (
        front.before(opensearch, front.locked("ApiKey k3y="), certificate=made) as there,
        opened(f"opensearch+https://127.0.0.1:{there.port}/{alias}?ca={made}&api_key=k3y%3D") as engine,
    ):
        assert await engine.count() == 4


@pytest.mark.unit
@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_an_authority_that_is_none_is_refused_at_once(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(Invalid) as refused:
        ClusterEngine(parse_address(f"opensearch+https://a?ca={file}"), SCHEMA)
    assert (refused.value.place, str(file) in refused.value.message) == ("search_url", True)


async def test_of_several_nodes_one_may_be_dead_and_one_may_fail(opensearch: str, alias: str) -> None:
    node = opensearch.removeprefix("http://")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        dead = f"127.0.0.1:{taken.getsockname()[1]}"
        async with front.before(opensearch, lambda _head, _body: front.answer("502 Bad Gateway", "{}")) as failing:
            all_three = f"{dead},127.0.0.1:{failing.port},{node}"
            for _ in range(5):
                async with opened(f"opensearch+http://{all_three}/{alias}") as engine:
                    assert await engine.count() == 3


async def test_nobody_waits_long_for_a_node_that_is_silent(
    opensearch: str, alias: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nodes, "_ASKED", 0.3)
    monkeypatch.setattr(nodes, "_PATIENCE", 0.8)
    writers: list[asyncio.StreamWriter] = []
    silent = await asyncio.start_server(lambda _, writer: writers.append(writer), "127.0.0.1", 0)
    at = f"127.0.0.1:{silent.sockets[0].getsockname()[1]}"
    began = time.monotonic()
    async with opened(f"opensearch+http://{at}/{alias}") as engine:
        assert "in time" in (await failing(engine.count())).message
    assert time.monotonic() - began < 5
    monkeypatch.setattr(nodes, "_PATIENCE", 20)
    async with opened(f"opensearch+http://{at},{opensearch.removeprefix('http://')}/{alias}") as engine:
        for _ in range(3):
            assert await engine.count() == 3
    silent.close()
    await asyncio.gather(*map(front.ended, writers))


async def test_what_is_refused_for_a_while_is_tried_again(opensearch: str, alias: str) -> None:
    refusals = {"_bulk": 3, "_count": 1, "_search": 9}
    error = {"type": "rejected_execution_exception", "reason": "the queue is full"}

    def busy(head: str, body: bytes) -> bytes | None:
        """As clusters do: whole requests, and single documents of a request that is taken."""
        name = next((name for name in refusals if f"/{name}" in head.partition("\n")[0]), "")
        if not refusals.get(name):
            return None
        refusals[name] -= 1
        if name != "_bulk" or refusals[name] == 2:
            return front.answer("429 Too Many Requests", json.dumps({"error": {"root_cause": [error]}, "status": 429}))
        actions = [action for action in map(json.loads, body.splitlines()) if {"index", "delete"} & set(action)]
        items = [
            {name: {"_id": to["_id"], "status": 429, "error": error}} for each in actions for name, to in each.items()
        ]
        return front.answer("200 OK", json.dumps({"errors": True, "items": items}))

    async with (
        front.before(opensearch, busy) as there,
        opened(f"opensearch+http://127.0.0.1:{there.port}/{alias}") as engine,
    ):
        await engine.apply([numbered(4), numbered(5)], [1], LATER)
        assert await engine.count() == 4
        assert "too much to do" in (await failing(engine.search(Asked(q.EVERYTHING)))).message
        assert refusals["_bulk"] == refusals["_count"] == 0


async def test_an_index_closed_to_writing_says_so_and_goes_on_when_it_is_open(
    opensearch: str, alias: str, node: AsyncClient
) -> None:
    async with opened(f"opensearch+{opensearch}/{alias}") as engine:
        for block in ("read_only_allow_delete", "read_only"):
            await node.put(f"/{alias}/_settings", json={f"index.blocks.{block}": True})
            error = await failing(engine.apply([numbered(4)], [], LATER))
            assert isinstance(error, Unavailable)
            assert "closed its indexes to writing" in error.message
            assert "disks" in error.hint
            assert await engine.count() == 3
            await node.put(f"/{alias}/_settings", json={f"index.blocks.{block}": None})
        await engine.apply([numbered(4)], [], LATER)
        assert await engine.count() == 4


async def test_a_red_index_is_unavailable_and_not_lost(opensearch: str, alias: str, node: AsyncClient) -> None:
    async with opened(f"opensearch+{opensearch}/{alias}") as engine:
        [name] = (await node.get(f"/_alias/{alias}")).json()
        red = await red_copy(node, alias, name)
        await instead(node, alias, name, red)
        for asking in (engine.search(Asked(q.EVERYTHING)), engine.count(), engine.position()):
            error = await failing(asking)
            assert isinstance(error, Unavailable)
            assert "health of its cluster" in error.hint
        await instead(node, alias, red, name)
        assert await engine.position() == AT
    (await node.delete(f"/{red}")).raise_for_status()


async def red_copy(node: AsyncClient, alias: str, name: str) -> str:
    """Make an index as another one is, which no node may have. (One that has data gets its node all the same.)"""
    red = f"{alias}-{secrets.token_hex(8)}"
    mappings = (await node.get(f"/{name}/_mapping")).json()[name]["mappings"]
    settings = {"number_of_replicas": 0, "index.routing.allocation.require._name": "none"}
    answer = await node.put(f"/{red}?wait_for_active_shards=0", json={"settings": settings, "mappings": mappings})
    answer.raise_for_status()
    return red


async def instead(node: AsyncClient, alias: str, old: str, new: str) -> None:
    """Let an alias be that of another index."""
    actions = [{"remove": {"index": old, "alias": alias}}, {"add": {"index": new, "alias": alias}}]
    (await node.post("/_aliases", json={"actions": actions})).raise_for_status()


async def test_an_index_that_is_called_as_the_alias_is_not_touched(opensearch: str, node: AsyncClient) -> None:
    name = secrets.token_hex(8)
    await node.put(f"/{name}")
    async with opened(f"opensearch+{opensearch}/{name}") as engine:
        with pytest.raises(Invalid, match="is not this program's"):
            async with engine.building(AT):
                pass
    assert list((await node.get(f"/{name}*")).json()) == [name]


async def test_what_killed_builds_left_goes_with_the_next_and_a_build_that_goes_on_stays(
    opensearch: str, alias: str, node: AsyncClient
) -> None:
    async with opened(f"opensearch+{opensearch}/{alias}") as engine:
        for number, added in enumerate((1, time.time())):
            left = f"{alias}-{number:016x}"
            await node.put(f"/{left}", json={"aliases": {f"{left}-own": {}}})
            await node.put(f"/{left}/_doc/position", json={"source": json.dumps({"added": added})})
        async with engine.building(AT), engine.building(LATER):
            there = await indexes(node, alias)
            assert f"{alias}-{0:016x}" not in there
            assert len(there) == 4
        assert await engine.position() == AT
        [used] = (await node.get(f"/_alias/{alias}")).json()
        assert sorted(await indexes(node, alias)) == sorted([left, used])


async def indexes(node: AsyncClient, alias: str) -> list[str]:
    return list((await node.get(f"/{alias}-*")).json())


async def test_nothing_is_written_to_an_index_that_is_gone_nor_to_the_one_in_its_place(
    opensearch: str, alias: str, node: AsyncClient
) -> None:
    before = (await node.get(f"/_alias/{alias}")).text

    def stale(head: str, _body: bytes) -> bytes | None:
        """As if another index took the place right after the alias was looked at."""
        return front.answer("200 OK", before) if "/_alias/" in head else None

    async with (
        front.before(opensearch) as there,
        opened(f"opensearch+http://127.0.0.1:{there.port}/{alias}") as engine,
        opened(f"opensearch+{opensearch}/{alias}") as other,
    ):
        assert await engine.position() == AT
        async with other.building(LATER):
            pass
        there.instead.append(stale)
        for put in ([numbered(4)], []):
            with pytest.raises(Conflict):
                await engine.apply(put, [], Position("e", 9, "1"))
        assert await other.count() == 0
        assert await indexes(node, alias) == list((await node.get(f"/_alias/{alias}")).json())


async def test_searches_go_on_while_indexes_are_replaced(opensearch: str, alias: str) -> None:
    async with (
        opened(f"opensearch+{opensearch}/{alias}") as engine,
        opened(f"opensearch+{opensearch}/{alias}") as other,
    ):
        counts: set[int] = set()

        async def read() -> None:
            while not replacing.done():
                counts.add((await other.search(Asked(q.Word("title", "all")))).count)
                await asyncio.sleep(0.005)

        async def replace() -> None:
            for at in range(4):
                async with engine.building(Position("e", at, "1")) as building:
                    await building.add(numbered(number) for number in (1, 2, 3))

        replacing = asyncio.create_task(replace())
        await asyncio.gather(replacing, read(), read(), read())
        assert counts == {3}
