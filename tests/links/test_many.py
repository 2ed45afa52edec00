"""Making many subjects and claiming their paths at once."""

from sqlalchemy.orm import Session

from westmarch.db.database import Database
from westmarch.links import actions, many
from westmarch.links.paths import fold
from westmarch.subjects import actions as subjects
from westmarch.subjects import many as many_subjects

WANTED = ["/books/a/", "/books/A/", "/books/a.html", "/books/b/", "/books/a/", "/admin/", "/books/a-2/", "/books/c-1/"]


async def test_each_subject_gets_the_path_wanted_or_its_next_number_and_no_two_share_one(db: Database) -> None:
    def claim(session: Session) -> list[str]:
        actions.claim(session, subjects.create(session, "tag"), "/books/b/")
        ids = many_subjects.create(session, "book", len(WANTED))
        assert ids == sorted(set(ids))
        return many.claim_free(session, list(zip(ids, WANTED, strict=True)))

    found = await db.write(claim)
    assert found == [
        "/books/a/",
        "/books/A-3/",
        "/books/a-4.html",
        "/books/b-2/",
        "/books/a-5/",
        "/admin-2/",
        "/books/a-2/",
        "/books/c-1/",
    ]
    assert len({fold(path) for path in found}) == len(WANTED)


async def test_ids_of_many_subjects_and_of_single_ones_never_meet(db: Database) -> None:
    def create(session: Session) -> list[int]:
        first = [subjects.create(session, "tag"), *many_subjects.create(session, "book", 3)]
        return [*first, subjects.create(session, "tag"), *many_subjects.create(session, "book", 2)]

    ids = [*await db.write(create), await db.write(subjects.create, "tag")]
    assert ids == sorted(set(ids))
    assert len(ids) == 8


async def test_a_name_that_hundreds_share_is_numbered_through(db: Database) -> None:
    def claim(session: Session) -> list[str]:
        ids = many_subjects.create(session, "book", 300)
        return many.claim_free(session, [(i, "/books/poems/") for i in ids])

    first, second = await db.write(claim), await db.write(claim)
    assert first == ["/books/poems/", *(f"/books/poems-{n}/" for n in range(2, 301))]
    assert second == [f"/books/poems-{n}/" for n in range(301, 601)]
