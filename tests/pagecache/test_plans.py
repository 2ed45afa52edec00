"""How PostgreSQL plans what pages read: by indexes, whether it has statistics of the tables or not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.pool import NullPool

from benchmarks.filling import fill
from westmarch.answers import answer
from westmarch.app import surface_of
from westmarch.db.database import Database, open_database
from westmarch.db.engines import parse_url, postgresql_engine
from westmarch.settings import Settings
from westmarch.web.surface import Surface

#: Enough for the planner to mind whether it reads all of them.
POSTS = 2_000
#: Pages that are asked for most, of each kind one that is far down.
PATHS = (
    "/", "/page/80/", "/post-100/", "/post-1500/", "/tags/tag-7/", "/tags/tag-7/page/4/", "/tags/",
    "/authors/ann-example/", "/archive/", "/archive/2020/", "/feed.xml", "/tags/tag-7/feed.xml", "/sitemap.xml",
)  # fmt: skip
#: Tables with a row or several for each post.
LARGE = {"post", "revision", "link", "subject", "tagging", "byline"}


async def statements(db: Database, settings: Settings) -> dict[str, tuple[str, Any]]:
    """What the pages read: for each statement the page that does, and its parameters there."""
    found: dict[str, tuple[str, Any]] = {}
    surface = surface_of(settings, Surface)
    path = ""

    def note(_connection: Connection, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        found.setdefault(statement, (path, parameters))

    event.listen(db.reading_engine, "before_cursor_execute", note)
    for path in PATHS:
        assert (await db.read(answer, surface, path, "")).status_code == 200, path
    event.remove(db.reading_engine, "before_cursor_execute", note)
    return found


def scans(plan: dict[str, Any]) -> Iterator[str]:
    """What a plan reads all of: a large table, or an index of posts where it knows the key of one."""
    table, node = plan.get("Relation Name"), plan["Node Type"]
    past_the_key = "(id = " in plan.get("Index Cond", "") and plan["Index Name"] != "pk_post"
    if table in LARGE and (node == "Seq Scan" or (table == "post" and past_the_key)):
        yield f"{node} of {table}: {plan}"
    for part in plan.get("Plans", ()):
        yield from scans(part)


async def test_no_page_reads_all_rows_of_a_large_table_on_postgresql(postgresql_url: str, tmp_path: Path) -> None:
    settings = Settings(site=tmp_path, url="https://example.org", database_url=postgresql_url)
    async with open_database(postgresql_url) as db:
        await db.write(fill, POSTS, "A word of the *sea*.")
        read = await statements(db, settings)
    assert len(read) > 20
    found: dict[str, list[Any]] = {"without statistics": [], "with statistics": []}
    engine = postgresql_engine(parse_url(postgresql_url), readonly=True, poolclass=NullPool)
    async with engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        for kind, bad in found.items():
            if kind == "with statistics":
                await driver.execute("ANALYZE")
            for statement, (path, parameters) in read.items():
                row = await driver.fetchval(f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {statement}", *parameters)
                bad += [(path, scan, statement) for scan in scans(row[0]["Plan"])]
    await engine.dispose()
    assert found == {"without statistics": [], "with statistics": []}
