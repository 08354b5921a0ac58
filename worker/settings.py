"""The deployment's settings: the one file that reads the environment.

Any setting may be given for one brand as `NAME__GLOW` and for one mailbox as `NAME__JANE`;
secrets may come from a file named by `NAME_FILE`. A bad value fails at start, by name.
"""

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from worker.errors import Misconfigured

CHANNELS = ("staff", "alerts", "community")
# What a mailbox may have of its own, and what a brand may; everything else is the deployment's.
OF_A_MAILBOX = frozenset({"smtp_url", "imap_url", "mail_from"})
OF_A_BRAND = OF_A_MAILBOX | {
    "airtable_api_key", "airtable_url", "airtable_monthly_calls", "airtable_requests_per_second",
    "mailboxes", "mail_postal_address", "mail_redirect_to", "discord_webhook_staff",
    "discord_webhook_alerts", "discord_webhook_community", "discord_api_url", "public_url",
    "heartbeat_url",
}  # fmt: skip


class Settings(BaseSettings):
    """Every environment variable the product reads, with what it is for."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    airtable_api_key: SecretStr = Field(
        description="Airtable token (pat…) with data and schema scopes"
    )
    airtable_base_ids: Annotated[Mapping[str, str], NoDecode] = Field(
        description="The base (appX), or brands and bases (glow=appX,zen=appY)"
    )
    airtable_url: str = Field("https://api.airtable.com", description="Where Airtable answers")
    airtable_monthly_calls: int = Field(
        70_000, gt=0, description="Our share of the workspace's calls"
    )
    airtable_requests_per_second: float = Field(
        5.0, gt=0.2, description="Airtable's limit per base"
    )
    redis_url: str = Field(
        "redis://127.0.0.1:6379/0", description="Redis for the queue and limiter"
    )
    database_url: str = Field(
        "sqlite:///var/ledger.db", description="The ledger: SQLite or PostgreSQL"
    )
    smtp_url: SecretStr = Field(
        SecretStr(""), description="smtp://, smtps:// or smtp+starttls:// server"
    )
    imap_url: SecretStr = Field(SecretStr(""), description="imap:// or imaps:// mailbox to read")
    mail_from: str = Field("", description="Sender, like 'Jane of Glow <jane@glow.example>'")
    mail_postal_address: str = Field("", description="Street address at the end of every message")
    mail_redirect_to: str = Field(
        "", description="Test only: deliver every message to this address"
    )
    mailboxes: Annotated[tuple[str, ...], NoDecode] = Field(
        ("default",), description="Names of mailboxes, like jane,sam"
    )
    discord_webhook_staff: SecretStr = Field(SecretStr(""), description="Webhook for stage notices")
    discord_webhook_alerts: SecretStr = Field(SecretStr(""), description="Webhook for alerts")
    discord_webhook_community: SecretStr = Field(SecretStr(""), description="Webhook creators read")
    discord_api_url: str = Field(
        "", description="Replaces Discord's address in webhooks, for tests"
    )
    public_url: str = Field("http://127.0.0.1:8000", description="Where the web process is reached")
    secret_key: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        description="Signs unsubscribe links; comma-separated, newest first"
    )
    web_password: SecretStr = Field(SecretStr(""), description="Password of the staff page")
    heartbeat_url: str = Field(
        "", description="Called after each good tick, for a dead man's switch"
    )
    tick_seconds: int = Field(30, ge=5, le=3600, description="Seconds between ticks")
    log_format: str = Field("console", pattern="^(console|json)$", description="console or json")

    @field_validator("airtable_base_ids", mode="before")
    @classmethod
    def _bases(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [part.strip() for part in value.split(",") if part.strip()]
        if not pairs:
            raise ValueError("name at least one base: appX or glow=appX,zen=appY")
        named = [pair.partition("=") if "=" in pair else ("main", "=", pair) for pair in pairs]
        bases = {name.strip(): base.strip() for name, _, base in named}
        if not len({_suffix(name) for name in bases}) == len(set(bases.values())) == len(pairs):
            raise ValueError("each brand needs a name and a base that no other brand has")
        return bases

    @field_validator("mailboxes", mode="before")
    @classmethod
    def _names(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(name.strip().lower() for name in value.split(",") if name.strip())

    @field_validator("secret_key", mode="before")
    @classmethod
    def _keys(cls, value: object) -> object:
        keys = value.split(",") if isinstance(value, str) else value
        plain = [_plain(key) for key in keys]  # type: ignore[attr-defined]  # a list
        kept = tuple(key.strip() for key in plain if key.strip())
        if not kept or any(len(key) < 16 for key in kept):
            raise ValueError("each key needs at least 16 characters")
        return kept


def expected_interval(settings: Settings) -> timedelta:
    """Within which a job that is well ends a run: a tick, but not less than a minute's slice."""
    return timedelta(seconds=max(settings.tick_seconds, 60))


