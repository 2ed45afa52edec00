"""Sites of any content, for tests of what goes out, and all that a site holds, to be compared."""

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.factories import draft
from tests.transfer.folders import png
from westmarch.authors.models import Author
from westmarch.books import unloading
from westmarch.books.entries import GivenReading
from westmarch.books.making import make
from westmarch.books.models import Book
from westmarch.books.storing import Storing
from westmarch.comments.models import ImportedComment
from westmarch.db.sessions import Reading
from westmarch.errors import Conflict, Invalid
from westmarch.links import actions as links
from westmarch.media import actions as media
from westmarch.media.files import examine
from westmarch.ops import schema
from westmarch.posts import actions, revisions
from westmarch.posts.meta import Meta
from westmarch.posts.models import ArchiveCount, Post
from westmarch.site import actions as site_actions
from westmarch.tags.models import Tag
from westmarch.text.markdown import render
from westmarch.topics import actions as topics
from westmarch.topics.models import Part, Topic
from westmarch.transfer.out.catalogue import catalogue
from westmarch.transfer.out.posts import exported_posts

_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(str.strip)
#: What SQLite and PostgreSQL keep: any text without zero bytes and halves of characters.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=200)
MOMENTS = st.integers(86_400_000_000, 1_735_000_000_000_000).map(lambda at: _FIRST + timedelta(microseconds=at))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
#: Fields that have a meaning in front matter, which an unknown field of some other program has too.
_MEANT = st.sampled_from(["title", "cover", "Date", "<<", "draft", "visibility", "red-irect_from", "westmarch", "slug"])
SEGMENTS = st.text(
    st.characters(categories=["L", "N"], include_characters="-_ %?#\\&:'\"<>"), min_size=1, max_size=20
).map(lambda name: f"/{name}/")
PICTURES = tuple(png(width) for width in (1, 2, 3))
ADDRESSES = tuple(
    f"/media/{found.hash[:2]}/{found.hash[2:]}.png" for found in (examine(one, "a.png") for one in PICTURES)
)
#: Markdown in which things refer to each other, and anything at all.
PROSE = TEXTS | st.lists(
    st.sampled_from(["[a](/one/)", "[b](/two/ 'x')", "[c](../up)", "a <b>c</b>", "\r\n", "\n\n", "---", "+++", "x: y"])
    | st.sampled_from(ADDRESSES).map(lambda address: f"![]({address})")
    | st.sampled_from(ADDRESSES).map(lambda address: f"![words](<{address}> 'title')"),
    max_size=6,
).map(" ".join)


@st.composite
def comments(drawn: st.DrawFn) -> list[dict[str, Any]]:
    """What readers wrote below a post, some of it answers."""
    found: list[dict[str, Any]] = []
    for number in range(drawn(st.integers(0, 2))):
        found.append(
            {
                "key": f"{number} {drawn(WORDS)}",
                "parent": drawn(st.none() | st.sampled_from([one["key"] for one in found] or ["gone"])),
                "kind": drawn(st.sampled_from(["comment", "pingback", "trackback"])),
                "status": drawn(st.sampled_from(["approved", "pending", "spam", "trash"])),
                "author": drawn(TEXTS),
                "email": drawn(TEXTS),
                "url": drawn(TEXTS),
                "content": drawn(TEXTS),
                "at": drawn(st.none() | MOMENTS),
            }
        )
    return found


@st.composite
def posts(drawn: st.DrawFn) -> dict[str, Any]:
    """What makes a post, with what comes to it later: old addresses, a draft beside it, the trash."""
    status = drawn(st.sampled_from(["draft", "scheduled", "published"]))
    topic = drawn(st.none() | WORDS)
    return {
        "kind": drawn(st.sampled_from(["post", "page"])),
        "title": drawn(TEXTS.filter(str.strip)),
        "markdown": drawn(PROSE),
        "language": drawn(st.sampled_from(["en", "de", "zh-Hant"])),
        "slug": drawn(st.sampled_from(["one", "two", None]) | WORDS),
        "summary": drawn(TEXTS),
        "status": status,
        "unlisted": drawn(st.booleans()),
        "pinned": drawn(st.booleans()),
        "published_at": drawn(MOMENTS) if status != "draft" or drawn(st.booleans()) else None,
        "updated_at": drawn(st.none() | MOMENTS),
        "tags": tuple(drawn(st.lists(st.sampled_from(["Tag", "tAG", "other"]) | WORDS, max_size=3))),
        "authors": tuple(drawn(st.lists(st.sampled_from(["Ada"]) | WORDS, max_size=2))),
        "topic": topic,
        "part": drawn(st.none() | st.integers(0, 99)) if topic else None,
        "cover": drawn(st.none() | st.integers(0, 2)),
        "translation_group": drawn(st.none() | WORDS),
        "guid": drawn(st.none() | WORDS),
        "extra": drawn(st.dictionaries(TEXTS | _MEANT, JSON, max_size=3)),
        "meta": Meta(drawn(st.just("") | TEXTS), drawn(st.just("") | TEXTS)),
        "old": drawn(st.lists(SEGMENTS, max_size=2)),
        "queries": drawn(st.lists(st.integers(1, 999).map(lambda number: f"p={number}"), max_size=1)),
        "waiting": drawn(st.none() | PROSE) if status == "published" else None,
        "trashed_at": drawn(st.none() | MOMENTS),
        "comments": drawn(comments()),
    }


