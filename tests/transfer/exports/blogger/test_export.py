"""Exports of Blogger, brought into a site."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.transfer.exports.blogger.writing import HOME, Below, Text, classic, takeout
from tests.transfer.exports.reading import bring, markdown
from tests.transfer.folders import counted, post, row
from westmarch.comments.models import ImportedComment
from westmarch.db.database import Database
from westmarch.links.queries import resolve
from westmarch.transfer.exports.blogger.export import open_

Writer = Callable[..., Path]

both = pytest.mark.parametrize("write", [classic, takeout])


@both
async def test_a_blog_comes_in_with_its_addresses_labels_and_comments(
    db: Database, tmp_path: Path, write: Writer
) -> None:
    path = write(
        tmp_path / "feed.atom",
        Text(
            1,
            f'<p>One <a href="{HOME}/p/3.html">three</a></p><a name="more"></a><p>rest</p>',
            title="A & B",
            labels=("Sea", "Sun & sand"),
            comments=[Below(8, "Hi"), Below(9, "<b>Yes</b>", parent=8)],
        ),
        Text(2, status="DRAFT"),
        Text(3, kind="page"),
    )
    found = await bring(db, partial(open_, path, url=HOME), tmp_path)
    assert counted(found) == {"imported": 3}
    stored = await post(db, row(found, "post-1")["id"])
    assert (stored.title, stored.path, stored.status) == ("A & B", "/2020/01/1.html", "published")
    assert stored.guid == "tag:blogger.com,1999:blog-1.post-1"
    text = await markdown(db, stored.id)
    assert text == "One [three](/p/3.html)\n\n<!-- more -->\n\nrest\n"
    assert (await post(db, row(found, "post-2")["id"])).status == "draft"
    answer = await db.read(resolve, "/p/3.html", "")
    assert (answer.status, answer.subject_id) == (200, row(found, "page-3")["id"])
    kept = await db.read(lambda session: list(session.scalars(select(ImportedComment).order_by(ImportedComment.id))))
    assert [(one.key, one.parent, one.content, one.status, one.author) for one in kept] == [
        ("8", None, "Hi", "approved", "Bob"),
        ("9", "8", "<b>Yes</b>", "approved", "Bob"),
    ]
    assert counted(await bring(db, partial(open_, path, url=HOME), tmp_path)) == {"unchanged": 3}


async def test_the_two_kinds_of_exports_of_one_blog_are_the_same_blog(db: Database, tmp_path: Path) -> None:
    await bring(db, partial(open_, classic(tmp_path / "a.xml", Text(1))), tmp_path)
    found = await bring(db, partial(open_, takeout(tmp_path / "b.atom", Text(1)), url=HOME), tmp_path)
    assert counted(found) == {"unchanged": 1}
