"""Whatever changes a row is in the log, whoever does it and however."""

import pytest
from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from tests.changes.logged import MOMENT, Log, count, sql, subject, tag
from tests.factories import post
from tests.shells import Shell
from westmarch.changes import queries
from westmarch.db.database import Database
from westmarch.db.types import now
from westmarch.db.upsert import both
from westmarch.followers.models import Follower
from westmarch.posts.models import Post
from westmarch.site.models import SiteOption
from westmarch.subjects.models import Subject
from westmarch.tags.models import Tag, Tagging

INSERT, UPDATE, DELETE = "insert", "update", "delete"

on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"])
on_postgresql = pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)])


async def test_the_orm_is_seen(db: Database, log: Log) -> None:
    row = await db.write(tag, "a")
    assert await log.short() == [(INSERT, (row,), None), (INSERT, (row,), None)]

    def rename(session: Session) -> None:
        entity = session.get_one(Tag, row)
        session.expire(entity)  # the ORM's own events know no old value then
        entity.slug, entity.description = "b", "new"

    await db.write(rename)
    [change] = await log.new()
    assert (change.table, change.operation, change.columns) == ("tag", UPDATE, frozenset({"slug", "description"}))
    assert (change.old, change.new) == (
        {"id": row, "slug": "a", "post_count": 0},
        {"id": row, "slug": "b", "post_count": 0},
    )

    await db.write(lambda session: session.delete(session.get_one(Tag, row)))
    [change] = await log.new()
    assert (change.table, change.operation, change.columns) == ("tag", DELETE, None)
    assert (change.old, change.new) == ({"id": row, "slug": "b", "post_count": 0}, {})


async def test_an_insert_has_the_values_of_its_keys(db: Database, log: Log) -> None:
    row = await db.write(tag, "a")
    [change] = await log.new("tag")
    assert (change.old, change.new) == ({}, {"id": row, "slug": "a", "post_count": 0})


async def test_core_is_seen(db: Database, log: Log) -> None:
    await db.write(lambda session: session.execute(insert(SiteOption).values(key="a", value=1)) and None)
    await db.write(lambda session: session.execute(update(SiteOption).values(value=2)) and None)
    await db.write(lambda session: session.execute(delete(SiteOption)) and None)
    assert await log.short() == [(INSERT, ("a",), None), (UPDATE, ("a",), {"value"}), (DELETE, ("a",), None)]


async def test_each_row_of_bulk_statements_is_seen(db: Database, log: Log) -> None:
    def bulk(session: Session) -> list[int]:
        rows = [{"kind": "note", "created_at": MOMENT} for _ in range(50)]
        ids = list(session.scalars(insert(Subject).returning(Subject.id), rows))
        session.execute(update(Subject), [{"id": row, "kind": "book"} for row in ids[:20]])
        session.execute(update(Subject).where(Subject.id > ids[39]).values(kind=Subject.kind + "s"))
        session.execute(delete(Subject).where(Subject.id.in_(ids[:10])))
        return ids

    ids = await db.write(bulk)
    assert await log.short() == [
        *((INSERT, (row,), None) for row in ids),
        *((UPDATE, (row,), {"kind"}) for row in ids[:20]),
        *((UPDATE, (row,), {"kind"}) for row in ids[40:]),
        *((DELETE, (row,), None) for row in ids[:10]),
    ]


async def test_both_ways_of_on_conflict_are_seen(db: Database, log: Log) -> None:
    await db.write(lambda session: session.add(SiteOption(key="a", value=1)))

    def merge(session: Session) -> None:
        make = both(SiteOption)[session.get_bind().dialect.name]
        rows = [{"key": "a", "value": 2}, {"key": "b", "value": 3}]
        session.execute(make.on_conflict_do_update(index_elements=["key"], set_={"value": make.excluded.value}), rows)
        session.execute(make.on_conflict_do_nothing(), [{"key": "a", "value": 9}])

    await log.new()
    await db.write(merge)
    assert await log.short() == [(UPDATE, ("a",), {"value"}), (INSERT, ("b",), None)]


async def test_cascades_are_seen(db: Database, log: Log) -> None:
    def tagged(session: Session) -> tuple[int, list[int]]:
        row, subjects = tag(session, "a"), [subject(session, "note") for _ in range(3)]
        session.add_all(Tagging(subject_id=other, tag_id=row, rank=0) for other in subjects)
        return row, subjects

    row, subjects = await db.write(tagged)
    await log.new()
    await db.write(lambda session: session.execute(delete(Tag).where(Tag.id == row)) and None)
    assert sorted(await log.short("tagging")) == [(DELETE, (other, row), None) for other in subjects]
    await log.new()


