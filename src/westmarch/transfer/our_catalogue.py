"""What `westmarch.json` holds besides the texts of an exported site, into the site."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from westmarch.authors.models import Author
from westmarch.errors import Conflict, Invalid, unfit
from westmarch.links import actions as links
from westmarch.links import paths
from westmarch.media import actions as media_actions
from westmarch.media.files import examine
from westmarch.media.models import Media
from westmarch.posts.resolver import SessionResolver
from westmarch.site import actions as site_actions
from westmarch.site import queries as site_queries
from westmarch.site.options import Site
from westmarch.subjects import actions as subjects
from westmarch.subjects.names import fold
from westmarch.tags.models import Tag
from westmarch.text.markdown import render
from westmarch.topics.models import Topic
from westmarch.transfer.blogs import outside
from westmarch.transfer.earlier import ACTOR
from westmarch.transfer.out.catalogue import FORMAT, NAME


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Addressed(_Shape):
    slug: str
    path: str
    old: tuple[str, ...] = ()


class OurAuthor(_Addressed):
    """An author; `picture` is the hash of a file of media."""

    name: str
    bio: str = ""
    picture: str | None = None
    links: list[dict[str, str]] = []


class OurTopic(_Addressed):
    """A topic with its introduction in Markdown."""

    title: str
    language: str
    introduction: str = ""


class OurTag(_Addressed):
    """A tag with the other names that mean it."""

    name: str
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


def of(folder: Path) -> Catalogue | None:
    """The catalogue of a folder, None where it has none. Raises Invalid where it cannot be read."""
    file = folder / NAME
    if not file.is_file() or outside(file, folder):
        return None
    try:
        found = json.loads(file.read_bytes())
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise Invalid(f"{file} is of a format that this version does not know.", hint="Export the site again.")
        return Catalogue.model_validate(found | {"folder": folder})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Invalid(f"{file}: {place} cannot be so: {unfit(first)}.", place=place) from error
    except (OSError, ValueError, RecursionError) as error:
        raise Invalid(f"{file} cannot be read: {error}", hint="Export the site again.") from error


def furnish(session: Session, catalogue: Catalogue, media: Path) -> Site:
    """Options, media, authors, topics and tags, before the posts; what the site has already stays as it is."""
    site = site_queries.current(session)
    if not site_queries.stored(session) and catalogue.site:
        known = {key: value for key, value in catalogue.site.items() if key in Site.model_fields}
        site = site_actions.change(session, known, actor=ACTOR)
    for one in catalogue.media:
        _bring(session, catalogue.folder / "media", one, media)
    resolver = SessionResolver(session)
    for author in catalogue.authors:
        if _missing(session, Author, author.name):
            _add(
                session,
                Author,
                author,
                name=author.name,
                folded=fold(author.name),
                bio_markdown=author.bio,
                bio_html=render(author.bio, language=site.language, resolver=resolver).html if author.bio else "",
                picture_id=session.scalar(select(Media.id).where(Media.hash == author.picture)),
                links=author.links,
            )
    for topic in catalogue.topics:
        if _missing(session, Topic, topic.title):
            text = topic.introduction
            _add(
                session,
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
                Tag,
                tag,
                name=tag.name,
                folded=fold(tag.name),
                description=tag.description,
                synonyms=tag.synonyms,
            )
    return site


def finish(session: Session, catalogue: Catalogue) -> None:
    """Redirects, after the posts have their addresses; one whose path has been taken since is left out."""
    for one in catalogue.redirects:
        parts = urlsplit(one.path)
        try:
            links.redirect(session, paths.parse(parts.path), one.address, permanent=one.permanent)
        except (Conflict, Invalid):
            continue


def _missing(session: Session, model: type[Author] | type[Topic] | type[Tag], name: str) -> bool:
    return session.scalar(select(model.id).where(model.folded == fold(name))) is None


def _add(session: Session, model: type[Author] | type[Topic] | type[Tag], one: _Addressed, **columns: Any) -> None:
    """Make a subject with the address that it had, or with the next free one."""
    subject_id = subjects.create(session, model.__tablename__)
    path = paths.parse(one.path)
    try:
        path = links.claim(session, subject_id, path)
    except Conflict:
        path = links.claim_free(session, subject_id, path)
    slug = (
        one.slug
        if session.scalar(select(model.id).where(model.slug == one.slug)) is None
        else f"{one.slug}-{subject_id}"
    )
    session.execute(insert(model).values(id=subject_id, path=path, slug=slug, post_count=0, **columns))
    for address in one.old:
        parts = urlsplit(address)
        links.add_old(session, subject_id, paths.parse(parts.path), query=parts.query)


def _bring(session: Session, folder: Path, one: OurMedia, media: Path) -> None:
    """Store a file that the site does not have; one that is not in the folder is missed where a text shows it."""
    if session.scalar(select(Media.id).where(Media.hash == one.hash)) is not None:
        return
    place = folder / one.hash[:2] / f"{one.hash[2:]}.{one.extension}"
    if not place.is_file() or outside(place, folder.resolve()):
        return
    content = place.read_bytes()
    media_actions.store(session, media, content, examine(content, one.filename), filename=one.filename, alt=one.alt)
