"""Taking an import back: which paths of what was removed are let go, and which answer 410 as all that was public."""

from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from westmarch.db.rows import NamedSelect
from westmarch.db.sessions import Reading
from westmarch.errors import Invalid
from westmarch.events.models import Event
from westmarch.links import actions as links
from westmarch.links import paths
from westmarch.links.models import Link
from westmarch.links.paths import quote
from westmarch.site.options import Site
from westmarch.site.queries import current
from westmarch.subjects.models import Reference
from westmarch.transfer.earlier import ACTOR


def let_go(session: Session, ids: Sequence[int]) -> tuple[int, list[str]]:
    """Let go the paths of purged subjects to which nothing refers; how many, and those that stay and answer 410."""
    referred = referred_to(session, ids)
    freed = 0
    for subject_id in ids:
        if subject_id not in referred:
            freed += links.release(session, subject_id)
    kept = select(Link.path).where(Link.subject_id.in_(list(referred))).order_by(Link.path)
    return freed, list(session.scalars(kept))


def referred_to(session: Reading, ids: Sequence[int]) -> dict[int, str]:
    """Which of the subjects something of the site refers to, and what."""
    found: dict[int, str] = {}
    leading = entries(session)
    for row in session.execute(_links(ids)):
        if row.later:
            found[row.subject_id] = f"the redirect from {row.path} leads to it"
        elif row.path in leading and not row.query:
            found[row.subject_id] = leading[row.path]
    texts = (
        select(Reference.to_subject_id, func.min(Link.path).label("path"))
        .join(Link, (Link.subject_id == Reference.from_subject_id) & Link.current)
        .where(Reference.to_subject_id.in_(ids), Reference.from_subject_id != Reference.to_subject_id)
        .group_by(Reference.to_subject_id)
    )
    for subject_id, path in session.execute(texts):
        if subject_id is not None:
            found[subject_id] = f"the text at {path} links to it"
    return found


def _links(ids: Sequence[int]) -> NamedSelect:
    """The links of subjects; `later` says that one was made after all that the import did with its subject."""
    last = (
        select(Event.subject_id, func.max(Event.at).label("at"))
        .where(Event.subject_id.in_(ids), Event.actor == ACTOR, Event.verb.not_like("%.purged"))
        .group_by(Event.subject_id)
        .subquery()
    )
    return (
        select(Link.subject_id, Link.path, Link.query, (Link.created_at > last.c.at).label("later"))
        .outerjoin(last, last.c.subject_id == Link.subject_id)
        .where(Link.subject_id.in_(ids))
    )


def entries(session: Reading, without: Container[int] = ()) -> dict[str, str]:
    """The paths to which the menu and redirects lead, and which of them it is; `without` are ids of redirects."""
    return _menu(current(session)) | _redirects(session, without)


def spellings(path: str) -> tuple[str, ...]:
    """How a text may write a path."""
    return tuple(dict.fromkeys((path, quote(path), path.removesuffix("/"), quote(path).removesuffix("/"))))


def _menu(site: Site) -> dict[str, str]:
    """The paths that the menu and the parts beside the front page lead to."""
    entries = [*site.navigation, *(link for side in site.sides for link in side.links)]
    return dict.fromkeys(_paths(e.address for e in entries), "the menu or a part beside the front page leads to it")


def _redirects(session: Reading, without: Container[int]) -> dict[str, str]:
    """The paths of the site to which redirects lead that name them as addresses."""
    rows = session.execute(select(Link.id, Link.address).where(Link.address.like("/%")))
    addresses = [row.address for row in rows if row.id not in without]
    return dict.fromkeys(_paths(one for one in addresses if one), "a redirect leads to it")


def _paths(addresses: Iterable[str]) -> Iterator[str]:
    for address in addresses:
        if address.startswith("/"):
            with suppress(Invalid):  # What leads nowhere refers to nothing.
                yield paths.parse(urlsplit(address).path)
