"""When the last backup was made. It is kept in the site's run folder: whoever makes backups, the admin can tell."""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

#: After this time a backup is old.
OLD = timedelta(days=30)
_NAME = "backed-up.json"


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made: when, its file, and how many bytes that has."""

    at: datetime
    file: str
    size: int


def note(run_folder: Path, made: Backup) -> None:
    """Keep in mind that a backup was made. Where that cannot be written, the backup is made all the same."""
    told = {"at": made.at.isoformat(), "file": made.file, "size": made.size}
    passing = run_folder / f".{_NAME}.part"
    with suppress(OSError):
        run_folder.mkdir(mode=0o700, exist_ok=True)
        passing.write_text(json.dumps(told), encoding="utf-8")
        passing.replace(run_folder / _NAME)


def last(run_folder: Path) -> Backup | None:
    """The last backup that was made of the site; None where none is known."""
    try:
        told = json.loads((run_folder / _NAME).read_bytes())
        at = datetime.fromisoformat(told["at"])
        return Backup(at, str(told["file"]), int(told["size"])) if at.tzinfo is not None else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def warning(run_folder: Path, now: datetime) -> str:
    """What is to be said of missing backups; empty where the last one is fresh."""
    made = last(run_folder)
    if made is None:
        return "No backup of this site is known."
    days = (now - made.at).days
    return f"The last backup was made {days} days ago." if now - made.at > OLD else ""
