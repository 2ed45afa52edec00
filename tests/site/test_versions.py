"""Versions of options."""

import pytest

from westmarch.site.options import NavigationItem, Site
from westmarch.site.versions import version

pytestmark = pytest.mark.unit


def test_a_version_is_another_where_one_of_its_options_is() -> None:
    names = ("title", "navigation")
    assert version(Site(title="A"), names) == version(Site(title="A", tagline="B"), names)
    assert version(Site(title="A"), names) != version(Site(title="B"), names)
    longer = Site(title="A", navigation=(NavigationItem(title="x", address="/x/"),))
    assert version(Site(title="A"), names) != version(longer, names)
