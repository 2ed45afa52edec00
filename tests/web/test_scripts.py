"""Each script in a real browser, over a served site with its real Content-Security-Policy."""

import re
from collections.abc import Iterator
from time import monotonic, sleep
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.orm import Session

from tests.cli.test_doctor import write
from tests.factories import day, post
from tests.serving import new_site, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

pytestmark = pytest.mark.browser

PYTHON = "import time\n\n\nif time.time() < 0:\n    print('too early')  # never"
SHELL = "ls -l | wc"
PARAGRAPHS = "\n\n".join(["Word after word after word. " * 20] * 6)
#: Sections long and short; the last ones are too short to ever reach the top of the window.
TEXT = f"""\
{PARAGRAPHS}

## First

```python title="early.py" {{1,4-5}}
{PYTHON}
```

```
{SHELL}
```

{PARAGRAPHS}

## Second

Something to be said.[^one] And more.[^two]

{PARAGRAPHS}

## Third

Short.

## Fourth

Shorter.

[^one]: What is *said* about it.
[^two]: And that.
"""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a served site with three posts in a row, the middle one with all that scripts look for."""

    def fill(session: Session) -> None:
        for number, text in enumerate(("Before.", TEXT, "After.")):
            post(session, f"Post {number}", text, slug=f"p{number}", published_at=day(number))
        for number in (3, 4, 5):
            post(session, f"مقال {number}", "نص\n", slug=f"p{number}", language="ar", published_at=day(number))

    site = new_site(tmp_path_factory.mktemp("bench"), "--title", "Bench")
    write(site, fill)
    with serving(site) as server:
        yield server.url


@pytest.fixture
def complaints(opened: "Page") -> list[str]:
    """What the browser's console and scripts complain about, such as breaches of the policy."""
    said: list[str] = []
    opened.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    opened.on("pageerror", lambda error: said.append(str(error)))
    return said


def until(page: "Page", condition: str) -> None:
    """Wait for what an expression says; Playwright's own way evaluates a string in the page, which the policy bars."""
    end = monotonic() + 10
    while not page.evaluate(condition):
        assert monotonic() < end, condition
        page.wait_for_timeout(30)


def scheme(page: "Page") -> object:
    return page.evaluate("document.documentElement.dataset.scheme ?? null")


def ground(page: "Page") -> object:
    return page.evaluate("getComputedStyle(document.body).backgroundColor")


# Colour scheme


def late(route: "Route") -> None:
    """Let what is asked for come 0.3 s later."""
    sleep(0.3)
    route.continue_()


def test_the_scheme_goes_from_the_systems_to_its_opposite_and_around(opened: "Page", bench: str) -> None:
    opened.goto(bench)
    light = ground(opened)
    button = opened.locator("button.scheme")
    assert button.get_attribute("aria-label") == "Colours: as the system"
    seen = []
    for _ in range(3):
        button.click()
        seen.append((scheme(opened), ground(opened) == light))
    assert seen == [("dark", False), ("light", True), (None, True)]


def test_the_chosen_scheme_is_remembered_on_other_pages_and_after_a_reload(opened: "Page", bench: str) -> None:
    opened.goto(bench)
    opened.click("button.scheme")
    opened.goto(bench + "/archive/")
    assert (scheme(opened), opened.get_attribute("button.scheme", "aria-label")) == ("dark", "Colours: dark")
    opened.reload()
    assert scheme(opened) == "dark"


def test_another_window_of_the_site_follows_the_choice(opened: "Page", bench: str) -> None:
    opened.goto(bench)
    other = opened.context.new_page()
    other.goto(bench + "/p1/")
    opened.click("button.scheme")
    until(other, "document.documentElement.dataset.scheme == 'dark'")
    assert other.get_attribute("button.scheme", "aria-label") == "Colours: dark"


