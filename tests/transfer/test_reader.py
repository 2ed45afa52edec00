"""Whatever lies in a folder: reading it ends, with an item or with a sentence."""

import time
from datetime import UTC
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.transfer.folders import write
from tests.transfer.reading import NOW, read
from westmarch.transfer.blogs import Options
from westmarch.transfer.items import Entry, Item, Unread
from westmarch.transfer.reader import BlogReader
from westmarch.transfer.recognition import blogs

pytestmark = pytest.mark.unit

PROGRAMS = {
    "jekyll": "_posts/2020-01-02-a.md",
    "hexo": "source/_posts/a.md",
    "hugo": "content/posts/a.md",
    "zola": "content/blog/a.md",
    "eleventy": "posts/a.md",
    "astro": "src/content/blog/a.md",
    "obsidian": "a.md",
    "notion": "A 0123456789abcdef0123456789abcdef.md",
    "pelican": "content/a.md",
    "plain": "a.md",
}
PIECES = [
    "---\n", "title: x\n", "date: 2020-13-45\n", "date: '2020-01-01 25:00'\n", "tags: [a, {b: c}]\n",
    "tags: {a: 1}\n", "permalink: /:year/../:x/{y}\n", "slug: [1]\n", "author: {name: [x]}\n", "series: [{}]\n",
    "part: -1\n", "aliases: {a: b}\n", "cover: [{src: 1}]\n", "published: maybe\n", "lang: '../x'\n",
    "categories: [[a, [b]], null]\n", "\n", "Title: y\n", "[a](b.md)", "![p](../../x.png)", "{% raw %}",
    "{% endraw %}", "{% highlight c %}", "{% endhighlight %}", "{{ page.title }}", "{% post_url x %}",
    "{% codeblock %}", "{% endcodeblock %}", "{% img a b %}", "{filename}", "{: .note}\n", "    :::python\n    x\n",
    "!!! note\n    a\n", "```\n", "`", "<img src='x'>", "[r]: /x y\n", "<!-- more -->", "\t", "|filename|a.md",
    "http://[::1", "%zz", "{{< figure src=\"a\" >}}", "{{% /notice %}}", "{{< notice >}}", "{{</* x */>}}",
    "{{ youtube(id='a') }}", "{% note() %}", "{% end %}", "[x](@/a.md)", "[[a]]", "![[a|3]]", "%%", "#tag", "> [!x]- ",
    "<aside>", "</aside>", "# A\n\n", "Tags: a, b\n",
    "date: 2020-01-01T00:00:00+23:59\n", "url: ':year/:x'\n", "expiryDate: 0001-01-01\n", "build: {render: never}\n",
]  # fmt: skip
HOSTILE = [
    "{%", "{{ a }}", "[", "](", "![](a ", "`", "{: ", "!!! a\n", "    :::x\n", "- ", "> ", "<img src='", "\n[a]: b",
    "|x|",
]  # fmt: skip
#: What would be slow in one program's own way of writing.
OWN = {
    "hugo": ["{{<", "{{< x >}}", "{{< notice >}}", "{{< /notice >}}", '{{< figure "\\"', "{{</*"],
    "zola": ["{{", "{% a() %}", "{% note() %}", '{{ a(b="', "{% end %}"],
    "eleventy": ["{% include a b="],
    "obsidian": ["[[", "![[a|", "%%", "% ", " ^", "> > ", "#", "#1", "> [!"],
    "notion": ["<aside>", "<aside> ", "A: b\n", "Tags: b\n"],
}
PIECES_OF = [(program, piece) for program in ("jekyll", "hexo", "pelican", "plain") for piece in HOSTILE]
PIECES_OF += [(program, piece) for program, pieces in OWN.items() for piece in pieces]
WRITTEN = st.lists(st.sampled_from(PIECES), max_size=25).map(lambda pieces: "".join(pieces).encode())
TEXTS = st.one_of(st.binary(max_size=200), WRITTEN)


def item(folder: Path, program: Any, content: bytes) -> Item | Unread:
    """The one file of a folder, read as a file of this program."""
    write(folder, {PROGRAMS[program]: content})
    (blog,) = blogs(folder, program, Options(folder, UTC, NOW), "/{slug}/")
    reader = BlogReader(blog, 0, folder, "")
    (entry,) = list(reader.entries())
    return reader.item(entry.source) if isinstance(entry, Entry) else entry


@pytest.mark.slow
@pytest.mark.parametrize("program", list(PROGRAMS))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(content=TEXTS)
def test_any_content_becomes_an_item_or_is_told(tmp_path: Path, program: str, content: bytes) -> None:
    found = item(tmp_path, program, content)
    if isinstance(found, Unread):
        assert found.reason
        return
    about = found.metadata
    assert about.title.strip()
    assert all(address.startswith("/") for address in about.addresses)
    assert (about.date is None) or about.date.tzinfo is UTC
    assert found.body == "" or found.body.endswith("\n")


@pytest.mark.slow
@pytest.mark.parametrize(("program", "piece"), PIECES_OF)
def test_hostile_texts_take_no_longer_than_their_length_allows(tmp_path: Path, program: str, piece: str) -> None:
    text = "---\ntitle: x\ndate: 2020-01-01\n---\n" + piece * (30_000 // len(piece))
    began = time.process_time()
    item(tmp_path, program, text.encode())
    assert time.process_time() - began < 1.5


@pytest.mark.parametrize("permalink", [None, "/:year/:title/"])
@pytest.mark.parametrize("written", ["0001-01-01T00:00:00Z", "9999-12-31T23:30:00Z"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_date_at_the_ends_of_time_stops_nothing_wherever_the_site_is(
    tmp_path: Path, program: str, written: str, permalink: str | None
) -> None:
    head = {"notion": f"# T\n\nDate: {written}\n\n", "pelican": f"Title: T\nDate: {written}\n\n"}
    text = head.get(program, f"---\ntitle: T\ndate: {written}\n---\n") + "Text\n"
    for zone in ("America/New_York", "Asia/Tokyo"):
        (item,) = read(tmp_path, {PROGRAMS[program]: text}, program, permalink, ZoneInfo(zone)).values()
        assert item.metadata.date is None or 2000 < item.metadata.date.year < 2100


@pytest.mark.parametrize(("zone", "read_as"), [("America/New_York", "draft"), ("Asia/Tokyo", "scheduled")])
def test_a_day_in_a_name_at_the_end_of_time_is_none_where_it_ends_after_all_years(
    tmp_path: Path, zone: str, read_as: str
) -> None:
    files: dict[str, str | bytes] = {"_posts/9999-12-31-a.md": "---\ntitle: T\n---\nText\n"}
    (item,) = read(tmp_path, files, zone=ZoneInfo(zone)).values()
    assert item.metadata.status == read_as
