"""The kinds of answer a form can ask for. One class a kind (IIN and BIN share theirs): what it accepts, refuses,
stores and shows.

`parse` takes what a person typed and gives what is stored (a string); it raises Refusal with the key of a sentence
that says what is wanted. `shown` gives a stored value back as the person should read it, `whole` as an organiser does
who opened the application.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field as pydantic_field
from pydantic import model_validator

from bot.domain import identifiers
from bot.domain.base import Id, Language, Model, Refusal, Text
from bot.domain.markup import is_https

MEGABYTE = 1024 * 1024
FETCH_LIMIT_MB = 20
"""What a bot can fetch from Telegram (Bot API, getFile)."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What an answer is judged against: the moment it was sent (UTC), and the contest's moments and zone."""

    at: datetime
    moments: Mapping[str, datetime]
    zone: ZoneInfo


class Condition(Model):
    """That an earlier field, a choice, was answered with one of these options."""

    field: Id
    options: tuple[Id, ...] = pydantic_field(alias="is", min_length=1)


class BaseField(Model):
    """What every question has. `example` is shown below the question and again in each refusal; `guide` is the id of
    the guide for those who lack what is asked for; `when` says of whom it is asked, by default of everyone."""

    id: Id
    label: Text
    question: Text
    example: Text | None = None
    guide: Id | None = None
    required: bool = True
    when: Condition | None = None
    takes: ClassVar[Literal["text", "file"]] = "text"

    def shown(self, value: str, language: Language) -> str:
        """The stored value as the person reads it, and wherever answers are listed."""
        return value

    def whole(self, value: str, language: Language) -> str:
        """The stored value with nothing hidden, for an organiser who opened the application and for /mydata."""
        return self.shown(value, language)

    def is_attempt(self, raw: str) -> bool:
        """Whether what `parse` refused may still be meant as an answer, though it looks like a one-time code."""
        return False


class TextField(BaseField):
    """A line or a paragraph of the person's own words."""

    kind: Literal["text"]
    max_length: int = pydantic_field(default=200, ge=1, le=3000)

    def parse(self, raw: str, setting: Setting) -> str:
        """The text, with the white space around it removed."""
        return clean(raw, self.max_length)


class NameField(BaseField):
    """A person's full name as it is to stand on a diploma: at least two words of letters."""

    kind: Literal["name"]
    max_length: ClassVar[int] = 100
    _JOINTS: ClassVar[re.Pattern[str]] = re.compile(r"[-'’ʼ]")

    def parse(self, raw: str, setting: Setting) -> str:
        """The name with single spaces. Refuses digits, signs and a single word."""
        name = clean(raw, self.max_length)
        words = name.split()
        parts = [part for word in words for part in self._JOINTS.split(word.removesuffix("."))]
        if not all(part.isalpha() for part in parts):
            raise Refusal("refusal.name.letters")
        if len(words) < 2:
            raise Refusal("refusal.name.words")
        return " ".join(words)


class DateField(BaseField):
    """A day in the past, such as a date of birth. `age_from` years must be complete on the day of `age_on`."""

    kind: Literal["date"]
    age_from: int | None = pydantic_field(default=None, ge=1, le=100)
    age_on: Id | None = None
    _FORM: ClassVar[re.Pattern[str]] = re.compile(r"^(\d{1,2})[.\-/, ]+(\d{1,2})[.\-/, ]+(\d{4})$")
    _RUN: ClassVar[re.Pattern[str]] = re.compile(r"^(\d{2})(\d{2})(\d{4})$")
    _SHORT: ClassVar[re.Pattern[str]] = re.compile(r"^(?:(?:19|20)\d\d|[0-3]\d\W?[01]\d\W?\d\d)$")

    @model_validator(mode="after")
    def _both_or_neither(self) -> DateField:
        if (self.age_from is None) != (self.age_on is None):
            raise ValueError("age_from and age_on go together")
        return self

    def parse(self, raw: str, setting: Setting) -> str:
        """The day in ISO form. Refuses what is no date, no day of the calendar, in the future, or too young."""
        day = self._day(clean(raw, 40))
        today = setting.at.astimezone(setting.zone).date()
        if day > today:
            raise Refusal("refusal.date.future")
        if today.year - day.year > 120:
            raise Refusal("refusal.date.long_ago")
        if self.age_from is not None and self.age_on is not None:
            on = setting.moments.get(self.age_on, setting.at).astimezone(setting.zone).date()
            if age(day, on) < self.age_from:
                raise Refusal("refusal.date.too_young", age=self.age_from, day=on)
        return day.isoformat()

    def _day(self, text: str) -> date:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            year, month, number = (int(part) for part in text.split("-"))
        elif match := self._FORM.match(text.removesuffix(".")) or self._RUN.match(text):
            number, month, year = (int(part) for part in match.groups())
        else:
            raise Refusal("refusal.date.form")
        try:
            return date(year, month, number)
        except ValueError:
            raise Refusal("refusal.date.no_such_day") from None

    def is_attempt(self, raw: str) -> bool:
        """A year alone, or a day with two figures for the year."""
        return bool(self._SHORT.match(raw.strip()))

    def shown(self, value: str, language: Language) -> str:
        """The day as 05.01.1990."""
        return date.fromisoformat(value).strftime("%d.%m.%Y")


