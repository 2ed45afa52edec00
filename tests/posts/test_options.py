"""Options of the site with what follows from them, and taking a change back."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.factories import SITE, post
from tests.home.test_shown_media import somebody, stored
from westmarch.db.database import Database
from westmarch.errors import Conflict
from westmarch.events.models import Event
from westmarch.home import shown_media
from westmarch.posts import archive, options
from westmarch.posts.options import UNDOES
from westmarch.site import actions, queries
from westmarch.site.options import Site


async def undone(db: Database, event_id: int | None) -> str:
    detail: dict[str, Any] = await db.read(
        lambda session: session.execute(select(Event.detail).where(Event.id == event_id)).scalar_one()
    )
    return await db.write(UNDOES["site.changed"], event_id, None, detail["undo"], SITE, actor="test")


async def test_another_zone_counts_posts_in_other_years(db: Database) -> None:
    eve = datetime(2023, 12, 31, 23, 30, tzinfo=UTC)
    await db.write(lambda session: post(session, published_at=eve))
    await db.write(options.change, {"timezone": "Asia/Tokyo"}, actor="test")
    assert [row.year for row in await db.read(archive.years, 5)] == [2024]


async def test_posts_are_counted_again_for_another_zone_alone(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    zones = []
    monkeypatch.setattr(options, "recount", lambda _, site: zones.append(site.timezone))
    for values in ({"timezone": "UTC", "title": "A"}, {"timezone": "Asia/Tokyo"}, {"timezone": "Asia/Tokyo"}):
        await db.write(options.change, values, actor="test")
    assert zones == ["Asia/Tokyo"]


async def test_a_change_is_taken_back(db: Database) -> None:
    await db.write(options.change, {"title": "A"}, actor="test")
    changed = await db.write(options.change, {"title": "B", "tagline": "New"}, actor="test")
    assert "title" in await undone(db, changed.event_id)
    assert await db.read(queries.current) == Site(title="A")


async def test_a_logo_whose_picture_was_deleted_does_not_come_back(db: Database, tmp_path: Path) -> None:
    medium = await db.write(stored, tmp_path)
    logo = {"path": medium.path, "width": medium.width, "height": medium.height}
    await db.write(options.change, {"logo": logo}, actor="test")
    removed = await db.write(options.change, {"logo": {}}, actor="test")
    assert "logo" in await undone(db, removed.event_id)
    removed = await db.write(options.change, {"logo": {}}, actor="test")
    await db.write(shown_media.remove, medium.id, who=somebody("owner"), actor="test")
    with pytest.raises(Conflict, match="The picture that was the logo is deleted"):
        await undone(db, removed.event_id)
    assert (await db.read(queries.current)).logo.path == ""


async def test_a_zone_that_is_taken_back_counts_posts_as_before(db: Database) -> None:
    eve = datetime(2023, 12, 31, 23, 30, tzinfo=UTC)
    await db.write(lambda session: post(session, published_at=eve))
    changed = await db.write(options.change, {"timezone": "Asia/Tokyo"}, actor="test")
    await undone(db, changed.event_id)
    assert [row.year for row in await db.read(archive.years, 5)] == [2023]


async def test_what_was_changed_again_is_not_taken_back(db: Database) -> None:
    changed = await db.write(options.change, {"title": "A", "tagline": "B"}, actor="test")
    await db.write(actions.change, {"tagline": "C"}, actor="another")
    with pytest.raises(Conflict, match="tagline"):
        await undone(db, changed.event_id)
    assert (await db.read(queries.current)).title == "A"
