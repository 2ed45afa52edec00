"""What a SELECT reads, told from its structure: once for each compiled statement, never from its text.

A statement uses each of its tables in one of three ways, or in the first two together:

- *Membership*: which rows are found at all. Whatever WHERE, JOIN, GROUP BY and aggregates look at belongs to it, and
  ORDER BY where a LIMIT cuts. Equalities with given values narrow it, also through joins.
- *Rows*: what is shown of those that came back, by their primary keys.
- *Joined*: rows that a column of another table leads to, by the values of that column which came back. That holds for
  the right side of a LEFT JOIN, from which nothing else in the statement depends, and for what a foreign key refers to:
  there its target exists before it, so no new row can come in by the join.

A construct that is not known here raises Unclear; its page is then not stored. That is the safe side, and a test holds
that no public page asks for one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Alias, BindParameter, Column, CompoundSelect, FromClause, Select, Subquery, Table
from sqlalchemy.sql import operators
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import (
    BinaryExpression,
    BooleanClauseList,
    ClauseElement,
    ClauseList,
    ColumnClause,
    False_,
    Grouping,
    Label,
    Null,
    TextClause,
    True_,
    UnaryExpression,
)
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import Join, ScalarSelect, SelectStatementGrouping
from sqlalchemy.types import Boolean, Integer, String

from westmarch.changes.models import Change
from westmarch.db.model import Model
from westmarch.pagecache.dependencies import Comparison, Condition, Use

#: Expressions that are walked through; of any other the statement is unclear.
_KNOWN = frozenset(
    {
        "binary", "bindparam", "case", "cast", "clauselist", "column", "expression_clauselist", "false", "function",
        "grouping", "label", "label_reference", "null", "true", "tuple", "type_coerce", "unary",
    }
)  # fmt: skip
_BOUNDS = {
    operators.ge: Comparison.AT_LEAST,
    operators.le: Comparison.AT_MOST,
    operators.gt: Comparison.ABOVE,
    operators.lt: Comparison.BELOW,
}
#: The values of one run by the names of bound parameters; one for IN may have several.
Parameters = Mapping[str, Sequence[Any]]
#: A column of an element of FROM.
_Place = tuple[FromClause, str]


class Unclear(Exception):
    """What a statement reads cannot be told; the message says why."""


@dataclass(frozen=True, slots=True)
class Given:
    """Values that a statement compares with: as they are written in it, or by the names of its parameters."""

    values: tuple[Any, ...] = ()
    names: tuple[str, ...] = ()

    def of(self, parameters: Parameters, _rows: Sequence[Sequence[Any]]) -> tuple[Any, ...]:
        """The values in a run. NULL is left out: nothing equals it."""
        found = [*self.values, *(value for name in self.names for value in parameters[name])]
        return tuple(dict.fromkeys(value for value in found if value is not None))


@dataclass(frozen=True, slots=True)
class Returned:
    """The values that came back in a column of the result."""

    position: int

    def of(self, _parameters: Parameters, rows: Sequence[Sequence[Any]]) -> tuple[Any, ...]:
        """The values in a run, without NULL."""
        return tuple(dict.fromkeys(row[self.position] for row in rows if row[self.position] is not None))


Source = Given | Returned


@dataclass(frozen=True, slots=True)
class Shape:
    """What a statement reads: uses, each with the sources of its conditions' values, and whether rows are needed."""

    uses: tuple[tuple[Use, tuple[Source, ...]], ...]
    needs_rows: bool


@dataclass(slots=True)
class _Element:
    """A table in a FROM clause, and what is known of its use."""

    table: Table
    #: Whether it is on the right of a LEFT JOIN.
    optional: bool
    conditions: dict[str, list[tuple[Comparison, Source]]] = field(default_factory=dict)
    member: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)
    #: Whether anything but a join decides which rows are found, where that matters for joins.
    filtered: bool = False
    #: Whether WHERE or a cut depends on it, so that not all rows of the other side of its join come back.
    decisive: bool = False
    #: The keys by which rows are joined, where they are those that came back.
    led_to: tuple[str, Source] | None = None

    def fixed(self, column: str) -> Source | None:
        """The values that a column must have."""
        return next((source for test, source in self.conditions.get(column, ()) if test is Comparison.IN), None)

    def narrow(self, column: str, test: Comparison, source: Source) -> None:
        self.conditions.setdefault(column, []).append((test, source))
        self.filtered = True

    @property
    def key(self) -> str | None:
        """The primary key, where it is one column."""
        names = [column.name for column in self.table.primary_key]
        return names[0] if len(names) == 1 else None


