"""Taking an import back: what it made and nobody changed since is removed, and what stays is told with its reason.

Posts and pages are purged, as when somebody removes them for good. Their addresses then answer 410, as all that was
public once, but where nothing refers to them they are let go: no text of the site, no entry of its menu and no redirect
that was made since. So the same import can be run again with other options.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from westmarch.db.database import Database
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.events.models import Event
from westmarch.followers.processes import process_name
from westmarch.followers.run import catch_up
from westmarch.media.removing import remove_files
from westmarch.posts import actions
from westmarch.posts.following import FOLLOWERS
from westmarch.posts.models import Post
from westmarch.site.options import Site
from westmarch.site.queries import current
from westmarch.subjects.models import Revision
from westmarch.transfer import runs, undoing_books, undoing_links, undoing_names, undoing_paths
from westmarch.transfer.earlier import ACTOR, written
from westmarch.transfer.models import ImportMade, ImportRun
from westmarch.transfer.runs import Run
from westmarch.transfer.undoing_media import remove_rows

#: Posts looked at, or removed, in one transaction.
_CHUNK = 50

_POSTS = select(
    Post.id, Post.path, Post.title, Post.kind, Post.source_hash, Post.published_revision_id, Post.draft_revision_id
)


class Staying(NamedTuple):
    """A post or page that is not taken back, or something else that stays, and why."""

    kind: str
    id: int
    path: str
    title: str
    reason: str


@dataclass(slots=True)
class Plan:
    """What taking an import back would do.

    `posts` are the ids of those that go, `books` and `readings` how many go; `gone` counts posts removed before.
    """

    run: Run
    posts: list[int] = field(default_factory=list)
    books: int = 0
    readings: int = 0
    staying: list[Staying] = field(default_factory=list)
    gone: int = 0


@dataclass(slots=True)
class Undone:
    """What was taken back: how many of each kind, addresses let go, those that answer 410, and what stays."""

    run: int
    removed: dict[str, int] = field(default_factory=dict)
    freed: int = 0
    answering_410: list[str] = field(default_factory=list)
    staying: list[Staying] = field(default_factory=list)
    bytes: int = 0

    def count(self, kind: str, many: int = 1) -> None:
        """Something of a kind was removed."""
        if many:
            self.removed[kind] = self.removed.get(kind, 0) + many


async def plan(db: Database, run_id: int) -> Plan:
    """What taking an import back would do. Raises NotFound where there was none of this number."""
    found = Plan(await db.read(runs.one, run_id))
    ids = await db.read(_made, run_id, "post")
    for chunk in _chunks(ids):
        posts, staying = await db.read(_judged, found.run, chunk)
        found.posts += posts
        found.staying += staying
    found.gone = len(ids) - len(found.posts) - len(found.staying)
    books = await db.read(undoing_books.judged, run_id)
    found.books, found.readings = len(books.books), len(books.readings)
    found.staying += [Staying(*one) for one in books.staying]
    return found


async def take_back(db: Database, planned: Plan, media: Path, step: Callable[[int], None] = lambda _: None) -> Undone:
    """Do it. Each post is looked at once more; killed on the way, it can be run again. `step` is told posts gone by.

    `media` is the site's folder of media.
    """
    run_id, done = planned.run.id, Undone(planned.run.id)
    done.staying += [one for one in planned.staying if one.kind not in undoing_books.KINDS]
    site = await db.read(current)
    for chunk in _chunks(planned.posts):
        kinds, staying = await db.write(_purge, planned.run, chunk, site)
        for kind in kinds:
            done.count(kind)
        done.staying += staying
        step(len(chunk))
    books = await db.write(undoing_books.remove, run_id)
    done.count("book", len(books.books))
    done.count("reading", len(books.readings))
    done.staying += [Staying(*one) for one in books.staying]
    taken, links = await db.write(undoing_links.remove, run_id)
    done.count("link", taken)
    done.staying += [Staying("redirect or old address", one.id, one.address, "", one.reason) for one in links]
    done.count("option", await db.write(undoing_links.reset_options, run_id))
    names, kept = await db.write(undoing_names.remove, run_id)
    for kind, many in names.items():
        done.count(kind, many)
    done.staying += [Staying(*one) for one in kept]
    for chunk in _chunks([*await db.read(_made, run_id, "gone"), *await db.read(_purged, run_id)]):
        freed, answering = await db.write(undoing_paths.let_go, chunk)
        done.freed += freed
        done.answering_410 += answering
    files = await db.write(remove_rows, run_id)
    done.count("media", len(files))
    done.bytes = await db.write(remove_files, media, files)
    await db.write(_mark, run_id)
    await catch_up(db, FOLLOWERS, process_name(), datetime.now(UTC))
    return done


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))


def _made(session: Reading, run_id: int, kind: str) -> list[int]:
    asked = select(ImportMade.made_id).where(ImportMade.run_id == run_id, ImportMade.kind == kind)
    return list(session.scalars(asked.order_by(ImportMade.made_id)))


def _purged(session: Reading, run_id: int) -> list[int]:
    """The subjects of an import that were purged by its being taken back, now or before."""
    asked = (
        select(Event.subject_id)
        .join(ImportMade, ImportMade.made_id == Event.subject_id)
        .where(
            ImportMade.run_id == run_id,
            ImportMade.kind.in_(["post", "book", *undoing_names.KINDS]),
            Event.actor == ACTOR,
            Event.verb.like("%.purged"),
        )
        .order_by(Event.subject_id)
    )
    return [one for one in session.scalars(asked) if one is not None]


def _judged(session: Reading, run: Run, ids: Sequence[int]) -> tuple[list[int], list[Staying]]:
    """Those of the posts that go, and those that stay; what is gone already is neither."""
    rows = session.execute(_POSTS.where(Post.id.in_(ids)).order_by(Post.id)).all()
    reasons = _changed(session, run, [row.id for row in rows])
    for row in rows:
        if row.id not in reasons and not _as_it_came(session, row):
            reasons[row.id] = "its title or text is not what came in"
    staying = [Staying(row.kind, row.id, row.path, row.title, reasons[row.id]) for row in rows if row.id in reasons]
    return [row.id for row in rows if row.id not in reasons], staying


def _changed(session: Reading, run: Run, ids: Sequence[int]) -> dict[int, str]:
    """Why posts belong to others now: another import brought them up to date, or somebody did something with them."""
    reasons: dict[int, str] = {}
    others = (
        select(ImportMade.made_id, ImportMade.run_id)
        .where(ImportMade.made_id.in_(ids), ImportMade.kind == "revised", ImportMade.run_id != run.id)
        .order_by(ImportMade.run_id)
    )
    for row in session.execute(others):
        reasons[row.made_id] = f"import {row.run_id} brought it up to date"
    for event in session.execute(events_of_others(ids)):
        reasons[event.subject_id] = f"changed by {event.actor}, {event.at:%Y-%m-%d %H:%M} UTC ({event.verb})"
    return reasons


def events_of_others(ids: Sequence[int]) -> Select[int | None, str, str, datetime]:
    """What others than imports and the clock did with subjects, in order."""
    return (
        select(Event.subject_id, Event.verb, Event.actor, Event.at)
        .where(Event.subject_id.in_(ids), Event.actor.not_in([ACTOR, "schedule"]))
        .order_by(Event.id)
    )


def _as_it_came(session: Reading, row: NamedRow) -> bool:
    """Whether title and text are those that the import stored, which is seen by their hash.

    What the program itself changed does not count: addresses in the text, of posts that moved.
    """
    shown = row.published_revision_id or row.draft_revision_id
    stored = (row.source_hash or "").partition("+")[2]
    text = session.execute(
        select(Revision.title, Revision.markdown)
        .where(Revision.subject_id == row.id, Revision.id <= shown, Revision.kind != "readdressed")
        .order_by(Revision.id.desc())
        .limit(1)
    ).first()
    return text is not None and row.title == text.title and stored == written(text.title, text.markdown)


def _purge(session: Session, run: Run, ids: Sequence[int], site: Site) -> tuple[list[str], list[Staying]]:
    going, staying = _judged(session, run, ids)
    kinds = dict(session.execute(select(Post.id, Post.kind).where(Post.id.in_(going))).all())
    for post_id in going:
        actions.purge(session, post_id, site, actor=ACTOR)
    return [kinds[post_id] for post_id in going], staying


def _mark(session: Session, run_id: int) -> None:
    session.execute(update(ImportRun).where(ImportRun.id == run_id).values(undone_at=now()))
