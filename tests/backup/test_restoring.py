"""A backup of a site on either engine, restored on either engine, is the same site."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests import factories
from tests.conftest import PostgreSQL
from westmarch.backup import archive
from westmarch.backup.making import make
from westmarch.backup.restoring import restore
from westmarch.db.database import open_database
from westmarch.media.actions import store
from westmarch.media.files import examine
from westmarch.settings import TOML_NAME, Settings, load
from westmarch.site.actions import change
from westmarch.subjects.models import Subject

TEXT = b"Words in a file.\n"


def manifest(file: Path) -> dict[str, object]:
    with file.open("rb") as stream:
        return next(member.facts() for member in archive.members(stream, file) if member.name == archive.MANIFEST)


def fill(session: Session, folder: Path) -> None:
    for number in range(12):
        factories.post(session, f"Post {number}", "Some *words*: 字, ع, 🎈.\n", published_at=factories.day(number))
    extra = {"half": 0.5, "big": 1e20, "list": [1, None, "x"], "z": {"b": 1, "a": True}}
    factories.post(session, "A draft", "Not yet.\n", status="draft", published_at=None, extra=extra)
    store(session, folder, TEXT, examine(TEXT, "words.txt"), filename="words.txt")
    change(session, {"title": "A site to keep", "tagline": "Even *this*"}, actor="test")


@pytest.fixture
async def full(settings: Settings) -> Settings:
    """A site with posts, a file, options and a theme of its own, on each engine in turn."""
    (settings.site / TOML_NAME).write_text(f'url = "https://example.org"\ndatabase_url = "{settings.database_url}"\n')
    settings.secret_key_file.write_text("secret\n")
    (settings.theme_folder / "posts").mkdir(parents=True)
    (settings.theme_folder / "posts" / "detail.html").write_text("of my own")
    async with open_database(settings.database_url) as db:
        await db.write(fill, settings.media_folder)
        await db.write(lambda session: session.delete(factories_last(session)))
    return settings


def factories_last(session: Session) -> Subject:
    """A subject whose number is the last one and shall never be given again."""
    last = Subject(kind="tag", created_at=factories.START)
    session.add(last)
    session.flush()
    return last


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def other_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of each engine in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'other' / 'other.db'}"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    name = server.create()
    yield server.url(name)
    server.drop(name)


async def test_a_backup_restored_on_either_engine_has_the_same_rows_and_files(
    full: Settings, other_url: str, tmp_path: Path
) -> None:
    made = await make(full, tmp_path / "one.tar.zst")
    assert made.left_out == []
    assert made.files == 1
    folder = tmp_path / "other"
    if other_url.startswith("sqlite"):
        folder.mkdir()
    restored = await restore(made.file, folder, database_url=other_url)
    assert restored.left_out == []
    assert load(folder).settings.database_url == other_url
    again = await make(load(folder).settings, tmp_path / "two.tar.zst")
    before, after = manifest(made.file), manifest(again.file)
    assert after["tables"] == before["tables"]
    assert (folder / "theme" / "posts" / "detail.html").read_text() == "of my own"
    assert (folder / "secret.key").read_text() == "secret\n"
    hashed = examine(TEXT, "words.txt").hash
    assert (folder / "media" / hashed[:2] / f"{hashed[2:]}.txt").read_bytes() == TEXT
