"""Posts that name something: those whose text refers to a subject, or to one of its addresses."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select, union

from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.posts.models import LISTED, Post
from westmarch.subjects.models import Reference

_post, _reference = Post.__table__, Reference.__table__

_references = union(
    select(_reference.c.from_subject_id.label("id")).where(_reference.c.to_subject_id == bindparam("subject")),
    select(_reference.c.from_subject_id).where(_reference.c.href.in_(bindparam("addresses", expanding=True))),
).subquery("referring")
_named = select(_references.c.id).order_by(_references.c.id.desc()).limit(bindparam("most")).subquery("named")
# A post that is hidden comes back as a row without a post, so that the page is made anew when it is shown.
_NAMING = (
    select(_named.c.id.label("key"), _post.c.id, _post.c.title, _post.c.path, _post.c.language, _post.c.published_at)
    .select_from(_named)
    .outerjoin(_post, (_post.c.id == _named.c.id) & (_post.c.visible >= LISTED))
)


def naming(session: Reading, subject_id: int, addresses: Sequence[str], most: int) -> list[NamedRow]:
    """Listed posts and pages that refer to a subject or to one of these addresses, the newest first."""
    rows = session.execute(_NAMING, {"subject": subject_id, "addresses": list(addresses), "most": most})
    there = [row for row in rows if row.id is not None]
    return sorted(there, key=lambda row: (row.published_at is not None, row.published_at, row.id), reverse=True)
