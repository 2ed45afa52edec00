"""`/admin/backup/`: make a backup of the whole site, take it away, delete it."""

import asyncio
import re
import stat
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import HTTPConnection, Request
from starlette.responses import FileResponse

from westmarch.accounts.guard import Guarded, actor
from westmarch.accounts.rights import Right
from westmarch.admin import flash, jobs, live, shell
from westmarch.db.types import now
from westmarch.errors import NotFound, Unavailable
from westmarch.events import actions as events
from westmarch.ops import backed_up
from westmarch.settings import Settings
from westmarch.web.replies import Reply

HOME = "/admin/backup/"
#: Names that the command gives to backups in a folder.
_NAMED = re.compile(r"westmarch-(?P<at>[0-9]{8}T[0-9]{6})Z\.tar\.zst(?:\.age)?")
_BUSY = "A backup is being made."


@dataclass(frozen=True, slots=True)
class Kept:
    """A backup in the site's folder: its name, when it was made, its size in bytes and in words."""

    name: str
    at: datetime
    size: int

    @property
    def words(self) -> str:
        """Its size, as `12.3 MB`."""
        for unit, length in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
            if self.size >= length:
                return f"{self.size / length:.1f} {unit}"
        return f"{self.size} bytes"


def folder_of(settings: Settings) -> Path:
    """Where the admin keeps the backups that it makes."""
    return settings.site / "backups"


def work_of(settings: Settings) -> Path:
    """Where the last one that was begun tells how far it is."""
    return settings.run_folder / "backup"


def kept(settings: Settings) -> list[Kept]:
    """The backups in the site's folder, newest first."""
    folder = folder_of(settings)
    found = []
    for path in folder.iterdir() if folder.is_dir() else ():
        match = _NAMED.fullmatch(path.name)
        if match is None:
            continue
        try:
            at = datetime.strptime(match["at"], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
            facts = path.lstat()
        except (ValueError, FileNotFoundError):  # As of a 30 February; or somebody has just deleted it.
            continue
        if stat.S_ISREG(facts.st_mode):
            found.append(Kept(path.name, at, facts.st_size))
    return sorted(found, key=lambda one: one.name, reverse=True)


def one(settings: Settings, name: str) -> Path:
    """The file of a backup. Raises NotFound for whatever is none."""
    path = folder_of(settings) / name
    if _NAMED.fullmatch(name) is None or path.is_symlink() or not path.is_file():
        raise NotFound("There is no such backup.")
    return path


async def index(request: Request) -> Reply:
    """The backups that there are, and how far the one is that is being made."""
    settings: Settings = request.app.state.settings
    work = await asyncio.to_thread(jobs.look, work_of(settings))
    return shell.page(
        request,
        "backup/index.html",
        title="Backup",
        backups=await asyncio.to_thread(kept, settings),
        folder=folder_of(settings),
        last=await asyncio.to_thread(backed_up.last, settings.run_folder),
        warning=await asyncio.to_thread(backed_up.warning, settings.run_folder, now()),
        work=work,
        live=HOME + "live" if work is not None and work.running else "",
    )


async def make(request: Request) -> Reply:
    """Begin a backup, in a process of its own. Raises Conflict while one is being made."""
    settings: Settings = request.app.state.settings
    await asyncio.to_thread(_start, settings)
    await request.app.state.db.write(_noted, "backup.made", actor=actor(request))
    return shell.redirect(request, HOME)


def _start(settings: Settings) -> None:
    folder = folder_of(settings)
    try:
        settings.run_folder.mkdir(mode=0o700, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"{folder} cannot be made: {error.strerror}.", hint="Look at its permissions.") from error
    words = ("backup", "make", str(folder), "--json")
    jobs.start(work_of(settings), settings.run_folder / "backup.lock", settings.site, lambda: words, busy=_BUSY)


async def stop(request: Request) -> Reply:
    """Stop the one that is being made; nothing of it stays."""
    stopped = await asyncio.to_thread(jobs.stop, work_of(request.app.state.settings))
    return flash.redirect(request, HOME, "It is being stopped." if stopped else "No backup was being made any more.")


async def take(request: Request) -> FileResponse:
    """A backup, to be kept elsewhere. Raises NotFound."""
    path = await asyncio.to_thread(one, request.app.state.settings, request.path_params["name"])
    await request.app.state.db.write(_noted, "backup.taken", path.name, actor=actor(request))
    # Whoever has it has the secret of the site: it is stored nowhere on the way, and taken whole.
    request.scope["headers"] = [pair for pair in request.scope["headers"] if pair[0] not in (b"range", b"if-range")]
    own = {"cache-control": "no-store", "vary": "Cookie", "x-content-type-options": "nosniff"}
    return FileResponse(path, media_type="application/octet-stream", filename=path.name, headers=own)


async def ask_delete(request: Request) -> Reply:
    """Ask before a backup is deleted. Raises NotFound."""
    path = await asyncio.to_thread(one, request.app.state.settings, request.path_params["name"])
    href = request.app.state.surface.href
    return shell.page(
        request,
        "confirm.html",
        title="Delete the backup?",
        lines=[f"{path.name} is deleted for good."],
        action=href(f"{HOME}{path.name}/delete/"),
        button="Delete",
        back=href(HOME),
    )


async def delete(request: Request) -> Reply:
    """Delete a backup for good. Raises NotFound."""
    path = await asyncio.to_thread(one, request.app.state.settings, request.path_params["name"])
    await request.app.state.db.write(_noted, "backup.deleted", path.name, actor=actor(request))
    await asyncio.to_thread(_removed, path)
    return flash.redirect(request, HOME, f"{path.name} was deleted.")


def _removed(path: Path) -> None:
    try:
        path.unlink()
    except FileNotFoundError:
        pass
    except OSError as error:
        raise Unavailable(f"{path} cannot be deleted: {error.strerror}.", hint="Look at its permissions.") from error


def _noted(session: Session, verb: str, name: str = "", *, actor: str) -> None:
    detail: dict[str, Any] = {"name": name} if name else {}
    events.record(session, verb, actor=actor, detail=detail)


def _listened(connection: HTTPConnection) -> Path:
    return work_of(connection.app.state.settings)


ROUTES = (
    Guarded(HOME, index, right=Right.IMPORT),
    Guarded(HOME, make, right=Right.IMPORT, methods=("POST",)),
    Guarded(HOME + "stop/", stop, right=Right.IMPORT, methods=("POST",)),
    Guarded(HOME + "{name}", take, right=Right.IMPORT),
    Guarded(HOME + "{name}/delete/", ask_delete, right=Right.IMPORT),
    Guarded(HOME + "{name}/delete/", delete, right=Right.IMPORT, methods=("POST",)),
)
SOCKETS = (live.told(HOME + "live", _listened, right=Right.IMPORT),)
