"""The target of a request, read from its scope: a path of the site as links know it, and a query."""

from starlette.exceptions import HTTPException
from starlette.types import Scope

from westmarch.errors import Invalid
from westmarch.links import paths

#: Longer queries name nothing.
LONGEST_QUERY = 4_000
#: Below this path answers are for programs.
API = "/api/"


def path(scope: Scope) -> str:
    """The path below the site's base, decoded once. Raises HTTPException 400 or 414 for what can be no path."""
    raw, root = scope.get("raw_path"), scope.get("root_path", "")
    before = paths.quote(root).encode()
    try:
        if raw is None or not raw.startswith(before):
            return paths.checked(scope["path"].removeprefix(root) or "/")
        return paths.parse(raw[len(before) :].partition(b"?")[0] or b"/")
    except Invalid as error:
        too_long = len(scope["path"]) > paths.LONGEST
        raise HTTPException(414 if too_long else 400, error.message) from error


def below_root(scope: Scope) -> str:
    """The path as the server gave it, below the one at which the site is mounted."""
    asked: str = scope["path"]
    return asked.removeprefix(scope.get("root_path", ""))


def is_of_api(scope: Scope) -> bool:
    """Whether a request asks the API."""
    return below_root(scope).startswith(API)


def query(scope: Scope) -> str:
    """The query as it was written. Raises HTTPException 414 for a longer one than any address has."""
    written: bytes = scope.get("query_string", b"")
    if len(written) > LONGEST_QUERY:
        raise HTTPException(414, "The query of the address is too long.")
    return written.decode("latin-1")
