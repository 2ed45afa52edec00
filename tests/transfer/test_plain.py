"""Plain folders, and how programs are recognised."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.transfer.folders import write
from tests.transfer.reading import NOW, read
from westmarch.transfer.blogs import Options
from westmarch.transfer.recognition import blogs

pytestmark = pytest.mark.unit


def test_every_field_of_our_own_front_matter_is_read(tmp_path: Path) -> None:
    head = (
        "title: T\ndate: 2026-05-01 09:30\nupdated: 2026-05-02\nslug: s\npath: /exact/\ndescription: D\ntags: [a, b]\n"
        "topic: Course\npart: 2\nauthors: [Ann, Bob]\nlanguage: de\ntranslation: key\nstatus: draft\nunlisted: true\n"
        "pinned: true\nkind: page\ncover: c.png\ncover_alt: words\naliases: [/old/]\nother: 1\n"
    )
    about = read(tmp_path, {"x.md": f"---\n{head}---\nText"})["x.md"].metadata
    assert (about.title, about.slug, about.addresses, about.summary) == ("T", "s", ("/exact/", "/old/"), "D")
    assert (about.date, about.updated) == (datetime(2026, 5, 1, 9, 30, tzinfo=UTC), datetime(2026, 5, 2, tzinfo=UTC))
    assert (about.tags, about.topic, about.part, about.authors) == (("a", "b"), "Course", 2, ("Ann", "Bob"))
    assert (about.language, about.translation, about.status, about.kind) == ("de", "key", "draft", "page")
    assert (about.unlisted, about.pinned, about.cover_alt, about.extra) == (True, True, "words", {"other": 1})


def test_a_first_heading_is_the_title_and_is_not_repeated(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "2020-01-02-a_b.md": "# The *title*\n\nText",
        "c d.md": "Text",
        "e.md": "Title\n===\n\nText",
    }
    found = read(tmp_path, files)
    assert [(item.metadata.title, item.body) for item in found.values()] == [
        ("The title", "Text\n"), ("C D", "Text\n"), ("Title", "Text\n"),
    ]  # fmt: skip
    assert found["2020-01-02-a_b.md"].metadata.date == datetime(2020, 1, 2, tzinfo=UTC)


def test_links_between_files_become_paths(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a.md": "[b](sub/b.md#x)",
        "sub/b.md": "[a](../a.md) [p](pages/c.md)",
        "sub/pages/c.md": "C",
    }
    found = read(tmp_path, files)
    assert found["a.md"].body == "[b](/b/#x)\n"
    assert found["sub/b.md"].body == "[a](/a/) [p](/c/)\n"
    assert found["sub/pages/c.md"].metadata.kind == "page"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"_posts/2020-01-01-a.md": "A"}, [("Jekyll", "")]),
        ({"_posts/a.md": "A"}, [("Hexo", "")]),
        ({"source/_posts/a.md": "A"}, [("Hexo", "source")]),
        ({"source/_posts/2020-01-01-a.md": "A"}, [("Jekyll", "source")]),
        ({"_config.yml": "new_post_name: :title.md", "source/_posts/2020-01-01-a.md": "A"}, [("Hexo", "source")]),
        ({"_config.yml": "title: x", "package.json": '{"dependencies": {"hexo": "7"}}',
          "source/_posts/a.md": "A"}, [("Hexo", "source")]),
        ({"_config.yml": "title: x", "sub/_posts/2020-01-01-a.md": "A"}, [("Jekyll", "")]),
        ({"one/_posts/2020-01-01-a.md": "A", "two/src/_posts/2020-01-01-a.md": "A"},
         [("Jekyll", "one"), ("Jekyll", "two/src")]),
        ({"docs/_config.yml": "", "docs/blog/_posts/2020-01-01-a.md": "A"}, [("Jekyll", "docs")]),
        ({"pelicanconf.py": "PATH = 'text'", "text/a.md": "A"}, [("Pelican", "text")]),
        ({"content/a.md": "Title: A\nDate: 2020-01-01\n\nA"}, [("Pelican", "content")]),
        ({"content/a.md": "---\ntitle: A\n---\nA"}, [("plain folder", "")]),
        ({"a.md": "A"}, [("plain folder", "")]),
    ],
)  # fmt: skip
def test_programs_are_recognised(
    tmp_path: Path, files: dict[str, str | bytes], expected: list[tuple[str, str]]
) -> None:
    write(tmp_path, files)
    found = blogs(tmp_path, None, Options(tmp_path, UTC, NOW), "/{slug}/")
    assert [(blog.program, str(blog.root.relative_to(tmp_path)).lstrip(".")) for blog in found] == expected
