"""The lists of posts that an old site had of each tag and author: their addresses lead to ours."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from westmarch.authors.models import Author
from westmarch.db.database import Database
from westmarch.errors import Conflict, Invalid
from westmarch.links import paths
from westmarch.subjects.names import fold
from westmarch.tags.models import Tag
from westmarch.transfer import made_links
from westmarch.transfer.blogs import Options
from westmarch.transfer.exports.records import Export
from westmarch.transfer.fetching import Fetcher
from westmarch.transfer.importing import Progress, Wanted, import_export
from westmarch.transfer.permalinks import moved_base
from westmarch.transfer.report import FileRow, Report

#: Lists in one transaction.
_TOGETHER = 200
_ASKED = {
    "tag": select(Tag.id, Tag.folded).where(Tag.folded.in_(bindparam("names", expanding=True))),
    "author": select(Author.id, Author.folded).where(Author.folded.in_(bindparam("names", expanding=True))),
}


@dataclass(frozen=True, slots=True)
class Listing:
    """The list of a tag's or an author's posts, at a path of the old site; `query` as `cat=5`, where it has one."""

    kind: Literal["tag", "author"]
    name: str
    path: str
    query: str = ""


class Listed(Export, Protocol):
    """An export that says where its lists of posts were."""

    @property
    def listings(self) -> tuple[Listing, ...]:
        """Known when `records` has come to its end."""
        ...


async def import_listed(
    db: Database,
    wanted: Wanted,
    opened: Callable[[Options], Listed],
    report: Report,
    progress: Progress,
    *,
    pictures: bool,
    fetcher: Fetcher | None = None,
) -> None:
    """Bring an export in as `import_export` does, then let its lists lead to ours."""
    made: list[Listed] = []

    def once(options: Options) -> Listed:
        made.append(opened(options))
        return made[-1]

    await import_export(db, wanted, once, report, progress, pictures=pictures, fetcher=fetcher)
    if not wanted.dry_run:
        for export in made:
            await lead(db, export.listings, export.base, wanted.base, report)


async def lead(db: Database, listings: Iterable[Listing], old: str, new: str, report: Report) -> None:
    """Let the lists of a site below the base path `old` lead to those of ours, below `new`; tell which cannot."""
    led = [replace(one, path=moved_base(one.path, old, new)) for one in listings]
    for start in range(0, len(led), _TOGETHER):
        for row in await db.write(_keep, led[start : start + _TOGETHER], report.run):
            report.add(row)
    report.flush()


def _keep(session: Session, listings: Sequence[Listing], run: int | None) -> list[FileRow]:
    """Let the paths lead to our lists; rows for those that others have. What no post brought along is passed over."""
    rows: list[FileRow] = []
    for kind, asked in _ASKED.items():
        wanted = [one for one in listings if one.kind == kind]
        named = session.execute(asked, {"names": [fold(one.name) for one in wanted]}) if wanted else ()
        found = {row.folded: row.id for row in named}
        for one in wanted:
            subject_id = found.get(fold(one.name))
            if subject_id is not None:
                rows += _lead(session, run, subject_id, one)
    return rows


def _lead(session: Session, run: int | None, subject_id: int, one: Listing) -> Iterable[FileRow]:
    try:
        made_links.add_old(session, run, subject_id, paths.parse(paths.quote(one.path)), one.query)
    except (Conflict, Invalid) as error:
        asked = f"?{one.query}" if one.query else ""
        yield FileRow(path=f"{one.kind}:{one.path}{asked}", kind=one.kind, fate="conflict", reason=error.message)
