"""What Pelican and its plug-ins teach docutils: films and gists of other sites, and abbreviations."""

import re
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive, directives, roles

from westmarch.transfer import embeds

_EXPLAINED = re.compile(r"(.*?)\s*\(([^()]*)\)\s*$", re.DOTALL)


def register() -> None:
    """Make them known to docutils, whose register is one for the process."""
    for name, directive in {"youtube": _YouTube, "vimeo": _Vimeo, "gist": _Gist}.items():
        directives.register_directive(name, directive)
    # The stubs know only of roles that make references.
    abbreviation: Any = _abbreviation
    roles.register_local_role("abbr", abbreviation)


class _YouTube(Directive):
    """`.. youtube:: ID` of pelican-plugins: the address alone in its paragraph."""

    required_arguments = 1
    optional_arguments = 9
    option_spec = dict.fromkeys(("width", "height", "align", "class", "allowfullscreen"), directives.unchanged)

    def run(self) -> list[nodes.Node]:
        return [nodes.paragraph("", self.address(self.arguments[0]))]

    def address(self, name: str) -> str:
        return embeds.youtube(name)


class _Vimeo(_YouTube):
    def address(self, name: str) -> str:
        return embeds.vimeo(name)


class _Gist(Directive):
    required_arguments = 1
    optional_arguments = 2

    def run(self) -> list[nodes.Node]:
        name = self.arguments[0]
        address = f"https://gist.github.com/{name}"
        return [nodes.paragraph("", "", nodes.reference("", f"Gist {name}", refuri=address))]


def _abbreviation(
    _name: str, _raw: str, text: str, _line: int, _inliner: Any, _options: Any = None, _content: Any = None
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """`:abbr:`HTML (Hypertext Markup Language)``."""
    explained = _EXPLAINED.fullmatch(text)
    node = nodes.abbreviation(text, explained[1] if explained else text)
    if explained:
        node["explanation"] = explained[2]
    return [node], []
