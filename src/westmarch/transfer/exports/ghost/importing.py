"""The import of a Ghost site: its posts and pages as of any export, then its redirects and the addresses of lists."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from westmarch.db.database import Database
from westmarch.transfer.blogs import Options
from westmarch.transfer.exports import listings
from westmarch.transfer.exports.ghost import redirects
from westmarch.transfer.exports.ghost.archive import unpacked
from westmarch.transfer.exports.ghost.export import Ghost, open_
from westmarch.transfer.fetching import Fetcher
from westmarch.transfer.importing import Progress, Wanted, import_export
from westmarch.transfer.permalinks import moved_base
from westmarch.transfer.report import FileRow, Report
from westmarch.transfer.storing import DryRun


async def import_ghost(
    db: Database,
    wanted: Wanted,
    file: Path,
    content: Path | None,
    report: Report,
    progress: Progress | None = None,
    fetcher: Fetcher | None = None,
) -> None:
    """Bring in the export in a file, JSON or zip, with what lies in a folder of content.

    A zip brings its own folder, unless another one is named. Raises as `import_export` does.
    """
    async with AsyncExitStack() as stack:
        unpacking = unpacked(file)
        # Unpacking takes a while: a signal is obeyed meanwhile.
        path, within = await asyncio.to_thread(unpacking.__enter__)
        stack.push(unpacking.__exit__)
        folder = content or within
        opened: list[Ghost] = []

        def open_once(options: Options) -> Ghost:
            opened.append(open_(path, options, content=folder is not None, given=file))
            return opened[-1]

        asked = replace(wanted, folder=folder or path.parent)
        pictures = folder is not None
        await import_export(db, asked, open_once, report, progress, pictures=pictures, fetcher=fetcher)
        (export,) = opened
        for one in export.redirects.left():
            moved = _moved(one, export.base, wanted.base)
            report.add(await _kept(db, moved, export.redirects.name, report.run, dry_run=wanted.dry_run))
        if not wanted.dry_run:
            await listings.lead(db, export.listings, export.base, wanted.base, report)
        report.flush()


def _moved(one: redirects.Redirect, old: str, new: str) -> redirects.Redirect:
    """A redirect of a site below one base path as one below ours."""
    address = moved_base(one.address, old, new) if one.address.startswith("/") else one.address
    return replace(one, path=None if one.path is None else moved_base(one.path, old, new), address=address)


async def _kept(db: Database, one: redirects.Redirect, name: str, run: int | None, *, dry_run: bool) -> FileRow:
    try:
        return await db.write(redirects.keep, one, name, run, dry_run=dry_run)
    except DryRun as result:
        return result.done.row
