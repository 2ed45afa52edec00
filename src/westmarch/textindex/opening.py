"""The index that a setting names."""

from pathlib import Path

from westmarch.errors import Invalid
from westmarch.textindex.documents import Schema
from westmarch.textindex.engine import Engine


def open_index(url: str, folder: Path, schema: Schema) -> Engine:
    """The index at the address, or in the folder where the address is empty. Nothing is opened or asked before use."""
    if url:
        raise Invalid(f"No search engine is known for {url.partition('://')[0]}://.", place="search_url")
    from westmarch.textindex.embedded.engine import EmbeddedEngine

    return EmbeddedEngine(folder, schema)
