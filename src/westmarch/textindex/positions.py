"""How a position is written into an index, with the fields that the index has."""

import json
from dataclasses import asdict

from westmarch.textindex.documents import Schema
from westmarch.textindex.engine import Position


def written(position: Position, schema: Schema) -> str:
    """The position as JSON."""
    return json.dumps({**asdict(position), "fields": _fields(schema)})


def read(text: str | bytes, schema: Schema) -> Position | None:
    """The position; None where the index has other fields, or what is written is no position."""
    try:
        told = json.loads(text)
        if told["fields"] != _fields(schema):
            return None
        return Position(epoch=told["epoch"], position=told["position"], analyser=told["analyser"])
    except (ValueError, KeyError, TypeError):
        return None


def _fields(schema: Schema) -> dict[str, list[str]]:
    return {name: sorted(fields) for name, fields in asdict(schema).items()}
