"""The search finds what people mean: two hundred questions to the real catalogue."""

import shutil
from collections.abc import Callable
from pathlib import Path

from benchmarks import quality
from tests.books.catalogues import load
from westmarch.db.database import open_database
from westmarch.db.types import now
from westmarch.search import running
from westmarch.search.rebuilding import rebuild
from westmarch.settings import Settings

WANTED = 0.9


async def test_two_hundred_questions_find_the_books_that_are_meant(
    inputs: Callable[[str], Path], sqlite_template: Path, tmp_path: Path
) -> None:
    shutil.copyfile(sqlite_template, tmp_path / "westmarch.db")
    settings = Settings(site=tmp_path, url="https://example.org")
    index = running.open_of(settings)
    async with open_database(settings.database_url) as db:
        await load(db, inputs("books-goodbooks-10k") / "books.csv.gz")
        await rebuild(db, index, now)
    ranked = await quality.ranks(index, quality.questions())
    await index.close()
    means = quality.means(ranked)
    assert len(ranked) == 200
    assert means["all"] >= WANTED, (means, [question.text for question, rank in ranked if rank < WANTED])
