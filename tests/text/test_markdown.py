"""What each way of writing becomes."""

import re

import pytest

from westmarch.text.markdown import Heading, render

pytestmark = pytest.mark.unit


def html(markdown: str, language: str = "en") -> str:
    return render(markdown, language=language).html.strip()


def messages(markdown: str) -> list[str]:
    return [warning.message for warning in render(markdown).warnings]


# Headings and contents


def test_a_heading_has_an_anchor_that_can_be_linked_to() -> None:
    assert html("## A sum") == (
        '<h2 id="a-sum">A sum <a class="anchor plain" href="#a-sum" aria-label="Link to this section">#</a></h2>'
    )


@pytest.mark.parametrize(
    ("title", "anchor"),
    [
        ("Über uns", "über-uns"),
        ("你好，世界", "你好世界"),
        ("What’s *new* in `v2.0`?", "whats-new-in-v20"),
        ("مرحبا بالعالم", "مرحبا-بالعالم"),
        ("!!!", "section"),
        ("Cafe\u0301", "caf\u00e9"),
    ],
)
def test_an_anchor_is_made_of_the_letters_of_any_script(title: str, anchor: str) -> None:
    assert render(f"## {title}").toc[0].id == anchor


def test_anchors_are_unique_and_never_those_of_the_page() -> None:
    ids = [heading.id for heading in render("## A\n\n## A\n\n## A 1\n\n## Comments\n\n## Main\n\n## Ref 1").toc]
    assert ids == ["a", "a-1", "a-1-1", "s-comments", "s-main", "s-ref-1"]


def test_a_heading_can_be_given_its_own_anchor() -> None:
    assert render("## Title {#own}").toc == (Heading(2, "own", "Title"),)


def test_headings_go_one_level_down_when_the_text_has_a_first_level() -> None:
    assert [heading.level for heading in render("# One\n\n## Two\n\n###### Six").toc] == [2, 3, 6]
    assert [heading.level for heading in render("## Two\n\n### Three").toc] == [2, 3]


def test_the_contents_list_two_levels_where_they_are_asked_for() -> None:
    made = html("[[toc]]\n\n## A\n\n### B\n\n#### C\n\n## D")
    assert made.startswith(
        '<div class="contents" role="group" aria-label="Contents"><ol><li><a href="#a">A</a><ol class="sub"><li>'
        '<a href="#b">B</a></li></ol></li><li><a href="#d">D</a></li></ol></div>'
    )
    assert '<div class="contents"' in html("[TOC]\n\n## A")


# Lines


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("~~gone~~", "<s>gone</s>"),
        ("==kept== but a == b and c == d", "<mark>kept</mark> but a == b and c == d"),
        ("H~2~O and x^2^", "H<sub>2</sub>O and x<sup>2</sup>"),
        (":smile: at 12:30:45 and :no-such-thing:", "😄 at 12:30:45 and :no-such-thing:"),
        (r"\:smile:", ":smile:"),
        ('`:smile: -- "x"`', '<code>:smile: -- "x"</code>'),
        ("[word]{.small}", '<span class="small">word</span>'),
        ("[word]{lang=de}", '<span lang="de">word</span>'),
        ("{{ page.title }} {% include x %}", "{{ page.title }} {% include x %}"),
    ],
)
def test_marks_within_a_line(written: str, made: str) -> None:
    assert html(written) == f"<p>{made}</p>"


def test_a_line_of_liquid_stays_visible() -> None:
    assert "{% include x.html %}" in html("{% include x.html %}\n\ntext")


@pytest.mark.parametrize(
    ("written", "address", "shown"),
    [
        ("https://example.org/a_b_c", "https://example.org/a_b_c", "https://example.org/a_b_c"),
        ("https://example.org/~me/*x*y", "https://example.org/~me/*x*y", "https://example.org/~me/*x*y"),
        ("(https://example.org/a_(b)).", "https://example.org/a_(b)", "https://example.org/a_(b)"),
        ("www.example.org/x, and", "http://www.example.org/x", "www.example.org/x"),
        ("me.too@example.org.", "mailto:me.too@example.org", "me.too@example.org"),
        ("见https://example.org/路径。然后（", "https://example.org/%E8%B7%AF%E5%BE%84", "https://example.org/路径"),
    ],
)
def test_bare_addresses_become_links(written: str, address: str, shown: str) -> None:
    assert f'<a href="{address}">{shown}</a>' in html(written)


@pytest.mark.parametrize(
    "written",
    [
        "http://",
        "https://?",
        "://a.b",
        "www.",
        "www.x",
        "@",
        "a@b",
        "javascript://x.org/a",
        "xhttps://x.org",
        "`http://x.y`",
    ],
)
def test_what_is_no_address_is_no_link(written: str) -> None:
    assert "<a" not in html(written)


