"""Bringing records of an export in, whatever its format."""

import asyncio
import pickle
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.transfer.exports.bringing import FILE, Given, bring, record
from tests.transfer.folders import counted, png, post, posts, row, write
from westmarch.db.database import Database
from westmarch.errors import Invalid
from westmarch.subjects.models import Reference, Revision
from westmarch.transfer.exports.reader import ExportReader
from westmarch.transfer.exports.records import Record
from westmarch.transfer.items import Entry, FileWarning, Source, Unread


async def markdown(db: Database) -> list[str]:
    return await db.read(lambda session: list(session.scalars(select(Revision.markdown).order_by(Revision.id))))


async def test_records_become_posts_at_their_addresses(db: Database, tmp_path: Path) -> None:
    found = await bring(db, Given([record("1", "<p>Text.</p>", "/2020/one/", title="One")]), tmp_path)
    assert counted(found) == {"imported": 1}
    stored = await post(db, row(found, "1")["id"])
    assert (stored.title, stored.path) == ("One", "/2020/one/")
    assert await markdown(db) == ["Text.\n"]


async def test_a_second_run_changes_nothing_and_an_edited_record_updates_its_post(db: Database, tmp_path: Path) -> None:
    await bring(db, Given([record("1", "<p>Text.</p>", line=1)]), tmp_path)
    assert counted(await bring(db, Given([record("1", "<p>Text.</p>", line=9)]), tmp_path)) == {"unchanged": 1}
    assert counted(await bring(db, Given([record("1", "<p>Other.</p>")]), tmp_path)) == {"updated": 1}
    assert await posts(db) == 1


async def test_links_between_records_lead_to_their_posts(db: Database, tmp_path: Path) -> None:
    export = Given(
        [
            record("1", '<p><a href="http://old.example/b/#x">b</a> <a href="https://old.example/?p=2">b</a></p>'),
            record("2", "<p>B</p>", "/b/", queries=("/?p=2",)),
        ]
    )
    await bring(db, export, tmp_path)
    assert (await markdown(db))[0] == "[b](/b/#x) [b](/b/)\n"
    stored = await db.read(lambda session: list(session.scalars(select(Reference.to_subject_id))))
    assert None not in stored


async def test_pictures_come_along_from_the_folder_and_lost_ones_keep_their_address(
    db: Database, tmp_path: Path
) -> None:
    folder = write(tmp_path / "uploads", {"u/a.png": png()})
    html = '<p><img src="https://old.example/u/a.png?w=3"> <img src="https://old.example/u/b.png"></p>'
    found = await bring(db, Given([record("1", html, line=7)], folder), folder)
    assert [(one["fate"], one["path"]) for one in found["media"]] == [
        ("imported", "u/a.png"),
        ("missing", "https://old.example/u/b.png"),
    ]
    (text,) = await markdown(db)
    assert "![](/media/" in text
    assert "![](https://old.example/u/b.png)" in text
    assert found["files"][0]["warnings"][0]["line"] == 7


async def test_what_is_not_brought_over_is_told_with_its_line(db: Database, tmp_path: Path) -> None:
    broken = Unread(Source(FILE, "2", "2", "post"), "failed", "it is broken", 12)
    export = Given([record("1", "<p>a</p>"), broken, record("1", "<p>b</p>")], remarks=(FileWarning(3, "no menus"),))
    found = await bring(db, export, tmp_path)
    told = [(one["path"], one["fate"], one["reason"], one["line"]) for one in found["files"]]
    assert ("2", "failed", "it is broken", 12) in told
    assert ("1", "skipped", "the export holds it twice; the first one came in", None) in told
    assert ("configuration", "skipped", "no menus", 3) in told


async def test_an_export_that_cannot_be_read_leaves_nothing_behind(
    db: Database, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    class Broken(Given):
        def records(self) -> Any:
            yield record("1", "")
            raise Invalid("no export")

    with pytest.raises(Invalid, match="no export"):
        await bring(db, Broken([]), tmp_path)
    assert await asyncio.to_thread(lambda: list(tmp_path.glob("*.records"))) == []
    assert await posts(db) == 0


@pytest.mark.unit
def test_another_process_reads_the_same_records() -> None:
    given: list[Record | Unread] = [record(str(number), f"<p>{number}</p>") for number in range(3)]
    reader = ExportReader(Given(given), 0, None, "")
    try:
        entries = [one for one in reader.entries() if isinstance(one, Entry)]
        copy = pickle.loads(pickle.dumps(reader))
        assert [copy.item(entry.source).body for entry in reversed(entries)] == ["2\n", "1\n", "0\n"]
        copy.close()
    finally:
        reader.close()


@pytest.mark.unit
def test_a_record_has_as_many_tags_as_a_file_may_have() -> None:
    reader = ExportReader(Given([record("1", "", tags=tuple(map(str, range(1000))))]), 0, None, "")
    try:
        (entry,) = reader.entries()
        assert isinstance(entry, Entry)
        item = reader.item(entry.source)
        assert (len(entry.tags), len(item.metadata.tags)) == (200, 200)
        assert [one.message for one in item.warnings] == ["it has 1,000 tags; the first 200 are brought over"]
    finally:
        reader.close()
