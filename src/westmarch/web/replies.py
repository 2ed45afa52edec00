"""Answers: a body with its headers, which sends itself whole, without the body, or as 304, by what was asked."""

import hashlib
from collections.abc import Iterable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

HTML = "text/html; charset=utf-8"
FRESH = "no-cache"
FOR_EVER = "public, max-age=31536000, immutable"
#: No browser keeps so many forms of one address that their tags would have more characters.
LONGEST_CONDITION = 4_000

#: On every answer, beside the policy.
SECURITY: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
)

#: Instead of the policy of pages, on a file that somebody brought: it may not run anything, whatever it is.
HARMLESS = ("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox")


def policy(frames: Iterable[str]) -> bytes:
    """The Content-Security-Policy: what is ours, and pictures, films and sounds that writers link to elsewhere.

    Players, from the hosts `frames`, come after a click; so do films and sounds, which are not loaded before.
    """
    players = " ".join(f"https://{host}" for host in frames) or "'none'"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; "
        f"img-src 'self' https: data:; media-src 'self' https:; frame-src {players}; manifest-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
    ).encode()


def etag_of(body: bytes) -> str:
    """A strong entity tag: the hash of the content. Processors have SHA-256 built in: half the time of BLAKE2."""
    return f'"{hashlib.sha256(body, usedforsecurity=False).hexdigest()[:24]}"'


def matches(etag: str, if_none_match: str) -> bool:
    """Whether a condition names the tag, by the weak comparison that If-None-Match asks for (RFC 9110, 13.1.2).

    A longer one than `LONGEST_CONDITION` is not looked at: whoever sends it gets the whole answer.
    """
    if if_none_match == etag:  # As browsers send it.
        return True
    if len(if_none_match) > LONGEST_CONDITION:
        return False
    if if_none_match.strip() == "*":
        return True
    return etag in (part.strip().removeprefix("W/") for part in if_none_match.split(","))


class Reply(Response):
    """An answer with its whole body, which adds what every answer has when it is sent.

    Only answers with status 200 have an entity tag, and only they become 304. `viewed` is the id of the post or page
    that whoever gets this answer has before them, for the count of views. `query` is the part of the request's query
    that the answer depends on, in its one spelling. `route` is the pattern of the addresses at which such answers
    stand, as `/tags/{tag}/`, for whoever counts them; what leads nowhere of its own has the one of all.
    """

    viewed: int | None = None
    query: str = ""
    route: str = "/{path}"

    def __init__(
        self,
        body: bytes,
        mime: str = HTML,
        status: int = 200,
        cache: str = FRESH,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self.body: bytes = body
        self.mime = mime
        self.status_code = status
        self.background = None
        self.own = headers
        self.raw_headers = [
            (b"cache-control", cache.encode()),
            *((name.encode(), value.encode("latin-1")) for name, value in headers),
        ]
        self.etag = etag_of(body) if status == 200 else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - as ASGI has it
        status, body = self.status_code, self.body
        own = {name for name, _ in self.raw_headers}
        headers = [*self.raw_headers, *(pair for pair in scope["app"].state.surface.headers if pair[0] not in own)]
        if request_id := scope.get("state", {}).get("request_id"):
            headers.append((b"x-request-id", request_id.encode()))
        if self.etag:
            headers.append((b"etag", self.etag.encode()))
            # A list may come in several lines, which mean the same as one (RFC 9110, 5.3).
            condition = b",".join(value for name, value in scope["headers"] if name == b"if-none-match")
            if condition and matches(self.etag, condition.decode("latin-1")):
                status, body = 304, b""
        if status != 304:
            headers.append((b"content-type", self.mime.encode()))
            headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def unavailable(reply: Reply) -> Reply:
    """A page that says that an engine does not answer: 503, and after how many seconds to ask again."""
    return Reply(reply.body, reply.mime, 503, headers=(*reply.own, ("retry-after", "10")))


def redirect(address: str, *, permanent: bool = True) -> Reply:
    """Send the reader to a whole address (301, or 302 for now)."""
    return Reply(b"", "text/plain; charset=utf-8", 301 if permanent else 302, headers=(("location", address),))
