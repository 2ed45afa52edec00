"""Which backups of a folder are kept: the newest of each of the last days, weeks and months that have one."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from westmarch.backup import archive
from westmarch.errors import Invalid

#: Names that are given by the moment, in UTC.
_NAME = "westmarch-%Y%m%dT%H%M%SZ.tar.zst"
#: What stands behind the name of an encrypted one.
_SEALED = ".age"
_NAMED = re.compile(r"westmarch-[0-9]{8}T[0-9]{6}Z\.tar\.zst(\.age)?")
_WRITTEN = re.compile(r"([1-9][0-9]{0,3})([dwm])")

#: What a moment's day, week (of ISO 8601) and month are.
_PERIODS: Mapping[str, Callable[[datetime], object]] = {
    "d": lambda at: at.date(),
    "w": lambda at: at.isocalendar()[:2],
    "m": lambda at: (at.year, at.month),
}

#: How many days (`d`), weeks (`w`) and months (`m`) keep a backup.
Keep = Mapping[str, int]


def parse(text: str) -> Keep:
    """What `7d,4w,12m` means. Raises Invalid."""
    found: dict[str, int] = {}
    for part in text.split(","):
        match = _WRITTEN.fullmatch(part.strip())
        if match is None or match[2] in found:
            raise Invalid(
                f"{text!r} does not say what to keep.",
                hint="Write numbers of days, weeks and months with commas between, as 7d,4w,12m.",
                place="--keep",
            )
        found[match[2]] = int(match[1])
    return found


def name(at: datetime, *, sealed: bool = False) -> str:
    """The name of a backup that is made at a moment."""
    return at.astimezone(UTC).strftime(_NAME) + (_SEALED if sealed else "")


def surplus(names: Iterable[str], keep: Keep) -> list[str]:
    """The names of backups that are not to be kept, oldest first; none of them is one that `name` does not give."""
    moments = {one: _moment(one) for one in names}
    newest_first = sorted((one for one, at in moments.items() if at is not None), reverse=True)
    kept = set(newest_first[:1])
    for period, number in keep.items():
        last: dict[object, str] = {}
        for one in newest_first:
            at = moments[one]
            assert at is not None
            last.setdefault(_PERIODS[period](at), one)
        kept.update(list(last.values())[:number])
    return sorted(set(newest_first) - kept)


def _moment(text: str) -> datetime | None:
    if _NAMED.fullmatch(text) is None:
        return None
    try:
        return datetime.strptime(text.removesuffix(_SEALED), _NAME).replace(tzinfo=UTC)
    except ValueError:  # As of a 30 February.
        return None


def remove_surplus(folder: Path, keep: Keep) -> list[Path]:
    """Remove the backups of a folder that are not to be kept, and say which; besides, what killed runs have left.

    What another run writes at the moment is locked, and stays.
    """
    names = [path.name for path in folder.iterdir() if path.is_file()]
    removed = [folder / one for one in surplus(names, keep)]
    for path in removed:
        path.unlink(missing_ok=True)
    for one in names:
        if _NAMED.fullmatch(one.removeprefix(".").removesuffix(".part")) and one.startswith("."):
            archive.remove_unfinished(folder / one)
    return removed
