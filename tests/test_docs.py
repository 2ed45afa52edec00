"""The docs are true: what they name exists, what exists they name."""

import importlib.util
import re
import shlex
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from benchmarks.__main__ import BENCHMARKS
from westmarch import __version__
from westmarch.configuration import SITE_VARIABLE
from westmarch.settings import PREFIX, Settings

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parent.parent
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [*DOCS, ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def generator() -> ModuleType:
    """docs/generate.py, which is a script and no part of a package."""
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATE = generator()
COMMANDS: dict[str, Any] = dict(GENERATE.commands())
#: The words of commands and of groups of commands.
PREFIXES = {" ".join(name.split()[:length]) for name in COMMANDS for length in range(1, len(name.split()) + 1)}


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def prose_of(page: Path) -> str:
    """A page without its code."""
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", text_of(page)))


@pytest.mark.parametrize("page", sorted({name for name, _ in GENERATE.PARTS}))
def test_what_is_generated_is_up_to_date(page: str) -> None:
    text = text_of(ROOT / "docs" / page)
    assert GENERATE.generated(page, text) == text, "run `make docs`"


def test_every_setting_is_in_the_docs() -> None:
    text = text_of(ROOT / "docs" / "settings.md")
    for name in Settings.model_fields:
        assert name == "site" or f"| `{name}`<br>`{PREFIX}{name.upper()}` |" in text, name


def test_every_variable_that_the_docs_name_exists() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {SITE_VARIABLE, "WESTMARCH_TEST_INPUTS"}
    for page in PAGES:
        assert set(re.findall(rf"{PREFIX}[A-Z_]+[A-Z]", text_of(page))) <= known, page.name


def test_every_setting_that_an_example_sets_exists() -> None:
    for page in PAGES:
        for language, code in FENCE.findall(text_of(page)):
            if language == "toml" and "westmarch.toml" in code:
                import tomllib

                assert set(tomllib.loads(code)) <= set(Settings.model_fields), page.name


def test_every_command_and_option_is_in_the_docs() -> None:
    text = text_of(ROOT / "docs" / "cli.md")
    for words, command in COMMANDS.items():
        assert f"\n### {words}\n" in text
        for parameter in GENERATE.options_of(command):
            assert GENERATE.row_of(parameter) in text, words
            assert parameter.help, f"{words}: {parameter.name} has no help"


def called(text: str) -> Iterator[str]:
    """Every call of the program that a page shows, in a block of shell or inline."""
    blocks = [code.replace("\\\n", " ") for language, code in FENCE.findall(text) if language in ("sh", "", "toml")]
    inline = re.findall(r"`([^`\n]+)`", FENCE.sub("", text))
    for line in chain.from_iterable(block.splitlines() for block in [*blocks, *inline]):
        if match := re.match(r"(?:\$ )?(?:ExecStart=)?(?:\S*/)?westmarch (?!\|)(.*)", line.strip()):
            yield match[1]


def wrong_call(call: str) -> str:
    """What is wrong with the words behind `westmarch`; empty if they can be called so."""
    words = shlex.split(call.replace("…", ""), comments=True)
    while words and words[0].startswith("-"):
        if words[0] not in ("--site", "--help"):
            return f"there is no option {words[0]} before the command"
        words = words[2 if words[0] == "--site" else 1 :]
    name = "westmarch"
    while words and f"{name} {words[0]}" in PREFIXES:
        name += f" {words.pop(0)}"
    if name not in COMMANDS:
        only_the_group = not words or "|" in words[0] or words == ["--help"]
        return "" if only_the_group else f"there is no command {call!r}"
    known_options = {option for parameter in COMMANDS[name].params for option in parameter.opts} | {"--help", "-h"}
    unknown = [word for word in words if word.startswith("--") and word.partition("=")[0] not in known_options]
    return f"{name} has no option {unknown[0]}" if unknown else ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_shows_exists(page: Path) -> None:
    wrong = [told for call in called(text_of(page)) if (told := wrong_call(call))]
    assert not wrong, wrong


def test_commands_are_found_in_the_readme() -> None:
    assert {call.split()[0] for call in called(text_of(ROOT / "README.md"))} == {"--site"}


@pytest.mark.parametrize("call", ["serv", "db downgrade", "serve --prot 9", "--folder x serve", "site get title"])
def test_a_call_that_cannot_be_made_is_seen(call: str) -> None:
    assert wrong_call(call)


@pytest.mark.parametrize("call", ["serve --port 9", "--site x db status --json", "site set title 'My site'", "db", ""])
def test_a_call_that_can_be_made_passes(call: str) -> None:
    assert not wrong_call(call)


def targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):.*## ", text_of(ROOT / "Makefile"), re.MULTILINE))


def test_every_target_of_make_is_in_the_contributing_page_and_the_other_way_round() -> None:
    named = set(re.findall(r"`make ([a-z-]+)", text_of(ROOT / "CONTRIBUTING.md")))
    assert named == targets() - {"help"}


def test_every_target_that_a_page_names_exists() -> None:
    for page in PAGES:
        named = re.findall(r"(?:`|^)make ([a-z-]+)", text_of(page), re.MULTILINE)
        assert set(named) <= targets(), page.name


def test_every_benchmark_is_listed_and_has_its_table() -> None:
    text = text_of(ROOT / "docs" / "performance.md")
    listed = text.partition("## To measure again")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", listed, re.MULTILINE)) == set(BENCHMARKS)
    assert set(re.findall(r"^<!-- (?!end)(\w+) -->$", text, re.MULTILINE)) == set(BENCHMARKS)


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CHANGELOG.md"], ids=lambda page: page.name)
def test_every_link_to_a_page_leads_there(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:|/|mailto:)([^)\s]+)\)", prose_of(page)):
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        assert file.exists(), f"{page.name} links to {target}"
        if anchor:
            assert anchor in anchors(file), f"{page.name} links to {target}"


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings as the usual viewers make them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text_of(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page not in reached:
            reached.add(page)
            names = re.findall(r"\]\((?!https?:)([\w/.-]+\.md)", prose_of(page))
            waiting += [(page.parent / name).resolve() for name in names]
    assert set(DOCS) <= reached, set(DOCS) - reached


def test_the_newest_entry_of_the_changelog_is_this_version() -> None:
    heading = re.search(r"^## (\S+)", text_of(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert heading is not None
    assert heading[1] == __version__
