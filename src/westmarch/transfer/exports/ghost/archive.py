"""A zip of Ghost's own backup, or of an export with its pictures: unpacked for the time of an import."""

import lzma
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from westmarch.errors import Invalid

#: Bytes that may come out of an archive, and files.
LARGEST = 64 * 1024**3
MOST = 1_000_000
#: How much larger than the archive its content may be, beyond a first gigabyte: text shrinks to a twentieth at best.
_RATIO = 100
_FREE = 1024**3
_CHUNK = 1 << 20
#: What `zipfile` raises: for a broken archive, another compression, one behind a password; and the disk, where it is
#: full, or where a file and a folder of the archive have one name.
_BROKEN = (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error, lzma.LZMAError, OSError)
#: Parts of a folder of content that are read, and the JSON.
_WANTED = frozenset({"data", "files", "images", "media", "settings"})


@contextmanager
def unpacked(path: Path) -> Iterator[tuple[Path, Path | None]]:
    """The JSON file, and the folder of content that came with it; a file that is no zip is the JSON itself.

    Raises Invalid where an archive holds no export, several, or more than is sound.
    """
    if not zipfile.is_zipfile(path):
        yield path, None
        return
    with tempfile.TemporaryDirectory(prefix="westmarch-") as made:
        folder = Path(made)
        try:
            with zipfile.ZipFile(path) as archive:
                _unpack(archive, path, folder)
        except _BROKEN as error:
            reason = getattr(error, "strerror", None) or error  # Without the path of the temporary file.
            raise Invalid(f"{path.name} cannot be unpacked: {reason}", hint="Unpack it, and name the JSON.") from error
        found = [one for one in folder.rglob("*.json") if one.name != "redirects.json"]
        if len(found) != 1:
            what = "no JSON file" if not found else f"{len(found)} JSON files"
            hint = "Unpack it; name the JSON, and its folder of content with --content."
            raise Invalid(f"{path.name} holds {what} that may be an export.", hint=hint)
        yield found[0], _content(folder)


def _unpack(archive: zipfile.ZipFile, path: Path, folder: Path) -> None:
    """Write out what is wanted, under names that lie within the folder; links are left out."""
    listed = archive.infolist()
    left = min(LARGEST, _FREE + _RATIO * path.stat().st_size)
    if len(listed) > MOST:
        raise Invalid(f"{path.name} holds more than {MOST:,} files.", hint="Unpack it, and name the JSON.")
    for member in listed:
        target = _target(member, folder)
        if target is None:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(member) as source, target.open("wb") as file:
            while piece := source.read(_CHUNK):
                left -= len(piece)
                if left < 0:
                    raise Invalid(f"{path.name} holds more than is sound.", hint="Unpack it, and name the JSON.")
                file.write(piece)


def _target(member: zipfile.ZipInfo, folder: Path) -> Path | None:
    parts = PurePosixPath(member.filename.replace("\\", "/")).parts
    regular = stat.S_IFMT(member.external_attr >> 16) in {0, stat.S_IFREG}
    if member.is_dir() or not regular or not parts or ".." in parts or parts[0] == "/" or "\x00" in member.filename:
        return None
    wanted = bool(_WANTED & set(parts[:-1])) or len(parts) <= 2
    return folder.joinpath(*parts) if wanted and "themes" not in parts and ":" not in parts[0] else None


def _content(folder: Path) -> Path:
    """The folder that holds `images`, `settings` and their like."""
    for depth in ("", "*/", "*/*/"):
        for one in sorted(folder.glob(f"{depth}*")):
            if one.is_dir() and one.name in {"images", "settings", "media", "files"}:
                return one.parent
    return folder
