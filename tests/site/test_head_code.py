"""What an owner may put into the head of pages."""

import time

import pytest
from pydantic import ValidationError

from westmarch.site.head_code import fault
from westmarch.site.options import Site

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "code",
    [
        "",
        '<meta name="google-site-verification" content="abc">',
        "<link rel=me href=https://social.example/@me/>\n",
        '<LINK rel="preconnect" href="https://a.example" />',
        '<script src="/static/own.js" async></script>',
        '<script type="application/ld+json">{"name": "<b>"}</script>',
        "<!-- what this is for -->\n<meta name='a' content='b'>",
    ],
)
def test_what_belongs_into_a_head_is_taken(code: str) -> None:
    assert fault(code) == ""
    assert Site(head=code).head == code


@pytest.mark.parametrize(
    "code",
    [
        "words",
        "<title>Mine</title>",
        "</head>",
        "<body>",
        "<base href='/'>",
        "<style>p {}</style>",
        "<script>alert(1)",
        "<script>a</script",
        "<script><!-- <script> </script>",
        "<!-- never ended",
        "<!--> <p> -->",
        '<meta name="a',
        '<meta name="a"<p>',
        '<meta http-equiv="refresh" content="0; url=https://elsewhere.example">',
        '<meta content="0" HTTP-EQUIV=refresh>',
        "<metadata>",
        "\0",
    ],
)
def test_what_would_end_the_head_or_swallow_the_page_is_refused(code: str) -> None:
    with pytest.raises(ValidationError):
        Site(head=code)


def test_the_line_that_is_wrong_is_named() -> None:
    assert fault('<meta name="a">\n\n<p>b</p>').startswith("line 3: '<p>b</p>'")


@pytest.mark.parametrize(
    "piece", ["<meta" + " a" * 9_000, "<!--" + "-" * 19_000, "<script>" + "<" * 19_000, " " * 20_000]
)
def test_hostile_code_is_looked_at_in_no_time(piece: str) -> None:
    started = time.perf_counter()
    fault(piece + "<")
    assert time.perf_counter() - started < 1
