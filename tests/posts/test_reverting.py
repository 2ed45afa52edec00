"""An older text of a post becomes the newest one again."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import SITE
from tests.posts.people import OWNER, again, change, person, stored, write
from westmarch.accounts.who import SignedIn
from westmarch.db.database import Database
from westmarch.errors import Conflict, NotFound, Refused, Stale
from westmarch.events import queries as events
from westmarch.posts import editing, history, reverting, waiting
from westmarch.posts.history import LARGEST_ID, Text
from westmarch.subjects.models import Reference, Revision


async def texts(db: Database, post_id: int, who: SignedIn = OWNER) -> list[tuple[int, str, str]]:
    """Id, kind and title of the revisions, the oldest first."""
    found = await db.read(history.of, post_id, who)
    return [(row.id, row.kind, row.title) for row in reversed(found.rows)]


async def revert(db: Database, post_id: int, revision_id: int, who: SignedIn = OWNER, **more: str) -> int | None:
    return await reverting.revert(db, post_id, revision_id, who=who, actor=who.name, **more)


async def undo(db: Database, event: int) -> str:
    told = await db.read(events.one, event)
    assert told is not None

    def back(session: Session) -> str:
        return reverting.take_back(session, event, told.subject_id, told.detail["undo"], SITE, actor="test")

    return await db.write(back)


async def test_an_older_text_of_a_draft_is_its_text_again_and_no_revision_is_lost(db: Database) -> None:
    post_id = await write(db, title="First", markdown="One, with [a link](/second/).\n")
    other = await write(db, title="Second", slug="second")
    await change(db, post_id, title="Later", markdown="Two.\n", language="de")
    (first, *_), _later = await texts(db, post_id)
    assert await revert(db, post_id, first)
    post = await stored(db, post_id)
    assert (post.title, post.markdown, post.language) == ("First", "One, with [a link](/second/).\n", "en")
    assert [title for _, _, title in await texts(db, post_id)] == ["First", "Later", "First"]
    to = select(Reference.to_subject_id).where(Reference.from_subject_id == post_id)
    assert await db.read(lambda session: session.scalars(to).all()) == [other]


async def test_of_a_published_post_it_waits_behind_what_readers_see(db: Database) -> None:
    post_id = await write(db, title="First", status="published")
    await change(db, post_id, title="Second")
    (first, *_), _ = await texts(db, post_id)
    await revert(db, post_id, first)
    post = await stored(db, post_id)
    assert (post.title, post.waiting) == ("Second", True)
    assert (await db.read(waiting.latest, post)).title == "First"
    assert [kind for _, kind, _ in await texts(db, post_id)] == ["published", "published", "draft"]


async def test_going_back_to_what_readers_see_leaves_nothing_waiting(db: Database) -> None:
    post_id = await write(db, title="First", status="published")
    await change(db, post_id, title="Behind", wait=True)
    (first, *_), _ = await texts(db, post_id)
    event = await revert(db, post_id, first)
    assert not (await stored(db, post_id)).waiting
    assert event
    await undo(db, event)
    post = await stored(db, post_id)
    assert (await db.read(waiting.latest, post)).title == "Behind"


async def test_it_is_taken_back_and_the_post_is_of_the_version_that_it_was(db: Database) -> None:
    post_id = await write(db, title="First", markdown="[Link](/x/)\n")
    await change(db, post_id, title="Second", markdown="Two.\n")
    before, there = (await stored(db, post_id)).version, await texts(db, post_id)
    event = await revert(db, post_id, there[0][0])
    assert event
    assert "First" in await undo(db, event)
    assert (await stored(db, post_id)).version == before
    assert await texts(db, post_id) == there
    links = select(func.count()).select_from(Reference).where(Reference.from_subject_id == post_id)
    assert await db.read(lambda session: session.scalar(links)) == 0


async def test_it_is_not_taken_back_where_somebody_went_on_writing(db: Database) -> None:
    post_id = await write(db, title="First")
    await change(db, post_id, title="Second")
    event = await revert(db, post_id, (await texts(db, post_id))[0][0])
    await change(db, post_id, title="Third")
    assert event
    with pytest.raises(Conflict, match="changed since"):
        await undo(db, event)
    assert (await stored(db, post_id)).title == "Third"


async def test_the_newest_text_changes_nothing(db: Database) -> None:
    post_id = await write(db)
    assert await revert(db, post_id, (await texts(db, post_id))[0][0]) is None
    assert len(await texts(db, post_id)) == 1


async def test_a_revision_of_another_post_is_none_of_this_one(db: Database) -> None:
    one, other = await write(db, title="One"), await write(db, title="Other")
    foreign = (await texts(db, other))[0][0]
    for revision_id in (foreign, 999, 0, -1, LARGEST_ID, LARGEST_ID + 1, 10**30):
        with pytest.raises(NotFound):
            await revert(db, one, revision_id)
    assert (await stored(db, one)).title == "One"


async def test_another_version_than_the_expected_one_is_refused(db: Database) -> None:
    post_id = await write(db, title="First")
    version = (await stored(db, post_id)).version
    await change(db, post_id, title="Second")
    with pytest.raises(Stale):
        await revert(db, post_id, (await texts(db, post_id))[0][0], expected=version)


async def test_in_the_trash_nothing_is_reverted(db: Database) -> None:
    post_id = await write(db, title="First")
    await change(db, post_id, title="Second")
    first = (await texts(db, post_id))[0][0]
    await editing.trash(db, post_id, who=OWNER, actor="Mona")
    with pytest.raises(Conflict, match="trash"):
        await revert(db, post_id, first)


@pytest.mark.parametrize("role", ["author", "contributor"])
async def test_whoever_writes_only_their_own_posts_sees_no_revisions_of_others(db: Database, role: str) -> None:
    nell = await person(db, "Nell", role)  # type: ignore[arg-type]
    mine = await write(db, nell, title="Mine", authors=())
    nell = await again(db, nell)
    theirs = await write(db, title="Theirs")
    public = await write(db, title="Public", status="published")
    assert [title for _, _, title in await texts(db, mine, nell)] == ["Mine"]
    for post_id, error in ((theirs, NotFound), (public, Refused)):
        revision = (await texts(db, post_id))[0][0]
        with pytest.raises(error):
            await texts(db, post_id, nell)
        with pytest.raises(error):
            await db.read(history.texts, post_id, [revision], nell)
        with pytest.raises(error):
            await revert(db, post_id, revision, nell)


async def test_a_draft_becomes_a_published_revision_when_readers_see_it(db: Database) -> None:
    post_id = await write(db)
    assert [kind for _, kind, _ in await texts(db, post_id)] == ["draft"]
    await editing.publish(db, post_id, who=OWNER, actor="Mona")
    assert [kind for _, kind, _ in await texts(db, post_id)] == ["published"]


async def test_a_new_title_of_what_waits_is_a_draft(db: Database) -> None:
    post_id = await write(db, status="published")
    await change(db, post_id, title="Ebb", wait=True)
    assert [kind for _, kind, _ in await texts(db, post_id)] == ["published", "draft"]
    await change(db, post_id, title="Flood", wait=False)
    assert [kind for _, kind, _ in await texts(db, post_id)] == ["published", "draft", "published"]


async def test_revisions_stand_on_pages(db: Database) -> None:
    post_id = await write(db)

    def many(session: Session) -> None:
        row = session.scalars(select(Revision).where(Revision.subject_id == post_id)).one()
        values = {
            column.name: getattr(row, column.name) for column in Revision.__table__.columns if column.name != "id"
        }
        session.add_all(Revision(**values) for _ in range(history.SIZE))

    await db.write(many)
    first = await db.read(history.of, post_id, OWNER)
    assert (len(first.rows), first.total, first.older is not None) == (history.SIZE, history.SIZE + 1, True)
    last = await db.read(history.of, post_id, OWNER, page=2)
    assert (len(last.rows), last.older) == (1, None)
    assert first.older is not None
    assert first.older.id == last.rows[0].id
    for page in (0, 3, 10**12):
        with pytest.raises(NotFound):
            await db.read(history.of, post_id, OWNER, page=page)


async def test_a_revision_is_read_whole(db: Database) -> None:
    post_id = await write(db, title="First", markdown="One.\n")
    (found,) = (await db.read(history.texts, post_id, [(await texts(db, post_id))[0][0]], OWNER))[1]
    assert isinstance(found, Text)
    assert (found.title, found.markdown, found.by, found.words) == ("First", "One.\n", "Mona", 1)
