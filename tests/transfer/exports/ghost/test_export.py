"""Exports of Ghost, brought into a site."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.transfer.exports.ghost.writing import (
    by,
    identity,
    lexical,
    node,
    paragraph,
    settings,
    tag,
    tagged,
    user,
    words,
    write,
)
from tests.transfer.exports.ghost.writing import post as written
from tests.transfer.exports.reading import markdown
from tests.transfer.folders import counted, document, messages, png, post, posts, row
from tests.transfer.folders import write as write_files
from westmarch.db.database import Database
from westmarch.errors import Invalid
from westmarch.links.queries import resolve
from westmarch.tags.models import Tag
from westmarch.transfer.exports.ghost.importing import import_ghost
from westmarch.transfer.importing import Wanted
from westmarch.transfer.report import Report


async def bring(db: Database, file: Path, content: Path | None = None, **options: Any) -> dict[str, Any]:
    report = Report()
    wanted = Wanted(content or file.parent, file.parent / "media", **options)
    await import_ghost(db, wanted, file, content, report)
    return document(report)


def key(number: int, kind: str = "post") -> str:
    return f"{kind}-{identity(number)}"


async def test_a_post_comes_in_with_all_that_is_said_of_it(db: Database, tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.json",
        [written(7, "Words", title="A & B", featured=1, custom_excerpt="Short.", canonical_url="https://x.example/")],
        tags=[tag(1, "Travel"), tag(2, "#internal"), tag(3, "sea")],
        posts_tags=tagged(7, 3, 2, 1),
        users=[user(1, "Ann Other"), user(2, "Bob")],
        posts_authors=by(7, 2, 1),
        settings=settings(locale="de"),
        posts_meta=[{"id": "x", "post_id": identity(7), "feature_image_caption": "<i>By</i> me", "og_title": "Seen"}],
    )
    found = await bring(db, path)
    stored = await post(db, row(found, key(7))["id"])
    assert (stored.title, stored.path, stored.status, stored.pinned) == ("A & B", "/post-7/", "published", True)
    assert (stored.guid, stored.summary, stored.language) == (identity(7), "Short.", "de")
    assert stored.extra == {
        "cover_caption": "By me",
        "internal_tags": ["#internal"],
        "fields": {"canonical_url": "https://x.example/", "og_title": "Seen"},
    }
    assert stored.published_at.isoformat() == "2020-01-02T03:04:05+00:00"
    assert await markdown(db, stored.id) == "Words\n"
    assert await db.read(lambda session: sorted(session.scalars(select(Tag.name)))) == ["Travel", "sea"]
    assert counted(await bring(db, path)) == {"unchanged": 1, "skipped": 1}


async def test_what_not_everybody_could_read_comes_in_as_a_draft_and_is_told(db: Database, tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.json",
        [
            written(1, "a", visibility="paid"),
            written(2, "a", visibility="members"),
            written(3, "a", status="sent"),
            written(4, "a", status="draft", published_at=None),
            written(5, "a", type="page", visibility="public"),
            written(6, "a", codeinjection_head="<script>"),
        ],
    )
    found = await bring(db, path)
    told = [messages(found, key(number)) for number in (1, 2, 3, 4, 6)]
    assert told == [
        ["only members who pay could read it; it comes in as a draft"],
        ["only members could read it; it comes in as a draft"],
        ["it was sent as a newsletter alone; it comes in as a draft"],
        [],
        ["its code injection is not brought over"],
    ]
    for number, kind, status in [(1, "post", "draft"), (3, "post", "draft"), (4, "post", "draft")]:
        assert (await post(db, row(found, key(number, kind))["id"])).status == status
    page = await post(db, row(found, key(5, "page"))["id"])
    assert (page.kind, page.status, page.path) == ("page", "published", "/post-5/")


async def test_pictures_come_from_the_folder_of_content_in_the_size_they_were_put_in(
    db: Database, tmp_path: Path
) -> None:
    content = write_files(tmp_path / "content", {"images/2020/01/a.png": png(40, 30), "images/b.png": png(8, 8)})
    shown = node("image", src="__GHOST_URL__/content/images/size/w600/2020/01/a.png", alt="A", caption="Words")
    text = lexical(shown, paragraph(node("link", words("there"), url="__GHOST_URL__/post-2/")))
    meta = [{"post_id": identity(1), "feature_image_alt": "Cover"}]
    path = write(
        tmp_path / "a.json",
        [written(1, text, feature_image="__GHOST_URL__/content/images/b.png"), written(2, "x")],
        posts_meta=meta,
    )
    for folder in (content, tmp_path):
        found = await bring(db, path, folder)
        assert sorted(one["path"].removeprefix("content/") for one in found["media"]) in (
            ["images/2020/01/a.png", "images/b.png"],
            [],
        )
    stored = await db.read(lambda session: resolve(session, "/post-1/"))
    assert stored.subject_id is not None
    about = await post(db, stored.subject_id)
    assert about.cover_id is not None
    assert about.extra["cover_alt"] == "Cover"
    text = await markdown(db, about.id)
    assert text.startswith("![A](/media/")
    assert '"Words")' in text
    assert "[there](/post-2/)" in text


async def test_addresses_are_those_of_the_routes_and_redirects_lead_to_them(db: Database, tmp_path: Path) -> None:
    routes = """
