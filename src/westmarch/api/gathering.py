"""Tags, topics and authors, which gather posts: what reading them has in common.

Readers see those that have listed posts, whoever writes sees all. The statements are plain enough that the page cache
knows what they read.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, bindparam, or_
from starlette.types import ASGIApp

from westmarch.accounts.who import SignedIn
from westmarch.api import paging, replies
from westmarch.api.door import PREFIX, Ask
from westmarch.api.paging import Order
from westmarch.api.replies import Made
from westmarch.api.shapes import Listed
from westmarch.db.rows import NamedRow, NamedSelect
from westmarch.db.sessions import Reading
from westmarch.errors import NotFound
from westmarch.subjects.names import fold
from westmarch.web.surface import Surface


@dataclass(frozen=True, slots=True)
class Noun:
    """A kind of thing that gathers posts: how its rows are found, shown and named by a version.

    `name` is what spellings of its name share, `sorts` are the columns that a list may be sorted by.
    """

    one: str
    many: str
    statement: NamedSelect
    id: ColumnElement[int]
    name: ColumnElement[str]
    slug: ColumnElement[str]
    used: ColumnElement[bool]
    sorts: Mapping[str, ColumnElement[Any]]
    show: Callable[[Surface, NamedRow], dict[str, Any]]
    version: Callable[[NamedRow], str]

    async def listed(self, ask: Ask, asked: Any, defaults: Mapping[str, Any]) -> ASGIApp:
        """The answer with a page of the list."""
        parameters = replies.spelled(asked.model_dump(), defaults)
        query = paging.written(parameters)
        keep = not (asked.q or asked.slug)
        return await replies.read(ask, query, self.page, ask.surface, ask.who, asked, parameters, keep=keep)

    async def read(self, ask: Ask, id_: int) -> ASGIApp:
        """The answer with one."""
        return await replies.read(ask, "", self.alone, ask.surface, ask.who, id_)

    async def changed(self, ask: Ask, id_: int, *, made: bool = False) -> ASGIApp:
        """The answer to a change."""
        value, version, _ = await ask.db.read(self.alone, ask.surface, ask.who, id_)
        return replies.done(value, version, made=f"{self.address(ask.surface)}/{id_}" if made else "")

    async def expected(self, ask: Ask, id_: int) -> str | None:
        """The version that a change expects by the header If-Match."""
        return await replies.expected(ask, self.version_now, id_)

    def address(self, surface: Surface) -> str:
        """The whole address of the list."""
        return f"{surface.root}{PREFIX}/{self.many}"

    def page(
        self, session: Reading, surface: Surface, who: SignedIn | None, asked: Any, parameters: Mapping[str, str]
    ) -> Made:
        """A page of the list."""
        statement, values = self.statement, dict[str, Any]()
        if who is None:
            statement = statement.where(self.used)
        if asked.slug:
            statement = statement.where(self.slug == bindparam("slug"))
            values["slug"] = asked.slug
        if wanted := fold(asked.q):
            found = (column.contains(wanted, autoescape=True) for column in (self.name, self.slug))
            statement = statement.where(or_(*found))
        by = asked.sort.removeprefix("-")
        order = Order(by, self.sorts[by], asked.sort.startswith("-"))
        page = paging.page(
            session, statement, order, self.id, cursor=asked.cursor, limit=asked.limit, parameters=values
        )
        around = paging.links(self.address(surface), parameters, page)
        value = {
            "results": [self.show(surface, row) for row in page.rows],
            "next": around["next"],
            "previous": around["prev"],
        }
        return value, "", paging.header(around)

    def alone(self, session: Reading, surface: Surface, who: SignedIn | None, id_: int) -> Made:
        """One of them. Raises NotFound."""
        row = self._row(session, who, id_)
        return self.show(surface, row), self.version(row), ()

    def version_now(self, session: Reading, id_: int) -> str:
        """The version of one as it is. Raises NotFound."""
        return self.version(self._row(session, None, id_, everything=True))

    def _row(self, session: Reading, who: SignedIn | None, id_: int, *, everything: bool = False) -> NamedRow:
        statement = self.statement.where(self.id == bindparam("id"))
        if who is None and not everything:
            statement = statement.where(self.used)
        row = session.execute(statement, {"id": id_}).one_or_none()
        if row is None:
            raise NotFound(f"There is no {self.one} {id_}.")
        return row


def defaults(shape: type[Listed]) -> dict[str, Any]:
    """What a list is asked for unless it is said."""
    return shape().model_dump()
