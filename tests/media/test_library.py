"""The library: found by words, kinds and pages; what is said of its files, changed and taken back."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.accounts.people import account
from tests.media.pictures import PDF, picture
from westmarch.accounts.who import SignedIn
from westmarch.db.database import Database
from westmarch.errors import Invalid, Stale
from westmarch.events.models import Event
from westmarch.media import actions, library, undoing, uploading

EDITOR = SignedIn(9_999, "Nell", "editor", None)
NAMES = ("日本の写真.png", "صورة البحر.png", "Ärger.pdf", "song.mp3", "film.mp4")
CONTENTS = (picture(), picture(colour="red"), PDF, b"ID3\x04", b"\0\0\0\x20ftypisom")


def filled(session: Session, folder: Path) -> list[int]:
    nell = account(session, "Nell", "editor").id
    ids = []
    for name, content in zip(NAMES, CONTENTS, strict=True):
        ready = uploading.ready(content, name)
        made = actions.upload(
            session, folder, ready.content, ready.examined, filename=ready.filename, alt="", account_id=nell, actor="x"
        )
        ids.append(made.id)
    return ids


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"search": "ärger"}, [2]), ({"search": "ÄRGER"}, [2]),
        ({"search": "写真"}, [0]),  ({"search": "البحر"}, [1]), ({"search": "SONG"}, [3]), ({"search": "100%_"}, []),
        ({"kind": "picture"}, [1, 0]), ({"kind": "sound"}, [3]), ({"kind": "film"}, [4]), ({"kind": "document"}, [2]),
        ({"sort": "-size"}, [1, 0, 4, 2, 3]), ({"ids": [], "kind": "film"}, []), ({}, [4, 3, 2, 1, 0]),
    ],
)  # fmt: skip
async def test_the_library_is_searched_narrowed_and_sorted(
    db: Database, tmp_path: Path, asked: dict[str, Any], found: list[int]
) -> None:
    ids = await db.write(filled, tmp_path)
    rows = (await db.read(library.find, **asked)).rows
    numbers = [ids.index(row.id) for row in rows]
    if asked == {"sort": "-size"}:
        sizes = [row.size for row in rows]
        assert sizes == sorted(sizes, reverse=True)
        assert len(numbers) == 5
    else:
        assert numbers == found


@pytest.mark.parametrize("sort", ["-id", "id", "name", "-name", "size", "-size"])
async def test_page_after_page_shows_each_once(db: Database, tmp_path: Path, sort: str) -> None:
    ids = await db.write(filled, tmp_path)
    seen: list[int] = []
    after = None
    while True:
        page = await db.read(library.find, sort=sort, after=after, size=2)
        assert page.total == 5
        seen += [row.id for row in page.rows]
        after = page.next
        if after is None:
            break
    assert sorted(seen) == ids


async def test_what_is_said_of_a_picture_is_changed_told_and_taken_back(db: Database, tmp_path: Path) -> None:
    first = (await db.write(filled, tmp_path))[0]
    before = await db.read(library.one, first)
    words = {"alt": "The sea, “calm”", "caption": "海 <b>", "filename": "sea.png"}
    event = await db.write(actions.describe, first, words, who=EDITOR, expected=before.version, actor="Nell")
    after = await db.read(library.one, first)
    assert {name: getattr(after, name) for name in words} == words
    assert after.account_id == before.account_id
    assert (await db.read(library.find, search="calm")).total == (await db.read(library.find, search="海 <")).total == 1
    detail = await db.read(lambda session: session.scalars(select(Event.detail).where(Event.id == event)).one())
    assert detail["changed"]["filename"] == {"from": NAMES[0], "to": "sea.png"}
    assert await db.write(actions.describe, first, words, who=EDITOR, actor="Nell") is None

    def take_back(session: Session) -> str:
        return undoing.describe(session, 1, None, detail["undo"], None, actor="Nell")

    said = await db.write(take_back)
    assert said == f"“{NAMES[0]}” is as it was."
    assert await db.read(library.one, first) == before
    await db.write(actions.describe, first, {"alt": "Another"}, who=EDITOR, actor="Nell")
    with pytest.raises(Stale):
        await db.write(take_back)


async def test_a_stale_change_and_a_name_that_is_none_are_refused(db: Database, tmp_path: Path) -> None:
    first = (await db.write(filled, tmp_path))[0]
    with pytest.raises(Stale):
        await db.write(actions.describe, first, {"alt": "x"}, who=EDITOR, expected="old", actor="x")
    with pytest.raises(Invalid) as caught:
        await db.write(actions.describe, first, {"filename": " "}, who=EDITOR, actor="x")
    assert caught.value.place == "filename"


async def test_an_upload_that_was_there_already_is_written_down_once(db: Database, tmp_path: Path) -> None:
    await db.write(filled, tmp_path)

    def again(session: Session) -> bool:
        ready = uploading.ready(CONTENTS[0], "other.png")
        return actions.upload(
            session, tmp_path, ready.content, ready.examined, filename="other.png", alt="", account_id=1, actor="x"
        ).new

    assert not await db.write(again)
    verbs = await db.read(lambda session: session.scalars(select(Event.verb)).all())
    assert verbs.count("media.uploaded") == len(NAMES)
