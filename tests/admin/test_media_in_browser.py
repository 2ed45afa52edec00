"""The library in a real browser: files that are dropped, a cover chosen in a dialog, without script, and axe."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.orm import Session

from tests.admin.opened import Opens, Owned, opening, owned_by_nell
from tests.cli.test_doctor import write
from tests.media.pictures import PDF, picture
from tests.quality.test_axe import COLOURS, RUN
from tests.quality.test_axe import axe as axe
from tests.quality.test_nu import nu as nu
from tests.quality.test_nu import remarks
from westmarch.configuration import load
from westmarch.media import actions, uploading

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

LIBRARY = "/admin/media/"
#: Names that are short, long, in scripts of both directions, and without alt text.
NAMES = ("海边的照片.png", "صورة البحر عند الغروب.png", "a-" + "very-" * 30 + "long-name.png", "a.pdf", "song.mp3")
#: Drops files on the page, as a file manager does.
DROP = """(files) => {
  const data = new DataTransfer();
  for (const [name, bytes] of files) data.items.add(new File([new Uint8Array(bytes)], name));
  const at = document.querySelector("main");
  at.dispatchEvent(new DragEvent("dragover", { bubbles: true, cancelable: true, dataTransfer: data }));
  at.dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: data }));
}"""


def furnish(session: Session, folder: Path, account_id: int) -> None:
    for number, name in enumerate(NAMES):
        contents: dict[str, bytes] = {"pdf": PDF, "mp3": b"ID3\x04"}
        size = (160 * (1 + number % 2), 120 * (1 + number))
        content = contents.get(name[-3:]) or picture(size=size, colour=("teal", "maroon", "navy")[number % 3])
        made = uploading.ready(content, name)
        actions.upload(
            session, folder, made.content, made.examined, filename=name, alt="", account_id=account_id, actor="Nell"
        )


@pytest.fixture(scope="module")
def owned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owned]:
    with owned_by_nell(tmp_path_factory.mktemp("library")) as made:
        folder = load(made.site).settings.media_folder
        write(made.site, lambda session: furnish(session, folder, made.account_id))
        yield made


@pytest.fixture
def opens(browser: "Browser", owned: Owned) -> Iterator[Opens]:
    with opening(browser, owned) as open_:
        yield open_


def test_files_that_are_dropped_are_uploaded_and_those_that_are_not_taken_are_named(opens: Opens) -> None:
    page = opens(LIBRARY)
    page.evaluate(DROP, [["落とした.png", list(picture(colour="red"))], ["evil.jpg", list(b"<!DOCTYPE html><script>")]])
    page.get_by_text("“evil.jpg”: It is a page of HTML").wait_for()
    page.get_by_role("link", name="Show those that are uploaded").click()
    page.get_by_role("link", name="落とした.png").wait_for()
    assert page.get_by_text("evil.jpg").count() == 0
    page.evaluate(DROP, [["second.png", list(picture(colour="lime"))]])
    page.get_by_role("link", name="second.png").wait_for()


@pytest.mark.parametrize("script", [True, False])
def test_several_files_are_chosen_in_the_form(opens: Opens, *, script: bool) -> None:
    page = opens(LIBRARY, 390, script=script)
    files: Any = [
        {"name": f"{number}-{script}.png", "mimeType": "image/png", "buffer": picture(size=(5 + script, 5 + number))}
        for number in range(3)
    ]
    page.set_input_files("#f-file", files)
    page.get_by_role("button", name="Upload").click()
    for file in files:
        page.get_by_role("link", name=file["name"]).wait_for()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_cover_is_chosen_in_a_dialog(opens: Opens, width: int) -> None:
    page = opens("/admin/posts/new/", width)
    page.get_by_role("link", name="Choose a picture").click()
    dialog = page.get_by_role("dialog", name="Choose a picture")
    dialog.get_by_role("searchbox").fill("海边")
    dialog.get_by_role("button", name="Show").click()
    dialog.get_by_role("link", name="صورة").wait_for(state="detached")
    dialog.get_by_role("link", name="海边的照片.png").click()
    dialog.wait_for(state="detached")
    assert page.input_value("#f-cover_id").isdigit()
    shown = page.get_by_alt_text("The picture that is chosen")
    shown.scroll_into_view_if_needed()
    page.wait_for_function("() => document.querySelector('.picked img').naturalWidth > 0")
    page.get_by_role("link", name="Choose a picture").click()
    dialog.wait_for()
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")


def test_without_script_the_number_of_a_cover_is_read_from_a_page_beside_the_form(opens: Opens) -> None:
    page = opens("/admin/posts/new/", script=False)
    with page.context.expect_page() as beside:
        page.get_by_role("link", name="Choose a picture").click()
    words = beside.value.locator(".shelf li", has_text="海边的照片.png").inner_text()
    page.fill("#f-title", "With a cover")
    page.fill("#f-cover_id", words.rpartition("Number ")[2].strip())
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_selector(".toast")
    assert page.get_by_alt_text("The picture that is chosen").count() == 1


def test_the_pages_are_valid_fit_and_axe_finds_nothing(opens: Opens, axe: str, nu: list[str], tmp_path: Path) -> None:
    found = []
    paths = (LIBRARY, LIBRARY + "?q=nothing-fits", LIBRARY + "1/", LIBRARY + "2/", LIBRARY + "4/", LIBRARY + "5/",
             LIBRARY + "1/delete/", LIBRARY + "pick/", "/admin/authors/new/")  # fmt: skip
    page = opens(LIBRARY, bypass_csp=True)
    for number, path in enumerate(paths):
        page.goto(page.url.partition("/admin/")[0] + path)
        (tmp_path / f"{number}.html").write_text(page.context.request.get(page.url).text(), encoding="utf-8")
        page.evaluate(axe)
        for width, scheme, only in ((1280, "light", ()), (390, "dark", COLOURS), (390, "light", ())):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            found += [f"{path} at {width}, {scheme}: {each}" for each in page.evaluate(RUN, list(only))]
            wide = page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                found.append(f"{path} at {width}: it is {wide} wide")
    assert found == []
    assert remarks(nu, *sorted(tmp_path.glob("*.html"))) == []
