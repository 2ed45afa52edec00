"""Everything that docs/search-api.md shows is answered so."""

import json
import re
from pathlib import Path
from typing import Any

from tests.search.conftest import Asking
from westmarch.books import questions
from westmarch.books.shapes import Search
from westmarch.configuration import OTHER_NAMES
from westmarch.search import finding
from westmarch.search.shapes import Find

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "search-api.md"
SHOWN = re.compile(r"^```http\nGET (\S+)\n```\n\n```json\n(.*?)^```", re.MULTILINE | re.DOTALL)


def holds(answer: Any, shown: Any) -> bool:
    """Whether an answer has all that is shown of it; of a list as many as are shown, in order."""
    if isinstance(shown, dict):
        return isinstance(answer, dict) and all(name in answer and holds(answer[name], shown[name]) for name in shown)
    if isinstance(shown, list):
        return len(answer) >= len(shown) and all(map(holds, answer, shown))
    return bool(answer == shown)


async def test_the_examples_are_answered_as_they_are_shown(books: Asking) -> None:
    shown = SHOWN.findall(PAGE.read_text(encoding="utf-8"))
    assert len(shown) == PAGE.read_text(encoding="utf-8").count("```http") > 10
    for address, text in shown:
        answer = (await books.client.get(address)).json()
        assert holds(answer, json.loads(text)), (address, answer)


def test_what_is_not_answered_is_seen() -> None:
    assert not holds({"count": 3}, {"count": 4})
    assert not holds({"results": [{"book_id": 1}]}, {"results": [{"book_id": 1}, {"book_id": 2}]})


def test_every_operator_is_named_where_it_may_be_typed() -> None:
    told = Search.model_fields["operators"].description or ""
    for name in questions.NAMES:
        for text in (PAGE.read_text(encoding="utf-8"), told):
            assert re.search(rf"`{name}:", text), name
    told = Find.model_fields["q"].description or ""
    for name in finding.NAMES:
        for text in (PAGE.with_name("search.md").read_text(encoding="utf-8"), told):
            assert re.search(rf"`{name}:", text), name


async def test_a_kind_keeps_all_books_or_none(books: Asking) -> None:
    assert (await books.json(q="kind:book potter", operators="1"))["count"] == 7
    assert (await books.json(q="kind:post potter", operators="1"))["count"] == 0


def test_the_page_names_every_parameter_and_every_variable() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name in (*Search.model_fields, *OTHER_NAMES):
        assert re.search(rf"`{name}\b", text), name
