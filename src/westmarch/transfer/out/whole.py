"""What is written whole or not at all, also where the program is killed or the disk is full."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from westmarch.errors import Invalid, Unavailable


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """A folder beside `folder` to write into; it takes that name once all is on the disk, and goes away if not.

    Raises Invalid where something is there already, Unavailable where the disk is full or cannot be written.
    """
    if folder.is_symlink() or folder.exists():
        if folder.is_symlink() or not folder.is_dir() or any(folder.iterdir()):
            raise Invalid(f"{folder} is there already.", hint="Name a folder that does not exist, or an empty one.")
        folder.rmdir()
    passing = _passing(folder)
    try:
        _claim(passing, folder=True)
        try:
            yield passing
            # Once for all files: each on its own would take a second for a few hundred posts.
            os.sync()
            passing.rename(folder)
        finally:
            shutil.rmtree(passing, ignore_errors=True)
    except OSError as error:
        raise _unwritable(folder, error) from error


@contextmanager
def whole_file(file: Path) -> Iterator[BinaryIO]:
    """The same for a file; the one that is yielded is written from its beginning to its end."""
    if file.is_symlink() or file.exists():
        raise Invalid(f"{file} is there already.", hint="Name a file that does not exist.")
    passing = _passing(file)
    try:
        _claim(passing, folder=False)
        try:
            with passing.open("wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            passing.rename(file)
        finally:
            passing.unlink(missing_ok=True)
    except OSError as error:
        raise _unwritable(file, error) from error


def _passing(path: Path) -> Path:
    return path.with_name(f".{path.name}.partial")


def _claim(passing: Path, *, folder: bool) -> None:
    """Make what is written into. Raises Invalid where it is there: another export writes, or one was killed."""
    try:
        if folder:
            passing.mkdir(parents=True)
        else:
            passing.parent.mkdir(parents=True, exist_ok=True)
            passing.touch(exist_ok=False)
    except FileExistsError as error:
        hint = "Unless another export runs, one was killed: remove it and run this again."
        raise Invalid(f"{passing} is there already.", hint=hint) from error


def _unwritable(path: Path, error: OSError) -> Unavailable:
    hint = f"Look at the space and permissions of {path.parent}."
    return Unavailable(f"The export cannot be written: {error.strerror or error}.", hint=hint)
