"""Recognising and reading files, broken ones among them."""

import gzip
import json
import time
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from westmarch.books.entries import GivenReading
from westmarch.books.loading.reading import CSV, GOODREADS, JSON, NDJSON, STORYGRAPH, Given, Reading
from westmarch.errors import Invalid

pytestmark = pytest.mark.unit

TITLES = ["A", "三体", 'Quo "vadis"', "a, b; c", "{[}]", "Ünïcode 😀"]


def read(folder: Path, content: bytes, name: str = "books") -> tuple[Reading, list[Given]]:
    """The rows of a file with this content."""
    (folder / name).write_bytes(content)
    reading = Reading([str(folder / name)])
    return reading, list(reading.entries())


def titles(rows: list[Given]) -> list[str]:
    return [row.entry.values["title"] if row.entry else row.problem for row in rows]


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (JSON, json.dumps([{"title": title} for title in TITLES])),
        (JSON, json.dumps([{"title": title} for title in TITLES], indent=2, ensure_ascii=False)),
        (JSON, "\n".join(json.dumps({"title": title}, indent=1) for title in TITLES)),
        (NDJSON, "\n".join(json.dumps({"title": title}, ensure_ascii=False) for title in TITLES)),
        (NDJSON, "\r\n\r\n".join(json.dumps({"title": title}) for title in TITLES)),
        (CSV, 'Title,Year\n"A",1\n三体,1\n"Quo ""vadis""",\n"a, b; c"\n{[}],\n\nÜnïcode 😀,\n'),
        (CSV, 'Year;TITLE\r\n1;A\r\n;三体\r\n;"Quo ""vadis"""\r\n;"a, b; c"\r\n;{[}]\r\n;Ünïcode 😀\r\n'),
        (CSV, 'id\ttitle\n1\tA\n2\t三体\n3\t"Quo ""vadis"""\n4\ta, b; c\n5\t{[}]\n6\tÜnïcode 😀\n'),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gzip"])
def test_a_file_is_recognised_in_each_format_and_encoding(
    tmp_path: Path, kind: str, content: str, encoding: str
) -> None:
    packed = gzip.compress(content.encode()) if encoding == "gzip" else content.encode(encoding)
    reading, rows = read(tmp_path, packed)
    assert set(reading.formats.values()) == {kind}
    assert titles(rows) == TITLES
    assert [row.row for row in rows] == list(range(1, 7))


@pytest.mark.parametrize("content", ['[{"title": "Café “X”"}]', '{"title": "Café “X”"}\n', "id,title\n1,Café “X”\n"])
def test_bytes_that_are_no_utf8_are_windows_1252_and_told(tmp_path: Path, content: str) -> None:
    _, rows = read(tmp_path, content.encode("cp1252"))
    assert titles(rows) == ["Café “X”"]
    assert rows[0].entry is not None
    assert ("row", "bytes that are no UTF-8 were read as Windows-1252") in rows[0].entry.repairs


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ('[{"title": "A"}, {"title": nope}, {"title": "B"}]', ["A", "it is no JSON", "B"]),
        (
            '[{"title": "A"}, 7, "x", null, {"title": "B"}]',
            ["A", "it is no object", "it is no object", "it is no object", "B"],
        ),
        ('[{"title": "A"}, {"title": "B', ["A", "the file ends in the middle of it"]),
        ('[{"title": "A"}', ["A"]),
        ("[]", []),
        ('{"title": "A"}\n{"title": \n{"title": "B"}\n', ["A", "it is no JSON", "B"]),
        ('{"title": "A"}\n' + "[" * 100_000 + '\n{"title": "B"}\n', ["A", "it is no JSON that can be read", "B"]),
        ('{"title": "A"}\n{"n": ' + "9" * 5_000 + '}\n{"title": "B"}\n', ["A", "it is no JSON that can be read", "B"]),
        (
            '{"title": {}}\n{"title": ["x"]}\n{"title": true}\n{}\n',
            ["title is an object", "title is a list", "title is true", "it has no title"],
        ),
        ("id,title\n1,A\n2,B,C,D\n3\n4,E\n", ["A", "it has 4 columns", "it has no title", "E"]),
    ],
)
def test_a_broken_row_does_not_keep_the_others_out(tmp_path: Path, content: str, found: list[str]) -> None:
    _, rows = read(tmp_path, content.encode())
    assert len(rows) == len(found)
    assert all(told.startswith(start) for told, start in zip(titles(rows), found, strict=True)), titles(rows)


