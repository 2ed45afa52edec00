"""Nobody is offered what they may not do, and no form does what it does not show."""

from typing import Any, get_args
from urllib.parse import quote_plus

import pytest
from sqlalchemy import select
from starlette.routing import Match

from tests.accounts.people import signed_in
from tests.admin.filled import forms
from tests.admin.test_hostile_forms import Page, pages
from tests.admin.test_undo_walk import site, stored
from tests.factories import post
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.accounts.guard import Guarded
from westmarch.accounts.models import Account
from westmarch.accounts.rights import RIGHTS, Right, Role
from westmarch.app import ROUTES
from westmarch.authors import managing as authors
from westmarch.db.model import Model
from westmarch.db.sessions import Reading


def right(method: str, path: str) -> Right | None:
    """The right that a path of the admin asks for; None where everybody has it."""
    asked = {"type": "http", "method": method, "path": path}
    found = next((route for route in ROUTES if route.matches(asked)[0] is Match.FULL), None)
    assert found is not None, (method, path)
    return found.right if isinstance(found, Guarded) else None


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("role", get_args(Role))
async def test_no_link_and_no_button_leads_to_what_a_role_may_not(reader: Reader, role: Role) -> None:
    await reader.do(site)
    ada = await reader.db.read(authors.by_slug, "ada")
    await reader.do(lambda session: post(session, "Own", authors=("Ada",), status="draft"))
    await signed_in(reader, role=role, author_id=ada)
    found = await pages(reader)
    assert len(found) > 5
    offered: dict[tuple[str, str], str] = {}
    for path in found:
        text = await reader.page(path)
        offered |= {("GET", link.partition("#")[0]): path for link in Page(text).links if link.startswith("/admin/")}
        offered |= {(form.method.upper(), form.action): path for form in forms(text) if form.action}
    for (method, where), path in offered.items():
        asked = right(method, where.partition("?")[0])
        assert asked is None or asked in RIGHTS[role], (path, method, where)
    for path in sorted({where for method, where in offered if method == "GET"}):
        assert (await reader.get(path)).status_code not in (403, 404, 405), path


async def test_contributors_are_offered_no_button_that_publishes(reader: Reader) -> None:
    await signed_in(reader, role="contributor")
    for path in ("/admin/posts/", "/admin/posts/new/"):
        found = {value for form in forms(await reader.page(path)) for _, value in form.buttons}
        assert not found & {"publish", "schedule", "update", "unpublish", "withdraw"}, path


def accounts(session: Reading) -> list[Any]:
    """All accounts, whole."""
    return [tuple(row) for row in session.execute(select(*Account.__table__.columns).order_by(Account.id))]


async def test_a_field_that_a_form_does_not_show_changes_nothing(reader: Reader) -> None:
    await reader.do(site)
    await signed_in(reader)
    columns = {column.name for table in Model.metadata.tables.values() for column in table.columns}
    before, people = await reader.db.read(stored), await reader.db.read(accounts)
    sent = 0
    for path in await pages(reader):
        for form in forms(await reader.page(path)):
            if (
                form.method != "post"
                or form.action != path
                or "/new/" in path
                or not form.typed
                or "version" not in form.kinds
                or "sides" in path
            ):
                continue
            more = sorted(columns - set(form.kinds) - {name for name, _ in form.buttons})
            saves = [button for button in form.buttons if button[1] in ("save", "update")][:1]
            pairs = [*form.fields, *saves, *((name, "7") for name in more)]
            body = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in pairs)
            headers = {"content-type": "application/x-www-form-urlencoded"}
            answer = await reader.client.post(path, content=body, headers=headers)
            assert answer.status_code == 303, (path, answer.status_code)
            sent += 1
            assert await reader.db.read(stored) == before, path
            assert await reader.db.read(accounts) == people, path
    assert sent > 8
