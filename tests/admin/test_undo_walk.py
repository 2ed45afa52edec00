"""Every kind of change that can be taken back is, from the page that offers it: the site is then as it was before."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import httpx2
import pytest
from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from tests.accounts.people import signed_in
from tests.factories import SITE, START, draft, post
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.accounts.models import Account, AccountSession
from westmarch.accounts.who import SignedIn
from westmarch.admin import undo
from westmarch.authors import editing as authors
from westmarch.authors import managing as authors_managing
from westmarch.db.model import Model
from westmarch.db.sessions import Reading
from westmarch.db.types import now
from westmarch.events import queries
from westmarch.links import redirecting
from westmarch.links.models import Link
from westmarch.media import actions as media
from westmarch.media.models import Media
from westmarch.posts import actions, bylines, changing, history, labelling, options, parts, retagging, reverting
from westmarch.posts.change import Change
from westmarch.posts.models import Post
from westmarch.posts.storing import Text
from westmarch.site import queries as site_queries
from westmarch.subjects.models import Revision
from westmarch.tags import actions as tags
from westmarch.tags import managing as tags_managing
from westmarch.text.markdown import render
from westmarch.topics import editing as topics
from westmarch.topics import managing as topics_managing

#: What tells of changes, and who is signed in: all other tables are the site, and the options.
NO_SITE = {"event", "change", "epoch", "site_option", Account.__tablename__, AccountSession.__tablename__}
OWNER = SignedIn(1, "Nell", "owner", None)
Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Doing:
    """Something that can be taken back, what makes that impossible, and what is said then."""

    do: Callable[[Session], Any]
    then: Callable[[Session], Any]
    says: str


def site(session: Session) -> None:
    """A site with some of everything."""
    one = post(session, "One", tags=("Tide", "Slack"), authors=("Ada", "Bo"))
    two = post(session, "Two", tags=("Tide",), authors=("Ada",))
    post(session, "Three", tags=("Slack",), status="draft")
    post(session, "Four")
    states: dict[str, dict[str, Any]] = {"draft": {"status": "draft"}, "public": {}, "thrown": {}}
    for name, fields in states.items():
        post(session, f"Post {name}", slug=f"post-{name}", **fields)
        post(session, f"Page {name}", slug=f"page-{name}", kind="page", **fields)
    for kind in ("post", "page"):
        newer = draft("Newer", "Newer words.\n", slug=f"{kind}-draft", kind=kind, status="draft")
        actions.revise(session, called(session, f"{kind}-draft"), newer, SITE, actor="test")
        actions.trash(session, called(session, f"{kind}-thrown"), SITE, actor="test")
    course = topics.create(session, "Course", language="en", actor="test")
    topics.create(session, "Other", language="en", actor="test")
    for each in (one, two):
        parts.add(session, course, each, actor="test")
    tags.create(session, "Ebb", description="Going", synonyms=("ebbing",), actor="test")
    authors.create(session, "Cy", actor="test")
    redirecting.add(session, "/old/", "https://old.example/", actor="test")
    facts = {"kind": "picture", "mime": "image/png", "extension": "png", "size": 1, "width": 4, "height": 3}
    session.add(Media(hash="a" * 64, filename="sea.png", created_at=now(), **facts))


def called(session: Session, slug: str) -> int:
    """The id of a post or page."""
    return session.scalars(select(Post.id).where(Post.slug == slug)).one()


def at(session: Session, path: str) -> int:
    """The id of a redirect."""
    return session.scalars(select(Link.id).where(Link.path == path)).one()


def tag(session: Session, slug: str) -> int:
    """The id of a tag."""
    return tags_managing.by_slug(session, slug) or 0


def topic(session: Session, slug: str) -> int:
    """The id of a topic."""
    return topics_managing.by_slug(session, slug) or 0


def author(session: Session, slug: str) -> int:
    """The id of an author."""
    return authors_managing.by_slug(session, slug) or 0


def said(session: Session, **words: str) -> int | None:
    """Say something of the picture."""
    who = SignedIn(1, "Nell", "owner", None)
    return media.describe(session, session.scalars(select(Media.id)).one(), words, who=who, actor="test")


def turn(slug: str, verb: str, session: Session) -> int:
    """Publish, withdraw, schedule, trash or restore a post."""
    more = (now() + timedelta(days=5),) if verb == "schedule" else ()
    event: int = getattr(actions, verb)(session, called(session, slug), *more, SITE, actor="test")
    return event


def reordered(session: Session, slug: str) -> int | None:
    """Put the last part of a topic first."""
    order = [row.id for row in parts.parts(session, topic(session, slug))]
    return parts.reorder(session, topic(session, slug), [order[-1], *order[:-1]], actor="test")


def placed(session: Session, post_slug: str, topic_slug: str) -> int | None:
    """Make a post a part of a topic."""
    return parts.add(session, topic(session, topic_slug), called(session, post_slug), actor="test")


def by_turns(kind: str) -> Mapping[str, Doing]:
    """What can be done with posts, or with pages."""
    turns = {
        "published": ("draft", "publish", "withdraw"),
        "withdrawn": ("public", "withdraw", "publish"),
        "scheduled": ("draft", "schedule", "publish"),
        "trashed": ("public", "trash", "restore"),
        "restored": ("thrown", "restore", "withdraw"),
    }
    return {
        f"{kind}.{verb}": Doing(
            partial(turn, f"{kind}-{name}", do), partial(turn, f"{kind}-{name}", then), "was changed since"
        )
        for verb, (name, do, then) in turns.items()
    }


def labelled(kind: str) -> Mapping[str, Doing]:
    """What can be done with the tags and authors of posts, or of pages."""

    def hang(session: Session) -> int:
        return labelling.hang(session, called(session, f"{kind}-draft"), "Ebb", SITE, who=OWNER, actor="test")

    def assign(name: str, session: Session) -> int:
        return labelling.assign(session, called(session, f"{kind}-draft"), name, SITE, who=OWNER, actor="test")

    return {
        f"{kind}.tagged": Doing(
            hang, lambda s: retagging.delete(s, tag(s, "ebb"), SITE, actor="test"), "does not have that tag any more"
        ),
        f"{kind}.bylined": Doing(partial(assign, "Cy"), partial(assign, "Ada"), "has other authors by now"),
    }


def reverted(kind: str) -> Mapping[str, Doing]:
    """Going back to an older text of a post, or of a page."""

    def revise(session: Session) -> None:
        newest = draft("Newest", slug=f"{kind}-draft", kind=kind, status="draft")
        actions.revise(session, called(session, f"{kind}-draft"), newest, SITE, actor="test")

    def go_back(session: Session) -> int | None:
        post_id = called(session, f"{kind}-draft")
        first = select(func.min(Revision.id)).where(Revision.subject_id == post_id)
        wanted = history.text(session, post_id, session.scalars(first).one())
        made = render(wanted.markdown, language=wanted.language)
        return reverting.store(session, post_id, wanted, made, expected=None, who=OWNER, actor="test")

    return {f"{kind}.reverted": Doing(go_back, revise, "was changed since")}


def rewritten(kind: str) -> Mapping[str, Doing]:
    """What can be done with the fields and the text of posts, or of pages."""
    fields: dict[str, Any] = {
        "title": "Ebb", "markdown": "[One](/one/)\n", "slug": "ebb", "standfirst": "Short", "pinned": True,
        "unlisted": True, "tags": ("Ebb", "Tide"), "authors": ("Bo", "Cy"), "extra": {"source": "me"},
        "published_at": START, "meta_title": "For engines",
    }  # fmt: skip

    def change(session: Session, of: str = f"{kind}-public", *, wait: bool | None = None, **wanted: Any) -> int:
        by: Any = {"who": OWNER, "actor": "test"}
        markdown = wanted.get("markdown")
        made = None if markdown is None else Text(markdown, "en", render(markdown, language="en"))
        post_id, asked = called(session, of), Change(**wanted)
        (event,) = changing.change(session, post_id, asked, made, SITE, expected=None, wait=wait, **by)
        return event

    return {
        f"{kind}.updated": Doing(
            partial(change, **fields), partial(change, of="ebb", standfirst="Shorter"), "was changed since"
        ),
        f"{kind}.drafted": Doing(
            partial(change, wait=True, title="Ebb", markdown="Going\n"),
            partial(change, wait=True, title="Ebb again"),
            "was changed since",
        ),
    }


DOINGS: Mapping[str, Doing] = {
    **by_turns("post"),
    **rewritten("post"),
    **rewritten("page"),
    **by_turns("page"),
    **labelled("post"),
    **labelled("page"),
    **reverted("post"),
    **reverted("page"),
    "tag.changed": Doing(
        lambda s: tags.change(s, tag(s, "tide"), name="Tides", description="x", synonyms=("t",), actor="test"),
        lambda s: tags.change(s, tag(s, "tides"), description="y", actor="test"),
        "changed again since",
    ),
    "tag.merged": Doing(
        lambda s: retagging.merge(s, tag(s, "tide"), tag(s, "slack"), SITE, actor="test"),
        lambda s: retagging.delete(s, tag(s, "slack"), SITE, actor="test"),
        "The tag into which “Tide” was merged is gone",
    ),
    "tag.deleted": Doing(
        lambda s: retagging.delete(s, tag(s, "tide"), SITE, actor="test"),
        lambda s: tags.create(s, "TIDE", actor="test"),
        "There is a tag",
    ),
    "topic.changed": Doing(
        lambda s: topics.change(
            s, topic(s, "course"), title="Way", language="de", introduction=("x", "<p>x</p>"), actor="test"
        ),
        lambda s: topics.change(s, topic(s, "way"), title="Ways", actor="test"),
        "changed again since",
    ),
    "topic.reordered": Doing(
        lambda s: reordered(s, "course"),
        lambda s: parts.remove(s, topic(s, "course"), called(s, "one"), actor="test"),
        "The parts of &#39;Course&#39; were changed",
    ),
    "topic.part-added": Doing(
        lambda s: placed(s, "four", "course"),
        lambda s: placed(s, "four", "other"),
        "has got another place since"
    ),
    "topic.part-removed": Doing(
        lambda s: parts.remove(s, topic(s, "course"), called(s, "one"), actor="test"),
        lambda s: placed(s, "one", "other"),
        "has got another place since",
    ),
    "topic.deleted": Doing(
        lambda s: topics.delete(s, topic(s, "course"), actor="test"),
        lambda s: topics.create(s, "course", language="en", actor="test"),
        "There is a topic",
    ),
    "author.changed": Doing(
        lambda s: authors.change(s, author(s, "ada"), name="Augusta", bio=("x", "<p>x</p>"), actor="test"),
        lambda s: authors.change(s, author(s, "augusta"), bio=("y", "<p>y</p>"), actor="test"),
        "changed again since",
    ),
    "author.merged": Doing(
        lambda s: bylines.merge(s, author(s, "ada"), author(s, "bo"), SITE, actor="test"),
        lambda s: bylines.merge(s, author(s, "bo"), author(s, "cy"), SITE, actor="test"),
        "The author into whom “Ada” was merged is gone",
    ),
    "author.deleted": Doing(
        lambda s: bylines.delete(s, author(s, "cy"), actor="test"),
        lambda s: authors.create(s, "cy", actor="test"),
        "There is an author",
    ),
    "link.added": Doing(
        lambda s: redirecting.add(s, "/gone/", "/one/", actor="test"),
        lambda s: redirecting.change(s, at(s, "/gone/"), permanent=False, actor="test"),
        "changed or removed since",
    ),
    "link.imported": Doing(
        lambda s: redirecting.add_lines(s, "/a/ /one/\n/b/ https://b.example/ 302\n", actor="test")[1],
        lambda s: redirecting.remove(s, at(s, "/b/"), actor="test"),
        "changed or removed since",
    ),
    "link.changed": Doing(
        lambda s: redirecting.change(s, at(s, "/old/"), path="/older/", target="/two/", permanent=False, actor="test"),
        lambda s: redirecting.change(s, at(s, "/older/"), permanent=True, actor="test"),
        "changed again since",
    ),
    "link.removed": Doing(
        lambda s: redirecting.remove(s, at(s, "/old/"), actor="test"),
        lambda s: redirecting.add(s, "/old/", "https://new.example/", actor="test"),
        "is a redirect to https://new.example/",
    ),
    "media.described": Doing(
        lambda s: said(s, alt="The sea", filename="water.png"), lambda s: said(s, alt="A lake"), "changed again since"
    ),
    "site.changed": Doing(
        lambda s: options.change(
            s, {"title": "Slack", "timezone": "Asia/Tokyo", "navigation": [], "accent": "#804020"}, actor="test"
        ).event_id,
        lambda s: options.change(s, {"title": "Water"}, actor="test"),
        "This was changed again since: title",
    ),
}  # fmt: skip


@pytest.mark.unit
def test_the_walk_knows_all_that_can_be_taken_back() -> None:
    of_one_account = {"journal.thrown"}  # See test_journal: only who has typed it takes that back.
    assert set(DOINGS) | of_one_account == set(undo.UNDOES)


def stored(session: Reading, *, links_too: bool = True) -> Rows:
    """All rows of the site, but for when they were made; without `links_too` only the links at which something is."""
    found = {
        name: sorted((_row(table, row._mapping) for row in session.execute(select(table))), key=repr)
        for name, table in Model.metadata.tables.items()
        if name not in NO_SITE
    }
    # Texts that were taken back stay among the revisions.
    in_force = {row[name] for row in found["post"] for name in ("published_revision_id", "draft_revision_id")}
    found["revision"] = [row for row in found["revision"] if row["id"] in in_force]
    found["options"] = [site_queries.current(session).model_dump()]
    return found if links_too else found | {"link": [row for row in found["link"] if row["current"]]}


def _row(table: Table, values: Mapping[Any, Any]) -> dict[str, Any]:
    left_out = {"created_at", "id"} if table.name == "link" else {"created_at"}
    if table.name == "revision":
        left_out.add("kind")  # A text that was public has been so, also where that was taken back.
    return {column: value for column, value in values.items() if column not in left_out}


async def take_back(reader: Reader, event: int) -> httpx2.Response:
    return await reader.client.post(undo.PATH, data={"event": str(event), "back": "/admin/"})


@pytest.fixture
async def full(reader: Reader) -> Reader:
    await reader.do(site)
    return reader


@pytest.mark.parametrize("verb", DOINGS)
async def test_what_was_done_is_taken_back_once_by_those_who_may(full: Reader, verb: str) -> None:
    look = partial(stored, links_too=verb.startswith("link."))
    before = await full.db.read(look)
    event = await full.do(DOINGS[verb].do)
    told = await full.db.read(queries.one, event)
    assert told is not None
    assert told.verb == verb
    after = await full.db.read(look)
    assert after != before

    assert (await take_back(full, event)).status_code == 401
    await signed_in(full, "Con", role="contributor")
    assert (await take_back(full, event)).status_code in (403, 404)
    assert await full.db.read(look) == after

    await signed_in(full)
    answer = await take_back(full, event)
    assert answer.status_code == 303, answer.text
    assert await full.db.read(look) == before

    answer = await take_back(full, event)
    assert answer.status_code == 409
    assert "was undone already" in answer.text
    assert await full.db.read(look) == before


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("verb", DOINGS)
async def test_what_was_changed_since_stays_and_it_is_said_why(full: Reader, verb: str) -> None:
    event = await full.do(DOINGS[verb].do)
    await full.do(DOINGS[verb].then)
    before = await full.db.read(stored)
    await signed_in(full)
    answer = await take_back(full, event)
    assert answer.status_code == 409
    assert DOINGS[verb].says in answer.text, answer.text.partition("<main")[2]
    assert await full.db.read(stored) == before
