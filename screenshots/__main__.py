"""`python -m screenshots [--only TEXT] [--width N] [--scheme light|dark] [--readme]`: pictures of all pages, for eyes.

They go into `screenshots/taken/`, with a page of thumbnails. The real blogs are looked for where the tests do.
"""

import argparse
import os
import shutil
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from screenshots import readme, sheet
from screenshots.camera import SCHEMES, WIDTHS, Picture, Scheme, chromium, take
from screenshots.sites import Site, all_sites, served
from westmarch.settings import PREFIX

FOLDER = Path(__file__).resolve().parent / "taken"
#: Where nothing is wanted of a site whose pages are only known later, it is not made.
UNKNOWN = ("front", "archive", "tags", "post")


def wanted(site: str, page: str, only: list[str]) -> bool:
    """Whether a page is meant: every text must be in its name, `site: page`."""
    return all(text in f"{site}: {page}" for text in only)


def main() -> None:
    """Take the pictures and say where the sheet lies."""
    parser = argparse.ArgumentParser(prog="python -m screenshots", description=__doc__)
    parser.add_argument("--only", action="append", default=[], help="pages with this in `site: page`")
    parser.add_argument("--width", action="append", type=int, help=f"of {WIDTHS}")
    parser.add_argument("--scheme", action="append", choices=SCHEMES)
    parser.add_argument("--readme", action="store_true", help="take the pictures of the README instead")
    given = parser.parse_args()
    sites = all_sites(Path(os.environ.get("WESTMARCH_TEST_INPUTS") or FOLDER.parents[2] / "shared" / "inputs"))
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]  # What is set for a site of one's own is not for these.
    if given.readme:
        _take_readme(sites["demo"])
        return
    chosen = {
        name: site
        for name, site in sites.items()
        if any(wanted(name, page, given.only) for page in site.pages or UNKNOWN)
    }
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    pictures = _take_all(chosen, given.only, given.width or WIDTHS, given.scheme or SCHEMES)
    print(f"{len(pictures)} pictures: {sheet.write(FOLDER, pictures)}")


def _take_all(
    sites: dict[str, Site], only: list[str], widths: Sequence[int], schemes: Sequence[Scheme]
) -> list[Picture]:
    """The pictures of all sites; while one is looked at, the next ones are made."""
    found: list[Picture] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with (
        Progress(*columns, console=Console(stderr=True)) as progress,
        chromium() as browser,
        tempfile.TemporaryDirectory() as place,
        ThreadPoolExecutor(1) as maker,
    ):
        folders = {name: Path(place) / name for name in sites}
        making = {name: maker.submit(site.make, folders[name]) for name, site in sites.items()}
        task = progress.add_task("")
        for name, site in sites.items():
            progress.update(task, description=f"making {name}", total=None)
            making[name].result()
            with served(site, folders[name]) as pages:
                chosen = {page: address for page, address in pages.items() if wanted(name, page, only)}
                progress.update(task, description=name, total=len(chosen) * len(widths) * len(schemes), completed=0)
                page = browser.new_page()
                for title, address in chosen.items():
                    found += take(page, name, title, address, FOLDER, widths, schemes, lambda: progress.advance(task))
                page.close()
    return found


def _take_readme(site: Site) -> None:
    with tempfile.TemporaryDirectory() as place:
        site.make(Path(place))
        with served(site, Path(place)) as pages, chromium() as browser:
            for file in readme.take(browser, pages):
                print(f"{file}: {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
