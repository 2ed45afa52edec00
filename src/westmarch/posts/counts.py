"""The counts of listed posts by month, of the site, of tags and of authors: kept by differences, or counted anew."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from westmarch.authors.models import Author
from westmarch.db.sessions import Reading
from westmarch.db.upsert import both
from westmarch.posts.models import LISTED, ArchiveCount, Byline, Post
from westmarch.tags.models import Tag, Tagging

#: The scope of the whole site; other scopes are ids of tags and authors.
SITE = 0

#: How many listed posts: by (scope, year, month).
Months = Counter[tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class Listing:
    """Where a post is listed: since when (None: nowhere), and under which tags and authors."""

    at: datetime | None
    tags: tuple[int, ...]
    authors: tuple[int, ...]

    def months(self, zone: ZoneInfo) -> Months:
        """The counts to which the post adds one, in the months of the zone's calendar."""
        if self.at is None:
            return Counter()
        local = self.at.astimezone(zone)
        return Counter((scope, local.year, local.month) for scope in (SITE, *self.tags, *self.authors))


#: The listing of a post that is listed nowhere and has no tag.
NOWHERE = Listing(None, (), ())

# Statements are built once: an import runs each of them for every post.
_ADD: dict[str, sqlite.Insert | postgresql.Insert] = {
    name: statement.on_conflict_do_update(
        index_elements=["scope_id", "year", "month"],
        set_={"posts": ArchiveCount.__table__.c.posts + statement.excluded.posts},
    )
    for name, statement in both(ArchiveCount).items()
}
_COUNT = {
    model: update(model.__table__)
    .where(model.__table__.c.id == bindparam("scope"))
    .values(post_count=model.__table__.c.post_count + bindparam("delta"))
    for model in (Tag, Author)
}


def apply(session: Session, changes: Iterable[tuple[Listing, Listing]], zone: ZoneInfo) -> None:
    """Change the stored counts by what the listings of posts changed: what each was before, and is now."""
    months: Months = Counter()
    scopes: dict[type[Tag] | type[Author], Counter[int]] = {Tag: Counter(), Author: Counter()}
    for before, after in changes:
        months.update(after.months(zone))
        months.subtract(before.months(zone))
        for listing, sign in ((after, 1), (before, -1)):
            if listing.at is not None:
                for model, ids in ((Tag, listing.tags), (Author, listing.authors)):
                    for scope in ids:
                        scopes[model][scope] += sign
    rows = [{"scope_id": s, "year": y, "month": m, "posts": n} for (s, y, m), n in sorted(months.items()) if n]
    if rows:
        session.execute(_ADD[session.get_bind().dialect.name], rows)
        if any(row["posts"] < 0 for row in rows):
            session.execute(delete(ArchiveCount).where(ArchiveCount.posts <= 0))
    for model, found in scopes.items():
        deltas = [{"scope": scope, "delta": delta} for scope, delta in sorted(found.items()) if delta]
        if deltas:
            session.connection().execute(_COUNT[model], deltas)


def _counted(session: Reading, zone: ZoneInfo) -> Months:
    months: Months = Counter()
    listed = (Post.kind == "post", Post.visible == LISTED)
    site = select(Post.published_at).where(*listed)
    for (at,) in session.execute(site):
        months += Listing(at, (), ()).months(zone)
    tags = select(Tagging.tag_id, Post.published_at).join(Post, Post.id == Tagging.subject_id).where(*listed)
    authors = select(Byline.author_id, Post.published_at).join(Post, Post.id == Byline.post_id).where(*listed)
    for statement in (tags, authors):
        for scope, at in session.execute(statement):
            if at is not None:  # A post may have been published by another program, which gave it no date.
                local = at.astimezone(zone)
                months[scope, local.year, local.month] += 1
    return months


def _stored(session: Reading) -> Months:
    rows = session.execute(
        select(ArchiveCount.scope_id, ArchiveCount.year, ArchiveCount.month, ArchiveCount.posts)
    ).all()
    return Counter({(row.scope_id, row.year, row.month): row.posts for row in rows})


def _totals(months: Months) -> Mapping[int, int]:
    totals: Counter[int] = Counter()
    for (scope, _year, _month), posts in months.items():
        totals[scope] += posts
    return totals


def faults(session: Reading, zone: ZoneInfo) -> list[str]:
    """What is wrong with the stored counts, a sentence each."""
    counted, stored = _counted(session, zone), _stored(session)
    told = [
        f"Scope {scope} holds {counted[scope, year, month]} listed posts in {year}-{month:02}, "
        f"and {stored[scope, year, month]} are stored."
        for scope, year, month in sorted(counted.keys() | stored.keys())
        if counted[scope, year, month] != stored[scope, year, month]
    ]
    totals = _totals(counted)
    told += [
        f"The {kind} {name!r} has {totals.get(scope, 0)} listed posts, and {count} are stored."
        for kind, scope, name, count in _counts(session)
        if count != totals.get(scope, 0)
    ]
    return told


def _counts(session: Reading) -> Iterable[tuple[str, int, str, int]]:
    for row in session.execute(select(Tag.id, Tag.name, Tag.post_count)):
        yield "tag", row.id, row.name, row.post_count
    for row in session.execute(select(Author.id, Author.name, Author.post_count)):
        yield "author", row.id, row.name, row.post_count


def recount(session: Session, zone: ZoneInfo) -> None:
    """Count all anew, as after a change of the site's zone, which moves months."""
    months = _counted(session, zone)
    if months != _stored(session):
        session.execute(delete(ArchiveCount))
        rows = [{"scope_id": s, "year": y, "month": m, "posts": n} for (s, y, m), n in sorted(months.items())]
        if rows:
            session.execute(insert(ArchiveCount), rows)
    totals = _totals(months)
    for kind, scope, _name, count in list(_counts(session)):
        if count != totals.get(scope, 0):
            model = Tag if kind == "tag" else Author
            session.execute(update(model).where(model.id == scope).values(post_count=totals.get(scope, 0)))