@pytest.mark.parametrize(
    "form",
    [
        '[{{"title": "A"}}, {{"title": "{}"}}, {{"title": "B"}}]',
        '{{"title": "A"}}\n{{"title": "{}"}}\n{{"title": "B"}}\n',
        "id,title\n1,A\n2,{}\n3,B\n",
    ],
)
def test_a_line_without_end_is_refused_and_read_over(
    tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("sources", "json_items", "tables"):
        monkeypatch.setattr(f"westmarch.books.loading.{module}.LONGEST", 1 << 20)
    _, rows = read(tmp_path, form.format("x" * (5 << 20)).encode())
    assert [titles(rows)[0], titles(rows)[-1], len(rows)] == ["A", "B", 3]
    assert "longer than 1 MiB" in titles(rows)[1]


def test_nul_and_halves_of_characters_are_taken_out_everywhere(tmp_path: Path) -> None:
    content = r'[{"title": "A\u0000B\ud800", "odd\u0000": ["\udfff", {"\u0000": 1}], "tags": ["t\u0000"]}]'
    _, [row] = read(tmp_path, content.encode())
    assert row.entry is not None
    assert row.entry.values["title"] == "A\ufffdB\ufffd"
    assert row.entry.values["extra"] == {"odd\ufffd": ["\ufffd", {"\ufffd": 1}]}


def test_the_dirt_of_the_world_comes_in_and_is_told(tmp_path: Path) -> None:
    book: dict[str, Any] = {
        "title": "Tom &amp;amp; Jerry",
        "year": "c. 1850",
        "rating": float("nan"),
        "ratings_count": "4,780,653",
        "authors": "Martin Luther King, Jr., Jay Rubin (Translator), , Ana",
        "isbn": 439023483,
        "isbn13": 9.78043902348e12,
        "language": None,
        "odd": None,
    }
    _, [row] = read(tmp_path, json.dumps([book]).encode())
    assert row.entry is not None
    values = row.entry.values
    assert (values["title"], values["year"], values["ratings_count"]) == ("Tom & Jerry", None, 4_780_653)
    assert (values["isbn10"], values["isbn13"]) == ("439023483", "9780439023481")
    assert row.entry.writers == (("Martin Luther King, Jr.", ""), ("Jay Rubin", "Translator"), ("Ana", ""))
    assert {field for field, _ in row.entry.repairs} == {"title", "year", "authors", "isbn", "isbn13"}
    assert values["extra"] == {"odd": None}


def test_the_export_of_goodreads_is_understood(tmp_path: Path) -> None:
    content = (
        "Book Id,Title,Author,Author l-f,Additional Authors,ISBN,ISBN13,My Rating,Average Rating,Publisher,"
        "Year Published,Original Publication Year,Date Read,Bookshelves,Exclusive Shelf,My Review,Private Notes\n"
        '77,"Mort (Discworld, #4)",Terry Pratchett,"Pratchett, Terry","Paul Kidby (Illustrator)",'
        '="0552131067",="9780552131063",5,4.24,Corgi,1988,1987,2020/01/31,"fantasy, own-it",read,Good<br/>fun,secret\n'
        '78,Emma,Jane Austen,,,="",="",0,4.0,,,,,did-not-finish,did-not-finish,,\n'
    )
    reading, rows = read(tmp_path, content.encode())
    assert set(reading.formats.values()) == {GOODREADS}
    mort, emma = (row.entry for row in rows)
    assert mort is not None
    assert emma is not None
    assert mort.book_id is None
    assert (mort.values["isbn_key"], mort.values["isbn_valid"], mort.values["year"]) == ("9780552131063", True, 1987)
    assert mort.writers == (("Terry Pratchett", ""), ("Paul Kidby", "Illustrator"))
    assert mort.tags == (("fantasy", "fantasy"), ("own-it", "own it"))
    assert mort.readings == (GivenReading("read", None, date(2020, 1, 31), 5.0, "Good<br/>fun"),)
    assert mort.values["extra"] == {"Book Id": "77", "Publisher": "Corgi"}
    assert ("Private Notes", "they are private: left out") in mort.repairs
    assert (emma.readings, emma.tags) == ((), (("did-not-finish", "did not finish"),))


def test_the_export_of_storygraph_is_understood(tmp_path: Path) -> None:
    content = "Title,Authors,ISBN/UID,Read Status\nDune,Frank Herbert,9780441013593,currently-reading\n"
    reading, [row] = read(tmp_path, content.encode())
    assert set(reading.formats.values()) == {STORYGRAPH}
    assert row.entry is not None
    assert row.entry.readings == (GivenReading("reading"),)
    assert row.entry.values["isbn13"] == "9780441013593"


@pytest.mark.slow
@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"[", b"{", b'[{"title": "', b"id,title\n", b'{"title": "A"}\n']))
def test_any_bytes_are_read_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, rest: bytes, start: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "any"
    file.write_bytes(start + rest)
    rows = []
    with suppress(Invalid):
        rows = list(Reading([str(file)]).entries())
    assert all(row.entry or row.problem for row in rows)


@pytest.mark.slow
@settings(deadline=None)
@given(st.lists(st.dictionaries(st.text(max_size=8), st.text(max_size=30), max_size=3), max_size=8))
def test_objects_of_any_texts_come_back(tmp_path_factory: pytest.TempPathFactory, extras: list[dict[str, str]]) -> None:
    file = tmp_path_factory.getbasetemp() / "objects"
    file.write_text(
        json.dumps([{"title": "T", **{f"x{name}": value for name, value in one.items()}} for one in extras])
    )
    rows = list(Reading([str(file)]).entries())
    assert [row.problem for row in rows] == [""] * len(extras)


@pytest.mark.slow
def test_many_books_in_one_array_take_time_in_proportion(tmp_path: Path) -> None:
    def cost(number: int) -> float:
        (tmp_path / "books").write_text(json.dumps([{"title": "x" * 200}] * number))
        began = time.process_time()
        assert sum(1 for _ in Reading([str(tmp_path / "books")]).entries()) == number
        return time.process_time() - began

    cost(500)
    assert cost(16_000) < 16 * max(cost(4_000), 0.02)
