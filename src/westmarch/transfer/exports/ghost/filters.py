"""The conditions that `routes.yaml` parts posts by: a part of Ghost's NQL (https://github.com/TryGhost/NQL)."""

import re
from collections.abc import Callable, Mapping

#: What is true of a post: `{"tag": {"news"}, "featured": {"true"}}`.
Facts = Mapping[str, frozenset[str]]
Filter = Callable[[Facts], bool]

_TOKEN = re.compile(r"\s*(?:([()\[\],+])|([\w.]+):(-?)(?=\S)|'((?:[^'\\]|\\.)*)'|([^\s()\[\],+':]+))")
_KEYS = {
    "tags": "tag", "tags.slug": "tag", "tag.slug": "tag", "authors": "author", "authors.slug": "author",
    "author.slug": "author", "primary_tag.slug": "primary_tag", "primary_author.slug": "primary_author",
}  # fmt: skip
_KNOWN = frozenset({"tag", "author", "primary_tag", "primary_author", "featured", "visibility", "slug", "id", "page"})
_DEEPEST = 20


def parse(written: str) -> Filter:
    """The condition. Raises ValueError that says what of it is not understood."""
    tokens = _Tokens(written)
    found = _any(tokens, 0)
    if tokens.next is not None:
        raise ValueError(f"'{written[:120]}' is not understood")
    return found


class _Tokens:
    def __init__(self, written: str) -> None:
        self.written = written
        self._at = 0
        self.next: re.Match[str] | None = None
        self.step()

    def step(self) -> re.Match[str] | None:
        """The next token; the one behind it is in `next`, None at the end."""
        found = self.next
        rest = self.written[self._at :]
        self.next = _TOKEN.match(self.written, self._at) if rest.strip() else None
        if self.next is None and rest.strip():
            raise ValueError(f"'{rest[:60]}' is not understood")
        if self.next is not None:
            self._at = self.next.end()
        return found

    def takes(self, mark: str) -> bool:
        """Pass over a mark, where it comes next."""
        if self.next is None or self.next[1] != mark:
            return False
        self.step()
        return True


def _any(tokens: _Tokens, depth: int) -> Filter:
    found = [_all(tokens, depth)]
    while tokens.takes(","):
        found.append(_all(tokens, depth))
    return lambda facts: any(one(facts) for one in found)


def _all(tokens: _Tokens, depth: int) -> Filter:
    found = [_one(tokens, depth)]
    while tokens.takes("+"):
        found.append(_one(tokens, depth))
    return lambda facts: all(one(facts) for one in found)


def _one(tokens: _Tokens, depth: int) -> Filter:
    if tokens.takes("("):
        if depth > _DEEPEST:
            raise ValueError("its brackets stand too deep in each other")
        inner = _any(tokens, depth + 1)
        if not tokens.takes(")"):
            raise ValueError("a bracket is not closed")
        return inner
    token = tokens.step()
    key = _KEYS.get(token[2], token[2]) if token and token[2] else ""
    if token is None or key not in _KNOWN:
        raise ValueError(f"'{tokens.written[:120]}' is not understood")
    wanted = _values(tokens)
    if token[3]:
        return lambda facts: not wanted & facts.get(key, frozenset())
    return lambda facts: bool(wanted & facts.get(key, frozenset()))


def _values(tokens: _Tokens) -> frozenset[str]:
    if not tokens.takes("["):
        return frozenset({_value(tokens)})
    found = {_value(tokens)}
    while tokens.takes(","):
        found.add(_value(tokens))
    if not tokens.takes("]"):
        raise ValueError("a list is not closed")
    return frozenset(found)


def _value(tokens: _Tokens) -> str:
    token = tokens.step()
    if token is None or (token[4] is None and token[5] is None) or (token[5] or "x")[0] in "<>~":
        raise ValueError(f"'{tokens.written[:120]}' is not understood")
    return re.sub(r"\\(.)", r"\1", token[4]) if token[4] is not None else token[5]
