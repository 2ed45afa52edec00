"""Programs that ask the API, each with a token of an account of its own."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx2
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.accounts.people import account
from tests.readers import Reader
from westmarch.accounts import tokens
from westmarch.accounts.models import Account
from westmarch.accounts.secrets import new
from westmarch.authors import actions as authors
from westmarch.db.types import now

V1 = "/api/v1"


def token_of(
    session: Session, name: str, role: str, scopes: tuple[str, ...] = ("admin",), *, byline: bool = True
) -> str:
    """A token of the account of this name, which is made if there is none, with a byline of the same name."""
    found = session.scalar(select(Account.id).where(Account.name == name))
    if found is None:
        found = account(session, name, role).id
        if byline:
            author_id = authors.create(session, name)
            session.execute(update(Account).where(Account.id == found).values(author_id=author_id))
    secret = new(tokens.PREFIXES["personal"])
    tokens.keep(session, secret, "personal", found, scopes, name="test", expires_at=now() + timedelta(hours=1))
    return secret


class Program:
    """Asks the API of a site; with a token as somebody, without as nobody."""

    def __init__(self, reader: Reader, token: str = "") -> None:
        self.reader = reader
        self.token = token

    async def ask(
        self, method: str, path: str, body: Any = None, *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> httpx2.Response:
        """The answer to a request; a body is sent as JSON."""
        sent = dict(headers or {})
        if self.token:
            sent["authorization"] = f"Bearer {self.token}"
        if body is not None:
            sent.setdefault("content-type", "application/json")
            more["content"] = json.dumps(body).encode()  # All that JSON can say, also half of a character.
        return await self.reader.client.request(method, V1 + path, headers=sent, **more)

    async def get(self, path: str, **headers: str) -> httpx2.Response:
        """The answer to GET."""
        return await self.ask("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    async def json(self, path: str) -> Any:
        """What is at an address."""
        answer = await self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.json()

    async def made(self, at: str, /, **body: Any) -> Any:
        """What was made by POST."""
        answer = await self.ask("POST", at, body)
        assert answer.status_code == 201, (at, answer.status_code, answer.text)
        return answer.json()


async def program(reader: Reader, name: str = "Nell", role: str = "owner", **options: Any) -> Program:
    """A program with a token of an account of this name and role."""
    return Program(reader, await reader.db.write(token_of, name, role, **options))


def faults(answer: httpx2.Response) -> dict[str, str]:
    """What a problem says of fields and parameters."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    found = {each["field"]: each["message"] for each in problem.get("errors", ())}
    return found | {each["parameter"]: each["detail"] for each in problem.get("parameters", ())}
