"""What a statement reads, told from its structure."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Select, bindparam, func, make_url, select, text, union_all
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.compiler import SQLCompiler

from westmarch.authors.models import Author
from westmarch.changes.models import Change
from westmarch.db.types import UTCDateTime
from westmarch.media.models import Media
from westmarch.ops.schema import VERSION
from westmarch.pagecache.expressions import Unclear
from westmarch.pagecache.sources import Given, Returned
from westmarch.pagecache.statements import shape
from westmarch.posts.models import Byline, MostRead, Post, PostView, Related
from westmarch.tags.models import Tag, Tagging
from westmarch.topics.models import Part

pytestmark = pytest.mark.unit

post, tag, tagging, author, byline, media = (model.__table__.c for model in (Post, Tag, Tagging, Author, Byline, Media))
part = Part.__table__.c
related, most_read = Related.__table__.c, MostRead.__table__.c


def uses(statement: Select[*tuple[object, ...]]) -> list[str]:
    """The uses of a statement, in short; the same on both engines."""
    told = []
    for engine in ("sqlite", "postgresql+asyncpg"):
        compiled = statement.compile(dialect=make_url(f"{engine}://").get_dialect()())
        assert isinstance(compiled, SQLCompiler)
        told.append(sorted(str(use) for use, _ in shape(compiled).uses))
    assert told[0] == told[1]
    return told[0]


def test_an_equality_on_a_logged_column_narrows_what_is_read() -> None:
    assert uses(select(tagging.rank).where(tagging.tag_id == bindparam("tag"))) == ["tagging(tag_id in; rank)"]


def test_an_equality_on_a_column_that_is_not_logged_is_one_of_the_columns() -> None:
    assert uses(select(tag.name).where(tag.name == "x", tag.slug == "y")) == ["tag(slug in; name)"]


def test_rows_that_come_back_by_their_key_are_told_apart_from_which_rows_they_are() -> None:
    statement = select(tag.id, tag.name).where(tag.post_count > 0).order_by(tag.post_count).limit(5)
    assert uses(statement) == ["tag(id in; id, name)", "tag(post_count >; post_count)"]


def test_an_order_matters_for_which_rows_come_back_only_where_a_limit_cuts() -> None:
    statement = select(tag.id, tag.name).where(tag.slug == "x").order_by(tag.folded)
    assert uses(statement) == ["tag(id in; folded, id, name)", "tag(slug in; )"]
    assert uses(statement.limit(1)) == ["tag(id in; id, name)", "tag(slug in; folded)"]


def test_an_aggregate_reads_all_that_it_counts() -> None:
    assert uses(select(func.count()).where(tagging.tag_id == 1)) == ["tagging(tag_id in; )"]
    assert uses(select(tag.id, func.max(tag.name)).group_by(tag.id)) == ["tag(; id, name)"]


def test_a_value_that_one_side_of_a_join_is_given_holds_for_the_other() -> None:
    statement = select(post.id, byline.rank).join_from(Post.__table__, Byline.__table__, byline.post_id == post.id)
    found = uses(statement.where(post.id == 1))
    assert [use.partition(";")[0] for use in found] == ["byline(post_id in", "post(id in"]


def test_what_a_foreign_key_leads_to_is_read_by_its_rows() -> None:
    statement = select(tagging.subject_id, tag.id, tag.name).join_from(
        Tagging.__table__, Tag.__table__, tag.id == tagging.tag_id
    )
    assert uses(statement.where(tagging.subject_id == 1)) == [
        "tag(id in; id, name)",
        "tagging(subject_id in; subject_id, tag_id)",
    ]


def test_what_a_foreign_key_leads_to_is_read_as_a_whole_where_it_is_filtered() -> None:
    statement = select(tagging.subject_id, tag.id, tag.name).join_from(
        Tagging.__table__, Tag.__table__, tag.id == tagging.tag_id
    )
    assert uses(statement.where(tagging.subject_id == 1, tag.name == "x")) == [
        "tag(; id, name)",
        "tag(id in; id, name)",
        "tagging(subject_id in; subject_id, tag_id)",
    ]


def test_a_left_join_is_read_by_the_keys_that_come_back() -> None:
    left = select(most_read.place, most_read.post_id, post.title).outerjoin_from(
        MostRead.__table__, Post.__table__, (post.id == most_read.post_id) & (post.visible == 2)
    )
    assert uses(left) == [
        "most_read(; )",
        "most_read(place in; place, post_id)",
        "post(visible in, id in; id, title)",
    ]


def test_a_left_join_whose_right_side_decides_is_read_as_a_whole() -> None:
    left = select(most_read.place, most_read.post_id, post.title).outerjoin_from(
        MostRead.__table__, Post.__table__, post.id == most_read.post_id
    )
    for deciding in (left.where(post.visible == 2), left.order_by(post.title).limit(3)):
        assert any(use.startswith("post(;") for use in uses(deciding)), uses(deciding)


def test_an_inner_join_that_is_no_foreign_key_is_read_as_a_whole() -> None:
    statement = select(post.id, post.title, related.rank).join_from(
        Related.__table__, Post.__table__, post.id == related.other_id
    )
    assert any(use.startswith("post(visible in;") for use in uses(statement.where(post.visible == 2)))


def test_selects_inside_of_a_select_are_read_too() -> None:
    inner = select(tagging.subject_id.label("id")).where(tagging.tag_id == 1).order_by(tagging.listed_at).limit(2)
    found = inner.subquery()
    assert uses(select(found.c.id)) == ["tagging(tag_id in; listed_at, subject_id)"]
    there = select(tag.id).where(tag.slug == "x").exists()
    assert uses(select(author.name).where(author.id == 1, there)) == ["author(id in; name)", "tag(slug in; id)"]
    newest = select(func.max(tag.folded)).scalar_subquery()
    assert uses(select(author.name).where(author.id == 1, author.name > newest)) == [
        "author(id in; name)",
        "tag(; folded)",
    ]


def test_what_parts_of_a_union_give_back_is_read_by_its_rows() -> None:
    parts = union_all(
        select(tag.id.label("id"), tag.name.label("name")).where(tag.slug == "x"),
        select(author.id, author.name).where(author.slug == "x"),
    ).subquery()
    assert uses(select(parts).order_by(parts.c.id)) == [
        "author(id in; id, name)", "author(slug in; )", "tag(id in; id, name)", "tag(slug in; )",
    ]  # fmt: skip


def test_moments_and_ranges_narrow_what_is_read() -> None:
    before = bindparam("before", type_=UTCDateTime)
    assert uses(select(tagging.subject_id).where(tagging.tag_id == 1, tagging.listed_at < before)) == [
        "tagging(tag_id in, listed_at <; subject_id)"
    ]
    assert uses(select(part.subject_id).where(part.topic_id == 1, part.number.between(bindparam("a"), 9))) == [
        "part(topic_id in, number >=, number <=; subject_id)"
    ]


def test_moments_are_compared_by_which_is_later_alone() -> None:
    at = bindparam("at", type_=UTCDateTime)
    assert uses(select(tagging.rank).where(tagging.listed_at == at)) == ["tagging(; listed_at, rank)"]


def test_a_moment_is_given_as_the_log_has_it() -> None:
    moment = datetime(2024, 5, 1, 12, tzinfo=UTC)
    statement = select(post.id).where(post.published_at < bindparam("at", type_=UTCDateTime))
    for engine, expected in (("sqlite", "2024-05-01 12:00:00.000000"), ("postgresql+asyncpg", moment)):
        compiled = statement.compile(dialect=make_url(f"{engine}://").get_dialect()())
        assert isinstance(compiled, SQLCompiler)
        [given] = [sources[0] for use, sources in shape(compiled).uses if str(use) == "post(published_at <; )"]
        assert given.of({"at": (moment,)}, ()) == (expected,)


def test_nothing_equals_null() -> None:
    assert Given((), ("group",)).of({"group": (None,)}, ()) == ()
    assert Returned(1).of({}, ((1, None), (2, 5), (3, 5))) == (5,)


def test_the_log_itself_is_not_read() -> None:
    assert uses(select(func.max(Change.position))) == []


@pytest.mark.parametrize(
    "statement",
    [
        select(PostView.views),
        select(VERSION.c.version_num),
        select(text("1 FROM post")),
        select(post.id).where(text("title = 'x'")),
        select(post.id).order_by(text("title")),
        select(post.id).join_from(Post.__table__, Media.__table__, media.id == post.cover_id, full=True),
        select(select(tag.id).cte("c").c.id),
    ],
)
def test_what_is_not_understood_is_unclear(statement: Select[*tuple[object, ...]]) -> None:
    compiled = statement.compile(dialect=sqlite.dialect())
    assert isinstance(compiled, SQLCompiler)
    with pytest.raises(Unclear):
        shape(compiled)
