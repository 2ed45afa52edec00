"""Where a copy is put: a new folder, or that of an earlier copy, which it takes the place of once it is whole."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from westmarch import __version__
from westmarch.errors import Invalid
from westmarch.transfer.out.whole import whole_folder

#: The file by which a folder is known to be a copy that nobody has put anything into.
MARKER = ".westmarch-export.json"


@contextmanager
def whole_copy(folder: Path, url: str, *, replace: bool) -> Iterator[Path]:
    """A folder to write into, which becomes `folder` once all is on the disk, as `whole_folder` has it.

    With `replace` an earlier copy may be there, and is served to its end. Raises Invalid where there is anything else.
    """
    if not replace or not folder.exists() or not any(folder.iterdir()):
        with whole_folder(folder) as place:
            yield place
            _mark(place, url)
        return
    _require_copy(folder)
    new, old = folder.with_name(f".{folder.name}.new"), folder.with_name(f".{folder.name}.old")
    for left in (new, old):
        if left.exists():
            hint = "Unless another export runs, one was killed: look at it, remove it and run this again."
            raise Invalid(f"{left} is there already.", hint=hint)
    with whole_folder(new) as place:
        yield place
        _mark(place, url)
    folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _mark(place: Path, url: str) -> None:
    said = {"westmarch": __version__, "url": url, "names": _digest(place)}
    (place / MARKER).write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


def _require_copy(folder: Path) -> None:
    """Raises Invalid for a folder that is not all of an earlier copy: what is somebody's own is not removed."""
    hint = "Move away what is yours, or name a folder that does not exist."
    try:
        said = json.loads((folder / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        said = None
    if folder.is_symlink() or not isinstance(said, dict) or "names" not in said:
        raise Invalid(f"{folder} is there already, and no copy that `export html` made.", hint=hint)
    if said["names"] != _digest(folder):
        raise Invalid(f"{folder} has other files than `export html` put there.", hint=hint)


def _digest(folder: Path) -> str:
    """What tells whether files came to a folder or went: the hash of their names, none of which it gives away."""
    files = (Path(place, name) for place, _, names in os.walk(folder) for name in names)
    inside = sorted(os.fsencode(file.relative_to(folder)) for file in files if file != folder / MARKER)
    return hashlib.blake2b(b"\0".join(inside), digest_size=16).hexdigest()
