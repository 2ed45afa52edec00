"""The OpenAPI document: it tells the truth, and a program that was written for an earlier one goes on.

`docs/openapi.json` is the document that was published. A change that lets programs go on renews it by
`python -m tests.api.test_openapi`; one that does not needs another version of the API, or is not made.
"""

import copy
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.api.compatible import breaks
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.api.openapi import Documents
from westmarch.api.routes import DOORS
from westmarch.app import create_app
from westmarch.settings import Settings

SNAPSHOT = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"


def document(base: str = "") -> Any:
    """The document as it is."""
    return json.loads(made_for(base))


@cache
def made_for(base: str) -> str:
    made: Documents = create_app(Settings(site=Path("/nowhere"), url="https://example.org" + base)).state.described
    return json.dumps({**made.document, "info": {"title": "Westmarch", "version": "1"}})


def written(made: Any) -> str:
    """The document as the snapshot holds it."""
    return json.dumps(made, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


@pytest.mark.slow
@pytest.mark.unit
def test_programs_that_were_written_for_the_published_document_go_on() -> None:
    broken = breaks(json.loads(SNAPSHOT.read_text(encoding="utf-8")), document())
    assert not broken, "programs would break:\n" + "\n".join(broken)


@pytest.mark.unit
def test_the_published_document_is_the_one_that_is_served() -> None:
    told = "renew docs/openapi.json by `python -m tests.api.test_openapi`"
    assert SNAPSHOT.read_text(encoding="utf-8") == written(document()), told


Change = Callable[[Any], Any]
POST, TAG = "/api/v1/posts/{id}", "/api/v1/tags"
INCOMPATIBLE: dict[str, Change] = {
    "a path goes": lambda d: d["paths"].pop(POST),
    "a method goes": lambda d: d["paths"][POST].pop("patch"),
    "a field goes": lambda d: d["components"]["schemas"]["Post"]["properties"].pop("slug"),
    "a field may be missing": lambda d: d["components"]["schemas"]["TagTold"]["required"].remove("url"),
    "a field within goes": lambda d: d["components"]["schemas"]["Ref"]["properties"].pop("slug"),
    "a field has another type": lambda d: d["components"]["schemas"]["TagTold"]["properties"]["id"].update(
        type="string"
    ),
    "a field may be null": lambda d: d["components"]["schemas"]["TagTold"]["properties"]["url"].update(
        anyOf=[{"type": "string"}, {"type": "null"}]
    ),
    "a value is new": lambda d: d["components"]["schemas"]["Post"]["properties"]["status"]["enum"].append("other"),
    "an input is required": lambda d: d["components"]["schemas"]["TagWritten"]["required"].append("slug"),
    "an input is not taken": lambda d: d["components"]["schemas"]["TagWritten"]["properties"].pop("synonyms"),
    "an input is shorter": lambda d: d["components"]["schemas"]["TagWritten"]["properties"]["title"].update(
        maxLength=10
    ),
    "a parameter goes": lambda d: d["paths"][TAG]["get"]["parameters"].pop(0),
    "a parameter is required": lambda d: d["paths"][TAG]["get"]["parameters"][0].update(required=True),
    "a parameter takes less": lambda d: d["paths"][TAG]["get"]["parameters"][0]["schema"].update(maximum=10),
    "a token is needed": lambda d: d["paths"][TAG]["get"]["security"].pop(0),
    "another status": lambda d: d["paths"][TAG]["post"]["responses"].pop("201"),
    "a body is needed": lambda d: d["paths"][POST + "/publish"]["post"].update(
        requestBody={"required": True, "content": {}}
    ),
}
COMPATIBLE: dict[str, Change] = {
    "a path comes": lambda d: d["paths"].update({"/api/v1/new": d["paths"][TAG]}),
    "a field comes": lambda d: d["components"]["schemas"]["Post"]["properties"].update(new={"type": "string"}),
    "an input comes": lambda d: d["components"]["schemas"]["TagWritten"]["properties"].update(new={"type": "string"}),
    "an input is longer": lambda d: d["components"]["schemas"]["TagWritten"]["properties"]["title"].update(
        maxLength=1000
    ),
    "other words": lambda d: d["paths"][TAG]["get"].update(description="Others."),
    "no token is needed": lambda d: d["paths"][TAG]["post"]["security"].insert(0, {}),
}


@pytest.mark.unit
@pytest.mark.parametrize("change", INCOMPATIBLE.values(), ids=INCOMPATIBLE.keys())
def test_a_change_that_breaks_programs_is_found(change: Change) -> None:
    before = document()
    after = copy.deepcopy(before)
    change(after)
    assert len(breaks(before, after)) >= 1


@pytest.mark.unit
@pytest.mark.parametrize("change", COMPATIBLE.values(), ids=COMPATIBLE.keys())
def test_a_change_that_breaks_nothing_is_taken(change: Change) -> None:
    before = document()
    after = copy.deepcopy(before)
    change(after)
    assert breaks(before, after) == []


@pytest.mark.slow
@pytest.mark.unit
def test_tokens_are_had_below_the_base_path() -> None:
    flow = document("/blog")["components"]["securitySchemes"]["OAuth2PasswordBearer"]["flows"]["password"]
    assert (flow["tokenUrl"], flow["refreshUrl"]) == ("/blog/auth", "/blog/auth/refresh")
    assert document("/blog")["servers"] == [{"url": "/blog"}]


@pytest.mark.unit
def test_the_document_has_all_routes_and_who_may_ask() -> None:
    made = document()
    for door in DOORS:
        operation = made["paths"][door.path][door.method.lower()]
        assert ({} in operation["security"]) is (door.right is None)
        assert operation["operationId"]
    assert "/api/v1/search/" in made["paths"]
    assert not [name for name in made["components"]["schemas"] if "westmarch__api" in name]


@pytest.mark.unit
def test_all_references_lead_somewhere() -> None:
    made = document()
    text = json.dumps(made)
    for name in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert name in made["components"]["schemas"]


async def test_the_document_and_its_pages_are_served(reader: Reader) -> None:
    assert (await reader.get("/api/v1/openapi.json")).json()["openapi"].startswith("3.1")
    page = await reader.get("/api/docs")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "<script>" not in page.text
    for name in ("swagger-ui.css", "swagger-ui-bundle.js", "start.js", "docs.css", "swagger-ui.LICENSE.txt"):
        packed = await reader.get(f"/api/docs/{name}")
        plain = await reader.get(f"/api/docs/{name}", accept_encoding="identity")
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.content == plain.content
        assert (await reader.get(f"/api/docs/{name}", if_none_match=packed.headers["etag"])).status_code == 304
    assert "PATCH /api/v1/posts/{id}" in (await reader.get("/api/docs/plain")).text
    assert (await reader.get("/api/docs/nothing.js")).status_code == 404
    assert (await reader.get("/api/docs/..%2Fdocs.py")).status_code == 404


if __name__ == "__main__":
    SNAPSHOT.write_text(written(document()), encoding="utf-8")
