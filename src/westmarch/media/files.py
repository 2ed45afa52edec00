"""Files of media in the site's folder: what they are by their content, and writing them so that they stay."""

import contextlib
import hashlib
import os
import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from westmarch.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from PIL.Image import Image

#: The largest picture, in pixels; a decompressed one takes four bytes for each.
PIXELS = 60_000_000
#: Pictures that are taken: Pillow's name of the format to extension and media type. (SVG can hold scripts.)
PICTURES = {
    "JPEG": ("jpg", "image/jpeg"),
    "PNG": ("png", "image/png"),
    "GIF": ("gif", "image/gif"),
    "WEBP": ("webp", "image/webp"),
    "AVIF": ("avif", "image/avif"),
}
#: Other files that are taken, by extension; they are offered for download, never shown as pages of the site.
FILES = {
    "pdf": "application/pdf",
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "zip": "application/zip",
    "gz": "application/gzip",
    "tgz": "application/gzip",
    "7z": "application/x-7z-compressed",
    "epub": "application/epub+zip",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "m4a": "audio/mp4",
    "wav": "audio/wav",
    "mp4": "video/mp4",
    "webm": "video/webm",
}


#: What Pillow and the libraries behind it raise for broken pictures, beside its own errors; warnings where a process
#: makes errors of them. (We do not: filters are of the whole process, and pictures are read in threads.)
BROKEN = (
    OSError, SyntaxError, ValueError, Warning, EOFError, RuntimeError, LookupError, ArithmeticError, TypeError,
    struct.error, zlib.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Examined:
    """What a file is: its hash (BLAKE2b-256, hexadecimal), kind, extension, media type, a picture's pixels."""

    hash: str
    kind: str
    extension: str
    mime: str
    width: int | None
    height: int | None


def examine(content: bytes, filename: str) -> Examined:
    """Tell what a file is by its content; a picture is decoded to its end. Raises Invalid for what is not taken."""
    digest = hashlib.blake2b(content, digest_size=32).hexdigest()
    extension = Path(filename).suffix.lower().lstrip(".")
    if extension in FILES:
        if not content:
            raise Invalid("The file is empty.", place=filename)
        return Examined(digest, "file", extension, FILES[extension], None, None)
    return _examine_picture(content, filename, digest)


def _examine_picture(content: bytes, filename: str, digest: str) -> Examined:
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(BytesIO(content), formats=tuple(PICTURES)) as picture:
            width, height = picture.size
            if width * height > PIXELS:
                raise Invalid(
                    f"The picture has {width} × {height} pixels, more than {PIXELS // 1_000_000} million.",
                    place=filename,
                    hint="Make it smaller.",
                )
            kind = picture_kind(picture)
            picture.load()
            width, height = ImageOps.exif_transpose(picture).size
    except UnidentifiedImageError as error:
        raise Invalid(
            "This is no picture that can be shown.", place=filename, hint="JPEG, PNG, GIF, WebP and AVIF are taken."
        ) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Invalid(
            f"The picture has more than {PIXELS // 1_000_000} million pixels.", place=filename, hint="Make it smaller."
        ) from error
    except BROKEN as error:
        raise broken(place=filename) from error
    extension, mime = PICTURES[kind]
    return Examined(digest, "picture", extension, mime, width, height)


def broken(*, place: str = "") -> Invalid:
    """What is said of a picture that cannot be read to its end, whichever library finds that in its own words."""
    return Invalid(
        "The picture is broken: it is cut, or holds what no picture should.",
        place=place,
        hint="Send it again, or open it in a program for pictures and save it anew.",
    )


def picture_kind(picture: "Image") -> str:
    """The format of an opened picture, by Pillow's name. A JPEG with more pictures behind the first is one, too."""
    return "JPEG" if picture.format == "MPO" else str(picture.format)


def keep(folder: Path, examined: Examined, content: bytes) -> Path:
    """Write the file under its hash, synced to the disk before this returns. One that is there already is left alone.

    Raises Unavailable where the disk is full or cannot be written.
    """
    path = folder / examined.hash[:2] / f"{examined.hash[2:]}.{examined.extension}"
    if path.is_file() and path.stat().st_size == len(content):
        return path
    passing = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with passing.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        passing.replace(path)
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    except OSError as error:
        with contextlib.suppress(OSError):
            passing.unlink()
        raise Unavailable(
            f"The file cannot be stored: {error.strerror}.", hint=f"Look at the space and permissions of {folder}."
        ) from error
    return path
