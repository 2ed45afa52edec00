"""Reading a backup from its first to its last byte: what it says of itself, and whether it is whole."""

import hashlib
import io
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from pydantic import BaseModel, Field, ValidationError

from westmarch.backup import archive
from westmarch.backup.archive import Member
from westmarch.backup.sealing import Key, unsealed
from westmarch.configuration import TOML_NAME
from westmarch.errors import Invalid, unfit

#: Is told how many bytes were read now, and how many the file has; whatever it raises ends the reading.
Told = Callable[[int, int], None]


class Head(BaseModel):
    """What a restore needs of the first member: the schema, and the columns of each table."""

    number: str = Field(alias="schema")
    tables: dict[str, list[str]]


class Facts(BaseModel):
    """What the manifest says of a table: its rows, the sum of their hashes, the last number that it gave."""

    rows: int
    digest: str
    last: int


class Manifest(BaseModel):
    """What a restore needs of the manifest."""

    tables: dict[str, Facts]
    members: dict[str, tuple[int, str]]
    damaged: list[str] = []


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was read once from its first to its last byte and found whole; `digest` is that of all it holds."""

    file: Path
    key: Key
    told: Told
    head: Head
    manifest: Manifest
    digest: str
    toml: str

    def members(self) -> Iterator[Member]:
        """Its members, read once more. Raises Invalid where it is not whole any more."""
        return _members(self.file, self.key, self.told)


def check(file: Path, key: Key, told: Told) -> Backup:
    """Read a backup, which `key` opens where it is encrypted. Raises Invalid where it is not whole."""
    head: dict[str, Any] = {}
    manifest: dict[str, Any] = {}
    toml = ""
    for member in _members(file, key, told):
        if not head:
            head = archive.header(member, file)
        elif member.name == archive.MANIFEST:
            manifest = member.facts()
        elif member.name == f"site/{TOML_NAME}":
            toml = member.content().decode("utf-8", "replace")
    digest = hashlib.blake2b(json.dumps(manifest, sort_keys=True).encode(), digest_size=32).hexdigest()
    try:
        said = Head.model_validate(head), Manifest.model_validate(manifest)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Invalid(f"{file}: {place}: {unfit(first)}", place=place) from None
    backup = Backup(file, key, told, *said, digest, toml)
    _require_names(backup)
    return backup


def _require_names(backup: Backup) -> None:
    """Raises Invalid for a stored file whose name is not its hash, but for those that the site had so."""
    for name, (_, digest) in backup.manifest.members.items():
        known = not name.startswith("media/") or name in backup.manifest.damaged
        if not known and digest != archive.digest_of(name):
            raise Invalid(f"{name} in the backup is not what its name says.", place=name)


class _Watched(io.FileIO):
    """A file of which it is told how much was read."""

    def __init__(self, file: Path, told: Told) -> None:
        super().__init__(file)
        self._told = told
        self._size = os.fstat(self.fileno()).st_size

    def readinto(self, buffer: Any, /) -> int | None:
        """Read so much as the buffer takes."""
        size = super().readinto(buffer)
        self._told(size or 0, self._size)
        return size


@contextmanager
def _opened(file: Path, key: Key, told: Told) -> Iterator[IO[bytes]]:
    """The plain content of the file, to be read. Raises Invalid where it cannot be."""
    try:
        stream = io.BufferedReader(_Watched(file, told), archive.STEP)
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}.", hint="Name a backup.", place=str(file)) from error
    with stream, unsealed(stream, file, key) as plain:
        yield plain


def _members(file: Path, key: Key, told: Told) -> Iterator[Member]:
    with _opened(file, key, told) as stream:
        yield from archive.members(stream, file)
