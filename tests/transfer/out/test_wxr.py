"""A site as WordPress' importer takes it."""

import io
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

from sqlalchemy import update

from tests import factories
from tests.factories import SITE, post
from tests.transfer.out.sites import ADDRESSES, PICTURES, emptied
from westmarch.comments.models import ImportedComment
from westmarch.db.database import Database, open_database
from westmarch.links import actions as links
from westmarch.media import actions as media
from westmarch.media.files import examine
from westmarch.media.models import Media
from westmarch.posts import actions
from westmarch.site import actions as site_actions
from westmarch.transfer.exports.sameness import skeleton
from westmarch.transfer.exports.wordpress.export import open_
from westmarch.transfer.importing import Wanted, import_export
from westmarch.transfer.out.posts import exported_posts
from westmarch.transfer.out.wxr import export_wxr
from westmarch.transfer.report import Report

URL = "https://example.org"
NAMES = {
    "wp": "http://wordpress.org/export/1.2/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "excerpt": "http://wordpress.org/export/1.2/excerpt/",
    "dc": "http://purl.org/dc/elements/1.1/",
}


def fill(session: Any, folder: Path) -> None:
    """Texts of each state, and a picture that one shows."""
    site_actions.change(session, {"title": "A & B", "timezone": "Asia/Kathmandu"}, actor="test")
    cover = media.store(session, folder, PICTURES[0], examine(PICTURES[0], "a.png"), filename="Öl.png", alt="Red").id
    post(
        session,
        "One <&> \x0c",
        f"![]({ADDRESSES[0]}) [two](/two/)\n",
        cover_id=cover,
        tags=("Big Tag",),
        authors=("Ada L", "Bob"),
        topic="A course",
        pinned=True,
        summary="In short",
        extra={"x": 1},
    )
    post(session, "Two", status="draft", published_at=None, kind="page")
    post(session, "Three", status="scheduled")
    post(session, "Four", unlisted=True)
    actions.trash(session, post(session, "Five"), SITE, actor="test")
    links.redirect(session, "/from/", "https://example.com/")


def text(item: ET.Element, name: str) -> str | None:
    return item.findtext(name, namespaces=NAMES)


async def written(db: Database, folder: Path) -> tuple[Any, list[ET.Element]]:
    await db.write(fill, folder / "media")
    done = await db.read(export_wxr, folder / "out.xml", url=URL)
    channel = ET.parse(folder / "out.xml").getroot().find("channel")
    assert channel is not None
    return done, [channel, *channel.findall("item")]


async def test_each_text_has_its_state_and_what_belongs_to_it(db: Database, tmp_path: Path) -> None:
    done, (channel, *items) = await written(db, tmp_path)
    assert (text(channel, "title"), text(channel, "wp:wxr_version")) == ("A & B", "1.2")
    assert [text(one, "wp:status") for one in items] == ["publish", "draft", "future", "private", "trash", "inherit"]
    assert [text(one, "wp:post_type") for one in items] == ["post", "page", "post", "post", "post", "attachment"]
    one, two, *_, file = items
    assert (text(one, "title"), text(one, "dc:creator"), text(one, "excerpt:encoded")) == (
        "One &lt;&amp;&gt; \ufffd",
        "ada-l",
        "In short",
    )
    assert (text(one, "wp:post_date"), text(one, "wp:post_date_gmt")) == ("2024-01-01 17:45:00", "2024-01-01 12:00:00")
    assert (text(two, "wp:post_date"), text(one, "wp:is_sticky")) == ("0000-00-00 00:00:00", "1")
    found = {(c.get("domain"), c.get("nicename"), c.text) for c in one.findall("category")}
    assert found == {("post_tag", "big-tag", "Big Tag"), ("category", "a-course", "A course")}
    content = text(one, "content:encoded") or ""
    assert f'src="{URL}{ADDRESSES[0]}"' in content
    assert f'href="{URL}/two/"' in content
    assert text(file, "wp:attachment_url") == URL + ADDRESSES[0]
    (cover,) = one.findall("wp:postmeta", NAMES)
    assert (text(cover, "wp:meta_key"), text(cover, "wp:meta_value")) == ("_thumbnail_id", text(file, "wp:post_id"))
    numbers = [text(item, "wp:post_id") for item in items]
    assert len(set(numbers)) == len(numbers)
    assert (done.posts, done.media) == (5, 1)


