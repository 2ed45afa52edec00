"""Notion's exports."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.transfer.folders import png
from tests.transfer.reading import read, told

pytestmark = pytest.mark.unit

ID = "0123456789abcdef0123456789abcdef"
NAME = f"A page {ID}.md"
OTHER = f"Sub/Other {'f' * 32}.md"


def test_properties_below_the_title_are_fields(tmp_path: Path) -> None:
    text = "# A page\n\nCreated: March 1, 2020 10:00 AM\nTags: Maps, Walking\nStatus: In progress\nURL: https://x.org/a\n\nText"
    item = read(tmp_path, {NAME: text})[NAME]
    about = item.metadata
    assert (about.title, about.slug, about.date) == ("A page", "a-page", datetime(2020, 3, 1, 10, tzinfo=UTC))
    assert (about.tags, about.status, about.extra) == (
        ("Maps", "Walking"),
        "draft",
        {"link": "https://x.org/a", "notion_status": "In progress"},
    )
    assert about.addresses == ()
    assert (item.body, told(item)) == ("Text\n", [])


@pytest.mark.parametrize(
    "text", ["Beware: this is prose.\n\nText", "Date: of all things\nthe one that goes on.", "Note: one line"]
)
def test_prose_that_begins_like_a_property_stays_prose(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, {NAME: f"# A page\n\n{text}"})[NAME].body == f"{text}\n"


def test_links_pictures_and_boxes(tmp_path: Path) -> None:
    text = (
        f"# A page\n\n[Other](Sub/Other%20{'f' * 32}.md) ![](A%20page%20{ID}/p.png)\n\n"
        "<aside>\n💡 Mind **this**.\n\n</aside>\n\n<aside>\n# Head\n</aside>\n"
    )
    files: dict[str, str | bytes] = {NAME: text, OTHER: "# Other\n", f"A page {ID}/p.png": png()}
    found = read(tmp_path, files)[NAME]
    assert found.body.startswith("[Other](/other/) ![](")
    assert found.body.endswith("> [!NOTE]\n> Mind **this**.\n\n> [!NOTE]\n> # Head\n")
    assert [picture.path for picture in found.pictures] == [tmp_path / f"A page {ID}/p.png"]
