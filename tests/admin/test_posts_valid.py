"""The lists of posts, of pages and of the trash are valid HTML, whatever they show and ask."""

from pathlib import Path

from sqlalchemy.orm import Session

from tests.accounts.people import signed_in
from tests.factories import SITE, day, post
from tests.quality.test_nu import nu as nu
from tests.quality.test_nu import remarks
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.posts import actions


def furnish(session: Session) -> list[int]:
    """Posts with names of all kinds."""
    titles = ('A <b>& "B"', "漢字" * 99, "العربية", "x" * 200)
    ids = [post(session, title, tags=("Über & <co>",), authors=('"Ann"',), published_at=day(1)) for title in titles]
    post(session, "Draft", status="draft", language="de")
    post(session, "Page", kind="page", unlisted=True)
    actions.trash(session, post(session, "Gone"), SITE, actor="test")
    return ids


async def test_nu_finds_nothing(reader: Reader, nu: list[str], tmp_path: Path) -> None:
    await signed_in(reader)
    kept = tmp_path / "pages"
    kept.mkdir()

    async def keep(name: str, path: str, what: str = "", *ids: int) -> None:
        answer = await reader.client.post(path, data={"do": what, "id": ids}) if what else await reader.get(path)
        assert answer.status_code == 200, (path, answer.text)
        (kept / f"{name}.html").write_text(answer.text, encoding="utf-8")

    for name in ("posts", "pages", "trash"):
        await keep(f"empty {name}", f"/admin/{name}/")
    ids = await reader.do(furnish)
    for name in ("posts", "pages", "trash"):
        await keep(name, f"/admin/{name}/")
    await keep("narrowed", "/admin/posts/?q=%22%3C&tag=a%26b&author=%22ann&topic=x&language=%3Cx&sort=title&show=draft")
    await keep("found", "/admin/posts/?q=A&language=en&sort=-views")
    for what in ("tag", "author"):
        await keep(what, "/admin/posts/do/?q=%22", what, *ids)
    await keep("purge", "/admin/trash/do/", "purge", *ids)
    assert remarks(nu, *sorted(kept.glob("*.html"))) == []
