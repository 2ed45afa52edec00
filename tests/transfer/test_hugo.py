"""Blogs of Hugo. The addresses that are expected are those that Hugo 0.147.9 lists for the same files."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.transfer.folders import png
from tests.transfer.reading import read, told

pytestmark = pytest.mark.unit

CONFIG = """
baseURL = "https://site.test/base/"
languageCode = "en-us"
defaultContentLanguage = "en"
[languages.en]
weight = 1
[languages.fr]
weight = 2
[permalinks]
blog = "/:year/:monthname/:day/:weekdayname/:yearday/:weekday/:sections/:sections[1:]/:sections[last]/:slug/"
docs = "/:section/:contentbasename/:title/:slugorcontentbasename"
"""
#: Files of content with their heads, and the addresses that Hugo gives them, plain and with `uglyURLs`.
ADDRESSES = {
    "posts/Hello World.md": ("title: Hello", "posts/hello-world/", "posts/hello-world.html"),
    "posts/bundle/index.md": ("title: B", "posts/bundle/", "posts/bundle.html"),
    "posts/bundle/index.fr.md": ("title: B", "fr/posts/bundle/", "fr/posts/bundle.html"),
    "posts/slug.md": ("slug: My Slug Ü!", "posts/my-slug-ü/", "posts/my-slug-ü.html"),
    "posts/url.md": ("url: /x/Y Z/own", "x/Y Z/own/", "x/Y Z/own/"),
    "posts/url2.fr.md": ("url: rel/own.html", "fr/rel/own.html", "fr/rel/own.html"),
    "posts/url3.fr.md": ("url: /abs/own", "abs/own/", "abs/own/"),
    "posts/url4.md": ("url: /:year/:slug/x\nslug: ss", "2020/ss/x/", "2020/ss/x/"),
    "posts/Über Uns/C# & v1.2 (b)--x.md": ("", "posts/über-uns/c#--v1.2-b--x/", "posts/über-uns/c#--v1.2-b--x.html"),
    "posts/a,b;c'd!e@f~g+h.md": ("", "posts/abcde@f~g+h/", "posts/abcde@f~g+h.html"),
    "posts/ _lead - dash.md": ("", "posts/-_lead---dash/", "posts/-_lead---dash.html"),
    "blog/deep/er/one.md": (
        'title: "Ünï Cødé: The (Title) & C#!"\ndate: 2020-01-01T00:30:00+09:00',
        "2020/january/01/wednesday/1/3/blog/deep/deep/deep/ünï-cødé-the-title-c/",
        "2020/january/01/wednesday/1/3/blog/deep/deep/deep/ünï-cødé-the-title-c.html",
    ),
    "blog/two.md": (
        'slug: "The Slug"\ndate: 2020-01-01T23:30:00-05:00',
        "2020/january/01/wednesday/1/3/blog/blog/the-slug/",
        "2020/january/01/wednesday/1/3/blog/blog/the-slug.html",
    ),
    "blog/deep/_index.md": ("title: Deep", "blog/deep/", "blog/deep.html"),
    "docs/hash.md": ('title: H\nslug: "c# x"', "docs/hash/h/c#-x/", "docs/hash/h/c#-x.html"),
    "docs/three.md": ('title: "Three 3.0"', "docs/three/three-3.0/three/", "docs/three/three-3.0/three.html"),
    "page/about.fr.md": ("title: A", "fr/page/about/", "fr/page/about.html"),
    "_index.fr.md": ("title: Home", "fr/", "fr/"),
}


def _site(config: str = CONFIG) -> dict[str, str | bytes]:
    files: dict[str, str | bytes] = {"hugo.toml": config}
    for name, (head, _, _) in ADDRESSES.items():
        dated = head if "date:" in head else f"{head}\ndate: 2020-01-02"
        files[f"content/{name}"] = f"---\n{dated.strip()}\n---\nText"
    return files


@pytest.mark.parametrize(("ugly", "place"), [(False, 1), (True, 2)])
def test_addresses_are_those_that_hugo_gives(tmp_path: Path, ugly: bool, place: int) -> None:
    found = read(tmp_path, _site(f"uglyURLs = {str(ugly).lower()}\n{CONFIG}"))
    assert {key.removeprefix("content/"): item.metadata.addresses[0] for key, item in found.items()} == {
        name: f"/base/{expected[place]}" for name, expected in ADDRESSES.items()
    }


def test_an_alias_without_a_slash_is_beside_the_page(tmp_path: Path) -> None:
    head = "---\ntitle: B\naliases: [old-one, /abs/two, /three.html]\n---\n"
    found = read(tmp_path, {"hugo.toml": "", "content/posts/b/index.md": head})
    assert found["content/posts/b/index.md"].metadata.addresses == (
        "/posts/b/", "/posts/old-one/", "/abs/two/", "/three.html",
    )  # fmt: skip


def test_posts_pages_sections_and_parts_of_bundles(tmp_path: Path) -> None:
    text = "---\ntitle: T\ndate: 2020-01-01\n---\nText"
    files: dict[str, str | bytes] = {
        "hugo.yaml": "theme: x", "content/about.md": text, "content/posts/a.md": text, "content/posts/_index.md": text,
        "content/posts/b/index.md": text, "content/posts/b/part.md": text, "content/posts/b/deep/index.md": text,
        "content/page/c.md": text, "content/notes/d.md": text, "layouts/x.md": text,
    }  # fmt: skip
    assert {key: item.metadata.kind for key, item in read(tmp_path, files).items()} == {
        "content/about.md": "page", "content/posts/a.md": "post", "content/posts/_index.md": "page",
        "content/posts/b/index.md": "post", "content/page/c.md": "page", "content/notes/d.md": "post",
    }  # fmt: skip


def test_translations_share_a_group_wherever_they_lie(tmp_path: Path) -> None:
    text = "---\ntitle: T\ndate: 2020-01-01\n---\nText"
    config = "languages: {en: {contentDir: content/en}, fr: {contentDir: content/fr, languageCode: fr-CA}, de: {}}"
    files: dict[str, str | bytes] = {
        "hugo.yaml": config, "content/en/posts/a.md": text, "content/fr/posts/a.md": text,
        "content/en/posts/a.de.md": text,
    }  # fmt: skip
    found = [item.metadata for item in read(tmp_path, files).values()]
    assert {(about.language, about.translation, about.addresses[0]) for about in found} == {
        ("en", "posts/a", "/posts/a/"), ("fr-CA", "posts/a", "/fr/posts/a/"), ("de", "posts/a", "/de/posts/a/"),
    }  # fmt: skip


def test_toml_front_matter_is_read_with_its_params_and_taxonomies(tmp_path: Path) -> None:
    head = (
        '+++\ntitle = "T"\ndate = 2020-01-02T03:04:05+02:00\nlastmod = 2020-02-03\ntags = ["a"]\ncategories = ["b"]\n'
        'series = ["Course"]\ndescription = "D"\n[params]\nauthor = "Ann"\nodd = 1\n'
        '[cover]\nimage = "c.png"\nalt = "w"\n+++\n'
    )
    files: dict[str, str | bytes] = {"hugo.toml": "", "content/posts/a/index.md": head, "content/posts/a/c.png": png()}
    item = read(tmp_path, files)["content/posts/a/index.md"]
    about = item.metadata
    assert (about.date, about.updated) == (
        datetime(2020, 1, 2, 1, 4, 5, tzinfo=UTC), datetime(2020, 2, 3, tzinfo=UTC),
    )  # fmt: skip
    assert (about.tags, about.topic, about.authors, about.summary) == (("b", "a"), "Course", ("Ann",), "D")
    assert (about.cover, about.cover_alt, about.extra) == ("/posts/a/c.png", "w", {"odd": 1})
    assert [picture.path for picture in item.pictures] == [tmp_path / "content/posts/a/c.png"]


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("draft: true", "draft"), ("published: false", "draft"), ("published: true", "published"),
        ("publishDate: 2030-01-01", "scheduled"), ("expiryDate: 2020-06-01", "draft"), ("headless: true", "draft"),
        ("build: {render: never}", "draft"),
    ],
)  # fmt: skip
def test_what_hugo_would_not_publish_comes_in_as_a_draft(tmp_path: Path, head: str, status: str) -> None:
    files: dict[str, str | bytes] = {
        "hugo.toml": "",
        "content/posts/a.md": f"---\ntitle: T\ndate: 2020-01-01\n{head}\n---\n",
    }
    assert read(tmp_path, files)["content/posts/a.md"].metadata.status == status


def test_dates_are_taken_from_names_where_the_configuration_says_so(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "hugo.toml": '[frontmatter]\ndate = [":filename", ":default"]',
        "content/posts/2019-03-04-b.md": "---\ntitle: B\n---\n",
    }  # fmt: skip
    about = read(tmp_path, files)["content/posts/2019-03-04-b.md"].metadata
    assert (about.addresses, about.date) == (("/posts/b/",), datetime(2019, 3, 4, tzinfo=UTC))


def test_a_folder_of_configuration_is_read_with_what_counts_in_production(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "config/_default/hugo.toml": 'baseURL = "https://example.org/"',
        "config/_default/permalinks.toml": 'posts = "/:slug"',
        "config/production/hugo.toml": 'baseURL = "https://x.test/b"',
        "content/posts/a.md": "---\ntitle: A B\ndate: 2020-01-01\n---\n",
    }  # fmt: skip
    about = read(tmp_path, files)["content/posts/a.md"].metadata
    assert (about.addresses, about.guid) == (("/b/a-b/",), "https://x.test/b/a-b/")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('[b]({{< relref "b.md#x" >}}) [b]({{% ref "/posts/b" %}})', "[b](/posts/b/#x) [b](/posts/b/)\n"),
        ('[c]({{< ref path="sub/c" >}}) [c]({{< relref "c.md" >}})', "[c](/posts/sub/c/) [c](/posts/sub/c/)\n"),
        ('[f]({{< ref path="b" lang="fr" >}}) [h]({{< ref "#h" >}})', "[f](/fr/posts/b/) [h](#h)\n"),
        ('a\n{{< figure src="/p.png" title="T" caption="C *d*" alt="A [b]" width="20px" >}}\nb',
         'a\n\n![A \\[b\\]](/p.png "**T** C *d*"){width=20}\n\nb\n'),
        ('{{< figure src="/p.png" attr="Ann" attrlink="https://x.org/" link="https://y.org" >}}',
         '[![](/p.png "[Ann](https://x.org/)")](https://y.org)\n'),
        ('{{< highlight go "linenos=table,hl_lines=2 4-5" >}}\nx\n```\n{{< / highlight >}}',
         "````go {2,4-5}\nx\n```\n````\n"),
        ('```go {linenos=true,hl_lines=[2,"4-5"]}\nx\n```', "```go {2,4-5}\nx\n```\n"),
        ("{{< rawhtml >}}<b>x</b>{{< /rawhtml >}}", "<b>x</b>\n"),
        ("{{< gist ann 0123 >}}", "[Gist ann/0123](https://gist.github.com/ann/0123)\n"),
        ("a\n{{< youtube id=\"abc_DEF-123\" >}}\nb", "a\n\nhttps://www.youtube.com/watch?v=abc_DEF-123\n\nb\n"),
        ("{{< vimeo 123 >}}", "https://vimeo.com/123\n"),
        ('{{< tweet user="ann" id="1" >}} {{< x user="bob" id="2" >}}',
         "[Post on X](https://x.com/ann/status/1) [Post on X](https://x.com/bob/status/2)\n"),
        ('{{% notice warning "Mind" %}}\na\n\nb\n{{% /notice %}}', "> [!WARNING] Mind\n> a\n>\n> b\n"),
        ("{{< tip >}}a{{< /tip >}}", "> [!TIP]\n> a\n"),
        ('{{< details summary="See" >}}\na\n{{< /details >}}', "::: details See\na\n:::\n"),
        ("{{< param odd >}} {{< param name=\"of.site\" >}}", "value here\n"),
        ("`{{</* figure src=\"x\" */>}}` {{%/* y */%}}", "`{{< figure src=\"x\" >}}` {{% y %}}\n"),
        ("a\n<!--more-->\nb", "a\n<!-- more -->\nb\n"),
    ],
)  # fmt: skip
def test_shortcodes_are_converted(tmp_path: Path, written: str, expected: str) -> None:
    head = "---\ntitle: T\ndate: 2020-01-01\n"
    files: dict[str, str | bytes] = {
        "hugo.yaml": "languages: {en: {}, fr: {}}\nparams: {of: {site: here}}",
        "content/posts/a.md": f"{head}odd: value\n---\n{written}", "content/posts/b.md": f"{head}---\n",
        "content/posts/b.fr.md": f"{head}---\n", "content/posts/sub/c/index.md": f"{head}---\n", "static/p.png": png(),
    }  # fmt: skip
    found = read(tmp_path, files)["content/posts/a.md"]
    assert (found.body, told(found)) == (expected, [])


def test_a_name_means_a_page_of_the_same_language_first(tmp_path: Path) -> None:
    head = "---\ntitle: T\ndate: 2020-01-01\n---\n"
    files: dict[str, str | bytes] = {
        "hugo.toml": '[languages.en]\n[languages.fr]\ncontentDir = "content_fr"',
        "content/posts/a.md": head + '[b]({{< relref "b" >}})',
        "content/posts/deep/b.md": head,
        "content_fr/posts/b.md": head,
    }
    assert read(tmp_path, files)["content/posts/a.md"].body == "[b](/posts/deep/b/)\n"


def test_unknown_shortcodes_stay_and_are_told_with_their_line(tmp_path: Path) -> None:
    text = '{{< odd x="1" >}}\ny\n{{< /odd >}}\n[z]({{< ref "gone.md" >}})\n{{< highlight go >}}\n'
    files: dict[str, str | bytes] = {
        "hugo.toml": "",
        "content/posts/a.md": f"---\ntitle: T\ndate: 2020-1-1\n---\n{text}",
    }
    found = read(tmp_path, files)["content/posts/a.md"]
    assert found.body == text
    assert [line for line, _ in told(found)] == [5, 8, 9]


def test_pictures_of_bundles_static_folders_and_other_languages_are_found(tmp_path: Path) -> None:
    head = "---\ntitle: T\ndate: 2020-01-01\n---\n"
    files: dict[str, str | bytes] = {
        "hugo.toml": '[languages.en]\n[languages.fr]\ncontentDir = "content_fr"\n[permalinks]\nposts = "/:year/:slug/"',
        "content/posts/a/index.md": f"{head}![](p.png) ![](/s.png) ![](deep/q.png)",
        "content_fr/posts/a/index.md": f"{head}![](p.png)",
        "content/posts/a/p.png": png(), "content/posts/a/deep/q.png": png(2), "static/s.png": png(3),
    }  # fmt: skip
    found = read(tmp_path, files)
    pictures = {
        key: [str(one.path and one.path.relative_to(tmp_path)) for one in item.pictures] for key, item in found.items()
    }
    assert pictures == {
        "content/posts/a/index.md": ["content/posts/a/p.png", "static/s.png", "content/posts/a/deep/q.png"],
        "content_fr/posts/a/index.md": ["content/posts/a/p.png"],
    }  # fmt: skip
