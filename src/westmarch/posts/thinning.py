"""Thinning out old drafts: the older they are, the fewer are kept. What readers have ever seen stays for good."""

import asyncio
import json
import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.errors import WestmarchError
from westmarch.events.models import Event
from westmarch.journal.models import SCHEMA, Entry
from westmarch.ops import schema
from westmarch.posts import neighbours
from westmarch.posts.models import Post
from westmarch.posts.revisions import WAITED
from westmarch.subjects.models import Revision

#: All drafts are kept for so long.
ALL = timedelta(days=1)
#: From an age on, the newest draft of each stretch of so many seconds is kept.
STEPS = ((timedelta(days=30), 7 * 86_400), (timedelta(days=7), 86_400), (ALL, 3_600))
#: How often the drafts are looked at, in seconds, and how long after the start.
INTERVAL, FIRST = 86_400.0, 600.0
#: So many posts are looked at in one go.
BATCH = 200
#: So many drafts of a post go in one transaction; the others go a day later.
MOST = 5_000
_STATES = ("published", "withdrawn", "scheduled", "trashed", "restored", "reverted")

logger = logging.getLogger(__name__)


def left_out(drafts: Iterable[tuple[int, datetime]], moment: datetime) -> list[int]:
    """Which drafts, given by id and time, are not kept at a `moment`."""
    found, taken = [], set[tuple[int, int]]()
    for revision_id, at in sorted(drafts, reverse=True):
        seconds = next((seconds for age, seconds in STEPS if moment - at >= age), 0)
        if not seconds:
            continue
        stretch = seconds, int(at.timestamp()) // seconds
        if stretch in taken:
            found.append(revision_id)
        taken.add(stretch)
    return found


def edited_often(session: Reading, after: int) -> list[int]:
    """The ids of posts, from one on, that have more than one revision: the next batch of them."""
    columns = select(Revision.subject_id).join(Post, Post.id == Revision.subject_id)
    statement = columns.where(Revision.subject_id > after).group_by(Revision.subject_id).having(func.count() > 1)
    return list(session.scalars(statement.order_by(Revision.subject_id).limit(BATCH)))


def thinned(session: Reading, post_id: int, moment: datetime) -> list[int]:
    """The drafts of a post that go at a `moment`: none that the post itself names, a form that is open, or an undo."""
    statement = select(Revision.id, Revision.at).where(Revision.subject_id == post_id, Revision.kind.in_(WAITED))
    gone = left_out([(row.id, row.at) for row in session.execute(statement)], moment)
    if not gone:
        return []
    named = _named(session, post_id)
    return sorted(set(gone) - named)[:MOST]


def _named(session: Reading, post_id: int) -> set[int]:
    post = select(Post.published_revision_id, Post.draft_revision_id).where(Post.id == post_id)
    found = {each for row in session.execute(post) for each in row if each is not None}
    verbs = [f"{kind}.{state}" for kind in ("post", "page") for state in _STATES]
    told = select(Event.detail).where(Event.subject_id == post_id, Event.verb.in_(verbs))
    for detail in session.scalars(told):
        undo = detail.get("undo") or {}
        states = (undo.get(side) or {} for side in ("before", "after"))
        found |= {state.get(f"{name}_revision_id") or 0 for state in states for name in ("published", "draft")}
    if schema.reached(session, SCHEMA):
        kept = select(Entry.fields).where(Entry.post_id == post_id, Entry.fields.is_not(None))
        for fields in session.scalars(kept):
            number = str(json.loads(fields or "{}").get("revision", ""))
            if number.isascii() and number.isdecimal() and len(number) < 12:
                found.add(int(number))
    return found


def thin_one(session: Session, post_id: int, moment: datetime) -> int:
    """Delete the drafts of a post that are not kept any more; how many."""
    neighbours.lock(session)
    session.execute(select(Post.id).where(Post.id == post_id).with_for_update())
    gone = thinned(session, post_id, moment)
    if gone:
        session.execute(delete(Revision).where(Revision.id.in_(gone)))
    return len(gone)


async def thin(db: Database, moment: datetime) -> int:
    """Delete all drafts that are not kept any more at a `moment`, each post in a transaction of its own; how many."""
    after, done = 0, 0
    while ids := await db.read(edited_often, after):
        for post_id in ids:
            if await db.read(thinned, post_id, moment):
                done += await db.write(thin_one, post_id, moment)
            await asyncio.sleep(0)
        after = ids[-1]
    return done


async def run(db: Database, clock: Callable[[], datetime]) -> None:
    """Look at the drafts every day until cancelled. A database that is away is asked again."""
    await asyncio.sleep(FIRST)
    while True:
        try:
            if done := await thin(db, clock()):
                logger.info("Deleted %d old drafts of which there are newer ones.", done)
        except WestmarchError as error:
            logger.warning("The old drafts have to wait: %s", error.message)
        await asyncio.sleep(INTERVAL)
