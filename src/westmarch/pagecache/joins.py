"""By which keys the tables of a SELECT are joined, and so which rows of them it reads.

What is given for one side of an equality is given for the other. A join from keys that came back is told by their
values: to the right side of a LEFT JOIN from which nothing else depends, and to what a foreign key refers to. Of what
is joined in another way, all is read.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import FromClause

from westmarch.pagecache.dependencies import Comparison
from westmarch.pagecache.elements import Element, Place
from westmarch.pagecache.sources import Given, Returned


class Join(NamedTuple):
    """The equality of two columns by which tables are joined; `right` is the right side of a LEFT JOIN, else None."""

    right: FromClause | None
    one: Place
    other: Place


class _Lead(NamedTuple):
    """A join that is told by values that came back: from where to where, and their position in the result."""

    here: Place
    there: Place
    position: int


class Joins:
    """The joins of a SELECT between its elements; `positions` are those of columns in the result."""

    def __init__(
        self, elements: Mapping[FromClause, Element | None], positions: Mapping[Place, int], *, grouped: bool
    ) -> None:
        self._elements = elements
        self._positions = positions
        self._grouped = grouped
        self._joins: list[Join] = []
        self._deciding: set[FromClause] = set()

    def tell(
        self, joins: Iterable[Join], asked: Iterable[tuple[FromClause, Place]], deciding: Iterable[FromClause]
    ) -> None:
        """Note at the elements which of their rows are read by the joins.

        `asked` is what ON of a LEFT JOIN to the first asks of others; WHERE or a cut depends on what is `deciding`.
        """
        self._joins = waiting = list(joins)
        self._lean(asked, deciding)
        while given := [join for join in waiting if self._given_through(join)]:
            waiting = [join for join in waiting if join not in given]
        for join in waiting:
            if join.right is None:
                self._present(join.one)
                self._present(join.other)
        # What decides of rows in one join must not be taken for led to in another, so the former come first.
        while decided := [join for join in waiting if self._lead(join) is None]:
            for join in decided:
                self._decide(join)
            waiting = [join for join in waiting if join not in decided]
        for lead in [self._lead(join) for join in waiting]:
            if lead is not None:
                self._follow(lead)

    def _lean(self, asked: Iterable[tuple[FromClause, Place]], deciding: Iterable[FromClause]) -> None:
        """Where what is joined decides of rows, so does that by which it is joined, also through several LEFT JOINs."""
        self._deciding = {*deciding}
        leaning = list(asked)
        for join in self._joins:
            if join.right is None:
                self._deciding |= {join.one[0], join.other[0]}
            else:
                leaning += [(join.right, place) for place in (join.one, join.other) if place[0] is not join.right]
        while found := [place for right, place in leaning if right in self._deciding]:
            leaning = [(right, place) for right, place in leaning if right not in self._deciding]
            for place, name in found:
                self._deciding.add(place)
                element = self._elements[place]
                if element is not None:
                    element.decide(name)

    def _given_through(self, join: Join) -> bool:
        """Hand the values that one side is given to the other one; whether there were any."""
        for here, there in ((join.one, join.other), (join.other, join.one)):
            source, target = self._elements[here[0]], self._elements[there[0]]
            if source is None or (values := source.fixed(here[1])) is None:
                continue
            if join.right is not None and there[0] is not join.right:
                continue
            source.member.add(here[1])
            if target is not None and target.optional and join.right is None:
                target.member.add(there[1])
                target.decisive = True
            elif target is not None:
                target.narrow(there[1], Comparison.IN, values)
            return True
        return False

    def _present(self, place: Place) -> None:
        """A column of an inner join cannot be NULL."""
        element = self._elements[place[0]]
        if element is not None and element.table.c[place[1]].nullable and not element.optional:
            element.narrow(place[1], Comparison.NOT_NULL, Given())

    def _decide(self, join: Join) -> None:
        """Note a join that is not told by values: all rows of both sides matter."""
        for place, name in (join.one, join.other):
            element = self._elements[place]
            if element is None:
                continue
            if join.right is not None and place is not join.right:
                element.shown.add(name)  # All of its rows come back, whatever is joined to them.
            else:
                element.decide(name)

    def _lead(self, join: Join) -> _Lead | None:
        """From where to where the values of which column of the result lead, or None where rows depend on the join."""
        right, one, other = join
        if right is None:
            return self._parent(join, one, other) or self._parent(join, other, one)
        here, there = (one, other) if other[0] is right else (other, one)
        if there[0] is not right:
            return None
        if not self._grouped and here in self._positions and self._hangs_on(there):
            return _Lead(here, there, self._positions[here])
        return self._parent(join, here, there)

    def _hangs_on(self, there: Place) -> bool:
        """Whether nothing depends on the right side of a LEFT JOIN, so that all rows of its left side come back."""
        target = self._elements[there[0]]
        return there[0] not in self._deciding and (target is None or not target.decisive)

    def _parent(self, join: Join, here: Place, there: Place) -> _Lead | None:
        """A join from a foreign key to the row that it refers to, of which no condition is asked."""
        child, parent = self._elements[here[0]], self._elements[there[0]]
        if child is None or parent is None or parent.key != there[1] or parent.filtered or parent.decisive:
            return None
        of_parent = [
            each for each in self._joins
            if each.right is there[0] or (each.right is None and there[0] in (each.one[0], each.other[0]))
        ]  # fmt: skip
        if len(of_parent) > 1 or (join.right is None and (parent.optional or child.optional)):
            return None
        if not child.table.c[here[1]].references(parent.table.c[there[1]]):
            return None
        position = self._positions.get(here, self._positions.get(there))
        return None if position is None else _Lead(here, there, position)

    def _follow(self, lead: _Lead) -> None:
        """Note that what came back in a column of the result are the keys of what is joined."""
        source, target = self._elements[lead.here[0]], self._elements[lead.there[0]]
        if source is not None:
            source.shown.add(lead.here[1])
        if target is not None:
            if target.led_to is None:
                target.led_to = (lead.there[1], Returned(lead.position))
            target.shown.add(lead.there[1])