async def test_what_wordpress_has_no_place_for_is_told(db: Database, tmp_path: Path) -> None:
    done, _ = await written(db, tmp_path)
    assert done.losses == {
        "redirects and addresses of what was removed": 1,
        "all authors but the first of a text": 1,
        "fields that templates are told": 1,
        "places in a topic": 1,
        "characters that XML cannot hold": 1,
        "unlisted texts, which become private": 1,
    }


RICH = """A paragraph with *one*, **two**, `code`, ~~three~~ and a [link](/three/ "title").

## A heading

- one
  - inner
- two

1. first
2. second

> A quote
> of two lines

```python
def f(x):

    return "<&>"
```

| a | b |
|---|--:|
| c | d |

A note.[^1] Math $a^2$ and an end.\\
Next line.

[^1]: The *note*.

> [!TIP]
> A box.
"""


def told(session: Any) -> dict[str, Any]:
    """What WXR has a place for, of each text."""
    found = {}
    for one in exported_posts(session):
        terms = sorted([*one.tags, *([one.topic] if one.topic else [])])
        said = (one.kind, one.path, one.published_at, terms, one.authors[:1], one.summary, one.pinned, one.cover)
        found[one.text.title] = (*said, one.status, skeleton(one.text.html))
    return found


async def test_our_own_import_of_wordpress_takes_it(db: Database, tmp_path: Path) -> None:
    await db.write(fill, tmp_path / "media")
    await db.write(lambda session: post(session, "Rich", RICH))
    before = await db.read(told)
    file = tmp_path / "out.xml"
    await db.read(export_wxr, file, url=URL)
    async with open_database(await emptied(tmp_path)) as other:
        report, wanted = Report(io.BytesIO()), Wanted(tmp_path, tmp_path / "other")
        await import_export(other, wanted, lambda asked: open_((file,), asked, pictures=True), report)
        after = await other.read(told)
    # Private stands for unlisted, and comes in as a draft; what is in the trash stays there.
    assert sorted(before.keys() - after.keys()) == ["Five", "One <&> \x0c"]
    for title in ("Two", "Rich"):
        assert after[title] == before[title]
    # Its date has passed.
    assert after["Three"] == (*before["Three"][:-2], "published", before["Three"][-1])
    # A link to a draft keeps its whole address.
    *said, shown = after["One <&> \ufffd"]
    assert (*said, shown.replace(f"{URL}/two/", "/two/")) == before["One <&> \x0c"]
    assert after["Four"][-2] == "draft"


def commented(session: Any, folder: Path) -> None:
    """Two posts and two files that have one title and one moment, an author who has no ASCII, and comments."""
    for number in (0, 1):
        content = PICTURES[number]
        media.store(session, folder, content, examine(content, "a.png"), filename="Cover.png")
    session.execute(update(Media).values(created_at=factories.START))
    post(session, "Same", slug="a", authors=("عمر",))
    found = post(session, "SÀME", slug="b")
    told = {"post_id": found, "kind": "comment", "email": "", "url": "", "content": "x"}
    session.add_all(
        [
            ImportedComment(key="x", parent="y", status="pending", author="Answer", **told),
            ImportedComment(key="y", status="approved", author="First", at=factories.START, **told),
        ]
    )


async def test_wordpress_takes_nothing_for_the_same_and_no_answer_for_a_comment(db: Database, tmp_path: Path) -> None:
    await db.write(commented, tmp_path / "media")
    done = await db.read(export_wxr, tmp_path / "out.xml", url=URL)
    items = list(ET.parse(tmp_path / "out.xml").getroot().iter("item"))
    assert len({text(item, "wp:post_date") for item in items[:2]}) == 2
    assert len({text(item, "wp:post_date") for item in items[2:]}) == 2
    assert done.losses["times that differ by seconds from those of texts or files with the same title"] == 2
    assert text(items[0], "dc:creator") == "author-1"
    said = [
        [text(one, f"wp:comment_{name}") for name in ("id", "author", "approved", "parent", "date_gmt")]
        for one in items[1].findall("wp:comment", NAMES)
    ]
    assert said == [
        ["1", "First", "1", "0", "2024-01-01 12:00:00"],
        ["2", "Answer", "0", "1", "0000-00-00 00:00:00"],
    ]
