"""A site that goes out as JSON and comes into an empty one is the same site."""

import asyncio
import io
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.cli.conftest import Westmarch
from tests.cli.conftest import site as site
from tests.cli.conftest import westmarch as westmarch
from tests.factories import SITE, draft, post
from tests.transfer.folders import counted, document
from tests.transfer.out.sites import differences, emptied, fill, sites, state
from westmarch.db.database import Database, open_database
from westmarch.errors import Invalid
from westmarch.posts import actions
from westmarch.transfer import undoing
from westmarch.transfer.importing import Wanted
from westmarch.transfer.our_json import import_json
from westmarch.transfer.out.json_ import export_json
from westmarch.transfer.report import Report

URL = "https://example.org"


async def brought(db: Database, file: Path, media: Path | None = None) -> dict[str, Any]:
    """Import a document and return the report."""
    report = Report(io.BytesIO())
    await import_json(db, Wanted(file.parent, file.parent / "ours"), file, media, report)
    return document(report)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(wanted=sites())
def test_what_goes_out_and_comes_in_is_the_same_site(sqlite_template: Path, wanted: dict[str, Any]) -> None:
    async def round_trip(folder: Path) -> list[str]:
        for name in ("theirs", "ours"):
            shutil.copyfile(sqlite_template, folder / f"{name}.db")
        async with open_database(f"sqlite:///{folder / 'theirs.db'}") as db:
            await db.write(fill, folder / "theirs", wanted)
            before = await db.read(state)
            await db.read(export_json, folder / "out.json", url=URL, revisions=True)
        async with open_database(f"sqlite:///{folder / 'ours.db'}") as db:
            await brought(db, folder / "out.json", folder / "theirs")
            return differences(before, await db.read(state))

    with tempfile.TemporaryDirectory() as name:
        assert asyncio.run(round_trip(Path(name))) == []


def two(session: Any) -> int:
    post(session, "Two")
    return post(session, "One", "[two](/two/)\n", tags=("a",), aliases=("/old/?p=3",))


async def test_a_later_document_of_the_site_brings_up_to_date_and_is_taken_back(db: Database, tmp_path: Path) -> None:
    async with open_database(await emptied(tmp_path)) as other:
        one = await other.write(two)
        await other.read(export_json, tmp_path / "out.json", url=URL)
        await other.write(actions.revise, one, draft("One", "More.", tags=("a",)), SITE, actor="me")
        await other.read(export_json, tmp_path / "later.json", url=URL)
    first = await brought(db, tmp_path / "out.json")
    assert (counted(first), first["run"]) == ({"imported": 2}, 1)
    assert counted(await brought(db, tmp_path / "out.json")) == {"unchanged": 2}
    assert counted(await brought(db, tmp_path / "later.json")) == {"updated": 1, "unchanged": 1}
    planned = await undoing.plan(db, 1)
    assert (planned.run.source, len(planned.posts)) == (str(tmp_path / "out.json"), 1)


HEAD: dict[str, Any] = {"format": 1, "url": URL, "posts": [], "books": []}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "is no exported site"),
        ({"db": []}, "is no exported site"),
        (HEAD | {"format": 2}, "is no exported site"),
        (HEAD | {"posts": {}}, "posts is no list"),
        (HEAD | {"posts": ["x"]}, "posts.0 cannot be so"),
        (HEAD | {"posts": [{"id": 1}]}, "posts.0.kind cannot be so: it is missing"),
        (HEAD | {"authors": [{"name": ""}]}, "authors.0.slug cannot be so: it is missing"),
        (HEAD | {"books": ["\ud800"]}, "holds half a character"),
        (HEAD | {"site": {"title": "\0"}}, "holds a zero byte"),
    ],
)
async def test_what_is_no_such_document_is_refused_with_its_place(tmp_path: Path, said: Any, told: str) -> None:
    file = tmp_path / "site.json"
    file.write_text(said if isinstance(said, str) else json.dumps(said))
    async with open_database(await emptied(tmp_path)) as db:
        with pytest.raises(Invalid, match=f"{file}.*{told}"):
            await brought(db, file)


def test_the_command_imports_what_the_other_one_exported(westmarch: Westmarch, site: Path, tmp_path: Path) -> None:
    assert westmarch("--site", site, "export", "json", tmp_path / "out.json").status == 0
    done = westmarch("--site", site, "import", "json", tmp_path / "out.json", "--media", site / "media", "--dry-run")
    assert (done.status, done.out) == (0, "Would be: nothing to import.\n"), done.err
    assert "No such file" in westmarch("--site", site, "import", "json", tmp_path / "none.json").err
