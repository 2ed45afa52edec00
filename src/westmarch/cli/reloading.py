"""Starting the server again when the program or a theme has changed; uvicorn's own reloader sees Python files only."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from typing_extensions import override
from uvicorn import Config, Server
from uvicorn.supervisors.statreload import StatReload

from westmarch.settings import Settings

PACKAGE = Path(__file__).parent.parent

Stamp = tuple[int, int]


def watched(settings: Settings) -> Iterator[Path]:
    """The files that the server reads when it starts."""
    yield from PACKAGE.rglob("*.py")
    for theme in (PACKAGE / "theme", settings.theme_folder, settings.themes_folder):
        yield from (path for path in theme.rglob("*") if path.is_file())


class Reloader(StatReload):
    """Runs the server in a process, and again whenever a watched file was changed, made or removed."""

    def __init__(self, config: Config, settings: Settings, sockets: Sequence[Any]) -> None:
        super().__init__(config, target=Server(config).run, sockets=list(sockets))
        self._settings = settings
        self._before = self._stamps()

    @override
    def should_restart(self) -> list[Path] | None:
        self.pause()
        before, self._before = self._before, self._stamps()
        return sorted({path for path, _ in before.items() ^ self._before.items()}) or None

    def _stamps(self) -> dict[Path, Stamp]:
        """Time and size of each file; one that goes away meanwhile is left out."""
        stamps = {}
        for path in watched(self._settings):
            try:
                stat = path.stat()
            except OSError:
                continue
            stamps[path] = (stat.st_mtime_ns, stat.st_size)
        return stamps
