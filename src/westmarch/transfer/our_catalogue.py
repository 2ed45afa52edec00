"""What `westmarch.json` holds besides the texts of an exported site, into the site."""

import json
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from westmarch.authors.models import Author, Elsewhere
from westmarch.db.database import Database
from westmarch.errors import Conflict, Invalid, unfit
from westmarch.links import actions as links
from westmarch.links import paths
from westmarch.links.models import Link
from westmarch.media import actions as media_actions
from westmarch.media.files import examine
from westmarch.media.models import Media
from westmarch.posts.models import Post
from westmarch.posts.resolver import SessionResolver
from westmarch.site import actions as site_actions
from westmarch.site import queries as site_queries
from westmarch.site.options import Site
from westmarch.subjects import actions as subjects
from westmarch.subjects.names import fold
from westmarch.tags.models import Tag
from westmarch.text.markdown import render
from westmarch.topics.models import Topic
from westmarch.transfer import made_links, runs
from westmarch.transfer.blogs import outside
from westmarch.transfer.earlier import ACTOR
from westmarch.transfer.out.catalogue import FORMAT, NAME

#: What a link may begin with: no scheme that runs a script.
_ADDRESS = re.compile(r"/|https?://|mailto:")
#: A zero byte as JSON writes it; behind a backslash that is a character itself, it is six letters of a text.
_ZERO = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
#: Files of media that are stored at once.
_FILES = 20
#: What somebody may write about an author, topic or tag; kept as it came in, to know later whether anybody did.
TOLD = frozenset({"bio_markdown", "picture_id", "links", "introduction_markdown", "description", "synonyms"})


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Addressed(_Shape):
    slug: str = Field(min_length=1, max_length=200)
    path: str
    old: tuple[str, ...] = ()


class OurAuthor(_Addressed):
    """An author; `picture` is the hash of a file of media."""

    name: str = Field(min_length=1)
    bio: str = ""
    picture: str | None = None
    links: list[Elsewhere] = []


class OurTopic(_Addressed):
    """A topic with its introduction in Markdown."""

    title: str = Field(min_length=1)
    language: str = Field(max_length=35)
    introduction: str = ""


class OurTag(_Addressed):
    """A tag with the other names that mean it."""

    name: str = Field(min_length=1)
    description: str = ""
    synonyms: list[str] = []


class OurMedia(_Shape):
    """A file of media below `media/`."""

    hash: str
    extension: str
    filename: str
    alt: str = ""


class OurRedirect(_Shape):
    """A path, with a query or none, that leads to an address."""

    path: str
    address: str
    permanent: bool = True


class OurGone(_Shape):
    """What was removed for good, and still answers so at its addresses."""

    kind: str = Field(max_length=20)
    addresses: tuple[str, ...] = Field(min_length=1)


class Catalogue(_Shape):
    """The file as a whole; `folder` is the one in which it lies."""

    format: int
    folder: Path
    site: dict[str, Any] = {}
    authors: tuple[OurAuthor, ...] = ()
    topics: tuple[OurTopic, ...] = ()
    tags: tuple[OurTag, ...] = ()
    media: tuple[OurMedia, ...] = ()
    redirects: tuple[OurRedirect, ...] = ()
    gone: tuple[OurGone, ...] = ()

    @property
    def alts(self) -> dict[str, str]:
        """The descriptions of pictures that have one, by their address."""
        return {f"/media/{one.hash[:2]}/{one.hash[2:]}.{one.extension}": one.alt for one in self.media if one.alt}


def of(folder: Path, told: Path | None = None) -> Catalogue | None:
    """The catalogue of a folder, None where it has none. Raises Invalid, naming `told`, where it cannot be read."""
    file = folder / NAME
    if not file.is_file() or outside(file, folder):
        return None
    try:
        data = file.read_bytes()
        file = told or file
        if _ZERO.search(data):
            raise Invalid(f"{file} holds a zero byte, which no database keeps.", hint="Remove it.")
        found = json.loads(data)
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise Invalid(f"{file} is of a format that this version does not know.", hint="Export the site again.")
        return Catalogue.model_validate(found | {"folder": folder})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Invalid(f"{file}: {place} cannot be so: {unfit(first)}.", place=place) from error
    except (OSError, ValueError, RecursionError) as error:
        raise Invalid(f"{file} cannot be read: {error}", hint="Export the site again.") from error


async def furnish(db: Database, catalogue: Catalogue, media: Path, run: int | None) -> Site:
    """Media, options, authors, topics and tags, before the posts; what the site has already stays as it is.

    `run` is the number of the import.
    """
    for start in range(0, len(catalogue.media), _FILES):
        await db.write(_bring, catalogue.folder / "media", catalogue.media[start : start + _FILES], media, run)
    return await db.write(_furnish, catalogue, run)


