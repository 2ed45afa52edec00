"""Media: pictures and files."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Body, Path, Query
from sqlalchemy import Text, func
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive

from westmarch.accounts.who import SignedIn
from westmarch.api import bodies, paging, replies
from westmarch.api.door import PREFIX, Ask
from westmarch.api.gathering import defaults
from westmarch.api.media_shapes import MediaAsked, MediaPatched, MediaRemoved
from westmarch.api.paging import Order
from westmarch.api.problems import BadRequest, TooLarge, Unfit, UnsupportedType
from westmarch.api.replies import Made
from westmarch.api.shapes import Numbered
from westmarch.db.rows import NamedRow
from westmarch.db.sessions import Reading
from westmarch.home import renewed_media, shown_media
from westmarch.media import actions, library, removing, uploading
from westmarch.media.models import Media
from westmarch.web import forms
from westmarch.web.surface import Surface

#: How large an upload may be, in bytes, with what is sent beside the file.
MOST_BYTES = uploading.MOST_BYTES + (64 << 10)
#: The body of an upload, for the documents.
UPLOAD: Mapping[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "The picture or file."},
                        # Without a type: whatever stands in a field of a form is text.
                        "alt": {"maxLength": uploading.WORDS, "description": "What a picture shows."},
                    },
                }
            }
        },
    }
}

_media = Media.__table__
_SORTS = {"created": _media.c.id, "filename": func.substr(_media.c.filename, 1, 200, type_=Text), "size": _media.c.size}
_DEFAULTS = defaults(MediaAsked)


def shown(surface: Surface, row: NamedRow | library.Medium) -> dict[str, Any]:
    """A medium as a value for JSON."""
    path = f"/media/{row.hash[:2]}/{row.hash[2:]}.{row.extension}"
    return {
        "id": row.id,
        "kind": row.kind,
        "path": path,
        "url": surface.root + path,
        "mime": row.mime,
        "filename": row.filename,
        "size": row.size,
        "width": row.width,
        "height": row.height,
        "alt": row.alt,
        "caption": row.caption,
        "created_at": row.created_at,
    }


async def list_media(ask: Ask, asked: Annotated[MediaAsked, Query()]) -> ASGIApp:
    """All pictures and files, the newest first."""
    parameters = replies.spelled(asked.model_dump(), _DEFAULTS)
    return await replies.read(ask, "", _page, ask.surface, ask.somebody, asked, parameters)


def _page(session: Reading, surface: Surface, _who: SignedIn, asked: MediaAsked, parameters: Mapping[str, str]) -> Made:
    ids = shown_media.unused(session) if asked.unused else None
    statement = library.matching(library.statement(), search=asked.q, ids=ids)
    if asked.kind == "file":
        statement = statement.where(_media.c.kind == "file")
    elif asked.kind:
        statement = library.matching(statement, kind=asked.kind)
    by = asked.sort.removeprefix("-")
    order = Order(by, _SORTS[by], asked.sort.startswith("-"))
    page = paging.page(session, statement, order, _media.c.id, cursor=asked.cursor, limit=asked.limit)
    around = paging.links(f"{surface.root}{PREFIX}/media", parameters, page)
    value = {"results": [shown(surface, row) for row in page.rows], "next": around["next"], "previous": around["prev"]}
    return value, "", paging.header(around)


async def read_medium(ask: Ask, at: Annotated[Numbered, Path()]) -> ASGIApp:
    """The picture or file with this id."""
    return await replies.read(ask, "", one, ask.surface, ask.somebody, at.id)


def one(session: Reading, surface: Surface, _who: SignedIn, media_id: int) -> Made:
    """A medium. Raises NotFound."""
    medium = library.one(session, media_id)
    return shown(surface, medium), medium.version, ()


async def upload_medium(ask: Ask) -> ASGIApp:
    """Bring a picture or a file: a form with the field `file`. One that was there already is the answer, too."""
    async with _form(ask) as form:
        file, alt = form.get("file"), form.get("alt") or ""
        faults = [(f"/{name}", "nothing is called so") for name in form if name not in ("file", "alt")]
        if not isinstance(file, UploadFile):
            faults.append(("/file", "a file is needed"))
        if not isinstance(alt, str) or len(alt) > 2_000 or "\0" in alt:
            faults.append(("/alt", "a text of 2,000 characters at most is needed"))
        if faults or not isinstance(file, UploadFile) or not isinstance(alt, str):
            raise Unfit(faults)
        stored = await uploading.keep(
            ask.db, ask.settings.media_folder, file.file, file.filename or "", alt=alt, who=ask.somebody,
            actor=ask.actor,
        )  # fmt: skip
    return await _changed(ask, stored.id, made=True)


async def patch_medium(ask: Ask, at: Annotated[Numbered, Path()], body: Annotated[MediaPatched, Body()]) -> ASGIApp:
    """Change what the body names: what a picture shows, its caption, what the file is called. Texts follow."""
    values = {name: getattr(body, name) for name in body.model_fields_set}
    if "filename" in values:
        values["filename"] = uploading.called(values["filename"]) if values["filename"].strip() else ""
    expected = await _expected(ask, at.id)

    def describe(session: Session) -> int | None:
        return actions.describe(session, at.id, values, who=ask.somebody, expected=expected, actor=ask.actor)

    alts = {at.id: values["alt"].strip()} if "alt" in values else {}
    await renewed_media.changed(ask.db, alts, ask.somebody, describe)
    return await _changed(ask, at.id)


async def delete_medium(ask: Ask, at: Annotated[Numbered, Path()], asked: Annotated[MediaRemoved, Query()]) -> ASGIApp:
    """Delete a picture or file for good. While something shows it that is refused (409), unless `anyway` says so."""
    expected = await _expected(ask, at.id)
    file = await ask.db.write(
        shown_media.remove, at.id, anyway=asked.anyway, who=ask.somebody, expected=expected, actor=ask.actor
    )
    await ask.db.write(removing.remove_files, ask.settings.media_folder, [file])
    return replies.nothing()


async def _expected(ask: Ask, media_id: int) -> str | None:
    return await replies.expected(ask, _version, media_id)


def _version(session: Reading, media_id: int) -> str:
    return library.one(session, media_id).version


async def _changed(ask: Ask, media_id: int, *, made: bool = False) -> ASGIApp:
    value, version, _ = await ask.db.read(one, ask.surface, ask.somebody, media_id)
    return replies.done(value, version, made=f"{ask.surface.root}{PREFIX}/media/{media_id}" if made else "")


@asynccontextmanager
async def _form(ask: Ask) -> AsyncIterator[FormData]:
    """The form of an upload. Raises UnsupportedType, TooLarge, BadRequest."""
    kind, _ = bodies.media_type(ask.headers)
    if kind != "multipart/form-data":
        raise UnsupportedType(
            "An upload is a form with the field `file`.", hint="Send it as multipart/form-data, as `curl -F` does."
        )
    if not forms.in_utf_8(ask):
        raise UnsupportedType("A form is sent in UTF-8.")
    try:
        form = await Request(ask.scope, _bounded(ask.receive)).form(max_files=1, max_fields=10, max_part_size=1 << 16)
    except (MultiPartException, HTTPException) as error:
        raise BadRequest(f"The form cannot be read: {getattr(error, 'detail', error)}") from error
    except ClientDisconnect as error:
        raise BadRequest("The body has ended before its time.") from error
    try:
        yield form
    finally:
        await form.close()


def _bounded(receive: Receive) -> Receive:
    size = 0

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > MOST_BYTES:
            raise TooLarge(f"An upload may have {uploading.MOST_BYTES >> 20} MiB at most.")
        return message

    return counted
