"""A site that has something of everything, and databases to restore it into."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests import factories
from tests.conftest import PostgreSQL
from westmarch.comments.models import ImportedComment
from westmarch.configuration import TOML_NAME
from westmarch.db.database import open_database
from westmarch.media.actions import store
from westmarch.media.files import examine
from westmarch.settings import Settings
from westmarch.site.actions import change
from westmarch.subjects.models import Subject

#: The content of the one stored file.
TEXT = b"Words in a file.\n"
EXTRA = {"half": 0.5, "big": 1e300, "list": [1, None, "x"], "z": {"b": 1, "a": True}}


def fill(session: Session, folder: Path) -> None:
    for number in range(12):
        factories.post(session, f"Post {number}", "Some *words*: 字, ع, 🎈.\n", published_at=factories.day(number))
    commented = factories.post(session, "With comments", "Words.\n", published_at=factories.day(20))
    session.add_all(comments(commented))
    factories.post(session, "A draft", "Not yet.\n", status="draft", published_at=None, extra=EXTRA)
    store(session, folder, TEXT, examine(TEXT, "words.txt"), filename="words.txt")
    change(session, {"title": "A site to keep", "tagline": "Even *this*"}, actor="test")


def comments(post: int) -> list[ImportedComment]:
    """A comment as WordPress exports it, and an answer to it without a moment."""
    told = {"post_id": post, "kind": "comment", "email": "", "url": ""}
    return [
        ImportedComment(
            key="1", status="approved", author="عمر", content="<p>字 & 🎈</p>\n", at=factories.START, **told
        ),
        ImportedComment(key="2", parent="1", status="spam", author="Ann", content="No.", **told),
    ]


def add_subject(session: Session) -> int:
    """Make a subject of no use and return its number."""
    subject = Subject(kind="tag", created_at=factories.START)
    session.add(subject)
    session.flush()
    return subject.id


def give_and_take_a_number(session: Session) -> int:
    """Let the last number that was given be one that no row has."""
    number = add_subject(session)
    session.delete(session.get_one(Subject, number))
    return number


@pytest.fixture
async def full(settings: Settings) -> Settings:
    """A site with posts, a file, options and a theme of its own, on each engine in turn."""
    (settings.site / TOML_NAME).write_text(f'url = "https://example.org"\ndatabase_url = "{settings.database_url}"\n')
    settings.secret_key_file.write_text("secret\n")
    (settings.theme_folder / "posts").mkdir(parents=True)
    (settings.theme_folder / "static").mkdir()
    (settings.theme_folder / "static" / "own.css").write_text("/* of my own */")
    async with open_database(settings.database_url) as db:
        await db.write(fill, settings.media_folder)
        await db.write(give_and_take_a_number)
    return settings


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def other_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database for a site in the folder `other`, of each engine in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'other' / 'other.db'}"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql")
    name = server.create()
    yield server.url(name)
    server.drop(name)
