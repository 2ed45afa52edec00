"""Setting and reading the options of the site."""

from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from tests.shells import Shell
from tests.shells import shell as shell
from westmarch.db.database import Database
from westmarch.errors import Invalid
from westmarch.events.models import Event
from westmarch.site import queries
from westmarch.site.actions import change, changed, faults
from westmarch.site.models import SiteOption
from westmarch.site.options import Site


def past_the_actions(session: Session, /, **values: Any) -> None:
    """What another program, or another version of this one, may have written."""
    session.execute(insert(SiteOption), [{"key": key, "value": value} for key, value in values.items()])


async def events(db: Database) -> list[dict[str, Any]]:
    return await db.read(lambda session: list(session.scalars(select(Event.detail).order_by(Event.id))))


async def test_a_new_site_has_the_defaults(db: Database) -> None:
    assert await db.read(queries.current) == Site()


async def test_what_was_set_is_read_and_the_rest_stays(db: Database) -> None:
    await db.write(change, {"title": "Straße & Söhne", "posts_per_page": 5}, actor="test")
    after = await db.write(change, {"tagline": "New"}, actor="test")
    assert after == await db.read(queries.current) == Site(title="Straße & Söhne", posts_per_page=5, tagline="New")


async def test_words_of_a_command_line_are_understood(db: Database) -> None:
    assert (await db.write(change, {"posts_per_page": "7"}, actor="test")).posts_per_page == 7


async def test_setting_is_an_event_that_names_what_changed(db: Database) -> None:
    await db.write(change, {"title": "A", "tagline": "", "accent": "#000000"}, actor="test")
    await db.write(change, {"title": "A"}, actor="test")
    before, after = {"title": "Westmarch", "accent": "#1f6f8b"}, {"title": "A", "accent": "#000000"}
    assert await events(db) == [{"options": ["accent", "title"], "undo": {"before": before, "after": after}}]


async def test_what_is_as_it_was_is_no_event(db: Database) -> None:
    assert (await db.write(changed, {"title": "A"}, actor="test")).event_id is not None
    assert (await db.write(changed, {"title": "A"}, actor="test")).event_id is None


def test_all_that_cannot_be_set_is_told_by_its_place() -> None:
    wrong = {"title": "", "navigation": [{"title": "A", "address": "x"}], "accent": "#123456"}
    assert set(faults(Site(), wrong)) == {"title", "navigation.0.address"}
    assert faults(Site(), {"title": "A"}) == {}


@pytest.mark.parametrize(
    ("values", "place"),
    [({"titel": "A"}, "titel"), ({"timezone": "Mars"}, "timezone"), ({"navigation": [{"title": "A"}]}, "navigation")],
)
async def test_what_cannot_be_set_names_its_place_and_changes_nothing(
    db: Database, values: dict[str, Any], place: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        await db.write(change, {"title": "A"} | values, actor="test")
    assert refusal.value.place.startswith(place)
    assert await db.read(queries.current) == Site()
    assert await events(db) == []


async def test_an_option_of_another_version_is_left_alone(db: Database) -> None:
    await db.write(past_the_actions, title="A", from_tomorrow=[1, 2])
    assert await db.read(queries.current) == Site(title="A")
    await db.write(change, {"title": "B"}, actor="test")
    assert set(await db.read(lambda session: list(session.scalars(select(SiteOption.key))))) == {
        "title",
        "from_tomorrow",
    }


async def test_a_value_that_cannot_be_does_not_bring_the_site_down_and_can_be_set_anew(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await db.write(past_the_actions, title="A", timezone="Mars", navigation=[{"title": "x"}])
    assert await db.read(queries.current) == Site(title="A")
    assert "navigation, timezone" in caplog.text
    await db.write(change, {"timezone": "Asia/Tokyo", "navigation": []}, actor="test")
    caplog.clear()
    assert await db.read(queries.current) == Site(title="A", timezone="Asia/Tokyo", navigation=())
    assert caplog.text == ""


async def test_setting_a_broken_option_to_its_default_mends_it(db: Database, caplog: pytest.LogCaptureFixture) -> None:
    await db.write(past_the_actions, timezone="Mars")
    await db.write(change, {"timezone": "UTC"}, actor="test")
    caplog.clear()
    assert await db.read(queries.current) == Site()
    assert caplog.text == ""


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_a_value_that_is_no_json_counts_as_not_set_and_can_be_set_anew(
    db: Database, shell: Shell, caplog: pytest.LogCaptureFixture
) -> None:
    await db.write(change, {"title": "A", "tagline": "B", "posts_per_page": 5}, actor="test")
    shell("UPDATE site_option SET value = 'My blog' WHERE key IN ('title', 'tagline')")
    assert await db.read(queries.current) == Site(posts_per_page=5)
    assert "The option title of the site counts as not set" in caplog.text
    await db.write(change, {"title": "My blog", "tagline": ""}, actor="test")
    caplog.clear()
    assert await db.read(queries.current) == Site(title="My blog", posts_per_page=5)
    assert caplog.text == ""
