"""Whatever a person does in the admin a program does by curl, at a served site on each database."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.accounts.test_auth_served import curl
from tests.quality.owning import database
from tests.serving import COMMAND, new_site, serving

PASSWORD = "sea to the horizon"
KINDS = [
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgresql", id="postgresql", marks=pytest.mark.postgresql),
]


@dataclass(frozen=True, slots=True)
class Curl:
    """Asks a site by curl, with a token or without."""

    url: str
    token: str = ""

    def ask(self, method: str, path: str, body: Any = None, *more: str) -> tuple[int, dict[str, str], Any]:
        """Status, headers and JSON of an answer; a body goes out as JSON."""
        sent = ["--request", method, *more]
        if self.token:
            sent += ["--header", f"Authorization: Bearer {self.token}"]
        if body is not None:
            sent += ["--header", "Content-Type: application/json", "--data-binary", json.dumps(body)]
        return curl(*sent, f"{self.url}/api/v1{path}")

    def done(self, method: str, path: str, body: Any = None) -> Any:
        """What an address answers where all is well."""
        status, _, told = self.ask(method, path, body)
        assert status in (200, 201), (method, path, status, told)
        return told

    def titles(self, path: str) -> list[str]:
        """The titles in a list."""
        return [each["title"] for each in self.done("GET", path)["results"]]

    def page(self, path: str) -> int:
        """The status of a page of the site, redirects followed, as readers get it."""
        command = ["curl", "--silent", "--location", "--output", "/dev/null", "--write-out", "%{http_code}"]
        return int(subprocess.check_output([*command, "--max-time", "20", self.url + path], text=True))


def with_people(site: Path) -> Path:
    """The site with an owner and an author who have passwords."""
    for arguments in (("password", "owner"), ("add", "Ann", "--role", "author")):
        command = [*COMMAND, "--site", str(site), "account", *arguments, "--password-stdin"]
        subprocess.run(command, input=PASSWORD, check=True, capture_output=True, text=True)
    return site


@pytest.fixture(scope="module", params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a served site."""
    with database(request.param, lambda: request.getfixturevalue("postgresql")) as address:
        options = ("--database-url", address) if address else ()
        site = with_people(new_site(tmp_path_factory.mktemp("by-curl") / "site", *options))
        with serving(site) as server:
            yield server.url


def signed_in(url: str, name: str) -> dict[str, Any]:
    """What `/auth` gives for a name."""
    status, _, told = curl(f"{url}/auth", "--data", f"username={name}", "--data-urlencode", f"password={PASSWORD}")
    assert status == 200, told
    answer: dict[str, Any] = told
    return answer


@pytest.fixture(scope="module")
def owner(url: str) -> Curl:
    return Curl(url, signed_in(url, "owner")["access_token"])


@pytest.fixture(scope="module")
def author(url: str) -> Curl:
    return Curl(url, signed_in(url, "Ann")["access_token"])


def test_a_token_is_given_renewed_and_revoked(url: str) -> None:
    given = signed_in(url, "owner")
    assert (given["token_type"], given["expires_in"]) == ("bearer", 3600)
    assert Curl(url, given["access_token"]).done("GET", "/me")["name"] == "owner"
    status, _, renewed = curl(f"{url}/auth/refresh", "--data", f"refresh_token={given['refresh_token']}")
    assert status == 200
    now = Curl(url, renewed["access_token"])
    assert now.ask("GET", "/me")[0] == 200
    assert curl(f"{url}/auth/revoke", "--data", f"token={renewed['refresh_token']}")[0] == 200
    for token in (given["access_token"], renewed["access_token"], "forged", renewed["access_token"][:-1]):
        status, headers, told = Curl(url, token).ask("POST", "/posts", {"title": "No"})
        assert (status, told["status"]) == (401, 401)
        assert headers["www-authenticate"].startswith("Bearer")
    assert curl(f"{url}/auth/refresh", "--data", f"refresh_token={renewed['refresh_token']}")[0] == 400


