"""What every command begins with: which folder is meant, its settings, its database; and how programs are answered."""

import json
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

if TYPE_CHECKING:
    from westmarch.configuration import Loaded
    from westmarch.db.database import Database
    from westmarch.ops.schema import Status
    from westmarch.settings import Settings

T = TypeVar("T")

AsJSON = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]


def folder(context: typer.Context) -> Path:
    """The folder that the command is about."""
    from westmarch.configuration import site_folder

    given: Path | None = context.find_root().obj
    return site_folder(given)


def loaded(context: typer.Context, *, search: bool = False, **flags: Any) -> "Loaded":
    """The settings of the site, or of its search service, with where they come from.

    Flags that are None were not given. Raises Invalid.
    """
    from westmarch.configuration import load

    return load(folder(context), search=search, **flags)


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run what a command awaits. (asyncio is imported here, because `--help` does without it.)"""
    import asyncio

    return asyncio.run(coroutine)


def cancel_at_sigterm() -> None:
    """Let SIGTERM cancel the task that runs, as Ctrl-C does: what is under way is ended in order."""
    import asyncio
    import signal

    task = asyncio.current_task()
    assert task is not None
    with suppress(NotImplementedError):  # Windows has no such signal.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


@asynccontextmanager
async def opened(settings: "Settings") -> AsyncIterator["Database"]:
    """The database of the site, open for commands. Raises Unavailable where its schema is not one that we run on."""
    import westmarch.migrations.metadata  # noqa: F401 - a session must know all tables that its own refer to
    from westmarch.db.database import open_database

    await require_schema(settings)
    async with open_database(settings.database_url) as database:
        yield database


async def require_schema(settings: "Settings") -> "Status":
    """Where the database stands. Raises Unavailable, naming what mends it, where this version cannot run on it."""
    from westmarch.errors import Unavailable
    from westmarch.ops import schema

    status = await schema.status(settings.database_url)
    if status.problem:
        raise Unavailable(status.problem)
    return status


def print_json(value: Any) -> None:
    """Write a value as JSON on standard output."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))
