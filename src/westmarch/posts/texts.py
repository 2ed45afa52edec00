"""Rendering what somebody writes, outside of all transactions: threads of their own do it, two at once."""

import asyncio
import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import unquote

from sqlalchemy import bindparam, select

from westmarch.db.database import Database
from westmarch.db.sessions import Reading
from westmarch.media.models import Media
from westmarch.posts.resolver import SessionResolver
from westmarch.text.rendered import Picture, Reference, Rendered

#: Of so many pictures sizes are looked up, and of so many links the subjects; a post has fewer.
MOST_PICTURES, MOST_LINKS = 2_000, 2_000
_PICTURE = re.compile(r"/media/([0-9a-f]{2})/([0-9a-f]{62})\.[a-z0-9]{1,10}")

_media = Media.__table__
_SIZES = select(_media.c.hash, _media.c.width, _media.c.height, _media.c.alt).where(
    _media.c.hash.in_(bindparam("hashes", expanding=True))
)


@dataclass(frozen=True, slots=True)
class _Known:
    """What was looked up before: pictures by hash. Links are looked up afterwards."""

    pictures: Mapping[str, Picture]

    def link(self, _href: str) -> None:
        """No subject is known yet."""

    def picture(self, src: str) -> Picture | None:
        """The stored picture at an internal path."""
        match = _PICTURE.fullmatch(unquote(src))
        return self.pictures.get(match[1] + match[2]) if match else None


async def rendered(
    db: Database, markdown: str, language: str, alts: Mapping[str, str] = MappingProxyType({}), *, lines: bool = False
) -> Rendered:
    """What a text gives on this site, with sizes of its pictures and subjects of its links.

    `alts` are the words that pictures (by hash) will have, in place of those that they have. With `lines`, for a
    preview, blocks tell the line that they are made of.
    """
    hashes = list(dict.fromkeys(match[1] + match[2] for match in _PICTURE.finditer(markdown)))[:MOST_PICTURES]
    pictures = await db.read(_pictures, hashes) if hashes else {}
    words = {hash_: replace(pictures[hash_], alt=alt) for hash_, alt in alts.items() if hash_ in pictures}
    known = _Known({**pictures, **words})
    made = await asyncio.get_running_loop().run_in_executor(_threads(), _render, markdown, language, known, lines)
    if not made.references:
        return made
    subjects = await db.read(_subjects, [one.href for one in made.references[:MOST_LINKS]])
    return replace(made, references=tuple(Reference(one.href, subjects.get(one.href)) for one in made.references))


@lru_cache(maxsize=1)
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(2, thread_name_prefix="render")


def _render(markdown: str, language: str, known: _Known, lines: bool) -> Rendered:
    from westmarch.text.markdown import render  # Its import takes its time and 4 MiB; a site that is read needs it not.

    return render(markdown, language=language, resolver=known, lines=lines)


def _pictures(session: Reading, hashes: list[str]) -> dict[str, Picture]:
    rows = session.execute(_SIZES, {"hashes": hashes})
    return {row.hash: Picture(row.width, row.height, row.alt) for row in rows}


def _subjects(session: Reading, addresses: Iterable[str]) -> dict[str, int | None]:
    resolver = SessionResolver(session)
    return {href: resolver.link(unquote(href.partition("#")[0].partition("?")[0])) for href in addresses}
