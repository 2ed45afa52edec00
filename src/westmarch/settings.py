"""Settings of the operator: what a machine decides about a site, as one frozen value that is passed around.

`configuration` tells where values come from. What an owner decides (title, language, zone…) is in the site's options,
not here.
"""

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import ByteSize, Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from typing_extensions import override

PREFIX = "WESTMARCH_"

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = rf"{_ATOM}(?:\.{_ATOM})*@[\w-]+(?:\.[\w-]+)*"
#: An address (RFC 5322, 3.4.1, without what nobody uses), with or without a name before it.
_SENDER = re.compile(rf"{_ADDRESS}|[^<>@\x00-\x1f\x7f]*<{_ADDRESS}>")

Level = Literal["debug", "info", "warning", "error", "critical"]


def _default_url(data: dict[str, Any]) -> str:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(data["host"], data["host"])  # noqa: S104 - compared, not bound
    return f"http://[{host}]:{data['port']}" if ":" in host else f"http://{host}:{data['port']}"


def _default_database_url(data: dict[str, Any]) -> str:
    return f"sqlite:///{data['site'] / 'westmarch.db'}"


def _default_mail_from(data: dict[str, Any]) -> str:
    # A `url` that was refused is missing here, and has a line of its own.
    host = urlsplit(data.get("url", "")).hostname or ""
    return f"westmarch@{host if host and ':' not in host else 'localhost'}"


def _is_network(text: str) -> bool:
    """Whether a text is an address or a network."""
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


