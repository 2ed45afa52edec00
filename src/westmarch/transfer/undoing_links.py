"""Taking an import back: the redirects and old addresses that it made, and the options of the site that it set."""

from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from westmarch.links import actions
from westmarch.links.models import Link
from westmarch.site import actions as site_actions
from westmarch.site.queries import current
from westmarch.subjects.models import Reference
from westmarch.transfer import made_links, runs, undoing_paths
from westmarch.transfer.earlier import ACTOR
from westmarch.transfer.models import ImportMade


class KeptLink(NamedTuple):
    """A redirect or an old address that stays, and why."""

    id: int
    address: str
    reason: str


def remove(session: Session, run_id: int) -> tuple[int, list[KeptLink]]:
    """Take back the links of an import; how many, and those that stay. What it had changed is as before again."""
    made = runs.noted(session, run_id, "link")
    entries = undoing_paths.entries(session, without=made)
    taken, kept = 0, []
    of_run = select(ImportMade.made_id).where(ImportMade.run_id == run_id, ImportMade.kind == "link")
    for link in session.scalars(select(Link).where(Link.id.in_(of_run)).order_by(Link.id)).all():
        detail = made[link.id]
        reason = _changed(link, detail) or _wanted(session, link, entries)
        if reason:
            kept.append(KeptLink(link.id, f"{link.path}?{link.query}" if link.query else link.path, reason))
        elif made_links.target(link) == detail["to"]:
            actions.put_back(session, link, detail["was"])
            taken += 1
    return taken, kept


def _changed(link: Link, detail: dict[str, Any]) -> str:
    """Why it is no longer the import's. One that is as it was before was taken back already."""
    if link.current:
        return "something is at this address now"
    return "" if made_links.target(link) in (detail["to"], detail["was"]) else "it leads elsewhere since"


def _wanted(session: Session, link: Link, entries: dict[str, str]) -> str:
    if link.query:
        return ""
    if link.path in entries:
        return entries[link.path]
    spelled = select(Reference.href).where(Reference.href.in_(undoing_paths.spellings(link.path))).limit(1)
    return "a text links to it" if session.scalar(spelled) is not None else ""


def reset_options(session: Session, run_id: int) -> int:
    """Set the options that an import set, and nobody since, to what they were; how many."""
    options = current(session).model_dump(mode="json")
    values: dict[str, Any] = {}
    for detail in runs.noted(session, run_id, "options").values():
        values |= {key: was for key, (was, then) in detail.items() if options.get(key) == then and was != then}
    if values:
        site_actions.change(session, values, actor=ACTOR)
    return len(values)
