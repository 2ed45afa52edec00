"""Going back to an older text of a post: it becomes the newest draft, and nothing that was there since is lost."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from westmarch.accounts.who import SignedIn
from westmarch.db.database import Database
from westmarch.db.types import now
from westmarch.errors import Conflict
from westmarch.events import actions as events
from westmarch.posts import changing, history, neighbours, references, revisions, texts, waiting
from westmarch.posts.history import Text
from westmarch.posts.models import Post
from westmarch.site.options import Site
from westmarch.subjects.models import Revision
from westmarch.text.rendered import Rendered


async def revert(
    db: Database, post_id: int, revision_id: int, *, expected: str | None = None, who: SignedIn, actor: str
) -> int | None:
    """Make the text of a revision the newest one of its post; the event's id, None where it is that already.

    Of a published post readers go on seeing what is published. Raises NotFound, Refused, Stale, and Conflict for a
    post in the trash.
    """
    _, (wanted,) = await db.read(history.texts, post_id, [revision_id], who)
    rendered = await texts.rendered(db, wanted.markdown, wanted.language)
    return await db.write(store, post_id, wanted, rendered, expected=expected, who=who, actor=actor)


def store(
    session: Session, post_id: int, wanted: Text, rendered: Rendered, *, expected: str | None, who: SignedIn, actor: str
) -> int | None:
    """Store a revision, with what was rendered of it, as the newest text of its post; what `revert` says holds."""
    post = changing.held(session, post_id, who, expected)
    if post.trashed_at is not None:
        raise Conflict(f"This {post.kind} is in the trash.", hint="Restore it first.")
    latest, text = waiting.latest(session, post), (wanted.title, wanted.markdown, wanted.language)
    if (latest.title, latest.markdown, latest.language) == text:
        return None
    row = session.get_one(Post, post_id, populate_existing=True)
    before, moment = _state(row), now()
    public = post.status == "published"
    if public and (post.title, post.markdown, post.language) == text:
        after = before | {"draft_revision_id": None}  # It is what readers see: nothing has to wait behind it.
    else:
        made = revisions.add(
            session,
            post_id,
            kind="draft" if public else post.status,
            title=wanted.title,
            markdown=wanted.markdown,
            language=wanted.language,
            rendered=rendered,
            by=actor,
            at=moment,
        )
        after = before | {"draft_revision_id": made} | ({} if public else {"updated_at": moment})
    session.execute(update(Post).where(Post.id == post_id).values(**after))
    if not public:
        revisions.show(session, post_id)
        revisions.refer_anew(session, post_id, rendered)
    detail = {"revision": wanted.id, "undo": {"before": _told(before), "after": _told(after)}}
    return events.record(session, f"{post.kind}.reverted", actor=actor, subject_id=post_id, detail=detail)


def take_back(
    session: Session, _event: int, subject_id: int, detail: dict[str, Any], _site: Site, **_actor: str
) -> str:
    """Make the text the newest one again that was it before. Raises Conflict where that is gone or changed since."""
    neighbours.lock(session)
    post = session.get(Post, subject_id, populate_existing=True, with_for_update=True)
    if post is None:
        raise Conflict("The post was deleted for good.")
    title = post.title[:100]
    if _told(_state(post)) != detail["after"]:
        raise Conflict(f"“{title}” was changed since.", hint="Look at it, and change it by hand.")
    before = _read(detail["before"])
    wanted = before["draft_revision_id"]
    if wanted and session.scalar(select(Revision.id).where(Revision.id == wanted)) is None:
        raise Conflict(f"The text that “{title}” had then is gone.")
    public = post.published_revision_id is not None
    session.execute(update(Post).where(Post.id == subject_id).values(**before))
    if not public:
        revisions.show(session, subject_id)
        references.refer_to_shown(session, subject_id)
    if (made := detail["after"]["draft_revision_id"]) not in (None, wanted):
        session.execute(delete(Revision).where(Revision.id == made))  # The one that it copied is still there.
    return f"“{title}” has the text again that it had before."


def _state(post: Post) -> dict[str, Any]:
    return {"draft_revision_id": post.draft_revision_id, "updated_at": post.updated_at}


def _told(state: Mapping[str, Any]) -> dict[str, Any]:
    moment = state["updated_at"]
    return {**state, "updated_at": moment and moment.isoformat()}


def _read(state: Mapping[str, Any]) -> dict[str, Any]:
    moment = state["updated_at"]
    return {**state, "updated_at": moment and datetime.fromisoformat(moment)}


UNDOES: Mapping[str, Callable[..., str]] = {f"{kind}.reverted": take_back for kind in ("post", "page")}
