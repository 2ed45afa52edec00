"""Zip files for tests, harmless and not."""

import io
import zipfile
from pathlib import Path


def zipped(path: Path, files: dict[str, str | bytes]) -> Path:
    """A zip of these files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def with_link(path: Path, name: str, target: str) -> Path:
    """A zip with a symbolic link in it."""
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, target)
    return path


def overlapping(path: Path) -> Path:
    """A zip whose directory names the same bytes a hundred times."""
    once = io.BytesIO()
    with zipfile.ZipFile(once, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("posts/a.html", bytes(range(256)) * 400)
        for number in range(100):
            twin = zipfile.ZipInfo(f"posts/{number:06}.html")
            info = archive.filelist[0]
            twin.header_offset, twin.CRC, twin.compress_type = info.header_offset, info.CRC, info.compress_type
            twin.compress_size, twin.file_size = info.compress_size, info.file_size
            archive.filelist.append(twin)
    path.write_bytes(once.getvalue())
    return path
