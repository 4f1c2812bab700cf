"""`bot run` at a pace that config.toml does not allow: ten thousand recipients in a few seconds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot import __main__, settings
from bot.settings import Settings

A_SECOND = 20_000
_load = settings.load


def load(path: Path, **overrides: Any) -> Settings:
    """The settings from a file, but for the pace."""
    loaded = _load(path, **overrides)
    return loaded.model_copy(update={"sending": loaded.sending.model_copy(update={"a_second": A_SECOND})})


if __name__ == "__main__":
    settings.load = load
    __main__.main()
