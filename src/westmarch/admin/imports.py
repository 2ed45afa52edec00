"""Imports that somebody began in the admin, as folders: the file that was sent, its rehearsal, the import itself.

`run/imports/JOB/` holds `job.json`, `upload/`, and a folder for each work (see jobs.py): `rehearsal`, `import`, `undo`.
"""

import json
import re
import secrets
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

from westmarch.admin import jobs
from westmarch.admin.jobs import Work
from westmarch.db.types import now
from westmarch.errors import Conflict, NotFound
from westmarch.settings import Settings
from westmarch.transfer.offered import TEXTS, Command
from westmarch.transfer.report import FATES, end_of, rows_of

Step = Literal["rehearsal", "import", "undo"]
#: The steps, the last one first: the page shows the last that was begun.
STEPS: tuple[Step, ...] = ("undo", "import", "rehearsal")

#: So many imports are kept with the files that were sent; older ones go when a new one comes.
KEPT = 10
#: What is being sent is a folder of this beginning, and is given up after so many seconds.
_INCOMING, _PATIENCE = ".incoming-", 24 * 60 * 60
#: Rows told of a report on the page.
_TOLD = 50
_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{6}")
#: So many bytes of a file's name are kept, before its end: systems take 255.
_NAME = 160
_UNFIT = re.compile(r"[^\w.-]+")
_BUSY = "Another import is under way."
#: Commands that take the address of the old site, and hosts that pictures may be fetched from.
WITH_URL = frozenset({"blogger", "medium", "substack", "tumblr", "feed", "csv"})
WITH_FETCH = frozenset({"wordpress", "ghost", "blogger", "medium", "substack", "feed"})


@dataclass(frozen=True, slots=True)
class Job:
    """An import: what was sent and by whom, and how it is to be read. `run` is the import that an undo takes back."""

    id: str
    name: str
    by: str
    at: str
    command: Command | None = None
    file: str = ""
    program: str = ""
    url: str = ""
    fetch: tuple[str, ...] = ()
    run: int | None = None

    @property
    def begun(self) -> datetime:
        """When it was sent."""
        return datetime.fromisoformat(self.at)


@dataclass(slots=True)
class Found:
    """What a report tells: how many files had which fate, problems, how many warnings, the number of the import."""

    counts: dict[str, int] = field(default_factory=dict)
    problems: list[dict[str, Any]] = field(default_factory=list)
    more_problems: int = 0
    warnings: int = 0
    missing: int = 0
    run: int | None = None

    @property
    def words(self) -> str:
        """As `12 imported, 1 failed`."""
        told = [f"{self.counts[fate]:,} {fate}" for fate in FATES if self.counts.get(fate)]
        return ", ".join(told) or "nothing to import"


def folder_of(settings: Settings) -> Path:
    """Where all of them lie."""
    return settings.run_folder / "imports"


def incoming(settings: Settings) -> Path:
    """A new folder for a file that is being sent; what was given up before goes."""
    root = folder_of(settings)
    settings.run_folder.mkdir(mode=0o700, exist_ok=True)
    root.mkdir(mode=0o700, exist_ok=True)
    for old in root.glob(f"{_INCOMING}*"):
        if time.time() - old.stat().st_mtime > _PATIENCE:
            shutil.rmtree(old, ignore_errors=True)
    made = root / f"{_INCOMING}{secrets.token_hex(8)}"
    made.mkdir(mode=0o700)
    return made


def safe_name(filename: str) -> str:
    """What a file that was sent is called here: no path, nothing hidden, nothing that a shell or a system minds."""
    last = re.split(r"[/\\]", filename)[-1]
    stem, dot, suffix = last.rpartition(".")
    if not dot:
        stem, suffix = last, ""
    stem, suffix = _UNFIT.sub("-", stem).strip(".-") or "file", _UNFIT.sub("", suffix)
    stem = stem[-80:].encode()[-_NAME:].decode(errors="ignore")
    return f"{stem}.{suffix[:12].lower()}" if suffix else stem


def keep(settings: Settings, folder: Path | None, **about: Any) -> Job:
    """Make a job of a folder with `upload/` in it, or without one."""
    moment = now()
    job = Job(id=f"{moment:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}", at=moment.isoformat(timespec="seconds"), **about)
    place = folder_of(settings) / job.id
    if folder is None:
        place.mkdir(mode=0o700, parents=True)
    (folder or place).joinpath("job.json").write_text(json.dumps(asdict(job)), encoding="utf-8")
    if folder is not None:
        folder.rename(place)
    for old in every(settings)[KEPT:]:
        if not any(work.running for work in works(settings, old).values()):
            shutil.rmtree(folder_of(settings) / old.id, ignore_errors=True)
    return job


