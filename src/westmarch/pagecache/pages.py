"""Ready answers: one content in the codings that were asked for, each with its headers as they are sent."""

import asyncio
import gzip
from collections.abc import Sequence
from functools import lru_cache

import brotli
from starlette.types import Scope, Send

from westmarch.metrics.durations import Route
from westmarch.web.replies import Reply, matches

#: The codings that are made, the dearest to make and smallest to send first.
CODINGS = ("br", "gzip")
IDENTITY = "identity"
#: Brotli's quality: 11 takes 36 times as long as 5 for an eighth less.
BROTLI_QUALITY = 5
GZIP_LEVEL = 6
#: Longer headers Accept-Encoding are not looked at.
LONGEST_ACCEPT = 500
#: What a response and its lists weigh in memory beside the bytes in them, in bytes.
OVERHEAD = 1_200

Headers = list[tuple[bytes, bytes]]


def coding(accept_encoding: bytes) -> str:
    """The coding to send to whom has sent this header Accept-Encoding (RFC 9110, 12.5.3)."""
    return _coding(accept_encoding) if len(accept_encoding) <= LONGEST_ACCEPT else IDENTITY


@lru_cache(maxsize=512)
def _coding(accept_encoding: bytes) -> str:
    weights: dict[str, float] = {}
    for part in accept_encoding.decode("latin-1").lower().split(","):
        name, _, parameter = part.partition(";")
        key, _, weight = parameter.partition("=")
        try:
            weights[name.strip()] = float(weight) if key.strip() == "q" else 1.0
        except ValueError:
            weights[name.strip()] = 0.0
    others = weights.get("*", 0.0)
    weighed = {name: weights.get(name, others) for name in CODINGS}
    best = max(CODINGS, key=lambda name: weighed[name])  # The first of equals.
    return best if weighed[best] > 0 and weighed[best] >= weights.get(IDENTITY, 0.0) else IDENTITY


class Form:
    """A content in one coding, with the headers of its answers."""

    __slots__ = ("body", "content_lines", "etag", "headers", "lines", "unchanged")

    def __init__(self, body: bytes, etag: str, common: Sequence[tuple[bytes, bytes]], mime: bytes, name: str) -> None:
        self.body = body
        self.etag = etag
        self.unchanged: Headers = [*common, (b"etag", etag.encode())]
        self.headers: Headers = [
            *self.unchanged,
            (b"content-type", mime),
            (b"content-length", str(len(body)).encode()),
        ]
        if name != IDENTITY:
            self.headers.append((b"content-encoding", name.encode()))
        #: The headers as they are written into a socket: those that a 304 has, and those of the content beside them.
        self.lines = _lines(self.unchanged)
        self.content_lines = _lines(self.headers[len(self.unchanged) :])

    def meets(self, condition: bytes) -> bool:
        """Whether whoever sends this header If-None-Match has this form already."""
        return condition != b"" and matches(self.etag, condition.decode("latin-1"))


def _lines(headers: Headers) -> bytes:
    """Headers as HTTP/1.1 writes them. Raises ValueError where one would begin a line of its own."""
    written = b"".join(b"%s: %s\r\n" % pair for pair in headers)
    if len(written.splitlines()) != len(headers):
        raise ValueError(f"a header of a page holds a line break: {headers!r}")
    return written


class Page:
    """A content with status 200 in the codings that were asked for.

    Where a compressed form is there, the plain one is kept only if somebody has asked for it. `viewed` and `route` are
    those of its reply; `durations` is where answers with the page are counted, if they are.
    """

    __slots__ = ("_common", "_etag", "_mime", "_plain_asked", "durations", "forms", "route", "viewed")

    def __init__(
        self,
        body: bytes,
        etag: str,
        mime: str,
        headers: Sequence[tuple[bytes, bytes]],
        viewed: int | None,
        route: str = Reply.route,
        durations: Route | None = None,
    ) -> None:
        self._common = (*headers, (b"vary", b"accept-encoding"))
        self._etag = etag
        self._mime = mime.encode()
        self._plain_asked = False
        self.viewed = viewed
        self.route = route
        self.durations = durations
        self.forms: dict[str, Form] = {}
        self._keep(IDENTITY, body)

    @property
    def size(self) -> int:
        """How many bytes it takes in memory, about."""
        return sum(len(form.body) + OVERHEAD for form in self.forms.values())

    def ready(self, name: str) -> Form | None:
        """The content in a coding, if it has been made."""
        if name == IDENTITY:
            self._plain_asked = True
        return self.forms.get(name)

    async def made(self, name: str) -> Form:
        """The content in a coding, made in a thread when it is first asked for."""
        return self.ready(name) or self._keep(name, await asyncio.to_thread(self._make, name))

    def _keep(self, name: str, body: bytes) -> Form:
        etag = self._etag if name == IDENTITY else f'{self._etag[:-1]}.{name}"'
        form = self.forms[name] = Form(body, etag, self._common, self._mime, name)
        if name != IDENTITY and not self._plain_asked:
            self.forms.pop(IDENTITY, None)
        return form

    def _make(self, name: str) -> bytes:
        plain = self._plain()
        if name == "gzip":
            return gzip.compress(plain, GZIP_LEVEL, mtime=0)
        return brotli.compress(plain, brotli.MODE_TEXT, BROTLI_QUALITY, _window(plain)) if name == "br" else plain

    def _plain(self) -> bytes:
        name, form = list(self.forms.items())[0]  # noqa: RUF015 - at once: the loop may add a form meanwhile
        if name == "gzip":
            return gzip.decompress(form.body)
        return brotli.decompress(form.body) if name == "br" else form.body


def _window(plain: bytes) -> int:
    """The logarithm of a window that the whole content fits into: with a larger one Brotli takes twice the time.

    It is 64 KiB at least, and at most what the format knows (RFC 7932, 9.1).
    """
    return max(16, min(len(plain).bit_length(), 24))


async def send(form: Form, scope: Scope, condition: bytes, headers: Headers, send: Send) -> int:
    """Send a form: whole, without the body (HEAD), or that it has not changed; the status of the answer.

    `headers` are this answer's own.
    """
    if form.meets(condition):
        await send({"type": "http.response.start", "status": 304, "headers": [*form.unchanged, *headers]})
        await send({"type": "http.response.body", "body": b""})
        return 304
    await send({"type": "http.response.start", "status": 200, "headers": [*form.headers, *headers]})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else form.body})
    return 200
