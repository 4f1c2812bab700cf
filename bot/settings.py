"""The settings: config.toml, and the environment, which wins (BOT_SECTION__KEY). Only `app` reads them."""

from __future__ import annotations

import os
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)


class Section(BaseModel):
    """A table of config.toml; a key that it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _https_or_local(address: str) -> str:
    parts = urlsplit(address)
    is_local = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")
    if not parts.hostname or (parts.scheme != "https" and not is_local):
        raise ValueError("expected an https address, or http on this machine")
    return address.rstrip("/")


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError):
        raise ValueError(f"there is no zone {name!r}") from None
    return name


class Telegram(Section):
    """How to reach Telegram. The token comes from the environment, not from the file."""

    token: SecretStr = SecretStr("")
    api_base: Annotated[str, AfterValidator(_https_or_local)] = "https://api.telegram.org"


DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")


def _database(url: str) -> str:
    if not url.startswith(tuple(f"{driver}://" for driver in DRIVERS)):
        raise ValueError(f"expected an address that begins with {' or '.join(f'{driver}://' for driver in DRIVERS)}")
    return url


class DatabaseSection(Section):
    """Where the database is."""

    url: Annotated[str, AfterValidator(_database)] = "sqlite+aiosqlite:///var/bot.sqlite3"


class ContentSection(Section):
    """Where guides and contests are."""

    path: Path = Path("content")


class People(Section):
    """Who owns the bot, by numeric Telegram id."""

    owners: tuple[int, ...] = ()


class Storage(Section):
    """Where sealed files are, and the keys that open them. Keep the keys apart from the database's backups."""

    files: Path = Path("var/files")
    keys: Path = Path("secrets/keys.json")


class Words(Section):
    """The languages of the bot, the state language first, and the zone in which times are shown."""

    languages: tuple[str, ...] = Field(default=("kk", "ru"), min_length=1)
    zone: Annotated[str, AfterValidator(_zone)] = "Asia/Almaty"


class Department(Section):
    """Who stands behind the bot: the operator of the personal data, and whom a citizen can speak to."""

    name: dict[str, str]
    bin: str = Field(pattern=r"^\d{12}$")
    phone: str
    hours: dict[str, str]
    address: dict[str, str]
    answer_days: int = Field(default=3, ge=1, le=15)


class CalendarSection(Section):
    """Days off and working days that the government moved."""

    days_off: tuple[date, ...] = ()
    working_days: tuple[date, ...] = ()


class Sending(Section):
    """The pace of what is pushed, when it waits, and who approves an announcement."""

    a_second: int = Field(default=30, ge=1, le=1000)
    paid: bool = False
    paid_a_second: int = Field(default=1000, ge=31, le=1000)
    quiet_from: time = time(21)
    quiet_until: time = time(9)
    two_approve: bool = False


class Log(Section):
    """`json` for machines, `console` for people."""

    format: str = Field(default="console", pattern="^(json|console)$")
    level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$")


class Settings(BaseSettings):
    """The whole tree. Raises pydantic.ValidationError naming the section and key of each fault."""

    model_config = SettingsConfigDict(
        env_prefix="BOT_",
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        nested_model_default_partial_update=True,
    )
    config_file: ClassVar[Path] = Path("config.toml")

    telegram: Telegram = Telegram()
    database: DatabaseSection = DatabaseSection()
    content: ContentSection = ContentSection()
    people: People = People()
    storage: Storage = Storage()
    words: Words = Words()
    department: Department
    calendar: CalendarSection = CalendarSection()
    sending: Sending = Sending()
    log: Log = Log()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, cls.config_file)


def load(path: Path, **overrides: Any) -> Settings:
    """The settings from a file. Raises FileNotFoundError, tomllib.TOMLDecodeError, pydantic.ValidationError."""
    if not path.is_file():
        raise FileNotFoundError(os.strerror(2), str(path))
    loaded = type("Settings", (Settings,), {"config_file": path, "__module__": __name__})
    settings: Settings = loaded(**overrides)
    return settings