def load_settings() -> Settings:
    """Read the settings; raises Misconfigured naming each bad variable and what it may hold."""
    given = _given()
    found = {name: given[name.upper()] for name in Settings.model_fields if name.upper() in given}
    if any(variable.startswith("AIRTABLE_API_KEY__") for variable in given):
        found.setdefault("airtable_api_key", "")
    settings = _validated(found)
    _check_names(settings, given)
    for brand in settings.airtable_base_ids:
        if not of_brand(settings, brand).airtable_api_key.get_secret_value():
            raise Misconfigured(
                f"AIRTABLE_API_KEY__{_suffix(brand)}: is not set, and neither is AIRTABLE_API_KEY. "
                f"{Settings.model_fields['airtable_api_key'].description}."
            )
    return settings


def of_brand(settings: Settings, brand: str) -> Settings:
    """The settings as this brand has them: NAME__BRAND where it is set, else NAME."""
    given = _given()
    own = {
        name: given[variable]
        for name in OF_A_BRAND
        if (variable := f"{name.upper()}__{_suffix(brand)}") in given
    }
    return _validated({**settings.model_dump(), **own}, f"__{_suffix(brand)}") if own else settings


def for_one(settings: Settings, name: str, variable: str) -> str:
    """The value of `variable` for one brand or mailbox: NAME__BRAND if set, else NAME."""
    own = own_value(name, variable)
    return _plain(getattr(settings, variable.lower()) if own is None else own)


def own_value(name: str, variable: str) -> str | None:
    """NAME__BRAND as it is set for one brand or mailbox; None if it is not."""
    return _given().get(f"{variable.upper()}__{_suffix(name)}")


def _validated(found: Mapping[str, Any], suffix: str = "") -> Settings:
    try:
        return Settings(**found)
    except ValidationError as error:
        lines = [f"{_variable(e['loc'])}{suffix}: {_sentence(e)}" for e in error.errors()]
        raise Misconfigured(
            "\n".join(lines) + "\nSet it in the environment or in .env (see .env.example)."
        ) from error


def _check_names(settings: Settings, given: Mapping[str, str]) -> None:
    """A NAME__SOMETHING that is nobody's own would be ignored in silence: it is an error."""
    brands = {_suffix(brand): brand for brand in settings.airtable_base_ids}
    boxes = {
        _suffix(box): box
        for brand in brands.values()
        for box in of_brand(settings, brand).mailboxes
    }
    wrong = []
    for variable in sorted(given):
        name, _, own = variable.partition("__")
        field = name.lower()
        if not own or field not in Settings.model_fields:
            continue
        if field not in OF_A_BRAND:
            wrong.append(f"{variable}: {name} is the same for all brands; set {name} itself.")
        elif own in boxes and own not in brands and field not in OF_A_MAILBOX:
            wrong.append(f"{variable}: {own.lower()} is a mailbox, and {name} is a brand's own.")
        elif own not in brands and own not in boxes:
            wrong.append(
                f"{variable}: there is no brand or mailbox called {own.lower()}. Brands are "
                f"{', '.join(brands.values())}; mailboxes are {', '.join(boxes.values())}."
            )
    if wrong:
        raise Misconfigured("\n".join(wrong))


def _given() -> Mapping[str, str]:
    """Every variable by its name in capitals: .env's, then the environment's, files read."""
    every = {
        name.upper(): value
        for name, value in (*dotenv_values(".env").items(), *os.environ.items())
        if value is not None
    }
    for variable in [name for name in every if name.endswith("_FILE")]:
        name = variable.removesuffix("_FILE")
        if name.partition("__")[0].lower() in Settings.model_fields:
            every[name] = _contents(variable, every.pop(variable))
    return every


def _contents(variable: str, path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise Misconfigured(f"{variable}: cannot read {path}: {error.strerror}") from error


def _suffix(name: str) -> str:
    """How a brand or mailbox is written behind NAME__: glow-uk as GLOW_UK."""
    return re.sub(r"[^A-Z0-9]", "_", name.upper())


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def _variable(location: tuple[int | str, ...]) -> str:
    return str(location[0]).upper() if location else "settings"


def _sentence(error: Any) -> str:
    name = str(error["loc"][0]) if error["loc"] else ""
    described = Settings.model_fields[name].description if name in Settings.model_fields else ""
    if error["type"] == "missing":
        return f"is not set. {described}."
    return f"{error['msg']}. {described}."
