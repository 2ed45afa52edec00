"""Exports of Medium, read and brought into a site."""

from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transfer.exports.reading import OPTIONS, bring, markdown, read, told
from tests.transfer.exports.zipping import zipped
from tests.transfer.folders import counted, post, row, write
from westmarch.db.database import Database
from westmarch.errors import Invalid
from westmarch.links.queries import resolve
from westmarch.transfer.exports.medium import Medium, open_, wanted
from westmarch.transfer.exports.zips import Unpacked, unpacked


@dataclass
class Story:
    number: int
    title: str = "My title"
    subtitle: str = ""
    body: str = '<p name="1140" id="1140" class="graf graf--p graf-after--h3">Text.</p>'
    draft: bool = False
    home: str = "https://medium.com/@ann"

    @property
    def id(self) -> str:
        return f"{self.number:012x}"

    @property
    def name(self) -> str:
        return f"{'draft' if self.draft else '2020-01-02'}_My-title-{self.id}.html"


def page(one: Story) -> str:
    """A story as Medium writes it."""
    view = f'<p><a href="https://medium.com/p/{one.id}">View original.</a></p>'
    public = (
        f'<p>By <a href="https://medium.com/@ann" class="p-author h-card">Ann Other</a> on <a href="https://medium.com/p/{one.id}">'
        '<time class="dt-published" datetime="2020-01-02T03:04:05.678Z">January 2, 2020</time></a>.</p>'
        f'<p><a href="{one.home}/my-title-{one.id}" class="p-canonical">Canonical link</a></p>'
    )
    head = f'<h3 name="a" id="a" class="graf graf--h3 graf--leading graf--title">{escape(one.title)}</h3>'
    return (
        f'<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"><title>'
        f'{escape(one.title)}</title><style>p {{}}</style></head><body><article class="h-entry">\n<header>\n'
        f'<h1 class="p-name">{escape(one.title)}</h1>\n</header>\n<section data-field="subtitle" class="p-summary">\n'
        f'{escape(one.subtitle)}\n</section>\n<section data-field="body" class="e-content">\n<section name="fa" '
        'class="section section--body section--first section--last"><div class="section-divider"><hr class="section-'
        'divider"></div><div class="section-content"><div class="section-inner sectionLayout--insetColumn">'
        f"{head}{one.body}</div></div></section>\n</section>\n<footer>{view if one.draft else public}"
        '<p>Exported from <a href="https://medium.com">Medium</a> on July 8, 2025.</p></footer></article></body></html>'
    )


def export(folder: Path, *stories: Story) -> Path:
    return write(folder, {f"posts/{one.name}": page(one) for one in stories})


def opened(folder: Path, url: str | None = None) -> "partial[Medium]":
    return partial(open_, Unpacked(folder, ()), origin=folder, url=url)


async def test_stories_come_in_from_the_zip(db: Database, tmp_path: Path) -> None:
    link = f'<p class="graf"><a href="https://ann.medium.com/other-{Story(2).id}?source=x#y" data-href="z">two</a></p>'
    stories = [Story(1, body=link), Story(2), Story(3, draft=True)]
    files: dict[str, str | bytes] = {f"posts/{one.name}": page(one) for one in stories}
    path = zipped(tmp_path / "medium.zip", {"sessions/a.html": "secret", **files})
    for expected in ({"imported": 3}, {"unchanged": 3}):
        with unpacked(path, wanted) as given:
            assert not (given.folder / "sessions").exists()
            found = await bring(db, partial(open_, given, origin=path), given.folder)
        assert counted(found) == expected
    stored = await post(db, row(found, "post-000000000001")["id"])
    assert (stored.title, stored.path, stored.status) == ("My title", "/my-title/", "published")
    assert await markdown(db, stored.id) == "[two](/my-title-000000000002/#y)\n"
    for path_, query in (("/@ann/my-title-000000000001", ""), ("/p/000000000001", "")):
        answer = await db.read(resolve, path_, query)
        assert (answer.status, answer.subject_id) == (301, stored.id)
    draft = await post(db, row(found, "post-000000000003")["id"])
    assert (draft.status, draft.title) == ("draft", "My title")