def shape(compiled: SQLCompiler) -> Shape:
    """What a compiled statement reads. Raises Unclear."""
    statement = compiled.statement
    names = {id(parameter): name for parameter, name in compiled.bind_names.items()}

    def given(parameter: BindParameter[Any]) -> Given:
        name = names.get(id(parameter), parameter.key)
        if name not in compiled.binds:
            raise Unclear(f"the parameter {name} is not in the compiled statement")
        return Given(names=(name,))

    if not isinstance(statement, Select):
        raise Unclear(f"it is no SELECT but {type(statement).__name__}")
    uses: list[tuple[Use, tuple[Source, ...]]] = []
    _Level(statement, list(range(len(statement.selected_columns))), given, uses).read()
    return Shape(tuple(uses), any(isinstance(source, Returned) for _, sources in uses for source in sources))


class _Level:
    """One SELECT. `returned` are the positions of its columns in the whole result, None for what does not come back."""

    def __init__(
        self,
        select: Select[Any],
        returned: list[int | None] | list[int],
        given: Callable[[BindParameter[Any]], Given],
        uses: list[tuple[Use, tuple[Source, ...]]],
    ) -> None:
        self.select = select
        self.given = given
        self.uses = uses
        self.elements: dict[FromClause, _Element | None] = {}
        self.nested: list[tuple[FromClause, Any]] = []
        self.joins: list[tuple[FromClause | None, _Place, _Place]] = []
        self.positions: dict[_Place, int] = {}
        self.returned = returned
        # SQLAlchemy has no public names for these parts of a SELECT.
        self.cut = any(
            part is not None
            for part in (select._limit_clause, select._offset_clause, select._fetch_clause)  # noqa: SLF001
        )
        self.order: tuple[ClauseElement, ...] = tuple(select._order_by_clauses)  # noqa: SLF001
        self.groups: tuple[ClauseElement, ...] = (*select._group_by_clauses, *select._having_criteria)  # noqa: SLF001
        self.distinct: bool = select._distinct  # noqa: SLF001
        if any(isinstance(column, TextClause) for column in select._raw_columns):  # noqa: SLF001
            raise Unclear("it selects text")
        if select._correlate or select._correlate_except:  # noqa: SLF001
            raise Unclear("a SELECT inside of it is correlated by hand")

    def read(self) -> None:
        """Add the uses of this SELECT and of those within it."""
        for element in self.select.get_final_froms():
            self._from(element, optional=False)
        if self.select.whereclause is not None:
            for part in _conjuncts(self.select.whereclause):
                self._condition(part, None)
        grouped = self._columns()
        for part in self.groups:
            self._member(part)
        for part in self.order:
            self._ordered(part, grouped=grouped)
        self._join(grouped=grouped)
        for used in self.elements.values():
            if used is not None:
                self._use(used)
        self._within()

    # FROM

    def _from(self, element: FromClause, *, optional: bool) -> None:
        if isinstance(element, Join):
            nested = element.isouter and isinstance(element.right, Join)
            if element.full or nested or (optional and not element.isouter):
                raise Unclear("it joins in a way that is not known")
            self._from(element.left, optional=optional)
            self._from(element.right, optional=optional or element.isouter)
            for part in _conjuncts(element.onclause) if element.onclause is not None else ():
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
        if table.info.get("private") and table.name != Change.__tablename__:
            raise Unclear(f"of the table {table.name} no changes are kept")
        self.elements[element] = _Element(table, optional)

    # Expressions

    def _places(self, expression: ClauseElement) -> set[_Place]:
        """The columns of this level that an expression looks at. SELECTs inside of it are noted."""
        found: set[_Place] = set()
        waiting: list[Any] = [expression]
        while waiting:
            part = waiting.pop()
            if isinstance(part, ScalarSelect):
                self.nested.append((part, part.element))  # type: ignore[arg-type]  # no FROM, but what is looked up here
                continue
            if part.__visit_name__ not in _KNOWN and not isinstance(part, FunctionElement):
                raise Unclear(f"it holds {part.__visit_name__}")
            if isinstance(part, ColumnClause):
                if part.name != "*":
                    found.add(self._place(part))
            else:
                waiting.extend(part.get_children())
        return found

    def _place(self, column: ColumnClause[Any]) -> _Place:
        table = column.table
        if table is None or table not in self.elements:
            raise Unclear(f"the column {column.name} is of no table in its FROM")
        return table, column.name

    def _tables(self, places: Iterable[_Place]) -> list[tuple[_Element, str]]:
        return [(element, name) for place, name in places if (element := self.elements[place]) is not None]

    def _member(self, expression: ClauseElement) -> None:
        for element, name in self._tables(self._places(expression)):
            element.member.add(name)
            element.filtered = element.decisive = True

    def _columns(self) -> bool:
        """Note the columns that are selected; whether the rows of the result are not those of the tables."""
        columns = list(self.select.selected_columns)
        grouped = bool(self.groups) or self.distinct or any(map(_computes, columns))
        if len(columns) != len(self.returned):
            raise Unclear("its columns are not those of its result")
        for column, position in zip(columns, self.returned, strict=True):
            plain = column.element if isinstance(column, Label) else column
            for element, name in self._tables(self._places(column)):
                (element.member if grouped else element.shown).add(name)
            if isinstance(plain, ColumnClause) and position is not None and not grouped:
                self.positions[self._place(plain)] = position
        return grouped

    def _ordered(self, expression: ClauseElement, *, grouped: bool) -> None:
        for element, name in self._tables(self._places(expression)):
            if self.cut or grouped:
                element.member.add(name)
                element.decisive = True
            else:
                element.shown.add(name)

    def _condition(self, part: ClauseElement, right: FromClause | None) -> None:
        """A condition of WHERE or of an inner join, or of a LEFT JOIN with `right`."""
        if isinstance(part, BinaryExpression) and part.operator is operators.eq:
            one, other = part.left, part.right
            if isinstance(one, ColumnClause) and isinstance(other, ColumnClause) and one.table is not other.table:
                self.joins.append((right, self._place(one), self._place(other)))
                return
        places = self._places(part)
        tables = self._tables(places)
        for element, name in tables:
            if right is not None and element is not self.elements.get(right):
                element.shown.add(name)  # It only decides what is joined to a row that comes back anyway.
            elif len({place for place, _ in places}) > 1 or (element.optional and right is None):
                element.member.add(name)
                element.filtered = element.decisive = True
            elif (simple := self._simple(part)) is not None:
                element.narrow(name, *simple)
            else:
                element.member.add(name)
                element.filtered = True

    def _simple(self, part: ClauseElement) -> tuple[Comparison, Source] | None:
        """The comparison of a single column with given values that a condition is, or None where it is another one."""
        if isinstance(part, ColumnClause):
            return Comparison.IN, Given((True,))
        if not isinstance(part, BinaryExpression) or not isinstance(part.left, ColumnClause):
            return None
        operator, value = part.operator, part.right
        if operator is operators.eq:
            source = self._given(value)
            return (Comparison.IN, source) if source else None
        if operator is operators.in_op:
            source = self._given(value)
            return (Comparison.IN, source) if source else None
        if operator in (operators.is_, operators.is_not) and isinstance(value, Null):
            return (Comparison.NULL if operator is operators.is_ else Comparison.NOT_NULL), Given()
        if operator in _BOUNDS and isinstance(part.left.type, Integer) and isinstance(value, BindParameter):
            return _BOUNDS[operator], self.given(value)
        return None

    def _given(self, value: object) -> Given | None:
        """The values of the right side of an equality, or None where they are not given with the statement."""
        if isinstance(value, BindParameter):
            return self.given(value)
        if isinstance(value, True_ | False_):
            return Given((isinstance(value, True_),))
        if isinstance(value, Grouping):
            return self._given(value.element)
        if isinstance(value, ClauseList):
            parts = [self._given(part) for part in value.clauses]
            known = [part for part in parts if part is not None]
            if len(known) == len(parts):
                return Given(sum((p.values for p in known), ()), sum((p.names for p in known), ()))
        return None

    # Joins

    def _join(self, *, grouped: bool) -> None:
        """Tell by which keys tables are joined."""
        waiting = list(self.joins)
        done = False
        while not done:  # A value that is given for one side of an equality is given for the other.
            given = [join for join in waiting if self._given_through(*join)]
            waiting = [join for join in waiting if join not in given]
            done = not given
        for right, one, other in waiting:
            if right is None:
                self._present(one)
                self._present(other)
        # What decides of rows in one join must not be taken for led to in another, so the former come first.
        while decided := [join for join in waiting if self._rule(*join, grouped=grouped) is None]:
            for right, one, other in decided:
                for element, name in self._tables((one, other)):
                    if right is not None and element is not self.elements[right]:
                        element.shown.add(name)  # All of its rows come back, whatever is joined to them.
                        continue
                    element.member.add(name)
                    element.filtered = element.decisive = True
            waiting = [join for join in waiting if join not in decided]
        rules = [self._rule(*join, grouped=grouped) for join in waiting]
        for rule in rules:
            if rule is not None:
                self._lead(*rule)

    def _given_through(self, right: FromClause | None, one: _Place, other: _Place) -> bool:
        """Hand the values that one side is given to the other one; whether there were any."""
        for here, there in ((one, other), (other, one)):
            source, target = self.elements[here[0]], self.elements[there[0]]
            if source is None or (values := source.fixed(here[1])) is None:
                continue
            if right is not None and there[0] is not right:
                continue
            source.member.add(here[1])
            if target is not None and target.optional and right is None:
                target.member.add(there[1])
                target.decisive = True
            elif target is not None:
                target.narrow(there[1], Comparison.IN, values)
            return True
        return False

    def _present(self, place: _Place) -> None:
        """A column of an inner join cannot be NULL."""
        for element, name in self._tables((place,)):
            if element.table.c[name].nullable and not element.optional:
                element.narrow(name, Comparison.NOT_NULL, Given())

    def _rule(
        self, right: FromClause | None, one: _Place, other: _Place, *, grouped: bool
    ) -> tuple[_Place, _Place, int] | None:
        """From where to where the values of which column of the result lead, or None where rows depend on the join."""
        if right is not None:
            here, there = (one, other) if other[0] is right else (other, one)
            if there[0] is not right:
                return None
            if not grouped and here in self.positions and self._follows(there):
                return here, there, self.positions[here]
            return self._parent(right, here, there)
        return self._parent(right, one, other) or self._parent(right, other, one)

    def _follows(self, there: _Place) -> bool:
        """Whether nothing depends on the right side of a LEFT JOIN, so that all rows of its left side come back."""
        target = self.elements[there[0]]
        inner = any(right is None and there[0] in (one[0], other[0]) for right, one, other in self.joins)
        return target is None or not (target.decisive or inner)

    def _parent(self, right: FromClause | None, here: _Place, there: _Place) -> tuple[_Place, _Place, int] | None:
        """A join from a foreign key to the row that it refers to, of which no condition is asked."""
        child, parent = self.elements[here[0]], self.elements[there[0]]
        if child is None or parent is None or parent.key != there[1] or parent.filtered or parent.decisive:
            return None
        joins = [
            join for join in self.joins
            if join[0] is there[0] or (join[0] is None and there[0] in (join[1][0], join[2][0]))
        ]  # fmt: skip
        if len(joins) > 1 or (right is None and (parent.optional or child.optional)):
            return None
        if not child.table.c[here[1]].references(parent.table.c[there[1]]):
            return None
        position = self.positions.get(here, self.positions.get(there))
        return None if position is None else (here, there, position)

    def _lead(self, here: _Place, there: _Place, position: int) -> None:
        """Note that what came back in a column of the result are the keys of what is joined."""
        for element, name in self._tables((here,)):
            element.shown.add(name)
        for element, name in self._tables((there,)):
            if element.led_to is None:
                element.led_to = (name, Returned(position))
            element.shown.add(name)

    # What follows

    def _use(self, element: _Element) -> None:
        if element.table.name == Change.__tablename__:
            return  # Its newest position is what the cache goes by itself.
        conditions = [(name, test, source) for name, found in element.conditions.items() for test, source in found]
        if element.led_to is not None:
            column, source = element.led_to
            conditions.append((column, Comparison.IN, source))
            self._add(element, conditions, element.member | element.shown)
            return
        place = next(place for place, found in self.elements.items() if found is element)
        position = self.positions.get((place, element.key or ""))
        if position is None or element.fixed(element.key or "") is not None:
            self._add(element, conditions, element.member | element.shown)
            return
        self._add(element, conditions, element.member)
        self._add(element, [(element.key or "", Comparison.IN, Returned(position))], element.shown)

    def _add(self, element: _Element, wanted: Iterable[tuple[str, Comparison, Source]], columns: Iterable[str]) -> None:
        """Add a use. A condition on a column whose values are not in the log of changes is one of its columns."""
        table, told = element.table, set(columns)
        kept: list[tuple[str, Comparison, Source]] = []
        for name, test, source in wanted:
            if name in logged(table) and isinstance(table.c[name].type, Integer | String | Boolean):
                kept.append((name, test, source))
            else:
                told.add(name)
        use = Use(
            table.name,
            tuple(Condition(name, test) for name, test, _ in kept),
            frozenset(told),
            _best(table, [(name, test) for name, test, _ in kept]),
        )
        self.uses.append((use, tuple(source for _, _, source in kept)))

    def _within(self) -> None:
        """Read the SELECTs inside of this one."""
        handed_through = (
            len(self.elements) == 1 and self.select.whereclause is None and not self.cut and not self.groups
        )
        for place, inner in self.nested:
            selects = _selects(inner)
            names = list(place.c.keys()) if isinstance(place, Subquery) else [""] * len(selects[0].selected_columns)
            returned = [self.positions.get((place, name)) if handed_through else None for name in names]
            for select in selects:
                _Level(select, returned, self.given, self.uses).read()


