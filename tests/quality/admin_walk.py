"""All pages of the admin that somebody comes to from the dashboard, on a site that has something of everything."""

import json
import re
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import parse_qsl, urldefrag, urlsplit

import httpx2
import pytest
from sqlalchemy.orm import Session
from starlette.routing import Match, Route

from tests.accounts.people import account
from tests.admin.works import blog
from tests.cli.test_doctor import write
from tests.factories import SITE, day, draft, post
from tests.quality.crawling import Page
from tests.serving import new_site, serving
from westmarch.accounts import one_time_links, sessions
from westmarch.accounts.guard import Guarded
from westmarch.admin.routes import ROUTES
from westmarch.authors import actions as authors
from westmarch.configuration import load
from westmarch.db.types import now
from westmarch.journal import actions as journal
from westmarch.journal.actions import Typed
from westmarch.links import redirecting
from westmarch.posts import actions as posts
from westmarch.posts.drafts import Draft

ROLES = ("owner", "contributor")
#: So many pages of one route are looked at; of a list each choice once.
OF_A_ROUTE, OF_A_LIST = 3, 2
#: Routes that nobody is led to from a page: what every other address comes to, and what is no page.
UNLED = {
    "/admin/{path:path}",
    "/admin/media/{id:int}/picture/",
    "/admin/settings/look/shades/",
    "/admin/posts/suggest/",
    "/admin/posts/address/",
}
LONG = "A title that is as long as titles are when nobody has told their writer to stop " * 3


@dataclass(frozen=True, slots=True)
class Walked:
    """The pages that somebody came to, by address; the addresses by the route that answers them."""

    pages: dict[str, str] = field(default_factory=dict)
    routes: dict[str, list[str]] = field(default_factory=dict)

    def one_of_each(self) -> Iterator[str]:
        """The address of one page of each route: the last, which somebody has filled in the most."""
        for found in self.routes.values():
            shown = [address for address in found if address in self.pages]
            if shown:
                yield max(shown, key=lambda address: len(self.pages[address]))


@dataclass(frozen=True, slots=True)
class Admin:
    """A served site, and for each role the cookie and the pages to which it was led."""

    url: str
    cookies: dict[str, str]
    walked: dict[str, Walked]


