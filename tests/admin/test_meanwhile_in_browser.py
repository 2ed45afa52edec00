"""Two tabs and two people at one post see each other, and nothing of either is overwritten unseen."""

import time
from typing import TYPE_CHECKING

import pytest

from tests.admin.houses import House, posted, present, said, save, take, typing
from tests.admin.houses import house as house
from tests.admin.houses import nell as nell
from tests.admin.houses import opens as opens
from tests.admin.opened import Opens, opening, text_of, write_text
from tests.cli.test_doctor import write
from tests.factories import SITE
from westmarch.posts import actions

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


def test_two_tabs_see_each_other_and_both_changes_are_saved(opens: Opens, house: House) -> None:
    path = posted(house)
    one, other = opens(path), opens(path)
    present(one, "You have this open in another tab or window, too.")
    write_text(one, "Some words.\n\nThe first tab.")
    one.locator("[name=title]").fill("From the first")
    one.keyboard.press("ControlOrMeta+s")
    said(one, "Saved at")
    present(other, "You have saved this meanwhile, in another tab or window")
    other.locator("[name=standfirst]").fill("From the second")
    save(other)
    other.get_by_text("both changes are in").wait_for()
    assert text_of(other) == "Some words.\n\nThe first tab."
    assert other.locator("[name=title]").input_value() == "From the first"


@pytest.mark.long_on_postgresql
def test_what_others_saved_meanwhile_is_told_by_a_shortcut_too_and_taken_back(opens: Opens, house: House) -> None:
    path = posted(house)
    one = opens(path)
    write_text(one, "First.\n\nSecond.\n\nThird.")
    one.keyboard.press("ControlOrMeta+s")
    said(one, "Saved at")
    other = opens(path)
    other.locator(".cm-content").wait_for()
    typing(one, " More.")
    one.keyboard.press("ControlOrMeta+s")
    said(one, "Saved at")
    other.locator(".cm-content").focus()
    other.keyboard.press("ControlOrMeta+Home")
    other.keyboard.insert_text("Very ")
    other.keyboard.press("ControlOrMeta+s")
    toast = other.locator(
        ".toast", has_text="You had changed it meanwhile, in another tab or window: both changes are in."
    )
    toast.wait_for()
    assert text_of(other) == "Very First.\n\nSecond.\n\nThird. More."
    with other.context.expect_page() as beside:
        toast.get_by_role("link", name="Show what differs").click(modifiers=["ControlOrMeta"])
    beside.value.locator("ins", has_text="Very").wait_for()
    beside.value.locator("ins", has_text="More").wait_for()
    with other.expect_navigation():
        toast.get_by_role("button", name="Undo").click()
    other.locator(".cm-content").wait_for()
    assert text_of(other) == "First.\n\nSecond.\n\nThird. More."


def test_what_is_typed_in_a_tab_that_is_open_is_offered_when_it_is_closed(opens: Opens, house: House) -> None:
    path = posted(house)
    one = opens(path)
    write_text(one, "Typed here")
    said(one, "Kept on the server")
    other = opens(path)
    present(other, "You have this open in another tab or window, too.")
    assert other.locator("[data-offered]").count() == 1
    other.locator("[data-offered]").wait_for(state="hidden")
    one.close()
    other.locator("[data-offered]").wait_for()
    assert take(other) == "Typed here"


def test_two_people_see_each_other_and_choose_where_both_changed_the_same(
    browser: "Browser", opens: Opens, house: House
) -> None:
    path = posted(house)
    name = f"Ada {house.site.parent.name[-1]}{time.time_ns() % 1000}"
    mine = opens(path)
    with opening(browser, house.signed_in(name, "editor"), timeout=60_000) as by_ada:
        hers = by_ada(path)
        present(mine, f"{name} has this open too.")
        write_text(hers, "Hers alone.")
        hers.keyboard.press("ControlOrMeta+s")
        said(hers, "Saved at")
        present(mine, f"{name} has saved this meanwhile.")
        write_text(mine, "Mine alone.")
        mine.get_by_role("button", name="Save draft").click()
        mine.get_by_role("heading", name="changed the same places").wait_for()
        mine.get_by_label("Both, yours first").check()
        mine.get_by_role("button", name="Put together what I chose").click()
        mine.get_by_text("what you chose is in").wait_for()
        assert text_of(mine) == "Mine alone.\n\nHers alone."
        assert mine.locator("[data-offered]").count() == 0


@pytest.mark.long_on_postgresql
def test_what_was_put_into_the_trash_meanwhile_is_told_until_it_is_restored(opens: Opens, house: House) -> None:
    path = posted(house)
    post_id = int(path.split("/")[-2])
    page = opens(path)
    page.locator(".cm-content").wait_for()
    write(house.site, lambda session: actions.trash(session, post_id, SITE, actor="Mona"))
    present(page, "Mona has put this into the trash. What you type is kept; restore it to save.")
    write(house.site, lambda session: actions.restore(session, post_id, SITE, actor="Mona"))
    page.locator("[data-presence]:empty").wait_for(state="attached")


@pytest.mark.long_on_postgresql
def test_where_nothing_but_the_text_is_shown_nothing_is_offered(opens: Opens, house: House) -> None:
    path = posted(house)
    one = opens(path)
    write_text(one, "Typed and left")
    said(one, "Kept on the server")
    one.close()
    page = opens(path)
    page.locator("[data-offered]").wait_for()
    page.get_by_role("button", name="Focus").click()
    page.locator("[data-offered]").wait_for(state="hidden")
    page.keyboard.press("Escape")
    page.locator("[data-offered]").wait_for()


@pytest.mark.long_on_postgresql
def test_on_a_phone_a_row_of_buttons_that_goes_on_fades_at_that_edge(opens: Opens, house: House) -> None:
    page = opens(posted(house), 390)
    for row in (page.locator(".dock > .go"), page.locator(".tools-of-text")):
        row.wait_for()
        edges = (
            "(row) => ['--before', '--after'].map((name) => parseFloat(getComputedStyle(row).getPropertyValue(name)))"
        )
        before, after = row.evaluate(edges)
        assert (before, after > 20) == (0, True)
        row.evaluate("(row) => row.scrollTo(9999, 0)")
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        before, after = row.evaluate(edges)
        assert (before > 20, after) == (True, 0)
    wide = opens(posted(house))
    wide.locator(".tools-of-text").wait_for()
    assert wide.locator(".dock > .go").evaluate(edges) == [0, 0]


@pytest.mark.long_on_postgresql
def test_what_somebody_else_ticked_stays_ticked(opens: Opens, house: House) -> None:
    path = posted(house)
    one, other = opens(path), opens(path)
    one.get_by_label("Unlisted").check()
    one.get_by_label("Tags").fill("Sea")
    one.keyboard.press("ControlOrMeta+s")
    said(one, "Saved at")
    for words in ("First", ", second"):
        typing(other, words)
        other.keyboard.press("ControlOrMeta+s")
        said(other, "Saved at")
    assert other.get_by_label("Unlisted").is_checked()
    other.reload()
    assert other.get_by_label("Unlisted").is_checked()
    assert other.get_by_label("Tags").input_value() == "Sea"