def logged(table: Table) -> frozenset[str]:
    """The columns whose values the log of changes holds."""
    return frozenset((*(column.name for column in table.primary_key), *table.info.get("keys", ())))


def _best(table: Table, conditions: Sequence[tuple[str, Comparison]]) -> int | None:
    """The number of the condition by which pages are found: the one that fewest rows meet, as far as one can tell."""

    def many(number: int) -> tuple[bool, bool]:
        column: Column[Any] = table.c[conditions[number][0]]
        return not column.primary_key, not column.foreign_keys

    numbers = [number for number, (_, test) in enumerate(conditions) if test is Comparison.IN]
    return min(numbers, key=many, default=None)


def _conjuncts(expression: Any) -> Iterable[ClauseElement]:
    """The parts that must all hold."""
    if isinstance(expression, Grouping):
        yield from _conjuncts(expression.element)
    elif isinstance(expression, BooleanClauseList) and expression.operator is operators.and_:
        for part in expression.clauses:
            yield from _conjuncts(part)
    elif isinstance(expression, UnaryExpression) and expression.operator is operators.istrue:
        yield expression.element
    else:
        yield expression


def _computes(column: ClauseElement) -> bool:
    """Whether a selected column is computed by a function, which may be an aggregate."""
    waiting: list[Any] = [column]
    while waiting:
        part = waiting.pop()
        if isinstance(part, FunctionElement):
            return True
        if not isinstance(part, ScalarSelect | ColumnClause):
            waiting.extend(part.get_children())
    return False


def _selects(inner: Any) -> list[Select[Any]]:
    if isinstance(inner, SelectStatementGrouping):
        return _selects(inner.element)
    if isinstance(inner, CompoundSelect):
        return [select for part in inner.selects for select in _selects(part)]
    if isinstance(inner, Select):
        return [inner]
    raise Unclear(f"it reads from {type(inner).__name__}")
