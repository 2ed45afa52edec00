"""Which pages a change throws out: `python -m benchmarks.bench_evictions [POSTS] [--json]`.

All pages, feeds and sitemaps of a site with so many posts are put into the page cache. Then a post's text is edited
below what lists show, a title is edited, a post is published, a tag is renamed and a tag's description is edited, each
with what the followers make of it. Printed for each: how many pages are stored, how many of them show the change (found
by rendering them all before and after it), how many were thrown out, and how many more that is, in per cent. A page
that shows a change and was not thrown out ends the run. Then: what recording costs a page, in microseconds.
"""

import argparse
import asyncio
import json
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from fastapi import FastAPI
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from benchmarks.filling import FIRST, TAGS, fill
from westmarch.answers import answer
from westmarch.app import create_app
from westmarch.db.database import Database, open_database
from westmarch.db.types import now
from westmarch.followers import run as followers
from westmarch.links.paths import parse, quote
from westmarch.ops import schema
from westmarch.pagecache import reads
from westmarch.pagecache.cache import PageCache
from westmarch.pagecache.pages import Page
from westmarch.pagecache.store import Key
from westmarch.posts import actions
from westmarch.posts.drafts import Draft
from westmarch.posts.following import FOLLOWERS
from westmarch.posts.models import Post
from westmarch.settings import Settings
from westmarch.site.queries import current
from westmarch.tags.models import Tag
from westmarch.text.markdown import render
from westmarch.web.replies import Reply

POSTS = 5_000
TEXT = "The harbour measures what the sea does, twice a day.\n\n<!--more-->\n\nIt writes it down with *care*.\n"
URL = "https://example.org"
#: Where the walk through the site begins; it goes on along the links.
STARTS = ("/", "/feed.xml", "/rss.xml", "/feed.json", "/sitemap.xml", "/robots.txt", "/opensearch.xml")
_LINK = re.compile(rf'(?:href="|<loc>|"next_url": ")(?:{re.escape(URL)})?(/[^"#<]*)')
_OTHERS = ("/static/", "/media/", "/favicon", "/apple-touch-icon", "/site.webmanifest")
#: Renderings of a page for what recording costs, with and without in turns.
ROUNDS = 200


def draft(title: str, text: str) -> Draft:
    """A post as `fill` makes them, with tags of its own."""
    return Draft(
        title=title,
        markdown=text,
        rendered=render(text),
        language="en",
        summary="What the sea does, twice a day.",
        status="published",
        tags=("Tag 7", "Tag 14", "Tag 21"),
        authors=("Ann Example",),
    )


@dataclass(frozen=True, slots=True)
class Filled:
    """A site of so many posts with a page cache."""

    app: FastAPI
    db: Database

    @property
    def pages(self) -> PageCache:
        """Its page cache."""
        return cast("PageCache", self.app.state.pages)

    async def render(self, path: str) -> Reply:
        """The page as it is now."""
        bare, _, query = path.partition("?")
        return await self.db.read(answer, self.app.state.surface, parse(bare), query)

    async def visit(self, paths: Iterable[str]) -> dict[str, str]:
        """Put pages, and those that they lead to, into the store; what each holds, in short."""
        waiting = list(paths)
        found: dict[str, str] = {}
        known = set(waiting)
        while waiting:
            path = waiting.pop()
            headers = self.app.state.surface.headers
            page = (await self.pages.answer(key(path), partial(self.render, path), headers)).content
            if not isinstance(page, Page):
                continue
            body = (await page.made("identity")).body
            found[path] = short(body)
            links = [link for link in _LINK.findall(body.decode()) if not link.startswith(_OTHERS)]
            waiting.extend(link for link in dict.fromkeys(links) if link not in known)
            known.update(links)
        return found

    async def contents(self, paths: Iterable[str]) -> dict[str, str]:
        """What the pages hold now."""
        return {path: short(reply.body) for path in paths if (reply := await self.render(path)).status_code == 200}


def short(body: bytes) -> str:
    """What tells one body from others."""
    return sha256(body).hexdigest()


def key(path: str) -> Key:
    """Where a page is stored."""
    bare, _, query = path.partition("?")
    return Key(quote(parse(bare)).encode(), query.encode())


