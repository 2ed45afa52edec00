"""What is looked at of settings, clock and followers: it costs little, so pages may ask it as well as commands.

Each check is a plain function that tells its findings; none changes anything.
"""

import stat
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from westmarch.changes import queries as changes
from westmarch.db.sessions import Reading
from westmarch.events.models import Event
from westmarch.followers.models import Follower
from westmarch.ops.findings import Finding
from westmarch.settings import Settings

#: How many faults of one kind are told singly.
TOLD = 5
#: How far the clocks of this machine and the database may differ.
DRIFT = timedelta(seconds=30)
#: A follower this far behind is told, in changes.
LAG = 10_000
MOMENT = "%Y-%m-%d %H:%M:%S UTC"


def told(check: str, faults: Sequence[str], sound: str, mend: str) -> Iterator[Finding]:
    """The first faults singly, the rest as a number; one sound finding where there are none."""
    if not faults:
        yield Finding(check, sound=True, message=sound)
    for fault in faults[:TOLD]:
        yield Finding(check, sound=False, message=fault, mend=mend)
    if len(faults) > TOLD:
        yield Finding(check, sound=False, message=f"And {len(faults) - TOLD} more.", mend=mend)


def settings_fit(settings: Settings) -> Iterator[Finding]:
    """Settings that are each valid and do not go together."""
    local = ("http://127.", "http://localhost", "http://[::1]")
    faults = []
    if (
        settings.environment == "production"
        and settings.url.startswith("http://")
        and not settings.url.startswith(local)
    ):
        faults.append(f"The public address {settings.url} is not encrypted: give one that begins with https://.")
    if settings.host in ("0.0.0.0", "::") and local:  # noqa: S104 - compared, not bound
        faults.append(f"The site listens on all networks, and its public address is {settings.url}.")
    yield from told("settings", faults, "The settings go together.", f"edit {settings.site / 'westmarch.toml'}")


def files_are_safe(settings: Settings) -> Iterator[Finding]:
    """The secret is there and secret; the folders can be written."""
    key = settings.secret_key_file
    if not key.is_file():
        yield Finding("files", sound=False, message=f"{key} is missing.", mend="restore it from a backup")
    elif stat.S_IMODE(key.stat().st_mode) & 0o077:
        yield Finding("files", sound=False, message=f"{key} can be read by others.", mend=f"chmod 600 {key}")
    else:
        yield Finding("files", sound=True, message="The secret is readable by its owner alone.")


def of_settings(settings: Settings) -> list[Finding]:
    """The checks that need no database."""
    return [*settings_fit(settings), *files_are_safe(settings)]


def clock(session: Reading) -> Iterator[Finding]:
    """The machine's clock is not behind what has happened already."""
    newest = session.scalar(select(func.max(Event.at)))
    now = datetime.now(UTC)
    faults = []
    if newest is not None and newest - now > DRIFT:
        faults.append(
            f"The clock says {now:%Y-%m-%d %H:%M:%S} UTC, and something happened at {newest:%Y-%m-%d %H:%M:%S}."
        )
    yield from told("clock", faults, f"The clock says {now:{MOMENT}}.", "set the clock of the machine")


def followers_keep_up(session: Reading) -> Iterator[Finding]:
    """What is derived from changes is not far behind them."""
    newest = changes.position(session)
    rows = session.execute(select(Follower.name, Follower.position)).all()
    faults = [f"{row.name} is {newest - row.position} changes behind." for row in rows if newest - row.position > LAG]
    yield from told("followers", faults, "Followers keep up.", "westmarch serve")
