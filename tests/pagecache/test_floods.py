"""Floods of bad input over real HTTP: memory stays within its limit, and who reads real pages does not notice."""

import asyncio
import random
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests.conftest import in_a_loop_apart
from tests.pagecache.cached import fill
from tests.serving import Serving, serving
from westmarch.configuration import load
from westmarch.db.database import open_database
from westmarch.db.types import now
from westmarch.followers import run as followers
from westmarch.ops import control
from westmarch.posts.following import FOLLOWERS

#: Real pages; they take a quarter of the room that the server gets.
PAGES = tuple(
    path.encode()
    for path in ("/", "/p0/", "/p1/", "/p2/", "/p3/", "/about/", "/tags/", "/tags/sea/", "/topics/tides/", "/feed.xml",
                 "/feed.json?page=1", "/archive/", "/archive/2024/", "/sitemap.xml", "/robots.txt")
)  # fmt: skip
ROOM = 1_000_000
#: What a flood may leave in memory, in bytes: parts of the server that are loaded when they are first needed.
LEFT = 12 * 1024 * 1024
MANY = 60

random_ = random.Random(7)


def letters(count: int) -> bytes:
    return "".join(random_.choices("abcdefghijklmnopqrstuvwxyz", k=count)).encode()


def get(target: bytes, *headers: bytes) -> bytes:
    return b"GET %b HTTP/1.1\r\nHost: example.org\r\n%b\r\n" % (target, b"".join(line + b"\r\n" for line in headers))


#: Requests that all differ, by the number of each.
FLOODS: dict[str, Callable[[int], bytes]] = {
    "unknown paths": lambda _: get(b"/%b/" % letters(30)),
    "unknown paths without end": lambda _: get(b"/%b" % letters(5_000)),
    "paths of many escapes": lambda _: get(b"/" + b"%e6%bd%ae" * 200 + letters(9)),
    "spellings of one path": lambda n: get(b"/" + b"".join(b"%%%02x" % c if n >> i & 1 else b"%c" % c
                                                           for i, c in enumerate(b"tags/sea"))),
    "pages of a list that are not there": lambda n: get(b"/page/%d/" % (n + 9)),
    "pages of a feed that are not there": lambda n: get(b"/feed.json?page=%d" % (n + 9)),
    "years that are not there": lambda n: get(b"/archive/%d/" % (n + 2_100)),
    "random queries": lambda _: get(b"/p1/?%b=%b" % (letters(6), letters(30))),
    "long queries": lambda _: get(b"/p1/?" + b"&".join(letters(6) for _ in range(400))),
    "queries that are too long": lambda _: get(b"/p1/?" + letters(6_000)),
    "counted readers": lambda _: get(b"/p1/?utm_source=%b&fbclid=%b" % (letters(8), letters(60))),
    "codings": lambda _: get(b"/p1/", b"Accept-Encoding: " + letters(8_000)),
    "weights of codings": lambda n: get(b"/p1/", b"Accept-Encoding: br;q=0.%d, gzip;q=0.%d" % (n, MANY - n)),
    "hosts": lambda _: b"GET /p1/ HTTP/1.1\r\nHost: %b.example\r\n\r\n" % letters(60),
    "addresses of other hosts": lambda _: get(b"http://%b.example/p1/" % letters(60)),
    "ranges": lambda n: get(b"/p1/", b"Range: bytes=" + b",".join(b"%d-%d" % (n, n + i) for i in range(800))),
    "conditions": lambda _: get(b"/p1/", b"If-None-Match: " + b",".join(b'"%b"' % letters(24) for _ in range(500))),
    "browsers": lambda _: get(b"/p1/", b"User-Agent: robot " + letters(8_000)),
    "many headers": lambda _: get(b"/p1/", *(b"%b: %b" % (letters(9), letters(90)) for _ in range(90))),
    "odd bytes": lambda _: get(b"/p1/", b"Accept-Encoding: " + bytes(random_.choices(range(128, 256), k=300))),
    "media types": lambda _: get(b"/" + letters(9), b"Accept: " + b",".join(b"a/%b" % letters(9) for _ in range(999))),
    "cookies": lambda _: get(b"/p1/", b"Cookie: session=%b" % letters(3_000), b"Authorization: Bearer x"),
}  # fmt: skip


