"""Texts that would cost too much, and long ones that do not."""

import asyncio
import threading
from string import punctuation

import pytest

from westmarch.text import formulas, worker
from westmarch.text.composing import UNITS_LONG, compose
from westmarch.text.markdown import IN_PROCESS, render
from westmarch.text.rendered import TextWarning
from westmarch.text.words import plain_text

PROSE = 'Every morning the *harbour master* walks along the quay, and "writes" what [the sea](/sea/) has done. ' * 8

unit = pytest.mark.unit

COSTLY = TextWarning(None, "The text would take too long to render and is shown as it was written.")


@pytest.mark.slow
@unit
@pytest.mark.parametrize("mark", punctuation)
def test_a_long_run_of_any_mark_is_kept_as_it_was_written(mark: str) -> None:
    rendered = render(mark * 100_000)
    assert rendered.plain
    assert rendered.warnings == (COSTLY,)
    shown = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}.get(mark, mark)
    assert rendered.html == f"<p>{shown * 100_000}</p>\n"


@pytest.mark.slow
@unit
@pytest.mark.parametrize(
    "piece", ["[a](", "![", "^[", "[^a]", "* a\n", "**a", "$a$ ", "> a\n\n", "| a |\n|-|\n", "`a` "]
)
def test_work_is_counted_and_ends_where_it_may_cost_no_more(piece: str) -> None:
    text = piece * (12_000 // len(piece))
    composed = compose(text, "en", units=12_000)
    assert composed.plain
    assert composed.warnings == (COSTLY,)
    assert composed == compose(text, "en", units=12_000)
    assert len(plain_text(composed.html)) > 8_000


@unit
def test_html_nested_too_deeply_for_the_sanitizer_is_kept_as_it_was_written() -> None:
    assert render("<ul><li>" * 2_000).plain
    assert not render("<ul><li>" * 200).plain


@unit
def test_deep_nesting_is_kept_as_it_was_written() -> None:
    assert render("> " * 100 + "deep").plain
    assert not render("> " * 25 + "deep").plain
    assert "deep" in render("- " * 40 + "deep").text


@unit
def test_the_plain_text_keeps_its_paragraphs_and_is_escaped() -> None:
    rendered = render("one\n\n<two>\n\n" + "[" * 6_000)
    assert rendered.html.startswith("<p>one</p>\n<p>&lt;two&gt;</p>\n<p>[[[")
    assert rendered.excerpt_html.startswith("<p>one &lt;two&gt; [[[")
    assert (rendered.toc, rendered.references) == ((), ())


@unit
def test_a_long_ordinary_post_is_rendered() -> None:
    text = "\n\n".join(f"## Part {number}\n\n{PROSE}" for number in range(IN_PROCESS // (len(PROSE) + 20)))
    assert len(text) > 0.95 * IN_PROCESS
    rendered = render(text)
    assert not rendered.plain
    assert len(rendered.toc) > 100


@unit
@pytest.mark.parametrize(
    "source",
    ["(" * 40 + "x" * 500, "{" * 3_000, "x" * 5_000, "[" * 9, "\\left(" * 60, "{(" * 20, "\\begin{matrix}" * 50],
)
def test_a_formula_that_would_hang_or_crash_is_refused(source: str) -> None:
    with pytest.raises(formulas.Refused):
        formulas.mathml(source, block=True)


@unit
@pytest.mark.parametrize("source", ["[0,1)", "f(g(h(x)))", "\\left( \\frac{a}{b} \\right]", "(((((((("])
def test_ordinary_brackets_are_not_refused(source: str) -> None:
    assert "<math" in formulas.mathml(source, block=False)


@pytest.mark.slow
@unit
def test_a_text_of_much_code_and_many_formulas_is_rendered_with_what_it_may_cost() -> None:
    code = "```python\n" + "value = measure(harbour, 'tide', 12)  # metres\n" * 600 + "```\n\n"
    rendered = render(code * 3 + "$x$ and " * 1_500)
    assert not rendered.plain
    assert rendered.html.count('<code class="language-python">') == 3
    assert '<span class="n">value</span>' in rendered.html
    assert rendered.html.count("measure") >= 1_800


@pytest.mark.slow
@unit
def test_hostile_code_is_shown_without_colours() -> None:
    rendered = render("```perl\n" + "m{" * 15_000 + "\n```")
    assert not rendered.plain
    assert '<span class="lang">Perl</span>' in rendered.html
    assert rendered.html.count("<span") == 1


# Processes


def test_a_long_text_is_rendered_by_a_process_of_its_own() -> None:
    text = "\n\n".join(f"## Part {number}\n\n{PROSE}" for number in range(300_000 // len(PROSE)))
    rendered = render(text)
    assert not rendered.plain
    assert rendered.toc[-1].title.startswith("Part")
    assert rendered.toc == compose(text, "en", UNITS_LONG).toc


def test_a_long_text_can_be_rendered_from_threads_and_from_a_server() -> None:
    text = f"{PROSE}\n\n" * 150
    results: list[bool] = []
    threads = [threading.Thread(target=lambda: results.append(render(text).plain)) for _ in range(3)]

    async def serve() -> list[bool]:
        return [(await asyncio.to_thread(render, text)).plain, render(text).plain]

    for thread in threads:
        thread.start()
    assert asyncio.run(serve()) == [False, False]
    for thread in threads:
        thread.join()
    assert results == [False] * 3


def test_a_process_that_takes_too_long_is_ended_and_the_text_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "SECONDS", 0.05)
    rendered = render(f"{PROSE}\n\n" * 150)
    assert rendered.plain
    assert rendered.warnings == (COSTLY,)


def test_a_text_that_is_too_long_is_kept_without_trying() -> None:
    assert render("word and word " * 250_000).warnings == (
        TextWarning(None, "The text is too long to render and is shown as it was written."),
    )


@pytest.mark.long
@pytest.mark.parametrize("size", [100_000, 1_000_000])
@pytest.mark.parametrize(
    "mark", [*punctuation, "![", "* a\n", "://a.", "xmpp:a", "[^", "^[", ":::a\n", "<ul><li>", "> a\n"]
)
def test_hostile_texts_end_in_time(mark: str, size: int) -> None:
    """Bounds with a wide margin, for busy machines; the benchmark measures."""
    from time import perf_counter

    start = perf_counter()
    render((mark * size)[:size])
    assert perf_counter() - start < (3 if size == 100_000 else 12)
