"""Files of the old site by HTTP: of hosts that were allowed by name alone, and never of a machine within a network."""

import os
import re
import socket
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from threading import Timer
from typing import BinaryIO
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from westmarch import __version__
from westmarch.errors import Invalid
from westmarch.transfer.items import LARGEST

#: Seconds that a machine may be silent, and that a file may take in all.
_PATIENCE = 10.0
_LONGEST = 120.0
_REDIRECTS = 3
#: Failures of a host, one after the other, after which nothing more is asked of it.
_FAILURES = 5
_CHUNK = 64 * 1024
_TOO_LARGE = f"it is larger than {LARGEST // 1024 // 1024} MiB"
_PORTS = {"http": 80, "https": 443}
_NAME = re.compile(r"[^\w.-]+")


class NotFetched(Exception):
    """Why a file did not come."""


def resolved(host: str, port: int) -> list[str]:
    """The addresses of a host, as the system knows them. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


def is_public(address: str) -> bool:
    """Whether an address is one of the Internet at large: not of this machine, of its network, or reserved."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        # Some IPv6 addresses stand for one of IPv4, which may be anything.
        if found.sixtofour is not None or found.teredo is not None or address.lower().startswith("64:ff9b:"):
            return False
        found = found.ipv4_mapped or found
    return found.is_global and not found.is_multicast


def host_of(written: str) -> str:
    """The host that `--fetch` names, by itself or in an address: `old.example`, `old.example:8080`. Raises Invalid."""
    try:
        parts = urlsplit(written if "://" in written else f"//{written}")
        good = bool(parts.hostname) and (parts.port or True) and "@" not in parts.netloc
    except ValueError:
        good = False
    if not good or re.search(r"[\s*]", written):
        raise Invalid(f"'{written}' is no host.", hint="--fetch takes a name such as old.example.")
    return parts.netloc.lower()


def as_written(address: str) -> str:
    """The address itself: nothing larger is known of it."""
    return address


@dataclass(slots=True)
class Fetcher:
    """Fetches files into a folder. It is sent to other processes, so it holds nothing open.

    `hosts` are written as `host_of` gives them. `resolve` gives the addresses of a host; unless all of them are
    `public` nothing is asked of it. The connection is made to an address that was looked at, so that no second answer
    of a name server counts. `larger` gives the address of a picture in its full size, which is tried first. Without
    `asks` nothing is fetched, and what would be is told.
    """

    hosts: frozenset[str]
    folder: Path
    asks: bool = True
    larger: Callable[[str], str] = as_written
    resolve: Callable[[str, int], Sequence[str]] = resolved
    public: Callable[[str], bool] = is_public
    failures: dict[str, int] = field(default_factory=dict)

    def allows(self, address: str) -> bool:
        """Whether the host of an address is one of those that were named."""
        try:
            parts = urlsplit(address)
        except ValueError:
            return False
        return parts.scheme in _PORTS and parts.netloc.lower() in self.hosts

    def fetch(self, address: str) -> Path:
        """The file at an address, fetched once, in its full size where there is one. Raises NotFetched."""
        if not self.asks:
            raise NotFetched("it would be fetched")
        *others, own = dict.fromkeys((self.larger(address), address))
        for other in others:
            with suppress(NotFetched):
                return self._fetched(other)
        return self._fetched(own)

    def _fetched(self, address: str) -> Path:
        path = self.folder / blake2b(address.encode(errors="replace"), digest_size=12).hexdigest() / _named(address)
        if path.exists():
            return path
        for _ in range(_REDIRECTS + 1):
            if not self.allows(address):
                raise NotFetched(f"it leads to {address[:200]}, whose host was not allowed")
            parts = urlsplit(address)
            if self.failures.get(parts.netloc, 0) >= _FAILURES:
                raise NotFetched(f"{parts.netloc} failed {_FAILURES} times in a row; nothing more is asked of it")
            try:
                leads = self._asked(parts, path)
            except (OSError, HTTPException, ValueError) as error:
                # A ValueError is told by what builds a request: of a host or path that cannot be written.
                self.failures[parts.netloc] = self.failures.get(parts.netloc, 0) + 1
                raise NotFetched(f"it could not be fetched: {error}") from error
            self.failures.pop(parts.netloc, None)
            if not leads:
                return path
            address = leads
        raise NotFetched(f"it leads from one address to another more than {_REDIRECTS} times")

    def _asked(self, parts: SplitResult, path: Path) -> str:
        """Ask once: the file is at `path` afterwards, or it is at the address that is returned."""
        query = quote(parts.query, safe="/%:@!$&'()*+,;=~?")
        target = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~") + (f"?{query}" if query else "")
        headers = {
            "Host": parts.netloc,
            "User-Agent": f"Westmarch/{__version__}",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        with self._connected(parts) as connection:
            connection.request("GET", target, headers=headers)
            answer = connection.getresponse()
            if answer.status in {301, 302, 303, 307, 308}:
                return urljoin(parts.geturl(), answer.headers.get("Location", ""))
            if answer.status != 200:
                raise NotFetched(f"{parts.netloc} answers {answer.status}")
            _keep(answer, path)
            return ""

    @contextmanager
    def _connected(self, parts: SplitResult) -> Iterator[HTTPConnection]:
        """A connection to a public address of the host, cut when its time is over."""
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        places = self.resolve(host, port)
        if private := [place for place in places if not self.public(place)]:
            raise NotFetched(f"{host} is at {private[0]}, which is no public address")
        connection = HTTPConnection(host, port)
        connection.sock = _line(places, port)
        clock = Timer(_LONGEST, _cut, [connection])
        clock.daemon = True
        clock.start()
        try:
            if parts.scheme == "https":
                # The clock holds for what is said before the first byte, too.
                wrapped = _context().wrap_socket(connection.sock, server_hostname=host, do_handshake_on_connect=False)
                connection.sock = wrapped
                wrapped.do_handshake()
            yield connection
        finally:
            clock.cancel()
            connection.close()


@cache
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()


def _line(places: Sequence[str], port: int) -> socket.socket:
    """A connection to the first place that takes one."""
    failed = OSError("it has no address")
    for place in places:
        try:
            return socket.create_connection((place, port), timeout=_PATIENCE)
        except OSError as error:
            failed = error
    raise failed


def _cut(connection: HTTPConnection) -> None:
    with suppress(OSError):
        connection.sock.shutdown(socket.SHUT_RDWR)


def _keep(answer: HTTPResponse, path: Path) -> None:
    """Write what comes to the path, where it is whole or not at all."""
    if answer.length is None and not answer.chunked:
        raise NotFetched("its length is not told, so nobody can say whether it is whole")
    if (answer.length or 0) > LARGEST:
        raise NotFetched(_TOO_LARGE)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two processes may want one file at once.
    partial = path.with_name(f".{os.getpid()}")
    try:
        with partial.open("wb") as file:
            _copy(answer, file)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _copy(answer: HTTPResponse, file: BinaryIO) -> None:
    size = 0
    while piece := answer.read(_CHUNK):
        size += len(piece)
        if size > LARGEST:
            raise NotFetched(_TOO_LARGE)
        file.write(piece)
    if answer.length:
        raise OSError("it ended too early")


def _named(address: str) -> str:
    """A name for the file: the last part of its address, of letters that every disk takes."""
    last = unquote(urlsplit(address).path, errors="replace").rpartition("/")[2]
    return _NAME.sub("-", last)[-100:].lstrip(".") or "file"
