"""The form of a post is valid HTML: new, filled, refused, stale, and with a draft that waits."""

from pathlib import Path

import pytest

from tests.accounts.people import signed_in
from tests.admin.filled import changed, form, send
from tests.admin.test_writing import NEW, by_another, write
from tests.quality.test_nu import nu as nu
from tests.quality.test_nu import remarks
from tests.readers import Reader
from tests.readers import reader as reader
from westmarch.topics.editing import create as new_topic

HOSTILE = {
    "title": '"><b>' + "x" * 2000,
    "slug": '"<' + "x" * 1001,
    "path": '"<',
    "tags": '"a, "b""",' * 60,
    "language": '">',
    "published_at": "never",
    "extra": "{<",
}


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_nu_finds_nothing_in_the_form_of_a_post(reader: Reader, nu: list[str], tmp_path: Path) -> None:
    kept = tmp_path / "pages"
    kept.mkdir()

    def keep(name: str, text: str) -> None:
        (kept / f"{name}.html").write_text(text, encoding="utf-8")

    await signed_in(reader, role="owner")
    await reader.do(new_topic, "Coasts & <seas>", language="en", actor="test")
    keep("new", await reader.page(NEW))
    post_id = await write(reader, title="海 & البحر", tags='"Bern, old town", "<b>"', topic="coasts-seas", do="publish")
    path = f"/admin/posts/{post_id}/"
    keep("published", await reader.page(path))
    for name, value in HOSTILE.items():
        answer = await send(reader, path, do="update", **{name: value})
        assert answer.status_code == 422, name
        keep(f"refused {name}", answer.text)
    await send(reader, path, markdown="Other.\n", do="save")
    keep("kept", await reader.page(path))
    opened = form(await reader.page(path), path)
    await by_another(reader, post_id, title="<Theirs>", tags=("x",))
    keep("stale", (await reader.client.post(path, data=changed(opened, title='"Mine"', do="update"))).text)
    keep("preview", (await reader.client.post("/admin/posts/preview/", data=changed(opened))).text)
    await send(reader, path, do="trash")
    keep("trash", await reader.page(path))
    keep("page", await reader.page("/admin/pages/new/"))
    assert remarks(nu, *sorted(kept.glob("*.html"))) == []
