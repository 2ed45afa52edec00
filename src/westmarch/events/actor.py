"""Who does something: the name that events and revisions keep, with the token and the request it is done by."""

#: Who acts and is no person. No account may be called so, however it is spelled: the log would tell of it as of one.
NOBODY = frozenset(
    {"check", "cli", "command line", "demonstration", "import", "mail", "schedule", "system", "trash", "westmarch"}
)


class Actor(str):
    """The name of who acts; a plain string does where there is neither a token nor a request."""

    __slots__ = ("request_id", "token")

    token: str | None
    request_id: str | None

    def __new__(cls, name: str, *, token: str | None = None, request_id: str | None = None) -> "Actor":
        made = super().__new__(cls, name)
        made.token, made.request_id = token, request_id
        return made
