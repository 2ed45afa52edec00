"""Whatever is written, what comes out is safe, well-formed and complete."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.text.safety import MARKDOWN, faults, read, vectors
from westmarch.text.cleaning import clean
from westmarch.text.markdown import render
from westmarch.text.places import MARK
from westmarch.text.sanitizer import sanitize

pytestmark = pytest.mark.unit


def test_the_second_opinion_sees_what_is_wrong() -> None:
    assert faults("<p onclick=x>") == ["<p onclick>"]
    assert faults("<script></script><a href='java\nscript:x'>") == ["<script>", "<a href=java\nscript:x>"]
    assert faults("<p id=a><p id=a><p class='q'><!-- -->") == ["<p class=q>", "<!-- -->", "id=a"]


@pytest.mark.slow
def test_known_attacks_leave_nothing_behind(inputs: Callable[[str], Path]) -> None:
    attacks = vectors(inputs)
    assert len(attacks) > 500
    for attack in attacks:
        for text in (attack, f"text {attack} text", f"- {attack}", f"[x]({attack})", f"<div>{attack}</div>"):
            rendered = render(text)
            assert faults(rendered.html) == []
            assert faults(rendered.excerpt_html) == []


@pytest.mark.slow
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MARKDOWN, st.sampled_from(["en", "fr", "zh", "ar", "", "x" * 50]))
def test_any_text_renders_to_safe_html(markdown: str, language: str) -> None:
    rendered = render(markdown, language=language)
    assert faults(rendered.html) == []
    assert faults(rendered.excerpt_html) == []
    assert read(rendered.excerpt_html).ids == []
    for made in (rendered.html, rendered.text, rendered.excerpt_html):
        assert clean(made).replace(MARK, "") == made.replace(MARK, "")
    assert MARK not in rendered.text
    assert {heading.id for heading in rendered.toc} <= set(read(rendered.html).ids)
    rendered.html.encode()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=300))
def test_any_characters_render(markdown: str) -> None:
    assert faults(render(markdown).html) == []


@pytest.mark.slow
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MARKDOWN)
def test_what_was_sanitized_is_sanitary(markdown: str) -> None:
    once = sanitize(clean(markdown))
    assert faults(once) == [] or all(fault.startswith("id=") for fault in faults(once))
    twice = sanitize(once)
    assert sanitize(twice) == twice


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("<script>alert(1)</script>", "<script> is not allowed: taken out."),
        ('<p onclick="x">a</p>', "The attribute onclick of <p> is not allowed: taken out."),
        ("<p style='a'>a</p>", "The attribute style was taken out of raw HTML."),
        ("<a href=' javascript:x'>a</a>", "An address with “javascript:” is not allowed: taken out."),
        ("[a](data-x:y)", "An address with “data-x:” is not allowed: taken out."),
        ("![a](data:image/png;base64,AAAA)", "A picture with a “data:” address cannot be kept: upload it instead."),
        ("<p class='zz'>a</p>", "Classes that the theme does not know were taken out of raw HTML."),
        ("<iframe src='https://evil.example/'></iframe>", "<iframe> is not allowed: taken out."),
    ],
)
def test_what_is_taken_out_is_reported(written: str, message: str) -> None:
    assert message in [warning.message for warning in render(f"text\n\n{written}").warnings]


@pytest.mark.parametrize(
    "mention",
    [
        "the <script> tag",
        "<textarea>",
        "<!-- that",
        '<div title="',
        "<div title='x",
        "<style>p",
        "<iframe src=x>",
        "<svg>",
    ],
)
def test_html_that_is_never_closed_swallows_nothing(mention: str) -> None:
    rendered = render(f"{mention}\n\n## A heading\n\nThe end.")
    assert "<p>The end.</p>" in rendered.html or "\nThe end." in rendered.html
    assert mention.replace('"', "").split("<")[1].split()[0].strip(">") in rendered.text
    assert rendered.warnings


def test_the_place_of_what_is_taken_out_is_named() -> None:
    assert [warning.line for warning in render("one\n\n<script></script>").warnings] == [3]


@pytest.mark.parametrize(
    "written",
    [
        "<b>bold</b> <kbd>Ctrl</kbd> <br> <!-- a comment -->",
        "<details open><summary>a</summary>b</details>",
        '<picture><source srcset="/a.webp 2x, https://x.org/b.webp"><img src="/a.png" alt=""></picture>',
        "<ruby>漢<rt>かん</rt></ruby>",
        '<a href="/x" title="a > b" rel="me">x</a>',
        "a < b and c > d & e",
    ],
)
def test_allowed_html_is_kept_without_a_word(written: str) -> None:
    assert render(written).warnings == ()


def test_ids_of_raw_html_give_way_to_those_of_headings_and_of_the_page() -> None:
    html = render('<p id="a">x</p>\n\n## A\n\n<p id="main">y</p>\n\n<p id="own">z</p>\n\n<p id="own">z</p>').html
    assert html.count('id="a"') == 1
    assert '<h2 id="a">' in html
    assert 'id="main"' not in html
    assert html.count('id="own"') == 1


def test_what_no_feed_could_hold_cannot_be_written_by_reference() -> None:
    assert '<b title="–é">x</b>' in render('<b title="&#1;&#x0b;&#150;&#x000FFFE;&#xe9;&#127;">x</b>').html


def test_the_marks_of_the_renderer_cannot_be_forged() -> None:
    html = render('<p id="&#xFDD1;main" title="&#64976;">&#xFDD0;x</p>\n\n[a](/b/) \ufdd0/c').html
    assert html.count(MARK) == 1
    assert f'href="{MARK}/b/"' in html
    assert "main" not in html


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Use List<int> and more words.", "<p>Use List&lt;int&gt; and more words.</p>\n"),
        ("Vec<T> of <name>, closed</name>", "<p>Vec&lt;T&gt; of &lt;name&gt;, closed&lt;/name&gt;</p>\n"),
        ('a <set of="b">c</set> d', '<p>a &lt;set of="b"&gt;c&lt;/set&gt; d</p>\n'),
        ("an <em>element</em> <my-own>of mine</my-own><br>", "<p>an <em>element</em> of mine<br></p>\n"),
    ],
)
def test_what_is_no_element_is_shown_as_it_was_written(text: str, html: str) -> None:
    assert render(text).html == html
