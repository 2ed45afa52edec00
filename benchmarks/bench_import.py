"""How fast a large blog comes in: `python -m benchmarks.bench_import [POSTS] [--from wordpress] [--url postgresql://…]`.

Posts of ordinary length (about 400 words) with headings, code, links to each other and three tags, in each format that
an import reads. Printed are posts a second of the first run, of a second run in which nothing has changed, and the peak
memory of the process that writes after a quarter of the posts and at the end. Processor time is that of all processes:
a busy machine changes it less than the rate. What only the process that writes needs is imported in functions, as the
command does: the processes that prepare files begin by importing this module too.
"""

import argparse
import asyncio
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import exports, folders, ghost
from benchmarks.figures import tell

if TYPE_CHECKING:
    from westmarch.db.database import Database
    from westmarch.transfer.importing import Progress
    from westmarch.transfer.report import Report

WORDS = [
    "harbour", "measure", "lantern", "of", "the", "and", "a", "to", "in", "that", "it", "was", "for", "on", "are",
    "with", "as", "at", "be", "this", "have", "from", "or", "had", "by", "word", "but", "what", "some", "we", "can",
    "out", "other", "were", "all", "there", "when", "up", "use", "your", "how", "said", "an", "each", "she", "which",
    "their", "time", "if", "will", "way", "about", "many", "then", "them", "write", "would", "like", "these", "long",
]  # fmt: skip

OLD = "https://old.example"

Bring = Callable[["Database", Path, "Report", "Progress"], Awaitable[None]]


def write_jekyll(folder: Path, posts: int) -> int:
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


def write_wordpress(folder: Path, posts: int) -> int:
    """Write the export of a WordPress site with so many posts; its size in bytes."""
    folder.mkdir()
    chance = random.Random(20261122)
    path = folder / "export.xml"
    with path.open("w") as file:
        file.write('<?xml version="1.0"?><rss xmlns:wp="http://wordpress.org/export/1.2/"><channel>')
        file.write(f"<wp:base_blog_url>{OLD}</wp:base_blog_url>\n")
        for number in range(posts):
            file.write(item(chance, number, posts))
        file.write("</channel></rss>\n")
    return path.stat().st_size


def item(chance: random.Random, number: int, posts: int) -> str:
    """One post of an export, with the blocks that the editor of WordPress makes, and a comment."""
    paragraphs = [" ".join(chance.choices(WORDS, k=62)).capitalize() + "." for _ in range(6)]
    for at in (1, 4):
        address = f"{OLD}/{2010 + chance.randrange(posts) % 16}/post-{chance.randrange(posts)}/"
        paragraphs[at] += f' See <a href="{address}">the other one</a> for <em>more</em>.'
    blocks = [f"<!-- wp:paragraph -->\n<p>{text}</p>\n<!-- /wp:paragraph -->" for text in paragraphs]
    blocks.insert(3, '<!-- wp:heading -->\n<h2 class="wp-block-heading">A heading</h2>\n<!-- /wp:heading -->')
    code = escape("def f(x):\n    return [y for y in range(x) if y < 9]", quote=False)
    blocks.insert(4, f'<!-- wp:code -->\n<pre class="wp-block-code"><code>{code}</code></pre>\n<!-- /wp:code -->')
    blocks.insert(
        6, "<!-- wp:list -->\n<ul><li>one thing</li><li>another, <code>code</code></li></ul>\n<!-- /wp:list -->"
    )
    tags = {f"Tag {chance.randrange(60)}" for _ in range(3)}
    terms = "".join(f'<category domain="post_tag" nicename="{tag}">{tag}</category>' for tag in sorted(tags))
    when = f"{2010 + number % 16}-{1 + number // 16 % 12:02}-{1 + number // 192 % 28:02} 10:00:00"
    said = {
        "title": f"Post number {number}", "link": f"{OLD}/{2010 + number % 16}/post-{number}/", "dc:creator": "ann",
        "content:encoded": "\n\n".join(blocks), "wp:post_id": number + 1, "wp:post_date_gmt": when,
        "wp:post_name": f"post-{number}", "wp:status": "publish", "wp:post_type": "post",
    }  # fmt: skip
    fields = "\n".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in said.items())
    comment = "<wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_content>Well.</wp:comment_content></wp:comment>"
    return f"<item>\n{fields}\n{terms}\n{comment}\n</item>\n"


