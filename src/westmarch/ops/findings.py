"""What a look at the house finds: `westmarch doctor` gathers findings from each part."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: `check` names it, `message` says how it is, `mend` the command that mends it.

    `sound` is False where something is wrong.
    """

    check: str
    sound: bool
    message: str
    mend: str = ""
