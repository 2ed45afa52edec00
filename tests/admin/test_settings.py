"""The settings of the site, as somebody changes them in a browser."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.accounts.people import signed_in
from tests.admin.filled import changed, form, send
from tests.factories import post
from tests.media.pictures import PDF
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.app import create_app
from westmarch.db.database import Database
from westmarch.settings import Settings
from westmarch.site import queries
from westmarch.site.actions import change
from westmarch.site.options import Site

GENERAL, READING, LOOK, HEAD = (f"/admin/settings/{name}" for name in ("", "reading/", "look/", "head/"))


@pytest.fixture
async def owner(reader: Reader) -> Reader:
    await signed_in(reader, role="owner")
    return reader


async def options(reader: Reader) -> Site:
    site: Site = await reader.db.read(queries.current)
    return site


def fault(text: str, field: str) -> str:
    """What is said at a field of a page; the field has to point to it."""
    match = re.search(rf'id="f-{field}"[^>]*aria-invalid="true"[^>]*aria-describedby="f-{field}-fault', text)
    assert match, field
    said = re.search(rf'<p class="fault" id="f-{field}-fault">(.*?)</p>', text)
    assert said, field
    return unescape(said[1])


@pytest.mark.parametrize("path", [GENERAL, READING, LOOK, HEAD])
async def test_every_page_of_settings_is_there_for_owners_alone(reader: Reader, path: str) -> None:
    assert (await reader.get(path)).status_code == 303
    await signed_in(reader, "Ed", role="editor")
    assert (await reader.get(path)).status_code == 403
    assert (await reader.client.post(path, data={"title": "Mine"})).status_code == 403
    await signed_in(reader, "Nell", role="owner")
    assert (await reader.get(path)).status_code == 200


async def test_a_new_title_is_on_the_site_at_once(owner: Reader) -> None:
    await owner.do(lambda session: post(session, "One"))
    assert "Slack Water" not in await owner.page("/one/")
    answer = await send(owner, GENERAL, title="Slack Water", language="de", timezone="Europe/Berlin")
    assert (answer.status_code, answer.headers["location"]) == (303, GENERAL)
    assert "Slack Water" in await owner.page("/one/")
    assert (await options(owner)).timezone == "Europe/Berlin"
    assert "Saved." in await owner.page(GENERAL)


async def test_a_page_that_was_cached_is_rendered_anew_after_a_change(settings: Settings, db: Database) -> None:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        served = Reader(app, db, settings.url)
        await signed_in(served, role="owner")
        await served.page("/")
        assert "hit" in (await served.get("/")).headers["cache-status"]
        assert (await send(served, GENERAL, title="Slack Water")).status_code == 303
        assert "Slack Water" in await served.page("/")
        assert "hit" in (await served.get("/")).headers["cache-status"]
        await send(served, LOOK, accent="#8b3a1f")
        assert "accent.8b3a1f.css" in await served.page("/")
        await served.client.aclose()


async def test_each_option_is_seen_at_once_on_pages_that_were_stored(settings: Settings, db: Database) -> None:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        served = Reader(app, db, settings.url)
        await signed_in(served, role="owner")
        for number in range(3):
            at = datetime(2026, 7, 1, 23, 30 + number, tzinfo=UTC)
            await served.do(lambda session, n=number, at=at: post(session, f"Post {n}", published_at=at))
        for path, typed, seen in (
            (GENERAL, {"tagline": "At the edge"}, "At the edge"),
            (GENERAL, {"description": "About the marsh."}, 'content="About the marsh."'),
            (GENERAL, {"language": "de"}, '<html lang="de"'),
            (GENERAL, {"timezone": "Europe/Berlin"}, 'datetime="2026-07-02'),
            (GENERAL, {"copyright": "Nell Ashdown"}, "Nell Ashdown"),
            (LOOK, {"footer": "Made of *reed*"}, "Made of <em>reed</em>"),
            (READING, {"posts_per_page": "2"}, 'href="/page/2/"'),
        ):
            await served.page("/")
            assert "hit" in (await served.get("/")).headers["cache-status"], typed
            before = await served.page("/")
            assert seen not in before, typed
            assert (await send(served, path, **typed)).status_code == 303, typed
            assert seen in await served.page("/"), typed
        await served.client.aclose()


async def test_times_in_the_admin_are_those_of_the_zone_that_was_just_set(owner: Reader) -> None:
    await owner.do(change, {"timezone": "Asia/Kathmandu"}, actor="Nell")
    [at] = re.findall(r'As of <time datetime="(.*?)">(.*?)</time>', await owner.page("/admin/health/"))
    local = datetime.fromisoformat(at[0]).astimezone(ZoneInfo("Asia/Kathmandu"))
    assert at[1].endswith(f"{local:%H:%M}")


async def test_a_form_that_is_sent_as_it_is_changes_nothing(owner: Reader) -> None:
    for path in (GENERAL, READING, LOOK):
        before = await options(owner)
        assert (await send(owner, path)).status_code == 303
        assert "Nothing was changed." in await owner.page(path)
        assert await options(owner) == before


async def test_each_field_that_is_refused_says_why_and_all_that_was_typed_comes_back(owner: Reader) -> None:
    answer = await send(owner, GENERAL, title="", tagline="Of <tides>", language="english please", timezone="Mars/Base")
    assert answer.status_code == 422
    assert fault(answer.text, "title") == "It may not be empty."
    assert "a tag looks like en, de" in fault(answer.text, "language")
    assert "Mars/Base" in fault(answer.text, "timezone")
    sent = dict(form(answer.text, GENERAL))
    assert (sent["tagline"], sent["language"], sent["timezone"]) == ("Of <tides>", "english please", "Mars/Base")
    assert await options(owner) == Site()


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", "x" * 201), ("tagline", "a\u2028b"), ("description", "y" * 1001), ("timezone", "../../etc/passwd")],
)
async def test_hostile_and_overlong_values_are_refused_at_the_field(owner: Reader, field: str, value: str) -> None:
    answer = await send(owner, GENERAL, **{field: value})
    assert answer.status_code == 422
    assert fault(answer.text, field)
    assert dict(form(answer.text, GENERAL))[field] == value


async def test_a_field_that_is_missing_is_an_empty_one_and_one_that_comes_twice_counts_once(owner: Reader) -> None:
    answer = await send(owner, GENERAL, title=None)
    assert (answer.status_code, fault(answer.text, "title")) == (422, "It may not be empty.")
    await send(owner, GENERAL, title=["First", "Second"], is_admin="1")
    assert (await options(owner)).title == "Second"


async def test_what_somebody_else_changed_meanwhile_is_not_overwritten(owner: Reader) -> None:
    opened = form(await owner.page(GENERAL), GENERAL)
    await owner.do(change, {"title": "Theirs"}, actor="another")
    answer = await owner.client.post(GENERAL, data=changed(opened, title="Mine", tagline="Typed"))
    assert answer.status_code == 409
    assert "another changed these settings while" in answer.text
    assert "Set now: “Theirs”." in unescape(answer.text)
    again = form(answer.text, GENERAL)
    assert (dict(again)["title"], dict(again)["tagline"]) == ("Mine", "Typed")
    assert (await options(owner)).title == "Theirs"
    assert (await owner.client.post(GENERAL, data=changed(again))).status_code == 303
    assert (await options(owner)).title == "Mine"


async def test_a_change_of_other_options_does_not_stand_in_the_way(owner: Reader) -> None:
    opened = form(await owner.page(GENERAL), GENERAL)
    await owner.do(change, {"posts_per_page": 5}, actor="another")
    assert (await owner.client.post(GENERAL, data=changed(opened, title="Mine"))).status_code == 303
    assert await options(owner) == Site(title="Mine", posts_per_page=5)


async def test_a_form_without_a_version_is_refused(owner: Reader) -> None:
    assert (await send(owner, GENERAL, title="Mine", version=None)).status_code == 409


# Reading


async def test_the_address_of_a_new_post_is_shown_as_an_example(owner: Reader) -> None:
    await owner.do(change, {"permalink": "/notes/{slug}/"}, actor="test")
    text = await owner.page(READING)
    assert re.search(r"<output[^>]*>https://example\.org/notes/a-walk-by-the-sea/</output>", text)


async def test_a_permalink_that_makes_no_paths_is_refused(owner: Reader) -> None:
    answer = await send(owner, READING, permalink="/{title}/", posts_per_page="many")
    assert answer.status_code == 422
    assert "is no pattern" in fault(answer.text, "permalink")
    assert fault(answer.text, "posts_per_page") == "A whole number is needed."


async def test_fewer_posts_a_page_are_fewer_on_the_site_at_once(owner: Reader) -> None:
    for number in range(4):
        await owner.do(lambda session, number=number: post(session, f"Post {number}"))
    assert "/page/2/" not in await owner.page("/")
    assert (await send(owner, READING, posts_per_page="2")).status_code == 303
    assert "/page/2/" in await owner.page("/")


# Look


async def test_another_accent_is_on_the_site_at_once(owner: Reader) -> None:
    assert "accent.8b3a1f.css" not in await owner.page("/")
    assert (await send(owner, LOOK, accent="#8B3A1F")).status_code == 303
    assert "accent.8b3a1f.css" in await owner.page("/")


async def test_the_contrast_of_the_accent_is_told_for_both_papers(owner: Reader) -> None:
    told = re.findall(r"On (light|dark) paper #[0-9a-f]{6}: contrast ([0-9.]+) to 1", await owner.page(LOOK))
    assert [where for where, _ in told] == ["light", "dark"]
    assert all(float(contrast) >= 4.5 for _, contrast in told)


@pytest.mark.parametrize(("accent", "shades"), [("#8b3a1f", 2), ("#8B3A1F", 2), ("<b>", 0), ("", 0)])
async def test_the_contrast_of_a_colour_is_told_before_it_is_chosen(owner: Reader, accent: str, shades: int) -> None:
    answer = await owner.client.get(f"{LOOK}shades/", params={"accent": accent})
    told = re.findall(r"On (?:light|dark) paper #[0-9a-f]{6}: contrast [0-9.]+ to 1", answer.text)
    assert (answer.status_code, len(told), "<b>" in answer.text) == (200, shades, False)


async def test_options_of_the_theme_are_set_and_taken_back_to_their_defaults(owner: Reader) -> None:
    dark: dict[str, Any] = {"option-scheme": "dark", "option-related": None, "option-contents_from": "5"}
    await send(owner, LOOK, **dark)
    values = {"scheme": "dark", "related": False, "contents_from": 5}
    assert (await options(owner)).theme_options == {"default": values}
    assert 'data-scheme="dark"' in await owner.page("/")
    await send(owner, LOOK, **{"option-scheme": "system", "option-related": "1", "option-contents_from": "3"})
    assert (await options(owner)).theme_options == {}


async def test_an_option_of_the_theme_that_does_not_fit_is_refused_at_its_field(owner: Reader) -> None:
    wrong: dict[str, Any] = {"option-contents_from": "900", "option-scheme": "pink", "footer": "Typed *here*"}
    answer = await send(owner, LOOK, **wrong)
    assert answer.status_code == 422
    assert "a whole number from 0 to 100" in fault(answer.text, "option-contents_from").lower()
    assert fault(answer.text, "option-scheme")
    assert dict(form(answer.text, LOOK))["footer"] == "Typed *here*"
    assert await options(owner) == Site()


async def test_a_theme_that_is_not_there_or_broken_is_refused(owner: Reader, settings: Settings) -> None:
    answer = await send(owner, LOOK, theme="paper")
    assert (answer.status_code, "No theme is called" in fault(answer.text, "theme")) == (422, True)
    folder = settings.themes_folder / "paper"
    folder.mkdir(parents=True)
    (folder / "theme.toml").write_text('name = "paper"\ndescription = "Plain."\n')
    (folder / "base.html").write_text("{% if %}")
    answer = await send(owner, LOOK, theme="paper")
    assert (answer.status_code, "base.html" in fault(answer.text, "theme")) == (422, True)
    assert (await options(owner)).theme == "default"


# The logo


def picture(folder: Path, size: tuple[int, int] = (64, 16)) -> bytes:
    from PIL import Image

    file = folder / "logo.png"
    Image.new("RGB", size, "#1f6f8b").save(file)
    return file.read_bytes()


async def upload(reader: Reader, content: bytes, name: str = "logo.png") -> Any:
    fields = form(await reader.page(LOOK), f"{LOOK}logo/")
    files = {"logo": (name, content, "image/png")}
    return await reader.client.post(f"{LOOK}logo/", data=changed(fields, do="upload"), files=files)


async def test_a_logo_is_uploaded_shown_and_removed(owner: Reader, tmp_path: Path) -> None:
    assert (await upload(owner, picture(tmp_path))).status_code == 303
    logo = (await options(owner)).logo
    assert (logo.width, logo.height) == (64, 16)
    assert f'<img src="{logo.path}" width="64" height="16" alt="Westmarch">' in await owner.page("/")
    assert (await owner.get(logo.path)).headers["content-type"] == "image/png"
    answer = await send(owner, LOOK, f"{LOOK}logo/", do="remove")
    assert answer.status_code == 303
    assert logo.path not in await owner.page("/")


@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (b"<svg onload=alert(1)>", "logo.svg", "It is an SVG"),
        (PDF, "logo.pdf", "This is no picture."),
        (b"\x89PNG\r\n\x1a\n", "logo.png", "The picture is broken"),
        (b"x" * (6 * 1024 * 1024), "logo.png", "more than 5 MB"),
    ],
    ids=["svg", "pdf", "broken", "large"],
)
async def test_what_is_no_picture_is_no_logo(owner: Reader, content: bytes, name: str, told: str) -> None:
    answer = await upload(owner, content, name)
    assert answer.status_code == 422
    assert told in fault(answer.text, "logo")
    assert (await options(owner)).logo.path == ""


async def test_no_file_is_told(owner: Reader) -> None:
    answer = await send(owner, LOOK, f"{LOOK}logo/", do="upload")
    assert (answer.status_code, fault(answer.text, "logo")) == (422, "Choose a picture first.")


# Code in the head


async def test_code_in_the_head_is_refused_unless_the_operator_allows_it(owner: Reader) -> None:
    text = await owner.page(HEAD)
    assert "head_code = true" in text
    assert re.search(r"<textarea[^>]*disabled", text)
    version = changed(form(await owner.page(HEAD), HEAD)).get("version", "")
    answer = await owner.client.post(HEAD, data={"head": '<meta name="a" content="b">', "version": version})
    assert (answer.status_code, "does not allow" in fault(answer.text, "head")) == (422, True)
    assert (await options(owner)).head == ""


async def test_code_in_the_head_is_on_the_site_where_it_is_allowed(owner: Reader, settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"head_code": True}))
    app.state.db = owner.db
    allowed = Reader(app, owner.db, settings.url)
    await signed_in(allowed, "Olive", role="owner")
    answer = await send(allowed, HEAD, head="<p>words</p>")
    assert (answer.status_code, "line 1" in fault(answer.text, "head").lower()) == (422, True)
    code = '<meta name="verification" content="a1">'
    assert (await send(allowed, HEAD, head=code)).status_code == 303
    assert code in await allowed.page("/")
    await allowed.client.aclose()


async def test_naughty_strings_are_taken_or_refused_and_never_lost(
    owner: Reader, inputs: Callable[[str], Path]
) -> None:
    strings: list[str] = json.loads((inputs("blns") / "blns.json").read_text(encoding="utf-8"))
    for text in strings[::7]:
        line = " ".join(text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").split("\n")).strip()
        typed = dict.fromkeys(("title", "tagline", "description", "language", "copyright"), text)
        answer = await send(owner, GENERAL, **typed, timezone="Mars")
        assert answer.status_code == 422, text
        sent = dict(form(answer.text, GENERAL))
        assert {sent[name] for name in typed} == {line}, text
        answer = await send(owner, GENERAL, title="T", tagline=text, copyright=text)
        assert answer.status_code in (303, 422), text
        if answer.status_code == 303:
            assert (await options(owner)).tagline == line
            await owner.page("/")
