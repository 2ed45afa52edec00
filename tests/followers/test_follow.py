"""Following the log of changes: positions, leases, rebuilding."""

import asyncio
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tests.shells import Shell
from westmarch.changes import actions as change_actions
from westmarch.changes import queries as changes
from westmarch.changes.models import Change, Epoch
from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.events import actions as events
from westmarch.events.models import Event
from westmarch.followers import follow, run
from westmarch.followers.follow import LEASE, Following
from westmarch.followers.models import Follower
from westmarch.site.models import SiteOption

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@dataclass
class Recorder:
    """A follower that notes what it was given."""

    name: str = "recorder"
    seen: list[str] = field(default_factory=list)
    rebuilt: int = 0

    def handle(self, session: Session, batch: Sequence[changes.Seen]) -> None:
        self.seen += [f"{change.operation} {change.row_key[0]}" for change in batch]

    def rebuild(self, session: Session) -> None:
        self.rebuilt += 1

    @property
    def following(self) -> Following:
        return Following(self.name, self.handle, self.rebuild)


@pytest.fixture
async def recorder(db: Database) -> Recorder:
    """A follower that is up to date, run by the process `one`."""
    recorder = Recorder()
    await run.catch_up(db, [recorder.following], "one", NOW)
    assert recorder.rebuilt == 1
    return recorder


def put(session: Session, *keys: str) -> None:
    for key in keys:
        session.add(SiteOption(key=key, value=1))
        session.flush()


def state(session: Reading, name: str = "recorder") -> Follower:
    return session.scalars(select(Follower).where(Follower.name == name)).one()


async def test_the_first_start_builds_all_and_then_follows(db: Database) -> None:
    await db.write(put, "before")
    recorder = Recorder()
    await run.catch_up(db, [recorder.following], "one", NOW)
    await db.write(put, "a", "b")
    await run.catch_up(db, [recorder.following], "one", NOW)
    assert (recorder.rebuilt, recorder.seen) == (1, ["insert a", "insert b"])


async def test_each_change_is_handed_over_once_in_batches(
    db: Database, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "BATCH", 2)
    await db.write(put, *"abcde")
    assert [await db.write(follow.step, recorder.following, "one", NOW) for _ in range(4)] == [True, True, True, False]
    assert recorder.seen == [f"insert {key}" for key in "abcde"]


async def test_the_position_is_written_in_the_transaction_of_the_effect(db: Database, recorder: Recorder) -> None:
    def fails(session: Session, batch: Sequence[changes.Seen]) -> None:
        put(session, "effect")
        raise LookupError

    before = (await db.read(state)).position
    await db.write(put, "a")
    with pytest.raises(LookupError):
        await db.write(follow.step, Following("recorder", fails, recorder.rebuild), "one", NOW)
    assert (await db.read(state)).position == before
    await run.catch_up(db, [recorder.following], "one", NOW)
    assert recorder.seen == ["insert a"], "the change again, and no effect"


def mirror(session: Session, batch: Sequence[changes.Seen]) -> None:
    """The effect: an event of each key."""
    for change in batch:
        if change.table == "site_option":
            events.record(session, str(change.row_key[0]), actor="mirror")


#: A process that gets as far as the end of the transaction, and no further.
_DYING = """
    import asyncio, sys, time
    from datetime import UTC, datetime
    from westmarch.db.database import open_database
    from westmarch.events import actions as events
    from westmarch.followers import follow
    from westmarch.followers.follow import Following

    def handle(session, batch):
        for change in batch:
            events.record(session, change.row_key[0], actor="dying")
        print("dying", flush=True)
        time.sleep(60)

    async def main():
        async with open_database(sys.argv[1]) as db:
            following = Following("mirror", handle, lambda session: None)
            await db.write(follow.step, following, "dying", datetime.fromisoformat(sys.argv[2]))

    asyncio.run(main())
"""


