"""Blogs of Tumblr, read and brought into a site."""

import io
import json
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transfer.exports.reading import OPTIONS, bring, markdown, read, told
from tests.transfer.exports.tumblr.writing import HOME, Post, as_json, as_xml, page, pages
from tests.transfer.exports.zipping import zipped
from tests.transfer.folders import counted, png, post, row, write
from westmarch.db.database import Database
from westmarch.errors import Invalid
from westmarch.links.queries import resolve
from westmarch.transfer.exports.tumblr.export import NESTED, Tumblr, open_, wanted
from westmarch.transfer.exports.zips import Unpacked, unpacked

Writer = Callable[..., dict[str, str | bytes]]


def opened(folder: Path, url: str | None = None) -> "partial[Tumblr]":
    return partial(open_, Unpacked(folder, ()), origin=folder, url=url)


async def test_the_zip_comes_in_with_its_pictures(db: Database, tmp_path: Path) -> None:
    linked = f'<p><a href="{HOME}/post/2">two</a></p><img src="../../media/1.png">'
    inner = zipped(
        tmp_path / "posts.zip",
        {"html/1.html": page(Post(1, "A & B", linked, ("Sea",))), "html/2.html": page(Post(2, ""))},
    )
    files: dict[str, str | bytes] = {
        "posts.zip": inner.read_bytes(),
        "media/1.png": png(30, 20),
        "media/2_0.png": png(9, 9),
        "conversations/a.html": b"x",
    }
    path = zipped(tmp_path / "old.zip", files)
    for expected in ({"imported": 2}, {"unchanged": 2}):
        with unpacked(path, wanted, NESTED) as given:
            assert not (given.folder / "conversations").exists()
            made = partial(open_, given, origin=path, url=HOME)
            found = await bring(db, made, given.folder, pictures=True)
        assert counted(found) == expected
    stored = await post(db, row(found, "post-1")["id"])
    assert (stored.title, stored.path, stored.status) == ("A & B", "/post/1", "published")
    assert stored.published_at.isoformat() == "2020-01-02T03:04:00+00:00"
    text = await markdown(db, stored.id)
    assert text.startswith("[two](/post/2)\n\n![](/media/")
    second = row(found, "post-2")["id"]
    assert "![](/media/" in await markdown(db, second)
    assert (await post(db, second)).title == "Text."


async def test_posts_of_the_interface_keep_all_their_addresses(db: Database, tmp_path: Path) -> None:
    folder = write(tmp_path / "blog", {"posts.json": as_json(Post(1), Post(2, state="draft"))})
    found = await bring(db, opened(folder), folder)
    assert counted(found) == {"imported": 2}
    for path, status in (("/post/1/my-title", 200), ("/post/1", 301)):
        answer = await db.read(resolve, path, "")
        assert (answer.status, answer.subject_id) == (status, row(found, "post-1")["id"])
    assert (await post(db, row(found, "post-2")["id"])).status == "draft"


def json_post(**said: Any) -> str:
    common = {"id": 1, "post_url": f"{HOME}/post/1/x", "date": "2020-01-02 03:04:00 GMT", "state": "published"}
    return as_json({**common, **said})


