"""The expressions of a SELECT: the columns that one looks at, and comparisons of a column with given values."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import BindParameter, CompoundSelect, Dialect, GenerativeSelect, Select
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import (
    BinaryExpression,
    BooleanClauseList,
    ClauseElement,
    ClauseList,
    ColumnClause,
    False_,
    Grouping,
    Null,
    True_,
    UnaryExpression,
)
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import ScalarSelect, SelectStatementGrouping
from sqlalchemy.types import Boolean, Integer

from westmarch.db.types import UTCDateTime
from westmarch.pagecache.dependencies import Comparison
from westmarch.pagecache.sources import Given

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


class Unclear(Exception):
    """What a statement reads cannot be told; the message says why."""


def columns(expression: ClauseElement) -> tuple[list[ColumnClause[Any]], list[ScalarSelect[Any]]]:
    """The columns that an expression looks at, and the SELECTs inside of it. Raises Unclear."""
    found: list[ColumnClause[Any]] = []
    within: list[ScalarSelect[Any]] = []
    waiting: list[Any] = [expression]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ScalarSelect):
            within.append(part)
        elif part.__visit_name__ not in _KNOWN and not isinstance(part, FunctionElement):
            raise Unclear(f"it holds {part.__visit_name__}")
        elif isinstance(part, ColumnClause):
            if part.name != "*":
                found.append(part)
        else:
            waiting.extend(part.get_children())
    return found, within


def conjuncts(expression: Any) -> Iterable[ClauseElement]:
    """The parts that must all hold."""
    if isinstance(expression, Grouping):
        yield from conjuncts(expression.element)
    elif isinstance(expression, BooleanClauseList) and expression.operator is operators.and_:
        for part in expression.clauses:
            yield from conjuncts(part)
    elif isinstance(expression, UnaryExpression) and expression.operator is operators.istrue:
        yield expression.element
    elif isinstance(expression, BinaryExpression) and expression.operator is operators.between_op:
        low, high = expression.right.get_children()
        yield expression.left >= low
        yield expression.left <= high
    else:
        yield expression


def computes(column: ClauseElement) -> bool:
    """Whether a selected column is computed by a function, which may be an aggregate."""
    waiting: list[Any] = [column]
    while waiting:
        part = waiting.pop()
        if isinstance(part, FunctionElement):
            return True
        if not isinstance(part, ScalarSelect | ColumnClause):
            waiting.extend(part.get_children())
    return False


def selects(inner: Any) -> list[Select[Any]]:
    """The SELECTs that a subquery consists of. Raises Unclear."""
    if isinstance(inner, SelectStatementGrouping):
        return selects(inner.element)
    if isinstance(inner, CompoundSelect):
        return [select for part in inner.selects for select in selects(part)]
    if isinstance(inner, Select):
        return [inner]
    raise Unclear(f"it reads from {type(inner).__name__}")


def keeps_all(inner: Any) -> bool:
    """Whether all rows of the SELECTs that a subquery consists of come back, or the like of them."""
    if isinstance(inner, SelectStatementGrouping):
        return keeps_all(inner.element)
    if not isinstance(inner, CompoundSelect):
        return True
    return inner.keyword.value in ("UNION", "UNION ALL") and not cuts(inner) and all(map(keeps_all, inner.selects))


def cuts(select: GenerativeSelect) -> bool:
    """Whether a LIMIT or an OFFSET cuts rows off. SQLAlchemy has no public names for them."""
    parts = (select._limit_clause, select._offset_clause, select._fetch_clause)  # noqa: SLF001
    return any(part is not None for part in parts)


def _writer(kind: UTCDateTime, dialect: Dialect) -> Callable[[Any], Any] | None:
    """What makes of a moment the text that SQLite holds and compares, or the moment that PostgreSQL's driver takes."""
    return kind.dialect_impl(dialect).bind_processor(dialect)


class Comparing:
    """What a condition compares a single column with; `name` tells the name of a parameter of the statement."""

    def __init__(self, name: Callable[[BindParameter[Any]], str], dialect: Dialect) -> None:
        self._name = name
        self._dialect = dialect

    def of(self, part: ClauseElement) -> tuple[Comparison, Given] | None:
        """The comparison of a column with given values that a condition is, or None where it is another one."""
        if isinstance(part, ColumnClause):
            return (Comparison.IN, Given((True,))) if isinstance(part.type, Boolean) else None
        if not isinstance(part, BinaryExpression) or not isinstance(part.left, ColumnClause):
            return None
        operator, value = part.operator, part.right
        if operator in (operators.eq, operators.in_op):
            given = self._given(value)
            return (Comparison.IN, given) if given else None
        if operator in (operators.is_, operators.is_not) and isinstance(value, Null):
            return (Comparison.NULL if operator is operators.is_ else Comparison.NOT_NULL), Given()
        if operator in _BOUNDS and isinstance(value, BindParameter):
            kind, names = part.left.type, (self._name(value),)
            if isinstance(kind, Integer):
                return _BOUNDS[operator], Given(names=names)
            if isinstance(kind, UTCDateTime):
                return _BOUNDS[operator], Given(names=names, written=_writer(kind, self._dialect))
        return None

    def _given(self, value: object) -> Given | None:
        """The values of the right side of an equality, or None where they are not given with the statement."""
        if isinstance(value, BindParameter):
            return Given(names=(self._name(value),))
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
