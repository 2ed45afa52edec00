"""The index on OpenSearch or Elasticsearch, by opensearch-py's asynchronous client, which both answer.

An alias names the index in use. A new one is made beside it under a name of its own, and the alias moves in one step.
The position is a document of the index, written after the documents that it stands for: whoever comes back after a
failure in between applies these once more. It is only written over the position that was read, so that of two writers
one is told. Until an index is whole, the time of its last documents stands there.

Every index keeps an alias of its own beside, which all that is written goes to: a name of an index that is gone would
make one anew, and the common alias may name another one meanwhile.
"""

import json
import re
import secrets
import time
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from westmarch.errors import Conflict, Invalid, Unavailable
from westmarch.textindex import positions
from westmarch.textindex.cluster import bodies
from westmarch.textindex.cluster.address import PLACE, Address
from westmarch.textindex.cluster.nodes import Nodes, moved
from westmarch.textindex.cluster.queries import EVERYTHING
from westmarch.textindex.documents import Document, Found, Hit, Schema
from westmarch.textindex.engine import Asked, Position
from westmarch.textindex.typos import neighbours

#: A build that has added nothing for so long, in seconds, was killed.
_LEFT = 600
#: The name under which the time of the last documents stands in an index that is not whole.
_ADDED = "added"


@dataclass(frozen=True, slots=True)
class _Told:
    """The position that was read last: in which index, and in which state of its document."""

    index: str
    sequence: int
    term: int


