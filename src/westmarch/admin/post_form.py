"""The page with the form of a post or page, and what it was opened on."""

from datetime import datetime
from typing import Any, NamedTuple

from starlette.requests import Request

from westmarch.accounts.guard import signed_in
from westmarch.accounts.who import SignedIn
from westmarch.admin import post_address, post_base, post_fields, post_lists, post_seen, shell, unsaved
from westmarch.admin.post_base import Base
from westmarch.admin.post_choices import offered
from westmarch.admin.post_fields import Typed
from westmarch.admin.settings import LANGUAGES
from westmarch.db.database import Database
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.errors import NotFound, WestmarchError
from westmarch.events import queries as events
from westmarch.events.queries import Asked
from westmarch.posts import ownership, waiting
from westmarch.posts.drafts import Kind
from westmarch.posts.edited import Edited, edited
from westmarch.posts.waiting import Waiting
from westmarch.presence import queries as presence
from westmarch.site import queries as site_queries
from westmarch.site.options import Site
from westmarch.web.replies import Reply

#: What fields are called where their names do not say it.
WORDS = {
    "path": "Address",
    "cover_id": "Cover",
    "cover_alt": "Words for the cover",
    "extra": "Further fields",
    "translation_group": "Group of translations",
    "published_at": "Date",
    "meta_title": "Title in search engines",
    "meta_description": "Description in search engines",
}


def opened(session: Reading, kind: Kind, post_id: int, who: SignedIn) -> tuple[Edited, Site]:
    """A post or page that the account may change. Raises NotFound, Refused."""
    if post_id >= 2**31:
        raise NotFound(f"There is no {kind} {post_id}.")
    found = edited(session, post_id)
    if found.kind != kind:
        raise NotFound(f"There is no {kind} {post_id}.")
    ownership.editable(who, found)
    return found, site_queries.current(session)


def changed_last(session: Reading, post_id: int, verb: str = "") -> NamedRow | None:
    """The newest event of a post, or its newest of a verb: who changed it (`actor`), and when (`at`)."""
    rows = events.page(session, Asked(subject_id=post_id, verb=verb), size=1).rows
    return rows[0] if rows else None


class By(NamedTuple):
    """Who has changed a post last, and when; `where`, `has` and `you` as sentences need them for who is told."""

    name: str
    at: datetime | None
    you: bool

    @property
    def has(self) -> str:
        """The verb after the name."""
        return "have" if self.you else "has"

    @property
    def where(self) -> str:
        """Where one's own change was made."""
        return ", in another tab or window" if self.you else ""


def by(last: NamedRow | None, who: SignedIn) -> By:
    """Who has changed a post last, by its newest event, as `who` is told."""
    if last is None:
        return By("Somebody", None, you=False)
    you = last.actor == who.name
    return By("You" if you else last.actor, last.at, you)


async def page(
    request: Request,
    kind: Kind,
    found: Edited | None,
    typed: Typed,
    *,
    alt: str = "",
    error: WestmarchError | None = None,
    base: Base | None = None,
    taken: str = "",
    told: str = "",
    typist: str = "",
    **more: Any,
) -> Reply:
    """The form with what was `typed`; `base` is what it was opened on, where that is not the post as it is now.

    `taken` are the forms whose kept texts stand in this one; `told` is said at its head.
    `typist` is the account that has typed it, where that is not who is signed in.
    """
    db: Database = request.app.state.db
    choices = await db.read(offered)
    kept: Waiting | None = await db.read(waiting.of, found) if found else None
    topics = list(choices.topics)
    if typed.topic and typed.topic not in dict(topics):
        topics.insert(0, (typed.topic, typed.topic))
    site = await db.read(site_queries.current)
    saved = post_fields.empty(site)
    if found is not None:
        saved = post_fields.of(await db.read(waiting.latest, found), site.zone)
    if base is None:
        base = post_base.of(found, saved) if found is not None else Base()
    left = [] if error is not None else await db.read(unsaved.of, signed_in(request), kind, found, saved)
    living = await db.read(presence.tabs, signed_in(request).account_id, now()) if left else []
    return shell.page(
        request,
        "posts/edit.html",
        title=f"New {kind}" if found is None else f"Edit {kind}",
        status=error.status if error else 200,
        kind=kind,
        back=request.app.state.surface.base + post_lists.back(request, kind),
        post=found,
        values=typed,
        upload_alt=alt,
        base=base,
        taken=taken,
        told=told,
        typist=typist or str(signed_in(request).account_id),
        living=living,
        unsaved=[each for each in left if each.tab not in taken.split()],
        dirty=error is not None or bool(taken or told),
        error=error,
        kept=kept,
        of_moment=post_fields.is_moment(typed.published_at),
        address=await db.read(post_address.says, kind, found, typed, site, signed_in(request)),
        seen=post_seen.of(request, found, typed),
        seen_most=(post_seen.TITLE, post_seen.DESCRIPTION),
        languages=LANGUAGES,
        tags=choices.tags,
        authors=choices.authors,
        topics=[("", "None"), *topics],
        here=f"/admin/{kind}s/{found.id}/" if found else f"/admin/{kind}s/new/",
        **({"stale": None, "clashes": None} | more),
    )
