"""A site that goes out as Markdown and comes into an empty one is the same site."""

import asyncio
import io
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from sqlalchemy import select

from tests.factories import SITE, draft, post
from tests.transfer.out.sites import ADDRESSES, PICTURES, differences, emptied, fill, sites, state
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


async def round_trip(template: Path, wanted: dict[str, Any]) -> list[str]:
    """What is another after a site went out and came in, and after the new one went out and came in again."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copyfile(template, folder / "0.db")
        async with open_database(f"sqlite:///{folder / '0.db'}") as db:
            await db.write(fill, folder / "media-0", wanted)
            before = await db.read(state)
            await db.read(export_markdown, folder / "media-0", folder / "out-0")
        found: list[str] = []
        for number in (1, 2):
            shutil.copyfile(template, folder / f"{number}.db")
            async with open_database(f"sqlite:///{folder / f'{number}.db'}") as db:
                report = await brought(db, folder / f"out-{number - 1}", folder / f"media-{number}")
                found += [f"{row.path}: {row.reason}" for row in report.problems]
                found += differences(before, await db.read(state), f"after {number}")
                await db.read(export_markdown, folder / f"media-{number}", folder / f"out-{number}")
        return found


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(wanted=sites())
def test_what_goes_out_and_comes_in_is_the_same_site(sqlite_template: Path, wanted: dict[str, Any]) -> None:
    assert asyncio.run(round_trip(sqlite_template, wanted)) == []


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