class Option(Model):
    """One thing to choose."""

    id: Id
    label: Text


class ChoiceField(BaseField):
    """One of a list, by a tap; typing the words of an option is as good."""

    kind: Literal["choice"]
    options: tuple[Option, ...] = pydantic_field(min_length=2, max_length=60)

    def parse(self, raw: str, setting: Setting) -> str:
        """The id of the option whose id or label (in any language, whatever the case) was given."""
        said = raw.strip().casefold()
        for option in self.options:
            if said == option.id or said in (label.casefold() for label in option.label.root.values()):
                return option.id
        raise Refusal("refusal.choice")

    def meets(self, when: Condition, value: str) -> bool:
        """Whether a stored value is what a condition on this field wants."""
        return value in when.options

    def shown(self, value: str, language: Language) -> str:
        """The option's label; its id when an editor removed the option since."""
        return next((option.label[language] for option in self.options if option.id == value), value)


class PhoneField(BaseField):
    """A telephone number, Kazakhstan's or a foreign one with its country code."""

    kind: Literal["phone"]

    def parse(self, raw: str, setting: Setting) -> str:
        """The number in E.164 form. Refuses what is no valid number (library phonenumbers)."""
        import phonenumbers  # imported on use: it is a tenth of the start-up

        text = clean(raw, 40)
        try:
            number = phonenumbers.parse(text, "KZ")
        except phonenumbers.NumberParseException:
            raise Refusal("refusal.phone") from None
        if not phonenumbers.is_valid_number(number):
            raise Refusal("refusal.phone")
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def shown(self, value: str, language: Language) -> str:
        """The number with spaces: +7 701 123 4567."""
        import phonenumbers

        number = phonenumbers.parse(value, None)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


class NumberField(BaseField):
    """An integer, or a decimal number with at most `decimals` digits after the sign; spaces may part the thousands."""

    kind: Literal["number"]
    at_least: Decimal | None = pydantic_field(default=None, max_digits=15)
    at_most: Decimal | None = pydantic_field(default=None, max_digits=15)
    decimals: int = pydantic_field(default=0, ge=0, le=6)
    max_length: ClassVar[int] = 20
    _SPACES: ClassVar[re.Pattern[str]] = re.compile(r"[ \u00a0\u202f]")
    _FORM: ClassVar[re.Pattern[str]] = re.compile(
        r"^([-−]?)([0-9]+|[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+)(?:[.,]([0-9]+))?$"
    )

    @model_validator(mode="after")
    def _limits(self) -> NumberField:
        for limit in (self.at_least, self.at_most):
            if limit is not None and limit != round(limit, self.decimals):
                raise ValueError(f"{limit} has more than {self.decimals} decimals")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError("at_least is more than at_most")
        return self

    def parse(self, raw: str, setting: Setting) -> str:
        """The number with a point and without spaces or needless zeros. Refuses what is no number, has too many
        decimals, or is out of the limits."""
        match = self._FORM.match(clean(raw, self.max_length))
        if not match:
            raise Refusal("refusal.number.form")
        sign, whole, fraction = match.groups(default="")
        # Not even a zero too many: 1,000 is a thousand for some and one for others.
        if len(fraction) > self.decimals:
            if self.decimals == 0:
                raise Refusal("refusal.number.whole")
            raise Refusal("refusal.number.decimals", decimals=self.decimals)
        number = Decimal(f"{'-' if sign else ''}{self._SPACES.sub('', whole)}.{fraction or 0}")
        if self.at_least is not None and number < self.at_least:
            raise Refusal("refusal.number.at_least", limit=self.at_least)
        if self.at_most is not None and number > self.at_most:
            raise Refusal("refusal.number.at_most", limit=self.at_most)
        stored = f"{number:f}".rstrip("0").rstrip(".")
        return "0" if stored == "-0" else stored

    def is_attempt(self, raw: str) -> bool:
        """A number that is out of the limits may have as many digits as a one-time code."""
        return bool(self._FORM.match(raw.strip()))

    def shown(self, value: str, language: Language) -> str:
        """The number as the language writes it: 1 234,5."""
        from babel.numbers import format_decimal

        return format_decimal(Decimal(value), locale=language, decimal_quantization=False)


