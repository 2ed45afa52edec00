"""Blogs of Eleventy."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.transfer.reading import read, told

pytestmark = pytest.mark.unit

CONFIG = (
    'module.exports = function (c) {\n  // input: "not this"\n'
    '  return { dir: { input: "src" }, pathPrefix: "/base/" };\n};'
)
HEAD = "---\ntitle: A Title\ndate: 2020-01-02\n"


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        ("posts/a-b.md", "", "/base/posts/a-b/"),
        ("posts/2019-01-02-a.md", "", "/base/posts/2019-01-02-a/"),
        ("posts/x/index.md", "", "/base/posts/x/"),
        ("about/about.md", "", "/base/about/"),
        ("index.md", "", "/base/"),
        ("posts/a.md", "permalink: /my/own/", "/base/my/own/"),
        ("posts/a.md", "permalink: 'blog/{{ title | slugify }}/index.html'", "/base/blog/a-title/"),
        (
            "posts/a.md",
            "permalink: '/{{ page.date | date: \"%Y/%m\" }}/{{ page.fileSlug }}.html'",
            "/base/2020/01/a.html",
        ),
        ("posts/2019-01-02-a.md", "permalink: '{{ page.filePathStem }}/'", "/base/posts/a/"),
    ],
)
def test_addresses_follow_the_folders_and_the_permalinks(tmp_path: Path, name: str, head: str, expected: str) -> None:
    found = read(tmp_path, {".eleventy.js": CONFIG, f"src/{name}": f"{HEAD}{head}\n---\nText"})
    assert [item.metadata.addresses for item in found.values()] == [(expected,)]


def test_data_of_folders_counts_for_their_files(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "eleventy.config.js": "", "notes/notes.json": '{"tags": ["posts", "from above"], "author": "Ann"}',
        "notes/deep/deep.11tydata.js": "module.exports = { permalink: '/n/{{ page.fileSlug }}/' }",
        "notes/deep/a.md": f"{HEAD}tags: own\n---\nText", "notes/b.md": f"{HEAD}permalink: false\n---\nText",
    }  # fmt: skip
    found = {key: item.metadata for key, item in read(tmp_path, files).items()}
    about = found["notes/deep/a.md"]
    assert (about.kind, about.tags, about.authors, about.addresses) == (
        "post", ("from above", "own"), ("Ann",), ("/n/a/",),
    )  # fmt: skip
    assert (found["notes/b.md"].status, found["notes/b.md"].addresses) == ("draft", ())


def test_an_address_that_is_computed_is_told(tmp_path: Path) -> None:
    head = f"{HEAD}permalink: '/{{{{ title | odd }}}}/'\n---\n"
    found = read(tmp_path, {"eleventy.config.js": "", "posts/a.md": head})["posts/a.md"]
    assert found.metadata.addresses == ("/posts/a/",)
    assert "computed" in told(found)[0][1]


def test_posts_are_told_from_pages_and_ignored_files_are_left_out(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "eleventy.config.js": "", ".eleventyignore": "README.md\n# x\n", "README.md": "x", "about.md": HEAD + "---\n",
        "a.md": f"{HEAD}tags: [post, Maps]\n---\n", "_includes/b.md": "x", "blog/c.md": "Text",
    }  # fmt: skip
    found = {key: item.metadata for key, item in read(tmp_path, files).items()}
    assert {key: about.kind for key, about in found.items()} == {
        "about.md": "page",
        "a.md": "post",
        "blog/c.md": "post",
    }
    assert (found["a.md"].tags, found["a.md"].date) == (("Maps",), datetime(2020, 1, 2, tzinfo=UTC))


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_the_day_in_an_address_is_the_one_that_was_written(tmp_path: Path, zone: str) -> None:
    own = "permalink: '/{{ page.date | date: \"%Y-%m-%d\" }}/'\n"
    files: dict[str, str | bytes] = {
        ".eleventy.js": "",
        "posts/a.md": f"{HEAD}---\n",
        "posts/b.md": f"{HEAD}{own}---\n",
    }
    found = read(tmp_path, files, zone=ZoneInfo(zone))
    assert found["posts/b.md"].metadata.addresses == ("/2020-01-02/",)
    found = read(tmp_path, files, permalink="/:year/:month/:day/:title/", zone=ZoneInfo(zone))
    assert found["posts/a.md"].metadata.addresses == ("/2020/01/02/a/",)