@st.composite
def books(drawn: st.DrawFn) -> dict[str, Any]:
    """What makes a book, with what comes to it later: its cover, an old address, what the owner read."""
    return {
        "book_id": drawn(st.integers(1, 9)),
        "title": drawn(WORDS | st.sampled_from(["Mort (Discworld, #4)", "One", "A &amp;amp;amp; B"])),
        "authors": drawn(st.lists(st.sampled_from(["Ada", "ada.", "Ada (Translator)"]) | WORDS, max_size=2)),
        "tags": drawn(st.lists(st.sampled_from(["Tag", "tAG"]) | WORDS, max_size=2)),
        "isbn": drawn(st.sampled_from([None, "439023483", "=x"])),
        "year": drawn(st.none() | st.integers(-800, 2100)),
        "description": drawn(PROSE),
        "extra": drawn(st.dictionaries(TEXTS | _MEANT, JSON, max_size=2)),
        "cover": drawn(st.none() | st.integers(0, 2)),
        "old": drawn(st.lists(SEGMENTS, max_size=1)),
        "readings": drawn(
            st.lists(
                st.builds(
                    GivenReading,
                    st.sampled_from(["to-read", "reading", "read"]),
                    finished_on=st.none() | st.dates(date(2000, 1, 1)),
                    rating=st.none() | st.just(4.5),
                    review_markdown=PROSE,
                ),
                max_size=2,
            )
        ),
    }


@st.composite
def sites(drawn: st.DrawFn) -> dict[str, Any]:
    """What makes a site."""
    return {
        "options": drawn(
            st.fixed_dictionaries(
                {"timezone": st.sampled_from(["UTC", "Asia/Kathmandu"])},
                optional={"title": st.just("A title: 'x'"), "permalink": st.just("/{year}/{slug}/")},
            )
        ),
        "posts": drawn(st.lists(posts(), max_size=4)),
        "alts": drawn(st.lists(TEXTS, min_size=3, max_size=3)),
        "topic": drawn(st.none() | PROSE),
        "tag": drawn(st.none() | st.lists(WORDS, max_size=2)),
        "author": drawn(st.none() | PROSE),
        "redirects": drawn(st.lists(st.tuples(SEGMENTS, st.booleans()), max_size=2)),
        "gone": drawn(st.lists(SEGMENTS, max_size=1)),
        "books": drawn(st.lists(books(), max_size=3, unique_by=lambda one: one["book_id"])),
    }


async def emptied(folder: Path) -> str:
    """The address of an empty database in a folder."""
    url = f"sqlite:///{folder / 'other.db'}"
    await schema.upgrade(url)
    return url


def fill(session: Session, folder: Path, wanted: dict[str, Any]) -> None:
    """Make the site that `wanted` describes in an empty database; its media go to `folder`."""
    site = site_actions.change(session, wanted["options"], actor="test")
    pictures = [
        media.store(session, folder, content, examine(content, "a.png"), filename=f"{number}.png", alt=alt).id
        for number, (content, alt) in enumerate(zip(PICTURES, wanted["alts"], strict=True))
    ]
    for one in wanted["posts"]:
        _post(session, one, pictures, site)
    _furnish(session, wanted, pictures)
    for one in wanted["books"]:
        _book(session, one, pictures)
    for path, permanent in wanted["redirects"]:
        _if_free(lambda path=path, to=permanent: links.redirect(session, path, "https://example.com/", permanent=to))
    for path in wanted["gone"]:
        _if_free(lambda path=path: _removed(session, path, site))
    actions.recount(session, site)


def _if_free(claim: Any) -> None:
    """Addresses of a site are drawn freely: one that another has already is left out."""
    try:
        claim()
    except (Conflict, Invalid):
        return


def _removed(session: Session, path: str, site: Any) -> None:
    post_id = actions.create(session, draft("Gone"), site, actor="test")
    try:
        links.claim(session, post_id, path)
    finally:
        actions.purge(session, post_id, site, actor="test")


