"""`westmarch cache`: asked of a server that runs."""

import json
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.cli.conftest import Westmarch
from tests.conftest import in_a_loop_apart
from tests.factories import post
from tests.pagecache.cached import fill
from tests.serving import Serving, serving
from westmarch.cli.cache import _place
from westmarch.db.database import open_database
from westmarch.errors import Invalid

TITLE = "Ein Strand — Straße"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Path:
    """A site below a path, with one of everything."""
    site = tmp_path_factory.mktemp("site")
    (site / "westmarch.toml").write_text('url = "https://example.org/blog"\n', encoding="utf-8")
    shutil.copyfile(sqlite_template, site / "westmarch.db")

    async def write() -> None:
        async with open_database(f"sqlite:///{site / 'westmarch.db'}") as db:
            await db.write(fill)
            await db.write(post, TITLE, slug="strand", tags=("Sea", "Sand"))

    in_a_loop_apart(write())
    return site


@pytest.fixture(scope="module")
def server(filled: Path) -> Iterator[Serving]:
    with serving(filled) as running:
        asked(running, "/healthz")  # Until this is answered, it has no socket.
        yield running


def asked(server: Serving, *paths: str) -> None:
    with httpx2.Client(base_url=f"{server.url}/blog", headers={"accept-encoding": "br"}, timeout=60) as client:
        for path in paths:
            assert client.get(path).status_code == 200


def retitle(site: Path, title: str) -> None:
    with sqlite3.connect(site / "westmarch.db", timeout=20) as connection:
        connection.execute("UPDATE post SET title = ? WHERE title LIKE 'Ein Strand%'", (title,))
    connection.close()


def test_a_page_is_explained_in_words(filled: Path, server: Serving, westmarch: Westmarch) -> None:
    path = "/strand/"
    before = westmarch("--site", filled, "cache", "explain", path)
    assert "not stored; the next who asks for it gets it rendered" in before.out
    asked(server, path, path, path, path, path, path)  # Followers write too, so the first may be thrown out again.
    told = westmarch("--site", filled, "cache", "explain", f"https://example.org/blog{path}")
    assert told.status == 0, told.err
    assert told.out.startswith(f"https://example.org/blog{path}\n  Process {server.process.pid}: stored since ")
    assert "as br with " in told.out
    assert f"of the post “{TITLE}” ({path})\n" in told.out
    assert "name of 2 tags: “Sea” (/tags/sea/), “Sand” (/tags/sand/)\n" in told.out
    assert "  - the options of the site\n" in told.out
    assert "As the cache compares it" not in told.out
    retitle(filled, f"{TITLE}!")
    told = westmarch("--site", filled, "cache", "explain", path, "--all")
    assert f"because the post “{TITLE}!” ({path}) changed (title) (position " in told.out
    assert "As the cache compares it:\n" in told.out
    assert "post: id in " in told.out
    everything = json.loads(westmarch("--site", filled, "cache", "explain", path, "--json").out)
    assert [one["worker"] for one in everything] == [server.process.pid]
    assert everything[0]["removed"]["change"]["table"] == "post"


def test_what_readers_do_not_see_is_explained_too(filled: Path, server: Serving, westmarch: Westmarch) -> None:
    draft = westmarch("--site", filled, "cache", "explain", "/later/")
    assert "There is the post “Later”, which readers do not see: it is a draft.\n" in draft.out
    assert "its status is 404 (Not Found)" in draft.out
    assert "It reads" not in draft.out, "as it is kept nowhere"
    assert "It reads:\n" in westmarch("--site", filled, "cache", "explain", "/later/", "--all").out
    nothing = westmarch("--site", filled, "cache", "explain", "/nothing/")
    assert "its status is 404" in nothing.out
    redirect = westmarch("--site", filled, "cache", "explain", "/tags/sea")
    assert "it is a redirect" in redirect.out
    assert "It leads to https://example.org/blog/tags/sea/." in redirect.out
    with_query = westmarch("--site", filled, "cache", "explain", "/?q=x")
    assert "the page at this address takes no query" in with_query.out
    other = westmarch("--site", filled, "cache", "explain", "/healthz")
    assert "This is no page: /healthz answers" in other.out


