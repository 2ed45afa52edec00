"""Row triggers that write the change log, made from the models for each engine.

SQL has no parameters in DDL, so their text is put together here, from the names in the models alone and each of them
quoted by SQLAlchemy's preparer or as a literal; hence no rule against SQL from strings in this file.
"""

# ruff: noqa: S608

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Column, Connection, Dialect, MetaData, String, Table, insert, literal, text, update

from westmarch.changes.models import Change
from westmarch.db.types import UTCDateTime

#: All triggers and functions of ours begin so.
PREFIX = "westmarch_"
#: The advisory lock under which PostgreSQL's positions are given, so that their order is the order of visibility.
POSITION_LOCK = 0x57455354
#: The channel on which PostgreSQL wakes those who wait for changes.
CHANNEL = "westmarch_change"

OPERATIONS = ("insert", "update", "delete")


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger as it shall be: `create` are the statements that make it, `source` is what the database keeps of it."""

    name: str
    table: str
    create: tuple[str, ...]
    source: str


class _Names:
    """Quoting by the rules of the engine."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def name(self, name: str) -> str:
        return self._dialect.identifier_preparer.quote(name)

    def field(self, state: str, name: str) -> str:
        """A column of OLD or NEW, always quoted: PL/pgSQL has keywords that SQL has not, such as `by`."""
        return f"{state}.{self._dialect.identifier_preparer.quote_identifier(name)}"

    def text(self, value: str) -> str:
        return str(literal(value, String()).compile(dialect=self._dialect, compile_kwargs={"literal_binds": True}))


def tracked(metadata: MetaData) -> list[Table]:
    """The tables whose rows are logged, by name."""
    return [table for table in metadata.sorted_tables if not table.info.get("private")]


def of_tables(tables: Iterable[Table], dialect: Dialect) -> list[Trigger]:
    """The triggers that log the rows of these tables on an engine."""
    names = _Names(dialect)
    make = _sqlite if dialect.name == "sqlite" else _postgresql
    return [trigger for table in tables for trigger in make(names, table)]


def declared(metadata: MetaData, dialect: Dialect) -> list[Trigger]:
    """All triggers that the models call for on an engine."""
    names = _Names(dialect)
    triggers = of_tables(tracked(metadata), dialect)
    if dialect.name == "postgresql":
        triggers.append(_positions(names))
    return triggers


def install(connection: Connection, metadata: MetaData) -> None:
    """Drop whatever triggers of ours there are and make those that the models call for."""
    drop(connection)
    for trigger in declared(metadata, connection.dialect):
        for statement in trigger.create:
            connection.exec_driver_sql(statement)


def renew(connection: Connection, metadata: MetaData) -> None:
    """Make all triggers anew where they were not those of the models.

    What changed meanwhile was not logged: one change of operation `schema` tells followers to begin anew.
    """
    install(connection, metadata)
    changed = insert(Change).values(table_name="*", operation="schema").returning(Change.id)
    row = connection.execute(changed).scalar()
    if connection.dialect.name == "sqlite":
        connection.execute(update(Change).where(Change.id == row).values(position=row))


def drop(connection: Connection) -> None:
    """Drop all triggers of ours and their functions, as a migration needs it that changes their tables."""
    names = _Names(connection.dialect)
    for table, name in existing(connection):
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"DROP TRIGGER {names.name(name)}")
        else:
            connection.exec_driver_sql(f"DROP TRIGGER {names.name(name)} ON {names.name(table)}")
            connection.exec_driver_sql(f"DROP FUNCTION {names.name(name)}()")


def faults(connection: Connection, metadata: MetaData) -> list[str]:
    """What is wrong with the triggers, a sentence each: missing, old, disabled, or not of this version."""
    wanted = {(trigger.table, trigger.name): trigger.source for trigger in declared(metadata, connection.dialect)}
    found = existing(connection)
    told = [f"The trigger {name} on {table} is missing." for table, name in sorted(wanted.keys() - found.keys())]
    told += [f"The trigger {name} on {table} is not of this version." for table, name in sorted(found.keys() - wanted)]
    told += [
        f"The trigger {name} on {table} is old or disabled."
        for table, name in sorted(wanted.keys() & found.keys())
        if wanted[table, name] != found[table, name]
    ]
    return told


def existing(connection: Connection) -> dict[tuple[str, str], str]:
    """The triggers of ours that the database has: (table, name) to what it keeps of them."""
    if connection.dialect.name == "sqlite":
        statement = text("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'")
    else:
        statement = text(
            "SELECT c.relname, t.tgname, pg_get_triggerdef(t.oid, true) || '; ' || p.prosrc || "
            "CASE WHEN t.tgenabled IN ('O', 'A') THEN '' ELSE ' disabled' END "
            "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
        )
    return {(t, n): s for t, n, s in connection.execute(statement) if n.startswith(PREFIX)}


def _rows(operation: str) -> Iterator[str]:
    """Which of a row's states an operation has."""
    if operation != "insert":
        yield "OLD"
    if operation != "delete":
        yield "NEW"


def _keys(table: Table) -> list[Column[object]]:
    """The columns that are logged with their values: the declared ones, and the primary key, which may change too."""
    declared_keys = [table.c[name] for name in table.info.get("keys", ())]
    return [*(c for c in table.primary_key if c not in declared_keys), *declared_keys]


