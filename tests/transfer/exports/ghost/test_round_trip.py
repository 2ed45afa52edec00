"""What Ghost would write of any blog comes back as that blog, whichever editor its texts were written in."""

import html
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transfer import generated
from tests.transfer.exports.ghost import writing
from tests.transfer.exports.ghost.writing import identity, node, words
from tests.transfer.exports.reading import OPTIONS
from tests.transfer.folders import png
from tests.transfer.folders import write as write_files
from tests.transfer.generated import BLOGS, OURS, Block, Post
from westmarch.text.markdown import render
from westmarch.transfer.exports.ghost.export import open_
from westmarch.transfer.exports.reader import ExportReader
from westmarch.transfer.exports.sameness import skeleton
from westmarch.transfer.items import Entry, Item

pytestmark = pytest.mark.unit

_EDITORS = st.sampled_from(["lexical", "mobiledoc", "html", "markdown"])
_PICTURE = "__GHOST_URL__/content/images/p.png"


def _address(post: Post) -> str:
    return f"/{post.name}/"


def _lexical(block: Block, to: Post) -> dict[str, Any]:
    name, payload = _card(block)
    if name:
        return node("codeblock" if name == "code" else name, **payload)
    if block.kind == "link":
        return writing.paragraph(node("link", words(block.words), url=f"__GHOST_URL__{_address(to)}"))
    return writing.paragraph(block.words)


def _card(block: Block) -> tuple[str, dict[str, Any]]:
    """The card that a block is in both editors; no name where it is none."""
    cards: dict[str, tuple[str, dict[str, Any]]] = {
        "code": ("code", {"code": "\n".join(block.rows), "language": block.words}),
        "film": ("embed", {"url": f"https://www.youtube.com/watch?v={block.words}", "html": "<iframe></iframe>"}),
        "picture": ("image", {"src": _PICTURE, "alt": block.words, "caption": block.words}),
        "box": ("callout", {"calloutEmoji": "💡", "calloutText": block.words}),
    }
    return cards.get(block.kind, ("", {}))


def _mobiledoc(post: Post, posts: list[Post]) -> str:
    sections: list[list[Any]] = []
    cards: list[Any] = []
    markups: list[Any] = []
    for block in post.blocks:
        name, payload = _card(block)
        if name:
            sections.append([10, len(cards)])
            cards.append([name, payload])
        elif block.kind == "link":
            address = f"__GHOST_URL__{_address(posts[block.to % len(posts)])}"
            sections.append([1, "p", [[0, [len(markups)], 1, block.words]]])
            markups.append(["a", ["href", address]])
        else:
            sections.append([1, "p", [[0, [], 0, block.words]]])
    return writing.mobiledoc(*sections, cards=cards, markups=markups)


def _html(block: Block, to: Post) -> str:
    """A block as Ghost renders it."""
    said = html.escape(block.words)
    return {
        "prose": f"<p>{said}</p>",
        "code": f'<pre><code class="language-{said}">{html.escape(chr(10).join(block.rows))}</code></pre>',
        "film": f'<figure class="kg-card kg-embed-card"><iframe width="200" src="https://www.youtube.com/embed/{said}'
        '?feature=oembed" allowfullscreen></iframe></figure>',
        "picture": f'<figure class="kg-card kg-image-card kg-card-hascaption"><img src="{_PICTURE}" class="kg-image" '
        f'alt="{said}" loading="lazy"><figcaption>{said}</figcaption></figure>',
        "box": '<div class="kg-card kg-callout-card"><div class="kg-callout-emoji">💡</div>'
        f'<div class="kg-callout-text">{said}</div></div>',
        "link": f'<p><a href="__GHOST_URL__{_address(to)}">{said}</a></p>',
    }[block.kind]


def _text(post: Post, posts: list[Post], editor: str) -> dict[str, str]:
    """The fields of a post that hold its text."""
    led = [(block, posts[block.to % len(posts)]) for block in post.blocks]
    if editor == "lexical":
        return {"lexical": writing.lexical(*(_lexical(block, to) for block, to in led))}
    if editor == "mobiledoc":
        return {"mobiledoc": _mobiledoc(post, posts)}
    if editor == "html":
        return {"html": "\n".join(_html(block, to) for block, to in led)}
    ours = generated.text(post, posts, _OURS, lambda said, to: f"[{said}](__GHOST_URL__{_address(to)})")
    return {"mobiledoc": writing.mobiledoc([10, 0], cards=[["markdown", {"markdown": _hosted(ours)}]])}