def one(settings: Settings, job_id: str) -> Job:
    """A job. Raises NotFound."""
    found = _read(folder_of(settings) / job_id) if _ID.fullmatch(job_id) else None
    if found is None:
        raise NotFound("There is no such import.", hint="Those that were begun here are kept for a while only.")
    return found


def every(settings: Settings) -> list[Job]:
    """All jobs, newest first."""
    root = folder_of(settings)
    names = sorted((path.name for path in root.iterdir()), reverse=True) if root.is_dir() else []
    found = (_read(root / name) for name in names if _ID.fullmatch(name))
    return [job for job in found if job is not None]


def _read(place: Path) -> Job | None:
    try:
        told = json.loads((place / "job.json").read_bytes())
        return Job(**told | {"fetch": tuple(told["fetch"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def step_folder(settings: Settings, job: Job, step: Step) -> Path:
    """Where a step of a job tells how far it is."""
    return folder_of(settings) / job.id / step


def works(settings: Settings, job: Job) -> dict[Step, Work]:
    """The steps of a job that were begun, the last one first."""
    looked = ((step, jobs.look(step_folder(settings, job, step))) for step in STEPS)
    return {step: work for step, work in looked if work is not None}


def start(settings: Settings, job: Job, step: Step) -> None:
    """Begin a step. Raises Conflict where another import is under way, or this one has already been done."""
    begun = works(settings, job)
    if any(work.running for work in begun.values()):
        raise Conflict("This import is under way.")
    if step == "rehearsal" and "import" in begun:
        raise Conflict("This import was done.", hint="Send the file again to import it once more.")
    root = folder_of(settings)
    words = partial(_arguments, settings, job, step)
    jobs.start(step_folder(settings, job, step), root / "lock", settings.site, words, busy=_BUSY)


def stop(settings: Settings, job: Job) -> bool:
    """Ask what runs of a job to end; whether anything did."""
    return any(jobs.stop(step_folder(settings, job, step)) for step in STEPS)


def forget(settings: Settings, job: Job) -> None:
    """Remove the files of a job. Raises Conflict while it runs."""
    if any(work.running for work in works(settings, job).values()):
        raise Conflict("This import is under way.", hint="Stop it first.")
    shutil.rmtree(folder_of(settings) / job.id, ignore_errors=True)


def report(settings: Settings, job: Job, step: Step) -> Found | None:
    """What a step that has ended tells of the files; None where it came to no report."""
    try:
        with (step_folder(settings, job, step) / "out").open("rb") as file:
            found = Found()
            for row in rows_of(file):
                found.warnings += len(row["warnings"])
                if row["fate"] in ("conflict", "failed"):
                    if len(found.problems) < _TOLD:
                        found.problems.append(row)
                    else:
                        found.more_problems += 1
            end = end_of(file)
    except (OSError, ValueError, KeyError):
        return None
    if "counts" not in end:
        return None
    found.counts, found.run = end["counts"], end.get("run")
    found.missing = sum(1 for each in end.get("media", ()) if each.get("fate") == "missing")
    return found


def undone(settings: Settings, job: Job) -> dict[str, Any] | None:
    """What an undo that has ended tells; None where it came to no report."""
    try:
        told = json.loads((step_folder(settings, job, "undo") / "out").read_bytes())
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) and "removed" in told else None


def page(settings: Settings, job: Job, step: Step) -> Path | None:
    """The report of a step as a page; None where there is none."""
    path = step_folder(settings, job, step) / "report.html"
    return path if path.is_file() and path.stat().st_size else None


def _arguments(settings: Settings, job: Job, step: Step) -> Sequence[str]:
    """The words of the command line that do a step."""
    if step == "undo":
        return ["import", "undo", str(job.run), "--yes", "--json"]
    assert job.command is not None
    source = folder_of(settings) / job.id / "upload" / job.file
    if job.command == "markdown" and source.suffix in TEXTS:
        source = _alone(settings, source)
    words = ["import", job.command, str(source), "--json"]
    if job.program and job.command == "markdown":
        words.append(f"--from={job.program}")
    if job.url and job.command in WITH_URL:
        words.append(f"--url={job.url}")
    if job.command in WITH_FETCH:
        words += [f"--fetch={host}" for host in job.fetch]
    words.append(f"--report={step_folder(settings, job, step) / 'report.html'}")
    return [*words, "--dry-run"] if step == "rehearsal" else words


def _alone(settings: Settings, text: Path) -> Path:
    """A folder with this text alone, the same for all: one that is sent again is known by its name."""
    folder = folder_of(settings) / "texts"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    shutil.copyfile(text, folder / text.name)
    return folder