@pytest.mark.unit
def test_stories_at_an_address_of_their_own_keep_it(tmp_path: Path) -> None:
    made = opened(export(tmp_path, Story(1, home="https://blog.example")))
    records, _ = read(made)
    assert made(OPTIONS).url == "https://blog.example"
    assert records["post-000000000001"].about.addresses == ("/my-title-000000000001", "/p/000000000001")


@pytest.mark.unit
def test_what_medium_puts_around_a_text_goes(tmp_path: Path) -> None:
    body = (
        '<h4 class="graf graf--h4 graf--subtitle">Below</h4><pre data-code-block-lang="python" class="graf graf--pre">'
        '<span class="pre--content"><span class="hljs-k">def</span> f(a &lt; b):<br>  pass</span></pre>'
        '<figure class="graf graf--iframe"><iframe src="https://www.youtube.com/embed/abc"></iframe></figure>'
        '<div class="graf--mixtapeEmbed"><a href="https://x.example/" class="markup--anchor"><strong>T</strong></a>'
        '<a href="https://x.example/" class="js-mixtapeImage mixtapeImage u-ignoreBlock"></a></div>'
    )
    (record,) = read(opened(export(tmp_path, Story(1, subtitle="Below", body=body))))[0].values()
    assert record.about.summary == "Below"
    assert record.content == (
        '<pre><code class="language-python">def f(a &lt; b):\n  pass</code></pre>'
        '<iframe src="https://www.youtube.com/embed/abc"></iframe>'
        '<p><a href="https://x.example/" class="markup--anchor"><strong>T</strong></a></p>'
    )


@pytest.mark.unit
def test_files_that_are_cut_off_or_no_text_are_told(tmp_path: Path) -> None:
    export(tmp_path, Story(1), Story(2), Story(3))
    cut = tmp_path / "posts" / Story(2).name
    cut.write_text(page(Story(2))[:600])
    (tmp_path / "posts" / Story(3).name).write_bytes(b"\x00\x01")
    (tmp_path / "posts" / "away.html").symlink_to("/etc/hostname")
    records, unread = read(opened(tmp_path))
    assert list(records) == ["post-000000000001", "post-000000000002"]
    broken = records["post-000000000002"].about
    assert broken.status == "draft"
    assert broken.broken
    assert "cut off" in broken.broken.reason
    assert [(one.fate, one.reason) for one in unread] == [
        ("failed", "the file is not text: it holds zero bytes"),
        ("skipped", "a link out of the folder"),
    ]


@pytest.mark.unit
def test_a_wrong_date_makes_a_draft(tmp_path: Path) -> None:
    export(tmp_path, Story(1))
    path = tmp_path / "posts" / Story(1).name
    path.write_text(path.read_text().replace("2020-01-02T", "2020-13-02T"))
    (record,) = read(opened(tmp_path))[0].values()
    assert record.about.status == "draft"
    assert told(record) == ["published: there is no such day as '2020-13-02T03:04:05.678Z'; it comes in as a draft"]


@pytest.mark.unit
def test_what_is_no_export_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="is no export of Medium"):
        opened(write(tmp_path, {"posts/a.html": "<p>x</p>"}))(OPTIONS)


_words = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="<>&"), min_size=1, max_size=9
)
_stories = st.lists(
    st.builds(Story, st.integers(1, 10**6), _words, _words, _words.map("<p>{}</p>".format), st.booleans()),
    min_size=1,
    max_size=4,
    unique_by=lambda one: one.number,
)


@pytest.mark.slow
@pytest.mark.unit
@settings(max_examples=20, deadline=None)
@given(stories=_stories)
def test_what_medium_writes_is_read_again(tmp_path_factory: pytest.TempPathFactory, stories: list[Story]) -> None:
    records, unread = read(opened(export(tmp_path_factory.mktemp("medium"), *stories)))
    assert not unread
    assert set(records) == {f"post-{one.id}" for one in stories}
    for said in stories:
        record = records[f"post-{said.id}"]
        assert (record.about.title, record.about.summary, record.content) == (said.title, said.subtitle, said.body)
        assert (record.about.status == "draft") == said.draft
        assert f"/p/{said.id}" in record.about.addresses or said.draft
