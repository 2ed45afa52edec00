"""Blogs of the programs whose folders an import reads, for `bench_import`: the same posts in each program's writing."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import exports


@dataclass(frozen=True, slots=True)
class Program:
    """Where a program keeps a post, how a link leads to one (`{number}` is that post's), what else its folder holds."""

    path: str
    link: str
    beside: dict[str, str] = field(default_factory=dict)
    style: str = "yaml"


_ID = "{number:032x}"
PROGRAMS = {
    "hugo": Program("content/posts/post-{number}.md", '{{{{< relref "post-{number}" >}}}}', {"hugo.toml": ""}, "toml"),
    "zola": Program(
        "content/blog/post-{number}.md", "@/blog/post-{number}.md", {"config.toml": 'base_url = "/"'}, "toml"
    ),
    "hexo": Program(
        "source/_posts/post-{number}.md", "{{% post_path post-{number} %}}", {"_config.yml": "skip_render:"}
    ),
    "pelican": Program("content/post-{number}.md", "{{filename}}post-{number}.md", {"pelicanconf.py": ""}, "lines"),
    "pelican-rest": Program(
        "content/post-{number}.rst", "{{filename}}post-{number}.rst", {"pelicanconf.py": ""}, "rest"
    ),
    "eleventy": Program("blog/post-{number}.md", "post-{number}.md", {"eleventy.config.js": ""}),
    "astro": Program("src/content/blog/post-{number}.md", "./post-{number}.md", {"astro.config.mjs": ""}),
    "obsidian": Program("notes/post-{number}.md", "[[post-{number}|the other one]]", {".obsidian/app.json": "{}"}),
    "jekyll-html": Program(
        "_posts/2020-01-01-post-{number}.html", "{{% post_url 2020-01-01-post-{number} %}}", {"_config.yml": ""}, "html"
    ),
    "plain": Program("blog/post-{number}.md", "post-{number}.md"),
    "ours": Program("posts/post-{number}.md", "/post-{number}/", {"westmarch.json": '{"format": 1}'}, "ours"),
    "notion": Program(f"Post {{number}} {_ID}.md", f"Post%20{{number}}%20{_ID}.md", style="notion"),
}


def write(program: str, folder: Path, posts: int, words: list[str]) -> int:
    """Write a blog with so many posts; its size in bytes."""
    chosen = PROGRAMS[program]
    for name, text in chosen.beside.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    chance = random.Random(20261122)
    size = 0
    for number in range(posts):
        path = folder / chosen.path.format(number=number)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = _post(chosen, chance, number, posts, words)
        path.write_text(text)
        size += len(text.encode())
    return size


def _post(program: Program, chance: random.Random, number: int, posts: int, words: list[str]) -> str:
    """Six paragraphs, a heading, code, a list, and two links to other posts."""
    tags = sorted({f"Tag {chance.randrange(60)}" for _ in range(3)})
    if program.style == "html":
        text = exports.html(chance, words, lambda: program.link.format(number=chance.randrange(posts)))
        return f"{_yaml(number, tags)}{text}\n"
    paragraphs = [" ".join(chance.choices(words, k=62)).capitalize() + "." for _ in range(6)]
    rest = program.style == "rest"
    for at in (1, 4):
        address = program.link.format(number=chance.randrange(posts))
        linked = f"`the other one <{address}>`__" if rest else f"[the other one]({address})"
        paragraphs[at] += f" See {address if address.startswith('[[') else linked} for *more*."
    code = "def f(x):\n    return [y for y in range(x)]"
    listed = "- one thing\n- another thing with `code`\n- a third"
    if rest:
        indented = code.replace("\n", "\n   ")
        paragraphs.insert(3, f"A heading in the middle\n-----------------------\n\n.. code:: python\n\n   {indented}")
        listed = listed.replace("`", "``")
    else:
        paragraphs.insert(3, f"## A heading in the middle\n\n```python\n{code}\n```")
    paragraphs.insert(5, listed)
    return _HEADS[program.style](number, tags) + "\n\n".join(paragraphs) + "\n"


def _day(number: int) -> str:
    return f"{2010 + number % 16}-{1 + number // 16 % 12:02}-{1 + number // 192 % 28:02}"


def _yaml(number: int, tags: list[str]) -> str:
    named = ", ".join(tags)
    return f"---\ntitle: Post number {number}\ndate: {_day(number)}\ntags: [{named}]\nauthor: Ann Example\n---\n\n"


def _ours(number: int, tags: list[str]) -> str:
    at, path = f"{_day(number)}T10:00:00+00:00", f"/post-{number}/"
    fields = {
        "title": f"Post number {number}", "date": f"'{at}'", "lastmod": f"'{at}'", "layout": "post",
        "slug": f"post-{number}", "url": path, "permalink": path, "lang": "en", "tags": f"[{', '.join(tags)}]",
        "authors": "[Ann Example]", "guid": f"urn:post:{number}", "westmarch": f"{{id: {number + 1}}}",
    }  # fmt: skip
    return "\n".join(["---", *(f"{name}: {value}" for name, value in fields.items()), "---", "", ""])


def _toml(number: int, tags: list[str]) -> str:
    return f'+++\ntitle = "Post number {number}"\ndate = {_day(number)}\n[taxonomies]\ntags = {tags!r}\n+++\n\n'


def _lines(number: int, tags: list[str]) -> str:
    named = ", ".join(tags)
    return f"Title: Post number {number}\nDate: {_day(number)}\nTags: {named}\nAuthor: Ann Example\n\n"


def _rest(number: int, tags: list[str]) -> str:
    title = f"Post number {number}"
    fields = f":date: {_day(number)}\n:tags: {', '.join(tags)}\n:author: Ann Example\n"
    return f"{title}\n{'#' * len(title)}\n\n{fields}\n"


def _notion(number: int, tags: list[str]) -> str:
    return f"# Post number {number}\n\nDate: {_day(number)}\nTags: {', '.join(tags)}\nAuthor: Ann Example\n\n"


_HEADS: dict[str, Callable[[int, list[str]], str]] = {
    "yaml": _yaml, "ours": _ours, "toml": _toml, "lines": _lines, "rest": _rest, "notion": _notion,
}  # fmt: skip