@pytest.fixture(scope="module")
def admin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Admin]:
    site = new_site(tmp_path_factory.mktemp("walked") / "site", "--demo")
    cookies = fill(site, ROLES)
    with serving(site) as server:
        walked = {}
        for role in ROLES:
            # As a browser: views of robots are not counted, and what they miss is not told.
            headers = {"cookie": cookies[role], "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
            with httpx2.Client(base_url=server.url, headers=headers, timeout=60) as client:
                if role == "owner":
                    work(client)
                walked[role] = walk(client)
        yield Admin(server.url, cookies, walked)


def pages_of(routes: Sequence[Route]) -> list[Route]:
    """Routes of the admin that answer a GET of whoever is signed in."""
    return [route for route in routes if isinstance(route, Guarded) and "GET" in (route.methods or ())]


def fill(site: Path, roles: Sequence[str]) -> dict[str, str]:
    """Give a demonstration something of everything; the cookies of new accounts by their roles."""
    name = sessions.cookie_name(load(site).settings)
    cookies: dict[str, str] = {}

    def make(session: Session) -> None:
        for role in roles:
            author_id = authors.create(session, f"Byline of the {role}")
            made = account(session, f"The {role}", role, author_id=author_id)
            for agent in ("test", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"):
                secret = sessions.begin(session, made.id, address="2001:db8::1", agent=agent)
            cookies[role] = f"{name}={secret}"
            written = draft(f"Draft of the {role}", authors=(f"Byline of the {role}",), status="draft")
            revised(session, written, made.id)
            if role == "owner":
                revised(session, draft("A page that was revised", kind="page", status="draft"), made.id)
        authors.create(session, "An author of nothing")  # Only such a one can be deleted.
        account(session, "Somebody disabled", disabled_at=now())
        invited = account(session, "Somebody invited", password_hash=None, email="a" * 60 + "@example.org")
        one_time_links.make(session, invited.id, "invitation")
        post(session, LONG, tags=(LONG[:60],), status="scheduled", published_at=day(100_000 // 10))
        post(session, "x" * 200, status="draft", published_at=None)
        thrown = post(session, "Thrown away", published_at=day(1))
        posts.trash(session, thrown, SITE, actor="The owner")
        redirecting.add(session, "/old.html", "/leap-second/", actor="The owner")
        redirecting.add(session, "/" + "long-" * 40 + "/", "https://example.org/" + "x" * 200, actor="The owner")

    write(site, make)
    return cookies


def revised(session: Session, written: Draft, account_id: int) -> None:
    """Store a post or page with two texts, and a third one that its writer has typed and not saved."""
    post_id, kind, title = posts.create(session, written, SITE, actor="The owner"), written.kind, written.title
    posts.revise(session, post_id, replace(written, title=f"{title}, newer"), SITE, actor="The owner")
    fields = json.dumps({"title": title, "markdown": f"Typed and not saved: {LONG}"})
    typed = Typed(
        tab=f"{kind}-{post_id}-{'x' * 20}", kind=kind, post_id=post_id, base="", sequence=1, fields=fields, title=title,
        words=40, device="Firefox on Linux",
    )  # fmt: skip
    journal.keep(session, account_id, typed, moment=now())


def work(client: httpx2.Client) -> None:
    """Let the owner import a zip and make a backup, and readers ask for what is not there."""
    for path in ("/nothing/", "/wp-login.php", "/" + "deep/" * 30):
        client.get(path, headers={"cookie": ""})
    sent = client.post("/admin/import/", data={"kind": ""}, files={"file": ("blog.zip", blog(3))})
    assert sent.status_code == 303, sent.text
    job = urlsplit(sent.headers["location"]).path
    _ended(client, job)
    assert client.post(job + "do/").status_code == 303
    _ended(client, job)
    assert client.post("/admin/backup/", data={"passphrase": ""}).status_code == 303
    _ended(client, "/admin/backup/")


def _ended(client: httpx2.Client, path: str) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if "data-live" not in client.get(path).text:
            return
        time.sleep(0.2)
    raise AssertionError(f"{path} does not end")


def walk(client: httpx2.Client) -> Walked:
    """Follow all links of the admin from the dashboard on, as whoever the client is signed in as."""
    made = Walked()
    routes = pages_of([route for route in ROUTES if route.path not in UNLED])
    waiting, known = deque(["/admin/"]), {"/admin/"}
    seen: dict[tuple[str, ...], int] = {}
    while waiting:
        address = waiting.popleft()
        route = route_of(routes, urlsplit(address).path)
        if route is None:
            continue
        names = sorted(
            f"{key}={value}" if key in _CHOICES else key for key, value in parse_qsl(urlsplit(address).query)
        )
        kind = (route.path, *names)
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] > (OF_A_LIST if names else OF_A_ROUTE):
            continue
        answer = client.get(address)
        if answer.status_code == 303:  # A form that is sent with nothing chosen.
            continue
        assert answer.status_code == 200, (address, answer.status_code)
        made.routes.setdefault(route.path, []).append(address)
        if not answer.headers["content-type"].startswith("text/html"):
            continue
        if "policy" not in answer.headers.get("content-disposition", ""):
            made.pages[address] = answer.text
        for reference in Page(str(client.base_url).rstrip("/") + address, answer.text).found:
            at = urldefrag(reference.address).url.removeprefix(str(client.base_url).rstrip("/"))
            if at.startswith("/admin/") and not at.startswith("/admin/static/") and at not in known:
                known.add(at)
                waiting.append(at)
    return made


#: Parameters whose every value is another view of a list.
_CHOICES = {"show", "state", "sort", "tab"}


def route_of(routes: Sequence[Route], path: str) -> Route | None:
    """The route that answers a path by GET."""
    scope = {"type": "http", "method": "GET", "path": path, "root_path": ""}
    return next((route for route in routes if route.matches(scope)[0] is Match.FULL), None)


def file_name(address: str) -> str:
    """What a page is called in a folder."""
    return re.sub(r"[^\w.=&?-]", "-", address.removeprefix("/admin/").strip("/"))[:120] or "dashboard"
