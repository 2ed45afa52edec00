"""Icons and the web manifest, all from one mark."""

import json
import logging
import struct
import subprocess
from io import BytesIO
from typing import Any

import httpx2
import jsonschema
import pytest
from PIL import Image

from tests.readers import Reader
from westmarch.app import create_app
from westmarch.db.database import Database
from westmarch.links.paths import claimable
from westmarch.settings import Settings
from westmarch.site import actions as site_actions
from westmarch.site.options import Site
from westmarch.web import icons as module
from westmarch.web.icons import ICONS, PAPER, short
from westmarch.web.pictures import SAFE

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="16" fill="#123456"/></svg>'
)
SIZES = {"/apple-touch-icon.png": 180, "/icon-192.png": 192, "/icon-512.png": 512, "/icon-maskable-512.png": 512}
#: Members of a manifest and their forms, after https://www.w3.org/TR/appmanifest/.
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "start_url", "display", "icons"],
    "properties": {
        "name": {"type": "string", "minLength": 1},
        "short_name": {"type": "string", "minLength": 1, "maxLength": 12},
        "description": {"type": "string", "minLength": 1},
        "lang": {"type": "string", "pattern": "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"},
        "dir": {"enum": ["ltr", "rtl", "auto"]},
        "id": {"type": "string", "pattern": "^/"},
        "start_url": {"type": "string", "pattern": "^/.*"},
        "scope": {"type": "string", "pattern": "^/(.*/)?$"},
        "display": {"enum": ["fullscreen", "standalone", "minimal-ui", "browser"]},
        "background_color": {"type": "string", "pattern": "^#[0-9a-f]{6}$"},
        "theme_color": {"type": "string", "pattern": "^#[0-9a-f]{6}$"},
        "icons": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["src", "sizes", "type"],
                "properties": {
                    "src": {"type": "string", "pattern": "^/"},
                    "sizes": {"type": "string", "pattern": "^(any|[1-9][0-9]*x[1-9][0-9]*)$"},
                    "type": {"enum": ["image/png", "image/svg+xml"]},
                    "purpose": {
                        "type": "string",
                        "pattern": "^(any|maskable|monochrome)( (any|maskable|monochrome))*$",
                    },
                },
            },
        },
    },
}


def picture(answer: httpx2.Response) -> Image.Image:
    assert answer.status_code == 200
    with Image.open(BytesIO(answer.content)) as image:
        return image.convert("RGBA")


def own(settings: Settings, svg: str | bytes) -> None:
    folder = settings.theme_folder / "static"
    folder.mkdir(parents=True)
    (folder / "icon.svg").write_bytes(svg.encode() if isinstance(svg, str) else svg)


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("path", ICONS)
async def test_an_icon_is_asked_for_anew_and_not_sent_again(reader: Reader, path: str) -> None:
    answer = await reader.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, ICONS[path])
    assert answer.headers["cache-control"] == "no-cache"
    assert (await reader.get(path, if_none_match=answer.headers["etag"])).status_code == 304
    assert (await reader.ask("HEAD", path)).headers["content-length"] == str(len(answer.content))


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize(("path", "size"), SIZES.items())
async def test_icons_have_the_sizes_that_their_names_say(reader: Reader, path: str, size: int) -> None:
    assert picture(await reader.get(path)).size == (size, size)


async def test_the_favicon_holds_three_sizes(reader: Reader) -> None:
    content = (await reader.get("/favicon.ico")).content
    reserved, kind, count = struct.unpack("<HHH", content[:6])
    assert (reserved, kind, count) == (0, 1, 3)
    assert sorted(content[6 + 16 * n] for n in range(3)) == [16, 32, 48]
    for number in range(3):
        length, start = struct.unpack("<II", content[6 + 16 * number + 8 : 6 + 16 * number + 16])
        with Image.open(BytesIO(content[start : start + length]), formats=("PNG",)) as image:
            assert image.size == (content[6 + 16 * number],) * 2


async def test_the_colour_of_the_owner_is_that_of_the_icons(reader: Reader) -> None:
    before = {path: (await reader.get(path)).content for path in ICONS}
    await reader.do(site_actions.change, {"accent": "#b0413e"}, actor="test")
    after = {path: (await reader.get(path)).content for path in ICONS}
    assert all(before[path] != after[path] for path in ICONS)
    red, green, _, alpha = picture(await reader.get("/icon-192.png")).getpixel((96, 12))  # type: ignore[misc]  # four
    assert alpha == 255
    assert red > 2 * green


async def test_icons_that_are_cut_have_no_transparent_part(reader: Reader) -> None:
    for path in ("/apple-touch-icon.png", "/icon-maskable-512.png"):
        assert picture(await reader.get(path)).getchannel("A").getextrema() == (255, 255)


