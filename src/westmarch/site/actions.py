"""Setting the options of the site."""

from typing import Any

from pydantic import ValidationError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from westmarch.errors import Invalid, unfit
from westmarch.events import actions as events
from westmarch.site import queries
from westmarch.site.models import SiteOption
from westmarch.site.options import Site


def change(session: Session, values: dict[str, Any], *, actor: str) -> Site:
    """Set the options in `values`, keep the others. Raises Invalid naming the option that cannot be set so."""
    before = queries.current(session)
    unknown = sorted(set(values) - set(Site.model_fields))
    if unknown:
        known = ", ".join(Site.model_fields)
        raise Invalid(f"The site has no option {unknown[0]!r}.", place=unknown[0], hint=f"There are: {known}.")
    try:
        after = Site.model_validate(before.model_dump() | values)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Invalid(f"The option {place} cannot be set so: {unfit(first)}.", place=place) from error
    # Compared with what is stored, not with `before`: setting a broken value to the default has to mend it.
    keys, stored = set(session.scalars(select(SiteOption.key))), queries.stored(session)
    was = Site().model_dump(mode="json") | {key: stored.get(key) for key in keys}
    wanted = after.model_dump(mode="json", include=set(values))
    changed = {key: value for key, value in wanted.items() if value != was[key]}
    for key, value in changed.items():
        if key in keys:
            session.execute(update(SiteOption).where(SiteOption.key == key).values(value=value))
        else:
            session.add(SiteOption(key=key, value=value))
    if changed:
        session.flush()
        events.record(session, "site.changed", actor=actor, detail={"options": sorted(changed)})
    return after
