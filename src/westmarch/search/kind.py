"""What the search index is told of a kind of subjects."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from westmarch.changes.queries import Seen
from westmarch.db.sessions import Reading
from westmarch.textindex.documents import Document

#: The subjects that changes of one table concern.
Concerned = Callable[[Reading, Sequence[Seen]], Collection[int]]
#: So many values of a list stand in one statement.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of subjects: its documents, its subjects in order, their number, and whom changes of a table concern.

    `touched` has for each table what gives the subjects, from the changes of that table. `own` are those of these
    tables whose rows are a subject's own, by the first column of their key.
    """

    documents: Callable[[Reading, Collection[int]], list[Document]]
    ids: Callable[[Reading, int, int], Sequence[int]]
    count: Callable[[Reading], int]
    touched: Mapping[str, Concerned]
    own: frozenset[str] = frozenset()


def of_column(column: str) -> Concerned:
    """The subjects that a key column names, before or after the change."""

    def touched(_session: Reading, seen: Sequence[Seen]) -> Collection[int]:
        return {state[column] for change in seen for state in (change.old, change.new) if column in state}

    return touched


def changed(seen: Sequence[Seen], shown: frozenset[str]) -> set[int]:
    """The rows that came, went, or changed in one of the columns `shown`, by their one key."""
    return {
        change.row_key[0]
        for change in seen
        if change.operation != "update" or change.columns is None or change.columns & shown
    }


def referring(subject: Any, key: Any, shown: frozenset[str]) -> Concerned:
    """The column `subject` of the rows whose `key` names a row that changed in one of the columns `shown`.

    New rows are referred to by none yet, gone ones no more.
    """

    def touched(session: Reading, seen: Sequence[Seen]) -> Collection[int]:
        rows = sorted(changed([change for change in seen if change.operation == "update"], shown))
        found: set[int] = set()
        for start in range(0, len(rows), BATCH):
            found.update(session.scalars(select(subject).where(key.in_(rows[start : start + BATCH]))))
        return found

    return touched
