"""Rich text that is pasted: its words arrive as they were seen, and what word processors mean becomes Markdown."""

import random
import re
from base64 import b64encode
from html import escape
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from tests.admin.opened import Opens, text_of, write_text
from tests.admin.opened import opens as opens
from tests.admin.opened import owned as owned
from tests.admin.test_editor_in_browser import paste
from tests.media.pictures import picture
from westmarch.text.markdown import render

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

NEW = "/admin/posts/new/"


def pasted(page: "Page", html: str) -> str:
    write_text(page, "")
    paste(page, text_html=html, text_plain="plain")
    return text_of(page)


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("br", "p", "li", "td", "th", "h2", "hr", "input", "img", "math"):
            self.words.append(f" ‹{tag}› " if tag in ("hr", "input", "img", "math") else " ")


def seen(html: str) -> str:
    """What a reader sees of HTML, whatever its quotation marks and dashes look like."""
    parser = _Words()
    parser.feed(re.sub(r'<a [^<>]*class="anchor.*?</a>', "", html))
    parser.close()
    words = " ".join("".join(parser.words).split())
    for plain, shapes in {'"': "“”„", "'": "‘’‚", "---": "—", "--": "–", "...": "…"}.items():
        words = re.sub(f"[{shapes}]", plain, words)
    return re.sub(r"[\"']", "'", words)


NASTY = """
Use the <div> element, List<int> and <br>. It costs $5 and $6, a ~ b, H_2_O, ==x==, ^y^, [z], *w*
# not a heading
## nor this ##
1. not a list
2) nor this
- nor this
+ or this
* or that
- - -
***
___
_ _ _
> no quotation
=====
-----
::: note
::: not a box
::::
: no definition
~ nor this
::book{isbn=9780439023483}
[[isbn:9780439023483]] and [[toc]]
[toc]
[[toc]]
[!NOTE] Own title
[z] at the beginning and [another]
[x] done
[ ] not done
[^1] and [^1]: no note
[^1]: no note
[a]: /no-reference
*[HTML]: no abbreviation
[words](/no-link) and ![no](/picture.png)
[words]{.wide} and `code`{.wide} and {.wide} {#id} {a=b} {: .x}
{.wide}
{: .wide}
{#id .wide width=3}
{{ liquid }} and {% liquid %}
words {.wide}
&copy; &amp; &#169; &#xA9; AT&T; R&D, &nosuchentity;
$x$ and $$y$$ and $ z $ and US$5, $6
$$x^2$$
$$
\\(x\\) and \\[y\\]
\\[x\\]
C:\\Users\\nell\\*.txt and \\\\server\\
a\\
~~~
``` code
`a` and ``b`` and `c
<!-- no comment --> and <? nothing ?> and <![CDATA[none]]>
</div> <script>alert(1)</script> <nell@example.org> <https://example.org/>
https://example.org/a_b_c/~x~/*y*/?q=1&copy=2#_z_ and (https://example.org/x_(y)_z).
mail nell_a_b@example.org, www.example.org/_a_/
:smile: and 12:30:45 and a:b:c
a | b
| a | b |
x^2 + y^2 and ^[note] and a^b^c and ^^x^^
H~2~O and ~~gone~~ and ~5 minutes ~6
a == b, a ===b, c== d ==e==
__init__ and _lean_ and snake_case_name and a__b__c
2*3*4 and **bold** and * alone * and ***
5 < 6 and 7 > 6 and a<b and c>d
#hashtag and C# and #1
!important and ![ and !
{ open and } closed
"Quoted" -- it's 'so' --- and so on...
1986. A great year
(c) and -> and <- and <3
""".strip().split("\n")
_PARTS = (
    *"\\`*_{}[]()<>&~^$=:|#+-.!/'\"", "**", "__", "~~", "==", "$$", "::", ":::", "[[", "]]", "](", "<a", "</b", "![",
    "[^1]", "a",
    "b", "1", "2.", "x", "é", "海", " ", " ", " ", " ", "word", "&lt;", "https://example.org/", "{.x}", "note",
)  # fmt: skip


