"""Followers whose effect lies outside of the database."""

import asyncio
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from westmarch.changes.queries import Seen
from westmarch.db.database import Database
from westmarch.followers import follow, run
from westmarch.followers.follow import LEASE
from westmarch.followers.models import Follower
from westmarch.followers.outward import Outward
from westmarch.site.models import SiteOption

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@dataclass
class Acting:
    """A follower that notes what it did; it fails as long as `fails` says."""

    done: list[str] = field(default_factory=list)
    fails: int = 0

    def look(self, session: Session, batch: Sequence[Seen] | None) -> list[str]:
        if batch is None:
            return ["all of it"]
        return [f"{change.operation} {change.row_key[0]}" for change in batch]

    async def act(self, work: list[str]) -> None:
        self.done += work
        if self.fails:
            self.fails -= 1
            raise RuntimeError("it was cut off")

    @property
    def following(self) -> Outward[list[str]]:
        return Outward("acting", self.look, self.act)


@pytest.fixture
async def acting(db: Database) -> Acting:
    """A follower that is up to date, run by the process `one`."""
    acting = Acting()
    await run.catch_up(db, [acting.following], "one", NOW)
    assert acting.done == ["all of it"]
    acting.done.clear()
    return acting


def put(session: Session, *keys: str) -> None:
    for key in keys:
        session.add(SiteOption(key=key, value=1))


async def test_each_change_is_acted_on_once(db: Database, acting: Acting) -> None:
    await db.write(put, "a", "b")
    await run.catch_up(db, [acting.following], "one", NOW)
    await run.catch_up(db, [acting.following], "one", NOW)
    assert acting.done == ["insert a", "insert b"]


async def test_what_was_cut_off_is_done_once_more(db: Database, acting: Acting) -> None:
    await db.write(put, "a")
    acting.fails = 1
    with pytest.raises(RuntimeError):
        await run.catch_up(db, [acting.following], "one", NOW)
    await db.write(put, "b")
    await run.catch_up(db, [acting.following], "one", NOW)
    assert acting.done == ["insert a", "insert a", "insert b"]


async def test_where_there_is_nothing_to_do_the_position_is_written_at_once(db: Database, acting: Acting) -> None:
    await db.write(put, "a")
    await run.catch_up(db, [Outward("acting", lambda _session, _batch: None, acting.act)], "one", NOW)
    assert acting.done == []
    await run.catch_up(db, [acting.following], "one", NOW)
    assert acting.done == []


async def test_no_transaction_is_open_while_it_acts(db: Database, acting: Acting) -> None:
    async def writing(work: list[str]) -> None:
        if work == ["insert a"]:
            await asyncio.wait_for(db.write(put, "b"), 5)
        await acting.act(work)

    await db.write(put, "a")
    await run.catch_up(db, [Outward("acting", acting.look, writing)], "one", NOW)
    assert acting.done == ["insert a", "insert b"]


async def test_one_process_at_a_time_acts(db: Database, acting: Acting) -> None:
    await db.write(put, "a")
    other = Acting()
    await run.catch_up(db, [other.following], "two", NOW)
    assert other.done == []
    await run.catch_up(db, [other.following], "two", NOW + 2 * LEASE)
    assert other.done == ["insert a"]


async def test_who_lost_the_lease_while_it_acted_leaves_the_position_alone(db: Database, acting: Acting) -> None:
    other = Acting()

    async def slow(work: list[str]) -> None:
        if not other.done:
            await run.catch_up(db, [other.following], "two", NOW + 2 * LEASE)
        await acting.act(work)

    await db.write(put, "a")
    await run.catch_up(db, [Outward("acting", acting.look, slow)], "one", NOW)
    assert other.done == ["insert a"]
    row = await db.read(lambda s: s.execute(select(Follower.leased_by).where(Follower.name == "acting")).one())
    assert row.leased_by == "two"


async def test_another_history_of_changes_is_begun_anew(db: Database, acting: Acting) -> None:
    def restored(session: Session) -> None:
        row = follow.row_of(session, "acting")
        assert row is not None
        row.epoch = "that of a copy"

    await db.write(restored)
    await run.catch_up(db, [acting.following], "one", NOW)
    assert acting.done == ["all of it"]


async def test_it_rests_when_it_fails_and_is_tried_again(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "REST", 0.05)
    monkeypatch.setitem(run.INTERVAL, db.dialect, 0.05)
    acting = Acting(fails=1)
    task = asyncio.create_task(run.run(db, [acting.following], lambda: datetime.now(UTC)))
    for _ in range(400):
        await asyncio.sleep(0.01)
        if len(acting.done) == 2:
            break
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert acting.done == ["all of it", "all of it"]


KILLED = """
import asyncio, os, sys
from datetime import UTC, datetime
from pathlib import Path
from westmarch.db.database import open_database
from westmarch.followers import run
from westmarch.followers.outward import Outward

async def act(work):
    for key in work:
        Path(sys.argv[2], key).touch()
        if key == "b":
            os._exit(9)

def look(session, batch):
    return [change.row_key[0] for change in batch or ()]

async def main():
    async with open_database(sys.argv[1]) as db:
        await run.catch_up(db, [Outward("acting", look, act)], "killed", datetime(2026, 5, 1, tzinfo=UTC))

asyncio.run(main())
"""


async def test_after_a_kill_another_process_does_what_is_left(
    db: Database, database_url: str, acting: Acting, tmp_path: Path
) -> None:
    await db.write(put, "a", "b", "c")
    await db.write(lambda s: follow.release(s, ["acting"], "one", NOW))
    command = [sys.executable, "-c", textwrap.dedent(KILLED), database_url, str(tmp_path)]
    done = await asyncio.to_thread(subprocess.run, command, check=False, timeout=60)
    assert done.returncode == 9
    assert (tmp_path / "b").exists()
    assert not (tmp_path / "c").exists()
    await run.catch_up(db, [acting.following], "one", NOW + 2 * LEASE)
    assert acting.done == ["insert a", "insert b", "insert c"]
