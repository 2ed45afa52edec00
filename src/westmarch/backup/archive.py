"""The file of a backup: a tar archive in one zstd stream, which usual programs read too.

Its members, in this order:

- `backup.json`: the form of the file, the version and schema of what made it, the columns of each table;
- `rows/TABLE/NUMBER.jsonl`: the rows of the database (see rows.py);
- `site/…`: the settings, the secret, the folders of the theme and of themes;
- `media/…`: stored files, by the hash of their content;
- `manifest.json`: size and hash (BLAKE2b-256) of each member before it, rows and digest of each table.

A file without its last member is not whole. Nothing is read into memory but one member of rows at a time.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Protocol, Self, cast

from westmarch.backup.zstd import CompressionParameter, ZstdError, ZstdFile
from westmarch.errors import Conflict, Invalid, Unavailable

FORMAT = 1
HEADER, MANIFEST = "backup.json", "manifest.json"
#: Longer members of rows are not read, in bytes: one row may be long, an archive may be hostile.
LONGEST = 512 * 1024 * 1024
#: The same of members of facts, which are parsed before the file is known to be whole: half a million files are listed.
LONGEST_FACTS = 64 * 1024 * 1024
#: The longest header of a member, in bytes: names are not longer, and a header is read into memory whole.
LONGEST_HEADER = 64 * 1024
#: zstd's level; its first ones are as quick as a disk.
LEVEL = 3
STEP = 1024 * 1024

NAMES = re.compile(
    r"backup\.json|manifest\.json|rows/[a-z_]{1,63}/[0-9]{1,9}\.jsonl|media/[0-9a-f]{2}/[0-9a-f]{62}\.[a-z0-9]{1,10}"
    r"|site/(westmarch\.toml|secret\.key|themes?/.+)"
)


class Source(Protocol):
    """Something that bytes are read from."""

    def read(self, size: int = -1, /) -> bytes:
        """At most so many bytes; none at the end."""
        ...


class Hashed:
    """Reads from another source and hashes what it read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._hash = hashlib.blake2b(digest_size=32)
        self.size = 0

    def read(self, size: int = -1, /) -> bytes:
        """At most so many bytes; none at the end."""
        content = self._source.read(size)
        self._hash.update(content)
        self.size += len(content)
        return content

    @property
    def facts(self) -> list[int | str]:
        """Size and hash of what was read until now, as the manifest has them."""
        return [self.size, self._hash.hexdigest()]


# Writing


@contextmanager
def whole(file: Path) -> Iterator[IO[bytes]]:
    """A new file that is there when the block has ended well, and synced to the disk; else nothing is.

    It is written beside its place under another name, so that a process that is killed leaves nothing that looks
    whole. Raises Conflict where there is one already or it is being written, Unavailable where it cannot be written.
    """
    part = file.with_name(f".{file.name}.part")
    with told(file):
        stream = os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "wb")
    try:
        _claim(stream, part, file)
        try:
            stream.truncate(0)
            yield stream
            with told(file):
                stream.flush()
                os.fsync(stream.fileno())
                part.rename(file)
                sync_folder(file.parent)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    finally:
        with contextlib.suppress(OSError):  # What could not be written cannot be written at the end either.
            stream.close()


def _claim(stream: IO[bytes], part: Path, file: Path) -> None:
    """Lock the unfinished file, which another process may just have finished, for ourselves. Raises Conflict."""
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        finished = part.stat().st_ino != os.fstat(stream.fileno()).st_ino
    except BlockingIOError as error:
        raise Conflict(f"{file} is being written by another process.", hint="Wait for it.") from error
    except FileNotFoundError:
        finished = True
    if finished or file.exists():
        if not finished:
            part.unlink()
        raise Conflict(f"{file} is there already.", hint="Name another file, or move that one away.")


