"""Importing folders into the site."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Update, select, update

from tests.factories import SITE, draft
from tests.transfer.folders import bring, counted, png, post, posts, row, write
from westmarch.db.database import Database
from westmarch.errors import Invalid
from westmarch.links.queries import resolve
from westmarch.posts import actions
from westmarch.posts.models import Post
from westmarch.subjects.models import Reference, Revision
from westmarch.tags.models import Tag

PIXEL = png()


@pytest.mark.parametrize(
    ("name", "permalink", "expected"),
    [
        ("blog-jekyll-jekyll", None, {"imported": 159, "skipped": 1}),
        ("blog-hexo-unit-test", None, {"imported": 16}),
        ("blog-pelican-mawenbao-zh", "{category}/{slug}.html", {"imported": 161}),
    ],
)
async def test_a_real_blog_comes_in_whole_and_a_second_run_changes_nothing(
    db: Database, inputs: Any, tmp_path: Path, name: str, permalink: str | None, expected: dict[str, int]
) -> None:
    folder, media = inputs(name), tmp_path / "media"
    first = await bring(db, folder, permalink=permalink, media=media)
    assert counted(first) == expected
    before = await db.read(lambda session: session.execute(select(Revision.id, Revision.markdown)).all())
    second = await bring(db, folder, permalink=permalink, media=media)
    assert counted(second) == {("unchanged" if fate == "imported" else fate): n for fate, n in expected.items()}
    assert await db.read(lambda session: session.execute(select(Revision.id, Revision.markdown)).all()) == before
    await every_address_answers(db, first)


async def every_address_answers(db: Database, report: dict[str, Any]) -> None:
    """Each old address of each file leads to the file's post, or to the post of the file that it shares it with."""
    owners: dict[str, set[int]] = {}
    for one in report["files"]:
        for address in one["addresses"]:
            owners.setdefault(address, set()).add(one["id"])
    drafts = await db.read(lambda session: set(session.scalars(select(Post.id).where(Post.status != "published"))))
    for address, ids in owners.items():
        found = await db.read(resolve, address)
        assert (found.status in {200, 301}, found.subject_id in ids - drafts) == (True, True), address


async def test_an_edited_file_updates_its_post(db: Database, tmp_path: Path) -> None:
    folder = write(tmp_path / "blog", {"_posts/2020-01-01-a.md": "---\ntitle: One\n---\nText."})
    first = row(await bring(db, folder), "_posts/2020-01-01-a.md")
    write(folder, {"_posts/2020-01-01-a.md": "---\ntitle: Two\ntags: new\n---\nOther text."})
    again = await bring(db, folder)
    assert counted(again) == {"updated": 1}
    assert again["files"][0]["id"] == first["id"]
    stored = await post(db, first["id"])
    assert (stored.title, stored.path) == ("Two", "/2020/01/01/a.html")


async def test_a_post_that_was_edited_here_is_left_alone(db: Database, tmp_path: Path) -> None:
    folder = write(tmp_path / "blog", {"_posts/2020-01-01-a.md": "---\ntitle: One\n---\nText."})
    post_id = (await bring(db, folder))["files"][0]["id"]
    stored = await post(db, post_id)
    mine = draft("Mine", source_key=stored.source_key, source_hash=stored.source_hash)
    await db.write(actions.revise, post_id, mine, SITE, actor="ann")
    assert counted(await bring(db, folder)) == {"unchanged": 1}
    write(folder, {"_posts/2020-01-01-a.md": "---\ntitle: Two\n---\nText."})
    again = await bring(db, folder)
    assert counted(again) == {"conflict": 1}
    assert "ann" in again["files"][0]["reason"]
    assert (await post(db, post_id)).title == "Mine"


