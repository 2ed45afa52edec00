"""How fast a large blog comes in: `python benchmarks/bench_import.py [POSTS] [--url postgresql://…]`.

Posts of ordinary length (about 400 words) with headings, code, links to each other and three tags, as Jekyll has them.
Printed are posts a second of the first run, of a second run in which nothing has changed, and the peak memory of the
process that writes after a quarter of the posts and at the end.
"""

import argparse
import asyncio
import json
import os
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

import westmarch.migrations.metadata  # noqa: F401 - a session must know all tables that its own refer to
from westmarch.db.database import open_database
from westmarch.ops import schema
from westmarch.transfer.importing import Progress, Wanted, import_folder
from westmarch.transfer.report import Report

WORDS = [
    "harbour", "measure", "lantern", "of", "the", "and", "a", "to", "in", "that", "it", "was", "for", "on", "are",
    "with", "as", "at", "be", "this", "have", "from", "or", "had", "by", "word", "but", "what", "some", "we", "can",
    "out", "other", "were", "all", "there", "when", "up", "use", "your", "how", "said", "an", "each", "she", "which",
    "their", "time", "if", "will", "way", "about", "many", "then", "them", "write", "would", "like", "these", "long",
]  # fmt: skip


def write_blog(folder: Path, posts: int) -> int:
    """Write a Jekyll blog with so many posts; its size in bytes."""
    (folder / "_posts").mkdir(parents=True)
    chance = random.Random(20261122)
    size = 0
    for number in range(posts):
        year, month, day = 2010 + number % 16, 1 + number // 16 % 12, 1 + number // 192 % 28
        name = f"{year}-{month:02}-{day:02}-post-{number}.md"
        text = post(chance, number, posts)
        (folder / "_posts" / name).write_text(text)
        size += len(text.encode())
    return size


def post(chance: random.Random, number: int, posts: int) -> str:
    """One post: front matter, six paragraphs, a heading, code, and two links to other posts."""
    tags = ", ".join(sorted({f"Tag {chance.randrange(60)}" for _ in range(3)}))
    head = f"---\ntitle: Post number {number}\ntags: [{tags}]\nauthor: Ann Example\n---\n\n"
    paragraphs = [" ".join(chance.choices(WORDS, k=62)).capitalize() + "." for _ in range(6)]
    for at in (1, 4):
        other = chance.randrange(posts)
        year, month, day = 2010 + other % 16, 1 + other // 16 % 12, 1 + other // 192 % 28
        paragraphs[at] += f" See [the other one](/{year}/{month:02}/{day:02}/post-{other}.html) for *more*."
    paragraphs.insert(3, "## A heading in the middle\n\n```python\ndef f(x):\n    return [y for y in range(x)]\n```")
    paragraphs.insert(5, "- one thing\n- another thing with `code`\n- a third")
    return head + "\n\n".join(paragraphs) + "\n"


def memory() -> float:
    """Peak resident memory of this process in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def measure(url: str, folder: Path, media: Path, posts: int) -> dict[str, float]:
    """Import twice, and say how it went."""
    await schema.upgrade(url)
    found: dict[str, float] = {}
    async with open_database(url) as db:
        for run in ("first", "second"):
            done = 0

            def step() -> None:
                nonlocal done
                done += 1
                if done == posts // 4 and run == "first":  # noqa: B023 - called before the loop goes on
                    found["MiB after a quarter"] = memory()

            with tempfile.TemporaryFile() as file:
                report = Report(file)
                start = time.perf_counter()
                await import_folder(db, Wanted(folder, media), report, Progress(step=step))
                seconds = time.perf_counter() - start
            expected = "imported" if run == "first" else "unchanged"
            assert report.counts[expected] == posts, report.summary()
            found[f"posts/s, {run} run"] = posts / seconds
        found["MiB at the end"] = memory()
    return found


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("posts", type=int, nargs="?", default=5_000)
    parser.add_argument("--url", help="a database that is empty; without it, SQLite in a temporary folder")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        size = write_blog(folder / "blog", given.posts)
        url = given.url or f"sqlite:///{folder / 'westmarch.db'}"
        found = asyncio.run(measure(url, folder / "blog", folder / "media", given.posts))
    found = {"posts": given.posts, "bytes a post": size / given.posts, "cores": os.cpu_count() or 1, **found}
    if given.json:
        json.dump(found, sys.stdout)
    else:
        for name, value in found.items():
            print(f"{name:24} {value:10,.0f}")


if __name__ == "__main__":
    main()