class EmailField(BaseField):
    """An e-mail address; whether there is such a mailbox is not asked of anybody."""

    kind: Literal["email"]

    def parse(self, raw: str, setting: Setting) -> str:
        """The address with its domain in small letters. Refuses what no mail can go to (library email-validator)."""
        from email_validator import EmailNotValidError, validate_email

        text = clean(raw, 254)
        try:
            # Before the @ Cyrillic letters are nearly always a keyboard that was not switched.
            address = validate_email(text, check_deliverability=False, allow_smtputf8=False)
        except EmailNotValidError:
            raise Refusal("refusal.email") from None
        return address.normalized


class IdentifierField(BaseField):
    """The IIN of a person or the BIN of an organisation; wherever answers are listed, only its end is shown."""

    kind: Literal["iin", "bin"]
    _BETWEEN: ClassVar[re.Pattern[str]] = re.compile(r"[\s\-–]")

    def parse(self, raw: str, setting: Setting) -> str:
        """Twelve digits. Refuses anything else, and a wrong check digit; nothing is derived from the others."""
        number = self._BETWEEN.sub("", clean(raw, 40))
        if not identifiers.is_twelve_digits(number):
            raise Refusal(f"refusal.twelve_digits.{self.kind}")
        if not identifiers.is_sound(number):
            raise Refusal(f"refusal.check_digit.{self.kind}")
        return number

    def shown(self, value: str, language: Language) -> str:
        """The last four digits: ••••••••0001."""
        return identifiers.masked(value)

    def whole(self, value: str, language: Language) -> str:
        """All twelve digits."""
        return value


class LinkField(BaseField):
    """An https address, such as that of a film or a folder."""

    kind: Literal["link"]
    max_length: ClassVar[int] = 1000

    def parse(self, raw: str, setting: Setting) -> str:
        """The address as it was typed. Refuses what is no https address, and one that hides its host behind a name."""
        address = clean(raw, self.max_length)
        # https://egov.kz@other.kz leads to other.kz: an organiser would be misled.
        if not is_https(address) or "@" in urlsplit(address).netloc:
            raise Refusal("refusal.https")
        return address

    def is_attempt(self, raw: str) -> bool:
        """An address without its beginning may look like a password."""
        return "." in raw and "/" in raw


FileType = Literal["pdf", "jpg", "png", "docx", "xlsx", "mp4"]


class FileField(BaseField):
    """A document or a photo. Its type is judged by its content once it is fetched, by its name before."""

    kind: Literal["file"]
    types: tuple[FileType, ...] = ("pdf", "jpg", "png")
    max_mb: int = pydantic_field(default=FETCH_LIMIT_MB, ge=1, le=FETCH_LIMIT_MB)
    takes: ClassVar[Literal["text", "file"]] = "file"

    def parse(self, raw: str, setting: Setting) -> str:
        """Words are no file."""
        raise Refusal("refusal.file.wanted", types=self.types_shown, limit=self.max_mb)

    @property
    def types_shown(self) -> str:
        """The accepted types as people know them: PDF, JPG."""
        return ", ".join(kind.upper() for kind in self.types)

    def judge(self, size: int, extension: str) -> None:
        """Refuses by what Telegram says of a file before it is fetched: its size in bytes, its name's ending."""
        if size == 0:
            raise Refusal("refusal.file.empty")
        if size > FETCH_LIMIT_MB * MEGABYTE:
            raise Refusal("refusal.file.too_big_for_bots", limit=FETCH_LIMIT_MB)
        if size > self.max_mb * MEGABYTE:
            raise Refusal("refusal.file.too_big", limit=self.max_mb)
        if _known(extension) not in self.types:
            raise Refusal("refusal.file.type", types=self.types_shown)


Field = Annotated[
    TextField
    | NameField
    | DateField
    | ChoiceField
    | PhoneField
    | NumberField
    | EmailField
    | IdentifierField
    | LinkField
    | FileField,
    pydantic_field(discriminator="kind"),
]


def age(born: date, on: date) -> int:
    """Complete years of someone born on `born`, on the day `on`."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _known(extension: str) -> str:
    return "jpg" if extension.lower() == "jpeg" else extension.lower()


def clean(raw: str, limit: int) -> str:
    """The text in composed letters without control characters; refuses what is empty or too long."""
    text = unicodedata.normalize("NFC", raw)
    text = "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cf"))
    text = text.strip()
    if not text:
        raise Refusal("refusal.text.empty")
    if len(text) > limit:
        raise Refusal("refusal.text.too_long", limit=limit, length=len(text))
    return text
