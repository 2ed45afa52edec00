"""Internal URLs, pictures and references: what the text asks of the site."""

import pytest

from westmarch.text.markdown import Picture, Reference, render
from westmarch.text.places import MARK, is_internal, place

pytestmark = pytest.mark.unit


class Site:
    """A resolver that knows one page and two pictures."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def link(self, href: str) -> int | None:
        self.asked.append(href)
        return {"/über/": 7}.get(href)

    def picture(self, src: str) -> Picture | None:
        self.asked.append(src)
        return {"/media/ab/c.webp": Picture(640, 480, 'A "wheel"'), "/media/ab/d.webp": Picture(None, None)}.get(src)


def test_internal_urls_carry_a_mark_that_gives_way_to_the_place_of_the_site() -> None:
    html = render("[a](/x/) ![b](/media/b.png) [c](https://y.org/z) [d](#e) [f](//g.org/h) [i](j/k)").html
    assert html.count(MARK) == 2
    placed = place(html, "/blog")
    assert 'href="/blog/x/"' in placed
    assert 'src="/blog/media/b.png"' in placed
    assert 'href="//g.org/h"' in placed
    assert MARK not in placed
    assert 'href="https://x.org/x/"' in place(html, "https://x.org")


@pytest.mark.parametrize(
    ("url", "internal"),
    [
        ("/", True),
        ("/x", True),
        ("//x.org", False),
        ("/\\x.org", False),
        ("x", False),
        ("", False),
        ("https://x/", False),
    ],
)
def test_what_is_internal(url: str, internal: bool) -> None:
    assert is_internal(url) is internal


def test_every_candidate_of_a_picture_is_placed() -> None:
    html = render('<img srcset="/a.webp 1x, /b.webp 2x, https://x.org/c.webp 3x" src="/a.webp" alt="">').html
    assert f'srcset="{MARK}/a.webp 1x, {MARK}/b.webp 2x, https://x.org/c.webp 3x"' in html


def test_links_within_the_site_become_references() -> None:
    site = Site()
    rendered = render("[a](/über/?x=1#y) [b](/gone/) [a](/über/?x=1#y) https://x.org/", resolver=site)
    assert rendered.references == (Reference("/%C3%BCber/?x=1#y", 7), Reference("/gone/", None))
    assert set(site.asked) == {"/über/", "/gone/"}


def test_links_of_raw_html_count_too() -> None:
    assert render('<a href="/a&amp;b/">x</a>').references == (Reference("/a&b/", None),)


def test_pictures_of_the_site_get_their_size_and_description() -> None:
    html = render("x ![](/media/ab/c.webp) y", resolver=Site()).html
    assert (
        f'<img src="{MARK}/media/ab/c.webp" alt="A &quot;wheel&quot;" width="640" height="480" loading="lazy"'
        ' decoding="async">' in html
    )


def test_what_the_writer_says_of_a_picture_wins() -> None:
    html = render("x ![mine](/media/ab/c.webp){width=100} y ![](/media/ab/d.webp)", resolver=Site()).html
    assert 'alt="mine" width="100" loading="lazy"' in html
    assert f'<img src="{MARK}/media/ab/d.webp" alt="" loading="lazy" decoding="async">' in html


def test_pictures_of_elsewhere_stay_as_they_are() -> None:
    assert '<img src="https://x.org/a.png" alt="b">' in render("x ![b](https://x.org/a.png)", resolver=Site()).html
