"""How large the program is once installed: `python -m benchmarks.bench_size [--json]`.

The core and all that it needs are installed into an empty folder, as pip does it, and counted without bytecode.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def sizes(folder: Path) -> dict[str, float]:
    """Megabytes (10⁶ bytes) of each package in a folder of packages, bytecode left out, the largest first."""
    found: dict[str, float] = {}
    for file in folder.rglob("*"):
        if file.is_file() and file.suffix != ".pyc":
            name = file.relative_to(folder).parts[0]
            found[name] = found.get(name, 0) + file.stat().st_size / 1e6
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def measure() -> dict[str, float]:
    """The size of all, and of the five largest packages, in megabytes."""
    with tempfile.TemporaryDirectory() as place:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile", "--target", place]
        subprocess.run([*pip, "--require-hashes", "-r", ROOT / "requirements" / "core.txt"], check=True)
        subprocess.run([*pip, "--no-deps", ROOT], check=True)
        found = sizes(Path(place))
    return {"all": sum(found.values()), **dict(list(found.items())[:5])}


def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    found = measure()
    if parser.parse_args().json:
        json.dump(found, sys.stdout)
        return
    for name, megabytes in found.items():
        print(f"{name:30} {megabytes:8.1f} MB")


if __name__ == "__main__":
    main()
