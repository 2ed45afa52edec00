"""A site that many write and many read, where each answer is held against what is rendered anew at that moment."""

import asyncio
import difflib
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import unquote

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from tests.pagecache.askers import Asker, Program, Server, Told, program
from tests.pagecache.cached import PATHS
from tests.pagecache.elsewhere import Backup, Elsewhere, backup, elsewhere
from tests.pagecache.operations import EPOCH, WRITES, Operation, TakenBack
from westmarch.answers import answer
from westmarch.app import create_app
from westmarch.changes import queries as changes
from westmarch.db.database import Database, open_database
from westmarch.db.sessions import Reading
from westmarch.errors import WestmarchError
from westmarch.events import actions as events
from westmarch.events.models import Event
from westmarch.pagecache.store import Key
from westmarch.posts.models import Post
from westmarch.settings import Settings
from westmarch.transfer.importing import Wanted, import_folder
from westmarch.transfer.report import Report
from westmarch.web.options import Options
from westmarch.web.surface import Surface

#: Every address at which something may be.
ADDRESSES = (
    *PATHS, *(f"/post-{number}/" for number in range(10)), *(f"/moved-{number}/" for number in range(6)),
    *(f"/notes/{number}/" for number in range(6)), "/later/", "/old/", "/imported/", "/tags/sand/", "/topics/dunes/",
    "/authors/bo/", "/tags/page/2/", "/sitemap-2025.xml", "/archive/2025/", "/topics/tides/feed.xml", "/nothing-here/",
)  # fmt: skip
#: So many pages that an operation has left in a store, and so many addresses, are looked at after it.
LEFT, LOOKED_AT = 8, 1
#: After so many operations all addresses are looked at.
SWEEP = 60
#: So often a moment is looked for in which nobody writes.
TRIES = 200
#: The verb of the events by which an acknowledged write is found again.
MARK = "proof.written"


class Stale(AssertionError):
    """An answer is not what is rendered anew; it came out after the operation of this number (None: at the end)."""

    def __init__(self, told: str, turn: int | None = None) -> None:
        super().__init__(told)
        self.turn = turn


