"""Forms of the admin as a browser would send them: what stands in the fields of a page, and nothing else."""

from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any

import httpx2

from tests.readers import Reader

_BUTTONS = ("submit", "button", "file", "image", "reset")


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, list[tuple[str, str]]]] = []
        self._area: str | None = None
        self._choice: str | None = None
        self._disabled = False

    @property
    def fields(self) -> list[tuple[str, str]]:
        return self.forms[-1][1] if self.forms else []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name, value = found.get("name"), found.get("value") or ""
        if tag == "form":
            self.forms.append((found.get("action") or "", []))
        elif tag == "select":
            self._choice = name
        elif tag == "option" and self._choice:  # Without one that is selected the first is.
            if "selected" in found or self._choice not in dict(self.fields):
                self.fields[:] = [(key, kept) for key, kept in self.fields if key != self._choice]
                self.fields.append((self._choice, value))
        elif tag == "textarea" and name and "disabled" not in found:
            self._area = ""
            self.fields.append((name, ""))
        elif tag == "input" and name and "disabled" not in found and found.get("type") not in _BUTTONS:
            ticked = found.get("type") not in ("checkbox", "radio") or "checked" in found
            if ticked:
                self.fields.append((name, value))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area is not None:
            name, _ = self.fields.pop()
            self.fields.append((name, self._area.removeprefix("\n")))
            self._area = None
        elif tag == "select":
            self._choice = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area += data


def form(text: str, action: str) -> list[tuple[str, str]]:
    """The fields of the form on a page that is sent to `action`, with what stands in them."""
    parser = _Forms()
    parser.feed(text)
    found = [fields for where, fields in parser.forms if where == action]
    assert found, (action, [where for where, _ in parser.forms])
    return found[-1]


def changed(fields: Sequence[tuple[str, str]], **values: Any) -> dict[str, Any]:
    """The fields with other values; None leaves one out. Of a name that comes often all values are in a list."""
    sent: dict[str, Any] = {}
    for name, value in fields:
        sent[name] = (
            [*sent[name], value]
            if isinstance(sent.get(name), list)
            else ([sent[name], value] if name in sent else value)
        )
    return {name: value for name, value in (sent | values).items() if value is not None}


async def send(reader: Reader, path: str, action: str = "", /, **values: Any) -> httpx2.Response:
    """Open a page, change fields of its form and send it. `do="x"` is a button that was pressed."""
    page = await reader.page(path)
    return await reader.client.post(action or path, data=changed(form(page, action or path), **values))
