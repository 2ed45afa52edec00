"""What bites a cache: commits between a read and its store, writes while others wait, and turns of the event loop."""

import asyncio
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.pagecache.cached import Cached
from tests.shells import Holding, Shell
from westmarch.db.database import Database, open_database
from westmarch.pagecache.cache import Answer, PageCache
from westmarch.pagecache.check import State
from westmarch.pagecache.store import Key
from westmarch.posts.models import Post
from westmarch.web.replies import Reply

RENAME = "UPDATE post SET title = '{}' WHERE slug = 'p1'"


def rename(session: Session, title: str) -> None:
    session.execute(update(Post).where(Post.slug == "p1").values(title=title))


def title_of(session: Any) -> str:
    return str(session.scalar(Post.__table__.select().with_only_columns(Post.title).where(Post.slug == "p1")))


class Paused:
    """Renders the title of a post, and waits in the middle: before its snapshot, or after it."""

    def __init__(self, db: Database, *, before: bool = False) -> None:
        self.db = db
        self.before = before
        self.reached = asyncio.Event()
        self.go_on = asyncio.Event()
        self.renders = 0

    async def __call__(self) -> Reply:
        self.renders += 1
        if self.before:
            await self._pause()
        reply = Reply((await self.db.read(title_of)).encode())
        if not self.before:
            await self._pause()
        return reply

    async def _pause(self) -> None:
        self.reached.set()
        await self.go_on.wait()


def body(answer: Any) -> str:
    form = answer.content.forms.get("identity")
    return str(form.body.decode())


KEY = Key(b"/title/")


async def ask(pages: PageCache, make: Callable[[], Any]) -> Any:
    return await pages.answer(KEY, make, ())


async def test_a_commit_between_the_read_and_the_store_keeps_the_page_out(cached: Cached) -> None:
    make = Paused(cached.db)
    asking = asyncio.create_task(ask(cached.pages, make))
    await make.reached.wait()
    await cached.db.write(rename, "Renamed")
    make.go_on.set()
    assert body(await asking) == "Post 1"  # It was asked for before the change.
    assert cached.pages.store.get(KEY) is None
    assert body(await ask(cached.pages, make)) == "Renamed"
    assert cached.pages.store.get(KEY) is not None


async def test_a_commit_of_another_process_between_read_and_store_keeps_the_page_out(
    cached: Cached, shell: Shell
) -> None:
    make = Paused(cached.db)
    asking = asyncio.create_task(ask(cached.pages, make))
    await make.reached.wait()
    await asyncio.to_thread(shell, RENAME.format("Renamed"))
    make.go_on.set()
    await asking
    assert cached.pages.store.get(KEY) is None


async def test_a_commit_between_the_check_and_the_snapshot_keeps_the_page_out(cached: Cached) -> None:
    make = Paused(cached.db, before=True)
    asking = asyncio.create_task(ask(cached.pages, make))
    await make.reached.wait()
    await cached.db.write(rename, "Renamed")
    make.go_on.set()
    assert body(await asking) == "Renamed"
    assert cached.pages.store.get(KEY) is None  # It is right, but whether it is cannot be known.


async def test_who_waits_for_a_render_gets_it_where_nothing_was_changed(cached: Cached) -> None:
    make = Paused(cached.db)
    asking = [asyncio.create_task(ask(cached.pages, make)) for _ in range(5)]
    await make.reached.wait()
    await asyncio.sleep(0.05)
    make.go_on.set()
    assert {body(answer) for answer in await asyncio.gather(*asking)} == {"Post 1"}
    assert make.renders == 1


async def test_who_comes_after_a_change_does_not_get_the_render_from_before_it(cached: Cached) -> None:
    make = Paused(cached.db)
    first = asyncio.create_task(ask(cached.pages, make))
    await make.reached.wait()
    await cached.db.write(rename, "Renamed")
    others = [asyncio.create_task(ask(cached.pages, make)) for _ in range(4)]
    await asyncio.sleep(0.05)
    make.go_on.set()
    assert {body(answer) for answer in await asyncio.gather(*others)} == {"Renamed"}
    assert body(await first) == "Post 1"
    assert make.renders <= 3, "those who waited shared the second render"


