"""After an import every old address is asked for."""

import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session
from typer.testing import CliRunner, Result

from tests.conftest import in_a_loop_apart
from tests.factories import SITE
from tests.transfer.folders import bring, row, write
from westmarch.cli.import_check import table
from westmarch.cli.main import app
from westmarch.db.database import Database, open_database
from westmarch.errors import NotFound
from westmarch.links import actions as links
from westmarch.links.models import Link
from westmarch.posts import actions
from westmarch.settings import Settings

BLOG: dict[str, str | bytes] = {
    "a.md": "---\ntitle: A\nurl: /a/\ndate: 2020-01-31\naliases: [/old/a.php, /八月/]\n---\nText\n",
    "b.md": "---\ntitle: B\nurl: /b/\ndate: 2020-01-31\naliases: [/old/b/]\n---\nText\n",
    "drafts/c.md": "---\ntitle: C\nurl: /c/\n---\nText\n",
}


async def told(settings: Settings, run: int | None = None) -> dict[str, tuple[int, str, str]]:
    """Of each address its status, what becomes of a reader, and where it leads."""
    found = await table(settings, run)
    return {one.address: (one.status, one.outcome, one.location.removeprefix(settings.url)) for one in found}


async def test_each_old_address_says_what_it_answers(db: Database, settings: Settings, tmp_path: Path) -> None:
    report = await bring(db, write(tmp_path / "blog", BLOG))

    def change(session: Session) -> None:
        links.add_old(session, row(report, "a.md")["id"], "/", query="p=7")
        links.redirect(session, "/shop/", "https://example.com/")
        actions.trash(session, row(report, "b.md")["id"], SITE, actor="test")

    await db.write(change)
    assert await told(settings) == {
        "/a/": (200, "answers", ""),
        "/old/a.php": (301, "leads on", "/a/"),
        "/%E5%85%AB%E6%9C%88/": (301, "leads on", "/a/"),
        "/?p=7": (301, "leads on", "/a/"),
        "/shop/": (301, "leads on", "https://example.com/"),
        "/b/": (404, "waits", ""),
        "/old/b/": (404, "waits", ""),
        "/c/": (404, "waits", ""),
    }
    reasons = {one.address: (one.of, one.reason) for one in await table(settings)}
    assert reasons["/b/"] == ("b.md", "in the trash")
    assert reasons["/c/"] == ("drafts/c.md", "its post is a draft")


async def test_an_address_that_leads_nowhere_is_missing(db: Database, settings: Settings, tmp_path: Path) -> None:
    await bring(db, write(tmp_path / "blog", BLOG))

    def break_(session: Session) -> None:
        """As another program may, which writes into the database."""
        links.redirect(session, "/there/", "/nowhere/")
        session.execute(update(Link).where(Link.path == "/a/").values(folded="/elsewhere"))

    await db.write(break_)
    found = await told(settings)
    assert found["/there/"] == (301, "missing", "/nowhere/")
    assert found["/a/"] == (404, "missing", "")
    assert found["/old/a.php"] == (301, "missing", "/a/")


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_one_import_can_be_asked_for(db: Database, settings: Settings, tmp_path: Path) -> None:
    await bring(db, write(tmp_path / "blog", BLOG))
    second = await bring(db, write(tmp_path / "other", {"d.md": "---\ntitle: D\nurl: /d/\n---\nText\n"}))
    assert await told(settings, second["run"]) == {"/d/": (200, "answers", "")}
    assert len(await told(settings)) == 7
    with pytest.raises(NotFound, match="no import 9"):
        await table(settings, 9)


@pytest.fixture
def site(sqlite_template: Path, tmp_path: Path) -> Path:
    """The folder of an empty site."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "westmarch.toml").write_text('url = "https://example.org"\n')
    shutil.copyfile(sqlite_template, folder / "westmarch.db")
    return folder


def test_the_command_prints_the_table_and_ends_with_1_where_one_is_missing(site: Path, tmp_path: Path) -> None:
    async def make(*, broken: bool) -> None:
        async with open_database(f"sqlite:///{site / 'westmarch.db'}") as db:
            if broken:
                await db.write(links.redirect, "/there/", "/nowhere/")
            else:
                await bring(db, write(tmp_path / "blog", BLOG))

    in_a_loop_apart(make(broken=False))
    done = CliRunner().invoke(app, ["--site", str(site), "import", "check"])
    assert done.exit_code == 0, done.output
    assert "301  /old/a.php → https://example.org/a/\n" in done.output
    assert "404  /c/  (drafts/c.md: its post is a draft)\n" in done.output
    assert done.output.endswith("6 old addresses: 2 answers, 3 leads on, 1 waits.\n")
    in_a_loop_apart(make(broken=True))
    done = CliRunner().invoke(app, ["--site", str(site), "import", "check", "--json"])
    assert (done.exit_code, json.loads(done.output)["counts"]["missing"]) == (1, 1)


def test_an_import_can_end_with_the_table_and_its_status(site: Path, tmp_path: Path) -> None:
    folder = str(write(tmp_path / "blog", BLOG))

    def imported(*options: str) -> Result:
        return CliRunner().invoke(app, ["--site", str(site), "import", "markdown", folder, *options])

    done = imported("--check")
    assert done.exit_code == 0, done.output
    assert done.output.startswith("3 imported.\n")
    assert done.output.endswith("6 old addresses: 2 answers, 3 leads on, 1 waits.\n")

    async def break_() -> None:
        async with open_database(f"sqlite:///{site / 'westmarch.db'}") as db:
            await db.write(links.redirect, "/there/", "/nowhere/")

    in_a_loop_apart(break_())
    assert imported().exit_code == 0
    done = imported("--check", "--json")
    told = json.loads(done.output)
    assert (done.exit_code, told["answers"]["counts"]["missing"], told["counts"]["unchanged"]) == (1, 1, 3)
    assert "/there/" in {one["address"] for one in told["answers"]["addresses"]}


def test_a_rehearsal_brings_no_address_to_ask_for(site: Path, tmp_path: Path) -> None:
    folder = str(write(tmp_path / "blog", BLOG))
    done = CliRunner().invoke(app, ["--site", str(site), "import", "markdown", folder, "--dry-run", "--check"])
    assert (done.exit_code, "--check asks for what came in" in done.output) == (2, True)
