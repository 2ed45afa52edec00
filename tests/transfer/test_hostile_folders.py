"""Folders that are made to break an import: it reads what it can, says what it cannot, and reads nothing outside."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest

from tests.transfer.folders import png, write
from tests.transfer.reading import NOW, read, told
from westmarch.transfer.blogs import Options
from westmarch.transfer.items import Entry
from westmarch.transfer.reader import BlogReader
from westmarch.transfer.recognition import blogs

pytestmark = pytest.mark.unit

Files = dict[str, str | bytes]
HEAD = "---\ntitle: A\ndate: 2020-01-01\n---\n"
POST = "content/posts/a.md"


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[Path]:
    """A folder with 1,500 folders in each other, and a text in the innermost."""
    above = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1_500):
        os.mkdir("d", dir_fd=above)
        below = os.open("d", os.O_RDONLY, dir_fd=above)
        os.close(above)
        above = below
    text = os.open("a.md", os.O_CREAT | os.O_WRONLY, dir_fd=above)
    os.write(text, b"a")
    os.close(text)
    os.close(above)
    yield tmp_path
    # `rmtree` would call itself for each level: the folders are moved up, one after the other.
    while (tmp_path / "d").is_dir():
        inner = tmp_path / "d" / "d"
        if inner.is_dir():
            inner.rename(tmp_path / "e")
        shutil.rmtree(tmp_path / "d")
        if (tmp_path / "e").is_dir():
            (tmp_path / "e").rename(tmp_path / "d")


@pytest.mark.slow
def test_folders_in_each_other_are_walked_to_the_innermost(deep: Path) -> None:
    (found,) = read(deep, {"b.md": "b"}).keys() - {"b.md"}
    assert found == "d/" * 1_500 + "a.md"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("hugo.toml", "a = " + "[" * 10_000),
        ("hugo.yaml", "a: " + "[" * 10_000),
        ("hugo.json", '{"a": ' + "[" * 10_000),
        ("hugo.toml", b"\xff\xfe\x00"),
    ],
)
def test_a_configuration_nested_too_deeply_is_told_and_the_texts_come_in(
    tmp_path: Path, name: str, text: str | bytes
) -> None:
    assert list(read(tmp_path, {name: text, POST: f"{HEAD}a"})) == [POST]


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        ">" * 10_000 + " a",
        "[" * 10_000 + "]" * 10_000,
        "- " * 10_000 + "a",
        "<div>" * 10_000,
        "{{< notice >}}" * 10_000,
        "{{< figure " * 10_000,
        "![" * 10_000 + "](a)" * 10_000,
    ],
)
def test_a_text_nested_ten_thousand_deep_is_read(tmp_path: Path, text: str) -> None:
    files: Files = {"hugo.toml": "", POST: HEAD + text, "content/posts/b.html": HEAD + text}
    assert len(read(tmp_path, files)) == 2


@pytest.mark.parametrize(
    "front",
    ["+++\na = " + "[" * 10_000 + "\n+++\n", '{"a": ' + "[" * 10_000 + "}\n", "---\na: " + "[" * 10_000 + "\n---\n"],
)
def test_front_matter_nested_too_deeply_makes_a_draft(tmp_path: Path, front: str) -> None:
    about = read(tmp_path, {"hugo.toml": "", POST: front + "a"})[POST].metadata
    assert (about.status, about.broken is not None) == ("draft", True)


@pytest.mark.slow
def test_of_very_many_tags_the_first_are_taken_and_it_is_told(tmp_path: Path) -> None:
    tags = ", ".join(f"t{number}" for number in range(100_000))
    name = "content/a.md"
    item = read(tmp_path, {"pelicanconf.py": "", name: f"Title: A\nDate: 2020-01-01\nTags: {tags}\n\na"})[name]
    assert len(item.metadata.tags) == 200
    assert (None, "it has 100,000 tags; the first 200 are brought over") in told(item)


def test_bytes_that_are_no_utf_8_are_read_as_what_they_may_be(tmp_path: Path) -> None:
    files: Files = {
        "pelicanconf.py": "",
        "content/a.rst": b"\xe9\n#\n\n:date: 2020-01-01\n\n\xe9 a",
        "content/b.html": b"<title>\xe9</title><meta name=date content=2020-01-01><body><p>\xe9 \xff</p>",
        "content/c.md": b"Title: \xe9\nDate: 2020-01-01\n\n\xc3\x28",
    }
    found = read(tmp_path, files)
    assert [item.metadata.title for item in found.values()] == ["é", "é", "é"]
    assert all("not UTF-8" in told(item)[0][1] for item in found.values())


def test_nothing_outside_of_the_folder_is_read(tmp_path: Path) -> None:
    secret = write(
        tmp_path / "outside", {"secret.md": f"{HEAD}SECRET", "p.png": png(), "content/s.md": f"{HEAD}SECRET"}
    )
    site = write(
        tmp_path / "site",
        {"hugo.toml": "", "content/posts/a.md": f"{HEAD}![](/p.png) ![](../../../outside/p.png) ![](/link/p.png)"},
    )
    (site / "content/posts/link.md").symlink_to(secret / "secret.md")
    (site / "content/posts/folder").symlink_to(secret)
    (site / "static").mkdir()
    (site / "static/p.png").symlink_to(secret / "p.png")
    (site / "static/link").symlink_to(secret)
    (blog,) = blogs(site, None, Options(site, UTC, NOW), "/{slug}/")
    reader = BlogReader(blog, 0, site, "")
    entries = list(reader.entries())
    items = [reader.item(one.source) for one in entries if isinstance(one, Entry)]
    assert [item.key for item in items] == ["content/posts/a.md"]
    assert [one.path for one in items[0].pictures] == [None] * len(items[0].pictures)


@pytest.mark.parametrize(
    "files",
    [
        {"hugo.toml": 'contentDir = "../outside"', POST: f"{HEAD}a"},
        {"hugo.toml": '[languages.fr]\ncontentDir = "../outside"', POST: f"{HEAD}a"},
        {"eleventy.config.js": 'export default () => ({ dir: { input: "../outside" } })', "a.md": f"{HEAD}a"},
        {"_config.yml": "source: ../outside\ntitle: x", "_posts/2020-01-01-a.md": f"{HEAD}a"},
        {"_config.yml": "source_dir: ../outside", "source/_posts/a.md": f"{HEAD}a"},
        {"pelicanconf.py": "PATH = '../outside'", "content/a.md": "Title: A\nDate: 2020-01-01\n\na"},
        {"astro.config.mjs": "",
         "src/content.config.ts": 'const blog = defineCollection({ loader: glob({ base: "../outside" }) })',
         "src/content/blog/a.md": f"{HEAD}a"},
    ],
)  # fmt: skip
def test_a_configuration_that_points_outside_is_not_followed(tmp_path: Path, files: Files) -> None:
    write(tmp_path / "outside", {"secret.md": f"{HEAD}SECRET", "_posts/2020-01-01-b.md": f"{HEAD}SECRET"})
    site = tmp_path / "site"
    site.mkdir()
    assert all("SECRET" not in item.body for item in read(site, files).values())
