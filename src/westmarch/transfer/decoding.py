"""From the bytes of a file to text."""

import itertools
from dataclasses import dataclass

from westmarch.errors import Invalid

#: No text that a person writes is longer; a longer file is something else with a text's name.
LONGEST = 16 * 1024 * 1024

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
#: Tried in this order: a strict East Asian one refuses most Western text, and the last refuses nothing.
_OTHERS = ("gb18030", "shift_jis", "cp1252", "latin-1")


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file with `\\n` as its only line end; `encoding` is None where it was UTF-8, as it should be."""

    text: str
    encoding: str | None = None


def decode(data: bytes) -> Decoded:
    """Read text. Byte order marks are obeyed and dropped; what is not UTF-8 is read as what it most likely is.

    Raises `Invalid` where the bytes are not text at all.
    """
    if len(data) > LONGEST:
        raise Invalid(f"the file has {len(data):,} bytes, more than the {LONGEST:,} that a text may have")
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                text = data[len(mark) :].decode(encoding)
            except UnicodeDecodeError as error:
                raise Invalid(f"the file says that it is {encoding} and is not: {error.reason}") from error
            return Decoded(_clean(text), None if encoding == "utf-8" else encoding)
    if b"\x00" in data:
        raise Invalid("the file is not text: it holds zero bytes")
    try:
        return Decoded(_clean(data.decode()))
    except UnicodeDecodeError:
        return _guess(data)


def _guess(data: bytes) -> Decoded:
    high = sum(byte >= 0x80 for byte in data)
    for encoding in _OTHERS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # Western text has few accents, each beside plain letters: the same bytes read as East Asian pairs would
        # be scattered ideographs, so such a reading is believed only where high bytes come in runs.
        if encoding in {"gb18030", "shift_jis"} and not _comes_in_runs(data, high):
            continue
        return Decoded(_clean(text), encoding)
    return Decoded(_clean(data.decode("latin-1")), "latin-1")


def _comes_in_runs(data: bytes, high: int) -> bool:
    pairs = sum(1 for first, second in itertools.pairwise(data) if first >= 0x80 and second >= 0x80)
    return pairs * 2 >= high


def _clean(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd").lstrip("\ufeff")
