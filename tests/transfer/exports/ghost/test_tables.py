"""The rows of Ghost's tables, out of files that are whole, cut off or hostile."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from westmarch.errors import Invalid
from westmarch.transfer.exports.ghost.tables import DEEPEST, Damage, Mended, Row, rows

pytestmark = pytest.mark.unit

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
_ROWS = st.lists(st.dictionaries(st.sampled_from("abc"), _VALUES), max_size=3)
WANTED = frozenset({"posts", "tags"})


def read(path: Path, content: str | bytes, mended: Mended | None = None) -> list[Row | Damage]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(rows(path, WANTED, mended))


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(posts=_ROWS, tags=_ROWS, others=_ROWS, escaped=st.booleans(), indent=st.none() | st.just(1))
def test_all_rows_come_back_in_each_shape(
    tmp_path_factory: pytest.TempPathFactory, posts: Any, tags: Any, others: Any, escaped: bool, indent: int | None
) -> None:
    path = tmp_path_factory.getbasetemp() / "rows.json"
    inner = {"meta": {"version": "5"}, "data": {"posts": posts, "others": others, "tags": tags}}
    for whole in ({"db": [inner]}, inner):
        found = read(path, json.dumps(whole, ensure_ascii=escaped, indent=indent))
        named = [(row.table, row.fields) for row in found if row.table in WANTED]
        clean = json.loads(json.dumps([*(("posts", one) for one in posts), *(("tags", one) for one in tags)]))
        assert [list(one) for one in named] == clean
        assert sum(row.table == "others" for row in found) == len(others)


def test_halves_of_characters_and_bytes_that_are_no_text_are_counted(tmp_path: Path) -> None:
    mended = Mended()
    text = rb'{"data": {"posts": [{"a": "\ud83d\ude00 \ud83dx \ude00 \ud83d\u0041 \\ud83d \u0000"}]}}'
    (row,) = read(tmp_path / "a.json", b"\xef\xbb\xbf" + text, mended)
    assert row.fields == {"a": "😀 \ufffdx \ufffd \ufffdA \\ud83d \x00"}
    assert mended.count == 3
    (row,) = read(tmp_path / "a.json", b'{"data": {"posts": [{"a": "\xff\x01x"}]}}', mended)
    assert row.fields == {"a": "\ufffd\ufffdx"}
    assert mended.count == 5


def test_escapes_are_whole_wherever_a_chunk_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("westmarch.transfer.exports.ghost.tables._CHUNK", 1)
    text = r'{"data": {"posts": [{"a": "\ud83d\ude00\\\ud83d\\ud83d, \"\u00e9\ud83d"}]}}'
    (row,) = read(tmp_path / "a.json", text)
    assert row.fields == {"a": '😀\\\ufffd\\ud83d, "é\ufffd'}


@pytest.mark.parametrize(
    ("cut", "table", "number", "fields"),
    [
        (
            '{"data": {"posts": [{"id": "1"}, {"id": "2", "title": "T", "html": "<p>',
            "posts",
            2,
            {"id": "2", "title": "T"},
        ),
        ('{"data": {"posts": [{"id": "1"}, ', "posts", 1, {}),
        ('{"data": {"posts": [{"id": "1"}], "tags": [{"id"', "tags", 1, {}),
        ('{"data": {"posts": [{"id": "1"}], ', "", 0, {}),
        ('{"data": {"posts": [{"id": "1"}, {"id": 2, oops}]}}', "posts", 2, {"id": 2}),
    ],
)
def test_a_file_that_breaks_off_gives_what_is_before_and_the_place(
    tmp_path: Path, cut: str, table: str, number: int, fields: dict[str, Any]
) -> None:
    first, last = read(tmp_path / "a.json", cut)
    assert first == Row("posts", 1, {"id": "1"})
    assert isinstance(last, Damage)
    assert (last.table, last.number, last.fields) == (table, number, fields)
    assert last.told.startswith("the JSON breaks off ")
    assert (f" in {table}[{number}]: " in last.told) is (bool(fields) or table == "tags")


def test_numbers_out_of_all_range_are_named(tmp_path: Path) -> None:
    content = '{"data": {"posts": [{"id": "1"},' + " " * 70_000 + '{"id": %s}]}}'
    for number in ("9" * 5000, "1e99999999999999999999"):
        *_, last = read(tmp_path / "a.json", content % number)
        assert isinstance(last, Damage)
        assert last.reason == "it holds a number that is out of all range"
    with pytest.raises(Invalid, match=r"a\.json cannot be read: it holds a number"):
        read(tmp_path / "a.json", content.replace(" ", "") % ("9" * 5000))


@pytest.mark.slow
def test_values_that_stand_too_deep_are_passed_by(tmp_path: Path) -> None:
    deep = "[" * 10_000 + "]" * 10_000
    found = read(tmp_path / "a.json", f'{{"x": {deep}, "data": {{"posts": [{{"a": {deep}, "b": 1}}], "c": {deep}}}}}')
    posts = [row for row in found if row.table == "posts"]
    assert len(posts) == 1
    assert posts[0].fields["b"] == 1
    depth, inner = 0, posts[0].fields["a"]
    while inner:
        depth, inner = depth + 1, inner[0]
    assert depth < DEEPEST
