"""The one door for files that people send: told by their content, pictures made anew, kept, and written down."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, NamedTuple

from westmarch.accounts.who import SignedIn
from westmarch.db.database import Database
from westmarch.errors import Invalid
from westmarch.events.actor import Actor
from westmarch.media import actions, files, rewriting, sniffing
from westmarch.media.actions import Stored
from westmarch.media.files import FILES, Examined

#: How large a file may be, in bytes; one is held in memory at a time.
MOST_BYTES = 64 << 20
#: How long the name, and the words for a picture, may be.
NAME, WORDS = 200, 2_000
#: What names are shown without: controls, halves of pairs, and what turns the direction of other text.
_UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]")
_TAKEN = "Pictures are taken (JPEG, PNG, GIF, WebP, AVIF), and: " + ", ".join(FILES) + "."


class Ready(NamedTuple):
    """A file that can be kept, what it is, and what it is called."""

    content: bytes
    examined: Examined
    filename: str


def called(filename: str) -> str:
    """What a file is called here: the end of its path on one line; `file` where nothing is left of it."""
    name = _UNSHOWN.sub("", filename.replace("\\", "/").rpartition("/")[2]).strip()
    if len(name) > NAME:
        end = Path(name).suffix[:10]
        name = name[: NAME - len(end)] + end
    return name or "file"


def ready(content: bytes, filename: str) -> Ready:
    """What is kept of a file that somebody sent. Raises Invalid, in a sentence that names it."""
    name = called(filename)
    try:
        if not content:
            raise Invalid("It is empty.", hint="Choose another one.")
        if len(content) > MOST_BYTES:
            raise Invalid(f"It is larger than {MOST_BYTES >> 20} MB.", hint="Send a smaller one.")
        return _ready(content, name)
    except Invalid as error:
        raise Invalid(f"“{name}”: {error.message}", hint=error.hint, place="file") from error


def _ready(content: bytes, name: str) -> Ready:
    extension = sniffing.extension(content, Path(name).suffix.lower().lstrip("."))
    if extension is not None:
        if extension == "pdf":
            sniffing.require_document(content)
        return Ready(content, files.examine(content, f"file.{extension}"), name)
    told = sniffing.markup(content)
    if told == "svg":
        raise Invalid("It is an SVG, which can hold scripts.", hint="Save it as PNG or WebP.")
    if told == "html":
        raise Invalid("It is a page of HTML, whatever it is called.", hint=_TAKEN)
    try:
        made = rewriting.rewritten(content)
    except Invalid as error:
        if "no picture" not in error.message:
            raise
        if sniffing.begins_as_picture(content):
            raise Invalid("The picture is broken: most of it is missing.", hint="Send it again.") from error
        raise Invalid("Nobody knows what it is.", hint=_TAKEN) from error
    sniffing.require_one(content)
    return Ready(made, files.examine(made, "picture"), name)


async def keep(
    db: Database,
    folder: Path,
    file: BinaryIO,
    filename: str,
    *,
    alt: str = "",
    picture: bool = False,
    who: SignedIn,
    actor: Actor,
) -> Stored:
    """Take a file that somebody sent into the site's media. The same content is kept once.

    `picture`: nothing else is taken. Raises Invalid for what is not taken, and Unavailable where the disk is full.
    """
    if len(alt) > WORDS:
        raise Invalid(f"It has at most {WORDS:,} characters.", place="alt")
    made = await asyncio.get_running_loop().run_in_executor(_turns(), _kept, folder, file, filename, picture)
    return await db.write(
        actions.upload,
        folder,
        made.content,
        made.examined,
        filename=made.filename,
        alt=alt,
        account_id=who.account_id,
        actor=actor,
    )


def _kept(folder: Path, file: BinaryIO, filename: str, picture: bool) -> Ready:
    file.seek(0)
    made = ready(file.read(MOST_BYTES + 1), filename)
    if picture and made.examined.kind != "picture":
        raise Invalid(
            f"“{made.filename}” is no picture.", hint="JPEG, PNG, GIF, WebP and AVIF are taken.", place="file"
        )
    files.keep(folder, made.examined, made.content)  # Writing takes its time, so it is done before the transaction.
    return made


@lru_cache(maxsize=1)
def _turns() -> ThreadPoolExecutor:
    """The one thread in which files are looked at: a picture of 60 million pixels takes half a gigabyte."""
    return ThreadPoolExecutor(1, thread_name_prefix="media")
