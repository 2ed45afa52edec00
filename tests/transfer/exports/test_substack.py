"""Exports of Substack, read and brought into a site."""

import csv
import io
from dataclasses import dataclass
from functools import partial
from html import escape
from json import dumps
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transfer.exports.reading import OPTIONS, bring, markdown, read, told
from tests.transfer.exports.zipping import zipped
from tests.transfer.folders import counted, post, row, write
from westmarch.db.database import Database
from westmarch.errors import Invalid
from westmarch.transfer.exports.substack import Substack, open_, wanted
from westmarch.transfer.exports.zips import Unpacked, unpacked

HEAD = (
    "post_id", "post_date", "is_published", "email_sent_at", "inbox_sent_at", "type", "audience", "title", "subtitle",
    "podcast_url",
)  # fmt: skip


@dataclass
class Letter:
    number: int
    title: str = "Title"
    subtitle: str = ""
    text: str = "<p>Text.</p>"
    published: bool = True
    audience: str = "everyone"
    kind: str = "newsletter"
    podcast: str = ""
    date: str = "2020-01-02T03:04:05.000Z"

    @property
    def name(self) -> str:
        return f"{self.number}.letter-{self.number}"


def files(*letters: Letter) -> dict[str, str | bytes]:
    """What Substack puts into its zip."""
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(HEAD)
    for one in letters:
        published = str(one.published).lower()
        writer.writerow(
            (one.name, one.date, published, one.date, "", one.kind, one.audience, one.title, one.subtitle, one.podcast)
        )
    found: dict[str, str | bytes] = {f"posts/{one.name}.html": one.text for one in letters}
    opens = {f"posts/{one.name}.opens.csv": "email\nreader@example.org\n" for one in letters}
    return {"posts.csv": table.getvalue(), "email_list.old.csv": "email\nreader@example.org\n"} | found | opens


def opened(folder: Path, *names: str) -> "partial[Substack]":
    return partial(open_, Unpacked(folder, names), origin=folder)


async def test_posts_come_in_from_the_zip(db: Database, tmp_path: Path) -> None:
    linked = '<p><a href="https://old.substack.com/p/letter-2">two</a></p>'
    letters = [Letter(1, "A & B", "Below", linked), Letter(2), Letter(3, published=False, date="")]
    path = zipped(tmp_path / "export.zip", files(*letters))
    for expected in ({"imported": 3}, {"unchanged": 3}):
        with unpacked(path, wanted) as given:
            kept = {one.name for one in given.folder.rglob("*") if one.is_file()}
            assert kept == {"posts.csv", *(f"{one.name}.html" for one in letters)}
            found = await bring(db, partial(open_, given, origin=path), given.folder)
        assert counted(found) == expected
    stored = await post(db, row(found, "post-1")["id"])
    assert (stored.title, stored.path, stored.summary) == ("A & B", "/p/letter-1", "Below")
    assert stored.published_at.isoformat() == "2020-01-02T03:04:05+00:00"
    assert await markdown(db, stored.id) == "[two](/p/letter-2)\n"
    assert (await post(db, row(found, "post-3")["id"])).status == "draft"


@pytest.mark.unit
def test_what_was_paid_for_comes_in_as_a_draft(tmp_path: Path) -> None:
    paid = [Letter(1, audience="only_paid"), Letter(2, audience="founding"), Letter(3, audience="odd")]
    records, _ = read(opened(write(tmp_path, files(*paid))))
    assert {one.about.status for one in records.values()} == {"draft"}
    assert told(records["post-1"]) == ["it was for those who pay; it comes in as a draft"]
    assert told(records["post-3"]) == ["it was for 'odd'; it comes in as a draft"]


@pytest.mark.unit
def test_pages_and_podcasts(tmp_path: Path) -> None:
    letters = Letter(1, kind="page"), Letter(2, kind="podcast", podcast="https://x.example/a.mp3")
    records, _ = read(opened(write(tmp_path, files(*letters))))
    assert records["post-1"].about.kind == "page"
    assert records["post-2"].content == '<p><audio src="https://x.example/a.mp3" controls></audio></p><p>Text.</p>'