async def test_a_render_that_fails_leaves_nobody_waiting(cached: Cached) -> None:
    started, go_on = asyncio.Event(), asyncio.Event()

    async def fail() -> Reply:
        started.set()
        await go_on.wait()
        raise LookupError

    first = asyncio.create_task(ask(cached.pages, fail))
    await started.wait()
    second = asyncio.create_task(ask(cached.pages, fail))
    await asyncio.sleep(0)
    go_on.set()
    for task in (first, second):
        with pytest.raises(LookupError):
            await asyncio.wait_for(task, 5)


async def test_a_render_that_is_cancelled_leaves_nobody_waiting(cached: Cached) -> None:
    stuck, make = Paused(cached.db), Paused(cached.db)
    make.go_on.set()
    first = asyncio.create_task(ask(cached.pages, stuck))
    await stuck.reached.wait()
    second = asyncio.create_task(ask(cached.pages, make))
    await asyncio.sleep(0)
    first.cancel()
    assert body(await asyncio.wait_for(second, 5)) == "Post 1"


async def test_a_page_is_current_as_soon_as_a_write_of_another_process_is_acknowledged(
    cached: Cached, shell: Shell
) -> None:
    await cached.visit(("/p1/",))
    for number in range(5):
        assert await cached.status("/p1/") == "westmarch; hit"
        await asyncio.to_thread(shell, RENAME.format(f"Title {number}"))
        assert f"Title {number}" in (await cached.get("/p1/")).text


async def test_what_is_rolled_back_throws_nothing_out(cached: Cached) -> None:
    def undone(session: Session) -> None:
        with session.begin_nested() as inner:
            rename(session, "Never")
            inner.rollback()

    def broken(session: Session) -> None:
        rename(session, "Never")
        raise LookupError

    await cached.visit(("/p1/",))
    await cached.db.write(undone)
    with pytest.raises(LookupError):
        await cached.db.write(broken)
    assert await cached.status("/p1/") == "westmarch; hit"


async def test_pages_are_answered_while_another_process_writes(cached: Cached, holding: Holding) -> None:
    await cached.visit(("/p1/",))
    begin = "BEGIN IMMEDIATE; " if cached.db.dialect == "sqlite" else "BEGIN; "
    with holding(begin + RENAME.format("Not yet")):
        assert await cached.status("/p1/") == "westmarch; hit"
        assert "Not yet" not in (await cached.get("/p1/")).text


async def stale_answers(cached: Cached, database_url: str) -> list[tuple[int, int]]:
    """Let a writer and four readers run for a while: what readers saw that was older than what had been acknowledged
    when they asked, with that."""
    acknowledged, stop, hit, stale, hits = [0], threading.Event(), threading.Event(), [], 0

    async def writing() -> None:
        async with open_database(database_url) as db:
            for number in range(1, 60):
                await db.write(rename, f"Title {number};")
                acknowledged[0] = number
                await asyncio.sleep(0.005)
                if number % 20 == 0:  # On a busy machine no reader comes between two writes.
                    hit.clear()
                    await asyncio.to_thread(hit.wait, 5)
        stop.set()

    await cached.visit(("/p1/",))
    await cached.db.write(rename, "Title 0;")
    thread = threading.Thread(target=lambda: asyncio.run(writing()))
    thread.start()

    async def reading() -> None:
        nonlocal hits
        while not stop.is_set():
            known = acknowledged[0]
            await asyncio.sleep(0)  # As a server does, which runs what it has read from a socket in a task of its own.
            answer = await cached.get("/p1/")
            found = re.search("Title ([0-9]+);", answer.text)
            shown = int(found[1]) if found else -1
            if answer.headers["cache-status"] == "westmarch; hit":
                hits += 1
                hit.set()
            if shown < known:
                stale.append((shown, known))

    await asyncio.gather(*(reading() for _ in range(4)))
    await asyncio.to_thread(thread.join)
    assert hits
    return stale


