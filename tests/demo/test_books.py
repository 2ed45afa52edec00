"""The books of the demonstration site."""

import pytest

from tests.demo.demo_site import DEMO
from westmarch.books.loading.reading import Reading

pytestmark = pytest.mark.unit


def test_thirty_books_of_many_alphabets_come_without_a_fault() -> None:
    given = list(Reading([str(DEMO / "books.json")]).entries())
    entries = [one.entry for one in given if one.entry is not None]
    assert len(entries) == len(given) == 30
    assert {field for entry in entries for field, _ in entry.repairs} == {"series"}
    assert {"ar", "bn", "de", "en", "grc", "he", "hi", "ja", "ru", "zh"} <= {
        entry.values["language"] for entry in entries
    }
    assert all(entry.values["year"] and entry.values["description_html"] and entry.tags for entry in entries)
    # All are in the public domain: of the last authors one died in 1936 and one in 1941.
    assert max(entry.values["year"] for entry in entries) <= 1936
