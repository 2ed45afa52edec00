"""The topics and the order of their parts, as those who keep them in order see them, on both engines."""

import asyncio
import re

import pytest
from sqlalchemy.orm import Session

from tests.accounts.people import signed_in
from tests.admin.filled import changed, form, send
from tests.admin.works import endures
from tests.factories import post
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.errors import Conflict, Invalid, Stale
from westmarch.posts import listings, parts, parts_undo
from westmarch.site.options import Site
from westmarch.topics import editing, managing

LIST, NEW = "/admin/topics/", "/admin/topics/new/"


@pytest.fixture
async def editor(reader: Reader) -> Reader:
    await signed_in(reader, role="editor")
    return reader


async def topic(db: Database, *titles: str) -> tuple[int, list[int]]:
    """A topic called Tides with posts of these titles as its parts; its id and theirs."""

    def make(session: Session) -> tuple[int, list[int]]:
        topic_id = editing.create(session, "Tides", language="en", actor="test")
        ids = [post(session, title, slug=f"p{n}", topic="Tides") for n, title in enumerate(titles)]
        return topic_id, ids

    return await db.write(make)


async def order(db: Database, topic_id: int) -> list[int]:
    """The ids of the parts in order; numbers are true."""

    def look(session: Reading) -> list[int]:
        assert listings.faults(session) == []
        return [row.id for row in parts.parts(session, topic_id)]

    return await db.read(look)


@pytest.mark.parametrize("role", ["author", "contributor"])
async def test_only_those_who_organize_see_them(reader: Reader, role: str) -> None:
    topic_id, _ = await topic(reader.db, "A")
    await signed_in(reader, role=role)
    one = f"{LIST}{topic_id}/"
    for path in (LIST, NEW, one, one + "delete/"):
        assert (await reader.get(path)).status_code == 403, path
    for path in (NEW, one, one + "parts/", one + "add/", one + "delete/"):
        assert (await reader.client.post(path, data={"title": "x", "language": "en"})).status_code == 403, path


async def test_a_topic_is_made_with_an_introduction(editor: Reader) -> None:
    assert "No topics yet" in await editor.page(LIST)
    answer = await send(editor, NEW, title="Tides", introduction="*Twice* a day <script>alert(1)</script>")
    assert answer.status_code == 303
    made = await editor.db.read(lambda session: managing.edited(session, managing.by_slug(session, "tides") or 0))
    assert made is not None
    assert (made.title, made.path, made.language) == ("Tides", "/topics/tides/", "en")
    assert "<em>Twice</em>" in made.introduction_html
    assert "<script>" not in made.introduction_html
    assert "Tides" in await editor.page(LIST)


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"title": ""}, "title"), ({"title": "tides"}, "title"), ({"title": "a" * 301}, "title"),
        ({"slug": "tides"}, "slug"), ({"slug": "!!"}, "slug"), ({"language": "x'>"}, "language"),
        ({"introduction": "a" * 100_001}, "introduction"),
    ],
)  # fmt: skip
async def test_a_form_that_is_refused_comes_back_as_it_was(editor: Reader, values: dict[str, str], place: str) -> None:
    await topic(editor.db)
    sent = {"title": "New", "slug": "s", "language": "de", "introduction": "kept <b>"} | values
    answer = await send(editor, NEW, **sent)
    assert answer.status_code == 422
    assert changed(form(answer.text, NEW)) == sent | {"version": ""}
    assert re.search(rf'id="f-{place}"[^>]*aria-invalid="true"', answer.text)


async def test_a_stale_form_is_refused_and_comes_back_with_what_was_typed(editor: Reader) -> None:
    topic_id, _ = await topic(editor.db)
    path = f"{LIST}{topic_id}/"
    opened = changed(form(await editor.page(path), path), introduction="Mine.")
    await editor.do(editing.change, topic_id, title="Ebb", actor="bo")
    answer = await editor.client.post(path, data=opened)
    assert answer.status_code == 409
    assert "It is now called “Ebb”" in answer.text
    again = changed(form(answer.text, path))
    assert again["introduction"] == "Mine."
    assert (await editor.client.post(path, data=again)).status_code == 303


async def test_parts_are_moved_by_plain_buttons_and_readers_see_it(editor: Reader) -> None:
    topic_id, (a, b, c) = await topic(editor.db, "Alpha", "Beta", "Gamma")
    one = f"{LIST}{topic_id}/"
    answer = await send(editor, one, one + "parts/", do="up-2")
    assert (answer.status_code, answer.headers["location"]) == (303, one + "#parts")
    assert await order(editor.db, topic_id) == [a, c, b]
    assert "Undo" in await editor.page(one)
    text = await editor.page("/topics/tides/")
    assert text.index("Alpha") < text.index("Gamma") < text.index("Beta")
    await send(editor, one, one + "parts/", do="remove-0")
    assert await order(editor.db, topic_id) == [c, b]
    await send(editor, one, one + "parts/", part=[str(b), str(c)])
    assert await order(editor.db, topic_id) == [b, c]


