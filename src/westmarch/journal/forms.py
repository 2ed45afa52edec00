"""A form that is being saved, as the journal knows it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Form:
    """A form that is being saved as it was at `sequence`; `taken` are the forms whose texts were taken into it.

    `merged` says that what is saved is not what stands in it, since others had changed the same meanwhile.
    """

    tab: str
    sequence: int
    taken: tuple[str, ...] = ()
    merged: bool = False
