"""Reading the options of the site."""

from sqlalchemy import select

from westmarch.db.sessions import Reading
from westmarch.site.models import SiteOption
from westmarch.site.options import Site


def current(session: Reading) -> Site:
    """The options as they are set, defaults where they are not."""
    rows = session.execute(select(SiteOption.key, SiteOption.value)).all()
    return Site.model_validate(dict(rows))
