"""A folder of Markdown as the source of the site: what is saved in it is on the site at once.

`watchfiles` tells when to look; what has changed is seen by comparing the files with how they were at the last look, so
that nothing is missed where the system drops or merges what it tells. Only files that changed are read.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from westmarch.db.database import Database
from westmarch.errors import Invalid, Unavailable
from westmarch.site.options import Site
from westmarch.site.queries import current
from westmarch.transfer import origins, runs, watched
from westmarch.transfer.first_pass import first_pass, spellings
from westmarch.transfer.importing import Progress, Wanted, readers_of, second_pass
from westmarch.transfer.index import Index
from westmarch.transfer.items import Entry, Source, Unread
from westmarch.transfer.origins import Origin
from westmarch.transfer.preparing import Failed, Prepared
from westmarch.transfer.reader import BlogReader, Reader
from westmarch.transfer.report import FileRow, Report
from westmarch.transfer.storing import Place

#: Milliseconds: how long a burst of changes may be gathered, and without another one it ends sooner.
_BURST, _QUIET = 300, 50
#: Milliseconds between two looks at what waits: files that are gone, and what could not be stored.
_PULSE = 500
#: Seconds for which a file has to be gone: editors and synchronisation take files away and put them back.
_GONE = 0.4

#: So many posts may lose their files while nobody watches, however small the blog is.
_FEW = 5

What = Literal["imported", "updated", "unchanged", "skipped", "conflict", "failed", "renamed", "withdrawn", "kept"]


class Told(NamedTuple):
    """What became of a file: its path, what was done, and the address of its post or a reason."""

    path: str
    what: What
    detail: str


Tell = Callable[[Told], None]


class _State(NamedTuple):
    """How a file was when it was last looked at."""

    changed: int
    size: int
    inode: int


@dataclass(slots=True)
class _Telling(Report):
    """A report that tells each row as it comes, instead of keeping it for somebody who reads it later."""

    tell: Callable[[FileRow], None] = lambda _: None

    def add(self, row: FileRow) -> None:
        Report.add(self, row)
        self.tell(row)


@dataclass(slots=True)
class _Files:
    """The files of one look: each with its reader's number and its state."""

    sources: dict[str, tuple[int, Source]] = field(default_factory=dict)
    states: dict[str, _State] = field(default_factory=dict)


async def watch(
    db: Database, wanted: Wanted, report: Report, progress: Progress, tell: Tell, started: Callable[[], None]
) -> None:
    """Import the folder, then keep the site as it is until the task is cancelled. `started` is called between the two.

    Raises Invalid where the folder cannot be imported at all, Unavailable where the first import cannot be stored;
    later troubles are told, and tried again.
    """
    from watchfiles import awatch

    watching = _Watching(db, wanted, tell)
    await watching.begin(report, progress)
    started()
    try:
        # Something may have been saved since the first import read it.
        again = True
        changes = awatch(watching.folder, debounce=_BURST, step=_QUIET, rust_timeout=_PULSE, yield_on_timeout=True)
        async for found in changes:
            if found or again:
                again = await watching.look(Path(path) for _, path in found)
    finally:
        if watching.run is not None:
            await asyncio.shield(db.write(runs.end, watching.run, watching.counts))


