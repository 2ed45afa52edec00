"""Works of the admin for tests: a site that processes of its own find, and waiting until one has ended."""

import asyncio
import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx2

from tests.accounts.people import signed_in
from tests.readers import Reader
from westmarch.admin import jobs
from westmarch.admin.jobs import Work
from westmarch.settings import Settings

#: What no field of a form can be meant to hold.
HOSTILE = ("\x00", "\ud800", "<script>alert(1)</script>", "a" * 5000, "\u202e\u200b")


def settle(settings: Settings) -> None:
    """Write down the settings of a test, so that commands for its folder have the same."""
    told = f'url = "{settings.url}"\ndatabase_url = "{settings.database_url}"\n'
    (settings.site / "westmarch.toml").write_text(told, encoding="utf-8")


async def owner(reader: Reader) -> Settings:
    """Sign the reader in as an owner of a site that commands find too."""
    settings: Settings = reader.app.state.settings
    settle(settings)
    await signed_in(reader)
    return settings


def zipped(files: dict[str, str | bytes]) -> bytes:
    """A zip."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def blog(many: int, words: int = 5) -> bytes:
    """A zip of a blog of so many posts."""
    text = "---\ntitle: Post {n}\ndate: 2020-01-01\n---\n\n" + "Some words of it. " * words + "\n"
    return zipped({f"blog/_posts/2020-01-01-p{n}.md": text.format(n=n) for n in range(many)})


async def send(
    reader: Reader, name: str, content: bytes, follow: bool = True, **fields: str
) -> tuple[str, httpx2.Response]:
    """Send a file to be rehearsed; the path of its page, and that page once the rehearsal has ended."""
    answer = await reader.client.post("/admin/import/", data=fields, files={"file": (name, content)})
    if answer.status_code != 303:
        return "", answer
    path = answer.headers["location"]
    path = path[path.index("/admin/") :]
    return path, await ended(reader, path) if follow else answer


async def ended(reader: Reader, path: str, seconds: float = 60) -> httpx2.Response:
    """The page of a work once that has ended."""
    for _ in range(int(seconds / 0.1)):
        answer = await reader.get(path)
        if "data-live" not in answer.text:
            return answer
        await asyncio.sleep(0.1)
    raise AssertionError(f"{path} does not end: {answer.text}")


async def post(reader: Reader, path: str, **fields: str) -> httpx2.Response:
    """Press a button."""
    return await reader.client.post(path, data=fields)


async def endures(
    reader: Reader, paths: Sequence[str], valid: Mapping[str, str], fields: Sequence[str], more: Sequence[str] = ()
) -> None:
    """Each field of the forms at these paths holds what is of no use, in turn: nothing fails, and nothing is markup."""
    for field in fields:
        for value in (*HOSTILE, *more):
            sent: dict[str, Any] = {**valid, field: value.encode("utf-8", "replace")}
            for path in paths:
                answer = await reader.client.post(path, data=sent)
                assert answer.status_code < 500, (path, field, value)
                assert "<script>alert" not in answer.text, (path, field)


def said(answer: httpx2.Response) -> str:
    """The words of a page's main part."""
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())


def still(folder: Path) -> bool:
    """Whether the work of a folder runs."""
    work = jobs.look(folder)
    return work is not None and work.running


async def until(folder: Path, reached: Callable[[Work], bool]) -> Work:
    """The running work of a folder once it has come so far."""
    for _ in range(3000):
        work = jobs.look(folder)
        assert work is not None
        assert work.running, work
        if reached(work):
            return work
        await asyncio.sleep(0.02)
    raise AssertionError("it does not come so far")
