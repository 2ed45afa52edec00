"""What a generator would write of any blog comes back as that blog."""

import re
import tempfile
from collections.abc import Callable
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path

import pytest
from hypothesis import given, settings

from tests.transfer import generated
from tests.transfer.folders import png
from tests.transfer.generated import BLOGS, Post, Writers
from tests.transfer.reading import read

pytestmark = pytest.mark.unit

Files = dict[str, str | bytes]
PICTURE = png()


def _check(
    files: Files,
    posts: list[Post],
    address: Callable[[Post], str],
    key: Callable[[Post], str],
    ours: Writers | None = None,
) -> None:
    """Read the files, and compare every field of every post with what it was made of."""
    with tempfile.TemporaryDirectory() as folder:
        found = read(Path(folder).resolve(), files)
    for post in posts:
        item = found[key(post)]
        about = item.metadata
        assert (about.title, about.date, about.tags) == (" ".join(post.title.split()), post.at, post.tags)
        assert (about.status, about.kind, about.summary) == (
            "draft" if post.draft else "published",
            "post",
            post.summary,
        )
        assert about.addresses == (address(post), *post.aliases)
        assert about.extra == {}
        expected = generated.text(post, posts, ours or {}, lambda words, to: f"[{words}]({address(to)})")
        assert item.body == expected
        assert [one.path is not None for one in item.pictures] == [True] * len(item.pictures)
        assert [one.message for one in item.warnings] == []


def said(post: Post, aliases: str = "aliases", **more: object) -> dict[str, object]:
    """The fields that all programs have; `aliases` is the name of the one for old addresses."""
    fields: dict[str, object] = {"title": post.title, "tags": list(post.tags), "description": post.summary}
    return fields | {aliases: list(post.aliases)} | more


HUGO: Writers = {
    "film": lambda block: f"{{{{< youtube {block.words} >}}}}",
    "picture": lambda block: f'{{{{< figure src="/p.png" alt="{block.words}" caption="{block.words}" >}}}}',
    "box": lambda block: f"{{{{% notice warning %}}}}\n{block.words}\n{{{{% /notice %}}}}",
}


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(posts=BLOGS)
def test_a_blog_of_hugo_comes_back(posts: list[Post]) -> None:
    files: Files = {"hugo.toml": '[permalinks]\nposts = "/:year/:month/:contentbasename/"', "static/p.png": PICTURE}
    for number, post in enumerate(posts):
        fields = said(post, draft=post.draft)
        head = (
            generated.toml(fields | {"date": post.at})
            if number % 2
            else generated.yaml(fields | {"date": post.at.isoformat()})
        )
        body = generated.text(post, posts, HUGO, lambda words, to: f'[{words}]({{{{< relref "{to.name}" >}}}})')
        files[f"content/posts/{_hugo_file(post)}"] = head + body
    _check(
        files, posts, lambda post: f"/{post.at:%Y/%m}/{post.name}/", lambda post: f"content/posts/{_hugo_file(post)}"
    )


def _hugo_file(post: Post) -> str:
    """A page with a folder of its own, or a file alone."""
    return f"{post.name}/index.md" if len(post.tags) % 2 else f"{post.name}.md"


