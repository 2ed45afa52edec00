"""Blogs made by hypothesis, written as each program writes them, with what the import must give back."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from hypothesis import strategies as st

_LETTERS = st.characters(categories=("Lu", "Ll", "Lo", "Nd"), max_codepoint=0x9FFF)
_WORDS = st.lists(st.text(_LETTERS, min_size=1, max_size=8), min_size=1, max_size=6).map(" ".join)
_TITLES = st.lists(
    st.text(st.one_of(_LETTERS, st.sampled_from("&'\":,!?()+-%")), min_size=1, max_size=8), min_size=1, max_size=5
)
_NAMES = st.from_regex(r"[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,5}){0,2}", fullmatch=True).filter(
    lambda name: name not in {"index", "blog", "notes", "post", "posts", "page", "pages"}
)
_TAGS = st.lists(_WORDS, max_size=3, unique_by=str.casefold)
_DATES = st.integers(631_152_000, 1_767_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
_CODE = st.lists(
    st.text(st.sampled_from("abc {=#>$\"'\\"), max_size=12).map(lambda row: f"x{row}y"), min_size=1, max_size=3
)


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a text: prose, code, a film, a picture, a box, or a link to the post of this number."""

    kind: str
    words: str
    rows: tuple[str, ...] = ()
    to: int = 0


@dataclass(frozen=True, slots=True)
class Post:
    """A post as every program can hold it."""

    name: str
    title: str
    at: datetime
    draft: bool
    tags: tuple[str, ...]
    summary: str
    aliases: tuple[str, ...]
    blocks: tuple[Block, ...]


_BLOCKS = st.one_of(
    st.builds(Block, st.just("prose"), _WORDS),
    st.builds(Block, st.just("code"), st.just("python"), _CODE.map(tuple)),
    st.builds(Block, st.just("film"), st.from_regex(r"[A-Za-z0-9]{11}", fullmatch=True)),
    st.builds(Block, st.just("picture"), _WORDS),
    st.builds(Block, st.just("box"), _WORDS),
    st.builds(Block, st.just("link"), _WORDS, to=st.integers(0, 20)),
)
_POSTS = st.builds(
    Post,
    name=_NAMES,
    title=_TITLES.map(" ".join),
    at=_DATES,
    draft=st.booleans(),
    tags=_TAGS.map(tuple),
    summary=st.one_of(st.just(""), _WORDS),
    aliases=st.lists(_NAMES.map(lambda name: f"/old/{name}/"), max_size=2, unique=True).map(tuple),
    blocks=st.lists(_BLOCKS, min_size=1, max_size=5).map(tuple),
)
#: Blogs of posts with different names.
BLOGS = st.lists(_POSTS, min_size=1, max_size=4, unique_by=lambda post: post.name)

#: How a program writes one block, and a link to a post; `film`, `picture` and `box` may be missing.
Writers = dict[str, Callable[[Block], str]]


def text(post: Post, posts: list[Post], writers: Writers, link: Callable[[str, Post], str]) -> str:
    """The text of a post in the writing of a program."""
    written = []
    for block in post.blocks:
        if block.kind == "link":
            written.append(link(block.words, posts[block.to % len(posts)]))
        else:
            written.append(writers.get(block.kind, OURS[block.kind])(block))
    return "\n\n".join(written) + "\n"


def yaml(fields: dict[str, object]) -> str:
    """A head between lines of hyphens; JSON is YAML."""
    rows = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in fields.items()]
    return "\n".join(["---", *rows, "---", ""])


def toml(fields: dict[str, object], tables: dict[str, dict[str, object]] | None = None) -> str:
    """A head between lines of plus signs; its dates stand without quotes."""
    rows = [f"{key} = {_value(value)}" for key, value in fields.items()]
    for name, table in (tables or {}).items():
        rows += [f"[{name}]", *(f"{key} = {_value(value)}" for key, value in table.items())]
    return "\n".join(["+++", *rows, "+++", ""])


def _value(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else json.dumps(value, ensure_ascii=False)


def fenced(block: Block) -> str:
    """Code between rows of backticks, as all of them write it."""
    return "\n".join([f"```{block.words}", *block.rows, "```"])


#: The blocks in our own Markdown.
OURS: Writers = {
    "prose": lambda block: block.words,
    "code": fenced,
    "film": lambda block: f"https://www.youtube.com/watch?v={block.words}",
    "picture": lambda block: f'![{block.words}](/p.png "{block.words}")',
    "box": lambda block: f"> [!WARNING]\n> {block.words}",
}
