"""Redirects and old addresses that an import makes beside its texts, written down with how they were before."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.links import actions
from westmarch.links.models import Link
from westmarch.transfer import runs


def redirect(session: Session, run: int | None, path: str, address: str, *, permanent: bool) -> None:
    """As `links.actions.redirect`; raises as that does. `run` is the number of the import."""
    before = at(session, path)
    actions.redirect(session, path, address, permanent=permanent)
    _remember(session, run, path, "", before)


def add_old(session: Session, run: int | None, subject_id: int, path: str, query: str = "") -> None:
    """As `links.actions.add_old`; raises as that does. `run` is the number of the import."""
    before = at(session, path, query)
    actions.add_old(session, subject_id, path, query)
    _remember(session, run, path, query, before)


def at(session: Reading, path: str, query: str = "") -> tuple[int, dict[str, Any]] | None:
    """The id of the link at exactly this path, and where it leads; None where there is none."""
    columns = (Link.id, Link.subject_id, Link.address, Link.permanent)
    row = session.execute(select(*columns).where(Link.path == path, Link.query == query)).one_or_none()
    return (row.id, target(row)) if row else None


def target(link: Link | NamedRow) -> dict[str, Any]:
    """Where a link leads."""
    return {"subject_id": link.subject_id, "address": link.address, "permanent": link.permanent}


def _remember(
    session: Session, run: int | None, path: str, query: str, before: tuple[int, dict[str, Any]] | None
) -> None:
    after = at(session, path, query)
    if run is not None and after is not None and after != before:
        link_id, leads = after
        runs.note(session, run, "link", link_id, to=leads, was=before[1] if before else None)
