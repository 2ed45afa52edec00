"""Exports of Blogger, read without a database."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transfer.exports.blogger.writing import HOME, Below, Text, classic, takeout
from tests.transfer.exports.reading import OPTIONS, read, told
from westmarch.errors import Invalid
from westmarch.transfer.exports.blogger.export import open_
from westmarch.transfer.items import Unread

pytestmark = pytest.mark.unit

Writer = Callable[..., Path]

both = pytest.mark.parametrize("write", [classic, takeout])


def test_the_trash_settings_and_lost_comments_are_told(tmp_path: Path) -> None:
    more = (
        "<entry><id>tag:blogger.com,1999:blog-1.settings.X</id><category"
        " scheme='http://schemas.google.com/g/2005#kind' term='http://schemas.google.com/blogger/2008/kind#settings'/>"
        "</entry>"
    )
    export = open_(classic(tmp_path / "a.xml", Text(1), more=more), OPTIONS)
    assert [one.key for one in export.records() if not isinstance(one, Unread)] == ["post-1"]
    assert [one.message for one in export.remarks] == ["1 entries of the kind 'settings' are not brought over"]
    trashed = takeout(tmp_path / "b.atom", Text(1, status="SOFT_TRASHED"), Text(2, status="ODD"))
    records, unread = read(partial(open_, trashed))
    assert [(one.fate, one.reason) for one in unread] == [("skipped", "it was in the trash")]
    assert told(records["post-2"]) == ["its status was 'ODD'; it comes in as a draft"]


def test_what_the_file_does_not_say_is_not_made_up(tmp_path: Path) -> None:
    path = takeout(tmp_path / "a.atom", Text(1, author="Unknown", published="2020-02-31T00:00:00Z"))
    records, _ = read(partial(open_, path))
    assert records["post-1"].about.authors == ()
    assert "published: there is no such day as '2020-02-31T00:00:00Z'" in told(records["post-1"])
    assert open_(path, OPTIONS).url is None


def test_the_status_of_comments_is_kept(tmp_path: Path) -> None:
    said = {"LIVE": "approved", "PENDING": "pending", "SPAM_COMMENT": "spam", "USER_DELETED": "trash"}
    below = [Below(number, "x", status=status) for number, status in enumerate(said, 10)]
    records, _ = read(partial(open_, takeout(tmp_path / "a.atom", Text(1, comments=below))))
    assert [one.status for one in records["post-1"].comments] == list(said.values())


def test_a_broken_entry_is_named_and_the_others_come_in(tmp_path: Path) -> None:
    path = classic(tmp_path / "a.xml", Text(1), Text(2, title="BREAK"), Text(3))
    path.write_text(path.read_text("utf-8").replace("BREAK", "<b"), "utf-8")
    records, unread = read(partial(open_, path))
    assert list(records) == ["post-1", "post-3"]
    assert [one.fate for one in unread] == ["failed"]
    assert "post-2" in path.read_text("utf-8").splitlines()[(unread[0].line or 0) - 1]


def test_a_file_that_was_cut_off_gives_what_is_whole(tmp_path: Path) -> None:
    path = takeout(tmp_path / "a.atom", *(Text(number) for number in range(1, 4)))
    whole = path.read_bytes()
    for length in range(whole.index(b"<entry>"), len(whole), 97):
        path.write_bytes(whole[:length])
        records, unread = read(partial(open_, path))
        assert len(records) == whole[:length].count(b"</entry>")
        assert [one.reason for one in unread] in ([], ["broken XML: it does not end"])


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    path = classic(tmp_path / "a.xml", Text(1, title="x"))
    bomb = "<!DOCTYPE feed [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>"
    content = path.read_text("utf-8").replace("?>\n<feed", f"?>\n{bomb}<feed").replace(">x<", ">&b;<", 1)
    path.write_text(content, "utf-8")
    records, _ = read(partial(open_, path))
    assert "aaaa" not in records["post-1"].about.title


def test_what_is_no_export_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text("<feed/>")
    with pytest.raises(Invalid, match=r"a.xml is no export of Blogger"):
        open_(path, OPTIONS)
    with pytest.raises(Invalid, match="'old' is no address of a site"):
        open_(classic(path), OPTIONS, url="old")


_words = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)
_comments = st.lists(
    st.builds(Below, st.integers(1000, 9999), _words, author=_words), max_size=3, unique_by=lambda one: one.number
)
_texts = st.lists(
    st.builds(
        Text,
        st.integers(1, 999),
        _words.map(lambda word: word.replace("<", "").replace("&", "")),
        kind=st.sampled_from(["post", "page"]),
        status=st.sampled_from(["LIVE", "DRAFT"]),
        labels=st.lists(_words, max_size=3, unique=True).map(tuple),
        author=_words,
        comments=_comments,
    ),
    max_size=4,
    unique_by=lambda one: one.number,
)


@pytest.mark.slow
@both
@settings(max_examples=20, deadline=None)
@given(texts=_texts)
def test_what_blogger_writes_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, write: Writer, texts: list[Text]
) -> None:
    path = write(tmp_path_factory.mktemp("blogger") / "a.xml", *texts)
    records, unread = read(partial(open_, path, url=HOME))
    assert not unread
    assert [one.key for one in records.values()] == [f"{one.kind}-{one.number}" for one in texts]
    for said, record in zip(texts, records.values(), strict=True):
        about = record.about
        assert (about.kind, about.status == "draft", about.tags) == (said.kind, said.status == "DRAFT", said.labels)
        assert about.addresses == ((said.at,) if said.status == "LIVE" or write is takeout else ())
        assert record.content == said.content
        assert about.authors == (said.author,)
        assert sorted((one.key, one.content, one.author) for one in record.comments) == sorted(
            (str(one.number), one.content, one.author) for one in said.comments
        )
