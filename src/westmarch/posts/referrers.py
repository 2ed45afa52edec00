"""From which other sites readers come to a post, counted beside its views: by the site's name and by day, no more.

Of the header `Referer` the host is kept, and of the reader nothing. What anybody may write into a header is bounded:
so many sites are counted for so many posts on one day, and what comes after those is a view without an origin.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from westmarch.db.sessions import Reading
from westmarch.db.upsert import both
from westmarch.posts.models import Post, PostReferrer

#: The schema that brought the table.
SCHEMA = "0007"
#: Longer headers are not looked at. Browsers tell other sites a host alone, unless a site wants it otherwise.
LONGEST = 2_000
#: So many pairs of a post and a site are counted on one day by one process.
MOST_PAIRS = 10_000

_HOST = re.compile(
    rb"https?://(?:www\.)?((?=[^/?#]{1,253}(?:[:/?#]|$))[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
    rb"(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+)(?::\d{1,5})?(?:[/?#]|$)",
    re.IGNORECASE,
)

Pair = tuple[int, str]


def host_of(referrer: bytes) -> str:
    """The host that a header `Referer` names, in small letters and without `www.`; empty where it names none."""
    # Longer ones are not remembered either: four thousand of the longest that a server takes are 256 MB.
    return _host_of(referrer) if len(referrer) <= LONGEST else ""


@lru_cache(maxsize=4096)
def _host_of(referrer: bytes) -> str:
    match = _HOST.match(referrer)
    return match[1].decode("ascii").lower() if match else ""


class Referrers:
    """What this process has counted for a day and not written yet. Used in the event loop alone.

    `own` is the host of the site itself, whose links do not count.
    """

    def __init__(self, own: str = "") -> None:
        self._own = own.removeprefix("www.")
        self._counts: dict[Pair, int] = {}
        self._known: set[Pair] = set()
        self._day = date.min

    def count(self, post_id: int, referrer: bytes) -> None:
        """Count one view of a post by somebody who came with this header."""
        host = host_of(referrer)
        if not host or host == self._own:
            return
        pair = (post_id, host)
        counts = self._counts
        if pair in counts:
            counts[pair] += 1
        elif pair in self._known:
            counts[pair] = 1
        elif len(self._known) < MOST_PAIRS:
            self._known.add(pair)
            counts[pair] = 1

    @property
    def waiting(self) -> bool:
        """Whether something is not written."""
        return bool(self._counts)

    def take(self, today: date) -> dict[Pair, int]:
        """What is to be written now. With a new day all sites may be counted again."""
        taken, self._counts = self._counts, {}
        if today != self._day:
            self._day, self._known = today, set()
        return taken

    def give_back(self, counts: Mapping[Pair, int]) -> None:
        """What could not be written."""
        for pair, views in counts.items():
            if pair in self._counts or len(self._counts) < MOST_PAIRS:
                self._counts[pair] = self._counts.get(pair, 0) + views


_ADD = {
    name: statement.on_conflict_do_update(
        index_elements=["post_id", "day", "host"],
        set_={"views": PostReferrer.__table__.c.views + statement.excluded.views},
    )
    for name, statement in both(PostReferrer).items()
}


def store(session: Session, counts: Mapping[Pair, int], day: date) -> None:
    """Add views by post and host to those of a day. A post that is gone is left out."""
    there = set(session.scalars(select(Post.id).where(Post.id.in_({post_id for post_id, _ in counts}))))
    rows = [
        {"post_id": post_id, "day": day, "host": host, "views": views}
        for (post_id, host), views in sorted(counts.items())
        if post_id in there
    ]
    if rows:
        session.execute(_ADD[session.get_bind().dialect.name], rows)


def outdated(session: Reading, before: date) -> bool:
    """Whether there is something from before that day."""
    oldest = session.scalar(select(func.min(PostReferrer.day)))
    return oldest is not None and oldest < before


def forget(session: Session, before: date) -> None:
    """Delete what is from before that day."""
    session.execute(delete(PostReferrer).where(PostReferrer.day < before))
