"""Fenced code, written so that our Markdown reads it back as it was."""

import re


def fence(code: str, language: str = "", *, title: str = "", marked: str = "", indent: str = "") -> str:
    """A fenced block with as many backticks as its content needs. `marked` are lines such as `1,4-7`."""
    longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
    ticks = "`" * max(3, longest + 1)
    info = re.sub(r"[^\w+#.-]", "", language)
    if (title or marked) and not info:
        info = "text"
    if title:
        info += ' title="' + re.sub(r"[\"`\n]", "", title) + '"'
    if marked:
        info += " {" + marked + "}"
    rows = [ticks + info.strip(), *code.split("\n"), ticks]
    return "\n".join((indent + row).rstrip() if not row.strip() else indent + row for row in rows)


def reindented(code: str, indent: str) -> str:
    """Code that stood as deep as its tag, moved to the margin; code that did not is left as it is."""
    rows = code.split("\n")
    if indent and all(row.startswith(indent) or not row.strip() for row in rows):
        return "\n".join(row[len(indent) :] for row in rows)
    return code
