"""Reading the options of the site."""

import logging

from pydantic import ValidationError
from sqlalchemy import select

from westmarch.db.sessions import Reading
from westmarch.site.models import SiteOption
from westmarch.site.options import Site

logger = logging.getLogger(__name__)


def current(session: Reading) -> Site:
    """The options as they are set, defaults where they are not.

    An option that another version of the program knows is left alone. One whose value cannot be, because it was
    written past `site.actions`, is logged and counts as not set: the site goes on, and the value can be set anew.
    """
    rows = session.execute(select(SiteOption.key, SiteOption.value)).all()
    values = {key: value for key, value in rows if key in Site.model_fields}
    try:
        return Site.model_validate(values)
    except ValidationError as error:
        broken = {str(found["loc"][0]) for found in error.errors()}
        logger.error("Options of the site that cannot be so: %s. Set them anew.", ", ".join(sorted(broken)))
        return Site.model_validate({key: value for key, value in values.items() if key not in broken})
