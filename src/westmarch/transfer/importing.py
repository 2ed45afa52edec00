"""An import: a folder of Markdown, or an export, becomes posts and pages of the site; it can be run again any time."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from westmarch.db.database import Database
from westmarch.db.settled import to_its_end
from westmarch.errors import Conflict, Gone, Invalid, Unavailable
from westmarch.followers.processes import process_name
from westmarch.followers.run import catch_up
from westmarch.posts.following import FOLLOWERS
from westmarch.site.options import Site
from westmarch.site.queries import current
from westmarch.transfer import origins, our_books, our_catalogue, recognition, references, runs, storing
from westmarch.transfer.blogs import Options
from westmarch.transfer.claims import Claims
from westmarch.transfer.exports.reader import ExportReader
from westmarch.transfer.exports.records import Export
from westmarch.transfer.fetching import Fetcher
from westmarch.transfer.first_pass import first_pass, spellings
from westmarch.transfer.items import Entry
from westmarch.transfer.jobs import Jobs
from westmarch.transfer.origins import Origin
from westmarch.transfer.ours import OurReader
from westmarch.transfer.preparing import Failed, Prepared
from westmarch.transfer.programs import Program
from westmarch.transfer.reader import BlogReader, Reader
from westmarch.transfer.report import FileRow, Report
from westmarch.transfer.storing import Done, DryRun, Place
from westmarch.transfer.workers import FEW, Result, Workers

#: References resolved in one transaction at the end.
_REFERENCES = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. `base` is the base path of our site, `media` its folder of media.

    `folder` is the folder to import, or that in which the pictures of an export lie.
    """

    folder: Path
    media: Path
    base: str = ""
    program: Program | None = None
    permalink: str | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """Told how far it is: `begin` with the number of files once it is known, `step` after each of them.

    `settled` is told each file that was prepared, with its reader and what became of it.
    """

    begin: Callable[[int], None] = lambda _: None
    step: Callable[[], None] = lambda: None
    settled: Callable[[Reader, Entry, Prepared | Failed, FileRow], None] = lambda *_: None


@dataclass(frozen=True, slots=True)
class Unpacked:
    """An exported site that was one file and lies in a folder now; `url` is the address by which it is known again."""

    file: Path
    url: str


async def import_folder(
    db: Database,
    wanted: Wanted,
    report: Report,
    progress: Progress | None = None,
    *,
    unpacked: Unpacked | None = None,
    given: Path | None = None,
) -> None:
    """Bring a folder in, and write what became of each file to the report. `given` is the zip that it was, if any.

    Raises Invalid where nothing can be done, and Unavailable where the database or the disk gave up on the way: all
    that was imported until then stays, is in the report, and is left alone by the next run.
    """
    site = await db.read(current)
    folder = wanted.folder.resolve()
    source = unpacked.file if unpacked else given or folder
    ours = our_catalogue.of(folder, source) if wanted.program is None else None
    readers: tuple[Reader, ...]
    if ours is not None:
        readers = (OurReader(folder, 0, folder, site.zone, ours.alts),)
        if not wanted.dry_run:
            report.run = await db.write(runs.begin, str(source))
            site = await our_catalogue.furnish(db, ours, wanted.media, report.run)
        await our_books.bring(db, folder, report, dry_run=wanted.dry_run)
    else:
        readers = readers_of(wanted, site)

    async def origin(entries: Sequence[Entry]) -> Origin:
        if unpacked:
            return origins.of_export("westmarch", unpacked.url, folder, (entry.key for entry in entries))
        return await db.read(origins.of, folder, [(entry.key, entry.source_hash) for entry in entries])

    await _bring(db, wanted, report, progress or Progress(), site, readers, origin, str(source))
    if ours is not None and not wanted.dry_run:
        await db.write(our_catalogue.finish, ours, report.run)


def readers_of(wanted: Wanted, site: Site) -> tuple[BlogReader, ...]:
    """A reader for each blog in a folder of Markdown. Raises Invalid where there is none."""
    folder = wanted.folder.resolve()
    options = Options(folder, site.zone, datetime.now(UTC), _pattern(wanted.permalink))
    blogs = recognition.blogs(folder, wanted.program, options, site.permalink)
    return tuple(BlogReader(blog, number, folder, wanted.base) for number, blog in enumerate(blogs))


async def import_export(
    db: Database,
    wanted: Wanted,
    opened: Callable[[Options], Export],
    report: Report,
    progress: Progress | None = None,
    *,
    pictures: bool = True,
    fetcher: Fetcher | None = None,
) -> None:
    """Bring an export in, as `import_folder` does with a folder; `opened` gives it for what the site decides.

    Without `pictures` no file is taken from `wanted.folder`. Without a `fetcher` nothing is taken from the network.
    """
    site = await db.read(current)
    folder = wanted.folder.resolve()
    export = opened(Options(folder, site.zone, datetime.now(UTC), _pattern(wanted.permalink) or site.permalink))
    reader = ExportReader(export, 0, folder if pictures else None, wanted.base, fetcher)

    async def origin(entries: Sequence[Entry]) -> Origin:
        return origins.of_export(export.program, export.name, folder, (entry.key for entry in entries))

    source = f"{export.program} {export.name}"
    await _bring(db, wanted, report, progress or Progress(), site, (reader,), origin, source)


async def _bring(
    db: Database,
    wanted: Wanted,
    report: Report,
    progress: Progress,
    site: Site,
    readers: tuple[Reader, ...],
    origin: Callable[[Sequence[Entry]], Awaitable[Origin]],
    source: str,
) -> None:
    try:
        entries = await first_pass(readers, report)
        if not wanted.dry_run and report.run is None:
            report.run = await db.write(runs.begin, source)
        place = Place(await origin(entries), site, wanted.media, spellings(entries, report), report.run)
        await second_pass(db, wanted, report, progress, place, readers, entries)
        if report.run is not None:
            await db.write(runs.end, report.run, report.summary())
    except BaseException:
        with suppress(Unavailable):
            report.flush()
        raise
    finally:
        for reader in readers:
            reader.close()
    report.flush()


