"""The books and the shelf of the demonstration site."""

import pytest
import yaml

from tests.demo.demo_site import DEMO
from westmarch.books.entries import Entry
from westmarch.books.loading.reading import Reading

pytestmark = pytest.mark.unit


def _entries() -> list[Entry]:
    given = list(Reading([str(DEMO / "books.json")]).entries())
    entries = [one.entry for one in given if one.entry is not None]
    assert len(entries) == len(given)
    return entries


def test_thirty_books_of_many_alphabets_come_without_a_fault() -> None:
    entries = _entries()
    assert len(entries) == 30
    assert {field for entry in entries for field, _ in entry.repairs} == {"series"}
    assert {"ar", "bn", "de", "en", "grc", "he", "hi", "ja", "ru", "zh"} <= {
        entry.values["language"] for entry in entries
    }
    assert all(entry.values["year"] and entry.values["description_html"] and entry.tags for entry in entries)
    # All are in the public domain: of the last authors one died in 1936 and one in 1941.
    assert max(entry.values["year"] for entry in entries) <= 1936


def test_the_shelf_has_all_that_a_shelf_can_have() -> None:
    there = yaml.safe_load((DEMO / "readings.yml").read_text(encoding="utf-8"))
    numbers = {entry.values["book_id"] for entry in _entries()}
    assert {one["book"] for one in there} <= numbers
    assert {one["status"] for one in there} == {"to-read", "reading", "read"}
    assert len({one["finished"].year for one in there if "finished" in one}) == 5
    assert all(one.get("started", one["finished"]) <= one["finished"] for one in there if "finished" in one)
    assert len([one for one in there if "review" in one]) == 9
    assert [one["book"] for one in there if one.get("again")] == [1_000_015]


def test_no_book_has_a_number_that_another_catalogue_would_use() -> None:
    # A catalogue that is loaded beside these counts from 1, and what has the number of a book brings it up to date.
    assert min(entry.values["book_id"] for entry in _entries()) > 1_000_000
