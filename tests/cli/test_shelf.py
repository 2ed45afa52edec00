"""`westmarch shelf` and `westmarch books cover`."""

import io
import json
import re
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.books.catalogue import add
from tests.cli.conftest import Westmarch
from tests.cli.test_doctor import write

BOOKS = (
    {"title": "Emma", "isbn13": "9780141439587", "authors": "Jane Austen"},
    {"title": "Twice", "authors": "A"},
    {"title": "Twice", "authors": "B"},
)
UNDO = (
    "  Undo: westmarch shelf put 1 --reading 1 --status to-read --started none --finished none --rating none"
    " --review none"
)


@pytest.fixture
def shelf(westmarch: Westmarch, site: Path) -> Westmarch:
    """The command for a site with three books."""
    write(site, lambda session: add(session, *BOOKS))
    return westmarch


def test_a_book_is_put_on_the_shelf_changed_and_taken_off(shelf: Westmarch, site: Path, tmp_path: Path) -> None:
    put = shelf("--site", site, "shelf", "put", "978-0-14-143958-7")
    assert (put.status, put.out.splitlines()[0]) == (0, "to-read: Emma (1)")
    review = tmp_path / "review.md"
    review.write_text("*Handsome*, clever.\n")
    said = ("--started", "2024-02-01", "--finished", "2024-03-01", "--rating", "4.5", "--review", review)
    read = shelf("--site", site, "shelf", "put", "Emma", *said)
    assert read.out.splitlines() == [
        "read: Emma (1), 4.5 of 5, reviewed, begun 2024-02-01, finished 2024-03-01",
        UNDO,
    ]
    assert "so already" in shelf("--site", site, "shelf", "put", "/books/emma/").out
    listed = json.loads(shelf("--site", site, "shelf", "list", "--json").out)
    assert [(one["status"], one["rating"], one["review"]) for one in listed] == [("read", 4.5, "*Handsome*, clever.")]
    taken = shelf("--site", site, "shelf", "take", "1")
    assert "*Handsome*, clever." in taken.out
    assert taken.out.splitlines()[-1] == (
        "  Undo: westmarch shelf put 1 --again --status read --started 2024-02-01 --finished 2024-03-01 --rating 4.5"
        " --review -"
    )
    assert "Nothing is on the shelf" in shelf("--site", site, "shelf", "list").out


def test_what_undo_says_makes_it_as_it_was(shelf: Westmarch, site: Path) -> None:
    shelf("--site", site, "shelf", "put", "1", "--started", "2024-02-01")
    before = shelf("--site", site, "shelf", "list", "--json").out
    put = shelf("--site", site, "shelf", "put", "1", "--finished", "2024-03-01", "--rating", "3")
    undo = re.search(r"Undo: westmarch (.*)", put.out)
    assert undo
    assert shelf("--site", site, *undo[1].split()).status == 0
    assert shelf("--site", site, "shelf", "list", "--json").out == before


def test_a_book_that_is_read_again_has_two_readings(shelf: Westmarch, site: Path) -> None:
    shelf("--site", site, "shelf", "put", "1", "--finished", "2020-01-01")
    shelf("--site", site, "shelf", "put", "1", "--again", "--started", "2024-02-01")
    assert [line.split()[:2] for line in shelf("--site", site, "shelf", "list").out.splitlines()] == [
        ["2", "reading"],
        ["1", "read"],
    ]
    refused = shelf("--site", site, "shelf", "take", "1")
    assert (refused.status, refused.err.splitlines()[0]) == (
        1,
        "error: The book was read several times: 2: reading 2024-02-01; 1: read 2020-01-01.",
    )
    assert shelf("--site", site, "shelf", "take", "1", "--reading", "2").status == 0


@pytest.mark.parametrize("said", [("--started", "2024-02-01"), ("--status", "reading")])
def test_whoever_begins_a_finished_book_is_told_how_to_read_it_again(
    shelf: Westmarch, site: Path, said: tuple[str, str]
) -> None:
    shelf("--site", site, "shelf", "put", "1", "--finished", "2020-01-01")
    refused = shelf("--site", site, "shelf", "put", "1", *said)
    assert (refused.status, "--again" in refused.err) == (1, True)
    assert shelf("--site", site, "shelf", "put", "1", *said, "--again").status == 0


