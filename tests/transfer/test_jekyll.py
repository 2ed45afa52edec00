"""Blogs of Jekyll."""

from pathlib import Path

import pytest

from tests.transfer.reading import read, told

pytestmark = pytest.mark.unit

NAME = "_posts/2020-01-02-a-post.md"


def addresses(
    tmp_path: Path, head: str = "", config: str = "", name: str = NAME, permalink: str | None = None
) -> tuple[str, ...]:
    found = read(tmp_path, {"_config.yml": config, name: f"---\n{head}\n---\nText"}, permalink=permalink)
    return found[name].metadata.addresses


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("date", "/c/2020/01/02/a-post.html"),
        ("pretty", "/c/2020/01/02/a-post/"),
        ("ordinal", "/c/2020/002/a-post.html"),
        ("weekdate", "/c/2020/W01/THU/a-post.html"),
        ("none", "/c/a-post.html"),
        ("/:year/:i_month/:i_day/:short_year-:title/", "/2020/1/2/20-a-post/"),
        ("/:long_month/:short_month/:long_day/:hour:minute/:slug", "/January/JAN/Thursday/0000/a-post"),
        ("/blog/:title:output_ext", "/blog/a-post.html"),
    ],
)
def test_addresses_follow_the_permalink_of_the_configuration(tmp_path: Path, style: str, expected: str) -> None:
    assert addresses(tmp_path, "category: c", f"permalink: {style}") == (expected,)
    assert addresses(tmp_path, "category: c", permalink=style) == (expected,)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("permalink: my/own", ("/my/own",)),
        ("permalink: /:year/x/", ("/2020/x/",)),
        ("slug: Other Thing", ("/2020/01/02/Other-Thing.html",)),
        ("date: 2020-03-04", ("/2020/03/04/a-post.html",)),
        ("date: 2020-01-03 00:30 +0100", ("/2020/01/02/a-post.html",)),
        ("date: 2020-01-02 23:30 -0800", ("/2020/01/03/a-post.html", "/2020/01/02/a-post.html")),
        ("redirect_from: [/old/, 'https://x.org/older?p=1']", ("/2020/01/02/a-post.html", "/old/", "/older")),
    ],
)
def test_addresses_follow_the_front_matter(tmp_path: Path, head: str, expected: tuple[str, ...]) -> None:
    assert addresses(tmp_path, head) == expected


def test_the_zone_of_the_configuration_decides_the_day_in_an_address(tmp_path: Path) -> None:
    found = addresses(tmp_path, "date: 2020-01-02 23:30 -0800", "timezone: America/Los_Angeles")
    assert found == ("/2020/01/02/a-post.html",)


def test_folders_above_posts_are_categories_and_folders_below_are_not(tmp_path: Path) -> None:
    name = "News/_posts/es/2020-01-02-a-post.md"
    found = read(tmp_path, {"_config.yml": "", name: "---\ncategories: x y\n---\nText"})[name].metadata
    assert found.addresses == ("/news/x/y/2020/01/02/a-post.html",)
    assert found.tags == ("News", "x", "y")


def test_the_front_matter_of_defaults_counts_where_a_file_says_nothing(tmp_path: Path) -> None:
    config = (
        "defaults:\n- scope: {path: '', type: posts}\n  values: {author: Ann, lang: de}\n"
        "- scope: {path: _posts/deep}\n  values: {lang: fr}\n"
    )
    deep = "_posts/deep/2020-01-02-b.md"
    found = read(tmp_path, {"_config.yml": config, NAME: "---\nauthor: Bob\n---\nA", deep: "B"})
    assert (found[NAME].metadata.authors, found[NAME].metadata.language) == (("Bob",), "de")
    assert (found[deep].metadata.authors, found[deep].metadata.language) == (("Ann",), "fr")


def test_drafts_unpublished_files_and_files_without_a_date_come_in_as_drafts(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "_drafts/idea.md": "Idea", "_posts/2020-01-02-b.md": "---\npublished: false\n---\nB", "_posts/undated.md": "C",
        "_posts/2030-01-01-later.md": "D",
    }  # fmt: skip
    found = {key: item.metadata for key, item in read(tmp_path, files).items()}
    assert {key: about.status for key, about in found.items()} == {
        "_drafts/idea.md": "draft", "_posts/2020-01-02-b.md": "draft", "_posts/undated.md": "draft",
        "_posts/2030-01-01-later.md": "scheduled",
    }  # fmt: skip
    assert found["_drafts/idea.md"].addresses == ()
    assert found["_posts/2020-01-02-b.md"].addresses == ("/2020/01/02/b.html",)


def test_pages_lie_where_their_file_does(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        NAME: "A", "about.md": "---\ntitle: About\n---\n", "docs/index.md": "---\n---\n",
        "docs/x.markdown": "---\n---\n",
        "README.md": "Not a page", "own.md": "---\npermalink: /mine/\n---\n",
    }  # fmt: skip
    plain = {key: item.metadata.addresses for key, item in read(tmp_path, files).items() if key != NAME}
    assert plain == {
        "about.md": ("/about.html",), "docs/index.md": ("/docs/",), "docs/x.markdown": ("/docs/x.html",),
        "own.md": ("/mine/",),
    }  # fmt: skip
    pretty = read(tmp_path, {"_config.yml": "permalink: pretty"})
    assert pretty["about.md"].metadata.addresses == ("/about/",)


