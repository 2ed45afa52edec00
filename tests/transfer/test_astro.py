"""Blogs of Astro."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.transfer.folders import png
from tests.transfer.reading import read

pytestmark = pytest.mark.unit

HEAD = "---\ntitle: T\npubDate: 2020-01-02\n"


@pytest.mark.parametrize(
    ("config", "name", "head", "expected"),
    [
        ("", "content/blog/a-b.md", "", "/blog/a-b/"),
        ("", "content/blog/Über Uns & Co/index.md", "", "/blog/über-uns--co/"),
        ("", "content/blog/a.md", "slug: my/own", "/blog/my/own/"),
        ("trailingSlash: 'never'", "content/blog/a.md", "", "/blog/a"),
        ("build: { format: 'file' }", "content/blog/a.md", "", "/blog/a.html"),
        ("base: '/base'", "content/blog/a.md", "", "/base/blog/a/"),
        ("", "content/notes/a.md", "", "/writing/a/"),
        ("", "pages/about/me.md", "", "/about/me/"),
        ("", "pages/about/index.md", "", "/about/"),
    ],
)
def test_addresses_follow_the_collection_its_route_and_the_configuration(
    tmp_path: Path, config: str, name: str, head: str, expected: str
) -> None:
    files: dict[str, str | bytes] = {
        "astro.config.mjs": f"export default defineConfig({{ {config} }});", f"src/{name}": f"{HEAD}{head}\n---\nText",
        "src/pages/writing/[...slug].astro": "const all = await getCollection('notes');",
    }  # fmt: skip
    assert [item.metadata.addresses for item in read(tmp_path, files).values()] == [(expected,)]


def test_every_field_is_read(tmp_path: Path) -> None:
    head = f"{HEAD}updatedDate: 2020-02-03\ndescription: D\nheroImage: ../../assets/h.png\n"
    head += "tags: [a]\nauthor: Ann\nodd: 1\n"
    files: dict[str, str | bytes] = {
        "astro.config.mjs": "export default { site: 'https://site.test' }",
        "src/content/blog/a.md": f"{head}---\n![](./p.png) ![](/q.png)",
        "src/assets/h.png": png(), "src/content/blog/p.png": png(2), "public/q.png": png(3),
    }  # fmt: skip
    item = read(tmp_path, files)["src/content/blog/a.md"]
    about = item.metadata
    assert (about.kind, about.date, about.updated) == (
        "post", datetime(2020, 1, 2, tzinfo=UTC), datetime(2020, 2, 3, tzinfo=UTC),
    )  # fmt: skip
    assert (about.tags, about.authors, about.summary, about.extra) == (("a",), ("Ann",), "D", {"odd": 1})
    assert about.guid == "https://site.test/blog/a/"
    assert {picture.path and picture.path.resolve() for picture in item.pictures} == {
        tmp_path / "src/assets/h.png", tmp_path / "src/content/blog/p.png", tmp_path / "public/q.png",
    }  # fmt: skip


def test_collections_may_lie_elsewhere_and_what_begins_with_a_line_is_left_out(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "astro.config.ts": "",
        "src/content.config.ts": "loader: glob({ pattern: '**/*.md', base: './src/data/posts' })",
        "src/data/posts/a.md": f"{HEAD}---\n", "src/data/posts/_b.md": "x", "src/data/posts/c.mdx": "x",
        "src/other/d.md": "x",
    }  # fmt: skip
    found = read(tmp_path, files)
    assert {key: item.metadata.addresses for key, item in found.items()} == {"src/data/posts/a.md": ("/posts/a/",)}


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_the_day_in_an_address_is_the_one_that_was_written(tmp_path: Path, zone: str) -> None:
    files: dict[str, str | bytes] = {"astro.config.ts": "", "src/content/blog/a.md": f"{HEAD}---\n"}
    found = read(tmp_path, files, permalink="/:year/:month/:day/:title/", zone=ZoneInfo(zone))
    assert found["src/content/blog/a.md"].metadata.addresses == ("/2020/01/02/a/",)
