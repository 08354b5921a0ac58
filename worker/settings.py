"""The deployment's settings: the one file that reads the environment.

Any setting may be given for one brand as `NAME__GLOW` and for one mailbox as `NAME__JANE`;
secrets may come from a file named by `NAME_FILE`. A bad value fails at start, by name.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from worker.errors import Misconfigured

CHANNELS = ("staff", "alerts", "community")


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
        return {name.strip(): base.strip() for name, _, base in named}

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
        kept = tuple(key.strip() for key in keys if str(key).strip())  # type: ignore[attr-defined]  # a list
        if not kept or any(len(key) < 16 for key in kept):
            raise ValueError("each key needs at least 16 characters")
        return kept


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; raises Misconfigured naming each bad variable and what it may hold."""
    given = os.environ if environment is None else environment
    try:
        return Settings(**_from_files(given))
    except ValidationError as error:
        lines = [f"{_variable(e['loc'])}: {_sentence(e)}" for e in error.errors()]
        raise Misconfigured(
            "\n".join(lines) + "\nSet it in the environment or in .env (see .env.example)."
        ) from error


def for_one(settings: Settings, name: str, variable: str) -> str:
    """The value of `variable` for one brand or mailbox: NAME__BRAND if set, else NAME."""
    own = own_value(name, variable)
    value: object = getattr(settings, variable.lower()) if own is None else own
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def own_value(name: str, variable: str) -> str | None:
    """NAME__BRAND as it is set for one brand or mailbox; None if it is not."""
    own = f"{variable.upper()}__{name.upper()}"
    return os.environ.get(own, _dotenv().get(own))


def _dotenv() -> Mapping[str, str]:
    file = Path(".env")
    if not file.is_file():
        return {}
    lines = (line.partition("=") for line in file.read_text().splitlines() if "=" in line)
    return {name.strip(): value.strip().strip("'\"") for name, _, value in lines}


def _from_files(given: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in Settings.model_fields:
        path = given.get(f"{name.upper()}_FILE")
        if path is None:
            continue
        try:
            found[name] = Path(path).read_text().strip()
        except OSError as error:
            raise Misconfigured(
                f"{name.upper()}_FILE: cannot read {path}: {error.strerror}"
            ) from error
    return found


def _variable(location: tuple[int | str, ...]) -> str:
    return str(location[0]).upper() if location else "settings"


def _sentence(error: Any) -> str:
    name = str(error["loc"][0]) if error["loc"] else ""
    described = Settings.model_fields[name].description if name in Settings.model_fields else ""
    if error["type"] == "missing":
        return f"is not set. {described}."
    return f"{error['msg']}. {described}."
