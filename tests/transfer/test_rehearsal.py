"""The rehearsal of an import, as a page that a person reads."""

import io
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.transfer.exports.bringing import Given, record
from tests.transfer.folders import png, write
from westmarch.db.database import Database
from westmarch.transfer import rehearsal_page
from westmarch.transfer.importing import Progress, Wanted, import_export, import_folder
from westmarch.transfer.rehearsal import MOST, Rehearsal
from westmarch.transfer.report import Report

BLOG: dict[str, str | bytes] = {
    "_posts/2020-01-01-a.md": "---\ntitle: A & B\n---\n{% odd %} ![p](/p.png)\n\n<div>kept</div>\n\n![q](/q.png)",
    "_posts/2020-01-02-b.md": "---\ntitle: Quiet\nredirect_from: /2020/01/01/a.html\n---\nNothing to doubt.",
    "_posts/2020-01-03-c.md": "---\ntitle: [\n---\nBroken </iframe><script>alert(1)</script>",
    "p.png": png(30, 20),
}


class Elements(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attributes}))

    def frames(self) -> list[str]:
        """The documents in the frames, in order."""
        return [about["srcdoc"] for tag, about in self.found if tag == "iframe"]


async def rehearsed(db: Database, folder: Path, *, dry_run: bool = True) -> tuple[Rehearsal, str]:
    """What a rehearsal took down, and its page."""
    report, rehearsal, page = Report(), Rehearsal(), io.BytesIO()
    wanted = Wanted(folder, folder.parent / "media", dry_run=dry_run)
    await import_folder(db, wanted, report, Progress(settled=rehearsal.take))
    rehearsal_page.write(page, report.file, rehearsal, source=str(folder), dry_run=dry_run)
    return rehearsal, page.getvalue().decode()


async def test_a_page_tells_the_fate_of_each_file_and_what_is_doubtful(db: Database, tmp_path: Path) -> None:
    rehearsal, page = await rehearsed(db, write(tmp_path / "blog", BLOG))
    broken, odd = rehearsal.doubtful
    assert (broken.row.path, odd.title) == ("_posts/2020-01-03-c.md", "A & B")
    assert odd.reasons == (
        "pictures are missing: 1",
        "shortcodes or tags that stay as text: 1",
        "pieces of HTML that stay HTML: 1",
    )
    assert (len(rehearsal.pictures), rehearsal.picture_bytes) == (1, len(png(30, 20)))
    for said in ("_posts/2020-01-02-b.md", "/2020/01/02/b.html", "Nothing has been written", "A &amp; B"):
        assert said in page
    assert "the address /2020/01/01/a.html is that of _posts/2020-01-01-a.md" in page


async def test_frames_run_nothing_load_nothing_and_show_both_renderings(db: Database, tmp_path: Path) -> None:
    _, page = await rehearsed(db, write(tmp_path / "blog", BLOG))
    elements = Elements(page)
    names = [tag for tag, _ in elements.found]
    assert "script" not in names
    assert "link" not in names
    assert all(about["sandbox"] == "" for tag, about in elements.found if tag == "iframe")
    frames = elements.frames()
    assert len(frames) == 4
    assert all("default-src 'none'" in frame and "<script" not in frame for frame in frames)
    before, after = frames[2:]
    assert ("{% odd %}" in before, "{% odd %}" in after) == (True, True)
    assert before.count("data:image/webp;base64,") == after.count("data:image/webp;base64,") == 1
    assert "Literata" in after
    for frame in frames:
        addresses = [about.get("src", "") for _, about in Elements(frame).found if "src" in about]
        assert all(address.startswith("data:") for address in addresses)


async def test_an_export_is_shown_as_its_html_and_ten_texts_are_kept_at_most(db: Database, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    given = Given([record(f"r{n}", "<p>Text.</p>" + "<table><tr><td><ul><li>a</ul></table>" * n) for n in range(14)])
    report, rehearsal = Report(), Rehearsal()
    wanted = Wanted(tmp_path / "x", tmp_path / "media", dry_run=True)
    await import_export(db, wanted, lambda _: given, report, Progress(settled=rehearsal.take))
    found = rehearsal.doubtful
    assert [one.row.path for one in found] == [f"r{n}" for n in range(13, 13 - MOST, -1)]
    assert {one.original.format for one in found} == {"html"}


async def test_the_page_of_an_import_that_was_done_says_so(db: Database, tmp_path: Path) -> None:
    _, page = await rehearsed(db, write(tmp_path / "blog", BLOG), dry_run=False)
    assert "What became of" in page
    assert "Nothing has been written" not in page


@pytest.mark.unit
@pytest.mark.parametrize(
    ("value", "words"),
    [
        (rehearsal_page.size(12), "12 bytes"),
        (rehearsal_page.size(12_345), "12 kB"),
        (rehearsal_page.size(12_345_678), "12.3 MB"),
        (rehearsal_page.duration(0.2), "1 second"),
        (rehearsal_page.duration(8), "8 seconds"),
        (rehearsal_page.duration(200), "3 minutes"),
    ],
)
def test_sizes_and_times_are_said_in_words(value: Any, words: str) -> None:
    assert value == words
