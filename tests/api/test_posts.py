"""Posts and pages by JSON: what is written, read, changed and taken away."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.api.people import Program, faults, program
from tests.factories import post
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.api.post_shapes import Post, Posts, Summary
from westmarch.db.types import now


@pytest.fixture
async def owner(reader: Reader) -> Program:
    return await program(reader)


async def test_a_post_is_written_and_read(reader: Reader, owner: Program) -> None:
    sea = await owner.made("/tags", title="Open sea")
    topic = await owner.made("/topics", title="Tides")
    answer = await owner.ask(
        "POST",
        "/posts",
        {
            "title": "A *title*",
            "standfirst": "In short.",
            "markdown": "Some [words](/about/).\r\n",
            "language": "de",
            "status": "published",
            "pinned": True,
            "tags": [sea["slug"]],
            "topics": [topic["slug"]],
            "published_at": "2026-01-31T10:00:00+01:00",
            "meta_title": "Told there",
        },
    )
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["location"] == f"https://example.org/api/v1/posts/{made['id']}"
    assert set(made) == set(Post.model_fields)
    Post.model_validate(made)
    created = datetime.fromisoformat(made.pop("created_at"))
    assert abs(created - now()) < timedelta(minutes=1)
    made["excerpt"] = made["excerpt"].strip()
    assert made == {
        "id": made["id"],
        "title": "A *title*",
        "slug": "a-title",
        "path": "/a-title/",
        "url": "https://example.org/a-title/",
        "standfirst": "In short.",
        "markdown": "Some [words](/about/).\n",
        "html": '<p>Some <a href="https://example.org/about/">words</a>.</p>\n',
        "excerpt": '<p>Some <a href="https://example.org/about/">words</a>.</p>',
        "language": "de",
        "status": "published",
        "pinned": True,
        "tags": [{"slug": "open-sea", "title": "Open sea"}],
        "topics": [{"slug": "tides", "title": "Tides"}],
        "authors": [{"slug": "nell", "name": "Nell"}],
        "cover": None,
        "updated_at": None,
        "published_at": "2026-01-31T09:00:00Z",
        "meta_title": "Told there",
        "meta_description": "",
    }
    nobody = Program(reader)
    assert (await nobody.json(f"/posts/{made['id']}"))["html"] == made["html"]
    assert (await reader.page("/a-title/")).count("Some") >= 1


async def test_a_draft_is_for_those_who_may_edit_it(reader: Reader, owner: Program) -> None:
    made = await owner.made("/posts", title="Later", markdown="x")
    assert (made["status"], made["published_at"]) == ("draft", None)
    at = f"/posts/{made['id']}"
    nobody, other = Program(reader), await program(reader, "Other", "author")
    editor = await program(reader, "Editor", "editor", scopes=("read",))
    assert (await nobody.get(at)).status_code == 404
    assert (await other.get(at)).status_code == 404
    assert (await editor.get(at)).status_code == 200
    for method, path, body in (
        ("PATCH", at, {"title": "Mine"}),
        ("PUT", at, {"title": "Mine", "markdown": "", "status": "draft"}),
        ("DELETE", at, None),
        ("POST", at + "/publish", None),
        ("POST", at + "/unpublish", None),
        ("POST", at + "/restore", None),
        ("POST", at + "/schedule", {"published_at": "2030-01-01T00:00:00Z"}),
    ):
        for tags in ({}, {"if-match": '"x", "y"'}, {"if-match": 'W/"x"'}):
            answer = await other.ask(method, path, body, headers=tags)
            assert answer.status_code == 404, (method, path, tags)
    assert (await owner.json(at))["title"] == "Later"


async def test_what_a_patch_does_not_name_stays(owner: Program) -> None:
    await owner.made("/tags", title="Sea")
    made = await owner.made(
        "/posts", title="One", markdown="Words.", tags=["sea"], standfirst="Short.", published_at="2026-01-01T00:00:00Z"
    )
    at = f"/posts/{made['id']}"
    answer = await owner.ask("PATCH", at, {"title": "Two"})
    updated = answer.json()["updated_at"]
    assert (answer.status_code, answer.json()) == (200, made | {"title": "Two", "updated_at": updated})
    assert abs(datetime.fromisoformat(updated) - now()) < timedelta(minutes=1)
    answer = await owner.ask("PATCH", at, {"standfirst": None, "tags": None, "published_at": None, "markdown": "# x"})
    changed = answer.json()
    assert (changed["standfirst"], changed["tags"], changed["published_at"]) == ("", [], None)
    assert changed["html"].startswith('<h2 id="x">x')
    assert (await owner.json(at)) == changed


async def test_words_for_search_engines_are_changed_and_taken_away(reader: Reader, owner: Program) -> None:
    made = await owner.made("/posts", title="One", status="published", meta_title="There", meta_description="So.")
    at = f"/posts/{made['id']}"
    assert "<title>There · " in await reader.page(made["path"])
    changed = (await owner.ask("PATCH", at, {"meta_title": None, "meta_description": "Or so."})).json()
    assert (changed["meta_title"], changed["meta_description"]) == ("", "Or so.")
    assert 'content="Or so."' in await reader.page(made["path"])
    long = await owner.ask("PATCH", at, {"meta_title": "x" * 301, "meta_description": "x" * 1_001})
    assert set(faults(long)) == {"/meta_title", "/meta_description"}
    assert "meta_title" not in (await owner.json("/posts"))["results"][0], "lists are short"


async def test_a_replaced_post_is_what_the_body_says_at_its_old_address(owner: Program) -> None:
    await owner.made("/tags", title="Sea")
    made = await owner.made("/posts", title="One", tags=["sea"], standfirst="Short.", pinned=True, status="published")
    at = f"/posts/{made['id']}"
    answer = await owner.ask("PUT", at, {"title": "Two", "markdown": "Words.", "status": "published"})
    assert answer.status_code == 200, answer.text
    put = answer.json()
    assert (put["title"], put["tags"], put["standfirst"], put["pinned"]) == ("Two", [], "", False)
    assert (put["path"], put["authors"]) == (made["path"], made["authors"])
    missing = await owner.ask("PUT", at, {"title": "Two"})
    assert set(faults(missing)) == {"/markdown", "/status"}


async def test_a_post_goes_through_its_states(reader: Reader, owner: Program) -> None:
    made = await owner.made("/posts", title="One", markdown="x")
    at, nobody = f"/posts/{made['id']}", Program(reader)

    async def status() -> tuple[str, int]:
        found = await owner.get(at)
        return found.json().get("status"), (await nobody.get(at)).status_code

    later = (now() + timedelta(days=1)).isoformat()
    scheduled = await owner.ask("POST", at + "/schedule", {"published_at": later})
    assert (scheduled.status_code, scheduled.json()["status"]) == (200, "scheduled"), scheduled.text
    assert await status() == ("scheduled", 404)
    published = await owner.ask("POST", at + "/publish")
    assert (published.status_code, published.json()["status"]) == (200, "published")
    assert abs(datetime.fromisoformat(published.json()["published_at"]) - now()) < timedelta(minutes=1)
    assert await status() == ("published", 200)
    assert (await owner.ask("POST", at + "/publish")).status_code == 409
    assert (await owner.ask("POST", at + "/unpublish")).json()["status"] == "draft"
    assert await status() == ("draft", 404)
    unlisted = await owner.ask("PATCH", at, {"status": "unlisted"})
    assert unlisted.json()["status"] == "unlisted", unlisted.text
    assert await status() == ("unlisted", 404)
    listed = await owner.ask("PATCH", at, {"status": "published"})
    assert listed.json()["status"] == "published", listed.text
    assert await status() == ("published", 200)


async def test_a_deleted_post_is_in_the_trash_and_can_be_restored(reader: Reader, owner: Program) -> None:
    made = await owner.made("/posts", title="One", markdown="x", status="published")
    at = f"/posts/{made['id']}"
    gone = await owner.ask("DELETE", at)
    assert (gone.status_code, gone.content, gone.headers["cache-control"]) == (204, b"", "no-store")
    for asking in (owner, Program(reader)):
        assert (await asking.get(at)).status_code == 404
        assert made["id"] not in [each["id"] for each in (await asking.json("/posts"))["results"]]
    assert (await owner.ask("PATCH", at, {"title": "Two"})).status_code == 404
    assert [each["id"] for each in (await owner.json("/posts?status=trash"))["results"]] == [made["id"]]
    back = await owner.ask("POST", at + "/restore")
    assert (back.status_code, back.json()["status"]) == (200, "published")
    assert (await Program(reader).get(at)).status_code == 200
    assert (await owner.ask("POST", at + "/restore")).status_code == 409


async def test_a_stale_change_is_refused_and_nothing_is_changed(owner: Program) -> None:
    answer = await owner.ask("POST", "/posts", {"title": "One", "markdown": "x"})
    at, etag = f"/posts/{answer.json()['id']}", answer.headers["etag"]
    assert (await owner.get(at)).headers["etag"] == etag
    fresh = await owner.ask("PATCH", at, {"title": "Two"}, headers={"if-match": etag})
    assert fresh.status_code == 200
    later = {"published_at": "2030-01-01T00:00:00Z"}
    for method, path, body in (
        ("PATCH", at, {"title": "Three"}),
        ("PUT", at, {"title": "Three", "markdown": "", "status": "draft"}),
        ("DELETE", at, None),
        ("POST", at + "/publish", None),
        ("POST", at + "/schedule", later),
    ):
        stale = await owner.ask(method, path, body, headers={"if-match": etag})
        assert stale.status_code == 412, (method, path, stale.text)
    assert (await owner.json(at))["title"] == "Two"
    assert (await owner.ask("PATCH", at, {"title": "Three"}, headers={"if-match": "*"})).status_code == 200
    several = f'"x", {(await owner.get(at)).headers["etag"]}'
    assert (await owner.ask("PATCH", at, {"title": "Four"}, headers={"if-match": several})).status_code == 200
    assert (await owner.ask("PATCH", at, {"title": "W"}, headers={"if-match": "W/" + etag})).status_code == 412


async def test_a_condition_makes_304_of_no_change(owner: Program) -> None:
    made = await owner.made("/posts", title="One")
    for condition in ("*", '"x"'):
        answer = await owner.ask(
            "PATCH", f"/posts/{made['id']}", {"title": "Two"}, headers={"if-none-match": condition}
        )
        assert answer.status_code == 200
        assert answer.json()["title"] == "Two"


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"topics": ["tides", "winds"]}, "/topics/1"),
        ({"topics": ["nothing"]}, "/topics"),
        ({"tags": ["nothing"]}, "/tags"),
        ({"tags": [{"slug": "sea"}]}, "/tags/0"),
        ({"authors": ["nobody"]}, "/authors"),
        ({"cover": 999}, "/cover"),
        ({"cover": True}, "/cover"),
        ({"language": "§§"}, "/language"),
        ({"status": "trash"}, "/status"),
        ({"status": "scheduled"}, "/published_at"),
        ({"published_at": "2026-01-01"}, "/published_at"),
        ({"published_at": "2026-01-01T00:00:00"}, "/published_at"),
        ({"published_at": 0}, "/published_at"),
        ({"published_at": "0001-01-01T00:00:00+14:00"}, "/published_at"),
        ({"published_at": "9999-12-31T23:59:59-12:00"}, "/published_at"),
        ({"path": "/admin/x/"}, "/path"),
        ({"path": "nowhere"}, "/path"),
        ({"pinned": "yes"}, "/pinned"),
        ({"title": " "}, "/title"),
        ({"title": "x" * 1001}, "/title"),
        ({"title": "\ud800"}, "/title"),
        ({"html": "<script>"}, "/html"),
        ({"id": 7}, "/id"),
        ({"created_at": "2026-01-01T00:00:00Z"}, "/created_at"),
        ({"kind": "page"}, "/kind"),
        ({"visible": 2}, "/visible"),
        ({"author_id": 1}, "/author_id"),
    ],
)  # fmt: skip
async def test_a_field_that_cannot_be_taken_is_named(owner: Program, body: dict[str, object], field: str) -> None:
    await owner.made("/topics", title="Tides")
    made = await owner.made("/posts", title="Old")
    for method, path, given in (
        ("POST", "/posts", {"title": "One", "markdown": "x", **body}),
        ("PATCH", f"/posts/{made['id']}", body),
        ("PUT", f"/posts/{made['id']}", {"title": "One", "markdown": "x", "status": "draft", **body}),
    ):
        answer = await owner.ask(method, path, given)
        assert answer.status_code in (409, 422), (method, answer.text)
        assert list(faults(answer)) == [field], answer.text
    assert (await owner.json(f"/posts/{made['id']}")) == made


async def test_pages_are_no_posts(reader: Reader, owner: Program) -> None:
    page = await owner.made("/pages", title="About", status="published")
    assert (page["path"], page["authors"]) == ("/about/", page["authors"])
    nobody = Program(reader)
    assert (await nobody.get(f"/pages/{page['id']}")).status_code == 200
    for asking in (owner, nobody):
        assert (await asking.get(f"/posts/{page['id']}")).status_code == 404
        assert (await asking.json("/posts"))["results"] == []
        assert [each["id"] for each in (await asking.json("/pages"))["results"]] == [page["id"]]
    assert (await owner.ask("DELETE", f"/posts/{page['id']}")).status_code == 404
    assert (await owner.ask("POST", f"/posts/{page['id']}/unpublish")).status_code == 404
    assert (await owner.ask("POST", f"/pages/{page['id']}/unpublish")).json()["status"] == "draft"
    assert (await owner.ask("DELETE", f"/pages/{page['id']}")).status_code == 204


async def test_whose_post_it_is_says_what_may_be_done(reader: Reader, owner: Program) -> None:
    contributor = await program(reader, "Con", "contributor")
    author = await program(reader, "Aut", "author")
    theirs = await contributor.made("/posts", title="Theirs")
    at = f"/posts/{theirs['id']}"
    assert theirs["authors"] == [{"slug": "con", "name": "Con"}]
    assert (await contributor.ask("PATCH", at, {"title": "Better"})).status_code == 200
    for method, path, body in (
        ("PATCH", at, {"status": "published"}),
        ("POST", at + "/publish", None),
        ("POST", at + "/schedule", {"published_at": "2030-01-01T00:00:00Z"}),
        ("PATCH", at, {"authors": ["nell"]}),
        ("PATCH", at, {"pinned": True}),
        ("POST", "/posts", {"title": "x", "status": "published"}),
        ("POST", "/posts", {"title": "x", "status": "unlisted"}),
    ):
        answer = await contributor.ask(method, path, body)
        assert answer.status_code == 403, (method, path, body, answer.text)
    foreign = await author.ask("POST", "/posts", {"title": "x", "authors": ["nell"], "status": "published"})
    assert foreign.status_code == 403
    published = await owner.made("/posts", title="Public", status="published")
    assert (await author.get(f"/posts/{published['id']}")).status_code == 200
    assert (await author.ask("PATCH", f"/posts/{published['id']}", {"title": "Mine"})).status_code == 403
    assert (await author.ask("DELETE", f"/posts/{published['id']}")).status_code == 403
    own = await author.made("/posts", title="Own", status="published")
    assert (await author.ask("DELETE", f"/posts/{own['id']}")).status_code == 204


async def test_an_account_without_a_byline_gets_one_with_its_first_post(reader: Reader) -> None:
    contributor = await program(reader, "Con", "contributor", byline=False)
    first = await contributor.made("/posts", title="First")
    assert first["authors"] == [{"slug": "con", "name": "Con"}]
    assert await contributor.json(f"/posts/{first['id']}") == first


async def test_readers_find_what_is_unlisted_at_its_address_alone(reader: Reader, owner: Program) -> None:
    made = await owner.made("/posts", title="Quiet", markdown="Words.", status="unlisted")
    nobody = Program(reader)
    assert (await nobody.get(f"/posts/{made['id']}")).status_code == 404
    assert (await nobody.json("/posts"))["results"] == []
    found = await nobody.json("/posts?path=/quiet/&include=markdown,html")
    assert [each["id"] for each in found["results"]] == [made["id"]]
    assert found["results"][0]["html"] == "<p>Words.</p>\n"
    assert (await nobody.json("/pages?path=/quiet/"))["results"] == []
    draft = await owner.made("/posts", title="Secret")
    assert (await nobody.json(f"/posts?path={draft['path']}"))["results"] == []
    assert len((await owner.json(f"/posts?path={draft['path']}"))["results"]) == 1
    other = await program(reader, "Other", "author")
    assert (await other.json(f"/posts?path={draft['path']}"))["results"] == []


async def test_lists_are_filtered_sorted_and_searched(reader: Reader, owner: Program) -> None:
    for number in range(4):
        await reader.do(
            post,
            f"Post {number}",
            tags=("Sea",) if number % 2 else ("Wind",),
            authors=("Nell",) if number else ("Kim",),
            topic="Tides" if number > 1 else None,
            language="de" if number == 3 else "en",
            published_at=datetime(2026, 1, 1 + number, tzinfo=UTC),
        )
    nobody = Program(reader)

    async def titles(query: str) -> list[str]:
        found = await nobody.json("/posts" + query)
        Posts.model_validate(found)
        return [each["title"][5:] for each in found["results"]]

    assert await titles("") == ["3", "2", "1", "0"]
    assert await titles("?sort=published&limit=2") == ["0", "1"]
    assert await titles("?sort=-title") == ["3", "2", "1", "0"]
    assert await titles("?tag=sea") == ["3", "1"]
    assert await titles("?tag=sea&topic=tides") == ["3"]
    assert await titles("?author=kim") == ["0"]
    assert await titles("?language=de") == ["3"]
    assert await titles("?q=post+2") == ["2"]
    assert await titles("?status=published") == ["3", "2", "1", "0"]
    assert await titles("?tag=nothing") == []
    for query in ("status=draft", "status=trash", "status=unlisted"):
        assert (await nobody.get("/posts?" + query)).status_code == 401
    assert set((await nobody.json("/posts"))["results"][0]) == set(Summary.model_fields) - {"markdown", "html"}
    assert "markdown" in (await nobody.json("/posts?include=markdown"))["results"][0]


@pytest.mark.parametrize("token", [False, True])
async def test_a_list_of_posts_is_walked_to_its_end_and_back(reader: Reader, owner: Program, token: bool) -> None:
    for number in range(5):
        await reader.do(post, f"Post {number}", published_at=datetime(2026, 1, 1 + number // 2, tzinfo=UTC))
    asking, path, pages = owner if token else Program(reader), "/posts?limit=2", []
    while path:
        answer = await asking.get(path)
        pages.append([each["id"] for each in answer.json()["results"]])
        path = (answer.json()["next"] or "").partition("/api/v1")[2]
        assert ("next" in answer.links) is bool(path)
    assert [len(page) for page in pages] == [2, 2, 1]
    assert len({id_ for page in pages for id_ in page}) == 5
    back = [pages[-1]]
    while path := (answer.json()["previous"] or "").partition("/api/v1")[2]:
        answer = await asking.get(path)
        back.append([each["id"] for each in answer.json()["results"]])
    assert back == pages[::-1]


async def test_a_list_with_a_token_holds_what_its_account_may_edit(reader: Reader, owner: Program) -> None:
    await owner.made("/posts", title="Draft")
    await owner.made("/posts", title="Published", status="published")
    author = await program(reader, "Aut", "author", scopes=("read",))
    assert {each["title"] for each in (await owner.json("/posts"))["results"]} == {"Draft", "Published"}
    assert [each["title"] for each in (await owner.json("/posts?status=draft"))["results"]] == ["Draft"]
    assert (await author.json("/posts"))["results"] == []
    assert (await author.json("/posts?status=draft"))["results"] == []


async def test_events_say_which_token_did_it(reader: Reader, owner: Program) -> None:
    from sqlalchemy import select

    from westmarch.events.models import Event

    answer = await owner.ask("POST", "/posts", {"title": "One"}, headers={"x-request-id": "from-a-program"})
    rows = await reader.db.read(
        lambda session: session.execute(
            select(Event.verb, Event.actor, Event.token, Event.request_id).where(
                Event.subject_id == answer.json()["id"]
            )
        ).all()
    )
    assert [tuple(row) for row in rows] == [("post.created", "Nell", owner.token[:8], "from-a-program")]
