"""A site that goes out as Markdown and comes into an empty one is the same site."""

import asyncio
import io
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import select

from tests.books.catalogue import shelved
from tests.conftest import PostgreSQL
from tests.factories import SITE, draft, post
from tests.transfer.out.sites import ADDRESSES, PICTURES, differences, emptied, fill, sites, state
from westmarch.comments.models import ImportedComment
from westmarch.db.database import Database, open_database
from westmarch.media import actions as media
from westmarch.media.files import examine
from westmarch.posts import actions
from westmarch.posts.models import Post
from westmarch.subjects.models import Reference, Revision
from westmarch.transfer.importing import Wanted, import_folder
from westmarch.transfer.out.markdown import export_markdown
from westmarch.transfer.report import Report


async def brought(db: Database, folder: Path, media_folder: Path) -> Report:
    """Import a folder."""
    report = Report(io.BytesIO())
    await import_folder(db, Wanted(folder, media_folder), report)
    return report


async def round_trip(empty: Callable[[Path, int], str], wanted: dict[str, Any]) -> list[str]:
    """What is another after a site went out and came in, and after the new one went out and came in again.

    `empty` gives the address of an empty database with all tables, which may lie in a folder.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with open_database(empty(folder, 0)) as db:
            await db.write(fill, folder / "media-0", wanted)
            before = await db.read(state)
            await db.read(export_markdown, folder / "media-0", folder / "out-0")
        found: list[str] = []
        for number in (1, 2):
            async with open_database(empty(folder, number)) as db:
                report = await brought(db, folder / f"out-{number - 1}", folder / f"media-{number}")
                found += [f"{row.path}: {row.reason}" for row in report.problems]
                found += differences(before, await db.read(state), f"after {number}")
                await db.read(export_markdown, folder / f"media-{number}", folder / f"out-{number}")
        return found


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(wanted=sites())
def test_what_goes_out_and_comes_in_is_the_same_site(sqlite_template: Path, wanted: dict[str, Any]) -> None:
    def empty(folder: Path, number: int) -> str:
        shutil.copyfile(sqlite_template, folder / f"{number}.db")
        return f"sqlite:///{folder / f'{number}.db'}"

    assert asyncio.run(round_trip(empty, wanted)) == []


@pytest.mark.postgresql
@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(wanted=sites())
def test_on_postgresql_it_is_the_same_site_too(
    postgresql: PostgreSQL, postgresql_template: str, wanted: dict[str, Any]
) -> None:
    made: list[str] = []

    def empty(_folder: Path, _number: int) -> str:
        made.append(postgresql.create(postgresql_template))
        return postgresql.url(made[-1])

    try:
        assert asyncio.run(round_trip(empty, wanted)) == []
    finally:
        for name in made:
            postgresql.drop(name)


def linked(session: Any, folder: Path) -> None:
    """Two posts that link to each other, one with a picture whose description only the media know."""
    media.store(session, folder, PICTURES[0], examine(PICTURES[0], "a.png"), filename="a.png", alt="A red dot")
    post(session, "One", f"[two](/two/) ![]({ADDRESSES[0]})\n")
    post(session, "Two", "[one](/one/) and [nothing](/three/)\n")
    post(session, "One again", "[one](/one/)\n")


def made(session: Any) -> list[Any]:
    """The HTML of all texts, and who refers to whom."""
    texts = select(Post.path, Revision.html, Revision.excerpt_html, Revision.text, Revision.toc, Revision.words)
    rows = session.execute(texts.join(Revision, Revision.id == Post.published_revision_id).order_by(Post.path)).all()
    paths = dict(session.execute(select(Post.id, Post.path)).all())
    found = session.execute(select(Reference.from_subject_id, Reference.href, Reference.to_subject_id)).all()
    return [*map(tuple, rows), *sorted((paths[one], href, paths.get(other, "")) for one, href, other in found)]


async def test_the_same_html_is_made_of_the_texts_and_they_refer_to_the_same(db: Database, tmp_path: Path) -> None:
    await db.write(linked, tmp_path / "media")
    before = await db.read(made)
    assert 'alt="A red dot"' in repr(before)
    await db.read(export_markdown, tmp_path / "media", tmp_path / "out")
    async with open_database(await emptied(tmp_path)) as other:
        await brought(other, tmp_path / "out", tmp_path / "other")
        after = await other.read(made)
    # A text that was there before the one that it links to knew nothing of it.
    assert [one for one in after if one not in before] == [("/one/", "/two/", "/two/")]


async def test_a_second_import_changes_nothing(db: Database, tmp_path: Path) -> None:
    await db.write(linked, tmp_path / "media")
    await db.read(export_markdown, tmp_path / "media", tmp_path / "out")
    async with open_database(await emptied(tmp_path)) as other:
        first = await brought(other, tmp_path / "out", tmp_path / "other")
        before = await other.read(state)
        second = await brought(other, tmp_path / "out", tmp_path / "other")
        assert (first.counts["imported"], second.counts["unchanged"], second.counts["imported"]) == (3, 3, 0)
        assert differences(before, await other.read(state)) == []


async def test_a_text_that_was_edited_in_the_folder_changes_its_post(db: Database, tmp_path: Path) -> None:
    await db.write(linked, tmp_path / "media")
    await db.read(export_markdown, tmp_path / "media", tmp_path / "out")
    async with open_database(await emptied(tmp_path)) as other:
        await brought(other, tmp_path / "out", tmp_path / "other")
        (file,) = (tmp_path / "out" / "posts").glob("*-two.md")
        file.write_text(file.read_text().replace("title: Two", "title: 2\ndraft: true"))
        report = await brought(other, tmp_path / "out", tmp_path / "other")
        assert report.counts["updated"] == 1
        row = (await other.read(lambda session: session.execute(select(Post.title, Post.status, Post.path)).all()))[1]
        assert tuple(row) == ("2", "draft", "/two/")


async def test_a_post_in_the_trash_is_never_shown_on_the_way(db: Database, tmp_path: Path) -> None:
    def trashed(session: Any) -> None:
        actions.trash(session, post(session, "Secret"), SITE, actor="test")

    await db.write(trashed)
    await db.read(export_markdown, tmp_path / "media", tmp_path / "out")
    assert [file.parent.name for file in (tmp_path / "out").rglob("*.md")] == ["drafts"]
    async with open_database(await emptied(tmp_path)) as other:
        await brought(other, tmp_path / "out", tmp_path / "other")
        row = (await other.read(lambda session: session.execute(select(Post.status, Post.visible)).all()))[0]
        assert tuple(row) == ("published", 0)


async def test_fields_that_are_too_many_for_front_matter_come_back(db: Database, tmp_path: Path) -> None:
    extra = {"many": [{"a": number} for number in range(9_000)], "title": "x"}
    await db.write(lambda session: post(session, extra=extra))
    await db.read(export_markdown, tmp_path / "media", tmp_path / "out")
    async with open_database(await emptied(tmp_path)) as other:
        await brought(other, tmp_path / "out", tmp_path / "other")
        assert await other.read(lambda session: session.scalar(select(Post.extra))) == extra


def history(session: Any) -> list[tuple[Any, ...]]:
    """The earlier texts of all posts, the oldest first."""
    earlier = select(Revision.title, Revision.markdown, Revision.html, Revision.language, Revision.at, Revision.by)
    shown = select(Post.published_revision_id).where(Post.published_revision_id.is_not(None))
    return [tuple(row) for row in session.execute(earlier.where(Revision.id.not_in(shown)).order_by(Revision.id))]


async def test_earlier_texts_come_back_with_their_dates_and_authors(db: Database, tmp_path: Path) -> None:
    def written(session: Any) -> None:
        post_id = post(session, "One", "First.\n")
        for number in (2, 3):
            actions.revise(session, post_id, draft("One", f"Text {number}.\n"), SITE, actor=f"writer {number}")

    await db.write(written)
    before = await db.read(history)
    assert len(before) == 2
    await db.read(export_markdown, tmp_path / "media", tmp_path / "out", revisions=True)
    (first, _) = sorted((tmp_path / "out" / "revisions").rglob("*.md"))
    first.with_name("1000000.md").write_bytes(b"\x00\x01\x02")
    async with open_database(await emptied(tmp_path)) as other:
        report = await brought(other, tmp_path / "out", tmp_path / "other")
        assert await other.read(history) == before
    assert isinstance(report.file, io.BytesIO)
    assert b"1000000.md is left out" in report.file.getvalue()


async def test_a_site_that_has_posts_keeps_its_options(db: Database, tmp_path: Path) -> None:
    from westmarch.site import actions as site_actions
    from westmarch.site.queries import current

    await db.write(site_actions.change, {"title": "Old"}, actor="test")
    await db.read(export_markdown, tmp_path / "media", tmp_path / "out")
    async with open_database(await emptied(tmp_path)) as other:
        await other.write(post)
        await other.write(site_actions.change, {"title": "New"}, actor="test")
        await brought(other, tmp_path / "out", tmp_path / "other")
        assert (await other.read(current)).title == "New"


async def test_other_programs_read_addresses_and_titles_as_what_they_are(db: Database, tmp_path: Path) -> None:
    def written(session: Any) -> None:
        post(session, "1e3", slug="字 ü", aliases=("/a%25b/ö/",))
        post(session, "y", status="draft", published_at=None)

    await db.write(written)
    await db.read(export_markdown, tmp_path / "media", tmp_path / "out")
    (one,) = (tmp_path / "out" / "posts").glob("*.md")
    # Hugo reads YAML 1.2, in which 1e3 is a number, and makes files of addresses as they stand there.
    lines = one.read_text().splitlines()
    assert {"title: '1e3'", "- /a%25b/ö/"} <= set(lines)
    assert not [line for line in lines if line.startswith("url:") and "%" in line]
    (other,) = (tmp_path / "out" / "drafts").glob("*.md")
    assert {"title: 'y'", "draft: true"} <= set(other.read_text().splitlines())
    assert "published:" not in other.read_text()  # Where Hugo wants a date.


async def test_a_file_of_media_that_cannot_be_read_is_told_and_the_rest_goes_out(db: Database, tmp_path: Path) -> None:
    await db.write(linked, tmp_path / "media")
    (picture,) = (tmp_path / "media").rglob("*.png")
    picture.unlink()
    picture.mkdir()
    done = await db.read(export_markdown, tmp_path / "media", tmp_path / "out")
    assert (done.posts, done.media, done.lost) == (3, 0, [picture.relative_to(tmp_path / "media").as_posix()])


async def test_comments_that_cannot_be_read_are_told(db: Database, tmp_path: Path) -> None:
    def written(session: Any) -> None:
        told = {"kind": "comment", "status": "approved", "author": "A", "email": "", "url": "", "content": "x"}
        session.add(ImportedComment(post_id=post(session, "One"), key="1", **told))

    await db.write(written)
    await db.read(export_markdown, tmp_path / "media", tmp_path / "out")
    (file,) = (tmp_path / "out" / "comments").glob("*.json")
    file.write_text(file.read_text().replace("approved", "shouted"))
    async with open_database(await emptied(tmp_path)) as other:
        report = await brought(other, tmp_path / "out", tmp_path / "other")
    assert report.counts["imported"] == 1
    assert isinstance(report.file, io.BytesIO)
    assert b"its comments are left out" in report.file.getvalue()


async def test_books_in_texts_go_out_as_they_were_written_and_their_catalogue_beside_them(
    db: Database, tmp_path: Path
) -> None:
    written = "[[isbn:9780141439587]] and\n\n::book{isbn=9780141439587}\n"

    def fill_in(session: Any) -> None:
        shelved(session, title="Emma", isbn="0141439580", book_id=7)
        post(session, "One", written)

    await db.write(fill_in)
    done = await db.read(export_markdown, tmp_path / "media", tmp_path / "out")
    assert (done.posts, done.books) == (1, 1)
    assert next((tmp_path / "out" / "posts").glob("*.md")).read_text().endswith(written)
    async with open_database(await emptied(tmp_path)) as other:
        report = await brought(other, tmp_path / "out", tmp_path / "other")
        assert (report.counts["imported"], report.problems) == (2, [])
        before = await db.read(state)
        assert differences(before, await other.read(state)) == []
        assert (await brought(other, tmp_path / "out", tmp_path / "other")).counts["unchanged"] == 2
        (tmp_path / "out" / "books.ndjson").write_bytes(b'{"title": ""}\n')
        (row,) = (await brought(other, tmp_path / "out", tmp_path / "other")).problems
        assert (row.path, row.reason) == ("books.ndjson", "row 1: it has no title")
