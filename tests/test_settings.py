"""Settings: where values come from, and that nothing unknown or unfit passes unsaid."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from westmarch.configuration import load, site_folder
from westmarch.errors import Invalid
from westmarch.settings import Settings

pytestmark = pytest.mark.unit


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "westmarch.toml").write_text("", encoding="utf-8")
    return tmp_path


def refusal(site: Path, **flags: Any) -> str:
    with pytest.raises(Invalid) as caught:
        load(site, **flags)
    assert caught.value.hint
    return caught.value.message


def test_an_empty_file_gives_the_defaults(site: Path) -> None:
    loaded = load(site)
    assert loaded.settings.url == "http://127.0.0.1:8000"
    assert loaded.settings.database_url == f"sqlite:///{site}/westmarch.db"
    assert set(loaded.origins.values()) == {"default"}
    assert set(loaded.origins) == set(Settings.model_fields)


def test_each_source_covers_the_ones_after_it(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toml, dotenv = site / "westmarch.toml", site / ".env"
    toml.write_text("port = 1\nworkers = 1\ntimeout_keep_alive = 1\nlog_level = 'error'", encoding="utf-8")
    dotenv.write_text(
        "WESTMARCH_PORT=2\nexport WESTMARCH_WORKERS=2\nWESTMARCH_TIMEOUT_KEEP_ALIVE='2'", encoding="utf-8"
    )
    monkeypatch.setenv("WESTMARCH_PORT", "3")
    monkeypatch.setenv("WESTMARCH_WORKERS", "3")
    loaded = load(site, port=4, workers=None)
    settings, origins = loaded.settings, loaded.origins
    assert (settings.port, origins["port"]) == (4, "flag")
    assert (settings.workers, origins["workers"]) == (3, "environment")
    assert (settings.timeout_keep_alive, origins["timeout_keep_alive"]) == (2, str(dotenv))
    assert (settings.log_level, origins["log_level"]) == ("error", str(toml))


def test_settings_built_from_arguments_read_nothing_else(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WESTMARCH_PORT", "3")
    monkeypatch.chdir(site)
    (site / ".env").write_text("WESTMARCH_WORKERS=3", encoding="utf-8")
    settings = Settings(site=site)
    assert (settings.port, settings.workers) == (8000, 1)


def test_settings_are_frozen(site: Path) -> None:
    field = "port"
    with pytest.raises(ValidationError, match="frozen"):
        setattr(load(site).settings, field, 1)


def test_an_unknown_key_in_the_toml_file_names_file_and_key(site: Path) -> None:
    (site / "westmarch.toml").write_text("databse_url = 'sqlite:///x.db'", encoding="utf-8")
    message = refusal(site)
    assert f"{site / 'westmarch.toml'}: databse_url is not a setting. Did you mean database_url?" in message


def test_an_unknown_key_in_the_dotenv_file_names_file_and_key(site: Path) -> None:
    (site / ".env").write_text("WESTMACH_PORT=1", encoding="utf-8")
    assert f"{site / '.env'}: WESTMACH_PORT is not a setting. Did you mean WESTMARCH_PORT?" in refusal(site)


def test_an_unknown_variable_of_ours_in_the_environment_is_an_error(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WESTMARCH_PROT", "1")
    assert "environment: WESTMARCH_PROT is not a setting. Did you mean WESTMARCH_PORT?" in refusal(site)


def test_the_variable_that_names_the_site_is_no_setting_and_no_error(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WESTMARCH_SITE", "/elsewhere")
    assert load(site).settings.site == site


def test_the_folder_cannot_be_set_in_its_own_file(site: Path) -> None:
    (site / "westmarch.toml").write_text("site = '/elsewhere'", encoding="utf-8")
    assert "site is not a setting" in refusal(site)


def test_an_empty_variable_counts_as_not_given(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WESTMARCH_URL", "")
    loaded = load(site)
    assert (loaded.settings.url, loaded.origins["url"]) == ("http://127.0.0.1:8000", "default")


def test_broken_toml_names_file_and_line(site: Path) -> None:
    (site / "westmarch.toml").write_text("port = 1\nurl = \n", encoding="utf-8")
    with pytest.raises(Invalid, match=r"at line 2") as caught:
        load(site)
    assert caught.value.place == f"{site / 'westmarch.toml'}:2"


def test_a_broken_line_of_the_dotenv_file_is_named(site: Path) -> None:
    (site / ".env").write_text("WESTMARCH_PORT=1\nWESTMARCH_WORKERS\n", encoding="utf-8")
    assert refusal(site) == f"{site / '.env'}: line 2 is not KEY=VALUE."


@pytest.mark.parametrize("name", ["westmarch.toml", ".env"])
def test_a_file_that_is_not_utf8_is_named(site: Path, name: str) -> None:
    (site / name).write_bytes(b"port = 1 # \xff")
    assert refusal(site) == f"{site / name} cannot be read: it is not UTF-8 at byte 11."


def test_a_folder_without_the_toml_file_is_no_site(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"{tmp_path} is not a site: it has no westmarch.toml."


def test_every_unfit_value_is_told_with_its_place(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (site / "westmarch.toml").write_text("port = 99999\n[log_levels]\nuvicorn = 'loud'", encoding="utf-8")
    monkeypatch.setenv("WESTMARCH_WORKERS", "many")
    lines = refusal(site).splitlines()
    assert len(lines) == 3
    assert lines[0].startswith(f"{site / 'westmarch.toml'}: port: ")
    assert lines[1].startswith("environment: WESTMARCH_WORKERS: ")
    assert lines[2].startswith(f"{site / 'westmarch.toml'}: log_levels.uvicorn: ")


def test_a_table_is_json_in_the_environment(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WESTMARCH_LOG_LEVELS", '{"uvicorn.access": "warning"}')
    assert load(site).settings.log_levels == {"uvicorn.access": "warning"}
    monkeypatch.setenv("WESTMARCH_LOG_LEVELS", "uvicorn.access=warning")
    assert "log_levels" in refusal(site)


@pytest.mark.parametrize(
    ("url", "origin", "base_path"),
    [
        ("https://Example.org/", "https://example.org", ""),
        ("https://example.org/blog/", "https://example.org", "/blog"),
        ("http://[::1]:8000", "http://[::1]:8000", ""),
        ("https://example.org/a/b", "https://example.org", "/a/b"),
    ],
)
def test_the_public_address_has_a_base_path(site: Path, url: str, origin: str, base_path: str) -> None:
    settings = load(site, url=url).settings
    assert (settings.url, settings.base_path) == (origin + base_path, base_path)


@pytest.mark.parametrize(
    ("written", "size", "shown"),
    [
        (0, 0, 0),
        ("64MiB", 64 * 1024**2, "64MiB"),
        ("1.5 gib", 1536 * 1024**2, "1536MiB"),
        ("64MB", 64_000_000, 64_000_000),
        (64, 64, 64),
    ],
)
def test_a_size_has_a_unit(site: Path, written: object, size: int, shown: object) -> None:
    settings = load(site, cache_size=written).settings
    assert (settings.cache_size, settings.shown("cache_size")) == (size, shown)


@pytest.mark.parametrize("written", [True, -1, 12.5, "abc", "64MiB/s", "1e9", "64 potatoes", "\u0661\u0662", "64Mi"])
def test_what_is_no_size_is_told_in_plain_words(site: Path, written: object) -> None:
    assert "a size such as 64MiB is needed" in refusal(site, cache_size=written)


@pytest.mark.parametrize(
    "url",
    [
        "example.org",
        "ftp://example.org",
        "https://",
        "https://a b/",
        "https://x/?q=1",
        "https://x/#f",
        "https://u:p@x/",
        "https://x:0/",
        "https://x:99999/",
        "https://[::1/",
        "https://x//y",
    ],
)
def test_an_address_that_cannot_be_a_site_is_refused(site: Path, url: str) -> None:
    assert refusal(site, url=url).startswith(("--url: a complete address", "--url: an address"))


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:9000"),
        ("::", "http://[::1]:9000"),
        ("::1", "http://[::1]:9000"),
        ("h", "http://h:9000"),
    ],
)
def test_without_an_address_the_site_is_where_it_listens(site: Path, host: str, url: str) -> None:
    assert load(site, host=host, port=9000).settings.url == url


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("sqlite:////var/lib/blog.db", "sqlite:////var/lib/blog.db"),
        ("postgres://me@db/blog", "postgresql://me@db/blog"),
        ("postgresql://me:x@/blog?host=/run/postgresql", "postgresql://me:x@/blog?host=/run/postgresql"),
    ],
)
def test_the_engine_is_chosen_by_the_url(site: Path, given: str, taken: str) -> None:
    assert load(site, database_url=given).settings.database_url == taken


def test_a_relative_sqlite_file_is_in_the_folder_of_the_site(site: Path) -> None:
    assert load(site, database_url="sqlite:///data/blog.db").settings.database_url == f"sqlite:///{site}/data/blog.db"


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///", "postgresql+asyncpg://x/y", "westmarch.db"])
def test_an_unknown_engine_is_refused(site: Path, url: str) -> None:
    assert "--database-url: " in refusal(site, database_url=url)


@pytest.mark.parametrize(
    "url", ["postgresql://me:geheim@db/blog", "postgresql://me@/blog?host=/run&password=geheim&x=1"]
)
def test_a_password_is_never_shown(site: Path, url: str) -> None:
    settings = load(site, database_url=url).settings
    assert "geheim" in settings.database_url
    assert "geheim" not in settings.shown("database_url")
    assert "***" in settings.shown("database_url")


def test_the_flag_names_the_folder_before_the_variable_and_that_before_the_current(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert site_folder() == tmp_path
    monkeypatch.setenv("WESTMARCH_SITE", "by-variable")
    assert site_folder() == tmp_path / "by-variable"
    assert site_folder(Path("by-flag")) == tmp_path / "by-flag"


@pytest.mark.parametrize("listed", ["*", "127.0.0.1", "10.0.0.0/8, ::1", "fd00::/8", "unix:", "/run/proxy.sock"])
def test_proxies_are_addresses_networks_and_sockets(site: Path, listed: str) -> None:
    assert load(site, forwarded_allow_ips=listed).settings.forwarded_allow_ips == listed


@pytest.mark.parametrize("listed", ["nonsense", "127.0.0.1,proxy", "10.0.0.1/8", "1.2.3"])
def test_what_is_no_proxy_is_refused(site: Path, listed: str) -> None:
    assert "is no proxy: use addresses" in refusal(site, forwarded_allow_ips=listed)


@pytest.mark.parametrize("listed", ["127.0.0.1", "10.0.0.0/8, ::1", ""])
def test_metrics_are_for_addresses_and_networks(site: Path, listed: str) -> None:
    assert load(site, metrics_allow=listed).settings.metrics_allow == listed


@pytest.mark.parametrize("listed", ["*", "localhost", "10.0.0.1/8", "127.0.0.1,nonsense"])
def test_metrics_are_for_nothing_else(site: Path, listed: str) -> None:
    assert "is no address and no network" in refusal(site, metrics_allow=listed)


@pytest.mark.parametrize("token", ["", "short", "sixteen letters at least", "\u00e9" * 16, "x" * 16 + "\n"])
def test_a_token_for_metrics_is_long_and_can_be_sent(site: Path, token: str) -> None:
    assert "metrics-token: a token of at least 16" in refusal(site, metrics_token=token)


@pytest.mark.parametrize("guard", [{}, {"metrics_allow": " , "}])
def test_metrics_are_not_told_before_it_is_said_to_whom(site: Path, guard: dict[str, str]) -> None:
    assert refusal(site, metrics=True, **guard).startswith("--metrics: set metrics_token or metrics_allow too")
    assert load(site, metrics=True, metrics_allow="::1").settings.metrics
    assert load(site, metrics=True, metrics_token="a-secret-of-tests").settings.metrics


def test_a_token_is_covered_where_it_is_shown(site: Path) -> None:
    settings = load(site, metrics_token="a-secret-of-tests").settings
    assert "secret" not in f"{settings.shown('metrics_token')} {settings!r}"
    assert settings.metrics_token is not None
    assert settings.metrics_token.get_secret_value() == "a-secret-of-tests"


def test_what_is_unfit_is_told_in_plain_words(site: Path) -> None:
    assert refusal(site, port=0) == "--port: a number from 1 on is needed"
    assert refusal(site, workers="many") == "--workers: a whole number is needed"
    assert refusal(site, metrics="perhaps") == "--metrics: true or false is needed"
    assert refusal(site, log_format="xml") == "--log-format: it is one of 'text' or 'json'"


def test_every_setting_is_described() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert re.search(r"[.*`]$", field.description), name


@pytest.mark.slow
@given(st.binary(max_size=200))
def test_any_bytes_as_settings_are_taken_or_refused_with_the_place(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    site = tmp_path_factory.mktemp("site")
    for name in ("westmarch.toml", ".env"):
        (site / "westmarch.toml").write_bytes(b"")
        (site / name).write_bytes(content)
        places = name
        try:
            load(site)
        except Invalid as error:
            places = error.place
        assert name in places
        (site / name).unlink()


@pytest.mark.parametrize(
    "url",
    ["example.org", "http://example.org", "smtp://", "smtp://nell@example.org", "smtp://example.org:0",
     "smtp://example.org:99999", "smtp://example.org/path", "smtp://n:s3cret@example.org?x=y", "smtp://n:s3cret/4@h"],
)  # fmt: skip
def test_a_mail_server_that_is_none_is_refused_and_its_password_not_told(site: Path, url: str) -> None:
    told = refusal(site, smtp_url=url)
    assert told.startswith("--smtp-url: smtp://USER:PASSWORD@HOST:587")
    assert "s3cret" not in told


@pytest.mark.parametrize(
    "sender", ["", "nell", "a@b\nBcc: c@d", "a@b, c@d", "Nell <a@b> <c@d>", "a..b@c", "ä@b", "a@b..c"]
)
def test_a_sender_that_is_no_single_address_is_refused(site: Path, sender: str) -> None:
    assert refusal(site, mail_from=sender).startswith("--mail-from: one address is needed")


def test_letters_come_from_the_host_of_the_site_if_nothing_is_said(site: Path) -> None:
    assert load(site, url="https://blog.example.org/path").settings.mail_from == "westmarch@blog.example.org"
    assert load(site, url="http://[::1]:8000").settings.mail_from == "westmarch@localhost"


def test_the_password_of_the_mail_server_is_covered(site: Path) -> None:
    settings = load(site, smtp_url="smtp://nell:s3cret@example.org").settings
    assert "s3cret" not in f"{settings!r}{settings.shown('smtp_url')}"
