"""The social cards of posts: their addresses, who may see them, and a follower that draws them when posts are written.

A card is at `/media/cards/{id}-{digest}.png`, where the digest is made from all that is drawn: another title has
another address, so that a card may be kept for ever.
"""

import asyncio
import hashlib
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session
from starlette.requests import Request

from westmarch.cards.card import Card
from westmarch.cards.store import VERSION
from westmarch.cards.studio import NotDrawn, Studio
from westmarch.changes.queries import Seen
from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.errors import NotFound
from westmarch.followers.outward import Outward
from westmarch.posts.models import LISTED, UNLISTED, Post
from westmarch.posts.states import hidden
from westmarch.site.options import Site
from westmarch.web.icons import NAME, Icons
from westmarch.web.languages import direction
from westmarch.web.replies import FOR_EVER, Reply, redirect
from westmarch.web.surface import Surface

logger = logging.getLogger(__name__)

#: The name under which the follower has its position.
FOLLOWER = "cards"
#: Posts published longer ago are drawn when their cards are first asked for, unless they are edited: an import of
#: thousands is not to keep the machine busy, nor to fill the disk with what nobody looks at.
FRESH = timedelta(days=30)
#: So many are drawn at once where all begins anew.
MOST_ANEW = 500
#: What is drawn of a post.
_DRAWN = frozenset({"title", "language"})

_NAME = re.compile(r"(?P<id>[1-9][0-9]{0,8})-(?P<digest>[0-9a-f]{16})\.png", re.ASCII)
_post = Post.__table__
_SHOWN = select(_post.c.id, _post.c.title, _post.c.language, _post.c.visible).where(
    _post.c.id == bindparam("id"), _post.c.visible >= UNLISTED
)


@lru_cache(maxsize=64)
def _of_site(title: str, language: str, accent: str, mark: str) -> hashlib.blake2b:
    """The hash of what all cards of a site share; it is copied for each."""
    return hashlib.blake2b("\0".join((str(VERSION), title, language, accent, mark)).encode(), digest_size=8)


def path(site: Site, mark: str, post: Any) -> str:
    """The path of a post's card. `mark` names the mark of the theme by its content; `post` has id, title, language."""
    digest = _of_site(site.title, site.language, site.accent, mark).copy()
    digest.update(f"{post.id}\0{post.language}\0{post.title}".encode())
    return f"/media/cards/{post.id}-{digest.hexdigest()}.png"


@dataclass(frozen=True, slots=True)
class Current:
    """A post's card as it is now: the site with it, the path, and whether the post is listed."""

    site: Site
    post_id: int
    title: str
    language: str
    path: str
    listed: bool

    @property
    def digest(self) -> str:
        """The part of the path that is made from what is drawn."""
        return self.path.rpartition("-")[2].removesuffix(".png")


def current(session: Reading, surface: Surface, post_id: int) -> Current | None:
    """The card of a post that readers may see; None where there is none."""
    post = session.execute(_SHOWN, {"id": post_id}).first()
    if post is None:
        return None
    site = surface.options.newest(session).site
    mark = surface.themes.chosen(site.theme).asset(NAME)
    return Current(site, post.id, post.title, post.language, path(site, mark, post), post.visible == LISTED)


async def card(request: Request) -> Reply:
    """`/media/cards/…`: the card, drawn where it is not kept. Raises NotFound, and Unavailable where too many wait.

    An address of an earlier title leads to the present one; that of an unlisted post is told to nobody.
    """
    match = _NAME.fullmatch(request.path_params["name"])
    if match is None:
        raise NotFound("There is no such card.")
    db: Database = request.app.state.db
    surface: Surface = request.app.state.surface
    found = await db.read(current, surface, int(match["id"]))
    if found is None or (found.digest != match["digest"] and not found.listed):
        raise NotFound("There is no such card.")
    if found.digest != match["digest"]:
        return redirect(surface.root + found.path)
    return Reply(await drawn(found, request.app.state.studio, request.app.state.icons), "image/png", cache=FOR_EVER)


async def drawn(found: Current, studio: Studio, icons: Icons) -> bytes:
    """The card as PNG, from where it is kept, else drawn. Raises what `Studio.card` does."""
    kept = await asyncio.to_thread(studio.store.find, found.post_id, found.digest)
    if kept is not None:
        return kept
    mark = await asyncio.to_thread(icons.of, found.site)
    return await studio.card(found.post_id, found.digest, _as_drawn(found), mark.card)


def _as_drawn(found: Current) -> Card:
    site = found.site
    return Card(
        title=found.title,
        language=found.language,
        rtl=direction(found.language) == "rtl",
        site=site.title,
        site_language=site.language,
        site_rtl=direction(site.language) == "rtl",
        accent=site.accent,
    )


@dataclass(frozen=True, slots=True)
class Work:
    """Posts whose cards are to be drawn, the newest first, and those whose cards are to go."""

    draw: Sequence[int]
    gone: Sequence[int]


def look(session: Session, changes: Sequence[Seen] | None) -> Work | None:
    """What is to be done about posts that were published, edited or hidden; without changes, about all fresh ones.

    It is None where there is nothing to be done.
    """
    fresh = _post.c.published_at >= now() - FRESH
    newest_first = select(_post.c.id).order_by(_post.c.published_at.desc(), _post.c.id.desc())
    if changes is None:
        recent = newest_first.where(_post.c.visible >= UNLISTED, fresh).limit(MOST_ANEW)
        found = session.scalars(recent).all()
        return Work(found, ()) if found else None
    touched: set[int] = set()
    edited: set[int] = set()
    known: set[int] = set()
    for change in changes:
        if change.table == "post" and not hidden(change):
            post_id = (change.new or change.old)["id"]
            if change.operation == "delete" or change.columns is None or change.columns & ({"visible"} | _DRAWN):
                touched.add(post_id)
                if change.operation != "insert":
                    known.add(post_id)
            # What becomes visible by the same change is published, not edited.
            if change.columns is not None and change.columns & _DRAWN and "visible" not in change.columns:
                edited.add(post_id)
    if not touched:
        return None
    shown = session.scalars(newest_first.where(_post.c.id.in_(touched), _post.c.visible >= UNLISTED)).all()
    due = newest_first.where(_post.c.id.in_(shown), or_(fresh, _post.c.id.in_(edited)))
    drawn, gone = session.scalars(due).all(), sorted(known.difference(shown))  # Of what is new there is no card yet.
    return Work(drawn, gone) if drawn or gone else None


def following(db: Database, surface: Surface, studio: Studio, icons: Icons) -> Outward[Work]:
    """The follower that draws cards when posts are written."""

    async def act(work: Work) -> None:
        for post_id in work.gone:
            await asyncio.to_thread(studio.store.forget, post_id)
        for post_id in work.draw:
            found = await db.read(current, surface, post_id)
            if found is not None:
                try:
                    await drawn(found, studio, icons)
                except NotDrawn as error:  # The others are to be drawn all the same.
                    logger.error("%s", error.message)

    return Outward(FOLLOWER, look, act)
