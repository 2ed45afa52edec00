"""`/admin/import/`: a file is sent, rehearsed, looked at, imported, and taken back."""

import asyncio
import os
import signal
import stat
import time
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.accounts.people import signed_in
from tests.admin.works import blog, ended, owner, post, said, send, still, until, zipped
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.admin import imports
from westmarch.db.sessions import Reading
from westmarch.events.models import Event
from westmarch.posts.models import Post
from westmarch.settings import Settings
from westmarch.site.actions import change


def posts(session: Reading) -> int:
    return session.scalar(select(func.count()).select_from(Post)) or 0


def verbs(session: Reading) -> list[str]:
    return list(session.scalars(select(Event.verb).where(Event.verb.like("import.%")).order_by(Event.id)))


async def test_a_zip_is_rehearsed_then_imported_then_taken_back(reader: Reader) -> None:
    await owner(reader)
    path, page = await send(reader, "My blog.zip", blog(3))
    assert "Would be: 3 imported. Nothing has been changed yet." in said(page)
    assert await reader.db.read(posts) == 0
    assert (await post(reader, path + "do/")).status_code == 303
    page = await ended(reader, path)
    assert "Done: 3 imported." in said(page)
    assert await reader.db.read(posts) == 3
    home = await reader.page("/admin/import/")
    assert "My blog.zip" in home
    assert "/admin/import/runs/1/undo/" in home
    assert "3 posts and pages nobody has changed since" in said(await reader.get("/admin/import/runs/1/undo/"))
    answer = await post(reader, "/admin/import/runs/1/undo/")
    page = await ended(reader, answer.headers["location"].removeprefix(reader.app.state.settings.url))
    assert "Removed: 3 post." in said(page)
    assert await reader.db.read(posts) == 0
    assert await reader.db.read(verbs) == ["import.rehearsed", "import.begun", "import.taken-back"]


async def test_one_text_that_is_sent_again_is_brought_up_to_date(reader: Reader) -> None:
    await owner(reader)
    for text, said_first, said_then in (
        ("# A\n\nOne.\n", "1 imported", "1 imported"),
        ("# A\n\nTwo.\n", "1 updated", ""),
    ):
        path, page = await send(reader, "hello.md", text.encode())
        assert f"Would be: {said_first}" in said(page)
        await post(reader, path + "do/")
        assert f"Done: {said_then or said_first}" in said(await ended(reader, path))
    assert await reader.db.read(posts) == 1


@pytest.mark.long_on_postgresql
async def test_the_whole_report_can_run_nothing(reader: Reader) -> None:
    await owner(reader)
    path, _ = await send(reader, "a.md", b"# A\n\n<script>alert(1)</script>\n")
    report = await reader.get(path + "report/")
    assert report.status_code == 200
    assert "Rehearsal" in report.text
    assert report.headers["cache-control"] == "no-store"
    policy = report.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy


def link() -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        one = zipfile.ZipInfo("blog/a.md")
        one.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(one, "/etc/passwd")
    return content.getvalue()


