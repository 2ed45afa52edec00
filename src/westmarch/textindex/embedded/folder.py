"""The folder of an index: which of several is in use, who may change that, and whether it is whole.

    search/current            the name of the folder in use, replaced in one step
    search/lock               held while the one in use is written or replaced
    search/index-3f9c…/       an index of tantivy's

A folder that is not in use is a build under way, or what a process left that was killed: nobody holds its lock then.
"""

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import zlib
from collections.abc import Iterator
from pathlib import Path

CURRENT = "current"
_PREFIX = "index-"
#: Files of a segment that tantivy always writes; each ends with a note of its checksum.
_SUFFIXES = ("fast", "fieldnorm", "idx", "pos", "store", "term")
_MAGIC = (1337).to_bytes(4, "little")
_CHUNK = 1 << 20

#: What tells one version of a file from the next: each takes the place of the one before.
_Facts = tuple[int, int, int]


class IndexFolder:
    """Where the indexes of a site are."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: frozenset[tuple[str, int]] = frozenset()
        self._pointer = str(folder / CURRENT)
        self._pointed: tuple[_Facts, Path, str] | None = None

    def state(self) -> tuple[Path, _Facts] | None:
        """The index in use, and what changes with each of its commits; None where there is none.

        Every search asks: two calls of the system, and strings for paths, which are built three times as fast.
        """
        try:
            now = _facts(self._pointer)
            pointed = self._pointed
            if pointed is None or pointed[0] != now:
                path = self.folder / Path(self._pointer).read_text(encoding="ascii").strip()
                self._pointed = pointed = now, path, str(path / "meta.json")
            return pointed[1], _facts(pointed[2])
        except (OSError, UnicodeDecodeError, ValueError):
            return None

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """While no other process writes to the index in use or replaces it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def make(self) -> Path:
        """An empty folder beside the one in use."""
        path = self.folder / f"{_PREFIX}{secrets.token_hex(8)}"
        path.mkdir(parents=True)
        return path

    def use(self, path: Path) -> None:
        """Put another index in the place of the one in use, which goes. Call it `locked`."""
        new = self.folder / f"{CURRENT}.new"
        with new.open("w", encoding="ascii") as file:
            file.write(path.name)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.folder / CURRENT)
        directory = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def clear(self) -> None:
        """Remove what is neither in use nor being built. Call it `locked`."""
        state = self.state()
        for path in self.folder.glob(f"{_PREFIX}*"):
            if (state is None or path != state[0]) and not _is_being_written(path):
                shutil.rmtree(path, ignore_errors=True)

    def clear_uncommitted(self, path: Path) -> None:
        """Remove what a writer that was killed has left of a commit. Call it `locked`.

        The numbers of operations go on from the last commit, so that the next one would find its files there.
        """
        last = json.loads((path / "meta.json").read_bytes())["opstamp"]
        for file in path.glob("*.del"):
            if int(file.name.split(".")[1]) > last:
                file.unlink()

    def is_whole(self, path: Path) -> bool:
        """Whether all files of the index are there as they were written; each file is read once.

        A merge replaces files while they are looked at, so a failure counts when no commit came in between.
        """
        while True:
            before = self.state()
            if self._is_whole(path):
                return True
            if before is None or self.state() == before:
                return False

    def _is_whole(self, path: Path) -> bool:
        try:
            files = {(file.name, file.stat().st_size): file for file in _files(path)}
            whole = all(_is_whole(file) for key, file in files.items() if key not in self._seen)
        except (OSError, ValueError, KeyError, TypeError):
            return False
        if whole:
            self._seen = frozenset(files)
        return whole


def _facts(path: str) -> _Facts:
    facts = os.stat(path)  # noqa: PTH116 - a Path would be made for each search
    return facts.st_ino, facts.st_mtime_ns, facts.st_size


def _files(path: Path) -> Iterator[Path]:
    meta = json.loads((path / "meta.json").read_bytes())
    for segment in meta["segments"]:
        name = segment["segment_id"].replace("-", "")
        yield from (path / f"{name}.{suffix}" for suffix in _SUFFIXES)
        if segment["deletes"]:
            yield path / f"{name}.{segment['deletes']['opstamp']}.del"


def _is_whole(file: Path) -> bool:
    """Whether the checksum at the end of the file is that of what is before it.

    tantivy ends a file with JSON (`{"version": …, "crc": …}`), its length and a magic number, four bytes each.
    """
    size = file.stat().st_size
    with file.open("rb") as opened:
        opened.seek(max(size - 8, 0))
        length, magic = int.from_bytes(opened.read(4), "little"), opened.read(4)
        if magic != _MAGIC or length + 8 > size:
            return False
        opened.seek(size - 8 - length)
        crc = json.loads(opened.read(length))["crc"]
        opened.seek(0)
        left, found = size - 8 - length, 0
        while left and (chunk := opened.read(min(left, _CHUNK))):
            found = zlib.crc32(chunk, found)
            left -= len(chunk)
    return bool(found == crc)


def _is_being_written(path: Path) -> bool:
    """Whether a process holds the lock of tantivy's writer in this folder."""
    try:
        with (path / ".tantivy-writer.lock").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
