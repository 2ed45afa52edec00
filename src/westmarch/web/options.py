"""The site's options in memory, read again only where the database has changed since."""

from westmarch.db.sessions import Reading
from westmarch.site import queries
from westmarch.site.options import Site


class Options:
    """The options as of a position in the change log, which the look-up of the path brings along."""

    def __init__(self) -> None:
        self._held: tuple[int, Site] = (0, Site.model_validate({}))

    @property
    def latest(self) -> Site:
        """The options as last read, for pages that must not ask the database."""
        return self._held[1]

    def current(self, session: Reading, position: int) -> Site:
        """The options as the session's snapshot, which stands at `position`, has them."""
        held, site = self._held
        # At 0 the log has no row (it is new, or pruned to the end) and tells nothing about what came since.
        if position != held or position == 0:
            site = queries.current(session)
            self._held = (position, site)
        return site
