"""What a form was opened on: it carries that along, so that what somebody else saves meanwhile can be told apart."""

import json
from dataclasses import dataclass, fields, replace
from typing import Any

from sqlalchemy import select

from westmarch.admin.post_fields import Typed
from westmarch.db.sessions import Reading
from westmarch.posts.edited import Edited
from westmarch.subjects.models import Revision
from westmarch.web.forms import Form

#: What is not sent along: the text is found by its revision, and old addresses are only added.
_APART = frozenset({"markdown", "aliases"})


@dataclass(frozen=True, slots=True)
class Base:
    """The state that a form was opened on: version, revision of the text, and the other fields as JSON."""

    version: str = ""
    revision: str = ""
    fields: str = ""


def of(post: Edited, typed: Typed) -> Base:
    """The state of a post, of which `typed` is the form with its newest text."""
    return Base(post.version, newest(post), _small(typed))


def of_new(version: str, empty: Typed) -> Base:
    """What the form of a new post was opened on, of which by now a post of a version was made."""
    return Base(version, "", _small(empty))


def _small(typed: Typed) -> str:
    found = {each.name: getattr(typed, each.name) for each in fields(Typed) if each.name not in _APART}
    return json.dumps(found, sort_keys=True)


def newest(post: Edited) -> str:
    """The revision of a post's newest text; empty where it has none."""
    return str(post.waiting_id or post.revision_id or "")


def sent(form: Form) -> Base:
    """The state that a form says that it was opened on."""
    return Base(form.line("version"), form.line("revision"), form.text("base"))


def typed(session: Reading, post_id: int, base: Base) -> Typed | None:
    """The form as it was opened; None where what was sent is none that this program made."""
    number = base.revision
    if not base.version or (number and not (number.isascii() and number.isdecimal() and len(number) < 10)):
        return None
    markdown: str | None = ""
    if number:
        wanted = select(Revision.markdown).where(Revision.id == int(number), Revision.subject_id == post_id)
        markdown = session.scalar(wanted)
    try:
        found: Any = json.loads(base.fields)
    except (ValueError, RecursionError):
        return None
    if markdown is None or not isinstance(found, dict):
        return None
    plain = Typed()
    known = {name: value for name, value in found.items() if name not in _APART and _fits(plain, name, value)}
    return replace(plain, markdown=markdown.replace("\r\n", "\n").replace("\r", "\n"), **known)


def _fits(plain: Typed, name: str, value: object) -> bool:
    return type(getattr(plain, name, None)) is type(value)
