"""Posts that are offered to a writer who types a link."""

from urllib.parse import quote

from sqlalchemy.orm import Session

from tests.accounts.people import signed_in
from tests.factories import post
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.authors import managing as authors


def furnish(session: Session) -> None:
    post(session, "Tide tables", slug="tide-tables")
    post(session, "The lowest tide", slug="the-lowest-tide")
    post(session, "Tide draft", status="draft", authors=("Ada",))
    post(session, "Überflut 100%", slug="flut")


async def titles(reader: Reader, words: str) -> list[str]:
    answer = await reader.get(f"/admin/posts/suggest/?q={quote(words)}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return [each["title"] for each in answer.json()["posts"]]


async def test_titles_that_begin_with_the_words_come_first(reader: Reader) -> None:
    await reader.do(furnish)
    await signed_in(reader, "Nell", role="editor")
    assert await titles(reader, "tide") == ["Tide draft", "Tide tables", "The lowest tide"]
    assert await titles(reader, "") == ["Überflut 100%", "Tide draft", "The lowest tide", "Tide tables"]


async def test_no_letter_is_special(reader: Reader) -> None:
    await reader.do(furnish)
    await signed_in(reader, "Nell", role="editor")
    assert await titles(reader, "0%") == ["Überflut 100%"]
    assert await titles(reader, "%") == ["Überflut 100%"]
    assert await titles(reader, "_") == []
    assert await titles(reader, "Überf") == ["Überflut 100%"]


async def test_a_post_is_told_with_its_path_and_its_state(reader: Reader) -> None:
    await reader.do(furnish)
    await signed_in(reader, "Nell", role="editor")
    answer = await reader.get("/admin/posts/suggest/?q=tide+t")
    (found,) = answer.json()["posts"]
    assert found["path"].endswith("/tide-tables/")
    assert found["detail"] == found["path"]
    answer = await reader.get("/admin/posts/suggest/?q=tide+d")
    assert answer.json()["posts"][0]["detail"] == "Draft"


async def test_drafts_of_others_are_told_to_nobody_who_may_not_see_them(reader: Reader) -> None:
    await reader.do(furnish)
    await signed_in(reader, "Bea", role="author")
    assert await titles(reader, "tide") == ["Tide tables", "The lowest tide"]


async def test_ones_own_drafts_are_offered(reader: Reader) -> None:
    await reader.do(furnish)
    ada = await reader.db.read(authors.by_slug, "ada")
    await signed_in(reader, "Ada", role="author", author_id=ada)
    assert await titles(reader, "tide d") == ["Tide draft"]


async def test_others_are_refused(reader: Reader) -> None:
    assert (await reader.get("/admin/posts/suggest/")).status_code in (302, 303, 401)
