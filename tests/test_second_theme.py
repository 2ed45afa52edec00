"""A second theme: the whole demonstration answers with it, and it needs nothing of the first."""

import re
import shutil
from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.conftest import ROOT
from tests.readers import Reader
from westmarch.answers import LISTINGS
from westmarch.app import create_app
from westmarch.db.database import open_database
from westmarch.links.models import Link
from westmarch.settings import Settings
from westmarch.site import actions as site_actions
from westmarch.transfer.demonstration import install
from westmarch.web.theme import DEFAULT

PLAIN = ROOT / "tests" / "themes" / "plain"


@pytest.fixture
async def demonstration(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Reader]:
    """The demonstration with the theme `plain`, five posts on a page."""
    shutil.copytree(PLAIN, tmp_path / "themes" / "plain")
    shutil.copyfile(sqlite_template, tmp_path / "westmarch.db")
    settings = Settings(site=tmp_path, url="https://example.org", database_url=f"sqlite:///{tmp_path / 'westmarch.db'}")
    async with open_database(settings.database_url) as db:
        settings.media_folder.mkdir()
        await install(db, settings.media_folder, base="", options={"theme": "plain", "posts_per_page": 5})
        app = create_app(settings)
        app.state.db = db
        yield (reader := Reader(app, db, settings.url))
        await reader.client.aclose()


def static_files(theme: Path) -> set[str]:
    return {path.relative_to(theme / "static").as_posix() for path in (theme / "static").rglob("*.*")}


async def pages(reader: Reader) -> dict[str, str]:
    """Every page of the demonstration, by its path."""
    stored = await reader.db.read(
        lambda session: session.scalars(select(Link.path).where(Link.current, Link.query == "")).all()
    )
    found = {}
    for path in (*LISTINGS, *stored, "/page/2/", "/archive/2026/", "/none/"):
        answer = await reader.get(path)
        if answer.status_code == 200 or path == "/none/":
            found[path] = answer.text
    return found


async def test_the_whole_demonstration_answers_with_it(demonstration: Reader, caplog: pytest.LogCaptureFixture) -> None:
    found = await pages(demonstration)
    assert len(found) > 35
    assert not caplog.records
    html5lib = import_module("html5lib")  # It has no types.
    for path, page in found.items():
        assert 'href="/static/plain.' in page, path
        html5lib.HTMLParser(strict=True).parse(page)


async def test_nothing_of_the_default_is_in_its_pages(demonstration: Reader) -> None:
    files = static_files(DEFAULT) - static_files(PLAIN)
    for path, page in (await pages(demonstration)).items():
        used = {re.sub(r"\.[0-9a-f]{8}\.", ".", name) for name in re.findall(r'"/static/([^"]+)"', page)}
        assert used, path
        assert not used & files, path


def test_its_templates_have_no_class_that_a_sheet_of_the_default_could_be_needed_for() -> None:
    """What classes its pages have are those of texts, which docs/theme.md lists."""
    for template in PLAIN.rglob("*.html"):
        assert not re.search(r"\bclass\b", template.read_text(encoding="utf-8")), template


async def test_its_sheets_and_modules_are_there_by_their_hashes(demonstration: Reader) -> None:
    page = await demonstration.page("/")
    addresses = re.findall(r'"(/static/[^"]+)"', page)
    for address in addresses:
        answer = await demonstration.get(address)
        assert answer.status_code == 200, address
        assert "immutable" in answer.headers["cache-control"], address
        folder = address.rpartition("/")[0]
        for name in re.findall(r'(?:from|@import) "(?:\./)?([^"]+)"', answer.text):
            addresses.append(f"{folder}/{name}")
    assert sum(address.endswith(".js") for address in addresses) == 2
    assert sum("colours." in address for address in addresses) == 2


async def test_its_options_change_its_pages(demonstration: Reader) -> None:
    values = {"wide": True, "newest": 1, "motto": "Ad rem", "dates": "year", "paper": "#fff7e8"}
    before = await demonstration.page("/")
    assert before.count("<article") == 3
    await demonstration.do(site_actions.change, {"theme_options": {"plain": values}}, actor="test")
    after = await demonstration.page("/")
    assert after.count("<article") == 1
    assert '<body id="wide">' in after
    assert "<em>Ad rem</em>" in after
    assert re.search(r"<time [^>]*>\d{4}</time>", after)
    assert "/static/colours.paper-fff7e8.css" in after


async def test_its_words_replace_those_of_the_default(demonstration: Reader) -> None:
    assert "<h1>Everything</h1>" in await demonstration.page("/archive/")