class Settings(BaseSettings):
    """All settings of one site. Built from arguments alone; `load` gathers them from flags, environment and files."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True)

    site: Path = Field(
        description="The folder of the site. Chosen by `--site` or `WESTMARCH_SITE`, else the current folder."
    )
    environment: Literal["production", "staging", "development"] = Field(
        default="production",
        description="`staging` keeps search engines away and shows a banner; `development` logs every request.",
    )
    host: str = Field(default="127.0.0.1", min_length=1, description="The address to listen on.")
    port: int = Field(default=8000, ge=1, le=65535, description="The port to listen on.")
    uds: Path | None = Field(default=None, description="Listen on this Unix socket instead of host and port.")
    url: str = Field(
        default_factory=_default_url,
        description="The public address of the site, with its base path if it has one; pages and feeds use it.",
        json_schema_extra={"default_in_words": "`http://HOST:PORT`"},
    )
    database_url: str = Field(
        default_factory=_default_database_url,
        description="`sqlite:///FILE` (relative to the folder of the site) or `postgresql://USER:PASSWORD@HOST/NAME`.",
        json_schema_extra={"default_in_words": "`sqlite:///westmarch.db`"},
    )
    search_url: SecretStr | None = Field(
        default=None,
        description="A cluster with the search index: `opensearch+https://USER:PASSWORD@HOST:9200,HOST:9200/NAME`. "
        "Without it the index is in `search/` of the site's folder.",
        json_schema_extra={"default_in_words": "`search/`"},
    )
    project_name: str = Field(
        default="Westmarch", min_length=1, max_length=200, description="The title of the API's documents."
    )
    cors_origins: str = Field(
        default="",
        description="A regular expression for whole origins whose pages may use the API, as "
        r"`https://(.+\.)?example\.org`: read, and with a token in the header Authorization write. "
        "Credentials are allowed to them, unless it matches every origin.",
    )
    workers: int = Field(default=1, ge=1, description="The number of server processes.")
    root_path: str = Field(default="", description="The path that a proxy removes before it passes a request on.")
    forwarded_allow_ips: str = Field(
        default="127.0.0.1",
        description="Proxies whose `X-Forwarded-*` headers are believed: addresses or networks by commas, or `*`.",
    )
    timeout_keep_alive: int = Field(default=5, ge=0, description="Seconds for which an idle connection is kept open.")
    timeout_graceful_shutdown: int = Field(
        default=30, ge=0, description="Seconds that running requests are given to finish when the server stops."
    )
    cache_size: ByteSize = Field(
        default=ByteSize(64 * 1024 * 1024),
        ge=0,
        description="How much memory each process may use for ready pages, such as 64MiB; 0 keeps none.",
        json_schema_extra={"default_in_words": "`64MiB`"},
    )
    cache_check: Literal["exact", "notify"] = Field(
        default="exact",
        description="How ready pages are known to be true: `exact` asks the database before each answer; `notify` "
        "waits for word from PostgreSQL, a little late (on SQLite it is the same as `exact`).",
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        description="The server that letters go out by: `smtp://USER:PASSWORD@HOST:587` (STARTTLS) or "
        "`smtps://USER:PASSWORD@HOST:465`; without it none are sent.",
    )
    mail_from: str = Field(
        default_factory=_default_mail_from,
        description="The sender of letters: `name@example.org`, or `My site <name@example.org>`.",
        json_schema_extra={"default_in_words": "`westmarch@HOST` of `url`"},
    )
    metrics_token: SecretStr | None = Field(
        default=None,
        description="Whoever shows this secret may read `/metrics`: `Authorization: Bearer …`. At least 16 characters.",
    )
    metrics_allow: str = Field(
        default="",
        description="Who may read `/metrics`: addresses or networks by commas. With a token set too, both are needed.",
    )
    metrics: bool = Field(
        default=False,
        description="Count requests and answer `/metrics` to Prometheus; needs `metrics_token` or `metrics_allow`.",
        json_schema_extra={"default_in_words": "`false`"},
    )
    process_time: bool = Field(
        default=False,
        description="Say in the header `X-Process-Time` of each answer how many seconds it took.",
        json_schema_extra={"default_in_words": "`false`"},
    )
    head_code: bool = Field(
        default=False,
        description="Let the owner put code into the head of all pages (the option `head` of the site).",
        json_schema_extra={"default_in_words": "`false`"},
    )
    log_level: Level = Field(default="info", description="The level of what is logged.")
    log_levels: dict[str, Level] = Field(
        default={},
        description="Levels of single loggers by name, as `westmarch logging` shows them, or `server`; "
        "JSON in the environment.",
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="`text` for people, `json` for programs: one object a line."
    )

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only arguments: a `Settings(…)` in a test or a script reads neither the environment nor a file."""
        return (init_settings,)

    @field_validator("site")
    @classmethod
    def _absolute(cls, site: Path) -> Path:
        return site.expanduser().absolute()

    @field_validator("uds")
    @classmethod
    def _socket_in_site(cls, uds: Path | None, info: Any) -> Path | None:
        return uds if uds is None else info.data["site"] / uds.expanduser()

    @field_validator("url")
    @classmethod
    def _public_address(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
            valid = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        except ValueError:
            valid = False
        if not valid or any(character.isspace() for character in url):
            raise ValueError("a complete address is needed, as https://example.org or https://example.org/blog")
        if parts.query or parts.fragment or parts.username or "//" in parts.path:
            raise ValueError("an address without user, query, fragment or empty path segments is needed")
        return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}"

    @field_validator("root_path")
    @classmethod
    def _path_prefix(cls, path: str) -> str:
        if path and not path.startswith("/"):
            raise ValueError("a path that begins with / is needed")
        return path.rstrip("/")

    @field_validator("forwarded_allow_ips")
    @classmethod
    def _known_proxies(cls, listed: str) -> str:
        for proxy in (part.strip() for part in listed.split(",")):
            if proxy in ("", "*") or proxy.startswith(("/", "unix:")):
                continue
            if not _is_network(proxy):
                raise ValueError(
                    f"{proxy!r} is no proxy: use addresses, networks and paths of sockets with commas between, "
                    "as 127.0.0.1,10.0.0.0/8, or * for all"
                )
        return listed

    @field_validator("cache_size", mode="before")
    @classmethod
    def _size(cls, size: Any) -> Any:
        written = isinstance(size, int | str) and not isinstance(size, bool)
        if not written or not re.fullmatch(r"[0-9]+(\.[0-9]+)? ?(b|[kmgt](i?b)?)?", str(size), re.IGNORECASE):
            raise ValueError("a size such as 64MiB is needed; 0 keeps no pages")
        return size

    @field_validator("cors_origins")
    @classmethod
    def _pattern(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"a regular expression is needed: {error}") from None
        return pattern

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None:
            try:
                parts = urlsplit(url.get_secret_value())
                valid = bool(parts.scheme in ("smtp", "smtps") and parts.hostname and parts.port != 0)
            except ValueError:
                valid = False
            complete = valid and (parts.username is None) == (parts.password is None)
            if not complete or parts.path.strip("/") or parts.query or parts.fragment:
                raise ValueError(
                    "smtp://USER:PASSWORD@HOST:587 or smtps://USER:PASSWORD@HOST:465 is needed; other signs than "
                    "letters and digits in the password are written as %40"
                )
        return url

    @field_validator("mail_from")
    @classmethod
    def _one_address(cls, sender: str) -> str:
        if not _SENDER.fullmatch(sender):
            raise ValueError("one address is needed, as name@example.org or My site <name@example.org>")
        return sender

    @field_validator("metrics_token")
    @classmethod
    def _can_be_sent(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not re.fullmatch(r"[\x21-\x7e]{16,}", token.get_secret_value()):
            raise ValueError("a token of at least 16 letters, digits and signs of ASCII is needed, without spaces")
        return token

    @field_validator("metrics_allow")
    @classmethod
    def _known_networks(cls, listed: str) -> str:
        for part in filter(None, map(str.strip, listed.split(","))):
            if not _is_network(part):
                raise ValueError(
                    f"{part!r} is no address and no network: write them with commas between, as 127.0.0.1,10.0.0.0/8"
                )
        return listed

    @field_validator("metrics")
    @classmethod
    def _guarded(cls, on: bool, info: Any) -> bool:
        # A guard that was refused is missing here, and has a line of its own.
        if on and info.data.get("metrics_token", "") is None and not info.data.get("metrics_allow", "-").strip(" ,"):
            raise ValueError("set metrics_token or metrics_allow too, which say who may read them")
        return on

    @field_validator("database_url")
    @classmethod
    def _known_engine(cls, url: str, info: Any) -> str:
        scheme, separator, rest = url.partition("://")
        if scheme == "postgres":
            scheme = "postgresql"
        if not separator or scheme not in ("sqlite", "postgresql"):
            raise ValueError("sqlite:///FILE or postgresql://USER@HOST/NAME is needed; Westmarch chooses the driver")
        if scheme == "postgresql":
            return f"postgresql://{rest}"
        if not rest.startswith("/") or rest == "/":
            raise ValueError("a file is needed after the three slashes, as sqlite:///westmarch.db")
        return f"sqlite:///{info.data['site'] / rest[1:]}"

    @property
    def base_path(self) -> str:
        """Path of the public address: empty, or as `/blog` without a slash at the end."""
        return urlsplit(self.url).path

    @property
    def media_folder(self) -> Path:
        """Where uploaded and imported files are kept."""
        return self.site / "media"

    @property
    def theme_folder(self) -> Path:
        """Where templates and static files of the site's own replace those of the theme."""
        return self.site / "theme"

    @property
    def themes_folder(self) -> Path:
        """Where whole themes of the site's own lie, a folder each."""
        return self.site / "themes"

    @property
    def run_folder(self) -> Path:
        """Where sockets of running processes are kept, and what they have counted."""
        return self.site / "run"

    @property
    def search_folder(self) -> Path:
        """Where the search index lies that needs no cluster."""
        return self.site / "search"

    @property
    def secret_key_file(self) -> Path:
        """The site's secret, made by `init` and readable by its owner alone."""
        return self.site / "secret.key"

    def shown(self, name: str) -> Any:
        """A value as it may be printed and logged: paths as text, sizes with their unit, passwords covered."""
        value = getattr(self, name)
        if name == "cache_size" and value and value % 1024**2 == 0:
            value = f"{value // 1024**2}MiB"
        if name == "database_url":
            value = re.sub(r"(?<=[?&]password=)[^&]*", "***", re.sub(r"(://[^/@]*?):[^/]*@", r"\1:***@", value))
        return str(value) if isinstance(value, Path | SecretStr) else value
