"""Recording what a page reads, at the engine: whoever asks, through whatever part of SQLAlchemy.

A recording belongs to a context (`contextvars`), which `Database.read` hands to the thread or greenlet that runs the
statements. What is read outside of a recording costs one look at a context variable.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy
from sqlalchemy.engine.interfaces import DBAPICursor, ExecutionContext
from sqlalchemy.sql.compiler import SQLCompiler

from westmarch.pagecache.dependencies import MOST_VALUES, Read, whole
from westmarch.pagecache.expressions import Unclear
from westmarch.pagecache.statements import Shape, shape

#: The execution option by which text SQL declares the tables that it reads.
DECLARED = "reads"


class Recording:
    """The reads of a page; `unclear` says of the first statement that was not understood why not."""

    def __init__(self) -> None:
        self.reads: set[Read] = set()
        self.unclear = ""

    def whole(self, table: str) -> None:
        """Note that all of a table was read, also where it was at another time."""
        self.reads.add(whole(table))


_current: ContextVar[Recording | None] = ContextVar("recording", default=None)
_shapes: WeakKeyDictionary[SQLCompiler, Shape | str] = WeakKeyDictionary()


@contextmanager
def recorded() -> Iterator[Recording]:
    """Record what is read until the block ends."""
    token = _current.set(recording := Recording())
    try:
        yield recording
    finally:
        _current.reset(token)


def note(table: str) -> None:
    """Note in the recording that is going on, if any, that all of a table was read before and kept in memory."""
    if recording := _current.get():
        recording.whole(table)


def listen(engine: Engine) -> Callable[[], None]:
    """Let the statements of an engine be recorded, until what this returns is called."""
    event.listen(engine, "after_cursor_execute", _after)
    return lambda: event.remove(engine, "after_cursor_execute", _after)


def _after(
    _connection: Connection,
    cursor: DBAPICursor,
    statement: str,
    _parameters: Any,
    context: ExecutionContext | None,
    _executemany: bool,
) -> None:
    recording = _current.get()
    if recording is None:
        return
    if context is None:
        recording.unclear = recording.unclear or f"nothing is known of {statement}"
        return
    declared = context.execution_options.get(DECLARED)
    if declared is not None:
        for table in declared:
            recording.whole(table)
        return
    found = _shape_of(context.compiled)
    if isinstance(found, str):
        recording.unclear = recording.unclear or f"{found}: {statement}"
        return
    _record(recording, found, cursor, context)


def _shape_of(compiled: Any) -> Shape | str:
    """The shape of a compiled statement, or why it has none."""
    if not isinstance(compiled, SQLCompiler):
        return "it is text that does not declare what it reads"
    found = _shapes.get(compiled)
    if found is None:
        try:
            found = shape(compiled)
        except Unclear as error:
            found = str(error)
        _shapes[compiled] = found
    return found


def _record(recording: Recording, found: Shape, cursor: DBAPICursor, context: Any) -> None:
    rows: Any = ()
    if found.needs_rows:
        # The rows are looked at before whoever asked gets them, from memory.
        rows = cursor.fetchall()
        context.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(cursor, initial_buffer=rows)
    # A list for IN stands in the parameters one by one. SQLAlchemy has no public name for which ones these are.
    given_to, lists = context.compiled_parameters[0], context._expanded_parameters  # noqa: SLF001
    parameters = {name: (value,) for name, value in given_to.items()}
    for name, parts in lists.items():
        parameters[name] = tuple(given_to[part] for part in parts)
    for use, sources in found.uses:
        values = []
        for (_, test), source in zip(use.conditions, sources, strict=True):
            given = source.of(parameters, rows)
            if not given and test.takes_values:
                break  # Nothing equals nothing: no row can be meant.
            values.append(given if len(given) <= MOST_VALUES else None)
        else:
            recording.reads.add(Read(use, tuple(values)))
