"""Which pages of other origins may use the API."""

import re

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from westmarch.web import request_target

#: Origins of strangers, some of names and addresses that nobody has (RFC 2606, 5737, 3849): a pattern that matches one
#: of them means no certain origins.
_ANY = (
    "null",
    *(
        f"{scheme}://{name}{port}"
        for scheme in ("http", "https")
        for name in (
            "any.invalid",
            "a-stranger-of-nobodys.com",
            "strangerofnobodys.org",
            "203.0.113.9",
            "[2001:db8::9]",
        )
        for port in ("", ":8443")
    ),
)


class APIForOthers:
    """ASGI middleware: whatever is below `/api/` may be asked by pages whose origin the whole of the pattern matches.

    What they change they change by a token (`web/origins.py`). Credentials may be sent by them, unless the pattern
    matches whatever origin there is.
    """

    def __init__(self, app: ASGIApp, *, pattern: str) -> None:
        self.app = app
        self.sharing = CORSMiddleware(
            app,
            allow_origin_regex=pattern,
            allow_credentials=not any(re.fullmatch(pattern, origin) for origin in _ANY),
            allow_methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["*"],
            expose_headers=["x-process-time", "server-timing", "retry-after", "x-request-id", "etag", "link"],
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI has it."""
        asked = scope["type"] == "http" and request_target.is_of_api(scope)
        await (self.sharing if asked else self.app)(scope, receive, send)
