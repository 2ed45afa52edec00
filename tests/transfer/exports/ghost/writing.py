"""Exports as Ghost writes them, for tests."""

import json
import re
from pathlib import Path
from typing import Any


def lexical(*nodes: dict[str, Any]) -> str:
    """A text in Lexical with these blocks."""
    return json.dumps({"root": {"children": nodes, "type": "root", "version": 1}}, ensure_ascii=False)


def node(type_: str, *children: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A node of Lexical."""
    return {"type": type_, "version": 1, **({"children": list(children)} if children else {}), **fields}


def words(text: str, format_: int = 0) -> dict[str, Any]:
    """Words in a line."""
    return node("extended-text", text=text, format=format_, mode="normal", style="", detail=0)


def paragraph(*inner: dict[str, Any] | str) -> dict[str, Any]:
    """A paragraph of words and nodes."""
    return node("paragraph", *(words(one) if isinstance(one, str) else one for one in inner))


def mobiledoc(*sections: list[Any], cards: list[Any] | None = None, markups: list[Any] | None = None) -> str:
    """A text in Mobiledoc with these sections."""
    atoms = [["soft-return", "", {}]]
    document = {
        "version": "0.3.1",
        "atoms": atoms,
        "cards": cards or [],
        "markups": markups or [],
        "sections": sections,
    }
    return json.dumps(document, ensure_ascii=False)


def identity(number: int, kind: int = 0) -> str:
    """An id as MongoDB makes them, as Ghost does since its version 1."""
    return f"{kind:04x}{number:020x}"


def post(number: int, text: str | None = None, **fields: Any) -> dict[str, Any]:
    """A row of posts of version 5: published on 2 January 2020 at /post-NUMBER/, unless the fields say otherwise."""
    return {
        "id": identity(number),
        "uuid": f"00000000-0000-4000-8000-{number:012}",
        "title": f"Post {number}",
        "slug": f"post-{number}",
        "mobiledoc": None,
        "lexical": lexical(paragraph(text)) if text is not None and not text.startswith("{") else text,
        "html": None,
        "comment_id": identity(number),
        "plaintext": None,
        "feature_image": None,
        "featured": 0,
        "type": "post",
        "status": "published",
        "locale": None,
        "visibility": "public",
        "email_recipient_filter": "all",
        "created_at": "2020-01-01T00:00:00.000Z",
        "updated_at": "2020-01-03T00:00:00.000Z",
        "published_at": "2020-01-02T03:04:05.000Z",
        "custom_excerpt": None,
        "codeinjection_head": None,
        "codeinjection_foot": None,
        "custom_template": None,
        "canonical_url": None,
        "newsletter_id": None,
        "show_title_and_feature_image": 1,
    } | fields


def tag(number: int, name: str, slug: str | None = None, **fields: Any) -> dict[str, Any]:
    """A row of tags."""
    internal = name.startswith("#")
    made = slug or (f"hash-{name[1:].lower()}" if internal else name.lower())
    seen = "internal" if internal else "public"
    return {"id": identity(number, 1), "name": name, "slug": made, "description": None, "visibility": seen} | fields


def user(number: int, name: str, slug: str | None = None) -> dict[str, Any]:
    """A row of users."""
    return {
        "id": identity(number, 2),
        "name": name,
        "slug": slug or name.lower(),
        "email": "a@example.org",
        "bio": None,
    }


def tagged(post_number: int, *tags: int) -> list[dict[str, Any]]:
    """Rows of posts_tags."""
    return [
        {"id": identity(post_number * 100 + at, 3), "post_id": identity(post_number), "tag_id": identity(one, 1)}
        | {"sort_order": at}
        for at, one in enumerate(tags)
    ]


def by(post_number: int, *users: int) -> list[dict[str, Any]]:
    """Rows of posts_authors."""
    return [
        {"id": identity(post_number * 100 + at, 4), "post_id": identity(post_number), "author_id": identity(one, 2)}
        | {"sort_order": at}
        for at, one in enumerate(users)
    ]


def settings(**values: str) -> list[dict[str, Any]]:
    """Rows of settings; the title is always there."""
    said = {"title": "Old", **values}
    return [
        {"id": identity(at, 5), "group": "site", "key": key, "value": value, "type": "string"}
        for at, (key, value) in enumerate(said.items())
    ]


def document(posts: list[dict[str, Any]], version: str = "5.80.0", **tables: Any) -> dict[str, Any]:
    """The export as an object: the tables in the order of their names, as Ghost has them."""
    data = {"settings": settings(), **tables, "posts": posts}
    data = {name: data[name] for name in sorted(data)}
    return {"db": [{"meta": {"exported_on": 1_700_000_000_000, "version": version}, "data": data}]}


def write(path: Path, posts: list[dict[str, Any]], version: str = "5.80.0", **tables: Any) -> Path:
    """A file with these tables; halves of characters are escaped, as JavaScript does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = json.dumps(document(posts, version, **tables), ensure_ascii=False)
    path.write_text(re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):04x}", whole), "utf-8")
    return path
