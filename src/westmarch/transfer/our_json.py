"""What `export json` wrote, into the site: by way of the folder that `export markdown` writes of such a site."""

import asyncio
import json
import re
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import TypeAdapter, ValidationError

from westmarch.db.database import Database
from westmarch.errors import Invalid, unfit
from westmarch.transfer.importing import Progress, Unpacked, Wanted, import_folder
from westmarch.transfer.our_catalogue import Catalogue
from westmarch.transfer.out import books
from westmarch.transfer.out.catalogue import FORMAT
from westmarch.transfer.out.exported import Exported
from westmarch.transfer.out.markdown import Names, copy, file_of, write_catalogue, write_post
from westmarch.transfer.out.posts import ExportedPost, ExportedText
from westmarch.transfer.report import Report

_POST, _TEXTS = TypeAdapter(ExportedPost), TypeAdapter(tuple[ExportedText, ...])
_MEDIA = re.compile(r"[0-9a-f]{2}/[0-9a-f]{62}\.[a-z0-9]{1,10}")


async def import_json(
    db: Database, wanted: Wanted, file: Path, media: Path | None, report: Report, progress: Progress | None = None
) -> None:
    """Bring an exported site in, as `import_folder` does with a folder. `media` is a copy of its folder of media.

    Raises Invalid, naming the place, for what `export json` does not write.
    """
    with TemporaryDirectory(prefix="westmarch-") as name:
        folder = Path(name)
        url = await asyncio.to_thread(_unpack, file, media, folder)
        await import_folder(db, replace(wanted, folder=folder), report, progress, unpacked=Unpacked(file, url))


def _unpack(file: Path, media: Path | None, folder: Path) -> str:
    """Write the site of a file to a folder; its address."""
    said = _read(file)
    try:
        names = Names(folder)
        for number, one in enumerate(said.pop("posts")):
            with_texts = one.get("revisions", ()) if isinstance(one, dict) else ()
            try:
                write_post(folder, names, _POST.validate_python(one), _TEXTS.validate_python(with_texts))
            except ValidationError as error:
                raise _invalid(file, f"posts.{number}", error) from error
        lines = [json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in said.pop("books")]
        if lines:
            (folder / books.NAME).write_bytes(b"".join(lines))
        write_catalogue(folder, said)
    except UnicodeEncodeError as error:
        raise Invalid(f"{file} holds half a character, which no database keeps.", hint="Remove it.") from error
    if media is not None:
        for one in said.get("media", ()):
            name = file_of(one)
            if _MEDIA.fullmatch(name):
                copy(media, folder / "media", name, Exported())
    return str(said["url"])


def _read(file: Path) -> dict[str, Any]:
    try:
        said = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        raise Invalid(f"{file} is no JSON: {error}", hint="Export the site again.") from error
    if not isinstance(said, dict) or said.get("format") != FORMAT or not isinstance(said.get("url"), str):
        raise Invalid(
            f"{file} is no exported site, or of a format that this version does not know.",
            hint="`westmarch export json` writes one. The export of Ghost is read by `import ghost`.",
        )
    try:
        Catalogue.model_validate(said | {"folder": file.parent})
    except ValidationError as error:
        raise _invalid(file, "", error) from error
    for name in ("posts", "books"):
        if not isinstance(said.get(name), list):
            raise Invalid(f"{file}: {name} is no list.", place=name, hint="Export the site again.")
    return said


def _invalid(file: Path, place: str, error: ValidationError) -> Invalid:
    """What to tell of a document that does not hold what an export holds."""
    first = error.errors()[0]
    place = ".".join([*filter(None, [place]), *map(str, first["loc"])])
    return Invalid(f"{file}: {place} cannot be so: {unfit(first)}.", place=place, hint="Export the site again.")
