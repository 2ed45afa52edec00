"""The index that a setting names."""

from pathlib import Path

from westmarch.textindex.documents import Schema
from westmarch.textindex.engine import Engine


def open_index(url: str, folder: Path, schema: Schema) -> Engine:
    """The index of a cluster at the address (`cluster.address`), or in the folder where the address is empty.

    Nothing is opened or asked before it is used. Raises Invalid where the address is none.
    """
    if url:
        from westmarch.textindex.cluster.address import parse_address
        from westmarch.textindex.cluster.engine import ClusterEngine

        return ClusterEngine(parse_address(url), schema)
    from westmarch.textindex.embedded.engine import EmbeddedEngine

    return EmbeddedEngine(folder, schema)
