"""The site's options in memory, read again only where the database has changed since."""

from dataclasses import dataclass, field

from westmarch.changes import queries as changes
from westmarch.changes.queries import Moment
from westmarch.db.sessions import Reading
from westmarch.site import queries
from westmarch.site.options import Site


@dataclass(frozen=True, slots=True)
class Held:
    """Options as of a moment, and what was made of them alone, which falls with them.

    `schemas` are those that the database was found to have reached, whatever its options are.
    """

    moment: Moment
    site: Site
    made: dict[tuple[str, ...], object] = field(default_factory=dict)
    schemas: set[str] = field(default_factory=set)


class Options:
    """The options as of a moment in the history of changes, which the look-up of the path brings along."""

    def __init__(self) -> None:
        self._held = Held(Moment("", 0), Site.model_validate({}))

    @property
    def latest(self) -> Held:
        """The options as last read, for pages that must not ask the database."""
        return self._held

    def forget(self) -> None:
        """Read the options again when they are asked for next, whatever the moment: the database is another one."""
        self._held = Held(Moment("", 0), self._held.site)

    def current(self, session: Reading, moment: Moment) -> Held:
        """The options as the session's snapshot, which stands at `moment`, has them."""
        held = self._held
        # At position 0 the log has no row (it is new, or pruned to the end) and tells nothing about what came since.
        if moment != held.moment or moment.position == 0:
            site = queries.current(session)
            # Where the options are what they were, what was made of them is kept.
            made = held.made if site == held.site else {}
            held = Held(moment, site, made, held.schemas if moment.epoch == held.moment.epoch else set())
            self._held = held
        return held

    def newest(self, session: Reading) -> Held:
        """The options as the session's snapshot has them, where nothing has told its moment yet."""
        return self.current(session, changes.moment(session))
