"""A site goes out as files: a file server gives what the program answers, and no link leads nowhere."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx2
import pytest
from sqlalchemy.orm import Session

from tests.books.catalogue import add
from tests.conftest import in_a_loop_apart
from tests.factories import SITE, day, post
from tests.transfer.folders import png
from westmarch.app import create_app, surface_of
from westmarch.cli.export_html import copy_of
from westmarch.db.database import Database, open_database
from westmarch.errors import Invalid
from westmarch.links import actions as links
from westmarch.links.paths import quote
from westmarch.media import actions as media
from westmarch.media.files import examine
from westmarch.posts import actions
from westmarch.settings import Settings
from westmarch.site import actions as site_actions
from westmarch.transfer.out.html_links import Inside, listed, named
from westmarch.transfer.out.html_place import MARKER
from westmarch.web.surface import WithoutSearch

PICTURE = png()
FOUND = examine(PICTURE, "a.png")
ADDRESS = f"/media/{FOUND.hash[:2]}/{FOUND.hash[2:]}.png"
#: Paths that a file system or a file server may take for something else, of posts that link to each other.
UNUSUAL = (
    "/a/",
    "/a/b/",
    "/a/b.html",
    "/a/b.html/c/",
    "/八月/十八潮/",
    "/with spaces/and 100%25/",
    "/100%/",
    "/what?/",
    "/no#1/",
    "/v1.2.3",
    "/old.php",
    "/.hidden/",
    "/x:y*z/",
    "/quo\"te'<b>/",
    "/404.html",
)


def fill(session: Session, folder: Path) -> None:
    """Posts at unusual paths, each with a link to the next, a picture, old addresses of all kinds, and more."""
    site_actions.change(session, {"posts_per_page": 5, "feed_items": 3}, actor="test")
    media.store(session, folder, PICTURE, FOUND, filename="a.png", alt="A dot")
    for number, path in enumerate(UNUSUAL):
        following = quote(UNUSUAL[(number + 1) % len(UNUSUAL)])
        text = f"[next](<{following}>), [whole](<https://example.org{following}#x>), ![]({ADDRESS})\n"
        fields = {"published_at": day(30 * number), "tags": ("One", "Zwei drei")}
        post(session, f"Post {number}", text, path=quote(path), **fields)
    first = post(session, "Old", "Some [words](/A/ 'another spelling').\n", path="/new/", topic="A topic")
    for path in ("/old/", "/2019/old.php", "/alt/strange %.htm", "/new.html", "/new/index.html"):
        links.add_old(session, first, path)
    links.add_old(session, first, "/", query="p=12")
    links.redirect(session, "/elsewhere/", "https://example.com/?a=1&b=2", permanent=False)
    links.redirect(session, "/atom.xml", "/feed.xml")
    post(session, "Hidden", path="/hidden/", status="draft", published_at=None)
    post(session, "Unlisted", path="/unlisted/", unlisted=True)
    add(session, {"title": "A book (Row, #1)", "authors": ["Ann Other"], "tags": ["Odd"]})
    gone = post(session, "Gone", path="/gone/")
    actions.purge(session, gone, SITE, actor="test")


@pytest.fixture
async def filled(db: Database, settings: Settings) -> Settings:
    """The settings of a site with all that; its base path is kept by the copy."""
    await db.write(fill, settings.media_folder)
    return settings


class Quiet(SimpleHTTPRequestHandler):
    """Python's own file server, without its log."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[HTTPConnection]:
    """A connection to a file server of the folder."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        connection = HTTPConnection("127.0.0.1", server.server_port, timeout=10)
        try:
            yield connection
        finally:
            connection.close()
            server.shutdown()
            thread.join()


def get(connection: HTTPConnection, address: str) -> tuple[int, str, bytes]:
    """Status, type and body of what a file server gives at an address; its own redirect to a folder is followed."""
    connection.request("GET", address)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status == 301 and answer.headers["location"] == f"{address}/":
        return get(connection, f"{address}/")
    return answer.status, answer.headers.get_content_type(), body


@pytest.fixture
async def live(db: Database, filled: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    """The program itself, but for search, which a copy has not."""
    app = create_app(filled)
    app.state.db = db
    app.state.surface = surface_of(filled, WithoutSearch)
    yield httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="https://example.org")
    app.state.studio.close()


async def test_a_file_server_gives_what_the_program_answers_and_no_link_leads_nowhere(
    filled: Settings, live: httpx2.AsyncClient, tmp_path: Path
) -> None:
    done = await copy_of(filled, tmp_path / "out", replace=False)
    assert (done.dead, done.lost, done.queries, done.gone) == ([], [], 1, 1)
    inside = Inside("https://example.org", "")
    found: dict[str, str] = {}
    queue = ["/", *(quote(path) for path in ("/unlisted/", "/old/", "/sitemap.xml", "/robots.txt", "/rss.xml"))]
    with served(tmp_path / "out") as connection:
        while queue:
            address = queue.pop()
            if address in found:
                continue
            status, mime, body = get(connection, address)
            found[address] = mime
            assert status == 200, address
            answer = await live.get(address)
            if answer.status_code == 200 and not address.endswith(("/feed.xml", "/rss.xml", "/feed.json")):
                assert body == answer.content, address
                assert mime == "text/html" or not answer.headers["content-type"].startswith("text/html"), address
            text = body.decode("utf-8", "replace")
            page = unquote(address)
            if mime == "text/html":
                queue += [quote(one[0]) for name in named(text) if (one := inside.of(page, name))]
            elif "sitemap" in address:
                queue += [quote(one[0]) for name in listed(text) if (one := inside.of(page, name))]
    assert {quote(path) for path in UNUSUAL} <= found.keys()
    assert {"/books/", "/books/a-book/", "/writers/ann-other/"} <= found.keys()
    assert not {address for address in found if address.startswith(("/search", "/opensearch"))}
    assert {"/page/2/", "/tags/zwei-drei/feed.xml", "/archive/2024/", "/icon.svg", ADDRESS} <= found.keys()
    assert any(address.startswith("/media/cards/") for address in found)


@pytest.fixture(scope="module")
def copied(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of such a site on SQLite, with a copy of it in its folder `out`; nothing here changes them."""
    site = tmp_path_factory.mktemp("copied")
    shutil.copyfile(sqlite_template, site / "westmarch.db")
    settings = Settings(site=site, url="https://example.org")

    async def make() -> None:
        async with open_database(settings.database_url) as db:
            await db.write(fill, settings.media_folder)
        await copy_of(settings, site / "out", replace=False)

    in_a_loop_apart(make())
    return settings


