"""Which addresses the texts of one run have taken, and where links to them lead."""

from collections import ChainMap
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass, field

from westmarch.transfer.items import Entry
from westmarch.transfer.preparing import Prepared
from westmarch.transfer.references import key_of, path_of


@dataclass(frozen=True, slots=True)
class Claims:
    """What a run knows of its own texts without asking the database.

    `coming` are the addresses of all of them. `claimed` has those that were claimed, by the text that did so first,
    with that one's post (None: it was not stored).
    """

    coming: frozenset[str]
    claimed: MutableMapping[str, tuple[str, int | None]] = field(default_factory=dict)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> "Claims":
        """For a run that brings these texts; nothing is claimed yet."""
        return cls(frozenset(key_of(address) for entry in entries for address in entry.addresses))

    def within(self) -> "Claims":
        """The same for one transaction: what is claimed in it is known nowhere else, as it may be rolled back."""
        return Claims(self.coming, ChainMap({}, self.claimed))

    def claim(self, entry: Entry, post_id: int | None) -> None:
        """Let a text have those of its addresses that no other one has."""
        for address in entry.addresses:
            self.claimed.setdefault(address.rstrip("/"), (entry.key, post_id))

    def of_others(self, entry: Entry) -> dict[str, str]:
        """Addresses of a text that an earlier one of this run has, with the earlier one's path."""
        found = {address: self.claimed.get(address.rstrip("/"), (entry.key, None)) for address in entry.addresses}
        return {address: key for address, (key, _) in found.items() if key != entry.key}

    def links(self, prepared: Prepared) -> dict[str, int | None]:
        """Where links to texts of this run lead: to posts that are stored, or to nothing yet."""
        found: dict[str, int | None] = {}
        for reference in prepared.rendered.references if prepared.rendered else ():
            path = path_of(reference.href)
            key = key_of(path)
            if key in self.claimed:
                found[path] = self.claimed[key][1]
            elif key in self.coming:
                found[path] = None
        return found

    def posts(self) -> dict[str, int]:
        """The posts that are stored, by the addresses that they claimed."""
        return {path: post_id for path, (_, post_id) in self.claimed.items() if post_id is not None}
