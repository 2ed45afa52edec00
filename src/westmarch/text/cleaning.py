"""Input text made fit for parser, sanitizer and databases."""

import re

_UNFIT = re.compile(
    "\ufeff|\r\n?"  # byte order marks, other line ends
    "|[\0\ud800-\udfff]"  # NUL and lone surrogates
    "|[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]"  # controls
    "|[\ufdd0-\ufdef\ufffe\uffff]"  # noncharacters: ours to use
)


def clean(text: str) -> str:
    """The text with `\\n` line ends, without controls and noncharacters; what was broken becomes U+FFFD.

    CommonMark asks that NUL be replaced; lone surrogates cannot be encoded by any database.
    """
    return _UNFIT.sub(_fit, text)


def _fit(match: re.Match[str]) -> str:
    found = match[0]
    if found[0] == "\r":
        return "\n"
    if found == "\0" or "\ud800" <= found <= "\udfff":
        return "\ufffd"
    return ""
