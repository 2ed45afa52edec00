"""`westmarch books list`, `show`, `remove`, `export`."""

import gzip
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Westmarch

BOOKS = [
    {"book_id": 1, "title": "Emma", "authors": "Jane Austen", "year": 1815, "isbn": "0141439580", "shelfmark": "A 7"},
    {"book_id": 2, "title": "Mort (Discworld, #4)", "authors": "Terry Pratchett", "tags": ["fantasy"]},
]


@pytest.fixture
def catalogue(westmarch: Westmarch, site: Path, tmp_path: Path) -> Path:
    """A site with two books."""
    (tmp_path / "books.json").write_text(json.dumps(BOOKS))
    assert westmarch("--site", site, "books", "load", tmp_path / "books.json").status == 0
    return site


def test_books_are_listed_shown_and_removed(westmarch: Westmarch, catalogue: Path) -> None:
    assert westmarch("--site", catalogue, "books", "list").out.splitlines() == [
        "      1   1815  Emma — Jane Austen",
        "      2         Mort (Discworld, #4) — Terry Pratchett",
    ]
    assert [
        line.split()[0] for line in westmarch("--site", catalogue, "books", "list", "PRATCHETT").out.splitlines()
    ] == ["2"]
    assert json.loads(westmarch("--site", catalogue, "books", "list", "emma", "--json").out)["book_id"] == 1
    assert westmarch("--site", catalogue, "books", "list", "nobody").out == "There is no such book.\n"
    shown = westmarch("--site", catalogue, "books", "show", "978-0-14-143958-7").out
    assert {"  ISBN: 0141439580", "  page: /books/emma/", "  shelfmark: A 7"} <= set(shown.splitlines())
    assert "  series: Discworld #4" in westmarch("--site", catalogue, "books", "show", "Mort").out
    asked = westmarch("--site", catalogue, "books", "remove", "1")
    assert (asked.status, asked.out) == (2, "1: Emma\n")
    assert "Say --yes" in asked.err
    assert westmarch("--site", catalogue, "books", "remove", "1", "/books/mort/", "--yes").out.endswith(
        "Removed: 2 books.\n"
    )
    assert "The catalogue is empty" in westmarch("--site", catalogue, "books", "list").out
    gone = westmarch("--site", catalogue, "books", "remove", "1", "--yes")
    assert gone.status != 0
    assert "There is no book '1'" in gone.err


def test_a_catalogue_goes_out_and_is_read_again(westmarch: Westmarch, catalogue: Path, tmp_path: Path) -> None:
    plain, packed = tmp_path / "out.ndjson", tmp_path / "out.ndjson.gz"
    assert westmarch("--site", catalogue, "books", "export", plain).status == 0
    assert westmarch("--site", catalogue, "books", "export", packed).status == 0
    assert gzip.decompress(packed.read_bytes()) == plain.read_bytes()
    assert westmarch("--site", catalogue, "books", "load", packed).out == "2 unchanged.\n"
    printed = westmarch("--site", catalogue, "books", "export", "-")
    assert (printed.out.encode(), printed.err) == (plain.read_bytes(), "-: 2 books.\n")
    again = westmarch("--site", catalogue, "books", "export", plain)
    assert again.status != 0
    assert "is there already" in again.err
    missing = westmarch("--site", catalogue, "books", "export", "/dev/full/x")
    assert missing.status != 0
    assert "error:" in missing.err