async def test_set_null_is_seen_with_the_value_before(db: Database, log: Log) -> None:
    def neighbours(session: Session) -> tuple[int, int]:
        first, second = post(session, "One"), post(session, "Two")
        session.execute(update(Post).where(Post.id == first).values(next_id=second, previous_id=None))
        session.execute(update(Post).where(Post.id == second).values(next_id=None, previous_id=None))
        return first, second

    first, second = await db.write(neighbours)
    await log.new()

    def remove(session: Session) -> None:
        session.execute(delete(Post).where(Post.id == second))

    await db.write(remove)
    [change] = [c for c in await log.new("post") if c.operation == UPDATE]
    assert (change.row_key, change.columns) == ((first,), frozenset({"next_id"}))
    assert (change.old["next_id"], change.new["next_id"]) == (second, None)


async def test_a_computed_column_is_among_the_changed_ones(db: Database, log: Log) -> None:
    row = await db.write(post, "One")
    await log.new()
    await db.write(lambda session: session.execute(update(Post).values(unlisted=True)) and None)
    [change] = await log.new()
    assert (change.row_key, change.columns) == ((row,), frozenset({"unlisted", "visible"}))
    assert (change.old["visible"], change.new["visible"]) == (2, 1)


async def test_raw_sql_is_seen(db: Database, log: Log) -> None:
    await db.write(sql, "INSERT INTO site_option (key, value) VALUES ('a', '1'), ('b', '2')")
    await db.write(sql, "UPDATE site_option SET value = '3' WHERE key <> 'a'")
    await db.write(sql, "DELETE FROM site_option")
    inserted, updated, deleted = [(INSERT, (k,), None) for k in "ab"], [(UPDATE, ("b",), {"value"})], DELETE
    found = await log.short()
    assert found[:3] == [*inserted, *updated]
    assert sorted(found[3:]) == [(deleted, (k,), None) for k in "ab"]


async def test_another_process_that_knows_nothing_of_us_is_seen(db: Database, log: Log, shell: Shell) -> None:
    shell(
        "INSERT INTO subject (id, kind, created_at) VALUES (7, 'tag', '2026-05-01 09:30:00.000000');\n"
        "INSERT INTO tag VALUES (7, 'n', 'n', 's', '/s/', '', '[]', 0);\n"
        "INSERT INTO tagging VALUES (7, 7, 0, NULL);\n"
        "UPDATE tag SET slug = 't';\n"
        "DELETE FROM tag"
    )
    assert await log.short("tag") == [(INSERT, (7,), None), (UPDATE, (7,), {"slug"}), (DELETE, (7,), None)]
    log.seen = 0
    assert await log.short("tagging") == [(INSERT, (7, 7), None), (DELETE, (7, 7), None)]


@on_sqlite
async def test_replace_is_seen_as_what_it_is(db: Database, log: Log) -> None:
    await db.write(tag, "a")
    other = await db.write(subject)
    await log.new()
    await db.write(
        sql,
        f"REPLACE INTO tag (id, name, folded, slug, path, description, synonyms, post_count) "
        f"VALUES ({other}, 'b', 'b', 'a', '/b/', '', '[]', 0)",
    )
    first, second = await log.new("tag")
    assert (first.operation, first.old["slug"]) == (DELETE, "a")
    assert (second.operation, second.row_key) == (INSERT, (other,))


@on_postgresql
async def test_truncate_is_seen_as_a_change_that_names_no_row(db: Database, log: Log, shell: Shell) -> None:
    await db.write(lambda session: session.add(SiteOption(key="a", value=1)))
    await log.new()
    shell("TRUNCATE site_option")
    [change] = await log.new()
    assert (change.table, change.operation, change.row_key, change.sweeping) == ("site_option", "truncate", (), True)


async def test_an_update_that_changes_nothing_writes_nothing(db: Database, log: Log) -> None:
    await db.write(post, "One")
    await db.write(lambda session: session.add(SiteOption(key="a", value={"x": [1, None]})))
    await log.new()
    await db.write(sql, "UPDATE post SET title = title, trashed_at = NULL, pinned = pinned, extra = extra")
    await db.write(lambda session: session.execute(update(SiteOption).values(value={"x": [1, None]})) and None)
    assert await log.short() == []


async def test_null_and_a_value_are_told_apart(db: Database, log: Log) -> None:
    row = await db.write(subject)
    await log.new()
    await db.write(lambda session: session.execute(update(Subject).values(purged_at=MOMENT)) and None)
    await db.write(lambda session: session.execute(update(Subject).values(purged_at=None)) and None)
    assert await log.short() == [(UPDATE, (row,), {"purged_at"})] * 2


async def test_a_changed_primary_key_is_seen_before_and_after(db: Database, log: Log) -> None:
    await db.write(lambda session: session.add(SiteOption(key="a", value=1)))
    await log.new()
    await db.write(sql, "UPDATE site_option SET key = 'b'")
    [change] = await log.new()
    assert (change.row_key, change.columns) == (("b",), frozenset({"key"}))
    assert (change.old, change.new) == ({"key": "a"}, {"key": "b"})