async def test_an_acknowledged_write_is_seen_by_every_later_request(cached: Cached, database_url: str) -> None:
    assert await stale_answers(cached, database_url) == []


async def test_a_check_that_may_be_a_moment_old_is_noticed(
    cached: Cached, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    check, loop = cached.pages.check, asyncio.get_running_loop()
    assert check is not None
    wait, at_once, checked_at = check.wait, check.at_once, [0.0]

    def just_now() -> bool:
        return loop.time() - checked_at[0] < 0.02

    async def wait_now_and_then() -> State:
        if just_now():
            return State.CURRENT
        checked_at[0] = loop.time()
        return await wait()

    def at_once_now_and_then() -> bool:
        if just_now():
            return True
        if at_once():
            checked_at[0] = loop.time()
            return True
        return False

    monkeypatch.setattr(check, "wait", wait_now_and_then)
    monkeypatch.setattr(check, "at_once", at_once_now_and_then)
    assert await stale_answers(cached, database_url) != []


@pytest.mark.parametrize("left_out", ["began", "last check"])
async def test_a_render_without_its_checks_is_noticed(
    cached: Cached, left_out: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if left_out == "began":
        monkeypatch.setattr(cached.pages.journal, "touched", lambda began, reads: False)
    else:
        monkeypatch.setattr(cached.pages.check, "at_once", lambda: True)
        monkeypatch.setattr(cached.pages.check, "wait", _current)
    make = Paused(cached.db)
    asking = asyncio.create_task(ask(cached.pages, make))
    await make.reached.wait()
    await cached.db.write(rename, "Renamed")
    make.go_on.set()
    await asking
    entry = cached.pages.store.get(KEY)
    assert entry is not None
    assert body(Answer(entry.page, (b"", b""), valid=True)) == "Post 1"


async def _current() -> State:
    return State.CURRENT


async def test_a_trigger_that_is_dropped_is_noticed(cached: Cached, shell: Shell) -> None:
    on = "" if cached.db.dialect == "sqlite" else " ON post"
    await asyncio.to_thread(shell, f"DROP TRIGGER westmarch_post_update{on}")
    await cached.visit(("/p1/",))
    await asyncio.to_thread(shell, RENAME.format("Renamed"))
    assert await cached.stale(("/p1/",)) == ["/p1/"]


async def test_another_history_of_the_database_throws_everything_out(cached: Cached, shell: Shell) -> None:
    await cached.visit(("/p1/",))
    await asyncio.to_thread(shell, "UPDATE epoch SET name = 'another'")
    assert await cached.status("/p1/") == "westmarch; fwd=miss; stored"


async def test_a_log_that_went_back_throws_everything_out(cached: Cached, shell: Shell) -> None:
    await cached.visit(("/p1/",))
    newest = cached.pages.journal.position
    await asyncio.to_thread(shell, f"DELETE FROM change WHERE position > {newest - 3}")
    assert await cached.status("/p1/") == "westmarch; fwd=miss; stored"


async def test_a_log_that_was_pruned_beyond_what_is_known_throws_everything_out(cached: Cached, shell: Shell) -> None:
    await cached.visit(("/p1/",))
    known = cached.pages.journal.position
    await asyncio.to_thread(
        shell,
        RENAME.format("One") + ";\n" + RENAME.format("Two") + f";\nDELETE FROM change WHERE position <= {known + 1}",
    )
    answer = await cached.get("/p1/")
    assert "Two" in answer.text
    assert answer.headers["cache-status"] == "westmarch; fwd=miss; stored"


@pytest.mark.parametrize(
    "written",
    ["UPDATE change SET format = 2 WHERE position > {0}", "UPDATE change SET operation = 'merge' WHERE position > {0}"],
)
async def test_a_change_of_a_kind_that_is_not_known_throws_everything_out(
    cached: Cached, shell: Shell, written: str
) -> None:
    await cached.visit(("/p1/", "/tags/"))
    known = cached.pages.journal.position
    await asyncio.to_thread(shell, RENAME.format("One") + ";\n" + written.format(known))
    await cached.get("/p1/")
    assert cached.stored("/tags/") is None
