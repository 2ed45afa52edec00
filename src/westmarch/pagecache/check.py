"""The check that comes before each answer from the store: has the database changed since?

A check brings the journal up to date, and the store with it. What it promises: an answer given after a check shows all
that had been committed when its request arrived.
"""

from abc import ABC, abstractmethod
from enum import Enum


class State(Enum):
    """What a check has found."""

    #: The store holds what the database says.
    CURRENT = "current"
    #: It could not be told now; the database answers by itself.
    BUSY = "busy"
    #: The database cannot be reached. Whoever asks it gets no answer either.
    AWAY = "away"


class Check(ABC):
    """Tells whether a store is what the database says."""

    #: How often the database was asked; one question may be for many who wait.
    asked = 0

    @abstractmethod
    def at_once(self) -> bool:
        """Check without waiting; False where that cannot be done, or has found that it cannot be told."""

    def anew(self) -> bool:
        """As `at_once`, and never by a check that was made for somebody else."""
        return self.at_once()

    @abstractmethod
    async def wait(self) -> State:
        """Check what could not be told at once, and wait for it."""

    @abstractmethod
    async def close(self) -> None:
        """Let go of the connection."""

    async def state(self) -> State:
        """Check as quickly as can be done."""
        return State.CURRENT if self.at_once() else await self.wait()
