"""Old drafts are thinned out; what readers saw, and what something still names, stays."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.posts.people import OWNER, change, person, stored, write
from westmarch.db.database import Database
from westmarch.journal.models import Entry
from westmarch.posts import editing, reverting, thinning
from westmarch.subjects.models import Revision

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


def left(ages: list[timedelta]) -> list[timedelta]:
    """Which drafts of these ages, the oldest first, are kept."""
    drafts = [(number, NOW - age) for number, age in enumerate(ages)]
    gone = thinning.left_out(drafts, NOW)
    return [age for number, age in enumerate(ages) if number not in gone]


@pytest.mark.unit
def test_all_drafts_of_the_last_day_are_kept() -> None:
    ages = [timedelta(minutes=5 * number) for number in range(287, -1, -1)]
    assert left(ages) == ages


@pytest.mark.unit
def test_of_older_drafts_one_an_hour_one_a_day_and_one_a_week_are_kept() -> None:
    ages = [timedelta(minutes=20 * number) for number in range(3 * 24 * 60, -1, -1)]
    kept = left(ages)
    by_hour = [age for age in kept if timedelta(days=2) <= age < timedelta(days=3)]
    by_day = [age for age in kept if timedelta(days=10) <= age < timedelta(days=20)]
    by_week = [age for age in kept if timedelta(days=32) <= age < timedelta(days=60)]
    assert (len(by_hour), len(by_day), len(by_week)) == (24, 10, 4)


@pytest.mark.unit
@given(st.lists(st.integers(0, 90 * 24 * 60), unique=True), st.integers(0, 30))
def test_thinning_every_day_keeps_no_less_than_thinning_once(minutes: list[int], days: int) -> None:
    drafts = [(number, NOW - timedelta(minutes=each)) for number, each in enumerate(sorted(minutes, reverse=True))]
    step = [each for each in drafts if each[0] not in thinning.left_out(drafts, NOW)]
    later = NOW + timedelta(days=days)
    twice = [each for each in step if each[0] not in thinning.left_out(step, later)]
    once = [each for each in drafts if each[0] not in thinning.left_out(drafts, later)]
    assert {each[0] for each in once} <= {each[0] for each in twice} or twice
    if drafts:
        assert drafts[-1] in twice, "the newest one stays"


async def revisions(db: Database, post_id: int) -> list[str]:
    """The titles of a post's revisions, the oldest first."""
    titles = select(Revision.title).where(Revision.subject_id == post_id).order_by(Revision.id)
    return list(await db.read(lambda session: session.scalars(titles).all()))


async def aged(db: Database, post_id: int, days: int) -> None:
    """Let all revisions be so many days old, of the same moment."""
    ages = update(Revision).where(Revision.subject_id == post_id).values(at=NOW - timedelta(days=days))
    await db.write(lambda session: session.execute(ages) and None)


async def test_old_drafts_go_but_not_the_newest_one(db: Database) -> None:
    post_id = await write(db)
    for title in ("Ebb", "Flood", "Slack"):
        await change(db, post_id, title=title)
    assert await thinning.thin(db, NOW) == 0
    await aged(db, post_id, 3)
    assert await thinning.thin(db, NOW) == 3
    assert await revisions(db, post_id) == ["Slack"]
    assert await thinning.thin(db, NOW) == 0


async def test_what_readers_saw_stays_for_ever(db: Database) -> None:
    post_id = await write(db, title="First", status="published")
    await change(db, post_id, title="Second")
    await change(db, post_id, title="Behind", wait=True)
    await change(db, post_id, title="Further behind", wait=True)
    await change(db, post_id, title="Third", wait=False)
    await aged(db, post_id, 400)
    assert await thinning.thin(db, NOW) == 1
    assert await revisions(db, post_id) == ["First", "Second", "Further behind", "Third"]


async def test_a_draft_that_was_published_and_taken_back_stays(db: Database) -> None:
    post_id = await write(db, title="First")
    await editing.publish(db, post_id, who=OWNER, actor="Mona")
    await editing.withdraw(db, post_id, who=OWNER, actor="Mona")
    await change(db, post_id, title="Second")
    await change(db, post_id, title="Third")
    await aged(db, post_id, 400)
    await thinning.thin(db, NOW)
    assert await revisions(db, post_id) == ["First", "Third"]


async def test_what_an_undo_needs_stays(db: Database) -> None:
    post_id = await write(db, title="First")
    first = (await stored(db, post_id)).revision_id or 0
    await change(db, post_id, title="Second")
    await reverting.revert(db, post_id, first, who=OWNER, actor="Mona")
    await aged(db, post_id, 400)
    await thinning.thin(db, NOW)
    assert await revisions(db, post_id) == ["Second", "First"]


def typed_in(fields: str, account_id: int, post_id: int) -> Entry:
    """What a form of the post holds that nobody saved."""
    return Entry(
        tab="a", account_id=account_id, kind="post", post_id=post_id, base="", saved="", sequence=1, device="", at=NOW,
        title="", words=0, size=1, fields=fields,
    )  # fmt: skip


@pytest.mark.parametrize("fields", ['{"revision": "%d"}', '{"revision": %d}'])
async def test_the_text_on_which_a_form_was_opened_stays(db: Database, fields: str) -> None:
    nell = await person(db)
    post_id = await write(db, title="First")
    first = (await stored(db, post_id)).revision_id or 0

    def typed(session: Session) -> None:
        session.add(typed_in(fields % first, nell.account_id, post_id))

    await db.write(typed)
    for title in ("Second", "Third"):
        await change(db, post_id, title=title)
    await aged(db, post_id, 400)
    await thinning.thin(db, NOW)
    assert await revisions(db, post_id) == ["First", "Third"]


@pytest.mark.parametrize("fields", ['{"revision": "x"}', "{}", '{"revision": null}', '{"revision": "99999999999999"}'])
async def test_a_form_that_names_no_revision_keeps_none(db: Database, fields: str) -> None:
    nell = await person(db)
    post_id = await write(db, title="First")

    def typed(session: Session) -> None:
        session.add(typed_in(fields, nell.account_id, post_id))

    await db.write(typed)
    await change(db, post_id, title="Second")
    await aged(db, post_id, 400)
    assert await thinning.thin(db, NOW) == 1
