"""Posts and pages, topics and authors in the search index, and which of them a change concerns."""

from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, select

from westmarch.authors import documents as authors
from westmarch.changes.queries import Seen
from westmarch.db.sessions import Reading
from westmarch.posts import documents as posts
from westmarch.posts.models import LISTED, Byline, Post
from westmarch.posts.states import hidden
from westmarch.search.kind import BATCH, Concerned, Kind, changed, of_column, referring
from westmarch.tags.models import Tagging
from westmarch.topics import documents as topics

_post = Post.__table__
_LISTED = select(_post.c.id).where(_post.c.id.in_(bindparam("ids", expanding=True)), _post.c.visible == LISTED)

#: Of these columns of a table alone is something in a document.
_POST = frozenset(
    {
        "kind", "title", "path", "language", "summary", "published_at", "published_revision_id", "status", "unlisted",
        "trashed_at", "visible",
    }
)  # fmt: skip
_TOPIC = frozenset({"title", "path", "language", "introduction_html", "post_count"})
_AUTHOR = frozenset({"name", "path", "bio_html", "post_count"})


def _posts(_session: Reading, seen: Sequence[Seen]) -> Collection[int]:
    """Posts that readers find or found; what is written on drafts concerns no index."""
    return changed([change for change in seen if not hidden(change)], _POST)


def _hung(column: str) -> Concerned:
    """Posts that are listed and whose tags or authors are others or in another order.

    When they were listed is in no document. One that was listed and is not any more is told of by its own change.
    """
    subjects = of_column(column)

    def touched(session: Reading, seen: Sequence[Seen]) -> Collection[int]:
        ids = sorted(subjects(session, [each for each in seen if each.columns != frozenset({"listed_at"})]))
        found: set[int] = set()
        for start in range(0, len(ids), BATCH):
            found.update(session.execute(_LISTED, {"ids": ids[start : start + BATCH]}).scalars())
        return found

    return touched


def _of_options(session: Reading, seen: Sequence[Seen]) -> Collection[int]:
    """All posts, where the zone of the site is another one: a year begins at another moment."""
    if all(change.row_key[0] != "timezone" for change in seen):
        return ()
    return session.scalars(select(Post.id).where(Post.visible == LISTED)).all()


KINDS: Sequence[Kind] = (
    Kind(
        posts.documents,
        posts.ids,
        posts.count,
        {
            "post": _posts,
            "tagging": _hung("subject_id"),
            "byline": _hung("post_id"),
            "tag": referring(Tagging.subject_id, Tagging.tag_id, frozenset({"name", "slug"})),
            "author": referring(Byline.post_id, Byline.author_id, frozenset({"name"})),
            "site_option": _of_options,
        },
    ),
    Kind(topics.documents, topics.ids, topics.count, {"topic": lambda _session, seen: changed(seen, _TOPIC)}),
    Kind(authors.documents, authors.ids, authors.count, {"author": lambda _session, seen: changed(seen, _AUTHOR)}),
)
