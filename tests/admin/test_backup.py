"""`/admin/backup/`: a backup is made in a process of its own, taken away, and deleted."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.accounts.people import signed_in
from tests.admin.works import ended, owner, post, said, until
from tests.factories import post as write
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.admin import backup
from westmarch.backup.sealing import Key
from westmarch.backup.verifying import verify
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.events.models import Event
from westmarch.ops import backed_up
from westmarch.ops.backed_up import Backup

HOME = "/admin/backup/"


def verbs(session: Reading) -> list[str]:
    return list(session.scalars(select(Event.verb).where(Event.verb.like("backup.%")).order_by(Event.id)))


def processes() -> list[bytes]:
    """The command lines of all processes, as anybody on the machine sees them."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            found.append(path.read_bytes())
    return found


def contents(folder: Path) -> list[bytes]:
    """What stands in all files below a folder."""
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


async def test_a_backup_is_made_taken_and_deleted(reader: Reader, tmp_path: Path) -> None:
    settings = await owner(reader)
    await reader.do(write, "A post", slug="a")
    assert "No backup of this site is known." in said(await reader.get(HOME))
    assert (await post(reader, HOME, recipient="")).status_code == 303
    page = await ended(reader, HOME)
    assert "The last backup was made" in said(page)
    (made,) = backup.kept(settings)
    assert made.name in page.text
    taken = await reader.get(HOME + made.name)
    assert taken.headers["cache-control"] == "no-store"
    assert taken.headers["content-disposition"] == f'attachment; filename="{made.name}"'
    assert len(taken.content) == made.size
    (tmp_path / "taken.tar.zst").write_bytes(taken.content)
    assert (await verify(tmp_path / "taken.tar.zst", None)).sound
    assert made.name in said(await reader.get(f"{HOME}{made.name}/delete/"))
    assert backup.kept(settings) == [made]
    assert (await post(reader, f"{HOME}{made.name}/delete/")).status_code == 303
    assert backup.kept(settings) == []
    assert await reader.db.read(verbs) == ["backup.made", "backup.taken", "backup.deleted"]


async def test_one_backup_is_made_at_a_time_and_can_be_stopped(reader: Reader) -> None:
    settings = await owner(reader)
    await post(reader, HOME, recipient="")
    assert (await post(reader, HOME, recipient="")).status_code == 409
    await until(backup.work_of(settings), lambda work: work.pid > 0)
    await post(reader, HOME + "stop/")
    words = said(await ended(reader, HOME))
    # It may have come to its end before.
    assert ("was stopped" in words) != (len(backup.kept(settings)) == 1), words
    assert not list(backup.folder_of(settings).glob(".*"))
    await post(reader, HOME, recipient="")
    await ended(reader, HOME)
    assert backup.kept(settings)
    assert all(one.size for one in backup.kept(settings))


async def test_a_backup_that_fails_says_why(reader: Reader) -> None:
    settings = await owner(reader)
    (settings.site / "westmarch.toml").write_text("nonsense = 1\n")
    await post(reader, HOME, recipient="")
    page = await ended(reader, HOME)
    assert "nonsense" in said(page)
    assert backup.kept(settings) == []


async def test_an_old_backup_is_told(reader: Reader) -> None:
    settings = await owner(reader)
    backed_up.note(settings.run_folder, Backup(now() - timedelta(days=40), "/elsewhere", 1))
    assert "The last backup was made 40 days ago." in said(await reader.get(HOME))


async def test_nothing_but_backups_can_be_taken_or_deleted(reader: Reader) -> None:
    settings = await owner(reader)
    folder = backup.folder_of(settings)
    folder.mkdir()
    (folder / "notes.txt").write_text("x")
    (folder / ".westmarch-20260101T000000Z.tar.zst.part").write_text("x")
    (folder / "westmarch-20260102T000000Z.tar.zst").symlink_to("/etc/passwd")
    (folder / "westmarch-20260230T000000Z.tar.zst").write_text("x")
    assert backup.kept(settings) == []
    for name in (
        "notes.txt",
        "%2e%2e%2fwestmarch.toml",
        ".westmarch-20260101T000000Z.tar.zst.part",
        "westmarch-20260102T000000Z.tar.zst",
        "westmarch-20260103T000000Z.tar.zst",
    ):
        assert (await reader.get(HOME + name)).status_code == 404, name
        assert (await post(reader, f"{HOME}{name}/delete/")).status_code in (404, 405), name
    assert (folder / "notes.txt").exists()


@pytest.mark.parametrize("role", ["editor", "author", "contributor"])
async def test_nobody_but_an_owner_backs_up(reader: Reader, role: str) -> None:
    await signed_in(reader, role=role)
    name = "westmarch-20260103T000000Z.tar.zst"
    assert (await reader.get(HOME)).status_code == 403
    assert (await post(reader, HOME, recipient="")).status_code == 403
    assert (await reader.get(HOME + name)).status_code == 403
    assert (await post(reader, f"{HOME}{name}/delete/")).status_code == 403


async def test_a_backup_is_proved_when_it_is_made(reader: Reader) -> None:
    await owner(reader)
    await reader.do(write, "A post", slug="a")
    assert 'name="verify" value="1" checked' in (await reader.get(HOME)).text
    await post(reader, HOME, verify="1")
    words = said(await ended(reader, HOME, 180))
    assert "It is proved" in words
    assert "are the same, byte for byte" in words


@pytest.mark.long_on_postgresql
async def test_a_passphrase_closes_a_backup_and_is_seen_nowhere(reader: Reader, tmp_path: Path) -> None:
    settings = await owner(reader)
    secret = "marsh tide lantern oar"
    await post(reader, HOME, passphrase=secret, again=secret, verify="1")
    assert not any(secret.encode() in words for words in processes())
    page = await ended(reader, HOME, 180)
    assert "It is proved" in said(page)
    (made,) = backup.kept(settings)
    assert made.encrypted
    assert "encrypted" in said(page)
    assert secret not in page.text
    assert not any(secret.encode() in content for content in contents(settings.run_folder))
    file = backup.folder_of(settings) / made.name
    assert (await verify(file, None, key=Key(passphrase=secret))).sound


async def test_only_the_owner_of_a_key_opens_a_backup_for_it(reader: Reader, tmp_path: Path) -> None:
    from pyrage import x25519

    settings = await owner(reader)
    identity = x25519.Identity.generate()
    await post(reader, HOME, recipient=str(identity.to_public()))
    await ended(reader, HOME, 180)
    (made,) = backup.kept(settings)
    (tmp_path / "key").write_text(f"{identity}\n")
    file = backup.folder_of(settings) / made.name
    assert (await verify(file, None, key=Key(identity=tmp_path / "key"))).sound


@pytest.mark.parametrize(
    ("sent", "place"),
    [
        ({"passphrase": "short", "again": "short"}, "passphrase"),
        ({"passphrase": "two lines\nof text", "again": "two lines\nof text"}, "passphrase"),
        ({"passphrase": "long enough to do", "again": "another one than that"}, "again"),
        ({"recipient": "--keep=1d"}, "recipient"),
        ({"recipient": "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqq", "verify": "1"}, "verify"),
    ],
)
async def test_what_cannot_be_made_is_said_at_its_field(reader: Reader, sent: dict[str, str], place: str) -> None:
    settings = await owner(reader)
    answer = await post(reader, HOME, **sent)
    assert answer.status_code == 422
    assert f'id="f-{place}-fault"' in answer.text
    assert sent.get("passphrase", "\0") not in answer.text
    assert backup.kept(settings) == []