def test_numbers_are_told_and_pages_are_thrown_out(filled: Path, server: Serving, westmarch: Westmarch) -> None:
    path = "/p3/"
    asked(server, *([path, "/"] * 10))
    told = westmarch("--site", filled, "cache", "status")
    assert told.status == 0, told.err
    assert told.out.startswith("1 process of https://example.org/blog with 64 MiB each\n")
    numbers = json.loads(westmarch("--site", filled, "cache", "status", "--json").out)
    assert numbers["sum"]["pages"] == numbers["workers"][0]["pages"] >= 2
    assert numbers["sum"]["hits"] > 10
    assert westmarch("--site", filled, "cache", "clear", path).out == "Thrown out of 1 process: 1 page.\n"
    less = json.loads(westmarch("--site", filled, "cache", "status", "--json").out)
    assert less["sum"]["thrown_out"] == numbers["sum"]["thrown_out"] + 1
    cleared = json.loads(westmarch("--site", filled, "cache", "clear", "--json").out)
    assert cleared == [{"worker": server.process.pid, "pages": numbers["sum"]["pages"] - 1}]
    told = westmarch("--site", filled, "cache", "status")
    assert "because the command `westmarch cache clear` was given" in told.out


def test_several_processes_are_told_of_together_and_each(filled: Path, server: Serving, westmarch: Westmarch) -> None:
    with serving(filled, "--workers", "2") as running:
        asked(running, "/", "/", "/", "/")
        deadline = time.monotonic() + 60
        while len(list((filled / "run" / "control").glob("*.sock"))) < 3:  # Beside that of the other server.
            assert time.monotonic() < deadline
            time.sleep(0.1)
        numbers = json.loads(westmarch("--site", filled, "cache", "status", "--json").out)
        assert len(numbers["workers"]) == 3
        assert numbers["sum"]["pages"] == sum(one["pages"] for one in numbers["workers"]) > 0
        assert len({one["fingerprint"] for one in numbers["workers"]}) == 1
        told = westmarch("--site", filled, "cache", "status").out
        assert told.startswith("3 processes of https://example.org/blog with 64 MiB each\n")
        assert " together " in told
        explained = westmarch("--site", filled, "cache", "explain", "/").out
        assert explained.count("  Process ") == 3
        assert explained.count("  - the options of the site") == 1
        assert westmarch("--site", filled, "cache", "clear").out.startswith("Thrown out of 3 processes: ")


@pytest.mark.parametrize("command", [("status",), ("explain", "/"), ("clear",)])
def test_where_nothing_serves_it_says_so_and_what_to_do(
    site: Path, westmarch: Westmarch, command: tuple[str, ...]
) -> None:
    done = westmarch("--site", site, "cache", *command)
    assert done.status == 1
    assert done.err.startswith(f"error: No server of {site} answers here")
    assert f"westmarch --site {site} serve" in done.err
    assert "its log says why" in done.err


def test_an_address_is_looked_for_where_the_server_is_and_not_where_its_files_say(
    filled: Path, tmp_path: Path, westmarch: Westmarch
) -> None:
    (tmp_path / "westmarch.toml").write_text("", encoding="utf-8")
    shutil.copyfile(filled / "westmarch.db", tmp_path / "westmarch.db")
    with serving(tmp_path) as running:
        httpx2.get(running.url, timeout=60)
        (tmp_path / "westmarch.toml").write_text("cache_size = '1MiB'\n", encoding="utf-8")
        told = westmarch("--site", tmp_path, "cache", "explain", f"{running.url}/strand/")
        assert told.out.startswith(f"{running.url}/strand/\n"), told.err
        told = westmarch("--site", tmp_path, "cache", "status")
        assert told.out.startswith(f"1 process of {running.url} with 64 MiB each\n")
        elsewhere = westmarch("--site", tmp_path, "cache", "explain", "http://127.0.0.1:1/strand/")
        assert f"no address of this site, which is at {running.url}." in elsewhere.err


@pytest.mark.unit
@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("/about/", ("/about/", "")),
        ("about/", ("/about/", "")),
        ("/blog/about/", ("/about/", "")),
        ("/blog", ("/", "")),
        ("/blogs/", ("/blogs/", "")),
        ("https://example.org/blog", ("/", "")),
        ("https://EXAMPLE.org/blog/a/?page=2", ("/a/", "page=2")),
        ("/%E6%BD%AE/", ("/潮/", "")),
        ("/潮/", ("/潮/", "")),
    ],
)
def test_an_address_or_a_path_is_meant(url: str, place: tuple[str, str]) -> None:
    assert _place("https://example.org/blog", url) == place


@pytest.mark.unit
@pytest.mark.parametrize(
    "url", ["https://elsewhere.org/blog/", "http://example.org/blog/", "https://example.org/x/", "http://[", "/%ff%00/"]
)
def test_what_is_no_address_of_the_site_is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        _place("https://example.org/blog", url)
