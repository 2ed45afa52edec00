"""Stored files for readers, by the hash in their names: what is at an address never changes."""

import asyncio
import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse

from westmarch.errors import NotFound
from westmarch.media.files import FILES, PICTURES
from westmarch.web.replies import FOR_EVER, Reply, matches

_MIMES = dict(PICTURES.values()) | FILES
#: What is shown in place; anything else is handed over as a file.
_SHOWN = ("image/", "audio/", "video/")
_PATH = re.compile(r"(?P<folder>[0-9a-f]{2})/(?P<name>[0-9a-f]{62})\.(?P<extension>[a-z0-9]{1,10})")
#: A file that was uploaded may not run anything, whatever it is.
_HARMLESS = (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox")


async def file(request: Request) -> FileResponse | Reply:
    """`/media/…`: the file, or a part of it. Raises NotFound."""
    match = _PATH.fullmatch(request.path_params["path"])
    folder: Path = request.app.state.settings.media_folder
    path = folder / match["folder"] / f"{match['name']}.{match['extension']}" if match else None
    if match is None or path is None or not await asyncio.to_thread(path.is_file):
        raise NotFound("There is no such file.")
    etag = f'"{match["folder"]}{match["name"]}"'
    if matches(etag, request.headers.get("if-none-match", "")):
        return Reply(b"", "", 304, FOR_EVER, (("etag", etag),))
    mime = _MIMES.get(match["extension"], "application/octet-stream")
    response = FileResponse(path, media_type=mime, headers={"etag": etag})
    own = [_HARMLESS, (b"cache-control", FOR_EVER.encode())]
    if not mime.startswith(_SHOWN):
        own.append((b"content-disposition", b"attachment"))
    if request_id := request.scope.get("state", {}).get("request_id"):
        own.append((b"x-request-id", request_id.encode()))
    named = {name for name, _ in own}
    response.raw_headers.extend(own)
    response.raw_headers.extend(pair for pair in request.app.state.surface.headers if pair[0] not in named)
    return response