PHOTO = {"original_size": {"url": "https://x.example/a.jpg"}, "caption": "w"}
CHAT = [{"label": "A:", "phrase": "hi"}, {"label": "B:", "phrase": "<yo>"}]
KINDS: list[tuple[dict[str, Any], str]] = [
    (
        {"type": "photo", "caption": "<p>c</p>", "photos": [PHOTO]},
        '<figure><img src="https://x.example/a.jpg" alt=""><figcaption>w</figcaption></figure><p>c</p>',
    ),
    ({"type": "quote", "text": "Be.", "source": "<a>H</a>"}, "<blockquote><p>Be.</p></blockquote><p><a>H</a></p>"),
    (
        {"type": "link", "url": "https://x.example", "title": "T", "description": "<p>d</p>"},
        '<p><a href="https://x.example">T</a></p><p>d</p>',
    ),
    ({"type": "chat", "dialogue": CHAT}, "<p><b>A:</b> hi<br><b>B:</b> &lt;yo&gt;</p>"),
    (
        {"type": "audio", "audio_url": "https://x.example/a.mp3", "caption": "c"},
        '<p><audio src="https://x.example/a.mp3" controls></audio></p>c',
    ),
    ({"type": "video", "permalink_url": "https://youtu.be/abc", "caption": ""}, "<p>https://youtu.be/abc</p>"),
    (
        {"type": "answer", "asking_name": "bob", "question": "Why?", "answer": "<p>So.</p>"},
        "<blockquote><p><b>bob</b></p><p>Why?</p></blockquote><p>So.</p>",
    ),
]


@pytest.mark.unit
@pytest.mark.parametrize(("said", "expected"), KINDS, ids=[said["type"] for said, _ in KINDS])
def test_each_kind_of_post_becomes_html(tmp_path: Path, said: dict[str, Any], expected: str) -> None:
    (record,) = read(opened(write(tmp_path, {"posts.json": json_post(**said)})))[0].values()
    assert record.content == expected
    assert told(record) == []


@pytest.mark.unit
def test_blocks_become_html(tmp_path: Path) -> None:
    content = [
        {"type": "text", "subtype": "heading1", "text": "Title"},
        {"type": "text", "text": "one two\nthree", "formatting": [
            {"start": 0, "end": 5, "type": "bold"}, {"start": 4, "end": 7, "type": "link", "url": "https://x.example"},
            {"start": 0, "end": 99, "type": "italic"}, {"start": 0, "end": 3, "type": "color", "hex": "#f00"}]},
        {"type": "text", "subtype": "unordered-list-item", "text": "a"},
        {"type": "text", "subtype": "unordered-list-item", "text": "b"},
        {"type": "text", "subtype": "quote", "text": "q"},
        {"type": "image", "media": [{"url": "https://x.example/a.jpg"}], "alt_text": "A", "caption": "C"},
        {"type": "poll"},
        "odd",
    ]  # fmt: skip
    trail = [{"blog": {"name": "eve"}, "content": [{"type": "text", "text": "first"}]}, {"content": 3}]
    (record,) = read(opened(write(tmp_path, {"posts.json": json_post(content=content, trail=trail)})))[0].values()
    assert record.about.title == "Title"
    assert record.content == (
        "<blockquote><p><b>eve</b></p><p>first</p></blockquote>"
        '<p><strong>one </strong><strong><a href="https://x.example">t</a></strong><a href="https://x.example">wo</a><br>three</p>'
        "<ul><li>a</li><li>b</li></ul><blockquote><p>q</p></blockquote>"
        '<figure><img src="https://x.example/a.jpg" alt="A"><figcaption>C</figcaption></figure>'
    )
    assert told(record) == ["a block of the kind 'poll' is not taken over"]


@pytest.mark.unit
def test_photos_of_the_interface_come_from_the_media_of_the_zip(tmp_path: Path) -> None:
    photos = [{"original_size": {"url": f"https://64.media.tumblr.com/{name}.jpg"}} for name in "ab"]
    files: dict[str, str | bytes] = {
        "posts.json": json_post(type="photo", photos=photos),
        "media/1_1.jpg": b"",
        "media/1_0.jpg": b"",
    }
    (record,) = read(opened(write(tmp_path, files)))[0].values()
    assert record.content.count("<img") == 2
    assert record.content.index("/media/1_0.jpg") < record.content.index("/media/1_1.jpg")


