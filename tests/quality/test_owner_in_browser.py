"""A person runs a site in a real browser, from the first link on: at a desk and on a phone, on both databases.

One site is served for each database and width. Its tests follow one another, but each makes what it needs.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.admin.opened import text_of, write_text
from tests.admin.works import zipped
from tests.quality.owning import (
    DESK,
    PASSWORD,
    PHONE,
    Owned,
    database,
    go,
    no_wider,
    owned,
    press,
    set_password,
    sign_in_first,
    status,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser  # It is asked for by name alone, which nobody sees before the tests run.

#: Each database and each width. The two pairs that are left repeat what these two hold: the long tests have them.
SITES = [
    pytest.param(("sqlite", DESK), id=f"sqlite-{DESK}"),
    pytest.param(("postgresql", PHONE), id=f"postgresql-{PHONE}", marks=pytest.mark.postgresql),
    pytest.param(("sqlite", PHONE), id=f"sqlite-{PHONE}", marks=pytest.mark.long),
    pytest.param(("postgresql", DESK), id=f"postgresql-{DESK}", marks=[pytest.mark.postgresql, pytest.mark.long]),
]


@pytest.fixture(scope="module", params=SITES)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owned]:
    kind, width = request.param
    browser = request.getfixturevalue("browser")
    with (
        database(kind, lambda: request.getfixturevalue("postgresql")) as address,
        owned(tmp_path_factory.mktemp("owned") / "site", address, browser, width) as made,
    ):
        yield made


@pytest.fixture(scope="module")
def window(site: Owned) -> "Page":
    """The owner's window, who has come by the link and has set a password."""
    return sign_in_first(site)


@pytest.fixture
def owner(window: "Page") -> "Page":
    """The owner's window, with the dashboard in it."""
    window.goto("/admin/")
    return window


@pytest.fixture(scope="module")
def reader(site: Owned) -> "Page":
    """The window of a reader."""
    return site.windows.new()


def write(page: "Page", title: str, text: str = "Words.", *, do: str = "Publish", **fields: str) -> str:
    """Write a post by the button of the rail; its path in the admin."""
    go(page, "Write")
    page.get_by_label("Title", exact=True).fill(title)
    write_text(page, text)
    for label, value in fields.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_role("button", name=do, exact=True).click()
    page.wait_for_url(re.compile(r"/admin/posts/\d+/$"))
    return page.url.partition("/admin/")[1] + page.url.partition("/admin/")[2]


def titles(page: "Page") -> list[str]:
    """The titles in a list of the admin."""
    return page.locator("table.items th[scope=row] a").all_inner_texts()


def test_the_link_works_once_and_the_password_from_then_on(site: Owned, owner: "Page") -> None:
    page = site.windows.new()
    page.goto(site.link)
    assert page.get_by_role("button", name="Sign in as owner").count() == 0
    assert page.get_by_role("alert").is_visible()
    page.get_by_role("link", name="sign in by password").click()
    page.get_by_label("Name or e-mail").fill("owner")
    page.get_by_label("Password").fill("not this one")
    press(page, "Sign in")
    assert page.get_by_role("alert").inner_text() == "The name or the password is wrong."
    assert page.get_by_label("Name or e-mail").input_value() == "owner"
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")
    page.wait_for_url("**/admin/")
    assert page.get_by_role("heading", name="Dashboard").is_visible()
    page.locator(".menu-of summary").click()
    press(page, "Sign out")
    page.goto("/admin/posts/")
    assert "/admin/sign-in/" in page.url
    owner.reload()  # What was signed out is that window alone.
    assert owner.locator(".menu-of summary").inner_text() == "owner"


