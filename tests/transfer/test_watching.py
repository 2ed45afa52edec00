"""A folder of Markdown that is watched: what is saved in it is on the site at once."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from sqlalchemy import func, select

from tests.factories import SITE, draft
from tests.serving import new_site
from tests.transfer.folders import bring, png, write
from westmarch.db.database import Database
from westmarch.links.queries import resolve
from westmarch.media.models import Media
from westmarch.posts import actions
from westmarch.posts.models import Post
from westmarch.transfer import runs
from westmarch.transfer.importing import Progress, Wanted
from westmarch.transfer.report import Report
from westmarch.transfer.watching import Told, watch

A = "_posts/2020-01-01-a.md"
BLOG: dict[str, str | bytes] = {A: "---\ntitle: A\n---\nText.", "_posts/2020-01-02-b.md": "---\ntitle: B\n---\nText."}


class Watched:
    """A watch that runs: `next` is what it tells next."""

    def __init__(self) -> None:
        self.told: asyncio.Queue[Told] = asyncio.Queue()

    async def next(self) -> Told:
        return await asyncio.wait_for(self.told.get(), 10)


@asynccontextmanager
async def watched(db: Database, folder: Path) -> AsyncIterator[Watched]:
    """Watch a folder for as long as the block lasts."""
    seen, started = Watched(), asyncio.Event()
    wanted = Wanted(folder, folder.parent / "media")
    task = asyncio.create_task(watch(db, wanted, Report(), Progress(), seen.told.put_nowait, started.set))
    waiting = asyncio.create_task(started.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED, timeout=30)
    try:
        assert started.is_set(), task
        yield seen
    finally:
        waiting.cancel()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def post_at(db: Database, path: str) -> tuple[int, int | None]:
    """The status of a path, and its subject."""
    found = await db.read(resolve, path)
    return found.status, found.subject_id


async def test_files_that_are_saved_renamed_deleted_and_put_back_are_followed(db: Database, tmp_path: Path) -> None:
    folder = write(tmp_path / "blog", BLOG)
    async with watched(db, folder) as seen:
        _, a = await post_at(db, "/2020/01/01/a.html")
        write(folder, {A: "---\ntitle: A new title\n---\nText."})
        assert await seen.next() == (A, "updated", "/2020/01/01/a.html")
        write(folder, {"_posts/2020-01-03-c.md": "---\ntitle: C\n---\nText."})
        assert (await seen.next()).what == "imported"
        (folder / A).rename(folder / "_posts/2020-01-09-z.md")
        assert await seen.next() == ("_posts/2020-01-09-z.md", "renamed", f"it was {A}")
        assert (await seen.next()).what == "updated"
        assert await post_at(db, "/2020/01/09/z.html") == (200, a)
        assert await post_at(db, "/2020/01/01/a.html") == (301, a)
        (folder / "_posts/2020-01-09-z.md").unlink()
        assert (await seen.next()).what == "withdrawn"
        assert await db.read(lambda session: session.scalar(select(Post.trashed_at).where(Post.id == a))) is not None
        write(folder, {"_posts/2020-01-09-z.md": "---\ntitle: A\n---\nBack."})
        assert (await seen.next()).what == "updated"
        assert await db.read(lambda session: session.scalar(select(Post.visible).where(Post.id == a))) == 2
    (run,) = await db.read(runs.all_of_them)
    assert run.ended_at is not None
    assert (run.counts["imported"], run.counts["updated"], run.made) == (3, 3, {"post": 3})


async def test_a_broken_file_is_named_its_post_stays_and_the_others_go_on(db: Database, tmp_path: Path) -> None:
    folder = write(tmp_path / "blog", BLOG)
    async with watched(db, folder) as seen:
        write(folder, {A: "---\ntitle: [\n---\nText."})
        told = await seen.next()
        assert (told.path, told.what, told.detail.endswith("the post stays as it was")) == (f"{A}:3", "failed", True)
        assert (await post_at(db, "/2020/01/01/a.html"))[0] == 200
        write(folder, {"_posts/2020-01-02-b.md": "---\ntitle: B2\n---\nText."})
        assert (await seen.next()).what == "updated"


async def test_what_was_edited_here_is_left_alone_also_where_its_file_goes(db: Database, tmp_path: Path) -> None:
    folder = write(tmp_path / "blog", BLOG)
    async with watched(db, folder) as seen:
        _, a = await post_at(db, "/2020/01/01/a.html")
        assert a is not None
        key = await db.read(lambda session: session.scalar(select(Post.source_key).where(Post.id == a)))
        await db.write(actions.revise, a, draft("Mine", source_key=key), SITE, actor="ann")
        write(folder, {A: "---\ntitle: A\n---\nEdited."})
        assert (await seen.next()).what == "conflict"
        (folder / A).unlink()
        told = await seen.next()
        assert (told.what, "post.updated by ann" in told.detail) == ("kept", True)
        assert (await post_at(db, "/2020/01/01/a.html"))[0] == 200


async def test_a_picture_that_comes_after_its_text_is_brought_along(db: Database, tmp_path: Path) -> None:
    folder = write(tmp_path / "blog", BLOG | {A: "---\ntitle: A\n---\n![p](/p.png)"})
    async with watched(db, folder) as seen:
        write(folder, {"p.png": png()})
        assert (await seen.next()).what == "updated"
        assert await db.read(lambda session: session.scalar(select(func.count()).select_from(Media))) == 1


async def test_files_that_went_while_nobody_watched_are_withdrawn_but_not_all_of_them(
    db: Database, tmp_path: Path
) -> None:
    names = [f"_posts/2020-01-01-p{number}.md" for number in range(9)]
    folder = write(tmp_path / "blog", {name: "---\ntitle: P\n---\n" + name for name in names})
    await bring(db, folder)
    (folder / names[0]).unlink()
    async with watched(db, folder) as seen:
        assert (await seen.next())[:2] == (names[0], "withdrawn")
    for name in names[2:]:
        (folder / name).unlink()
    async with watched(db, folder) as seen:
        assert await seen.next() == (str(folder), "kept", "7 of 8 posts have no file here; none of them is withdrawn")
        (folder / names[1]).unlink()
        told = await seen.next()
        assert (told.what, "the site stays as it is" in told.detail) == ("failed", True)
    assert (
        await db.read(lambda session: len(session.scalars(select(Post.id).where(Post.trashed_at.is_(None))).all())) == 8
    )


def test_the_command_ends_cleanly_on_ctrl_c(tmp_path: Path) -> None:
    site = new_site(tmp_path / "site", "--title", "T", "--timezone", "UTC", "--language", "en")
    folder = write(tmp_path / "blog", BLOG)
    command = [sys.executable, "-u", "-m", "westmarch", "--site", str(site)]
    refused = subprocess.run(
        [*command, "import", "markdown", str(folder), "--watch", "--dry-run"],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (refused.returncode, b"--watch goes with none of" in refused.stderr) == (2, True)
    with subprocess.Popen(
        [*command, "import", "markdown", str(folder), "--watch"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("2 imported. Watching")
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
            assert process.communicate(timeout=60)[0] == "Stopped. The site stays as it is.\n"
            assert process.returncode == 0
        finally:
            process.kill()