def test_old_addresses_lead_on_where_no_program_answers(copied: Settings) -> None:
    with served(copied.site / "out") as connection:
        for path in ("/old/", "/2019/old.php", "/alt/strange %.htm", "/new.html"):
            status, mime, body = get(connection, quote(path))
            assert (status, mime) == (200, "text/html"), path
            assert b'<meta http-equiv="refresh" content="0; url=/new/">' in body
            assert b'<link rel="canonical" href="https://example.org/new/">' in body
        assert b"url=https://example.com/?a=1&amp;b=2" in get(connection, "/elsewhere/")[2]
        assert get(connection, "/atom.xml")[2] == get(connection, "/feed.xml")[2]
        for path in ("/hidden/", "/gone/"):
            assert get(connection, path)[0] == 404
    lines = (copied.site / "out" / "_redirects").read_text().splitlines()
    assert "/2019/old.php /new/ 301" in lines
    assert "/elsewhere/ https://example.com/?a=1&b=2 302" in lines
    assert "/alt/strange%20%25.htm /new/ 301" in lines
    assert not [line for line in lines if line.startswith("/new/")]


async def test_feeds_lack_the_way_to_documents_with_a_query_and_nothing_else(copied: Settings) -> None:
    app = create_app(copied)
    async with (
        open_database(copied.database_url) as app.state.db,
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url=copied.url) as live,
    ):
        for name in ("feed.xml", "rss.xml"):
            before = (await live.get(f"/{name}")).content.splitlines(keepends=True)
            (lacking,) = [line for line in before if b'rel="prev-archive"' in line]
            before.remove(lacking)
            assert (copied.site / "out" / name).read_bytes() == b"".join(before)
        feed = (await live.get("/feed.json")).json()
    assert feed.pop("next_url").endswith("?page=5")
    assert json.loads((copied.site / "out" / "feed.json").read_bytes()) == feed


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_the_base_path_is_kept(filled: Settings, tmp_path: Path) -> None:
    below = filled.model_copy(update={"url": "https://example.org/my/blog"})
    done = await copy_of(below, tmp_path / "out", replace=False)
    # The posts name the site as it was before, at the root of its host.
    assert {dead.page for dead in done.dead} <= set(UNUSUAL)
    with served(tmp_path / "out") as connection:
        assert b"url=/my/blog/" in get(connection, "/")[2]
        body = get(connection, "/my/blog/")[2].decode()
        addresses = [name for name in named(body) if name.startswith("/")]
        assert len(addresses) > 20
        for address in addresses:
            assert get(connection, urlsplit(address).path)[0] == 200, address
    assert "/my/blog/old/ /my/blog/new/ 301" in (tmp_path / "out" / "_redirects").read_text().splitlines()


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_an_earlier_copy_is_replaced_and_nothing_else_is(db: Database, filled: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    await copy_of(filled, folder, replace=False)
    with pytest.raises(Invalid, match="is there already"):
        await copy_of(filled, folder, replace=False)
    await db.write(post, "Another", path="/another/")
    await copy_of(filled, folder, replace=True)
    assert (folder / "another" / "index.html").is_file()
    (folder / "CNAME").write_text("mine")
    with pytest.raises(Invalid, match="other files than"):
        await copy_of(filled, folder, replace=True)
    (folder / MARKER).unlink()
    with pytest.raises(Invalid, match="no copy"):
        await copy_of(filled, folder, replace=True)
    assert (folder / "CNAME").read_text() == "mine"
    assert not await asyncio.to_thread(lambda: list(tmp_path.glob(".out*")))


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_what_cannot_be_in_a_copy_is_told_and_what_leads_nowhere_too(
    db: Database, settings: Settings, tmp_path: Path
) -> None:
    def fill(session: Session) -> None:
        first = post(session, "One", "[no](/nowhere/) [p](/?p=7) [utm](/one/?utm_source=x)\n", path="/one/")
        links.add_old(session, first, "/", query="p=7")
        post(session, "Long", path=quote(f"/{'字' * 100}/"))
        post(session, "Same", path="/one/index.html")
        post(session, "Lost", "![](/media/ab/" + "0" * 62 + ".png)\n", path="/lost/")

    await db.write(fill)
    done = await copy_of(settings, tmp_path / "out", replace=False)
    assert {(dead.address, dead.page) for dead in done.dead} == {
        ("/nowhere/", "/"),  # where the post's beginning is shown
        ("/media/ab/" + "0" * 62 + ".png", "/lost/"),
    }
    assert {lost.address for lost in done.lost} == {f"/{'字' * 100}/", "/one/index.html", "/?p=7"}


async def test_files_of_a_theme_that_have_no_address_or_no_name_are_told(
    db: Database, settings: Settings, tmp_path: Path
) -> None:
    static = settings.theme_folder / "static"
    static.mkdir(parents=True)
    (static / os.fsdecode(b"\xff.css")).write_text("")
    (static / f"{'n' * 250}.css").write_text("")  # In an address its hash stands before the ending.
    (static / "own.css").write_text("")
    done = await copy_of(settings, tmp_path / "out", replace=False)
    assert sorted(lost.address[:14] for lost in done.lost) == ["/static/\\udcff", "/static/nnnnnn"]
    assert list((tmp_path / "out" / "static").glob("own.*.css"))


@pytest.mark.unit
def test_addresses_are_found_as_a_browser_reads_them() -> None:
    document = """<a class='x"y' href="/a/?b=1&amp;c=2"><IMG SRC=/b.png srcset="/c.png 1x, /d.png 2x">
    <meta content="/no"><meta content="https://example.org/e"><p title='<a href="/f">'>href="/no" <a
    href = '/g'><script type="application/ld+json">{"@id": ["https://example.org/h\\u002f", "x", {"a": 1}]}</script>
    <script type="application/ld+json">{broken "https://example.org/no"</script>"""
    found = ["/a/?b=1&c=2", "/b.png", "/c.png", "/d.png", "https://example.org/e", "/f", "/g", "https://example.org/h/"]
    assert list(named(document)) == found
    assert list(named("<a " * 20_000 + '"' * 20_001)) == []


@pytest.mark.unit
@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/blog/a%20b/?q#f", "/a b/"),
        ("https://example.org/blog", "/"),
        ("../c", "/c"),
        ("//example.org/blog/d", "/d"),
        ("/other/", None),
        ("https://example.org/blogs/", None),
        ("mailto:a@example.org", None),
        ("https://[x/", None),
        ("#f", None),
    ],
)
def test_what_is_inside_a_site_is_told(address: str, path: str | None) -> None:
    found = Inside("https://example.org", "/blog").of("/a/b", address)
    assert (found[0] if found else None) == path


