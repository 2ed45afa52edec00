"""The texts of WordPress as HTML."""

import time
from collections import defaultdict

import pytest

from westmarch.transfer.exports.wordpress import content
from westmarch.transfer.exports.wordpress.survey import Attachment, Survey
from westmarch.transfer.items import FileWarning

pytestmark = pytest.mark.unit

ONE = Attachment(1, "https://old.example/a.jpg", "A", "", "")
SURVEY = Survey(
    attachments={1: ONE, 2: Attachment(2, "https://old.example/b.jpg", "", "Words", "")},
    hanging=defaultdict(list, {7: [ONE]}),
    blocks={5: "<!-- wp:paragraph --><p>Shared.</p><!-- /wp:paragraph -->"},
)


def html(text: str) -> str:
    return content.html(text, 7, SURVEY, [])


def block(name: str, inner: str, said: str = "") -> str:
    return f"<!-- wp:{name} {said}-->\n{inner}\n<!-- /wp:{name} -->\n"


def test_a_gallery_becomes_its_pictures() -> None:
    one = block("image", '<figure class="wp-block-image"><img src="/a.jpg" alt=""/><figcaption>A</figcaption></figure>')
    new = block("gallery", f'<figure class="wp-block-gallery">{one}{one}</figure>', '{"linkTo":"none"} ')
    assert " ".join(html(new).split()).count('<figure class="wp-block-image"><img src="/a.jpg"') == 2
    assert html(new).count("<figure") == html(new).count("</figure>") == 2
    old = (
        '<ul class="blocks-gallery-grid"><li class="blocks-gallery-item"><figure><img src="/a.jpg"/></figure></li></ul>'
        '<figcaption class="blocks-gallery-caption">All</figcaption>'
    )
    shown = html(block("gallery", f'<figure class="wp-block-gallery">{old}</figure>'))
    assert shown.strip() == '<figure><img src="/a.jpg"/></figure><p>All</p>'


@pytest.mark.slow
@pytest.mark.parametrize(
    "piece",
    [
        "<!-- wp:gallery ",
        "<!-- wp:gallery --><figure>",
        "<!-- wp:spacer -->",
        '<figcaption class="blocks-gallery-caption">',
    ],
)
def test_blocks_that_never_end_take_no_time(piece: str) -> None:
    begun = time.process_time()
    html("<!-- wp:paragraph -->" + piece * 20_000)
    assert time.process_time() - begun < 2


def test_space_and_second_links_of_files_go() -> None:
    spacer = block("spacer", '<div style="height:30px" class="wp-block-spacer"></div>', '{"height":"30px"} ')
    button = '<a href="/a.pdf" class="wp-block-file__button" download>Download</a>'
    file = block("file", f'<div class="wp-block-file"><a href="/a.pdf">Paper</a>{button}</div>')
    assert html(spacer + file).strip() == '<div class="wp-block-file"><a href="/a.pdf">Paper</a></div>'


@pytest.mark.parametrize("kept", ["", "no json", "{}", "[1]", '[{"id": "x"}]'])
def test_footnotes_that_cannot_be_read_cost_nothing_else(kept: str) -> None:
    assert "<p>a</p>" in content.html(block("paragraph", "<p>a</p>") + "<!-- wp:footnotes /-->", 7, SURVEY, [], kept)


def test_footnotes_come_from_their_field() -> None:
    kept = '[{"content":"So <em>it</em> is.","id":"ab-1"}]'
    shown = content.html(block("paragraph", "<p>a</p>") + "<!-- wp:footnotes /-->", 7, SURVEY, [], kept)
    assert '<ol><li id="ab-1">So <em>it</em> is.</li></ol>' in shown


