"""Videos: a still with a link, and nothing asked of their hosts."""

import pytest

from westmarch.text.markdown import render
from westmarch.text.places import MARK
from westmarch.text.players import PLAYER_HOSTS, is_player
from westmarch.text.videos import recognise

pytestmark = pytest.mark.unit

ID = "dQw4w9WgXcQ"


@pytest.mark.parametrize(
    ("url", "page", "player"),
    [
        (
            f"https://youtu.be/{ID}",
            f"https://www.youtube.com/watch?v={ID}",
            f"https://www.youtube-nocookie.com/embed/{ID}?autoplay=1",
        ),
        (
            f"https://m.youtube.com/watch?feature=x&v={ID}&t=1m30s",
            f"https://www.youtube.com/watch?v={ID}&t=90s",
            f"https://www.youtube-nocookie.com/embed/{ID}?autoplay=1&start=90",
        ),
        (
            f"http://www.youtube.com/embed/{ID}",
            f"https://www.youtube.com/watch?v={ID}",
            f"https://www.youtube-nocookie.com/embed/{ID}?autoplay=1",
        ),
        (
            "https://vimeo.com/76979871",
            "https://vimeo.com/76979871",
            "https://player.vimeo.com/video/76979871?dnt=1&autoplay=1",
        ),
        (
            "https://player.vimeo.com/video/76979871?h=8272103f6e",
            "https://vimeo.com/76979871/8272103f6e",
            "https://player.vimeo.com/video/76979871?dnt=1&autoplay=1&h=8272103f6e",
        ),
        (
            "https://www.bilibili.com/video/BV1xx411c7mD/?p=1",
            "https://www.bilibili.com/video/BV1xx411c7mD/",
            "https://player.bilibili.com/player.html?bvid=BV1xx411c7mD&autoplay=1",
        ),
        (
            "https://framatube.org/videos/watch/9c9de5e8-0a1e-484a-b099-e80766180a6d",
            "https://framatube.org/w/9c9de5e8-0a1e-484a-b099-e80766180a6d",
            "https://framatube.org/videos/embed/9c9de5e8-0a1e-484a-b099-e80766180a6d?autoplay=1",
        ),
        ("https://x.org/a/film.MP4?y", "https://x.org/a/film.MP4?y", ""),
    ],
)
def test_videos_are_known_by_their_addresses(url: str, page: str, player: str) -> None:
    video = recognise(url)
    assert video is not None
    assert (video.page, video.player) == (page, player)
    assert is_player(player) is bool(player)


@pytest.mark.parametrize(
    "url",
    [
        "https://youtube.com/watch?v=short",
        "https://youtube.com/@someone",
        "https://vimeo.com/about",
        "https://youtu.be.evil.org/" + ID,
        "https://example.org/",
        "ftp://youtu.be/" + ID,
        "https://[::1",
        "not an address",
    ],
)
def test_what_is_no_video(url: str) -> None:
    assert recognise(url) is None


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)//https://player.vimeo.com/video/1",
        "https://evil.org/?https://player.vimeo.com/video/1",
        "https://player.vimeo.com.evil.org/video/1",
        'https://player.vimeo.com/video/1"onload=x',
        "http://player.vimeo.com/video/1",
    ],
)
def test_only_known_players_are_players(address: str) -> None:
    assert not is_player(address)


def test_an_address_alone_in_a_paragraph_becomes_a_still_with_a_link() -> None:
    html = render(f"https://youtu.be/{ID}").html
    assert html == (
        f'<figure class="embed"><a class="video" href="https://www.youtube.com/watch?v={ID}"'
        f' data-embed="https://www.youtube-nocookie.com/embed/{ID}?autoplay=1"><span class="video-title">Video</span>'
        ' <span class="video-host">YouTube</span></a></figure>\n'
    )


def test_an_address_in_a_sentence_stays_a_link() -> None:
    assert "embed" not in render(f"See https://youtu.be/{ID}").html


def test_the_directive_gives_a_title_and_a_still() -> None:
    html = render(f'::video{{url="https://youtu.be/{ID}" title="A & b" poster="/media/ab/c.webp"}}').html
    assert '<span class="video-title">A &amp; b</span>' in html
    assert f'<img src="{MARK}/media/ab/c.webp" alt="" loading="lazy" decoding="async">' in html


def test_a_still_of_another_site_is_left_out_and_reported() -> None:
    rendered = render(f'::video{{url="https://youtu.be/{ID}" poster="https://x.org/a.png"}}')
    assert "x.org" not in rendered.html
    assert [warning.line for warning in rendered.warnings] == [1]


def test_a_frame_of_a_known_host_becomes_the_same() -> None:
    frame = f'<iframe width="560" src="//www.youtube.com/embed/{ID}?rel=0" title="T" allowfullscreen></iframe>'
    rendered = render(f"<p>\n{frame}\n</p>")
    assert f'href="https://www.youtube.com/watch?v={ID}"' in rendered.html
    assert '<span class="video-title">T</span>' in rendered.html
    assert rendered.warnings == ()


def test_a_film_of_this_site_is_played_in_place_and_one_of_another_is_a_link() -> None:
    own = render('::video{url="/media/ab/c.mp4" title="T"}').html
    assert f'<video src="{MARK}/media/ab/c.mp4" controls="" preload="none" aria-label="T"></video>' in own
    other = render("https://x.org/film.mp4").html
    assert '<a class="video" href="https://x.org/film.mp4">' in other


def test_raw_html_cannot_name_a_player_that_is_not_known() -> None:
    html = render('<a class="video" href="https://x.org" data-embed="javascript:alert(1)">x</a>').html
    assert "data-embed" not in html


def test_the_hosts_of_players_are_host_names() -> None:
    assert all(is_player(f"https://{host}/videos/embed/x") for host in PLAYER_HOSTS[3:])
    assert PLAYER_HOSTS[0] == "www.youtube-nocookie.com"