def test_the_first_painted_frame_has_the_chosen_scheme(opened: "Page", bench: str) -> None:
    opened.goto(bench)
    opened.click("button.scheme")
    dark = ground(opened)
    # The style sheet comes late: whatever is painted meanwhile, and after, is watched frame by frame.
    opened.route(re.compile(r"\.css"), late)
    opened.add_init_script("""
        window.frames_ = [];
        const look = () => {
          if (document.body) frames_.push([document.documentElement.dataset.scheme ?? null,
            getComputedStyle(document.body).backgroundColor, document.styleSheets.length]);
          requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
    """)
    opened.goto(bench + "/p1/")
    until(opened, "performance.getEntriesByName('first-paint').length && frames_.length > 3")
    frames: list[list[object]] = opened.evaluate("frames_")
    assert {chosen for chosen, _, _ in frames} == {"dark"}
    assert {colour for _, colour, sheets in frames if sheets} == {dark}


def test_the_blocking_script_is_tiny_and_the_only_one(opened: "Page", bench: str) -> None:
    opened.goto(bench + "/p1/")
    scripts = opened.eval_on_selector_all("script[src]", "all => all.map(it => [it.type, it.src])")
    assert [kind for kind, _ in scripts] == ["", "module"]
    assert len(opened.request.get(scripts[0][1]).body()) <= 600


def test_the_scheme_can_be_chosen_where_nothing_can_be_stored(
    opened: "Page", complaints: list[str], bench: str
) -> None:
    opened.add_init_script("""
        Object.defineProperty(window, "localStorage", { get() { throw new DOMException("shut", "SecurityError"); } });
    """)
    opened.goto(bench)
    opened.click("button.scheme")
    assert scheme(opened) == "dark"
    assert complaints == []


# Copying


@pytest.fixture
def clipboard(opened: "Page") -> "BrowserContext":
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return opened.context


@pytest.mark.parametrize(("number", "written"), [(0, PYTHON), (1, SHELL)], ids=["marked lines", "no caption"])
def test_what_is_copied_is_what_was_written(
    opened: "Page", clipboard: "BrowserContext", bench: str, number: int, written: str
) -> None:
    opened.goto(bench + "/p1/")
    button = opened.locator("button.copy").nth(number)
    button.click()
    until(opened, "document.querySelector('[role=status]:not(.banner)').textContent == 'Copied'")
    assert button.inner_text() == "Copied"
    assert opened.evaluate("navigator.clipboard.readText()") == written


def test_numbers_of_lines_are_not_copied(opened: "Page", clipboard: "BrowserContext", bench: str) -> None:
    opened.route(
        "**/p1/",
        lambda route: route.fulfill(
            response=(answer := route.fetch()),
            body=answer.text().replace(f"<code>{SHELL}", f'<code><span class="lineno">1 </span>{SHELL}'),
        ),
    )
    opened.goto(bench + "/p1/")
    assert opened.locator("code .lineno").count() == 1
    opened.locator("button.copy").nth(1).click()
    until(opened, "document.querySelector('.copy:nth-child(1)').textContent == 'Copied'")
    assert opened.evaluate("navigator.clipboard.readText()") == SHELL


def test_copying_is_said_politely_and_the_button_takes_its_name_back(
    opened: "Page", clipboard: "BrowserContext", bench: str
) -> None:
    opened.goto(bench + "/p1/")
    button = opened.locator("button.copy").first
    told = opened.locator("p[role=status].away")
    assert told.inner_text() == ""
    button.focus()
    opened.keyboard.press("Enter")
    until(opened, "document.querySelector('p[role=status].away').textContent == 'Copied'")
    until(opened, "document.querySelector('button.copy').textContent == 'Copy'")
    assert told.inner_text() == ""


def test_code_is_selected_where_the_clipboard_refuses(opened: "Page", bench: str) -> None:
    opened.add_init_script(
        "navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError'));"
    )
    opened.goto(bench + "/p1/")
    opened.locator("button.copy").first.click()
    until(opened, "String(getSelection()).length > 0")
    assert opened.evaluate("String(getSelection())").strip() == PYTHON


# Contents


def current(page: "Page") -> list[str]:
    texts: list[str] = page.locator(".toc [aria-current]").all_inner_texts()
    return texts


def open_(page: "Page") -> object:
    return page.evaluate("document.querySelector('.toc details').open")


