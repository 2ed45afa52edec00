"""What pages read is recorded, all of it: no page asks for anything that cannot be told."""

import re
from typing import Any, get_args

import pytest
from sqlalchemy import Connection, event, select, text

from tests.factories import post
from tests.pagecache.cached import PATHS, Cached
from westmarch.answers import answer
from westmarch.links.paths import parse
from westmarch.ops.schema import VERSION
from westmarch.pagecache import reads
from westmarch.pagecache.reads import Recording
from westmarch.site import actions as site_actions
from westmarch.site.options import PartName
from westmarch.tags.models import Tag

#: The parts beside the front page, all of them.
SIDES: list[dict[str, Any]] = [
    {"part": "text", "text": "Words."},
    {"part": "links", "links": [{"title": "A", "address": "/"}]},
    *({"part": part} for part in ("about", "tags", "archives", "most-read", "feeds")),
]
_LINK = re.compile(r'(?:href="|<loc>|"next_url": ")(?:https://example\.org)?(/[^"#<]*)')
#: Answers that nobody caches, though they may be asked for: other spellings, what is not there, feeds of old.
OTHERS = (
    "/P1", "/old/", "/nothing/", "/gone/", "/page/9/", "/feed.xml?page=99", "/topics/tides/feed.xml?page=1", "/?p=1",
    "/?feed=rss2", "/tag/sea/feed/", "/sitemap-1999.xml", "/sitemap-2024-01.xml", "/archive/1999/", "/tags/page/2/",
)  # fmt: skip


async def record(cached: Cached, path: str) -> tuple[Recording, str]:
    """What an answer reads, recorded while it is rendered, and its body."""
    bare, _, query = path.partition("?")
    with reads.recorded() as recording:
        reply = await cached.db.read(answer, cached.anew.state.surface, parse(bare), query)
    return recording, reply.body.decode() if reply.status_code == 200 else ""


async def unclear(cached: Cached) -> dict[str, str]:
    """What cannot be told, by the address that asks for it; all addresses that are linked are asked."""
    waiting = [*PATHS, *OTHERS]
    known, found = set(waiting), {}
    while waiting:
        path = waiting.pop()
        recording, body = await record(cached, path)
        if recording.unclear:
            found[path] = recording.unclear
        links = {link for link in _LINK.findall(body) if not link.startswith(("/static/", "/media/"))}
        waiting.extend(sorted(links - known))
        known |= links
    assert len(known) > len(PATHS) + len(OTHERS) + 20
    return found


async def furnish(cached: Cached) -> None:
    """Let all parts stand beside the front page, and lists have several pages."""
    wanted = {"sides": SIDES, "posts_per_page": 1, "feed_items": 1}
    await cached.db.write(lambda session: site_actions.change(session, wanted, actor="test"))


async def test_no_public_page_asks_for_what_cannot_be_told(cached: Cached) -> None:
    assert {side["part"] for side in SIDES} == set(get_args(PartName))
    await furnish(cached)
    assert await unclear(cached) == {}


async def test_text_that_does_not_declare_what_it_reads_is_found_on_the_way(
    cached: Cached, monkeypatch: pytest.MonkeyPatch
) -> None:
    await furnish(cached)
    kept = cached.anew.state.surface.view

    def asking(session: Any, path: str, *rest: Any) -> Any:
        if path == "/topics/":
            session.execute(text("SELECT count(*) FROM topic"))
        return kept(session, path, *rest)

    monkeypatch.setattr(cached.anew.state.surface, "view", asking)
    assert list((await unclear(cached)).items()) == [
        ("/topics/", "it is text that does not declare what it reads: SELECT count(*) FROM topic")
    ]


async def test_the_first_front_page_with_what_is_read_most_is_stored(cached: Cached) -> None:
    cached.anew.state.surface.options.latest.made.clear()
    recording, _ = await record(cached, "/")
    assert not recording.unclear
    assert "most_read" in {read.use.table for read in recording.reads}


async def test_a_statement_that_declares_its_tables_is_read_as_all_of_them(cached: Cached) -> None:
    def ask(session: Any) -> None:
        session.execute(text("SELECT name FROM tag").execution_options(reads=("tag",)))
        session.execute(select(VERSION.c.version_num).execution_options(reads=()))

    with reads.recorded() as recording:
        await cached.db.read(ask)
    assert (recording.unclear, [str(read.use) for read in recording.reads]) == ("", ["tag(; all)"])


async def test_rows_that_are_looked_at_reach_whoever_asked(cached: Cached) -> None:
    def ask(session: Any) -> list[Any]:
        found = session.execute(select(Tag.id, Tag.name).order_by(Tag.id))
        first = found.fetchone()
        return [first, *found.fetchmany(1), *found]

    plain = await cached.db.read(ask)
    with reads.recorded() as recording:
        assert await cached.db.read(ask) == plain != []
    assert {read.values for read in recording.reads} >= {(tuple(row.id for row in plain),)}


async def test_nothing_is_recorded_apart_from_a_recording(cached: Cached) -> None:
    asked: list[str] = []

    def count(_connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(cached.db.reading_engine, "before_cursor_execute", count)
    try:
        with reads.recorded() as recording:
            pass
        await cached.db.read(lambda session: session.execute(select(Tag.id)).all())
        await cached.db.write(post, "Apart", slug="apart")
    finally:
        event.remove(cached.db.reading_engine, "before_cursor_execute", count)
    assert asked
    assert recording.reads == set()