def test_whoever_begins_a_book_that_was_read_some_day_is_told_how_to_read_it_again(
    shelf: Westmarch, site: Path
) -> None:
    shelf("--site", site, "shelf", "put", "1", "--status", "read")
    assert "say --again" in shelf("--site", site, "shelf", "put", "1", "--started", "2024-02-01").out
    assert "say --again" not in shelf("--site", site, "shelf", "put", "1", "--finished", "2024-03-01").out


def test_a_review_is_written_in_the_editor(
    shelf: Westmarch, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nprintf "Once more." >> "$1"\n')
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))
    shelf("--site", site, "shelf", "put", "1", "--edit")
    shelf("--site", site, "shelf", "put", "1", "--edit")
    assert json.loads(shelf("--site", site, "shelf", "list", "--json").out)[0]["review"] == "Once more.Once more."
    monkeypatch.setenv("VISUAL", "false")
    assert "nothing was changed" in shelf("--site", site, "shelf", "put", "1", "--edit").err


#: What cannot be, each with what is told.
REFUSED: tuple[tuple[list[str], str], ...] = (
    (["put", "nothing"], "There is no book 'nothing' in the catalogue."),
    (["put", "Twice"], "'Twice' is several books: 2: Twice; 3: Twice."),
    (["put", "1", "--rating", "4.1"], "The rating 4.1 is none."),
    (["put", "1", "--rating", "nan"], "The rating nan is none."),
    (["put", "1", "--rating", "x"], "'x' is no rating."),
    (["put", "1", "--finished", "2024-02-30"], "'2024-02-30' is no day."),
    (["put", "1", "--finished", "9999-01-01"], "The day 9999-01-01 is still to come."),
    (["put", "1", "--started", "2024-02-02", "--finished", "2024-02-01"], "It cannot be finished on 2024-02-01"),
    (["put", "1", "--status", "reading", "--finished", "2024-02-01"], "A book that was finished on 2024-02-01 was"),
    (["put", "1", "--status", "lent"], "'lent' is no status."),
    (["put", "1", "--reading", "7"], "The book has no reading 7."),
    (["put", "1", "--review", "no-such-file"], "no-such-file: No such file or directory"),
    (["take", "1"], "The book is not on the shelf."),
    (["list", "--status", "lent"], "'lent' is no status."),
)


def test_what_cannot_be_is_told_and_changes_nothing(shelf: Westmarch, site: Path) -> None:
    for arguments, told in REFUSED:
        done = shelf("--site", site, "shelf", *arguments)
        assert (done.status, done.err.startswith(f"error: {told}")) == (1, True), done.err
    assert json.loads(shelf("--site", site, "shelf", "list", "--json").out) == []


def test_a_book_is_given_the_picture_of_its_cover(shelf: Westmarch, site: Path, tmp_path: Path) -> None:
    picture = tmp_path / "emma.png"
    Image.new("RGB", (300, 450), "#123456").save(picture)
    given = shelf("--site", site, "books", "cover", "Emma", picture)
    assert given.out.splitlines() == ["Emma (1) has this cover now.", "  Undo: westmarch books cover 1 --remove"]
    assert len(list((site / "media").rglob("*.png"))) == 1
    assert "drawn cover again" in shelf("--site", site, "books", "cover", "1", "--remove").out
    assert "has no picture" in shelf("--site", site, "books", "cover", "1", "--remove").out


def test_what_is_no_cover_is_refused(shelf: Westmarch, site: Path, tmp_path: Path) -> None:
    for size, told in (
        ((60, 90), "The picture is 60 pixels wide; a cover has 120 at least."),
        ((900, 200), "The picture has 900 × 200 pixels, which is no shape of a cover."),
        (None, "This is no picture that can be shown."),
    ):
        file = tmp_path / "cover.png"
        if size:
            Image.new("RGB", size).save(file)
        else:
            file.write_bytes(b"<svg onload=alert(1)>")
        refused = shelf("--site", site, "books", "cover", "1", file)
        assert (refused.status, refused.err.splitlines()[0]) == (1, f"error: {file}: {told}")
    assert not list((site / "media").rglob("*.png"))


def test_a_review_comes_from_standard_input_too(shelf: Westmarch, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("Schön.".encode())))
    assert shelf("--site", site, "shelf", "put", "1", "--review", "-").status == 0
    assert json.loads(shelf("--site", site, "shelf", "list", "--json").out)[0]["review"] == "Schön."