async def test_a_post_that_was_withdrawn_here_is_left_alone(db: Database, tmp_path: Path) -> None:
    folder = write(tmp_path / "blog", {"_posts/2020-01-01-a.md": "Text."})
    post_id = (await bring(db, folder))["files"][0]["id"]
    await db.write(actions.withdraw, post_id, SITE, actor="ann")
    write(folder, {"_posts/2020-01-01-a.md": "Other text."})
    assert counted(await bring(db, folder)) == {"conflict": 1}
    assert (await post(db, post_id)).status == "draft"


async def test_a_post_that_was_moved_here_is_updated_where_it_is(db: Database, tmp_path: Path) -> None:
    folder = write(tmp_path / "blog", {"_posts/2020-01-01-a.md": "Text."})
    post_id = (await bring(db, folder))["files"][0]["id"]
    await db.write(actions.move, post_id, "/elsewhere/", actor="ann")
    write(folder, {"_posts/2020-01-01-a.md": "Other text."})
    assert counted(await bring(db, folder)) == {"updated": 1}
    assert (await post(db, post_id)).path == "/elsewhere/"


async def test_what_was_removed_for_good_does_not_come_back(db: Database, tmp_path: Path) -> None:
    folder = write(tmp_path / "blog", {"_posts/2020-01-01-a.md": "Text."})
    post_id = (await bring(db, folder))["files"][0]["id"]
    await db.write(actions.purge, post_id, SITE, actor="ann")
    again = await bring(db, folder)
    assert counted(again) == {"skipped": 1}
    assert "for good" in again["files"][0]["reason"]
    assert await posts(db) == 0


BLOG = {
    "_config.yml": "title: x",
    "about.md": "---\ntitle: About\n---\nAbout the first.",
    "_posts/2020-01-01-hello.md": "---\ntitle: Hello\n---\nHello from the first.",
}
OTHER = {name: text.replace("the first", "the second") for name, text in BLOG.items()}


async def unlinked(db: Database, post_id: int) -> dict[str, Any]:
    """One post's row without its neighbours in time."""
    return {**(await post(db, post_id))._mapping, "previous_id": None, "next_id": None}


async def texts(db: Database) -> set[str]:
    """The Markdown of all posts as readers see it."""
    shown = select(Revision.markdown).join(Post, Post.published_revision_id == Revision.id)
    return await db.read(lambda session: set(session.scalars(shown)))


@pytest.mark.parametrize("names", [("one", "two"), ("a/blog", "b/blog")])
async def test_a_second_blog_with_the_same_file_names_comes_in_beside_the_first(
    db: Database, tmp_path: Path, names: tuple[str, str]
) -> None:
    one, two = write(tmp_path / names[0], {**BLOG}), write(tmp_path / names[1], {**OTHER})
    media = tmp_path / "media"
    first = await bring(db, one, media=media)
    before = [await unlinked(db, one["id"]) for one in first["files"]]
    second = await bring(db, two, media=media)
    assert counted(second) == {"imported": 2}
    assert [await unlinked(db, one["id"]) for one in first["files"]] == before
    assert await texts(db) == {
        "About the first.\n", "About the second.\n", "Hello from the first.\n", "Hello from the second.\n",
    }  # fmt: skip
    assert row(second, "about.md")["addresses"] == ["/about-2.html"]
    assert counted(await bring(db, one, media=media)) == {"unchanged": 2}
    assert counted(await bring(db, two, media=media)) == {"unchanged": 2}
    write(two, {"about.md": "---\ntitle: About\n---\nNew."})
    assert counted(await bring(db, two, media=media)) == {"updated": 1, "unchanged": 1}
    assert {"New.\n", "About the first.\n"} < await texts(db)


