"""Sockets to listen on, made before the program is, so that what stands in the way is told at once."""

import errno
import socket
import stat
from pathlib import Path
from typing import NoReturn

from westmarch.errors import Conflict, Invalid, Refused

BACKLOG = 2048


def on_port(host: str, port: int) -> socket.socket:
    """A listening TCP socket; port 0 takes any free one. Raises Invalid, Conflict or Refused with what to do."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (socket.gaierror, UnicodeError) as error:
        _refuse_host(host, error)
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        _refuse_port(host, port, error)
    listener.set_inheritable(True)
    return listener


def _refuse_host(host: str, error: Exception) -> NoReturn:
    raise Invalid(
        f"{host!r} is no address to listen on: {error}.",
        hint="127.0.0.1 is this machine alone, 0.0.0.0 all its networks.",
        place="host",
    ) from error


def _refuse_port(host: str, port: int, error: OSError) -> NoReturn:
    if error.errno == errno.EADDRINUSE:
        raise Conflict(
            f"Port {port} of {host} is in use.",
            hint=f"Stop what listens there, or choose another port: westmarch serve --port {port % 65535 + 1}",
        ) from error
    if error.errno == errno.EACCES:
        raise Refused(
            f"Port {port} of {host} may not be used by this user.",
            hint="Ports below 1024 need a right of their own: choose another, and let a proxy pass requests on.",
        ) from error
    raise Invalid(f"Cannot listen on {host}, port {port}: {error.strerror}.", hint="Choose another --host.") from error


def on_path(path: Path) -> socket.socket:
    """A listening Unix socket; one that a dead server left behind is removed. Raises Invalid or Conflict."""
    if path.exists():
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise Conflict(f"{path} exists and is no socket.", hint="Choose another path with --uds.")
        if _answers(path):
            raise Conflict(f"A server listens on {path} already.", hint="Stop it, or choose another path with --uds.")
        path.unlink()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(path))
        path.chmod(0o666)  # A proxy runs as another user; who may reach the folder decides.
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        raise Invalid(f"Cannot listen on {path}: {reason}.", hint="Choose another path with --uds.") from error
    listener.set_inheritable(True)
    return listener


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def address(listener: socket.socket) -> str:
    """Where a TCP socket listens, as a browser takes it."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
