"""What rendering costs: `python benchmarks/bench_markdown.py [--quick]`.

First ordinary posts, in milliseconds of processor time each, beside the bare parser without any of our syntax; then
texts made to be slow, in seconds of wall time, the worst of them printed. The budget: 100 KB of any single punctuation
mark in 0.5 s, 1 MB in 5 s; the combinations that are quadratic in the libraries are held to the same.
"""

import argparse
import json
import sys
from collections.abc import Callable
from string import punctuation
from time import perf_counter, process_time

from markdown_it import MarkdownIt

from westmarch.text.markdown import render

PARAGRAPH = (
    "The machine stood in *Washington*, in the offices of the [Coast Survey](/survey/). It was eleven feet long, six "
    "high and two deep, and it weighed as much as a small car. You set it for a harbour, you turned a handle, and it "
    "told you the height of the sea at any minute of any day in any year you liked. It didn't ask for `more`.\n\n"
)
POST = (
    "".join(f"## Part {number}\n\n{PARAGRAPH * 3}" for number in range(3))
    + '> A "quotation" -- and a list:\n\n- one\n- two with https://example.org/\n- three\n\n'
    + "```python\ndef trains(ratio):\n    return sorted(found)\n```\n\nA note.[^1]\n\n[^1]: The note.\n"
)
LONG = "".join(f"## Part {number}\n\n{PARAGRAPH * 3}" for number in range(300))

COMBINATIONS = (
    *(
        "[a",
        "[a](",
        "![",
        "![a](b)",
        "[[a]]",
        "[^a]",
        "[^",
        "^[",
        "[^1]^[",
        "](",
        "[a]: b\n",
        "<b ",
        '<a href="',
        "<!--",
    ),
    *(
        "<ul><li>",
        "<div>\n",
        "* a\n",
        "- [ ] a\n",
        "1. a\n",
        "> a\n",
        "> > > > a\n",
        "# a\n",
        "a\n\n",
        "a\n=\n",
        "|a|\n",
    ),
    *(
        "|a|b|\n|-|-|\n",
        "a\n: b\n",
        "://a.",
        "https://a.b ",
        "www.a.",
        "xmpp:a",
        "a@b.c ",
        ":a:",
        ":::a\n",
        "::: note\n",
    ),
    *(
        "$a",
        "$a$ ",
        "$$\n",
        "\\(",
        "\\[\n",
        "'a ",
        "\"'",
        "**a",
        "*a_",
        "==a",
        "~a",
        "^a",
        "`a",
        "```\n",
        "{.a}",
        "&a;",
        "\\a",
    ),
)

NAMED = ("[a", "![", "* a\n", "'a ", "://a.", "xmpp:a", "[^", "^[", ":::a\n", "<ul><li>", "$a")
"""Those that take the libraries from seconds to minutes."""
SIZES = (100_000, 1_000_000)


def milliseconds(make: Callable[[str], object], text: str, turns: int = 50) -> float:
    """The best processor time of a call, in milliseconds."""
    best = float("inf")
    for _ in range(turns):
        start = process_time()
        make(text)
        best = min(best, process_time() - start)
    return best * 1_000


def seconds(text: str) -> float:
    """The wall time of one rendering."""
    start = perf_counter()
    render(text)
    return perf_counter() - start


def measure(*, quick: bool) -> dict[str, dict[str, float]]:
    """All figures."""
    render(POST)
    bare = MarkdownIt("commonmark").render
    posts = {
        f"a post of {len(POST.split())} words, ms": milliseconds(render, POST),
        "the same by the bare parser, ms": milliseconds(bare, POST),
        f"prose of {len(LONG) // 1_000} KB, in a process of its own, ms": seconds(LONG) * 1_000,
    }
    slow: dict[str, float] = {}
    for size in SIZES[:1] if quick else SIZES:
        combinations = COMBINATIONS if size == SIZES[0] else NAMED
        for name, pieces in (("one mark", tuple(punctuation)), ("a combination", combinations)):
            worst = max((seconds((piece * size)[:size]), piece) for piece in pieces)
            slow[f"{size // 1_000} KB of {name}, worst {worst[1]!r}, s"] = worst[0]
    return {"posts": posts, "slow": slow}


def main() -> None:
    """Measure, and print tables or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave the texts of 1 MB out")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measure(quick=given.quick)
    if given.json:
        json.dump(found, sys.stdout)
        return
    for figures in found.values():
        for name, figure in figures.items():
            print(f"{name:62} {figure:8.2f}")


if __name__ == "__main__":
    main()
