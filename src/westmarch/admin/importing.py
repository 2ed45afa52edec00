"""`/admin/import/`: send what was written elsewhere, rehearse, look at what would come of it, and only then do it."""

import asyncio
import shutil
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

from sqlalchemy.orm import Session
from starlette.requests import HTTPConnection, Request
from starlette.responses import FileResponse

from westmarch.accounts.guard import Guarded, actor, signed_in
from westmarch.accounts.rights import Right
from westmarch.admin import flash, imports, live, shell
from westmarch.admin.imports import Job, Step
from westmarch.errors import Conflict, Invalid, NotFound, WestmarchError
from westmarch.events import actions as events
from westmarch.settings import Settings
from westmarch.transfer import offered, runs
from westmarch.transfer.fetching import host_of
from westmarch.transfer.offered import COMMANDS
from westmarch.transfer.programs import Program
from westmarch.web import uploads
from westmarch.web.replies import Reply

HOME = "/admin/import/"
#: The largest file that is taken, in bytes.
LARGEST = 2 * 1024**3
_PROGRAMS = get_args(Program)
#: Imports that came before, on one page.
_RUNS = 100
#: The report holds its own style and texts of strangers: it may run nothing, and lies in no frame.
_POLICY = (
    "content-security-policy",
    "; ".join(
        (
            "default-src 'none'",
            "img-src data:",
            "font-src data:",
            "style-src 'unsafe-inline'",
            "frame-src 'self'",
            "frame-ancestors 'none'",
            "sandbox allow-same-origin",
        )
    ),
)
#: What can be chosen as what a file is.
KINDS = (
    ("", "Find out"),
    ("wordpress", "WordPress: XML, or a zip of it"),
    ("ghost", "Ghost: JSON, or a zip"),
    ("markdown", "Texts: Markdown or HTML, or a zip of a folder"),
    *((f"markdown:{name}", f"A zip of a folder of {name.capitalize()}") for name in _PROGRAMS if name != "plain"),
    ("json", "Westmarch: what export json wrote"),
    ("blogger", "Blogger: XML, or a Takeout"),
    ("medium", "Medium: zip"),
    ("substack", "Substack: zip"),
    ("tumblr", "Tumblr: zip"),
    ("feed", "RSS or Atom"),
    ("csv", "A table: CSV"),
)


async def index(request: Request) -> Reply:
    """What can be sent, what was, and all imports that there were."""
    return await _index(request, {}, None)


async def _index(request: Request, typed: dict[str, str], error: WestmarchError | None) -> Reply:
    state = request.app.state
    before = await state.db.read(runs.all_of_them)
    sent = await asyncio.to_thread(_listed, state.settings)
    return shell.page(
        request,
        "import/index.html",
        title="Import",
        status=error.status if error else 200,
        error=error,
        typed={"kind": "", "url": "", "fetch": ""} | typed,
        kinds=KINDS,
        sent=sent,
        before=before[:_RUNS],
        more=max(0, len(before) - _RUNS),
    )


def _listed(settings: Settings) -> list[tuple[Job, str]]:
    """What was sent, with a word of where it stands."""
    return [(job, _stands(settings, job)) for job in imports.every(settings)]


def _stands(settings: Settings, job: Job) -> str:
    begun = imports.works(settings, job)
    if not begun:
        return "sent"
    step, work = next(iter(begun.items()))
    if work.running:
        return "under way"
    if work.state == "interrupted":
        return "interrupted"
    if work.stopped:
        return "stopped"
    if work.status == 2:
        return "refused"
    return {"rehearsal": "rehearsed", "import": "imported", "undo": "taken back"}[step]


async def send(request: Request) -> Reply:
    """Take a file, and rehearse its import. What cannot be imported comes back with what was typed."""
    settings: Settings = request.app.state.settings
    typed: dict[str, str] = {}
    try:
        job = await _taken(request, settings, typed)
    except Invalid as error:
        return await _index(request, typed, error)
    try:
        await asyncio.to_thread(imports.start, settings, job, "rehearsal")
    except Conflict as error:
        return flash.redirect(request, _path(job), f"{error.message} {error.hint}", bad=True)
    await request.app.state.db.write(_noted, "import.rehearsed", job, actor=actor(request))
    return shell.redirect(request, _path(job))


