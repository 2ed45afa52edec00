"""The tags, as those who keep them in order see them, on both engines."""

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
from westmarch.admin import tags as page
from westmarch.events.models import Event
from westmarch.posts import counts, listings, uses
from westmarch.tags import actions, managing
from westmarch.tags.managing import Edited
from westmarch.tags.models import Tag

LIST, NEW, MERGE, DELETE = "/admin/tags/", "/admin/tags/new/", "/admin/tags/merge/", "/admin/tags/delete/"


@pytest.fixture
async def editor(reader: Reader) -> Reader:
    await signed_in(reader, role="editor")
    return reader


async def tag(reader: Reader, name: str, **fields: Any) -> int:
    """A new tag."""
    made: int = await reader.do(actions.create, name, actor="test", **fields)
    return made


async def named(reader: Reader, name: str) -> Edited | None:
    """The tag of this name."""

    def look(session: Any) -> Edited | None:
        found = managing.by_name(session, name)
        return managing.edited(session, found) if found else None

    return await reader.db.read(look)


async def sound(reader: Reader) -> None:
    """Counts and listings are true."""
    assert await reader.db.read(counts.faults, SITE.zone) == []
    assert await reader.db.read(listings.faults) == []


@pytest.mark.parametrize("role", ["author", "contributor"])
async def test_only_those_who_organize_see_them(reader: Reader, role: str) -> None:
    tag_id = await tag(reader, "Sea")
    assert (await reader.get(LIST)).status_code == 303
    await signed_in(reader, role=role)
    for path in (LIST, NEW, MERGE, DELETE, f"{LIST}{tag_id}/"):
        assert (await reader.get(path)).status_code == 403, path
        if path != LIST:
            assert (await reader.client.post(path, data={"id": str(tag_id), "name": "x"})).status_code == 403, path
    assert await named(reader, "Sea")


async def test_an_empty_site_says_what_tags_are(editor: Reader) -> None:
    assert "No tags yet" in await editor.page(LIST)


async def test_the_list_is_sorted_searched_narrowed_and_paged(editor: Reader) -> None:
    for number in range(60):
        await tag(editor, f"Tag {number:02}")
    await editor.do(post, tags=("Tag 07", "Tag 08"))
    await editor.do(post, slug="b", tags=("Tag 08",))

    async def shown(query: str = "") -> list[str]:
        return re.findall(r">(Tag \d\d)</a>", await editor.page(LIST + query))

    first = await editor.page(LIST)
    assert (await shown())[:2] == ["Tag 00", "Tag 01"]
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    assert await shown(following[1].removeprefix(LIST).replace("&amp;", "&")) == [f"Tag {n}" for n in range(50, 60)]
    assert (await shown("?sort=-posts"))[:2] == ["Tag 08", "Tag 07"]
    assert await shown("?show=used") == ["Tag 07", "Tag 08"]
    assert len(await shown("?show=unused")) == 50
    assert await shown("?q=TAG+5") == [f"Tag 5{n}" for n in range(10)]
    assert "No tag fits" in await editor.page(LIST + "?q=nothing")
    assert len(await shown("?after=forged&sort=nonsense&show=%00&q=%00")) == 50


async def test_a_tag_is_made(editor: Reader) -> None:
    answer = await send(editor, NEW, name=" Open  Sea ", description="Wide.", synonyms="Ocean\n\nDeep\nocean")
    assert (answer.status_code, answer.headers["location"]) == (303, LIST)
    made = await named(editor, "open sea")
    assert made is not None
    assert (made.name, made.path, made.description, made.synonyms) == (
        "Open Sea", "/tags/open-sea/", "Wide.", ["Ocean", "Deep"],
    )  # fmt: skip


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"name": ""}, "name"),
        ({"name": "a" * 201}, "name"),
        ({"name": "Sea"}, "name"),
        ({"name": "OCEAN"}, "name"),
        ({"name": "x", "slug": "sea"}, "slug"),
        ({"name": "x", "slug": "!!"}, "slug"),
        ({"name": "x", "description": "d" * 2001}, "description"),
        ({"name": "x", "synonyms": "sea"}, "synonyms"),
        ({"name": "x", "synonyms": "\n".join(f"s{n}" for n in range(51))}, "synonyms"),
    ],
)
async def test_a_form_that_is_refused_comes_back_as_it_was(editor: Reader, values: dict[str, str], place: str) -> None:
    await tag(editor, "Sea", synonyms=["Ocean"])
    values = {"name": "n", "slug": "s", "description": "kept <b>", "synonyms": "kept too"} | values
    answer = await send(editor, NEW, **values)
    assert answer.status_code == 422
    assert changed(form(answer.text, NEW)) == {"version": ""} | values
    assert re.search(rf'id="f-{place}"[^>]*aria-invalid="true"', answer.text)
    assert len(await editor.db.read(lambda s: s.scalars(select(Tag.id)).all())) == 1


