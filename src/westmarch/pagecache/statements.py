"""What a SELECT reads, told from its structure: once for each compiled statement, never from its text.

A statement uses each of its tables in one of three ways, or in the first two together:

- *Membership*: which rows are found at all. Whatever WHERE, JOIN, GROUP BY and aggregates look at belongs to it, and
  ORDER BY where a LIMIT cuts. Comparisons with given values narrow it, also through joins.
- *Rows*: what is shown of those that came back, by their primary keys.
- *Joined*: rows that a column of another table leads to, by the values of that column which came back. That holds for
  the right side of a LEFT JOIN, from which nothing else in the statement depends, and for what a foreign key refers to:
  there its target exists before it, so no new row can come in by the join.

A construct that is not known here raises Unclear; its page is then not stored. That is the safe side, and a test holds
that no public page asks for one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Alias, BindParameter, FromClause, Select, Subquery, Table
from sqlalchemy.sql import operators
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BinaryExpression, ClauseElement, ColumnClause, Label, TextClause
from sqlalchemy.sql.selectable import Join as JoinClause

from westmarch.changes.models import Change, Epoch
from westmarch.db.model import Model
from westmarch.pagecache.elements import Element, Place, Sourced
from westmarch.pagecache.expressions import (
    Comparing,
    Unclear,
    columns,
    computes,
    conjuncts,
    cuts,
    keeps_all,
    selects,
)
from westmarch.pagecache.joins import Join, Joins
from westmarch.pagecache.sources import Returned

#: What the cache goes by itself: the newest position of the log of changes, and which history it is of.
_JOURNAL = frozenset({Change.__tablename__, Epoch.__tablename__})


@dataclass(frozen=True, slots=True)
class Shape:
    """What a statement reads: uses, each with the sources of its conditions' values, and whether rows are needed."""

    uses: tuple[Sourced, ...]
    needs_rows: bool


def shape(compiled: SQLCompiler) -> Shape:
    """What a compiled statement reads. Raises Unclear."""
    statement = compiled.statement
    names = {id(parameter): name for parameter, name in compiled.bind_names.items()}

    def name(parameter: BindParameter[Any]) -> str:
        found = names.get(id(parameter), parameter.key)
        if found not in compiled.binds:
            raise Unclear(f"the parameter {found} is not in the compiled statement")
        return found

    if isinstance(statement, TextClause):
        raise Unclear("it is text that does not declare what it reads")
    if not isinstance(statement, Select):
        raise Unclear(f"it is no SELECT but {type(statement).__name__}")
    uses: list[Sourced] = []
    whole = list(range(len(statement.selected_columns)))
    _Level(statement, whole, Comparing(name, compiled.dialect), uses).read()
    return Shape(tuple(uses), any(isinstance(source, Returned) for _, sources in uses for source in sources))