async def _taken(request: Request, settings: Settings, typed: dict[str, str]) -> Job:
    folder = await asyncio.to_thread(imports.incoming, settings)
    try:
        upload = folder / "upload"
        upload.mkdir(mode=0o700)
        found = await uploads.receive(request, "file", upload / "sent", most=LARGEST)
        typed |= {name: found.fields.get(name, "").strip()[:2000] for name in ("kind", "url", "fetch")}
        if not found.filename or not found.size:
            raise Invalid("Choose a file." if not found.filename else "The file is empty.", place="file")
        name = imports.safe_name(found.filename)
        (upload / "sent").rename(upload / name)
        about = await asyncio.to_thread(_read, typed, upload / name)
        by = signed_in(request).name
        return await asyncio.to_thread(imports.keep, settings, folder, name=found.filename, by=by, file=name, **about)
    except BaseException:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        raise


def _read(typed: dict[str, str], file: Path) -> dict[str, Any]:
    """What was typed beside the file. Raises Invalid."""
    command, _, program = typed["kind"].partition(":")
    if command and (command not in COMMANDS or (program and program not in _PROGRAMS)):
        raise Invalid("Choose what it is in the list.", place="kind")
    url = typed["url"]
    if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
        raise Invalid("A whole address is needed, as https://old.example.", place="url")
    hosts = tuple(typed["fetch"].replace(",", " ").split())
    if len(hosts) > 20:
        raise Invalid("20 hosts are taken at most.", place="fetch")
    try:
        fetch = tuple(host_of(host) for host in hosts)
    except Invalid as error:
        raise Invalid(error.message, hint="Write names such as old.example.", place="fetch") from error
    found = command or offered.recognised(file)
    return {"command": found, "program": program, "url": url, "fetch": fetch}


async def job_page(request: Request) -> Reply:
    """Where an import stands: its rehearsal with what would come of it, the import itself, its undo."""
    settings: Settings = request.app.state.settings
    job = await _job(request)
    begun = await asyncio.to_thread(imports.works, settings, job)
    step = next(iter(begun), None)
    work = begun[step] if step else None
    running = work is not None and work.running
    found = undone = has_page = None
    if step and not running:
        if step == "undo":
            undone = await asyncio.to_thread(imports.undone, settings, job)
        else:
            found = await asyncio.to_thread(imports.report, settings, job, step)
            has_page = await asyncio.to_thread(imports.page, settings, job, step)
    return shell.page(
        request,
        "import/job.html",
        title=f"Import of {job.name}" if step != "undo" or job.run is None else f"Undo of import {job.run}",
        job=job,
        here=_path(job),
        step=step,
        work=work,
        found=found,
        undone=undone,
        has_page=has_page is not None,
        live=_path(job) + "live" if running else "",
    )


async def report(request: Request) -> FileResponse | Reply:
    """The whole report of the last step, as the command line writes it. Raises NotFound."""
    settings: Settings = request.app.state.settings
    job = await _job(request)
    begun = await asyncio.to_thread(imports.works, settings, job)
    pages = [found for step in begun if (found := imports.page(settings, job, step)) is not None]
    if not pages:
        raise NotFound("There is no report yet.")
    own = {"cache-control": "no-store", "vary": "Cookie", "x-content-type-options": "nosniff", _POLICY[0]: _POLICY[1]}
    return FileResponse(pages[0], media_type="text/html; charset=utf-8", headers=own)


async def rehearse(request: Request) -> Reply:
    """Rehearse again, as after an interruption."""
    return await _begin(request, "rehearsal", "import.rehearsed")


async def do(request: Request) -> Reply:
    """Do the import that was rehearsed, or go on with one that was stopped. Raises Conflict without a rehearsal."""
    settings: Settings = request.app.state.settings
    job = await _job(request)
    begun = await asyncio.to_thread(imports.works, settings, job)
    rehearsed = begun.get("rehearsal")
    if rehearsed is None or rehearsed.state != "ended" or rehearsed.status not in (0, 1):
        raise Conflict("The rehearsal has not come to its end.", hint="Rehearse it first.")
    return await _begin(request, "import", "import.begun")