@dataclass
class Watched:
    """The site, its readers, and what was acknowledged by it."""

    settings: Settings
    db: Database
    surface: Surface
    programs: list[Program]
    other: Elsewhere
    kept: Backup
    folder: Path
    servers: list[Server] = field(default_factory=list)
    clock: datetime = EPOCH
    marks: set[str] = field(default_factory=set)
    refused: int = 0
    compared: int = 0
    number: int = 0
    random: Random = field(default_factory=lambda: Random(0))

    @property
    def askers(self) -> list[Asker]:
        """All readers."""
        return [*self.programs, *self.servers]

    def serve(self, url: str) -> None:
        """Let a server at this address be asked as well."""
        self.servers.append(Server(f"server {len(self.servers)}", url))

    # Writing

    async def do(self, operation: Operation) -> None:
        """Do an operation; what the site or the database refuses is counted."""
        special: Mapping[str, Callable[[tuple[int, ...]], Awaitable[None]]] = {
            "clock": self._clock, "import_folder": self._import, "elsewhere": self._elsewhere,
            "overlap": self._overlap, "bring_back": self._bring_back, "command": self._command,
            "untrigger": self._untrigger,
        }  # fmt: skip
        if operation.verb in special:
            await special[operation.verb](operation.numbers)
        else:
            await self._write(operation)

    async def _write(self, operation: Operation) -> None:
        mark = self._mark()

        def run(session: Session) -> None:
            WRITES[operation.verb](session, operation.numbers, self.clock)
            session.flush()
            events.record(session, MARK, actor=mark)

        try:
            await self.db.write(run)
        except (WestmarchError, IntegrityError, TakenBack):
            self.refused += 1
        else:
            self.marks.add(mark)

    def _mark(self) -> str:
        self.number += 1
        return str(self.number)

    async def _clock(self, numbers: tuple[int, ...]) -> None:
        """Let hours pass, or set the clock back; what is due is published."""
        hours = -numbers[0] % 24 if numbers[0] % 5 == 0 else numbers[0] % 12
        self.clock += timedelta(hours=hours)
        await self._write(Operation("publish_due", numbers))

    async def _elsewhere(self, numbers: tuple[int, ...]) -> None:
        """Let another program write; every fifth time it takes it back."""
        number, mark = numbers[1], self._mark()
        chosen = f"(SELECT id FROM post ORDER BY id LIMIT 1 OFFSET {numbers[2] % 8})"
        statements = (
            f"UPDATE post SET title = 'Elsewhere {number}' WHERE id = {chosen}",
            f"UPDATE post SET summary = 'Short {number}', excerpt_html = '<p>S {number}.</p>' WHERE id >= {chosen}",
            f"UPDATE tag SET description = 'Told {number}'",
            f"UPDATE post SET status = 'draft' WHERE id = {chosen}",
            f"UPDATE post SET status = 'published' WHERE id = {chosen} AND published_revision_id IS NOT NULL",
            f"UPDATE post SET published_at = '2024-03-0{1 + number % 9} 12:00:00.000000' WHERE id = {chosen}",
            f"UPDATE site_option SET value = '\"Site {number}\"' WHERE key = 'title'",
            f"UPDATE author SET bio_html = '<p>Bio {number}.</p>'",
            f"UPDATE topic SET title = 'Tides {number}' WHERE slug = 'tides'",
            f"DELETE FROM tagging WHERE subject_id = {chosen}",
            "DELETE FROM most_read",
            f"UPDATE archive_count SET count = {1 + number % 9} WHERE count > 1",
            f"UPDATE revision SET html = '<p>Text {number}.</p>'",
        )
        event = "INSERT INTO event (verb, at, actor, detail) VALUES "
        event += f"('{MARK}', '2024-01-01 00:00:00.000000', '{mark}', '{{}}')"
        wanted = [statements[numbers[0] % len(statements)], statements[numbers[3] % len(statements)], event]
        if numbers[4] % 5 == 0:
            await self.other.run([*wanted, "ROLLBACK", "BEGIN"])
        elif await self.other.run(wanted):
            self.refused += 1
        else:
            self.marks.add(mark)

    async def _import(self, numbers: tuple[int, ...]) -> None:
        """Import a folder in this process."""
        report = Report()
        await import_folder(self.db, Wanted(self._blog(numbers), self.settings.media_folder), report)

    async def _command(self, numbers: tuple[int, ...]) -> None:
        """Import a folder as an owner does, by the command, in a process of its own."""
        blog = self._blog(numbers)
        command = [
            sys.executable,
            "-m",
            "westmarch",
            "--site",
            str(self.settings.site),
            "import",
            "markdown",
            str(blog),
        ]
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def _blog(self, numbers: tuple[int, ...]) -> Path:
        blog = self.folder / "blog"
        blog.mkdir(exist_ok=True)
        for name in ("imported", f"notes-{numbers[0] % 4}"):
            (blog / f"{name}.md").write_text(
                f"---\ntitle: {name.title()} {numbers[1]}\ndate: 2024-02-{1 + numbers[2] % 27:02}\ntags: [Sea]\n---\n"
                f"Words {numbers[3]} of [another](/p2/).\n",
                encoding="utf-8",
            )
        return blog

    async def _bring_back(self, _numbers: tuple[int, ...]) -> None:
        """Put the backup back; what was acknowledged since is not there any more."""
        await self.kept.put_back()
        self.marks.clear()

    async def _untrigger(self, _numbers: tuple[int, ...]) -> None:
        """Take a trigger out, as no owner should."""
        on = "" if self.db.dialect == "sqlite" else " ON post"
        assert not await self.other.run([f"DROP TRIGGER westmarch_post_update{on}"])

    async def _overlap(self, numbers: tuple[int, ...]) -> None:
        """Write while a page is being rendered, and ask for it once more before that is done."""
        asker = self.programs[numbers[0] % len(self.programs)]
        verb = ("edit_title", "options", "retag", "unpublish", "describe_tag")[numbers[1] % 5]
        path = await self.db.read(_path_of, numbers[2]) if numbers[3] % 2 else "/"
        asker.pages.store.remove(Key(path.encode()))
        pausing, go_on = asker.pausing, asyncio.Event()
        pausing.reached.clear()
        pausing.before, pausing.after = (go_on, None) if numbers[4] % 3 == 0 else (None, go_on)
        first = asyncio.create_task(asker.ask(path))
        try:
            await pausing.reached.wait()
            pausing.before = pausing.after = None
            await self._write(Operation(verb, (numbers[2], *numbers[1:])))
            written = await self.db.read(_place)
            later = asyncio.create_task(asker.ask(path))
            between = ("/tags/", "/feed.xml") if numbers[5] % 2 else ()  # Other pages, whose checks see the change.
            others = [asyncio.create_task(asker.ask(other)) for other in between]
            for _ in range(20):  # So that the others wait for the rendering that goes on.
                await asyncio.sleep(0)
            await asyncio.gather(*others)
        finally:
            go_on.set()
        await first
        told = await later
        now, fresh = await self.db.read(self._anew, [path])
        if now == written:
            self._compare(f"{asker.name}, asked while it was rendered,", path, told, fresh[path])

    # Reading

    async def look(self, asked: Sequence[tuple[Asker, str]]) -> None:
        """Ask and compare; raises Stale. Only a moment counts in which nothing was written."""
        paths = sorted({path for _, path in asked})
        for _ in range(TRIES):
            before = await self.db.read(_place)
            answers = await asyncio.gather(*(asker.ask(path) for asker, path in asked))
            after, fresh = await self.db.read(self._anew, paths)
            if before == after:
                break
        else:
            raise AssertionError(f"somebody wrote at each of {TRIES} tries")
        for (asker, path), told in zip(asked, answers, strict=True):
            self._compare(asker.name, path, told, fresh[path])

    def _compare(self, who: str, path: str, told: Told, wanted: Told) -> None:
        self.compared += 1
        if told != wanted if wanted.status != 500 else told.status != 500:
            raise Stale(f"{who} at {path}: {_difference(wanted, told)}")

    def _anew(self, session: Reading, paths: Sequence[str]) -> tuple[tuple[str, int], dict[str, Told]]:
        """What is told at the paths in one snapshot, by nothing that is kept from another one."""
        self.surface.options = Options()
        told = {}
        for path in paths:
            bare, _, query = path.partition("?")
            try:
                reply = answer(session, self.surface, bare, query)
            except DBAPIError:
                raise  # The transaction is over. It is run again where that may do.
            except Exception:  # noqa: BLE001 - what strangers wrote may be anything; programs answer with 500 then
                told[path] = Told(500, "", b"")
                continue
            location = next((value.decode() for name, value in reply.raw_headers if name == b"location"), "")
            told[path] = Told(reply.status_code, location, reply.body)
        return _place(session), told

    async def look_around(self, operation: Operation, turn: int) -> None:
        """After an operation: look at what it was about, at some other pages, and now and then at all."""
        if turn % SWEEP == SWEEP - 1:
            await self.look_at_all()
            return
        about = await self.db.read(_path_of, operation.numbers[0] if operation.numbers else 0)
        asker = self.programs[turn % len(self.programs)]
        left, some = await self._left(asker), [about, *self.random.sample(ADDRESSES, LOOKED_AT)]
        asked: list[tuple[Asker, str]] = [(asker, path) for path in {*left, *some}]
        if self.servers:
            server = self.servers[turn % len(self.servers)]
            asked += [(server, path) for path in {*left[:2], *some}]
        await self.look(asked)

    async def look_at_all(self) -> None:
        """Let everybody ask at every address."""
        await self.look([(asker, path) for asker in self.askers for path in ADDRESSES])

    async def _left(self, asker: Program) -> list[str]:
        """Some of the pages that are still in a store after a check: whatever is wrong is wrong there."""
        assert asker.pages.check is not None
        await asker.pages.check.state()
        keys = [entry.key for entry in asker.pages.store]
        left = [(key.path + (b"?" if key.query else b"") + key.query).decode() for key in keys]
        return self.random.sample(sorted(left), min(LEFT, len(left)))

    async def lost(self) -> set[str]:
        """The writes that were acknowledged and are not there, or are there and were not."""
        there = set(await self.db.read(_marks))
        return there ^ self.marks

    async def run(self, operations: Sequence[Operation]) -> None:
        """Do and look, one operation after the other. Raises Stale with what was done."""
        await self.look_at_all()
        for turn, operation in enumerate(operations):
            try:
                await self.do(operation)
                await self.look_around(operation, turn)
            except Stale as error:
                raise Stale(f"after {operation}, number {turn}: {error}", turn) from None
        await self.look_at_all()
        lost = await self.lost()
        assert not lost, f"writes are lost: {sorted(lost)}"


