"""What the renderer asks while it renders: where internal links lead, and how large pictures are."""

import re
from urllib.parse import unquote

from sqlalchemy import select

from westmarch.db.sessions import Reading
from westmarch.errors import Invalid
from westmarch.links import paths
from westmarch.links.queries import resolve
from westmarch.media.models import Media
from westmarch.text.rendered import Picture

_MEDIA = re.compile(r"/media/(?P<first>[0-9a-f]{2})/(?P<rest>[0-9a-f]{62})\.[a-z0-9]{1,10}")


class SessionResolver:
    """Knows the links and media of the site as the session sees them; remembers what it was asked."""

    def __init__(self, session: Reading) -> None:
        self._session = session
        self._links: dict[str, int | None] = {}

    def link(self, href: str) -> int | None:
        """The subject to which an internal path leads, also by a redirect."""
        if href not in self._links:
            try:
                self._links[href] = resolve(self._session, paths.parse(href)).subject_id
            except Invalid:
                self._links[href] = None
        return self._links[href]

    def picture(self, src: str) -> Picture | None:
        """The stored picture at an internal path."""
        match = _MEDIA.fullmatch(unquote(src))
        if match is None:
            return None
        row = self._session.execute(
            select(Media.width, Media.height, Media.alt).where(Media.hash == match["first"] + match["rest"])
        ).first()
        return None if row is None else Picture(row.width, row.height, row.alt)
