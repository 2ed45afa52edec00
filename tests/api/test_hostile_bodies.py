"""All bodies that the API takes, with each of their fields missing, twice, too long and of no use in turn."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from tests.api.people import V1, faults, program
from tests.factories import post
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.authors import editing as authors
from westmarch.tags import actions as tags
from westmarch.topics import editing as topics

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/openapi.json").read_bytes())
#: Values of fields that have to be there.
NEEDED = {
    "title": "Tides", "name": "Ada", "markdown": "x", "status": "draft", "published_at": "2040-01-01T00:00:00Z",
    "into": 1, "parts": [],
}  # fmt: skip
#: What a field may hold, as it stands in a body.
HOSTILE = {
    "long": json.dumps("a" * 100_001),
    "half a letter": '"\\ud800"',
    "nul": '"a\\u0000b"',
    "right to left": '"\\u202e\\u05e9\\u2066"',
    "control": '"\\u0001\\u001b\\u007f\\u0085"',
    "markup": '"\\"><script>alert(1)</script>"',
    "null": "null",
    "no number": "NaN",
    "too large a number": "9" * 400,
    "of another kind": '[{"a": [[]]}]',
    "deep": "[" * 40 + "]" * 40,
}


def bodies() -> Iterator[tuple[str, str, list[str], list[str]]]:
    """Method, path, fields and needed fields of all that takes JSON."""
    for path, methods in SCHEMA["paths"].items():
        for method, told in methods.items():
            found = told.get("requestBody", {}).get("content", {}).get("application/json")
            if found is not None:
                shape = SCHEMA["components"]["schemas"][found["schema"]["$ref"].rpartition("/")[2]]
                yield method.upper(), path.removeprefix(V1), list(shape["properties"]), shape.get("required", [])


BODIES = list(bodies())


def body(field: str, how: str, needed: list[str]) -> bytes:
    """A body with one field made hostile."""
    pairs = [(name, json.dumps(NEEDED[name])) for name in needed if name != field]
    own = json.dumps(NEEDED.get(field, "x"))
    pairs += {"missing": [], "twice": [(field, own), (field, own)]}.get(how, [(field, HOSTILE.get(how, ""))])
    return ("{" + ", ".join(f'"{name}": {value}' for name, value in pairs) + "}").encode()


def made(session: Session) -> Mapping[str, int]:
    """One of each, and its id."""
    return {
        "posts": post(session, "One"),
        "pages": post(session, "About", kind="page"),
        "tags": tags.create(session, "Sea", actor="test"),
        "topics": topics.create(session, "Course", language="en", actor="test"),
        "authors": authors.create(session, "Bo", actor="test"),
        "media": 1,
    }


@pytest.mark.unit
def test_every_body_is_known() -> None:
    assert len(BODIES) >= 18
    assert {name for _, _, _, needed in BODIES for name in needed} <= set(NEEDED)


@pytest.mark.parametrize(
    ("method", "path", "fields", "needed"), BODIES, ids=[f"{each[0]} {each[1]}" for each in BODIES]
)
async def test_no_field_of_a_body_is_a_fault_of_ours(
    reader: Reader, method: str, path: str, fields: list[str], needed: list[str]
) -> None:
    owner = await program(reader)
    ids = await reader.do(made)
    at = path.replace("{id}", str(ids[path.split("/")[1]]))
    headers = {"content-type": "application/json"}
    for field in fields:
        for how in ("missing", "twice", *HOSTILE):
            told: tuple[Any, ...] = (method, path, field, how)
            answer = await owner.ask(method, at, headers=headers, content=body(field, how, needed))
            assert answer.status_code < 500, told
            if answer.status_code >= 400:
                named = faults(answer)
                assert answer.status_code != 422 or any(each.startswith(f"/{field}") for each in named), (told, named)
            assert (answer.status_code == 400) is (how in ("twice", "no number")), (told, answer.text)