def _post(session: Session, one: dict[str, Any], pictures: list[int], site: Any) -> None:
    later = {key: one[key] for key in ("old", "queries", "waiting", "trashed_at", "cover", "comments")}
    fields = {key: value for key, value in one.items() if key not in later}
    cover = None if later["cover"] is None else pictures[later["cover"]]
    made = draft(**fields, cover_id=cover)
    post_id = actions.create(session, made, site, actor="test")
    session.add_all(ImportedComment(post_id=post_id, **told) for told in later["comments"])
    for path in later["old"]:
        _if_free(lambda path=path: links.add_old(session, post_id, path))
    for query in later["queries"]:
        _if_free(lambda query=query: links.add_old(session, post_id, "/", query=query))
    if later["waiting"] is not None:
        revision_id = revisions.add(
            session,
            post_id,
            kind="draft",
            title="Waits: 'x'",
            markdown=later["waiting"],
            language="de",
            rendered=render(later["waiting"], language="de"),
            by="somebody",
            at=_FIRST,
        )
        session.execute(update(Post).where(Post.id == post_id).values(draft_revision_id=revision_id))
    if later["trashed_at"] is not None:
        actions.trash(session, post_id, site, actor="test")
        session.execute(update(Post).where(Post.id == post_id).values(trashed_at=later["trashed_at"]))


def _book(session: Session, one: dict[str, Any], pictures: list[int]) -> None:
    later = {key: one[key] for key in ("extra", "cover", "old", "readings")}
    said = {key: value for key, value in one.items() if key not in later}
    try:
        entry = make(said, 1, later["extra"], tuple(later["readings"]))
    except Invalid:  # A title of blanks alone.
        return
    (made,) = Storing().store(session, [entry])
    cover = None if later["cover"] is None else pictures[later["cover"]]
    session.execute(update(Book).where(Book.id == made.id).values(cover_id=cover))
    for path in later["old"]:
        _if_free(lambda path=path: links.add_old(session, made.id or 0, path))


def _furnish(session: Session, wanted: dict[str, Any], pictures: list[int]) -> None:
    """What nothing but the catalogue tells of: topics without parts, synonyms, words about authors."""
    if wanted["topic"] is not None:
        topics.create(session, "A course", language="de", slug="course", introduction_markdown=wanted["topic"])
    if wanted["tag"] is not None:
        row = session.scalar(select(Tag.id).limit(1))
        session.execute(update(Tag).where(Tag.id == row).values(description="Words", synonyms=wanted["tag"]))
    if wanted["author"] is not None:
        row = session.scalar(select(Author.id).limit(1))
        elsewhere = [{"title": "x", "href": "https://example.com/"}]
        values = {"bio_markdown": wanted["author"], "picture_id": pictures[0], "links": elsewhere}
        session.execute(update(Author).where(Author.id == row).values(values))


def state(session: Reading) -> dict[str, Any]:
    """All that a site holds: each field of each table, with names and paths in place of this database's ids.

    Left out: `source_key` and `source_hash`, which tell of an import; ids; when a row was made; the HTML, which is
    made anew of the Markdown by the same renderer, and so is looked at by its own test.
    """
    held = []
    paths = dict(session.execute(select(Post.id, Post.path)).all())
    counted = select(Post.id, Post.visible, Post.previous_id, Post.next_id, Post.minutes, Part.number)
    rows = {row.id: row for row in session.execute(counted.outerjoin(Part, Part.subject_id == Post.id))}
    for one in exported_posts(session):
        found, row = asdict(one), rows[one.id]
        del found["id"]
        for text in ("text", "waiting"):
            if found[text]:
                found[text] = {key: found[text][key] for key in ("title", "markdown", "language")}
        found["old"] = sorted(found["old"])
        found["beside"] = (paths.get(row.previous_id), paths.get(row.next_id))
        held.append(found | {"visible": row.visible, "minutes": row.minutes, "number": row.number})
    said = catalogue(session, "")
    counts = [sorted(session.execute(select(model.path, model.post_count)).all()) for model in (Tag, Topic, Author)]
    months = select(ArchiveCount.year, ArchiveCount.month, ArchiveCount.posts).where(ArchiveCount.scope_id == 0)
    return {
        "posts": sorted(held, key=lambda one: one["path"]),
        "books": list(unloading.books(session)),
        "counts": counts,
        "months": sorted(session.execute(months.where(ArchiveCount.posts > 0)).all()),
        **{key: sorted(value, key=repr) if isinstance(value, list) else value for key, value in said.items()},
    }


def differences(before: Any, after: Any, at: str = "") -> list[str]:
    """Each value that is another one afterwards, with its place."""
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys():
        return [one for key in before for one in differences(before[key], after[key], f"{at}.{key}")]
    if isinstance(before, list | tuple) and isinstance(after, list | tuple) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [one for number, (old, new) in pairs for one in differences(old, new, f"{at}[{number}]")]
    return [] if repr(before) == repr(after) else [f"{at}: {before!r} became {after!r}"]
