"""The address that a post would get if what stands in a form were saved."""

from dataclasses import dataclass
from datetime import datetime

from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.links import paths, vacancy
from westmarch.posts.drafts import Kind
from westmarch.posts.edited import Edited
from westmarch.posts.making import usual
from westmarch.posts.storing import renamed
from westmarch.site.options import Site


@dataclass(frozen=True, slots=True)
class Address:
    """A path that a post would get, and the one that it has (empty: none yet).

    `taken` is a path that it would have if that were not somebody else's: a number makes another one of it.
    """

    path: str
    before: str = ""
    taken: str = ""

    @property
    def moves(self) -> bool:
        """Whether a post leaves the address that it has: that one leads to the new one then."""
        return bool(self.before) and self.path != self.before


def would_be(
    session: Reading,
    kind: Kind,
    post: Edited | None,
    site: Site,
    *,
    title: str = "",
    slug: str = "",
    path: str = "",
    published_at: datetime | None = None,
) -> Address:
    """The address of a post, or of a new one, with these fields. Raises Invalid for an exact path that cannot be."""
    before = post.path if post is not None else ""
    if path and path != before:
        return Address(vacancy.vacant(session, post.id if post else 0, paths.parse(path)), before)
    wanted = paths.slugify(slug or title)
    if post is not None:
        moved = None if post.slug in (slug, wanted) else renamed(post, wanted)
        if moved is None:
            return Address(before, before)
        found = vacancy.free(session, post.id, moved)
        return Address(found, before, moved if found != moved else "")
    if not (slug or title):
        return Address("")
    made = usual(kind, wanted, 0, published_at or now(), site)
    if "{id}" in site.permalink and kind == "post":
        return Address(usual(kind, wanted, 0, published_at or now(), _unnumbered(site)))
    found = vacancy.free(session, 0, made)
    return Address(found, "", made if found != made else "")


def _unnumbered(site: Site) -> Site:
    """The site with a sign where its addresses have a number that nobody knows yet."""
    return site.model_copy(update={"permalink": site.permalink.replace("{id}", "…")})
