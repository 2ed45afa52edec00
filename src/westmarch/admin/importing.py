"""`/admin/import/`: send what was written elsewhere, rehearse, look at what would come of it, and only then do it."""

import asyncio
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import HTTPConnection, Request
from starlette.responses import FileResponse

from westmarch.accounts.guard import Guarded, actor, signed_in
from westmarch.accounts.rights import Right
from westmarch.admin import flash, import_upload, imports, live, shell
from westmarch.admin.imports import Job, Step
from westmarch.errors import Conflict, Invalid, NotFound, WestmarchError
from westmarch.events import actions as events
from westmarch.settings import Settings
from westmarch.transfer import runs
from westmarch.web.replies import Reply

HOME = "/admin/import/"
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
        kinds=import_upload.KINDS,
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
        job = await import_upload.taken(request, settings, typed)
    except Invalid as error:
        return await _index(request, typed, error)
    try:
        await asyncio.to_thread(imports.start, settings, job, "rehearsal")
    except Conflict as error:
        return flash.redirect(request, _path(job), f"{error.message} {error.hint}", bad=True)
    await request.app.state.db.write(_noted, "import.rehearsed", job, actor=actor(request))
    return shell.redirect(request, _path(job))


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
