"""The demonstration site that comes with the program: its options, authors and topics, posts, pages, books and shelf.

`site.yml`, `authors.yml` and `topics.yml` lie beside the folders of Markdown, which come in as any folder does, and
`books.json`, which is loaded as any catalogue is; `readings.yml` is what stands on the shelf. The numbers of its books
are high, so that a catalogue of one's own, which counts from 1, is not taken for them.
"""

from collections.abc import Mapping
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.orm import Session

from westmarch.authors import actions as authors
from westmarch.authors.models import Author
from westmarch.books import readings
from westmarch.books.loading.load import Load
from westmarch.books.loading.reading import Reading
from westmarch.books.loading.report import Report as LoadReport
from westmarch.books.meant import meant
from westmarch.books.models import Reading as Shelved
from westmarch.db.database import Database
from westmarch.media import actions as media
from westmarch.media.files import examine
from westmarch.posts.resolver import SessionResolver
from westmarch.site import actions as site_actions
from westmarch.text.markdown import render
from westmarch.topics import actions as topics
from westmarch.transfer.importing import Progress, Wanted, import_folder
from westmarch.transfer.report import Report

ACTOR = "demonstration"


async def install(
    db: Database, media_folder: Path, *, base: str, options: Mapping[str, Any], progress: Progress | None = None
) -> Report:
    """Fill an empty site with the demonstration; `options` of the owner win over those it brings.

    A run that was interrupted can be run again. Returns the report of its import.
    """
    with as_file(files("westmarch") / "demo") as folder:
        await db.write(_furnish, folder, media_folder, options)
        await Load(Reading([str(folder / "books.json")]), LoadReport()).run(db)
        await db.write(_shelve, folder)
        report = Report()
        await import_folder(db, Wanted(folder, media_folder, base=base, program="plain"), report, progress)
        return report


def _furnish(session: Session, folder: Path, media_folder: Path, options: Mapping[str, Any]) -> None:
    site = site_actions.change(session, _read(folder / "site.yml") | dict(options), actor=ACTOR)
    if session.scalar(select(Author.id).limit(1)) is not None:
        return  # An earlier run got as far as this.
    resolver = SessionResolver(session)
    for author in _read(folder / "authors.yml"):
        picture = folder / author["picture"]
        content = picture.read_bytes()
        stored = media.store(
            session,
            media_folder,
            content,
            examine(content, picture.name),
            filename=picture.name,
            alt=author["picture_alt"],
        )
        authors.create(
            session,
            author["name"],
            slug=author["slug"],
            bio_markdown=author["bio"],
            bio_html=render(author["bio"], language=site.language, resolver=resolver).html,
            picture_id=stored.id,
            links_elsewhere=author["links"],
        )
    for topic in _read(folder / "topics.yml"):
        topics.create(
            session,
            topic["name"],
            slug=topic["slug"],
            language=topic["language"],
            introduction_markdown=topic["introduction"],
            introduction_html=render(topic["introduction"], language=topic["language"], resolver=resolver).html,
        )


def _shelve(session: Session, folder: Path) -> None:
    if session.scalar(select(Shelved.id).limit(1)) is not None:
        return
    for given in _read(folder / "readings.yml"):
        said = {
            "status": given["status"],
            "started_on": given.get("started"),
            "finished_on": given.get("finished"),
            "rating": given.get("rating"),
            "review_markdown": given.get("review"),
        }
        book, again = meant(session, str(given["book"])), given.get("again", False)
        readings.shelve(session, book.id, said, today=date.max, again=again)


def _read(file: Path) -> Any:
    return yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
