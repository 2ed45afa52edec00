"""`westmarch import` of exports, as a person types it."""

import json
from functools import partial
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.transfer.exports.blogger.writing import Text, classic, takeout
from tests.transfer.exports.test_medium import Story, page
from tests.transfer.exports.test_substack import Letter, files
from tests.transfer.exports.test_syndication import Entry, rss
from tests.transfer.exports.tumblr.writing import Post
from tests.transfer.exports.tumblr.writing import page as tumblr_page
from tests.transfer.exports.zipping import with_link, zipped
from tests.transfer.folders import png
from tests.transfer.serving import served
from westmarch.cli.main import app
from westmarch.transfer import fetching
from westmarch.transfer.exports.csv_ import COLUMNS

pytestmark = pytest.mark.unit


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    assert CliRunner().invoke(app, ["--site", str(folder), "init"]).exit_code == 0
    return folder


def run(site: Path, *arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["--site", str(site), "import", *map(str, arguments)])
    return result.exit_code, result.output


@pytest.mark.slow
def test_blogger(site: Path, tmp_path: Path) -> None:
    path = classic(tmp_path / "blog.xml", Text(1), Text(2))
    assert run(site, "blogger", path, "--dry-run") == (0, "Would be: 2 imported.\n")
    status, output = run(site, "blogger", path)
    assert status == 0
    assert output.startswith("2 imported.\n")
    assert run(site, "blogger", path) == (0, "2 unchanged.\n")
    feed = takeout(tmp_path / "feed.atom", Text(1), Text(2), Text(3)).read_bytes()
    one = zipped(tmp_path / "one.zip", {"Takeout/Blogger/Blogs/A/feed.atom": feed, "Takeout/Blogger/settings.csv": "x"})
    assert run(site, "blogger", one, "--url", "https://old.blogspot.com")[1].startswith("1 imported, 2 unchanged.\n")
    two = zipped(tmp_path / "two.zip", {"Takeout/A/feed.atom": feed, "Takeout/B/feed.atom": feed})
    assert "two.zip holds 2 blogs of Blogger" in run(site, "blogger", two)[1]


def test_feed(site: Path, tmp_path: Path) -> None:
    status, output = run(site, "feed", rss(tmp_path / "feed.xml", Entry(1), Entry(2)))
    assert (status, output.partition(".")[0]) == (0, "2 imported")


@pytest.mark.slow
def test_medium_and_substack(site: Path, tmp_path: Path) -> None:
    stories = zipped(tmp_path / "medium.zip", {f"posts/{Story(1).name}": page(Story(1))})
    status, output = run(site, "medium", stories)
    assert (status, output.partition(".")[0]) == (0, "1 imported")
    status, output = run(site, "substack", zipped(tmp_path / "substack.zip", files(Letter(1), Letter(2))))
    assert (status, output.partition(".")[0]) == (0, "2 imported")
    status, output = run(site, "substack", with_link(tmp_path / "link.zip", "posts.csv", "/etc/passwd"))
    assert status == 2
    assert "link.zip is refused: 'posts.csv' is a link or no regular file." in output


def test_tumblr(site: Path, tmp_path: Path) -> None:
    inner = zipped(tmp_path / "posts.zip", {"html/1.html": tumblr_page(Post(1))})
    blog = zipped(tmp_path / "tumblr.zip", {"posts.zip": inner.read_bytes(), "media/1.png": png()})
    status, output = run(site, "tumblr", blog)
    assert (status, output.partition(".")[0]) == (0, "1 imported")
    assert len([one for one in (site / "media").rglob("*.png") if one.is_file()]) == 1


def test_csv_says_which_columns_it_knows(site: Path, tmp_path: Path) -> None:
    path = tmp_path / "posts.csv"
    path.write_text("title;text;date\nA;B;2020-02-31\n")
    status, output = run(site, "csv", path)
    assert status == 1
    assert "posts.csv" in run(site, "csv", "--help")[1]
    assert "row-" in output
    assert "there is no such day as '2020-02-31'" in output
    words = run(site, "csv", "--help")[1].replace(",", " ").replace(".", " ").split()
    assert set(COLUMNS) <= set(words)


def test_what_is_none_is_refused_with_a_sentence(site: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_text("nothing")
    status, output = run(site, "blogger", path)
    assert status == 2
    assert "x.xml is no export of Blogger" in output
    status, output = run(site, "blogger", tmp_path / "away.xml")
    assert status == 2
    assert "away.xml cannot be read: No such file" in output


@pytest.mark.slow
@pytest.mark.parametrize("command", ["blogger", "medium", "substack", "feed"])
def test_fetch_asks_only_the_host_that_it_names_and_none_of_this_machine(
    site: Path, tmp_path: Path, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served({"/a.png": png()}) as server:
        here = f"localhost:{server.server_port}"
        text = f'<p>Text.</p><figure><img src="http://{here}/a.png"></figure><p><img src="http://b.example/b.png"></p>'
        path = {
            "blogger": lambda: classic(tmp_path / "blog.xml", Text(1, content=text)),
            "medium": lambda: zipped(tmp_path / "m.zip", {f"posts/{Story(1).name}": page(Story(1, body=text))}),
            "substack": lambda: zipped(tmp_path / "s.zip", files(Letter(1, text=text))),
            "feed": lambda: rss(tmp_path / "feed.xml", Entry(1, content=text)),
        }[command]()
        report = tmp_path / "report.json"
        assert "is no host" in run(site, command, path, "--fetch", "*.example")[1]
        assert run(site, command, path, "--fetch", here, "--report", report)[0] == 0
        assert server.asked == []
        (lost,) = json.loads(report.read_bytes())["media"]
        assert (lost["fate"], lost["reason"].partition(" is at ")[0]) == ("missing", "localhost")
        monkeypatch.setattr(fetching, "Fetcher", partial(fetching.Fetcher, public=lambda _: True))
        assert run(site, command, path, "--fetch", here, "--dry-run")[0] == 0
        assert server.asked == []
        assert run(site, command, path, "--fetch", here, "--report", report)[0] == 0
        assert server.asked == ["/a.png"]
        (came,) = json.loads(report.read_bytes())["media"]
        assert (came["fate"], came["path"]) == ("imported", f"http://{here}/a.png")
