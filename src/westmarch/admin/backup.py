"""`/admin/backup/`: make a backup of the whole site, take it away, delete it."""

import asyncio
import json
import re
import stat
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import HTTPConnection, Request
from starlette.responses import FileResponse

from westmarch.accounts.guard import Guarded, actor
from westmarch.accounts.rights import Right
from westmarch.admin import flash, jobs, live, shell
from westmarch.db.types import now
from westmarch.errors import Invalid, NotFound, Unavailable
from westmarch.events import actions as events
from westmarch.ops import backed_up
from westmarch.settings import Settings
from westmarch.web import forms
from westmarch.web.replies import Reply

HOME = "/admin/backup/"
#: Names that the command gives to backups in a folder.
_NAMED = re.compile(r"westmarch-(?P<at>[0-9]{8}T[0-9]{6})Z\.tar\.zst(?:\.age)?")
#: The shape of public keys, of age and of SSH, and the bounds of a passphrase.
_KEY = re.compile(r"age1[a-z0-9]{20,2000}|ssh-(?:ed25519|rsa) [A-Za-z0-9+/=]{40,4000}(?: [\w.@+-]{1,100})?")
SHORTEST, LONGEST = 12, 500
_BUSY = "A backup is being made."


@dataclass(frozen=True, slots=True)
class Kept:
    """A backup in the site's folder: its name, when it was made, its size in bytes and in words."""

    name: str
    at: datetime
    size: int

    @property
    def encrypted(self) -> bool:
        """Whether it can be opened only by whoever has the passphrase or a key."""
        return self.name.endswith(".age")

    @property
    def words(self) -> str:
        """Its size, as `12.3 MB`."""
        for unit, length in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
            if self.size >= length:
                return f"{self.size / length:.1f} {unit}"
        return f"{self.size} bytes"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for: whether it is to be proved, and who alone can open it (everybody, without either)."""

    verify: bool = True
    passphrase: str = field(default="", repr=False)
    again: str = field(default="", repr=False)
    recipient: str = ""

    def require(self) -> None:
        """Raises Invalid for what cannot be made."""
        if self.passphrase != self.passphrase.strip() or not self.passphrase.isprintable():
            raise Invalid("A passphrase is one line, and neither begins nor ends with a space.", place="passphrase")
        if self.passphrase and not SHORTEST <= len(self.passphrase) <= LONGEST:
            words = f"A passphrase has {SHORTEST} characters at least, and {LONGEST} at most."
            raise Invalid(words, hint="Several words are easily kept in mind.", place="passphrase")
        if self.passphrase != self.again:
            raise Invalid("This is not the same passphrase.", hint="Type both anew.", place="again")
        if self.recipient and _KEY.fullmatch(self.recipient) is None:
            hint = "It begins with age1, ssh-ed25519 or ssh-rsa; age-keygen makes one."
            raise Invalid("This is no public key.", hint=hint, place="recipient")
        if self.verify and self.recipient and not self.passphrase:
            hint = "Take the tick away, or give a passphrase too."
            raise Invalid("What only a key opens cannot be proved here.", hint=hint, place="verify")


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
    return await _index(request, Wanted(), None)


async def _index(request: Request, typed: Wanted, error: Invalid | None) -> Reply:
    settings: Settings = request.app.state.settings
    work = await asyncio.to_thread(jobs.look, work_of(settings))
    return shell.page(
        request,
        "backup/index.html",
        title="Backup",
        status=error.status if error else 200,
        error=error,
        typed=typed,
        encrypts=find_spec("pyrage") is not None,
        made=await asyncio.to_thread(_made, settings) if work is not None and not work.running else {},
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
    form = await forms.read(request)
    wanted = Wanted(form.checked("verify"), form.text("passphrase"), form.text("again"), form.line("recipient"))
    try:
        wanted.require()
    except Invalid as error:
        return await _index(request, wanted, error)
    await asyncio.to_thread(_start, settings, wanted)
    await request.app.state.db.write(_noted, "backup.made", actor=actor(request))
    return shell.redirect(request, HOME)


def _start(settings: Settings, wanted: Wanted) -> None:
    folder = folder_of(settings)
    try:
        settings.run_folder.mkdir(mode=0o700, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"{folder} cannot be made: {error.strerror}.", hint="Look at its permissions.") from error
    words = ["backup", "make", str(folder), "--json"]
    words += ["--verify"] if wanted.verify else []
    words += [f"--recipient={wanted.recipient}"] if wanted.recipient else []
    words += ["--passphrase-file=/dev/stdin"] if wanted.passphrase else []
    alone, secret = settings.run_folder / "backup.lock", wanted.passphrase
    jobs.start(work_of(settings), alone, settings.site, lambda: words, busy=_BUSY, secret=secret)


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
    answer = FileResponse(path, media_type="application/octet-stream", filename=path.name, headers=own)
    answer.chunk_size = 1 << 20  # Each piece is read in a thread: of a large file there would be many.
    return answer


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


def _made(settings: Settings) -> dict[str, Any]:
    """What the last one has told at its end; empty where it came to no end."""
    try:
        told = json.loads((work_of(settings) / "out").read_bytes())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


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
