"""The health page, as an owner reads it."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import insert

from tests.accounts.people import signed_in
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.admin import condition
from westmarch.app import create_app
from westmarch.changes import queries as changes
from westmarch.db.database import Database
from westmarch.db.types import now
from westmarch.events.models import Event
from westmarch.followers.models import Follower
from westmarch.mail.models import Letter
from westmarch.ops import backed_up
from westmarch.ops.backed_up import Backup
from westmarch.settings import Settings

HEALTH = "/admin/health/"


@pytest.fixture
async def owner(reader: Reader) -> Reader:
    await signed_in(reader, role="owner")
    return reader


@pytest.fixture
async def served(settings: Settings, db: Database) -> AsyncIterator[Reader]:
    """A reader of a site that is served, signed in as its owner."""
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        reader = Reader(app, db, settings.url)
        await signed_in(reader, role="owner")
        yield reader
        await reader.client.aclose()


def state(text: str, title: str) -> tuple[str, str]:
    """The word of the state of a part, and all that is said in it, without tags."""
    part = re.search(rf'<section aria-labelledby="{title.lower().replace(" ", "-")}">(.*?)</section>', text, re.DOTALL)
    assert part, title
    word = re.search(r'<span class="state \w+">([^<]*)</span>', part[1])
    return word[1] if word else "", " ".join(unescape(re.sub(r"<[^>]*>", " ", part[1])).split())


async def test_owners_alone_read_it(reader: Reader) -> None:
    assert (await reader.get(HEALTH)).status_code == 303
    await signed_in(reader, "Ed", role="editor")
    assert (await reader.get(HEALTH)).status_code == 403


async def test_it_tells_of_the_engine_the_schema_and_the_versions(owner: Reader, database_kind: str) -> None:
    text = await owner.page(HEALTH)
    word, told = state(text, "Database")
    assert word == "Good"
    assert {"sqlite": "SQLite 3.", "postgresql": "PostgreSQL 1"}[database_kind] in told
    assert "position" in told
    assert "Westmarch" in state(text, "Versions")[1]


async def test_a_site_that_is_served_tells_of_its_cache_its_followers_and_its_index(served: Reader) -> None:
    await served.page("/")
    text = await served.page(HEALTH)
    word, told = state(text, "Page cache")
    assert (word, "what the database says" in told) == ("Good", True)
    assert state(text, "Search")[0] in ("Good", "Look at it")
    assert state(text, "Followers")[0] in ("Good", "Look at it", "Not in use")


async def test_a_process_that_does_not_serve_yet_says_so(owner: Reader) -> None:
    text = await owner.page(HEALTH)
    assert state(text, "Page cache")[0] == "Wrong"
    assert "not serving yet" in state(text, "Page cache")[1]
    assert state(text, "Search")[0] == "Not in use"


async def test_a_follower_that_is_far_behind_is_told_with_its_lag(
    owner: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(condition, "LAG", 0)
    assert state(await owner.page(HEALTH), "Followers")[0] == "Not in use"
    later = now() + timedelta(hours=1)
    epoch = await owner.db.read(changes.epoch)
    row = {"name": "related", "epoch": epoch, "position": 0, "leased_by": "x", "leased_until": later}
    await owner.do(lambda session: session.execute(insert(Follower), [row]) and None)
    word, told = state(await owner.page(HEALTH), "Followers")
    assert (word, "related posts" in told) == ("Look at it", True)
    assert re.search(r"[0-9]+ changes? behind", told)


async def test_followers_that_nobody_runs_are_told(owner: Reader) -> None:
    epoch = await owner.db.read(changes.epoch)
    row = {"name": "related", "epoch": epoch, "position": 10**6, "leased_by": None, "leased_until": None}
    await owner.do(lambda session: session.execute(insert(Follower), [row]) and None)
    word, told = state(await owner.page(HEALTH), "Followers")
    assert (word, "westmarch serve" in told) == ("Look at it", True)


async def test_letters_that_were_given_up_are_told_with_the_reason(settings: Settings, db: Database) -> None:
    app = create_app(settings.model_copy(update={"smtp_url": "smtp://127.0.0.1:1"}))
    app.state.db = db
    reader = Reader(app, db, settings.url)
    await signed_in(reader, role="owner")
    letter = {
        "recipient": "ann@example.org", "subject": "An invitation", "body": "", "created_at": now(), "due_at": None,
        "tries": 9, "sent_at": None, "fault": "550 no <such> mailbox",
    }  # fmt: skip
    await reader.do(lambda session: session.execute(insert(Letter), [letter]) and None)
    text = await reader.page(HEALTH)
    assert "<such>" not in text
    word, told = state(text, "Mail")
    assert (word, "550 no <such> mailbox" in told) == ("Look at it", True)
    await reader.client.aclose()


async def test_a_site_without_a_mail_server_says_that_links_are_handed_over(owner: Reader) -> None:
    assert state(await owner.page(HEALTH), "Mail")[0] == "Not in use"


async def test_a_disk_that_is_nearly_full_is_wrong(owner: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    assert state(await owner.page(HEALTH), "Disk")[0] in ("Good", "Look at it")
    monkeypatch.setattr(condition, "FULL", 1 << 60)
    word, told = state(await owner.page(HEALTH), "Disk")
    assert (word, "Make room now" in told) == ("Wrong", True)


async def test_the_last_backup_is_told(owner: Reader, settings: Settings) -> None:
    assert state(await owner.page(HEALTH), "Backup")[0] == "Look at it"
    settings.run_folder.mkdir(parents=True, exist_ok=True)
    backed_up.note(settings.run_folder, Backup(now(), "site.westmarch", 3_000_000))
    word, told = state(await owner.page(HEALTH), "Backup")
    assert (word, "site.westmarch" in told, "3 MB" in told) == ("Good", True, True)


async def test_a_secret_that_others_can_read_is_wrong_and_says_what_mends_it(owner: Reader, settings: Settings) -> None:
    settings.secret_key_file.parent.mkdir(parents=True, exist_ok=True)
    settings.secret_key_file.write_text("x")
    settings.secret_key_file.chmod(0o644)
    word, told = state(await owner.page(HEALTH), "Settings and clock")
    assert (word, "chmod 600" in told) == ("Wrong", True)
    settings.secret_key_file.chmod(0o600)
    assert state(await owner.page(HEALTH), "Settings and clock")[0] == "Good"


async def test_a_clock_that_went_back_is_told(owner: Reader) -> None:
    later = now() + timedelta(days=2)
    row = {"verb": "tag.changed", "at": later, "actor": "x", "token": None, "request_id": None, "subject_id": None}
    await owner.do(lambda session: session.execute(insert(Event), [row | {"detail": {}}]) and None)
    assert "something happened at" in state(await owner.page(HEALTH), "Settings and clock")[1]


async def test_a_part_that_fails_hides_no_other(owner: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("shutil.disk_usage", broken)
    text = await owner.page(HEALTH)
    assert state(text, "Disk") == ("Wrong", "Disk Wrong It cannot be told: Permission denied.")
    assert state(text, "Database")[0] == "Good"


async def test_it_is_never_stored(owner: Reader) -> None:
    answer: httpx2.Response = await owner.get(HEALTH)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("size", "words"), [(0, "0 bytes"), (1536, "2 KB"), (5 << 20, "5 MB"), (3 << 40, "3.0 TB")])
def test_sizes_are_told_as_people_read_them(size: int, words: str) -> None:
    assert condition.of_size(size) == words