async def second_pass(
    db: Database,
    wanted: Wanted,
    report: Report,
    progress: Progress,
    place: Place,
    readers: tuple[Reader, ...],
    entries: list[Entry],
) -> None:
    """Bring in what the first pass gave, or some of it, and all that follows of it."""
    await _Import(db, wanted, report, progress, place, readers, entries).run()
    if not wanted.dry_run:
        # A running server holds the leases and does this by itself; without one it is done before the first visit.
        await catch_up(db, FOLLOWERS, process_name(), datetime.now(UTC))


def exit_status(report: Report) -> int:
    """0 when all went well, 1 when something failed, 2 when nothing at all came in."""
    if not report.counts["failed"]:
        return 0
    came_in = sum(report.counts.values()) > report.counts["failed"] or any(row.id for row in report.problems)
    return 1 if came_in else 2


def _pattern(written: str | None) -> str | None:
    """A pattern of addresses that was given: without a placeholder all posts would have one address."""
    if written is None or written in {"date", "pretty", "ordinal", "weekdate", "none"}:
        return written
    if ":" not in written and "{" not in written:
        hint = "Patterns look like /:year/:month/:title/ or {category}/{slug}.html."
        raise Invalid(f"The permalink '{written}' holds no placeholder.", hint=hint)
    return written


class _Import:
    def __init__(
        self,
        db: Database,
        wanted: Wanted,
        report: Report,
        progress: Progress,
        place: Place,
        readers: tuple[Reader, ...],
        entries: list[Entry],
    ) -> None:
        self.db, self.wanted, self.report, self.progress = db, wanted, report, progress
        self.place, self.readers, self.entries = place, readers, entries
        self.told: set[tuple[str, str]] = set()
        self.claims = Claims.of(entries)

    async def run(self) -> None:
        """All files, in order, then the links between them."""
        self.progress.begin(len(self.entries))
        workers = Workers(self.readers, self.place.site.language, many=len(self.entries) >= FEW)
        try:
            jobs = Jobs(self.db, self.place.origin, self.entries)
            prepared = workers.prepared(jobs.iterate(asyncio.get_running_loop()))
            while True:
                batch = await asyncio.to_thread(next, prepared, None)
                self._tell_unchanged(jobs)
                if batch is None:
                    break
                await to_its_end(self._settle(batch))
        finally:
            await asyncio.to_thread(workers.close)
        await self._resolve_references()

    def _tell_unchanged(self, jobs: Jobs) -> None:
        for entry, known in jobs.take_unchanged():
            self.claims.claim(entry, known.id)
            self.report.add(
                FileRow(path=entry.key, kind=known.kind, fate="unchanged", addresses=known.addresses, id=known.id)
            )
            self.progress.step()

    async def _settle(self, batch: list[Result]) -> None:
        """Store a batch and tell what became of it: in one transaction, or one by one where that cannot be done."""
        if stored := await self._stored_together(batch):
            for result, done in zip(batch, stored, strict=True):
                self._tell(result, done)
        else:
            for result in batch:
                self._tell(result, await self._stored(result))

    def _tell(self, result: Result, done: Done) -> None:
        entry, _, prepared = result
        storing.claim(self.claims, entry, done)
        self.report.add(done.row)
        self.progress.settled(self.readers[entry.blog], entry, prepared, done.row)
        for row in done.media:
            self._tell_media(row)
        self.progress.step()

    def _tell_media(self, row: dict[str, object]) -> None:
        """A row for each file, once, with its path relative to the folder."""
        written, folder = str(row["path"]), self.place.origin.folder
        path = Path(os.path.normpath(written))
        shown = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else written
        if (shown, str(row["address"])) not in self.told:
            self.told.add((shown, str(row["address"])))
            self.report.add_media(row | {"path": shown})

    async def _stored_together(self, batch: list[Result]) -> list[Done] | None:
        """What became of each file, all stored in one transaction; None where one of them kept the others out."""
        if len(batch) == 1 or self.wanted.dry_run:
            return None
        try:
            return await self.db.write(storing.store_all, batch, self.place, self.claims)
        except (Conflict, Invalid, Gone, Unavailable):
            # Nothing of them was stored. One by one they come in up to the one that cannot, which is named then.
            return None

    async def _stored(self, result: Result) -> Done:
        """What became of a file, stored in a transaction of its own."""
        entry, stored_hash, prepared = result
        if isinstance(prepared, Failed):
            return storing.failed(entry, prepared.reason)
        work = storing.work(entry, prepared, stored_hash, self.claims)
        for left in (2, 1, 0):
            try:
                return await self.db.write(storing.store, work, self.place, dry_run=self.wanted.dry_run)
            except DryRun as found:
                return found.done
            except (Conflict, Invalid, Gone) as error:
                # An address is not free, or somebody took it between our look and our claim: look (again).
                if not left or (isinstance(error, Invalid) and not work.fresh):
                    return storing.failed(entry, error.message)
                work = replace(work, fresh=False)
        raise AssertionError("the last try returns")

    async def _resolve_references(self) -> None:
        """The second pass: links to posts that came in after the text that links to them."""
        links = self.claims.posts()
        at: tuple[int, str] | None = (0, "")
        while at is not None and not self.wanted.dry_run:
            at = await self.db.write(references.resolve_dangling, at, _REFERENCES, links)
