"""How often posts are read, counted without keeping a reader waiting, and which ones are read most.

Views are counted in the memory of each process and written in batches, by days of the site: what the calendar says
where its owner is. Days that are past stay as they are when the owner chooses another zone. From them the list of what
is read most is made by a task. It is stored, and written only where it differs: a view changes no page, another order
does.
"""

import asyncio
import logging
import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

from sqlalchemy import ColumnElement, Date, bindparam, delete, func, literal_column, select
from sqlalchemy.orm import Session
from starlette.types import Scope

from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.db.upsert import both
from westmarch.errors import WestmarchError
from westmarch.ops import schema
from westmarch.posts import referrers
from westmarch.posts.models import LISTED, MostRead, Post, PostView
from westmarch.posts.queries import PLACES
from westmarch.posts.referrers import Referrers

#: The schema that brought the tables; on the one before, nothing is written and nothing is read most.
SCHEMA = "0002"
#: How often views are written, and how often the list is made at most, in seconds.
FLUSH_INTERVAL, RANK_INTERVAL = 10.0, 600.0
#: How many days count, today among them, and after how many views are forgotten.
DAYS, KEPT_DAYS = 30, 400
#: So many bytes of the header `User-Agent` are looked at; a robot names itself in them.
LONGEST_AGENT = 512
#: Of so many posts views are held in memory between two writes, and of no more where the database is away.
MOST_POSTS = 10_000

logger = logging.getLogger(__name__)

# Who fetches pages without reading them. No browser has an address in its name; a phone is called Cubot.
_ROBOT = re.compile(
    rb"(?<!cu)bot|crawl|spider|slurp|archiver|https?:|headless|phantomjs|lighthouse|gtmetrix|pingdom|preview|monitor"
    rb"|fetch|whatsapp|mediapartners|google-|curl|wget|python|ruby|perl|java/|go-http|okhttp|axios|node|php"
    rb"|guzzle|scrapy|httrack|aiohttp",
    re.IGNORECASE,
)
# By these a browser says that it fetches a page ahead, which its reader may never open.
_PURPOSES = frozenset({b"sec-purpose", b"purpose", b"x-moz"})
_LOOKED_AT = _PURPOSES | {b"user-agent", b"referer"}


@lru_cache(maxsize=4096)
def is_robot(user_agent: bytes) -> bool:
    """Whether the header `User-Agent` is a known robot's, a library's, or empty."""
    return not user_agent or _ROBOT.search(user_agent) is not None


def came_from(scope: Scope) -> bytes | None:
    """The header `Referer` of a view, empty without one; None where by this request nobody looks at a page.

    A view comes by GET, not ahead of time, and not from a robot.
    """
    if scope["method"] != "GET":
        return None
    agent = referrer = b""
    for name, value in scope["headers"]:
        if name not in _LOOKED_AT:
            continue
        if name == b"user-agent":
            agent = value
        elif name == b"referer":
            referrer = value
        elif value.lower().startswith(b"prefetch"):
            return None
    return None if is_robot(agent[:LONGEST_AGENT]) else referrer


class Views:
    """The views of this process that are not written yet. Used in the event loop alone.

    `host` is that of the site, on which its own links are followed.
    """

    def __init__(self, host: str = "") -> None:
        self._counts: dict[int, int] = {}
        self._referrers = Referrers(host)
        self._stored = self._referrers_stored = False

    def count(self, post_id: int, referrer: bytes = b"") -> None:
        """Count one view of a post by somebody who came with this header `Referer`."""
        if referrer:
            self._referrers.count(post_id, referrer)
        counts = self._counts
        if post_id in counts:
            counts[post_id] += 1
        elif len(counts) < MOST_POSTS:
            counts[post_id] = 1

    @property
    def waiting(self) -> int:
        """How many views are not written."""
        return sum(self._counts.values())

    async def flush(self, db: Database, today: date) -> bool:
        """Write what was counted, as views of `today`; whether there was anything, and a table for it.

        Raises Unavailable where the database cannot be written, and Conflict where a post was purged meanwhile. The
        counts are then kept for the next time.
        """
        if not self._counts or not await self._can_be_stored(db):
            return False
        writing = asyncio.ensure_future(self._write(db, today))
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            await writing  # What has begun is brought to its end, so that nothing is counted twice.
            raise
        return True

    async def _write(self, db: Database, today: date) -> None:
        batch, self._counts = self._counts, {}
        origins = self._referrers.take(today) if self._referrers_stored else {}
        try:
            await db.write(store, batch, today, origins)
        except WestmarchError:
            since, self._counts = self._counts, batch
            for post_id, views in since.items():
                if post_id in batch or len(batch) < MOST_POSTS:
                    batch[post_id] = batch.get(post_id, 0) + views
            self._referrers.give_back(origins)
            raise

    async def _can_be_stored(self, db: Database) -> bool:
        self._stored = self._stored or await db.read(schema.reached, SCHEMA)
        if self._referrers.waiting and not self._referrers_stored:
            self._referrers_stored = await db.read(schema.reached, referrers.SCHEMA)
        return self._stored