# The command, as a person runs it


def command(site: Path, *arguments: str) -> list[str]:
    """The words of `westmarch export html`."""
    return [sys.executable, "-m", "westmarch", "--site", str(site), "export", "html", *arguments]


@pytest.fixture
def small(sqlite_template: Path, tmp_path: Path) -> Path:
    """A folder of a site on SQLite with one post, whose link leads nowhere."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "westmarch.toml").write_text('url = "https://example.org"\n')
    shutil.copyfile(sqlite_template, site / "westmarch.db")

    async def fill() -> None:
        async with open_database(f"sqlite:///{site / 'westmarch.db'}") as db:
            await db.write(post, "One", "[no](/nowhere/)\n", path="/one/")

    in_a_loop_apart(fill())
    return site


def test_the_command_says_what_it_did_and_what_leads_nowhere(small: Path, tmp_path: Path) -> None:
    done = subprocess.run(command(small, str(tmp_path / "out")), capture_output=True, text=True, check=False)
    assert (done.returncode, "/nowhere/ on /" in done.stderr) == (0, True), done.stderr
    assert done.stdout.startswith(f"{tmp_path / 'out'}: ")
    assert "left out: search" in done.stdout
    again = subprocess.run(command(small, str(tmp_path / "out")), capture_output=True, text=True, check=False)
    assert (again.returncode, "is there already" in again.stderr) == (1, True)


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_what_is_stopped_leaves_nothing_that_looks_whole(small: Path, tmp_path: Path, sent: signal.Signals) -> None:
    process = subprocess.Popen(command(small, str(tmp_path / "out")), stderr=subprocess.DEVNULL)
    partial_ = tmp_path / ".out.partial"
    while not partial_.exists():
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(sent)
    assert process.wait(60) != 0
    assert not (tmp_path / "out").exists()
    assert partial_.exists() is (sent is signal.SIGKILL)
