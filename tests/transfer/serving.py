"""A server of an old site on this machine, with all that it may do wrong."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Old(BaseHTTPRequestHandler):
    """The old site."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        host = self.headers["Host"]
        path, _, to = self.path.partition("?to=")
        if path == "/moved":
            self._answer(302, b"", Location=to.replace("HOST", host))
        elif path == "/endless":
            self._answer(302, b"", Location="/endless")
        elif path == "/large.png":
            self._answer(200, b"", **{"Content-Length": str(65 * 1024 * 1024)})
        elif path == "/short.png":
            self._answer(200, b"abc", **{"Content-Length": "10"})
            self.close_connection = True
        elif path == "/untold.png":
            self._answer(200, b"abc", **{"Content-Length": ""})
            self.close_connection = True
        elif path == "/slow.png":
            self._answer(200, b"a", **{"Content-Length": "10"})
            self.server.over.wait(10)
        elif path in self.server.files:
            self._answer(200, self.server.files[path])
        else:
            self._answer(404, b"")

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_said: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Has files, and remembers what it was asked."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        super().__init__(("127.0.0.1", 0), Old)
        self.files = files
        self.host = f"old.example:{self.server_port}"
        self.asked: list[str] = []
        self.over = threading.Event()


@contextmanager
def served(files: Mapping[str, bytes]) -> Iterator[Server]:
    """A server that runs."""
    with Server(files) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.over.set()
        server.shutdown()
        thread.join()
