"""A database filled with many posts, written past the actions: measuring pages needs the rows, not the way to them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from westmarch.authors import actions as authors
from westmarch.links.models import Link
from westmarch.links.paths import fold
from westmarch.posts import actions
from westmarch.posts.models import Byline, Post
from westmarch.site.options import Site
from westmarch.subjects.models import Revision, Subject
from westmarch.tags import actions as tags
from westmarch.tags.models import Tagging
from westmarch.text.markdown import render
from westmarch.text.rendered import RENDERER

TAGS = 60
FIRST = 1_000_000
NEWEST = datetime(2026, 11, 1, 9, tzinfo=UTC)
BATCH = 2_000

_PARAGRAPH = (
    "The harbour measures what the sea does, twice a day, and writes it down with *care*. Nobody asked it to; see "
    "[the front page](/) or `harbour.py` for the reasons, which are older than the harbour itself and much disputed."
)
_CODE = '```python title="harbour.py" {2}\ndef height(t):\n    return sum(h * cos(w * t + g) for h, w, g in waves)\n```'
TEXT = "\n\n".join(
    f"## Section {section}\n\n{_PARAGRAPH}\n\n{_CODE}\n\n{_PARAGRAPH}\n\n- one\n- two\n- three\n\n> {_PARAGRAPH}"
    for section in range(8)
)


def fill(session: Session, posts: int, text: str = TEXT) -> None:
    """So many posts over sixteen years, each with three of sixty tags, an author and its neighbours."""
    rendered = render(text)
    tag_ids = tags.ensure(session, [f"Tag {number}" for number in range(TAGS)])
    (author_id,) = authors.ensure(session, ["Ann Example"])
    step = timedelta(days=16 * 365) / posts
    for start in range(0, posts, BATCH):
        numbers = range(start, min(start + BATCH, posts))
        moments = {number: NEWEST - step * (posts - number) for number in numbers}
        _insert(session, Subject, [{"id": FIRST + n, "kind": "post", "created_at": moments[n]} for n in numbers])
        _insert(
            session,
            Revision,
            [
                {
                    "id": FIRST + n, "subject_id": FIRST + n, "kind": "publish", "title": f"Post number {n}",
                    "markdown": text, "html": rendered.html, "excerpt_html": rendered.excerpt_html,
                    "text": rendered.text, "toc": [[h.level, h.id, h.title] for h in rendered.toc],
                    "words": rendered.words, "minutes": rendered.minutes, "renderer": RENDERER, "language": "en",
                    "by": "benchmark", "at": moments[n],
                }
                for n in numbers
            ],
        )  # fmt: skip
        _insert(
            session,
            Post,
            [
                {
                    "id": FIRST + n, "kind": "post", "title": f"Post number {n}", "slug": f"post-{n}",
                    "path": f"/post-{n}/", "summary": "What the sea does, twice a day.", "language": "en",
                    "excerpt_html": rendered.excerpt_html, "minutes": rendered.minutes, "status": "published",
                    "unlisted": False, "pinned": False, "published_at": moments[n], "updated_at": moments[n],
                    "published_revision_id": FIRST + n, "extra": {}, "guid": f"urn:post:{n}",
                }
                for n in numbers
            ],
        )  # fmt: skip
        _insert(
            session,
            Link,
            [
                {
                    "path": f"/post-{n}/", "query": "", "folded": fold(f"/post-{n}/"), "subject_id": FIRST + n,
                    "current": True, "permanent": True, "created_at": moments[n],
                }
                for n in numbers
            ],
        )  # fmt: skip
        _insert(
            session,
            Tagging,
            [
                {"subject_id": FIRST + n, "tag_id": tag_ids[(n * 7 + k) % TAGS], "rank": k, "listed_at": moments[n]}
                for n in numbers
                for k in range(3)
            ],
        )
        _insert(
            session,
            Byline,
            [{"post_id": FIRST + n, "author_id": author_id, "rank": 0, "listed_at": moments[n]} for n in numbers],
        )
    actions.recount(session, Site.model_validate({}))


def _insert(session: Session, model: Any, rows: list[dict[str, Any]]) -> None:
    session.execute(insert(model), rows)