def test_a_post_goes_from_draft_to_readers_and_into_the_trash(url: str, owner: Curl) -> None:
    nobody = Curl(url)
    owner.done("POST", "/tags", {"title": "Sea"})
    body = {"title": "Low tide", "markdown": "The *sea* is out.", "tags": ["sea"]}
    status, headers, post = owner.ask("POST", "/posts", body)
    assert (status, post["status"]) == (201, "draft")
    here = f"/posts/{post['id']}"
    assert headers["location"].endswith("/api/v1" + here)
    assert nobody.ask("GET", here)[0] == 404
    assert (owner.page(post["path"]), nobody.titles("/posts?q=Low")) == (404, [])

    assert owner.done("POST", f"{here}/publish")["status"] == "published"
    assert owner.page(post["path"]) == 200
    assert nobody.titles("/posts?q=Low") == ["Low tide"]
    assert nobody.done("GET", here)["html"] == "<p>The <em>sea</em> is out.</p>\n"
    assert owner.done("POST", f"{here}/unpublish")["status"] == "draft"
    assert owner.page(post["path"]) == 404
    when = "2099-01-01T09:00:00+01:00"
    told = owner.done("POST", f"{here}/schedule", {"published_at": when})
    assert (told["status"], told["published_at"]) == ("scheduled", "2099-01-01T08:00:00Z")
    assert owner.titles("/posts?status=scheduled") == ["Low tide"]
    assert nobody.ask("GET", here)[0] == 404

    owner.done("POST", f"{here}/publish")
    status, _, told = owner.ask("DELETE", here)
    assert (status, told) == (204, None)
    assert nobody.ask("GET", here)[0] == 404
    assert owner.page(post["path"]) in (404, 410)
    assert owner.titles("/posts?status=trash") == ["Low tide"]
    assert owner.done("POST", f"{here}/restore")["status"] == "published"
    assert owner.page(post["path"]) == 200


def test_a_change_of_what_is_not_the_newest_is_refused(owner: Curl) -> None:
    _, headers, post = owner.ask("POST", "/posts", {"title": "First"})
    here, etag = f"/posts/{post['id']}", headers["etag"]
    condition = ("--header", f"If-Match: {etag}")
    status, headers, told = owner.ask("PATCH", here, {"title": "Second"}, *condition)
    assert (status, told["title"], told["slug"]) == (200, "Second", post["slug"])
    status, _, problem = owner.ask("PATCH", here, {"title": "Third"}, *condition)
    assert (status, problem["status"]) == (412, 412)
    assert owner.ask("DELETE", here, None, *condition)[0] == 412
    assert owner.done("GET", here)["title"] == "Second"
    whole = {"title": "Third", "markdown": "All of it.", "status": "draft"}
    status, _, told = owner.ask("PUT", here, whole, "--header", f"If-Match: {headers['etag']}")
    assert status == 200, told
    assert told["markdown"] == "All of it."


def test_a_field_that_is_wrong_is_named(owner: Curl) -> None:
    status, headers, problem = owner.ask("POST", "/posts", {"titel": "Low tide", "title": "", "tags": 7})
    assert (status, headers["content-type"]) == (422, "application/problem+json")
    assert {each["field"] for each in problem["errors"]} == {"/title", "/titel", "/tags"}
    status, _, problem = owner.ask("GET", "/posts?colour=red")
    assert (status, problem["parameters"][0]["parameter"]) == (422, "colour")


def test_lists_are_walked_by_their_links(owner: Curl) -> None:
    owner.done("POST", "/tags", {"title": "Walking"})
    for number in range(3):
        body = {"title": f"Walk {number}", "markdown": "On.", "tags": ["walking"], "status": "published"}
        owner.done("POST", "/posts", body)
    found, path = [], "/posts?tag=walking&sort=title&limit=2"
    while path:
        _, headers, told = owner.ask("GET", path)
        found += [each["title"] for each in told["results"]]
        links = [link for link in headers.get("link", "").split(", ") if 'rel="next"' in link]
        path = links[0].partition("<")[2].partition(">")[0].partition("/api/v1")[2] if links else ""
    assert found == ["Walk 0", "Walk 1", "Walk 2"]


