"""Blogs of Hexo."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.transfer.folders import png
from tests.transfer.reading import read, told
from westmarch.transfer.hexo import slugized

pytestmark = pytest.mark.unit

NAME = "source/_posts/a-post.md"
HEAD = "title: A title\ndate: 2020-01-02 10:20:30\n"


@pytest.mark.parametrize(
    ("config", "head", "expected"),
    [
        ("", "", "/2020/01/02/a-post/"),
        ("permalink: :category/:title.html", "categories: [Über Uns, Sub]", "/Uber-Uns/Sub/a-post.html"),
        ("permalink: :category/:title/", "", "/uncategorized/a-post/"),
        ("permalink: posts/:abbrlink.html", "abbrlink: 4a17b156", "/posts/4a17b156.html"),
        ("permalink: :post_title/:i_month/:hour-:minute-:second/", "", "/a-title/1/10-20-30/"),
        ("permalink: :lang/:title/\npermalink_defaults: {lang: en}", "", "/en/a-post/"),
        ("", "permalink: my/own", "/my/own.html"),
        ("category_map: {Foo: bar}\npermalink: :category/:name/", "categories: Foo", "/bar/a-post/"),
    ],
)  # fmt: skip
def test_addresses_follow_the_configuration(tmp_path: Path, config: str, head: str, expected: str) -> None:
    found = read(tmp_path, {"_config.yml": f"new_post_name: :title.md\n{config}", NAME: f"{HEAD}{head}\n---\nText"})[
        NAME
    ]
    assert found.metadata.addresses == (expected,)


def test_the_title_in_an_address_is_the_path_of_the_file(tmp_path: Path) -> None:
    name = "source/_posts/deep/中文 C#.md"
    assert read(tmp_path, {name: f"{HEAD}---\n"})[name].metadata.addresses == ("/2020/01/02/deep/中文 C#/",)


def test_dates_are_in_the_zone_of_the_configuration(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "_config.yml": "post_asset_folder: true\ntimezone: Asia/Shanghai",
        "source/_posts/a.md": "---\ntitle: A\ndate: 2020-01-31 20:00:00\n---\nx",
    }
    about = read(tmp_path, files)["source/_posts/a.md"].metadata
    assert (about.date, about.addresses) == (datetime(2020, 1, 31, 12, tzinfo=UTC), ("/2020/01/31/a/",))


def test_dates_in_names_are_read_by_the_configured_pattern(tmp_path: Path) -> None:
    name = "source/_posts/2019-03-04-b.md"
    found = read(tmp_path, {"_config.yml": "new_post_name: :year-:month-:day-:title.md", name: "title: B\n---\n"})[name]
    assert found.metadata.addresses == ("/2019/03/04/b/",)


def test_pages_and_drafts(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        NAME: f"{HEAD}---\n", "source/_drafts/idea.md": "title: Idea\n---\n",
        "source/about/index.md": "title: About\n---\n",
        "source/x.md": "title: X\n---\n", "source/_data/y.md": "Y",
    }  # fmt: skip
    found = {key: item.metadata for key, item in read(tmp_path, files).items()}
    assert {key: (about.kind, about.status, about.addresses) for key, about in found.items() if key != NAME} == {
        "source/_drafts/idea.md": ("post", "draft", ()),
        "source/about/index.md": ("page", "published", ("/about/",)),
        "source/x.md": ("page", "published", ("/x.html",)),
    }


def test_nested_categories_are_branches_and_become_tags(tmp_path: Path) -> None:
    head = f"{HEAD}categories:\n- [A, B]\n- [C]\ntags: one\n"
    found = read(tmp_path, {"_config.yml": "permalink: :category/:title/\nskip_render: x", NAME: f"{head}---\n"})[
        NAME
    ].metadata
    assert (found.tags, found.addresses) == (("A", "B", "C", "one"), ("/C/a-post/",))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("{% codeblock %}\nx\n{% endcodeblock %}", "```\nx\n```\n"),
        ("{% codeblock The title lang:js https://x.org/ see mark:1,3-4 %}\n{{ x }}\n{% endcodeblock %}",
         '```js title="The title" {1,3-4}\n{{ x }}\n```\n\n[see](https://x.org/)\n'),
        ("{% code lang:sh %}\n```\n{% endcode %}", "````sh\n```\n````\n"),
        ("{% blockquote Ann, A Book %}\na\n\nb\n{% endblockquote %}", "> a\n>\n> b\n>\n> — **Ann**, *A Book*\n"),
        ("{% quote Ann https://x.org/y Title %}a{% endquote %}", "> a\n>\n> — **Ann**, [Title](https://x.org/y)\n"),
        ("{% pullquote left %}\na\n{% endpullquote %}", "> a\n"),
        ("{% youtube abc_DEF-123 %}", "https://www.youtube.com/watch?v=abc_DEF-123\n"),
        ("{% youtube PL123 'playlist' %}", "https://www.youtube.com/playlist?list=PL123\n"),
        ("{% vimeo 123 %}", "https://vimeo.com/123\n"),
        ("{% iframe //player.vimeo.com/video/12 %}", "https://vimeo.com/12\n"),
        ("{% iframe https://maps.example.org/a b %}", "[maps.example.org](https://maps.example.org/a)\n"),
        ("{% img left /i.png 300 200 'The title' 'The alt' %}",
         '![The alt](/i.png "The title"){width=300 height=200}\n'),
        ("{% link A text https://x.org true A title %}", '[A text](https://x.org "A title")\n'),
        ("{% post_link b %} {% post_link b 'Other [words]' %} {% post_path b#c %}",
         "[B](/2020/01/03/b/) [Other \\[words\\]](/2020/01/03/b/) /2020/01/03/b/#c\n"),
        ("{% include_code lang:python from:2 to:3 x.py %}", '```python title="x.py"\nb\nc\n```\n'),
        ("{% raw %}{% youtube x %}{% endraw %}", "{% youtube x %}\n"),
        ("`{% youtube x %}`\n\n```\n{% youtube x %}\n```", "`{% youtube x %}`\n\n```\n{% youtube x %}\n```\n"),
        ("``` js The title https://x.org link mark:2\nx\n```", '```js title="The title" {2}\nx\n```\n\n[link](https://x.org)\n'),
        ("a\n<!--more-->\nb", "a\n<!-- more -->\nb\n"),
    ],
)  # fmt: skip
def test_tags_are_converted(tmp_path: Path, written: str, expected: str) -> None:
    files: dict[str, str | bytes] = {
        NAME: f"{HEAD}---\n{written}", "source/_posts/b.md": "title: B\ndate: 2020-01-03\n---\n",
        "source/downloads/code/x.py": "a\nb\nc\nd\n",
    }  # fmt: skip
    found = read(tmp_path, files)[NAME]
    assert found.body == expected
    assert [
        message for _, message in told(found) if "leads to nothing" not in message and "left as" not in message
    ] == []


def test_unknown_tags_stay_and_are_told(tmp_path: Path) -> None:
    found = read(tmp_path, {NAME: f"{HEAD}---\n{{% note info %}}\nx\n{{% endnote %}}\n{{% post_link nope %}}"})[NAME]
    assert found.body == "{% note info %}\nx\n{% endnote %}\n{% post_link nope %}\n"
    assert [line for line, _ in told(found)] == [4, 7]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("p.png 30 20 \"A title\" 'and words'", '![and words](p.png "A title"){width=30 height=20}'),
        ("p.png 'A title' \"Ann's words\"", '![Ann\'s words](p.png "A title")'),
        ("\"p.png\" 'A title' 'words'", '![words](p.png "A title")'),
        ("p.png Ann's own title", '![](p.png "Ann\'s own title")'),
    ],
)
def test_words_for_a_picture_may_stand_in_quotes_of_either_kind(tmp_path: Path, written: str, expected: str) -> None:
    found = read(tmp_path, {"_config.yml": "new_post_name: x", NAME: f"{HEAD}---\n{{% img {written} %}}"})[NAME]
    assert found.body.replace("/2020/01/02/a-post/", "") == f"{expected}\n"


def test_pictures_of_a_posts_own_folder_are_found(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "_config.yml": "post_asset_folder: true", NAME: f"{HEAD}---\n{{% asset_img p.png A title %}} ![](p.png)",
        "source/_posts/a-post/p.png": png(),
    }  # fmt: skip
    found = read(tmp_path, files)[NAME]
    assert [picture.path for picture in found.pictures] == [tmp_path / "source/_posts/a-post/p.png"]
    assert found.body == '![](/2020/01/02/a-post/p.png "A title") ![](/2020/01/02/a-post/p.png)\n'


def test_slugs_are_made_as_hexo_makes_them() -> None:
    assert slugized("Café & C++: 中文!") == "Cafe-C-中文"
