"""The demonstration site as files: each text with its front matter, and what the texts are rendered with."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

DEMO = Path(str(files("westmarch"))) / "demo"


@dataclass(frozen=True, slots=True)
class Text:
    """One Markdown file of the demonstration site."""

    file: Path
    head: dict[str, Any]
    body: str

    @property
    def path(self) -> str:
        return f"/{self.head['slug']}/"


def read(file: Path) -> Text:
    """Raises ValueError where the file does not begin with front matter."""
    opening, head, body = file.read_text(encoding="utf-8").split("---\n", 2)
    if opening:
        raise ValueError(f"{file}: text before the front matter")
    return Text(file, yaml.safe_load(head), body)


@cache
def texts() -> tuple[Text, ...]:
    return tuple(read(file) for file in sorted(DEMO.glob("*/*.md")))


def lists(name: str) -> Any:
    return yaml.safe_load((DEMO / name).read_text(encoding="utf-8"))