def marks(page: "Page", name: str) -> None:
    until(page, f"document.querySelector('.toc [aria-current]')?.textContent == '{name}'")


def test_contents_mark_what_is_read_from_the_beginning_to_the_end(opened: "Page", bench: str) -> None:
    opened.emulate_media(reduced_motion="reduce")
    opened.goto(bench + "/p1/")
    assert current(opened) == []
    opened.evaluate("scrollTo(0, document.getElementById('second').offsetTop - 10)")
    marks(opened, "Second")
    opened.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    marks(opened, "Fourth")
    opened.evaluate("scrollTo(0, 0)")
    until(opened, "!document.querySelector('.toc [aria-current]')")


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_contents_mark_the_section_jumped_to_however_short_it_is(opened: "Page", bench: str, motion: str) -> None:
    opened.emulate_media(reduced_motion="reduce" if motion == "reduce" else "no-preference")
    opened.goto(bench + "/p1/#third")
    marks(opened, "Third")
    opened.locator(".toc a", has_text="First").click()
    marks(opened, "First")
    opened.locator(".toc a", has_text="Third").click()
    marks(opened, "Third")
    opened.wait_for_timeout(800)
    assert current(opened) == ["Third"]
    opened.mouse.move(600, 400)
    end = monotonic() + 30
    while current(opened) != ["Fourth"]:  # One turn of the wheel is not always all that a busy browser makes of it.
        assert monotonic() < end
        opened.mouse.wheel(0, 5000)
        opened.wait_for_timeout(300)


def test_contents_are_open_in_the_margin_and_folded_on_a_phone(opened: "Page", bench: str) -> None:
    opened.goto(bench + "/p1/")
    until(opened, "document.querySelector('.toc details').open")
    opened.set_viewport_size({"width": 360, "height": 700})
    until(opened, "!document.querySelector('.toc details').open")
    opened.locator(".toc summary").click()
    assert open_(opened)
    opened.locator(".toc a", has_text="Second").click()
    until(opened, "Math.abs(document.getElementById('second').getBoundingClientRect().top) < 60")
    assert not open_(opened)


# Notes


def test_a_note_opens_at_its_mark_and_gives_the_place_back(opened: "Page", complaints: list[str], bench: str) -> None:
    opened.goto(bench + "/p1/")
    opened.locator(".note-box").wait_for(state="attached")
    mark = opened.locator(".fn a").first
    mark.focus()
    opened.keyboard.press("Enter")
    box = opened.locator(".note-box:popover-open")
    assert box.inner_text().strip() == "What is said about it."
    assert box.locator("em").inner_text() == "said"
    assert opened.evaluate("location.hash") == ""
    assert opened.evaluate("document.activeElement.className") == "note-box"
    gap = opened.evaluate("""() => {
        const box = document.querySelector(".note-box").getBoundingClientRect();
        const mark = document.querySelector(".fn").getBoundingClientRect();
        return Math.min(Math.abs(box.top - mark.bottom), Math.abs(mark.top - box.bottom));
    }""")
    assert gap < 40
    opened.keyboard.press("Escape")
    assert box.count() == 0
    assert opened.evaluate("document.activeElement == document.querySelector('.fn a')")
    ids: list[str] = opened.eval_on_selector_all("[id]", "all => all.map(it => it.id)")
    assert len(ids) == len(set(ids))
    assert complaints == []


def test_a_second_note_takes_the_place_of_the_first(opened: "Page", bench: str) -> None:
    opened.goto(bench + "/p1/")
    opened.locator(".fn a").nth(0).click()
    opened.locator(".fn a").nth(1).click()
    assert opened.locator(".note-box:popover-open").inner_text().strip() == "And that."
    assert opened.locator(".fn.open").count() == 1


# Light box


def light_box(page: "Page") -> object:
    return page.evaluate("""() => {
        const box = document.querySelector("dialog.lightbox");
        return box?.open ? [box.querySelector("img").alt, box.querySelector("figcaption").textContent.trim()] : null;
    }""")


