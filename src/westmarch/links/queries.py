"""Looking up what a path leads to, and what is wrong with the links."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, literal, select

from westmarch.changes.models import Change, Epoch
from westmarch.changes.queries import Moment
from westmarch.db.sessions import Reading
from westmarch.errors import Invalid
from westmarch.links import parameters
from westmarch.links.models import Link
from westmarch.links.paths import PLAIN, Suffix, checked, claimable, directory, fold, parse, quote, split, suffixed
from westmarch.subjects.models import Subject

#: How many redirects from path to path are followed here. Rings cannot be made by `actions.redirect`, only by hand.
HOPS = 5
_link, _subject = Link.__table__, Subject.__table__

# A path can be read in at most this many ways (see `paths.split`).
_READINGS = 3


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a path leads to.

    `status`: 200 (the subject's page, and the address is spelled right), 301 or 302 (go to `location`), 410 (the
    subject was purged), or 404 (no link; a listing of the program may answer at `path`).
    `path`: the current path of the subject, or with 404 that of the listing: folded, with a slash at its end.
    `suffix`: what hangs on that path.
    `location`: the right spelling of the address, percent-encoded and without the site's base path; with 301 and 302
    also with the query, and it may be a whole address elsewhere. A listing that answers redirects there, with the
    query, where it is not the address that was asked for.
    `moment`: the newest change that this look-up can have seen.
    """

    status: int
    moment: Moment
    path: str
    suffix: Suffix
    location: str
    subject_id: int | None = None
    kind: str | None = None


def _look_up(query_parameters: int) -> Select[Any]:
    """The one SELECT: links that share a folded path with the request, beside the moment, which comes back alone too.

    The number of parameters is fixed, so that the statement is compiled once.
    """
    folded: list[ColumnElement[str]] = [bindparam(f"folded_{number}") for number in range(_READINGS)]
    queries: list[ColumnElement[str]] = [bindparam(f"query_{number}") for number in range(query_parameters)]
    now = _link.alias("now")
    always = select(literal(1).label("always")).subquery()
    position = select(func.max(Change.__table__.c.position)).scalar_subquery().label("position")
    epoch = select(Epoch.__table__.c.name).scalar_subquery().label("epoch")
    return (
        select(
            position,
            epoch,
            _link.c.id,
            _link.c.path,
            _link.c.query,
            _link.c.folded,
            _link.c.subject_id,
            _link.c.address,
            _link.c.current,
            _link.c.permanent,
            _subject.c.kind,
            _subject.c.purged_at,
            now.c.path.label("current_path"),
        )
        .select_from(always)
        .outerjoin(_link, and_(_link.c.folded.in_(folded), _link.c.query.in_([literal(""), *queries])))
        .outerjoin(_subject, _subject.c.id == _link.c.subject_id)
        .outerjoin(now, and_(now.c.subject_id == _link.c.subject_id, now.c.current))
    )


_WITHOUT_QUERY = _look_up(0)
_WITH_QUERY = _look_up(parameters.MOST)


def resolve(session: Reading, path: str, query: str = "") -> Resolution:
    """What the path (as `paths.parse` returns it) with the query as it was written leads to, in one SELECT.

    The longest prefix that a link fits wins: the whole path first, then the path without its suffix. Of the links that
    fit, one that is spelled as the request is comes first, then one whose declared query is in the request, then a
    subject's current path, then an old one. A redirect to a path of the site costs one more SELECT.
    """
    return _resolve(session, path, query, HOPS)


def _resolve(session: Reading, path: str, query: str, hops: int) -> Resolution:
    readings = split(path)
    folds = [fold(prefix) for prefix, _ in readings]
    rows = _look(session, folds, parameters.candidates(query) if query else [])
    moment = Moment(rows[0].epoch or "", rows[0].position or 0)
    for (prefix, suffix), folded in zip(readings, folds, strict=True):
        whole = prefix == path
        fits = [row for row in rows if row.folded == folded and (whole or _takes_suffix(row))]
        if fits:
            row = _nearest(fits, prefix, whole=whole)
            if row.address is not None:
                return _redirected(session, row, query, moment, hops)
            return _led_to_subject(row, path, suffix, query, moment)
    listing, suffix = directory(folds[-1]), readings[-1][1]
    return Resolution(404, moment, listing, suffix, quote(suffixed(listing, suffix)))


