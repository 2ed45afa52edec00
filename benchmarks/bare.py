"""The yardstick: an ASGI application that does nothing but send the bytes of a file, with one header."""

import os
from pathlib import Path
from typing import Any


def application() -> Any:
    """The application for the file that `BENCH_BODY` names."""
    body = Path(os.environ["BENCH_BODY"]).read_bytes()
    start = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(body)).encode())]}
    end = {"type": "http.response.body", "body": body}

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await send(start)
            await send(end)

    return app
