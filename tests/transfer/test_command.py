"""`westmarch import markdown`, as a person or a program runs it: what it tells, and what is left where it dies."""

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Westmarch, site, westmarch
from tests.transfer.exports.wordpress import writing as wordpress
from tests.transfer.folders import counted, png, write

__all__ = ["site", "westmarch"]

COMMAND = [sys.executable, "-m", "westmarch", "--site"]


def in_a_process(
    site: Path, *arguments: str, limit: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [*COMMAND, str(site), *arguments], capture_output=True, text=True, timeout=120, check=False, preexec_fn=limit
    )


def query(site: Path, statement: str) -> list[Any]:
    """Rows of the site's database, for which no process is running."""
    connection = sqlite3.connect(site / "westmarch.db")
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


def many(folder: Path, posts: int) -> Path:
    """A blog of so many posts, each with a link to the next and to the one before."""
    head = "---\ntitle: Post {n}\ntags: [a, b]\n---\n\n[next](/2020/01/01/p{m}.html) [before](/2020/01/01/p{k}.html)\n"
    text = "Some words that stand in every post, *again* and `again`.\n\n" * 20
    return write(
        folder, {f"_posts/2020-01-01-p{n}.md": head.format(n=n, m=n + 1, k=n - 1) + text for n in range(posts)}
    )


def test_a_wordpress_site_comes_in_and_missing_pictures_are_told(
    westmarch: Westmarch, site: Path, tmp_path: Path
) -> None:
    lost = "https://old.example/wp-content/uploads/2020/lost.png"
    path = wordpress.write(tmp_path / "blog.xml", wordpress.item(1, f'<img src="{lost}" alt="" />'))
    done = westmarch("--site", site, "import", "wordpress", str(path), "--fetch", "old.example", "--dry-run")
    assert (done.status, done.err) == (0, "")
    assert "Would be: 1 imported." in done.out
    assert "1 pictures or files are missing" in done.out
    done = westmarch("--site", site, "import", "wordpress", str(path), "--fetch", "not a host")
    assert (done.status, done.err.splitlines()[0]) == (2, "error: 'not a host' is no host.")
    done = westmarch("--site", site, "import", "wordpress", str(path))
    assert (done.status, query(site, "SELECT path FROM post")) == (0, [("/2020/1/",)])


def test_the_report_is_what_the_contract_says(westmarch: Westmarch, site: Path, tmp_path: Path) -> None:
    folder = write(
        tmp_path / "blog",
        {
            "_posts/2020-01-01-a.md": "---\ntags: [x, X]\n---\n{% odd %} ![p](/p.png)",
            "p.png": png(),
            "_posts/b.yml": "",
        },
    )
    done = westmarch("--site", site, "import", "markdown", str(folder), "--report", str(tmp_path / "r.json"))
    assert (done.status, done.err) == (0, "")
    assert "1 imported, 1 skipped" in done.out
    report = json.loads((tmp_path / "r.json").read_text())
    assert set(report) == {"counts", "files", "tags", "media", "run"}
    assert set(report["counts"]) == {"imported", "updated", "unchanged", "skipped", "conflict", "failed"}
    for row in report["files"]:
        assert set(row) == {"path", "kind", "fate", "addresses", "id", "reason", "line", "warnings"}
    (imported,) = [row for row in report["files"] if row["fate"] == "imported"]
    assert imported["addresses"] == ["/2020/01/01/a.html"]
    assert imported["warnings"] == [{"line": 4, "message": "'{% odd %}' is not known here; it stays as text"}]
    assert [(row["path"], row["fate"]) for row in report["media"]] == [("p.png", "imported")]


def test_the_exit_status_says_what_failed(westmarch: Westmarch, site: Path, tmp_path: Path) -> None:
    good = {"_posts/2020-01-01-a.md": "A"}
    bad = {"_posts/2020-01-02-b.md": b"\x00"}
    assert westmarch("--site", site, "import", "markdown", str(write(tmp_path / "good", {**good}))).status == 0
    some = westmarch("--site", site, "import", "markdown", str(write(tmp_path / "some", {**good, **bad})))
    assert some.status == 1
    assert "failed: _posts/2020-01-02-b.md: the file is not text" in some.err
    assert westmarch("--site", site, "import", "markdown", str(write(tmp_path / "bad", {**bad}))).status == 2
    nowhere = westmarch("--site", site, "import", "markdown", str(tmp_path / "nowhere"))
    assert (nowhere.status, "does not exist" in nowhere.err, "Traceback" in nowhere.err) == (2, True, False)


def test_a_report_without_a_folder_and_a_folder_that_is_no_site_are_refused(
    westmarch: Westmarch, site: Path, tmp_path: Path
) -> None:
    folder = str(write(tmp_path / "blog", {"a.md": "---\ntitle: A\ndate: 2020-01-01\n---\nA"}))
    lost = westmarch("--site", site, "import", "markdown", folder, "--report", str(tmp_path / "nowhere" / "r.json"))
    assert (lost.status, "The report cannot be written" in lost.err) == (2, True), lost.err
    assert query(site, "SELECT count(*) FROM post") == [(0,)]
    empty = tmp_path / "empty"
    empty.mkdir()
    for no_site in (empty, tmp_path / "nowhere"):
        done = westmarch("--site", no_site, "import", "markdown", folder)
        assert (done.status, "error:" in done.err, "Traceback" in done.err) == (2, True, False), done.err


