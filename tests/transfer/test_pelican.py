"""Blogs of Pelican."""

from pathlib import Path

import pytest

from tests.transfer.folders import write
from tests.transfer.reading import read, told
from westmarch.transfer import pelican_settings

pytestmark = pytest.mark.unit

NAME = "content/notes/a_post.md"
HEAD = "Title: A Title\nDate: 2020-01-02 10:00\n"


@pytest.mark.parametrize(
    ("config", "head", "expected"),
    [
        ("", "", ("/a-title.html",)),
        ("ARTICLE_URL = '{category}/{slug}/'\nARTICLE_SAVE_AS = ARTICLE_URL + 'index.html'", "", ("/notes/a-title/",)),
        ("ARTICLE_URL = '{date:%Y}/{date:%m}/{slug}'\nARTICLE_SAVE_AS = '{slug}.html'", "",
         ("/2020/01/a-title", "/a-title.html")),
        ("SLUGIFY_SOURCE = 'basename'", "", ("/a_post.html",)),
        ("FILENAME_METADATA = '(?P<slug>.*)'", "", ("/a_post.html",)),
        ("DEFAULT_LANG = 'de'", "Lang: en\n", ("/a-title-en.html",)),
        ("", "Slug: own\nCategory: Other\n", ("/own.html",)),
        ("", "URL: x/y/\nSave_as: x/y/index.html\n", ("/x/y/",)),
    ],
)  # fmt: skip
def test_addresses_follow_the_configuration(tmp_path: Path, config: str, head: str, expected: tuple[str, ...]) -> None:
    found = read(tmp_path, {"pelicanconf.py": f"SITENAME = 'x'\n{config}\n", NAME: f"{HEAD}{head}\nText"})[NAME]
    assert found.metadata.addresses == expected


def test_without_a_configuration_the_name_of_the_file_is_an_address_too(tmp_path: Path) -> None:
    found = read(tmp_path, {NAME: f"{HEAD}\nText"}, permalink="{category}/{slug}.html")[NAME]
    assert found.metadata.addresses == ("/notes/a-title.html", "/notes/a_post.html")


def test_a_title_in_another_script_gives_the_name_of_the_file(tmp_path: Path) -> None:
    found = read(tmp_path, {NAME: "Title: Redis相关\nDate: 2020-01-02\nTags: a, b\n\nText"})[NAME].metadata
    assert (found.title, found.addresses, found.tags) == ("Redis相关", ("/a_post.html",), ("notes", "a", "b"))


def test_the_configuration_is_read_and_never_run(tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    settings = "A = 'x'\nSITEURL = A + '/y'\nB = os.environ\nTIMEZONE: str = 'Europe/Paris'\n"
    (tmp_path / "pelicanconf.py").write_text(f"import os\nopen({str(touched)!r}, 'w')\n{settings}")
    (tmp_path / "publishconf.py").write_text("SITEURL = 'https://example.org/base'\n")
    found = pelican_settings.read(tmp_path, tmp_path)
    assert not touched.exists()
    assert found.values == {"A": "x", "SITEURL": "https://example.org/base", "TIMEZONE": "Europe/Paris"}
    assert (found.url, found.base) == ("https://example.org", "/base")


@pytest.mark.parametrize("text", ["SITEURL = (", "\x00", "x = " + "(" * 5000, "A = [" * 500])
def test_a_broken_configuration_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "pelicanconf.py").write_text(text)
    assert pelican_settings.read(tmp_path, tmp_path).trouble is not None


