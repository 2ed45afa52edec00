"""Several writers and readers at the same time: a write that was acknowledged is in every answer from then on."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.pagecache.askers import Asker, Server, program
from tests.pagecache.cached import fill
from tests.pagecache.elsewhere import elsewhere
from tests.pagecache.test_processes import site_in
from tests.serving import serving
from westmarch.configuration import load
from westmarch.db.database import open_database
from westmarch.db.sessions import Reading
from westmarch.posts.models import Post

#: What shows the titles: the posts themselves, a list and a feed.
SHOWN = ("/p0/", "/p1/", "/p2/", "/tags/sea/", "/feed.xml")
#: So many answers there are for each write of a writer, so that pages are hit however slow the machine is.
ANSWERS = 15
TITLE = re.compile(rb"Writer ([0-9]) wrote ([0-9]+)\.")


class Writers:
    """What each of the writers has been told that it is written."""

    def __init__(self, writes: int) -> None:
        self.writes = writes
        self.acknowledged = [0, 0, 0]
        self.running = 3
        self.answers = asyncio.Semaphore(0)

    async def write(self, number: int, do: Callable[[str], Awaitable[object]]) -> None:
        """Give the post of this number one title after the other."""
        for count in range(1, self.writes + 1):
            await do(f"Writer {number} wrote {count}.")
            self.acknowledged[number] = count
            for _ in range(ANSWERS):
                await self.answers.acquire()
        self.running -= 1

    async def read(self, askers: list[Asker], number: int) -> list[str]:
        """Ask until all has been written: what was older than what had been acknowledged."""
        random, old = Random(number), []
        while self.running:
            asker, path = random.choice(askers), random.choice(SHOWN)
            known = tuple(self.acknowledged)
            answer = await asker.ask(path)
            self.answers.release()
            old += [
                f"{asker.name} at {path}: {count.decode()} of writer {writer.decode()}, acknowledged {known}"
                for writer, count in TITLE.findall(answer.body)
                if int(count) < known[int(writer)]
            ]
        return old


def titles(session: Reading) -> list[str]:
    return list(session.scalars(select(Post.title).where(Post.slug.in_(("p0", "p1", "p2"))).order_by(Post.slug)))


def rename(session: Session, slug: str, title: str) -> None:
    session.execute(update(Post).where(Post.slug == slug).values(title=title))


async def race(database_url: str, programs: Path | None, folder: Path, writes: int) -> tuple[list[str], list[str], int]:
    """Let three writers, one of them another program, and eight readers of five processes run at the same time: what
    was stale, what is there at the end, and how often pages came from a cache."""
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(open_database(database_url))
        two = await stack.enter_async_context(open_database(database_url))
        await one.write(fill)
        sites = [site_in(folder / name, database_url) for name in ("a", "b")]
        askers: list[Asker] = [await stack.enter_async_context(program("program", load(sites[0]).settings))]
        for number, arguments in enumerate((("--workers", "2"), ())):
            askers.append(Server(f"server {number}", stack.enter_context(serving(sites[number], *arguments)).url))
        shell = stack.enter_context(elsewhere(database_url, programs))
        writers = Writers(writes)

        async def by_shell(title: str) -> None:
            assert not await shell.run([f"UPDATE post SET title = '{title}' WHERE slug = 'p2'"])

        found = await asyncio.gather(
            *(writers.read(askers, number) for number in range(8)),
            writers.write(0, lambda title: one.write(rename, "p0", title)),
            writers.write(1, lambda title: two.write(rename, "p1", title)),
            writers.write(2, by_shell),
        )
        stale = [line for lines in found if lines for line in lines]
        return stale, await one.read(titles), sum(asker.hits for asker in askers)


async def test_readers_of_several_processes_see_what_several_writers_were_told(
    database_url: str, programs: Path | None, tmp_path: Path
) -> None:
    stale, there, hits = await race(database_url, programs, tmp_path, 25)
    assert stale == []
    assert there == [f"Writer {number} wrote 25." for number in range(3)]
    assert hits > 10


@pytest.mark.long
async def test_they_do_so_for_long(database_url: str, programs: Path | None, tmp_path: Path) -> None:
    stale, there, _ = await race(database_url, programs, tmp_path, 1_000)
    assert stale == []
    assert there == [f"Writer {number} wrote 1000." for number in range(3)]