async def test_a_composite_key_is_in_order_of_its_columns(db: Database, log: Log) -> None:
    def tagging(session: Session) -> tuple[int, int]:
        of, row = subject(session, "note"), tag(session, "a")
        session.add(Tagging(subject_id=of, tag_id=row, rank=3))
        return of, row

    key = await db.write(tagging)
    [change] = await log.new("tagging")
    assert change.row_key == key
    assert change.new == {"subject_id": key[0], "tag_id": key[1], "listed_at": None}


async def test_moments_among_the_keys_are_in_utc_whoever_writes(db: Database, log: Log, shell: Shell) -> None:
    await db.write(post, "One", published_at=MOMENT)
    [first, *_] = await log.new("post")
    zone = "" if db.dialect == "sqlite" else "SET TimeZone = 'Asia/Kolkata';\n"
    shell(f"{zone}UPDATE post SET title = 'Two'")
    [second] = await log.new("post")
    assert first.new["published_at"].replace("T", " ").startswith("2026-05-01 09:30:00")
    assert second.new["published_at"] == first.new["published_at"]
    assert "+" not in second.new["published_at"]


@pytest.mark.parametrize("key", ["'", '"', "\\", "\n\t\x01", "a,b|[c]{d}", "$westmarch$", "𝒳 ü 漢", "%s :a ?"])
async def test_whatever_text_stands_in_a_key_comes_back(db: Database, log: Log, key: str) -> None:
    await db.write(lambda session: session.add(SiteOption(key=key, value=1)))
    await db.write(lambda session: session.execute(delete(SiteOption)) and None)
    assert [change.row_key for change in await log.new()] == [(key,), (key,)]


async def test_private_tables_are_never_in_the_log(db: Database, log: Log, shell: Shell) -> None:
    def private(session: Session) -> None:
        session.add(Follower(name="a", epoch="", position=0, leased_until=now()))
        session.flush()
        session.execute(update(Follower).values(position=5))
        session.execute(delete(Follower))

    before = await db.read(count)
    await db.write(private)
    shell("UPDATE epoch SET name = 'other'")
    assert await log.new() == []
    assert await db.read(count) == before


async def test_a_transaction_rolled_back_leaves_nothing(db: Database, log: Log) -> None:
    def fails(session: Session) -> None:
        tag(session, "a")
        raise LookupError

    before = await db.read(count)
    with pytest.raises(LookupError):
        await db.write(fails)
    assert await db.read(count) == before
    await db.write(subject)
    assert len(await log.new()) == 1


async def test_a_savepoint_rolled_back_leaves_nothing(db: Database, log: Log) -> None:
    def partly(session: Session) -> None:
        session.add(SiteOption(key="a", value=1))
        inner = session.begin_nested()
        session.add(SiteOption(key="b", value=1))
        session.flush()
        inner.rollback()
        with session.begin_nested():
            session.add(SiteOption(key="c", value=1))

    await db.write(partly)
    assert [change.row_key for change in await log.new()] == [("a",), ("c",)]


async def test_positions_of_one_transaction_are_in_order_of_its_statements(db: Database, log: Log) -> None:
    def several(session: Session) -> None:
        for key in "abc":
            sql(session, f"INSERT INTO site_option (key, value) VALUES ('{key}', '1')")
            sql(session, f"UPDATE site_option SET value = '2' WHERE key = '{key}'")

    await db.write(several)
    found = await log.new()
    assert [(c.operation, *c.row_key) for c in found] == [(o, k) for k in "abc" for o in (INSERT, UPDATE)]
    positions = [c.position for c in found]
    assert positions == sorted(set(positions))
    assert await db.read(queries.position) == positions[-1]


async def test_what_a_later_version_wrote_is_sweeping(db: Database, log: Log) -> None:
    insertion = "INSERT INTO change (table_name, operation, format, position) VALUES ('nebula', '{}', {}, {})"
    at = log.seen
    for number, (operation, form) in enumerate((("insert", 2), ("merge", 1), ("insert", 1))):
        await db.write(sql, insertion.format(operation, form, at + 1 + number))
    assert [change.sweeping for change in await log.new()] == [True, True, False]


async def test_the_log_is_read_in_pieces(db: Database, log: Log) -> None:
    for key in "abcde":
        await db.write(sql, f"INSERT INTO site_option (key, value) VALUES ('{key}', '1')")
    first = await db.read(queries.since, log.seen, 2)
    rest = await db.read(queries.since, first[-1].position, 100)
    assert [change.row_key for change in [*first, *rest]] == [(key,) for key in "abcde"]


async def test_each_database_has_an_epoch_of_its_own(db: Database) -> None:
    assert len(await db.read(queries.epoch)) == 32