async def test_a_renamed_tag_is_found_at_both_addresses(editor: Reader) -> None:
    await editor.do(post, tags=("Sea",))
    old = await named(editor, "Sea")
    assert old is not None
    answer = await send(editor, f"{LIST}{old.id}/", name="Ocean")
    assert answer.status_code == 303
    assert (await editor.get("/tags/sea/")).headers["location"].endswith("/tags/ocean/")
    assert "Ocean" in await editor.page("/tags/ocean/")
    assert "Undo" in await editor.page(f"{LIST}{old.id}/")


async def test_a_stale_form_is_refused_and_comes_back_with_what_was_typed(editor: Reader) -> None:
    tag_id = await tag(editor, "Sea")
    path = f"{LIST}{tag_id}/"
    opened = changed(form(await editor.page(path), path), description="Mine.")
    await editor.do(actions.change, tag_id, name="Ocean", actor="bo")
    answer = await editor.client.post(path, data=opened)
    assert answer.status_code == 409
    assert "was changed since you opened it" in answer.text
    assert "It is now called “Ocean”" in answer.text
    again = changed(form(answer.text, path))
    assert (again["name"], again["description"]) == ("Sea", "Mine.")
    assert (await editor.client.post(path, data=again)).status_code == 303
    found = await named(editor, "Sea")
    assert found is not None
    assert found.description == "Mine."


async def test_where_a_tag_is_used_is_shown_with_drafts(editor: Reader) -> None:
    post_id = await editor.do(post, "Deep water", tags=("Sea",))
    await editor.do(post, "Shallow", slug="b", status="draft", tags=("Sea",))
    await editor.do(post, "A page", slug="c", kind="page", tags=("Sea",))
    found = await named(editor, "Sea")
    assert found is not None
    text = await editor.page(f"{LIST}{found.id}/")
    assert f'href="/admin/posts/{post_id}/">Deep water' in text
    assert "Shallow" in text
    assert "/admin/pages/" in text
    assert (found.post_count, found.uses) == (1, 3)
    for path in (MERGE, DELETE):
        assert f'href="{path}?id={found.id}"' in text


async def test_tags_are_merged_by_name_and_their_addresses_lead_there(editor: Reader) -> None:
    await editor.do(post, tags=("Sea", "Ocean"))
    await editor.do(post, slug="b", tags=("Sea",))
    await editor.do(post, slug="c", tags=("Deep",), status="draft")
    ids = [found.id for name in ("Sea", "Deep", "Ocean") if (found := await named(editor, name))]
    query = "?" + "&".join(f"id={each}" for each in ids)
    asking = await editor.page(MERGE + query)
    assert dict(form(asking, MERGE))["into"] == "Sea"
    answer = await editor.client.post(MERGE, data=changed(form(asking, MERGE), into="ocean"))
    assert answer.status_code == 303
    into = await named(editor, "Ocean")
    assert into is not None
    assert (into.post_count, into.uses, into.synonyms) == (2, 3, ["Sea", "Deep"])
    assert await named(editor, "Sea") is None
    assert (await editor.get("/tags/sea/")).headers["location"].endswith("/tags/ocean/")
    await sound(editor)


@pytest.mark.parametrize("into", ["", "Nothing", "Sea", "a" * 3000])
async def test_a_merge_into_nothing_or_itself_is_refused(editor: Reader, into: str) -> None:
    tag_id = await tag(editor, "Sea")
    answer = await editor.client.post(MERGE, data={"id": str(tag_id), "into": into})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert dict(form(answer.text, MERGE))["into"] == into
    assert await named(editor, "Sea")