ZOLA: Writers = {
    "film": lambda block: f'{{{{ youtube(id="{block.words}") }}}}',
    "picture": lambda block: f'{{{{ figure(src="/p.png", alt="{block.words}", caption="{block.words}") }}}}',
    "box": lambda block: f"{{% warning() %}}\n{block.words}\n{{% end %}}",
}


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(posts=BLOGS)
def test_a_blog_of_zola_comes_back(posts: list[Post]) -> None:
    files: Files = {"config.toml": 'base_url = "https://example.com"', "static/p.png": PICTURE}
    for post in posts:
        fields = said(post, draft=post.draft, date=post.at)
        taxonomies = {"tags": fields.pop("tags")}
        head = generated.toml(fields, {"taxonomies": taxonomies})
        body = generated.text(post, posts, ZOLA, lambda words, to: f"[{words}](@/blog/{to.name}.md)")
        files[f"content/blog/{post.name}.md"] = head + body
    _check(files, posts, lambda post: f"/blog/{post.name}/", lambda post: f"content/blog/{post.name}.md")


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(posts=BLOGS)
def test_a_blog_of_hexo_comes_back(posts: list[Post]) -> None:
    writers: Writers = {"film": lambda block: f"{{% youtube {block.words} %}}"}
    files: Files = {"_config.yml": "new_post_name: :title.md", "source/p.png": PICTURE}
    posts = [post for post in posts if not post.draft]
    for post in posts:
        head = generated.yaml(said(post, date=post.at.isoformat()))
        body = generated.text(post, posts, writers, lambda words, to: f"{{% post_link {to.name} '{words}' %}}")
        files[f"source/_posts/{post.name}.md"] = head + body
    if posts:
        key = "source/_posts/{}.md"
        _check(files, posts, lambda post: f"/{post.at:%Y/%m/%d}/{post.name}/", lambda post: key.format(post.name))


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(posts=BLOGS)
def test_a_vault_of_obsidian_comes_back(posts: list[Post]) -> None:
    writers: Writers = {
        "picture": lambda block: f'![{block.words}](/p.png "{block.words}")',
        "box": lambda block: f"> [!warning]-\n> {block.words}",
    }
    files: Files = {".obsidian/app.json": "{}", "p.png": PICTURE}
    for post in posts:
        fields = said(post, "redirect_from", date=post.at.isoformat(), draft=post.draft, path=f"/{post.name}/")
        body = generated.text(post, posts, writers, lambda words, to: f"[[{to.name}|{words}]]")
        files[f"notes/{post.name}.md"] = generated.yaml(fields) + body
    _check(files, posts, lambda post: f"/{post.name}/", lambda post: f"notes/{post.name}.md")


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(posts=BLOGS)
def test_a_blog_of_eleventy_comes_back(posts: list[Post]) -> None:
    files: Files = {
        "eleventy.config.js": "export default () => {}",
        "public/p.png": PICTURE,
        "blog/blog.json": '{"tags": "posts"}',
    }
    for post in posts:
        fields = said(post, "redirect_from", date=post.at.isoformat(), draft=post.draft)
        body = generated.text(post, posts, {}, lambda words, to: f"[{words}]({to.name}.md)")
        files[f"blog/{post.name}.md"] = generated.yaml(fields) + body
    _check(files, posts, lambda post: f"/blog/{post.name}/", lambda post: f"blog/{post.name}.md")


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(posts=BLOGS)
def test_a_blog_of_astro_comes_back(posts: list[Post]) -> None:
    files: Files = {"astro.config.mjs": 'export default { site: "https://example.com" }', "public/p.png": PICTURE}
    for post in posts:
        fields = said(post, "redirect_from", pubDate=post.at.isoformat(), draft=post.draft)
        body = generated.text(post, posts, {}, lambda words, to: f"[{words}](./{to.name}.md)")
        files[f"src/content/blog/{post.name}.md"] = generated.yaml(fields) + body
    _check(files, posts, lambda post: f"/blog/{post.name}/", lambda post: f"src/content/blog/{post.name}.md")


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(posts=BLOGS)
def test_a_blog_of_jekyll_comes_back(posts: list[Post]) -> None:
    writers: Writers = {
        "film": lambda block: f"{{% youtube {block.words} %}}",
        "picture": lambda block: (
            f'{{% include figure.html src="/p.png" alt="{block.words}" caption="{block.words}" %}}'
        ),
        "box": lambda block: f"> {block.words}\n{{: .warning}}",
    }
    files: Files = {"_config.yml": "title: x", "p.png": PICTURE}
    posts = [post for post in posts if not post.draft]
    for post in posts:
        head = generated.yaml(said(post, "redirect_from", date=post.at.isoformat()))
        body = generated.text(post, posts, writers, _post_url)
        files[f"_posts/{post.at:%Y-%m-%d}-{post.name}.md"] = head + body
    if posts:
        key = "_posts/{:%Y-%m-%d}-{}.md"
        _check(
            files,
            posts,
            lambda post: f"/{post.at:%Y/%m/%d}/{post.name}.html",
            lambda post: key.format(post.at, post.name),
        )


