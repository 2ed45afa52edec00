"""Reading forms: what browsers send, within bounds."""

from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Receive

from westmarch.errors import Invalid

#: How many fields and files a form may have, and how large the fields may be, in bytes.
MOST_FIELDS, MOST_FILES, MOST_BYTES = 2_000, 20, 16 << 20


class Form:
    """The fields of a form. A field that is not there is empty; of one that comes twice the last counts."""

    def __init__(self, data: FormData) -> None:
        self.data = data

    def text(self, name: str) -> str:
        """The field as one text, with line ends as in Unix and without U+0000, which no database takes."""
        return _plain(self.data.getlist(name)[-1:])

    def line(self, name: str) -> str:
        """The field as one line: spaces at its ends are taken off, line ends within become spaces."""
        return " ".join(self.text(name).split("\n")).strip()

    def checked(self, name: str) -> bool:
        """Whether a box was ticked."""
        return self.text(name) not in ("", "0", "off", "false")

    def all(self, name: str) -> list[str]:
        """All values of a field that may come many times."""
        return [_plain([value]) for value in self.data.getlist(name) if isinstance(value, str)]

    def file(self, name: str) -> UploadFile | None:
        """The file of a field, or None where none was chosen."""
        found = [each for each in self.data.getlist(name) if isinstance(each, UploadFile)]
        return found[-1] if found and found[-1].filename else None


def _plain(values: list[UploadFile | str]) -> str:
    text = values[0] if values and isinstance(values[0], str) else ""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def in_utf_8(request: Request) -> bool:
    """Whether a form is in UTF-8, as all are that browsers send from our pages.

    Another `charset` would be looked up among Python's codecs: some make halves of characters, and one always fails.
    """
    _, parameters = parse_options_header(request.headers.get("content-type", ""))
    return parameters.get(b"charset", b"utf-8").lower() in (b"utf-8", b"utf8")


async def read(request: Request, *, most_bytes: int = MOST_BYTES, file_bytes: int = 0) -> Form:
    """The form that was sent, with files of `file_bytes` in all; without that number it may have none.

    Raises Invalid where it is no form, or larger than is taken: what follows then is not read.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        raise Invalid("A form is needed.", hint="Send it as a browser does.")
    if not in_utf_8(request):
        raise Invalid("A form is sent in UTF-8.", hint="Send it as a browser does.")
    bounded = Request(request.scope, _bounded(request.receive, most_bytes + file_bytes))
    most_files = MOST_FILES if file_bytes else 0
    try:
        data = await bounded.form(max_fields=MOST_FIELDS, max_files=most_files, max_part_size=most_bytes)
    except (MultiPartException, HTTPException) as error:
        raise Invalid(f"The form cannot be read: {getattr(error, 'detail', None) or error}") from error
    except ClientDisconnect as error:
        raise Invalid("The form did not come to its end.", hint="Send it again.") from error
    return Form(data)


def _bounded(receive: Receive, most: int) -> Receive:
    """A body of at most so many bytes. Raises Invalid with the first piece that is too much."""
    size = 0

    async def receive_() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            raise Invalid(f"A form may have {most:,} bytes at most.")
        return message

    return receive_