def test_published_collections_come_in_as_pages(tmp_path: Path) -> None:
    config = "collections:\n  recipes: {output: true, permalink: '/r/:path/'}\n  secret: {output: false}\n"
    files: dict[str, str | bytes] = {
        "_config.yml": config,
        "_recipes/sub/cake.md": "---\n---\nA",
        "_secret/x.md": "---\n---\nB",
    }
    found = read(tmp_path, files)
    assert {key: item.metadata.addresses for key, item in found.items()} == {"_recipes/sub/cake.md": ("/r/sub/cake/",)}


def test_the_id_of_the_old_feed_is_kept(tmp_path: Path) -> None:
    found = read(tmp_path, {"_config.yml": "url: https://example.org\nbaseurl: /b", NAME: "A"})[NAME]
    assert found.metadata.guid == "https://example.org/b/2020/01/02/a-post"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{% highlight ruby linenos %}\nputs 1\n{% endhighlight %}", "```ruby\nputs 1\n```\n"),
        ("{% highlight c mark_lines=\"1 3-4\" %}\nx\n{% endhighlight %}", "```c {1,3-4}\nx\n```\n"),
        ("- a\n\n  {% highlight sh %}\n  ls\n  {% endhighlight %}", "- a\n\n  ```sh\n  ls\n  ```\n"),
        ("`{% raw %}{{ x }}{% endraw %}`", "`{{ x }}`\n"),
        ("```\n{{ page.title }}\n```", "```\nA Post\n```\n"),
        ("[b]({{ site.baseurl }}{% post_url 2020-01-03-b %})", "[b](/2020/01/03/b.html)\n"),
        ("[b]({% link _posts/2020-01-03-b.md %}#x)", "[b](/2020/01/03/b.html#x)\n"),
        ("[f]({% link files/f.pdf %})", "[f](/files/f.pdf)\n"),
        ("[x]({{ site.url }}{{ site.baseurl }}/y/) at {{ site.url }}", "[x](/y/) at https://example.org\n"),
        ("![]({{ '/i.png' | relative_url }})", "![](/i.png)\n"),
        ("![]({{ '/i.png' | prepend: site.baseurl }})", "![](/i.png)\n"),
        ("{{ site.title }} {{ page.mood }}", "Name good\n"),
        ('{% include figure.html src="/p.png" alt="A" caption="C" %}', '![A](/p.png "C")\n'),
        ("{% include video id='abc_DEF-123' provider='youtube' %}", "https://www.youtube.com/watch?v=abc_DEF-123\n"),
        ("a\n{% include toc.html %}\nb", "a\n\n[[toc]]\n\nb\n"),
        ('{% include tip.html content="Mind *this*" %}', "> [!TIP]\n> Mind *this*\n"),
        ("a {% comment %}{% raw %}b{% endcomment %} c", "a  c\n"),
        ("{% youtube dQw4w9WgXcQ %}", "https://www.youtube.com/watch?v=dQw4w9WgXcQ\n"),
        ("a\n\nb<!--more-->c", "a\n\nb<!-- more -->c\n"),
    ],
)  # fmt: skip
def test_tags_are_converted(tmp_path: Path, written: str, expected: str) -> None:
    files: dict[str, str | bytes] = {
        "_config.yml": "url: https://example.org\ntitle: Name", "files/f.pdf": "%PDF", "_posts/2020-01-03-b.md": "B",
        NAME: f"---\nmood: good\n---\n{written}",
    }  # fmt: skip
    assert read(tmp_path, files)[NAME].body == expected


def test_unknown_tags_stay_visible_and_are_told_with_their_line(tmp_path: Path) -> None:
    written = "---\ntitle: x\n---\n\n{% include x.html %}\n{{ content | nonsense }}\n{% post_url 1999-01-01-none %}\n"
    found = read(tmp_path, {NAME: written})[NAME]
    assert found.body == written.partition("---\n\n")[2]
    assert [line for line, _ in told(found)] == [5, 6, 7]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Text\n{: .warning}", "> [!WARNING]\n> Text\n"),
        ("> Quoted\n{: .note }\n\nNext", "> [!NOTE]\n> Quoted\n\nNext\n"),
        ("* TOC\n{:toc}", "[[toc]]\n"),
        ('[a](/x/){:target="_blank" #here}', "[a](/x/){#here}\n"),
        ("~~~\nx\n~~~\n{: .language-ruby}", "~~~ruby\nx\n~~~\n"),
        ("a\n{::comment}\nhidden\n{:/comment}\nb", "a\nb\n"),
        ("`{: .x}`", "`{: .x}`\n"),
    ],
)
def test_what_kramdown_writes_in_its_own_way_is_converted(tmp_path: Path, written: str, expected: str) -> None:
    assert read(tmp_path, {NAME: written})[NAME].body == expected


def test_the_separator_of_the_excerpt_is_ours(tmp_path: Path) -> None:
    written = '---\nexcerpt_separator: "\\n---\\n"\n---\nFirst\n\n---\n\nSecond'
    assert read(tmp_path, {NAME: written})[NAME].body == "First\n\n<!-- more -->\n\nSecond\n"


def test_links_between_files_become_paths(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "_config.yml": "url: https://example.org",
        NAME: "[a](2020-01-03-b.md) [b](../03/b.html) [c](https://example.org/2020/01/03/b.html) [d](https://example.org/z)",
        "_posts/2020-01-03-b.md": "B",
    }
    assert read(tmp_path, files)[NAME].body == (
        "[a](/2020/01/03/b.html) [b](/2020/01/03/b.html) [c](/2020/01/03/b.html) [d](https://example.org/z)\n"
    )


def test_a_link_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, {NAME: "a\n\n[x](/nowhere/) [y](/tags/) [z](mailto:a@b.c)"})[NAME]
    assert told(found) == [(3, "the link to '/nowhere/' leads to nothing in this blog")]
