"""reStructuredText of Pelican."""

import builtins
import importlib.util
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transfer.folders import png
from tests.transfer.reading import read, told
from westmarch.errors import Invalid
from westmarch.transfer import restructured
from westmarch.transfer.items import FileWarning

pytestmark = pytest.mark.unit

NAME = "content/notes/a_post.rst"
HEAD = "A *Title*\n#########\n\n:date: 2020-01-02 10:00\n:tags: one, two\n:authors: Ann; Bob\n:Modified: 2021-01-01\n"


def markdown(text: str) -> str:
    return restructured.convert(text, []).text


def messages(text: str) -> list[tuple[int | None, str]]:
    warnings: list[FileWarning] = []
    restructured.convert(text, warnings)
    return [(one.line, one.message) for one in warnings]


def test_fields_at_the_top_are_read(tmp_path: Path) -> None:
    text = f"{HEAD}:summary: In *short*,\n  over two lines\n:series: Course\n\nText\n"
    item = read(tmp_path, {"pelicanconf.py": "SITENAME = 'x'", NAME: text})[NAME]
    about = item.metadata
    assert (about.title, about.tags, about.authors, about.summary, about.topic) == (
        "A Title", ("notes", "one", "two"), ("Ann", "Bob"), "In short, over two lines", "Course",
    )  # fmt: skip
    assert (str(about.date), str(about.updated)) == ("2020-01-02 10:00:00+00:00", "2021-01-01 00:00:00+00:00")
    assert (about.addresses, item.body, about.extra) == (("/a-title.html",), "Text\n", {})


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("*a* **b** ``c <d>`` `e <https://example.com/>`_", "*a* **b** `c <d>` [e](https://example.com/)"),
        ("x\n\nOne\n---\n\nTwo\n~~~\n\na", "x\n\n## One\n\n### Two\n\na"),
        ("- a\n\n  - b\n- c", "- a\n  * b\n- c"),
        ("Code::\n\n  x = 1\n\n  y", "Code:\n\n```\nx = 1\n\ny\n```"),
        (".. code-block:: python\n   :number-lines:\n\n   x = '<'", "```python\nx = '<'\n```"),
        (".. sourcecode:: python\n   :linenos: table\n   :hl_lines: 1\n\n   x = 1", "```python\nx = 1\n```"),
        (">>> 1\n1", "```pycon\n>>> 1\n1\n```"),
        (".. image:: /a.png\n   :alt: A\n   :scale: 50%", "![A](/a.png)"),
        (".. figure:: /a.png\n   :alt: A\n\n   Words", '![A](/a.png "Words")'),
        (".. note:: a\n\n   b", "::: note\n\na\n\nb\n\n:::"),
        (".. admonition:: Title\n\n   a", "::: note Title\n\na\n\n:::"),
        ("- a\n\n  .. math::\n\n     x &= 1 \\\\\n     y &= 2",
         "- a\n\n  $$\n  \\begin{aligned}\n  x &= 1 \\\\\n  y &= 2\n  \\end{aligned}\n  $$"),
        (":math:`a_1^2` b", "$a_1^2$ b"),
        ("a [#n]_ b\n\n.. [#n] The *note*.\n\n   More.", "a [^n] b\n\n[^n]: The *note*.\n\n    More."),
        (".. contents::\n\nA\n-\n\na", "[[toc]]\n\n## A\n\na"),
        (".. youtube:: dQw4w9WgXcQ\n   :width: 3", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        (".. gist:: ann/1", "[Gist ann/1](https://gist.github.com/ann/1)"),
        ("| a\n| b", "a\\\nb"),
        (":abbr:`HTML (Hypertext)` a", '<abbr title="Hypertext">HTML</abbr> a'),
        (".. raw:: html\n\n   <b onclick='x()'>a</b>", "**a**"),
        (".. comment\n\na", "a"),
        ("|x| a\n\n.. |x| replace:: *y*", "*y* a"),
    ],
)  # fmt: skip
def test_what_docutils_shows_becomes_our_markdown(written: str, expected: str) -> None:
    assert markdown(written) == expected