def memory() -> float:
    """Peak resident memory of this process in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def busy() -> float:
    """Seconds of processor time of this process, and of those that it started and that have ended."""
    whole = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in whole)


async def bring_folder(db: "Database", folder: Path, report: "Report", progress: "Progress") -> None:
    """Import the files."""
    from westmarch.transfer.importing import Wanted, import_folder

    await import_folder(db, Wanted(folder, folder.parent / "media"), report, progress)


async def bring_wordpress(db: "Database", folder: Path, report: "Report", progress: "Progress") -> None:
    """Import the export."""
    from westmarch.transfer.exports.wordpress.export import open_
    from westmarch.transfer.importing import Wanted, import_export

    wanted = Wanted(folder, folder.parent / "media")
    files = [folder / "export.xml"]
    await import_export(db, wanted, lambda asked: open_(files, asked, pictures=False), report, progress, pictures=False)


async def measure(url: str, folder: Path, bring: Bring, posts: int) -> dict[str, float]:
    """Import twice, and say how it went."""
    import westmarch.migrations.metadata  # noqa: F401 - a session must know all tables that its own refer to
    from westmarch.db.database import open_database
    from westmarch.ops import schema
    from westmarch.transfer.importing import Progress
    from westmarch.transfer.report import Report

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
                start, before = time.perf_counter(), busy()
                await bring(db, folder, report, Progress(step=step))
                seconds = time.perf_counter() - start
                found[f"processor ms a post, {run} run"] = (busy() - before) / posts * 1_000
            expected = "imported" if run == "first" else "unchanged"
            assert report.counts[expected] == posts, report.summary()
            found[f"posts/s, {run} run"] = posts / seconds
        found["MiB at the end"] = memory()
    return found


SOURCES: dict[str, tuple[Callable[[Path, int], int], Bring]] = {
    "jekyll": (write_jekyll, bring_folder),
    "wordpress": (write_wordpress, bring_wordpress),
    "ghost": (partial(ghost.write, words=WORDS), ghost.bring),
    **{name: (partial(exports.write, name, words=WORDS), partial(exports.bring, name)) for name in exports.SERVICES},
    **{name: (partial(folders.write, name, words=WORDS), bring_folder) for name in folders.PROGRAMS},
}
#: Posts of those that most people come with; the others have `FEWER`, as all together have to end.
POSTS = {"jekyll": 5_000, "wordpress": 5_000}
FEWER = 2_000


def run(source: str, posts: int, url: str | None) -> dict[str, float]:
    """Write a blog and import it twice."""
    write, bring = SOURCES[source]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        size = write(folder / "blog", posts)
        url = url or f"sqlite:///{folder / 'westmarch.db'}"
        found = asyncio.run(measure(url, folder / "blog", bring, posts))
    return {"posts": posts, "bytes a post": size / posts, "cores": os.cpu_count() or 1, **found}


def run_elsewhere(source: str, posts: int) -> dict[str, float]:
    """The same in a process of its own, so that its memory is not another's."""
    command = [sys.executable, "-m", "benchmarks.bench_import", str(posts), "--from", source, "--json"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("posts", type=int, nargs="?", help="without it as many as `make bench` takes")
    parser.add_argument("--from", dest="source", choices=list(SOURCES), help="without it all of them")
    parser.add_argument("--url", help="a database that is empty, with --from; without it, SQLite in a temporary folder")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if given.url and not given.source:
        parser.error("--url is for one import: say --from")
    if given.source:
        tell(run(given.source, given.posts or POSTS.get(given.source, FEWER), given.url), as_json=given.json)
        return
    each = {name: run_elsewhere(name, given.posts or POSTS.get(name, FEWER)) for name in SOURCES}
    if given.json:
        json.dump(each, sys.stdout)
        return
    for name, found in each.items():
        print(f"\n{name}")
        tell(found, as_json=False)


if __name__ == "__main__":
    main()
