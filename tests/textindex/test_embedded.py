"""The index in a folder: several processes, one that is killed, files that are broken."""

import asyncio
import contextlib
import random
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.textindex.steady_writer import SCHEMA, numbered, start
from westmarch.errors import Conflict, Unavailable
from westmarch.textindex import query as q
from westmarch.textindex.documents import LONGEST_KEYWORD, Document
from westmarch.textindex.embedded import facets
from westmarch.textindex.embedded.engine import EmbeddedEngine
from westmarch.textindex.engine import Asked, Position

AT = Position("e", 3, "1")


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[EmbeddedEngine]:
    engine = EmbeddedEngine(tmp_path / "search", SCHEMA)
    yield engine
    await engine.close()


async def built(engine: EmbeddedEngine, many: int = 3) -> Path:
    """An index with so many documents; its folder."""
    async with engine.building(AT) as building:
        await building.add(numbered(number) for number in range(1, many + 1))
    folder = engine.folder.folder
    return folder / (folder / "current").read_text()


async def test_without_an_index_there_is_no_position_and_a_search_says_so(engine: EmbeddedEngine) -> None:
    assert await engine.position() is None
    with pytest.raises(Unavailable, match="no search index"):
        await engine.search(Asked(q.EVERYTHING))
    with pytest.raises(Conflict):
        await engine.apply([numbered(1)], [], AT)


@pytest.mark.parametrize("kills", [4, pytest.param(60, marks=pytest.mark.long)])
async def test_a_writer_killed_at_any_instant_leaves_a_whole_index(
    engine: EmbeddedEngine, tmp_path: Path, kills: int
) -> None:
    rnd, last = random.Random(kills), 0
    for _ in range(kills):
        process = start("", tmp_path / "search")
        assert process.stdout is not None
        told = int(process.stdout.readline())
        await asyncio.sleep(rnd.random() * 0.4)
        process.kill()
        told = max([told, *map(int, process.stdout.read().split())])
        process.wait()
        process.stdout.close()
        position = await engine.position()
        assert position is not None
        assert position.position >= told > last
        assert await engine.count() == position.position
        found = await engine.search(Asked(q.Word("title", "all"), size=10**4, facets=(("tag", 3),)))
        assert [hit.id for hit in found.hits] == list(range(1, position.position + 1))
        last = position.position
        await engine.apply([numbered(last + 1)], [], Position("e", last + 1, "1"))
    async with engine.building(AT):
        pass
    assert len(list((tmp_path / "search").glob("index-*"))) == 1


async def test_readers_see_the_commits_and_the_new_indexes_of_another_process(
    engine: EmbeddedEngine, tmp_path: Path
) -> None:
    process = start("", tmp_path / "search")
    assert process.stdout is not None
    try:
        for _ in range(9):
            told = int(process.stdout.readline())
            assert await engine.count() >= told
            found = await engine.search(Asked(q.Word("title", f"n{told}")))
            assert [hit.id for hit in found.hits] == [told]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


async def test_searches_go_on_while_it_is_written(engine: EmbeddedEngine) -> None:
    await built(engine, 50)

    async def write() -> None:
        for number in range(51, 61):
            await engine.apply([numbered(number)], [number - 50], Position("e", number, "1"))

    async def read() -> None:
        while not writing.done():
            found = await engine.search(Asked(q.Word("title", "all"), size=100))
            assert found.count == len(found.hits) == 50

    writing = asyncio.create_task(write())
    await asyncio.gather(writing, read(), read())


@pytest.mark.parametrize("suffix", ["fast", "fieldnorm", "idx", "pos", "store", "term"])
async def test_a_broken_file_is_seen(engine: EmbeddedEngine, tmp_path: Path, suffix: str) -> None:
    path = await built(engine)
    (file,) = path.glob(f"*.{suffix}")
    whole = file.read_bytes()
    for broken in (whole[:-1], b"", whole[: len(whole) // 2], bytes([whole[0] ^ 1]) + whole[1:], b"\0" * len(whole)):
        file.write_bytes(broken)
        fresh = EmbeddedEngine(tmp_path / "search", SCHEMA)
        assert await fresh.position() is None, len(broken)
        with contextlib.suppress(Unavailable):
            await fresh.search(Asked(q.Word("title", "all"), facets=(("tag", 3),)))
        await fresh.close()
    file.unlink()
    assert await engine.position() is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"segments": [{}]}', b"\xff\xfe"])
async def test_a_broken_list_of_files_is_seen(engine: EmbeddedEngine, content: bytes) -> None:
    path = await built(engine)
    (path / "meta.json").write_bytes(content)
    assert await engine.position() is None
    with pytest.raises(Unavailable):
        await engine.search(Asked(q.EVERYTHING))
    await built(engine)
    assert await engine.count() == 3


@pytest.mark.parametrize("name", ["", "index-gone", "../..", "\0", "é"])
async def test_a_pointer_to_nothing_is_no_index(engine: EmbeddedEngine, tmp_path: Path, name: str) -> None:
    await built(engine)
    (tmp_path / "search" / "current").write_text(name)
    assert await engine.position() is None
    with pytest.raises(Unavailable):
        await engine.count()


async def test_an_index_of_other_fields_is_none(engine: EmbeddedEngine, tmp_path: Path) -> None:
    await built(engine)
    wider = type(SCHEMA)(texts=("title", "body"), keywords=SCHEMA.keywords, numbers=SCHEMA.numbers)
    other = EmbeddedEngine(tmp_path / "search", wider)
    assert await other.position() is None
    await other.close()


async def test_what_a_killed_build_left_goes_with_the_next(engine: EmbeddedEngine, tmp_path: Path) -> None:
    path = await built(engine)
    shutil.copytree(path, tmp_path / "search" / "index-left")
    async with engine.building(AT), engine.building(AT):
        assert not (tmp_path / "search" / "index-left").exists()
        assert len(list((tmp_path / "search").glob("index-*"))) == 3


async def test_a_write_while_another_process_writes_waits(engine: EmbeddedEngine, tmp_path: Path) -> None:
    await built(engine)
    other = EmbeddedEngine(tmp_path / "search", SCHEMA)
    await asyncio.gather(
        *(each.apply([numbered(10 * i)], [], AT) for i, each in enumerate([engine, other] * 3, start=1)),
    )
    assert await engine.count() == 3 + 6
    await other.close()


async def test_a_keyword_beyond_the_limit_is_cut_alike_in_documents_and_queries(engine: EmbeddedEngine) -> None:
    value = "\ud800" + "é" * (LONGEST_KEYWORD + 70_000)
    async with engine.building(AT) as building:
        await building.add([Document(1, {}, {"tag": (value,)})])
    assert (await engine.search(Asked(q.Keyword("tag", value)))).count == 1


@pytest.mark.parametrize(("times", "expected"), [(1, ["000", "001", "002"]), (2, None)])
async def test_facets_of_very_many_equal_values_are_exact_counts(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch, times: int, expected: list[str] | None
) -> None:
    monkeypatch.setattr(facets, "_ALL", 64)  # tantivy itself refuses more than 65,000.
    async with engine.building(AT) as building:
        await building.add(
            Document(n, texts={}, keywords={"tag": (f"{n % 300:03}",)}, numbers={}, source=b"")
            for n in range(300 * times)
        )
    found = await engine.search(Asked(q.EVERYTHING, size=0, facets=(("tag", 3),)))
    assert [count for _, count in found.facets["tag"]] == [times] * 3
    assert expected is None or [value for value, _ in found.facets["tag"]] == expected
