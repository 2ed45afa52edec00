"""Bodies that programs send, hostile ones above all."""

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.api.people import Program, faults, program
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.api import bodies
from westmarch.api.bodies import parsed
from westmarch.api.post_shapes import Written
from westmarch.api.problems import BadRequest, TooLarge, unfit_body
from westmarch.errors import MOMENT, Invalid


@pytest.fixture
async def owner(reader: Reader) -> Program:
    return await program(reader)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "line 1, column 1"),
        (b'{"a": 1,\n "b": }', "line 2, column 7"),
        (b'{"a": 1} x', "line 1, column 10"),
        (b'{"a": NaN}', "NaN is no number"),
        (b"[Infinity]", "Infinity is no number"),
        (b'{"a": 1, "a": 2}', "'a' twice"),
        (b'[{"b": {"c": 1, "c": 1}}]', "'c' twice"),
        (b'{"\\ud800": 1, "\\ud800": 1}', "twice"),
        (b'{"\\ud800": 1}', "half of a character"),
        (b'"\xff"', "byte 2 fits no character"),
        (b"\xef\xbb\xbf{}", "line 1, column 1"),
        (b"1" * 5_000, "no JSON that can be read"),
        (b'"\x00"', "line 1, column 2"),
    ],
)
def test_what_is_no_json_is_told_with_its_place(body: bytes, words: str) -> None:
    with pytest.raises(BadRequest, match=words.replace("(", r"\(")):
        parsed(body)


@pytest.mark.slow
@pytest.mark.unit
def test_a_name_that_comes_twice_behind_very_many_others_is_found_soon() -> None:
    body = "{" + "".join(f'"a{number}":0,' for number in range(200_000)) + '"b":0,"b":0}'
    with pytest.raises(BadRequest, match="'b' twice"):
        parsed(body.encode())


@pytest.mark.unit
@pytest.mark.parametrize(
    "body", [b"[" * 33 + b"]" * 33, b"[" * 200_000, b'{"a":' * 100_000, b'{"a":' * 40 + b"1" + b"}" * 40]
)
def test_values_too_deep_in_one_another_are_refused(body: bytes) -> None:
    with pytest.raises((TooLarge, BadRequest)):
        parsed(body)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("body", "place"),
    [(b'{"tags": ["a", "\\u0000"]}', "tags/1"), (b'{"title": "\\ud800"}', "title"), (b'"\\udfff"', "")],
)
def test_texts_that_cannot_be_stored_are_told_with_their_place(body: bytes, place: str) -> None:
    with pytest.raises(Invalid) as told:
        parsed(body)
    assert told.value.place == place


@pytest.mark.unit
def test_a_pair_of_halves_is_a_character() -> None:
    assert parsed(b'"\\ud83d\\ude00"') == "\U0001f600"


@pytest.mark.slow
@pytest.mark.unit
@examples(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=60), st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass"))))
def test_whatever_is_sent_is_read_or_refused(body: bytes) -> None:
    with contextlib.suppress(BadRequest, TooLarge, Invalid):
        parsed(body)


async def test_a_body_too_large_is_refused_before_it_is_whole(owner: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MOST_BYTES", 100)
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(100):
            sent += 60
            yield b" " * 60

    answer = await owner.ask("POST", "/tags", headers={"content-type": "application/json"}, content=chunks())
    assert answer.status_code == 413
    assert faults(answer) == {}


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json; charset=utf-8", 201),
        ("Application/JSON", 201),
        ("application/json; charset=latin-1", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/merge-patch+json", 415),
        ("", 415),
    ],
)
async def test_the_type_of_a_body_must_be_json(owner: Program, kind: str, status: int) -> None:
    headers = {"content-type": kind} if kind else {}
    answer = await owner.ask("POST", "/tags", headers=headers, content=b'{"title": "Sea"}')
    assert answer.status_code == status


