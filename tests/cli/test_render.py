"""`westmarch render`: redoes what an older renderer made, and only that."""

import json
from pathlib import Path

from sqlalchemy import func, select, update

from tests import factories
from tests.cli.conftest import Westmarch
from tests.cli.test_doctor import write
from tests.conftest import in_a_loop_apart
from westmarch.configuration import load
from westmarch.db.database import open_database
from westmarch.subjects.models import Revision


def html_of_all(site: Path) -> list[str]:
    async def read() -> list[str]:
        async with open_database(load(site).settings.database_url) as db:
            return list(await db.read(lambda session: session.scalars(select(Revision.html)).all()))

    return in_a_loop_apart(read())


def age(site: Path) -> None:
    """Let every text be as if an older version had rendered it."""
    write(site, lambda session: session.execute(update(Revision).values(renderer="0", html=func.upper("old"))))


def test_what_an_older_renderer_made_is_made_anew(westmarch: Westmarch, site_on_each: Path) -> None:
    write(site_on_each, lambda session: factories.post(session, "One", "*Words*"))
    before = html_of_all(site_on_each)
    age(site_on_each)
    assert html_of_all(site_on_each) == ["OLD"]
    done = westmarch("--site", site_on_each, "render", "--json")
    assert json.loads(done.out)["texts"] == 1
    assert html_of_all(site_on_each) == before
    assert json.loads(westmarch("--site", site_on_each, "render", "--json").out)["texts"] == 0


def test_all_makes_everything_anew(westmarch: Westmarch, site: Path) -> None:
    write(site, lambda session: factories.post(session, "One"))
    assert westmarch("--site", site, "render", "--all").out.startswith("Rendered 1 texts")
