"""Real sites, and real servers in processes of their own, for tests."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.forking import Copy, begin
from westmarch.cli.main import command

#: The command of the program that the tests themselves run in.
COMMAND = (sys.executable, "-m", "westmarch")


def new_site(site: Path, *options: str) -> Path:
    """Make a site by `westmarch init` in this process, but in a thread: a browser may keep this one's event loop."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(command(), ["--site", str(site), "init", *options], standalone_mode=False).result()
    return site


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that listens: its address without a slash at the end (a path for a Unix socket), and its process."""

    url: str
    process: subprocess.Popen[str] | Copy
    log: Path

    def stopped(self, seconds: float = 20) -> int:
        """Wait until the process has ended; its exit status."""
        return self.process.wait(seconds)


@contextmanager
def serving(
    site: Path, *arguments: str, command: Sequence[str] = (), environment: dict[str, str] | None = None
) -> Iterator[Serving]:
    """`westmarch serve` on a free port until the block ends; the log is in the site's folder.

    Without a command, a server of one process is a copy of one that has loaded the program.
    """
    log = site / "serve.log"
    port = () if "--uds" in arguments or "--port" in arguments else ("--port", "0")
    asked = ["--site", str(site), "serve", *port, *arguments]
    variables = os.environ | {"PYTHONUNBUFFERED": "1"} | (environment or {})
    process: subprocess.Popen[str] | Copy
    with log.open("w", encoding="utf-8") as errors:
        if command or {"--workers", "--reload"}.intersection(arguments):
            process = subprocess.Popen(
                [*(command or COMMAND), *asked], stdout=subprocess.PIPE, stderr=errors, text=True, env=variables
            )
        else:
            process = begin(asked, stderr=errors, environment=variables)
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if match := re.search(r"^Serving .* at (\S+) \(Ctrl-C stops\)$", line):
                yield Serving(match[1].rstrip("/"), process, log)
                break
        else:
            raise AssertionError(f"the server did not start:\n{log.read_text(encoding='utf-8')}")
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
        process.stdout.close()
        process.wait()
