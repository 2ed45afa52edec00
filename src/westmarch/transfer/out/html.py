"""A site as a folder that any file server can serve: every page, feed, picture and file, rendered and checked."""

import asyncio
from pathlib import Path

from westmarch.db.database import Database
from westmarch.transfer.importing import Progress
from westmarch.transfer.out.html_copied import Copied, PublicSite
from westmarch.transfer.out.html_copying import Copying
from westmarch.transfer.out.html_place import whole_copy


async def export_html(
    db: Database, site: PublicSite, folder: Path, *, replace: bool = False, progress: Progress | None = None
) -> Copied:
    """Write the public site to a folder, which is there whole or not at all; with `replace` over an earlier copy.

    All pages are read in one snapshot. Below the folder everything lies at its path, the base path of the site's
    address included. Raises Invalid where the folder holds something else, Unavailable where it cannot be written.
    """
    done = Copied()
    with whole_copy(folder, site.url, replace=replace) as place:
        copying = Copying(site, place, done, progress or Progress())
        reading = asyncio.ensure_future(db.read(copying.pages))
        try:
            await asyncio.shield(reading)
        except asyncio.CancelledError:
            copying.stopped.set()  # Nothing may be written any more when the folder goes away.
            await asyncio.gather(reading, return_exceptions=True)
            raise
        await copying.files_of_program()
        copying.finish()
    return done
