"""Blogs of Zola."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.transfer.folders import png
from tests.transfer.reading import read, told

pytestmark = pytest.mark.unit

CONFIG = 'base_url = "https://site.test/base"\ndefault_language = "en"\n[languages.fr]\n'
HEAD = '+++\ntitle = "T"\ndate = 2020-01-02\n'


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        ("blog/hello.md", "", "/base/blog/hello/"),
        ("blog/Über Uns & Co.md", "", "/base/blog/uber-uns-co/"),
        ("blog/2018-10-10-dated.md", "", "/base/blog/dated/"),
        ("blog/2018-10-10-bundle/index.md", "", "/base/blog/bundle/"),
        ("blog/hello.fr.md", "", "/base/fr/blog/hello/"),
        ("blog/x.md", 'slug = "Own Slug"', "/base/blog/own-slug/"),
        ("blog/x.fr.md", 'path = "my/own"', "/base/my/own/"),
        ("about.md", "", "/base/about/"),
        ("blog/_index.md", "", "/base/blog/"),
        ("blog/_index.fr.md", "", "/base/fr/blog/"),
    ],
)
def test_addresses_follow_the_folders_the_names_and_the_front_matter(
    tmp_path: Path, name: str, head: str, expected: str
) -> None:
    found = read(tmp_path, {"config.toml": CONFIG, f"content/{name}": f"{HEAD}{head}\n+++\nText"})
    assert [item.metadata.addresses for item in found.values()] == [(expected,)]


@pytest.mark.parametrize(
    ("style", "expected"), [("safe", "/blog/Über_Uns/"), ("off", "/blog/Über Uns/"), ("on", "/blog/uber-uns/")]
)
def test_slugs_are_made_as_the_configuration_says(tmp_path: Path, style: str, expected: str) -> None:
    config = f'base_url = "/"\n[slugify]\npaths = "{style}"'
    found = read(tmp_path, {"config.toml": config, "content/blog/Über Uns.md": f"{HEAD}+++\n"})
    assert [item.metadata.addresses[0] for item in found.values()] == [expected]


def test_every_field_is_read(tmp_path: Path) -> None:
    head = (
        f'{HEAD}updated = 2020-02-03\ndescription = "D"\naliases = ["old", "/other/"]\nauthors = ["Ann"]\nweight = 3\n'
        '[taxonomies]\ntags = ["a"]\ncategories = ["b"]\n[extra]\ncover = "c.png"\nodd = 1\n+++\nText'
    )
    files: dict[str, str | bytes] = {
        "config.toml": CONFIG,
        "content/blog/x/index.md": head,
        "content/blog/x/c.png": png(),
    }
    item = read(tmp_path, files)["content/blog/x/index.md"]
    about = item.metadata
    assert (about.date, about.updated) == (datetime(2020, 1, 2, tzinfo=UTC), datetime(2020, 2, 3, tzinfo=UTC))
    assert (about.tags, about.authors, about.summary, about.language) == (("b", "a"), ("Ann",), "D", "en")
    assert about.addresses == ("/base/blog/x/", "/base/old/", "/base/other/")
    assert (about.extra, about.translation) == ({"odd": 1, "weight": 3}, "blog/x")
    assert about.guid == "https://site.test/base/blog/x/"
    assert [picture.path for picture in item.pictures] == [tmp_path / "content/blog/x/c.png"]


def test_dates_drafts_and_pages(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "config.toml": CONFIG, "content/a.md": "+++\ntitle = 'A'\n+++\n", "content/2020-03-04-b.md": "+++\n+++\nText",
        "content/blog/c.md": f"{HEAD}draft = true\n+++\n", "content/blog/d/index.md": f"{HEAD}+++\n",
        "content/blog/d/part.md": "x", "content/hidden.md": "+++\ntitle = 'H'\nrender = false\n+++\n",
    }  # fmt: skip
    found = {key: item.metadata for key, item in read(tmp_path, files).items()}
    assert {key: (about.kind, about.status) for key, about in found.items()} == {
        "content/a.md": ("page", "published"), "content/2020-03-04-b.md": ("post", "published"),
        "content/blog/c.md": ("post", "draft"), "content/blog/d/index.md": ("post", "published"),
        "content/hidden.md": ("page", "draft"),
    }  # fmt: skip
    assert found["content/2020-03-04-b.md"].date == datetime(2020, 3, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[b](@/blog/b.md#x)", "[b](/base/blog/b/#x)\n"),
        ('{{ youtube(id="abc_DEF-123", class="x") }}', "https://www.youtube.com/watch?v=abc_DEF-123\n"),
        ('{{ vimeo(id="123") }} {{ gist(url="https://gist.github.com/ann/01ab") }}',
         "https://vimeo.com/123 [Gist ann/01ab](https://gist.github.com/ann/01ab)\n"),
        ("a\n{% note(title='Mind') %}\nb\n{% end %}\nc", "a\n\n> [!NOTE] Mind\n> b\n\nc\n"),
        ('{% quote(author="Ann") %}a{% end %}', "> a\n>\n> — Ann\n"),
        ('`{{/* youtube(id="x") */}}` {%/* end */%}', '`{{ youtube(id="x") }}` {% end %}\n'),
        ("```rust,linenos,hl_lines=3-8 10,name=main.rs\nx\n```", '```rust title="main.rs" {3-8,10}\nx\n```\n'),
        ("{{ not one }}", "{{ not one }}\n"),
    ],
)  # fmt: skip
def test_links_shortcodes_and_code_are_converted(tmp_path: Path, written: str, expected: str) -> None:
    files: dict[str, str | bytes] = {
        "config.toml": CONFIG, "content/blog/a.md": f"{HEAD}+++\n{written}", "content/blog/b.md": f"{HEAD}+++\n",
    }  # fmt: skip
    found = read(tmp_path, files)["content/blog/a.md"]
    assert (found.body, told(found)) == (expected, [])


def test_what_leads_nowhere_and_what_is_unknown_is_told_with_its_line(tmp_path: Path) -> None:
    text = '[x](@/blog/gone.md)\n{{ odd(a="1") }}\n{% odder() %}\ny\n{% end %}\n'
    found = read(tmp_path, {"config.toml": CONFIG, "content/blog/a.md": f"{HEAD}+++\n{text}"})["content/blog/a.md"]
    assert found.body == text
    assert [line for line, _ in told(found)] == [5, 6, 7]
