"""Exports of WordPress, brought into a site."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.factories import SITE, draft
from tests.transfer.exports.reading import markdown
from tests.transfer.exports.wordpress.writing import AUTHOR, attachment, category, comment, item, meta, write
from tests.transfer.folders import counted, document, messages, png, post, row
from tests.transfer.folders import write as write_files
from tests.transfer.serving import served
from westmarch.comments.models import ImportedComment
from westmarch.db.database import Database
from westmarch.errors import Invalid
from westmarch.links.queries import resolve
from westmarch.posts import actions
from westmarch.subjects.models import Revision
from westmarch.tags.models import Tag
from westmarch.transfer import undoing
from westmarch.transfer.exports.listings import import_listed
from westmarch.transfer.exports.wordpress.export import open_, whole_size
from westmarch.transfer.fetching import Fetcher
from westmarch.transfer.importing import Progress, Wanted
from westmarch.transfer.report import Report


async def bring(
    db: Database, *files: Path, uploads: Path | None = None, fetcher: Fetcher | None = None, **options: Any
) -> dict[str, Any]:
    report = Report()
    wanted = Wanted(uploads or files[0].parent, files[0].parent / "media", **options)
    pictures = uploads is not None
    opened = partial(open_, files, pictures=pictures)
    await import_listed(db, wanted, opened, report, Progress(), pictures=pictures, fetcher=fetcher)
    return document(report)


async def test_a_post_comes_in_with_all_that_is_said_of_it(db: Database, tmp_path: Path) -> None:
    moods = (meta("mood", "calm"), meta("mood", "glad"))
    more = (category("Travel"), category("sea", "post_tag"), category("Uncategorized"), *moods)
    path = write(
        tmp_path / "a.xml",
        item(
            7,
            "One\ntwo\n\nThree <!--more--> four",
            *more,
            title="A &amp; B",
            wp__is_sticky="1",
            excerpt__encoded="Short.",
        ),
    )
    found = await bring(db, path)
    stored = await post(db, row(found, "post-7")["id"])
    assert (stored.title, stored.path, stored.status, stored.pinned) == ("A & B", "/2020/7/", "published", True)
    assert (stored.guid, stored.summary, stored.extra) == (
        "https://old.example/?p=7",
        "Short.",
        {"fields": {"mood": ["calm", "glad"]}},
    )
    assert stored.published_at.isoformat() == "2020-01-02T03:04:05+00:00"
    assert await markdown(db, stored.id) == "One\\\ntwo\n\nThree\n\n<!-- more -->\n\nfour\n"
    assert set(await db.read(lambda session: session.scalars(select(Tag.name)).all())) == {"Travel", "sea"}


async def test_a_post_without_a_title_takes_its_first_words(db: Database, tmp_path: Path) -> None:
    found = await bring(db, write(tmp_path / "a.xml", item(7, "Low tide.\n\nMore.", title=""), item(8, "", title="")))
    titles = [(await post(db, row(found, key)["id"])).title for key in ("post-7", "post-8")]
    assert titles == ["Low tide.", "Post 8"]


async def test_every_old_address_answers(db: Database, tmp_path: Path) -> None:
    page = {"wp__post_type": "page", "link": "https://old.example/about/me/", "guid": "https://old.example/?page_id=3"}
    plain = {"link": "https://old.example/?p=4", "wp__post_name": "four"}
    found = await bring(db, write(tmp_path / "a.xml", item(2), item(3, **page), item(4, **plain)))
    for path, query, key in [
        ("/2020/2/", "", "post-2"),
        ("/", "p=2", "post-2"),
        ("/about/me/", "", "page-3"),
        ("/", "page_id=3", "page-3"),
        ("/", "p=4", "post-4"),
    ]:
        answer = await db.read(resolve, path, query)
        assert (answer.status, answer.subject_id) == (301 if query else 200, row(found, key)["id"]), (path, query)


async def test_the_pages_of_a_posts_files_lead_to_it_and_are_told(db: Database, tmp_path: Path) -> None:
    page = attachment(12, "2020/01/a.png", parent=2).replace(
        "https://old.example/2020/12/", "https://old.example/2020/2/a/"
    )
    path = write(tmp_path / "a.xml", item(2), page, attachment(13, "b.png"))
    found = await bring(db, path)
    addresses = ["/2020/2/", "/2020/2/a/", "/?p=2", "/?attachment_id=12", "/?p=12"]
    assert row(found, "post-2")["addresses"] == addresses
    for address in addresses[1:]:
        answer = await db.read(resolve, *address.split("?") if "?" in address else (address, ""))
        assert (answer.status, answer.subject_id) == (301, row(found, "post-2")["id"]), address
    assert (await db.read(resolve, "/2020/13/", "")).status == 404
    again = await bring(db, path)
    assert (row(again, "post-2")["fate"], sorted(row(again, "post-2")["addresses"])) == ("unchanged", sorted(addresses))


async def test_earlier_states_of_a_text_are_its_history(db: Database, tmp_path: Path) -> None:
    def state(number: int, text: str, at: str) -> str:
        fields = {"wp__post_type": "revision", "wp__status": "inherit", "wp__post_parent": "2"}
        return item(number, text, wp__post_date_gmt=at, **fields)

    path = write(
        tmp_path / "a.xml",
        item(2, "<p>Now</p>"),
        state(5, "<p>Now</p>", "2020-01-02 03:04:05"),
        state(4, "<p>Then <b>so</b></p>", "2019-12-31 00:00:00"),
        state(3, "<p>First</p>", "2019-12-30 00:00:00"),
        state(9, "<p>Lost</p>", "2019-12-30 00:00:00").replace("CDATA[2]", "CDATA[77]"),
    )
    found = await bring(db, path)
    assert counted(found) == {"imported": 1, "skipped": 1}
    assert row(found, "configuration")["reason"].startswith("1 earlier states of texts that are not in the export")
    stored = await post(db, row(found, "post-2")["id"])
    asked = select(Revision.id, Revision.markdown, Revision.by, Revision.at).order_by(Revision.id)
    history = await db.read(lambda session: session.execute(asked).all())
    assert [(one.markdown, one.by) for one in history] == [
        ("First", "Ann Other"),
        ("Then **so**", "Ann Other"),
        ("Now\n", "import"),
    ]
    assert history[0].at.isoformat() == "2019-12-30T00:00:00+00:00"
    assert stored.published_revision_id == history[-1].id
    assert row(await bring(db, path), "post-2")["fate"] == "unchanged"


async def test_footnotes_stand_below_their_text(db: Database, tmp_path: Path) -> None:
    number = '<sup data-fn="ab" class="fn"><a href="#ab" id="ab-link">1</a></sup>'
    text = f"<!-- wp:paragraph --><p>A{number}</p><!-- /wp:paragraph -->"
    notes = meta("footnotes", '[{"content":"Note.","id":"ab"}]')
    found = await bring(db, write(tmp_path / "a.xml", item(1, f"{text}<!-- wp:footnotes /-->", notes)))
    stored = await post(db, row(found, "post-1")["id"])
    assert stored.extra == {}
    assert '<ol><li id="ab">Note.</li></ol>' in await markdown(db, stored.id)


async def test_menus_are_named(db: Database, tmp_path: Path) -> None:
    entry = {"wp__post_type": "nav_menu_item"}
    path = write(tmp_path / "a.xml", item(1), *(item(n, "", category("Main", "nav_menu"), **entry) for n in (5, 6)))
    found = await bring(db, path)
    assert row(found, "configuration")["reason"] == "the menu 'Main' is not brought over: entries: 2"


async def test_what_was_not_public_comes_in_as_a_draft_and_is_told(db: Database, tmp_path: Path) -> None:
    found = await bring(
        db,
        write(
            tmp_path / "a.xml",
            item(1, wp__status="private"),
            item(2, wp__post_password="open sesame"),
            item(3, wp__status="draft", wp__post_date_gmt="0000-00-00 00:00:00"),
            item(4, wp__status="trash"),
            item(5, wp__post_type="nav_menu_item"),
            item(6, wp__post_type="product"),
        ),
    )
    assert counted(found) == {"imported": 3, "skipped": 3}
    for key in ("post-1", "post-2", "post-3"):
        assert (await post(db, row(found, key)["id"])).status == "draft"
    assert messages(found, "post-1") == ["it was private; it comes in as a draft"]
    assert messages(found, "post-2") == ["it was behind a password; it comes in as a draft"]
    assert row(found, "post-4")["reason"] == "it was in the trash"
    assert row(found, "product-6")["reason"] == "an item of the kind 'product'"
    assert row(found, "configuration")["reason"] == "menus without a name are not brought over: entries: 1"
    assert "open sesame" not in json.dumps(found)


async def test_comments_are_kept_and_a_second_run_changes_nothing(db: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "a.xml", item(1, "x", comment(5, "Hello"), comment(6, "Hi", parent=5, approved="spam")))
    await bring(db, path)
    assert counted(await bring(db, path)) == {"unchanged": 1}
    kept = await db.read(lambda session: list(session.scalars(select(ImportedComment).order_by(ImportedComment.id))))
    assert [(one.key, one.parent, one.content, one.status, one.author) for one in kept] == [
        ("5", None, "Hello", "approved", "Bob"),
        ("6", "5", "Hi", "spam", "Bob"),
    ]
    write(path, item(1, "x", comment(5, "Hello"), comment(7, "New")))
    assert counted(await bring(db, path)) == {"updated": 1}
    keys = await db.read(lambda session: session.scalars(select(ImportedComment.key)).all())
    assert sorted(keys) == ["5", "7"]


async def test_pictures_and_covers_come_from_the_uploads(db: Database, tmp_path: Path) -> None:
    uploads = write_files(tmp_path / "uploads", {"2020/01/a.png": png(40, 30), "2020/01/b.png": png(8, 8)})
    shown = '<img src="https://old.example/wp-content/uploads/2020/01/a-300x200.png" alt="A" />'
    path = write(
        tmp_path / "a.xml",
        item(1, f"{shown} [gallery ids='12']", meta("_thumbnail_id", "11")),
        attachment(11, "2020/01/a.png", alt="Cover"),
        attachment(12, "2020/01/b.png", caption="Words"),
    )
    found = await bring(db, path, uploads=uploads)
    assert sorted(one["path"] for one in found["media"]) == ["2020/01/a.png", "2020/01/b.png"]
    stored = await post(db, row(found, "post-1")["id"])
    assert stored.cover_id is not None
    text = await markdown(db, stored.id)
    assert text.count("/media/") == 2
    assert '"Words")' in text


async def test_lost_pictures_are_fetched_from_the_hosts_that_were_named(db: Database, tmp_path: Path) -> None:
    uploads = "/blog/wp-content/uploads"
    with served({f"{uploads}/a.png": png(40, 30), "/c.png": png(9, 9)}) as server:
        home = f"http://{server.host}/blog"
        text = (
            f'<img src="{home}/wp-content/uploads/a-3x2.png" alt="A" /> <img src="/blog/wp-content/uploads/b.png" /> '
        )
        path = write(
            tmp_path / "a.xml",
            item(1, f'{text}<img src="//cdn.example/c.png" />', home=home),
            home=home,
        )
        fetcher = Fetcher(
            frozenset({server.host}),
            tmp_path / "fetched",
            larger=whole_size,
            resolve=lambda *_: ["127.0.0.1"],
            public=lambda _: True,
        )
        fetcher.asks = False
        found = await bring(db, path, fetcher=fetcher, dry_run=True)
        assert {(one["fate"], one["reason"]) for one in found["media"]} == {("missing", "it would be fetched")}
        fetcher.asks = True
        found = await bring(db, path, fetcher=fetcher)
        assert server.asked == [f"{uploads}/a.png", f"{uploads}/b.png"]
    told = {one["path"]: (one["fate"], one["reason"]) for one in found["media"]}
    assert told == {
        f"{home}/wp-content/uploads/a-3x2.png": ("imported", ""),
        "/blog/wp-content/uploads/b.png": ("missing", f"{server.host} answers 404"),
    }
    text = await markdown(db, row(found, "post-1")["id"])
    assert (text.count("](/media/"), text.count("](//cdn.example/c.png)")) == (1, 1)


async def test_a_broken_item_is_named_and_the_others_come_in(db: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "a.xml", item(1), item(2), item(3))
    path.write_text(
        path.read_text("utf-8").replace("<title><![CDATA[Post 2]]></title>", "<title>Post <2</title>"), "utf-8"
    )
    found = await bring(db, path)
    assert counted(found) == {"imported": 2, "failed": 1}
    (broken,) = [one for one in found["files"] if one["fate"] == "failed"]
    assert broken["path"].startswith("a.xml:")
    assert "<item>" in path.read_text("utf-8").splitlines()[broken["line"] - 1]


async def test_several_files_are_one_site(db: Database, tmp_path: Path) -> None:
    one = write(tmp_path / "a.xml", item(1, '<a href="https://old.example/2020/2/">two</a>'))
    two = write(tmp_path / "b.xml", item(2), item(1))
    found = await bring(db, one, two)
    assert counted(found) == {"imported": 2, "skipped": 1}
    (first,) = [one for one in found["files"] if one["fate"] == "imported" and one["path"] == "post-1"]
    assert await markdown(db, first["id"]) == "[two](/2020/2/)\n"


async def test_files_of_two_sites_are_refused(db: Database, tmp_path: Path) -> None:
    one, two = write(tmp_path / "a.xml", item(1)), write(tmp_path / "b.xml", item(1), home="https://other.example")
    with pytest.raises(Invalid, match=r"b.xml of https://other.example"):
        await bring(db, one, two)


async def test_what_is_no_export_is_refused(db: Database, tmp_path: Path) -> None:
    path = write_files(tmp_path, {"a.xml": "<rss><channel/></rss>"}) / "a.xml"
    with pytest.raises(Invalid, match=r"a.xml is no export of WordPress"):
        await bring(db, path)


async def test_a_site_below_a_path_keeps_it(db: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "a.xml", item(1, home="https://old.example/blog"), home="https://old.example/blog")
    found = await bring(db, path)
    assert (await post(db, row(found, "post-1")["id"])).path == "/blog/2020/1/"
    answer = await db.read(resolve, "/blog/", "p=1")
    assert (answer.status, answer.subject_id) == (301, row(found, "post-1")["id"])


async def test_lists_of_categories_tags_and_authors_lead_to_ours(db: Database, tmp_path: Path) -> None:
    names = (
        "<wp:category><wp:term_id>5</wp:term_id><wp:category_nicename>food</wp:category_nicename><wp:category_parent/>"
        "<wp:cat_name>Food</wp:cat_name><wp:category_description>Of it.</wp:category_description></wp:category>"
        "<wp:category><wp:term_id>6</wp:term_id><wp:category_nicename>wine</wp:category_nicename>"
        "<wp:category_parent>food</wp:category_parent><wp:cat_name>Wine</wp:cat_name></wp:category>"
        "<wp:tag><wp:term_id>7</wp:term_id><wp:tag_slug>c-plus</wp:tag_slug><wp:tag_name>C++</wp:tag_name></wp:tag>"
    )
    terms = (category("Food"), category("Wine"), category("C++", "post_tag", "c-plus"))
    path = write(tmp_path / "a.xml", item(7, "One", *terms), head=AUTHOR + names)
    found = await bring(db, path)
    paths = ("/category/food/", "/category/food/wine/", "/tag/c-plus/", "/author/ann/")
    asked = [*((path, "") for path in paths), ("/", "cat=6")]
    answers = [await db.read(resolve, *one) for one in asked]
    led = ["/tags/food/", "/tags/wine/", "/tags/c/", "/authors/ann-other/", "/tags/wine/"]
    assert [(one.status, one.location) for one in answers] == [(301, path) for path in led]
    assert "1 descriptions of categories and tags are not brought over" in messages(found, "configuration")


async def test_pictures_at_hosts_of_the_sites_files_come_from_the_folder(db: Database, tmp_path: Path) -> None:
    write_files(tmp_path / "up", {"2024/a.png": png(1), "2024/b.png": png(2)})
    shown = (
        '<img src="https://old.files.wordpress.com/2024/a.png?w=300">'
        '<img src="https://i0.wp.com/old.example/wp-content/uploads/2024/b.png?resize=3%2C1&amp;ssl=1">'
        '<img src="https://www.old.example/wp-content/uploads/2024/b.png">'
        '<img src="https://old.files.wordpress.com/2024/lost.png">'
        '<img src="https://other.files.wordpress.com/2024/a.png">'
    )
    lying = attachment(9, "a.png").replace("https://old.example/wp-content/uploads", "https://old.files.wordpress.com")
    found = await bring(db, write(tmp_path / "a.xml", item(7, shown), lying), uploads=tmp_path / "up")
    text = await markdown(db, row(found, "post-7")["id"])
    assert text.count("(/media/") == 3
    assert text.count("https://old.files.wordpress.com/2024/lost.png") == 1
    assert text.count("https://other.files.wordpress.com/2024/a.png") == 1


async def test_files_that_are_lost_are_told(db: Database, tmp_path: Path) -> None:
    link = '<a href="https://old.example/wp-content/uploads/a.pdf">paper</a>'
    found = await bring(db, write(tmp_path / "a.xml", item(7, link)))
    assert [(one["path"], one["fate"]) for one in found["media"]] == [
        ("https://old.example/wp-content/uploads/a.pdf", "missing")
    ]


async def test_a_draft_without_a_name_takes_one_of_its_title(db: Database, tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.xml",
        item(7, "x", title="A < B", wp__post_name="", wp__status="draft", link="https://old.example/?p=7"),
        item(8, "y", title="A b", link="https://old.example/a-b/", wp__post_date_gmt="2024-01-01 00:00:00"),
    )
    found = await bring(db, path)
    draft, shown = [await post(db, row(found, key)["id"]) for key in ("post-7", "post-8")]
    assert (draft.title, draft.slug) == ("A < B", "a-b")
    assert shown.path == "/a-b/"


async def test_an_export_that_changed_leaves_alone_what_was_edited_here_and_can_be_taken_back(
    db: Database, tmp_path: Path
) -> None:
    texts = {number: f"<p>Text {number}.</p>" for number in (1, 2, 3)}
    path = tmp_path / "a.xml"
    first = await bring(db, write(path, *(item(number, text) for number, text in texts.items())))
    edited, moved, plain = (row(first, f"post-{number}")["id"] for number in (1, 2, 3))
    mine = draft("Mine", "Mine.", source_key=(await post(db, edited)).source_key)
    await db.write(actions.revise, edited, mine, SITE, actor="ann")
    await db.write(actions.move, moved, "/moved/", actor="ann")
    changed = [item(number, text.replace("Text", "Other")) for number, text in texts.items()]
    second = await bring(db, write(path, *changed, item(4, "<p>New.</p>")))
    assert [row(second, f"post-{number}")["fate"] for number in (1, 2, 3, 4)] == [
        "conflict",
        "updated",
        "updated",
        "imported",
    ]
    assert "the file was edited, and so was the post here" in row(second, "post-1")["reason"]
    assert [await markdown(db, one) for one in (edited, moved, plain)] == ["Mine.", "Other 2.\n", "Other 3.\n"]
    assert (await post(db, moved)).path == "/moved/"
    done = await undoing.take_back(db, await undoing.plan(db, second["run"]), tmp_path / "media")
    assert done.removed["post"] == 1
    kept = await undoing.plan(db, first["run"])
    assert (kept.posts, sorted(one.id for one in kept.staying)) == ([], sorted((edited, moved, plain)))
