"""What each role may do: one table, which docs/accounts.md repeats and a test holds to all routes."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

Role = Literal["owner", "editor", "author", "contributor"]


class Right(StrEnum):
    """Something that a route asks for. Whoever is signed in has `SIGN_IN`; nobody needs a right to read the site."""

    SIGN_IN = "sign in"
    WRITE = "write own posts"
    PUBLISH = "publish own posts"
    EDIT_ALL = "edit and publish everybody's posts and pages"
    ORGANIZE = "change tags, topics and authors"
    REDIRECT = "change redirects"
    MANAGE_SITE = "change the site's settings, navigation and side parts"
    IMPORT = "import and back up"
    MANAGE_ACCOUNTS = "change accounts"
    AUDIT = "read the log of events and the health page"


_CONTRIBUTOR = frozenset({Right.SIGN_IN, Right.WRITE})
_AUTHOR = _CONTRIBUTOR | {Right.PUBLISH}
_EDITOR = _AUTHOR | {Right.EDIT_ALL, Right.ORGANIZE, Right.REDIRECT}

#: The rights of each role, from the one with the most.
RIGHTS: Mapping[Role, frozenset[Right]] = {
    "owner": frozenset(Right),
    "editor": _EDITOR,
    "author": _AUTHOR,
    "contributor": _CONTRIBUTOR,
}
#: What each scope of a personal token lets through, of the rights that the account has.
SCOPES: Mapping[str, frozenset[Right]] = {
    "read": frozenset({Right.SIGN_IN}),
    "write": frozenset({Right.SIGN_IN, Right.WRITE, Right.PUBLISH, Right.EDIT_ALL, Right.ORGANIZE}),
    "admin": frozenset(Right),
}