@pytest.mark.unit
def test_what_is_broken_is_told(tmp_path: Path) -> None:
    whole = as_json(Post(1), Post(2))
    folder = write(
        tmp_path, {"posts.json": f'{whole[:-1]}, 3, {{}}, {{"id": 4, "date": "2020-02-31", "state": "odd"}}, {{"id"'}
    )
    records, unread = read(opened(folder))
    assert list(records) == ["post-1", "post-2", "post-4"]
    assert [one.reason for one in unread] == ["it is no post", "it has no id", "the file ends here"]
    assert told(records["post-4"])[1:] == ["its state was 'odd'; it comes in as a draft"]
    write(tmp_path, {"posts.json": whole.encode().replace(b"Title", b"T\xff\\ud800 \\u0000x")})
    records, _ = read(opened(folder))
    assert records["post-1"].about.title == "T\ufffd? x"


@pytest.mark.unit
def test_broken_xml_and_pages_cost_no_others(tmp_path: Path) -> None:
    xml = as_xml(Post(1), Post(2, "BREAK"), Post(3)).replace("BREAK", "<b")
    records, unread = read(opened(write(tmp_path / "x", {"posts.xml": xml})))
    assert (list(records), [one.line for one in unread]) == (["post-1", "post-3"], [4])
    files = pages(Post(1), Post(2))
    files["posts/html/2.html"] = b"\x00"
    files["posts/html/3.html"] = "<p>cut off"
    records, unread = read(opened(write(tmp_path / "h", files)))
    assert [one.reason for one in unread] == ["the file is not text: it holds zero bytes"]
    assert "the page has no footer with its date: it may have been cut off" in told(records["post-3"])


@pytest.mark.slow
@pytest.mark.unit
def test_deep_nesting_in_json_is_told(tmp_path: Path) -> None:
    folder = write(tmp_path, {"posts.json": json_post(content=[{"type": "text", "text": "x"}])})
    deep = f'[{{"id": 1, "content": {"[" * 10_000}{"]" * 10_000}}}]'
    (folder / "posts.json").write_text(deep)
    assert len(read(opened(folder))[0]) + len(read(opened(folder))[1]) == 1
    (folder / "posts.json").unlink()
    _, unread = read(opened(write(folder, {"json/1.json": deep[1:-1]})))
    assert [one.fate for one in unread] in ([], ["failed"])


@pytest.mark.unit
def test_what_is_no_export_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="is no export of Tumblr"):
        opened(write(tmp_path, {"posts/a.html": "x", "media/1.jpg": b""}))(OPTIONS)
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("../1.html", "x")
    path = zipped(tmp_path / "a.zip", {"posts.zip": inner.getvalue()})
    with pytest.raises(Invalid, match=r"posts.zip is refused: '../1.html' leads out"), unpacked(path, wanted, NESTED):
        pass


_words = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="<>&"), min_size=1, max_size=9
)
_tags = st.lists(_words, max_size=2, unique=True).map(tuple)
_posts = st.lists(
    st.builds(Post, st.integers(1, 10**12), _words, _words.map("<p>{}</p>".format), _tags),
    min_size=1,
    max_size=4,
    unique_by=lambda one: one.number,
)


@pytest.mark.slow
@pytest.mark.unit
@pytest.mark.parametrize(
    "files", [pages, lambda *posts: {"posts.json": as_json(*posts)}, lambda *posts: {"posts.xml": as_xml(*posts)}]
)
@settings(max_examples=15, deadline=None)
@given(posts=_posts)
def test_what_tumblr_writes_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, files: Writer, posts: list[Post]
) -> None:
    records, unread = read(opened(write(tmp_path_factory.mktemp("tumblr"), files(*posts)), HOME))
    assert not unread
    assert set(records) == {f"post-{one.number}" for one in posts}
    for said in posts:
        record = records[f"post-{said.number}"]
        assert (record.about.title, record.content, record.about.tags) == (said.title, said.text, said.tags)
        assert f"/post/{said.number}" in record.about.addresses
        assert str(record.about.date) == "2020-01-02 03:04:00+00:00"
        assert json.dumps(record.about.extra) == "{}"
