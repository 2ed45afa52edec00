"""Making tags, changing them, and hanging them on subjects. Merging and deleting is in posts/retagging.py."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from westmarch.errors import Conflict, Invalid, NotFound
from westmarch.events import actions as events
from westmarch.links import actions as links
from westmarch.links import naming
from westmarch.links.paths import last_segment, own_slug, slugify
from westmarch.subjects import actions as subjects
from westmarch.subjects import version
from westmarch.subjects.names import fit, fold, spellings
from westmarch.tags import managing
from westmarch.tags.managing import Edited
from westmarch.tags.models import Tag, Tagging

#: The longest description, in code points, and how many synonyms a tag may have.
DESCRIPTION, SYNONYMS = 2_000, 50

# Statements are built once: an import runs each of them for every post.
_tag = Tag.__table__
_NAMED = select(_tag.c.folded, _tag.c.id).where(_tag.c.folded.in_(bindparam("names", expanding=True)))
_WITH_SYNONYMS = select(_tag.c.id, _tag.c.synonyms).where(_tag.c.synonyms != [])
_INSERT = insert(Tagging.__table__)


def known(session: Session, names: Sequence[str]) -> dict[str, int | None]:
    """The ids of the tags called so, by folded name; None for those that do not exist.

    A name is found by its folded form and by the synonyms of other tags.
    """
    wanted = spellings(names)
    if not wanted:
        return {}
    found: dict[str, int] = dict(session.execute(_NAMED, {"names": list(wanted)}).all())
    if len(found) < len(wanted):
        for tag_id, synonyms in session.execute(_WITH_SYNONYMS):
            found |= {fold(s): tag_id for s in synonyms if fold(s) in wanted and fold(s) not in found}
    return {folded: found.get(folded) for folded in wanted}


def ensure(session: Session, names: Sequence[str], looked_up: dict[str, int | None] | None = None) -> list[int]:
    """The ids of the tags called so, in order and each once; tags that do not exist are made.

    `looked_up` is what `known` gave for these names and others in this transaction; what is made is added to it.
    """
    found = known(session, names) if looked_up is None else looked_up
    ids = []
    for folded, name in spellings(names).items():
        tag_id = found[folded]
        if tag_id is None:
            found[folded] = tag_id = _create(session, name, folded)
        ids.append(tag_id)
    return list(dict.fromkeys(ids))


def create(
    session: Session,
    name: str,
    *,
    slug: str | None = None,
    description: str = "",
    synonyms: Sequence[str] = (),
    actor: str,
) -> int:
    """Make a tag with a page of its own and return its id; without a slug it is made of the name.

    Raises Invalid where a field cannot be taken, Conflict where another tag has the name or the slug.
    """
    name = fit(name, what="tag")
    check_free(session, name, None)
    described, meant = _fit_description(description), fit_synonyms(session, synonyms, name, None)
    tag_id = _create(session, name, fold(name), slug=own_slug(slug) if slug else None)
    session.execute(update(Tag).where(Tag.id == tag_id).values(description=described, synonyms=meant))
    events.record(session, "tag.created", actor=actor, subject_id=tag_id, detail={"name": name})
    return tag_id


def change(
    session: Session,
    tag_id: int,
    *,
    name: str | None = None,
    slug: str | None = None,
    description: str | None = None,
    synonyms: Sequence[str] | None = None,
    expected: str | None = None,
    actor: str,
) -> int | None:
    """Change what is given; the id of the event, or None where nothing is new.

    A slug that was made of the name follows the name, and the old path leads to the new one. Raises NotFound, Stale
    where the tag is not of the `expected` version, else as `create`.
    """
    tag = editable(session, tag_id, expected)
    values: dict[str, Any] = {}
    if name is not None and (name := fit(name, what="tag")) != tag.name:
        check_free(session, name, tag_id)
        values["name"] = name
    if description is not None and (described := _fit_description(description)) != tag.description:
        values["description"] = described
    called = values.get("name", tag.name)
    meant = fit_synonyms(session, tag.synonyms if synonyms is None else synonyms, called, tag_id)
    if meant != tag.synonyms:
        values["synonyms"] = meant
    if path := naming.follow(session, tag_id, "/tags/", slug, has=tag.slug, was=tag.name, called=called):
        values["path"] = path
    if not values:
        return None
    store(session, tag_id, values)
    detail = version.told(called, tag, values, editable(session, tag_id).version)
    return events.record(session, "tag.changed", actor=actor, subject_id=tag_id, detail=detail)


def editable(session: Session, tag_id: int, expected: str | None = None) -> Edited:
    """The tag, locked until the transaction ends. Raises NotFound, and Stale where it has another version."""
    session.execute(select(Tag.id).where(Tag.id == tag_id).with_for_update())
    tag = managing.edited(session, tag_id)
    if tag is None:
        raise NotFound(f"There is no tag {tag_id}.")
    version.require(expected, tag.version, f"The tag “{tag.name}”")
    return tag


def store(session: Session, tag_id: int, values: dict[str, Any]) -> None:
    """Write fields of a tag, and what hangs on them: what a name is found by, and the slug of a path."""
    session.execute(update(Tag).where(Tag.id == tag_id).values(**naming.columns(values)))


def check_free(session: Session, name: str, tag_id: int | None) -> None:
    """Raises Conflict where another tag is called so, or by a synonym."""
    found = known(session, [name])[fold(name)]
    if found is not None and found != tag_id:
        other = managing.edited(session, found)
        called = other.name if other else name
        means = "There is a tag" if fold(called) == fold(name) else f"{name!r} is a synonym of the tag"
        raise Conflict(f"{means} {called!r} already.", place="name", hint="Choose another name, or merge the two.")


def _fit_description(description: str) -> str:
    made = description.strip()
    if len(made) > DESCRIPTION:
        raise Invalid(
            f"A description has at most {DESCRIPTION:,} characters, this one {len(made):,}.", place="description"
        )
    return made


def fit_synonyms(session: Session, synonyms: Sequence[str], name: str, tag_id: int | None) -> list[str]:
    """Synonyms that a tag of this name may have: each once, and none that is its name.

    Raises Invalid for one that is no name, Conflict for one that means another tag.
    """
    meant = {folded: spelt for folded, spelt in spellings(synonyms).items() if folded != fold(name)}
    if len(meant) > SYNONYMS:
        raise Invalid(f"A tag has at most {SYNONYMS} synonyms.", place="synonyms")
    made = [fit(spelt, what="synonym", place="synonyms") for spelt in meant.values()]
    for folded, found in known(session, made).items():
        if found is not None and found != tag_id:
            other = managing.edited(session, found)
            called = other.name if other else ""
            raise Conflict(
                f"{meant[folded]!r} means the tag {called!r} already.", place="synonyms", hint="Merge the two instead."
            )
    return made


def _create(session: Session, name: str, folded: str, *, slug: str | None = None) -> int:
    tag_id = subjects.create(session, "tag")
    if slug is not None:
        path = naming.claim_slug(session, tag_id, "/tags/", slug, new=True)
    else:
        path = links.claim_free(session, tag_id, f"/tags/{slugify(name)}/", new=True)
    session.execute(
        insert(Tag).values(
            id=tag_id,
            name=name,
            folded=folded,
            slug=last_segment(path),
            path=path,
            description="",
            synonyms=[],
            post_count=0,
        )
    )
    return tag_id


def hang(session: Session, subjects_tags: Iterable[tuple[int, Sequence[int], datetime | None]]) -> None:
    """Hang tags on subjects that have none: for each its id, its tags in order, and since when it is listed."""
    rows = [
        {"subject_id": subject_id, "tag_id": tag_id, "rank": rank, "listed_at": listed_at}
        for subject_id, tag_ids, listed_at in subjects_tags
        for rank, tag_id in enumerate(tag_ids)
    ]
    if rows:
        session.execute(_INSERT, rows)


def take_off(session: Session, subject_id: int) -> None:
    """Take all tags off a subject."""
    session.execute(delete(Tagging).where(Tagging.subject_id == subject_id))
