"""What other programs do to the database of a site: SQL of a process that stays, and a backup that is put back."""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

_SQLITE = """
import json, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)
connection.execute("PRAGMA foreign_keys=ON")
for line in sys.stdin:
    try:
        for statement in json.loads(line):
            connection.execute(statement).fetchall()
        print("", flush=True)
    except sqlite3.Error as error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        print(error, flush=True)
"""


class Elsewhere(ABC):
    """Another program with a connection of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    async def run(self, statements: Sequence[str]) -> str:
        """Run statements in one transaction; what the database refused, empty where it took all."""
        return await asyncio.to_thread(self._run, statements)

    @abstractmethod
    def _run(self, statements: Sequence[str]) -> str: ...

    def _say(self, text: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(text)
        self._process.stdin.flush()

    def _hear(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the other program has ended"
        return line.strip()


class Python(Elsewhere):
    """The sqlite3 module of a bare Python, which knows nothing of ours."""

    def _run(self, statements: Sequence[str]) -> str:
        self._say(json.dumps(["BEGIN IMMEDIATE", *statements, "COMMIT"]) + "\n")
        return self._hear()


class Psql(Elsewhere):
    """PostgreSQL's own shell."""

    def _run(self, statements: Sequence[str]) -> str:
        self._say(";\n".join(["BEGIN", *statements, "COMMIT"]) + ";\n\\echo :LAST_ERROR_MESSAGE\n")
        said = self._hear()
        self._say("ROLLBACK;\n\\unset LAST_ERROR_MESSAGE\n" if said != ":LAST_ERROR_MESSAGE" else "")
        return "" if said == ":LAST_ERROR_MESSAGE" else said


@contextmanager
def elsewhere(url: str, programs: Path | None) -> Iterator[Elsewhere]:
    """Another program at the database, until the block ends. `programs` are those of PostgreSQL."""
    if programs is None:
        command = [sys.executable, "-c", _SQLITE, url.removeprefix("sqlite:///")]
    else:
        command = [str(programs / "psql"), "-qXAt", "-d", url]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ
    )
    with process:
        yield Python(process) if programs is None else Psql(process)
        assert process.stdin is not None
        process.stdin.close()


class Backup(ABC):
    """The database as it was at one moment, which can be put back while it is in use."""

    @abstractmethod
    async def put_back(self, *, another_epoch: bool = True) -> None:
        """Make the database what it was; with another epoch, what follows is said to be another history."""


class SQLiteBackup(Backup):
    """A copy by SQLite's own means, written over the live file page by page in one transaction."""

    def __init__(self, url: str, copy: Path) -> None:
        self._file, self._copy = url.removeprefix("sqlite:///"), copy
        self._over(self._file, str(copy))

    @staticmethod
    def _over(source: str, target: str) -> None:
        one, other = sqlite3.connect(source, timeout=20), sqlite3.connect(target, timeout=20)
        try:
            one.backup(other)
        finally:
            one.close()
            other.close()

    def _back(self, *, another_epoch: bool) -> None:
        copy = sqlite3.connect(self._copy)
        with copy:
            if another_epoch:
                copy.execute("UPDATE epoch SET name = ?", (uuid4().hex,))
        copy.close()
        self._over(str(self._copy), self._file)

    async def put_back(self, *, another_epoch: bool = True) -> None:
        await asyncio.to_thread(self._back, another_epoch=another_epoch)


class PostgreSQLBackup(Backup):
    """What pg_dump tells, put in place of all rows in one transaction."""

    def __init__(self, url: str, programs: Path) -> None:
        self._url, self._psql = url, programs / "psql"
        self._rows = self._told([str(programs / "pg_dump"), "--data-only", "--exclude-table=alembic_version", url], "")
        names = "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables WHERE schemaname = 'public'"
        self._tables = self._told([str(self._psql), "-qXAt", "-d", url], f"{names} AND tablename <> 'alembic_version'")

    @staticmethod
    def _told(command: Sequence[str], said: str) -> str:
        for _ in range(10):
            done = subprocess.run(command, input=said, capture_output=True, text=True, check=False, timeout=60)
            # Readers take the tables in another order: then nothing was done, and whoever restores does it again.
            if "deadlock detected" not in done.stderr:
                break
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    async def put_back(self, *, another_epoch: bool = True) -> None:
        statements = (
            "SET session_replication_role = replica;",  # As restores do, so that no trigger minds.
            f"TRUNCATE {self._tables};",
            self._rows,
            f"UPDATE public.epoch SET name = '{uuid4().hex}';" if another_epoch else "",
        )
        command = [str(self._psql), "-qX1", "-v", "ON_ERROR_STOP=1", "-d", self._url]
        await asyncio.to_thread(self._told, command, "\n".join(statements) + "\n")


def backup(url: str, programs: Path | None, folder: Path) -> Backup:
    """The database as it is now."""
    return SQLiteBackup(url, folder / "backup.db") if programs is None else PostgreSQLBackup(url, programs)


@asynccontextmanager
async def at_once(*tasks: Any) -> AsyncIterator[None]:
    """Let coroutines run while the block does, and wait for them."""
    running = [asyncio.create_task(task) for task in tasks]
    try:
        yield
    finally:
        await asyncio.gather(*running)
