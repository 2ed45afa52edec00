"""What is done with many posts and pages at once: to one after the other, told in a sentence, undone by one button."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select
from starlette.requests import Request

from westmarch.accounts.guard import actor, signed_in
from westmarch.accounts.rights import Right
from westmarch.accounts.who import SignedIn
from westmarch.admin import flash, narrowing, post_lists, shell
from westmarch.admin.post_lists import Asked, Listing
from westmarch.authors.models import Author
from westmarch.db.sessions import Reading
from westmarch.errors import Invalid, WestmarchError
from westmarch.posts import editing, labelling, managing, ownership
from westmarch.tags.models import Tag
from westmarch.web import forms
from westmarch.web.forms import Form
from westmarch.web.replies import Reply

#: To so many something is done at once: all of it can be undone, in one transaction that holds up nobody for long.
MOST = 300
#: The form of a list has no more bytes; so many names are offered, and of those that were refused so many are named.
MOST_BYTES, MOST_NAMES, MOST_NAMED = 100_000, 1_000, 2
#: The name of a post in a message has no more characters.
_LONGEST = 40


class Act(NamedTuple):
    """Something that is done with many: the function, its name on a button, and what is said of what it was done to.

    `named` is the field for which a name is asked, where one is needed; `right` what somebody needs for it.
    """

    do: Callable[..., Awaitable[Any]]
    button: str
    said: str
    right: Right = Right.WRITE
    named: str = ""


_OUTSIDE: Mapping[str, Act] = {
    "publish": Act(editing.publish, "Publish", "published", Right.PUBLISH),
    "withdraw": Act(editing.withdraw, "Unpublish", "taken back to drafts", Right.PUBLISH),
    "tag": Act(labelling.add_tag, "Add a tag", "tagged", named="tags"),
    "author": Act(labelling.set_author, "Change the author", "given to another author", Right.EDIT_ALL, "authors"),
    "trash": Act(editing.trash, "Move to trash", "moved to the trash"),
}
_TRASHED: Mapping[str, Act] = {
    "restore": Act(editing.restore, "Restore", "restored"),
    "purge": Act(editing.purge, "Delete for ever", "deleted for ever"),
}


class Done(NamedTuple):
    """What came of it: how many it was done to, the events that can be undone, and whose titles were refused why."""

    number: int
    events: list[int]
    refused: Mapping[str, list[str]]


def doing(listing: Listing) -> Callable[[Request], Awaitable[Reply]]:
    """The endpoint to which the form of a list is sent; its address says how the list is narrowed, sorted and paged."""

    async def do(request: Request) -> Reply:
        asked = post_lists.asked(request, listing)
        try:
            form = await forms.read(request, most_bytes=MOST_BYTES)
            chosen = _chosen(form)
        except Invalid as refused:
            return flash.redirect(request, asked.path(), refused.message, bad=True)
        acts, name = acts_of(listing, signed_in(request)), form.text("do")
        if name not in acts:
            raise Invalid("There is no such thing to do with them.", place="do", hint="Use the buttons of the list.")
        act, every = acts[name], form.checked("all")
        titles = await shell.db(request).read(_selected, request, asked, None if every else chosen)
        if not titles:
            return flash.redirect(request, asked.path(), "Nothing was selected.", bad=True)
        if len(titles) > MOST:
            said = f"At most {MOST} can be changed at once. Narrow the list first."
            return flash.redirect(request, asked.path(), said, bad=True)
        value = form.line("name")
        sure = form.checked("sure") or not (every or act.named or name == "purge")
        if not sure or (act.named and not value):
            error = Invalid("A name is needed.", place="name") if sure and act.named else None
            return await _ask(request, asked, name, act, titles, value, error)
        try:
            done = await _do(request, act, titles, value)
        except Invalid as error:
            return await _ask(request, asked, name, act, titles, value, Invalid(error.message, place="name"))
        return flash.redirect(
            request, asked.path(), told(listing, act, done), undo=done.events, bad=done.number < len(titles)
        )

    return do


def acts_of(listing: Listing, who: SignedIn) -> dict[str, Act]:
    """What somebody may do with many of a list."""
    return {name: act for name, act in (_TRASHED if listing.trashed else _OUTSIDE).items() if who.may(act.right)}


def told(listing: Listing, act: Act, done: Done) -> str:
    """What came of it: to how many it was done, to how many not, and why."""
    refused = sum(map(len, done.refused.values()))
    whole = done.number + refused
    if not refused:
        return f"{_number(listing, whole)} {act.said}."
    said = [f"{done.number:,} of {_number(listing, whole)} {act.said}."]
    for reason, titles in done.refused.items():
        named = ", ".join(f"“{_short(title)}”" for title in titles[:MOST_NAMED])
        more = f" and {len(titles) - MOST_NAMED:,} more" if len(titles) > MOST_NAMED else ""
        said.append(f"{len(titles):,} not ({named}{more}): {reason}")
    return " ".join(said)


def _chosen(form: Form) -> list[int]:
    return narrowing.chosen(form.all("id"), most=MOST)


def _selected(session: Reading, request: Request, asked: Asked, ids: Sequence[int] | None) -> dict[int, str]:
    """The titles of what was chosen, by id, or of all that the list holds (`ids` None) and one more than is taken.

    What is gone by now has none, nor what somebody may not know.
    """
    if ids is None:
        slugs = {name: getattr(asked, name) for name in post_lists.GATHERS}
        gathers = managing.gathers(session, slugs)
        ids = managing.matching(session, post_lists.wanted(request, asked, gathers), MOST + 1)
    titles = managing.titles(session, ids, own=ownership.own_only(signed_in(request)))
    return {id_: titles.get(id_, f"Number {id_}") for id_ in ids}


async def _ask(
    request: Request,
    asked: Asked,
    name: str,
    act: Act,
    titles: Mapping[int, str],
    value: str,
    error: WestmarchError | None,
) -> Reply:
    """The page that asks for a name, or whether that is meant; what was selected stays so."""
    names: Sequence[str] = ()
    if act.named:
        named = Tag.name if name == "tag" else Author.name
        names = await shell.db(request).read(lambda session: session.scalars(select(named).order_by(named)).all())
    return shell.page(
        request,
        "posts/many.html",
        title=f"{act.button}: {_number(asked.listing, len(titles))}",
        status=error.status if error else 200,
        asked=asked,
        do=name,
        act=act,
        titles=titles,
        names=names[:MOST_NAMES],
        value=value,
        error=error,
    )


async def _do(request: Request, act: Act, titles: Mapping[int, str], value: str) -> Done:
    """Do it to one after the other: what one refuses, others may take. Raises Invalid where the name is none."""
    given = (value,) if act.named else ()
    events: list[int] = []
    count, refused = 0, dict[str, list[str]]()
    for id_, title in titles.items():
        try:
            event = await act.do(shell.db(request), id_, *given, who=signed_in(request), actor=actor(request))
        except WestmarchError as error:
            if error.status >= 500 or (isinstance(error, Invalid) and error.place == act.named):
                raise
            refused.setdefault(error.message, []).append(title)
            continue
        count += 1
        if isinstance(event, int):
            events.append(event)
    return Done(count, events, refused)


def _number(listing: Listing, count: int) -> str:
    return f"{count:,} {listing.nouns[count != 1]}"


def _short(title: str) -> str:
    return title if len(title) <= _LONGEST else title[: _LONGEST - 1] + "…"
