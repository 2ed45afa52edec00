"""Who asks: an account, and what lets it in."""

from dataclasses import dataclass

from westmarch.accounts.rights import RIGHTS, SCOPES, Right, Role
from westmarch.errors import Refused
from westmarch.events.actor import Actor


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who asks: an account, by a session (`session_id`) or by a token (`token` is its hint, `scopes` what it lets by).

    `scopes` is None where nothing narrows the rights of the role.
    """

    account_id: int
    name: str
    role: Role
    author_id: int | None
    session_id: int | None = None
    token: str | None = None
    scopes: frozenset[str] | None = None

    def may(self, right: Right) -> bool:
        """Whether the role, narrowed by the scopes of the token, has the right."""
        if right not in RIGHTS[self.role]:
            return False
        return self.scopes is None or any(right in SCOPES.get(scope, ()) for scope in self.scopes)

    def require(self, right: Right) -> None:
        """Raises Refused where the right is missing."""
        if self.may(right):
            return
        if right in RIGHTS[self.role]:
            raise Refused(f"This token may not {right}.", hint="Your account may: make a token of a wider scope.")
        raise Refused(f"Your account may not {right}.", hint="Ask an owner of the site.")

    def actor(self, request_id: str | None = None) -> Actor:
        """The name under which events and revisions are written."""
        return Actor(self.name, token=self.token, request_id=request_id)
