"""Talking to the processes that serve a site: each listens on a private Unix socket in `run/control/`.

A question is one line of JSON, `{"verb": …, "arguments": {…}}`, and so is its answer, `{"worker": PID, "answer": …}`
or `{"worker": PID, "error": …, "hint": …}`. Who may ask is decided by the folder, which its owner alone may enter;
`run/` itself stays open, because the socket of the site may be there for a proxy.
"""

import asyncio
import json
import logging
import os
import secrets
import socket
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from westmarch.errors import NotFound, Refused, Unavailable, WestmarchError
from westmarch.settings import Settings

FOLDER, SUFFIX = "control", ".sock"
#: Longer paths of sockets are refused by one system or another: Linux takes 107 bytes, macOS 103.
LONGEST_PATH = 100
#: The names of folders that hold a socket whose path in the site would be too long.
SHORT_PREFIX = "westmarch-"
#: Longer questions are not read, in bytes.
LONGEST_QUESTION = 64 * 1024
#: How long a process may take to answer, in seconds.
PATIENCE = 5.0

logger = logging.getLogger(__name__)

#: Answers a question, whose arguments it is given by name, with what JSON can hold. A WestmarchError is told as such.
Verb = Callable[..., Awaitable[Any]]


# Answering


@asynccontextmanager
async def serving(settings: Settings, verbs: Mapping[str, Verb]) -> AsyncIterator[None]:
    """Answer questions to this process until the block ends. Where no socket can be made, the log says so."""
    try:
        listener, place = _listen(settings.run_folder / FOLDER)
    except OSError as error:
        logger.warning("Commands cannot ask this process: no socket can be made in %s: %s", settings.run_folder, error)
        yield
        return
    talks: set[asyncio.Task[Any]] = set()
    server = await asyncio.start_unix_server(
        partial(_talk, verbs, talks), sock=listener, backlog=socket.SOMAXCONN, limit=LONGEST_QUESTION
    )
    try:
        yield
    finally:
        _remove(place)
        server.close()
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


async def _talk(
    verbs: Mapping[str, Verb],
    talks: set[asyncio.Task[Any]],
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    task = asyncio.current_task()
    assert task is not None
    talks.add(task)
    try:
        async with asyncio.timeout(PATIENCE):
            if line := await reader.readline():
                told = {"worker": os.getpid()} | await _answered(verbs, line)
                writer.write(json.dumps(told).encode() + b"\n")
                await writer.drain()
    except (TimeoutError, OSError, ValueError) as error:  # ValueError: too long, or not JSON.
        logger.info("A question of a command was not answered: %s", error or "it took too long")
    finally:
        talks.discard(task)
        writer.close()


async def _answered(verbs: Mapping[str, Verb], line: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(line)
        if asked["verb"] not in verbs:
            raise NotFound(f"This version cannot be asked for {asked['verb']!r}.", hint="Start the server again.")
        return {"answer": await verbs[asked["verb"]](**asked["arguments"])}
    except WestmarchError as error:
        return {"error": error.message, "hint": error.hint}


def _listen(folder: Path) -> tuple[socket.socket, Path]:
    """A listening socket and its place in the folder. Sockets of processes that were killed are removed."""
    folder.parent.mkdir(exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    for other in _places(folder):
        if _is_dead(other):
            _remove(other)
    name = f"{os.getpid()}-{secrets.token_hex(4)}"
    place = folder / f"{name}{SUFFIX}"
    fits = len(os.fsencode(place)) <= LONGEST_PATH
    # Under another name until it listens: whoever found it before would take it for a dead one.
    path = folder / f".{name}" if fits else Path(_short_folder()) / "socket"
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen()
        if fits:
            path.rename(place)
        else:
            place.symlink_to(path)
    except OSError:
        listener.close()
        path.unlink(missing_ok=True)
        if not fits:
            path.parent.rmdir()
        raise
    return listener, place


def _short_folder() -> str:
    """A new folder of our own whose path leaves room for a socket."""
    usual = tempfile.gettempdir()
    room = len(os.fsencode(usual)) + len(SHORT_PREFIX) + 20 <= LONGEST_PATH
    return tempfile.mkdtemp(prefix=SHORT_PREFIX, dir=usual if room else "/tmp")  # noqa: S108 - a folder of its own name


def _is_dead(place: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(0)
        try:
            probe.connect(str(_path(place)))
        except (ConnectionRefusedError, FileNotFoundError):
            return True
        except OSError:
            return False
    return False


def _places(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.iterdir()) if path.suffix == SUFFIX)


def _path(place: Path) -> Path:
    """Where the socket is, of which `place` may be a link."""
    return place.readlink() if place.is_symlink() else place


def _remove(place: Path) -> None:
    path = _path(place)
    with suppress(OSError):  # Another process may do the same at this moment.
        place.unlink()
        if path != place and path.parent.name.startswith(SHORT_PREFIX):
            path.unlink()
            path.parent.rmdir()


# Asking


async def ask(settings: Settings, verb: str, **arguments: Any) -> list[tuple[int, Any]]:
    """What each process that serves the site answers, with its number; none where nothing serves it.

    A process that does not answer in time is left out, and the log says so. Raises Refused where this user may not
    ask, Unavailable with the words of a process that could not do it.
    """
    try:
        places = _listed(settings.run_folder / FOLDER)
    except PermissionError as error:
        raise Refused(
            f"This user may not ask the server of {settings.site}.",
            hint="Run the command as the user that the server runs as.",
        ) from error
    question = json.dumps({"verb": verb, "arguments": arguments}).encode() + b"\n"
    told = await asyncio.gather(*(_asked(place, question) for place in places))
    answers = []
    for one in filter(None, told):
        if "error" in one:
            raise Unavailable(one["error"], hint=one["hint"])
        answers.append((one["worker"], one["answer"]))
    return sorted(answers, key=lambda answer: answer[0])


def _listed(folder: Path) -> list[Path]:
    try:
        return list(_places(folder))
    except FileNotFoundError:
        return []


async def _asked(place: Path, question: bytes) -> dict[str, Any] | None:
    """The answer of the process at a place; None of one that is dead or does not answer."""
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_unix_connection(str(_path(place)))
            try:
                writer.write(question)
                await writer.drain()
                line = await reader.read()
            finally:
                writer.close()
    except ConnectionRefusedError:
        _remove(place)  # Its process was killed.
        return None
    except (TimeoutError, OSError) as error:
        logger.warning("The process at %s does not answer: %s", place, error or f"not within {PATIENCE:g} s")
        return None
    if not line.endswith(b"\n"):
        logger.warning("The process at %s gave no whole answer; its log may say why.", place)
        return None
    told: dict[str, Any] = json.loads(line)
    return told