_ADD = {
    name: statement.on_conflict_do_update(
        index_elements=["post_id", "day"],
        set_={"views": PostView.__table__.c.views + statement.excluded.views},
    )
    for name, statement in both(PostView).items()
}


def store(
    session: Session, counts: Mapping[int, int], day: date, origins: Mapping[referrers.Pair, int] | None = None
) -> None:
    """Add views by the post's id, and by post and host they came from, to those of a day; no post that is gone."""
    there = set(session.scalars(select(Post.id).where(Post.id.in_(counts))))
    rows = [{"post_id": each, "day": day, "views": counts[each]} for each in sorted(counts) if each in there]
    if rows:
        session.execute(_ADD[session.get_bind().dialect.name], rows)
    if origins:
        referrers.store(session, origins, day)


_post, _view = Post.__table__, PostView.__table__
# A term, not the column: in the order of the primary key SQLite would read all days that are kept to group them.
_each: ColumnElement[int] = _view.c.post_id + literal_column("0")
_sums = (
    select(_each.label("post_id"), func.sum(_view.c.views).label("views"))
    .where(_view.c.day > bindparam("before", type_=Date))
    .group_by(_each)
    .subquery()
)
_RANKING = (
    select(_sums.c.post_id)
    .join(_post, _post.c.id == _sums.c.post_id)
    .where(_post.c.kind == "post", _post.c.visible == LISTED)
    .order_by(_sums.c.views.desc(), _post.c.published_at.desc(), _post.c.id.desc())
    .limit(PLACES)
)


def ranking(session: Reading, today: date) -> list[int]:
    """The listed posts that were read most in the last `DAYS` days, most first; of equals, the newest first."""
    return [row.post_id for row in session.execute(_RANKING, {"before": today - timedelta(days=DAYS)})]


def stored_ranking(session: Reading) -> list[int]:
    """The posts of the stored list, in order."""
    return list(session.scalars(select(MostRead.post_id).order_by(MostRead.place)))


_PLACE = {
    name: statement.on_conflict_do_update(index_elements=["place"], set_={"post_id": statement.excluded.post_id})
    for name, statement in both(MostRead).items()
}


def store_ranking(session: Session, posts: Sequence[int]) -> None:
    """Make the stored list this one. Places that keep their post are not written."""
    before = dict(enumerate(stored_ranking(session), 1))
    rows = [{"place": place, "post_id": each} for place, each in enumerate(posts, 1) if before.get(place) != each]
    if rows:
        session.execute(_PLACE[session.get_bind().dialect.name], rows)
    if len(before) > len(posts):
        session.execute(delete(MostRead).where(MostRead.place > len(posts)))


def outdated(session: Reading, today: date) -> bool:
    """Whether there are views that are to be forgotten."""
    oldest = session.scalar(select(func.min(PostView.day)))
    return oldest is not None and oldest < _forgotten(today)


def forget(session: Session, today: date) -> None:
    """Delete the views from before the last `KEPT_DAYS` days."""
    session.execute(delete(PostView).where(PostView.day < _forgotten(today)))


def _forgotten(today: date) -> date:
    return today - timedelta(days=KEPT_DAYS)


async def rank(db: Database, today: date) -> bool:
    """Make the list of what is read most anew, and write it where it differs; whether it did.

    Views that are older than is kept are deleted. Raises Unavailable and Conflict as writes do.
    """
    posts = await db.read(ranking, today)
    if differs := posts != await db.read(stored_ranking):
        await db.write(store_ranking, posts)
    if await db.read(outdated, today):
        await db.write(forget, today)
    if await db.read(schema.reached, referrers.SCHEMA) and await db.read(referrers.outdated, _forgotten(today)):
        await db.write(referrers.forget, _forgotten(today))
    return differs


async def run(db: Database, views: Views, clock: Callable[[], datetime]) -> None:
    """Write views and keep the list until cancelled, and write what is left then. A database that is away is retried.

    The `clock` tells the time in the zone of the site. The list is made anew after views were written and when a day
    has passed, at most every `RANK_INTERVAL` seconds.
    """
    ranked_on, ranked_at, due = clock().date(), -RANK_INTERVAL, False
    try:
        while True:
            await asyncio.sleep(FLUSH_INTERVAL)
            today = clock().date()
            try:
                due = await views.flush(db, today) or due or today != ranked_on
                if due and time.monotonic() - ranked_at >= RANK_INTERVAL:
                    await rank(db, today)
                    ranked_on, ranked_at, due = today, time.monotonic(), False
            except WestmarchError as error:
                logger.warning("%d views have to wait: %s", views.waiting, error.message)
    finally:
        try:
            await views.flush(db, clock().date())
        except WestmarchError as error:
            logger.warning("%d views are lost: %s", views.waiting, error.message)
