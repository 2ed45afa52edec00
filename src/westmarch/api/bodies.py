"""Bodies in JSON (RFC 8259), read strictly: what two programs would read differently is refused."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request

from westmarch.api.problems import BadRequest, TooLarge, UnsupportedType
from westmarch.errors import Invalid

#: How large a body may be, in bytes, and how deep its values may lie in one another.
MOST_BYTES, DEEPEST = 8 << 20, 32
_SHORTENED = 60


async def read(request: Request, *, merging: bool = False) -> Any:
    """The body's value. `merging`: it may also be called a merge patch (RFC 7396).

    Raises UnsupportedType for another type, TooLarge, BadRequest where it is no JSON, Invalid for texts that cannot be
    stored.
    """
    kind, parameters = media_type(request.headers)
    if kind != "application/json" and not (merging and kind == "application/merge-patch+json"):
        raise UnsupportedType(
            f"A body of the type {kind[:_SHORTENED]!r} is not taken." if kind else "The type of the body is missing.",
            hint="Send JSON with the header Content-Type: application/json.",
        )
    charset = parameters.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8"):
        raise UnsupportedType(f"JSON is written in UTF-8, not in {charset[:_SHORTENED]!r}.")
    return parsed(await content(request, MOST_BYTES))


async def nothing(request: Request) -> None:
    """Refuse a body where none is taken: nobody shall believe that what it says is done.

    Raises Invalid by the name of a field, BadRequest for what is no object.
    """
    body = await content(request, MOST_BYTES)
    value = parsed(body) if body.strip() else {}
    if not isinstance(value, dict):
        raise BadRequest("There is nothing to be sent here.")
    for name in value:
        raise Invalid("there is no such field here", place=name)


def media_type(headers: Headers) -> tuple[str, dict[str, str]]:
    """The type of a body and its parameters, both in lower case, by the header Content-Type."""
    kind, *parts = (part.strip() for part in headers.get("content-type", "").split(";"))
    pairs = (part.partition("=") for part in parts)
    return kind.lower(), {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}


async def content(request: Request, most: int) -> bytes:
    """The bytes of a body. Raises TooLarge for more than `most`, as soon as that is seen."""
    size, chunks = 0, []
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > most:
                raise TooLarge(f"A body may have {most:,} bytes at most.")
            chunks.append(chunk)
    except ClientDisconnect as error:
        raise BadRequest("The body has ended before its time.") from error
    return b"".join(chunks)


def parsed(body: bytes) -> Any:
    """The value that a body holds."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest(f"The body is not UTF-8: byte {error.start + 1} fits no character.") from error
    try:
        value = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise BadRequest(f"The body is no JSON: line {error.lineno}, column {error.colno}: {error.msg}.") from error
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:  # A number of thousands of digits.
        raise BadRequest(f"The body is no JSON that can be read: {error}") from error
    _check(value)
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        raise BadRequest(f"The body names {_printable(twice)!r} twice in one object.")
    return found


def _no_number(name: str) -> Any:
    raise BadRequest(f"The body is no JSON: {name} is no number.")


def _check(value: Any) -> None:
    """Refuse what lies too deep, and texts that cannot be stored: with U+0000, or half a character."""
    waiting: list[tuple[Any, tuple[str, ...]]] = [(value, ())]
    while waiting:
        each, place = waiting.pop()
        if isinstance(each, str):
            if "\0" in each or not _whole(each):
                raise Invalid("it holds U+0000 or half of a character", place="/".join(place))
        elif isinstance(each, dict | list):
            if len(place) >= DEEPEST:
                raise _too_deep()
            waiting.extend((within, (*place, name)) for name, within in _members(each))


def _members(value: dict[str, Any] | list[Any]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list):
        yield from ((str(number), each) for number, each in enumerate(value))
        return
    for name, each in value.items():
        if not _whole(name):
            raise BadRequest(f"A name in the body holds half of a character: {_printable(name)!r}.")
        yield name[:_SHORTENED], each


def _whole(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _printable(text: str) -> str:
    return text[:_SHORTENED].encode("ascii", "backslashreplace").decode()


def _too_deep() -> TooLarge:
    return TooLarge(f"The values of the body lie more than {DEEPEST} deep in one another.")