async def test_a_folder_is_known_by_every_path_to_it(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, media = write(tmp_path / "blog", {**BLOG}), tmp_path / "media"
    await bring(db, folder, media=media)
    (tmp_path / "link").symlink_to(folder)
    monkeypatch.chdir(folder)
    for path in (Path(), Path("../blog"), tmp_path / "link"):
        assert counted(await bring(db, path, media=media)) == {"unchanged": 2}, path


async def test_a_folder_that_was_moved_is_the_same_blog(db: Database, tmp_path: Path) -> None:
    files = {**BLOG, "_posts/2020-01-02-more.md": "---\ntitle: More\n---\nMore."}
    folder = write(tmp_path / "blog", {**files})
    await bring(db, folder)
    moved = folder.rename(tmp_path / "moved")
    write(moved, {"about.md": "---\ntitle: About\n---\nEdited.", "new.md": "---\ntitle: New\n---\nNew."})
    assert counted(await bring(db, moved)) == {"updated": 1, "unchanged": 2, "imported": 1}


async def test_a_file_that_has_become_another_one_altogether_is_a_conflict(db: Database, tmp_path: Path) -> None:
    folder = write(tmp_path / "blog", {"notes/a.md": "# First\n\nText."})
    await bring(db, folder)
    write(folder, {"notes/a.md": "---\nslug: other\n---\n# Second\n\nText."})
    again = await bring(db, folder)
    assert counted(again) == {"conflict": 1}
    assert "another title and address" in again["files"][0]["reason"]


@pytest.mark.parametrize("edited", [False, True])
async def test_a_file_that_was_renamed_keeps_its_post(db: Database, tmp_path: Path, edited: bool) -> None:
    text = "---\ntitle: T\ndate: 2020-01-01\npermalink: /t/\n---\nText."
    folder = write(tmp_path / "blog", {"_posts/2020-01-01-a.md": text, "_posts/2020-01-02-b.md": "B"})
    post_id = row(await bring(db, folder), "_posts/2020-01-01-a.md")["id"]
    (folder / "_posts/2020-01-01-a.md").unlink()
    write(folder, {"_posts/2020-01-01-z.md": text + "More." * edited})
    again = await bring(db, folder)
    assert counted(again) == {"updated": 1, "unchanged": 1}
    found = row(again, "_posts/2020-01-01-z.md")
    assert (found["id"], found["addresses"], found["warnings"]) == (post_id, ["/t/"], [])
    assert await posts(db) == 2
    assert counted(await bring(db, folder)) == {"unchanged": 2}


async def test_a_copy_of_a_file_does_not_take_over_the_post_of_the_first(db: Database, tmp_path: Path) -> None:
    text = "---\ntitle: T\ndate: 2020-01-01\npermalink: /t/\n---\nText."
    folder = write(tmp_path / "blog", {"_posts/2020-01-01-a.md": text})
    await bring(db, folder)
    write(folder, {"_posts/2020-01-01-z.md": text})
    again = await bring(db, folder)
    assert counted(again) == {"imported": 1, "unchanged": 1}
    assert row(again, "_posts/2020-01-01-z.md")["addresses"] == ["/t-2/"]


@pytest.mark.parametrize(
    "statement",
    [
        update(Post).values(title="Mine"),
        update(Revision).values(markdown="Mine."),
        update(Revision).values(title="Mine"),
    ],
)
async def test_an_edit_that_left_no_event_is_left_alone_too(db: Database, tmp_path: Path, statement: Update) -> None:
    folder = write(tmp_path / "blog", {"_posts/2020-01-01-a.md": "---\ntitle: One\n---\nText."})
    await bring(db, folder)
    await db.write(lambda session: session.execute(statement).close())
    assert counted(await bring(db, folder)) == {"unchanged": 1}
    write(folder, {"_posts/2020-01-01-a.md": "---\ntitle: One\n---\nOther text."})
    again = await bring(db, folder)
    assert counted(again) == {"conflict": 1}
    assert "is not what came in" in again["files"][0]["reason"]


async def test_a_file_whose_address_changed_moves_its_post(db: Database, tmp_path: Path) -> None:
    folder = write(tmp_path / "blog", {"_posts/2020-01-01-a.md": "---\ntitle: T\npermalink: /one/\n---\nText."})
    post_id = (await bring(db, folder))["files"][0]["id"]
    write(folder, {"_posts/2020-01-01-a.md": "---\ntitle: T\npermalink: /two/\n---\nText."})
    assert counted(await bring(db, folder)) == {"updated": 1}
    assert (await post(db, post_id)).path == "/two/"
    old = await db.read(resolve, "/one/")
    assert (old.status, old.location) == (301, "/two/")


async def test_a_broken_file_comes_in_as_a_draft_and_the_rest_goes_on(db: Database, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "_posts/2020-01-01-good.md": "---\ntitle: Good\n---\nText.",
        "_posts/2020-01-02-broken.md": "---\ntitle: Broken\ntags: [a\n---\nWhat can be read.",
        "_posts/2020-01-03-binary.md": b"\x00\x01\x02",
        "_posts/2020-02-31-no-day.md": "---\ntitle: No day\n---\nText.",
    }
    report = await bring(db, write(tmp_path / "blog", files))
    assert counted(report) == {"imported": 1, "failed": 3}
    broken = row(report, "_posts/2020-01-02-broken.md")
    assert (broken["line"], broken["id"] is not None) == (4, True)
    assert "cannot be read" in broken["reason"]
    stored = await post(db, broken["id"])
    assert (stored.title, stored.status) == ("Broken", "draft")
    assert row(report, "_posts/2020-01-03-binary.md")["id"] is None
    assert "no such day" in row(report, "_posts/2020-02-31-no-day.md")["reason"]


async def test_a_dry_run_gives_the_same_report_and_writes_nothing(db: Database, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "_posts/2020-01-01-a.md": "---\ntitle: A\npermalink: /same/\n---\n![p](/p.png) ![q](/q.png)",
        "_posts/2020-01-02-b.md": "---\ntitle: B\npermalink: /same/\ntags: [x, X]\n---\nText {% odd %}.",
        "_posts/2020-01-03-c.md": "---\ntitle: [\n---\nText.",
        "p.png": PIXEL,
    }
    folder = write(tmp_path / "blog", files)
    dry = await bring(db, folder, dry_run=True)
    assert await posts(db) == 0
    assert not (tmp_path / "media").exists()
    real = await bring(db, folder)
    assert await posts(db) == 3
    for report in (dry, real):
        for one in (*report["files"], *report["media"]):
            one["id"] = None
    assert (dry.pop("run"), real.pop("run")) == (None, 1)
    assert dry == real


async def test_links_lead_to_posts_that_come_in_later(db: Database, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "_posts/2020-01-01-a.md": "[later]({% post_url 2020-01-02-b %}) and [nowhere](/nowhere/)",
        "_posts/2020-01-02-b.md": "[before](/2020/01/01/a.html#x)",
    }
    report = await bring(db, write(tmp_path / "blog", files))
    a, b = (row(report, name)["id"] for name in files)
    found = await db.read(
        lambda s: set(s.execute(select(Reference.from_subject_id, Reference.href, Reference.to_subject_id)).all())
    )
    assert found == {(a, "/2020/01/02/b.html", b), (a, "/nowhere/", None), (b, "/2020/01/01/a.html#x", a)}


async def test_pictures_come_along_and_lost_ones_are_told(db: Database, tmp_path: Path) -> None:
    text = "---\ncover: /c.png\n---\n![one](/p.png) ![two](/lost.png) ![three](/broken.jpg) `![x](/p.png)`"
    folder = write(
        tmp_path / "blog", {"_posts/2020-01-01-a.md": text, "p.png": PIXEL, "c.png": PIXEL, "broken.jpg": "no"}
    )
    report = await bring(db, folder)
    (found,) = report["files"]
    markdown = await db.read(lambda s: s.scalar(select(Revision.markdown)))
    assert markdown is not None
    assert "![one](/media/" in markdown
    assert "![two](/lost.png) ![three](/broken.jpg) `![x](/p.png)`" in markdown
    assert [warning["line"] for warning in found["warnings"]] == [4, 4]
    assert {(one["path"], one["fate"]) for one in report["media"]} == {
        ("p.png", "imported"), ("/lost.png", "missing"), ("broken.jpg", "failed"),
    }  # fmt: skip
    assert (await post(db, found["id"])).cover_id is not None
    assert len(list((tmp_path / "media").rglob("*.png"))) == 1
    assert counted(await bring(db, folder)) == {"unchanged": 1}
    write(folder, {"lost.png": PIXEL})
    assert counted(await bring(db, folder)) == {"updated": 1}


async def test_the_words_for_a_cover_and_the_address_of_a_lost_one_are_kept(db: Database, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a.md": "---\ndate: 2020-01-01\ncover: p.png\ncover_alt: A red dot\n---\nA",
        "b.md": "---\ndate: 2020-01-02\ncover: https://example.org/x.png\n---\nB",
        "p.png": PIXEL,
    }
    report = await bring(db, write(tmp_path / "blog", files))
    rows = [await post(db, one["id"]) for one in report["files"]]
    assert [one.extra for one in rows] == [{"cover_alt": "A red dot"}, {"cover": "https://example.org/x.png"}]
    assert [one.cover_id is not None for one in rows] == [True, False]


async def test_pictures_outside_of_the_folder_are_not_read(db: Database, tmp_path: Path) -> None:
    write(tmp_path, {"secret.png": PIXEL})
    folder = write(tmp_path / "blog", {"a.md": "![x](../secret.png) ![y](link.png)"})
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    report = await bring(db, folder)
    assert {one["fate"] for one in report["media"]} == {"missing"}


async def test_pipes_odd_names_and_links_out_of_the_folder_stop_nothing(db: Database, tmp_path: Path) -> None:
    write(tmp_path, {"secret.md": "---\ntitle: Secret\n---\nSecret."})
    folder = write(tmp_path / "blog", {"_config.yml": "title: x", "_posts/2020-01-01-a.md": "A"})
    (folder / "_posts" / "2020-01-02-link.md").symlink_to(tmp_path / "secret.md")
    (folder / "_posts" / "2020-01-03-inside.md").symlink_to(folder / "_posts" / "2020-01-01-a.md")
    os.mkfifo(folder / "_posts" / "2020-01-04-pipe.md")
    os.mkfifo(folder / "pipe.md")
    (folder / "_posts" / os.fsdecode(b"2020-01-05-\xff.md")).write_text("Odd.")
    report = await bring(db, folder)
    assert {one["path"]: (one["fate"], one["reason"]) for one in report["files"]} == {
        "_posts/2020-01-01-a.md": ("imported", ""),
        "_posts/2020-01-02-link.md": ("skipped", "it is a link to a file outside of the folder"),
        "_posts/2020-01-03-inside.md": ("imported", ""),
        "_posts/2020-01-04-pipe.md": ("skipped", "it is no regular file"),
        "pipe.md": ("skipped", "it is no regular file"),
        "_posts/2020-01-05-?.md": ("failed", "its name is not UTF-8: rename it"),
    }
    assert await posts(db) == 2


@pytest.mark.parametrize("name", ["_config.yml", "pelicanconf.py"])
async def test_a_configuration_outside_of_the_folder_is_not_read_and_told(
    db: Database, tmp_path: Path, name: str
) -> None:
    write(tmp_path, {"_config.yml": "permalink: /secret/:title/", "pelicanconf.py": "ARTICLE_URL = 'secret/{slug}'"})
    folder = write(tmp_path / "blog", {"_posts/2020-01-01-a.md": "A"})
    (folder / name).symlink_to(tmp_path / name)
    report = await bring(db, folder)
    assert counted(report) == {"imported": 1, "failed": 1}
    told = row(report, "configuration")["reason"]
    assert told == f"{name} is a link to a file outside of the folder; it was not read"
    assert "secret" not in str(row(report, "_posts/2020-01-01-a.md")["addresses"])


@pytest.mark.parametrize(
    ("files", "line"),
    [
        ({"pelicanconf.py": "import os\nARTICLE_URL = os.environ['X']", "content/a.md": "Title: A\n\nA"}, 2),
        ({"_config.yml": "timezone: Nowhere/Land", "_posts/2020-01-01-a.md": "A"}, None),
        ({"_config.yml": "timezone: Nowhere/Land\nsource_dir: source", "source/_posts/a.md": "A"}, None),
    ],
)
async def test_a_configuration_that_is_not_obeyed_in_all_is_told(
    db: Database, tmp_path: Path, files: dict[str, str | bytes], line: int | None
) -> None:
    report = await bring(db, write(tmp_path / "blog", files))
    assert counted(report) == {"imported": 1, "skipped": 1}
    found = row(report, "configuration")
    assert (found["kind"], found["line"], len(found["warnings"])) == ("settings", line, 1)


async def test_a_folder_that_a_configuration_names_is_not_left(db: Database, tmp_path: Path) -> None:
    write(tmp_path, {"_posts/2020-01-01-secret.md": "Secret."})
    folder = write(tmp_path / "blog", {"_config.yml": "source: ..", "_posts/2020-01-01-a.md": "A"})
    assert [one["path"] for one in (await bring(db, folder))["files"]] == ["_posts/2020-01-01-a.md"]


async def test_of_two_files_with_one_address_the_later_gets_a_number(db: Database, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "_posts/2020-01-01-a.md": "---\npermalink: /x/\n---\nA",
        "_posts/2020-01-02-b.md": "---\npermalink: /x/\n---\nB",
        "_posts/2020-01-03-c.md": "---\npermalink: /admin/x/\n---\nC",
    }
    report = await bring(db, write(tmp_path / "blog", files))
    assert counted(report) == {"imported": 3}
    paths = [(await post(db, one["id"])).path for one in report["files"]]
    assert paths[:2] == ["/x/", "/x-2/"]
    assert not paths[2].startswith("/admin/")
    assert [one["addresses"] for one in report["files"]] == [["/x/"], ["/x-2/"], [paths[2]]]
    again = await bring(db, tmp_path / "blog")
    assert [one["addresses"] for one in again["files"]] == [["/x/"], ["/x-2/"], [paths[2]]]
    told = [one["warnings"][0]["message"] for one in report["files"][1:]]
    assert told == ["the address /x/ is that of _posts/2020-01-01-a.md", "the address /admin/x/ is the program's own"]


async def test_an_old_address_that_the_program_needs_is_told_and_another_one_made(db: Database, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "_posts/2020-01-01-a.md": "---\ntitle: A\npermalink: /feed.xml\n---\nA",
        "_posts/2020-01-02-b.md": "---\ntitle: B\nredirect_from: /robots.txt\n---\nB",
    }
    report = await bring(db, write(tmp_path / "blog", files))
    assert [one["addresses"] for one in report["files"]] == [["/a/"], ["/2020/01/02/b.html"]]
    assert [one["warnings"][0]["message"] for one in report["files"]] == [
        "the address /feed.xml is the program's own", "the address /robots.txt is the program's own",
    ]  # fmt: skip


async def test_an_old_address_that_is_that_of_a_list_is_told(db: Database, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "_posts/2020-01-01-a.md": "---\npermalink: /tags/\nredirect_from: /archive/\n---\nA",
    }
    report = await bring(db, write(tmp_path / "blog", files))
    assert [one["message"] for one in report["files"][0]["warnings"]] == [
        "the address /tags/ is also that of a list of this site, which the post now hides",
        "the address /archive/ is also that of a list of this site, which the redirect now hides",
    ]


async def test_what_is_lost_is_told_once_and_by_one_path(db: Database, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "pelicanconf.py": "PATH = 'content'",
        "content/a.md": "Title: A\nDate: 2020-01-01\n\n[x]({filename}nope.md) ![p](../pic.png) ![q](../lost.png)",
        "pic.png": PIXEL,
    }
    folder = write(tmp_path / "blog", files)
    (found,) = (first := await bring(db, folder))["files"]
    assert [one["message"].split(":")[0].split(" leads")[0] for one in found["warnings"]] == [
        "'{filename}nope.md'", "'/lost.png' was left as it is",
    ]  # fmt: skip
    assert [one["path"] for one in first["media"]] == ["pic.png", "/lost.png"]
    (again,) = (await bring(db, folder))["files"]
    assert (again["fate"], again["warnings"]) == ("unchanged", [])


async def test_the_front_page_of_the_old_site_comes_in_as_a_draft(db: Database, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"_config.yml": "title: x", "index.md": "---\ntitle: Home\n---\nHello."}
    report = await bring(db, write(tmp_path / "blog", files))
    assert (await post(db, report["files"][0]["id"])).status == "draft"


async def test_tags_that_differ_in_case_become_one_under_the_commonest_name(db: Database, tmp_path: Path) -> None:
    spellings = ["python", "Python", "Python"]
    files: dict[str, str | bytes] = {
        f"{n}.md": f"---\ndate: 2020-01-0{n}\ntags: [{s}]\n---\n{n}" for n, s in enumerate(spellings, 1)
    }
    report = await bring(db, write(tmp_path / "blog", files))
    assert report["tags"] == [{"name": "Python", "merged": ["python"], "files": 3}]
    assert await db.read(lambda s: s.execute(select(Tag.name, Tag.post_count)).all()) == [("Python", 3)]


async def test_many_files_go_through_other_processes_to_the_same_end(db: Database, tmp_path: Path) -> None:
    head = "---\ndate: 2020-01-01 00:{:02}\ntags: [t{}]\n---\n"
    files: dict[str, str | bytes] = {
        f"{n:03}.md": head.format(n % 60, n % 3) + f"# {n}\n\n[next]({(n + 1) % 90:03}.md)\n" for n in range(90)
    }
    report = await bring(db, write(tmp_path / "blog", files))
    assert counted(report) == {"imported": 90}
    dangling = select(Reference.href).where(Reference.to_subject_id.is_(None))
    assert await db.read(lambda s: list(s.scalars(dangling))) == []
    assert counted(await bring(db, tmp_path / "blog")) == {"unchanged": 90}


async def test_a_draft_keeps_its_address_for_later_and_has_no_old_one(db: Database, tmp_path: Path) -> None:
    folder = write(tmp_path / "blog", {"_posts/2020-01-01-a.md": "---\npublished: false\n---\nA"})
    (found,) = (await bring(db, folder))["files"]
    assert found["addresses"] == []
    stored = await post(db, found["id"])
    assert (stored.status, stored.path) == ("draft", "/2020/01/01/a.html")


async def test_dates_are_in_the_zone_of_the_site_and_later_ones_are_scheduled(db: Database, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a.md": "---\ndate: 2020-01-01 10:00\n---\nA",
        "b.md": "---\ndate: 2999-01-01\n---\nB",
    }
    report = await bring(db, write(tmp_path / "blog", files))
    rows = [await post(db, one["id"]) for one in report["files"]]
    assert [(one.status, one.published_at.isoformat()) for one in rows] == [
        ("published", "2020-01-01T10:00:00+00:00"), ("scheduled", "2999-01-01T00:00:00+00:00"),
    ]  # fmt: skip


async def test_what_front_matter_says_beyond_our_fields_is_kept(db: Database, tmp_path: Path) -> None:
    folder = write(tmp_path / "blog", {"a.md": "---\ntitle: 010\ndate: 2020-01-01\nrating: 4\nyes: [1.10, no]\n---\nA"})
    (found,) = (await bring(db, folder))["files"]
    stored = await post(db, found["id"])
    assert (stored.title, stored.extra) == ("010", {"rating": 4, "yes": ["1.10", "no"]})


async def test_a_folder_without_markdown_and_a_senseless_permalink_are_refused(db: Database, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(Invalid, match="no Markdown"):
        await bring(db, tmp_path / "empty")
    with pytest.raises(Invalid, match="does not exist"):
        await bring(db, tmp_path / "nowhere")
    with pytest.raises(Invalid, match="placeholder"):
        await bring(db, write(tmp_path / "blog", {"a.md": "A"}), permalink="/same/")
    with pytest.raises(Invalid, match="is a file"):
        await bring(db, tmp_path / "blog" / "a.md")


async def test_the_base_path_of_the_old_site_stays_in_its_addresses(db: Database, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "_config.yml": "baseurl: /blog\nurl: https://example.org",
        "_posts/2020-01-01-a.md": "[b]({{ site.baseurl }}/2020/01/02/b.html)",
        "_posts/2020-01-02-b.md": "[a](https://example.org/blog/2020/01/01/a.html) [c](/blog/c/)",
    }
    folder = write(tmp_path / "blog", files)
    report = await bring(db, folder)
    assert [one["addresses"] for one in report["files"]] == [["/blog/2020/01/01/a.html"], ["/blog/2020/01/02/b.html"]]
    texts = await db.read(lambda s: s.scalars(select(Revision.markdown).order_by(Revision.id)).all())
    assert texts == ["[b](/blog/2020/01/02/b.html)\n", "[a](/blog/2020/01/01/a.html) [c](/blog/c/)\n"]


async def test_our_own_base_path_is_left_out_of_addresses(db: Database, tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "_config.yml": "baseurl: /blog",
        "_posts/2020-01-01-a.md": "[b]({{ site.baseurl }}/2020/01/02/b.html)",
        "_posts/2020-01-02-b.md": "B",
    }
    report = await bring(db, write(tmp_path / "blog", files), base="/blog")
    assert report["files"][0]["addresses"] == ["/2020/01/01/a.html"]
    assert (
        await db.read(lambda s: s.scalar(select(Revision.markdown).order_by(Revision.id)))
        == "[b](/2020/01/02/b.html)\n"
    )


async def test_every_stored_count_is_right_after_an_import_in_any_order(
    db: Database, inputs: Any, tmp_path: Path
) -> None:
    from westmarch.posts import counts, listings

    folder = tmp_path / "copy"
    shutil.copytree(inputs("blog-jekyll-jekyll") / "test" / "source" / "_posts", folder / "_posts")
    later = sorted((folder / "_posts").glob("*.markdown"))[::3]
    away = tmp_path / "away"
    away.mkdir()
    for path in later:
        path.rename(away / path.name)
    await bring(db, folder)
    for path in later:
        (away / path.name).rename(path)
    report = await bring(db, folder)
    assert counted(report)["imported"] == len(later)
    assert await db.read(counts.faults, SITE.zone) == []
    assert await db.read(listings.faults) == []
    published = select(Post.id).where(Post.status == "published", Post.kind == "post")
    assert len(await db.read(lambda s: s.scalars(published).all())) > 50


async def test_an_old_address_never_takes_the_front_page(db: Database, tmp_path: Path) -> None:
    write(tmp_path / "blog", {"a.md": "---\ntitle: A\nurl: /a/\naliases: [/, '/?p=7', /old/]\n---\nText\n"})
    await bring(db, tmp_path / "blog")
    assert (await db.read(resolve, "/")).status == 404  # No link has it: the program's own list answers there.
    assert (await db.read(resolve, "/old/")).status == 301
