"""What a file is by what stands in it, whatever it is called."""

import re
from io import BytesIO
from zipfile import is_zipfile

from westmarch.errors import Invalid

#: How files begin, by their extension.
_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x1f\x8b\x08", "gz"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"ID3", "mp3"),
    (b"OggS", "ogg"),
)
_EPUB = b"mimetypeapplication/epub+zip"
#: Frames of MPEG audio, layer III, without a tag before them.
_MP3 = re.compile(rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb]")
#: The brands of ISO base media files (ISO 14496-12) that are films and sounds; pictures (AVIF) have others.
_FILMS = re.compile(rb"(?:iso[0-9a-z]|mp4[0-9]|avc[0-9]|M4V[ HP]|dash|MSNV|f4v |3gp[0-9])")
_SOUNDS = re.compile(rb"M4[AB] ")
#: Texts that have no mark of their own are told by their names, if they are texts.
_TEXTS = frozenset({"txt", "csv"})
_MARKUP = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(!doctype html|html|head|body|script|svg|!doctype svg)",
    re.IGNORECASE | re.DOTALL,
)
#: What makes a picture a page or a program as well. Pictures hold no such words by chance.
_WITHIN = re.compile(rb"<script|<html|<!doctype html|<\?php|<svg[\s>]|javascript:", re.IGNORECASE)
_HEAD = 4_096
#: How a PDF ends (ISO 32000-1, 7.5.5): the place of its table, and a mark, behind which programs leave little.
_END = re.compile(rb"startxref\s+([0-9]{1,12})\s+%%EOF")
_BEHIND = 1_024
_OBJECT = re.compile(rb"[0-9]\s+obj\b")
#: How pictures and archives begin, whatever stands before them.
_OTHERS = re.compile(rb"\xff\xd8\xff|\x89PNG\r\n|GIF8[79]a|RIFF....WEBP|ftypavi|PK\x03\x04|7z\xbc\xaf|Rar!", re.DOTALL)


def extension(content: bytes, called: str) -> str | None:
    """The extension of a file that is no picture, by its content; `called` is that of its name. None: another one."""
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return "wav"
    if content[4:8] == b"ftyp":
        brand = content[8:12]
        return "m4a" if _SOUNDS.match(brand) else ("mp4" if _FILMS.match(brand) else None)
    if content[:4] == b"\x1a\x45\xdf\xa3":
        return "webm" if b"webm" in content[:_HEAD] else None
    for beginning, found in _BEGINNINGS:
        if content.startswith(beginning):
            if found == "zip" and _EPUB in content[30 : 30 + len(_EPUB)]:
                return "epub"
            return "tgz" if found == "gz" and called == "tgz" else found
    if _MP3.match(content):
        return "mp3"
    return called if called in _TEXTS and _is_text(content) else None


def begins_as_picture(content: bytes) -> bool:
    """Whether a file has the beginning of a picture that is taken, whatever follows."""
    if content.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")):
        return True
    return content[8:12] == b"WEBP" if content[:4] == b"RIFF" else content[4:12] in (b"ftypavif", b"ftypavis")


def markup(content: bytes) -> str:
    """`html` or `svg` for a file that begins as such, else nothing."""
    found = _MARKUP.match(content[:_HEAD].removeprefix(b"\xef\xbb\xbf"))
    return "" if found is None else ("svg" if b"svg" in found[1].lower() else "html")


def require_one(content: bytes) -> None:
    """Raises Invalid for a picture that is something else as well: a program could take it for that."""
    other = "an archive" if is_zipfile(BytesIO(content)) else ""
    other = other or ("a PDF" if b"%PDF-" in content[:1_024] else "")
    other = other or ("a page or a script" if _WITHIN.search(content) else "")
    if other:
        raise Invalid(f"It is a picture and {other} at once.", hint="Save the picture anew in a program for pictures.")


def require_document(content: bytes) -> None:
    """Raises Invalid for what begins as a PDF and does not end as one, or is something else as well.

    What lies within its objects is its own: documents hold pictures and files.
    """
    first, ends = _OBJECT.search(content), list(_END.finditer(content, max(0, len(content) - 2 * _BEHIND)))
    if first is None or not ends or len(content) - ends[-1].end() > _BEHIND or int(ends[-1][1]) >= len(content):
        raise Invalid("It begins as a PDF and is no whole one.", hint="Send it again, or save it anew as a PDF.")
    around = (content[: first.start()], content[ends[-1].end() :])
    mixed = is_zipfile(BytesIO(content)) or any(_OTHERS.search(part) or _WITHIN.search(part) for part in around)
    if mixed:
        raise Invalid("It is a PDF and something else at once.", hint="Save it anew as a PDF.")


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False
