"""Giving subjects the slugs that people ask for, or that their names make."""

from typing import Any

from sqlalchemy.orm import Session

from westmarch.errors import Conflict, Invalid
from westmarch.links import actions
from westmarch.links.paths import last_segment, own_slug, slugify
from westmarch.subjects.names import fold


def claim_slug(session: Session, subject_id: int, folder: str, slug: str, *, new: bool = False) -> str:
    """As `actions.claim`, for a slug in a folder such as `/tags/`; what it raises lies in the field `slug`."""
    try:
        return actions.claim(session, subject_id, f"{folder}{slug}/", new=new)
    except (Conflict, Invalid) as error:
        raise type(error)(error.message, place="slug", hint="Choose another slug.") from error


def follow(
    session: Session, subject_id: int, folder: str, slug: str | None, *, has: str, was: str, called: str
) -> str | None:
    """The path of the slug that is asked for; without one, of the new name, where the slug it `has` is of the old name.

    None where the path stays. What it raises is as in `claim_slug`.
    """
    if slug is not None:
        return claim_slug(session, subject_id, folder, own_slug(slug)) if own_slug(slug) != has else None
    if has == slugify(was) != slugify(called):
        return actions.claim_free(session, subject_id, f"{folder}{slugify(called)}/")
    return None


def columns(values: dict[str, Any], named: str = "name") -> dict[str, Any]:
    """The values with what hangs on them: what a name is found by (`named` is its column), and the slug of a path."""
    found = dict(values)
    if named in values:
        found["folded"] = fold(values[named])
    if "path" in values:
        found["slug"] = last_segment(values["path"])
    return found
