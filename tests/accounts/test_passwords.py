"""Passwords: what is taken, and how they are kept and compared."""

import asyncio
import os
import sys
import threading
import time
import unicodedata

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from tests.accounts.people import HASH, PASSWORD
from westmarch.accounts import passwords
from westmarch.errors import Invalid, Unavailable

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("passwords_at_full_cost")]


@pytest.mark.parametrize(
    "password",
    ["", "seven77", "x" * 1_001, "nell ashdown", "Nell  Ashdown", "NELL.Ashdown@example.org", "nell.ashdown", "a" * 11],
)
def test_what_is_guessed_first_or_too_long_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        passwords.check(password, name="Nell Ashdown", email="nell.ashdown@example.org")
    assert refused.value.place == "password"


@pytest.mark.parametrize("password", ["x" * 7 + "y", "sea to the horizon", "密码是很长的一句话", "xy" * 500])
def test_other_passwords_are_taken(password: str) -> None:
    passwords.check(password, name="Nell", email="nell@example.org")


@pytest.mark.slow
async def test_a_password_is_kept_by_argon2id_at_the_defaults_of_the_library() -> None:
    kept = await passwords.made(PASSWORD)
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept
    found = extract_parameters(kept)
    assert (found.memory_cost, found.time_cost) == (65536, RFC_9106_LOW_MEMORY.time_cost)
    assert await passwords.matches(PASSWORD, kept)
    assert not await passwords.matches(PASSWORD + " ", kept)
    assert not passwords.outdated(kept)


def test_a_hash_by_other_parameters_is_outdated() -> None:
    assert passwords.outdated(HASH)


@pytest.mark.slow
@pytest.mark.parametrize("kept", [None, "", "!", "$argon2id$v=19$m=8,t=1,p=1$broken", "plain text"])
async def test_nothing_matches_where_no_hash_is_kept(kept: str | None) -> None:
    assert not await passwords.matches(PASSWORD, kept)
    assert not await passwords.matches("", kept)


async def test_a_password_is_the_same_however_its_letters_are_composed() -> None:
    kept = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("Müggelsee im März")
    assert await passwords.matches(unicodedata.normalize("NFD", "Müggelsee im März"), kept)


async def test_a_password_that_none_is_so_long_is_not_even_hashed() -> None:
    started = time.perf_counter()
    assert not await passwords.matches("x" * 10_000_000, HASH)
    assert time.perf_counter() - started < 0.05


async def test_half_a_character_is_no_fault() -> None:
    assert not await passwords.matches("half a \ud800 character", HASH)


@pytest.mark.slow
async def test_without_an_account_it_takes_as_long_as_with_one() -> None:
    kept = await passwords.made(PASSWORD)

    async def least(kept: str | None) -> float:
        times = []
        for _ in range(4):
            started = time.perf_counter()
            await passwords.matches("wrong", kept)
            times.append(time.perf_counter() - started)
        return min(times)

    await passwords.matches("wrong", None)
    with_one, without = await least(kept), await least(None)
    assert 0.4 < without / with_one < 2.5


async def test_at_most_two_are_hashed_at_once_and_none_in_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, names = 0, 0, set()
    lock = threading.Lock()

    def verified(_: str, __: str | None) -> bool:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
            names.add(threading.current_thread().name)
        time.sleep(0.02)
        with lock:
            running -= 1
        return False

    monkeypatch.setattr(passwords, "_verified", verified)
    await asyncio.gather(*(passwords.matches("x", None) for _ in range(10)))
    assert most == 2
    assert all(name.startswith("password") for name in names)


async def test_more_than_can_wait_are_asked_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    going = threading.Event()
    monkeypatch.setattr(passwords, "_verified", lambda *_: going.wait(5))
    waiting = [asyncio.ensure_future(passwords.matches("x", None)) for _ in range(passwords.MOST_WAITING + 2)]
    await asyncio.sleep(0)
    try:
        with pytest.raises(Unavailable):
            await passwords.matches("x", None)
    finally:
        going.set()
    assert all(await asyncio.gather(*waiting))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux knows the urgency of a thread")
async def test_hashing_stands_back_for_whoever_is_answered_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    def urgency() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    seen: list[int] = []

    def verified(*_: object) -> bool:
        seen.append(urgency())
        return True

    monkeypatch.setattr(passwords, "_verified", verified)
    await passwords.matches(PASSWORD, HASH)
    assert seen == [min(urgency() + passwords.LESS_URGENT, 19)]
