"""Giving paths to many new subjects at once: what `actions.claim_free` does, in a few statements for all of them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from westmarch.db.bulk import insert_rows
from westmarch.db.types import now
from westmarch.links.models import Link
from westmarch.links.paths import checked, claimable, fold, numbered

# How many paths one statement asks for: both engines take some 32,000 parameters.
_ASKED = 10_000
# How many numbers more than needed are looked up for a path that is taken.
_SPARE = 6

_link = Link.__table__
_COLUMNS = ("path", "query", "folded", "subject_id", "address", "current", "permanent", "created_at")
_TAKEN = select(_link.c.folded).where(
    _link.c.folded.in_(bindparam("folded", expanding=True)), _link.c.query == bindparam("declared")
)


def claim_free(session: Session, wanted: Sequence[tuple[int, str]]) -> list[str]:
    """Give each new subject the path wanted for it, or the first of -2, -3 … that is free; the paths, in order.

    The subjects have no path yet, and the wanted paths are not too long. What another transaction takes at the same
    moment fails the statement, and with it the transaction.
    """
    found = _free([checked(path) for _, path in wanted], session)
    moment = now()
    rows = [
        (path, "", folded, subject_id, None, True, True, moment)
        for (subject_id, _), (path, folded) in zip(wanted, found, strict=True)
    ]
    insert_rows(session, _link, _COLUMNS, rows)
    return [path for path, _ in found]


def _free(paths: Sequence[str], session: Session) -> list[tuple[str, str]]:
    """For each path the first free one that it or its numbers give, with its folded form."""
    found: list[tuple[str, str]] = [("", "")] * len(paths)
    folded = [fold(path) for path in paths]
    taken = _taken(session, set(folded))
    crowded: defaultdict[str, list[int]] = defaultdict(list)
    for place, (path, key) in enumerate(zip(paths, folded, strict=True)):
        if key in taken or not claimable(path):
            crowded[key].append(place)
        else:
            found[place] = path, key
            taken.add(key)
    number = 2
    while crowded:
        # Each window is twice as wide as all before it: a name that thousands share costs a few look-ups.
        windows: dict[str, dict[str, int]] = {}
        for of, places in crowded.items():
            window = range(number, 2 * number + len(places) + _SPARE)
            # All spellings of a path have the same numbered ones when folded.
            windows[of] = {fold(numbered(paths[places[0]], each)): each for each in window}
        number = 2 * number + _SPARE
        taken |= _taken(session, {key for numbers in windows.values() for key in numbers} - taken)
        for of, numbers in windows.items():
            places = crowded[of]
            for key, each in numbers.items():
                if places and key not in taken and claimable(key):
                    place = places.pop(0)
                    found[place] = numbered(paths[place], each), key
                    taken.add(key)
            if not places:
                del crowded[of]
    return found


def _taken(session: Session, folded: Iterable[str]) -> set[str]:
    """Which of the folded paths some link has."""
    keys = list(folded)
    return {
        key
        for start in range(0, len(keys), _ASKED)
        for key in session.scalars(_TAKEN, {"folded": keys[start : start + _ASKED], "declared": ""})
    }
