"""Rows that tie members to an owner in an order, such as the tags of a post."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, delete, insert, select, update
from sqlalchemy.orm import Session


def arrange(session: Session, owner: Column[Any], owner_id: int, member: Column[Any], members: Sequence[int]) -> None:
    """Make these the members of the owner, with their `rank` from 0 in this order.

    Rows that are so already are not written: whatever follows changes would take them for new.
    """
    table = owner.table
    there = {row[0]: row[1] for row in session.execute(select(member, table.c.rank).where(owner == owner_id))}
    if gone := sorted(there.keys() - set(members)):
        session.execute(delete(table).where(owner == owner_id, member.in_(gone)))
    for rank, key in enumerate(members):
        if key not in there:
            session.execute(insert(table).values({owner.name: owner_id, member.name: key, "rank": rank}))
        elif there[key] != rank:
            session.execute(update(table).where(owner == owner_id, member == key).values(rank=rank))
