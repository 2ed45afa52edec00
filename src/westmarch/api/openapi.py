"""The OpenAPI document of the whole API: what FastAPI tells of the routes, and what it cannot know."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from starlette.routing import BaseRoute
from typing_extensions import override

from westmarch.api.door import Door
from westmarch.api.shapes import PROBLEM, Problem
from westmarch.books.openapi import Described


class Documents(Described):
    """The routes of the API below the path `base`, and their OpenAPI document, made when it is first asked for."""

    def __init__(self, title: str, base: str, routes: Sequence[BaseRoute]) -> None:
        super().__init__(title, base, routes)

    @cached_property
    @override
    def document(self) -> Mapping[str, Any]:
        """The OpenAPI document."""
        document = dict(super().document)
        components = document["components"]
        shape = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        components["schemas"] |= {**shape.pop("$defs"), PROBLEM: shape}
        for scheme in components["securitySchemes"].values():
            flow = scheme["flows"]["password"]
            # Relative to what these would be is understood differently by different programs.
            flow |= {name: self.base + flow[name] for name in ("tokenUrl", "refreshUrl")}
        for route in self.routes:
            if isinstance(route, Door):
                self._complete(document["paths"][route.path], route)
        return document

    def _complete(self, path: dict[str, Any], door: Door) -> None:
        """Tell of a route what is in no signature: that readers may ask, too, and headers of its answers."""
        operation = path[door.method.lower()]
        if door.right is None:
            operation["security"].insert(0, {})
        for status, answer in operation["responses"].items():
            if status == "200" and "content" in answer:
                answer["headers"] = {"ETag": _text("Names this state of the answer.")}
            elif status == "201":
                answer["headers"] = {
                    "Location": _text("The address of what was made."),
                    "ETag": _text("Names this state of it."),
                }


def _text(description: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string"}}
