"""Exports of Ghost with many posts of ordinary length, for `bench_import.py`."""

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from westmarch.db.database import Database
    from westmarch.transfer.importing import Progress
    from westmarch.transfer.report import Report

_TAGS = 60


def write(folder: Path, posts: int, *, words: Sequence[str]) -> int:
    """Write the export of a site with so many posts; its size in bytes. Tags stand behind the posts, as in Ghost."""
    folder.mkdir()
    chance = random.Random(20261122)
    path = folder / "export.json"
    with path.open("w") as file:
        file.write('{"db":[{"meta":{"version":"5.80.0"},"data":{"posts":[')
        for number in range(posts):
            file.write((",\n" if number else "") + json.dumps(_post(chance, number, posts, words)))
        hung = [
            {"post_id": _id(number), "tag_id": _id(tag), "sort_order": at}
            for number in range(posts)
            for at, tag in enumerate(chance.sample(range(_TAGS), 3))
        ]
        tags = [{"id": _id(tag), "name": f"Tag {tag}", "slug": f"tag-{tag}"} for tag in range(_TAGS)]
        file.write(f'],"posts_tags":{json.dumps(hung)},"tags":{json.dumps(tags)}}}}}]}}\n')
    return path.stat().st_size


def _id(number: int) -> str:
    return f"{number:024x}"


def _post(chance: random.Random, number: int, posts: int, words: Sequence[str]) -> dict[str, Any]:
    """One post in Lexical: six paragraphs, two with a link, a heading, code and a list."""
    paragraphs = [[_text(" ".join(chance.choices(words, k=62)).capitalize() + ".")] for _ in range(6)]
    for at in (1, 4):
        address = f"__GHOST_URL__/post-{chance.randrange(posts)}/"
        link = {"type": "link", "url": address, "children": [_text("the other one")]}
        paragraphs[at] += [_text(" See "), link, _text(" for "), _text("more", 2), _text(".")]
    nodes: list[dict[str, Any]] = [{"type": "paragraph", "children": inner} for inner in paragraphs]
    items = [[_text("one thing")], [_text("another, "), _text("code", 16)]]
    listed = [{"type": "listitem", "value": at + 1, "children": inner} for at, inner in enumerate(items)]
    nodes.insert(3, {"type": "extended-heading", "tag": "h2", "children": [_text("A heading")]})
    nodes.insert(4, {"type": "codeblock", "language": "python", "code": "def f(x):\n    return [y for y in range(x)]"})
    nodes.insert(6, {"type": "list", "listType": "bullet", "children": listed})
    when = f"{2010 + number % 16}-{1 + number // 16 % 12:02}-{1 + number // 192 % 28:02}T10:00:00.000Z"
    return {
        "id": _id(number), "title": f"Post number {number}", "slug": f"post-{number}", "type": "post",
        "lexical": json.dumps({"root": {"type": "root", "children": nodes}}), "status": "published",
        "visibility": "public", "published_at": when, "created_at": when, "updated_at": when,
    }  # fmt: skip


def _text(words: str, format_: int = 0) -> dict[str, Any]:
    return {"type": "extended-text", "text": words, "format": format_}


async def bring(db: "Database", folder: Path, report: "Report", progress: "Progress") -> None:
    """Import the export."""
    from westmarch.transfer.exports.ghost.importing import import_ghost
    from westmarch.transfer.importing import Wanted

    wanted = Wanted(folder, folder.parent / "media")
    await import_ghost(db, wanted, folder / "export.json", None, report, progress)