def _post_url(words: str, to: Post) -> str:
    return f"[{words}]({{% post_url {to.at:%Y-%m-%d}-{to.name} %}})"


#: What Pelican cannot say in its fields, or says by having no address.
def _of_pelican(posts: list[Post]) -> list[Post]:
    return [replace(post, aliases=()) for post in posts if not post.draft]


BOX: Writers = {"box": lambda block: f"::: warning\n{block.words}\n:::"}
ADMONITION: Writers = {"box": lambda block: f"!!! warning\n    {block.words}"}


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(posts=BLOGS)
def test_a_blog_of_pelican_comes_back(posts: list[Post]) -> None:
    posts = _of_pelican(posts)
    files: Files = {"pelicanconf.py": "SITENAME = 'x'", "content/p.png": PICTURE}
    for post in posts:
        head = [f"Title: {post.title}", f"Date: {post.at.isoformat()}", f"Slug: {post.name}"]
        head += [f"Tags: {', '.join(post.tags)}", f"Summary: {post.summary}"]
        body = generated.text(post, posts, ADMONITION, lambda words, to: f"[{words}]({{filename}}{to.name}.md)")
        files[f"content/{post.name}.md"] = "\n".join([*head, "", body])
    if posts:
        _check(files, posts, lambda post: f"/{post.name}.html", lambda post: f"content/{post.name}.md", BOX)


def _indented(rows: str) -> str:
    return "".join(f"   {row}\n" for row in rows.split("\n"))


REST: Writers = {
    "code": lambda block: ".. code-block:: python\n\n" + _indented("\n".join(block.rows)),
    "film": lambda block: f".. youtube:: {block.words}",
    "picture": lambda block: f".. figure:: /p.png\n   :alt: {block.words}\n\n   {block.words}",
    "box": lambda block: f".. warning::\n\n   {block.words}",
}

REST_BOX: Writers = {"box": lambda block: f"::: warning\n\n{block.words}\n\n:::"}


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(posts=BLOGS)
def test_a_blog_of_pelican_in_restructured_text_comes_back(posts: list[Post]) -> None:
    posts = _of_pelican(posts)
    files: Files = {"pelicanconf.py": "SITENAME = 'x'", "content/p.png": PICTURE}
    for post in posts:
        title = re.sub(r"([^\w\s])", r"\\\1", post.title)
        head = ["=" * 200, f" {title}", "=" * 200, "", f":date: {post.at.isoformat()}", f":slug: {post.name}"]
        head += [f":tags: {', '.join(post.tags)}", f":summary: {post.summary}"]
        body = generated.text(post, posts, REST, lambda words, to: f"`{words} <{{filename}}{to.name}.rst>`__")
        files[f"content/{post.name}.rst"] = "\n".join([*head, "", body])
    if posts:
        _check(files, posts, lambda post: f"/{post.name}.html", lambda post: f"content/{post.name}.rst", REST_BOX)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(posts=BLOGS)
def test_an_export_of_notion_comes_back(posts: list[Post]) -> None:
    posts = _of_pelican(posts)
    writers: Writers = {"box": lambda block: f"<aside>\n💡 {block.words}\n</aside>"}
    files: Files = {"p.png": PICTURE}
    for post in posts:
        head = [f"# {post.title}", "", f"Created: {post.at.isoformat()}", f"Slug: {post.name}"]
        head += [f"Tags: {', '.join(post.tags)}", f"Summary: {post.summary}"]
        body = generated.text(
            post, posts, writers, lambda words, to: f"[{words}]({_notion_file(to).replace(' ', '%20')})"
        )
        files[_notion_file(post)] = "\n".join([*head, "", body])
    if posts:
        note: Writers = {"box": lambda block: f"> [!NOTE]\n> {block.words}"}
        _check(files, posts, lambda post: f"/{post.name}/", _notion_file, note)


def _notion_file(post: Post) -> str:
    """A page is named by its title and its id."""
    return f"{post.name} {blake2b(post.name.encode(), digest_size=16).hexdigest()}.md"
