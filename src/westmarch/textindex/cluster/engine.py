"""The index on OpenSearch or Elasticsearch, by opensearch-py's asynchronous client, which both answer.

An alias names the index in use. A new one is made beside it under a name of its own, and the alias moves in one step.
The position is a document of the index, written after the documents that it stands for: whoever comes back after a
failure in between applies these once more. It is only written over the position that was read, so that of two writers
one is told.
"""

import re
import secrets
import time
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from westmarch.errors import Conflict, Invalid, Unavailable
from westmarch.textindex import positions
from westmarch.textindex.cluster import bodies
from westmarch.textindex.cluster.address import Address
from westmarch.textindex.documents import Document, Found, Hit, Schema
from westmarch.textindex.engine import Asked, Position
from westmarch.textindex.typos import neighbours

if TYPE_CHECKING:
    from opensearchpy import AsyncOpenSearch

_SECONDS = 10
_TRIES = 2
#: What a build that was killed has left is removed after a day.
_LEFT = 24 * 3600
#: Longer than any word: patterns of a cluster are limited to 1,000 characters.
_LONGEST = 200
_SPECIAL = re.compile(r'([.?+*|{}\[\]()"\\#@&<>~^$-])')


@dataclass(frozen=True, slots=True)
class _Told:
    """The position that was read last: in which index, and in which state of its document."""

    index: str
    sequence: int
    term: int


