"""Forms of the admin as a browser would send them: what stands in the fields of a page, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx2

from tests.readers import Reader

_BUTTONS = ("submit", "button", "image", "reset")
#: What somebody types or chooses: all else of a form is sent unseen.
_TYPED = ("text", "search", "email", "url", "number", "date", "datetime-local", "color", "textarea", "select")


@dataclass
class Form:
    """A form of a page: where and how it is sent, what stands in its fields, and its buttons that have names."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    kinds: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    @property
    def typed(self) -> set[str]:
        """The fields in which somebody types."""
        return {name for name, kind in self.kinds.items() if kind in _TYPED}


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._area: str | None = None
        self._choice: str | None = None

    @property
    def fields(self) -> list[tuple[str, str]]:
        return self.forms[-1].fields if self.forms else []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name, value, kind = found.get("name"), found.get("value") or "", found.get("type") or "text"
        if tag == "form":
            self.forms.append(Form(found.get("action") or "", (found.get("method") or "get").lower()))
        elif tag == "select":
            self._choice = name
            self._known(name, tag)
        elif tag == "option" and self._choice:  # Without one that is selected the first is.
            if "selected" in found or self._choice not in dict(self.fields):
                self.fields[:] = [(key, kept) for key, kept in self.fields if key != self._choice]
                self.fields.append((self._choice, value))
        elif tag == "textarea" and name and "disabled" not in found:
            self._area = ""
            self.fields.append((name, ""))
            self._known(name, tag)
        elif tag == "button" and name and self.forms:
            self.forms[-1].buttons.append((name, value))
        elif tag == "input" and name and "disabled" not in found and kind not in _BUTTONS:
            self._known(name, kind)
            ticked = kind not in ("checkbox", "radio") or "checked" in found
            if ticked and kind != "file":
                self.fields.append((name, value))

    def _known(self, name: str | None, kind: str) -> None:
        if name and self.forms:
            self.forms[-1].kinds[name] = kind

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


def forms(text: str) -> list[Form]:
    """The forms of a page."""
    parser = _Forms()
    parser.feed(text)
    return parser.forms


def form(text: str, action: str) -> list[tuple[str, str]]:
    """The fields of the form on a page that is sent to `action`, with what stands in them."""
    found = [each.fields for each in forms(text) if each.action == action]
    assert found, (action, [each.action for each in forms(text)])
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
