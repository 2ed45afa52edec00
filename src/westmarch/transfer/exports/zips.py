"""Zip files that services give out, unpacked for a while. What is made to harm is refused.

Bombs: a file may unpack to as much as there is room for, but not to thousands of times its size, and parts that lie
over each other are found by the sum of their sizes. Names that lead out of the folder, and symbolic links, end it.
"""

import os
import re
import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from westmarch.errors import Invalid

#: Files in a zip, at most.
MOST = 200_000
#: Bytes that all files in a zip have together, at most.
LARGEST = 64 * 1024**3
#: How many times its size in the zip a file may have; smaller ones than `_SMALL` may be as they are. Deflate reaches
#: 1,032 with nothing but one letter, texts stay below 20.
_RATIO = 200
_SMALL = 16 * 1024 * 1024
#: Folders within folders in which an export is looked for.
_DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A folder with what was wanted. `names` are those of all files; `broken` could not be unpacked."""

    folder: Path
    names: tuple[str, ...]
    broken: tuple[str, ...] = ()


@contextmanager
def unpacked(path: Path, wanted: Callable[[str], bool], nested: str = "") -> Iterator[Unpacked]:
    """The wanted files of a zip, by their paths in it, in a temporary folder; or those of a folder where they are.

    Zips of the name `nested` in a zip are unpacked as well, each into a folder beside it.

    Raises Invalid where it is neither, cannot be read, or is made to harm.
    """
    if path.is_dir():
        root = path.resolve()
        yield Unpacked(root, tuple(one.relative_to(root).as_posix() for one in _files(root)))
        return
    with tempfile.TemporaryDirectory(prefix="westmarch-") as name:
        folder = Path(name).resolve()
        given = _unpacked(path, folder, wanted)
        inner = [one for one in found(folder, nested) if one.is_file()] if nested else []
        more = [_unpacked(one, one.with_suffix(""), wanted) for one in inner]
        names = tuple(name for one in (given, *more) for name in one.names)
        yield Unpacked(folder, names, tuple(name for one in (given, *more) for name in one.broken))


def _unpacked(path: Path, folder: Path, wanted: Callable[[str], bool]) -> Unpacked:
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(archive, path)
            mine = [one for one in members if wanted(one.filename)]
            _make_room(mine, path)
            broken = tuple(one.filename for one in mine if not _extracted(archive, one, folder))
    except (zipfile.BadZipFile, NotImplementedError) as error:
        hint = "Give the zip file as it came, or the folder that it was unpacked into."
        raise Invalid(f"{path.name} is no zip file that can be read: {error}.", hint=hint) from error
    except OSError as error:
        raise Invalid(f"{path.name} cannot be unpacked: {error.strerror or error}.") from error
    return Unpacked(folder, tuple(one.filename for one in members), broken)


def found(folder: Path, name: str) -> list[Path]:
    """The files and folders of this name in a folder, those that are nearest first; links are not followed."""
    paths: list[Path] = []
    for at, folders, files in os.walk(folder):
        above = len(Path(at).relative_to(folder).parts)
        folders[:] = sorted(one for one in folders if above < _DEEPEST and one != "__MACOSX")
        if name in files or name in folders:
            paths.append(Path(at) / name)
    return sorted((one for one in paths if not one.is_symlink()), key=lambda one: (len(one.parts), str(one)))


def _files(folder: Path) -> Iterator[Path]:
    for at, folders, names in os.walk(folder):
        folders.sort()
        yield from (Path(at) / name for name in sorted(names))


def _members(archive: zipfile.ZipFile, path: Path) -> list[zipfile.ZipInfo]:
    """The files of a zip. Raises Invalid where they are too many or made to harm."""
    infos = archive.infolist()
    if len(infos) > MOST:
        raise Invalid(f"{path.name} holds {len(infos):,} files, more than {MOST:,}.")
    if sum(one.compress_size for one in infos) > path.stat().st_size:
        raise Invalid(f"{path.name} is refused: its parts lie over each other.")
    for one in infos:
        if reason := _harm(one):
            raise Invalid(f"{path.name} is refused: '{one.filename[:100]}' {reason}.")
    return [one for one in infos if not one.is_dir() and not _hidden(one.filename)]


def _hidden(name: str) -> bool:
    """What systems put into zip files beside the files."""
    return name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith("._")


def _harm(one: zipfile.ZipInfo) -> str:
    """Why a part of a zip is refused; empty where it is harmless."""
    names = re.split(r"[/\\]", one.filename)
    if ".." in names or names[0] == "" or re.match(r"[A-Za-z]:", one.filename) or "\\" in one.filename:
        return "leads out of the folder"
    mode = one.external_attr >> 16
    if stat.S_IFMT(mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        return "is a link or no regular file"
    if one.flag_bits & 0x1:
        return "is locked by a password"
    if one.file_size > _SMALL and one.file_size > _RATIO * one.compress_size:
        return f"would unpack to {one.file_size:,} bytes out of {one.compress_size:,}"
    return ""


def _make_room(members: list[zipfile.ZipInfo], path: Path) -> None:
    whole = sum(one.file_size for one in members)
    if whole > LARGEST:
        raise Invalid(f"{path.name} would unpack to {whole:,} bytes, more than {LARGEST:,}.")
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    if whole > free:
        hint = "Make room, or name a folder with room in the environment's TMPDIR."
        raise Invalid(f"{path.name} would unpack to {whole:,} bytes, and {free:,} are free in {folder}.", hint=hint)


def _extracted(archive: zipfile.ZipFile, one: zipfile.ZipInfo, folder: Path) -> bool:
    """Write one file; False where it is broken. Of two with one name the first stays."""
    target = folder.joinpath(*one.filename.split("/"))
    if target.exists():
        return True
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with archive.open(one) as source, target.open("xb") as file:
            shutil.copyfileobj(source, file)
    except (zipfile.BadZipFile, zlib.error, EOFError):
        target.unlink(missing_ok=True)
        return False
    return True
