"""A site as one JSON document."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.books.catalogue import shelved
from tests.factories import SITE, draft, post
from westmarch.db.database import Database
from westmarch.posts import actions
from westmarch.transfer.out.json_ import export_json

URL = "https://example.org/blog"


def two(session: Any) -> None:
    """A post with an earlier text, and a draft."""
    first = post(session, "One", "[two](/two/)\n", tags=("a",), authors=("Ada",), topic="T", extra={"x": [1]})
    actions.revise(session, first, draft("One", "[2](/two/)\n", tags=("a",), authors=("Ada",)), SITE, actor="me")
    post(session, "Two", status="draft", published_at=None, aliases=("/old/?p=3",))


async def test_it_holds_each_text_with_what_belongs_to_it(db: Database, tmp_path: Path) -> None:
    await db.write(two)
    done = await db.read(export_json, tmp_path / "out.json", url=URL, base="/blog", revisions=True)
    said = json.loads((tmp_path / "out.json").read_text())
    assert (done.posts, said["format"], said["url"], said["base"]) == (2, 1, URL, "/blog")
    one, other = said["posts"]
    assert (one["path"], one["tags"], one["authors"], one["status"]) == ("/one/", ["a"], ["Ada"], "published")
    assert one["text"]["markdown"] == "[2](/two/)\n"
    assert one["text"]["html"] == f'<p><a href="{URL}/two/">2</a></p>\n'
    assert [text["markdown"] for text in one["revisions"]] == ["[two](/two/)\n"]
    assert datetime.fromisoformat(one["published_at"]) == datetime(2024, 1, 1, 12, tzinfo=UTC)
    assert (other["old"], other["published_at"], other["waiting"]) == (["/old/?p=3"], None, None)


async def test_an_empty_site_is_a_document_too(db: Database, tmp_path: Path) -> None:
    await db.read(export_json, tmp_path / "out.json", url=URL)
    assert json.loads((tmp_path / "out.json").read_text())["posts"] == []


async def test_books_go_out_with_all_that_belongs_to_them(db: Database, tmp_path: Path) -> None:
    await db.write(lambda session: shelved(session, title="Emma", authors=["Jane Austen"], book_id=7))
    done = await db.read(export_json, tmp_path / "out.json", url=URL)
    (book,) = json.loads((tmp_path / "out.json").read_text())["books"]
    assert (done.books, book["title"], book["authors"]) == (1, "Emma", [{"name": "Jane Austen"}])
    assert book["westmarch"]["readings"][0]["review"] == "Worth it."
