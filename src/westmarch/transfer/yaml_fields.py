"""YAML front matter as a person meant it.

YAML 1.1 turns `010` into 8, `1.10` into 1.1, `12:30:45` into 45045, the key `yes` into True and `2015-02-30` into an
exception of its own. So the parser only gives the tree (libyaml's, by `yaml.compose`), and plain scalars stay text,
marked as `PlainScalar`; `fields` decides by the key what a value is.
"""

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from westmarch.transfer.items import FileWarning

#: libyaml crashes on deep nesting (a hundred thousand brackets), so depth and size are bounded before it is asked.
LONGEST = 65_536
DEEPEST = 24
MOST_NODES = 20_000
MOST_BRACKETS = 1_000

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_NESTED_IN_LINE = re.compile(r"(?:[-?:]\s+){24}")
_MERGE = "<<"


#: Fields, the line of each key (from 1), and warnings with such lines.
Loaded = tuple[dict[str, Any], dict[str, int], list[FileWarning]]


class PlainScalar(str):
    """A scalar that stood without quotes, so that its text may have meant a number, a date or a yes."""

    __slots__ = ()


class FieldsError(Exception):
    """Front matter that cannot be parsed; `line` counts from 1 within it."""

    def __init__(self, message: str, line: int | None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(slots=True)
class _Walk:
    warnings: list[FileWarning] = field(default_factory=list)
    nodes: int = 0

    def value(self, node: yaml.Node, depth: int) -> Any:
        self.nodes += 1
        if depth > DEEPEST or self.nodes > MOST_NODES:
            raise FieldsError("the values are nested too deeply or are too many", node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, depth + 1) for child in node.value]
        assert isinstance(node, yaml.MappingNode)
        return self.mapping(node, depth)

    def mapping(self, node: yaml.MappingNode, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise FieldsError("a key is not a word", key_node.start_mark.line + 1)
            key = key_node.value
            value = self.value(value_node, depth + 1)
            if key == _MERGE:
                for part in value if isinstance(value, list) else [value]:
                    merged |= part if isinstance(part, dict) else {}
                continue
            if key in found:
                message = f"the key '{key}' stands twice; the last one counts"
                self.warnings.append(FileWarning(key_node.start_mark.line + 1, message))
            found[key] = value
        return merged | found


def _scalar(node: yaml.ScalarNode) -> Any:
    if not node.style:  # libyaml says '' where Python's own parser says None
        return None if node.value in _NULLS else PlainScalar(node.value)
    return without_zero(node.value)


def without_zero(value: str) -> str:
    """Text without what no database keeps: zero bytes and halves of surrogate pairs, which escapes can smuggle in."""
    if value.isascii() and "\x00" not in value:
        return value
    return value.replace("\x00", "\ufffd").encode(errors="replace").decode()


def load(raw: str) -> Loaded:
    """The fields, the line of each key (from 1 within `raw`), and warnings with such lines.

    Raises `FieldsError` where it is no YAML, no mapping, or more than front matter can be.
    """
    if len(raw) > LONGEST:
        raise FieldsError(f"the front matter has {len(raw):,} characters, more than {LONGEST:,}", 1)
    if raw.count("[") + raw.count("{") > MOST_BRACKETS or _NESTED_IN_LINE.search(raw):
        raise FieldsError("the values are nested too deeply or are too many", 1)
    # A tab as indentation is an error in YAML, and a common slip that the other programs forgive.
    raw = re.sub(r"^\t+", lambda tabs: "  " * len(tabs[0]), raw, flags=re.MULTILINE)
    try:
        node = yaml.compose(raw, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = error.problem or error.context or "it is no YAML"
        raise FieldsError(message, mark.line + 1 if mark else None) from error
    except yaml.reader.ReaderError as error:
        line = raw.count("\n", 0, error.position) + 1 if isinstance(error.position, int) else None
        raise FieldsError(f"{error.reason}", line) from error
    except yaml.YAMLError as error:
        raise FieldsError(str(error), None) from error
    if node is None or (isinstance(node, yaml.ScalarNode) and node.value in _NULLS):
        return {}, {}, []
    if not isinstance(node, yaml.MappingNode):
        raise FieldsError("it is no list of `key: value`", node.start_mark.line + 1)
    walk = _Walk()
    fields = walk.mapping(node, 0)
    lines = {key.value: key.start_mark.line + 1 for key, _ in node.value}
    return fields, lines, walk.warnings


def typed(value: Any) -> Any:
    """A value as JSON knows it, by the rules of YAML 1.2, and a number only where nothing of its writing is lost."""
    if isinstance(value, PlainScalar):
        return _typed_scalar(value)
    if isinstance(value, dict):
        return {key: typed(part) for key, part in value.items()}
    if isinstance(value, list):
        return [typed(part) for part in value]
    return value


def _typed_scalar(value: PlainScalar) -> Any:
    if value in {"true", "True", "TRUE"}:
        return True
    if value in {"false", "False", "FALSE"}:
        return False
    if re.fullmatch(r"0|-?[1-9][0-9]{0,17}", value):
        return int(value)
    if re.fullmatch(r"-?[0-9]{1,15}\.[0-9]{1,15}", value) and repr(float(value)) == value:
        return float(value)
    return str(value)
