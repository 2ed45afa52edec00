"""A post from its first word to its last address, in a real browser: at a desk and on a phone, on both databases.

Nothing of it is lost on the way: not by the network, not by a closed tab, not by another tab.
"""

import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.admin.opened import text_of, write_text
from tests.admin.test_editor_pictures_in_browser import hand
from tests.cli.test_doctor import write
from tests.media.pictures import picture
from tests.quality.owning import (
    DESK,
    PHONE,
    Owned,
    database,
    go,
    no_wider,
    owned,
    press,
    sign_in_first,
    status,
)
from tests.quality.test_axe import RUN
from tests.quality.test_axe import axe as axe
from westmarch.db.types import now
from westmarch.posts.models import Post

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

#: Each database and each width; the two pairs that are left are for the long tests.
SITES = [
    pytest.param(("sqlite", PHONE), id=f"sqlite-{PHONE}"),
    pytest.param(("postgresql", DESK), id=f"postgresql-{DESK}", marks=pytest.mark.postgresql),
    pytest.param(("sqlite", DESK), id=f"sqlite-{DESK}", marks=pytest.mark.long),
    pytest.param(("postgresql", PHONE), id=f"postgresql-{PHONE}", marks=[pytest.mark.postgresql, pytest.mark.long]),
]
TEXT = """The sea comes in.[^1]

```python
print("tide")
```

$$
h = a \\cos(\\omega t)
$$

[^1]: Twice a day.
"""


@pytest.fixture(params=SITES)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owned]:
    kind, width = request.param
    browser = request.getfixturevalue("browser")
    with (
        database(kind, lambda: request.getfixturevalue("postgresql")) as address,
        owned(tmp_path_factory.mktemp("written") / "site", address, browser, width) as made,
    ):
        yield made


def said(page: "Page", words: str) -> None:
    """Wait until the form says so of what is typed."""
    page.locator("[data-said]", has_text=words).wait_for()


def until(page: "Page", right: Callable[[str], bool]) -> str:
    """The text of the form once it is as it should be, or as it is after a minute."""
    end = time.monotonic() + 60
    while not right(text := text_of(page)) and time.monotonic() < end:
        page.wait_for_timeout(100)
    return text


def faults(page: "Page", axe: str) -> list[str]:
    """What axe finds on a page in both schemes; nothing is wider than the window."""
    no_wider(page)
    page.evaluate(axe + ";0")
    found: list[str] = []
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        found += page.evaluate(RUN, [])
    return found


