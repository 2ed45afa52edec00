"""The lists of posts, of pages, and of what is in the trash, as they are shown."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup
from starlette.requests import Request

from westmarch.accounts.guard import Guarded, signed_in
from westmarch.accounts.rights import Right
from westmarch.admin import post_bulk, post_lists, shell
from westmarch.admin.post_lists import PAGES, POSTS, TRASH, Asked, Listing
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.errors import Invalid
from westmarch.journal import queries as journal
from westmarch.journal.queries import Unsaved
from westmarch.posts import emptying, managing
from westmarch.posts.managing import Gathers, Labels, Listed
from westmarch.presence import queries as presence
from westmarch.web.replies import Reply


def _state(kind: str, word: str) -> Markup:
    return Markup('<span class="state {}">{}</span>').format(kind, word)


#: How the state of a post is shown, by its status, whether it is unlisted, and whether a newer text of it waits.
STATES: Mapping[tuple[str, bool, bool], Markup] = {
    **{("draft", unlisted, False): _state("draft", "Draft") for unlisted in (False, True)},
    **{("scheduled", unlisted, False): _state("scheduled", "Scheduled") for unlisted in (False, True)},
    ("published", False, False): _state("published", "Published"),
    ("published", False, True): _state("changed", "Published, edited since"),
    ("published", True, False): _state("unlisted", "Unlisted"),
    ("published", True, True): _state("changed", "Unlisted, edited since"),
}


@dataclass(frozen=True, slots=True)
class Looked:
    """A page of a list, and what its rows and its filters show."""

    listed: Listed
    labels: Mapping[int, Labels]
    gathers: Mapping[str, Gathers]
    not_saved: Sequence[Unsaved]
    living: Sequence[str]


def look(session: Reading, request: Request, asked: Asked, today: date) -> Looked:
    """What a list shows."""
    gathers = managing.gathers(session, {name: getattr(asked, name) for name in post_lists.GATHERS})
    wanted = post_lists.wanted(request, asked, gathers)

    def find(after: str | None) -> Listed:
        return managing.find(session, wanted, today=today, sort=asked.sort, after=after)

    try:
        listed = find(asked.after)
    except Invalid as error:  # The cursor is none of this list any more.
        if error.place != "cursor":
            raise
        listed = find(None)
    labels = managing.labels(session, [row.id for row in listed.found.rows])
    typed = [] if asked.listing.trashed else journal.all_of(session, signed_in(request).account_id)
    typed = [each for each in typed if each.kind == asked.listing.kind]
    living = presence.tabs(session, signed_in(request).account_id, now()) if typed else []
    return Looked(listed, labels, gathers, typed, living)


def linked(labels: Sequence[NamedRow], toward: str, made: dict[str, Markup]) -> Markup:
    """The names of tags or authors as links that narrow a list; each is made once."""
    for label in labels:
        if label.slug not in made:
            made[label.slug] = Markup('<a href="{}{}">{}</a>').format(toward, label.slug, label.name)
    return Markup(", ").join(made[label.slug] for label in labels)


def _list(listing: Listing) -> Callable[[Request], Awaitable[Reply]]:
    async def page(request: Request) -> Reply:
        asked = post_lists.asked(request, listing)
        looked = await request.app.state.db.read(look, request, asked, shell.today(request))
        listed, tags, authors = looked.listed, asked.toward("tag"), asked.toward("author")
        made_tags, made_authors = dict[str, Markup](), dict[str, Markup]()
        made = shell.page(
            request,
            "posts/list.html",
            title=listing.title,
            listing=listing,
            asked=asked,
            found=listed.found,
            not_saved=looked.not_saved,
            living=looked.living,
            counts=listed.counts,
            languages=listed.languages,
            tags={id_: linked(each.tags, tags, made_tags) for id_, each in looked.labels.items()},
            authors={id_: linked(each.authors, authors, made_authors) for id_, each in looked.labels.items()},
            chips=asked.chips(looked.gathers),
            acts=post_bulk.acts_of(listing, signed_in(request)),
            pages=asked.pages(listed.found),
            order=lambda sort: asked.href(sort=sort),
            most=post_bulk.MOST,
            states=STATES,
            days=emptying.KEPT.days,
            ends=lambda thrown: thrown + emptying.KEPT,
        )
        return Reply(
            made.body, made.mime, made.status_code, "no-store", (*made.own, *post_lists.remembered(request, asked))
        )

    return page


def _routes(listing: Listing, right: Right) -> tuple[Guarded, ...]:
    return (
        Guarded(listing.path, _list(listing), right=right),
        Guarded(f"{listing.path}do/", post_bulk.doing(listing), right=right, methods=("POST",)),
    )


ROUTES = (*_routes(POSTS, Right.WRITE), *_routes(PAGES, Right.EDIT_ALL), *_routes(TRASH, Right.WRITE))
