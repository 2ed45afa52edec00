"""A folder that is there whole or not at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from westmarch.errors import Invalid, Unavailable


@contextmanager
def whole(folder: Path) -> Iterator[Path]:
    """A folder beside `folder` to write into; it takes that name once all is written, and goes away if not.

    Raises Invalid where something is there already, Unavailable where the disk is full or cannot be written.
    """
    if folder.is_symlink() or folder.exists():
        if not folder.is_dir() or any(folder.iterdir()):
            raise Invalid(f"{folder} is there already.", hint="Name a folder that does not exist, or an empty one.")
        folder.rmdir()
    passing = folder.with_name(f".{folder.name}.{os.getpid()}.partial")
    try:
        passing.mkdir(parents=True)
        yield passing
        passing.rename(folder)
    except OSError as error:
        hint = f"Look at the space and permissions of {folder.parent}."
        raise Unavailable(f"The export cannot be written: {error.strerror or error}.", hint=hint) from error
    finally:
        shutil.rmtree(passing, ignore_errors=True)
