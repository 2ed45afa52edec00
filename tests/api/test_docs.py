"""Everything that docs/api.md shows is done, by curl and by Python, against a real server."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image
from sqlalchemy import update
from sqlalchemy.orm import Session

from tests.accounts.people import PASSWORD, account
from tests.cli.test_doctor import write
from tests.conftest import missing
from tests.factories import post
from tests.search.test_docs import holds
from tests.serving import new_site, serving
from westmarch.accounts.models import Account
from westmarch.api.media_shapes import MediaAsked
from westmarch.api.post_shapes import Asked, Post
from westmarch.api.routes import DOORS
from westmarch.api.tag_shapes import TagsAsked
from westmarch.authors import actions as authors

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
SHOWN = re.compile(r"^```(sh|python)\n(.*?)^```\n\n```(json|text)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def fill(session: Session) -> None:
    """What the page takes to be there."""
    post(session, "The harbour", tags=("Sea",))
    author_id = authors.create(session, "Nell")
    nell = account(session, "Nell", "owner")
    session.execute(update(Account).where(Account.id == nell.id).values(author_id=author_id))


def run(command: list[str], text: str, environment: dict[str, str]) -> str:
    """The output of a script."""
    done = subprocess.run(
        command, input=text, capture_output=True, text=True, check=False, timeout=60, env=os.environ | environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_examples_do_what_they_show(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        missing("curl", "it is not installed")
    text = PAGE.read_text(encoding="utf-8")
    shown = SHOWN.findall(text)
    assert len(shown) == text.count("```sh") + text.count("```python")
    picture = tmp_path / "harbour.png"
    Image.new("RGB", (3, 2)).save(picture)
    site = new_site(tmp_path / "site")
    write(site, fill)
    with serving(site) as server:
        environment = {"SITE": server.url, "NAME": "Nell", "PASSWORD": PASSWORD, "PICTURE": str(picture)}
        mark = "-- the next one --"
        scripts = [script for kind, script, _, _ in shown if kind == "sh"]
        script = "set -euo pipefail\n" + f"\necho; echo '{mark}'\n".join(scripts)
        told = iter(run(["bash", "-s"], script, environment).split(mark))
        for kind, script, form, expected in shown:
            said = next(told) if kind == "sh" else run([sys.executable, "-"], script, environment)
            if form == "text":
                assert said.strip() == expected.strip(), script
            else:
                assert holds(json.loads(said), json.loads(expected)), (script, said)


@pytest.mark.unit
def test_the_page_names_all_routes_fields_and_parameters() -> None:
    text = PAGE.read_text(encoding="utf-8")
    reference = text.partition("## Reference")[2]
    for door in DOORS:
        assert f"`{door.path}`" in reference, door.path
    for name in (*Post.model_fields, *Asked.model_fields, *TagsAsked.model_fields, *MediaAsked.model_fields):
        assert f"`{name}`" in text, name


@pytest.mark.browser
def test_people_try_the_api_on_its_page(browser: "Browser", tmp_path: Path) -> None:
    site = new_site(tmp_path / "site")
    write(site, fill)
    complaints: list[str] = []
    with serving(site) as server, browser.new_context() as context:
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(request.url) if server.url not in request.url else None)
        page.goto(server.url + "/api/docs")
        page.locator("button.authorize").first.click()
        page.locator("input#oauth_username").fill("Nell")
        page.locator("input#oauth_password").fill(PASSWORD)
        page.locator(".auth-btn-wrapper button.authorize").first.click()
        # The dialog may be closed when the token is there; to hash a password takes its time.
        page.locator(".auth-btn-wrapper button", has_text="Logout").wait_for()
        page.locator(".auth-btn-wrapper button.btn-done").click()
        page.locator("#operations-me-read_me .opblock-summary").click()
        page.get_by_role("button", name="Try it out").click()
        page.get_by_role("button", name="Execute").click()
        said: Any = page.locator("#operations-me-read_me .live-responses-table .highlight-code").first.inner_text()
        assert '"role": "owner"' in said
        # Pictures in the style sheet of Swagger UI are part of it.
        assert not [each for each in complaints if not each.startswith("data:")]
