"""Passwords: checked, hashed by argon2id in threads, and compared in the same time whether there is one or not."""

import asyncio
import os
import secrets
import sys
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from westmarch.errors import Invalid, Unavailable
from westmarch.subjects.names import fold

if TYPE_CHECKING:
    from argon2 import PasswordHasher

T = TypeVar("T")

#: The fewest and the most characters of a password. Hashing costs more for a longer one.
SHORTEST, LONGEST = 8, 1_000
#: So many passwords are hashed at once: each takes 64 MiB and, for a tenth of a second, more than one processor.
AT_ONCE = 2
#: How many levels less urgent than all else the hashing is (`nice`), so that whoever is answered meanwhile goes first.
LESS_URGENT = 15
#: So many may wait for their turn; who comes then is asked to come again.
MOST_WAITING = 100


def check(password: str, *, name: str = "", email: str | None = None) -> None:
    """Raises Invalid where a new password is too short, too long, or the account's own name or e-mail."""
    if len(password) < SHORTEST:
        raise Invalid(f"A password has {SHORTEST} characters at least.", place="password")
    if len(password) > LONGEST:
        raise Invalid(f"A password has {LONGEST:,} characters at most.", place="password")
    known = {fold(name), fold(email or ""), fold((email or "").partition("@")[0])} - {""}
    if fold(password) in known:
        raise Invalid("A password that is the account's name is the first that is guessed.", place="password")
    if len(set(password)) == 1:
        raise Invalid("A password of one character again and again is soon guessed.", place="password")


async def made(password: str) -> str:
    """The hash of a password, as it is kept."""
    return await _in_turn(lambda: _hasher().hash(_bytes(password)))


async def matches(password: str, kept: str | None) -> bool:
    """Whether this is the password whose hash is kept. Where there is none, it takes as long and is wrong."""
    if len(password) > LONGEST:  # None is so long, whoever asks; and nothing is hashed for it.
        return False
    return await _in_turn(lambda: _verified(password, kept))


def outdated(kept: str) -> bool:
    """Whether a hash was made by other parameters than new ones are."""
    return _hasher().check_needs_rehash(kept)


def _verified(password: str, kept: str | None) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        right = _hasher().verify(kept or _nobodys(), _bytes(password))
    except (VerificationError, InvalidHashError):
        return False
    return right and kept is not None


def _bytes(password: str) -> bytes:
    """A password in its one spelling: keyboards differ in how they compose letters (RFC 8265, 4.2)."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


def _stand_back() -> None:
    """Make this thread, and those that argon2id starts from it, less urgent than the rest of the process.

    Only Linux knows the urgency of a thread; elsewhere it would be that of the whole process.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, min(os.getpriority(os.PRIO_PROCESS, thread) + LESS_URGENT, 19))


class _Turns:
    """The threads that hash, and how many have asked them for something."""

    def __init__(self) -> None:
        self.threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password", initializer=_stand_back)
        self.asked = 0


@lru_cache(maxsize=1)
def _turns() -> _Turns:
    return _Turns()


async def _in_turn(run: Callable[[], T]) -> T:
    turns = _turns()
    if turns.asked >= AT_ONCE + MOST_WAITING:
        raise Unavailable("Too many are signing in.", hint="Try again in a moment.")
    turns.asked += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(turns.threads, run)
    finally:
        turns.asked -= 1


@lru_cache(maxsize=1)
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher()


@lru_cache(maxsize=1)
def _nobodys() -> str:
    """The hash of a password that nobody knows."""
    return _hasher().hash(secrets.token_bytes(16))