def test_status_translations_and_pages(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "pelicanconf.py": "DEFAULT_LANG = 'en'\nSITEURL = 'https://example.org'\n",
        NAME: f"{HEAD}Status: draft\n\nText",
        "content/b.md": f"{HEAD}Lang: fr\nSlug: b\nSeries: Course\nSeries_index: 2\nAuthors: Ann; Bob\n\nText",
        "content/pages/about.md": "Title: About\nStatus: hidden\n\nText",
    }
    found = {key: item.metadata for key, item in read(tmp_path, files).items()}
    assert (found[NAME].status, found[NAME].addresses) == ("draft", ())
    b = found["content/b.md"]
    assert (b.language, b.translation, b.topic, b.part, b.authors) == ("fr", "b", "Course", 2, ("Ann", "Bob"))
    assert b.guid == "tag:example.org,2020-01-02:/b-fr.html"
    about = found["content/pages/about.md"]
    assert (about.kind, about.unlisted, about.addresses) == ("page", True, ("/pages/about.html",))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[a]({filename}b.md#x) [b](|filename|/notes/b.md)", "[a](/b.html#x) [b](/b.html)\n"),
        ("![i]({static}/images/i.png) ![j]({attach}j.png)", "![i](/images/i.png) ![j](/notes/j.png)\n"),
        ("[t]({tag}Some Tag) [t]({tag}Tag) [c]({category}Cat) [i]({index})",
         "[t]({tag}Some Tag) [t](/tags/tag/) [c](/tags/cat/) [i](/)\n"),
        ("a\n\n    :::python\n    x = 1\n\n    y = 2\n\nb", "a\n\n```python\nx = 1\n\ny = 2\n```\n\nb\n"),
        ("- a\n\n        #!sh\n        ls\n", "- a\n\n    ```sh\n    ls\n    ```\n"),
        ("a\n\n    plain\n", "a\n\n    plain\n"),
        ("##Heading\n\n    ##no\n", "## Heading\n\n    ##no\n"),
        ("!!! note \"The title\"\n    a\n\n    b\n\nc", "::: note The title\na\n\nb\n:::\n\nc\n"),
        (" 4.  a:\n    * b\n", "4.  a:\n    * b\n"),
        ("[TOC]\n\na\n<!-- PELICAN_END_SUMMARY -->", "[TOC]\n\na\n<!-- more -->\n"),
    ],
)  # fmt: skip
def test_what_python_markdown_writes_in_its_own_way_is_converted(tmp_path: Path, written: str, expected: str) -> None:
    files: dict[str, str | bytes] = {
        NAME: f"{HEAD}\n{written}",
        "content/notes/b.md": "Title: B\nDate: 2020-01-03\n\nB",
    }
    assert read(tmp_path, files)[NAME].body == expected


def test_a_link_to_a_file_that_is_not_there_stays_and_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, {NAME: f"{HEAD}\n[x]({{filename}}nope.md)"})[NAME]
    assert found.body == "[x]({filename}nope.md)\n"
    assert told(found)[0] == (4, "'{filename}nope.md' leads to nothing in this blog; it stays as it is")


def test_what_only_a_run_of_the_settings_would_tell_is_told_with_its_line(tmp_path: Path) -> None:
    conf = """import os
PREFIX = os.environ["PREFIX"]
ARTICLE_URL = PREFIX + "/{slug}.html"
TIMEZONE = 'Nowhere/Land'
AUTHOR = os.environ["USER"]
if PREFIX:
    SITEURL = "https://example.org"
"""
    found = pelican_settings.read(write(tmp_path, {"pelicanconf.py": conf}), tmp_path)
    rest = "only running the file would tell; it is taken as if this were not there"
    assert [(one.line, one.message) for one in found.remarks] == [
        (3, f"pelicanconf.py: what ARTICLE_URL is, {rest}; say the addresses with --permalink"),
        (4, "there is no time zone 'Nowhere/Land'; that of this site stands for it"),
        (7, f"pelicanconf.py: what SITEURL is, {rest}"),
    ]


def test_texts_that_are_put_together_from_known_ones_are_known(tmp_path: Path) -> None:
    conf = """prefix = 'notes'
number: int = 2
ARTICLE_URL = f"{prefix}/v{number}/" + "{slug}"
ARTICLE_URL += ".html"
ARTICLE_SAVE_AS = f"{prefix!r}.html"
"""
    found = pelican_settings.read(write(tmp_path, {"pelicanconf.py": conf}), tmp_path)
    assert found.word("ARTICLE_URL") == "notes/v2/{slug}.html"
    assert [one.line for one in found.remarks] == [5]