def _furnish(session: Session, catalogue: Catalogue, run: int | None) -> Site:
    site = site_queries.current(session)
    if session.scalar(select(Post.id).limit(1)) is None:
        # Whoever has written nothing yet has decided nothing that the exported site did not decide before.
        known = {key: value for key, value in catalogue.site.items() if key in Site.model_fields}
        before = site.model_dump(mode="json")
        site = site_actions.change(session, known, actor=ACTOR)
        if run is not None:
            after = site.model_dump(mode="json")
            runs.note(session, run, "options", 0, **{key: (before[key], after[key]) for key in known})
    resolver = SessionResolver(session)
    for author in catalogue.authors:
        if _missing(session, Author, author.name):
            _add(
                session,
                run,
                Author,
                author,
                name=author.name,
                folded=fold(author.name),
                bio_markdown=author.bio,
                bio_html=render(author.bio, language=site.language, resolver=resolver).html if author.bio else "",
                picture_id=session.scalar(select(Media.id).where(Media.hash == author.picture)),
                links=[link for link in author.links if _ADDRESS.match(link["href"])],
            )
    for topic in catalogue.topics:
        if _missing(session, Topic, topic.title):
            text = topic.introduction
            _add(
                session,
                run,
                Topic,
                topic,
                title=topic.title,
                folded=fold(topic.title),
                language=topic.language,
                introduction_markdown=text,
                introduction_html=render(text, language=topic.language, resolver=resolver).html if text else "",
            )
    for tag in catalogue.tags:
        if _missing(session, Tag, tag.name):
            _add(
                session,
                run,
                Tag,
                tag,
                name=tag.name,
                folded=fold(tag.name),
                description=tag.description,
                synonyms=tag.synonyms,
            )
    return site


def finish(session: Session, catalogue: Catalogue, run: int | None) -> None:
    """Redirects, and the addresses of what was removed, after the posts have theirs. One that is taken is left out."""
    for one in catalogue.redirects:
        with suppress(Conflict, Invalid, ValueError):
            made_links.redirect(session, run, paths.parse(one.path), one.address, permanent=one.permanent)
    for gone in catalogue.gone:
        current, *others = gone.addresses
        with suppress(Conflict, Invalid, ValueError):
            path = paths.parse(urlsplit(current).path)
            if not _held(session, path):
                subject_id = subjects.create(session, gone.kind)
                links.claim(session, subject_id, path)
                _lead(session, subject_id, others)
                subjects.purge(session, subject_id)
                if run is not None:
                    runs.note(session, run, "gone", subject_id)


def _held(session: Session, path: str) -> bool:
    """Whether something has the path, or the one that differs by the slash at its end."""
    spellings = (path, f"{path}/", path.removesuffix("/"))
    return session.scalar(select(Link.id).where(Link.path.in_(spellings), Link.query == "").limit(1)) is not None


def _missing(session: Session, model: type[Author] | type[Topic] | type[Tag], name: str) -> bool:
    return session.scalar(select(model.id).where(model.folded == fold(name))) is None


def _add(
    session: Session,
    run: int | None,
    model: type[Author] | type[Topic] | type[Tag],
    one: _Addressed,
    **columns: Any,
) -> None:
    """Make a subject with the address that it had, or with the next free one."""
    subject_id = subjects.create(session, model.__tablename__)
    path = paths.parse(one.path)
    try:
        path = links.claim(session, subject_id, path)
    except Conflict:
        path = links.claim_free(session, subject_id, path)
    taken = session.scalar(select(model.id).where(model.slug == one.slug)) is not None
    slug = f"{one.slug}-{subject_id}" if taken else one.slug
    session.execute(insert(model).values(id=subject_id, path=path, slug=slug, post_count=0, **columns))
    _lead(session, subject_id, one.old)
    if run is not None:
        runs.note(session, run, model.__tablename__, subject_id, **{key: columns[key] for key in TOLD & columns.keys()})


def _lead(session: Session, subject_id: int, addresses: Iterable[str]) -> None:
    """Let old addresses lead to a subject; those that another has stay with that one."""
    for address in addresses:
        with suppress(Conflict, Invalid, ValueError):
            parts = urlsplit(address)
            links.add_old(session, subject_id, paths.parse(parts.path), query=parts.query)


def _bring(session: Session, folder: Path, files: Sequence[OurMedia], media: Path, run: int | None) -> None:
    """Store the files that the site does not have; one that is not in the folder is missed where a text shows it."""
    for one in files:
        place = folder / one.hash[:2] / f"{one.hash[2:]}.{one.extension}"
        known = session.scalar(select(Media.id).where(Media.hash == one.hash))
        if known is None and place.is_file() and not outside(place, folder.parent):
            content = place.read_bytes()
            with suppress(Invalid):  # Told in the report, where a text shows it.
                examined = examine(content, one.filename)
                stored = media_actions.store(session, media, content, examined, filename=one.filename, alt=one.alt)
                if run is not None and stored.new:
                    runs.note(session, run, "media", stored.id, alt=one.alt)