@pytest.fixture(scope="module")
def served(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A site that is served with little room for pages, all of which were asked for."""
    site = tmp_path_factory.mktemp("flooded")
    shutil.copyfile(sqlite_template, site / "westmarch.db")
    (site / "westmarch.toml").write_text(f'url = "https://example.org"\ncache_size = {ROOM}\n')
    in_a_loop_apart(_filled(f"sqlite:///{site / 'westmarch.db'}"))
    with serving(site) as server:
        in_a_loop_apart(answers(server, [get(path) for path in (*PAGES, *PAGES)]))
        yield server


async def _filled(url: str) -> None:
    async with open_database(url) as db:
        await db.write(fill)
        await followers.catch_up(db, FOLLOWERS, "test", now())


async def answers(server: Serving, requests: Iterable[bytes]) -> list[tuple[int, bytes]]:
    """Status and head of the answer to each request, over one connection, or a new one after each that was closed."""
    port, told = int(server.url.rpartition(":")[2]), []
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in requests:
        writer.write(request)
        head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 20)).lower()
        length = re.search(rb"content-length: (\d+)", head)
        if length and b" 304 " not in head[:13] and not request.startswith(b"HEAD"):
            await reader.readexactly(int(length[1]))
        told.append((int(head[9:12]), head))
        if b"connection: close" in head:
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.close()
    return told


def resident(server: Serving) -> int:
    """Memory of the server in bytes."""
    told = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(server.process.pid)], capture_output=True, text=True, check=True
    )
    return int(told.stdout) * 1024


async def held(server: Serving) -> dict[str, int]:
    """What the server's cache says of itself."""
    ((_, told),) = await control.ask(load(server.log.parent).settings, "cache-status")
    return {name: value for name, value in told.items() if isinstance(value, int)}


async def test_no_flood_takes_memory_or_throws_out_a_page(served: Serving) -> None:
    await answers(served, [make(0) for make in FLOODS.values()])
    memory, unchanged = resident(served), 0
    for name, make in FLOODS.items():
        before = await held(served)
        floods = [[make(number) for number in range(part, MANY, 4)] for part in range(4)]
        told = await asyncio.gather(*(answers(served, requests) for requests in floods))
        wrong = {status for part in told for status, _ in part} - {200, 301, 400, 404, 414}
        assert not wrong, f"{name}: {wrong}"
        real = await answers(served, [get(path, b"Accept-Encoding: br") for path in PAGES])
        after = await held(served)
        assert after["bytes"] <= ROOM, name
        assert after["evicted"] == 0, name
        if after["position"] == before["position"]:  # Else the program itself has written what is most read.
            unchanged += 1
            assert [head for status, head in real if status != 200 or b"westmarch; hit" not in head] == [], name
    assert unchanged > len(FLOODS) / 2
    assert resident(served) - memory < LEFT


async def test_headers_without_end_take_no_memory(served: Serving) -> None:
    port = int(served.url.rpartition(":")[2])
    memory = resident(served)

    async def pour() -> None:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: example.org\r\n")
        try:
            for _ in range(200):
                writer.write(b"A: b\r\n" * 10_000)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    await asyncio.gather(*(pour() for _ in range(8)))
    ((status, head),) = await answers(served, [get(b"/p1/")])
    assert (status, b"westmarch; hit" in head) == (200, True)
    assert resident(served) - memory < LEFT


async def test_a_part_of_a_page_is_answered_with_the_whole(served: Serving) -> None:
    whole, part, late = await answers(
        served,
        [get(b"/p1/"), get(b"/p1/", b"Range: bytes=0-9"), get(b"/p1/", b"Range: bytes=999999-", b'If-Range: "x"')],
    )
    length = re.compile(rb"content-length: \d+")
    assert whole[0] == part[0] == late[0] == 200
    assert length.findall(whole[1]) == length.findall(part[1]) == length.findall(late[1])
    assert b"accept-ranges" not in whole[1]


HIDDEN = b"GET /p2/ HTTP/1.1\r\nHost: example.org\r\n\r\n"
ASK = b"GET /p1/ HTTP/1.1\r\nHost: example.org\r\n"


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (ASK + b"Content-Length: %d\r\n\r\n%b" % (len(HIDDEN), HIDDEN), [200]),
        (ASK.replace(b"GET", b"HEAD") + b"Content-Length: %d\r\n\r\n%b" % (len(HIDDEN), HIDDEN), [200]),
        (ASK + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(HIDDEN), HIDDEN), [200]),
        (ASK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN, [400]),
        (ASK + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + HIDDEN, [400]),
        (ASK + b"Transfer-Encoding: xchunked\r\nContent-Length: %d\r\n\r\n%b" % (len(HIDDEN), HIDDEN), [400]),
        (ASK + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + HIDDEN, [400]),
        (ASK + b"Transfer-Encoding:\r\n chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n" + HIDDEN, [400]),
        (ASK + b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n%b" % (len(HIDDEN), HIDDEN), [400]),
        (ASK + b"Content-Length: +%d\r\n\r\n%b" % (len(HIDDEN), HIDDEN), [400]),
        (ASK + b"X: a\rContent-Length: %d\r\n\r\n%b" % (len(HIDDEN), HIDDEN), [400]),
        (ASK + b"X: a\0b\r\n\r\n", [400]),
        (ASK + b"X: a\r\n b\r\n\r\n", [400]),
        (ASK.replace(b"\r\n", b"\n") + b"\n", [400]),
        (ASK + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n" + HIDDEN, [200]),
        (ASK + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n" + HIDDEN, [200]),
        (b"CONNECT example.org:80 HTTP/1.1\r\nHost: example.org\r\n\r\n" + HIDDEN, [400]),
        (ASK + b"\r\n" + HIDDEN, [200, 200]),
    ],
)
async def test_no_request_is_hidden_in_another(served: Serving, request_: bytes, expected: list[int]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(served.url.rpartition(":")[2]))
    writer.write(request_)
    told = b""
    try:
        while part := await asyncio.wait_for(reader.read(65_536), 0.5):
            told += part
    except TimeoutError:
        pass
    finally:
        writer.close()
    assert [int(status) for status in re.findall(rb"HTTP/1\.1 (\d+) ", told)] == expected


LIES = (
    b"Host: evil.example", b"X-Forwarded-Host: evil.example", b"X-Forwarded-Proto: gopher",
    b"X-Forwarded-Port: 666", b"X-Forwarded-Prefix: /evil", b"X-Forwarded-For: 203.0.113.7",
    b"Forwarded: host=evil.example;proto=gopher", b"X-Original-URL: /p2/", b"X-Rewrite-URL: /p2/",
    b"X-HTTP-Method-Override: DELETE", b"X-HTTP-Method: PUT", b"X-Method-Override: POST", b"X-Host: evil.example",
    b"X-Original-Host: evil.example", b"X-Forwarded-Server: evil.example", b"X-Accel-Redirect: /p2/",
    b"Front-End-Https: on", b"Via: 1.1 evil.example", b"Accept-Language: xx", b"Cookie: theme=evil",
)  # fmt: skip


#: Pages that nobody has asked the server for when its first readers lie.
COLD = (b"/authors/nell/", b"/tags/wind/", b"/rss.xml", b"/sitemap-2024.xml", b"/topics/", b"/opensearch.xml")


async def test_no_header_of_a_stranger_changes_what_is_stored(served: Serving, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    for name in ("westmarch.db", "westmarch.toml"):
        shutil.copyfile(served.log.parent / name, site / name)
    with serving(site, "--forwarded-allow-ips", "*") as trusting:
        for path in COLD:
            lying = b"GET %b HTTP/1.1\r\n%b\r\nConnection: close\r\n\r\n" % (path, b"\r\n".join(LIES))
            told = [
                await body(server, request)
                for server in (served, trusting)
                for request in (lying, get(path, b"Connection: close"))
            ]
            assert len(set(told)) == 1
            assert b"evil" not in told[0]
            assert b"gopher" not in told[0]
    posted = get(COLD[0], b"X-HTTP-Method-Override: GET").replace(b"GET", b"POST", 1)
    ((status, _),) = await answers(served, [posted])
    assert status == 405


async def body(server: Serving, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2]))
    writer.write(request)
    whole = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    head, _, content = whole.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    return content