def at_random(count: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    made = ("".join(chance.choices(_PARTS, k=chance.randint(1, 14))) for _ in range(count))
    return [" ".join(each.split()) for each in made if each.strip()]


@pytest.mark.parametrize("frame", ["<p>{}</p>", "<h2>{}</h2>", "<blockquote>{}</blockquote>", "<p>a <i>b</i> {}</p>"])
def test_words_are_seen_as_they_were(opens: Opens, frame: str) -> None:
    page = opens(NEW)
    texts = NASTY + at_random(100, seed=11)
    made = pasted(page, "".join(frame.format(escape(each)) for each in texts))
    pieces = made.split("\n\n")
    assert len(pieces) == len(texts)
    wrong = {}
    for text, piece in zip(texts, pieces, strict=True):
        wanted = seen(frame.format(escape(text)))
        if (found := seen(render(piece).html)) != wanted:
            wrong[piece] = (wanted, found)
    assert not wrong, "\n".join(f"{k!r}\n   {v[0]!r}\n   {v[1]!r}" for k, v in wrong.items())


def test_prose_is_left_as_it_is(opens: Opens) -> None:
    page = opens(NEW)
    prose = (
        "It costs $5 and $6, about ~7 of 8 & 9; 5 < 6, 7 > 6, a ~ b, a == b, a * b, x^2, snake_case and 3_000.",
        "C# and #tags, R&D - well, e.g. this! {so} it is: 12:30:45 + 1 = 2 | 3. Then (4) at 50 %.",
        "https://example.org/a_b/~c?d=*e*f",
    )
    made = pasted(page, "".join(f"<p>{escape(each)}</p>" for each in prose))
    assert made == "\n\n".join(prose)


def test_words_between_elements_and_lines_stay_what_they_were(opens: Opens) -> None:
    page = opens(NEW)
    html = (
        "<p>one<br>- two<br><br>three <b>*four</b>_five_ $6<i>x</i>$ <sup><a href='https://example.org/'>[7]</a></sup></p>"
        "<ul><li>1. eight<br>## nine</li><li>[ ] ten</li></ul>"
        "<table><tr><th>a|b</th><th><code>c|d</code></th></tr><tr><td>e||f</td><td>g<br>h</td></tr></table>"
        "<p><a href='https://example.org/a_b_/(c)'>https://example.org/a_b_/(c)</a> "
        "<a href='/d'>[e]_f_</a>, <code>*g* \\ &lt;h></code></p>"
        "<pre>*i*\n<b>j</b> $k$ &lt;l&gt;</pre><p>end</p>"
    )
    made = pasted(page, html)
    wanted = (
        "one - two three *four_five_ $6x$ [7] 1. eight ## nine [ ] ten a|b c|d e||f g h "
        "https://example.org/a_b_/(c) [e]_f_, *g* \\ <h> *i* j $k$ <l> end"
    )
    assert seen(render(made).html).replace("Copy ", "") == wanted, made
    assert "one\\\n\\- two\n\nthree" in made
    assert "```\n*i*\nj $k$ <l>\n```" in made


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ("<b>Note</b>: <i>so</i> <s>gone</s>", "**Note**: *so* ~~gone~~"),
        ("<b>one</b><b>two</b>three", "**onetwo**three"),
        ("<b>Note:</b>words a<i>(b)</i>c", "<strong>Note:</strong>words a<em>(b)</em>c"),
        ("<b>潮。</b>海", "<strong>潮。</strong>海"),
        ("<b>a</b><i>b</i>", "<strong>a</strong><em>b</em>"),
        ("<b><i>both</i></b> <i>a<b>b</b></i>", "***both*** *a**b***"),
        ("<b> spaced </b>out<b><br></b>", "**spaced** out"),
        ("a~<s>b</s>~ \\<b>c</b> *<b>d</b>*", "a\\~~~b~~\\~ \\\\**c** \\***d**\\*"),
    ],
)
def test_strong_words_are_strong_wherever_they_stand(opens: Opens, html: str, wanted: str) -> None:
    made = pasted(opens(NEW), f"<p>{html}</p>")
    assert made == wanted
    assert seen(render(made).html) == seen(html)


WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><body><!--StartFragment-->
<p class=MsoNormal>Before</p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp;
</span></span></span><![endif]>One <b>bold</b></p>
<p class=MsoListParagraphCxSpMiddle style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>o<span>&nbsp;
</span></span>Inner</p>
<p class=MsoListParagraphCxSpMiddle style='mso-list:l0 level3 lfo1'><span style='mso-list:Ignore'>§</span>Innermost</p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·</span>Two</p>
<p class=MsoNormal>Between</p>
<p class=MsoListParagraphCxSpFirst style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>3.<span>&nbsp;
</span></span>Third</p>
<p class=MsoListParagraphCxSpLast style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>4.</span>Fourth</p>
<table class=MsoTableGrid><tr><td><p class=MsoNormal>Name</p></td><td><p class=MsoNormal>Size</p></td></tr>
<tr><td><p class=MsoNormal>Hill</p></td><td><p class=MsoNormal>9</p></td></tr></table>
<!--EndFragment--></body></html>"""


def test_lists_and_tables_of_word_are_lists_and_tables(opens: Opens) -> None:
    made = pasted(opens(NEW), WORD)
    assert made == (
        "Before\n\n- One **bold**\n  - Inner\n    - Innermost\n- Two\n\nBetween\n\n3. Third\n4. Fourth\n\n"
        "| Name | Size |\n| --- | --- |\n| Hill | 9   |"
    )


GOOGLE = """<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1"><ul style="margin-top:0">
<li dir="ltr" aria-level="1"><p dir="ltr" role="presentation"><span style="font-weight:400">One</span></p></li>
<ul><li dir="ltr" aria-level="2"><p dir="ltr" role="presentation"><span style="font-weight:700">Inner</span></p></li>
</ul>
<li dir="ltr" aria-level="1"><p dir="ltr" role="presentation"><span>Two</span></p></li></ul>
<p dir="ltr"><a href="https://www.google.com/url?q=https://example.org/a%3Fb%3D1&amp;sa=D">there</a></p>
<div><table><colgroup><col /><col /></colgroup><tbody><tr><td><p>a</p></td><td><p>b</p></td></tr>
<tr><td><p>c</p></td><td><p>d</p></td></tr></tbody></table></div></b>"""


def test_nested_lists_and_links_of_google_docs_are_what_they_mean(opens: Opens) -> None:
    made = pasted(opens(NEW), GOOGLE)
    assert made == (
        "- One\n  - **Inner**\n- Two\n\n[there](https://example.org/a?b=1)\n\n"
        "| a   | b   |\n| --- | --- |\n| c   | d   |"
    )


def test_pictures_within_what_is_pasted_are_brought_into_the_library(opens: Opens) -> None:
    page = opens(NEW)
    source = "data:image/png;base64," + b64encode(picture(size=(30, 20), colour="teal")).decode()
    html = f"<p>above<img src='{source}'>it</p><p>below<img src='data:image/png;base64,%%%' alt='x'>this</p>"
    write_text(page, "")
    paste(page, text_html=html, text_plain="above it")
    dialog = page.get_by_role("dialog", name="What does the picture show?")
    dialog.get_by_label("In words").fill("A field")
    assert text_of(page) == "above it\n\nbelow this"
    dialog.get_by_role("button", name="Insert", exact=True).click()
    page.locator(".cm-line", has_text="![A field]").wait_for()
    assert re.fullmatch(r"above it\n\n!\[A field\]\(/media/\S+\)\n\nbelow this", text_of(page)), text_of(page)
