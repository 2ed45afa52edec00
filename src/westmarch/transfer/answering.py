"""Asking for every address that imports brought, as a reader does who has it from somewhere else."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeVarTuple

from sqlalchemy import Select, bindparam, func, or_, select

from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.errors import Invalid, WestmarchError
from westmarch.links.models import Link
from westmarch.links.paths import quote
from westmarch.posts.models import Post
from westmarch.subjects.models import Subject
from westmarch.transfer.models import SUBJECTS, ImportMade
from westmarch.transfer.out.html_links import Inside
from westmarch.web.replies import Reply

Ts = TypeVarTuple("Ts")

#: What the program answers at a path with a query, in one snapshot.
Render = Callable[[Reading, str, str], Reply]
#: What becomes of a reader. Who `waits` gets a text once it is published; `gone` is what was removed for good.
Outcome = Literal["answers", "leads on", "waits", "gone", "missing"]
OUTCOMES: tuple[Outcome, ...] = ("answers", "leads on", "waits", "gone", "missing")

_CHUNK = 500
_BROUGHT = or_(Post.source_key.is_not(None), Link.current.is_(False))
_LINKS = (
    select(
        Link.id, Link.path, Link.query, Subject.kind, Post.source_key, Post.visible, Post.status, Post.trashed_at,
    )
    .outerjoin(Subject, Subject.id == Link.subject_id)
    .outerjoin(Post, Post.id == Link.subject_id)
    .where(Link.id > bindparam("after"))
    .order_by(Link.id)
    .limit(_CHUNK)
)  # fmt: skip
_COUNT = select(func.count()).select_from(Link).outerjoin(Post, Post.id == Link.subject_id)
_OF_RUN = Link.subject_id.in_(
    select(ImportMade.made_id).where(ImportMade.run_id == bindparam("run"), ImportMade.kind.in_(SUBJECTS))
)


@dataclass(frozen=True, slots=True)
class Answered:
    """What an old address answers. `location` is where a redirect leads, `of` the file or record that it came with."""

    address: str
    status: int
    outcome: Outcome
    location: str = ""
    of: str = ""
    reason: str = ""


def count(session: Reading, run: int | None = None) -> int:
    """How many addresses will be asked for."""
    return session.execute(_of(_COUNT, run), {"run": run}).scalar() or 0


def answered(
    session: Reading, render: Render, inside: Inside, run: int | None = None, step: Callable[[], None] = lambda: None
) -> list[Answered]:
    """Ask for all addresses that imports brought, or one of them: those of their texts, and all that lead on.

    `step` is called after each.
    """
    asking = _Asking(session, render, inside)
    found = []
    for row in _rows(session, run):
        found.append(asking.ask(row))
        step()
    return found


def _of(statement: Select[*Ts], run: int | None) -> Select[*Ts]:
    return statement.where(_BROUGHT if run is None else _OF_RUN)


def _rows(session: Reading, run: int | None) -> Iterator[NamedRow]:
    after, statement = 0, _of(_LINKS, run)
    while rows := session.execute(statement, {"after": after, "run": run}).all():
        yield from rows
        after = rows[-1].id


class _Asking:
    """Asks in one snapshot; what several addresses lead to is asked for once."""

    def __init__(self, session: Reading, render: Render, inside: Inside) -> None:
        self._session = session
        self._render = render
        self._inside = inside
        self._ends: dict[tuple[str, str], int] = {}

    def ask(self, row: NamedRow) -> Answered:
        address = quote(row.path) + (f"?{row.query}" if row.query else "")
        of = (row.source_key or "").partition(":")[2] or row.kind or "redirect"
        status, location = self._answer(row.path, row.query)
        outcome, reason = self._outcome(row, status, location)
        return Answered(address, status, outcome, location, of, reason)

    def _answer(self, path: str, query: str) -> tuple[int, str]:
        try:
            reply = self._render(self._session, path, query)
        except WestmarchError as error:
            return error.status, ""
        return reply.status_code, reply.headers.get("location", "")

    def _outcome(self, row: NamedRow, status: int, location: str) -> tuple[Outcome, str]:
        if status == 200:
            return "answers", ""
        if status in (301, 302):
            end = self._end(location)
            return ("leads on", "") if end == 200 else ("missing", f"what it leads to answers {end}")
        if status == 410:
            return "gone", "removed for good"
        if status == 404 and row.visible == 0:
            return "waits", "in the trash" if row.trashed_at else f"its {row.kind} is {_NOT_YET[row.status]}"
        if status == 404 and row.kind in ("tag", "topic", "author"):
            return "waits", f"nothing is published of this {row.kind}"
        return "missing", f"it answers {status}"

    def _end(self, location: str) -> int:
        """The status of what a redirect leads to; what is elsewhere is not asked for."""
        try:
            found = self._inside.of("/", location)
        except Invalid:
            return 404
        if found is None:
            return 200
        if found not in self._ends:
            self._ends[found] = self._answer(*found)[0]
        return self._ends[found]


#: Why a text of a status is not shown; one that is published may have no text yet.
_NOT_YET = {"draft": "a draft", "scheduled": "scheduled", "published": "without a text"}
