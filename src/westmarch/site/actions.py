"""Setting the options of the site."""

from typing import Any, NamedTuple

from pydantic import ValidationError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from westmarch.changes.models import Epoch
from westmarch.errors import Invalid, unfit
from westmarch.events import actions as events
from westmarch.site import queries
from westmarch.site.models import SiteOption
from westmarch.site.options import Site


class Changed(NamedTuple):
    """The options after a change, which of them are other than before, and the id of the event; None without any."""

    site: Site
    names: frozenset[str]
    event_id: int | None


def faults(site: Site, values: dict[str, Any]) -> dict[str, str]:
    """Why options cannot be set so, by place (`title`, `navigation.0.address`); empty where they can."""
    try:
        Site.model_validate(site.model_dump() | values)
    except ValidationError as error:
        found: dict[str, str] = {}
        for fault in error.errors():  # The first of a place counts: what comes after mostly follows from it.
            found.setdefault(_place(fault["loc"]), unfit(fault))
        return found
    return {}


def _place(parts: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in parts)


def change(session: Session, values: dict[str, Any], *, actor: str) -> Site:
    """Set the options in `values`, keep the others. Raises Invalid naming the option that cannot be set so."""
    return changed(session, values, actor=actor).site


def locked(session: Session) -> None:
    """Let whoever else changes options wait for the end of this transaction: what is compared now stays so."""
    session.execute(select(Epoch.name).with_for_update())


def changed(session: Session, values: dict[str, Any], *, actor: str) -> Changed:
    """Set options as `change` does, and tell of the event; it holds what they were before and are now."""
    locked(session)
    before = queries.current(session)
    unknown = sorted(set(values) - set(Site.model_fields))
    if unknown:
        known = ", ".join(Site.model_fields)
        raise Invalid(f"The site has no option {unknown[0]!r}.", place=unknown[0], hint=f"There are: {known}.")
    try:
        after = Site.model_validate(before.model_dump() | values)
    except ValidationError as error:
        first = error.errors()[0]
        place = _place(first["loc"])
        raise Invalid(f"The option {place} cannot be set so: {unfit(first)}.", place=place) from error
    # Compared with what is stored, not with `before`: setting a broken value to the default has to mend it.
    keys, stored = set(session.scalars(select(SiteOption.key))), queries.stored(session)
    was = Site().model_dump(mode="json") | {key: stored.get(key) for key in keys}
    wanted = after.model_dump(mode="json", include=set(values))
    new = {key: value for key, value in wanted.items() if value != was[key]}
    for key, value in new.items():
        if key in keys:
            session.execute(update(SiteOption).where(SiteOption.key == key).values(value=value))
        else:
            session.add(SiteOption(key=key, value=value))
    if not new:
        return Changed(after, frozenset(), None)
    session.flush()
    undo = {"before": {key: was[key] for key in new}, "after": new}
    detail = {"options": sorted(new), "undo": undo}
    return Changed(after, frozenset(new), events.record(session, "site.changed", actor=actor, detail=detail))
