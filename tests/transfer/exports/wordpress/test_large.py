"""A large export is read in little memory."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.transfer.exports.wordpress.writing import item, write

MEGABYTE = 1024 * 1024
_READ = """
import json, resource, sys, time
from datetime import UTC, datetime
from pathlib import Path
from westmarch.transfer.blogs import Options
from westmarch.transfer.exports.reader import ExportReader
from westmarch.transfer.exports.wordpress.export import open_
from westmarch.transfer.items import Entry

path = Path(sys.argv[1])
export = open_([path], Options(path.parent, UTC, datetime.now(UTC), "/{slug}/"), pictures=False)
reader = ExportReader(export, 0, None, "")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
begun = time.perf_counter()
try:
    posts = sum(isinstance(found, Entry) for found in reader.entries())
finally:
    reader.close()
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(json.dumps({"posts": posts, "kilobytes": grown, "seconds": time.perf_counter() - begun}))
"""


@pytest.mark.long
def test_500_megabytes_are_read_in_less_than_a_fifth_of_that(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xml")
    head, _, tail = path.read_text("utf-8").partition("</channel>")
    paragraph = (
        "<!-- wp:paragraph -->\n<p>Some words of a text that goes on for a while.</p>\n<!-- /wp:paragraph -->\n\n"
    )
    posts = 0
    with path.open("w", encoding="utf-8") as file:
        file.write(head)
        while file.tell() < 500 * MEGABYTE:
            posts += 1
            file.write(item(posts, paragraph * 200))
        file.write(f"</channel>{tail}")
    done = subprocess.run([sys.executable, "-c", _READ, str(path)], capture_output=True, check=True, text=True)
    found = json.loads(done.stdout)
    assert found["posts"] == posts
    assert found["kilobytes"] < 100 * 1024
    assert posts / found["seconds"] > 250
