"""Whether options are still what they were when a form with them was opened."""

from collections.abc import Iterable

from westmarch.site.options import Site
from westmarch.subjects.version import version_of


def version(site: Site, names: Iterable[str]) -> str:
    """The version of some of the options: another where one of them is another."""
    return version_of(site.model_dump(mode="json", include=set(names)))