def test_a_post_is_written_through_all_that_happens_to_it(site: Owned, axe: str) -> None:
    owner, reader = sign_in_first(site), site.windows.new()
    go(owner, "Write")
    owner.get_by_label("Title", exact=True).fill("The harbour")
    write_text(owner, "Ships.")
    press(owner, "Publish", "Readers see it now")

    # Written: code, a formula, a note, a link by [[ and a picture that is pasted.
    go(owner, "Write")
    owner.get_by_label("Title", exact=True).fill("Of tides")
    write_text(owner, TEXT)
    owner.keyboard.press("ControlOrMeta+End")
    owner.keyboard.type("See [[harb")
    owner.get_by_role("option", name="The harbour").wait_for()
    owner.keyboard.press("Enter")
    assert "[The harbour](/the-harbour/)" in until(owner, lambda text: "](/the-harbour/)" in text)
    owner.keyboard.type(".")
    owner.keyboard.press("Enter")
    hand(owner, "paste", ("sea.png", picture(size=(40, 30))))
    dialog = owner.get_by_role("dialog", name="What does the picture show?")
    dialog.get_by_label("In words").fill("The sea")
    dialog.get_by_role("button", name="Insert", exact=True).click()
    assert "![The sea](/media/" in until(owner, lambda text: "![The sea](/media/" in text)
    said(owner, "Kept on the server")
    assert faults(owner, axe) == []

    # The network goes, the tab is closed, and somebody comes back.
    owner.context.set_offline(True)
    owner.locator(".cm-content").focus()
    owner.keyboard.press("ControlOrMeta+Home")
    owner.keyboard.insert_text("Typed in a tunnel. ")
    said(owner, "Kept in this browser: the site does not answer.")
    typed = text_of(owner)
    page = owner.context.new_page()
    owner.close()
    page.context.set_offline(False)
    page.goto("/admin/posts/new/")
    page.locator("[data-offered]").wait_for()
    assert faults(page, axe) == []
    page.get_by_role("link", name="Show what differs").click()
    page.get_by_role("heading", name="Not saved").wait_for()
    assert faults(page, axe) == []
    page.go_back()
    page.get_by_role("link", name="Take it").click()
    page.locator("[data-told]").wait_for()
    page.locator(".cm-content").wait_for()
    assert text_of(page) == typed
    assert page.get_by_label("Title", exact=True).input_value() == "Of tides"

    # Scheduled, and public at its hour.
    page.get_by_label("Date").fill(f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT%H:%M}")
    press(page, "Schedule", "It becomes public by itself")
    assert status(reader, "/of-tides/") == 404
    path = page.url[page.url.index("/admin/") :]
    hour_has_come(site, int(path.strip("/").rpartition("/")[2]))
    end = time.monotonic() + 60
    while status(reader, "/of-tides/") == 404 and time.monotonic() < end:
        reader.wait_for_timeout(200)
    main = reader.locator("main")
    assert "Typed in a tunnel. The sea comes in." in main.inner_text()
    for part in ("pre code", "math", "figure img[alt='The sea']", "a[href='/the-harbour/']", "sup.fn"):
        assert main.locator(part).count(), part

    # Two tabs change the same words: nothing is overwritten, and somebody chooses.
    page.goto(path)
    other = page.context.new_page()
    other.goto(path)
    other.locator("[data-presence]", has_text="You have this open in another tab or window, too.").wait_for()
    for tab, words in ((page, "In the first tab. "), (other, "In the second. ")):
        tab.locator(".cm-content").focus()
        tab.keyboard.press("ControlOrMeta+Home")
        tab.keyboard.insert_text(words)
    page.keyboard.press("ControlOrMeta+s")
    said(page, "Saved at")
    other.locator("[data-presence]", has_text="You have saved this meanwhile").wait_for()
    other.get_by_role("button", name="Save draft", exact=True).click()
    other.get_by_role("heading", name="You changed the same places, in another tab or window").wait_for()
    assert faults(other, axe) == []
    other.get_by_label("Both, this one first").check()
    other.get_by_role("button", name="Put together what I chose").click()
    other.locator(".toast", has_text="what you chose is in").wait_for()
    other.locator(".cm-content").wait_for()
    both = text_of(other)
    assert "In the second. " in both
    assert "In the first tab. " in both
    page.close()
    assert "In the first tab." not in read(reader, "/of-tides/")
    press(other, "Publish changes", "Readers see it now")
    assert "In the first tab." in read(reader, "/of-tides/")

    # A preview for somebody without an account shows what is not public yet, and nothing bars them.
    write_text(other, "Not public.")
    press(other, "Save draft", "Readers go on seeing what is published")
    other.get_by_role("link", name="Preview links").click()
    other.get_by_role("button", name="Make a link").click()
    link = other.locator("code.secret").inner_text()
    assert "Not public." in read(reader, re.sub(r"^https?://[^/]+", site.url, link))
    assert faults(reader, axe) == []

    # An older text comes back.
    other.goto(path)
    press(other, "Throw the draft away", "The draft is thrown away")
    other.get_by_role("link", name="Revisions").click()
    assert faults(other, axe) == []
    other.get_by_role("link", name="What changed").last.click()
    assert faults(other, axe) == []
    other.get_by_role("button", name="Restore the older one").click()
    other.locator(".toast", has_text="The older text is a draft now").wait_for()
    other.locator(".cm-content").wait_for()
    assert text_of(other) == typed
    press(other, "Publish changes", "Readers see it now")
    assert "In the first tab." not in read(reader, "/of-tides/")

    # Another address, and the trash and back.
    other.get_by_label("Slug").fill("about-tides")
    other.locator("[data-address]", has_text="/about-tides/").wait_for()
    with other.expect_navigation():
        press(other, "Update")
    assert status(reader, "/of-tides/") == 200
    assert reader.url.endswith("/about-tides/")
    press(other, "Move to trash", "is in the trash")
    assert status(reader, "/about-tides/") in (404, 410)
    with other.expect_navigation():
        press(other, "Undo")
    assert "Typed in a tunnel." in read(reader, "/about-tides/")


def hour_has_come(site: Owned, post_id: int) -> None:
    """Let the hour of a scheduled post be this moment."""

    def set_back(session: Session) -> None:
        session.execute(update(Post).where(Post.id == post_id).values(published_at=now()))

    write(site.site, set_back)


def read(reader: "Page", address: str) -> str:
    """What somebody reads at an address."""
    assert status(reader, address) == 200
    return reader.locator("main").inner_text()
