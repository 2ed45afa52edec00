"""Documents of ours as documents of tantivy, and back."""

import json
from pathlib import Path
from typing import Any

import tantivy

from westmarch.textindex.documents import Document, Hit, Schema, keyword_value

ID = "id"
SOURCE = "source"
#: The document that holds the position has this number, and neither texts, keywords nor numbers.
POSITION_ID = -1

#: Documents are kept in compressed blocks of so many bytes. tantivy's own are four times as large: whoever reads one
#: document unpacks its block, so that twenty take twice as long, and they save a sixth of the space.
_BLOCK = 4096


def tantivy_schema(schema: Schema) -> tantivy.Schema:
    """Texts cut at white space alone, keywords whole, numbers as floating point."""
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field(ID, indexed=True, fast=True)
    builder.add_bytes_field(SOURCE, stored=True)
    for name in schema.texts:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    for name in schema.keywords:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in schema.numbers:
        builder.add_float_field(name, fast=True)
    return builder.build()


def new_index(path: Path, schema: tantivy.Schema) -> tantivy.Index:
    """An empty index in an empty folder, its documents in order of their numbers."""
    tantivy.Index(schema, str(path), sort_by_field=ID)
    # tantivy's Python has no parameter for the size of blocks; it takes all settings from this file.
    told = path / "meta.json"
    meta = json.loads(told.read_bytes())
    meta["index_settings"]["docstore_blocksize"] = _BLOCK
    told.write_text(json.dumps(meta), encoding="utf-8")
    return tantivy.Index.open(str(path))


def tantivy_document(document: Document, schema: tantivy.Schema) -> tantivy.Document:
    """One document. Between two values of a text tantivy leaves a gap, so that no phrase crosses it."""
    values: dict[str, Any] = {ID: document.id, SOURCE: document.source}
    for name, texts in document.texts.items():
        values[name] = [" ".join(words) for words in texts]
    for name, keywords in document.keywords.items():
        values[name] = list({keyword_value(each): None for each in keywords})
    for name, number in document.numbers.items():
        values[name] = float(number)
    return tantivy.Document.from_dict(values, schema)


def position_document(told: str) -> tantivy.Document:
    """The document that holds the position."""
    return tantivy.Document(**{ID: POSITION_ID, SOURCE: told.encode()})


def position_in(searcher: tantivy.Searcher, schema: tantivy.Schema) -> bytes:
    """What that document holds; nothing where there is none."""
    found = searcher.search(tantivy.Query.term_query(schema, ID, POSITION_ID), limit=1).hits
    return source_of(searcher, found[0][1]) if found else b""


def source_of(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> bytes:
    """The `source` of a document."""
    source: bytes = searcher.doc(address)[SOURCE][0]
    return source


def hits_of(searcher: tantivy.Searcher, ranked: list[tuple[int, float, tantivy.DocAddress]]) -> tuple[Hit, ...]:
    """Hits of documents' numbers, scores and addresses."""
    return tuple(Hit(number, score, source_of(searcher, address)) for number, score, address in ranked)


def counted(found: tantivy.SearchResult) -> int:
    """How many documents match."""
    return int(found.count)  # type: ignore[attr-defined]  # it is there, and missing in tantivy's stubs
