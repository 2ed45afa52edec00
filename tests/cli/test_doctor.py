"""`westmarch doctor`: finds what is wrong in the house, names what mends it, changes nothing unless told."""

import io
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from tests import factories
from tests.cli.conftest import Westmarch
from tests.conftest import in_a_loop_apart
from tests.schemas import taken_back
from westmarch.cli import checks
from westmarch.configuration import load
from westmarch.db.database import open_database
from westmarch.links.models import Link
from westmarch.media.actions import store
from westmarch.media.files import examine
from westmarch.ops import schema
from westmarch.posts.models import Post
from westmarch.tags.models import Tag


def write(site: Path, action: Callable[[Session], object]) -> None:
    async def run() -> None:
        async with open_database(load(site).settings.database_url) as db:
            await db.write(action)

    in_a_loop_apart(run())


def execute(site: Path, statement: str) -> None:
    write(site, lambda session: session.execute(text(statement)))


def findings(westmarch: Westmarch, site: Path, *arguments: str) -> dict[str, list[str]]:
    """The faults that doctor tells, by check."""
    done = westmarch("--site", site, "doctor", "--json", *arguments)
    told = json.loads(done.out)
    assert done.status == (0 if told["sound"] else 1)
    faults: dict[str, list[str]] = {}
    for finding in told["findings"]:
        if not finding["sound"]:
            assert finding["mend"], finding
            faults.setdefault(finding["check"], []).append(finding["message"])
    return faults


def test_a_new_site_is_sound(westmarch: Westmarch, site_on_each: Path) -> None:
    write(site_on_each, lambda session: factories.post(session, tags=("a", "b")))
    assert findings(westmarch, site_on_each) == {}
    assert "ok    stored counts: " in westmarch("--site", site_on_each, "doctor").out


def test_an_older_schema_that_the_release_runs_on_is_sound_and_can_be_upgraded_after_mending(
    westmarch: Westmarch, site_on_each: Path
) -> None:
    write(site_on_each, factories.post)
    in_a_loop_apart(taken_back(load(site_on_each).settings.database_url, schema.OLDEST))
    assert findings(westmarch, site_on_each, "--mend") == {}
    assert "`westmarch db upgrade` brings it to" in westmarch("--site", site_on_each, "doctor").out
    assert westmarch("--site", site_on_each, "db", "check").status == 0
    assert westmarch("--site", site_on_each, "db", "upgrade").status == 0
    assert findings(westmarch, site_on_each) == {}


def test_a_wrong_count_is_found_and_mended(westmarch: Westmarch, site_on_each: Path) -> None:
    write(site_on_each, lambda session: factories.post(session, tags=("a",)))
    write(site_on_each, lambda session: session.execute(update(Tag).values(post_count=7)))
    assert findings(westmarch, site_on_each) == {"stored counts": ["The tag 'a' has 1 listed posts, and 7 are stored."]}
    assert findings(westmarch, site_on_each) != {}  # Looking mends nothing.
    assert findings(westmarch, site_on_each, "--mend") == {}


def test_a_path_that_is_not_its_link_is_found_and_mended(westmarch: Westmarch, site_on_each: Path) -> None:
    write(site_on_each, lambda session: factories.post(session, "One"))
    write(site_on_each, lambda session: session.execute(update(Post).values(path="/elsewhere/")))
    assert list(findings(westmarch, site_on_each)) == ["links"]
    assert findings(westmarch, site_on_each, "--mend") == {}


def test_a_post_without_a_link_is_found(westmarch: Westmarch, site: Path) -> None:
    write(site, lambda session: factories.post(session, "One"))
    write(site, lambda session: session.execute(update(Link).values(current=False)))
    assert findings(westmarch, site)["links"] == ["Post 1 has the path /one/, and its current link is None."]


def test_a_secret_that_others_can_read_is_found(westmarch: Westmarch, site: Path) -> None:
    (site / "secret.key").chmod(0o644)
    assert findings(westmarch, site) == {"files": [f"{site / 'secret.key'} can be read by others."]}
    (site / "secret.key").unlink()
    assert findings(westmarch, site) == {"files": [f"{site / 'secret.key'} is missing."]}


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("url = 'http://example.org'", "is not encrypted"),
        ("host = '0.0.0.0'\nurl = 'http://127.0.0.1'", "listens on all"),
    ],
)
def test_settings_that_do_not_go_together_are_found(westmarch: Westmarch, site: Path, toml: str, told: str) -> None:
    (site / "westmarch.toml").write_text(toml, encoding="utf-8")
    (fault,) = findings(westmarch, site)["settings"]
    assert told in fault