@pytest.mark.unit
def test_what_substack_puts_into_a_text_becomes_what_it_shows(tmp_path: Path) -> None:
    def attributes(**said: str) -> str:
        return escape(dumps(said))

    text = (
        '<div class="captioned-image-container"><figure><a class="image-link" href="https://cdn.example/b.png"><div '
        'class="image2-inset"><picture><source type="image/webp" srcset="x"><img src="https://cdn.example/s.png" '
        f'data-attrs="{attributes(src="https://s3.example/b.png")}" alt="A &lt;b&gt;"></picture></div></a>'
        "<figcaption>Words</figcaption></figure></div>"
        f'<div class="tweet" data-attrs="{attributes(url="https://x.com/a/1", full_text="Hi <you>")}">'
        '<a href="y">z</a></div>'
        f'<div id="youtube2-abc" class="youtube-wrap" data-attrs="{attributes(videoId="abc")}"><iframe></iframe></div>'
        f'<p class="button-wrapper" data-attrs="{attributes(url="s")}"><a href="s">Subscribe</a></p><p>End.</p>'
    )
    (record,) = read(opened(write(tmp_path, files(Letter(1, text=text)))))[0].values()
    assert record.content == (
        '<figure><img src="https://s3.example/b.png" alt="A &lt;b&gt;"><figcaption>Words</figcaption></figure>'
        '<blockquote><p>Hi &lt;you&gt;</p><p><a href="https://x.com/a/1">https://x.com/a/1</a></p></blockquote>'
        "<p>https://www.youtube.com/watch?v=abc</p><p>End.</p>"
    )
    assert told(record) == ["a button of Substack is not taken over"]


@pytest.mark.unit
def test_what_a_script_shows_becomes_what_it_stands_for(tmp_path: Path) -> None:
    def part(name: str, said: object) -> str:
        return f'<div class="{name}" data-attrs="{escape(dumps(said))}"></div>'

    text = (
        part("latex-rendered", {"persistentExpression": "x_1<2"})
        + part("image-gallery-embed", {"gallery": {"images": [{"src": "https://s3.example/a.png"}], "caption": "Two"}})
        + part("embedded-post-wrap", {"url": "https://o.example/p/z", "title": "Z"})
        + part("poll-embed", {"id": 7})
        + '<div class="callout" data-attrs="{}"><p>Said.</p></div>'
    )
    (record,) = read(opened(write(tmp_path, files(Letter(1, text=text)))))[0].values()
    assert record.content == (
        '<pre><code class="language-latex">x_1&lt;2</code></pre>'
        '<p><img src="https://s3.example/a.png" alt=""></p><p>Two</p>'
        '<p><a href="https://o.example/p/z">Z</a></p><p>Said.</p>'
    )
    assert told(record) == ["a part of the kind 'poll-embed' is not taken over"]


@pytest.mark.unit
def test_what_is_missing_or_broken_is_told(tmp_path: Path) -> None:
    content = files(Letter(1), Letter(2), Letter(3))
    del content["posts/2.letter-2.html"]
    content["posts/3.letter-3.html"] = b"\x00"
    content["posts/9.odd.html"] = "<p>x</p>"
    content["posts.csv"] = f"{content['posts.csv']!s}../../x,,true\nno id,,true\n"
    records, unread = read(opened(write(tmp_path, content)))
    assert list(records) == ["post-1"]
    assert [(one.fate, one.reason, one.line) for one in unread] == [
        ("skipped", "its text is not part of the export", 3),
        ("failed", "the file is not text: it holds zero bytes", 4),
        ("failed", "it has no id", 5),
        ("failed", "it has no id", 6),
        ("skipped", "posts.csv does not name it", None),
    ]


@pytest.mark.unit
def test_an_id_does_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    content = files(Letter(1))
    content["posts.csv"] = str(content["posts.csv"]).replace("1.letter-1", "1./../../../etc/hostname")
    _, unread = read(opened(write(tmp_path, content)))
    assert unread[0].reason == "its id leads out of the folder"


@pytest.mark.unit
def test_the_address_is_that_of_the_list_of_readers(tmp_path: Path) -> None:
    folder = write(tmp_path, files(Letter(1)))
    assert opened(folder, "x/email_list.old.csv")(OPTIONS).url == "https://old.substack.com"
    assert opened(folder)(OPTIONS).url is None


@pytest.mark.unit
def test_what_is_no_export_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="is no export of Substack"):
        opened(write(tmp_path, {"posts.csv": "title,text\nA,B\n"}))(OPTIONS)


_words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="<>&"), max_size=9)
_letter = st.builds(
    Letter,
    st.integers(1, 10**6),
    _words,
    _words,
    _words.map("<p>{}</p>".format),
    st.booleans(),
    st.sampled_from(["everyone", "only_paid"]),
)
_letters = st.lists(_letter, max_size=4, unique_by=lambda one: one.number)


@pytest.mark.slow
@pytest.mark.unit
@settings(max_examples=20, deadline=None)
@given(letters=_letters)
def test_what_substack_writes_is_read_again(tmp_path_factory: pytest.TempPathFactory, letters: list[Letter]) -> None:
    records, unread = read(opened(write(tmp_path_factory.mktemp("substack"), files(*letters))))
    assert not unread
    assert list(records) == [f"post-{one.number}" for one in letters]
    for said, record in zip(letters, records.values(), strict=True):
        about = record.about
        assert (about.summary, record.content) == (said.subtitle, said.text)
        assert about.title == said.title or not said.title
        assert about.addresses == (f"/p/letter-{said.number}",)
        assert (about.status == "published") == (said.published and said.audience == "everyone")