def _look(session: Reading, folds: list[str], queries: list[str]) -> Sequence[Row[Any]]:
    values = {f"folded_{number}": folds[min(number, len(folds) - 1)] for number in range(_READINGS)}
    if not queries:
        return session.execute(_WITHOUT_QUERY, values).all()
    padded = queries + [""] * (parameters.MOST - len(queries))
    return session.execute(
        _WITH_QUERY, values | {f"query_{number}": query for number, query in enumerate(padded)}
    ).all()


def _takes_suffix(row: Row[Any]) -> bool:
    """Whether something can hang on the link: on a subject, not on a declared query, and not on the front page.

    What hangs on `/` is the site's own: a page that takes `/` does not take the site's feeds away.
    """
    return row.subject_id is not None and not row.query and row.folded != "/"


def _nearest(rows: list[Row[Any]], prefix: str, *, whole: bool) -> Row[Any]:
    """The link that is nearest to the request."""

    def distance(row: Row[Any]) -> tuple[bool | int, ...]:
        other_slash = directory(row.path) != directory(prefix)
        return (
            row.path != prefix if whole else other_slash,
            not row.query,
            row.subject_id is None,
            row.purged_at is not None,
            not row.current,
            other_slash,
            row.path != prefix,
            row.id,
        )

    return rows[0] if len(rows) == 1 else min(rows, key=distance)


def _led_to_subject(row: Row[Any], path: str, suffix: Suffix, query: str, moment: Moment) -> Resolution:
    if row.purged_at is not None:
        return Resolution(410, moment, row.path, suffix, quote(path), row.subject_id, row.kind)
    if row.current_path is None:
        return Resolution(404, moment, directory(row.folded), suffix, quote(path), row.subject_id, row.kind)
    right = suffixed(row.current_path, suffix)
    if right == path and not row.query:
        return Resolution(200, moment, row.current_path, suffix, quote(right), row.subject_id, row.kind)
    location = parameters.appended(quote(right), parameters.without(query, row.query))
    status = 301 if row.permanent else 302
    return Resolution(status, moment, row.current_path, suffix, location, row.subject_id, row.kind)


def _redirected(session: Reading, row: Row[Any], query: str, moment: Moment, hops: int) -> Resolution:
    location, status = row.address, 301 if row.permanent else 302
    if location.startswith("/") and hops:
        parts = urlsplit(location)
        target = _resolve(session, parse(parts.path), parts.query, hops - 1)
        if target.status == 410:
            return target
        if target.status in (301, 302):
            status = max(status, target.status)
            location = target.location + (f"#{parts.fragment}" if parts.fragment and "#" not in target.location else "")
    location = parameters.appended(location, parameters.without(query, row.query))
    return Resolution(status, moment, row.path, PLAIN, location)


def faults(session: Reading) -> list[str]:
    """What is wrong with the links, a sentence each; nothing of it can come from this program's actions."""
    told = [
        f"The {row.kind} {row.id} has no current path."
        for row in session.execute(
            select(Subject.id, Subject.kind)
            .outerjoin(Link, and_(Link.subject_id == Subject.id, Link.current))
            .where(Link.id.is_(None), Subject.purged_at.is_(None))
            .order_by(Subject.id)
        )
    ]
    links = select(Link.path, Link.folded, Link.subject_id, Link.address, Subject.id.label("found"))
    for row in session.execute(links.outerjoin(Subject, Subject.id == Link.subject_id).order_by(Link.path, Link.query)):
        if fault := _fault(session, row):
            told.append(f"The path {row.path!r} {fault}.")
    return told


def _fault(session: Reading, row: Row[*tuple[Any, ...]]) -> str:
    try:
        if checked(row.path) != row.path or not claimable(row.path):
            return "can be reached by no request"
        if fold(row.path) != row.folded:
            return f"is filed under {row.folded!r} where {fold(row.path)!r} is looked for"
        if row.subject_id is not None:
            return "" if row.found is not None else f"leads to the subject {row.subject_id}, which does not exist"
        if row.address.startswith("/"):
            end = resolve(session, row.path).location
            if end.startswith("/") and resolve(session, parse(urlsplit(end).path)).status in (301, 302):
                return f"leads to {end!r}, which is a redirect too"
    except Invalid as error:
        return f"cannot be followed: {error.message}"
    return ""