async def _begin(request: Request, step: Step, verb: str) -> Reply:
    settings: Settings = request.app.state.settings
    job = await _job(request)
    await asyncio.to_thread(imports.start, settings, job, step)
    await request.app.state.db.write(_noted, verb, job, actor=actor(request))
    return shell.redirect(request, _path(job))


async def stop(request: Request) -> Reply:
    """Stop what runs. What came in until then stays, and the import can go on later."""
    job = await _job(request)
    stopped = await asyncio.to_thread(imports.stop, request.app.state.settings, job)
    said = "It is being stopped." if stopped else "Nothing was running any more."
    return flash.redirect(request, _path(job), said)


async def forget(request: Request) -> Reply:
    """Remove what was sent, and its reports. What came in stays."""
    job = await _job(request)
    await asyncio.to_thread(imports.forget, request.app.state.settings, job)
    return flash.redirect(request, HOME, f"What was sent as “{job.name}” was removed.")


async def ask_undo(request: Request) -> Reply:
    """What taking an import back would remove, and what would stay. Raises NotFound."""
    from westmarch.transfer import undoing  # It stands on the renderer, which a server seldom needs.

    planned = await undoing.plan(request.app.state.db, _number(request))
    return shell.page(request, "import/undo.html", title=f"Take import {planned.run.id} back?", planned=planned)


async def undo(request: Request) -> Reply:
    """Take an import back, in a process of its own. Raises NotFound."""
    settings: Settings = request.app.state.settings
    run = await request.app.state.db.read(runs.one, _number(request))
    by = signed_in(request).name
    job = await asyncio.to_thread(imports.keep, settings, None, name=run.source, by=by, run=run.id)
    try:
        await asyncio.to_thread(imports.start, settings, job, "undo")
    except Conflict:
        await asyncio.to_thread(imports.forget, settings, job)
        raise
    await request.app.state.db.write(_noted, "import.taken-back", job, actor=actor(request))
    return shell.redirect(request, _path(job))


def _noted(session: Session, verb: str, job: Job, *, actor: str) -> None:
    detail: dict[str, Any] = {"name": job.name}
    if job.command:
        detail["kind"] = job.command
    if job.run is not None:
        detail["run"] = job.run
    events.record(session, verb, actor=actor, detail=detail)


def _number(request: Request) -> int:
    """The number of an import. Raises NotFound for one that no database holds."""
    number: int = request.path_params["run"]
    if number >= 2**31:
        raise NotFound("There was no such import.")
    return number


async def _job(request: Request) -> Job:
    return await asyncio.to_thread(imports.one, request.app.state.settings, request.path_params["job"])


def _path(job: Job) -> str:
    return f"{HOME}{job.id}/"


def _listened(connection: HTTPConnection) -> Path:
    """The folder of what runs of a job, or of what ran last. Raises NotFound."""
    settings: Settings = connection.app.state.settings
    job = imports.one(settings, connection.path_params["job"])
    steps: list[Step] = [*imports.works(settings, job), "rehearsal"]
    return imports.step_folder(settings, job, steps[0])


ROUTES = (
    Guarded(HOME, index, right=Right.IMPORT),
    Guarded(HOME, send, right=Right.IMPORT, methods=("POST",)),
    Guarded(HOME + "runs/{run:int}/undo/", ask_undo, right=Right.IMPORT),
    Guarded(HOME + "runs/{run:int}/undo/", undo, right=Right.IMPORT, methods=("POST",)),
    Guarded(HOME + "{job}/", job_page, right=Right.IMPORT),
    Guarded(HOME + "{job}/report/", report, right=Right.IMPORT),
    Guarded(HOME + "{job}/rehearse/", rehearse, right=Right.IMPORT, methods=("POST",)),
    Guarded(HOME + "{job}/do/", do, right=Right.IMPORT, methods=("POST",)),
    Guarded(HOME + "{job}/stop/", stop, right=Right.IMPORT, methods=("POST",)),
    Guarded(HOME + "{job}/delete/", forget, right=Right.IMPORT, methods=("POST",)),
)
SOCKETS = (live.told(HOME + "{job}/live", _listened, right=Right.IMPORT),)
