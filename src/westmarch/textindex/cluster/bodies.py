"""What is sent to the cluster: the index' settings, documents, searches."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from westmarch.textindex.cluster.queries import translated
from westmarch.textindex.documents import Document, Schema, keyword_value
from westmarch.textindex.engine import Asked
from westmarch.textindex.query import ranks

POSITION_ID = "position"
#: Bytes of one request with documents.
_BULK = 4_000_000
#: The clusters' own limit is 10,000 hits from the first; the engine in the process has none.
_DEEPEST = 10_000_000


def index_body(schema: Schema, own: str) -> dict[str, Any]:
    """A new index: one shard, so that counts and facets are exact; not refreshed before it is whole.

    `own` is an alias that it keeps as long as it is there.
    """
    fields: dict[str, Any] = {
        "id": {"type": "long"},
        "source": {"type": "keyword", "index": False, "doc_values": False},
    }
    # Typos are looked up among the words of a field, which takes its words in memory.
    fields |= {name: {"type": "text", "analyzer": "whitespace", "fielddata": True} for name in schema.texts}
    fields |= {name: {"type": "keyword"} for name in schema.keywords}
    fields |= {name: {"type": "double"} for name in schema.numbers}
    settings = {
        "number_of_shards": 1,
        "number_of_replicas": 0,
        "refresh_interval": "-1",
        "max_result_window": _DEEPEST,
    }
    mappings = {"dynamic": False, "_source": {"includes": ["source"]}, "properties": fields}
    return {"settings": {"index": settings}, "mappings": mappings, "aliases": {own: {}}}


def whole_settings() -> dict[str, Any]:
    """The settings of an index that is built."""
    return {"index": {"refresh_interval": None, "number_of_replicas": None, "auto_expand_replicas": "0-1"}}


def bulks(put: Iterable[Document], removed: Collection[int] = ()) -> Iterator[list[str]]:
    """Lines of requests that put and remove documents, each of a few megabytes."""
    lines: list[str] = []
    size = 0
    for line in _lines(put, removed):
        lines.append(line)
        size += len(line)
        if size >= _BULK:
            yield lines
            lines, size = [], 0
    if lines:
        yield lines


def _lines(put: Iterable[Document], removed: Collection[int]) -> Iterator[str]:
    for number in removed:
        yield f'{{"delete":{{"_id":"{number}"}}}}\n'
    for document in put:
        body: dict[str, Any] = {"id": document.id, "source": document.source.decode()}
        body |= {name: [" ".join(words) for words in values] for name, values in document.texts.items()}
        body |= {name: [keyword_value(each) for each in values] for name, values in document.keywords.items()}
        body |= document.numbers
        yield f'{{"index":{{"_id":"{document.id}"}}}}\n{json.dumps(body)}\n'


def position_line(source: str, **over: int) -> str:
    """The line that notes a position, over the one of this sequence number and term where they are given."""
    return f"{json.dumps({'index': {'_id': POSITION_ID, **over}})}\n{json.dumps({'source': source})}\n"


def search_body(asked: Asked) -> dict[str, Any]:
    """A search. Equal hits are in order of `ties`, then of the documents' numbers."""
    body: dict[str, Any] = {
        "query": translated(asked.query),
        "from": asked.offset,
        "size": asked.size,
        "track_total_hits": True,
        "_source": ["source"],
        "docvalue_fields": ["id"],
        "sort": _sort(asked),
    }
    if asked.facets:
        body["aggs"] = {name: _facet(name, most) for name, most in asked.facets if most > 0}
    return body


def _sort(asked: Asked) -> list[dict[str, Any]]:
    keys: dict[str, dict[str, Any]] = {}
    if asked.sort.by != "relevance":
        keys[asked.sort.by] = {"order": asked.sort.direction, "missing": "_last"}
    elif ranks(asked.query):
        keys["_score"] = {"order": "desc"}
    if asked.ties:
        keys.setdefault(asked.ties, {"order": "asc", "missing": "_last"})
    keys.setdefault("id", {"order": "asc"})
    return [{name: key} for name, key in keys.items()]


def words_body(field: str, words: Sequence[str], most: int) -> dict[str, Any]:
    """Counts of those of these words that a text field has."""
    facet = _facet(field, most)
    facet["terms"]["include"] = words
    return {"size": 0, "query": {"terms": {field: words}}, "aggs": {"words": facet}}


def _facet(name: str, most: int) -> dict[str, Any]:
    return {"terms": {"field": name, "size": most, "order": [{"_count": "desc"}, {"_key": "asc"}]}}