class ClusterEngine:
    """An index behind an alias of a cluster."""

    def __init__(self, address: Address, schema: Schema) -> None:
        self._alias = address.alias
        self._schema = schema
        self._nodes = Nodes(address)
        self._told: _Told | None = None

    async def search(self, asked: Asked) -> Found:
        """Hits, their exact count, and facets; ties of a rank in order of the documents' numbers."""
        answer = await self._search(bodies.search_body(asked))
        counts = {name: _buckets(answer, name) if most > 0 else () for name, most in asked.facets}
        return Found(tuple(map(_hit, answer["hits"]["hits"])), answer["hits"]["total"]["value"], counts)

    async def get(self, ids: Collection[int]) -> dict[int, Hit]:
        """The documents of these numbers that there are."""
        if not ids:
            return {}
        body = {
            "query": {"terms": {"id": list(ids)}},
            "size": len(ids),
            "_source": ["source"],
            "docvalue_fields": ["id"],
        }
        hits = map(_hit, (await self._search(body | {"sort": ["id"]}))["hits"]["hits"])
        return {hit.id: hit for hit in hits}

    async def similar(self, field: str, word: str, most: int) -> list[tuple[str, int]]:
        """Words of a text field that are one typo away (Damerau-Levenshtein 1), the most frequent first."""
        others = neighbours(word)
        if not others:
            return []
        return list(_buckets(await self._search(bodies.words_body(field, others, most)), "words"))

    async def apply(self, put: Sequence[Document], removed: Collection[int], position: Position) -> None:
        """Replace or remove documents, then note the position. Findable when it returns.

        Raises Conflict where there is no index, or another than the one whose position was asked last, or where
        another writer has been there since.
        """
        if self._told is None:
            await self.position()
        told = self._told
        if told is None or await self._index() != told.index:
            raise moved()
        for lines in bodies.bulks(put, removed):
            await self._nodes.put(_own(told.index), lines)
        noted = bodies.position_line(
            positions.written(position, self._schema), if_seq_no=told.sequence, if_primary_term=told.term
        )
        done = await self._nodes.put(_own(told.index), [noted], refresh="true")
        self._told = _Told(told.index, done["_seq_no"], done["_primary_term"])

    async def position(self) -> Position | None:
        """How far the index has come; None where there is none, or half of one."""
        self._told = None
        index = await self._index()
        if index is None:
            return None
        found = await self._nodes.ask("GET", f"/{index}/_doc/{bodies.POSITION_ID}", absent={})
        if not found.get("found"):
            return None
        self._told = _Told(index, found["_seq_no"], found["_primary_term"])
        return positions.read(found["_source"]["source"], self._schema)

    async def count(self) -> int:
        """The number of documents."""
        answer = await self._nodes.ask("POST", f"/{self._alias}/_count", body={"query": EVERYTHING})
        return int(answer["count"])

    @asynccontextmanager
    async def building(self, position: Position) -> AsyncIterator["ClusterBuilding"]:
        """A new index, as of the position, that replaces the one in use when the block ends."""
        await self._clear()
        name = f"{self._alias}-{secrets.token_hex(8)}"
        used = False
        try:
            await self._nodes.write("PUT", f"/{name}", body=bodies.index_body(self._schema, _own(name)))
            building = ClusterBuilding(self._nodes, _own(name), position)
            await building.add(())
            yield building
            await self._use(name, building.position)
            used = True
        finally:
            if not used:
                with suppress(Unavailable, Conflict):  # The next build removes it; why this one failed matters more.
                    await self._nodes.write("DELETE", f"/{name}", absent={})

    async def close(self) -> None:
        """Give back what it holds."""
        await self._nodes.close()

    async def _use(self, name: str, position: Position) -> None:
        """Let the alias name the index that is built, and no other one, in one step; then remove those before it."""
        await self._nodes.put(_own(name), [bodies.position_line(positions.written(position, self._schema))])
        await self._nodes.write("PUT", f"/{name}/_settings", body=bodies.whole_settings())
        await self._nodes.write("POST", f"/{name}/_refresh")
        before = await self._aliased()
        actions = [
            {"remove": {"index": f"{self._alias}-*", "alias": self._alias}},
            {"add": {"index": name, "alias": self._alias}},
        ]
        await self._nodes.write("POST", "/_aliases", body={"actions": actions})
        for old in before:
            await self._nodes.write("DELETE", f"/{old}", absent={})

    async def _clear(self) -> None:
        """Remove what builds that were killed have left. Raises Invalid where the alias cannot be one."""
        there = await self._nodes.write("GET", f"/{self._alias},{self._alias}-*", absent={}, ignore_unavailable="true")
        if self._alias in there:
            raise Invalid(
                f"The search engine has an index that is called {self._alias} and is not this program's.",
                hint="End the address in another name: `…/NAME`.",
                place=PLACE,
            )
        for name, facts in there.items():
            ours = re.fullmatch(re.escape(self._alias) + "-[0-9a-f]{16}", name)
            if ours and self._alias not in facts["aliases"] and await self._is_left(name, facts):
                await self._nodes.write("DELETE", f"/{name}", absent={})

    async def _is_left(self, name: str, facts: dict[str, Any]) -> bool:
        found = await self._nodes.ask("GET", f"/{name}/_doc/{bodies.POSITION_ID}", absent={})
        told = json.loads(found["_source"]["source"]) if found.get("found") else {}
        created = int(facts["settings"]["index"]["creation_date"]) / 1000
        return float(told.get(_ADDED, created)) < time.time() - _LEFT

    async def _index(self) -> str | None:
        """The index in use."""
        return next(iter(await self._aliased()), None)

    async def _aliased(self) -> list[str]:
        there = await self._nodes.ask("GET", f"/_alias/{self._alias}", absent={})
        return [name for name, facts in there.items() if facts.get("aliases")]

    async def _search(self, body: dict[str, Any]) -> Any:
        path = f"/{self._alias}/_search"
        found = await self._nodes.ask("POST", path, body=body, absent={})
        # The index in use may go while it is looked for; another has its place by then.
        return found or await self._nodes.ask("POST", path, body=body)


class ClusterBuilding:
    """A new index beside the one in use."""

    def __init__(self, nodes: Nodes, alias: str, position: Position) -> None:
        self._nodes = nodes
        self.alias = alias
        self.position = position

    async def add(self, documents: Iterable[Document]) -> None:
        """Add documents that are not in it."""
        await self.replace(documents, ())

    async def replace(self, put: Iterable[Document], removed: Collection[int]) -> None:
        """Replace documents that may be in it, or remove them."""
        for lines in bodies.bulks(put, removed):
            await self._nodes.put(self.alias, lines)
        await self._nodes.put(self.alias, [bodies.position_line(json.dumps({_ADDED: time.time()}))])


def _own(name: str) -> str:
    """The alias that an index of this name keeps."""
    return f"{name}-own"


def _hit(hit: dict[str, Any]) -> Hit:
    score = hit.get("_score")
    return Hit(hit["fields"]["id"][0], score or 0.0, hit["_source"]["source"].encode())


def _buckets(answer: dict[str, Any], name: str) -> tuple[tuple[str, int], ...]:
    return tuple((bucket["key"], bucket["doc_count"]) for bucket in answer["aggregations"][name]["buckets"])
