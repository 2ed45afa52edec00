"""Other programs at the same database: what they do must be seen, and their locks be waited for."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

#: Run SQL in another process and give back what it prints, a line a row.
Shell = Callable[[str], str]
#: While the block runs, another process has begun a transaction with these statements.
Holding = Callable[[str], AbstractContextManager[None]]

_SQLITE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=20)
connection.execute("PRAGMA foreign_keys=ON")
for line in sys.stdin.read().split(";\\n"):
    for row in connection.execute(line):
        print(*row, sep="|")
"""

_SQLITE_HOLDING = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.executescript(sys.argv[2])
print("ready", flush=True)
sys.stdin.read()
"""


def _psql(request: pytest.FixtureRequest, url: str) -> list[str]:
    server: Any = request.getfixturevalue("postgresql")
    return [str(server._server.bin_path / "psql"), "-qXAt", "-v", "ON_ERROR_STOP=1", "-d", url]


def _file(url: str) -> str:
    return url.removeprefix("sqlite:///")


@pytest.fixture
def shell(database_kind: str, database_url: str, request: pytest.FixtureRequest) -> Shell:
    """Another process that knows nothing of ours: bare sqlite3, or psql. A statement ends with `;` and a new line."""
    if database_kind == "sqlite":
        command = [sys.executable, "-c", _SQLITE, _file(database_url)]
    else:
        command = _psql(request, database_url)

    def run(sql: str) -> str:
        done = subprocess.run(command, input=sql, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


@pytest.fixture
def holding(database_kind: str, database_url: str, request: pytest.FixtureRequest) -> Holding:
    """Another process in the middle of a transaction."""

    @contextmanager
    def hold(sql: str) -> Iterator[None]:
        if database_kind == "sqlite":
            command, sent = [sys.executable, "-c", _SQLITE_HOLDING, _file(database_url), sql], ""
        else:
            command, sent = _psql(request, database_url), f"{sql};\n\\echo ready\n"
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(sent)
            process.stdin.flush()
            while process.stdout.readline().strip() != "ready":
                assert process.poll() is None
            try:
                yield
            finally:
                process.stdin.close()
                process.wait(10)

    return hold
