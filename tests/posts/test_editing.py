"""What people do to posts: who may do what, and which post there is then."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.factories import day
from tests.posts.people import OWNER, again, change, person, stored, write
from westmarch.accounts.who import SignedIn
from westmarch.db.database import Database, open_database
from westmarch.errors import Conflict, NotFound, Refused, Stale, WestmarchError
from westmarch.events.models import Event
from westmarch.links.queries import resolve
from westmarch.posts import counts, editing, listings
from westmarch.posts.change import Change
from westmarch.posts.edited import edited
from westmarch.posts.models import Post
from westmarch.site.options import Site
from westmarch.subjects.models import Revision


async def verbs(db: Database, post_id: int) -> list[str]:
    """What was done to a post, oldest first."""
    statement = select(Event.verb).where(Event.subject_id == post_id).order_by(Event.id)
    return list(await db.read(lambda session: session.scalars(statement).all()))


async def sound(db: Database) -> bool:
    """Whether what is stored about posts is true."""
    return not (await db.read(counts.faults, Site().zone)) + (await db.read(listings.faults))


async def test_what_is_written_is_there_with_all_of_its_fields(db: Database) -> None:
    fields: dict[str, Any] = {
        "title": "Ebb and flood",
        "slug": "ebb",
        "standfirst": "In short.",
        "language": "de",
        "tags": ("Sea", "Bern, old town"),
        "pinned": True,
        "unlisted": True,
        "translation_group": "tides",
        "published_at": day(3),
        "aliases": ("/old/", "/?p=7"),
        "extra": {"mood": ["calm", 1, None]},
    }
    post = await stored(db, await write(db, **fields))
    found = {name: getattr(post, name) for name in fields if name not in ("tags", "aliases")}
    assert found == {name: value for name, value in fields.items() if name not in ("tags", "aliases")}
    assert (post.status, post.path, [tag.name for tag in post.tags]) == ("draft", "/ebb/", ["Sea", "Bern, old town"])
    assert sorted(post.aliases) == ["/?p=7", "/old/"]


async def test_a_text_without_a_language_has_that_of_the_site_whatever_it_was_before(db: Database) -> None:
    wanted = Change(title="Tides", markdown="Some words.\n", authors=("Ada",))
    post = await editing.created(db, "post", wanted, edited, language="de", who=OWNER, actor="Mona")
    assert post.language == Site().language
    revision = await db.read(lambda session: session.scalars(select(Revision.language)).all())
    assert revision == [Site().language]


async def test_a_change_of_nothing_writes_nothing(db: Database) -> None:
    post_id = await write(db, tags=("Sea",))
    before = await stored(db, post_id)
    assert await change(db, post_id, title="Tides", tags=("sea",), standfirst="", markdown="Some words.\n") == []
    assert (await stored(db, post_id)).version == before.version


async def test_of_two_who_change_what_they_opened_one_is_refused(db: Database, database_url: str) -> None:
    post_id = await write(db)
    opened = (await stored(db, post_id)).version
    async with open_database(database_url) as other:
        done = await asyncio.gather(
            change(db, post_id, markdown="Mine.\n", expected=opened),
            change(other, post_id, markdown="Theirs.\n", expected=opened),
            return_exceptions=True,
        )
    assert sorted(type(each).__name__ for each in done) == ["Stale", "list"]
    kept = "Mine.\n" if isinstance(done[0], list) else "Theirs.\n"
    assert (await stored(db, post_id)).markdown == kept


async def test_many_who_change_one_post_at_once_lose_nothing_of_each_other(db: Database, database_url: str) -> None:
    post_id = await write(db, status="published")
    fields: list[dict[str, Any]] = [
        {"title": "Ebb"}, {"standfirst": "In short."}, {"tags": ("Sea",)}, {"pinned": True}, {"slug": "ebb"},
        {"markdown": "Newer.\n"},
    ]  # fmt: skip
    async with open_database(database_url) as other:
        await asyncio.gather(*(change((db, other)[n % 2], post_id, **each) for n, each in enumerate(fields)))
    post = await stored(db, post_id)
    assert (post.title, post.standfirst, post.pinned, post.slug, post.markdown) == (
        "Ebb", "In short.", True, "ebb", "Newer.\n",
    )  # fmt: skip
    assert [tag.name for tag in post.tags] == ["Sea"]
    assert await sound(db)


async def test_of_several_who_do_the_same_at_once_one_does_it(db: Database, database_url: str) -> None:
    post_id = await write(db)
    for do, again_ in ((editing.publish, Conflict), (editing.trash, Conflict), (editing.restore, Conflict)):
        async with open_database(database_url) as other:
            done = await asyncio.gather(
                *(do(door, post_id, who=OWNER, actor="Mona") for door in (db, other, db)), return_exceptions=True
            )
        assert [type(each) for each in sorted(done, key=str) if not isinstance(each, int)] == [again_, again_]
    assert await verbs(db, post_id) == ["post.created", "post.published", "post.trashed", "post.restored"]
    assert await sound(db)


async def test_what_is_deleted_for_good_while_somebody_saves_it_is_gone(db: Database, database_url: str) -> None:
    post_id = await write(db)
    await editing.trash(db, post_id, who=OWNER, actor="Mona")
    async with open_database(database_url) as other:
        done = await asyncio.gather(
            editing.purge(db, post_id, who=OWNER, actor="Mona"),
            change(other, post_id, title="Ebb"),
            return_exceptions=True,
        )
    assert done[0] is None
    assert isinstance(done[1], Conflict | NotFound)
    with pytest.raises(NotFound):
        await stored(db, post_id)


async def test_slugs_that_collide_get_numbers_also_at_once(db: Database, database_url: str) -> None:
    async with open_database(database_url) as other:
        ids = await asyncio.gather(*(write((db, other)[n % 2], status="published") for n in range(6)))
    paths = sorted([(await stored(db, each)).path for each in ids])
    assert paths == ["/tides-2/", "/tides-3/", "/tides-4/", "/tides-5/", "/tides-6/", "/tides/"]
    assert await sound(db)


async def test_a_slug_that_is_taken_gets_a_number_and_keeps_it(db: Database) -> None:
    await write(db)
    post_id = await write(db, title="Ebb")
    await change(db, post_id, slug="tides")
    assert ((await stored(db, post_id)).path, (await stored(db, post_id)).slug) == ("/tides-2/", "tides")
    assert await change(db, post_id, slug="tides") == []


async def test_all_addresses_that_a_post_had_lead_to_the_last_one(db: Database) -> None:
    post_id = await write(db, status="published")
    for path in ("/a/", "/b/c.html", "/Ümlaut/", "/海/", "/a/"):
        await change(db, post_id, path=path)
    for old in ("/tides/", "/b/c.html", "/Ümlaut/", "/海/"):
        found = await db.read(resolve, old)
        assert (found.status, found.location) == (301, "/a/"), old
    assert (await db.read(resolve, "/a/")).status == 200


async def test_an_address_of_another_post_is_refused_and_names_the_field(db: Database) -> None:
    await write(db)
    post_id = await write(db, title="Ebb")
    with pytest.raises(Conflict) as raised:
        await change(db, post_id, path="/tides/")
    assert raised.value.place == "path"
    with pytest.raises(Conflict) as raised:
        await change(db, post_id, aliases=("/tides/",))
    assert raised.value.place == "aliases"


async def test_a_version_of_another_time_is_refused_by_every_verb(db: Database) -> None:
    post_id = await write(db)
    old = (await stored(db, post_id)).version
    await change(db, post_id, title="Ebb")
    for do in (editing.publish, editing.withdraw, editing.trash, editing.restore, editing.purge):
        with pytest.raises(Stale):
            await do(db, post_id, expected=old, who=OWNER, actor="Mona")
    with pytest.raises(Stale):
        await editing.schedule(db, post_id, day(9999), expected=old, who=OWNER, actor="Mona")


async def test_what_another_program_wrote_without_a_text_is_mended_by_writing_one(db: Database) -> None:
    post_id = await write(db)
    await db.write(
        lambda session: session.execute(update(Post).where(Post.id == post_id).values(draft_revision_id=None)) and None
    )
    with pytest.raises(Conflict, match="no text"):
        await editing.publish(db, post_id, who=OWNER, actor="Mona")
    await change(db, post_id, markdown="Again.\n", status="published")
    assert ((await stored(db, post_id)).markdown, (await stored(db, post_id)).status) == ("Again.\n", "published")


# Rights


async def tried(what: Any) -> str:
    """What became of something that somebody may not be allowed to do."""
    try:
        await what
    except (Refused, NotFound) as error:
        return type(error).__name__
    except WestmarchError as error:
        return error.place or type(error).__name__
    return "done"


async def test_a_contributor_writes_and_somebody_else_publishes(db: Database) -> None:
    ann = await person(db, "Ann", "contributor")
    post_id = await write(db, ann, authors=())
    ann = await again(db, ann)
    assert [author.name for author in (await stored(db, post_id)).authors] == ["Ann"]
    assert await tried(change(db, post_id, ann, title="Ebb")) == "done"
    assert await tried(editing.publish(db, post_id, who=ann, actor="Ann")) == "Refused"
    assert await tried(change(db, post_id, ann, status="scheduled", published_at=day(9999))) == "Refused"
    await editing.publish(db, post_id, who=OWNER, actor="Mona")
    assert await tried(change(db, post_id, ann, title="Flood")) == "Refused"
    assert await tried(editing.trash(db, post_id, who=ann, actor="Ann")) == "Refused"


async def test_an_author_publishes_own_posts_and_knows_of_no_drafts_of_others(db: Database) -> None:
    ann = await person(db, "Ann", "author")
    own = await write(db, ann, authors=(), status="published")
    ann = await again(db, ann)
    draft, shown = await write(db, title="Draft"), await write(db, title="Shown", status="published")
    assert await tried(change(db, own, ann, title="Ebb")) == "done"
    for do in (editing.publish, editing.withdraw, editing.trash, editing.restore, editing.purge):
        assert await tried(do(db, draft, who=ann, actor="Ann")) == "NotFound"
        assert await tried(do(db, shown, who=ann, actor="Ann")) == "Refused"
    assert await tried(editing.duplicate(db, draft, who=ann, actor="Ann")) == "NotFound"
    assert await tried(change(db, draft, ann, title="Mine")) == "NotFound"


@pytest.mark.parametrize(
    "fields", [{"path": "/mine/"}, {"pinned": True}, {"aliases": ("/mine/",)}, {"authors": ("Mona",)}]
)
async def test_what_is_for_editors_is_refused_to_authors(db: Database, fields: dict[str, Any]) -> None:
    ann = await person(db, "Ann", "author")
    assert await tried(write(db, ann, **({"authors": ()} | fields))) == "Refused"
    post_id = await write(db, ann, authors=())
    ann = await again(db, ann)
    assert await tried(change(db, post_id, ann, **fields)) == "Refused"
    assert (await stored(db, post_id)).path == "/tides/"


async def test_pages_are_for_editors(db: Database) -> None:
    ann, eve = await person(db, "Ann", "author"), await person(db, "Eve", "editor")
    assert await tried(write(db, ann, "page", authors=())) == "Refused"
    page = await write(db, eve, "page", title="About", authors=())
    assert (await stored(db, page)).authors == ()
    assert await tried(change(db, page, await again(db, ann), title="Mine")) == "NotFound"
    await editing.publish(db, page, who=eve, actor="Eve")
    assert await tried(change(db, page, await again(db, ann), title="Mine")) == "Refused"


async def test_a_token_that_only_reads_changes_nothing(db: Database) -> None:
    post_id = await write(db, status="published")
    reading = SignedIn(1, "Mona", "owner", None, scopes=frozenset({"read"}))
    assert await tried(change(db, post_id, reading, title="Ebb")) == "Refused"
    assert await tried(editing.trash(db, post_id, who=reading, actor="Mona")) == "Refused"
    assert await tried(write(db, reading)) == "Refused"
