"""Who else has a post open, told by real WebSockets of real servers."""

import json
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.admin.test_live import cookie
from tests.cli.conftest import Westmarch, site_on_each, westmarch
from tests.cli.test_doctor import write
from tests.factories import SITE, draft, post
from tests.serving import Serving, serving
from westmarch.posts import actions

__all__ = ["Westmarch", "site_on_each", "westmarch"]


def posted(site: Path) -> int:
    made: list[int] = []
    write(site, lambda session: made.append(post(session, "Ebb")))
    return made[0]


def opened(
    server: Serving, post_id: int, shown: str | None, tab: str, kind: str = "post", **headers: str
) -> ClientConnection:
    cookies = {"cookie": shown} if shown else {}
    address = f"{server.url.replace('http:', 'ws:')}/admin/{kind}s/{post_id}/live?tab={tab * 20}"
    return connect(address, additional_headers=cookies | headers, compression=None, open_timeout=60)


def told(socket: ClientConnection, *others: str, seconds: float = 30) -> dict[str, Any]:
    """What is told once these and no others are there; of the same account `you`."""
    while True:
        found: dict[str, Any] = json.loads(socket.recv(timeout=seconds))
        if sorted("you" if each["you"] else each["name"] for each in found["others"]) == sorted(others):
            return found


def test_two_people_and_two_tabs_see_each_other_come_and_go(site_on_each: Path) -> None:
    nell, ada, post_id = cookie(site_on_each), cookie(site_on_each, "Ada", "editor"), posted(site_on_each)
    with serving(site_on_each) as server, opened(server, post_id, nell, "a") as first:
        told(first)
        with opened(server, post_id, ada, "b") as second:
            told(second, "Nell")
            told(first, "Ada")
            with opened(server, post_id, nell, "c"):
                told(first, "Ada", "you")
            told(first, "Ada")
        told(first)


def test_a_new_version_is_told_with_who_made_it(site_on_each: Path) -> None:
    nell, post_id = cookie(site_on_each), posted(site_on_each)
    with serving(site_on_each) as server, opened(server, post_id, nell, "a") as socket:
        before = told(socket)["version"]
        write(
            site_on_each,
            lambda session: actions.revise(session, post_id, draft("Flow", slug="ebb"), SITE, actor="Mona"),
        )
        after = told(socket)
        assert (after["version"] != before, after["by"], after["you"]) == (True, "Mona", False)


def test_the_trash_is_told_with_who_used_it_and_what_is_restored_is_as_before(site_on_each: Path) -> None:
    nell, post_id = cookie(site_on_each), posted(site_on_each)
    with serving(site_on_each) as server, opened(server, post_id, nell, "a") as socket:
        before = told(socket)
        assert before["trashed"] is False
        write(site_on_each, lambda session: actions.trash(session, post_id, SITE, actor="Mona"))
        after = told(socket)
        assert (after["trashed"], after["by"], after["you"]) == (True, "Mona", False)
        write(site_on_each, lambda session: actions.restore(session, post_id, SITE, actor="Ada"))
        again = told(socket)
        assert (again["trashed"], again["version"]) == (False, before["version"])


def test_a_post_is_not_told_of_where_pages_are(site_on_each: Path) -> None:
    nell, post_id = cookie(site_on_each), posted(site_on_each)
    with serving(site_on_each) as server:
        with pytest.raises(InvalidStatus) as refused:
            opened(server, post_id, nell, "a", kind="page")
        assert refused.value.response.status_code == 403
        with opened(server, post_id, nell, "a") as socket:
            told(socket)


def test_processes_tell_each_other(site_on_each: Path) -> None:
    nell, ada, post_id = cookie(site_on_each), cookie(site_on_each, "Ada", "editor"), posted(site_on_each)
    with (
        serving(site_on_each) as one,
        serving(site_on_each) as other,
        opened(one, post_id, nell, "a") as first,
        opened(other, post_id, ada, "b") as second,
    ):
        told(first, "Ada")
        told(second, "Nell")


def test_strangers_and_those_who_may_not_change_it_are_refused(site_on_each: Path) -> None:
    nell, tom, post_id = cookie(site_on_each), cookie(site_on_each, "Tom", "author"), posted(site_on_each)
    with serving(site_on_each) as server:
        for shown, number in ((None, post_id), (tom, post_id), (nell, 999)):
            with pytest.raises(InvalidStatus) as refused:
                opened(server, number, shown, "a")
            assert refused.value.response.status_code == 403
        with pytest.raises(InvalidStatus):
            opened(server, post_id, nell, "a", origin="https://elsewhere.example")
        with pytest.raises(InvalidStatus):
            opened(server, post_id, nell, "/")


def test_all_forms_of_ones_own_are_told_and_of_nobody_else(site_on_each: Path) -> None:
    nell, ada = cookie(site_on_each), cookie(site_on_each, "Ada", "editor")
    post_id, other_id = posted(site_on_each), posted(site_on_each)
    with (
        serving(site_on_each) as server,
        opened(server, other_id, nell, "c"),
        opened(server, post_id, ada, "b") as hers,
        opened(server, post_id, nell, "a") as mine,
    ):
        assert told(mine, "Ada")["mine"] == ["a" * 20, "c" * 20]
        assert told(hers, "Nell")["mine"] == ["b" * 20]
