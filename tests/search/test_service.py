"""The search service as it is started and set: by the command, by variables of another one, for other origins."""

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import psutil
import pytest
from sqlalchemy import select

from tests.books.records import store
from tests.conftest import in_a_loop_apart
from tests.search.conftest import Asking, asking
from tests.serving import serving
from westmarch.configuration import load
from westmarch.db.database import open_database
from westmarch.errors import Invalid
from westmarch.followers.models import Follower
from westmarch.search.generation import NAME
from westmarch.settings import Settings

OTHERS = {
    "ES_HOST": "search:9200", "PROJECT_NAME": "Catalogue of the library", "API_IP": "0.0.0.0", "API_PORT": "5099",
    "BACKEND_CORS_ORIGINS": r"https://.*\.example\.org",
}  # fmt: skip


@pytest.fixture
def site(ninety_nine_site: Path, tmp_path: Path) -> Path:
    """A site with the 99 books, to be served."""
    folder = tmp_path / "site"
    shutil.copytree(ninety_nine_site, folder)
    (folder / "westmarch.toml").write_text("", encoding="utf-8")
    return folder


def asked(url: str) -> Any:
    with urlopen(url, timeout=30) as answer:
        return json.load(answer)


def test_the_service_starts_alone_in_little_processor_time_and_has_no_blog(site: Path) -> None:
    with serving(site, "--service", "search") as server:
        assert asked(f"{server.url}/") == {"message": "Ping"}
        times = psutil.Process(server.process.pid).cpu_times()
        assert times.user + times.system < 3  # A second where nothing else runs; measured in docs/search-api.md.
        assert asked(f"{server.url}/api/v1/search/?q=Susan%20Collins")["count"] == 3
        for path in ("/posts/", "/feed.xml", "/sitemap.xml", "/static/theme.css"):
            with pytest.raises(HTTPError, match="404"):
                urlopen(server.url + path, timeout=10)
    assert server.process.returncode == 0


def test_when_the_worker_that_writes_the_index_is_killed_another_one_takes_over_within_seconds(site: Path) -> None:
    with serving(site, "--service", "search", "--workers", "2") as server:

        def count(q: str) -> int:
            return int(asked(f"{server.url}/api/v1/search/?q={q}")["count"])

        assert {count("potter*") for _ in range(20)} == {7}
        url = f"sqlite:///{site}/westmarch.db"
        os.kill(in_a_loop_apart(writing(url)), signal.SIGKILL)
        in_a_loop_apart(written(url))
        began = time.monotonic()
        while count("quiddity") != 1:
            assert time.monotonic() - began < 20  # A lease lasts for 30.
            time.sleep(0.05)


async def writing(url: str) -> int:
    """The process that writes the index."""
    async with open_database(url) as db, asyncio.timeout(30):
        while True:
            name = await db.read(
                lambda session: session.scalar(select(Follower.leased_by).where(Follower.name == NAME))
            )
            if name:
                return int(name.split(":")[1])
            await asyncio.sleep(0.05)


async def written(url: str) -> None:
    async with open_database(url) as db:
        await db.write(store, [{"book_id": 500, "title": "Quiddity"}])


def test_the_module_of_books_is_the_service(site: Path) -> None:
    environment = os.environ | {"API_PORT": "0", "WESTMARCH_SITE": str(site)}
    done = subprocess.run(
        [sys.executable, "-m", "westmarch.books"], env=environment, capture_output=True, text=True, check=False
    )
    assert "environment: API_PORT: port: a number from 1 on is needed" in done.stderr
    assert done.returncode == 1