class _Watching:
    def __init__(self, db: Database, wanted: Wanted, tell: Tell) -> None:
        self.db, self.wanted, self._tell = db, wanted, tell
        self.folder = wanted.folder.resolve()
        self.run: int | None = None
        self.counts: dict[str, int] = {}
        self._origin = Origin(self.folder, "")
        self._seen: dict[str, _State] = {}
        self._hashes: dict[str, str] = {}
        self._indexes: dict[int, Index] = {}
        self._gone: dict[str, float] = {}
        #: Texts whose pictures are lost: they are tried again when any other file comes.
        self._lacking: dict[str, Entry] = {}
        self._trouble = ""

    async def begin(self, report: Report, progress: Progress) -> None:
        """The first import, and what went while nobody watched."""
        site = await self.db.read(current)
        readers = readers_of(self.wanted, site)
        files = await asyncio.to_thread(_scan, readers)
        entries = await first_pass(readers, report)
        names = [(entry.key, entry.source_hash) for entry in entries]
        self._origin = await self.db.read(origins.of, self.folder, names)
        self.run = report.run = await self.db.write(runs.begin, f"{self.folder} (watched)")
        place = self._place(site, spellings(entries, report))
        step = Progress(progress.begin, progress.step, self._settled)
        await second_pass(self.db, self.wanted, report, step, place, readers, entries)
        self._hashes = dict(names)
        self._indexes = {reader.number: reader.index for reader in readers}
        self._seen = files.states
        self.counts = report.summary()
        await self._withdraw_without_file(files, site)

    async def _withdraw_without_file(self, files: _Files, site: Site) -> None:
        """Withdraw what lost its file while nobody watched; nothing where that is most of the blog, by mistake."""
        held = await self.db.read(watched.held, self._origin.name)
        lost = [key for key in held if key not in files.states]
        if len(lost) > max(_FEW, len(held) // 2):
            reason = f"{len(lost)} of {len(held)} posts have no file here; none of them is withdrawn"
            self._tell(Told(str(self.folder), "kept", reason))
            return
        for key in lost:
            await self._withdraw(key, site)

    async def look(self, paths: Iterable[Path]) -> bool:
        """Bring the site up to what the folder is now; whether to look again soon, whatever happens."""
        try:
            site = await self.db.read(current)
            return await self._look(site, list(paths))
        except (Invalid, Unavailable) as error:
            if error.message != self._trouble:
                self._tell(Told(str(self.folder), "failed", f"{error.message}; the site stays as it is until then"))
            self._trouble = error.message
            return True

    async def _look(self, site: Site, paths: list[Path]) -> bool:
        readers = await asyncio.to_thread(readers_of, self.wanted, site)
        for reader in readers:
            reader.index = self._indexes.setdefault(reader.number, reader.index)
        files = await asyncio.to_thread(_scan, readers)
        if not files.states and self._seen:
            raise Invalid(f"There is no text in {self.folder} any more")
        self._trouble = ""
        changed = [key for key, state in files.states.items() if self._seen.get(key) != state]
        gone = self._seen.keys() - files.states.keys()
        entries, unread = await asyncio.to_thread(_read, readers, [files.sources[key] for key in changed])
        for one in unread:
            if one.fate == "failed":
                self._told(FileRow(path=one.source.key, kind="post", fate="failed", reason=one.reason, line=one.line))
        entries = [entry for entry in entries if await self._readable(entry, readers)]
        gone -= await self._renamed(entries, gone)
        for entry in entries:
            if entry.key not in self._seen:
                await self.db.write(watched.bring_back, self._origin.key(entry.key), site)
        wanted = [*entries, *self._lacking_again(paths, files, entries)]
        if wanted:
            report = _Telling(run=self.run, tell=self._told)
            place = self._place(site, {})
            step = Progress(settled=self._settled)
            await second_pass(self.db, self.wanted, report, step, place, readers, wanted)
        self._hashes |= {entry.key: entry.source_hash for entry in entries}
        waiting = await self._withdraw_gone(gone, site)
        self._seen = files.states | {key: self._seen[key] for key in waiting}
        return bool(waiting)

    async def _readable(self, entry: Entry, readers: tuple[BlogReader, ...]) -> bool:
        """False for a file with a broken head whose post came in whole before: that stays until the head is mended."""
        if entry.status == "published" or not entry.answered or entry.key not in self._hashes:
            return True
        item = await asyncio.to_thread(readers[entry.blog].item, entry.source)
        broken = item.metadata.broken
        if broken is None:
            return True
        reason = f"{broken.reason}; the post stays as it was"
        self._told(FileRow(path=entry.key, kind=entry.kind, fate="failed", reason=reason, line=broken.line))
        return False

    async def _renamed(self, entries: Iterable[Entry], gone: set[str]) -> set[str]:
        """Names that are gone and whose content came back under another name: the post goes with it."""
        found: set[str] = set()
        by_content = {self._hashes[key]: key for key in sorted(gone) if key in self._hashes}
        for entry in entries:
            before = by_content.get(entry.source_hash)
            if before is None or before in found or entry.key in self._seen:
                continue
            names = self._origin.key(before), self._origin.key(entry.key)
            if await self.db.write(watched.rename, *names):
                found.add(before)
                self._gone.pop(before, None)
                self._tell(Told(entry.key, "renamed", f"it was {before}"))
        return found

    def _lacking_again(self, paths: Iterable[Path], files: _Files, entries: list[Entry]) -> list[Entry]:
        """The texts that lack pictures, where something came that is no text; not those that are read anyway."""
        texts = {source.path for _, source in files.sources.values()}
        if all(path in texts for path in paths):
            return []
        reading = {entry.key for entry in entries}
        return [entry for key, entry in self._lacking.items() if key not in reading and key in files.states]

    async def _withdraw_gone(self, gone: Iterable[str], site: Site) -> list[str]:
        """Withdraw the posts of files that have been gone for a while; the names of those that have not yet."""
        moment, waiting = time.monotonic(), []
        self._gone = {key: self._gone.get(key, moment) for key in gone}
        for key, since in list(self._gone.items()):
            if moment - since < _GONE:
                waiting.append(key)
            else:
                await self._withdraw(key, site)
                del self._gone[key]
        return waiting

    async def _withdraw(self, key: str, site: Site) -> None:
        found = await self.db.write(watched.withdraw, self._origin.key(key), site)
        if found is not None:
            self._tell(
                Told(key, "kept" if found.reason else "withdrawn", found.reason or f"{found.path} is in the trash")
            )
        self._lacking.pop(key, None)

    def _settled(self, _reader: Reader, entry: Entry, prepared: Prepared | Failed, _row: FileRow) -> None:
        if isinstance(prepared, Prepared) and prepared.lost:
            self._lacking[entry.key] = entry
        else:
            self._lacking.pop(entry.key, None)

    def _told(self, row: FileRow) -> None:
        self.counts[row.fate] = self.counts.get(row.fate, 0) + 1
        if row.fate != "unchanged":
            at = f"{row.path}:{row.line}" if row.line else row.path
            self._tell(Told(at, row.fate, row.reason or ", ".join(row.addresses[:1])))

    def _place(self, site: Site, tags: Mapping[str, str]) -> Place:
        return Place(self._origin, site, self.wanted.media, tags, self.run)


def _scan(readers: Iterable[BlogReader]) -> _Files:
    """All texts of the folder with their states. One that goes meanwhile is gone."""
    found = _Files()
    for reader in readers:
        for source in reader.blog.sources():
            try:
                state = source.path.stat()
            except OSError:
                continue
            found.sources[source.key] = reader.number, source
            found.states[source.key] = _State(state.st_mtime_ns, state.st_size, state.st_ino)
    return found


def _read(readers: tuple[BlogReader, ...], sources: Iterable[tuple[int, Source]]) -> tuple[list[Entry], list[Unread]]:
    found = [readers[number].entry(source) for number, source in sources]
    entries = [one for one in found if isinstance(one, Entry)]
    return entries, [one for one in found if isinstance(one, Unread)]
