"""Files that are broken, cut off or odd: every row is read, or refused where it stands, and none is swallowed."""

import gzip
import json
import os
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from westmarch.books.entries import GivenReading
from westmarch.books.loading.reading import Given, Reading
from westmarch.errors import Invalid

pytestmark = pytest.mark.unit

NINETY = [
    {
        "book_id": number,
        "title": f"Title {number}",
        "authors": [{"name": "A"}, {"name": "B"}],
        "tags": [{"title": "x", "slug": "x"}, {"title": "y", "slug": "y"}],
    }
    for number in range(1, 4)
]


def read(folder: Path, content: bytes, name: str = "books") -> tuple[Reading, list[Given]]:
    """The rows of a file with this content."""
    (folder / name).write_bytes(content)
    reading = Reading([str(folder / name)])
    return reading, list(reading.entries())


def titles(rows: list[Given]) -> list[str]:
    return [row.entry.values["title"] if row.entry else f"! {row.problem}" for row in rows]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"Title 2"', "Title 2"),  # No quotation marks.
        ('"Title 2"', '"Title 2'),  # One is missing.
        ('"Title 2"', '"The "big" one"'),
        ('"Title 2",', '"Title 2"'),  # No comma.
        ('{"name": "B"}], "tags": [{"title": "x"', '{"name": "B"}, "tags": [{"title": "x"'),
        ('"book_id": 2,', '"book_id": 2,,'),
        ('{"book_id": 2', '{book_id: 2'),
    ],
)  # fmt: skip
@pytest.mark.parametrize("indent", [None, 1])
def test_nothing_within_a_broken_book_is_taken_for_a_book(
    tmp_path: Path, before: str, after: str, indent: int | None
) -> None:
    content = json.dumps(NINETY)
    first, second, third = (json.dumps(one) for one in NINETY)
    content = f"[{first}, {second.replace(before, after)}, {third}]"
    if indent:
        content = content.replace("{", "{\n ").replace(", ", ",\n ").replace("{\n book_id", "{book_id")
    reading, rows = read(tmp_path, content.encode())
    assert [row.entry is not None for row in rows] == [True, False, True], titles(rows)
    assert [titles(rows)[0], titles(rows)[2]] == ["Title 1", "Title 3"]
    assert not reading.damaged


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ('[{"title": "A"}, {"title": "B"},]', ["A", "B"]),
        ('[{"title": "A"},\n,{"title": "B"}\n]\n', ["A", "B"]),
        ('[{"title": "A"}][{"title": "B"}]', ["A", "B"]),
        ('[{"title": "A"}]\n{"title": "B"}', ["A", "B"]),
        ('[{"title": "A", "rating": NaN, "x": -Infinity, "y": 1e999}]', ["A"]),
        ('[{"title": "A\tB\x00"}]', ["A B\ufffd"]),
        ('{"title": "A", "x": ' + "[" * 150 + "]" * 150 + "}\n", ["A"]),
        ('{"title": "A", "x": ' + "[" * 300 + "]" * 300 + '}\n{"title": "B"}', ["! it nests more than 200 deep", "B"]),
    ],
)
def test_what_is_no_json_to_the_letter_is_read_all_the_same(tmp_path: Path, content: str, found: list[str]) -> None:
    reading, rows = read(tmp_path, content.encode())
    assert (titles(rows), reading.damaged) == (found, False)
    assert all(json.dumps(row.entry.values["extra"], allow_nan=False) for row in rows if row.entry)


@pytest.mark.parametrize("content", ['[{"title": "A"}', '[{"title": "A"},', '[{"title": "A"}, {"title": "B'])
def test_an_array_that_is_cut_off_is_damaged(tmp_path: Path, content: str) -> None:
    reading, rows = read(tmp_path, content.encode())
    assert titles(rows)[0] == "A"
    assert reading.damaged
    assert reading.remarks


