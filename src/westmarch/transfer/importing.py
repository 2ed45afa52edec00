"""An import: a folder of Markdown, or an export, becomes posts and pages of the site; it can be run again any time."""

import asyncio
import os
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from westmarch.db.database import Database
from westmarch.errors import Conflict, Gone, Invalid, Unavailable
from westmarch.followers.processes import process_name
from westmarch.followers.run import catch_up
from westmarch.posts.following import FOLLOWERS
from westmarch.site.options import Site
from westmarch.site.queries import current
from westmarch.subjects.names import fold
from westmarch.transfer import earlier, origins, our_catalogue, recognition, references, runs, storing
from westmarch.transfer.blogs import Options
from westmarch.transfer.earlier import Stored
from westmarch.transfer.exports.reader import ExportReader
from westmarch.transfer.exports.records import Export
from westmarch.transfer.fetching import Fetcher
from westmarch.transfer.items import Entry, Unread
from westmarch.transfer.origins import Origin
from westmarch.transfer.ours import OurReader
from westmarch.transfer.preparing import Failed, Prepared
from westmarch.transfer.reader import BlogReader, Reader
from westmarch.transfer.recognition import Program
from westmarch.transfer.report import Fate, FileRow, Report
from westmarch.transfer.storing import Done, DryRun, Place, Work
from westmarch.transfer.workers import FEW, Job, Workers

#: Files read, or looked up in the database, at once.
_CHUNK = 100
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


async def import_folder(db: Database, wanted: Wanted, report: Report, progress: Progress | None = None) -> None:
    """Bring a folder in, and write what became of each file to the report.

    Raises Invalid where nothing can be done, and Unavailable where the database or the disk gave up on the way: all
    that was imported until then stays, is in the report, and is left alone by the next run.
    """
    site = await db.read(current)
    folder = wanted.folder.resolve()
    ours = our_catalogue.of(folder) if wanted.program is None else None
    readers: tuple[Reader, ...]
    if ours is not None:
        readers = (OurReader(folder, 0, folder, site.zone, ours.alts),)
        if not wanted.dry_run:
            site = await our_catalogue.furnish(db, ours, wanted.media)
    else:
        readers = readers_of(wanted, site)

    async def origin(entries: Sequence[Entry]) -> Origin:
        return await db.read(origins.of, folder, [(entry.key, entry.source_hash) for entry in entries])

    await _bring(db, wanted, report, progress or Progress(), site, readers, origin, str(folder))
    if ours is not None and not wanted.dry_run:
        await db.write(our_catalogue.finish, ours)


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
        if not wanted.dry_run:
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
    await _Import(db, wanted, report, progress, place, readers).run(entries)
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


async def first_pass(readers: Iterable[Reader], report: Report) -> list[Entry]:
    """All files that can be read, by date, so that links mostly lead to posts that are there already.

    They are read chunk by chunk in a thread, so that a signal is obeyed between two of them.
    """
    entries: list[Entry] = []
    for reader in readers:
        reading = reader.entries()
        while chunk := await asyncio.to_thread(lambda files: list(islice(files, _CHUNK)), reading):
            entries += (found for found in chunk if isinstance(found, Entry))
            for found in chunk:
                if isinstance(found, Unread):
                    report.add(_unread(found))
        if row := _configuration(reader):
            report.add(row)
    never = datetime.min.replace(tzinfo=UTC)
    entries.sort(key=lambda entry: entry.date or never)
    return entries


def _configuration(reader: Reader) -> FileRow | None:
    """The row for a configuration that is not obeyed, or not in all that it says."""
    said = reader.trouble or next(iter(reader.remarks), None)
    if said is None:
        return None
    fate: Fate = "failed" if reader.trouble else "skipped"
    return FileRow(
        path="configuration", kind="settings", fate=fate, reason=said.message, line=said.line, warnings=reader.remarks
    )


def _unread(found: Unread) -> FileRow:
    kind = "page" if found.source.role == "page" else "post"
    return FileRow(path=found.source.key, kind=kind, fate=found.fate, reason=found.reason, line=found.line)


def spellings(entries: Iterable[Entry], report: Report) -> dict[str, str]:
    """One spelling for each tag: the one that most files use. Tags with several are told in the report."""
    counts: dict[str, Counter[str]] = {}
    for entry in entries:
        for tag in entry.tags:
            counts.setdefault(fold(tag), Counter())[tag] += 1
    chosen: dict[str, str] = {}
    for folded, spelt in counts.items():
        (name, _), *others = spelt.most_common()
        chosen[folded] = name
        if others:
            merged = sorted(other for other, _ in others)
            report.tags.append({"name": name, "merged": merged, "files": spelt.total()})
    return chosen


