"""The index in the process, by tantivy: any number of processes read, one at a time writes.

Work is done in threads. A search looks whether the index has moved (two calls of `stat`) and then reads its newest
commit, whichever process made it. A writer is opened for each commit and closed after it, so that no process keeps the
right to write.
"""

import asyncio
import bisect
import logging
import os
import shutil
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TypeVar

import tantivy

from westmarch.errors import Conflict, Unavailable
from westmarch.textindex import positions
from westmarch.textindex.documents import Document, Found, Hit, Schema
from westmarch.textindex.embedded.facets import Counts, facets
from westmarch.textindex.embedded.fields import (
    ID,
    POSITION_ID,
    counted,
    hits_of,
    new_index,
    position_document,
    position_in,
    source_of,
    tantivy_document,
    tantivy_schema,
)
from westmarch.textindex.embedded.folder import IndexFolder
from westmarch.textindex.embedded.queries import tantivy_query
from westmarch.textindex.embedded.ranking import Ranked, Ranking
from westmarch.textindex.engine import Asked, Position
from westmarch.textindex.query import Query, ranks
from westmarch.textindex.typos import neighbours

T = TypeVar("T")

logger = logging.getLogger(__name__)

#: Bytes that the writer gathers before it writes a segment: of a few documents, and of a whole index, which is one
#: segment then as far as that holds (200,000 books): three facets among four segments took 25 ms instead of 3. What is
#: built in takes as much memory as its documents need, up to that.
_HEAP, _BUILDING_HEAP = 16_000_000, 256_000_000
_READERS = min(4, (os.cpu_count() or 1) + 1)
#: Questions whose facets are kept until the next commit.
_REMEMBERED = 256
_HINT = "`westmarch search rebuild` makes it anew."


@dataclass(frozen=True, slots=True)
class _State:
    """One commit of one index, and the facets that were counted on it."""

    seen: tuple[Path, tuple[int, int, int]]
    searcher: tantivy.Searcher
    counts: dict[tuple[Query, tuple[tuple[str, int], ...]], dict[str, Counts]] = field(default_factory=dict)


class EmbeddedEngine:
    """An index in a folder."""

    def __init__(self, folder: Path, schema: Schema) -> None:
        self.folder = IndexFolder(folder)
        self.fields = schema
        self._schema = tantivy_schema(schema)
        self._keywords = frozenset(schema.keywords)
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="search")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="index")
        self._opening = Lock()
        self._open: _State | None = None
        self._told: Path | None = None

    async def search(self, asked: Asked) -> Found:
        """Hits, their exact count, and facets; ties of a rank in order of the documents' numbers."""
        return await self._read(lambda: self._search(asked))

    async def get(self, ids: Collection[int]) -> dict[int, Hit]:
        """The documents of these numbers that there are."""
        return await self._read(lambda: self._get(ids))

    async def similar(self, field: str, word: str, most: int) -> list[tuple[str, int]]:
        """Words of a text field that are one typo away (Damerau-Levenshtein 1), the most frequent first."""
        return await self._read(lambda: self._similar(field, word, most))

    async def apply(self, put: Sequence[Document], removed: Collection[int], position: Position) -> None:
        """Replace or remove documents, and note the position, all in one commit. Findable when it returns.

        Raises Conflict where there is no index, or another than the one whose position was asked last.
        """
        await self.write(lambda: self._apply(put, removed, position))

    async def position(self) -> Position | None:
        """How far the index has come; None where there is none, or half of one."""
        return await self._read(self._position)

    async def count(self) -> int:
        """The number of documents."""
        return await self._read(lambda: self._searcher().num_docs - 1)

    @asynccontextmanager
    async def building(self, position: Position) -> AsyncIterator["FolderBuilding"]:
        """A new index, as of the position, that replaces the one in use when the block ends."""
        building = await self.write(lambda: FolderBuilding(self, self.folder, self._schema, position))
        try:
            yield building
            await self.write(building.finish)
        finally:
            await self.write(building.discard)

    async def close(self) -> None:
        """Give back what it holds."""
        await asyncio.to_thread(self._readers.shutdown)
        await asyncio.to_thread(self._writer.shutdown)
        self._open = None

    async def write(self, work: Callable[[], T]) -> T:
        """Do something that writes, in the one thread for that."""
        return await asyncio.get_running_loop().run_in_executor(self._writer, _done, work)

    async def _read(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, _done, work)

    def _searcher(self) -> tantivy.Searcher:
        return self._newest().searcher

    def _newest(self) -> _State:
        """The newest commit of the index in use."""
        state = self.folder.state()
        opened = self._open
        if opened is not None and opened.seen == state:
            return opened
        with self._opening:
            return self._reopened()

    def _reopened(self) -> _State:
        while (state := self.folder.state()) is not None:
            if self._open is not None and self._open.seen == state:
                return self._open
            try:
                # tantivy does not stand what is broken; new files alone are read for it.
                if self.folder.is_whole(state[0]):
                    self._open = _State(state, _opened(state[0]).searcher())
                    continue
            except (ValueError, OSError) as error:
                logger.warning("The search index cannot be read: %s", error)
            if self.folder.state() == state:
                raise Unavailable("The search index cannot be read.", hint=_HINT)
        raise Unavailable("There is no search index.", hint=_HINT)

    def _search(self, asked: Asked) -> Found:
        newest = self._newest()
        searcher = newest.searcher
        query = tantivy_query(asked.query, self._schema)
        ranking = Ranking(searcher, self._schema, self._keywords)
        last = asked.offset + asked.size
        ranked: list[Ranked] = []
        if not asked.size:
            count = counted(searcher.search(query, limit=1))
        elif asked.sort.by == "relevance" and ranks(asked.query):
            ranked, count = ranking.by_score(query, last, asked.ties)
        else:
            ranked, count = ranking.by_field(query, last, asked.sort, asked.ties)
        return Found(hits_of(searcher, ranked[asked.offset :]), count, self._facets(newest, query, asked))

    def _facets(self, newest: _State, query: tantivy.Query, asked: Asked) -> dict[str, Counts]:
        """Counts by value. They take ten times as long as the hits of a broad question, and pages ask them again."""
        if not asked.facets:
            return {}
        key = asked.query, asked.facets
        counts = newest.counts.get(key)
        if counts is None:
            if len(newest.counts) >= _REMEMBERED:
                newest.counts.clear()
            counts = newest.counts[key] = facets(newest.searcher, self._schema, query, asked.facets)
        return dict(counts)

    def _get(self, ids: Collection[int]) -> dict[int, Hit]:
        wanted = [number for number in ids if number >= 0]
        if not wanted:
            return {}
        searcher = self._searcher()
        found = searcher.search(tantivy.Query.term_set_query(self._schema, ID, wanted), limit=len(wanted)).hits
        addresses = [address for _, address in found]
        numbers = searcher.fast_field_values(ID, addresses)
        hits = [Hit(int(n or 0), 0.0, source_of(searcher, at)) for n, at in zip(numbers, addresses, strict=True)]
        return {hit.id: hit for hit in hits}

    def _similar(self, field: str, word: str, most: int) -> list[tuple[str, int]]:
        searcher = self._searcher()
        there = [(other, searcher.doc_freq(field, other)) for other in neighbours(word)]
        return self._most_frequent(searcher, field, [found for found in there if found[1]], most)

    def _most_frequent(
        self, searcher: tantivy.Searcher, field: str, words: list[tuple[str, int]], most: int
    ) -> list[tuple[str, int]]:
        """The most frequent words. Their given numbers count also documents removed and not yet merged away."""
        found: list[tuple[int, str]] = []
        for word, at_most in sorted(words, key=lambda word: (-word[1], word[0])):
            if len(found) >= most and at_most < -found[most - 1][0]:
                break
            count = counted(searcher.search(tantivy.Query.term_query(self._schema, field, word), limit=1))
            if count:
                bisect.insort(found, (-count, word))
        return [(word, -count) for count, word in found[:most]]

    def _position(self) -> Position | None:
        while (state := self.folder.state()) is not None:
            self._told = state[0]
            try:
                if self.folder.is_whole(state[0]):
                    return positions.read(position_in(_opened(state[0]).searcher(), self._schema), self.fields)
            except (ValueError, OSError) as error:
                logger.warning("The search index cannot be read: %s", error)
            if self.folder.state() == state:
                return None
        self._told = None
        return None

    def _apply(self, put: Sequence[Document], removed: Collection[int], position: Position) -> None:
        with self.folder.locked():
            state = self.folder.state()
            if state is None or state[0] != (self._told or state[0]):
                raise Conflict("The search index is another than before.", hint="Ask for its position again.")
            self.folder.clear_uncommitted(state[0])
            writer = tantivy.Index.open(str(state[0])).writer(_HEAP, 1)
            for number in {*removed, *(document.id for document in put), POSITION_ID}:
                writer.delete_documents_by_term(ID, number)
            for document in put:
                writer.add_document(tantivy_document(document, self._schema))
            writer.add_document(position_document(positions.written(position, self.fields)))
            writer.commit()
            writer.wait_merging_threads()


