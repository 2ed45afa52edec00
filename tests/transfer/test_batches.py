"""Files are stored in batches: what that saves must not be seen in what comes in."""

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.factories import SITE, draft
from tests.transfer.exports.bringing import Given, record
from tests.transfer.exports.bringing import bring as bring_export
from tests.transfer.folders import bring, counted, posts, row, write
from westmarch.db.database import Database, open_database
from westmarch.errors import Conflict, Unavailable
from westmarch.posts import actions, counts, listings
from westmarch.posts.drafts import Draft
from westmarch.posts.making import Making
from westmarch.posts.models import Post
from westmarch.tags.models import Tag
from westmarch.transfer import storing


def blog(folder: Path, many: int) -> Path:
    """So many posts with a tag of their own and one that all have, each with a link to the next."""
    text = "---\ntitle: Post {n}\ntags: [all, own-{n}]\n---\n\n[next](/2020/01/01/p{m}.html) *text*\n"
    return write(folder, {f"_posts/2020-01-01-p{n:02}.md": text.format(n=n, m=f"{n + 1:02}") for n in range(many)})


async def transactions(db: Database, monkeypatch: pytest.MonkeyPatch, folder: Path, **options: Any) -> list[int]:
    """How many posts each transaction of an import that stored any has stored."""
    found: list[int] = []
    write_ = db.write

    async def counting(f: Any, /, *args: Any, **kwargs: Any) -> Any:
        done = await write_(f, *args, **kwargs)
        if f in {storing.store, storing.store_all}:
            found.append(len(done) if isinstance(done, list) else 1)
        return done

    monkeypatch.setattr(db, "write", counting)
    await bring(db, folder, **options)
    return found


async def test_a_transaction_holds_sixteen_files(db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await transactions(db, monkeypatch, blog(tmp_path / "blog", 40)) == [16, 16, 8]
    assert await posts(db) == 40
    assert await db.read(counts.faults, SITE.zone) == []
    assert await db.read(listings.faults) == []


async def test_a_file_whose_address_is_taken_leaves_the_others_of_its_batch(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await db.write(actions.create, draft(title="Here first", path="/2020/01/01/p03.html"), SITE, actor="ann")
    folder = blog(tmp_path / "blog", 20)
    assert await transactions(db, monkeypatch, folder) == [*[1] * 16, 4]
    paths = await db.read(lambda session: set(session.scalars(select(Post.path).where(Post.source_key.is_not(None)))))
    expected = {f"/2020/01/01/p{n:02}.html" for n in range(20)} - {"/2020/01/01/p03.html"}
    assert paths == expected | {"/2020/01/01/p03-2.html"}


async def test_a_file_that_cannot_be_stored_leaves_the_others_of_its_batch(db: Database, tmp_path: Path) -> None:
    given = Given([record(f"p{n}", f"<p>{n}</p>", title="" if n == 5 else f"Post {n}") for n in range(12)])
    report = await bring_export(db, given, tmp_path)
    assert counted(report) == {"imported": 11, "failed": 1}
    assert row(report, "p5")["reason"] == "A post needs a title."
    stored = await db.read(lambda session: set(session.scalars(select(Post.title))))
    assert stored == {f"Post {n}" for n in range(12) if n != 5}


async def test_two_files_of_one_batch_with_one_address_are_told_apart(db: Database, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        f"{n}.md": f"---\ntitle: T{n}\nurl: /same/\ndate: 2020-01-0{n}\n---\nText\n" for n in (1, 2, 3)
    }
    report = await bring(db, write(tmp_path / "blog", files))
    assert counted(report) == {"imported": 3}
    paths = await db.read(lambda session: session.scalars(select(Post.path).order_by(Post.id)).all())
    assert paths == ["/same/", "/same-2/", "/same-3/"]
    assert "is that of 1.md" in str(row(report, "2.md")["warnings"])


async def test_what_a_batch_claimed_is_forgotten_where_it_was_rolled_back(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ids of a transaction that is not there lead nowhere, and belong to others later."""
    create, failed = Making.create, False

    def once(making: Making, one: Draft) -> int:
        nonlocal failed
        if one.title == "Post 9" and not failed:
            failed = True
            raise Conflict("somebody was faster")
        return create(making, one)

    monkeypatch.setattr(Making, "create", once)
    report = await bring(db, blog(tmp_path / "blog", 12))
    assert failed
    assert counted(report) == {"imported": 12}
    told = {one["id"]: one["addresses"] for one in report["files"]}
    stored = await db.read(lambda session: session.execute(select(Post.id, Post.path)).all())
    assert told == {post_id: [path] for post_id, path in stored}
    assert len(await db.read(lambda session: session.scalars(select(Tag.id)).all())) == 13
    assert await db.read(counts.faults, SITE.zone) == []


async def test_where_the_database_gives_up_what_is_told_is_what_is_stored(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = Making.create

    def full(making: Making, one: Draft) -> int:
        if one.title == "Post 21":
            raise Unavailable("The disk is full.")
        return create(making, one)

    monkeypatch.setattr(Making, "create", full)
    folder = blog(tmp_path / "blog", 40)
    with pytest.raises(Unavailable):
        await bring(db, folder)
    assert await posts(db) == 21
    monkeypatch.setattr(Making, "create", create)
    assert counted(await bring(db, folder)) == {"imported": 19, "unchanged": 21}


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
import westmarch.migrations.metadata
from westmarch.db.database import open_database
from westmarch.posts.making import Making
from westmarch.transfer.importing import Wanted, import_folder
from westmarch.transfer.report import Report

create = Making.create

def killed(making, draft):
    if draft.title == "Post 25":
        os.kill(os.getpid(), signal.SIGKILL)
    return create(making, draft)

async def run(url, folder, report):
    Making.create = killed
    async with open_database(url) as db:
        with open(report, "w+b", buffering=0) as file:
            await import_folder(db, Wanted(Path(folder), Path(folder).parent / "media"), Report(file))

asyncio.run(run(*sys.argv[1:]))
"""


async def test_a_batch_that_is_killed_in_the_middle_leaves_nothing_and_those_before_it_whole(
    database_url: str, tmp_path: Path
) -> None:
    folder, report = blog(tmp_path / "blog", 40), tmp_path / "r.json"
    arguments = [sys.executable, "-c", KILLED, database_url, str(folder), str(report)]
    killed = await asyncio.to_thread(subprocess.run, arguments, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert json.loads(report.read_text())["counts"]["imported"] <= 16
    async with open_database(database_url) as db:
        assert await posts(db) == 16
        assert len(await db.read(lambda session: session.scalars(select(Tag.id)).all())) == 17
        assert counted(await bring(db, folder)) == {"imported": 24, "unchanged": 16}
        assert await db.read(counts.faults, SITE.zone) == []
        assert await db.read(listings.faults) == []
