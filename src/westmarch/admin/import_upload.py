"""What is sent to be imported: a file, and what is typed beside it."""

import asyncio
import shutil
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

from starlette.requests import Request

from westmarch.accounts.guard import signed_in
from westmarch.admin import imports
from westmarch.admin.imports import Job
from westmarch.errors import Invalid
from westmarch.settings import Settings
from westmarch.transfer import offered
from westmarch.transfer.fetching import host_of
from westmarch.transfer.offered import COMMANDS
from westmarch.transfer.programs import Program
from westmarch.web import uploads

#: The largest file that is taken, in bytes.
LARGEST = 2 * 1024**3
_PROGRAMS = get_args(Program)
#: What can be chosen as what a file is.
KINDS = (
    ("", "Find out"),
    ("wordpress", "WordPress: XML, or a zip of it"),
    ("ghost", "Ghost: JSON, or a zip"),
    ("markdown", "Texts: Markdown or HTML, or a zip of a folder"),
    *((f"markdown:{name}", f"A zip of a folder of {name.capitalize()}") for name in _PROGRAMS if name != "plain"),
    ("json", "Westmarch: what export json wrote"),
    ("blogger", "Blogger: XML, or a Takeout"),
    ("medium", "Medium: zip"),
    ("substack", "Substack: zip"),
    ("tumblr", "Tumblr: zip"),
    ("feed", "RSS or Atom"),
    ("csv", "A table: CSV"),
)


async def taken(request: Request, settings: Settings, typed: dict[str, str]) -> Job:
    """The import of the file that is sent; what was typed is in `typed`, also where it is refused. Raises Invalid."""
    folder = await asyncio.to_thread(imports.incoming, settings)
    try:
        upload = folder / "upload"
        upload.mkdir(mode=0o700)
        found = await uploads.receive(request, "file", upload / "sent", most=LARGEST)
        typed |= {name: found.fields.get(name, "").strip()[:2000] for name in ("kind", "url", "fetch")}
        if not found.filename or not found.size:
            raise Invalid("Choose a file." if not found.filename else "The file is empty.", place="file")
        name = imports.safe_name(found.filename)
        (upload / "sent").rename(upload / name)
        about = await asyncio.to_thread(_read, typed, upload / name)
        by = signed_in(request).name
        return await asyncio.to_thread(imports.keep, settings, folder, name=found.filename, by=by, file=name, **about)
    except BaseException:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        raise


def _whole(url: str) -> bool:
    """Whether an address names a host."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _read(typed: dict[str, str], file: Path) -> dict[str, Any]:
    """What was typed beside the file. Raises Invalid."""
    command, _, program = typed["kind"].partition(":")
    if command and (command not in COMMANDS or (program and program not in _PROGRAMS)):
        raise Invalid("Choose what it is in the list.", place="kind")
    url = typed["url"]
    if url and not _whole(url):
        raise Invalid("A whole address is needed, as https://old.example.", place="url")
    hosts = tuple(typed["fetch"].replace(",", " ").split())
    if len(hosts) > 20:
        raise Invalid("20 hosts are taken at most.", place="fetch")
    try:
        fetch = tuple(host_of(host) for host in hosts)
    except Invalid as error:
        raise Invalid(error.message, hint="Write names such as old.example.", place="fetch") from error
    found = command or offered.recognised(file)
    return {"command": found, "program": program, "url": url, "fetch": fetch}