def test_a_picture_opens_large_by_click_and_closes_by_click(
    opened: "Page", complaints: list[str], demonstration: str
) -> None:
    opened.goto(demonstration + "/four-ways-to-draw-a-mountain/")
    opened.locator(".lightbox").wait_for(state="attached")
    opened.locator(".cover .zoom").click()
    cover = opened.locator(".cover img")
    shown = light_box(opened)
    assert isinstance(shown, list)
    assert shown[0] == cover.get_attribute("alt")
    until(opened, "document.querySelector('.lightbox img').complete")
    box = opened.locator(".lightbox img").bounding_box()
    assert box is not None
    assert box["width"] <= 1280
    assert box["height"] <= 800
    opened.locator(".lightbox img").click()
    assert light_box(opened) is None
    assert complaints == []


def test_the_keys_walk_through_all_pictures_and_focus_comes_back(opened: "Page", demonstration: str) -> None:
    opened.goto(demonstration + "/four-ways-to-draw-a-mountain/")
    opener = opened.locator(".prose .zoom").first
    opener.focus()
    opened.keyboard.press("Enter")
    count = opened.locator(".zoom").count()
    assert count > 3
    first = light_box(opened)
    seen = [first]
    for _ in range(count):
        opened.keyboard.press("ArrowRight")
        seen.append(light_box(opened))
    assert seen[-1] == first
    assert len({str(each) for each in seen}) == count
    opened.keyboard.press("ArrowLeft")
    assert light_box(opened) == seen[-2]
    assert opened.locator(".lightbox .count").inner_text() == f"1 / {count}"
    opened.keyboard.press("Escape")
    assert light_box(opened) is None
    assert opener.evaluate("it => it == document.activeElement")
    assert opened.url.endswith("mountain/")


def test_the_large_picture_says_its_caption_or_else_what_is_on_it(opened: "Page", demonstration: str) -> None:
    opened.goto(demonstration + "/four-ways-to-draw-a-mountain/")
    opened.locator(".prose figure > .zoom").first.wait_for()
    figures = opened.eval_on_selector_all(
        ".prose figure:has(> .zoom)",
        """all => all.map(
            it => [it.querySelector("img").alt, it.querySelector("figcaption")?.textContent.trim() ?? null]
        )""",
    )
    assert figures
    for number, (alt, caption) in enumerate(figures):
        opened.locator(".prose figure > .zoom").nth(number).click()
        assert light_box(opened) == [alt, caption or alt]
        opened.keyboard.press("Escape")


@pytest.mark.parametrize(("motion", "moves"), [("reduce", False), ("no-preference", True)])
def test_the_light_box_moves_only_for_those_who_do_not_mind(
    opened: "Page", demonstration: str, motion: str, moves: bool
) -> None:
    opened.emulate_media(reduced_motion="reduce" if motion == "reduce" else "no-preference")
    opened.goto(demonstration + "/four-ways-to-draw-a-mountain/")
    opened.locator(".prose .zoom").first.click()
    assert opened.evaluate("document.querySelector('.lightbox').getAnimations().length > 0") is moves


# Films


def test_a_film_asks_nobody_before_it_is_wanted(opened: "Page", demonstration: str) -> None:
    sent: list[str] = []
    opened.on("request", lambda request: sent.append(request.url))
    opened.goto(demonstration + "/writing-pictures-films/", wait_until="networkidle")
    assert [url for url in sent if not url.startswith((demonstration, "data:"))] == []
    opened.locator("a.video").first.click()
    frame = opened.locator("figure.embed iframe").first
    assert str(frame.get_attribute("src")).startswith("https://player.vimeo.com/")


# Keys


@pytest.mark.parametrize(
    ("start", "key", "goal"),
    [("p1", "ArrowLeft", "p0"), ("p1", "ArrowRight", "p2"), ("p4", "ArrowLeft", "p5"), ("p4", "ArrowRight", "p3")],
)
def test_arrows_lead_to_the_neighbours_as_the_page_is_read(
    opened: "Page", bench: str, start: str, key: str, goal: str
) -> None:
    opened.goto(f"{bench}/{start}/")
    until(opened, "!document.querySelector('button.scheme').hidden")
    opened.keyboard.press(key)
    opened.wait_for_url(f"**/{goal}/")