@pytest.mark.unit
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"published_at": "tomorrow"}, MOMENT),
        ({"published_at": "2026-13-01T00:00:00Z"}, MOMENT),
        ({"published_at": 12}, MOMENT),
        ({"published_at": "2026-11-23T12:00:00"}, f"{MOMENT}, with its zone"),
        ({"tags": "sea"}, "a list is needed"),
        ({"pinned": "perhaps"}, "true or false is needed"),
    ],
)
def test_what_is_unfit_is_told_in_plain_words(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as told:
        Written.model_validate({"title": "Tides", **fields})
    assert unfit_body(told.value).faults == [(f"/{next(iter(fields))}", words)]


async def test_what_takes_no_body_names_the_fields_of_one(owner: Program) -> None:
    made = await owner.made("/posts", title="Later", markdown="x")
    for do in ("publish", "unpublish"):
        at = f"/posts/{made['id']}/{do}"
        answer = await owner.ask("POST", at, {"published_at": "2030-01-01T00:00:00Z"})
        assert (answer.status_code, set(faults(answer))) == (422, {"/published_at"})
        assert (await owner.ask("POST", at, ["x"])).status_code == 400
        assert (await owner.ask("POST", at, content=b"garbage")).status_code == 400
    assert (await owner.json(f"/posts/{made['id']}"))["status"] == "draft"
    assert (await owner.ask("POST", f"/posts/{made['id']}/publish", {})).json()["status"] == "published"


async def test_a_patch_may_be_called_a_merge_patch(owner: Program) -> None:
    made = await owner.made("/tags", title="Sea")
    headers = {"content-type": "application/merge-patch+json"}
    answer = await owner.ask("PATCH", f"/tags/{made['id']}", headers=headers, content=b'{"title": "Ocean"}')
    assert (answer.status_code, answer.json()["title"]) == (200, "Ocean")


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"/title"}),
        ([], {""}),
        ("x", {""}),
        ({"title": "Sea", "id": 7, "name~/": 1}, {"/id", "/name~0~1"}),
        ({"title": 7}, {"/title"}),
        ({"title": ""}, {"/title"}),
        ({"title": "a\nb"}, {"/title"}),
        ({"title": "x" * 201, "synonyms": ["a", 5, ""]}, {"/title", "/synonyms/1", "/synonyms/2"}),
        ({"title": None}, {"/title"}),
        ({"title": "Sea", "synonyms": "a"}, {"/synonyms"}),
        ({"title": "Sea", "synonyms": ["\x00"]}, {"/synonyms/0"}),
    ],
)
async def test_all_fields_that_cannot_be_taken_are_named(owner: Program, body: Any, fields: set[str]) -> None:
    answer = await owner.ask("POST", "/tags", body)
    assert answer.status_code == 422, answer.text
    assert set(faults(answer)) == fields


async def test_the_problems_of_very_many_fields_are_bounded(owner: Program) -> None:
    answer = await owner.ask("POST", "/tags", {str(number): number for number in range(20_000)})
    assert answer.status_code == 422
    assert len(faults(answer)) == 50
    assert len(answer.content) < 10_000


@pytest.fixture(scope="module")
def methods() -> tuple[tuple[str, str], ...]:
    return (
        ("POST", "/posts"),
        ("PUT", "/posts/1"),
        ("PATCH", "/tags/1"),
        ("PUT", "/topics/1/parts"),
        ("POST", "/authors"),
    )


NAMES = st.text(max_size=10) | st.sampled_from(["title", "tags", "cover"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("database_kind", ["sqlite"])
@examples(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.integers(0, 4), value=JSON)
async def test_no_body_is_answered_with_a_fault(
    owner: Program, methods: tuple[tuple[str, str], ...], number: int, value: Any
) -> None:
    content = json.dumps(value).encode()
    method, path = methods[number]
    answer = await owner.ask(method, path, headers={"content-type": "application/json"}, content=content)
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        faults(answer)
