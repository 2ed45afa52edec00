"""`westmarch settings` and `westmarch logging`."""

import json
from pathlib import Path

from tests.cli.conftest import Westmarch
from westmarch.settings import Settings


def test_every_setting_is_listed_with_value_origin_and_meaning(westmarch: Westmarch, site: Path) -> None:
    (site / ".env").write_text("WESTMARCH_WORKERS=3\n", encoding="utf-8")
    out = westmarch("--site", site, "settings").out
    assert f"workers = 3  ({site / '.env'})\n    The number of server processes." in out
    listed = {row["name"]: row for row in json.loads(westmarch("--site", site, "settings", "--json").out)["settings"]}
    assert set(listed) == set(Settings.model_fields) - {"site"}
    assert listed["workers"] == {
        "name": "workers",
        "value": 3,
        "origin": str(site / ".env"),
        "meaning": "The number of server processes.",
    }


def test_a_password_is_not_printed(westmarch: Westmarch, site: Path) -> None:
    (site / ".env").write_text("WESTMARCH_DATABASE_URL=postgresql://me:geheim@db/blog\n", encoding="utf-8")
    for arguments in (["settings"], ["settings", "--json"]):
        done = westmarch("--site", site, *arguments)
        assert "postgresql://me:***@db/blog" in done.out
        assert "geheim" not in done.out + done.err


def test_the_tree_of_loggers_is_drawn_as_the_settings_have_it(westmarch: Westmarch, site: Path) -> None:
    toml = site / "westmarch.toml"
    toml.write_text("log_level = 'error'\n[log_levels]\n'sqlalchemy.engine' = 'info'\n", encoding="utf-8")
    out = westmarch("--site", site, "logging").out
    assert out.startswith("root warning → StreamHandler")
    lines = {line.strip("│├└─ \n") for line in out.splitlines()}
    assert {"westmarch error", "uvicorn error", "uvicorn.access warning", "sqlalchemy.engine info"} <= lines
    assert json.loads(westmarch("--site", site, "logging", "--json").out)["name"] == "root"