def test_pelicans_links_and_pictures_are_resolved(tmp_path: Path) -> None:
    text = f"{HEAD}\n`b <{{filename}}b.rst>`_\n\n.. image:: {{static}}/p.png\n\n`c <|filename|/notes/c.md>`_\n"
    other = "B\n#\n\n:date: 2020-01-03\n\nb\n"
    files: dict[str, str | bytes] = {
        "pelicanconf.py": "", NAME: text, "content/notes/b.rst": other, "content/p.png": png(),
        "content/notes/c.md": "Title: C\nDate: 2020-01-03\n\nc",
    }  # fmt: skip
    item = read(tmp_path, files)[NAME]
    assert item.body == "[b](/b.html)\n\n![](/p.png)\n\n[c](/c.html)\n"
    assert [one.path for one in item.pictures] == [tmp_path / "content/p.png"]


def test_what_docutils_does_not_know_stays_and_is_told_with_its_line() -> None:
    text = "a\n\n.. nothing:: b\n\n   c\n\n:doc:`d` |e|"
    assert markdown(text) == "a\n\n```\n.. nothing:: b\n\n   c\n```\n\n:doc:\\`d\\` \\|e\\|"
    assert messages(text) == [
        (3, 'Unknown directive type "nothing".'),
        (7, 'Unknown interpreted text role "doc".'),
        (7, 'Undefined substitution referenced: "e".'),
    ]


def test_no_file_is_read_and_no_address_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    opened: list[str] = []
    real = builtins.open

    def watched(file: Any, *rest: Any, **more: Any) -> Any:
        opened.append(str(file))
        return real(file, *rest, **more)

    monkeypatch.setattr(builtins, "open", watched)
    kinds = [
        "include:: {}", "literalinclude:: {}", "raw:: html\n   :file: {}", "raw:: html\n   :url: file://{}",
        "csv-table:: x\n   :file: {}", "csv-table:: x\n   :url: file://{}", "image:: {}\n   :loading: embed",
        "figure:: {}\n   :figwidth: image", "image:: {}\n   :scale: 50",
    ]  # fmt: skip
    for kind in kinds:
        assert "SECRET" not in markdown(f".. {kind.format(secret)}\n\na")
    assert str(secret) not in opened


def test_without_docutils_the_file_is_skipped_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import UTC

    from tests.transfer.folders import write
    from tests.transfer.reading import NOW
    from westmarch.transfer.blogs import Options
    from westmarch.transfer.recognition import blogs

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    write(tmp_path, {"pelicanconf.py": "", NAME: HEAD, "content/a.md": "Title: A\n\na"})
    (blog,) = blogs(tmp_path, None, Options(tmp_path, UTC, NOW), "/{slug}/")
    reasons = {source.inner: source.reason for source in blog.sources()}
    assert reasons == {
        "a.md": "",
        "notes/a_post.rst": "reStructuredText is read by docutils: pip install 'westmarch[rest]'",
    }


def test_a_text_nested_too_deeply_is_refused() -> None:
    deep = "".join(f"{'  ' * depth}- a\n\n" for depth in range(400))
    with pytest.raises(Invalid, match="nested too deeply"):
        restructured.convert(deep, [])


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [".. ", "::", "\n", "\n\n", "   ", "- ", "* ", "`", "``", "_", "__", "|", "[1]_", "[#]_", ".. [1] ", "===",
             "---", ":a: ", "note::", "image:: /a", "math::", "table::", "+--+", "| a |", "figure:: /b", "a", "b c",
             "<x>", "raw:: html", "contents::", "youtube:: x", "footnote", "*", "**", "\\", ":math:`x`", "1. ", ">>> "]
        ),
        max_size=30,
    ).map("".join)
)  # fmt: skip
def test_any_text_is_read_or_refused(text: str) -> None:
    restructured.front_matter(text)
    restructured.convert(text, [])


def test_warnings_of_an_item_are_those_of_its_text(tmp_path: Path) -> None:
    item = read(tmp_path, {"pelicanconf.py": "", NAME: f"{HEAD}\n.. nothing::\n"})[NAME]
    assert told(item) == [(9, 'Unknown directive type "nothing".')]
