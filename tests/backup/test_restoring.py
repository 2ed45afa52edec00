"""A backup of a site on either engine, restored on either engine, is the same site."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, inspect, select, update
from sqlalchemy.orm import Session

from tests import factories
from tests.backup.backups import edited, manifest, titles
from tests.backup.conftest import TEXT, add_subject
from westmarch.backup.making import make
from westmarch.backup.placing import STAGING
from westmarch.backup.restoring import KEPT, restore
from westmarch.changes import queries as changes
from westmarch.changes import triggers
from westmarch.cli.checks import of_database
from westmarch.comments.models import ImportedComment
from westmarch.configuration import TOML_NAME, load
from westmarch.db.database import open_database
from westmarch.db.engines import parse_url
from westmarch.db.sessions import Reading
from westmarch.errors import Conflict, Invalid, Unavailable
from westmarch.media.files import examine
from westmarch.migrations.metadata import metadata
from westmarch.ops import schema
from westmarch.posts.models import Post
from westmarch.settings import Settings
from westmarch.site.queries import current
from westmarch.subjects.models import Subject


def comments(session: Reading) -> list[tuple[Any, ...]]:
    """All columns of all comments that came in with texts."""
    return [tuple(row) for row in session.execute(select(*ImportedComment.__table__.columns).order_by("id"))]


async def test_a_backup_restored_on_either_engine_has_the_same_rows_and_files(
    full: Settings, other_url: str, tmp_path: Path
) -> None:
    made = await make(full, tmp_path / "one.tar.zst")
    assert (made.left_out, made.files) == ([], 1)
    folder = tmp_path / "other"
    restored = await restore(made.file, folder, database_url=other_url)
    assert restored.left_out == []
    assert restored.tables == made.tables
    assert load(folder).settings.database_url == other_url
    assert load(folder).settings.url == "https://example.org"
    again = await make(load(folder).settings, tmp_path / "two.tar.zst")
    assert manifest(again.file)["tables"] == manifest(made.file)["tables"]
    assert (folder / "theme" / "static" / "own.css").read_text() == "/* of my own */"
    assert (folder / "secret.key").read_text() == "secret\n"
    hashed = examine(TEXT, "words.txt").hash
    assert (folder / "media" / hashed[:2] / f"{hashed[2:]}.txt").read_bytes() == TEXT


async def test_comments_that_came_in_with_texts_come_back(full: Settings, other_url: str, tmp_path: Path) -> None:
    made = await make(full, tmp_path / "one.tar.zst")
    assert made.tables["imported_comment"] == 2
    await restore(made.file, tmp_path / "other", database_url=other_url)
    async with open_database(full.database_url) as before, open_database(other_url) as after:
        kept = await after.read(comments)
        assert kept == await before.read(comments)
        assert [row[2] for row in kept] == ["1", "2"]


async def test_a_restored_site_gives_no_number_a_second_time(full: Settings, other_url: str, tmp_path: Path) -> None:
    made = await make(full, tmp_path / "one.tar.zst")
    last = manifest(made.file)["tables"]["subject"]["last"]
    await restore(made.file, tmp_path / "other", database_url=other_url)
    async with open_database(other_url) as db:
        assert await db.read(lambda session: session.scalar(select(func.max(Subject.id)))) == last - 1
        assert await db.write(add_subject) == last + 1


async def test_a_restored_site_has_a_history_of_its_own(full: Settings, other_url: str, tmp_path: Path) -> None:
    made = await make(full, tmp_path / "one.tar.zst")
    await restore(made.file, tmp_path / "other", database_url=other_url)
    async with open_database(full.database_url) as db:
        before = await db.read(changes.moment)
    async with open_database(other_url) as db:
        after = await db.read(changes.moment)
        assert after.epoch != before.epoch
        number = await db.write(add_subject)
        [change] = await db.read(changes.since, after.position, 10)
        assert (change.table, change.row_key) == ("subject", (number,))
    faults = await schema.with_connection(parse_url(other_url), lambda found: triggers.faults(found, metadata))
    assert faults == []


async def test_a_restored_database_has_the_tables_and_references_of_its_engine(
    full: Settings, other_url: str, tmp_path: Path
) -> None:
    def references(connection: Connection) -> dict[str, list[Any]]:
        found = inspect(connection)
        return {
            table: sorted(found.get_foreign_keys(table), key=lambda key: str(key["name"]))
            for table in sorted(found.get_table_names())
        }

    made = await make(full, tmp_path / "one.tar.zst")
    await restore(made.file, tmp_path / "other", database_url=other_url)
    assert [one for one in await of_database(other_url, stored=True) if not one.sound] == []
    migrated = full.database_url
    if parse_url(migrated).get_backend_name() == parse_url(other_url).get_backend_name():
        after = await schema.with_connection(parse_url(other_url), references)
        assert after == await schema.with_connection(parse_url(migrated), references)


async def test_a_backup_of_an_older_schema_becomes_a_site_of_the_newest(
    empty_database_url: str, tmp_path: Path
) -> None:
    await schema.upgrade(empty_database_url, to=schema.OLDEST)
    settings = Settings(site=tmp_path, database_url=empty_database_url)
    made = await make(settings, tmp_path / "old.tar.zst")
    assert "post_view" not in made.tables
    url = f"sqlite:///{tmp_path / 'new' / 'westmarch.db'}"
    await restore(made.file, tmp_path / "new", database_url=url)
    assert (await schema.status(url)).schema == schema.HEAD


async def test_a_site_that_is_there_is_not_replaced_unasked(full: Settings, tmp_path: Path) -> None:
    made = await make(full, tmp_path / "one.tar.zst")
    with pytest.raises(Conflict, match="is a site already"):
        await restore(made.file, full.site)
    with pytest.raises(Conflict, match="has a site already"):
        await restore(made.file, tmp_path / "other", database_url=full.database_url)
    assert not (tmp_path / "other").exists()


async def test_a_site_that_was_replaced_comes_back_by_the_backup_that_was_made_before(
    full: Settings, tmp_path: Path
) -> None:
    made = await make(full, tmp_path / "one.tar.zst")
    at_first = await titles(full)
    async with open_database(full.database_url) as db:
        await db.write(factories.post, "Written later", "Words.\n")
    own = full.theme_folder / "static" / "own.css"
    own.write_text("/* changed */")
    later = await titles(full)
    restored = await restore(made.file, full.site, replace=True)
    assert await titles(full) == at_first
    assert own.read_text() == "/* of my own */"
    assert restored.before is not None
    assert restored.before.parent == full.site / KEPT
    await restore(restored.before, full.site, replace=True)
    assert await titles(full) == later
    assert own.read_text() == "/* changed */"


async def test_pages_of_an_open_database_show_the_restored_site(full: Settings, tmp_path: Path) -> None:
    made = await make(full, tmp_path / "one.tar.zst")
    async with open_database(full.database_url) as db:
        await db.write(factories.post, "Written later", "Words.\n")
        before = await db.read(changes.epoch)
        await restore(made.file, full.site, replace=True)
        assert await db.read(changes.epoch) != before
        assert (await db.read(current)).title == "A site to keep"
        await db.write(factories.post, "Written after", "Words.\n")
    assert "Written after" in await titles(full)
    assert "Written later" not in await titles(full)


async def test_a_restore_that_fails_leaves_the_site_untouched(full: Settings, tmp_path: Path) -> None:
    made = await make(full, tmp_path / "one.tar.zst")

    def edit(name: str, content: bytes) -> bytes:
        return content.replace(b"Post 7", b"Post 8") if name.startswith("rows/post/") else content

    before = await titles(full)
    async with open_database(full.database_url) as db:
        moment = await db.read(changes.moment)
        with pytest.raises(Invalid, match="The rows of post as stored are not those"):
            await restore(edited(made.file, edit), full.site, replace=True)
        assert await db.read(changes.moment) == moment
    assert await titles(full) == before
    assert (full.theme_folder / "static" / "own.css").exists()
    assert not (full.site / STAGING).exists()


async def test_a_reference_to_nothing_is_refused(full: Settings, other_url: str, tmp_path: Path) -> None:
    made = await make(full, tmp_path / "one.tar.zst")

    def edit(name: str, content: bytes) -> bytes | None:
        return None if name.startswith("rows/revision/") else content

    with pytest.raises((Invalid, Unavailable)):
        await restore(edited(made.file, edit), tmp_path / "other", database_url=other_url)
    assert (await schema.status(other_url)).schema is None
    assert not (tmp_path / "other" / TOML_NAME).exists()


async def test_a_stored_file_that_is_not_what_its_name_says_is_refused(full: Settings, tmp_path: Path) -> None:
    made = await make(full, tmp_path / "one.tar.zst")

    def edit(name: str, content: bytes) -> bytes:
        return b"Other words here.\n"[: len(content)] if name.startswith("media/") else content

    with pytest.raises(Invalid, match="is not what its name says"):
        await restore(edited(made.file, edit), tmp_path / "other", database_url=f"sqlite:///{tmp_path / 'o.db'}")


@pytest.mark.postgresql
async def test_a_text_that_postgresql_does_not_take_is_told_with_its_table(
    settings: Settings, database_kind: str, other_url: str, tmp_path: Path
) -> None:
    if database_kind != "sqlite" or other_url.startswith("sqlite"):
        pytest.skip("only SQLite stores it, only PostgreSQL refuses it")

    def write(session: Session) -> None:
        factories.post(session)
        session.execute(update(Post).values(summary="a\0b"))

    async with open_database(settings.database_url) as db:
        await db.write(write)
    made = await make(settings, tmp_path / "one.tar.zst")
    with pytest.raises(Invalid, match="Rows of the table post cannot be stored"):
        await restore(made.file, tmp_path / "other", database_url=other_url)
    assert (await schema.status(other_url)).schema is None


async def test_a_backup_of_a_newer_schema_is_refused(full: Settings, tmp_path: Path) -> None:
    made = await make(full, tmp_path / "one.tar.zst")
    newer = f'"schema": "{schema.HEAD}"'.encode()

    def edit(name: str, content: bytes) -> bytes:
        return content.replace(newer, b'"schema": "9999"') if name == "backup.json" else content

    with pytest.raises(Invalid, match="has schema 9999, newer than"):
        await restore(edited(made.file, edit), tmp_path / "other", database_url=f"sqlite:///{tmp_path / 'o.db'}")


async def test_a_table_of_another_program_is_not_touched(full: Settings, other_url: str, tmp_path: Path) -> None:
    made = await make(full, tmp_path / "one.tar.zst")
    (tmp_path / "other").mkdir()

    def take_the_name(connection: Connection) -> None:
        connection.exec_driver_sql("CREATE TABLE tag (word TEXT)")

    await schema.with_connection(parse_url(other_url), take_the_name, migrates=True)
    with pytest.raises(Conflict, match="a table tag that is not of a site"):
        await restore(made.file, tmp_path / "other", database_url=other_url)
