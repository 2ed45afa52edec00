"""Revisions, what differs of two, preview links and previews are valid HTML."""

from pathlib import Path

import pytest

from tests.accounts.people import signed_in
from tests.admin.test_previews import anybody, make
from tests.admin.test_revisions import written
from tests.posts.people import change
from tests.quality.test_nu import nu as nu
from tests.quality.test_nu import remarks
from tests.readers import Reader
from tests.readers import reader as reader

HOSTILE = "<b>\"&' <script>\n\n" + "\n".join(f"</td> {number}" for number in range(40))


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_nu_finds_nothing_in_what_was_written_and_is_shown_to_others(
    reader: Reader, nu: list[str], tmp_path: Path
) -> None:
    await signed_in(reader, '"Nell" & <co>')
    here, (one, _, three) = await written(reader, status="published", meta_title='"><b>')
    post_id = int(here.split("/")[-2])
    await change(reader.db, post_id, title='<i>"&', markdown=HOSTILE, language="de", wait=True)
    compare = f"{here}revisions/compare/?old={one}&new={three + 1}"
    pages = {
        "form": await reader.page(here),
        "revisions": await reader.page(f"{here}revisions/"),
        "compared": await reader.page(compare),
        "whole": await reader.page(f"{compare}&whole=1"),
        "none": await reader.page(f"{here}previews/"),
    }
    path = await make(reader, post_id)
    pages["links"] = await reader.page(f"{here}previews/")
    pages["refused"] = (await reader.client.post(f"{here}previews/", data={"lasts": '"<'})).text
    pages["made"] = (await reader.client.post(f"{here}previews/", data={"lasts": "1"})).text
    pages["preview"] = (await anybody(reader, path)).text
    files = [tmp_path / f"{name}.html" for name in pages]
    for file, text in zip(files, pages.values(), strict=True):
        file.write_text(text, encoding="utf-8")
    assert remarks(nu, *files) == []