def test_somebody_invited_as_author_writes_and_sees_neither_accounts_nor_settings(
    site: Owned, owner: "Page", reader: "Page"
) -> None:
    draft = write(owner, "A secret of the owner", do="Save draft")
    public = write(owner, "A post of the owner")
    go(owner, "Accounts")
    owner.get_by_role("link", name="Invite somebody").click()
    owner.get_by_label("Name").fill("Ann")
    owner.get_by_label("Role").select_option("author")
    press(owner, "Invite")
    ann = site.windows.new()
    ann.goto(owner.locator(".secret").inner_text())
    press(ann, "Sign in as Ann")
    set_password(ann)
    assert ann.locator("#rail li a").all_inner_texts() == ["Dashboard", "Posts", "Media", "Trash"]
    for path in ("accounts", "settings", "tags", "import", "backup", "events", "redirects", "pages"):
        assert status(ann, f"/admin/{path}/") == 403, path
        assert ann.get_by_role("heading", name="Not allowed").is_visible()
    assert status(ann, draft) == 404
    assert status(ann, public) in (403, 404)
    go(ann, "Posts")
    assert titles(ann) == []
    write(ann, "A walk by Ann")
    assert status(reader, "/a-walk-by-ann/") == 200
    assert reader.locator(".byline, .by, main").first.inner_text().count("Ann")
    go(ann, "Posts")
    assert titles(ann) == ["A walk by Ann"]
    go(owner, "Posts")
    assert {"A walk by Ann", "A secret of the owner", "A post of the owner"} <= set(titles(owner))


def test_a_contributor_writes_what_an_owner_publishes(site: Owned, owner: "Page", reader: "Page") -> None:
    go(owner, "Accounts")
    owner.get_by_role("link", name="Invite somebody").click()
    owner.get_by_label("Name").fill("Mo")
    owner.get_by_label("Role").select_option("contributor")
    press(owner, "Invite")
    mo = site.windows.new()
    mo.goto(owner.locator(".secret").inner_text())
    press(mo, "Sign in as Mo")
    set_password(mo)
    draft = write(mo, "What Mo found", do="Save draft")
    assert mo.get_by_role("button", name=re.compile("Publish|Schedule")).count() == 0
    assert status(reader, "/what-mo-found/") == 404
    owner.goto(draft)
    press(owner, "Publish", "Readers see it now")
    assert status(reader, "/what-mo-found/") == 200


def test_a_post_is_written_previewed_published_taken_back_and_thrown_away(owner: "Page", reader: "Page") -> None:
    draft = write(owner, "The tide tables", "The *sea* comes in.", do="Save draft", Tags="Sea, Harbour")
    owner.locator(".toast", has_text="Saved.").wait_for()
    assert status(reader, "/the-tide-tables/") == 404
    write_text(owner, "The *sea* goes out.")
    press(owner, "Preview")
    shown = owner.frame_locator("[data-preview] iframe")
    shown.locator("p", has_text="The sea goes out.").wait_for()
    assert shown.locator("em").inner_text() == "sea"

    press(owner, "Publish", "Readers see it now")
    assert status(reader, "/the-tide-tables/") == 200
    assert "The sea goes out." in reader.locator("main").inner_text()
    press(owner, "Unpublish", "it is a draft again")
    assert status(reader, "/the-tide-tables/") == 404
    press(owner, "Undo", "")
    owner.locator(".toast").wait_for()
    assert status(reader, "/the-tide-tables/") == 200

    owner.goto(draft)
    press(owner, "Move to trash", "is in the trash")
    assert status(reader, "/the-tide-tables/") == 404
    press(owner, "Undo")
    owner.wait_for_load_state()
    assert status(reader, "/the-tide-tables/") == 200
    owner.goto(draft)
    press(owner, "Move to trash", "is in the trash")
    go(owner, "Trash")
    owner.get_by_role("checkbox", name="Select The tide tables").check()
    press(owner, "Restore")
    owner.locator(".toast").wait_for()
    assert status(reader, "/the-tide-tables/") == 200
    go(owner, "Posts")
    assert "The tide tables" in titles(owner)
    if owner.viewport_size and owner.viewport_size["width"] == PHONE:
        no_wider(owner)


