"""Taking imports back."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tests.books.catalogue import add
from tests.factories import SITE, draft
from tests.factories import post as written_here
from tests.schemas import taken_back as back_to
from tests.transfer.exports.bringing import Given, record
from tests.transfer.exports.bringing import bring as bring_export
from tests.transfer.exports.ghost.writing import post as ghost_post
from tests.transfer.exports.ghost.writing import tag as ghost_tag
from tests.transfer.exports.ghost.writing import tagged
from tests.transfer.exports.ghost.writing import write as ghost_file
from tests.transfer.folders import bring, counted, document, png, post, posts, row, write
from tests.transfer.out.sites import emptied
from westmarch.authors.models import Author
from westmarch.books.entries import GivenReading
from westmarch.books.models import Book, Reading
from westmarch.books.readings import shelve
from westmarch.comments.models import ImportedComment
from westmarch.db.database import Database, open_database
from westmarch.errors import NotFound, Unavailable
from westmarch.links import actions as links
from westmarch.links.queries import faults as faults_of_links
from westmarch.links.queries import resolve
from westmarch.media import actions as media_actions
from westmarch.media.files import examine
from westmarch.media.models import Media
from westmarch.posts import actions, counts, listings
from westmarch.posts.models import Post
from westmarch.site import actions as site_actions
from westmarch.site import queries as site_queries
from westmarch.subjects.models import Subject
from westmarch.tags.models import Tag
from westmarch.topics.models import Topic
from westmarch.transfer import runs, undoing
from westmarch.transfer.exports.ghost.importing import import_ghost
from westmarch.transfer.importing import Wanted
from westmarch.transfer.items import Comment
from westmarch.transfer.out.catalogue import FORMAT, NAME
from westmarch.transfer.out.markdown import export_markdown
from westmarch.transfer.report import Report

BLOG: dict[str, str | bytes] = {
    "_posts/2020-01-01-a.md": "---\ntitle: A\ntags: [x, y]\nauthor: Ann\nseries: Course\n---\n[b](/2020/01/02/b.html)",
    "_posts/2020-01-02-b.md": "---\ntitle: B\ntags: x\nredirect_from: /old-b/\n---\n![p](/p.png)",
    "about.md": "---\ntitle: About\npermalink: /about/\n---\nUs.",
    "p.png": png(),
}


async def taken_back(db: Database, run: int, media: Path) -> undoing.Undone:
    return await undoing.take_back(db, await undoing.plan(db, run), media)


async def number(db: Database, model: Any) -> int:
    return await db.read(lambda session: session.scalar(select(func.count()).select_from(model)) or 0)


async def sound(db: Database) -> list[str]:
    """What is wrong with links, counts and lists."""
    found = [await db.read(faults_of_links), await db.read(listings.faults), await db.read(counts.faults, SITE.zone)]
    return [fault for faults in found for fault in faults]


async def test_all_that_an_import_made_goes_and_it_can_be_run_again(db: Database, tmp_path: Path) -> None:
    folder, media = write(tmp_path / "blog", BLOG), tmp_path / "media"
    before = await bring(db, folder, media=media)
    assert [before["run"], counted(before)] == [1, {"imported": 3}]
    done = await taken_back(db, 1, media)
    assert done.removed == {"post": 2, "page": 1, "tag": 2, "author": 1, "topic": 1, "media": 1}
    assert (done.answering_410, done.staying, done.bytes) == ([], [], len(png()))
    assert [await number(db, model) for model in (Post, Tag, Author, Topic, Media)] == [0] * 5
    assert not [path for path in media.rglob("*") if path.is_file()]
    assert (await db.read(resolve, "/old-b/")).status == 404
    assert await sound(db) == []
    again = await bring(db, folder, media=media)
    assert (again["run"], counted(again)) == (2, {"imported": 3})
    assert row(again, "about.md")["addresses"] == ["/about/"]
    listed = await db.read(runs.all_of_them)
    assert [(one.id, one.undone_at is None, one.counts["imported"]) for one in listed] == [(2, True, 3), (1, False, 3)]


async def test_what_somebody_changed_stays_with_all_that_it_has(db: Database, tmp_path: Path) -> None:
    folder, media = write(tmp_path / "blog", BLOG), tmp_path / "media"
    report = await bring(db, folder, media=media)
    edited = row(report, "_posts/2020-01-02-b.md")["id"]
    stored = await post(db, edited)
    mine = draft("Mine", "![p](/p.png)", tags=("x",), source_key=stored.source_key, cover_id=1)
    await db.write(actions.revise, edited, mine, SITE, actor="ann")
    await db.write(actions.move, row(report, "about.md")["id"], "/us/", actor="ann")
    done = await taken_back(db, 1, media)
    assert done.removed == {"post": 1, "tag": 1, "author": 1, "topic": 1}
    assert sorted((one.path, re.sub(r", \d.* UTC", "", one.reason)) for one in done.staying) == [
        ("/2020/01/02/b.html", "changed by ann (post.updated)"),
        ("/us/", "changed by ann (page.moved)"),
    ]
    assert (await number(db, Post), await number(db, Media)) == (2, 1)
    assert await sound(db) == []


async def test_a_text_changed_behind_the_back_of_all_actions_stays(db: Database, tmp_path: Path) -> None:
    await bring(db, write(tmp_path / "blog", BLOG))
    await db.write(lambda session: session.execute(Post.__table__.update().where(Post.title == "A").values(title="Z")))
    planned = await undoing.plan(db, 1)
    assert [(one.title, one.reason) for one in planned.staying] == [("Z", "its title or text is not what came in")]


async def test_a_post_that_a_later_import_brought_up_to_date_stays(db: Database, tmp_path: Path) -> None:
    folder = write(tmp_path / "blog", BLOG)
    await bring(db, folder)
    write(folder, {"about.md": "---\ntitle: About\npermalink: /about/\n---\nThem."})
    assert counted(await bring(db, folder)) == {"updated": 1, "unchanged": 2}
    first, second = await undoing.plan(db, 1), await undoing.plan(db, 2)
    assert [one.reason for one in first.staying] == ["import 2 brought it up to date"]
    assert (second.posts, second.run.made) == ([], {"revised": 1})


async def test_addresses_that_something_refers_to_answer_410_from_then_on(db: Database, tmp_path: Path) -> None:
    await bring(db, write(tmp_path / "blog", BLOG))
    await db.write(written_here, "Mine", "[b](/2020/01/02/b.html)", slug="mine")
    await db.write(site_actions.change, {"navigation": [{"title": "Us", "address": "/about/"}]}, actor="ann")
    await db.write(links.redirect, "/short/", "/2020/01/01/a.html")
    done = await taken_back(db, 1, tmp_path / "media")
    assert done.answering_410 == ["/2020/01/01/a.html", "/2020/01/02/b.html", "/about/", "/old-b/", "/short/"]
    assert (await db.read(resolve, "/2020/01/02/b.html")).status == 410
    again = await bring(db, tmp_path / "blog")
    assert counted(again) == {"skipped": 3}


async def test_what_was_removed_for_good_before_goes_on_answering_410(db: Database, tmp_path: Path) -> None:
    report = await bring(db, write(tmp_path / "blog", BLOG))
    await db.write(actions.purge, row(report, "about.md")["id"], SITE, actor="ann")
    planned = await undoing.plan(db, 1)
    assert (planned.gone, len(planned.posts)) == (1, 2)
    await undoing.take_back(db, planned, tmp_path / "media")
    assert (await db.read(resolve, "/about/")).status == 410


async def test_tags_and_media_that_others_have_stay(db: Database, tmp_path: Path) -> None:
    await bring(db, write(tmp_path / "one", BLOG), media=tmp_path / "media")
    shown = await db.read(lambda session: session.scalars(select(Media)).one().path)
    await db.write(written_here, "Mine", f"![p]({shown})", slug="mine", tags=("x",))
    done = await taken_back(db, 1, tmp_path / "media")
    assert done.removed == {"post": 2, "page": 1, "tag": 1, "author": 1, "topic": 1}
    assert await number(db, Media) == 1
    assert await sound(db) == []


async def test_comments_go_with_their_texts_and_an_undone_import_can_be_undone_again(
    db: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "x"
    folder.mkdir()
    one = record("a", "<p>Text.</p>")
    await bring_export(db, Given([replace(one, comments=(Comment(key="1", author="B", content="x"),))]), folder)
    assert await number(db, ImportedComment) == 1
    await taken_back(db, 1, tmp_path / "media")
    assert (await number(db, ImportedComment), await posts(db)) == (0, 0)
    assert (await taken_back(db, 1, tmp_path / "media")).removed == {}
    gone = await db.read(lambda session: session.scalars(select(Subject.purged_at)).all())
    assert all(gone)


async def test_a_dry_run_is_no_run_and_another_number_is_none(db: Database, tmp_path: Path) -> None:
    assert (await bring(db, write(tmp_path / "blog", BLOG), dry_run=True))["run"] is None
    assert await db.read(runs.all_of_them) == []
    with pytest.raises(NotFound, match="There was no import 7"):
        await undoing.plan(db, 7)


async def test_on_the_schema_before_imports_come_in_and_are_not_written_down(database_url: str, tmp_path: Path) -> None:
    await back_to(database_url, "0004")
    async with open_database(database_url) as db:
        report = await bring(db, write(tmp_path / "blog", BLOG))
        assert (report["run"], counted(report)) == (None, {"imported": 3})
        with pytest.raises(Unavailable, match="from schema 0005 on"):
            await db.read(runs.all_of_them)


async def ghost(db: Database, folder: Path, redirects: str) -> dict[str, Any]:
    file = ghost_file(folder / "g.json", [ghost_post(1)], tags=[ghost_tag(1, "Go")], posts_tags=tagged(1, 1))
    write(folder / "content", {"data/redirects.yaml": redirects})
    report = Report()
    await import_ghost(db, Wanted(folder, folder / "media"), file, folder / "content", report)
    return document(report)


async def test_redirects_and_addresses_of_tags_that_were_there_go_and_are_as_before(
    db: Database, tmp_path: Path
) -> None:
    await db.write(written_here, "Mine", "[x](/said/)", slug="mine", tags=("Go",))
    await db.write(links.redirect, "/changed/", "https://mine.example/")
    told = ["/elsewhere/", "/changed/", "/said/", "/moved/"]
    wanted = "301:\n" + "".join(f"  {path}: https://new.example{path}\n" for path in told)
    report = await ghost(db, tmp_path, wanted + "  /to-tag/: /tag/go/\n")
    await db.write(links.redirect, "/moved/", "https://later.example/")
    assert (await db.read(resolve, "/tag/go/")).status == 301
    done = await taken_back(db, report["run"], tmp_path / "media")
    assert (done.removed["link"], "tag" in done.removed) == (4, False)
    assert {one.path: one.reason for one in done.staying} == {
        "/said/": "a text links to it",
        "/moved/": "it leads elsewhere since",
    }
    answers = [await db.read(resolve, path) for path in (*told, "/tag/go/", "/tags/go/")]
    assert [one.status for one in answers] == [404, 301, 301, 301, 404, 200]
    assert answers[1].location == "https://mine.example/"
    assert await sound(db) == []


async def with_books(folder: Path) -> Path:
    """An exported site with three books that were read, two of which have a cover."""

    def fill(session: Session) -> None:
        said = (
            {"book_id": number, "title": title} for number, title in enumerate(("Emma", "Persuasion", "Sanditon"), 1)
        )
        ids = add(session, *said, readings=[GivenReading("read", review_markdown="Good.")])
        stored = media_actions.store(session, folder / "theirs", png(), examine(png(), "p.png"), filename="p.png")
        session.execute(update(Book).where(Book.id.in_(ids[:2])).values(cover_id=stored.id))

    async with open_database(await emptied(folder)) as other:
        await other.write(fill)
        await other.read(export_markdown, folder / "theirs", folder / "out")
    return folder / "out"


async def test_books_and_readings_that_an_exported_site_brought_go_unless_they_were_changed(
    db: Database, tmp_path: Path
) -> None:
    media = tmp_path / "media"
    await db.write(add, {"book_id": 3, "title": "Sanditon"})
    report = await bring(db, await with_books(tmp_path), media=media)
    assert [await number(db, model) for model in (Book, Reading, Media)] == [3, 3, 1]
    persuasion = await db.read(lambda session: session.execute(select(Book.id).where(Book.book_id == 2)).scalar_one())
    await db.write(shelve, persuasion, {"rating": 4.0}, today=date(2026, 1, 1))
    planned = await undoing.plan(db, report["run"])
    assert (planned.books, planned.readings) == (1, 1)
    done = await undoing.take_back(db, planned, media)
    assert done.removed == {"book": 1, "reading": 1}
    assert [(one.kind, one.path, one.reason) for one in done.staying] == [
        ("book", "/books/persuasion/", "what the shelf says of it was changed since")
    ]
    assert await db.read(lambda session: list(session.scalars(select(Book.title).order_by(Book.book_id)))) == [
        "Persuasion",
        "Sanditon",
    ]
    assert [await number(db, model) for model in (Reading, Media)] == [1, 1]
    assert (await db.read(resolve, "/books/emma/")).status == 404
    assert await sound(db) == []
    await bring(db, tmp_path / "out", media=media)
    assert (await db.read(resolve, "/books/emma/")).status == 200


async def test_covers_go_with_the_last_book_that_has_them(db: Database, tmp_path: Path) -> None:
    media = tmp_path / "media"
    report = await bring(db, await with_books(tmp_path), media=media)
    await db.write(site_actions.change, {"navigation": [{"title": "Emma", "address": "/books/emma/"}]}, actor="ann")
    done = await taken_back(db, report["run"], media)
    assert (done.removed, done.answering_410) == ({"book": 3, "media": 1}, ["/books/emma/"])
    assert [await number(db, model) for model in (Book, Reading, Media)] == [0, 0, 0]


async def test_what_an_exported_site_brought_goes_and_its_options_are_as_before(db: Database, tmp_path: Path) -> None:
    folder = write(tmp_path / "site", {"posts/a.md": "---\ntitle: A\npath: /a/\ntags: [Go]\n---\nText."})
    catalogue = {
        "format": FORMAT,
        "site": {"title": "Theirs", "posts_per_page": 7},
        "authors": [{"slug": "ann", "path": "/authors/ann/", "name": "Ann", "bio": "She *writes*."}],
        "topics": [{"slug": "t", "path": "/topics/t/", "title": "T", "language": "en", "introduction": "Hm."}],
        "tags": [
            {"slug": "go", "path": "/tags/go/", "old": ["/tags/golang/"], "name": "Go", "description": "A language."},
            {"slug": "us", "path": "/tags/us/", "name": "Us", "description": "We."},
        ],
        "redirects": [{"path": "/r/", "address": "https://new.example/"}],
        "gone": [{"kind": "post", "addresses": ["/gone/", "/gone-too/"]}],
    }
    write(folder, {NAME: json.dumps(catalogue)})
    report = await bring(db, folder)
    await db.write(site_actions.change, {"title": "Ours"}, actor="ann")
    await db.write(
        lambda session: session.execute(Tag.__table__.update().where(Tag.name == "Us").values(description="I"))
    )
    done = await taken_back(db, report["run"], tmp_path / "media")
    assert done.removed == {"post": 1, "link": 1, "option": 1, "tag": 1, "author": 1, "topic": 1}
    assert [(one.path, one.reason) for one in done.staying] == [("/tags/us/", "somebody wrote about it")]
    site = await db.read(site_queries.current)
    assert (site.title, site.posts_per_page) == ("Ours", type(site)().posts_per_page)
    for path in ("/r/", "/gone/", "/gone-too/", "/tags/go/", "/tags/golang/", "/authors/ann/", "/a/"):
        assert (await db.read(resolve, path)).status == 404, path
    assert await sound(db) == []
    assert (await taken_back(db, report["run"], tmp_path / "media")).removed == {}