routes:
  /team/: {data: page.about}
collections:
  /podcast/: {permalink: "/podcast/{year}/{slug}/", filter: "tag:audio+featured:true"}
  /: {permalink: "/{primary_tag}/{slug}/", filter: "tag:-audio"}
"""
    redirects = r"""
301:
  /old/: /podcast/2020/post-1/
  ^\/older\/?$: /old
  /away: https://x.example/y
  ^/(.*)/amp$: /$1/
302:
  /soon/: /news/post-2/
"""
    content = write_files(tmp_path / "c", {"settings/routes.yaml": routes, "data/redirects.yaml": redirects})
    path = write(
        tmp_path / "a.json",
        [written(1, "x", featured=1), written(2, "x"), written(3, "x"), written(4, "x", type="page", slug="about")],
        tags=[tag(1, "Audio"), tag(2, "News")],
        posts_tags=[*tagged(1, 1), *tagged(2, 2), *tagged(3, 1)],
    )
    found = await bring(db, path, content)
    assert row(found, key(1))["addresses"] == ["/podcast/2020/post-1/", "/old/", "/older/"]
    for address in ("/podcast/2020/post-1/", "/news/post-2/", "/post-3/", "/team/"):
        assert (await db.read(resolve, address)).status == 200, address
    for address, status, leads in [
        ("/old/", 301, "/podcast/2020/post-1/"),
        ("/older", 301, "/podcast/2020/post-1/"),
        ("/away", 301, "https://x.example/y"),
        ("/soon/", 302, "/news/post-2/"),
    ]:
        answer = await db.read(resolve, address)
        assert (answer.status, answer.location) == (status, leads), address
    assert row(found, "redirects.yaml:^/(.*)/amp$")["fate"] == "skipped"
    again = counted(await bring(db, path, content))
    assert again["unchanged"] == 4 + 2
    assert "imported" not in again


async def test_a_dry_run_tells_the_same_and_writes_nothing(db: Database, tmp_path: Path) -> None:
    content = write_files(tmp_path / "c", {"data/redirects.json": '[{"from": "/a", "to": "https://x.example/"}]'})
    found = await bring(db, write(tmp_path / "a.json", [written(1, "x")]), content, dry_run=True)
    assert counted(found) == {"imported": 2}
    assert await posts(db) == 0
    assert (await db.read(resolve, "/a")).status == 404


async def test_what_is_no_export_is_refused(db: Database, tmp_path: Path) -> None:
    for name, content in [("a.json", "{}"), ("b.json", "no"), ("c.json", ""), ("d.json", '[{"db": 1}]')]:
        (tmp_path / name).write_text(content)
        with pytest.raises(Invalid, match="is no export of Ghost"):
            await bring(db, tmp_path / name)
    with pytest.raises(Invalid, match="cannot be read"):
        await bring(db, tmp_path / "nowhere.json")
    with pytest.raises(Invalid, match="There is no folder"):
        await bring(db, write(tmp_path / "e.json", [written(1, "x")]), tmp_path / "nowhere")


async def test_a_file_that_breaks_off_comes_in_up_to_there(db: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "a.json", [written(1, "x"), written(2, "Kept", html=None)])
    whole = path.read_text("utf-8")
    path.write_text(whole[: whole.index('"comment_id"', whole.index("Kept"))], "utf-8")
    found = await bring(db, path)
    assert counted(found) == {"imported": 1, "failed": 1}
    broken = row(found, key(2))
    assert broken["reason"].startswith("the JSON breaks off in posts[2]: the file ends here; all that stood behind")
    assert (await post(db, broken["id"])).status == "draft"
    assert await markdown(db, broken["id"]) == "Kept\n"


async def test_hostile_rows_are_told_and_cost_no_other(db: Database, tmp_path: Path) -> None:
    deep: dict[str, Any] = {"type": "text", "text": "x"}
    for _ in range(200):
        deep = {"type": "paragraph", "children": [deep]}
    path = write(
        tmp_path / "a.json",
        [
            written(1, "x", published_at="2020-02-31T00:00:00Z", updated_at="never", created_at=10**17),
            written(2, "x", title="a\ud800b\x00c", slug="\udc00", custom_excerpt=7, featured="yes", visibility=[]),
            written(3, json.dumps({"root": {"children": [deep, 1, None, {"type": 3}]}})),
            written(4, '{"root": ' + "[" * 10_000),
            {"title": "nobody"},
            written(6, "x", tags=[1, {"name": "T"}], authors="x", status="odd"),
            written(9, "x"),
            written(9, "again"),
            written(8, "{}", html="<p>" * 10_000),
        ],
        posts_tags=[{}, {"post_id": identity(6), "tag_id": "none"}],
        tags=[{"id": None}],
        settings=[{"key": "timezone", "value": "Nowhere/At"}, {"key": 5}],
    )
    found = await bring(db, path)
    assert counted(found) == {"imported": 6, "failed": 2, "skipped": 2}
    assert messages(found, key(1)) == [
        "published_at: there is no such day as '2020-02-31T00:00:00Z'",
        "created_at: the year is out of range",
        "it has no date",
        "updated_at: 'never' is no date",
    ]
    second = await post(db, row(found, key(2))["id"])
    assert (second.title, second.pinned) == ("a\ufffdb\ufffdc", True)
    assert await markdown(db, row(found, key(3))["id"]) == "x\n\n```\n[3]\ntype: 3\n```\n"
    assert row(found, key(4))["reason"].startswith("the text cannot be read as Lexical: ")
    assert row(found, "a.json:posts[5]")["reason"] == "it has neither id nor slug"
    assert messages(found, key(6)) == ["the status 'odd' is not known; it comes in as a draft"]
    told = [one["message"] for one in row(found, "configuration")["warnings"]]
    assert told == ["2 places of the file are no valid text; U+FFFD stands for each"]


async def test_what_stays_behind_of_the_whole_site_is_told(db: Database, tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.json",
        [written(1, "x")],
        members=[{"id": "1"}, {"id": "2"}],
        snippets=[{"id": "1"}],
        tags=[tag(1, "A", description="D"), tag(2, "#b")],
        settings=settings(codeinjection_head="<x>", navigation='[{"label": "A"}]'),
    )
    assert messages(await bring(db, path), "configuration") == [
        "2 members are not brought over",
        "1 snippets are not brought over",
        "1 descriptions of tags are not brought over",
        "the site's code injection is not brought over",
        "the navigation is not brought over: `westmarch site set navigation` makes one",
        "1 internal tags are kept with their posts, unseen, as `internal_tags`",
    ]


async def test_the_first_versions_are_read(db: Database, tmp_path: Path) -> None:
    """Ids are numbers, dates milliseconds, tags by id alone; pictures have whole addresses, below a base path."""
    shown = "https://old.example/blog/content/images/a.png"
    row_ = {"id": 3, "uuid": "u-3", "title": "T", "slug": "t", "page": 0, "status": "published", "author_id": 1}
    row_ |= {"published_at": 1_577_934_245_000, "markdown": f"a\nb ![A]({shown}) [u](https://old.example/blog/u/)"}
    other = {
        "id": 4,
        "title": "U",
        "slug": "u",
        "page": 1,
        "status": "published",
        "published_at": "2017-09-01 12:00:00",
    }
    data = {
        "posts": [row_ | {"image": shown}, other | {"published_at": "2017-09-01 12:00:00"}],
        "posts_tags": [{"id": 1, "post_id": 3, "tag_id": 2}],
        "tags": [{"id": 2, "name": "Tag", "slug": "tag"}],
        "users": [{"id": 1, "name": "Ann", "slug": "ann"}],
        "settings": [{"id": 1, "key": "permalinks", "value": "/:year/:month/:day/:slug/"}],
    }
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"meta": {"exported_on": 1, "version": "003"}, "data": data}))
    content = write_files(tmp_path / "content", {"images/a.png": png()})
    found = await bring(db, path, content)
    stored = await post(db, row(found, "post-3")["id"])
    assert (stored.path, stored.guid) == ("/blog/2020/01/02/t/", "u-3")
    assert stored.cover_id is not None
    text = await markdown(db, stored.id)
    assert text.startswith("a  \nb ![A](/media/")
    assert text.endswith("[u](/blog/u/)\n")
    page = await post(db, row(found, "page-4")["id"])
    assert (page.path, page.published_at.isoformat()) == ("/blog/u/", "2017-09-01T12:00:00+00:00")


async def test_a_zip_brings_its_own_pictures(db: Database, tmp_path: Path) -> None:
    text = lexical(node("image", src="__GHOST_URL__/content/images/a.png"))
    path = write(tmp_path / "a.json", [written(1, text)], settings=[])
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as made:
        made.write(path, "data/content.json")
        made.writestr("images/a.png", png())
    found = await bring(db, tmp_path / "a.zip")
    assert [one["fate"] for one in found["media"]] == ["imported"]
    assert counted(await bring(db, tmp_path / "a.zip")) == {"unchanged": 1}


async def test_lists_of_tags_and_authors_lead_to_ours(db: Database, tmp_path: Path) -> None:
    content = write_files(tmp_path / "c", {"settings/routes.yaml": "taxonomies:\n  author: /people/{slug}/\n"})
    path = write(
        tmp_path / "a.json",
        [written(1, "x"), written(2, "x", slug="two"), written(3, "x", slug="tag")],
        tags=[tag(1, "Open Source", "os"), tag(2, "#internal"), tag(3, "Unused")],
        posts_tags=tagged(1, 1, 2),
        users=[user(1, "Ann Other", "ann")],
        posts_authors=by(1, 1),
    )
    for _ in range(2):
        found = await bring(db, path, content)
        assert found["counts"]["conflict"] == 0
    for address, leads in [
        ("/tag/os/", "/tags/open-source/"),
        ("/tag/os/page/2/", "/tags/open-source/page/2/"),
        ("/people/ann/", "/authors/ann-other/"),
    ]:
        answer = await db.read(resolve, address)
        assert (answer.status, answer.location) == (301, leads), address
    assert (await db.read(resolve, "/tag/unused/")).subject_id is None