class _Import:
    def __init__(
        self,
        db: Database,
        wanted: Wanted,
        report: Report,
        progress: Progress,
        place: Place,
        readers: tuple[Reader, ...],
    ) -> None:
        self.db, self.wanted, self.report, self.progress = db, wanted, report, progress
        self.place, self.readers = place, readers
        self.told: set[tuple[str, str]] = set()
        self.claimed: dict[str, tuple[str, int | None]] = {}
        self.coming: set[str] = set()

    async def run(self, entries: list[Entry]) -> None:
        """All files, in order, then the links between them."""
        self.progress.begin(len(entries))
        self.coming = {references.key_of(address) for entry in entries for address in entry.addresses}
        workers = Workers(self.readers, self.place.site.language, many=len(entries) >= FEW)
        try:
            jobs = _Jobs(self.db, self.place.origin, entries)
            prepared = workers.prepared(jobs.iterate(asyncio.get_running_loop()))
            while True:
                found = await asyncio.to_thread(next, prepared, None)
                self._tell_unchanged(jobs)
                if found is None:
                    break
                await self._settle(*found)
        finally:
            await asyncio.to_thread(workers.close)
        await self._resolve_references()

    def _tell_unchanged(self, jobs: "_Jobs") -> None:
        for entry, known in jobs.take_unchanged():
            self._claim(entry, known.id)
            self.report.add(
                FileRow(path=entry.key, kind=known.kind, fate="unchanged", addresses=known.addresses, id=known.id)
            )
            self.progress.step()

    async def _settle(self, entry: Entry, stored_hash: str | None, prepared: Prepared | Failed) -> None:
        if isinstance(prepared, Failed):
            done = _failed(entry, prepared.reason)
        else:
            done = await self._stored(entry, prepared, stored_hash)
        if done.row.id is not None or done.row.fate == "imported":
            self._claim(entry, done.row.id)
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
            self.report.media.append(row | {"path": shown})

    def _claim(self, entry: Entry, post_id: int | None) -> None:
        for address in entry.addresses:
            self.claimed.setdefault(address.rstrip("/"), (entry.key, post_id))

    def _claimed_by_others(self, entry: Entry) -> dict[str, str]:
        """Addresses of this file that an earlier one of this run has, with the earlier one's path."""
        found = {address: self.claimed.get(address.rstrip("/"), (entry.key, None)) for address in entry.addresses}
        return {address: key for address, (key, _) in found.items() if key != entry.key}

    def _known_links(self, prepared: Prepared) -> dict[str, int | None]:
        """Where links to files of this run lead: to posts that are stored, or to nothing yet."""
        found: dict[str, int | None] = {}
        for reference in prepared.rendered.references if prepared.rendered else ():
            path = references.path_of(reference.href)
            key = references.key_of(path)
            if key in self.claimed:
                found[path] = self.claimed[key][1]
            elif key in self.coming:
                found[path] = None
        return found

    async def _stored(self, entry: Entry, prepared: Prepared, stored_hash: str | None) -> Done:
        claimed = self._claimed_by_others(entry)
        fresh = stored_hash is None and entry.address not in {None, "/"} and not claimed
        work = Work(entry, prepared, claimed, self._known_links(prepared), fresh)
        for left in (2, 1, 0):
            try:
                return await self.db.write(storing.store, work, self.place, dry_run=self.wanted.dry_run)
            except DryRun as result:
                return result.done
            except (Conflict, Invalid, Gone) as error:
                # An address is not free, or somebody took it between our look and our claim: look (again).
                if not left or (isinstance(error, Invalid) and not work.fresh):
                    return _failed(entry, error.message)
                work = replace(work, fresh=False)
        raise AssertionError("the last try returns")

    async def _resolve_references(self) -> None:
        """The second pass: links to posts that came in after the text that links to them."""
        links = {path: post_id for path, (_, post_id) in self.claimed.items() if post_id is not None}
        at: tuple[int, str] | None = (0, "")
        while at is not None and not self.wanted.dry_run:
            at = await self.db.write(references.resolve_dangling, at, _REFERENCES, links)


def _failed(entry: Entry, reason: str) -> Done:
    return Done(FileRow(path=entry.key, kind=entry.kind, fate="failed", reason=reason))


class _Jobs:
    """The files to prepare, looked up chunk by chunk; those that have not changed are set aside to be told."""

    def __init__(self, db: Database, origin: Origin, entries: list[Entry]) -> None:
        self._db, self._origin, self._entries = db, origin, entries
        self._unchanged: list[tuple[Entry, Stored]] = []

    def iterate(self, loop: asyncio.AbstractEventLoop) -> Iterator[Job]:
        """In the thread that waits for the workers: the loop answers what is in the database."""
        for start in range(0, len(self._entries), _CHUNK):
            chunk = self._entries[start : start + _CHUNK]
            reading = self._db.read(earlier.stored, self._origin, chunk)
            known = asyncio.run_coroutine_threadsafe(reading, loop).result()
            for entry in chunk:
                stored = known.get(entry.key)
                if stored is not None and stored.source_hash == entry.source_hash:
                    self._unchanged.append((entry, stored))
                else:
                    yield entry, stored.source_hash if stored else None

    def take_unchanged(self) -> list[tuple[Entry, Stored]]:
        """Those set aside since the last call."""
        taken, self._unchanged = self._unchanged, []
        return taken