def kill_in_the_middle(url: str, moment: datetime) -> None:
    command = [sys.executable, "-c", textwrap.dedent(_DYING), url, moment.isoformat()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == "dying\n"
        running.kill()


def mirrored(session: Reading) -> list[tuple[str, str]]:
    return [(row.verb, row.actor) for row in session.execute(select(Event.verb, Event.actor).order_by(Event.id))]


async def test_a_follower_killed_in_the_middle_neither_misses_nor_doubles(db: Database, database_url: str) -> None:
    following = Following("mirror", mirror, lambda _session: None)
    await run.catch_up(db, [following], "one", NOW)
    await db.write(put, "a")
    await run.catch_up(db, [following], "one", NOW)
    await db.write(put, "b")
    await asyncio.to_thread(kill_in_the_middle, database_url, NOW + LEASE)
    await db.write(put, "c")
    for _ in range(2):
        await run.catch_up(db, [following], "one", NOW + 3 * LEASE)
    assert await db.read(mirrored) == [(key, "mirror") for key in "abc"]


async def test_one_process_at_a_time_runs_a_follower(db: Database, recorder: Recorder) -> None:
    await db.write(put, "a")
    other = Recorder()
    await run.catch_up(db, [other.following], "two", NOW + LEASE / 2)
    assert (other.rebuilt, other.seen) == (0, [])
    await run.catch_up(db, [recorder.following], "one", NOW + LEASE / 2)
    assert recorder.seen == ["insert a"]


async def test_the_lease_of_a_dead_process_runs_out(db: Database, recorder: Recorder) -> None:
    await db.write(put, "a")
    other = Recorder()
    await run.catch_up(db, [other.following], "two", NOW + LEASE - timedelta(seconds=1))
    assert other.seen == []
    await run.catch_up(db, [other.following], "two", NOW + LEASE)
    assert (other.rebuilt, other.seen) == (0, ["insert a"])
    await db.write(put, "b")
    await run.catch_up(db, [recorder.following], "one", NOW + LEASE)
    assert recorder.seen == [], "the one that was thought dead has lost it"


async def test_who_lives_keeps_the_lease(db: Database, recorder: Recorder) -> None:
    for number in range(1, 10):
        now = NOW + number * LEASE * 0.6
        if "recorder" in await db.read(follow.due, ["recorder"], "one", now):
            await run.catch_up(db, [recorder.following], "one", now)
        assert await db.read(follow.due, ["recorder"], "two", now) == set()


async def test_a_lease_given_back_is_free_at_once(db: Database, recorder: Recorder) -> None:
    await db.write(put, "a")
    await db.write(follow.release, ["recorder"], "two", NOW)
    assert await db.read(follow.due, ["recorder"], "two", NOW) == set(), "another's lease is not ours to give"
    await db.write(follow.release, ["recorder"], "one", NOW)
    other = Recorder()
    await run.catch_up(db, [other.following], "two", NOW)
    assert other.seen == ["insert a"]


async def test_a_follower_is_due_when_there_is_something_to_see_or_a_lease_to_take(
    db: Database, recorder: Recorder
) -> None:
    async def due(process: str, after: timedelta = timedelta(0)) -> bool:
        return await db.read(follow.due, ["recorder"], process, NOW + after) == {"recorder"}

    assert not await due("one")
    assert await due("one", LEASE * 0.6)
    assert not await due("two", LEASE * 0.6)
    assert await due("two", LEASE)
    await db.write(put, "a")
    assert await due("one")
    assert not await due("two")
    assert await db.read(follow.due, ["new"], "one", NOW) == {"new"}


async def test_two_processes_that_start_a_follower_at_once_do_it_once(db: Database) -> None:
    recorders = [Recorder() for _ in range(6)]
    await asyncio.gather(
        *(run.catch_up(db, [recorder.following], str(number), NOW) for number, recorder in enumerate(recorders))
    )
    assert sum(recorder.rebuilt for recorder in recorders) == 1


async def test_another_history_means_to_start_anew(db: Database, recorder: Recorder) -> None:
    await db.write(put, "a")
    await db.write(lambda session: session.execute(update(Epoch).values(name="restored")) and None)
    await run.catch_up(db, [recorder.following], "one", NOW)
    assert (recorder.rebuilt, recorder.seen) == (2, [])
    await db.write(put, "b")
    await run.catch_up(db, [recorder.following], "one", NOW)
    assert (recorder.rebuilt, recorder.seen) == (2, ["insert b"])


async def test_a_log_that_ends_before_our_position_means_to_start_anew(db: Database, recorder: Recorder) -> None:
    await db.write(lambda session: session.execute(update(Follower).values(position=10**6)) and None)
    await run.catch_up(db, [recorder.following], "one", NOW)
    assert recorder.rebuilt == 2
    assert (await db.read(state)).position == await db.read(changes.position)


async def test_a_change_that_names_no_row_means_to_build_anew(db: Database, recorder: Recorder, shell: Shell) -> None:
    await db.write(put, "a")
    shell(
        "TRUNCATE site_option"
        if db.dialect == "postgresql"
        else "INSERT INTO change (table_name, operation, position) SELECT '*', 'schema', max(position) + 1 FROM change"
    )
    await db.write(put, "b")
    await run.catch_up(db, [recorder.following], "one", NOW)
    assert (recorder.rebuilt, recorder.seen) == (2, [])
    await db.write(put, "c")
    await run.catch_up(db, [recorder.following], "one", NOW)
    assert recorder.seen == ["insert c"]


async def test_nothing_is_pruned_that_a_follower_has_yet_to_see(db: Database, recorder: Recorder) -> None:
    slow = Recorder("slow")
    await run.catch_up(db, [slow.following], "one", NOW)
    await db.write(put, "a", "b", "c")
    await run.catch_up(db, [recorder.following], "one", NOW)
    much_later = NOW + timedelta(days=20)
    await db.write(lambda session: session.execute(update(Change).values(at=NOW)) and None)
    await run.prune(db, much_later)
    await run.catch_up(db, [slow.following], "one", NOW)
    assert slow.seen == ["insert a", "insert b", "insert c"]
    await run.prune(db, much_later)
    assert await db.read(count) == 1


async def test_pruning_goes_on_until_nothing_is_left_to_prune(
    db: Database, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_actions, "BATCH", 3)
    await db.write(put, *"abcdefgh")
    await run.catch_up(db, [recorder.following], "one", NOW)
    await db.write(lambda session: session.execute(update(Change).values(at=NOW)) and None)
    before = await db.read(count)
    assert await run.prune(db, NOW + timedelta(days=8)) == before - 1
    assert await db.read(count) == 1


async def test_a_log_that_nobody_follows_is_pruned(db: Database) -> None:
    await db.write(put, *"abc")
    await db.write(lambda session: session.execute(update(Change).values(at=NOW)) and None)
    await run.prune(db, NOW + timedelta(days=8))
    assert await db.read(count) == 1


async def test_a_follower_that_nobody_runs_any_more_is_forgotten_and_starts_anew(
    db: Database, recorder: Recorder
) -> None:
    await db.write(put, "a")
    await run.prune(db, NOW + timedelta(days=29))
    assert (await db.read(state)).leased_by == "one"
    await run.prune(db, NOW + timedelta(days=31))
    await run.catch_up(db, [recorder.following], "one", NOW + timedelta(days=32))
    assert (recorder.rebuilt, recorder.seen) == (2, [])


def count(session: Reading) -> int:
    return session.scalar(select(func.count()).select_from(Change)) or 0
