"""What docs/theme.md tells designers is true: its lists are complete, and its tutorial makes a theme."""

import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jinja2 import nodes

from tests.cli.conftest import Westmarch, site, westmarch
from tests.conftest import ROOT
from tests.demo.demo_site import texts
from tests.demo.test_rendered import FENCE, REFERENCE, rendered
from westmarch.site.options import Site
from westmarch.text.attributes import CLASSES
from westmarch.web.manifest import Manifest, Option
from westmarch.web.theme import DEFAULT, Theme

__all__ = ("site", "westmarch")

DOCS = (ROOT / "docs" / "theme.md").read_text(encoding="utf-8")
#: What a listing's tokens and a formula's rows have: the page names where they are listed.
ELSEWHERE = re.compile(r"[a-z]{1,2}[0-9a-z]?|cpf|ges|m-[a-z-]+|language-[a-z+#-]+")


def part(heading: str) -> str:
    """The text below a heading of the second order."""
    found = DOCS.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    assert found, heading
    return found


def first_cells(text: str, after: str = "") -> Iterator[tuple[str, ...]]:
    """The names in the first cell of each row of the table that follows `after`."""
    table = text[text.index(after) :].partition("\n|")[2].partition("\n\n")[0]
    for cell in re.findall(r"^\|? ?(`.*?) \|", table, re.MULTILINE):
        yield tuple(re.findall(r"`([^`]+)`", cell))


def names(text: str, after: str = "") -> set[str]:
    return {name for row in first_cells(text, after) for name in row}


@pytest.mark.unit
def test_the_options_of_the_default_are_told_with_their_defaults() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `([^`]+)` \|", part("Options"), re.MULTILINE)
    told = {
        name: json.loads(value) if value[0].isdigit() or value in ("true", "false") else value for name, value in rows
    }
    assert told == {name: option.default for name, option in Theme().options.items()}
    for option in Theme().options.values():
        for choice in option.choices:
            assert f"`{choice}`" in part("Options")


@pytest.mark.unit
def test_the_keys_of_a_manifest_are_told() -> None:
    text = part("theme.toml")
    assert names(text) == set(Manifest.model_fields)
    assert names(text, "An option has") == set(Option.model_fields)
    kinds = inspect.get_annotations(Option)["type"].__args__
    assert all(f"`{kind}`" in text for kind in kinds)


@pytest.mark.unit
def test_the_blocks_of_the_frame_are_told() -> None:
    assert names(part("Frame, blocks and parts")) == set(Theme().templates.get_template("base.html").blocks)


@pytest.mark.unit
def test_what_is_made_once_is_told() -> None:
    tree = Theme().templates.parse((DEFAULT / "chrome.html").read_text(encoding="utf-8"))
    made = {
        node.target.name
        for node in tree.body
        if isinstance(node, nodes.AssignBlock) and isinstance(node.target, nodes.Name)
    }
    sentence = re.search(r"those of the default are (.*?)\.\n", part("Frame, blocks and parts"))
    assert sentence is not None
    assert set(re.findall(r"`(\w+)`", sentence[1])) == made


def signature(macro: nodes.Macro) -> str:
    first_default = len(macro.args) - len(macro.defaults)
    arguments = [argument.name for argument in macro.args]
    for place, default in enumerate(macro.defaults):
        assert isinstance(default, nodes.Const)
        arguments[first_default + place] += f"={json.dumps(default.value)}"
    return f"{macro.name}({', '.join(arguments)})"


@pytest.mark.unit
def test_the_macros_are_told_with_their_arguments() -> None:
    text = part("Frame, blocks and parts")
    parse = Theme().templates.parse
    made = {signature(macro) for macro in parse((DEFAULT / "parts.html").read_text()).find_all(nodes.Macro)}
    assert names(text, "`parts.html` holds macros") == made
    for macro in parse((DEFAULT / "home" / "sides.html").read_text()).find_all(nodes.Macro):
        assert f"`{signature(macro)}`" in text


@pytest.mark.unit
def test_the_layers_and_tokens_of_the_style_sheet_are_told() -> None:
    css = (DEFAULT / "static" / "theme.css").read_text(encoding="utf-8")
    layers = re.search(r"^@layer ([\w, -]+);", css, re.MULTILINE)
    assert layers is not None
    text = part("Layers and tokens")
    told = re.search(r"weakest first: (.*?)\. ", text)
    assert told is not None
    assert re.findall(r"`(\w+)`", told[1]) == layers[1].split(", ")
    tokens = css.partition("@layer tokens {")[2].partition("\n@layer ")[0]
    assert {name for name in names(text) if name.startswith("--")} == set(
        re.findall(r"^\s*(--[\w-]+):", tokens, re.MULTILINE)
    )


@pytest.mark.slow
@pytest.mark.unit
def test_the_classes_in_texts_are_told() -> None:
    """Those of the demonstration and of every example on the page for writers."""
    made = set()
    examples = [match[2] for match in FENCE.finditer(REFERENCE.read_text(encoding="utf-8"))]
    for markdown, language in [
        *((text.body, text.head.get("language", "en")) for text in texts()),
        *((one, "en") for one in examples),
    ]:
        for value in re.findall(r'<[a-z][^<>]*? class="([^"]*)"', rendered(markdown, language).html):
            made |= set(value.split())
    told = names(part("Classes in texts")) | set(
        re.findall(r"`(\w+)`", " ".join(re.findall(r"with one of (.*?) \|", DOCS)))
    )
    told |= {"file", "lang"}
    assert {name for name in made if not ELSEWHERE.fullmatch(name)} <= told
    assert told - made - CLASSES <= {"language-python", "math-source"}


@pytest.mark.unit
def test_the_parts_beside_the_front_page_are_told() -> None:
    sides: Any = Site.model_json_schema()["$defs"]["Side"]["properties"]["part"]["enum"]
    sentence = re.search(r"A part's `name` is (.*?)\.", DOCS)
    assert sentence is not None
    assert re.findall(r"`([\w-]+)`", sentence[1]) == sides


def written_by_the_tutorial(site: Path) -> list[Path]:
    """The files of which the page shows the whole content, by the remark in their first line."""
    made = []
    for code in re.findall(r"^```(?:toml|html|css)\n(.*?)^```", DOCS, re.MULTILINE | re.DOTALL):
        if name := re.match(r"\S+ my-site/(\S+)", code):
            path = site / name[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(re.sub(r"\A\{#.*?#\}\n", "", code), encoding="utf-8")
            made.append(path)
    return made


def test_the_tutorial_makes_a_theme_without_a_fault(westmarch: Westmarch, site: Path) -> None:
    assert [path.name for path in written_by_the_tutorial(site)] == ["own.css", "theme.toml", "base.html", "paper.css"]
    done = westmarch("--site", site, "theme", "check", "paper")
    assert done.status == 0, done.out
    for line in re.findall(r"^westmarch --site my-site (theme .*|site set accent .*)$", DOCS, re.MULTILINE):
        arguments = [part.strip('"') for part in re.findall(r'"[^"]*"|\S+', line)]
        done = westmarch("--site", site, *arguments)
        assert done.status == 0, (line, done.err, done.out)
    assert westmarch("--site", site, "site", "show", "theme").out == "theme = paper\n"
