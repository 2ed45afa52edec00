"""Requests that change something come from pages of the site itself, or from programs; from other sites they do not.

Browsers say where a request comes from (`Sec-Fetch-Site`, and older ones `Origin`), and no page can make them say
something else. Programs say nothing. So forms need no secret of their own, and pages that hold one can be cached.

Pages of the origins that may read the API may also change what a token lets them: no browser sends one by itself, so
whoever sends it has it, and the API looks at nothing else.
"""

import re
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from westmarch.web import request_target

#: What changes nothing (RFC 9110, 9.2.1).
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
#: From a page of the very origin, or from the reader alone: a bookmark, an extension.
OWN = frozenset({"same-origin", "none"})
#: What the answer says.
REFUSAL = (
    "This came from a page of another site, so nothing was done. Open the page of this site and send it from there."
)
#: What a token comes with (RFC 6750, 2.1). Browsers do send other schemes by themselves, such as Basic.
_BEARER = re.compile(rb"bearer +[^ ]", re.IGNORECASE)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class Origins:
    """ASGI middleware: refuses, by `refused`, what another site has sent in the name of a reader.

    It looks at every method but the safe ones, and at every WebSocket, on whatever route.
    """

    def __init__(self, app: ASGIApp, *, url: str, refused: ASGIApp, shared: str = "") -> None:
        """`shared` is the pattern of the origins whose pages may use the API; empty for none."""
        self.app = app
        self.shared = re.compile(shared) if shared else None
        self.own = _plain(url)
        self.secure = self.own.startswith("https:")
        self.refused = refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI has it."""
        if scope["type"] == "websocket":
            if self.foreign(scope):
                await send({"type": "websocket.close", "code": 1008, "reason": "It comes from another site."})
                return
        elif (
            scope["type"] == "http" and scope["method"] not in SAFE and self.foreign(scope) and not self.by_token(scope)
        ):
            await self.refused(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def foreign(self, scope: Scope) -> bool:
        """Whether a browser says that the request comes from elsewhere. All lines of a header count."""
        sites = [value for name, value in scope["headers"] if name == b"sec-fetch-site"]
        if sites:
            return any(value.decode("latin-1").strip().lower() not in OWN for value in sites)
        origins = [value.decode("latin-1").strip() for name, value in scope["headers"] if name == b"origin"]
        hosts = [value.decode("latin-1").strip().lower() for name, value in scope["headers"] if name == b"host"]
        return not all(self._ours(origin, hosts) for origin in origins)

    def by_token(self, scope: Scope) -> bool:
        """Whether a page that may use the API asks it with a token."""
        if self.shared is None or not request_target.is_of_api(scope):
            return False
        origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
        tokens = [value for name, value in scope["headers"] if name == b"authorization"]
        return (
            len(origins) == len(tokens) == 1
            and self.shared.fullmatch(origins[0]) is not None
            and _BEARER.match(tokens[0]) is not None
        )

    def _ours(self, origin: str, hosts: list[str]) -> bool:
        if (plain := _plain(origin)) == self.own:
            return True
        scheme, _, host = plain.partition("://")
        # A site on HTTPS has no pages on plain HTTP: whoever is on the way can write those.
        schemes = ("https",) if self.secure else ("http", "https")
        return scheme in schemes and len(hosts) == 1 and host == hosts[0].removesuffix(_DEFAULT_PORTS[scheme])


def _plain(address: str) -> str:
    """The origin of an address in one spelling, without the port that its scheme has anyway; empty for none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.scheme not in _DEFAULT_PORTS or not parts.netloc:
        return ""
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(_DEFAULT_PORTS[parts.scheme])}"
