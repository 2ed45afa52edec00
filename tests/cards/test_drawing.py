"""Cards as pictures."""

from io import BytesIO

import pytest
from PIL import Image

from westmarch.cards.card import Card
from westmarch.cards.drawing import HEIGHT, INK, PAPER, WIDTH, draw
from westmarch.cards.fonts import Fonts
from westmarch.web.mark import checked
from westmarch.web.pictures import draw as draw_mark
from westmarch.web.theme import DEFAULT

LONG = ("The tide machine of the hill, and how an instrument of brass wheels drew the water of a day. " * 4)[:300]


@pytest.fixture(scope="module")
def mark() -> bytes:
    svg = (DEFAULT / "static" / "icon.svg").read_bytes()
    return draw_mark(checked(svg, "#175d78").svg.decode(), 208)


def card(title: str, language: str = "en", *, rtl: bool = False, site: str = "Slack Water", colour: str = "") -> Card:
    accent = colour or "#1f6f8b"
    return Card(title, language, rtl=rtl, site=site, site_language="en", site_rtl=False, accent=accent)


def opened(body: bytes) -> Image.Image:
    with Image.open(BytesIO(body)) as picture:
        assert picture.format == "PNG"
        assert picture.mode == "P"
        return picture.convert("RGB")


def ink(picture: Image.Image, box: tuple[int, int, int, int] = (0, 0, WIDTH, 500)) -> tuple[int, int, int, int]:
    """Where there is something else than paper."""
    part = picture.crop(box).convert("L").point(lambda value: 255 if value < 200 else 0)
    left, top, right, bottom = part.getbbox() or (0, 0, 0, 0)
    return left + box[0], top + box[1], right + box[0], bottom + box[1]


def colours_of(body: bytes) -> set[tuple[int, int, int]]:
    content = opened(body).tobytes()
    return set(zip(content[::3], content[1::3], content[2::3], strict=True))


@pytest.mark.slow
@pytest.mark.unit
@pytest.mark.parametrize("title", ["Tide", "A tide machine is a sum of circles", LONG, "Pneumonoultra" * 20])
def test_a_card_is_small_of_its_size_and_within_its_margins(bare: Fonts, mark: bytes, title: str) -> None:
    body = draw(card(title), mark, bare)
    picture = opened(body)
    assert picture.size == (WIDTH, HEIGHT) == (1200, 630)
    assert len(body) <= 40_000
    assert picture.getpixel((0, 0)) == PAPER
    left, top, right, bottom = ink(picture)
    assert 80 <= left <= 100
    assert top >= 40
    assert right <= WIDTH - 80
    assert bottom <= 500


@pytest.mark.unit
def test_a_card_is_the_same_each_time(bare: Fonts, mark: bytes) -> None:
    assert draw(card("A title"), mark, bare) == draw(card("A title"), mark, bare)


@pytest.mark.slow
@pytest.mark.unit
def test_the_colour_of_the_owner_is_on_the_card(bare: Fonts, mark: bytes) -> None:
    red, green = (colours_of(draw(card("Tide", colour=colour), mark, bare)) for colour in ("#b0413e", "#3e8a3e"))
    assert INK in red & green
    assert any(r > 130 and r > 2 * g for r, g, _ in red - green)
    assert any(g > 80 and g > 1.5 * r for r, g, _ in green - red)


@pytest.mark.slow
@pytest.mark.unit
def test_a_title_that_no_font_has_gives_its_place_to_the_name_of_the_site(bare: Fonts, mark: bytes) -> None:
    assert draw(card("潮汐机", "zh"), mark, bare) == draw(card("😀", "zh"), mark, bare)
    assert draw(card("潮汐机", "zh"), mark, bare) != draw(card("潮汐机", "zh", site="Other"), mark, bare)


@pytest.mark.unit
def test_a_card_with_nothing_to_write_has_the_mark_alone(bare: Fonts, mark: bytes) -> None:
    picture = opened(draw(card("潮汐机", "zh", site="潮"), mark, bare))
    left, top, right, bottom = ink(picture)
    assert (left, right - left, bottom - top) == (88, 72, 6)  # the line in the colour of the site
    assert ink(picture, (0, 530, WIDTH, HEIGHT))[2] == 88 + 52


@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("黄铜齿轮与潮汐机：一台会写作的机器，如何算出那一天的海水" * 10, "zh"),
        ("潮汐計算機とは、円を足し合わせる機械である。", "ja"),
        ("조석 예측기는 원을 더하는 기계이다", "ko"),
        ("ज्वार की मशीन वृत्तों का योग है", "hi"),
    ],
)
def test_cards_of_other_scripts_are_small_too(fonts: Fonts, mark: bytes, title: str, language: str) -> None:
    body = draw(card(title, language), mark, fonts)
    assert len(body) <= 40_000
    assert ink(opened(body))[0] < 120


@pytest.mark.parametrize(
    ("title", "language"),
    [("الثانية الكبيسة (leap second) في UTC منذ 1972", "ar"), ("למה צריך שנייה מעוברת? 27 תיקונים", "he")],
)
def test_a_card_that_runs_leftwards_begins_at_the_right(fonts: Fonts, mark: bytes, title: str, language: str) -> None:
    picture = opened(draw(card(title, language, rtl=True), mark, fonts))
    assert WIDTH - 110 < ink(picture)[2] <= WIDTH - 80
    rule = ink(picture, (0, 0, WIDTH, ink(picture)[1] + 6))
    assert (rule[0], rule[2]) == (WIDTH - 88 - 72, WIDTH - 88)
