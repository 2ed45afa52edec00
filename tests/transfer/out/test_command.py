"""`westmarch export`, as a person runs it: what it tells, and what is left where the disk is full."""

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Westmarch, westmarch
from tests.serving import new_site
from tests.transfer.folders import png, write

__all__ = ["westmarch"]

COMMAND = [sys.executable, "-m", "westmarch", "--site"]


def in_a_process(
    site: Path, *arguments: str, limit: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [*COMMAND, str(site), *arguments], capture_output=True, text=True, timeout=120, check=False, preexec_fn=limit
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with a post, its picture, and a page; nothing here changes it."""
    folder = tmp_path_factory.mktemp("exported") / "site"
    blog = write(
        folder.parent / "blog",
        {
            "a.md": "---\ntitle: A\ndate: 2020-01-31\ntags: [x]\n---\n![p](p.png)\n",
            "p.png": png(),
            "pages/b.md": "---\ntitle: B\n---\n" + "Some words. " * 4_000,
        },
    )
    new_site(folder, "--title", "T", "--timezone", "UTC", "--language", "en")
    done = in_a_process(folder, "import", "markdown", str(blog))
    assert done.returncode == 0, done.stderr
    return folder


def test_a_site_goes_out_as_a_folder(westmarch: Westmarch, site: Path, tmp_path: Path) -> None:
    done = westmarch("--site", site, "export", "markdown", str(tmp_path / "out"), "--revisions")
    assert (done.status, done.err) == (0, "")
    assert done.out == f"{tmp_path / 'out'}: 2 posts and pages, 1 files of media.\n"
    names = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*"))
    assert [name for name in names if not name.startswith("media/")] == [
        "pages/b.md",
        "posts/2020-01-31-a.md",
        "westmarch.json",
    ]
    text = (tmp_path / "out" / "posts" / "2020-01-31-a.md").read_text()
    assert text.startswith("---\ntitle: A\ndate: '2020-01-31T00:00:00+00:00'\n")
    assert "\n![p](/media/" in text


def test_the_documents_go_out(westmarch: Westmarch, site: Path, tmp_path: Path) -> None:
    done = westmarch("--site", site, "export", "json", str(tmp_path / "out.json"), "--json")
    assert (done.status, json.loads(done.out)["posts"]) == (0, 2), done.err
    assert len(json.loads((tmp_path / "out.json").read_text())["posts"]) == 2
    done = westmarch("--site", site, "export", "wxr", str(tmp_path / "out.xml"))
    assert (done.status, done.err) == (0, "")
    assert "<wp:wxr_version>1.2</wp:wxr_version>" in (tmp_path / "out.xml").read_text()


def test_what_is_there_is_not_overwritten(westmarch: Westmarch, site: Path, tmp_path: Path) -> None:
    write(tmp_path / "out", {"mine.txt": "mine"})
    done = westmarch("--site", site, "export", "markdown", str(tmp_path / "out"))
    assert (done.status, "is there already" in done.err) == (1, True)
    assert [path.name for path in tmp_path.rglob("*")] == ["out", "mine.txt"]


@pytest.mark.parametrize(("command", "name"), [("markdown", "out"), ("json", "out.json"), ("wxr", "out.xml")])
def test_a_full_disk_leaves_nothing(site: Path, tmp_path: Path, command: str, name: str) -> None:
    def small() -> None:
        """As a disk on which no file grows beyond 40 KiB: SQLite needs 32 for its own."""
        import signal

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_960, 40_960))

    done = in_a_process(site, "export", command, str(tmp_path / name), limit=small)
    assert (done.returncode, "cannot be written" in done.stderr) == (1, True), done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_missing_file_is_named(westmarch: Westmarch, site: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(site, copy)
    (file,) = (copy / "media").glob("*/*.png")
    file.unlink()
    done = westmarch("--site", copy, "export", "markdown", str(tmp_path / "out"))
    assert (done.status, file.name in done.err) == (1, True)
    assert (tmp_path / "out" / "westmarch.json").is_file()