class _Level:
    """One SELECT. `returned` are the positions of its columns in the whole result, None for what does not come back."""

    def __init__(
        self, select: Select[Any], returned: Sequence[int | None], comparing: Comparing, uses: list[Sourced]
    ) -> None:
        self.select = select
        self.comparing = comparing
        self.uses = uses
        self.elements: dict[FromClause, Element | None] = {}
        self.nested: list[tuple[FromClause | None, Any]] = []
        self.joins: list[Join] = []
        #: What WHERE or a cut depends on, subqueries too.
        self.deciding: set[FromClause] = set()
        #: What ON of a LEFT JOIN to the first asks of other tables, beside equalities.
        self.asked: list[tuple[FromClause, Place]] = []
        self.positions: dict[Place, int] = {}
        self.returned = returned
        self.cut = cuts(select)
        # SQLAlchemy has no public names for these parts of a SELECT.
        self.order: tuple[ClauseElement, ...] = tuple(select._order_by_clauses)  # noqa: SLF001
        self.groups: tuple[ClauseElement, ...] = (*select._group_by_clauses, *select._having_criteria)  # noqa: SLF001
        self.distinct: bool = select._distinct  # noqa: SLF001
        if select._distinct_on:  # noqa: SLF001
            raise Unclear("it is distinct by what it does not select")
        if any(isinstance(column, TextClause) for column in select._raw_columns):  # noqa: SLF001
            raise Unclear("it selects text")
        if select._correlate or select._correlate_except:  # noqa: SLF001
            raise Unclear("a SELECT inside of it is correlated by hand")

    def read(self) -> None:
        """Add the uses of this SELECT and of those within it."""
        for element in self.select.get_final_froms():
            self._from(element, optional=False)
        if self.select.whereclause is not None:
            for part in conjuncts(self.select.whereclause):
                self._condition(part, None)
        grouped = self._columns()
        for part in self.groups:
            for grouping, name in self._tables(part):
                grouping.decide(name)
        for part in self.order:
            self._ordered(part, grouped=grouped)
        if self.select._offset_clause is not None:  # noqa: SLF001
            self.deciding.update(self.elements)  # How many rows are skipped hangs on what is joined to them.
        Joins(self.elements, self.positions, grouped=grouped).tell(self.joins, self.asked, self.deciding)
        for place, used in self.elements.items():
            if used is not None and used.table.name not in _JOURNAL:
                self.uses.extend(used.uses(self.positions.get((place, used.key or ""))))
        self._within()

    def _from(self, element: FromClause, *, optional: bool) -> None:
        if isinstance(element, JoinClause):
            nested = element.isouter and isinstance(element.right, JoinClause)
            if element.full or nested or (optional and not element.isouter):
                raise Unclear("it joins in a way that is not known")
            self._from(element.left, optional=optional)
            self._from(element.right, optional=optional or element.isouter)
            for part in conjuncts(element.onclause) if element.onclause is not None else ():
                self._condition(part, element.right if element.isouter else None)
        elif isinstance(element, Table):
            self._table(element, element, optional=optional)
        elif isinstance(element, Alias) and isinstance(element.element, Table):
            self._table(element, element.element, optional=optional)
        elif isinstance(element, Subquery):
            self.elements[element] = None
            self.nested.append((element, element.element))
        else:
            raise Unclear(f"it reads from {type(element).__name__}")

    def _table(self, element: FromClause, table: Table, *, optional: bool) -> None:
        if table.metadata is not Model.metadata:
            raise Unclear(f"the table {table.name} is none of the models'")
        if table.info.get("private") and table.name not in _JOURNAL:
            raise Unclear(f"of the table {table.name} no changes are kept")
        self.elements[element] = Element(table, optional)

    def _places(self, expression: ClauseElement) -> set[Place]:
        """The columns of this level that an expression looks at. SELECTs inside of it are noted."""
        found, within = columns(expression)
        self.nested.extend((None, select.element) for select in within)
        return {self._place(column) for column in found}

    def _place(self, column: ColumnClause[Any]) -> Place:
        # Columns of mapped classes are of copies of the table, which are equal to it.
        found = next((element for element in self.elements if element == column.table), None)
        if found is None:
            raise Unclear(f"the column {column.name} is of no table in its FROM")
        return found, column.name

    def _decides(self, expression: ClauseElement) -> set[Place]:
        """The columns that an expression looks at on which it hangs which rows come back."""
        before = len(self.nested)
        places = self._places(expression)
        # SELECTs inside of it may look at any of the tables.
        self.deciding.update(self.elements if len(self.nested) > before else (place for place, _ in places))
        return places

    def _tables(self, expression: ClauseElement) -> list[tuple[Element, str]]:
        places = self._places(expression)
        return [(element, name) for place, name in places if (element := self.elements[place]) is not None]

    def _columns(self) -> bool:
        """Note the columns that are selected; whether the rows of the result are not those of the tables."""
        selected = list(self.select.selected_columns)
        grouped = bool(self.groups) or self.distinct or any(map(computes, selected))
        if len(selected) != len(self.returned):
            raise Unclear("its columns are not those of its result")
        for column, position in zip(selected, self.returned, strict=True):
            plain = column.element if isinstance(column, Label) else column
            for element, name in self._tables(column):
                (element.member if grouped else element.shown).add(name)
            if isinstance(plain, ColumnClause) and position is not None and not grouped:
                self.positions[self._place(plain)] = position
        return grouped

    def _ordered(self, expression: ClauseElement, *, grouped: bool) -> None:
        decides = self.cut or grouped
        for place, name in self._decides(expression) if decides else self._places(expression):
            element = self.elements[place]
            if element is None:
                continue
            if decides:
                element.member.add(name)
                element.decisive = True
            else:
                element.shown.add(name)

    def _condition(self, part: ClauseElement, right: FromClause | None) -> None:
        """A condition of WHERE or of an inner join, or of a LEFT JOIN with `right`."""
        if equal := _equal(part):
            one, other = map(self._place, equal)
            if one[0] is not other[0]:
                self.joins.append(Join(right, one, other))
                return
        places = self._decides(part) if right is None else self._places(part)
        several = len({place for place, _ in places}) > 1
        for place, name in places:
            element = self.elements[place]
            if element is None:
                continue
            if right is not None and place is not right:
                element.shown.add(name)  # It decides what is joined to a row that comes back anyway, or see `Joins`.
                self.asked.append((right, (place, name)))
            elif several or (element.optional and right is None):
                element.decide(name)
            elif (comparison := self.comparing.of(part)) is not None:
                element.narrow(name, *comparison)
            else:
                element.member.add(name)
                element.filtered = True

    def _within(self) -> None:
        """Read the SELECTs inside of this one."""
        handed_through = (
            len(self.elements) == 1 and self.select.whereclause is None and not self.cut and not self.groups
        )
        for place, inner in self.nested:
            parts = selects(inner)
            names = list(place.c.keys()) if isinstance(place, Subquery) else [""] * len(parts[0].selected_columns)
            # Of what is cut off, or taken away by another SELECT, nothing comes back by which it could be told.
            told = handed_through and keeps_all(inner)
            returned = [self.positions.get((place, name)) if told and place is not None else None for name in names]
            for select in parts:
                _Level(select, returned, self.comparing, self.uses).read()


def _equal(part: ClauseElement) -> tuple[ColumnClause[Any], ColumnClause[Any]] | None:
    """The columns that must be equal, where a condition is that."""
    if not isinstance(part, BinaryExpression) or part.operator is not operators.eq:
        return None
    one, other = part.left, part.right
    return (one, other) if isinstance(one, ColumnClause) and isinstance(other, ColumnClause) else None
