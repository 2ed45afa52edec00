"""Writes the parts of the docs that can be generated: the settings, and the command line.

`make docs` runs it; with `--check` it only says which page is out of date, for `make lint`.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import typer.main

from westmarch.cli.main import app
from westmarch.settings import PREFIX, Settings
from westmarch.site.options import Logo, Site

DOCS = Path(__file__).resolve().parent
BEGIN, END = "<!-- generated: {} -->", "<!-- end of generated: {} -->"


def settings_table() -> Iterator[str]:
    """Every setting as a row: name, default, meaning."""
    yield "| setting | default | meaning |"
    yield "|---|---|---|"
    for name, field in Settings.model_fields.items():
        if name == "site":
            continue
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        default = extra.get("default_in_words") or shown(field.default)
        choices = choices_of(field.annotation)
        meaning = f"{field.description} One of {choices}." if choices else field.description
        yield f"| `{name}`<br>`{PREFIX}{name.upper()}` | {default} | {meaning} |"


def options_table() -> Iterator[str]:
    """Every option of the site as a row: name, default, meaning."""
    yield "| option | default | meaning |"
    yield "|---|---|---|"
    for name, field in Site.model_fields.items():
        default = "Archive, Topics, Tags" if name == "navigation" else shown(field.default)
        yield f"| `{name}` | {default} | {field.description} |"


def shown(value: object) -> str:
    """A default as a reader takes it."""
    return "none" if value in (None, "", {}, (), Logo()) else f"`{value}`"


def choices_of(annotation: Any) -> str:
    """The values of a Literal, empty for other types."""
    return ", ".join(f"`{value}`" for value in get_args(annotation)) if get_origin(annotation) is Literal else ""


def commands(command: Any = None, words: tuple[str, ...] = ("westmarch",)) -> Iterator[tuple[str, Any]]:
    """Every command of the program with the words that call it."""
    command = command or typer.main.get_command(app)
    if below := getattr(command, "commands", None):
        for name, child in below.items():
            called = words if name == getattr(command, "default", None) else (*words, name)
            yield from commands(child, called)
    else:
        yield " ".join(words), command


def options_of(command: Any) -> Iterator[Any]:
    """The arguments and options of a command, but for `--help`."""
    yield from (parameter for parameter in command.params if "--help" not in parameter.opts)


def command_reference() -> Iterator[str]:
    """Every command with its help and its options."""
    for words, command in commands():
        yield f"### {words}"
        yield ""
        yield from " ".join(command.help.split("\n\n")[0].split()).splitlines()
        yield ""
        rows = [row_of(parameter) for parameter in options_of(command)]
        if rows:
            yield from ["| | |", "|---|---|", *rows, ""]
        told = [" ".join(paragraph.split()) for paragraph in command.help.split("\n\n")[1:]]
        for paragraph in told:
            if not paragraph.startswith("Example: "):
                yield from [paragraph, ""]
        if examples := [text.removeprefix("Example: ") for text in told if text.startswith("Example: ")]:
            yield from ["```sh", *examples, "```", ""]


def row_of(parameter: Any) -> str:
    """An option or argument as a row of a table."""
    if parameter.param_type_name == "argument":
        return f"| `{parameter.name.upper()}` | {parameter.help} |"
    value = "" if parameter.is_flag else f" {parameter.metavar or parameter.name.rpartition('_')[2].upper()}"
    return f"| `{'`, `'.join(parameter.opts)}{value}` | {parameter.help} |"


PARTS = {
    ("settings.md", "settings"): settings_table,
    ("settings.md", "options"): options_table,
    ("cli.md", "commands"): command_reference,
}


def generated(page: str, text: str) -> str:
    """The page with its generated parts as they must be. Raises ValueError where a page lacks a mark."""
    for (name, part), make in PARTS.items():
        if name == page:
            before, begin, rest = text.partition(BEGIN.format(part))
            _, end, after = rest.partition(END.format(part))
            if not begin or not end:
                raise ValueError(f"{page} has no part {part!r} between its marks")
            content = "\n".join(make()).strip()
            text = f"{before}{begin}\n\n{content}\n\n{end}{after}"
    return text


def main() -> int:
    """Write the pages, or with `--check` name those that are out of date; the exit status."""
    outdated = []
    for page in sorted({name for name, _ in PARTS}):
        file = DOCS / page
        text = file.read_text(encoding="utf-8")
        if (new := generated(page, text)) != text:
            outdated.append(page)
            if "--check" not in sys.argv:
                file.write_text(new, encoding="utf-8")
    if outdated and "--check" in sys.argv:
        sys.stderr.write(f"Out of date: {', '.join(outdated)}. Run `make docs`.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