def test_a_missing_database_is_found_and_not_made(westmarch: Westmarch, site: Path) -> None:
    (site / "westmarch.db").unlink()
    assert findings(westmarch, site) == {"schema": ["The database has no tables yet: run `westmarch db upgrade`."]}
    assert not (site / "westmarch.db").exists()


def test_values_that_cannot_be_read_are_found_with_table_row_and_column(westmarch: Westmarch, site: Path) -> None:
    write(site, lambda session: factories.post(session, "One", authors=("Ada",)))
    for broken in (
        "UPDATE site_option SET value = 'My blog' WHERE key = 'title'",
        "UPDATE post SET published_at = '2020-02-30', extra = '[1]'",
        "UPDATE author SET links = '[1]', name = CAST(x'41ff' AS text)",
    ):
        execute(site, broken)
    faults = findings(westmarch, site)["values"]
    post_id = faults[-1].split()[2]
    assert sorted(fault.partition(":")[0] for fault in faults) == sorted(
        [
            f"In row {post_id} of post, column extra",
            f"In row {post_id} of post, column published_at",
            f"In row {int(post_id) + 1} of author, column links",
            f"In row {int(post_id) + 1} of author, column name",
            "In row title of site_option, column value",
        ]
    )
    assert westmarch("--site", site, "site", "show", "title").out == "title = Westmarch\n"
    assert westmarch("--site", site, "site", "set", "title", "My blog").status == 0
    assert westmarch("--site", site, "site", "show", "title").out == "title = My blog\n"


def test_json_of_another_shape_is_found_on_each_engine(westmarch: Westmarch, site_on_each: Path) -> None:
    write(site_on_each, lambda session: factories.post(session, "One"))
    execute(site_on_each, "UPDATE post SET extra = '[1]'")
    (fault,) = findings(westmarch, site_on_each)["values"]
    assert fault.endswith("column extra: The database holds '[1]' where a JSON object should be.")


def test_a_column_that_is_missing_ends_only_the_checks_that_need_it(westmarch: Westmarch, site_on_each: Path) -> None:
    execute(site_on_each, "ALTER TABLE media RENAME COLUMN hash TO digest")
    found = findings(westmarch, site_on_each)
    assert found["media"] == ["The database has another schema than this version."]
    assert "The column hash of media is missing." in found["tables"]
    assert "stored counts" not in found


@pytest.mark.parametrize("database_kind", [pytest.param("postgresql", marks=pytest.mark.postgresql)])
def test_a_moment_that_the_driver_cannot_read_is_found_by_its_table(westmarch: Westmarch, site_on_each: Path) -> None:
    write(site_on_each, lambda session: factories.post(session, "One"))
    execute(site_on_each, "UPDATE post SET updated_at = '4000-01-01 BC', extra = '[1]'")
    assert [fault.partition(":")[0] for fault in findings(westmarch, site_on_each)["values"]] == ["The table post"]


def test_a_check_that_fails_is_told_and_the_others_go_on(
    westmarch: Westmarch, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_session: Session) -> None:
        raise LookupError("no such thing")

    monkeypatch.setitem(checks.DATA, "links", fails)
    assert findings(westmarch, site) == {"links": ["The check failed (LookupError)."]}
    assert "ok    clock: " in westmarch("--site", site, "doctor").out


def test_a_reference_that_leads_nowhere_is_found(westmarch: Westmarch, site: Path) -> None:
    with closing(sqlite3.connect(site / "westmarch.db")) as other, other:
        other.execute("INSERT INTO reference (from_subject_id, href) VALUES (99, '/a/')")
    (fault,) = findings(westmarch, site)["database"]
    assert fault.endswith("of reference refers to a row of subject that is gone.")


def test_a_damaged_database_is_found(westmarch: Westmarch, site: Path) -> None:
    for _ in range(3):
        write(site, lambda session: factories.post(session, markdown="word " * 20_000))
    file = site / "westmarch.db"
    content = bytearray(file.read_bytes())
    for page in range(len(content) // 8192, len(content) // 4096):
        content[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    file.write_bytes(content)
    assert findings(westmarch, site)


def test_a_missing_or_cut_file_is_found(westmarch: Westmarch, site: Path) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    content = picture.getvalue()
    folder = load(site).settings.media_folder
    examined = examine(content, "a.png")
    write(site, lambda session: store(session, folder, content, examined, filename="a.png"))
    assert findings(westmarch, site) == {}
    (file,) = (path for path in folder.rglob("*") if path.is_file())
    file.write_bytes(content[:-1])
    assert findings(westmarch, site) == {
        "media": [f"{file} (a.png) has {len(content) - 1} bytes in place of {len(content)}."]
    }
    file.unlink()
    assert findings(westmarch, site) == {"media": [f"{file} (a.png) is missing."]}
