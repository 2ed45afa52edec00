"""A backup that is put back while the site is served."""

from uuid import uuid4

import pytest

from tests.pagecache.conftest import NewSite
from tests.pagecache.operations import Operation
from westmarch.changes import queries as changes
from westmarch.site import actions as site_actions


async def test_a_backup_that_is_put_back_is_seen_at_once(new_site: NewSite) -> None:
    async with new_site() as site:
        await site.do(Operation("edit_title", (1, 2)))
        await site.do(Operation("options", (0, 3)))
        await site.look_at_all()
        await site.kept.put_back()
        await site.look_at_all()
        await site.do(Operation("edit_title", (2, 5)))
        await site.look_at_all()


async def test_options_in_memory_are_not_those_of_another_history_at_the_same_position(new_site: NewSite) -> None:
    async with new_site() as site:
        await site.db.write(site_actions.change, {"title": "Before"}, actor="test")
        position = await site.db.read(changes.position)
        await site.look_at_all()
        await site.kept.put_back()
        await site.db.write(site_actions.change, {"tagline": "After"}, actor="test")
        assert await site.db.read(changes.position) == position
        await site.look_at_all()


@pytest.mark.parametrize("further", [0, 3])
async def test_a_backup_is_seen_where_it_keeps_its_epoch_and_as_much_was_written_since(
    new_site: NewSite, further: int
) -> None:
    async with new_site() as site:
        await site.do(Operation("edit_title", (1, 2)))
        await site.look_at_all()
        position = await site.db.read(changes.position)
        await site.kept.put_back(another_epoch=False)
        while await site.db.read(changes.position) < position + further:
            await site.db.write(site_actions.change, {"tagline": uuid4().hex}, actor="test")
        await site.look_at_all()