def test_a_scheduled_post_waits(owner: "Page", reader: "Page") -> None:
    go(owner, "Write")
    owner.get_by_label("Title", exact=True).fill("From the future")
    write_text(owner, "Soon.")
    press(owner, "Schedule")
    fault = owner.locator("#f-published_at-fault")
    assert fault.inner_text() == "Say when it is to become public."
    assert text_of(owner) == "Soon."
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    owner.get_by_label("Date").fill(f"{tomorrow:%Y-%m-%dT%H:%M}")
    press(owner, "Schedule", "It becomes public by itself")
    assert owner.locator(".state", has_text="Scheduled").is_visible()
    assert status(reader, "/from-the-future/") == 404
    go(owner, "Dashboard")
    assert owner.get_by_role("link", name="From the future").is_visible()
    owner.get_by_role("link", name="From the future").click()
    press(owner, "Publish now", "Readers see it now")
    assert status(reader, "/from-the-future/") == 200


def test_a_tag_is_renamed_and_merged_and_old_addresses_lead_on(owner: "Page", reader: "Page") -> None:
    write(owner, "Of ropes", Tags="Ropes")
    write(owner, "Of cords", Tags="Cords")
    go(owner, "Tags")
    owner.get_by_role("link", name="Ropes", exact=True).click()
    owner.get_by_label("Name").fill("Rigging")
    press(owner, "Save")
    owner.locator(".toast").wait_for()
    assert status(reader, "/tags/ropes/") == 200
    assert reader.url.endswith("/tags/rigging/")
    assert reader.get_by_role("heading", name="Rigging").is_visible()

    go(owner, "Tags")
    owner.get_by_role("checkbox", name="Select Cords").check()
    press(owner, "Merge …")
    owner.get_by_role("combobox").last.fill("Rigging")
    press(owner, "Merge")
    owner.locator(".toast").wait_for()
    assert status(reader, "/tags/cords/") == 200
    assert reader.url.endswith("/tags/rigging/")
    assert reader.get_by_role("link", name="Of cords").is_visible()
    press(owner, "Undo")
    owner.wait_for_load_state()
    assert status(reader, "/tags/cords/") == 200
    assert reader.url.endswith("/tags/cords/")


def parts(page: "Page") -> list[str]:
    """The parts of a topic as they stand in the form, or in the list of readers."""
    found = page.locator("ol[data-ordering] li a").all_inner_texts()
    return found or page.locator("main li a, main h2 a, main h3 a").all_inner_texts()


def test_a_topic_is_put_in_order_by_dragging_and_by_keyboard(site: Owned, owner: "Page", reader: "Page") -> None:
    for title in ("Ebb", "Slack", "Flood"):
        write(owner, title)
    go(owner, "Topics")
    owner.get_by_role("link", name="New topic").first.click()
    owner.get_by_label("Title", exact=True).fill("Tides")
    press(owner, "Make the topic")
    owner.wait_for_url(re.compile(r"/admin/topics/\d+/"))
    for title in ("Ebb", "Slack", "Flood"):
        owner.get_by_label("Search posts by title").fill(title)
        press(owner, "Search")
        press(owner, f"Add {title}")
        owner.locator("ol[data-ordering] a", has_text=title).wait_for()
    assert parts(owner) == ["Ebb", "Slack", "Flood"]
    assert status(reader, "/topics/tides/") == 200
    # With the script's handles rows are of another height; without it the buttons send the form.
    owner.locator("ol[data-ordering] .handle").nth(2).wait_for(state="attached")
    if site.windows.width == DESK:
        rows = owner.locator("ol[data-ordering] > li")
        box = rows.nth(2).bounding_box()
        assert box is not None
        rows.nth(0).locator(".handle").drag_to(rows.nth(2), target_position={"x": 60, "y": box["height"] - 4}, steps=5)
    else:
        press(owner, "Move Ebb down")
        press(owner, "Move Ebb down")
    assert parts(owner) == ["Slack", "Flood", "Ebb"]
    owner.get_by_role("button", name="Move Flood up").focus()
    owner.keyboard.press("Alt+ArrowUp")
    assert parts(owner) == ["Flood", "Slack", "Ebb"]
    press(owner, "Save the order")
    owner.locator(".toast").wait_for()
    reader.reload()
    assert [each for each in parts(reader) if each in ("Ebb", "Slack", "Flood")] == ["Flood", "Slack", "Ebb"]
    press(owner, "Undo")
    owner.wait_for_load_state()
    assert parts(owner) == ["Ebb", "Slack", "Flood"]


