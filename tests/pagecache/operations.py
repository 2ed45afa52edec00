"""What is done to a site: by its owner, by the clock, by strangers with SQL, and what is taken back.

An operation is a verb and numbers, which choose among what is there. So any part of a list of operations makes sense,
and a list that fails can be made short.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from tests.factories import SITE, day, draft, post
from tests.pagecache.cached import TABLES, writable, write
from westmarch.authors.models import Author
from westmarch.links import actions as links
from westmarch.media.models import Media
from westmarch.posts import actions, listings
from westmarch.posts.drafts import Draft
from westmarch.posts.meta import Meta
from westmarch.posts.models import Byline, MostRead, Post, Related
from westmarch.site import actions as site_actions
from westmarch.subjects.names import fold
from westmarch.tags.models import Tag, Tagging
from westmarch.topics.models import Part, Topic

#: The moment at which the clock of the site stands at first: all posts of `cached.fill` are older.
EPOCH = day(400)
#: More posts are not made, so that lists stay as short as tests are to be.
MOST_POSTS = 24


class Operation(NamedTuple):
    """A verb of `WRITES`, or one that `Watched` knows, with numbers that choose."""

    verb: str
    numbers: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.verb}{self.numbers}"


#: Does an operation in the transaction of the session; the moment is that of the site's clock.
Write = Callable[[Session, tuple[int, ...], datetime], Any]


class TakenBack(Exception):
    """Raised in the middle of a transaction, so that all of it is rolled back."""


def _one(session: Session, column: Any, number: int) -> Any:
    """The value of a column in the row that a number chooses, None where there is no row."""
    found = session.scalars(select(column).order_by(column)).all()
    return found[number % len(found)] if found else None


def _post(session: Session, number: int) -> int:
    return _one(session, Post.id, number) or 0


def _fields(numbers: tuple[int, ...]) -> dict[str, Any]:
    """Fields of a draft."""
    _, one, two, three, four, five = numbers
    return {
        "status": ("published", "published", "published", "draft")[one // 7 % 4],
        "published_at": day(two % 400),
        "unlisted": one % 8 == 0,
        "pinned": two % 6 == 0,
        "tags": (("Sea",), ("Sea", "Wind"), ("Wind", "Sand"), ())[three // 7 % 4],
        "authors": (("Nell",), ("Bo", "Nell"), ("Bo",))[four // 7 % 3],
        "topic": (None, "Tides", "Tides", "Dunes")[five // 7 % 4],
        "part": (None, 0, 1, 5)[five % 4],
        "language": ("en", "en", "de")[two % 3],
        "translation_group": (None, None, "g")[three % 3],
        "meta": Meta(("", "", f"Told {two % 3}")[four % 3], ("", f"So it is told {two % 2}.")[five % 2]),
    }


def _draft(numbers: tuple[int, ...], **fields: Any) -> Draft:
    number = numbers[1]
    return draft(f"Post {number % 10}", f"Words {number}, see [one](/p1/).\n\nMore {numbers[2]}.\n", **fields)


def _draft_of(session: Session, post_id: int, title: str, markdown: str, **fields: Any) -> Draft:
    """A draft that changes nothing of a post but its text, and what `fields` say."""
    row = session.get(Post, post_id, populate_existing=True)
    kept: dict[str, Any] = {}
    if row is not None:
        columns = (
            "kind", "slug", "summary", "status", "published_at", "unlisted", "pinned", "language", "cover_id",
            "translation_group",
        )  # fmt: skip
        kept = {name: getattr(row, name) for name in columns}
        title = title or row.title
        part = session.execute(
            select(Topic.title, Part.rank).join(Part, Part.topic_id == Topic.id).where(Part.subject_id == post_id)
        ).first()
        kept |= {"topic": part and part.title, "part": part and part.rank}
    names = select(Tag.name).join(Tagging, Tagging.tag_id == Tag.id).where(Tagging.subject_id == post_id)
    kept["tags"] = tuple(session.scalars(names.order_by(Tagging.rank)))
    writers = select(Author.name).join(Byline, Byline.author_id == Author.id).where(Byline.post_id == post_id)
    kept["authors"] = tuple(session.scalars(writers.order_by(Byline.rank)))
    return draft(title or "A title", markdown, **kept | fields)


def create(session: Session, numbers: tuple[int, ...], _moment: datetime) -> None:
    if len(session.scalars(select(Post.id)).all()) < MOST_POSTS:
        made = _draft(numbers, kind="page" if numbers[0] % 7 == 0 else "post", **_fields(numbers))
        actions.create(session, made, SITE, actor="test")


def edit(session: Session, numbers: tuple[int, ...], _moment: datetime) -> None:
    post_id = _post(session, numbers[0])
    kind = session.scalar(select(Post.kind).where(Post.id == post_id)) or "post"
    actions.revise(session, post_id, _draft(numbers, kind=kind, **_fields(numbers)), SITE, actor="test")


def edit_body(session: Session, numbers: tuple[int, ...], _moment: datetime) -> None:
    post_id = _post(session, numbers[0])
    made = _draft_of(session, post_id, "", f"Words 0.\n\nOther words {numbers[1]} below the first ones.\n")
    actions.revise(session, post_id, made, SITE, actor="test")


def edit_title(session: Session, numbers: tuple[int, ...], _moment: datetime) -> None:
    post_id = _post(session, numbers[0])
    made = _draft_of(session, post_id, f"Title {numbers[1]}", "Words 0.\n")
    actions.revise(session, post_id, made, SITE, actor="test")


def retag(session: Session, numbers: tuple[int, ...], _moment: datetime) -> None:
    post_id = _post(session, numbers[0])
    tags = (("Sea",), ("Wind",), ("Wind", "Sea"), ("Sand", "Sea"), ())[numbers[1] % 5]
    actions.revise(session, post_id, _draft_of(session, post_id, "", "Words 0.\n", tags=tags), SITE, actor="test")


def publish(session: Session, numbers: tuple[int, ...], _moment: datetime) -> None:
    actions.publish(session, _post(session, numbers[0]), SITE, actor="test", at=day(numbers[1] % 400))


def unpublish(session: Session, numbers: tuple[int, ...], _moment: datetime) -> None:
    actions.withdraw(session, _post(session, numbers[0]), SITE, actor="test")


def trash(session: Session, numbers: tuple[int, ...], _moment: datetime) -> None:
    actions.trash(session, _post(session, numbers[0]), SITE, actor="test")


def restore(session: Session, numbers: tuple[int, ...], _moment: datetime) -> None:
    actions.restore(session, _post(session, numbers[0]), SITE, actor="test")


def purge(session: Session, numbers: tuple[int, ...], _moment: datetime) -> None:
    actions.purge(session, _post(session, numbers[0]), SITE, actor="test")


def move(session: Session, numbers: tuple[int, ...], _moment: datetime) -> None:
    path = ("/p{}/", "/moved-{}/", "/notes/{}/")[numbers[1] % 3].format(numbers[2] % 6)
    actions.move(session, _post(session, numbers[0]), path, actor="test")


def redirect(session: Session, numbers: tuple[int, ...], _moment: datetime) -> None:
    links.redirect(session, f"/moved-{numbers[0] % 6}/", f"/p{numbers[1] % 6}/", permanent=numbers[2] % 2 == 0)


def rename_tag(session: Session, numbers: tuple[int, ...], _moment: datetime) -> None:
    name = f"Tag {numbers[1] % 50}"
    session.execute(update(Tag).where(Tag.id == _one(session, Tag.id, numbers[0])).values(name=name, folded=fold(name)))


def describe_tag(session: Session, numbers: tuple[int, ...], _moment: datetime) -> None:
    chosen = Tag.id == _one(session, Tag.id, numbers[0])
    session.execute(update(Tag).where(chosen).values(description=("", f"What is {numbers[1]}.")[numbers[1] % 2]))


def introduce(session: Session, numbers: tuple[int, ...], _moment: datetime) -> None:
    html = f"<p>About {numbers[1]}.</p>"
    session.execute(update(Topic).where(Topic.id == _one(session, Topic.id, numbers[0])).values(introduction_html=html))
    session.execute(update(Author).where(Author.id == _one(session, Author.id, numbers[2])).values(bio_html=html))


def reorder(session: Session, numbers: tuple[int, ...], _moment: datetime) -> None:
    """Put the parts of a topic into another order."""
    topic_id = _one(session, Topic.id, numbers[0])
    parts = list(session.scalars(select(Part.subject_id).where(Part.topic_id == topic_id).order_by(Part.rank)))
    Random(numbers[1]).shuffle(parts)
    for rank, subject_id in enumerate(parts):
        session.execute(update(Part).where(Part.subject_id == subject_id).values(rank=rank))
    if topic_id is not None:
        listings.number(session, topic_id)


def options(session: Session, numbers: tuple[int, ...], _moment: datetime) -> None:
    number = numbers[1]
    values: dict[str, Any] = {
        "tagline": f"Line {number}",
        "title": f"Site {number}",
        "posts_per_page": 2 + number % 4,
        "feed_items": 1 + number % 4,
        "footer": f"*Foot* {number}",
        "accent": f"#{number:06x}",
        "navigation": [{"address": "/tags/"}, {"address": "/about/", "title": f"About {number}"}],
        "sides": [{"part": "text", "text": f"Text {number}"}, {"part": "most-read"}, {"part": "tags"}][number % 3 :],
        "language": ("en", "de")[number % 2],
        "timezone": ("UTC", "Asia/Tokyo")[number % 2],
    }
    name = list(values)[numbers[0] % len(values)]
    site_actions.change(session, {name: values[name]}, actor="test")


def schedule(session: Session, numbers: tuple[int, ...], moment: datetime) -> None:
    """Let a post appear some hours later; some of them are due at once."""
    post_id = _post(session, numbers[0])
    at = moment + timedelta(hours=numbers[1] % 48 - 4)
    made = _draft_of(session, post_id, f"Due {numbers[2]}", "Words.\n", status="scheduled", published_at=at)
    actions.revise(session, post_id, made, SITE, actor="test")


def publish_due(session: Session, _numbers: tuple[int, ...], moment: datetime) -> None:
    actions.publish_due(session, SITE, moment)


def taken_back(session: Session, numbers: tuple[int, ...], moment: datetime) -> None:
    """Write much, and take it back."""
    edit_title(session, numbers, moment)
    options(session, numbers, moment)
    raise TakenBack


def failed(session: Session, numbers: tuple[int, ...], moment: datetime) -> None:
    """Fail in the middle: a row that the database refuses comes after those that it took."""
    edit_title(session, numbers, moment)
    name = _one(session, Tag.name, numbers[0]) or "Sea"
    values: dict[str, Any] = {
        "id": _post(session, 0),
        "name": name,
        "folded": fold(name),
        "slug": "x",
        "path": "/x/",
        "synonyms": [],
    }
    session.execute(insert(Tag), [values, values])


def partly(session: Session, numbers: tuple[int, ...], moment: datetime) -> None:
    """Take a part of a transaction back, to a savepoint."""
    describe_tag(session, numbers, moment)
    with session.begin_nested() as inner:
        edit_title(session, numbers, moment)
        inner.rollback()
    with session.begin_nested():
        rename_tag(session, numbers[::-1], moment)


def bulk(session: Session, numbers: tuple[int, ...], _moment: datetime) -> None:
    """Write many rows with one statement."""
    number = numbers[1]
    session.execute(
        (
            update(Post).values(title=Post.title + "!").where(Post.id % 3 == number % 3),
            update(Post).values(excerpt_html=f"<p>Short {number}.</p>"),
            update(Tag).values(description=f"All {number}."),
            delete(Related),
            delete(MostRead),
            update(Post).values(pinned=number % 2 == 0).where(Post.kind == "post"),
            update(Media).values(alt=f"Alt {number}"),
        )[numbers[0] % 7]
    )


def read_most(session: Session, numbers: tuple[int, ...], _moment: datetime) -> None:
    """Make other posts those that are read most."""
    session.execute(delete(MostRead))
    ids = {_post(session, number) for number in numbers[:3]} - {0}
    for place, post_id in enumerate(sorted(ids), 1):
        session.execute(insert(MostRead).values(place=place, post_id=post_id))


def relate(session: Session, numbers: tuple[int, ...], _moment: datetime) -> None:
    one, other = _post(session, numbers[0]), _post(session, numbers[1])
    if one != other:
        session.execute(delete(Related).where(Related.post_id == one))
        session.execute(insert(Related).values(post_id=one, rank=1, other_id=other))


def cover(session: Session, numbers: tuple[int, ...], _moment: datetime) -> None:
    """Give a post another picture, or none."""
    digest = f"{numbers[1]:064x}"
    media_id = session.scalar(select(Media.id).where(Media.hash == digest))
    if media_id is None:
        made = Media(hash=digest, kind="image", mime="image/png", extension="png", filename="c.png", size=9,
                     width=80, height=60, alt=f"Picture {numbers[1]}", created_at=day(0))  # fmt: skip
        session.add(made)
        session.flush()
        media_id = made.id
    chosen = Post.id == _post(session, numbers[0])
    session.execute(update(Post).where(chosen).values(cover_id=None if numbers[2] % 4 == 0 else media_id))


def recount(session: Session, _numbers: tuple[int, ...], _moment: datetime) -> None:
    actions.recount(session, SITE)


def refill(session: Session, numbers: tuple[int, ...], _moment: datetime) -> None:
    """Publish a post that is like the first ones, wherever there is room for one."""
    if len(session.scalars(select(Post.id)).all()) < MOST_POSTS:
        title = f"Post {numbers[1] % 10}"
        post(session, title, tags=("Sea", "Wind"), authors=("Nell",), topic="Tides", published_at=day(numbers[2] % 400))


#: The columns that a stranger writes, by the numbers that `cached.write` takes.
COLUMNS = [
    (table_number, column_number)
    for table_number, table in enumerate(TABLES)
    for column_number, _ in enumerate(writable(table))
]


def stranger(session: Session, numbers: tuple[int, ...], _moment: datetime) -> None:
    """Write a value into any column of any row. The first number chooses the column."""
    table_number, column_number = COLUMNS[numbers[0] % len(COLUMNS)]
    write(session, table_number, numbers[1], column_number, numbers[2] % 13)


#: What runs in a transaction of ours.
WRITES: Mapping[str, Write] = {
    one.__name__: one
    for one in (
        create, edit, edit_body, edit_title, retag, publish, unpublish, trash, restore, purge, move, redirect,
        rename_tag, describe_tag, introduce, reorder, options, schedule, taken_back, failed, partly, bulk, read_most,
        relate, cover, recount, refill, stranger, publish_due,
    )
}  # fmt: skip
#: How often each verb comes, against the others.
WEIGHTS: Mapping[str, int] = {
    "create": 4, "edit": 8, "edit_body": 4, "edit_title": 5, "retag": 5, "publish": 5, "unpublish": 3, "trash": 2,
    "restore": 3, "purge": 1, "move": 5, "redirect": 1, "rename_tag": 4, "describe_tag": 3, "introduce": 3,
    "reorder": 4, "options": 6, "schedule": 4, "clock": 4, "import_folder": 2, "taken_back": 3, "failed": 3,
    "partly": 3, "bulk": 4, "read_most": 2, "relate": 2, "cover": 3, "recount": 1, "refill": 2, "stranger": 30,
    "elsewhere": 8, "overlap": 10, "bring_back": 1,
}  # fmt: skip


def operations(
    seed: int, count: int, weights: Mapping[str, int] = WEIGHTS, table: str | None = None
) -> list[Operation]:
    """So many operations, the same ones for the same seed.

    Strangers write into all columns in turn; into those of one table alone, where that is named.
    """
    random = Random(seed)
    turns = [column for column in COLUMNS if table in (None, TABLES[column[0]].name)]
    random.shuffle(turns)
    made, column = [], 0
    for verb in random.choices(list(weights), list(weights.values()), k=count):
        numbers = tuple(random.randrange(1000) for _ in range(6))
        if verb == "stranger":
            numbers = (COLUMNS.index(turns[column % len(turns)]), *numbers[1:])
            column += 1
        made.append(Operation(verb, numbers))
    return made
