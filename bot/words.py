"""Interface words in the language of whoever is spoken to: a screen, a push, a paper.

The texts are gettext catalogues (locales/<language>/LC_MESSAGES/bot.po) whose ids are keys such as `menu.guides`.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

DOMAIN = "bot"
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


class MissingText(LookupError):
    """A key that the catalogue of a language does not have."""


class Words:
    """The texts of one language. Texts are Telegram HTML, labels are plain."""

    def __init__(self, language: str, catalogue: gettext.NullTranslations, zone: ZoneInfo) -> None:
        self.language = language
        self.zone = zone
        self._catalogue = catalogue

    def __call__(self, key: str, **values: Any) -> str:
        """The text of `key` as HTML; the values are escaped, moments are shown in the zone."""
        template = self._template(key)
        if not values:
            return template
        return template.format_map({name: escape(self.shown(value), quote=False) for name, value in values.items()})

    def label(self, key: str, **values: Any) -> str:
        """The text of `key` for a place that knows no HTML: a button, a toast, a file's name."""
        template = self._template(key)
        return template.format_map({name: self.shown(value) for name, value in values.items()}) if values else template

    @staticmethod
    def html(text: str) -> str:
        """A plain text as HTML that shows it."""
        return escape(text, quote=False)

    def _template(self, key: str) -> str:
        text = self._catalogue.gettext(key)
        if text == key:
            raise MissingText(f"{key} ({self.language})")
        return text

    def shown(self, value: Any, zone: ZoneInfo | None = None) -> str:
        """A value as a person reads it: a moment with its hour and zone, a day in words, a decimal number as the
        language writes it, anything else as it is."""
        if isinstance(value, datetime):
            return self.moment(value, zone)
        if isinstance(value, date):
            return self.day(value)
        if isinstance(value, Decimal):
            return self.number(value)
        return str(value)

    def moment(self, moment: datetime, zone: ZoneInfo | None = None) -> str:
        """A moment in the given zone: day, hour, and the zone's name."""
        from babel.dates import format_datetime

        pattern = "d MMMM y 'г.', HH:mm"
        if self.language == "kk":
            pattern = "y 'жылғы' d MMMM, HH:mm"
        local = moment.astimezone(zone or self.zone)
        return f"{format_datetime(local, pattern, locale=self.language)} ({self.zone_name(zone or self.zone)})"

    def day(self, day: date) -> str:
        """A day in words: 5 января 1960."""
        from babel.dates import format_date

        pattern = "y 'жылғы' d MMMM" if self.language == "kk" else "d MMMM y 'г.'"
        return format_date(day, pattern, locale=self.language)

    def number(self, number: Decimal) -> str:
        """A number as the language writes it: 1 234,5."""
        from babel.numbers import format_decimal

        return format_decimal(number, locale=self.language, decimal_quantization=False)

    def zone_name(self, zone: ZoneInfo) -> str:
        """The zone as people call it; its technical name where the catalogue has none."""
        key = f"zone.{zone.key}"
        text = self._catalogue.gettext(key)
        return zone.key if text == key else text


def load(folder: Path, languages: Iterable[str], zone: ZoneInfo) -> dict[str, Words]:
    """The compiled catalogues of all languages. Raises FileNotFoundError where one is missing."""
    return {language: Words(language, _read(folder, language), zone) for language in languages}


def _read(folder: Path, language: str) -> gettext.GNUTranslations:
    path = folder / language / "LC_MESSAGES" / f"{DOMAIN}.mo"
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: run `make setup`")
    with path.open("rb") as file:
        return gettext.GNUTranslations(file)


def check(folder: Path, languages: Iterable[str]) -> list[str]:
    """What a translator forgot: keys or placeholders that one language has and another has not."""
    from babel.messages.pofile import read_po

    texts: dict[str, dict[str, str]] = {}
    for language in languages:
        path = folder / language / "LC_MESSAGES" / f"{DOMAIN}.po"
        with path.open("rb") as file:
            texts[language] = {str(entry.id): str(entry.string) for entry in read_po(file) if entry.id}
    return _differences(texts)


def _differences(texts: dict[str, dict[str, str]]) -> list[str]:
    found = []
    for key in sorted(set().union(*texts.values())):
        have = {language: catalogue.get(key) for language, catalogue in texts.items()}
        found += [f"locales/{language}: {key} is missing" for language, text in have.items() if not text]
        if len({tuple(sorted(set(PLACEHOLDER.findall(text)))) for text in have.values() if text}) > 1:
            found.append(f"locales: {key} does not have the same placeholders in every language")
    return found
