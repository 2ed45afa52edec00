"""What each role may do is told as it is."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from westmarch.accounts.rights import RIGHTS, SCOPES, Right
from westmarch.accounts.who import SignedIn

pytestmark = pytest.mark.unit

PAGE = Path(__file__).resolve().parents[2] / "docs" / "accounts.md"


def told() -> dict[tuple[str, str], bool]:
    """Whether a role has a right, by both, as the page tells it."""
    table = PAGE.read_text(encoding="utf-8").partition("## Roles")[2].partition("\n## ")[0]
    rows = [re.split(r" *\| *", line.strip("| ")) for line in table.splitlines() if line.startswith("|")]
    _, *roles = rows[0]
    return {(role, right): cell == "yes" for right, *cells in rows[2:] for role, cell in zip(roles, cells, strict=True)}


def test_the_page_tells_the_rights_of_each_role() -> None:
    assert told() == {(role, right.value): right in rights for role, rights in RIGHTS.items() for right in Right}


def test_each_role_has_the_rights_of_the_one_below_it() -> None:
    roles = list(RIGHTS.values())
    assert all(more > less for more, less in pairwise(roles))


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_gives_nothing_that_the_role_has_not(scope: str) -> None:
    who = SignedIn(1, "Ann", "contributor", None, token="wmp_1234", scopes=frozenset({scope}))
    assert {right for right in Right if who.may(right)} <= RIGHTS["contributor"]


def test_an_unknown_scope_gives_nothing() -> None:
    who = SignedIn(1, "Ann", "owner", None, token="wmp_1234", scopes=frozenset({"everything"}))
    assert not any(who.may(right) for right in Right)
