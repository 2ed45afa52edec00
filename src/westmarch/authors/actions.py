"""Making authors."""

from collections.abc import Sequence

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from westmarch.authors.models import Author
from westmarch.links import actions as links
from westmarch.links.paths import last_segment, slugify
from westmarch.subjects import actions as subjects
from westmarch.subjects.names import fold, spellings

_author = Author.__table__
_NAMED = select(_author.c.folded, _author.c.id).where(_author.c.folded.in_(bindparam("names", expanding=True)))


def ensure(session: Session, names: Sequence[str]) -> list[int]:
    """The ids of the authors called so, in order and each once; authors that do not exist are made."""
    wanted = spellings(names)
    if not wanted:
        return []
    found = dict(session.execute(_NAMED, {"names": list(wanted)}).all())
    return [found[folded] if folded in found else create(session, name) for folded, name in wanted.items()]


def create(
    session: Session,
    name: str,
    *,
    slug: str | None = None,
    bio_markdown: str = "",
    bio_html: str = "",
    picture_id: int | None = None,
    links_elsewhere: Sequence[dict[str, str]] = (),
) -> int:
    """Make an author with a page of their own. `links_elsewhere` are mappings of `title` and `href`."""
    author_id = subjects.create(session, "author")
    path = links.claim_free(session, author_id, f"/authors/{slugify(slug or name)}/")
    session.execute(
        insert(Author).values(
            id=author_id,
            name=name,
            folded=fold(name),
            slug=last_segment(path),
            path=path,
            bio_markdown=bio_markdown,
            bio_html=bio_html,
            picture_id=picture_id,
            links=list(links_elsewhere),
            post_count=0,
        )
    )
    return author_id
