"""Posts and pages, topics and authors in the search index, and which of them a change concerns."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from westmarch.authors import documents as authors
from westmarch.changes.queries import Seen
from westmarch.db.sessions import Reading
from westmarch.posts import documents as posts
from westmarch.posts.models import HIDDEN, LISTED, Byline, Post
from westmarch.search.kind import Concerned, Kind, changed, of_column, referring
from westmarch.tags.models import Tagging
from westmarch.topics import documents as topics

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
    return changed([change for change in seen if not _hidden(change)], _POST)


def _hidden(change: Seen) -> bool:
    states = [state for state in (change.old, change.new) if state]
    return bool(states) and all(state.get("visible") == HIDDEN for state in states)


def _hung(column: str) -> Concerned:
    """Posts whose tags or authors are others or in another order; when they were listed is in no document."""
    subjects = of_column(column)
    return lambda session, seen: subjects(session, [each for each in seen if each.columns != frozenset({"listed_at"})])


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
