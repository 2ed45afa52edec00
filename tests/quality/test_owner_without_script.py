"""A person writes on a phone in a browser that runs no script: from the first link to the trash, on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.quality.owning import PHONE, Owned, database, go, owned, press, sign_in_first, status

pytestmark = pytest.mark.browser  # It is asked for by name alone, which nobody sees before the test runs.

KINDS = [
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgresql),
]


@pytest.fixture(params=KINDS)
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Owned]:
    browser = request.getfixturevalue("browser")
    with (
        database(request.param, lambda: request.getfixturevalue("postgresql")) as address,
        owned(tmp_path / "site", address, browser, PHONE, script=False) as made,
    ):
        yield made


@pytest.mark.long_on_postgresql
def test_a_post_is_written_without_script(site: Owned) -> None:
    reader, page = site.windows.new(), sign_in_first(site)
    go(page, "Write")
    page.get_by_label("Title", exact=True).fill("By hand")
    page.get_by_label("Text", exact=True).fill("Written *without* script.")
    page.get_by_label("Part", exact=True).fill("second")
    press(page, "Publish")
    assert page.locator("#f-part-fault").inner_text() == "A whole number is needed."
    assert page.get_by_label("Text", exact=True).input_value() == "Written *without* script."
    page.get_by_label("Part", exact=True).fill("")
    page.get_by_label("Tags").fill("Quiet")
    with page.expect_popup() as opened:
        press(page, "Preview")
    assert opened.value.locator("em", has_text="without").is_visible()
    opened.value.close()
    press(page, "Publish", "Readers see it now")
    assert status(reader, "/by-hand/") == 200
    page.get_by_label("Title", exact=True).fill("By two hands")
    press(page, "Update", "Saved.")
    press(page, "Unpublish", "it is a draft again")
    assert status(reader, "/by-hand/") == 404
    press(page, "Undo")
    reader.reload()
    assert reader.get_by_role("heading", name="By two hands").is_visible()

    go(page, "Posts")
    page.get_by_role("checkbox", name="Select By two hands").check()
    press(page, "Move to trash")
    page.locator(".toast").wait_for()
    reader.reload()
    assert reader.get_by_role("heading", name="By two hands").count() == 0
    go(page, "Trash")
    page.get_by_role("checkbox", name="Select By two hands").check()
    press(page, "Restore")
    page.locator(".toast").wait_for()
    assert status(reader, "/by-hand/") == 200
    page.locator(".menu-of summary").click()
    press(page, "Sign out")
    assert status(page, "/admin/posts/") == 200
    assert "/admin/sign-in/" in page.url
