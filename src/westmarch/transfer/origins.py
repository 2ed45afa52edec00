"""Which blog of those that came in before a folder holds: files of two blogs may have the same names."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from sqlalchemy import bindparam, func, select

from westmarch.db.sessions import Reading
from westmarch.posts.models import Post

_DIGITS = 16
_CHUNK = 500
_ORIGINS = select(func.substr(Post.source_key, 1, _DIGITS)).where(Post.source_key.like("%:%")).distinct()
_HASHES = select(Post.source_key, Post.source_hash).where(Post.source_key.in_(bindparam("keys", expanding=True)))


@dataclass(frozen=True, slots=True)
class Origin:
    """A blog in a folder; `name` is 16 hexadecimal digits, the same whenever it is imported.

    `keys` are those of all records where it is an export, in place of the files of a folder.
    """

    folder: Path
    name: str
    keys: frozenset[str] | None = None

    def key(self, path: str) -> str:
        """What a post remembers of the file that it came from: the blog, and the file's path in its folder."""
        return f"{self.name}:{path}"

    def gone(self, key: str) -> str | None:
        """The path of a file of this blog that is not there any more, by what its post remembers; None for others."""
        name, _, path = key.partition(":")
        if name != self.name:
            return None
        there = os.path.lexists(self.folder / path) if self.keys is None else path in self.keys
        return None if there else path


def of_export(program: str, name: str, folder: Path, keys: Iterable[str]) -> Origin:
    """The blog of an export: it is known by what names it, whatever its file is called today."""
    named = f"{program}\n{name}".encode(errors="replace")
    return Origin(folder, blake2b(named, digest_size=_DIGITS // 2).hexdigest(), frozenset(keys))


def of(session: Reading, folder: Path, files: Sequence[tuple[str, str]]) -> Origin:
    """Which blog a folder holds.

    A folder from which something came in before is known by its place. Another one is a blog that came in before and
    has been moved since if more than half of the files that have a name in common with it are as they were; else it is
    a new blog, whose files have nothing to do with others of their names. `files` are paths in the folder with the
    hashes of their content.
    """
    own = blake2b(os.fsencode(folder), digest_size=_DIGITS // 2).hexdigest()
    known = [str(origin) for origin in session.scalars(_ORIGINS)]
    if own in known:
        return Origin(folder, own)
    best, most = Origin(folder, own), 0
    for name in sorted(known):
        origin = Origin(folder, name)
        shared, equal = _alike(session, origin, files)
        if equal * 2 > shared and equal > most:
            best, most = origin, equal
    return best


def _alike(session: Reading, origin: Origin, files: Sequence[tuple[str, str]]) -> tuple[int, int]:
    """How many files a blog has under the same names, and how many of these are as they were."""
    shared = equal = 0
    for start in range(0, len(files), _CHUNK):
        hashes = {origin.key(path): content for path, content in files[start : start + _CHUNK]}
        for row in session.execute(_HASHES, {"keys": list(hashes)}):
            shared += 1
            equal += (row.source_hash or "").startswith(hashes[row.source_key])
    return shared, equal
