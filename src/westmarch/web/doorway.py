"""What every request passes first: it gets its name, and the base path of the site is taken off."""

from starlette.types import ASGIApp, Receive, Scope, Send

from westmarch.web import request_ids
from westmarch.web.replies import redirect

#: These answer without the base path too: who asks for them knows the machine, not the site.
PROBES = ("/healthz", "/readyz", "/metrics")


class Doorway:
    """ASGI middleware. With a base path `/blog` the site answers below it, whether a proxy takes it off or not.

    What is asked for beside the site gets the answer of `outside`.
    """

    def __init__(self, app: ASGIApp, *, base: str, root: str, outside: ASGIApp) -> None:
        self.app = app
        self.base = base
        self.root = root
        self.outside = outside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and not scope.get("root_path") and scope["path"].startswith(self.base + "/"):
            scope["root_path"] = self.base
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = next((value for name, value in scope["headers"] if name == b"x-request-id"), None)
        request_id = request_ids.taken_or_made(given)
        scope.setdefault("state", {})["request_id"] = request_id
        request_ids.current.set(request_id)  # The server gives each request a context of its own.
        await self._inner(scope)(scope, receive, send)

    def _inner(self, scope: Scope) -> ASGIApp:
        path = scope["path"]
        if not self.base or scope.get("root_path") or path in PROBES:
            return self.app
        if path.startswith(self.base + "/"):
            scope["root_path"] = self.base
            return self.app
        if path in ("/", self.base) and scope["method"] in ("GET", "HEAD"):
            return redirect(self.root + "/", permanent=path == self.base)
        return self.outside