class ClusterEngine:
    """An index behind an alias of a cluster."""

    def __init__(self, address: Address, schema: Schema) -> None:
        self._address = address
        self._schema = schema
        self._client: AsyncOpenSearch | None = None
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

    async def completions(self, field: str, start: str, most: int) -> list[tuple[str, int]]:
        """Words of a text field that begin so, with the number of documents, the most frequent first."""
        if len(start) > _LONGEST:
            return []
        pattern = _SPECIAL.sub(r"\\\1", start) + ".*"
        return await self._words({"prefix": {field: {"value": start}}}, field, most, pattern)

    async def similar(self, field: str, word: str, most: int) -> list[tuple[str, int]]:
        """Words of a text field that are one typo away (Damerau-Levenshtein 1), the most frequent first."""
        others = neighbours(word)
        if not others:
            return []
        return await self._words({"terms": {field: others}}, field, most, others)

    async def apply(self, put: Sequence[Document], removed: Collection[int], position: Position) -> None:
        """Replace or remove documents, then note the position. Findable when it returns.

        Raises Conflict where there is no index, or another than the one whose position was asked last, or where
        another writer has been there since.
        """
        if self._told is None:
            await self.position()
        told = self._told
        if told is None or await self._index() != told.index:
            raise _moved()
        for body in bodies.bulks(put, removed):
            await self._bulk(body, index=self._address.alias, require_alias=True)
        answer = await self._call(
            "PUT",
            f"/{told.index}/_doc/{bodies.POSITION_ID}",
            params={"if_seq_no": told.sequence, "if_primary_term": told.term, "refresh": "true"},
            body={"source": positions.written(position, self._schema)},
        )
        self._told = _Told(told.index, answer["_seq_no"], answer["_primary_term"])

    async def position(self) -> Position | None:
        """How far the index has come; None where there is none, or half of one."""
        self._told = None
        index = await self._index()
        if index is None:
            return None
        found = await self._call("GET", f"/{index}/_doc/{bodies.POSITION_ID}", absent={})
        if not found.get("found"):
            return None
        self._told = _Told(index, found["_seq_no"], found["_primary_term"])
        return positions.read(found["_source"]["source"], self._schema)

    async def count(self) -> int:
        """The number of documents."""
        answer = await self._call("POST", f"/{self._address.alias}/_count", body={"query": {"exists": {"field": "id"}}})
        return int(answer["count"])

    @asynccontextmanager
    async def building(self, position: Position) -> AsyncIterator["ClusterBuilding"]:
        """A new index, as of the position, that replaces the one in use when the block ends."""
        await self._clear()
        name = f"{self._address.alias}-{secrets.token_hex(8)}"
        await self._call("PUT", f"/{name}", body=bodies.index_body(self._schema))
        used = False
        try:
            yield ClusterBuilding(self, name)
            await self._use(name, position)
            used = True
        finally:
            if not used:
                with suppress(Unavailable):  # It goes within a day otherwise; the reason of the failure matters more.
                    await self._call("DELETE", f"/{name}", absent={})

    async def close(self) -> None:
        """Give back what it holds."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def add(self, name: str, documents: Iterable[Document]) -> None:
        """Add documents to an index that is being built."""
        for body in bodies.bulks(documents):
            await self._bulk(body, index=name)

    async def _use(self, name: str, position: Position) -> None:
        await self._call(
            "PUT", f"/{name}/_doc/{bodies.POSITION_ID}", body={"source": positions.written(position, self._schema)}
        )
        await self._call("PUT", f"/{name}/_settings", body=bodies.whole_settings())
        await self._call("POST", f"/{name}/_refresh")
        old = await self._index()
        actions: list[dict[str, Any]] = [{"add": {"index": name, "alias": self._address.alias}}]
        if old is not None:
            actions.append({"remove_index": {"index": old}})
        await self._call("POST", "/_aliases", body={"actions": actions})

    async def _clear(self) -> None:
        """Remove indexes of ours that no alias names and that are older than any build."""
        there = await self._call("GET", f"/{self._address.alias}-*", absent={})
        for name, facts in there.items():
            ours = re.fullmatch(re.escape(self._address.alias) + "-[0-9a-f]{16}", name)
            created = int(facts["settings"]["index"]["creation_date"]) / 1000
            if ours and not facts["aliases"] and created < time.time() - _LEFT:
                await self._call("DELETE", f"/{name}", absent={})

    async def _index(self) -> str | None:
        """The index in use."""
        there = await self._call("GET", f"/_alias/{self._address.alias}", absent={})
        return next((name for name, facts in there.items() if facts.get("aliases")), None)

    async def _words(self, query: dict[str, Any], field: str, most: int, include: object) -> list[tuple[str, int]]:
        return list(_buckets(await self._search(bodies.words_body(query, field, most, include)), "words"))

    async def _search(self, body: dict[str, Any]) -> Any:
        return await self._call("POST", f"/{self._address.alias}/_search", body=body)

    async def _bulk(self, body: str, **where: Any) -> None:
        index, flags = where.pop("index"), {name: str(value).lower() for name, value in where.items()}
        answer = await self._call("POST", f"/{index}/_bulk", params=flags, body=body)
        if answer["errors"]:
            items = (next(iter(item.values())) for item in answer["items"])
            errors = [item["error"] for item in items if "error" in item]
            if errors:
                raise Unavailable(f"The search engine did not take a document: {errors[0].get('reason')}")

    async def _call(self, method: str, path: str, *, absent: Any = None, body: Any = None, params: Any = None) -> Any:
        """One request. `absent` is the answer where something is not there; without it that is Unavailable."""
        from opensearchpy.exceptions import ConflictError, NotFoundError, OpenSearchException, RequestError

        try:
            return await self._connected().transport.perform_request(method, path, params=params, body=body)
        except NotFoundError as error:
            if absent is not None:
                return absent
            raise Unavailable("There is no search index.", hint="`westmarch search rebuild` makes it.") from error
        except ConflictError as error:
            raise _moved() from error
        except RequestError as error:
            if "too_many" in str(error.info):
                raise Invalid("The question has more words than the search engine takes.") from error
            raise Unavailable(f"The search engine does not take what it is asked: {error.error}") from error
        except OpenSearchException as error:
            raise Unavailable(f"The search engine does not answer: {type(error).__name__}") from error

    def _connected(self) -> "AsyncOpenSearch":
        if self._client is None:
            self._client = _client(self._address)
        return self._client


class ClusterBuilding:
    """A new index beside the one in use."""

    def __init__(self, engine: ClusterEngine, name: str) -> None:
        self._engine = engine
        self._name = name

    async def add(self, documents: Iterable[Document]) -> None:
        """Add documents that are not in it."""
        await self._engine.add(self._name, documents)


def _client(address: Address) -> "AsyncOpenSearch":
    try:
        from opensearchpy import AsyncOpenSearch
    except ImportError as error:
        raise Invalid(
            "The package opensearch-py is not installed.",
            hint='Install it: pip install "westmarch[opensearch]"',
            place="search_url",
        ) from error
    signed: dict[str, Any] = {}
    if address.user:
        signed["http_auth"] = address.user
    if address.api_key:
        signed["headers"] = {"Authorization": f"ApiKey {address.api_key}"}
    if address.ca:
        signed["ca_certs"] = address.ca
    return AsyncOpenSearch(
        hosts=list(address.nodes),
        timeout=_SECONDS,
        max_retries=_TRIES,
        retry_on_timeout=True,
        retry_on_status=(429, 502, 503, 504),
        http_compress=False,
        **signed,
    )


def _hit(hit: dict[str, Any]) -> Hit:
    score = hit.get("_score")
    return Hit(hit["fields"]["id"][0], score or 0.0, hit["_source"]["source"].encode())


def _buckets(answer: dict[str, Any], name: str) -> tuple[tuple[str, int], ...]:
    return tuple((bucket["key"], bucket["doc_count"]) for bucket in answer["aggregations"][name]["buckets"])


def _moved() -> Conflict:
    return Conflict("The search index is another than before.", hint="Ask for its position again.")