@pytest.mark.slow
@pytest.mark.parametrize("cut", [0.2, 0.5, 0.95])
@pytest.mark.parametrize("kind", ["json", "ndjson", "csv"])
def test_a_packed_file_that_is_cut_off_or_flipped_gives_what_is_whole(tmp_path: Path, kind: str, cut: float) -> None:
    books = [{"book_id": n, "title": f"Title {n} {os.urandom(20).hex()}"} for n in range(1, 501)]
    content = {
        "json": json.dumps(books),
        "ndjson": "\n".join(map(json.dumps, books)),
        "csv": "book_id,title\n" + "\n".join(f"{one['book_id']},{one['title']}" for one in books),
    }[kind]
    packed = gzip.compress(content.encode())
    reading, rows = read(tmp_path, packed[: int(len(packed) * cut)])
    assert reading.damaged
    assert any("ends in the middle" in remark for _, remark in reading.remarks)
    whole = [row for row in rows[:-1] if row.entry]
    assert [row.entry.values["title"] for row in whole if row.entry] == [one["title"] for one in books[: len(whole)]]
    assert len(whole) >= len(rows) - 1 > 500 * cut * 0.3
    flipped = packed[: len(packed) // 2] + b"\x00" * 40 + packed[len(packed) // 2 + 40 :]
    try:
        reading, _ = read(tmp_path, flipped)
    except Invalid as error:
        assert "can give nothing: the packed file is damaged" in error.message  # noqa: PT017 - or it is read in part
    else:
        assert reading.damaged


@pytest.mark.parametrize(
    ("content", "found"),
    [
        # A mark that is not closed swallowed all rows behind it.
        ('id,title\n1,"A\n2,B\n3,C\n', ["! a quotation", "B", "C"]),
        ('id,title\n1,"A\n2,"B"\n3,C\n', ["! a quotation", "B", "C"]),
        ('id,title\n1,"A "x" B"\n2,B\n', ["A x\" B\"", "B"]),
        ('id,title,x\n1,"A\n2,B,\n3,"C",\n4,D,\n', ["! a quotation", "B", "C", "D"]),
        ('id,title\n1,"A, in\nthree\nlines"\n2,B\n', ["A, in three lines", "B"]),
        ('id,title\n1,A\n2,"B', ["A", "B"]),
        ("id,title\n1,A,,\n2,B,x\n", ["A", "! it has 3 columns"]),
        ("id,title\r1,A\r2,B", ["A", "B"]),
        ("id,title\r\n1,A\r2,B\n3,C\r\n", ["A", "B", "C"]),
        ("\n\n  \nid,title\n1,A\n", ["A"]),
        ("title\nA\nB\n", ["A", "B"]),
        ("title,x,id\nA,,7\n", ["A"]),
        ("id,title\n", []),
        ("id,title\n1,A\x00B\n", ["AB"]),
    ],
)  # fmt: skip
def test_no_row_of_a_broken_table_is_swallowed(tmp_path: Path, content: str, found: list[str]) -> None:
    _, rows = read(tmp_path, content.encode())
    assert [told[: len(start)] for told, start in zip(titles(rows), found, strict=True)] == found, titles(rows)


def test_what_was_done_to_a_row_of_a_table_is_told(tmp_path: Path) -> None:
    _, rows = read(tmp_path, b'id,title,title\n1,A\x00B,C\n2,"say "hi" now",D\n')
    assert rows[0].entry is not None
    assert rows[1].entry is not None
    assert ("row", "zero bytes were taken out") in rows[0].entry.repairs
    assert rows[0].entry.values["extra"] == {"title (2)": "C"}
    assert [told for field, told in rows[1].entry.repairs if field == "row"] == [
        "a quotation mark stands where none may, or is not closed"
    ]


@pytest.mark.slow
def test_a_field_of_many_kilobytes_is_a_field(tmp_path: Path) -> None:
    _, rows = read(tmp_path, f'id,title,description\n1,A,"{"x " * 100_000}"\n2,B,\n'.encode())
    assert titles(rows) == ["A", "B"]
    assert rows[0].entry is not None
    assert len(rows[0].entry.values["description_markdown"]) == 199_999


@pytest.mark.parametrize("encoding", ["utf-32", "gb18030", "shift_jis", "utf-16", "cp1252"])
@pytest.mark.parametrize("kind", ["json", "ndjson", "csv"])
def test_a_file_in_another_encoding_is_read_and_that_is_told(tmp_path: Path, encoding: str, kind: str) -> None:
    names = {
        "shift_jis": ["吾輩は猫である", "こころ", "坊っちゃん"],
        "cp1252": ["Émile, ou De l’éducation", "Über", "Ça"],
    }.get(encoding, ["红楼梦", "西游记", "三国演义"])
    books = [{"title": name} for name in names]
    content = {
        "json": json.dumps(books, ensure_ascii=False),
        "ndjson": "\n".join(json.dumps(one, ensure_ascii=False) for one in books),
        "csv": 'title,x\n"' + '",1\n"'.join(names) + '",1\n',
    }[kind]
    reading, rows = read(tmp_path, content.encode(encoding))
    assert titles(rows) == names
    assert reading.remarks or all(row.entry and row.entry.repairs for row in rows)


@pytest.mark.slow
def test_a_pipe_with_a_name_is_read_once_and_whole(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    def write() -> None:
        with pipe.open("wb", buffering=0) as stream:
            stream.write(b"id,ti")
            stream.write(b"tle\n" + b"".join(b"%d,T\n" % number for number in range(1, 8_001)))

    writing = threading.Thread(target=write)
    writing.start()
    rows = list(Reading([str(pipe)]).entries())
    writing.join()
    assert [row.entry.book_id for row in rows if row.entry] == list(range(1, 8_001))


@pytest.mark.parametrize("make", ["folder", "nothing"])
def test_what_is_no_file_is_told_before_anything_is_read(tmp_path: Path, make: str) -> None:
    if make == "folder":
        (tmp_path / "books").mkdir()
    (tmp_path / "good.json").write_text('[{"title": "A"}]')
    with pytest.raises(Invalid, match="cannot be read"):
        next(Reading([str(tmp_path / "good.json"), str(tmp_path / "books")]).entries())


def test_tags_beside_the_books_that_cannot_be_read_are_told_and_counted(tmp_path: Path) -> None:
    (tmp_path / "tags.csv").write_text("tag_id,tag_name\n1,good\n")
    odd = "".join(f"1,,{number}\n" for number in range(50))
    (tmp_path / "book_tags.csv").write_text(f"goodreads_book_id,tag_id,count\n7,1,3\n7,99,2\n{odd}")
    reading, [row] = read(tmp_path, b"goodreads_book_id,title\n7,A\n", "books.csv")
    assert row.entry is not None
    assert row.entry.tags == (("good", "good"),)
    told = [remark for _, remark in reading.remarks]
    assert "30 more rows cannot be read" in told
    assert "1 rows give books a tag that has no name: left out" in told
    assert len(told) == 22


GOODREADS = (
    "Book Id,Title,Author,ISBN,ISBN13,My Rating,Date Read,Bookshelves,Exclusive Shelf,My Review,Owned Copies\n"
    '1,A,X,"=""0552131067""","=""9780552131063""",9,2020/13/01,,read,R,0\n'
    '2,B,X,="0552131067,"=""""",4,2020/01/02,dnf,dnf,"Gave\nup",0\n'
    "3,C,X,,,0,2020/01/02,,to-read,,0\n"
)


def test_what_goodreads_says_and_no_reading_keeps_is_told_or_kept_beside(tmp_path: Path) -> None:
    _, rows = read(tmp_path, GOODREADS.encode())
    one, two, three = (row.entry for row in rows)
    assert one is not None
    assert two is not None
    assert three is not None
    assert one.readings == (GivenReading("read", review_markdown="R"),)
    assert ("My Rating", "'9' is no rating up to 5: left out") in one.repairs
    assert ("Date Read", "'2020/13/01' is no day: left out") in one.repairs
    assert (one.values["isbn10"], one.values["isbn13"]) == ("0552131067", "9780552131063")
    assert two.readings == ()
    assert two.values["isbn10"] == "0552131067"
    assert {name: two.values["extra"][name] for name in ("My Rating", "My Review", "Date Read")} == {
        "My Rating": "4",
        "My Review": "Gave\nup",
        "Date Read": "2020/01/02",
    }
    assert three.readings == (GivenReading("to-read"),)
    assert any(field == "Date Read" for field, _ in three.repairs)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12), min_size=3, max_size=6),
    st.integers(0, 400),
    st.sampled_from(["", '"', "}", "{", "]", ",", "\\", "\n", "x"]),
)
def test_one_odd_character_costs_one_book_at_most_of_an_array(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], place: int, odd: str
) -> None:
    """Wherever it stands: the books before it come in, and no book that is none."""
    books = [
        {"book_id": number, "title": f"T{name}", "tags": [{"title": name}]} for number, name in enumerate(names, 1)
    ]
    content = json.dumps(books)
    place = 12 + place % (len(content) - 12)  # Behind what the file is recognised by.
    file = tmp_path_factory.getbasetemp() / "odd"
    file.write_text(content[:place] + odd + content[place + (not odd) :])
    rows = list(Reading([str(file)]).entries())
    whole = content[:place].count('"book_id"') - 1
    assert [row.entry.book_id for row in rows if row.entry][:whole] == list(range(1, whole + 1))
    wrong = [row for row in rows if row.entry and not row.entry.values["title"].startswith(("T", odd))]
    assert wrong == []


def test_an_author_who_is_named_twice_is_told(tmp_path: Path) -> None:
    _, [row] = read(tmp_path, b'{"title": "A", "authors": ["B", {"name": "B", "role": "Illustrator"}]}\n')
    assert row.entry is not None
    assert row.entry.writers == (("B", ""),)
    assert row.entry.repairs == [("authors", "an author who is named twice was taken once, as first named")]
