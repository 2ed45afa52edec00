"""What a file is that somebody offers for import."""

import io
import zipfile
from pathlib import Path

import pytest

from westmarch.errors import Invalid
from westmarch.transfer.offered import recognised

pytestmark = pytest.mark.unit


def zipped(*names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "command"),
    [
        ("a.md", b"hello", "markdown"),
        ("A.HTML", b"<p>", "markdown"),
        ("posts.csv", b"title;text", "csv"),
        ("blog.xml", b'<rss xmlns:wp="http://wordpress.org/export/1.2/"><channel>', "wordpress"),
        ("blog.xml", b"<feed><id>tag:blogger.com,1999:blog-1</id>", "blogger"),
        ("feed.atom", b"<?xml?><feed xmlns='http://www.w3.org/2005/Atom'>", "feed"),
        ("ghost.json", b'{"db": [{"meta": {}}]}', "ghost"),
        ("site.json", b'{\n "format": 1,\n "url": "https://a.example"}', "json"),
        ("blog.zip", zipped("blog/_posts/a.md", "blog/feed.xml"), "markdown"),
        ("a.zip", zipped("posts.csv", "posts/1.a.html"), "substack"),
        ("a.zip", zipped("posts/2020_a.html", "profile/profile.html"), "medium"),
        ("a.zip", zipped("posts.zip", "media/1.png"), "tumblr"),
        ("a.zip", zipped("Takeout/Blogger/Blogs/A/feed.atom"), "blogger"),
        ("a.zip", zipped("blog.wordpress.2026.xml"), "wordpress"),
        ("a.zip", zipped("data/a.ghost.json", "content/images/a.png"), "ghost"),
        ("a.zip", zipped("index.html"), "markdown"),
    ],
)
def test_a_file_is_recognised(tmp_path: Path, name: str, content: bytes, command: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert recognised(path) == command


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.exe", b"MZ", "Nothing tells what a.exe is."),
        ("a.xml", b"<html>", "Nothing tells what a.xml is."),
        ("a.json", b"[]", "Nothing tells what a.json is."),
        ("a.zip", b"PK nothing", "a.zip is no zip file that can be read."),
        ("a.zip", zipped("a.md")[:-30], "a.zip is no zip file that can be read."),
        ("a.zip", b"PK\x05\x06" + b"\0" * 8 + b"\xff" * 4 + b"\0" * 6, "a.zip holds too many files to look at."),
        ("a.zip", b"PK\x05\x06" + b"\1\0\0\0" * 4 + b"\0\0", "a.zip is no zip file that can be read: "),
    ],
)
def test_another_one_is_refused(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Invalid) as refused:
        recognised(path)
    assert refused.value.message.startswith(said)
    assert refused.value.place == "file"
