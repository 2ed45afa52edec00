"""Obsidian's vaults."""

from pathlib import Path

import pytest

from tests.transfer.folders import png
from tests.transfer.reading import read, told

pytestmark = pytest.mark.unit

HEAD = "---\ndate: 2020-01-02\n"


def vault(text: str) -> dict[str, str | bytes]:
    return {
        ".obsidian/app.json": "{}", "a.md": f"{HEAD}---\n{text}",
        "deep/A note.md": f"{HEAD}aliases: [Other, Else]\n---\nx",
        "files/my pic.png": png(), "files/paper.pdf": b"%PDF-1.4\n%%EOF\n",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[[A note]] [[a note|words]] [[deep/A note]] [[A note.md]]",
         "[A note](/a-note/) [words](/a-note/) [A note](/a-note/) [A note](/a-note/)\n"),
        ("[[Other]] [[A note#A heading|h]] [[#Mine]] [[A note#^block]]",
         "[A note](/a-note/) [h](/a-note/#a-heading) [Mine](#mine) [A note](/a-note/)\n"),
        ("![[my pic.png]]", "![](/files/my%20pic.png)\n"),
        ("![[my pic.png|300]] ![[files/my pic.png|words|20x10]]",
         "![](/files/my%20pic.png){width=300} ![words](/files/my%20pic.png){width=20 height=10}\n"),
        ("![w|100](my%20pic.png) `![w|1](x)` ![a|2x3](<my pic.png> 't')",
         "![w](/a/my%20pic.png){width=100} `![w|1](x)` ![a](</a/my%20pic.png> 't'){width=2 height=3}\n"),
        ("![a|b](my%20pic.png)", "![a|b](/a/my%20pic.png)\n"),
        ("![words](my%20pic.png)", "![words](/a/my%20pic.png)\n"),
        ("a %%hidden%% b ^block-1\n%%\nmore\n%%\nc", "a  b\n\nc\n"),
        ("> [!abstract]- Short\n> x\n\n> [!tip]+\n> y\n\n> [!danger] Mind\n> z",
         "> [!NOTE] Short\n> x\n\n> [!TIP]\n> y\n\n> [!CAUTION] Mind\n> z\n"),
        ("`[[A note]]`\n\n```\n![[my pic.png]] %%x%%\n```", "`[[A note]]`\n\n```\n![[my pic.png]] %%x%%\n```\n"),
        ("| a |\n|---|\n| [[A note\\|b]] |", "| a |\n|---|\n| [b](/a-note/) |\n"),
    ],
)  # fmt: skip
def test_what_obsidian_writes_in_its_own_way_is_converted(tmp_path: Path, written: str, expected: str) -> None:
    found = read(tmp_path, vault(written))["a.md"]
    assert (found.body, told(found)) == (expected, [])
    assert all(picture.path == tmp_path / "files/my pic.png" for picture in found.pictures)


def test_files_and_other_notes_that_are_shown_become_links_and_are_told(tmp_path: Path) -> None:
    found = read(tmp_path, vault("![[paper.pdf]]\n\n![[A note]]\n\n[[Nowhere]]"))["a.md"]
    assert found.body == "[paper.pdf](/files/paper.pdf)\n\n[A note](/a-note/)\n\n[[Nowhere]]\n"
    assert [line for line, _ in told(found)] == [4, 6, 8]


def test_names_are_titles_and_tags_in_the_text_count(tmp_path: Path) -> None:
    text = "# a\n\n#one and #two/three, not #123, nor `#four` or x#five\n"
    found = read(tmp_path, vault(text))
    about = found["a.md"].metadata
    assert (about.title, about.tags, about.addresses) == ("a", ("one", "two/three"), ("/a/",))
    assert found["a.md"].body == text.partition("\n\n")[2]
    assert found["deep/A note.md"].metadata.addresses == ("/a-note/",)


def test_templates_are_left_out_and_unpublished_notes_are_drafts(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        ".obsidian/templates.json": '{"folder": "Templates"}', "Templates/day.md": "x",
        "b.md": "---\npublish: false\n---\nx",
    }  # fmt: skip
    assert {key: item.metadata.status for key, item in read(tmp_path, files).items()} == {"b.md": "draft"}


def test_names_that_part_letters_and_accents_are_the_same(tmp_path: Path) -> None:
    files = vault("[[Café]] ![[é.png]]") | {"Cafe\u0301.md": f"{HEAD}---\nx", "files/e\u0301.png": png()}
    found = read(tmp_path, files)["a.md"]
    assert told(found) == []
    assert found.body.startswith("[Caf")
