"""Taking an import back: the files of media that it made, where nothing shows them any more."""

import re
from collections.abc import Iterator

from sqlalchemy import String, cast, delete, or_, select
from sqlalchemy.orm import Session

from westmarch.authors.models import Author
from westmarch.books import models as book_tables
from westmarch.books.models import Book
from westmarch.media.models import Media
from westmarch.media.removing import File
from westmarch.ops import schema
from westmarch.posts.models import Post
from westmarch.site.models import SiteOption
from westmarch.subjects.models import Revision
from westmarch.tags.models import Tag
from westmarch.topics.models import Topic
from westmarch.transfer import runs
from westmarch.transfer.models import ImportMade

_ADDRESS = re.compile(r"media/([0-9a-f]{2})/([0-9a-f]{62})")
#: Texts looked at in one query.
_TEXTS = 200


def remove_rows(session: Session, run_id: int) -> list[File]:
    """Remove the rows of an import's files that no text, book, author or option of the site shows; return the files.

    One that somebody has described since stays.
    """
    made = runs.noted(session, run_id, "media")
    of_run = select(ImportMade.made_id).where(ImportMade.run_id == run_id, ImportMade.kind == "media")
    found = session.scalars(select(Media).where(Media.id.in_(of_run)).order_by(Media.id))
    rows = [row for row in found if row.alt == made[row.id].get("alt", "")]
    if not rows:
        return []
    shown = {hash_ for text in _texts(session) for hash_ in map("".join, _ADDRESS.findall(text))}
    pictures = {
        *session.scalars(select(Post.cover_id).where(Post.cover_id.is_not(None))),
        *session.scalars(select(Author.picture_id).where(Author.picture_id.is_not(None))),
    }
    if schema.reached(session, book_tables.SCHEMA):
        pictures.update(session.scalars(select(Book.cover_id).where(Book.cover_id.is_not(None))))
    going = [File(row.id, row.hash, row.path) for row in rows if row.hash not in shown and row.id not in pictures]
    for file in going:
        session.execute(delete(Media).where(Media.id == file.id))
    return going


def _texts(session: Session) -> Iterator[str]:
    """Every text of the site that may show a file."""
    named = [
        select(Author.bio_markdown, Author.bio_html),
        select(Tag.description, Tag.description),
        select(Topic.introduction_markdown, Topic.introduction_html),
        select(cast(SiteOption.value, String), SiteOption.key),
        select(cast(Post.extra, String), Post.summary),
    ]
    for statement in named:
        for row in session.execute(statement):
            yield from row
    after = 0
    while True:
        texts = session.execute(
            select(Revision.id, Revision.markdown, Revision.html)
            .where(Revision.id > after, or_(Revision.markdown.contains("media/"), Revision.html.contains("media/")))
            .order_by(Revision.id)
            .limit(_TEXTS)
        ).all()
        if not texts:
            return
        after = texts[-1].id
        for text in texts:
            yield text.markdown
            yield text.html
