"""Input text made fit for parser, sanitizer and databases."""

import re

_BROKEN = "\0\ud800-\udfff"  # NUL and lone surrogates
_UNWANTED = "\ufeff\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"  # byte order marks, controls
_OURS = "\ufdd0-\ufdef\ufffe\uffff"  # noncharacters
_UNFIT = re.compile(f"[{_BROKEN}{_UNWANTED}{_OURS}]")


def clean(text: str) -> str:
    """The text with `\\n` line ends, without controls and noncharacters; what was broken becomes U+FFFD.

    CommonMark asks that NUL be replaced; lone surrogates cannot be encoded by any database.
    """
    return _UNFIT.sub(_fit, text.replace("\r\n", "\n").replace("\r", "\n"))


def _fit(match: re.Match[str]) -> str:
    found = match[0]
    return "\ufffd" if found == "\0" or "\ud800" <= found <= "\udfff" else ""
