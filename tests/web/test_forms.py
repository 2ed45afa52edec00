"""Forms are read within bounds."""

from collections.abc import Iterator

import pytest
from starlette.requests import Request
from starlette.types import Message

from westmarch.errors import Invalid
from westmarch.web import forms

pytestmark = pytest.mark.unit

PLAIN = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=b"


def request(body: bytes | Iterator[bytes], kind: str = PLAIN) -> Request:
    pieces = iter([body]) if isinstance(body, bytes) else body

    async def receive() -> Message:
        piece = next(pieces, None)
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    return Request({"type": "http", "method": "POST", "headers": [(b"content-type", kind.encode())]}, receive)


def part(name: str, content: bytes, filename: str = "") -> bytes:
    file = f'; filename="{filename}"' if filename else ""
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode() + content + b"\r\n"


@pytest.mark.parametrize(
    ("body", "kind"), [(b"a=1%0D%0A2&b=x", PLAIN), (part("a", b"1\r\n2") + part("b", b"x") + b"--b--\r\n", PARTS)]
)
async def test_both_kinds_of_form_give_the_same(body: bytes, kind: str) -> None:
    form = await forms.read(request(body, kind))
    assert (form.text("a"), form.line("a"), form.text("b"), form.text("c")) == ("1\n2", "1 2", "x", "")


async def test_of_a_field_that_comes_twice_the_last_counts() -> None:
    form = await forms.read(request(b"a=1&a=2"))
    assert (form.text("a"), form.all("a")) == ("2", ["1", "2"])


async def test_what_no_database_takes_is_left_out() -> None:
    assert (await forms.read(request(b"a=x%00y"))).text("a") == "xy"


@pytest.mark.parametrize("kind", ["", "text/plain", "application/json", "multipart/form-data"])
async def test_what_is_no_form_is_refused(kind: str) -> None:
    with pytest.raises(Invalid):
        await forms.read(request(b"a=1", kind))


@pytest.mark.parametrize("charset", ["undefined", "unicode_escape", "utf-7", "nothing"])
async def test_a_form_in_another_encoding_is_refused(charset: str) -> None:
    with pytest.raises(Invalid):
        await forms.read(request(part("a", rb"\ud800") + b"--b--\r\n", f"{PARTS}; charset={charset}"))


async def test_a_form_may_say_that_it_is_in_utf_8() -> None:
    form = await forms.read(request(part("a", "ä".encode()) + b"--b--\r\n", f'{PARTS}; charset="UTF-8"'))
    assert form.text("a") == "ä"


@pytest.mark.parametrize("kind", [PLAIN, PARTS])
async def test_a_form_that_is_too_large_is_not_read_to_its_end(kind: str) -> None:
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        yield part("a", b"").removesuffix(b"\r\n") if kind == PARTS else b"a="
        while True:
            read += 1
            yield b"x" * 1_000

    with pytest.raises(Invalid):
        await forms.read(request(endless(), kind), most_bytes=10_000)
    assert read <= 11


async def test_a_file_is_refused_where_none_is_asked_for() -> None:
    with pytest.raises(Invalid):
        await forms.read(request(part("f", b"x", "x.txt") + b"--b--\r\n", PARTS))


async def test_a_file_is_taken_where_one_is_asked_for() -> None:
    form = await forms.read(request(part("f", b"x", "x.txt") + b"--b--\r\n", PARTS), file_bytes=1_000)
    file = form.file("f")
    assert file is not None
    assert await file.read() == b"x"
    await form.data.close()


async def test_a_file_that_is_too_large_is_refused() -> None:
    body = part("f", b"x" * 30_000, "x.txt") + b"--b--\r\n"
    with pytest.raises(Invalid):
        await forms.read(request(body, PARTS), most_bytes=1_000, file_bytes=20_000)


async def test_too_many_fields_are_refused() -> None:
    with pytest.raises(Invalid):
        await forms.read(request(b"a=1&" * (forms.MOST_FIELDS + 1)))
