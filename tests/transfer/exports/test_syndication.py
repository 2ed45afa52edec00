"""Files of RSS and Atom, read and brought into a site."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transfer.exports.reading import OPTIONS, bring, markdown, read, told
from tests.transfer.folders import counted, post
from westmarch.db.database import Database
from westmarch.errors import Invalid
from westmarch.transfer.exports.syndication import open_

HOME = "https://old.example"
_RSS = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">\n<channel>'
    f'<atom:link href="{HOME}/feed/" rel="self" type="application/rss+xml"/><title>Old</title><link>{HOME}/</link>\n'
)
_ATOM = (
    '<?xml version="1.0"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><title>Old</title><id>x</id>'
    f'<link rel="self" href="{HOME}/atom.xml"/><link href="{HOME}/"/>\n'
)
_RDF = (
    '<?xml version="1.0"?>\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    ' xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    f' xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Old</title><link>{HOME}</link></channel>\n'
)


@dataclass
class Entry:
    number: int
    title: str = "Title"
    content: str = "<p>Text.</p>"
    tags: tuple[str, ...] = ()
    author: str = "Ann"
    summary: str = ""


def rss(path: Path, *entries: Entry) -> Path:
    items = "".join(
        f"<item><title>{escape(escape(one.title))}</title><link>{HOME}/{one.number}/</link>"
        f'<guid isPermaLink="false">{one.number}</guid><dc:creator>{escape(one.author)}</dc:creator>'
        f"<pubDate>Thu, 02 Jan 2020 03:04:05 +0000</pubDate><description>{escape(one.summary)}</description>"
        + "".join(f"<category>{escape(tag)}</category>" for tag in one.tags)
        + f"<content:encoded>{escape(one.content)}</content:encoded></item>\n"
        for one in entries
    )
    path.write_text(f"{_RSS}{items}</channel></rss>\n", "utf-8")
    return path


def atom(path: Path, *entries: Entry) -> Path:
    items = "".join(
        f'<entry><title>{escape(one.title)}</title><link href="{HOME}/{one.number}/"/><id>{one.number}</id>'
        f"<author><name>{escape(one.author)}</name></author><published>2020-01-02T04:04:05+01:00</published>"
        f'<updated>2020-01-02T04:04:05+01:00</updated><summary type="html">{escape(one.summary)}</summary>'
        + "".join(f'<category term="{escape(tag)}"/>' for tag in one.tags)
        + f'<content type="html">{escape(one.content)}</content></entry>\n'
        for one in entries
    )
    path.write_text(f"{_ATOM}{items}</feed>\n", "utf-8")
    return path


def rdf(path: Path, *entries: Entry) -> Path:
    items = "".join(
        f'<item rdf:about="{HOME}/{one.number}/"><title>{escape(one.title)}</title><link>{HOME}/{one.number}/</link>'
        f"<dc:creator>{escape(one.author)}</dc:creator><dc:date>2020-01-02T03:04:05Z</dc:date>"
        f"<description>{escape(one.summary)}</description>"
        + "".join(f"<dc:subject>{escape(tag)}</dc:subject>" for tag in one.tags)
        + f"<content:encoded>{escape(one.content)}</content:encoded></item>\n"
        for one in entries
    )
    path.write_text(f"{_RDF}{items}</rdf:RDF>\n", "utf-8")
    return path


each = pytest.mark.parametrize("write", [rss, atom, rdf])


async def test_a_feed_comes_in_at_its_addresses(db: Database, tmp_path: Path) -> None:
    linked = f'<p>See <a href="{HOME}/2/">two</a>.</p>'
    path = rss(tmp_path / "feed.xml", Entry(1, "A & B", linked, ("Sea",), summary="Short."), Entry(2))
    found = await bring(db, partial(open_, path), tmp_path)
    assert counted(found) == {"imported": 2}
    first = next(one for one in found["files"] if one["addresses"] == ["/1/"])
    stored = await post(db, first["id"])
    assert (stored.title, stored.path, stored.guid, stored.summary) == ("A & B", "/1/", "1", "Short.")
    assert stored.published_at.isoformat() == "2020-01-02T03:04:05+00:00"
    assert await markdown(db, first["id"]) == "See [two](/2/).\n"
    assert counted(await bring(db, partial(open_, path), tmp_path)) == {"unchanged": 2}


@pytest.mark.unit
def test_enclosures_become_players_and_links(tmp_path: Path) -> None:
    path = rss(tmp_path / "a.xml", Entry(1, content="<p>x</p>"))
    files = '<enclosure url="https://x.example/a.mp3" type="audio/mpeg" length="1"/>'
    path.write_text(path.read_text("utf-8").replace("</item>", f"{files}</item>"), "utf-8")
    (record,) = read(partial(open_, path))[0].values()
    assert record.content == '<p>x</p><p><audio src="https://x.example/a.mp3" controls></audio></p>'


@pytest.mark.unit
def test_plain_text_and_xhtml_are_texts_too(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    items = (
        '<entry><id>1</id><title>a</title><content type="text">a &lt; b\n\nc</content></entry>'
        '<entry><id>2</id><title>b</title><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>a<br/>b</p></div></content></entry>'
        "<entry><id>3</id><title>c</title><summary>less</summary></entry>"
    )
    path.write_text(f"{_ATOM}{items}</feed>", "utf-8")
    one, two, three = read(partial(open_, path))[0].values()
    assert one.content == "<p>a &lt; b</p><p>c</p>"
    assert two.content == "<p>a<br>b</p>"
    assert three.content == "<p>less</p>"
    assert "the feed holds a summary of it and no content: the text may have been longer" in told(three)
    assert told(one) == ["it has no date"]


@pytest.mark.unit
def test_links_to_elsewhere_are_no_addresses_of_the_site(tmp_path: Path) -> None:
    path = rss(tmp_path / "a.xml", Entry(1))
    path.write_text(path.read_text("utf-8").replace(f"<link>{HOME}/1/", "<link>https://else.example/1/"), "utf-8")
    (record,) = read(partial(open_, path))[0].values()
    assert record.about.addresses == ()


@pytest.mark.unit
def test_a_broken_item_a_wrong_date_and_one_without_anything_are_told(tmp_path: Path) -> None:
    path = rss(tmp_path / "a.xml", Entry(1, "BREAK"), Entry(2), Entry(3))
    text = path.read_text("utf-8").replace("BREAK", "<b").replace("02 Jan", "31 Feb")
    path.write_text(text.replace("</channel>", "<item><description>x</description></item></channel>"), "utf-8")
    records, unread = read(partial(open_, path))
    assert [one.about.slug for one in records.values()] == ["2", "3"]
    assert told(records[next(iter(records))])[0].startswith("published: there is no such day")
    assert [(one.fate, one.line) for one in unread] == [("failed", 4), ("failed", 7)]
    assert unread[1].reason == "it has no id, no link and no title"


@pytest.mark.unit
def test_entities_of_a_feed_are_not_expanded(tmp_path: Path) -> None:
    path = rss(tmp_path / "a.xml", Entry(1, "BOMB"))
    bomb = "<!DOCTYPE rss [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>\n<rss"
    path.write_text(path.read_text("utf-8").replace("<rss", bomb).replace("BOMB", "&b;"), "utf-8")
    (record,) = read(partial(open_, path))[0].values()
    assert "aaaa" not in record.about.title


@pytest.mark.unit
@pytest.mark.parametrize("content", ["", "<html><p>no feed</p></html>", "\x00\x01\x02", "<rss"])
def test_what_is_no_feed_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.xml"
    path.write_text(content)
    with pytest.raises(Invalid, match=r"a.xml is no feed"):
        open_(path, OPTIONS)


@pytest.mark.unit
def test_a_feed_of_invalid_utf_8_is_read(tmp_path: Path) -> None:
    path = rss(tmp_path / "a.xml", Entry(1, "caf\xe9"))
    path.write_bytes(path.read_text("utf-8").encode("latin-1"))
    (record,) = read(partial(open_, path))[0].values()
    assert record.about.title == "caf\ufffd"


def _kept(word: str) -> bool:
    """Letters that are UTF-8 read as Latin-1 (`Ã©`) are mended by feedparser on purpose."""
    try:
        return word.isascii() or not word.encode("latin-1").decode()
    except UnicodeError:
        return True


_words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12).filter(_kept)
_plain = _words.filter(lambda word: not set(word) & set("<>&;"))
_tags = st.lists(_plain, max_size=2, unique=True).map(tuple)
_entry = st.builds(Entry, st.integers(1, 99), _plain, _words.map("<p>{}</p>".format), _tags, _plain)
_entries = st.lists(_entry, min_size=1, max_size=3, unique_by=lambda one: one.number)


@pytest.mark.slow
@pytest.mark.unit
@each
@settings(max_examples=20, deadline=None)
@given(entries=_entries)
def test_what_was_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, write: Callable[..., Path], entries: list[Entry]
) -> None:
    export = partial(open_, write(tmp_path_factory.mktemp("feed") / "a.xml", *entries))
    records, unread = read(export)
    assert not unread
    for said, record in zip(entries, records.values(), strict=True):
        about = record.about
        assert (about.title, about.addresses) == (said.title, (f"/{said.number}/",))
        assert (about.tags, about.authors) == (said.tags, (said.author,))
        assert record.content == said.content
        assert about.date is not None
        assert about.date.isoformat() == "2020-01-02T03:04:05+00:00"
    assert export(OPTIONS).url == HOME


@pytest.mark.unit
def test_letters_that_were_broken_on_the_way_are_mended(tmp_path: Path) -> None:
    (record,) = read(partial(open_, rss(tmp_path / "a.xml", Entry(1, "cafÃ©"))))[0].values()
    assert record.about.title == "café"
