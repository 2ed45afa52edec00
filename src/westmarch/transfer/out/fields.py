"""A post's fields as front matter that Hugo, Jekyll and our own importer read, and its text below."""

import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import yaml

from westmarch.links.paths import quote
from westmarch.transfer import yaml_fields
from westmarch.transfer.fields import as_json
from westmarch.transfer.out.posts import ExportedPost, ExportedText

#: The key that holds what only our own importer asks for.
OURS = "westmarch"
#: What a file says besides: a field of somebody else's with such a name stands elsewhere. Without `-`, `_`, spaces.
_KNOWN = frozenset(
    {
        "title", "date", "lastmod", "draft", "published", "status", "layout", "slug", "url", "permalink", "aliases",
        "redirectfrom", "lang", "description", "tags", "authors", "series", "part", "image", "unlisted", "pinned",
        "translationkey", "guid", OURS,
    }
)  # fmt: skip
_WIDE = 2**30
#: What other readers of YAML take for a number or for yes and no, where PyYAML sees a text: `1e3`, `0o7`, `y`.
_NUMBER = re.compile(r"[-+.]?[0-9]|[yYnN]\Z")
#: Bytes of characters beyond ASCII, and spaces, in an address.
_ENCODED = re.compile(r"(?:%20|%[89A-F][0-9A-F])+")


class _Dumper(yaml.CSafeDumper):
    """YAML in which each text stands on one line: only so it keeps its tabs and line ends."""


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    style = ("'" if _NUMBER.match(value) else None) if value.isprintable() else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def document(post: ExportedPost) -> tuple[str, str]:
    """The whole file of a post; and what is too large for its front matter, as JSON, mostly nothing."""
    head, beside = dumped(fields(post)), ""
    if not _readable(head):
        head, beside = dumped(fields(replace(post, extra={}))), json.dumps(post.extra)
    return f"---\n{head}---\n\n{post.text.markdown}", beside


def revision(text: ExportedText) -> str:
    """The whole file of one of a post's texts."""
    said = {"title": text.title, "date": text.at.isoformat(), "lang": text.language, "author": text.by}
    return f"---\n{dumped(said)}---\n\n{text.markdown}"


def dumped(values: dict[str, Any]) -> str:
    """YAML of a mapping, one key for each line."""
    written: str = yaml.dump(
        values, Dumper=_Dumper, allow_unicode=True, default_flow_style=False, sort_keys=False, width=_WIDE
    )
    return written


def fields(post: ExportedPost) -> dict[str, Any]:
    """The front matter of a post. What is not set is left out."""
    path = _readable_path(quote(post.path))
    paths = [_readable_path(address) for address in post.old if "?" not in address]
    found: dict[str, Any] = {
        "title": post.text.title,
        "date": post.published_at and post.published_at.isoformat(),
        "lastmod": post.updated_at and post.updated_at.isoformat(),
        "layout": post.kind,
        "slug": post.slug,
        "url": path,
        "permalink": path,
        "aliases": paths,
        "redirect_from": paths[:],
        "lang": post.text.language,
        "description": post.summary,
        "tags": list(post.tags),
        "authors": list(post.authors),
        "series": [post.topic] if post.topic else [],
        "part": post.part,
        "image": post.cover,
        "unlisted": post.unlisted,
        "pinned": post.pinned,
        "translationKey": post.translation_group,
        "guid": post.guid,
    }
    if post.status == "scheduled":
        found["status"] = "scheduled"
    if post.status == "draft" or post.trashed_at is not None:
        found["draft"] = True  # No `published: false` as well: Hugo wants a date there, and stops.
    found = {key: value for key, value in found.items() if _set(value)}
    others = {key: value for key, value in post.extra.items() if _kept(key, value)}
    rest = {key: value for key, value in post.extra.items() if key not in others}
    ours = {
        "id": post.id,
        "status": post.status if post.trashed_at else None,
        "trashed": post.trashed_at and post.trashed_at.isoformat(),
        "old": [address for address in post.old if "?" in address],
        "meta_title": post.meta.title,
        "meta_description": post.meta.description,
        "extra": json.dumps(rest) if rest else None,
    }
    return found | others | {OURS: {key: value for key, value in ours.items() if _set(value)}}


def _readable_path(address: str) -> str:
    """An address with letters and spaces as such: Hugo would make files with `%D8` in their names."""
    return _ENCODED.sub(lambda found: "".join(map(_shown, unquote(found[0]))), address)


def _shown(character: str) -> str:
    return character if character.isprintable() else quote(character)


def _readable(head: str) -> bool:
    """Whether front matter keeps to the limits within which it is read."""
    try:
        yaml_fields.load(head)
    except yaml_fields.FieldsError:
        return False
    return True


def _set(value: Any) -> bool:
    return value is not None and value is not False and value != "" and value != []


def _kept(key: str, value: Any) -> bool:
    """Whether a field of somebody else's can stand among ours and is read as what it is."""
    if key.lower().replace("-", "").replace("_", "").replace(" ", "") in _KNOWN:
        return False
    try:
        read, _, warnings = yaml_fields.load(dumped({key: value}))
    except yaml_fields.FieldsError:
        return False
    again = {name: as_json(yaml_fields.typed(part)) for name, part in read.items()}
    return not warnings and json.dumps(again) == json.dumps({key: value})
