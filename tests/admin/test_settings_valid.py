"""The dashboard, views, imports, backups, settings, health and events are valid HTML, also when a form comes back."""

from pathlib import Path
from typing import Any

from tests.accounts.people import signed_in
from tests.admin.filled import send
from tests.admin.test_settings import owner as owner
from tests.factories import post
from tests.quality.test_nu import nu as nu
from tests.quality.test_nu import remarks
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.db.types import now
from westmarch.posts import views
from westmarch.site.actions import change

PAGES = (
    "settings/",
    "settings/look/",
    "settings/reading/",
    "settings/navigation/",
    "settings/sides/",
    "settings/head/",
)
OTHERS = (
    "",
    "views/",
    "views/?days=365",
    "import/",
    "backup/",
    "health/",
    "events/",
    "events/?actor=nobody&from=x",
)
REFUSED: dict[str, dict[str, Any]] = {
    "settings/": {"title": "", "language": "x y", "timezone": "<Mars>", "version": "old"},
    "backup/": {"passphrase": "short", "again": "other", "recipient": "none"},
    "settings/reading/": {"permalink": "{", "posts_per_page": ""},
    "settings/look/": {"theme": "none", "option-contents_from": ""},
    "settings/navigation/": {"title": ["a", "b"], "address": ["x", "/nowhere/"]},
    "settings/sides/": {
        "part": ["tags", "odd"],
        "title": ["", ""],
        "text": ["", ""],
        "links": ["", ""],
        "count": ["99", ""],
    },
}


async def test_nu_finds_nothing(owner: Reader, nu: list[str], tmp_path: Path) -> None:
    sides = [{"part": "text", "text": "Words"}, {"part": "links", "links": [{"title": "A", "address": "/a/"}]}]
    await owner.do(change, {"sides": sides, "title": "A"}, actor="Nell")
    kept = tmp_path / "pages"
    kept.mkdir()

    def keep(name: str, text: str) -> None:
        (kept / f"{name.replace('/', '-')}.html").write_text(text, encoding="utf-8")

    keep("first steps", (await owner.page("/admin/")))
    read = await owner.do(lambda session: post(session, "One"))
    await owner.do(lambda session: post(session, "Two", status="draft"))
    await owner.do(views.store, {read: 12}, now().date(), {(read, "other.example"): 3})
    for path in (*PAGES, *OTHERS):
        keep(path.replace("?", "-"), await owner.page(f"/admin/{path}"))
    for path, values in REFUSED.items():
        answer = await send(owner, f"/admin/{path}", **values)
        assert answer.status_code == 422, path
        keep(f"refused {path}", answer.text)
    answer = await send(owner, "/admin/settings/", title="Mine", version="old")
    assert answer.status_code == 409
    keep("late", answer.text)
    assert remarks(nu, *sorted(kept.glob("*.html"))) == []


async def test_who_may_not_see_them_gets_a_valid_page(reader: Reader, nu: list[str], tmp_path: Path) -> None:
    await signed_in(reader, role="editor")
    answer = await reader.get("/admin/settings/")
    assert answer.status_code == 403
    (tmp_path / "refused.html").write_text(answer.text, encoding="utf-8")
    assert remarks(nu, tmp_path / "refused.html") == []
