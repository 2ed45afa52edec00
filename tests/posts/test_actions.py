"""What actions do to posts, and to all that is stored about them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tests.factories import SITE, START, day, draft, post
from westmarch.authors.models import Author
from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.errors import Conflict, Invalid, NotFound
from westmarch.events.models import Event
from westmarch.links.queries import resolve
from westmarch.posts import actions, counts, listings
from westmarch.posts.models import ArchiveCount, Byline, Post
from westmarch.subjects.models import Reference, Revision
from westmarch.tags.models import Tag, Tagging
from westmarch.topics.models import Part, Topic


def row(session: Reading, post_id: int) -> Any:
    return session.execute(select(Post).where(Post.id == post_id)).scalar_one()


def timeline(session: Reading) -> list[int]:
    """The listed posts from the oldest on, by the stored neighbours."""
    first = session.scalar(select(Post.id).where(Post.visible == 2, Post.previous_id.is_(None), Post.kind == "post"))
    found: list[int] = []
    while first is not None:
        found.append(first)
        first = session.scalar(select(Post.next_id).where(Post.id == first))
    return found


def faults(session: Reading) -> list[str]:
    return [*counts.faults(session, SITE.zone), *listings.faults(session)]


async def test_a_published_post_answers_at_the_path_of_the_permalink(db: Database) -> None:
    post_id = await db.write(post, "Über Uhren")
    found = await db.read(resolve, "/über-uhren/")
    assert (found.status, found.subject_id, found.kind) == (200, post_id, "post")


async def test_a_permalink_with_a_date_uses_the_day_in_the_zone_of_the_site(db: Database) -> None:
    site = SITE.model_copy(update={"permalink": "/{year}/{month}/{day}/{slug}/", "timezone": "Asia/Tokyo"})
    late = draft("Late", published_at=START.replace(hour=23))
    await db.write(actions.create, late, site, actor="test")
    assert (await db.read(resolve, "/2024/01/02/late/")).status == 200


async def test_two_posts_of_one_title_get_two_paths(db: Database) -> None:
    await db.write(post, "Same")
    second = await db.write(post, "Same")
    assert (await db.read(resolve, "/same-2/")).subject_id == second


async def test_a_path_of_another_post_is_a_conflict_and_nothing_is_stored(db: Database) -> None:
    await db.write(post, "First", path="/here/")
    with pytest.raises(Conflict):
        await db.write(post, "Second", path="/here/")
    titles = await db.read(lambda s: s.scalars(select(Post.title)).all())
    assert titles == ["First"]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 1001}, "title"),
        ({"status": "scheduled", "published_at": None}, "date"),
    ],
)
async def test_a_draft_that_cannot_be_names_its_field(db: Database, fields: dict[str, Any], place: str) -> None:
    with pytest.raises(Invalid) as caught:
        await db.write(post, **fields)
    assert caught.value.place == place


async def test_neighbours_stand_in_order_of_time_whatever_the_order_of_writing(db: Database) -> None:
    ids = {n: await db.write(post, f"Day {n}", published_at=day(n)) for n in (3, 1, 5, 2, 4)}
    assert await db.read(timeline) == [ids[n] for n in (1, 2, 3, 4, 5)]


async def test_posts_of_one_moment_stand_in_order_of_their_ids(db: Database) -> None:
    ids = [await db.write(post, f"Post {n}") for n in range(3)]
    assert await db.read(timeline) == ids


HIDDEN: list[Callable[[Session, int], object]] = [
    lambda s, i: actions.trash(s, i, SITE, actor="test"),
    lambda s, i: actions.withdraw(s, i, SITE, actor="test"),
    lambda s, i: actions.purge(s, i, SITE, actor="test"),
    lambda s, i: actions.revise(s, i, draft("Two", published_at=day(2), unlisted=True), SITE, actor="test"),
    lambda s, i: actions.revise(s, i, draft("Two", published_at=day(200), status="scheduled"), SITE, actor="test"),
]


@pytest.mark.parametrize("hide", HIDDEN, ids=["trashed", "withdrawn", "purged", "unlisted", "scheduled"])
async def test_a_hidden_post_leaves_neighbours_counts_tags_and_parts(
    db: Database, hide: Callable[[Session, int], object]
) -> None:
    fields: dict[str, Any] = {"tags": ("clocks",), "authors": ("Ada",), "topic": "Time"}
    ids = [await db.write(post, f"Day {n}", published_at=day(n), **fields) for n in (1, 2, 3)]
    await db.write(hide, ids[1])

    def seen(session: Reading) -> tuple[Any, ...]:
        return (
            timeline(session),
            session.scalar(select(ArchiveCount.posts).where(ArchiveCount.scope_id == 0)),
            session.scalar(select(Tag.post_count)),
            session.scalar(select(Author.post_count)),
            session.scalars(select(Tagging.subject_id).where(Tagging.listed_at.is_not(None))).all(),
            session.scalars(select(Byline.post_id).where(Byline.listed_at.is_not(None))).all(),
            session.scalars(select(Part.subject_id).where(Part.number.is_not(None)).order_by(Part.number)).all(),
            session.scalar(select(Topic.post_count)),
        )

    left = [ids[0], ids[2]]
    timeline_, site, tag, author, tagged, named, parts, topic = await db.read(seen)
    assert timeline_ == left
    assert (site, tag, author, topic) in [(2, 2, 2, 2)]
    assert (sorted(tagged), sorted(named), list(parts)) == (left, left, left)
    assert await db.read(faults) == []


async def test_a_restored_post_is_again_where_it_was(db: Database) -> None:
    ids = [await db.write(post, f"Day {n}", published_at=day(n), tags=("a",)) for n in (1, 2, 3)]
    await db.write(actions.trash, ids[1], SITE, actor="test")
    await db.write(actions.restore, ids[1], SITE, actor="test")
    assert await db.read(timeline) == ids
    assert await db.read(faults) == []


async def test_a_revised_post_changes_tags_and_their_counts(db: Database) -> None:
    post_id = await db.write(post, tags=("old", "kept"))
    await db.write(actions.revise, post_id, draft(tags=("kept", "new")), SITE, actor="test")
    found = await db.read(lambda s: s.execute(select(Tag.name, Tag.post_count).order_by(Tag.name)).all())
    assert list(found) == [("kept", 1), ("new", 1), ("old", 0)]
    assert await db.read(faults) == []


async def test_tags_of_one_name_in_other_spellings_are_one_tag(db: Database) -> None:
    await db.write(post, tags=("Open  Source", "open source", "OPEN SOURCE"))
    assert await db.read(lambda s: s.scalars(select(Tag.name)).all()) == ["Open Source"]


async def test_revising_keeps_the_revision_that_was(db: Database) -> None:
    post_id = await db.write(post, markdown="One.\n")
    await db.write(actions.revise, post_id, draft(markdown="Two.\n"), SITE, actor="test")
    kept = await db.read(lambda s: s.scalars(select(Revision.markdown).order_by(Revision.id)).all())
    assert list(kept) == ["One.\n", "Two.\n"]


async def test_a_moved_post_redirects_from_its_old_path(db: Database) -> None:
    post_id = await db.write(post, "Here")
    await db.write(actions.move, post_id, "/there/", actor="test")
    old = await db.read(resolve, "/here/")
    assert (old.status, old.location) == (301, "/there/")
    assert (await db.read(row, post_id)).path == "/there/"


async def test_a_purged_post_is_gone_and_its_path_never_free_again(db: Database) -> None:
    post_id = await db.write(post, "Here", "[self](/here/)\n", tags=("a",), topic="T", authors=("Ada",))
    await db.write(actions.purge, post_id, SITE, actor="test")
    assert (await db.read(resolve, "/here/")).status == 410
    tables = (Post, Revision, Tagging, Byline, Part, Reference)
    left = await db.read(lambda s: [s.scalar(select(func.count()).select_from(table)) for table in tables])
    assert left == [0] * len(tables)
    with pytest.raises(Conflict):
        await db.write(post, "Again", path="/here/")


async def test_aliases_lead_to_the_post(db: Database) -> None:
    await db.write(post, "Here", aliases=("/2010/here.html", "/?p=12"))
    assert (await db.read(resolve, "/2010/here.html")).location == "/here/"
    assert (await db.read(resolve, "/", "p=12")).location == "/here/"


async def test_due_posts_are_published_in_order_and_others_wait(db: Database) -> None:
    due = [await db.write(post, f"{n}", status="scheduled", published_at=day(n)) for n in (2, 1)]
    later = await db.write(post, "later", status="scheduled", published_at=day(9))
    assert await db.write(actions.publish_due, SITE, day(5)) == due[::-1]
    assert await db.read(timeline) == due[::-1]
    assert (await db.read(row, later)).status == "scheduled"


async def test_a_trashed_post_is_not_published_at_its_hour(db: Database) -> None:
    post_id = await db.write(post, status="scheduled", published_at=day(1))
    await db.write(actions.trash, post_id, SITE, actor="test")
    assert await db.write(actions.publish_due, SITE, day(5)) == []


async def test_every_action_leaves_an_event(db: Database) -> None:
    post_id = await db.write(post, status="draft")
    await db.write(actions.publish, post_id, SITE, actor="ada")
    await db.write(actions.trash, post_id, SITE, actor="ada")
    await db.write(actions.restore, post_id, SITE, actor="ada")
    await db.write(actions.purge, post_id, SITE, actor="ada")
    verbs = await db.read(lambda s: s.scalars(select(Event.verb).order_by(Event.id)).all())
    assert list(verbs) == ["post.created", "post.published", "post.trashed", "post.restored", "post.purged"]


async def test_an_unknown_id_is_not_found(db: Database) -> None:
    with pytest.raises(NotFound):
        await db.write(actions.trash, 99, SITE, actor="test")


async def test_counts_move_with_the_zone_of_the_site(db: Database) -> None:
    await db.write(post, published_at=START.replace(month=1, day=31, hour=23))
    tokyo = SITE.model_copy(update={"timezone": "Asia/Tokyo"})
    await db.write(actions.recount, tokyo)
    months = await db.read(lambda s: s.execute(select(ArchiveCount.year, ArchiveCount.month)).all())
    assert list(months) == [(2024, 2)]


async def test_what_was_changed_behind_the_back_is_found_and_repaired(db: Database) -> None:
    def spoil(session: Session) -> None:
        ids = [post(session, f"{n}", published_at=day(n), tags=("a",), authors=("Ada",), topic="T") for n in range(4)]
        changed = session.get_one(Post, ids[1])
        changed.published_at = START + timedelta(days=400)
        session.get_one(Post, ids[2]).trashed_at = START
        session.flush()

    await db.write(spoil)
    assert await db.read(faults)
    await db.write(actions.recount, SITE)
    assert await db.read(faults) == []


async def test_a_listed_post_that_was_given_no_date_is_counted_in_no_month(db: Database) -> None:
    post_id = await db.write(lambda session: post(session, tags=("Sea",), authors=("Nell",)))
    await db.write(lambda session: session.execute(update(Post).where(Post.id == post_id).values(published_at=None)))
    await db.write(actions.recount, SITE)
    assert await db.read(lambda session: session.scalar(select(Tag.post_count))) == 0
    assert await db.read(counts.faults, SITE.zone) == []