def test_arrows_stay_where_they_mean_something_else(opened: "Page", bench: str) -> None:
    opened.goto(bench + "/p1/")
    until(opened, "!document.querySelector('button.scheme').hidden")
    opened.evaluate("document.querySelector('.prose').insertAdjacentHTML('beforeend', '<input type=text value=abc>')")
    for selector in (".prose input", "pre"):
        opened.locator(selector).first.focus()
        opened.keyboard.press("ArrowLeft")
    opened.locator("a").first.focus()
    opened.keyboard.press("Alt+Shift+ArrowLeft")
    opened.wait_for_timeout(300)
    assert opened.url.endswith("/p1/")


# All of it


def test_modules_are_fetched_where_there_is_work_for_them(opened: "Page", bench: str, demonstration: str) -> None:
    def modules(address: str) -> set[str]:
        opened.goto(address, wait_until="networkidle")
        names = opened.evaluate("performance.getEntriesByType('resource').map(it => it.name)")
        return {match[1] for name in names if (match := re.search(r"/js/([a-z-]+)\.[0-9a-f]{8}\.js$", name))}

    always = {"main", "page", "keys", "scheme-button"}
    assert modules(bench + "/archive/") == always
    assert modules(bench + "/p1/") == always | {"copy", "contents", "notes"}
    assert modules(demonstration + "/writing-pictures-films/") >= always | {"films", "lightbox"}


def test_every_module_that_is_loaded_is_one_that_may_be_kept_for_ever(opened: "Page", bench: str) -> None:
    kept: dict[str, str] = {}
    opened.on("response", lambda answer: kept.update({answer.url: answer.headers.get("cache-control", "")}))
    opened.goto(bench + "/p1/", wait_until="networkidle")
    scripts = {url: cache for url, cache in kept.items() if ".js" in url}
    assert len(scripts) > 5
    assert [url for url, cache in scripts.items() if "immutable" not in cache] == []


@pytest.mark.parametrize(("motion", "fades"), [("no-preference", True), ("reduce", False)])
def test_pages_fade_into_each_other_only_for_those_who_do_not_mind(
    opened: "Page", bench: str, motion: str, fades: bool
) -> None:
    opened.emulate_media(reduced_motion="reduce" if motion == "reduce" else "no-preference")
    opened.add_init_script(
        "addEventListener('pagereveal', event => { window.fades = Boolean(event.viewTransition); });"
    )
    opened.goto(bench)
    opened.locator("a.u-url").first.click()
    opened.wait_for_url("**/p*/")
    until(opened, "window.fades !== undefined")
    assert opened.evaluate("fades") is fades


@pytest.mark.parametrize("width", [360, 1280])
def test_everything_can_be_read_and_reached_without_script(
    browser: "Browser", bench: str, demonstration: str, width: int
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(bench + "/p1/")
    assert page.locator(".prose > p").first.is_visible()
    if width < 800:
        page.locator(".toc summary").click()
    assert page.locator(".toc a").first.is_visible()
    page.locator(".fn a").first.click()
    assert page.url.endswith(str(page.locator(".footnotes li").first.get_attribute("id")))
    assert page.locator("button:visible").count() == 0
    page.locator("a[rel=next]").click()
    page.wait_for_url("**/p2/")
    page.goto(demonstration + "/four-ways-to-draw-a-mountain/")
    page.locator(".cover a.zoom").click()
    page.wait_for_url("**/media/**")
    page.goto(demonstration + "/writing-pictures-films/")
    assert str(page.locator("a.video").first.get_attribute("href")).startswith("https://")
    context.close()


def test_the_copy_button_can_be_hit_by_a_finger(browser: "Browser", bench: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 800}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(bench + "/p1/")
    page.wait_for_selector("button.copy >> nth=1")
    for box in (page.locator("button.copy").nth(number).bounding_box() for number in (0, 1)):
        assert box is not None
        assert min(box["width"], box["height"]) >= 44
    context.close()
