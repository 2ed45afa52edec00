"""How fast pages come out of the cache: `python -m benchmarks.bench_cache [--seconds N] [--rounds N] [--json]`.

`westmarch serve` with one worker on one core is asked for a post's page from another core, in turns with a bare ASGI
application on uvicorn that sends the same bytes with the same headers. Figures are medians of the rounds; ratios and
costs are taken within each round. Metrics and the log of requests are off, views are counted, on both engines the check
is exact. nginx with the page as a file stands beside them where it is installed.
"""

import argparse
import asyncio
import http.client
import json
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import westmarch.migrations.metadata  # noqa: F401 - a session must know all tables that its own refer to
from benchmarks.bench_changes import urls
from benchmarks.editing import LONG, POSTS
from benchmarks.filling import fill
from benchmarks.load import ask, pin
from benchmarks.servers import Server, free_port, resident, served, uvicorn
from westmarch.db.database import open_database
from westmarch.db.types import now
from westmarch.followers import run as followers
from westmarch.ops import schema
from westmarch.posts.following import FOLLOWERS

#: So many posts fill the cache at its default limit.
SITE = 4_000
CONNECTIONS = (16, 1)
PAGE = f"/post-{POSTS[0]}/"
#: In MiB, a small one and the default.
LIMITS = (8, 64)
#: Headers of an answer that differ from one to the next, or belong to the server.
_NOT_OF_THE_PAGE = {"date", "connection", "x-request-id"}
_MIB = 1024 * 1024

_NGINX = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
  access_log off;
  sendfile on;
  keepalive_requests 1000000000;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port}; root {folder}/files; default_type "text/html; charset=utf-8"; index page; }}
}}
"""


@contextmanager
def ours(folder: Path, limit: int | None = None) -> Iterator[Server]:
    """`westmarch serve` for the site in a folder, with the cache's default limit or another, in MiB."""
    more = {} if limit is None else {"WESTMARCH_CACHE_SIZE": str(limit * _MIB)}
    command = [sys.executable, "-m", "westmarch", "--site", str(folder), "serve", "--port"]
    with served(command, {"WESTMARCH_LOG_LEVEL": "warning", **more}) as server:
        yield server


@contextmanager
def middleware_alone(folder: Path) -> Iterator[Server]:
    """The program on uvicorn as it is, where the middleware answers hits."""
    with served(uvicorn("westmarch.app:from_environment"), {"WESTMARCH_SITE": str(folder)}) as server:
        yield server


@contextmanager
def bare(folder: Path, name: str, answer: tuple[int, list[tuple[str, str]], bytes]) -> Iterator[Server]:
    """A bare ASGI application that gives an answer."""
    status, headers, body = answer
    files = {"BENCH_BODY": folder / f"{name}.body", "BENCH_HEAD": folder / f"{name}.head"}
    files["BENCH_BODY"].write_bytes(body)
    files["BENCH_HEAD"].write_text(json.dumps([status, headers]), encoding="utf-8")
    variables = {variable: str(path) for variable, path in files.items()}
    with served(uvicorn("benchmarks.bare:application"), variables) as server:
        yield server


@contextmanager
def nginx(folder: Path, body: bytes) -> Iterator[Server]:
    """nginx with a page as a file."""
    place = folder / "nginx"
    (place / "files" / PAGE.strip("/")).mkdir(parents=True)
    (place / "files" / PAGE.strip("/") / "page").write_bytes(body)
    port = free_port()
    (place / "nginx.conf").write_text(_NGINX.format(folder=place, port=port), encoding="utf-8")
    with served([_nginx() or "nginx", "-p", str(place), "-c", str(place / "nginx.conf")], {}, port) as server:
        yield server


def _nginx() -> str | None:
    return shutil.which("nginx") or shutil.which("/usr/sbin/nginx")  # Debian keeps it from the paths of users.


def answer(url: str, headers: Sequence[str] = ()) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers and body that a page has once it is stored. Raises RuntimeError where it never is."""
    parts = urlsplit(url)
    for _ in range(20):
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)
        connection.request("GET", parts.path, headers=dict(header.split(": ", 1) for header in headers))
        found = connection.getresponse()
        body = found.read()
        connection.close()
        if found.getheader("cache-status") == "westmarch; hit":
            named = [(name.lower(), value) for name, value in found.getheaders()]
            return found.status, [pair for pair in named if pair[0] not in _NOT_OF_THE_PAGE], body
    raise RuntimeError(f"{url} is not answered from the cache")


def compared(
    servers: Mapping[str, Server], connections: int, headers: Sequence[str], rounds: int, seconds: float
) -> dict[str, list[tuple[float, float]]]:
    """For each server, by rounds: seconds of an answer, and seconds of the processor that it took."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in servers}
    for server in servers.values():
        ask(server.url + PAGE, 1, connections, headers)
    for _ in range(rounds):
        for name, server in servers.items():
            before = server.processor_time()
            answers = ask(server.url + PAGE, seconds, connections, headers)
            found[name].append((1 / answers.rate, (server.processor_time() - before) / answers.number))
    return found