def test_variables_of_another_service_are_taken_after_ours(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in OTHERS.items():
        monkeypatch.setenv(name, value)
    found = load(site, search=True)
    settings = found.settings
    assert settings.search_url is not None
    assert settings.search_url.get_secret_value() == "opensearch+http://search:9200"
    assert (settings.project_name, settings.host, settings.port) == ("Catalogue of the library", "0.0.0.0", 5099)
    assert settings.cors_origins == OTHERS["BACKEND_CORS_ORIGINS"]
    assert found.origins["port"] == "environment: API_PORT"
    assert load(site).settings.port == 8000
    monkeypatch.setenv("WESTMARCH_PORT", "7000")
    assert load(site, search=True).settings.port == 7000


def test_they_may_stand_in_the_file_too(site: Path) -> None:
    (site / ".env").write_text("".join(f"{name}={value}\n" for name, value in OTHERS.items()), encoding="utf-8")
    assert load(site, search=True).settings.port == 5099
    assert load(site).settings.port == 8000
    (site / ".env").write_text("API_PORT=many\n", encoding="utf-8")
    with pytest.raises(Invalid, match="whole number"):
        load(site, search=True)


def test_the_service_has_a_port_of_its_own(site: Path) -> None:
    assert load(site, search=True).settings.port == 5000
    assert load(site, search=True, port=4000).settings.port == 4000


def test_a_pattern_that_is_none_is_refused(site: Path) -> None:
    with pytest.raises(Invalid, match="regular expression"):
        load(site, cors_origins="(")


@pytest.mark.parametrize(
    ("pattern", "origin", "allowed", "credentials"),
    [
        (r"https://.*\.example\.org", "https://a.example.org", True, True),
        (r"https://.*\.example\.org", "https://a.example.org.evil.net", False, False),
        (".*", "https://anybody.net", True, False),
        (r"https://[a-z.]+", "https://anybody.net", True, False),
        (r"https?://.+\.(com|org)", "https://anybody.org", True, False),
        ("", "https://a.example.org", False, False),
    ],
)
async def test_other_origins_read_what_the_pattern_allows(
    ninety_nine_site: Path, tmp_path: Path, pattern: str, origin: str, allowed: bool, credentials: bool
) -> None:
    shutil.copytree(ninety_nine_site, tmp_path, dirs_exist_ok=True)
    async with asking(Settings(site=tmp_path, cors_origins=pattern)) as asked:
        answer = await asked.client.get("/api/v1/search/", headers={"origin": origin})
        assert answer.status_code == 200
        assert (answer.headers.get("access-control-allow-origin") == origin) is allowed
        assert ("access-control-allow-credentials" in answer.headers and allowed) is credentials
        plain = await asked.client.get("/", headers={"origin": origin})
        assert "access-control-allow-origin" not in plain.headers


async def test_an_engine_that_is_away_is_503_and_all_else_is_served(books: Asking, tmp_path: Path) -> None:
    index = books.app.state.index
    folder = tmp_path / "search"
    current = (folder / "current").read_text()
    (folder / "current").unlink()
    answer = await books.get(q="potter")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    assert (await books.get("/healthz")).status_code == 200
    assert (await books.get("/")).status_code == 200
    ready = await books.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (503, "unavailable")
    (folder / "current").write_text(current)
    assert (await books.json(q="potter*"))["count"] == 7
    assert index is books.app.state.index


class Outside(HTMLParser):
    """Gathers what a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.fetched += [str(given[name]) for name in ("src", "srcset", "data", "action") if name in given]
        if tag == "link":
            self.fetched.append(str(given.get("href")))
        assert tag != "script"


async def test_the_documents_describe_the_api_and_fetch_nothing(books: Asking) -> None:
    document = await books.json("/api/v1/openapi.json")
    assert document["info"]["title"] == "Westmarch"
    parameters = {each["name"]: each for each in document["paths"]["/api/v1/search/"]["get"]["parameters"]}
    assert {"q", "tags", "year", "size", "cursor", "facets", "explain"} <= set(parameters)
    assert parameters["size"]["schema"]["maximum"] == 1000
    assert set(document["paths"]) == {"/", "/api/v1/search/", "/api/v1/books/{book_id}", "/api/v1/suggest"}
    for path in ("/docs", "/api/docs"):
        page = await books.get(path)
        assert page.status_code == 200
        assert "default-src 'none'" in page.headers["content-security-policy"]
        outside = Outside()
        outside.feed(page.text)
        assert outside.fetched == []
        assert all(f"<code>{name}</code>" in page.text for name in parameters)
        assert re.findall(r'href="(https?:[^"]*)"', page.text) == []


async def test_many_questions_at_once_are_all_answered(books: Asking) -> None:
    answers = await asyncio.gather(*(books.json(q=word) for word in ["potter*", "rowling", "hunger"] * 30))
    assert {found["count"] for found in answers} == {7, 3}
