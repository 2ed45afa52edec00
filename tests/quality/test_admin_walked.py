"""Every page of the admin can be come to from the dashboard, and is valid, for its owner and for a contributor."""

import json
import re
from pathlib import Path

import pytest

from tests.quality.admin_walk import ROLES, UNLED, Admin, file_name, pages_of, route_of
from tests.quality.admin_walk import admin as admin
from tests.quality.test_nu import WRONG_ON_STYLE, remarks
from tests.quality.test_nu import nu as nu
from westmarch.admin.routes import ROUTES


def test_every_page_without_parameters_is_led_to(admin: Admin) -> None:
    routes = pages_of(ROUTES)
    plain = {route.path for route in routes if "{" not in route.path}
    assert plain - set(admin.walked["owner"].routes) - UNLED == set()


def test_pages_of_one_thing_are_led_to(admin: Admin) -> None:
    paths = {route.path for route in pages_of(ROUTES)}
    assert paths - set(admin.walked["owner"].routes) == UNLED


def test_a_contributor_is_led_to_nothing_that_is_refused(admin: Admin) -> None:
    """The walk itself fails at a page that answers other than 200."""
    led = set(admin.walked["contributor"].routes)
    assert {"/admin/", "/admin/posts/", "/admin/posts/new/", "/admin/me/"} <= led
    assert not {path for path in led if path.startswith(("/admin/accounts/", "/admin/settings/", "/admin/tags/"))}


def test_a_walk_finds_the_route_of_an_address() -> None:
    found = route_of(pages_of(ROUTES), "/admin/tags/7/")
    assert found is not None
    assert found.path == "/admin/tags/{id:int}/"


@pytest.mark.parametrize("role", ROLES)
def test_every_page_is_valid(admin: Admin, nu: list[str], tmp_path: Path, role: str) -> None:
    pages = admin.walked[role].pages
    for address, text in pages.items():
        (tmp_path / f"{file_name(address)}.html").write_text(text, encoding="utf-8")
    assert len(pages) > 8
    said = remarks(nu, *sorted(tmp_path.glob("*.html")))
    found = [each for each in said if not any(re.search(wrong, each) for wrong in WRONG_ON_STYLE)]
    assert found == [], json.dumps(found, indent=1, ensure_ascii=False)