class FolderBuilding:
    """A new index in a folder beside the one in use."""

    def __init__(self, engine: EmbeddedEngine, folder: IndexFolder, schema: tantivy.Schema, position: Position) -> None:
        self._engine = engine
        self.folder = folder
        self.position = position
        with folder.locked():
            folder.clear()
            self._path = folder.make()
            self._schema = schema
            self._writer: tantivy.IndexWriter | None = new_index(self._path, schema).writer(_BUILDING_HEAP, 1)

    async def add(self, documents: Iterable[Document]) -> None:
        """Add documents that are not in it. They are taken from the iterable in another thread."""
        await self._engine.write(lambda: self._add(documents))

    async def replace(self, put: Sequence[Document], removed: Collection[int]) -> None:
        """Replace documents that may be in it, or remove them."""
        await self._engine.write(lambda: self._replace(put, removed))

    def _add(self, documents: Iterable[Document]) -> None:
        if self._writer is None:
            raise Conflict("This index is built already.")
        for document in documents:
            self._writer.add_document(tantivy_document(document, self._schema))

    def _replace(self, put: Sequence[Document], removed: Collection[int]) -> None:
        if self._writer is None:
            raise Conflict("This index is built already.")
        for number in {*removed, *(document.id for document in put)}:
            self._writer.delete_documents_by_term(ID, number)
        self._add(put)

    def finish(self) -> None:
        """Put it in the place of the one in use."""
        if self._writer is None:
            raise Conflict("This index is built already.")
        self._writer.add_document(position_document(positions.written(self.position, self._engine.fields)))
        self._writer.commit()
        self._writer.wait_merging_threads()
        self._writer = None
        with self.folder.locked():
            self.folder.use(self._path)
            self.folder.clear()

    def discard(self) -> None:
        """Remove it, unless it is in use."""
        if self._writer is not None:
            self._writer = None
            shutil.rmtree(self._path, ignore_errors=True)


def _opened(path: Path) -> tantivy.Index:
    index = tantivy.Index.open(str(path))
    index.config_reader("manual")
    index.reload()
    return index


def _done(work: Callable[[], T]) -> T:
    try:
        return work()
    except (ValueError, OSError) as error:
        raise Unavailable(f"The search index does not answer: {error}", hint=_HINT) from error