def remove_unfinished(part: Path) -> None:
    """Remove what `whole` left of a file when it was killed; not while another process writes it."""
    with contextlib.suppress(FileNotFoundError, BlockingIOError), part.open("rb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        part.unlink()


def sync_folder(folder: Path) -> None:
    """Make the names in a folder last, as a file's own bytes do by `fsync`."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def told(file: Path) -> Iterator[None]:
    """What the system refuses, in words: also inside of a transaction, where an OSError would be the server's."""
    try:
        yield
    except OSError as error:
        raise Unavailable(
            f"{file} cannot be written: {error.strerror or error}.",
            hint=f"Look at the space and permissions of {file.parent}.",
        ) from error


class _Sink:
    """What tarfile writes to; it still does when it is thrown away, after something went wrong."""

    def __init__(self, target: ZstdFile) -> None:
        self.target: ZstdFile | None = target

    def write(self, content: bytes, /) -> int:
        """Write on, unless the file was given up."""
        return self.target.write(content) if self.target is not None else len(content)


class Writer:
    """Writes members to a stream, hashing them, until its block ends or something goes wrong in it.

    `close` writes the manifest, without which the file is not whole.
    """

    def __init__(self, stream: IO[bytes], file: Path) -> None:
        options: dict[int, int] = {CompressionParameter.compression_level: LEVEL, CompressionParameter.checksum_flag: 1}
        self._file = file
        self._zstd = ZstdFile(stream, "wb", options=options)
        self._sink = _Sink(self._zstd)
        self._tar = tarfile.open(  # noqa: SIM115 - `close` closes it
            fileobj=cast("IO[bytes]", self._sink), mode="w|", format=tarfile.PAX_FORMAT, bufsize=STEP
        )
        self.members: dict[str, list[int | str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, _error: object, _traceback: object, /) -> None:
        if kind is not None:
            self._sink.target = None

    def add(self, name: str, content: bytes) -> None:
        """Write a member."""
        self.add_from(name, BytesIO(content), len(content))

    def add_from(self, name: str, source: Source, size: int) -> None:
        """Write a member of exactly `size` bytes from a source. Raises Unavailable where it ends before."""
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        hashed = Hashed(source)
        with told(self._file):
            self._tar.addfile(entry, hashed)
        self.members[name] = hashed.facts

    def close(self, facts: dict[str, Any]) -> None:
        """Write the manifest, and the end."""
        self.add(MANIFEST, json.dumps({"members": dict(self.members)} | facts).encode())
        with told(self._file):
            self._tar.close()
            self._zstd.close()


# Reading


@dataclass(frozen=True, slots=True)
class Member:
    """A member while it is read: its name, its size in bytes, and where its content comes from."""

    name: str
    size: int
    source: Source

    def content(self) -> bytes:
        """All of it. Raises Invalid where that is more than any backup has."""
        if self.size > (LONGEST_FACTS if self.name in {HEADER, MANIFEST} else LONGEST):
            raise Invalid(f"{self.name} is longer than any part of a backup.", place=self.name)
        return self.source.read()

    def facts(self) -> dict[str, Any]:
        """All of it as a JSON object. Raises Invalid."""
        try:
            found = json.loads(self.content())
        except (ValueError, RecursionError) as error:
            raise Invalid(f"{self.name} is no JSON.", place=self.name) from error
        if not isinstance(found, dict):
            raise Invalid(f"{self.name} is no JSON object.", place=self.name)
        return found


def members(stream: IO[bytes], file: Path) -> Iterator[Member]:
    """The members in their order, each to be read before the next one is asked for.

    When the last one is taken, all were what the manifest says. Raises Invalid for a file that is no backup, is cut
    off, or was changed.
    """
    seen: dict[str, list[int | str]] = {}
    manifest: dict[str, Any] | None = None
    for entry, source in _entries(stream, file):
        if manifest is not None or entry.name in seen or not _plain(entry) or not fit(entry.name):
            raise Invalid(f"{file} holds {entry.name!r}, which no backup has.", place=entry.name)
        hashed = Hashed(source)
        if entry.name == MANIFEST:
            content = Member(entry.name, entry.size, hashed)
            manifest = content.facts()
            yield Member(entry.name, entry.size, BytesIO(json.dumps(manifest).encode()))
            continue
        yield Member(entry.name, entry.size, hashed)
        while hashed.read(STEP):
            pass
        seen[entry.name] = hashed.facts
    _require_whole(file, seen, manifest)


def digest_of(name: str) -> str:
    """The hash (BLAKE2b-256) of the content of a stored file, which its name is made of."""
    path = Path(name)
    return path.parent.name + path.stem


def _plain(entry: tarfile.TarInfo) -> bool:
    return entry.isreg() and not entry.issparse()


def fit(name: str) -> bool:
    """Whether a backup can have a member called so."""
    return bool(NAMES.fullmatch(name)) and not {"", ".", ".."} & set(name.split("/")) and "\0" not in name


class _Entry(tarfile.TarInfo):
    """A member whose header is of a sane length."""

    def _proc_member(self, tar: tarfile.TarFile) -> Any:
        """As tarfile lets it be overridden: what comes behind the first block of a header."""
        if self.type not in tarfile.REGULAR_TYPES and self.size > LONGEST_HEADER:
            raise tarfile.ReadError("a header is too long")
        return super()._proc_member(tar)  # type: ignore[misc]  # The types of the library do not tell of it.


@contextmanager
def _refused(file: Path) -> Iterator[None]:
    """Whatever is wrong with the bytes of a file, as Invalid."""
    try:
        yield
    except (tarfile.TarError, ZstdError, EOFError, ValueError) as error:
        raise Invalid(
            f"{file} is no whole backup: {str(error).rstrip('.') or 'it is cut off'}.",
            hint="Take another one.",
            place=str(file),
        ) from error
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror or error}.", place=str(file)) from error


class _Refusing:
    """Reads from a member; what is wrong with the bytes is told as Invalid."""

    def __init__(self, source: Source, file: Path) -> None:
        self._source = source
        self._file = file

    def read(self, size: int = -1, /) -> bytes:
        """At most so many bytes; none at the end."""
        with _refused(self._file):
            return self._source.read(size)


def _entries(stream: IO[bytes], file: Path) -> Iterator[tuple[tarfile.TarInfo, Source]]:
    """The entries of the archive and what reads them. Raises Invalid, as the sources do."""
    with (
        _refused(file),
        ZstdFile(stream) as plain,
        tarfile.open(fileobj=plain, mode="r|", bufsize=STEP, tarinfo=_Entry) as tar,
    ):
        for entry in tar:
            content = tar.extractfile(entry) if entry.isreg() else None
            yield entry, _Refusing(content or BytesIO(), file)
        while plain.read(STEP):  # To its end, where zstd compares its own checksum.
            pass


def _require_whole(file: Path, seen: dict[str, list[int | str]], manifest: dict[str, Any] | None) -> None:
    if manifest is None:
        raise Invalid(f"{file} is no whole backup: it has no manifest.", hint="Take another one.", place=str(file))
    listed = manifest.get("members")
    if not isinstance(listed, dict):
        raise Invalid(f"The manifest of {file} lists no members.", place=MANIFEST)
    for name in sorted(listed.keys() | seen.keys()):
        if listed.get(name) != seen.get(name):
            raise Invalid(f"{file} was changed: {name} is not what the manifest says.", place=name)


def header(member: Member | None, file: Path) -> dict[str, Any]:
    """The facts of the first member. Raises Invalid for no backup, or a form not known here."""
    if member is None or member.name != HEADER:
        raise Invalid(f"{file} is no backup of Westmarch.", place=str(file))
    facts = member.facts()
    if facts.get("format") != FORMAT:
        raise Invalid(
            f"{file} has the form {facts.get('format')!r}, which this version cannot read.",
            hint="Install the version of Westmarch that made it.",
            place=HEADER,
        )
    return facts
