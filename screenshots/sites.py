"""The sites to look at, each with its pages: made when asked for, in a folder that is thrown away."""

import re
import subprocess
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import text

from benchmarks.filling import fill
from screenshots import texts
from tests.cli.test_doctor import write
from tests.quality.sites import FOUND, KINDS, WRITTEN, furnish
from tests.serving import COMMAND, serving

BLOGS = {
    "jekyll": "blog-jekyll-jekyll/docs",
    "hexo": "blog-hexo-unit-test/source",
    "pelican": "blog-pelican-mawenbao-zh",
}
#: Posts of a blog that are looked at: the longest pages.
OF_A_BLOG = 4


@dataclass(frozen=True, slots=True)
class Site:
    """How a site is made in a folder, and its pages by name; none are named where the longest posts are to be found."""

    make: Callable[[Path], None]
    pages: Mapping[str, str]
    environment: str = "production"


def _command(folder: Path, *arguments: str) -> None:
    subprocess.run([*COMMAND, "--site", str(folder), *arguments], check=True, stdout=subprocess.DEVNULL)


def demonstration(folder: Path) -> None:
    """The demonstration, with few posts on a page."""
    _command(folder, "init", "--demo")
    furnish(folder)


def empty(folder: Path) -> None:
    """A site as `init` makes it."""
    _command(folder, "init", "--title", "Slack Water")


def of(files: texts.Files, language: str = "en") -> Callable[[Path], None]:
    """A site of imported files."""

    def make(folder: Path) -> None:
        title = {"zh": "平潮", "ar": "ماءٌ ساكن"}.get(language, "Slack Water")
        _command(folder, "init", "--title", title, "--language", language)
        _command(folder, "import", "markdown", str(texts.write(folder / "texts", files)))

    return make


def of_many(folder: Path) -> None:
    """5,000 posts."""
    empty(folder)
    write(folder, lambda session: fill(session, 5_000))


def broken(folder: Path) -> None:
    """A site whose database lacks a table, so that it answers 503."""
    empty(folder)
    write(folder, lambda session: session.execute(text("DROP TABLE link")))


def of_blog(blog: Path) -> Callable[[Path], None]:
    """A real blog, as far as it can be imported."""

    def make(folder: Path) -> None:
        _command(folder, "init", "--title", blog.name)
        command = [*COMMAND, "--site", str(folder), "import", "markdown", str(blog)]
        subprocess.run(command, check=False, capture_output=True)  # Status 1 where a file of it is broken.

    return make


TRYING = ("code", "table", "deep", "many", "line")
LISTS = {"front": "/", "archive": "/archive/", "tags": "/tags/"}


def all_sites(inputs: Path) -> dict[str, Site]:
    """All sites by name; the real blogs only where `inputs` has them."""
    written = {
        f"{kind} {language}" if kind == "post" else kind: path
        for language, paths in WRITTEN.items()
        for kind, path in (paths | FOUND[language]).items()
    }
    in_order = [f"/post-{number}/" for number in range(12)]
    found = {
        "demo": Site(demonstration, KINDS | written),
        "empty": Site(empty, LISTS | {"not found": "/nothing/"}),
        "staging": Site(of(texts.ordinary("en", 2)), {"front": "/"}, environment="staging"),
        "error": Site(broken, {"error": "/"}),
        "one": Site(of(texts.ordinary("en", 1)), LISTS | {"post": in_order[0]}),
        "twelve": Site(of(texts.ordinary("en")), LISTS | {"post": in_order[1]}),
        "many": Site(
            of_many,
            LISTS | {"page 2": "/page/2/", "page 200": "/page/200/", "tag": "/tags/tag-7/", "year": "/archive/2020/"},
        ),
        "titles": Site(
            of(texts.long_titles()),
            LISTS
            | {f"post {language}": f"/long-{language}/" for language in ("en", "de", "zh", "ar")}
            | {"topics": "/topics/"},
        ),
        "pictures": Site(of(texts.pictures_alone()), LISTS | {"post": in_order[0], "second post": in_order[1]}),
        "trying": Site(
            of(texts.trying()),
            {"front": "/"} | {name: f"/{name}/" for name in ("code", "table", "deep", "many", "line")},
        ),
        "zh": Site(of(texts.ordinary("zh"), "zh"), LISTS | {"post": in_order[0], "not found": "/nothing/"}),
        "ar": Site(of(texts.ordinary("ar"), "ar"), LISTS | {"post": in_order[0], "not found": "/nothing/"}),
        "mixed": Site(of(texts.mixed()), LISTS | {"post": in_order[0], "post zh": in_order[1], "post ar": in_order[2]}),
    }
    for name, place in BLOGS.items():
        if (inputs / place).exists():
            found[name] = Site(of_blog(inputs / place), {})
    return found


@contextmanager
def served(site: Site, folder: Path) -> Iterator[dict[str, str]]:
    """Serve the site in the folder until the block ends: addresses of its pages by name."""
    with serving(folder, environment={"WESTMARCH_ENVIRONMENT": site.environment}) as server:
        pages = {name: server.url + quote(path, safe="/?&=") for name, path in site.pages.items()}
        yield pages or _longest(server.url)


def _fetched(address: str) -> str:
    with urllib.request.urlopen(address, timeout=30) as answer:
        body: str = answer.read().decode()
    return body


def _longest(root: str) -> dict[str, str]:
    """The lists of a site, and its posts with the most to see."""
    addresses = [
        address
        for part in re.findall("<loc>(.*?)</loc>", _fetched(f"{root}/sitemap.xml"))
        if "lists" not in part
        for address in re.findall("<loc>(.*?)</loc>", _fetched(part))
    ]
    addresses.sort(key=lambda address: -len(_fetched(address)))
    lists = {name: root + path for name, path in LISTS.items()}
    return lists | {f"post {number}": address for number, address in enumerate(addresses[:OF_A_BLOG], 1)}