def test_an_address_within_a_link_is_not_linked_again() -> None:
    assert html("[see https://a.org and www.b.org](/x/)").count("<a ") == 1


def test_an_abbreviation_is_explained_wherever_its_word_stands() -> None:
    made = html('HTML and HTMLX, *HTML*.\n\n*[HTML]: Hypertext "Markup"\n')
    assert made.count('<abbr title="Hypertext &quot;Markup&quot;">HTML</abbr>') == 2
    assert "HTMLX" in made


# Blocks


def test_a_table_scrolls_by_itself_and_is_aligned_by_class() -> None:
    made = html("| a | b | c |\n|:--|:-:|--:|\n| 1 | 2 | 3 |")
    assert made.startswith('<div class="table" role="group" aria-label="Table" tabindex="0">\n<table>')
    assert '<th scope="col" class="center">b</th>' in made
    assert '<td class="n">3</td>' in made
    assert "style" not in made


def test_a_task_is_a_dead_check_box_with_a_label() -> None:
    made = html("- [x] done\n- [ ] to do\n  - nested")
    assert '<ul class="tasks">' in made
    assert '<li><label><input type="checkbox" checked="" disabled=""> <span>done</span></label></li>' in made
    assert '<label><input type="checkbox" disabled=""> <span>to do</span></label>' in made


def test_definitions() -> None:
    assert re.sub(r"\n", "", html("Term\n: Text")) == "<dl><dt>Term</dt><dd>Text</dd></dl>"


def test_footnotes_are_numbered_linked_both_ways_and_may_be_named_twice() -> None:
    made = html("One[^a] two^[inline *note*] three[^a]\n\n[^a]: Note **a**.")
    assert '<sup class="fn"><a href="#fn-1" role="doc-noteref" aria-label="Note 1" id="ref-1">1</a></sup>' in made
    assert 'id="ref-1-2"' in made
    assert '<section class="footnotes" role="doc-endnotes" aria-labelledby="notes">\n<h2 id="notes">Notes</h2>' in made
    assert '<li id="fn-2"><p>inline <em>note</em> <a class="back plain" href="#ref-2"' in made


def test_a_note_within_a_line_is_set_like_any_text() -> None:
    made = html('A^[see www.example.org, "so" :smile: HTML].\n\n*[HTML]: Hyper')
    assert '<a href="http://www.example.org">www.example.org</a>, “so” 😄 <abbr title="Hyper">HTML</abbr>' in made


def test_a_footnote_that_nothing_refers_to_is_reported() -> None:
    assert messages("Text.\n\n[^a]: Lost.") == ["Nothing refers to the footnote [^a]: left out."]


@pytest.mark.parametrize("kind", ["note", "tip", "important", "warning", "caution"])
def test_both_ways_of_writing_a_callout_give_the_same(kind: str) -> None:
    github = html(f"> [!{kind.upper()}]\n> Text *here*.")
    container = html(f"::: {kind}\nText *here*.\n:::")
    assert github == container
    assert github == (
        f'<aside class="callout {kind}" aria-label="{kind.capitalize()}">\n'
        f'<p class="callout-title">{kind.capitalize()}</p>\n<p>Text <em>here</em>.</p>\n</aside>'
    )


def test_a_callout_may_have_its_own_title_and_speaks_the_language_of_the_text() -> None:
    assert '<p class="callout-title">My <em>own</em></p>' in html("> [!TIP] My *own*\n> Text")
    assert '<p class="callout-title">My own</p>' in html("::: tip My own\nText\n:::")
    assert '<p class="callout-title">Warnung</p>' in html("> [!WARNING]\n> Text", "de")


def test_an_unknown_callout_stays_a_quotation() -> None:
    assert html("> [!SHOUT]\n> Text").startswith("<blockquote>")


def test_containers_nest_and_code_within_does_not_close_them() -> None:
    made = html("::: note\n::: details More\n```\n:::\n```\n:::\nend\n:::\nafter")
    assert made.index("<details") < made.index("</details>") < made.index("<p>end</p>") < made.index("</aside>")
    assert made.endswith("<p>after</p>")


def test_a_container_that_is_unknown_or_never_closed_stays_text() -> None:
    assert html("::: spoiler\nText\n:::").startswith("<p>::: spoiler")
    assert html("::: note\nText") == "<p>::: note\nText</p>"


def test_details_have_a_summary() -> None:
    assert html("::: details The *sum*\nText\n:::") == (
        '<details class="fold">\n<summary>The <em>sum</em></summary>\n<p>Text</p>\n</details>'
    )