def _edit(number: int, title: str, text: str) -> Callable[[Session], Any]:
    """An edit of one of the posts that `fill` made, which leaves its time and its tags as they were."""

    def edit(session: Session) -> None:
        post_id = FIRST + number
        published_at = session.scalars(select(Post.published_at).where(Post.id == post_id)).one()
        tags = tuple(f"Tag {(number * 7 + place) % TAGS}" for place in range(3))
        made = replace(draft(title, text), published_at=published_at, updated_at=now(), tags=tags)
        actions.revise(session, post_id, made, current(session), actor="benchmark")

    return edit


def _publish(session: Session) -> None:
    newest = session.scalars(select(func.max(Post.published_at))).one() or now()
    new = replace(draft("A new post", TEXT), published_at=newest + timedelta(hours=1))
    actions.create(session, new, current(session), actor="benchmark")


def changes(posts: int) -> dict[str, Callable[[Session], Any]]:
    """The changes, each to a site that has seen the ones before."""
    tag = update(Tag).where(Tag.slug == "tag-7")
    longer = f"{TEXT}\nAnd more.\n"
    return {
        "a body edit": _edit(posts // 2, f"Post number {posts // 2}", longer),
        "a title edit": _edit(posts // 2, "Another title", longer),
        "a new post": _publish,
        "a tag renamed": lambda session: session.execute(tag.values(name="Harbours")),
        "a tag description edited": lambda session: session.execute(tag.values(description="Where ships lie.")),
    }


async def thrown_out(site: Filled, held: dict[str, str], change: Callable[[Session], Any]) -> dict[str, float]:
    """What a change throws out of a store that holds all pages, `held`, which is brought up to date.

    Raises RuntimeError where a page stays that shows the change.
    """
    assert site.pages.check is not None
    stored = {entry.key for entry in site.pages.store}
    await site.db.write(change)
    await followers.catch_up(site.db, FOLLOWERS, "benchmark", now())
    await site.pages.check.state()
    kept = {entry.key for entry in site.pages.store}
    after = await site.contents(held)
    shown = {path for path in held if after.get(path) != held[path]}
    gone = {path for path in held if key(path) in stored - kept}
    if stale := [path for path in shown if key(path) in kept]:
        raise RuntimeError(f"these show the change and were not thrown out: {stale}")
    print(f"thrown out beside what shows it: {', '.join(sorted(gone - shown)) or 'nothing'}", file=sys.stderr)
    held.update(await site.visit(gone | shown))
    more = 100 * len(gone - shown) / len(shown)
    return {"pages stored": len(stored), "show it": len(shown), "thrown out": len(gone), "more, %": more}


async def recording(site: Filled, path: str) -> float:
    """Microseconds of the processor that recording adds to a page.

    Rendered is with and without it in turns; the tenth that went quickest is compared, which nobody else disturbed.
    """
    with_it, without = [], []
    for _ in range(ROUNDS):
        start = time.process_time()
        await site.render(path)
        without.append(time.process_time() - start)
        start = time.process_time()
        with reads.recorded():
            await site.render(path)
        with_it.append(time.process_time() - start)
    return (statistics.quantiles(with_it, n=10)[0] - statistics.quantiles(without, n=10)[0]) * 1e6


async def measure(folder: Path, posts: int) -> dict[str, dict[str, float]]:
    """All figures for a site of that size."""
    settings = Settings(site=folder, url=URL, cache_size=4 * 1024**3)
    await schema.upgrade(settings.database_url)
    app = create_app(settings)
    async with open_database(settings.database_url) as db, app.state.pages.opened(db):
        await db.write(fill, posts, TEXT)
        await followers.catch_up(db, FOLLOWERS, "benchmark", now())
        site = Filled(app, db)
        await site.render("/")  # What the first page finds out is kept in memory.
        held = await site.visit(STARTS)
        found = {name: await thrown_out(site, held, change) for name, change in changes(posts).items()}
        post, front = await recording(site, f"/post-{posts // 2}/"), await recording(site, "/")
        found["recording, µs"] = {"post": post, "front page": front}
        return found


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("posts", type=int, nargs="?", default=POSTS)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        found = asyncio.run(measure(Path(place), given.posts))
    if given.json:
        json.dump(found, sys.stdout)
        return
    for name, figures in found.items():
        print(f"{name:26}" + "".join(f"{title:>14} {figure:8,.1f}" for title, figure in figures.items()))


if __name__ == "__main__":
    main()
