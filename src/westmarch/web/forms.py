"""Reading forms: what browsers send, within bounds."""

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request

from westmarch.errors import Invalid

#: How many fields and files a form may have, and how large all of it may be without files, in bytes.
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


async def read(request: Request, *, most_bytes: int = MOST_BYTES) -> Form:
    """The form that was sent. Raises Invalid where it is none, or larger than is taken."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        raise Invalid("A form is needed.", hint="Send it as a browser does.")
    if kind == "application/x-www-form-urlencoded":
        size = 0
        chunks = []
        async for chunk in request.stream():
            size += len(chunk)
            if size > most_bytes:
                raise Invalid(f"A form may have {most_bytes:,} bytes at most.")
            chunks.append(chunk)
        request._body = b"".join(chunks)  # noqa: SLF001 - as Request.body() keeps it
    try:
        data = await request.form(max_fields=MOST_FIELDS, max_files=MOST_FILES, max_part_size=most_bytes)
    except (MultiPartException, HTTPException) as error:
        raise Invalid(f"The form cannot be read: {getattr(error, 'detail', None) or error}") from error
    return Form(data)
