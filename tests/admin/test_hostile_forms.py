"""All forms of all pages of the admin, with each of their fields missing, twice, too long and of no use in turn."""

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from urllib.parse import quote_plus, urljoin, urlsplit

import httpx2
import pytest
from sqlalchemy import insert

from tests.accounts.people import account, signed_in
from tests.admin.filled import Form, forms
from tests.admin.test_accounts import sends
from tests.admin.test_undo_walk import site
from tests.factories import START
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.accounts import one_time_links
from westmarch.links.models import MissedPath

#: What a field may hold, as it stands in a body.
HOSTILE = {
    "long": "a" * 100_000,
    "no text": "a%00b%ED%A0%80%FF%C0",
    "right to left": "%E2%80%AE%D7%A9%E2%81%A6",
    "control": "%01%0B%1B%7F%C2%85",
    "markup": "%22%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E",
}
#: They start processes that take long, or end the session by which the walk is done.
LEFT_OUT = ("/admin/backup/", "/admin/sign-out/")
#: What comes last, since it takes away what other forms need.
LAST = re.compile(r"delete|merge|remove|disable|password|end|do/|undo|forget")


class Page(HTMLParser):
    """The links of a page, the ids on it, and what describes its fields that are marked as invalid."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.invalid: list[list[str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "a" and found.get("href"):
            self.links.append(found["href"] or "")
        if found.get("id"):
            self.ids.add(found["id"] or "")
        if found.get("aria-invalid") == "true":
            self.invalid.append((found.get("aria-describedby") or "").split())


def pattern(path: str) -> str:
    """What pages of the same form have in common."""
    parts = urlsplit(path)
    return re.sub(r"\d+", "N", parts.path) + "?" + ",".join(sorted(re.findall(r"(?:^|&)(\w+)=", parts.query)))


async def pages(reader: Reader) -> list[str]:
    """A page of each kind that is found by links from the dashboard."""
    found, waiting = {}, ["/admin/"]
    while waiting:
        path = waiting.pop(0)
        if pattern(path) in found or LEFT_OUT[0] in path:
            continue
        answer = await reader.get(path)
        if answer.status_code == 200 and answer.headers["content-type"].startswith("text/html"):
            found[pattern(path)] = path
            links = (urljoin(path, link).partition("#")[0] for link in Page(answer.text).links)
            waiting += [link for link in links if link.startswith("/admin/")]
    return sorted(found.values(), key=lambda path: bool(LAST.search(path)))


def mutants(form: Form, hows: Sequence[str]) -> list[tuple[str, str]]:
    """Each field of a form, and what is done to it in turn."""
    names = dict.fromkeys([*(name for name, _ in form.fields), *(name for name, _ in form.buttons), *form.kinds])
    return [(name, how) for name in names for how in hows]


def body(form: Form, field: str, how: str) -> str:
    """The form as it is sent with one field made hostile, by its first button."""
    pairs = [(quote_plus(name), quote_plus(value)) for name, value in [*form.fields, *form.buttons[:1]]]
    mine = quote_plus(field)
    own = next((value for name, value in pairs if name == mine), "")
    place = pairs.index((mine, own)) if (mine, own) in pairs else len(pairs)
    pairs[place : place + 1] = {"missing": [], "twice": [(mine, own), (mine, "another")]}.get(
        how, [(mine, HOSTILE.get(how, ""))]
    )
    return "&".join(f"{name}={value}" for name, value in pairs)


async def send(reader: Reader, form: Form, sent: str) -> httpx2.Response:
    """Send a form as browsers do, but for what they would not."""
    if form.method == "get":
        return await reader.client.get(f"{form.action}?{sent}"[:60_000])
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return await reader.client.post(form.action, content=sent, headers=headers)


def require_kept(form: Form, field: str, answer: httpx2.Response, told: object) -> None:
    """A form that is refused comes back with all that was typed in it, and the reason at a field."""
    again = [each for each in forms(answer.text) if each.action == form.action and each.method == form.method]
    assert again, (told, answer.status_code, "the form does not come back")
    kept = again[-1]
    for name in form.typed - {field, "new"}:  # What a list offers to add is in the list when it comes back.
        before = [value for key, value in form.fields if key == name and value]
        after = [value for key, value in kept.fields if key == name and value]
        assert before == after, (told, name)
    if answer.status_code == 422 and form.action != "/admin/sign-in/":  # That does not tell which one is wrong.
        page = Page(answer.text)
        assert page.invalid, (told, "no field is marked")
        assert all(set(ids) <= page.ids and ids for ids in page.invalid), (told, page.invalid)


async def walk(reader: Reader, path: str, hows: Sequence[str], seen: set[object]) -> None:
    """Send all forms of a page, but for those that were sent from another one."""
    page = await reader.get(path)
    for form in forms(page.text):
        kind = (pattern(form.action).replace("/pages/", "/posts/"), form.method, tuple(sorted(form.kinds)))
        if form.method == "dialog" or form.action.startswith(LEFT_OUT) or kind in seen:
            continue
        seen.add(kind)
        for field, how in mutants(form, hows):
            told = (path, form.action, field, how)
            answer = await send(reader, form, body(form, field, how))
            assert answer.status_code < 500, told
            assert "<script>alert(1)" not in answer.text, told
            if answer.status_code in (409, 422) and form.typed and form.method == "post":
                require_kept(form, field, answer, told)
            elif answer.status_code == 303:  # It was done: what comes next is the form as it is now.
                now = await reader.get(path)
                same = [each for each in forms(now.text) if each.action == form.action]
                if now.status_code != 200 or not same:
                    break
                form.fields[:] = same[-1].fields


def done(reader: Reader) -> Sequence[str]:
    """What is done to fields: PostgreSQL has to hear no more than what it takes otherwise than SQLite."""
    postgresql = ("no text", "long")
    return postgresql if reader.db.dialect == "postgresql" else ("missing", "twice", *HOSTILE)


async def test_no_field_of_any_form_is_a_fault_of_ours_and_nothing_typed_is_lost(reader: Reader) -> None:
    await reader.do(site)
    await reader.do(
        lambda session: session.execute(insert(MissedPath).values(path="/lost/", hits=1, first_at=START, last_at=START))
    )
    await reader.do(account, "Ann", role="author")
    await signed_in(reader)
    found = await pages(reader)
    assert len(found) > 35
    seen: set[object] = set()
    for number, path in enumerate(found):
        await signed_in(reader, f"Owner {number}")  # A form may have ended the session before.
        await walk(reader, path, done(reader), seen)
    assert len(seen) > 40


@pytest.mark.parametrize(
    "path", ["/admin/sign-in/", "/admin/forgotten/", "/admin/posts/do/", "/admin/redirects/remove/",
             "/admin/redirects/missed/forget/"],
)  # fmt: skip
async def test_a_body_that_is_too_long_leads_back_to_the_form_with_a_message(reader: Reader, path: str) -> None:
    if "/sign-in/" in path or "/forgotten/" in path:
        sends(reader)
    else:
        await signed_in(reader)
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = await reader.client.post(path, content="name=" + "a" * 1_100_000, headers=headers)
    text = await reader.page(answer.headers["location"]) if answer.status_code == 303 else answer.text
    assert answer.status_code in (303, 422)
    assert "bytes at most" in text
    assert 'class="error' not in text, "it is the page itself that says so"


async def test_nor_is_any_field_of_whoever_is_not_signed_in(reader: Reader) -> None:
    for kind in ("sign-in", "invitation", "reset"):
        invited = (await reader.do(account, f"Ann {kind}", password_hash=None)).id
        secret = await reader.do(one_time_links.make, invited, kind)
        await walk(reader, f"{one_time_links.PATH}{secret}/", done(reader), set())
        reader.client.cookies.clear()
    for path in ("/admin/sign-in/", "/admin/forgotten/"):
        await walk(reader, path, done(reader), set())