async def test_deleting_says_how_many_posts_have_the_tag_and_answers_410_afterwards(editor: Reader) -> None:
    await editor.do(post, tags=("Sea",))
    await editor.do(post, slug="b", tags=("Sea",))
    found = await named(editor, "Sea")
    assert found is not None
    asking = await editor.page(f"{DELETE}?id={found.id}")
    assert "taken off 2 posts" in asking
    assert (await editor.client.post(DELETE, data=changed(form(asking, DELETE)))).status_code == 303
    assert (await editor.get("/tags/sea/")).status_code == 410
    await sound(editor)


@pytest.mark.parametrize("path", [MERGE, DELETE])
@pytest.mark.parametrize("chosen", ["", "?id=", "?id=99999", "?id=x&id=-1&id=99999999999999999999&id=%00"])
async def test_where_nothing_is_chosen_that_is_said(editor: Reader, path: str, chosen: str) -> None:
    answer = await editor.get(path + chosen)
    assert (answer.status_code, answer.headers["location"]) == (303, LIST)
    assert "Choose tags first" in await editor.page(LIST)


async def test_too_many_at_once_are_refused(editor: Reader) -> None:
    assert (await editor.get(DELETE + "?" + "&".join(f"id={n}" for n in range(1, 300)))).status_code == 422


@pytest.mark.parametrize("number", ["99999", "99999999999999999999", "2147483648"])
async def test_a_tag_that_is_not_there_is_not_found(editor: Reader, number: str) -> None:
    assert (await editor.get(f"{LIST}{number}/")).status_code == 404
    assert (await editor.client.post(f"{LIST}{number}/", data={"name": "x"})).status_code == 404


async def test_no_field_is_a_fault_of_ours(editor: Reader) -> None:
    fields = ("name", "slug", "description", "synonyms", "version")
    one = f"{LIST}{await tag(editor, 'Sea')}/"
    await endures(editor, (NEW, one), {"name": "Sea"}, fields, ("", " ", "{{7*7}}", "'; --"))
    assert "<script>alert" not in await editor.page(LIST)


async def test_a_form_with_missing_and_repeated_fields_is_answered(editor: Reader) -> None:
    assert (await editor.client.post(NEW, data={})).status_code == 422
    assert (await editor.client.post(NEW, data={"name": ["a", "Sea"], "role": "owner"})).status_code == 303
    assert await named(editor, "Sea")
    assert (
        await editor.client.post(NEW, content=b"{}", headers={"content-type": "application/json"})
    ).status_code == 422


async def test_the_list_costs_few_statements(editor: Reader) -> None:
    for number in range(30):
        await tag(editor, f"Tag {number}")
    await editor.page(LIST)
    assert len([each for each in editor.statements if each.lstrip().upper().startswith("SELECT")]) <= 8


async def test_what_is_done_is_recorded_with_who_did_it(editor: Reader) -> None:
    await send(editor, NEW, name="Sea")
    await send(editor, NEW, name="Ocean")
    found = await named(editor, "Sea")
    assert found is not None
    await send(editor, f"{LIST}{found.id}/", description="Wet.")
    await editor.client.post(MERGE, data={"id": str(found.id), "into": "Ocean"})
    rows = await editor.db.read(
        lambda session: session.execute(select(Event.verb, Event.actor).order_by(Event.id)).all()
    )
    assert [tuple(row) for row in rows] == [
        ("tag.created", "Nell"), ("tag.created", "Nell"), ("tag.changed", "Nell"), ("tag.merged", "Nell"),
    ]  # fmt: skip


def test_posts_are_counted_in_words() -> None:
    assert [page._posts(number) for number in (0, 1, 2, 5000)] == ["no post", "one post", "2 posts", "5,000 posts"]


async def test_uses_count_what_is_in_the_trash_too(editor: Reader) -> None:
    await editor.do(post, tags=("Sea",))
    found = await named(editor, "Sea")
    assert found is not None
    total, rows = await editor.db.read(uses.of_tag, found.id, 5)
    assert (total, len(rows)) == (1, 1)