def row(
    what: str, connections: int, yardstick: list[tuple[float, float]], measured: list[tuple[float, float]]
) -> dict[str, Any]:
    """Rates, their ratio, and what an answer costs more than one of the yardstick, in microseconds."""
    pairs = list(zip(yardstick, measured, strict=True))
    return {
        "what": what,
        "connections": connections,
        "bare": 1 / median(bare[0] for bare in yardstick),
        "ours": 1 / median(one[0] for one in measured),
        "ratio": median(bare[0] / one[0] for bare, one in pairs),
        "added": median(one[0] - bare[0] for bare, one in pairs) * 1e6,
        "processor ratio": median(bare[1] / one[1] for bare, one in pairs),
        "processor added": median(one[1] - bare[1] for bare, one in pairs) * 1e6,
    }


def hits(engine: str, folder: Path, rounds: int, seconds: float) -> list[dict[str, Any]]:
    """A row for each coding and each number of connections."""
    rows = []
    with ExitStack() as stack:
        server = stack.enter_context(ours(folder))
        alone = stack.enter_context(middleware_alone(folder))
        _, named, page = whole = answer(server.url + PAGE)
        answer(alone.url + PAGE)
        etag = dict(named)["etag"]
        for name, headers in (
            ("identity", []),
            ("gzip", ["Accept-Encoding: gzip"]),
            ("br", ["Accept-Encoding: br"]),
            ("304", [f"If-None-Match: {etag}"]),
        ):
            with ExitStack() as once:
                given = whole if name == "identity" else answer(server.url + PAGE, headers)
                servers = {"bare": once.enter_context(bare(folder, name, given)), "ours": server}
                if name == "identity":
                    servers["middleware"] = alone
                    if engine == "sqlite" and _nginx():
                        servers["nginx"] = once.enter_context(nginx(folder, page))
                for connections in CONNECTIONS:
                    found = compared(servers, connections, headers, rounds, seconds)
                    for other in [name for name in servers if name != "bare"]:
                        what = _LABELS[other].format(engine=engine, form=name)
                        rows.append(row(what, connections, found["bare"], found[other]))
    return rows


_LABELS = {
    "ours": "{engine}, {form}",
    "middleware": "{engine}, {form}, by the middleware alone",
    "nginx": "nginx, {form}, with its own headers",
}


def slowest(folder: Path, url: str, rounds: int, seconds: float) -> dict[str, float]:
    """The time that 99 of 100 answers take at most, in milliseconds, without a writer and while one edits posts.

    Beside it that of the bare application in the same rounds, which has nothing to do with the database: what the
    writer costs it is what the machine does.
    """
    with ours(folder) as server, bare(folder, "slowest", answer(server.url + PAGE)) as other:
        quiet: list[list[float]] = []
        edited: list[list[float]] = []

        def p99s() -> list[float]:
            return [ask(one.url + PAGE, seconds, CONNECTIONS[0]).p99 for one in (server, other)]

        for _ in range(rounds):
            quiet.append(p99s())
            writer = subprocess.Popen([sys.executable, "-m", "benchmarks.editing", url])
            pin(writer.pid, max)
            try:
                ask(server.url + PAGE, 1, CONNECTIONS[0])  # Until it has begun.
                edited.append(p99s())
            finally:
                writer.send_signal(signal.SIGTERM)
                writer.wait()
    found: dict[str, float] = {}
    for at, name in enumerate(("", "bare ")):
        ratio = median(one[at] / before[at] for one, before in zip(edited, quiet, strict=True))
        found |= {
            f"{name}p99, ms": median(one[at] for one in quiet) * 1e3,
            f"{name}p99 with a writer, ms": median(one[at] for one in edited) * 1e3,
            f"{name}ratio": ratio,
        }
    return found


def memory(folder: Path) -> list[dict[str, float]]:
    """Of a worker whose cache is full, for each limit, and how much that is beside it; in MiB."""
    found: list[dict[str, float]] = []
    for limit in LIMITS:
        with ours(folder, limit) as server:
            parts = urlsplit(server.url)
            connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)
            for number in range(SITE):
                connection.request("GET", f"/post-{number}/")
                connection.getresponse().read()
            taken = resident(server.pid)
            found.append({"limit": limit, "resident": taken, "beside the limit": taken - limit})
    return found


async def _filled(url: str) -> None:
    await schema.upgrade(url)
    async with open_database(url) as db:
        await db.write(fill, SITE, LONG)
        # Else the server would do this while it is measured.
        await followers.catch_up(db, FOLLOWERS, "benchmark", now())


def measure(rounds: int, seconds: float, engines: Sequence[str]) -> dict[str, Any]:
    """All figures."""
    found: dict[str, Any] = {"hits": [], "p99": {}}
    with urls(None) as databases, tempfile.TemporaryDirectory() as place:
        for engine, url in databases.items():
            if engine not in engines:
                continue
            folder = Path(place) / engine
            folder.mkdir()
            (folder / "westmarch.toml").write_text(f'url = "https://example.org"\ndatabase_url = "{url}"\n')
            asyncio.run(_filled(url))
            found["hits"] += hits(engine, folder, rounds, seconds)
            found["p99"][engine] = slowest(folder, url, rounds, max(seconds, 3))
            if engine == "sqlite":
                found["memory"] = memory(folder)
    return found


def main() -> None:
    """Measure, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0, help="how long is asked in each round")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--engines", nargs="*", default=["sqlite", "postgresql"])
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    json.dump(measure(given.rounds, given.seconds, given.engines), sys.stdout, indent=None if given.json else 2)


if __name__ == "__main__":
    main()
