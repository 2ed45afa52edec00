"""The authors, as those who keep them in order see them, on both engines."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from tests.accounts.people import signed_in
from tests.admin.filled import changed, form, send
from tests.admin.works import endures
from tests.factories import SITE, post
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.authors import editing, managing
from westmarch.events.models import Event
from westmarch.posts import bylines, bylines_undo, counts, listings

LIST, NEW = "/admin/authors/", "/admin/authors/new/"


@pytest.fixture
async def editor(reader: Reader) -> Reader:
    await signed_in(reader, role="editor")
    return reader


async def author(reader: Reader, name: str) -> int:
    """The id of the author of this name, made where there is none."""
    found = await reader.db.read(managing.by_slug, name.lower())
    return found if found is not None else await reader.do(editing.create, name, actor="test")


async def sound(reader: Reader) -> None:
    """Counts and listings are true."""
    assert await reader.db.read(counts.faults, SITE.zone) == []
    assert await reader.db.read(listings.faults) == []


@pytest.mark.parametrize("role", ["author", "contributor"])
async def test_only_those_who_organize_see_them(reader: Reader, role: str) -> None:
    one = f"{LIST}{await author(reader, 'Ada')}/"
    await signed_in(reader, role=role)
    for path in (LIST, NEW, one, one + "merge/", one + "delete/"):
        assert (await reader.get(path)).status_code == 403, path
    for path in (NEW, one, one + "merge/", one + "delete/"):
        assert (await reader.client.post(path, data={"name": "x", "into": "Ada"})).status_code == 403, path


async def test_an_author_is_made_and_renamed(editor: Reader) -> None:
    assert "No authors yet" in await editor.page(LIST)
    links = "Mastodon https://m.example/@ada\n\nhttps://ada.example/"
    assert (await send(editor, NEW, name="Ada", bio="*Poet* <script>x</script>", links=links)).status_code == 303
    one = f"{LIST}{await author(editor, 'Ada')}/"
    made = await editor.db.read(managing.edited, await author(editor, "Ada"))
    assert made is not None
    assert made.links == [
        {"title": "Mastodon", "href": "https://m.example/@ada"},
        {"title": "https://ada.example/", "href": "https://ada.example/"},
    ]
    assert "<em>Poet</em>" in made.bio_html
    assert "<script>" not in made.bio_html
    await editor.do(post, authors=("Ada",))
    assert (await send(editor, one, name="Ada Lovelace")).status_code == 303
    assert (await editor.get("/authors/ada/")).headers["location"].endswith("/authors/ada-lovelace/")


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"name": ""}, "name"), ({"name": "ADA"}, "name"), ({"slug": "ada"}, "slug"), ({"bio": "a" * 100_001}, "bio"),
        ({"links": "x javascript:alert(1)"}, "links"), ({"links": "https://x.example/\n" * 21}, "links"),
        ({"picture": "99999"}, "picture"), ({"picture": "9" * 40}, "picture"), ({"picture": "x"}, "picture"),
    ],
)  # fmt: skip
async def test_a_form_that_is_refused_comes_back_as_it_was(editor: Reader, values: dict[str, str], place: str) -> None:
    await author(editor, "Ada")
    sent = {"name": "Bo", "slug": "s", "bio": "kept <b>", "links": "L https://x.example/", "picture": ""} | values
    answer = await send(editor, NEW, **sent)
    assert answer.status_code == 422
    kept: dict[str, Any] = changed(form(answer.text, NEW))
    assert {name: kept[name] for name in sent} == sent
    assert re.search(rf'id="f-{place}"[^>]*aria-invalid="true"', answer.text)


async def test_a_stale_form_is_refused_and_comes_back_with_what_was_typed(editor: Reader) -> None:
    author_id = await author(editor, "Ada")
    one = f"{LIST}{author_id}/"
    opened = changed(form(await editor.page(one), one), bio="Mine.")
    await editor.do(editing.change, author_id, name="Augusta", actor="bo")
    answer = await editor.client.post(one, data=opened)
    assert answer.status_code == 409
    again = changed(form(answer.text, one))
    assert again["bio"] == "Mine."
    assert (await editor.client.post(one, data=again)).status_code == 303


async def test_authors_are_merged_with_the_byline_of_an_account(editor: Reader) -> None:
    await editor.do(post, authors=("Ada", "Bo"))
    await editor.do(post, slug="b", authors=("Ada",))
    ada, bo = await author(editor, "Ada"), await author(editor, "Bo")
    path = f"{LIST}{ada}/merge/"
    assert (await send(editor, path, into="Nobody")).status_code == 422
    assert (await send(editor, path, into="Ada")).status_code == 422
    await signed_in(editor, "Ann", role="editor", author_id=ada)
    assert (await send(editor, path, into="bo")).status_code == 303
    into = await editor.db.read(managing.edited, bo)
    assert into is not None
    assert into.post_count == 2
    assert (await editor.get("/authors/ada/")).headers["location"].endswith("/authors/bo/")
    await sound(editor)


async def test_a_merge_is_taken_back(editor: Reader) -> None:
    await editor.do(post, authors=("Ada", "Bo"))
    await editor.do(post, slug="b", authors=("Ada",))
    ada, bo = await author(editor, "Ada"), await author(editor, "Bo")
    event_id = await editor.do(bylines.merge, ada, bo, SITE, actor="test")
    detail = await editor.db.read(lambda s: s.scalar(select(Event.detail).where(Event.id == event_id)))
    assert detail is not None
    await editor.do(bylines_undo.merge, event_id, ada, detail["undo"], SITE, actor="test")
    again, other = await editor.db.read(managing.edited, ada), await editor.db.read(managing.edited, bo)
    assert again is not None
    assert other is not None
    assert (again.post_count, other.post_count) == (2, 1)
    await sound(editor)


async def test_only_an_author_who_is_named_nowhere_is_deleted(editor: Reader) -> None:
    await editor.do(post, authors=("Ada",))
    used = f"{LIST}{await author(editor, 'Ada')}/delete/"
    assert (await send(editor, used)).status_code == 409
    free = f"{LIST}{await author(editor, 'Bo')}/delete/"
    assert (await send(editor, free)).status_code == 303
    assert (await editor.get("/authors/bo/")).status_code == 410
    assert (await editor.get(free)).status_code == 404


async def test_no_field_is_a_fault_of_ours(editor: Reader) -> None:
    one = f"{LIST}{await author(editor, 'Ada')}/"
    fields = ("name", "slug", "bio", "links", "picture", "version", "into")
    await endures(editor, (NEW, one, one + "merge/"), {"name": "Ada"}, fields)
