"""Tables of posts in CSV, read and brought into a site."""

import csv
import io
from functools import partial
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transfer.exports.reading import OPTIONS, bring, markdown, read, told
from tests.transfer.folders import counted, post, row
from westmarch.db.database import Database
from westmarch.errors import Invalid
from westmarch.transfer.exports.csv_ import COLUMNS, open_


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


async def test_a_table_comes_in(db: Database, tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv",
        "Title,Body,Published at,URL,Tags,Author,Status,mood\r\n"
        '"A, ""B""","One\r\n\r\n*two* [b](https://old.example/b/)",2020-01-02 03:04,https://old.example/a/,"Sea, Sun",'
        "Ann,published,calm\r\n"
        "Draft,<p>x <b>y</b></p>,,/b/,,,draft,\r\n",
    )
    found = await bring(db, partial(open_, path, url="https://old.example"), tmp_path)
    assert counted(found) == {"imported": 2}
    first = row(found, "row-https://old.example/a/")
    stored = await post(db, first["id"])
    assert (stored.title, stored.path, stored.extra) == ('A, "B"', "/a/", {"fields": {"mood": "calm"}})
    assert stored.published_at.isoformat() == "2020-01-02T03:04:00+00:00"
    assert await markdown(db, stored.id) == "One\n\n*two* [b](/b/)\n"
    draft = await post(db, row(found, "row-/b/")["id"])
    assert (draft.status, await markdown(db, draft.id)) == ("draft", "x **y**\n")
    assert counted(await bring(db, partial(open_, path, url="https://old.example"), tmp_path)) == {"unchanged": 2}


@pytest.mark.unit
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_mark_between_columns_is_found(tmp_path: Path, delimiter: str) -> None:
    path = write(
        tmp_path / "a.csv",
        "title;tags;text\nA;x, y, z, w;B\n".replace(";", delimiter)
        if delimiter != ","
        else 'title,tags,text\nA,"x, y, z, w",B\n',
    )
    (record,) = read(partial(open_, path))[0].values()
    assert (record.about.title, record.about.tags, record.content) == ("A", ("x", "y", "z", "w"), "B")


@pytest.mark.unit
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_is_found(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path / "a.csv", "title,text\nCafé crème,naïve\n", encoding)
    export = open_(path, OPTIONS)
    (record,) = export.records()
    assert not hasattr(record, "fate")
    assert record.about.title == "Café crème"
    assert bool(export.remarks) == (encoding in {"utf-16", "cp1252"})


@pytest.mark.unit
def test_utf_8_with_broken_bytes_stays_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = "".join(f"é{number},{'x' * 1000}\n" for number in range(1100))
    path.write_bytes(f"title,text\n{rows}".encode() + b"caf\xe9,y\n")
    records, _ = read(partial(open_, path))
    *_, last = records.values()
    assert last.about.title == "caf\ufffd"
    assert "it holds bytes that mean nothing in its encoding" in told(last)


@pytest.mark.unit
def test_errors_name_the_line(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.csv",
        'title,text,date\nA,"two\nlines",2020-01-01\nB,b,2020-02-31\nC,c,2020-01-01,more\nD,"d"d,\n,,\nE,e\n"F,f\n',
    )
    records, unread = read(partial(open_, path))
    said = {one.about.title: one for one in records.values()}
    assert {title: one.line for title, one in said.items()} == {"A": 2, "B": 4, "E": 8}
    assert said["B"].about.broken is not None
    assert (said["B"].about.broken.line, said["B"].about.status) == (4, "draft")
    assert told(said["E"]) == ["it has 2 columns, and the first row 3", "it has no date"]
    assert [(one.line, one.fate) for one in unread] == [(5, "failed"), (6, "failed"), (9, "failed")]
    assert "4 columns, and the first row 3" in unread[0].reason
    assert unread[1].reason.startswith("it is no row of CSV")


@pytest.mark.unit
def test_a_file_that_is_broken_throughout_is_given_up(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "title,text\n" + '"x"y,z\n' * 1000)
    _, unread = read(partial(open_, path))
    assert len(unread) == 21
    assert unread[-1].reason.endswith("the rest is left out")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "names no title and no text: it is empty"),
        ("a,b\n1,2\n", "names no title and no text: a, b"),
        ("title,headline\n1,2\n", "Two columns of a.csv are the title"),
    ],
)
def test_a_table_that_says_nothing_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        open_(write(tmp_path / "a.csv", text), OPTIONS)


@pytest.mark.unit
def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"title,text\n\x00\x01\x02\xff\n")
    with pytest.raises(Invalid, match="not text"):
        open_(path, OPTIONS)


_cells = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00\ufffd\ufeff"), max_size=30)
_rows = st.lists(
    st.tuples(st.integers(1, 10**6), _cells.filter(str.strip), _cells), max_size=5, unique_by=lambda one: one[0]
)


@pytest.mark.slow
@pytest.mark.unit
@settings(max_examples=40, deadline=None)
@given(rows=_rows, delimiter=st.sampled_from(",;\t|"), end=st.sampled_from(["\n", "\r\n"]), quoted=st.booleans())
def test_what_was_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, str, str]], delimiter: str, end: str, quoted: bool
) -> None:
    file = io.StringIO(newline="")
    quoting: Literal[0, 1] = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    writer = csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerows([("id", "content", "mood"), *rows])
    path = write(tmp_path_factory.mktemp("csv") / "a.csv", file.getvalue())
    records, unread = read(partial(open_, path))
    assert not unread
    assert list(records) == [f"row-{number}" for number, _, _ in rows]
    for (_, content, mood), record in zip(rows, records.values(), strict=True):
        assert record.content == content
        assert record.about.extra.get("fields", {}).get("mood", "") == mood.strip()


@pytest.mark.unit
def test_no_name_of_a_column_means_two_things() -> None:
    names = [name for names in COLUMNS.values() for name in names]
    assert len(names) == len(set(names))
