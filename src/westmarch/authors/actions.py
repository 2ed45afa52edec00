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


def known(session: Session, names: Sequence[str]) -> dict[str, int | None]:
    """The ids of the authors called so, by folded name; None for those that do not exist."""
    wanted = spellings(names)
    if not wanted:
        return {}
    found: dict[str, int] = dict(session.execute(_NAMED, {"names": list(wanted)}).all())
    return {folded: found.get(folded) for folded in wanted}


def ensure(session: Session, names: Sequence[str], looked_up: dict[str, int | None] | None = None) -> list[int]:
    """The ids of the authors called so, in order and each once; authors that do not exist are made.

    `looked_up` is what `known` gave for these names and others in this transaction; what is made is added to it.
    """
    found = known(session, names) if looked_up is None else looked_up
    ids = []
    for folded, name in spellings(names).items():
        author_id = found[folded]
        if author_id is None:
            found[folded] = author_id = create(session, name)
        ids.append(author_id)
    return ids


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
    path = links.claim_free(session, author_id, f"/authors/{slugify(slug or name)}/", new=True)
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
