"""What Pelican and its plug-ins teach docutils: films and gists of other sites, and abbreviations."""

import re
from collections.abc import Callable
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive, directives, roles
from docutils.parsers.rst.directives.body import CodeBlock

from westmarch.transfer import embeds

#: What Pelican hands to Pygments (pelican/rstdirectives.py).
_LOOKS = (
    "anchorlinenos", "classprefix", "hl_lines", "lineanchors", "linenos", "linenospecial", "linenostart", "linenostep",
    "lineseparator", "linespans", "nobackground", "nowrap", "tagsfile", "tagurlformat",
)  # fmt: skip
_EXPLAINED = re.compile(r"(.*?)\s*\(([^()]*)\)\s*$", re.DOTALL)


def register() -> None:
    """Make them known to docutils, whose register is one for the process."""
    for name, directive in _DIRECTIVES.items():
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


class _Code(CodeBlock):
    """`.. code-block:: LANGUAGE` with Pelican's options, which say how it looks: the theme decides that here."""

    option_spec: ClassVar[dict[str, Any]] = {
        **(CodeBlock.option_spec or {}),
        **dict.fromkeys(_LOOKS, directives.unchanged),
    }

    def run(self) -> list[nodes.Node]:
        self.options = {name: value for name, value in self.options.items() if name not in _LOOKS}
        # The stubs say nothing of what it gives.
        run: Callable[[CodeBlock], list[nodes.Node]] = CodeBlock.run
        return run(self)


_DIRECTIVES: dict[str, type[Directive]] = {
    "code": _Code, "code-block": _Code, "gist": _Gist, "sourcecode": _Code, "vimeo": _Vimeo, "youtube": _YouTube,
}  # fmt: skip


def _abbreviation(
    _name: str, _raw: str, text: str, _line: int, _inliner: Any, _options: Any = None, _content: Any = None
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """`:abbr:`HTML (Hypertext Markup Language)``."""
    explained = _EXPLAINED.fullmatch(text)
    node = nodes.abbreviation(text, explained[1] if explained else text)
    if explained:
        node["explanation"] = explained[2]
    return [node], []
