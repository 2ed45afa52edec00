"""What somebody typed and did not save, as the form of a post offers it."""

import re
from typing import NamedTuple

from starlette.datastructures import FormData, UploadFile

from westmarch.accounts.who import SignedIn
from westmarch.admin import post_fields
from westmarch.admin.post_base import Base
from westmarch.admin.post_fields import Typed
from westmarch.db.sessions import Reading
from westmarch.errors import Refused
from westmarch.journal import queries
from westmarch.journal.forms import Form as OfJournal
from westmarch.journal.queries import Unsaved
from westmarch.posts.edited import Edited
from westmarch.web.forms import Form

TAB = re.compile(r"[A-Za-z0-9_-]{16,64}")
#: So many texts are taken into one form.
MOST_TAKEN = 10
_SURROGATE = re.compile("[\ud800-\udfff]")


class Kept(NamedTuple):
    """A form as it was kept: what was typed, and on what it was opened."""

    typed: Typed
    base: Base


def of(session: Reading, who: SignedIn, kind: str, post: Edited | None, saved: Typed) -> list[Unsaved]:
    """What an account typed into forms of a post (None: of a new one) that is not what is saved."""
    found = queries.of(session, who.account_id, kind, post.id if post else None)
    return [each for each in found if kept(each, who, saved).typed != saved]


def kept(found: Unsaved, who: SignedIn, saved: Typed) -> Kept:
    """The form as it was kept; fields that the account may not change are as they are saved.

    Half a character, which no text can have, is shown as a sign of its own.
    """
    fields: list[tuple[str, str | UploadFile]] = [
        (name, _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)) for name, text in found.fields.items()
    ]
    form = Form(FormData(fields))
    base = Base(found.base, form.line("revision"), form.text("base"))
    if found.saved not in ("", found.base):  # Saved without an answer: it stands on that, not on what it was opened on.
        base = Base(found.saved)
    return Kept(post_fields.read(form, who, saved), base)


def of_another(form: Form, who: SignedIn) -> Refused | None:
    """Why a form is not saved that was typed while somebody else was signed in; None where it was typed by `who`."""
    if form.line("account") in ("", str(who.account_id)):
        return None
    return Refused(
        f"Somebody else has typed this: {who.name} is signed in here now. Nothing was saved.",
        hint="Sign in as who has typed it, in another tab, then send it again.",
    )


def taken(text: str) -> tuple[str, ...]:
    """The forms whose texts were taken into another one, as a field has them: with spaces between."""
    return tuple(each for each in text.split()[:MOST_TAKEN] if TAB.fullmatch(each))


def sent(form: Form, *, merged: bool = False) -> OfJournal | None:
    """Which form of the journal is being saved; None where no script has kept it. `merged`: with what others did."""
    tab, sequence, others = form.line("tab"), form.line("sequence"), taken(form.line("taken"))
    known = TAB.fullmatch(tab) and sequence.isascii() and sequence.isdecimal() and len(sequence) < 10
    if not known and not others:
        return None
    return OfJournal(tab if known else "", int(sequence) if known else 0, others, merged)


def again(form: Form) -> str:
    """What a form has taken that comes back unsaved: all that the one before has, and that one itself."""
    return " ".join(taken(f"{form.line('tab')} {form.line('taken')}"))