def _sqlite(names: _Names, table: Table) -> Iterator[Trigger]:
    columns = ", ".join(names.name(c) for c in ("table_name", "operation", "row_key", "columns", "old", "new"))
    for operation in OPERATIONS:
        name = f"{PREFIX}{table.name}_{operation}"
        states = list(_rows(operation))
        row_key = ", ".join(f"{states[-1]}.{names.name(c.name)}" for c in table.primary_key)
        when, changed = "", "NULL"
        if operation == "update":
            differ = [(c.name, f"OLD.{names.name(c.name)} IS NOT NEW.{names.name(c.name)}") for c in table.columns]
            when = " WHEN " + " OR ".join(test for _, test in differ)
            parts = " UNION ALL ".join(f"SELECT {names.text(c)} AS name WHERE {test}" for c, test in differ)
            changed = f"(SELECT json_group_array(name) FROM ({parts}))"
        values = {state: _sqlite_object(names, state, table) for state in states}
        source = (
            f"CREATE TRIGGER {names.name(name)} AFTER {operation.upper()} ON {names.name(table.name)} "
            f"FOR EACH ROW{when} BEGIN "
            f"INSERT INTO {names.name(Change.__tablename__)} ({columns}) VALUES ({names.text(table.name)}, "
            f"{names.text(operation)}, json_array({row_key}), {changed}, "
            f"{values.get('OLD', 'NULL')}, {values.get('NEW', 'NULL')}); "
            f"UPDATE {names.name(Change.__tablename__)} SET position = id WHERE id = last_insert_rowid(); END"
        )
        yield Trigger(name, table.name, (source,), source)


def _sqlite_object(names: _Names, state: str, table: Table) -> str:
    pairs = ", ".join(f"{names.text(c.name)}, {state}.{names.name(c.name)}" for c in _keys(table))
    return f"json_object({pairs})"


def _postgresql(names: _Names, table: Table) -> Iterator[Trigger]:
    columns = ", ".join(names.name(c) for c in ("table_name", "operation", "row_key", "columns", "old", "new"))
    for operation in (*OPERATIONS, "truncate"):
        name = f"{PREFIX}{table.name}_{operation}"
        states = [] if operation == "truncate" else list(_rows(operation))
        row_key = changed = "NULL"
        body = "DECLARE changed text[] := '{}'; BEGIN "
        if states:
            row_key = "jsonb_build_array(" + ", ".join(names.field(states[-1], c.name) for c in table.primary_key)
            row_key += ")::text"
        if operation == "update":
            for column in table.columns:
                body += (
                    f"IF {names.field('OLD', column.name)} IS DISTINCT FROM {names.field('NEW', column.name)} "
                    f"THEN changed := changed || {names.text(column.name)}::text; END IF; "
                )
            body += "IF changed = '{}' THEN RETURN NULL; END IF; "
            changed = "to_jsonb(changed)::text"
        values = {state: _postgresql_object(names, state, table) for state in states}
        body += (
            f"INSERT INTO {names.name(Change.__tablename__)} ({columns}) VALUES ({names.text(table.name)}, "
            f"{names.text(operation)}, {row_key}, {changed}, "
            f"{values.get('OLD', 'NULL')}, {values.get('NEW', 'NULL')}); RETURN NULL; END"
        )
        level = "STATEMENT" if operation == "truncate" else "ROW"
        trigger = (
            f"CREATE TRIGGER {names.name(name)} AFTER {operation.upper()} ON {names.name(table.name)} "
            f"FOR EACH {level} EXECUTE FUNCTION {names.name(name)}()"
        )
        yield _with_function(names, name, table.name, trigger, body)


def _postgresql_object(names: _Names, state: str, table: Table) -> str:
    pairs = ", ".join(f"{names.text(c.name)}, {_postgresql_value(names, state, c)}" for c in _keys(table))
    return f"jsonb_build_object({pairs})::text"


def _postgresql_value(names: _Names, state: str, column: Column[object]) -> str:
    """The column in UTC where it is a moment: else the zone of whoever writes would stand in the log."""
    value = names.field(state, column.name)
    return f"{value} AT TIME ZONE 'UTC'" if isinstance(column.type, UTCDateTime) else value


def _positions(names: _Names) -> Trigger:
    """The deferred trigger that gives positions at the end of a transaction.

    It holds an advisory lock from then until the transaction is visible to others, so that who reads up to a position
    has seen all before it: a serial id is given at insertion, and transactions commit in another order.
    """
    name, change = f"{PREFIX}position", names.name(Change.__tablename__)
    body = (
        f"BEGIN PERFORM pg_advisory_xact_lock({POSITION_LOCK}); "
        f"UPDATE {change} SET position = nextval('change_position') WHERE id = NEW.id; "
        f"PERFORM pg_notify({names.text(CHANNEL)}, ''); RETURN NULL; END"
    )
    trigger = (
        f"CREATE CONSTRAINT TRIGGER {names.name(name)} AFTER INSERT ON {change} "
        f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {names.name(name)}()"
    )
    return _with_function(names, name, Change.__tablename__, trigger, body)


def _with_function(names: _Names, name: str, table: str, trigger: str, body: str) -> Trigger:
    """A trigger of PostgreSQL, spelt as `pg_get_triggerdef` does, with the function that it runs."""
    function = (
        f"CREATE OR REPLACE FUNCTION {names.name(name)}() RETURNS trigger LANGUAGE plpgsql "
        f"AS $westmarch${body}$westmarch$"
    )
    return Trigger(name, table, (function, trigger), f"{trigger}; {body}")