def locked() -> bytes:
    content = bytearray(zipped({"a.md": "# A"}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + at] |= 1
    return bytes(content)


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("slip.zip", zipped({"../../evil.md": "# A"}), "'../../evil.md' leads out of the folder"),
        ("slip.zip", zipped({"/etc/evil.md": "# A"}), "'/etc/evil.md' leads out of the folder"),
        ("link.zip", link(), "'blog/a.md' is a link or no regular file"),
        ("locked.zip", locked(), "'a.md' is locked by a password"),
        ("bomb.zip", zipped({"a.md": b"0" * 50_000_000}), "'a.md' would unpack to 50,000,000 bytes"),
        ("broken.zip", zipped({"a.md": "# A"})[:40], "broken.zip is no zip file that can be read"),
        ("cut.zip", zipped({"a.md": "# A"})[20:], "cut.zip cannot be unpacked"),
        ("nothing.zip", zipped({"a.png": "x"}), "there are no Markdown files"),
    ],
    ids=["up", "root", "link", "locked", "bomb", "broken", "cut", "nothing"],
)
async def test_a_zip_that_is_made_to_harm_is_refused_and_writes_nothing(
    reader: Reader, name: str, content: bytes, words: str
) -> None:
    settings = await owner(reader)
    outside = sorted(path for path in settings.site.rglob("*") if "run" not in path.parts)
    path, page = await send(reader, name, content)
    assert words in said(page).replace("&#39;", "'")
    assert page.status_code == (200 if path else 422)
    if path:
        assert (await post(reader, path + "do/")).status_code == 409
    now = sorted(path for path in settings.site.rglob("*") if "run" not in path.parts)
    assert [path.name for path in now if path not in outside and not path.name.startswith("westmarch.db")] == []
    assert not list(settings.run_folder.rglob("evil.md"))
    assert await reader.db.read(posts) == 0


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize(
    ("fields", "files", "words"),
    [
        ({"kind": "ghost", "url": "nonsense"}, ("a.md", b"x"), "A whole address is needed"),
        ({"url": "http://["}, ("a.md", b"x"), "A whole address is needed"),
        ({"kind": "teleprinter"}, ("a.md", b"x"), "Choose what it is in the list."),
        ({"fetch": "a b*c"}, ("a.md", b"x"), "is no host."),
        ({}, ("a.bin", b"x"), "Nothing tells what a.bin is."),
        ({}, ("a.md", b""), "The file is empty."),
        ({}, ("", b""), "Choose a file."),
    ],
)
async def test_a_form_that_is_refused_comes_back_as_it_was(
    reader: Reader, fields: dict[str, str], files: tuple[str, bytes], words: str
) -> None:
    settings = await owner(reader)
    body = {"kind": "", "url": "", "fetch": ""} | fields
    answer = await reader.client.post("/admin/import/", data=body, files={"file": files})
    assert answer.status_code == 422
    assert words in said(answer).replace("&#39;", "'")
    assert 'aria-invalid="true"' in answer.text
    for value in (fields.get("url"), fields.get("fetch")):
        assert value is None or f'value="{value}"' in answer.text
    assert list(imports.folder_of(settings).iterdir()) == [], "nothing of it is kept"


async def test_what_is_no_form_with_a_file_is_refused(reader: Reader) -> None:
    await owner(reader)
    cases: list[tuple[str, bytes]] = [
        ("application/x-www-form-urlencoded", b"file=x"),
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary=x", b"--y\r\n\r\n"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.md"\r\n\r\nA',
        ),
        ("multipart/form-data; boundary=x", b"--x\r\nA: b\r\n\r\n\r\n" * 200 + b"--x--\r\n"),
    ]
    for kind, body in cases:
        answer = await reader.client.post("/admin/import/", content=body, headers={"content-type": kind})
        assert answer.status_code == 422, body


