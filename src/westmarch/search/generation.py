"""The row that says which commit of the index is the newest."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from westmarch.changes.queries import Moment
from westmarch.changes.queries import moment as moment_of
from westmarch.db.sessions import Reading
from westmarch.db.upsert import both
from westmarch.followers.models import Follower
from westmarch.textindex.engine import Position
from westmarch.textindex.models import IndexGeneration

#: The name of the follower that keeps the index, and of its generation.
NAME = "search"


class Noted(NamedTuple):
    """What the database knows of the index: its newest commit, where its follower is, and the newest change.

    `documents` is how many there were at that commit.
    """

    generation: int
    epoch: str
    position: int
    followed: str
    followed_until: int
    moment: Moment
    documents: int = 0


def noted(session: Reading) -> Noted:
    """What the database knows of the index. Where `followed` is not the epoch, its follower begins anew."""
    row = session.execute(
        select(
            IndexGeneration.name,
            IndexGeneration.generation,
            IndexGeneration.epoch,
            IndexGeneration.position,
            IndexGeneration.documents,
        ).where(IndexGeneration.name == NAME)
    ).one_or_none()
    follower = session.execute(
        select(Follower.name, Follower.epoch, Follower.position).where(Follower.name == NAME)
    ).one_or_none()
    generation, epoch, position, documents = row[1:] if row else (0, "", 0, 0)
    _, followed, until = follower or (NAME, "", 0)
    return Noted(generation, epoch, position, followed, until, moment_of(session), documents)


def grown(session: Session, position: Position, documents: int, now: datetime) -> None:
    """Note a commit of the index: pages that were made from its answers are old now."""
    make = both(IndexGeneration)[session.get_bind().dialect.name].on_conflict_do_nothing()
    session.execute(
        make,
        {"name": NAME, "generation": 0, "documents": 0, "epoch": "", "position": 0, "updated_at": now},
    )
    session.execute(
        update(IndexGeneration)
        .where(IndexGeneration.name == NAME)
        .values(
            generation=IndexGeneration.generation + 1,
            epoch=position.epoch,
            position=position.position,
            documents=documents,
            updated_at=now,
        )
    )


def replaced(session: Session, position: Position, documents: int, now: datetime) -> None:
    """Note that another index is in use: its follower goes on from where that one stands."""
    grown(session, position, documents, now)
    session.execute(
        update(Follower)
        .where(Follower.name == NAME, Follower.epoch == position.epoch, Follower.position > position.position)
        .values(position=position.position)
    )


def begin_anew(session: Session, seen: Noted) -> bool:
    """Let the follower make the index anew, unless it has done something since; whether it was told so."""
    if noted(session).generation != seen.generation:
        return False
    session.execute(update(Follower).where(Follower.name == NAME).values(epoch=""))
    return True