def test_attributes_on_the_line_before_a_block_are_its_own() -> None:
    assert html("{.lead lang=de}\nText") == '<p lang="de" class="lead">Text</p>'
    assert html("{.wide}\n| a |\n|---|\n| 1 |").startswith('<div class="table wide"')
    assert html("Text\n{: .lead}") == '<p class="lead">Text</p>'


def test_attributes_that_may_not_be_set_are_reported() -> None:
    assert messages("{.huge onclick=x}\nText") == [
        "The attribute “onclick” cannot be set: left out.",
        "The class “huge” is not one of center, end, full, lead, nb, small, start, wide: left out.",
    ]


# Pictures and code


def test_a_picture_alone_is_a_figure_and_its_title_the_caption() -> None:
    made = html('![A wheel](https://x.org/a.png "One *wheel*, “turning”"){.wide}')
    assert made == (
        '<figure class="wide"><img src="https://x.org/a.png" alt="A wheel">'
        "<figcaption>One <em>wheel</em>, “turning”</figcaption>\n</figure>"
    )


def test_a_picture_in_a_sentence_stays_there() -> None:
    assert html("See ![it](https://x.org/a.png) there") == '<p>See <img src="https://x.org/a.png" alt="it"> there</p>'


def test_a_figure_holds_anything() -> None:
    made = html("::: figure Two of them {.full}\n![a](https://x.org/a.png) ![b](https://x.org/b.png)\n:::")
    assert made.startswith('<figure class="full">\n<p><img')
    assert made.endswith("<figcaption>Two of them</figcaption>\n</figure>")


def test_code_has_a_file_a_language_classes_and_marked_lines() -> None:
    made = html('```python title="app.py" {2}\nimport os\nx = 1\n```')
    assert made.startswith(
        '<figure class="code" dir="ltr"><figcaption><span class="file">app.py</span> <span class="lang">Python</span>'
        '</figcaption><pre class="highlight" tabindex="0"><code class="language-python"><span class="kn">import</span>'
    )
    assert '<span class="hll"><span class="n">x</span>' in made


def test_code_of_no_known_language_is_kept_as_it_is() -> None:
    assert html('```\n<b> & "x"\n```') == (
        '<figure class="code" dir="ltr"><pre class="highlight" tabindex="0"><code>&lt;b&gt; &amp; "x"</code></pre>'
        "</figure>"
    )
    assert '<span class="lang">klingon</span>' in html("```klingon\nQapla'\n```")
    assert '<span class="hll">b\n</span>' in html("```{2}\na\nb\nc\n```")


def test_an_empty_first_line_of_code_counts() -> None:
    assert '<code class="language-python">\n<span' in html("```python\n\nx\n```").replace("\n\n", "\n")


# Formulas


@pytest.mark.parametrize("written", ["$x^2$", r"\(x^2\)"])
def test_a_formula_in_a_line_is_mathml_with_its_source(written: str) -> None:
    rendered = render(f"So {written} is.")
    assert rendered.math
    assert (
        '<math><semantics><msup><mi>x</mi><mn>2</mn></msup><annotation encoding="application/x-tex">x^2</annotation>'
        "</semantics></math>" in rendered.html
    )
    assert rendered.text == "So x2 is."


@pytest.mark.parametrize("written", ["$$\nx^2\n$$", "$$x^2$$", "\\[\nx^2\n\\]", "\\[ x^2 \\]"])
def test_a_formula_by_itself_is_a_block(written: str) -> None:
    assert (
        html(f"Text:\n{written}\nmore.").count(
            '<div class="math" tabindex="0" role="group" aria-label="Formula"><math display="block">'
        )
        == 1
    )


@pytest.mark.parametrize(
    "written",
    ["$5 and $10", "costs 5$ or 6$", "$HOME, $PATH and $USER", r"\$x\$", "`$x$`", "$ x $", "a $$ b", "$"],
)
def test_money_and_variables_are_no_formulas(written: str) -> None:
    assert not render(written).math


def test_alignment_of_formulas_is_by_class() -> None:
    made = html("$$\n\\begin{aligned}a&=b\\\\c&=d\\end{aligned}\n$$")
    assert '<mtd class="m-end m-tight-end">' in made
    assert " style=" not in made


def test_a_formula_that_is_not_understood_is_shown_as_written_and_reported() -> None:
    rendered = render("one\n\nIt is $\\foo<$ here.")
    assert '<code class="math-source">$\\foo&lt;$</code>' in rendered.html
    assert [(w.line, w.message) for w in rendered.warnings] == [
        (3, 'The formula “\\foo<” is shown as code: Unknown command "\\foo".')
    ]


# Languages