async def test_an_order_of_an_older_state_comes_back_and_says_what_changed(editor: Reader) -> None:
    topic_id, (a, b) = await topic(editor.db, "Alpha", "Beta")
    one = f"{LIST}{topic_id}/"
    opened = changed(form(await editor.page(one), one + "parts/"), part=[str(b), str(a)])
    new = await editor.do(post, "Gamma", slug="g", topic="Tides")
    answer = await editor.client.post(one + "parts/", data=opened)
    assert answer.status_code == 409
    assert "New in it: &#39;Gamma&#39;" in answer.text
    again = changed(form(answer.text, one + "parts/"))
    assert again["part"] == [str(b), str(a), str(new)]
    assert (await editor.client.post(one + "parts/", data=again)).status_code == 303
    assert await order(editor.db, topic_id) == [b, a, new]


@pytest.mark.parametrize("sent", [[], ["1"], ["x", "-1", "9" * 30, "9999999999"], ["99999"] * 3])
async def test_a_list_that_is_not_exactly_the_parts_is_refused(editor: Reader, sent: list[str]) -> None:
    topic_id, ids = await topic(editor.db, "Alpha", "Beta")
    one = f"{LIST}{topic_id}/"
    opened = changed(form(await editor.page(one), one + "parts/"), part=sent)
    assert (await editor.client.post(one + "parts/", data=opened)).status_code == 422
    assert await order(editor.db, topic_id) == ids
    with pytest.raises(Invalid, match="name each part once"):
        await editor.do(parts.reorder, topic_id, [ids[0], ids[0]], actor="test")


async def test_of_two_who_reorder_at_once_one_is_told(db: Database) -> None:
    topic_id, (a, b, c) = await topic(db, "Alpha", "Beta", "Gamma")
    expected = parts.version(await db.read(parts.parts, topic_id))
    done = await asyncio.gather(
        db.write(parts.reorder, topic_id, [c, b, a], expected=expected, actor="one"),
        db.write(parts.reorder, topic_id, [b, a, c], expected=expected, actor="two"),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Stale) for each in done) == 1
    assert sum(isinstance(each, int) for each in done) == 1
    assert await order(db, topic_id) in ([c, b, a], [b, a, c])


async def test_parts_that_come_and_go_at_once_are_numbered(db: Database) -> None:
    topic_id, ids = await topic(db, *(f"Part {n}" for n in range(6)))
    new = [await db.write(post, f"More {n}", slug=f"more-{n}") for n in range(6)]
    await asyncio.gather(
        *(db.write(parts.add, topic_id, each, actor="test") for each in new),
        *(db.write(parts.remove, topic_id, each, actor="test") for each in ids),
    )
    assert sorted(await order(db, topic_id)) == new


async def test_posts_are_found_and_added_and_taken_back(editor: Reader) -> None:
    topic_id, _ = await topic(editor.db, "Alpha")
    other = await editor.do(post, "Omega", slug="o", topic="Waves")
    one = f"{LIST}{topic_id}/"
    assert "now in “Waves”" in await editor.page(one + "?find=OMEG")
    assert "No post fits" in await editor.page(one + "?find=nothing%00")
    assert (await editor.client.post(one + "add/", data={"post": str(other)})).status_code == 303
    assert (await order(editor.db, topic_id))[-1] == other
    undo = {"post": other, "topic": None, "rank": None}
    await editor.do(parts_undo.add, 0, topic_id, undo, Site(), actor="test")
    assert other not in await order(editor.db, topic_id)
    with pytest.raises(Conflict):
        await editor.do(parts_undo.add, 0, topic_id, undo, Site(), actor="test")
    assert (await editor.client.post(one + "add/", data={"post": "99999"})).status_code == 404
    assert (await editor.client.post(one + "add/", data={"post": "x"})).status_code == 303


async def test_a_deleted_topic_leaves_its_posts_and_answers_410(editor: Reader) -> None:
    topic_id, _ = await topic(editor.db, "Alpha")
    path = f"{LIST}{topic_id}/delete/"
    assert "Its 1 parts stay" in await editor.page(path)
    assert (await send(editor, path)).status_code == 303
    assert (await editor.get("/topics/tides/")).status_code == 410
    assert "Alpha" in await editor.page("/p0/")
    assert (await editor.get(path)).status_code == 404


async def test_no_field_is_a_fault_of_ours(editor: Reader) -> None:
    topic_id, _ = await topic(editor.db, "Alpha")
    one = f"{LIST}{topic_id}/"
    fields = ("title", "slug", "language", "introduction", "version", "do", "part", "post")
    await endures(editor, (NEW, one, one + "parts/", one + "add/"), {"title": "Tides", "language": "en"}, fields)
