"""What a style sheet declares, and where."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

tinycss2 = import_module("tinycss2")  # It has no types.

#: At-rules that hold declarations and not rules.
HOLDERS = ("font-face", "page", "view-transition", "bottom-center")


@dataclass(frozen=True)
class Declaration:
    """One declaration with the at-rules and the selector that it stands in."""

    around: tuple[str, ...]
    selector: str
    name: str
    tokens: list[Any]
    important: bool
    line: int

    @property
    def text(self) -> str:
        """The value as written."""
        return str(tinycss2.serialize(self.tokens)).strip()

    @property
    def values(self) -> list[str]:
        """The parts of the value that spaces separate."""
        return [tinycss2.serialize([token]) for token in self.tokens if token.type != "whitespace"]

    @property
    def all_tokens(self) -> list[Any]:
        """The tokens of the value, those within functions too."""
        return list(_walk(self.tokens))

    @property
    def variables(self) -> list[str]:
        """The names of the variables that the value asks for."""
        return [
            token.arguments[0].value
            for token in self.all_tokens
            if token.type == "function" and token.lower_name == "var"
        ]

    def within(self, words: str) -> bool:
        """Whether an at-rule around it has these words."""
        return any(words in at for at in self.around)

    def __str__(self) -> str:
        return f"line {self.line}: {self.selector} {{ {self.name}: {self.text} }}"


def rules_of(path: Path) -> list[Any]:
    """The rules of the highest level, as tinycss2 has them."""
    return list(tinycss2.parse_stylesheet(path.read_text(encoding="utf-8"), skip_comments=True, skip_whitespace=True))


def written(rule: Any) -> str:
    """What stands before the block of a rule."""
    return str(tinycss2.serialize(rule.prelude)).strip()


def declarations_of(rules: list[Any], around: tuple[str, ...] = ()) -> Iterator[Declaration]:
    """All declarations in rules; an error of the syntax is an AssertionError."""
    for rule in rules:
        assert rule.type in ("at-rule", "qualified-rule"), f"line {rule.source_line}: {rule}"
        if rule.content is None:
            continue
        if rule.type == "at-rule" and rule.at_keyword not in HOLDERS:
            inner = tinycss2.parse_stylesheet(rule.content, skip_comments=True, skip_whitespace=True)
            yield from declarations_of(inner, (*around, f"@{rule.at_keyword} {written(rule)}"))
            continue
        selector = written(rule) if rule.type == "qualified-rule" else f"@{rule.at_keyword}"
        for part in tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True):
            if part.type == "declaration":
                yield Declaration(around, selector, part.lower_name, part.value, part.important, part.source_line)
            else:
                yield from declarations_of([part], (*around, selector))


def _walk(tokens: list[Any]) -> Iterator[Any]:
    for token in tokens:
        yield token
        yield from _walk(getattr(token, "arguments", None) or getattr(token, "content", None) or [])
