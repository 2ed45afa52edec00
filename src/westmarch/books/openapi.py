"""The API's documents: the OpenAPI description, and a page of it for people that needs nothing from elsewhere."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from typing import Any

from fastapi.openapi.utils import get_openapi
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.routing import BaseRoute

from westmarch import __version__
from westmarch.web.problems import MIME
from westmarch.web.replies import Reply

PATH = "/api/v1/openapi.json"
#: The tags of searches.
SEARCHES = frozenset({"books", "site"})

_STYLE = """
:root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; display: block; overflow-x: auto; overflow-wrap: normal; }
th, td { text-align: start; vertical-align: top; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #8884; }
code, pre { font: .9em ui-monospace, monospace; }
section { margin-block: 2.5rem; }
a { color: LinkText; }
"""
_POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src "
    f"'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}'"
)


class Described:
    """The routes of an API below the path `base`, and their OpenAPI document, made when it is first asked for."""

    def __init__(self, title: str, base: str, routes: Sequence[BaseRoute]) -> None:
        self.title = title
        self.base = base
        self.routes = routes

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """The OpenAPI document."""
        servers = [{"url": self.base}] if self.base else None
        made: Mapping[str, Any] = get_openapi(
            title=self.title, version=__version__, routes=self.routes, servers=servers
        )
        for operations in made["paths"].values():
            for operation in operations.values():
                _call_problems_so(operation["responses"])
                _let_be_empty(operation)
        return made


def _let_be_empty(operation: Mapping[str, Any]) -> None:
    """Say of searches that an empty parameter counts as not given."""
    if SEARCHES & set(operation.get("tags", ())):
        for parameter in operation.get("parameters", ()):
            if parameter["in"] == "query":
                parameter["allowEmptyValue"] = True


def _call_problems_so(responses: Mapping[str, Any]) -> None:
    """Give errors the type that they have; FastAPI describes all shapes as plain JSON."""
    for status, answer in responses.items():
        if status >= "4" and "application/json" in answer.get("content", {}):
            answer["content"] = {MIME: answer["content"]["application/json"]}


async def document(request: Request) -> Reply:
    """`/api/v1/openapi.json`."""
    return Reply(json.dumps(_of(request).document, ensure_ascii=False).encode(), "application/json")


async def page(request: Request) -> Reply:
    """`/api/docs`: the same for people."""
    made = Markup("").join(_page(_of(request).document, _of(request).base))
    headers = (("content-security-policy", _POLICY),)
    return Reply(made.encode(), headers=headers)


def _of(request: Request) -> Described:
    described: Described = request.app.state.described
    return described


def _page(document: Mapping[str, Any], base: str) -> Iterator[Markup]:
    title = document["info"]["title"]
    yield Markup(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><style>'
    ).format(title)
    yield Markup(_STYLE)  # noqa: S704 - a constant of ours
    yield Markup(
        '</style></head><body><h1>{}</h1><p>Version {}. <a href="{}">OpenAPI document</a>. Errors are '
        "<code>application/problem+json</code> (RFC 9457).</p>"
    ).format(title, document["info"]["version"], base + PATH)
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield from _operation(base + path, method, operation)
    yield Markup("</body></html>")


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> Iterator[Markup]:
    yield Markup("<section><h2><code>{} {}</code></h2><p>{}</p>").format(
        method.upper(), path, _marked(operation.get("description", ""))
    )
    if parameters := operation.get("parameters"):
        yield Markup("<table><thead><tr><th>Parameter<th>Type<th>Default<th>Meaning</thead><tbody>")
        for parameter in parameters:
            yield Markup("<tr><td><code>{}</code><td>{}<td>{}<td>{}").format(
                parameter["name"], *_shape(parameter["schema"]), _marked(parameter.get("description", ""))
            )
        yield Markup("</tbody></table>")
    if "{" not in path:
        yield Markup('<p>Try: <a href="{0}">{0}</a></p>').format(path)
    yield Markup("<h3>Answers</h3><ul>")
    for status, answer in operation["responses"].items():
        yield Markup("<li><code>{}</code> {}").format(status, _marked(answer["description"]))
    yield Markup("</ul></section>")


def _marked(text: str) -> Markup:
    """A sentence with what stands between backticks as code."""
    pieces = enumerate(text.split("`"))
    return Markup("").join(Markup("<code>{}</code>").format(one) if at % 2 else escape(one) for at, one in pieces)


def _shape(schema: Mapping[str, Any]) -> tuple[str, str]:
    """Type and default of a parameter, in words."""
    kinds = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    kind = kinds[0]
    choices = kind.get("enum") or kind.get("items", {}).get("enum")
    limits = [f"{sign} {kind[name]}" for name, sign in (("minimum", "≥"), ("maximum", "≤")) if name in kind]
    name = "repeatable" if kind.get("type") == "array" else kind.get("type", "")
    words = ", ".join(filter(None, [name, " | ".join(map(str, choices or ())), *limits]))
    default = schema.get("default")
    return words, "" if default in (None, "", [], False) else str(default)
