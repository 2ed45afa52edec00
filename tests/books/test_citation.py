"""Citations as BibTeX and CSL-JSON."""

import json
import re
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from westmarch.books import citation
from westmarch.books.shown import Card

pytestmark = pytest.mark.unit


def card(title: str = "Emma", *names: str, roles: tuple[str, ...] = (), **fields: Any) -> Any:
    book = {
        "book_id": 1, "title": title, "title_plain": title, "year": 1815, "language": "eng", "isbn10": None,
        "isbn13": "9780141439587", "isbn_key": "9780141439587", "isbn_valid": True, "series_title": None,
        "series_number": None, "original_title": None,
    } | fields  # fmt: skip
    writers = [
        SimpleNamespace(name=name, role=role) for name, role in zip(names, (*roles, *[""] * len(names)), strict=False)
    ]
    return Card(SimpleNamespace(**book), writers)  # type: ignore[arg-type] # what stands in for rows


def test_a_book_is_cited_with_all_that_is_known() -> None:
    made = citation.bibtex(card("Emma & Co", "Jane Austen", "Ludwig van Beethoven"), "https://example.org/books/emma/")
    assert made.startswith("@book{austen1815emma,\n")
    assert "  author = {Austen, Jane and van Beethoven, Ludwig},\n" in made
    assert "  title = {{Emma \\& Co}},\n" in made
    assert "  isbn = {9780141439587},\n" in made
    item = json.loads(citation.csl(card("Emma", "Jane Austen"), "https://example.org/"))[0]
    assert item["author"] == [{"family": "Austen", "given": "Jane"}]
    assert item["issued"] == {"date-parts": [[1815]]}
    assert item["ISBN"] == "9780141439587"


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("曹雪芹", {"literal": "曹雪芹"}),
        ("عبد الله بن المقفع", {"literal": "عبد الله بن المقفع"}),
        ("Plato", {"literal": "Plato"}),
        ("Austen, Jane", {"family": "Austen", "given": "Jane"}),
        ("Martin Luther King Jr.", {"family": "King", "given": "Martin Luther", "suffix": "Jr."}),
        ("Фёдор Достоевский", {"family": "Достоевский", "given": "Фёдор"}),
    ],
)
def test_names_are_taken_apart_where_that_is_known(name: str, parts: dict[str, str]) -> None:
    assert json.loads(citation.csl(card("T", name), ""))[0]["author"] == [parts]


def test_translators_are_not_authors() -> None:
    item = json.loads(citation.csl(card("T", "Homer", "Emily Wilson", roles=("", "Translator")), ""))[0]
    assert item["translator"] == [{"family": "Wilson", "given": "Emily"}]
    assert "translator = {Wilson, Emily}" in citation.bibtex(
        card("T", "Homer", "Emily Wilson", roles=("", "Translator")), ""
    )


@given(st.text(max_size=80), st.text(min_size=1, max_size=40))
def test_whatever_a_title_holds_braces_stay_balanced(title: str, name: str) -> None:
    made = citation.bibtex(card(title, name), "")
    bare = re.sub(r"\\[{}]", "", made)
    assert bare.count("{") == bare.count("}")
    json.loads(citation.csl(card(title, name), ""))
