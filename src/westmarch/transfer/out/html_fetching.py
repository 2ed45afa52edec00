"""Asking the program itself for a file, without a network: what it would send is written."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from starlette.types import ASGIApp, Message, Scope

from westmarch.errors import Invalid


async def fetch(app: ASGIApp, address: str, opened: Callable[[], BinaryIO]) -> int:
    """The status of the answer of an ASGI application to GET at a whole address; the body of a 200 goes to a file.

    `opened` gives the file, and is called for a 200 alone; what it raises is raised.
    """
    parts = urlsplit(address)
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": parts.scheme,
        "path": unquote(parts.path),
        "raw_path": parts.path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", parts.netloc.encode())],
        "client": None,
        "server": None,
    }
    asked, status = False, 0
    file: BinaryIO | None = None
    fault: Invalid | OSError | None = None
    with ExitStack() as stack:

        async def receive() -> Message:
            nonlocal asked
            if asked:  # Whoever asks again waits for the asker to go away, who stays to the end.
                await asyncio.Event().wait()
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            nonlocal status, file, fault
            try:
                if message["type"] == "http.response.start":
                    status = message["status"]
                    if status == 200:
                        file = stack.enter_context(opened())
                elif file is not None:
                    file.write(message.get("body", b""))
            except (Invalid, OSError) as error:  # The application would take it for one of its own.
                file, fault = None, error

        await app(scope, receive, send)
    if fault is not None:
        raise fault
    return status
