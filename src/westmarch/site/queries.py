"""Reading the options of the site."""

import logging
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select

from westmarch.db.sessions import Reading
from westmarch.errors import Unreadable
from westmarch.site.models import SiteOption
from westmarch.site.options import Site

logger = logging.getLogger(__name__)

_option = SiteOption.__table__
_STORED = select(_option.c.key, _option.c.value)


def stored(session: Reading) -> dict[str, Any]:
    """The values as they are stored, by option; one that is no JSON is logged and left out."""
    try:
        return {row.key: row.value for row in session.execute(_STORED)}
    except Unreadable:
        return dict(_singly(session))


def _singly(session: Reading) -> Iterator[tuple[str, Any]]:
    for key in session.scalars(select(SiteOption.key)).all():
        try:
            yield key, session.scalar(select(SiteOption.value).where(SiteOption.key == key))
        except Unreadable as error:
            logger.error("The option %s of the site counts as not set. %s", key, error.message)


def current(session: Reading) -> Site:
    """The options as they are set, defaults where they are not.

    An option that another version of the program knows is left alone. One whose value cannot be, because it was
    written past `site.actions`, is logged and counts as not set: the site goes on, and the value can be set anew.
    """
    values = {key: value for key, value in stored(session).items() if key in Site.model_fields}
    try:
        return Site.model_validate(values)
    except ValidationError as error:
        broken = {str(found["loc"][0]) for found in error.errors()}
        logger.error("Options of the site that cannot be so: %s. Set them anew.", ", ".join(sorted(broken)))
        return Site.model_validate({key: value for key, value in values.items() if key not in broken})
