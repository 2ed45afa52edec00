"""Posts that a blog has in HTML."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transfer.folders import png
from tests.transfer.reading import read, told
from westmarch.transfer import html_posts, template_tags
from westmarch.transfer.items import Body

pytestmark = pytest.mark.unit

Files = dict[str, str | bytes]


def test_a_post_of_jekyll_in_html_keeps_its_tags(tmp_path: Path) -> None:
    text = """---
title: A
---
<h2>One</h2>
<p>a <a href="{% post_url 2020-01-02-b %}#x">b</a> <img src="{{ site.baseurl }}/p.png" alt="p"></p>
<ul><li>c</li></ul>
{% highlight python %}
if a < b: "<p>"

{% endhighlight %}
<!--more-->
<p>{% odd %} d</p>
"""
    files: Files = {
        "_config.yml": "title: x",
        "p.png": png(),
        "_posts/2020-01-01-a.html": text,
        "_posts/2020-01-02-b.md": "---\n---\nb",
    }
    item = read(tmp_path, files)["_posts/2020-01-01-a.html"]
    assert item.metadata.addresses == ("/2020/01/01/a.html",)
    assert item.body == (
        "## One\n\na [b](/2020/01/02/b.html#x) ![p](/p.png)\n\n- c\n\n"
        '```python\nif a < b: "<p>"\n```\n\n<!-- more -->\n\n{% odd %} d\n'
    )
    assert [one.path for one in item.pictures] == [tmp_path / "p.png"]
    assert told(item) == [(None, "'{% odd %}' is not known here; it stays as text")]


def test_a_page_of_jekyll_in_html_comes_in_and_a_template_does_not(tmp_path: Path) -> None:
    files: Files = {
        "_config.yml": "title: x",
        "about.html": "---\ntitle: About\n---\n<p>a</p>",
        "list.html": "---\n---\n{% for post in site.posts %}{{ post.title }}{% endfor %}",
        "plain.html": "<p>no front matter</p>",
    }
    found = read(tmp_path, files)
    assert {key: (item.metadata.kind, item.body) for key, item in found.items()} == {"about.html": ("page", "a\n")}


def test_a_page_of_hugo_in_html_keeps_its_shortcodes(tmp_path: Path) -> None:
    head = '+++\ntitle = "A"\ndate = 2020-01-01\n+++\n'
    text = head + '<p>a <a href="{{< ref "b" >}}">b</a></p>\n{{< youtube dQw4w9WgXcQ >}}'
    files: Files = {
        "hugo.toml": "",
        "content/posts/a.html": text,
        "content/posts/b.md": '+++\ntitle = "B"\ndate = 2020-01-02\n+++\n[a]({{< relref "a.html" >}})',
        "content/posts/no.html": "<p>no front matter</p>",
    }
    found = read(tmp_path, files)
    a = found["content/posts/a.html"]
    assert a.metadata.addresses == ("/posts/a/",)
    assert a.body == "a [b](/posts/b/)\n\nhttps://www.youtube.com/watch?v=dQw4w9WgXcQ\n"
    assert found["content/posts/b.md"].body == "[a](/posts/a/)\n"
    assert "content/posts/no.html" not in found


def test_an_article_of_pelican_in_html_has_its_fields_in_its_head(tmp_path: Path) -> None:
    text = """<!DOCTYPE html>
<html><head><title>A &amp; B</title>
<meta name="date" content="2020-01-01 10:00">
<meta name="Keywords" content="one, two"><meta name="slug" contents="own">
</head>
<body class="x"><p>a <a href="{filename}b.md">b</a></p></body></html>
"""
    files: Files = {
        "pelicanconf.py": "",
        "content/a.html": text,
        "content/b.md": "Title: B\nDate: 2020-01-02\n\nb",
        "content/extra/verify.html": "google-site-verification",
    }
    found = read(tmp_path, files)
    about = found["content/a.html"].metadata
    assert (about.title, about.tags, about.addresses, str(about.date)) == (
        "A & B", ("one", "two"), ("/own.html",), "2020-01-01 10:00:00+00:00",
    )  # fmt: skip
    assert found["content/a.html"].body == "a [b](/b.html)\n"
    assert "content/extra/verify.html" not in found


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(["<p>", "</p>", "{% raw %}", "{% endraw %}", "{% highlight x %}", "{% endhighlight %}",
                         "{{ a }}", "heldpiece0z", "<ul><li>", "a", "\n\n", "{%", "%}", "<!--more-->",
                         "<a href='{{ b }}'>c</a>"]),
        max_size=15,
    ).map("".join)
)  # fmt: skip
def test_no_tag_is_lost(text: str) -> None:
    tags = [text[tag.start : tag.end] for tag in template_tags.tags(Body(text))]
    found = html_posts.convert(Body(text), template_tags.tags, []).text
    for tag in {tag for tag in tags if tag in {"{{ a }}", "{% highlight x %}"}}:
        assert found.count(tag) == text.count(tag)
