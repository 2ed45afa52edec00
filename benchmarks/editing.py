"""A writer who edits ten posts a second, one after another, until it is ended: `python -m benchmarks.editing URL`."""

import asyncio
import itertools
import os
import sys
import time

from sqlalchemy import select
from sqlalchemy.orm import Session

import westmarch.migrations.metadata  # noqa: F401 - a session must know all tables that its own refer to
from benchmarks.filling import FIRST, TAGS, TEXT
from westmarch.db.database import open_database
from westmarch.posts import actions
from westmarch.posts.drafts import Draft
from westmarch.posts.models import Post
from westmarch.site.options import Site
from westmarch.text.markdown import render

EDITS_A_SECOND = 10
#: A text whose page has 25 KB.
LONG = "\n\n".join([TEXT, *TEXT.split("\n\n")[:8]])
#: The posts that are edited in turn; the first is the one whose page is asked for.
POSTS = range(100, 110)


def edit(session: Session, number: int, time_of: int) -> None:
    """Write another ending under a post."""
    text = f"{LONG}\n\nEdited for the {time_of}th time."
    draft = Draft(
        title=f"Post number {number}",
        markdown=text,
        rendered=render(text),
        language="en",
        summary="What the sea does, twice a day.",
        status="published",
        published_at=session.scalar(select(Post.published_at).where(Post.id == FIRST + number)),
        tags=tuple(f"Tag {(number * 7 + k) % TAGS}" for k in range(3)),
        authors=("Ann Example",),
    )
    actions.revise(session, FIRST + number, draft, Site.model_validate({}), actor="benchmark")


async def main(url: str) -> None:
    """Edit until the process is ended. It lets all others go first, as what it computes is not what is measured."""
    os.nice(19)
    begun = time.perf_counter()
    async with open_database(url) as db:
        for count in itertools.count():
            await db.write(edit, POSTS[count % len(POSTS)], count)
            await asyncio.sleep(max(0.0, begun + (count + 1) / EDITS_A_SECOND - time.perf_counter()))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
