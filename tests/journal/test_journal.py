"""What is typed is kept as it came, for whoever typed it, until it is saved or thrown away."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.posts.people import change, person, write
from westmarch.accounts.who import SignedIn
from westmarch.db.database import Database
from westmarch.db.types import now
from westmarch.errors import Conflict, NotFound
from westmarch.journal import actions, queries
from westmarch.journal.actions import Typed
from westmarch.journal.forms import Form
from westmarch.posts import editing
from westmarch.posts.change import Change

TAB = "tab-0000000000000000"


def typed(sequence: int = 1, text: str = "Some words", **values: Any) -> Typed:
    fields = json.dumps({"markdown": text})
    return Typed(
        **({"tab": TAB, "kind": "post", "post_id": None, "base": "", "fields": fields} | values), sequence=sequence
    )


async def keep(db: Database, who: SignedIn, sequence: int = 1, text: str = "Some words", **values: Any) -> int:
    known = await db.write(actions.keep, who.account_id, typed(sequence, text, **values), moment=now())
    return known.sequence


async def kept(db: Database, who: SignedIn, post_id: int | None = None) -> list[str]:
    return [each.fields["markdown"] for each in await db.read(queries.of, who.account_id, "post", post_id)]


async def test_what_was_typed_comes_back(db: Database) -> None:
    nell = await person(db)
    assert await keep(db, nell, text="Half a \ud800 and \0 and 語") == 1
    assert await kept(db, nell) == ["Half a \ud800 and \0 and 語"]


async def test_the_newer_state_stays_whichever_comes_last(db: Database) -> None:
    nell = await person(db)
    await keep(db, nell, 2, "newer")
    assert await keep(db, nell, 1, "older") == 2
    assert await kept(db, nell) == ["newer"]


async def test_nobody_else_gets_it_or_writes_over_it(db: Database) -> None:
    nell, tom = await person(db), await person(db, "Tom")
    await keep(db, nell, text="mine")
    with pytest.raises(NotFound):
        await keep(db, tom, 2, "his")
    with pytest.raises(NotFound):
        await db.read(queries.one, tom.account_id, TAB)
    await db.write(actions.forget, tom.account_id, TAB)
    assert (await kept(db, nell), await kept(db, tom)) == (["mine"], [])


async def test_saving_takes_it_out_of_the_journal(db: Database) -> None:
    nell = await person(db)
    await keep(db, nell, 3)
    wanted = Change(title="Tides", markdown="Some words")
    post_id = await editing.create(db, "post", wanted, form=Form(TAB, 3), who=nell, actor="Nell")
    assert await kept(db, nell) == await kept(db, nell, post_id) == []


async def test_a_refused_save_leaves_it_there(db: Database) -> None:
    nell = await person(db)
    post_id = await write(db, nell)
    await keep(db, nell, 3, post_id=post_id)
    with pytest.raises(Conflict):
        await change(db, post_id, nell, title="Other", form=Form(TAB, 3), expected="another")
    assert await kept(db, nell, post_id) == ["Some words"]


async def test_what_comes_late_of_a_saved_state_is_not_kept_again(db: Database) -> None:
    nell = await person(db)
    post_id = await write(db, nell)
    await change(db, post_id, nell, title="Other", form=Form(TAB, 3))
    assert await keep(db, nell, 3, post_id=post_id) == 3
    assert await kept(db, nell, post_id) == []


async def test_what_was_typed_while_it_was_saved_stays(db: Database) -> None:
    nell = await person(db)
    post_id = await write(db, nell)
    await keep(db, nell, 4, "typed meanwhile", post_id=post_id)
    await change(db, post_id, nell, title="Other", form=Form(TAB, 3))
    assert await kept(db, nell, post_id) == ["typed meanwhile"]


async def test_a_text_that_was_taken_goes_with_the_form_into_which_it_was(db: Database) -> None:
    nell = await person(db)
    post_id = await write(db, nell)
    await keep(db, nell, post_id=post_id)
    await change(db, post_id, nell, title="Other", form=Form("another-tab-0000000", 1, taken=(TAB,)))
    assert await kept(db, nell, post_id) == []


async def test_a_text_that_was_taken_is_kept_once(db: Database) -> None:
    nell = await person(db)
    await keep(db, nell, text="first")
    await keep(db, nell, text="second", tab="another-tab-0000000", taken=(TAB,))
    assert await kept(db, nell) == ["second"]


async def test_what_is_thrown_away_can_be_taken_back(db: Database) -> None:
    nell = await person(db)
    await keep(db, nell)
    await db.write(actions.throw_away, nell.account_id, TAB, actor="Nell", moment=now())
    assert await kept(db, nell) == []
    await db.write(actions.take_back, nell.account_id, TAB)
    assert await kept(db, nell) == ["Some words"]


async def test_the_text_of_a_post_that_is_deleted_for_good_stays(db: Database) -> None:
    nell = await person(db)
    post_id = await write(db, nell)
    await keep(db, nell, post_id=post_id)
    await editing.trash(db, post_id, who=nell, actor="Nell")
    await editing.purge(db, post_id, who=nell, actor="Nell")
    assert await kept(db, nell) == ["Some words"]
    assert await keep(db, nell, 2, "more", post_id=post_id) == 2
    assert await kept(db, nell) == ["more"]


async def test_there_is_room_for_so_many(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST", 2)
    nell = await person(db)
    await keep(db, nell)
    await keep(db, nell, tab="other-tab-0000000000")
    with pytest.raises(Conflict, match="no room"):
        await keep(db, nell, tab="third-tab-0000000000")
    await keep(db, nell, 2, "one that is there goes on")


async def test_what_is_old_goes(db: Database) -> None:
    nell = await person(db)
    await keep(db, nell)
    await db.write(actions.tidy, now() + actions.KEPT - timedelta(hours=1))
    assert await kept(db, nell) == ["Some words"]
    await db.write(actions.tidy, now() + actions.KEPT + timedelta(hours=1))
    assert await kept(db, nell) == []
