"""The yardstick: an ASGI application that does nothing but send the bytes of a file.

With one header, or with the status and the headers of another file (JSON: `[status, [[name, value], …]]`).
"""

import json
import os
from pathlib import Path
from typing import Any


def application() -> Any:
    """The application for the file that `BENCH_BODY` names, with the head that `BENCH_HEAD` may name."""
    body = Path(os.environ["BENCH_BODY"]).read_bytes()
    status, named = 200, [["content-length", str(len(body))]]
    if head := os.environ.get("BENCH_HEAD"):
        status, named = json.loads(Path(head).read_bytes())
    headers = [(name.encode(), value.encode("latin-1")) for name, value in named]
    start = {"type": "http.response.start", "status": status, "headers": headers}
    end = {"type": "http.response.body", "body": body}

    async def app(scope: Any, _receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await send(start)
            await send(end)

    return app