async def test_no_mask_cuts_the_mark_of_an_owner(settings: Settings, db: Database) -> None:
    own(settings, SVG)
    reader = reading(settings, db)
    image = picture(await reader.get("/icon-maskable-512.png"))
    ground = (*bytes.fromhex(PAPER[1:]), 255)
    assert image.getpixel((0, 0)) == image.getpixel((255, 40)) == ground
    marked = [(x, y) for x in range(0, 512, 4) for y in range(0, 512, 4) if image.getpixel((x, y)) != ground]
    # The circle of 80 % that every mask leaves (W3C Manifest, "Icon masks and safe zone").
    assert marked
    assert all((x - 256) ** 2 + (y - 256) ** 2 <= (0.4 * 512) ** 2 for x, y in marked)
    assert max(x for x, _ in marked) - min(x for x, _ in marked) > 0.9 * SAFE


def reading(settings: Settings, db: Database) -> Reader:
    app = create_app(settings)
    app.state.db = db
    return Reader(app, db, settings.url)


@pytest.mark.parametrize("base", ["", "/blog"])
async def test_the_manifest_has_the_form_of_one(settings: Settings, db: Database, base: str) -> None:
    reader = reading(settings.model_copy(update={"url": f"https://example.org{base}"}), db)
    options = {"title": "مجلة المد والجزر العظيمة", "language": "ar", "tagline": "عن القياس"}
    await reader.do(site_actions.change, options, actor="test")
    answer = await reader.get("/site.webmanifest")
    assert answer.headers["content-type"] == "application/manifest+json"
    found = json.loads(answer.content)
    jsonschema.validate(found, SCHEMA)
    assert (found["name"], found["lang"], found["dir"]) == (options["title"], "ar", "rtl")
    assert found["start_url"] == found["scope"] == f"{base}/"
    for icon in found["icons"]:
        assert icon["src"].startswith(f"{base}/icon")
        shown = await reader.get(icon["src"].removeprefix(base))  # The client puts the base path there itself.
        assert shown.headers["content-type"] == icon["type"]
        if icon["sizes"] != "any":
            width, height = picture(shown).size
            assert icon["sizes"] == f"{width}x{height}"
    assert [icon["purpose"] for icon in found["icons"]].count("maskable") == 1


@pytest.mark.unit
@pytest.mark.parametrize(
    ("title", "said"),
    [
        ("Slack Water", "Slack Water"),
        ("The Slack Water", "The Slack"),
        ("Tide, and Time", "Tide, and"),
        ("Pneumonoultramicroscopic", "Pneumonoultr"),
        ("潮汐杂志", "潮汐杂志"),
    ],
)
def test_a_short_name_ends_with_a_word(title: str, said: str) -> None:
    assert short(title) == said


@pytest.mark.unit
@pytest.mark.parametrize("path", [*ICONS, "/site.webmanifest", "/Favicon.ICO"])
def test_no_post_may_take_the_place_of_an_icon(path: str) -> None:
    assert not claimable(path)
    assert claimable(f"/blog{path}")


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize(
    "svg",
    [
        b"",
        SVG.replace("</svg>", "<script>alert(1)</script></svg>"),
        "<!DOCTYPE svg [<!ENTITY a 'x'>]>" + SVG,
        SVG.replace("</svg>", "<g>" * 5_000 + "</g>" * 5_000 + "</svg>"),
        SVG + " " * 200_000,
        SVG.replace("<svg ", '<svg width="0" height="0" ').replace('viewBox="0 0 32 32"', 'viewBox="0 0 0 0"'),
    ],
)
async def test_a_mark_that_cannot_be_drawn_is_told_once_and_that_of_the_package_stands_in(
    settings: Settings, db: Database, caplog: pytest.LogCaptureFixture, svg: str | bytes
) -> None:
    usual = reading(settings, db)
    expected = (await usual.get("/icon-192.png")).content
    own(settings, svg)
    reader = reading(settings, db)
    with caplog.at_level(logging.ERROR):
        assert (await reader.get("/icon-192.png")).content == expected
        assert (await reader.get("/favicon.ico")).status_code == 200
        assert (await reader.get("/site.webmanifest")).status_code == 200
    assert caplog.text.count("cannot be the mark of the site") == 1
    assert "icon.svg" in caplog.text


async def test_a_mark_of_the_owner_is_drawn_once_and_served_harmlessly(
    settings: Settings, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    own(settings, SVG)
    reader = reading(settings, db)
    answer = await reader.get("/icon.svg")
    assert answer.content == SVG.encode()
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "sandbox" in answer.headers["content-security-policy"]
    monkeypatch.setattr(module, "pictures", None)
    assert picture(await reader.get("/icon-192.png")).getpixel((96, 96)) == (0x12, 0x34, 0x56, 255)


def test_marks_in_many_colours_do_not_fill_the_memory(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_KEPT", 2)
    icons = create_app(settings).state.icons
    for number in range(4):
        icons.of(Site.model_validate({"accent": f"#8b3a{number:02x}"}))
    assert len(icons._made) <= 2


async def test_readers_are_told_to_come_again_where_no_process_can_be_started(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left(*_arguments: Any, **_named: Any) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "run", none_left)
        answer = await reader.get("/favicon.ico")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert (await reader.get("/favicon.ico")).status_code == 200
