"""Processes that run followers, and those that have died."""

import subprocess
import sys

import pytest

from tests.factories import START
from westmarch.db.database import Database
from westmarch.followers import follow
from westmarch.followers.follow import Following
from westmarch.followers.processes import has_died, process_name

NAMED = "from westmarch.followers.processes import process_name; print(process_name())"


@pytest.mark.unit
def test_names_are_of_one_process_each() -> None:
    assert process_name() != process_name()
    assert len(process_name()) <= 100
    assert not has_died(process_name())


def name_of_a_dead_one() -> str:
    done = subprocess.run([sys.executable, "-c", NAMED], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.mark.unit
def test_only_a_process_of_this_machine_is_known_to_have_died() -> None:
    name = name_of_a_dead_one()
    assert has_died(name)
    assert not has_died("elsewhere." + name)
    for other in ("a", "a:b", "", "::", f"{name.split(':')[0]}:x:1"):
        assert not has_died(other)


async def test_another_process_takes_over_at_once_from_one_that_has_died(db: Database) -> None:
    dead, other = name_of_a_dead_one(), process_name()

    def handle(_session: object, _batch: object) -> None:
        raise AssertionError("there is nothing to see")

    following = Following("follower", handle, lambda _session: None)
    assert await db.write(follow.step, following, dead, START)
    row = await db.write(lambda session: (held := follow.held(session, "follower", other, START)) and held.leased_by)
    assert row == other
    assert await db.write(lambda session: follow.held(session, "follower", process_name(), START)) is None
