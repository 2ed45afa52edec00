"""The errors of the domain. Each carries the HTTP status that it means; pages and the CLI have one handler each."""

import math
from collections.abc import Mapping
from typing import Any

#: What is told where a moment is no moment.
MOMENT = "a moment is needed, as 2026-11-23T12:00:00Z"
#: What Pydantic finds unfit, by its types of errors, in words for people who need not know them.
_UNFIT = {
    "missing": "it is missing",
    "extra_forbidden": "nothing is called so",
    "string_type": "a text is needed",
    "string_too_short": "it may not be empty",
    "string_too_long": "it may have {max_length} characters at most",
    "too_long": "it may have {max_length} entries at most",
    "int_type": "a whole number is needed",
    "int_parsing": "a whole number is needed",
    "int_parsing_size": "the number has too many digits",
    "int_from_float": "a whole number is needed",
    "greater_than_equal": "a number from {ge} on is needed",
    "less_than_equal": "a number up to {le} is needed",
    "bool_type": "true or false is needed",
    "bool_parsing": "true or false is needed",
    "literal_error": "it is one of {expected}",
    "list_type": "a list is needed",
    "tuple_type": "a list is needed",
    "dict_type": "a table of names and values is needed",
    "model_type": "a table of names and values is needed",
    "datetime_type": MOMENT,
    "datetime_parsing": MOMENT,
    "datetime_from_date_parsing": MOMENT,
    "datetime_object_invalid": MOMENT,
    "timezone_aware": f"{MOMENT}, with its zone",
    "path_type": "a path is needed",
    "value_error": "{error}",
}


def unfit(fault: Mapping[str, Any]) -> str:
    """What is wrong with a value, in plain words, from one entry of `ValidationError.errors()`."""
    words = _UNFIT.get(fault["type"])
    return words.format_map(fault.get("ctx", {})) if words else str(fault["msg"])


class WestmarchError(Exception):
    """Something that a person can be told: what happened (`message`) and what to do about it (`hint`).

    `status` is the HTTP status with which the error is answered; `place` names where in the input it lies.
    """

    status = 500
    title = "Something went wrong"

    def __init__(self, message: str, *, hint: str = "", place: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.place = place


class Invalid(WestmarchError):
    """The input cannot be taken; `place` names the field, file or line."""

    status = 422
    title = "This cannot be taken as it is"


class Unauthenticated(WestmarchError):
    """Nobody has shown who asks. `challenge` is what RFC 9110 (11.6.1) asks for in `WWW-Authenticate`."""

    status = 401
    title = "Sign in first"

    def __init__(self, message: str, *, hint: str = "", challenge: str = 'Bearer realm="westmarch"') -> None:
        super().__init__(message, hint=hint)
        self.challenge = challenge


class NotFound(WestmarchError):
    """Nothing answers to the address or name."""

    status = 404
    title = "Not found"


class Gone(WestmarchError):
    """Something was here and was removed for good."""

    status = 410
    title = "Gone"


class Refused(WestmarchError):
    """Understood, and not allowed."""

    status = 403
    title = "Not allowed"


class Conflict(WestmarchError):
    """The state has moved on, or the name is taken."""

    status = 409
    title = "Conflict"


class Stale(Conflict):
    """A change was made of a state that is no longer the newest one; programs that send `If-Match` are told by 412."""


class TooMany(WestmarchError):
    """Tried too often; `retry_after` seconds from now it may be tried again."""

    status = 429
    title = "Too many attempts"

    def __init__(self, seconds: float, message: str = "That was tried too often.") -> None:
        self.retry_after = math.ceil(seconds)
        unit = "second" if self.retry_after == 1 else "seconds"
        super().__init__(f"{message} Try again in {self.retry_after} {unit}.")


class Unavailable(WestmarchError):
    """An engine is away, locked or full; asking again later may do. `retry_after` is in seconds."""

    status = 503
    title = "Not available at the moment"
    retry_after = 5


class Unreadable(Unavailable):
    """A value in the database is none that its column can hold: something else than this program wrote it."""

    def __init__(self, value: object, kind: str) -> None:
        super().__init__(
            f"The database holds {str(value)[:80]!r} where {kind} should be.",
            hint="`westmarch doctor` says where it is.",
        )