def _place(session: Reading) -> tuple[str, int]:
    return changes.epoch(session), changes.position(session)


def _marks(session: Reading) -> list[str]:
    return list(session.scalars(select(Event.actor).where(Event.verb == MARK)))


def _path_of(session: Reading, number: int) -> str:
    """The path of the post that a number chooses, if it is one that can be asked for."""
    paths = session.scalars(select(Post.path).order_by(Post.id)).all()
    path = paths[number % len(paths)] if paths else "/"
    return path if path.startswith("/") and path == unquote(path) and path.isascii() and " " not in path else "/"


def _difference(wanted: Told, told: Told) -> str:
    if wanted[:2] != told[:2]:
        return f"{told[:2]} instead of {wanted[:2]}"
    lines = difflib.unified_diff(wanted.body.decode().splitlines(), told.body.decode().splitlines(), lineterm="", n=0)
    return "\n" + "\n".join([line[:300] for line in lines][:12])


@asynccontextmanager
async def watched(
    settings: Settings,
    fill: Callable[[Session], None],
    *,
    programs: Path | None = None,
    copies: int = 2,
) -> AsyncIterator[Watched]:
    """A filled site, read by `copies` programs in this process. `programs` are those of PostgreSQL."""
    async with AsyncExitStack() as stack:
        db = await stack.enter_async_context(open_database(settings.database_url))
        await db.write(fill)
        made = [await stack.enter_async_context(program(f"program {n}", settings)) for n in range(copies)]
        other = stack.enter_context(elsewhere(settings.database_url, programs))
        kept = backup(settings.database_url, programs, settings.site)
        surface: Surface = create_app(settings).state.surface
        yield Watched(settings, db, surface, made, other, kept, settings.site)


async def shortest(
    operations: Sequence[Operation], fails: Callable[[Sequence[Operation]], Awaitable[bool]]
) -> list[Operation]:
    """A list of operations that still fails and of which none can be left out (the method is Zeller's ddmin)."""
    found, size = list(operations), max(1, len(operations) // 2)
    while True:
        place, shorter = 0, False
        while place < len(found):
            tried = found[:place] + found[place + size :]
            if tried and await fails(tried):
                found, shorter = tried, True
            else:
                place += size
        if size == 1 and not shorter:
            return found
        size = max(1, size // 2) if not shorter else min(size, max(1, len(found) // 2))


async def stale_after(made: Callable[[], Any], operations: Sequence[Operation]) -> Stale | None:
    """What is stale after these operations on a new site, if anything is."""
    async with made() as site:
        try:
            await site.run(operations)
        except Stale as error:
            return error
    return None