def test_json_is_the_report_on_standard_output(westmarch: Westmarch, site: Path, tmp_path: Path) -> None:
    folder = write(tmp_path / "blog", {"a.md": "---\ntitle: A\ndate: 2020-01-01\n---\nA"})
    dry = json.loads(westmarch("--site", site, "import", "markdown", str(folder), "--dry-run", "--json").out)
    assert counted(dry) == {"imported": 1}
    assert query(site, "SELECT count(*) FROM post") == [(0,)]
    real = json.loads(westmarch("--site", site, "import", "markdown", str(folder), "--json").out)
    assert counted(real) == {"imported": 1}
    assert query(site, "SELECT count(*) FROM post") == [(1,)]


def test_the_program_can_be_named_where_the_folder_does_not_show_it(
    westmarch: Westmarch, site: Path, tmp_path: Path
) -> None:
    folder = write(tmp_path / "blog", {"a.md": "---\ntitle: A\ndate: 2020-01-01\n---\nA"})
    done = westmarch(
        "--site", site, "import", "markdown", str(folder), "--from", "pelican", "--permalink", "{date:%Y}/{slug}.html"
    )
    assert done.status == 0, done.err
    assert query(site, "SELECT path FROM post") == [("/2020/a.html",)]


def await_end_of_group(group: int) -> None:
    """Wait until no process is left of those that a process started."""
    for _ in range(200):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.05)
    pytest.fail("processes are left")


@pytest.mark.parametrize(
    "moment", [1.4, pytest.param(0.05, marks=pytest.mark.long), pytest.param(6.0, marks=pytest.mark.long)]
)
def test_an_import_that_is_killed_can_be_run_again(site: Path, tmp_path: Path, moment: float) -> None:
    folder = many(tmp_path / "blog", 300)
    report = tmp_path / "r.json"
    running = subprocess.Popen(
        [*COMMAND, str(site), "import", "markdown", str(folder), "--report", str(report)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    reading = sqlite3.connect(site / "westmarch.db")
    began = time.monotonic()
    while reading.execute("SELECT count(*) FROM post").fetchone()[0] < 40 * moment and time.monotonic() < began + 60:
        time.sleep(0.01)
    reading.close()
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    await_end_of_group(running.pid)
    ((stored,),) = query(site, "SELECT count(*) FROM post")
    assert 0 < stored < 300
    assert query(site, "SELECT count(*) FROM post WHERE published_revision_id IS NULL") == [(0,)]
    so_far = json.loads(report.read_text())
    assert so_far["counts"]["imported"] <= stored
    done = in_a_process(site, "import", "markdown", str(folder), "--report", str(report))
    assert done.returncode == 0, done.stderr
    assert counted(json.loads(report.read_text())) == {"imported": 300 - stored, "unchanged": stored}
    assert query(site, "SELECT count(*), count(DISTINCT path) FROM post") == [(300, 300)]
    assert query(site, "SELECT href FROM reference WHERE to_subject_id IS NULL ORDER BY 1") == [
        ("/2020/01/01/p-1.html",),
        ("/2020/01/01/p300.html",),
    ]
    checked = in_a_process(site, "doctor")
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("group", [True, False])
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_import_ends_quietly_with_its_report(
    site: Path, tmp_path: Path, number: signal.Signals, status: int, group: bool
) -> None:
    folder = many(tmp_path / "blog", 300)
    report = tmp_path / "r.json"
    running = subprocess.Popen(
        [*COMMAND, str(site), "import", "markdown", str(folder), "--report", str(report)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    began = time.monotonic()
    while not report.exists() or report.stat().st_size < 5_000:
        assert time.monotonic() < began + 60
        time.sleep(0.01)
    if group:
        os.killpg(running.pid, number)
    else:
        os.kill(running.pid, number)
    _, told = running.communicate(timeout=60)
    await_end_of_group(running.pid)
    assert running.returncode == status
    assert "Traceback" not in told, told
    assert "leaked" not in told, told
    reported = json.loads(report.read_text())["counts"]["imported"]
    ((stored,),) = query(site, "SELECT count(*) FROM post")
    assert stored - 1 <= reported <= stored  # one may have been on its way


def test_a_full_disk_stops_the_import_and_keeps_the_report_so_far(site: Path, tmp_path: Path) -> None:
    folder = many(tmp_path / "blog", 300)
    report = tmp_path / "r.json"
    room = sum(path.stat().st_size for path in site.glob("westmarch.db*")) + 400_000

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    done = in_a_process(site, "import", "markdown", str(folder), "--report", str(report), limit=limit)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "disk" in done.stderr
    so_far = json.loads(report.read_text())
    ((stored,),) = query(site, "SELECT count(*) FROM post")
    assert so_far["counts"]["imported"] == stored
    assert 0 < stored < 300
    again = in_a_process(site, "import", "markdown", str(folder), "--report", str(report))
    assert again.returncode == 0, again.stderr
    assert counted(json.loads(report.read_text())) == {"imported": 300 - stored, "unchanged": stored}
