"""How fast a large site goes out: `python -m benchmarks.bench_export [POSTS]`.

A site of posts of ordinary length, filled by an import, is exported by the commands themselves, each in a process of
its own; the folder that comes out is then imported into an empty site. Printed are posts a second, in which the start
of the program counts, the processor time of a post in all processes, which a busy machine does not change much, and
the peak memory of the process.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.bench_import import write_jekyll
from benchmarks.figures import tell


def command(site: Path, *arguments: str) -> tuple[float, float, float]:
    """Run a command of the program; the seconds it took, those of processor time, and its peak memory in MiB."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "westmarch", "--site", str(site), *arguments], stdout=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, arguments
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def run(posts: int) -> dict[str, float]:
    """Fill a site, let it go out in each way, and come in again."""
    found: dict[str, float] = {"posts": posts, "cores": os.cpu_count() or 1}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        write_jekyll(folder / "blog", posts)
        for site in ("one", "two"):
            command(folder / site, "init")
        command(folder / "one", "import", "markdown", str(folder / "blog"))
        runs = [
            (f"export {name}", "one", ("export", name, str(folder / target)))
            for name, target in (("markdown", "out"), ("json", "out.json"), ("wxr", "out.xml"))
        ]
        runs.append(("import of what went out", "two", ("import", "markdown", str(folder / "out"))))
        for what, site, arguments in runs:
            seconds, busy, memory = command(folder / site, *arguments)
            found[f"{what}, posts/s"] = posts / seconds
            found[f"{what}, processor ms a post"] = busy / posts * 1_000
            found[f"{what}, MiB"] = memory
    return found


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("posts", type=int, nargs="?", default=5_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = run(given.posts)
    tell(found, as_json=given.json)


if __name__ == "__main__":
    main()
