"""Who asks by a token, which comes in the header Authorization (RFC 6750, 2.1) and nowhere else."""

import re
from contextlib import suppress

from starlette.requests import HTTPConnection

from westmarch.accounts import tokens
from westmarch.accounts.secrets import hashed
from westmarch.accounts.who import SignedIn
from westmarch.db.database import Database
from westmarch.db.types import now
from westmarch.errors import Unauthenticated, Unavailable

#: What every answer says that refuses a token (RFC 6750, 3).
CHALLENGE = 'Bearer realm="westmarch", error="invalid_token"'
#: A token that lets a request in, as `secrets.new` makes it: of others the database need not be asked.
_TOKEN = re.compile(r"bearer +(wm[ap]_[A-Za-z0-9_-]{43})", re.IGNORECASE)


async def bearer(connection: HTTPConnection) -> SignedIn | None:
    """Who asks by the token in the header Authorization, or None where there is no such header.

    Raises Unauthenticated for whatever else stands there: forged, expired, revoked, cut off, of another scheme. Nothing
    is remembered between requests, so a token that was revoked lets nobody in any more.
    """
    given = connection.headers.getlist("authorization")
    if not given:
        return None
    match = _TOKEN.fullmatch(given[0].strip(" \t")) if len(given) == 1 else None
    db: Database = connection.app.state.db
    found = await db.read(tokens.by_hash, hashed(match[1])) if match else None
    moment = now()
    if found is None or (found.expires_at is not None and found.expires_at <= moment):
        raise Unauthenticated("The token is not valid (any more).", hint="Get another one.", challenge=CHALLENGE)
    if found.used_at is None or moment - found.used_at >= tokens.NOTED:
        with suppress(Unavailable):  # Reading goes on where nothing can be written.
            await db.write(tokens.note, found.id)
    scopes = frozenset(found.scopes)
    return SignedIn(found.account_id, found.name, found.role, found.author_id, token=found.hint, scopes=scopes)
