"""A large file that somebody sends by a form: written to the disk piece by piece, never whole in memory."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import python_multipart
from python_multipart.exceptions import FormParserError
from starlette.requests import ClientDisconnect, Request

from westmarch.errors import Invalid, Unavailable

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

#: The bytes of all fields that are no file, and how many fields and headers of a field are taken.
_FIELDS, _MOST = 64 * 1024, 100
#: So much is gathered before it is written, in bytes.
_PIECE = 1 << 20
#: How long a file's name may be.
_NAME = 200


@dataclass(slots=True)
class Uploaded:
    """The form: the fields that are texts, and the name and size of the file; it is empty where none was chosen."""

    fields: dict[str, str] = field(default_factory=dict)
    filename: str = ""
    size: int = 0


async def receive(request: Request, name: str, to: Path, *, most: int) -> Uploaded:
    """Write the file of the field `name` to a new file, of `most` bytes at most. Other files are not taken.

    Raises Invalid for what is no such form and for a file that is too large, Unavailable where the disk is full; the
    file may be there in part then.
    """
    kind, options = python_multipart.multipart.parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary:
        raise Invalid("A form with a file is needed.", hint="Send it as a browser does.", place=name)
    if int(length if (length := request.headers.get("content-length", "")).isdecimal() else 0) > most + _FIELDS:
        raise _too_large(name, most)
    try:
        with to.open("xb") as file:
            parts = _Parts(name, most, file)
            parser = python_multipart.MultipartParser(boundary, parts.callbacks())
            async for chunk in request.stream():
                parser.write(chunk)
                if len(parts.waiting) >= _PIECE:
                    await asyncio.to_thread(parts.write)
            parser.finalize()
            await asyncio.to_thread(parts.write)
    except FormParserError as error:
        raise Invalid(f"The form cannot be read: {error}", place=name) from error
    except ClientDisconnect as error:
        raise Invalid("The file did not come to its end.", hint="Send it again.", place=name) from error
    except OSError as error:
        raise Unavailable(f"The file cannot be kept: {error.strerror}.", hint="Make room on the disk.") from error
    if not parts.ended:
        raise Invalid("The form did not come to its end.", hint="Send it again.", place=name)
    return parts.found


def _too_large(name: str, most: int) -> Invalid:
    whole = f"{most / 1024**3:.0f} GB" if most >= 1024**3 else f"{most / 1024**2:.0f} MB"
    return Invalid(f"The file is larger than {whole}.", hint="The command line takes larger ones.", place=name)


class _Parts:
    """What the parser of a form tells, part by part."""

    def __init__(self, name: str, most: int, file: BinaryIO) -> None:
        self.name, self.most, self.file = name, most, file
        self.found = Uploaded()
        self.waiting = bytearray()
        self.ended = False
        self._header = self._value = b""
        self._disposition = b""
        self._text: bytearray | None = None
        self._field = ""
        self._is_file = False
        self._fields = self._count = 0

    def callbacks(self) -> "MultipartCallbacks":
        """What the parser calls."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._whole,
        }

    def write(self) -> None:
        """Write what was gathered."""
        self.file.write(self.waiting)
        self.waiting.clear()

    def _begin(self) -> None:
        self._count += 1
        if self._count > _MOST:
            raise Invalid("The form has too many fields.", place=self.name)
        self._disposition, self._text, self._is_file = b"", None, False

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header = self._value = b""

    def _headers(self) -> None:
        _, options = python_multipart.multipart.parse_options_header(self._disposition)
        self._field = options.get(b"name", b"").decode("utf-8", "replace")
        filename = options.get(b"filename")
        if filename is None:
            self._text = bytearray()
        elif self._field == self.name and not self.found.filename:
            self._is_file = True
            self.found.filename = filename.decode("utf-8", "replace")[-_NAME:]

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self.found.size += end - start
            if self.found.size > self.most:
                raise _too_large(self.name, self.most)
            self.waiting += data[start:end]
        elif self._text is not None:
            self._fields += end - start
            if self._fields > _FIELDS:
                raise Invalid("The form has more text than is taken.", place=self.name)
            self._text += data[start:end]

    def _end(self) -> None:
        if self._text is not None:
            text = self._text.decode("utf-8", "replace").replace("\r\n", "\n").replace("\0", "")
            self.found.fields[self._field] = text

    def _whole(self) -> None:
        self.ended = True
