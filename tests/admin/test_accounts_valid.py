"""The pages of accounts and of signing in are valid HTML, also when a form comes back."""

from pathlib import Path

from sqlalchemy.orm import Session

from tests.accounts.people import account, signed_in
from tests.admin.test_accounts import sends
from tests.quality.test_nu import nu as nu
from tests.quality.test_nu import remarks
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.accounts import one_time_links, sessions
from westmarch.db.types import now


async def test_nu_finds_nothing(reader: Reader, nu: list[str], tmp_path: Path) -> None:
    kept = tmp_path / "pages"
    kept.mkdir()

    def keep(name: str, text: str) -> None:
        (kept / f"{name}.html").write_text(text, encoding="utf-8")

    def fill(session: Session) -> tuple[int, list[str]]:
        ids = [
            account(session, "Idris", "editor", email="idris@example.org").id,
            account(session, "Mo", password_hash=None).id,
            account(session, "Old", disabled_at=now()).id,
        ]
        sessions.begin(session, ids[0], address="2001:db8::1", agent="curl/8")
        return ids[0], [one_time_links.make(session, ids[0], kind) for kind in one_time_links.LAST]

    first, links = await reader.do(fill)
    keep("sign-in", await reader.page("/admin/sign-in/?next=/admin/me/"))
    keep("wrong", (await reader.client.post("/admin/sign-in/", data={"name": '"x"<'})).text)
    keep("forgotten", await reader.page("/admin/forgotten/"))
    sends(reader)
    keep("forgotten with mail", await reader.page("/admin/forgotten/"))
    keep("asked", (await reader.client.post("/admin/forgotten/", data={"name": "x"})).text)
    for number, link in enumerate(links):
        keep(f"link {number}", await reader.page(f"/admin/link/{link}/"))
    keep("no link", (await reader.get("/admin/link/x/")).text)

    account_id = await signed_in(reader)
    await reader.do(lambda session: sessions.begin(session, account_id, address="::1", agent="curl/8"))
    for path in ("me/", "me/password/", "accounts/", "accounts/?q=nobody", "accounts/new/"):
        keep(path.replace("/", "-").replace("?", "-"), await reader.page(f"/admin/{path}"))
    for number in range(first, account_id + 1):
        keep(f"account {number}", await reader.page(f"/admin/accounts/{number}/"))
    bad = {"name": '"<', "email": '">', "role": "god", "author": "x"}
    for path in ("me/", "me/password/", "accounts/new/", f"accounts/{first}/"):
        answer = await reader.client.post(f"/admin/{path}", data=bad)
        assert answer.status_code == 422, path
        keep(f"refused {path.replace('/', '-')}", answer.text)
    invited = {"name": "Zoë", "email": "z@example.org", "role": "author", "author": "new"}
    keep("invited", (await reader.client.post("/admin/accounts/new/", data=invited)).text)
    assert remarks(nu, *sorted(kept.glob("*.html"))) == []