@pytest.mark.parametrize(
    ("language", "made"),
    [
        ("en", "“Don’t,” she said – ‘no’ – in the ’90s…"),
        ("de", "„Don’t,“ she said – ‚no‘ – in the ’90s…"),
        ("fr", "«\u202fDon’t,\u202f» she said – “no” – in the ’90s…"),
        ("pl", "„Don’t,” she said – «no» – in the ’90s…"),
        ("es-MX", "«Don’t,» she said – “no” – in the ’90s…"),
        ("ar", "«Don’t,» she said – “no” – in the ’90s…"),
        ("sv_SE", "”Don’t,” she said – ’no’ – in the ’90s…"),
        ("zh-Hant", "\"Don't,\" she said -- 'no' -- in the '90s..."),
    ],
)
def test_quotation_marks_and_dashes_follow_the_language(language: str, made: str) -> None:
    written = "\"Don't,\" she said -- 'no' -- in the '90s..."
    assert html(written, language) == f"<p>{made}</p>"


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ('"*Emphasis*" and "`code`"', "“<em>Emphasis</em>” and “<code>code</code>”"),
        ("He said \"she said 'no'\"", "He said “she said ‘no’”"),
        ("6\" and 5'", '6" and 5’'),
        (r"\"straight\"", '"straight"'),
        ("a --- b, pages 3--4, ----", "a — b, pages 3–4, ----"),
        ('("in brackets")', "(“in brackets”)"),
        ('"an opening that never closes', "“an opening that never closes"),
        ("rock 'n' roll, dogs'", "rock ‘n’ roll, dogs’"),
    ],
)
def test_quotation_marks_find_their_partners(written: str, made: str) -> None:
    assert html(written) == f"<p>{made}</p>"


def test_lines_of_ideographs_are_joined_without_a_space() -> None:
    assert html("第一行\n第二行", "zh") == "<p>第一行第二行</p>"
    assert html("第一行\nsecond", "zh") == "<p>第一行\nsecond</p>"


# What else is made of a text


def test_the_excerpt_ends_at_more() -> None:
    rendered = render("# Title\n\nOne[^1] two.\n\n<!-- more -->\n\nThree.\n\n[^1]: Note.")
    assert rendered.excerpt_html.strip() == "<h2>Title</h2>\n<p>One two.</p>"
    assert "more" not in rendered.html


def test_the_excerpt_ends_at_more_within_a_paragraph_too() -> None:
    assert render("One *two* <!--more--> three").excerpt_html.strip() == "<p>One <em>two</em> </p>"


def test_the_excerpt_is_else_the_first_paragraphs() -> None:
    words = "word " * 30
    rendered = render(f"## Title\n\n![x](/a.png)\n\n{words}\n\n- list\n\n{words}\n\n{words}")
    assert rendered.excerpt_html.count("<p>") == 2
    assert "<h2" not in rendered.excerpt_html


def test_a_long_first_paragraph_is_cut_at_a_word() -> None:
    excerpt = render("Some *very " + "long " * 200 + "text* here").excerpt_html
    assert excerpt.strip().endswith("long…</em></p>")
    assert 55 <= len(excerpt.split()) <= 65


def test_a_text_without_paragraphs_has_an_excerpt_of_its_words() -> None:
    assert render("```\ncode & more\n```").excerpt_html == "<p>code &amp; more</p>\n"
    assert render("").excerpt_html == ""


def test_the_plain_text_has_a_line_for_each_block_and_no_marks() -> None:
    rendered = render(
        "## Title\n\nOne *two* &amp; three[^1].\n\n- a\n- b\n\n| c | d |\n|--|--|\n| e | f |\n\n[^1]: Note."
    )
    assert rendered.text == "Title\nOne two & three.\na\nb\nc\nd\ne\nf\nNotes\nNote."


@pytest.mark.parametrize(
    ("written", "words", "minutes"),
    [
        ("", 0, 0),
        ("one two -- three", 3, 1),
        ("你好，世界", 4, 1),
        ("中文 with words", 4, 1),
        ("word " * 1150, 1150, 5),
        ("字" * 1200, 1200, 3),
        ("don't e-mail", 2, 1),
        ("ภาษาไทยง่าย", 3, 1),
        ("हिन्दी में", 2, 1),
    ],
)
def test_words_and_minutes_are_counted_by_script(written: str, words: int, minutes: int) -> None:
    rendered = render(written, language="zh")
    assert (rendered.words, rendered.minutes) == (words, minutes)


def test_the_same_text_gives_the_same_result() -> None:
    text = '# A\n\n"x" $y$ :smile: [^1]\n\n[^1]: z\n\n```python\nx\n```'
    assert render(text) == render(text)