def _hosted(ours: str) -> str:
    return ours.replace("(/p.png ", f"({_PICTURE} ")


_OURS = OURS | {"box": lambda block: f"> 💡 {block.words}"}
_BOX_OF_HTML = OURS | {"box": lambda block: f"💡\n\n{block.words}"}


def _written(posts: list[Post], editors: list[str], extra: list[dict[str, Any]]) -> dict[str, Any]:
    """The tables of a blog."""
    names = sorted({name for post in posts for name in post.tags})
    tags = [writing.tag(at, name, f"t{at}", visibility="public") for at, name in enumerate(names)]
    rows = [
        writing.post(
            at,
            title=post.title,
            slug=post.name,
            status="draft" if post.draft else "published",
            published_at=post.at.isoformat().replace("+00:00", ".000Z"),
            custom_excerpt=post.summary or None,
            **_text(post, posts, editors[at]),
            **extra[at],
        )
        for at, post in enumerate(posts)
    ]
    said = [line for at, post in enumerate(posts) for line in writing.tagged(at, *map(names.index, post.tags))]
    written = [line for at, _ in enumerate(posts) for line in writing.by(at, 1, 0)]
    users = [writing.user(0, "Ann"), writing.user(1, "Bob")]
    return {"posts": rows, "tags": tags, "posts_tags": said, "posts_authors": written, "users": users}


def _read(path: Path, folder: Path) -> dict[str, Item]:
    reader = ExportReader(open_(path, replace(OPTIONS, folder=folder), content=True), 0, folder, "")
    entries = [one for one in list(reader.entries()) if isinstance(one, Entry)]
    found = {entry.key: reader.item(entry.source) for entry in entries}
    reader.close()
    return found


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(
    posts=BLOGS,
    editors=st.lists(_EDITORS, min_size=4, max_size=4),
    featured=st.lists(st.booleans(), min_size=4, max_size=4),
    pages=st.lists(st.booleans(), min_size=4, max_size=4),
    members=st.lists(st.booleans(), min_size=4, max_size=4),
)
def test_a_blog_comes_back(
    posts: list[Post], editors: list[str], featured: list[bool], pages: list[bool], members: list[bool]
) -> None:
    extra = [
        {"featured": int(featured[at]), "type": "page" if pages[at] else "post"}
        | {"visibility": "members" if members[at] else "public"}
        for at in range(len(posts))
    ]
    redirects = {old: _address(post) for post in posts for old in post.aliases}
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve()
        path = writing.write(folder / "x.json", **_written(posts, editors, extra))
        write_files(folder, {"content/images/p.png": png()})
        write_files(folder, {"content/data/redirects.yaml": f"301: {json.dumps(redirects)}"})
        items = _read(path, folder)
        for at, post in enumerate(posts):
            item = items[f"{extra[at]['type']}-{identity(at)}"]
            about = item.metadata
            draft = post.draft or members[at]
            assert (about.kind, about.status) == (extra[at]["type"], "draft" if draft else "published")
            assert (about.title, about.slug, about.date) == (" ".join(post.title.split()), post.name, post.at)
            assert (about.tags, about.authors, about.pinned) == (post.tags, ("Bob", "Ann"), featured[at])
            assert (about.summary, about.extra, about.guid) == (post.summary, {}, identity(at))
            if not draft:
                assert about.addresses[0] == _address(post)
                assert set(about.addresses[1:]) == {old for old, to in redirects.items() if to == _address(post)}
            writers = _BOX_OF_HTML if editors[at] == "html" else _OURS
            text = generated.text(post, posts, writers, lambda said, to: f"[{said}]({_address(to)})")
            expected = text.replace("(/p.png ", "(/content/images/p.png ")
            assert skeleton(render(item.body).html) == skeleton(render(expected).html)
            assert [one.path for one in item.pictures] == [folder / "content/images/p.png"] * len(item.pictures)
            assert any(block.kind == "picture" for block in post.blocks) == bool(item.pictures)
