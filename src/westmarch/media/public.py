"""Stored files for readers, by the hash in their names: what is at an address never changes."""

import asyncio
import re
from pathlib import Path

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse

from westmarch.errors import NotFound
from westmarch.media.files import FILES, PICTURES
from westmarch.web.replies import FOR_EVER, HARMLESS, Reply, matches

_MIMES = dict(PICTURES.values()) | FILES
#: What is shown in place; anything else is handed over as a file.
_SHOWN = ("image/", "audio/", "video/")
_PATH = re.compile(r"(?P<folder>[0-9a-f]{2})/(?P<name>[0-9a-f]{62})\.(?P<extension>[a-z0-9]{1,10})")
_PART = re.compile(r"(?P<first>[0-9]{1,18})-(?P<last>[0-9]{0,18})|-(?P<end>[0-9]{1,18})")


async def file(request: Request) -> FileResponse | Reply:
    """`/media/…`: the file, or a part of it. Raises NotFound."""
    match = _PATH.fullmatch(request.path_params["path"])
    folder: Path = request.app.state.settings.media_folder
    path = folder / match["folder"] / f"{match['name']}.{match['extension']}" if match else None
    if match is None or path is None or not await asyncio.to_thread(path.is_file):
        raise NotFound("There is no such file.")
    etag = f'"{match["folder"]}{match["name"]}"'
    if matches(etag, ",".join(request.headers.getlist("if-none-match"))):
        return Reply(b"", "", 304, FOR_EVER, (("etag", etag), HARMLESS))
    facts = await asyncio.to_thread(path.stat)
    parts = _parts(request.headers, etag, facts.st_size)
    if parts == "":
        there = f"bytes */{facts.st_size}"
        return Reply(b"", "text/plain; charset=utf-8", 416, headers=(("content-range", there), HARMLESS))
    others = [pair for pair in request.scope["headers"] if pair[0] not in (b"range", b"if-range")]
    request.scope["headers"] = [*others, (b"range", parts.encode())] if parts else others
    mime = _MIMES.get(match["extension"], "application/octet-stream")
    response = FileResponse(path, media_type=mime, headers={"etag": etag}, stat_result=facts)
    own = [(name.encode(), value.encode()) for name, value in (HARMLESS, ("cache-control", FOR_EVER))]
    if not mime.startswith(_SHOWN):
        own.append((b"content-disposition", b"attachment"))
    if request_id := request.scope.get("state", {}).get("request_id"):
        own.append((b"x-request-id", request_id.encode()))
    named = {name for name, _ in own}
    response.raw_headers.extend(own)
    response.raw_headers.extend(pair for pair in request.app.state.surface.headers if pair[0] not in named)
    return response


def _parts(headers: Headers, etag: str, size: int) -> str | None:
    """The parts of a file of `size` bytes that are asked for and are there, as a header Range.

    It is empty where none of them is there, and None where the whole file is to be sent: nothing was asked, the asker
    has a part of another file, or the header is none (RFC 9110, 14.2).
    """
    unit, _, listed = headers.get("range", "").partition("=")
    if unit.strip().lower() != "bytes" or headers.get("if-range", etag) != etag:
        return None
    there = []
    for part in listed.split(","):
        match = _PART.fullmatch(part.strip())
        if match is None or (match["last"] and int(match["last"]) < int(match["first"])):
            return None
        if (min(size, int(match["end"])) > 0) if match["end"] else (int(match["first"]) < size):
            there.append(match[0])
    return f"bytes={','.join(there)}" if there else ""