def told(text: str) -> list[str]:
    warnings: list[FileWarning] = []
    content.html(text, 7, SURVEY, warnings)
    return [one.message for one in warnings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\ntwo\n\nthree", "<p>one<br />\ntwo</p>\n<p>three</p>"),
        ("a\n<ul>\n<li>b</li>\n</ul>\nc", "<p>a</p>\n<ul>\n<li>b</li>\n</ul>\n<p>c</p>"),
        ("a\n\n<pre>b\n\nc</pre>\n\nd", "<p>a</p>\n<pre>b\n\nc</pre>\n<p>d</p>"),
        ("<p>a</p>\n\n<p>b</p>", "<p>a</p>\n<p>b</p>"),
        ("", ""),
    ],
)
def test_classic_texts_get_the_paragraphs_that_wordpress_makes(text: str, expected: str) -> None:
    assert html(text) == expected


def test_blocks_lose_their_comments_and_keep_their_html() -> None:
    text = '<!-- wp:heading {"level":3} -->\n<h3>a</h3>\n<!-- /wp:heading -->\n\n<!-- wp:block {"ref":5} /-->'
    assert html(text).split() == ["<h3>a</h3>", "<p>Shared.</p>"]


def test_an_embed_is_its_address_alone() -> None:
    text = (
        '<!-- wp:embed {"url":"https://youtu.be/x"} --><figure class="wp-block-embed is-type-video">'
        '<div class="wp-block-embed__wrapper">\nhttps://youtu.be/x\n</div>'
        "<figcaption>c</figcaption></figure><!-- /wp:embed -->"
    )
    assert html(text) == "<p>https://youtu.be/x</p><p>c</p>"


def test_blocks_that_are_made_anew_each_time_are_told() -> None:
    assert told('<!-- wp:latest-posts /--><!-- wp:block {"ref":99} /-->') == [
        "the block 'latest-posts' holds no text of its own; it is left out",
        "the block 'block' holds no text of its own; it is left out",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '[caption id="x" align="left"]<a href="/f"><img src="/a.jpg" /></a> Words[/caption]',
            '<figure><a href="/f"><img src="/a.jpg" /></a><figcaption>Words</figcaption></figure>',
        ),
        (
            '[caption caption="Old words"]<img src="/a.jpg" />[/caption]',
            '<figure><img src="/a.jpg" /><figcaption>Old words</figcaption></figure>',
        ),
        (
            '[gallery ids="2"]',
            '<figure><img src="https://old.example/b.jpg" alt=""><figcaption>Words</figcaption></figure>',
        ),
        ("[gallery]", '<figure><img src="https://old.example/a.jpg" alt="A"></figure>'),
        ("[embed width='3']https://youtu.be/x[/embed]", "<p>https://youtu.be/x</p>"),
        ("[youtube https://youtu.be/x]", "<p>https://youtu.be/x</p>"),
        ("[vimeo 123]", "<p>https://vimeo.com/123</p>"),
        (
            '[code lang="PHP"]\n<?php\n\necho 1;\n[/code]',
            '<pre><code class="language-php">&lt;?php\n\necho 1;</code></pre>',
        ),
        ('[audio mp3="/a.mp3"][/audio]', '<p><audio src="/a.mp3" controls></audio></p>'),
        ("[[gallery]] shows pictures", "<p>[gallery] shows pictures</p>"),
        ("[sic] and [1]", "<p>[sic] and [1]</p>"),
    ],
)
def test_known_shortcodes_become_html(text: str, expected: str) -> None:
    assert html(text) == expected


def test_unknown_shortcodes_stay_and_are_told() -> None:
    text = '[contact-form-7 id="1"] [sic] [note]x[/note]'
    assert html(text) == f"<p>{text}</p>"
    assert told(text) == [
        "the shortcode [contact-form-7] is not known here; it stays as text",
        "the shortcode [note] is not known here; it stays as text",
    ]


def test_parts_of_a_text_come_in_as_one() -> None:
    assert html("a<!--nextpage-->b") == "<p>a</p>\n<p>b</p>"
    assert told("a<!--nextpage-->b") == ["it was parted into pages; they come in as one"]


def test_accounts_elsewhere_become_links() -> None:
    said = '{"url":"https://social.example/@me","service":"mastodon"}'
    made = html(f'<ul><!-- wp:social-link {said} /--><!-- wp:social-link {{"url":"javascript:x"}} /--></ul>')
    assert made == '<ul><li><a href="https://social.example/@me">Mastodon</a></li></ul>'