def test_menu_and_colour_are_changed_and_readers_see_it_at_once(owner: "Page", reader: "Page") -> None:
    for _ in range(3):  # From now on it comes out of the page cache.
        reader.goto("/")
    go(owner, "Settings")
    owner.get_by_role("link", name="Navigation").click()
    owner.locator('li[data-fixed] [name="title"]').first.fill("All of it")
    owner.locator('li[data-fixed] [name="address"]').first.fill("/archive/")
    press(owner, "Save")
    owner.locator(".toast").wait_for()
    reader.goto("/")
    assert "All of it" in reader.locator("nav.menu a").all_text_contents()

    owner.get_by_role("link", name="Look").click()
    owner.get_by_label("Colour of links").fill("#8b3a1f")
    press(owner, "Save")
    owner.locator(".toast").wait_for()
    reader.goto("/")
    assert reader.locator('link[href*="accent.8b3a1f"]').count() == 1


def test_a_zip_is_rehearsed_and_brought_in_while_one_watches(
    site: Owned, owner: "Page", reader: "Page", tmp_path: Path
) -> None:
    text = "---\ntitle: Old {n}\ndate: 2020-01-01\n---\n\n" + "Some *words* of it. " * 40 + "\n"
    file = tmp_path / "blog.zip"
    file.write_bytes(zipped({f"blog/_posts/2020-01-01-old-{n}.md": text.format(n=n) for n in range(150)}))
    told: list[str | bytes] = []
    owner.on("websocket", lambda socket: socket.on("framereceived", lambda frame: told.extend([frame])))
    go(owner, "Import")
    owner.get_by_label("What you have").set_input_files(file)
    press(owner, "Send and rehearse")
    owner.locator(".notice.good", has_text="Would be").wait_for(timeout=180_000)
    assert "150" in owner.locator(".notice.good").inner_text()
    assert "Nothing has been changed yet" in owner.locator(".notice.good").inner_text()
    with owner.expect_navigation():
        press(owner, "Import")
    owner.locator(".notice.good", has_text="Done").wait_for(timeout=180_000)
    assert told
    owner.get_by_role("link", name="Read the whole report").click()
    owner.get_by_role("heading", level=1).wait_for()
    assert "150" in owner.locator("main").inner_text()
    assert status(owner, "/admin/posts/?q=Old+149") == 200
    assert titles(owner) == ["Old 149"]
    owner.get_by_role("link", name="Old 149", exact=True).click()
    assert status(reader, owner.get_by_role("link", name="View it").get_attribute("href") or "") == 200
    assert "Some words of it." in reader.locator("main").inner_text()


def test_an_address_that_was_changed_leads_to_the_new_one(owner: "Page", reader: "Page") -> None:
    write(owner, "On knots")
    assert status(reader, "/on-knots/") == 200
    owner.get_by_label("Slug").fill("all-about-knots")
    press(owner, "Update", "Saved.")
    assert status(reader, "/on-knots/") == 200
    assert reader.url.endswith("/all-about-knots/")

    assert status(reader, "/knots.html") == 404
    go(owner, "Redirects")
    owner.get_by_role("link", name=re.compile("New redirect|Add")).first.click()
    owner.locator("[name=path]").fill("/knots.html")
    owner.locator("[name=address]").fill("/all-about-knots/")
    owner.locator("main form button.button").first.click()
    owner.locator(".toast").wait_for()
    assert status(reader, "/knots.html") == 200
    assert reader.url.endswith("/all-about-knots/")