async def test_a_file_that_is_too_large_is_refused_before_all_of_it_has_come(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = await owner(reader)
    monkeypatch.setattr("westmarch.admin.import_upload.LARGEST", 3 << 20)
    answer = await reader.client.post("/admin/import/", files={"file": ("a.md", b"x" * (4 << 20))})
    assert (answer.status_code, "The file is larger than 3 MB." in answer.text) == (422, True)
    assert list(imports.folder_of(settings).iterdir()) == []


async def test_names_of_files_are_made_harmless() -> None:
    assert imports.safe_name("../../etc/passwd") == "passwd"
    assert imports.safe_name("C:\\a\\--report=x.MD") == "report-x.md"
    assert imports.safe_name(".bashrc") == "file.bashrc"
    assert imports.safe_name("…") == "file"
    assert imports.safe_name("日記.md") == "日記.md"
    assert len(imports.safe_name("a" * 1000 + ".zip")) < 100
    assert len(imports.safe_name("\U00020000" * 1000 + "." + "語" * 50).encode()) < 255


@pytest.mark.long_on_postgresql
async def test_one_import_at_a_time_and_it_can_be_stopped_and_gone_on_with(reader: Reader) -> None:
    settings = await owner(reader)
    path, page = await send(reader, "blog.zip", blog(250, words=300))
    assert "Would be: 250 imported" in said(page)
    await post(reader, path + "do/")
    other, answer = await send(reader, "b.md", b"# B\n", follow=False)
    assert answer.status_code == 303
    assert "another import was under way" in said(await reader.get(other))
    folder = imports.folder_of(settings) / path.split("/")[3] / "import"
    await until(folder, lambda work: work.done > 0)
    assert "Stop" in said(await reader.get(path))
    assert (await post(reader, path + "delete/")).status_code == 409
    await post(reader, path + "stop/")
    page = await ended(reader, path)
    assert "was stopped. What came in until then is there." in said(page)
    came = await reader.db.read(posts)
    assert came < 250
    await post(reader, path + "do/")
    await ended(reader, path)
    assert await reader.db.read(posts) == 250


@pytest.mark.long_on_postgresql
async def test_an_import_whose_process_is_gone_is_told_as_interrupted(reader: Reader) -> None:
    settings = await owner(reader)
    path, _ = await send(reader, "blog.zip", blog(150, words=300))
    await post(reader, path + "do/")
    folder = imports.folder_of(settings) / path.split("/")[3] / "import"
    work = await until(folder, lambda work: work.pid > 0)
    os.kill(work.pid, signal.SIGKILL)
    page = await ended(reader, path)
    assert "was interrupted: its process is gone." in said(page)
    assert "Go on" in said(page)


async def test_somebody_else_writes_while_a_large_import_runs(reader: Reader) -> None:
    settings = await owner(reader)
    path, _ = await send(reader, "blog.zip", blog(250, words=200))
    await post(reader, path + "do/")
    folder = imports.folder_of(settings) / path.split("/")[3] / "import"
    longest, many = 0.0, 0

    def write(session: Session) -> None:
        change(session, {"tagline": f"Tagline {many}"}, actor="test")

    while still(folder):
        begun = time.monotonic()
        await reader.db.write(write)
        longest, many = max(longest, time.monotonic() - begun), many + 1
        await asyncio.sleep(0.05)
    assert many >= 3
    assert longest < 4
    assert "Done: 250 imported" in said(await ended(reader, path))


async def test_a_job_that_is_none_is_not_found(reader: Reader) -> None:
    await owner(reader)
    for name in ("20260101-000000-abcdef", "%2e%2e", "lock", "a" * 3000):
        assert (await reader.get(f"/admin/import/{name}/")).status_code == 404
        assert (await reader.get(f"/admin/import/{name}/report/")).status_code == 404
    for number in ("7", "99999999999999999999"):
        assert (await reader.get(f"/admin/import/runs/{number}/undo/")).status_code == 404
        assert (await post(reader, f"/admin/import/runs/{number}/undo/")).status_code == 404


@pytest.mark.parametrize("role", ["editor", "author", "contributor"])
async def test_nobody_but_an_owner_imports(reader: Reader, role: str) -> None:
    await signed_in(reader, role=role)
    assert (await reader.get("/admin/import/")).status_code == 403
    answer = await reader.client.post("/admin/import/", files={"file": ("a.md", b"# A")})
    assert answer.status_code == 403


async def test_older_ones_go_when_a_new_one_comes(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "KEPT", 2)
    made = []
    for number in range(4):
        folder = imports.incoming(settings)
        made.append(imports.keep(settings, folder, name=str(number), by="Nell", command="markdown"))
    assert {job.name for job in imports.every(settings)} <= {job.name for job in made}
    assert len(imports.every(settings)) == 2


@pytest.mark.long_on_postgresql
async def test_what_was_sent_can_be_removed(reader: Reader) -> None:
    settings = await owner(reader)
    path, _ = await send(reader, "a.md", b"# A\n")
    assert (await post(reader, path + "delete/")).status_code == 303
    assert (await reader.get(path)).status_code == 404
    assert imports.every(settings) == []


async def test_a_folder_that_was_left_while_it_was_sent_is_removed_later(settings: Settings, tmp_path: Path) -> None:
    old = imports.incoming(settings)
    os.utime(old, (0, 0))
    assert imports.incoming(settings).is_dir()
    assert not old.exists()
