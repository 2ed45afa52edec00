"""Nothing that is typed is lost, whatever ends: the browser, the server, the session, the network."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.orm import Session

from tests.admin.opened import Opens, Owned, opening, owned_by_nell, text_of, write_text
from tests.cli.test_doctor import write
from tests.factories import post

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

NEW = "/admin/posts/new/"


@pytest.fixture(scope="module")
def owned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owned]:
    with owned_by_nell(tmp_path_factory.mktemp("owned")) as made:
        yield made


@pytest.fixture
def opens(browser: "Browser", owned: Owned) -> Iterator[Opens]:
    with opening(browser, owned, timeout=60_000) as open_:
        yield open_


def said(page: "Page", words: str) -> None:
    """Wait until the line below the text says so."""
    page.locator("[data-said]", has_text=words).wait_for()


def offered(page: "Page", words: str = "Not saved") -> None:
    page.locator("[data-offered]", has_text=words).first.wait_for()


def test_what_is_typed_is_on_the_server_within_two_seconds_and_offered_when_it_is_opened_again(opens: Opens) -> None:
    page = opens(NEW)
    write_text(page, "Typed and never saved")
    began = time.monotonic()
    said(page, "Kept on the server")
    took = time.monotonic() - began
    page.close()
    again = opens(NEW)
    offered(again, "4 words")
    again.get_by_role("link", name="Take it").first.click()
    again.locator("[data-told]").wait_for()
    assert text_of(again) == "Typed and never saved"
    assert took < 2
