"""What an owner puts on every page: a logo, and code in the head where the operator allows it."""

import re

from tests.factories import post
from tests.readers import Reader
from westmarch.app import create_app
from westmarch.settings import Settings
from westmarch.site.actions import change

LOGO = {"path": f"/media/ab/{'c' * 62}.png", "width": 320, "height": 80}
HEAD = '<meta name="verification" content="a1">'


async def test_a_logo_stands_where_the_title_was_and_says_it(reader: Reader) -> None:
    await reader.do(lambda session: post(session, "One"))
    before = await reader.page("/one/")
    assert '<img src="/media/ab/' not in before
    await reader.do(change, {"title": "A & B", "logo": LOGO}, actor="test")
    picture = f'<img src="{LOGO["path"]}" width="320" height="80" alt="A &amp; B">'
    assert re.search(rf'<a class="wordmark"[^>]*>{re.escape(picture)}</a>', await reader.page("/one/"))
    assert re.search(rf'<h1 class="wordmark[^>]*>{re.escape(picture)}</h1>', await reader.page("/"))
    await reader.do(change, {"logo": {}}, actor="test")
    assert "<img src" not in await reader.page("/one/")


async def test_code_in_the_head_is_left_out_where_nobody_allowed_it(reader: Reader) -> None:
    await reader.do(change, {"head": HEAD}, actor="test")
    assert HEAD not in await reader.page("/")


async def test_code_in_the_head_is_there_where_the_operator_allows_it(reader: Reader, settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"head_code": True}))
    app.state.db = reader.db
    other = Reader(app, reader.db, settings.url)
    await reader.do(change, {"head": HEAD}, actor="test")
    answer = await other.get("/")
    assert HEAD in answer.text.partition("</head>")[0]
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    await other.client.aclose()