def test_a_tag_is_renamed_and_merged_and_its_old_address_leads_on(url: str, owner: Curl) -> None:
    ids = {}
    for name in ("Ropes", "Cords"):
        ids[name] = owner.done("POST", "/tags", {"title": name})["id"]
        owner.done("POST", "/posts", {"title": f"Of {name}", "tags": [name.lower()], "status": "published"})
    assert owner.done("PATCH", f"/tags/{ids['Ropes']}", {"title": "Rigging"})["slug"] == "rigging"
    assert owner.page("/tags/ropes/") == 200
    owner.done("POST", f"/tags/{ids['Cords']}/merge", {"into": ids["Ropes"]})
    assert owner.page("/tags/cords/") == 200
    assert sorted(Curl(url).titles("/posts?tag=rigging")) == ["Of Cords", "Of Ropes"]
    assert owner.ask("DELETE", f"/tags/{ids['Ropes']}")[0] == 204
    assert sorted(Curl(url).titles("/posts?q=Of")) == ["Of Cords", "Of Ropes"]


def test_a_topic_is_put_in_order(owner: Curl) -> None:
    topic = owner.done("POST", "/topics", {"title": "Tides"})
    ids = [
        owner.done("POST", "/posts", {"title": title, "topics": [topic["slug"]], "status": "published"})["id"]
        for title in ("Ebb", "Slack", "Flood")
    ]
    here = f"/topics/{topic['id']}/parts"
    owner.done("PUT", here, {"parts": [ids[2], ids[0], ids[1]]})
    assert [each["title"] for each in owner.done("GET", here)["results"]] == ["Flood", "Ebb", "Slack"]


def test_a_picture_is_sent_and_is_a_cover(owner: Curl, tmp_path: Path) -> None:
    picture = tmp_path / "harbour.png"
    Image.new("RGB", (3, 2)).save(picture)
    form = ("--form", f"file=@{picture}", "--form", "alt=The harbour at noon")
    status, _, stored = owner.ask("POST", "/media", None, *form)
    assert (status, stored["alt"]) == (201, "The harbour at noon")
    post = owner.done("POST", "/posts", {"title": "Covered", "cover": stored["id"]})
    assert post["cover"]["id"] == stored["id"]


def test_a_page_is_written_and_an_old_address_leads_to_it(owner: Curl) -> None:
    page = owner.done("POST", "/pages", {"title": "About", "markdown": "Us.", "status": "published"})
    assert owner.page("/about/") == 200
    assert owner.done("PATCH", f"/pages/{page['id']}", {"slug": "who-we-are"})["path"] == "/who-we-are/"
    assert owner.page("/about/") == 200


def test_an_author_does_what_the_role_may_and_no_more(owner: Curl, author: Curl) -> None:
    theirs = owner.done("POST", "/posts", {"title": "Draft of the owner"})["id"]
    public = owner.done("POST", "/posts", {"title": "Post of the owner", "status": "published"})["id"]
    own = author.done("POST", "/posts", {"title": "Of Ann", "status": "published"})
    assert [each["name"] for each in own["authors"]] == ["Ann"]
    assert author.titles("/posts") == ["Of Ann"]
    assert author.ask("GET", f"/posts/{theirs}")[0] == 404
    assert author.ask("PATCH", f"/posts/{theirs}", {"title": "Mine"})[0] == 404
    assert author.ask("POST", f"/posts/{theirs}/publish")[0] == 404
    assert author.ask("PATCH", f"/posts/{public}", {"title": "Mine"})[0] == 403
    assert author.ask("DELETE", f"/posts/{public}")[0] == 403
    assert author.ask("POST", "/tags", {"title": "New"})[0] == 403
    assert author.ask("POST", "/pages", {"title": "Page"})[0] == 403
    assert owner.done("GET", f"/posts/{public}")["title"] == "Post of the owner"
