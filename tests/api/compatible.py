"""Whether an OpenAPI document lets a program go on that was written for an earlier one."""

from collections.abc import Iterator, Mapping
from typing import Any

_LOWER = ("maximum", "maxLength", "maxItems")
_HIGHER = ("minimum", "minLength", "minItems")


def breaks(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """What a program written for `before` would miss in `after`, or be refused for; a line for each."""
    return [*_Comparison(before, after).paths()]


class _Comparison:
    """Two documents; shapes are followed by their references, each pair once."""

    def __init__(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        self.before, self.after = before, after
        self._seen: set[tuple[str, str, bool]] = set()

    def paths(self) -> Iterator[str]:
        for path, operations in self.before["paths"].items():
            if path not in self.after["paths"]:
                yield f"{path} is gone"
                continue
            for method, operation in operations.items():
                place = f"{method.upper()} {path}"
                other = self.after["paths"][path].get(method)
                if other is None:
                    yield f"{place} is gone"
                else:
                    yield from self._operation(place, operation, other)

    def _operation(self, place: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
        if ({} in before.get("security", [{}])) and ({} not in after.get("security", [{}])):
            yield f"{place} asks for a token now"
        known = {(each["in"], each["name"]): each for each in before.get("parameters", ())}
        there = {(each["in"], each["name"]): each for each in after.get("parameters", ())}
        for key, parameter in known.items():
            if key not in there:
                yield f"{place}: the parameter {key[1]} is gone"
            else:
                yield from self._taken(f"{place}: {key[1]}", parameter["schema"], there[key]["schema"])
        yield from (
            f"{place}: the parameter {key[1]} is required now"
            for key, parameter in there.items()
            if parameter.get("required") and not known.get(key, {}).get("required")
        )
        yield from self._bodies(place, before.get("requestBody"), after.get("requestBody"))
        for status, answer in before["responses"].items():
            if not status.startswith("2"):
                continue
            if status not in after["responses"]:
                yield f"{place} does not answer {status} any more"
                continue
            for kind, content in answer.get("content", {}).items():
                other = after["responses"][status].get("content", {}).get(kind)
                if other is None:
                    yield f"{place} does not answer {kind} any more"
                else:
                    yield from self._told(place, content["schema"], other["schema"])

    def _bodies(self, place: str, before: Any, after: Any) -> Iterator[str]:
        if before is None:
            if after is not None and after.get("required"):
                yield f"{place} needs a body now"
            return
        for kind, content in before["content"].items():
            other = (after or {"content": {}})["content"].get(kind)
            if other is None:
                yield f"{place} does not take {kind} any more"
            else:
                yield from self._taken(place, content["schema"], other["schema"])

    def _taken(self, place: str, before: Any, after: Any) -> Iterator[str]:
        """What was taken must be taken."""
        before, after, news = self._followed(before, after, told=False)
        if not news:
            return
        yield from self._kinds(place, before, after, _kinds(before) - _kinds(after), "does not take")
        for name in (*_LOWER, *_HIGHER):
            if name in after and (name not in before or _narrower(name, before[name], after[name])):
                yield f"{place}: {name} is {after[name]} now"
        if gone := _choices(before) - _choices(after):
            if _choices(after):
                yield f"{place} does not take {sorted(map(str, gone))} any more"
        elif _choices(after) and not _choices(before):
            yield f"{place} takes certain values alone now"
        for name, field in before.get("properties", {}).items():
            other = after.get("properties", {}).get(name)
            if other is None:
                yield f"{place}: the field {name} is not taken any more"
            else:
                yield from self._taken(f"{place}: {name}", field, other)
        for name in set(after.get("required", ())) - set(before.get("required", ())):
            yield f"{place}: the field {name} is required now"
        if "items" in before and "items" in after:
            yield from self._taken(f"{place}[]", before["items"], after["items"])

    def _told(self, place: str, before: Any, after: Any) -> Iterator[str]:
        """What was told must be told, and nothing that was never told before."""
        before, after, news = self._followed(before, after, told=True)
        if not news:
            return
        yield from self._kinds(place, before, after, _kinds(after) - _kinds(before), "may tell")
        if (more := _choices(after) - _choices(before)) and _choices(before):
            yield f"{place} may be {sorted(map(str, more))} now"
        for name, field in before.get("properties", {}).items():
            other = after.get("properties", {}).get(name)
            if other is None:
                yield f"{place}: the field {name} is gone"
            else:
                if name in before.get("required", ()) and name not in after.get("required", ()):
                    yield f"{place}: the field {name} may be missing now"
                yield from self._told(f"{place}: {name}", field, other)
        if "items" in before and "items" in after:
            yield from self._told(f"{place}[]", before["items"], after["items"])

    def _kinds(self, place: str, before: Any, after: Any, differing: set[str], words: str) -> Iterator[str]:
        if differing and _kinds(before) and _kinds(after):
            yield f"{place} {words} {', '.join(sorted(differing))} now"

    def _followed(self, before: Any, after: Any, *, told: bool) -> tuple[Any, Any, bool]:
        """The shapes behind references; the last is False where this pair was compared already."""
        key = (str(before.get("$ref", "")), str(after.get("$ref", "")), told)
        if key[0] and key in self._seen:
            return before, after, False
        self._seen.add(key)
        return _shape(before, self.before), _shape(after, self.after), True


def _shape(schema: Any, document: Mapping[str, Any]) -> Any:
    """A shape with all that it is made of: what it refers to, and what is common to its alternatives."""
    if name := schema.get("$ref"):
        return document["components"]["schemas"][name.rpartition("/")[2]]
    others = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    if len(others) == 1:  # Something, or null.
        inner = _shape(others[0], document)
        return {**inner, "anyOf": [{"type": "null"}, {"type": inner.get("type", "object")}]}
    return schema


def _narrower(name: str, before: float, after: float) -> bool:
    return after < before if name in _LOWER else after > before


def _kinds(schema: Mapping[str, Any]) -> set[str]:
    """The types that a shape allows."""
    if "anyOf" in schema:
        return {kind for each in schema["anyOf"] for kind in _kinds(each)}
    kind = schema.get("type")
    return set(kind) if isinstance(kind, list) else {kind} if kind else set()


def _choices(schema: Mapping[str, Any]) -> set[Any]:
    """The values that a shape allows, where it names them."""
    found = set(schema.get("enum", ())) | ({schema["const"]} if "const" in schema else set())
    for each in schema.get("anyOf", ()):
        found |= _choices(each)
    return found
