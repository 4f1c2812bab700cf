"""Every kind of answer: what it accepts and stores, what it refuses and how it is shown again."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from bot.domain.base import Refusal
from bot.domain.fields import MEGABYTE, DateField, Field, FileField, Setting, age

ALMATY = ZoneInfo("Asia/Almaty")
SETTING = Setting(
    at=datetime(2026, 11, 21, 9, tzinfo=UTC),
    moments={"stage_1": datetime(2027, 9, 23, 4, tzinfo=UTC)},
    zone=ALMATY,
)
BOTH = {"kk": "Мәтін", "ru": "Текст"}
OPTIONS: list[dict[str, Any]] = [
    {"id": "petropavl", "label": {"kk": "Петропавл қаласы", "ru": "город Петропавловск"}},
    {"id": "esil", "label": {"kk": "Есіл ауданы", "ru": "Есильский район"}},
]
ADAPTER: TypeAdapter[Field] = TypeAdapter(Field)


def make(kind: str, **more: Any) -> Field:
    values: dict[str, Any] = {"id": "one", "kind": kind, "label": BOTH, "question": BOTH}
    values |= {"options": OPTIONS} if kind == "choice" else {}
    return ADAPTER.validate_python(values | more)


TEXT = make("text", max_length=20)
NAME = make("name")
DATE = make("date")
BIRTH = make("date", age_from=16, age_on="stage_1")
CHOICE = make("choice")
PHONE = make("phone")
FILE = make("file", types=["pdf", "jpg"], max_mb=5)
NUMBER = make("number", at_least=1, at_most=2000)
MONEY = make("number", decimals=2)
EMAIL = make("email")
LINK = make("link")
IIN, BIN = make("iin"), make("bin")
KINDS = {
    "text": TEXT,
    "name": NAME,
    "date": DATE,
    "birth": BIRTH,
    "choice": CHOICE,
    "phone": PHONE,
    "number": NUMBER,
    "money": MONEY,
    "email": EMAIL,
    "link": LINK,
    "iin": IIN,
    "bin": BIN,
    "file": FILE,
}


def refusal(field: Field, raw: str) -> tuple[str, dict[str, Any]]:
    with pytest.raises(Refusal) as caught:
        field.parse(raw, SETTING)
    return caught.value.key, dict(caught.value.values)


@pytest.mark.parametrize(
    ("field", "raw", "stored", "shown"),
    [
        (TEXT, "  Сәлем  ", "Сәлем", "Сәлем"),
        (TEXT, "две\nстроки", "две\nстроки", "две\nстроки"),
        (TEXT, "т\u0438\u0306п\u200b\x00", "тйп", "тйп"),
        (TEXT, "а" * 20, "а" * 20, "а" * 20),
        (TEXT, "<b>&", "<b>&", "<b>&"),
        (NAME, "Үлгібаева Сәуле Ерланқызы", "Үлгібаева Сәуле Ерланқызы", "Үлгібаева Сәуле Ерланқызы"),
        (NAME, " Образцова   Анна\nИвановна ", "Образцова Анна Ивановна", "Образцова Анна Ивановна"),
        (NAME, "Римский-Корсаков Н. А.", "Римский-Корсаков Н. А.", "Римский-Корсаков Н. А."),
        (NAME, "O'Brien Анна-Мария", "O'Brien Анна-Мария", "O'Brien Анна-Мария"),
        (NAME, "Д’Артаньян Шарль", "Д’Артаньян Шарль", "Д’Артаньян Шарль"),
        (NAME, "ӘҒҚҢӨҰҮҺІ әғқңөұүһі", "ӘҒҚҢӨҰҮҺІ әғқңөұүһі", "ӘҒҚҢӨҰҮҺІ әғқңөұүһі"),
        (NAME, "Ли Яна", "Ли Яна", "Ли Яна"),
        (DATE, "05.01.1960", "1960-01-05", "05.01.1960"),
        (DATE, "5.1.1960", "1960-01-05", "05.01.1960"),
        (DATE, "05/01/1960", "1960-01-05", "05.01.1960"),
        (DATE, "05-01-1960", "1960-01-05", "05.01.1960"),
        (DATE, "05 01 1960", "1960-01-05", "05.01.1960"),
        (DATE, "05,01,1960", "1960-01-05", "05.01.1960"),
        (DATE, " 05. 01. 1960. ", "1960-01-05", "05.01.1960"),
        (DATE, "1960-01-05", "1960-01-05", "05.01.1960"),
        (DATE, "29.02.2000", "2000-02-29", "29.02.2000"),
        (DATE, "21.11.2026", "2026-11-21", "21.11.2026"),
        (DATE, "31.12.1906", "1906-12-31", "31.12.1906"),
        (BIRTH, "23.09.2011", "2011-09-23", "23.09.2011"),
        (CHOICE, "esil", "esil", "Есильский район"),
        (CHOICE, "есіл ауданы", "esil", "Есильский район"),
        (CHOICE, " ГОРОД ПЕТРОПАВЛОВСК ", "petropavl", "город Петропавловск"),
        (PHONE, "+7 701 000 00 00", "+77010000000", "+7 701 000 0000"),
        (PHONE, "8 701 000 00 00", "+77010000000", "+7 701 000 0000"),
        (PHONE, "8(701)000-00-00", "+77010000000", "+7 701 000 0000"),
        (PHONE, "7010000000", "+77010000000", "+7 701 000 0000"),
        (PHONE, "77010000000", "+77010000000", "+7 701 000 0000"),
        (PHONE, "+7 7152 46 00 00", "+77152460000", "+7 7152 46 00 00"),
        (PHONE, "+49 30 901820", "+4930901820", "+49 30 901820"),
        (NUMBER, " 25 ", "25", "25"),
        (NUMBER, "007", "7", "7"),
        (NUMBER, "1", "1", "1"),
        (NUMBER, "2 000", "2000", "2\u00a0000"),
        (NUMBER, "2\u202f000", "2000", "2\u00a0000"),
        (NUMBER, "100", "100", "100"),
        (MONEY, "1234567,5", "1234567.5", "1\u00a0234\u00a0567,5"),
        (MONEY, "1 234 567.50", "1234567.5", "1\u00a0234\u00a0567,5"),
        (MONEY, "0,05", "0.05", "0,05"),
        (MONEY, "-0,00", "0", "0"),
        (MONEY, "-3", "-3", "-3"),
        (MONEY, "−3,1", "-3.1", "-3,1"),
        (MONEY, "9" * 17 + ",99", "9" * 17 + ".99", "99\u00a0999\u00a0999\u00a0999\u00a0999\u00a0999,99"),
        (EMAIL, " Anna@Example.KZ ", "Anna@example.kz", "Anna@example.kz"),
        (EMAIL, "anna.o+art@mail.example.kz", "anna.o+art@mail.example.kz", "anna.o+art@mail.example.kz"),
        (EMAIL, "anna@почта.рф", "anna@почта.рф", "anna@почта.рф"),
        (LINK, " https://example.kz/a?b=1&c=2#d ", "https://example.kz/a?b=1&c=2#d", "https://example.kz/a?b=1&c=2#d"),
        (IIN, "991231590001", "991231590001", "••••••••0001"),
        (IIN, " 991231 590204 ", "991231590204", "••••••••0204"),
        (IIN, "9912-3169–0909", "991231690909", "••••••••0909"),
        (BIN, "991240 900 103", "991240900103", "••••••••0103"),
        (LINK, "Https://example.kz", "Https://example.kz", "Https://example.kz"),
        (LINK, "https://example.kz/@anna", "https://example.kz/@anna", "https://example.kz/@anna"),
    ],
)
def test_an_answer_is_stored_in_one_form_and_shown_as_people_write_it(
    field: Field, raw: str, stored: str, shown: str
) -> None:
    assert field.parse(raw, SETTING) == stored
    assert field.shown(stored, "ru") == shown


@pytest.mark.parametrize(
    ("field", "raw", "key", "values"),
    [
        (TEXT, "", "refusal.text.empty", {}),
        (TEXT, " \n\t ", "refusal.text.empty", {}),
        (TEXT, "\u200b\u200d\x00", "refusal.text.empty", {}),
        (TEXT, "а" * 21, "refusal.text.too_long", {"limit": 20, "length": 21}),
        (NAME, "Образцова", "refusal.name.words", {}),
        (NAME, "Анна 2", "refusal.name.letters", {}),
        (NAME, "Анна_Мария Ли", "refusal.name.letters", {}),
        (NAME, "Анна <b>", "refusal.name.letters", {}),
        (NAME, "Анна -Мария", "refusal.name.letters", {}),
        (NAME, "Анна 😀", "refusal.name.letters", {}),
        (NAME, "+7 701 000 00 00", "refusal.name.letters", {}),
        (NAME, "А " * 60, "refusal.text.too_long", {"limit": 100, "length": 119}),
        (NAME, "", "refusal.text.empty", {}),
        (DATE, "вчера", "refusal.date.form", {}),
        (DATE, "5 января 1960", "refusal.date.form", {}),
        (DATE, "05.01.60", "refusal.date.form", {}),
        (DATE, "1960", "refusal.date.form", {}),
        (DATE, "05.01.1960 05.01.1960", "refusal.date.form", {}),
        (DATE, "31.02.1990", "refusal.date.no_such_day", {}),
        (DATE, "29.02.1900", "refusal.date.no_such_day", {}),
        (DATE, "01.13.1990", "refusal.date.no_such_day", {}),
        (DATE, "00.01.1990", "refusal.date.no_such_day", {}),
        (DATE, "01.01.0000", "refusal.date.no_such_day", {}),
        (DATE, "1990-02-30", "refusal.date.no_such_day", {}),
        (DATE, "22.11.2026", "refusal.date.future", {}),
        (DATE, "01.01.9999", "refusal.date.future", {}),
        (DATE, "31.12.1905", "refusal.date.long_ago", {}),
        (DATE, "01.01.0001", "refusal.date.long_ago", {}),
        (BIRTH, "24.09.2011", "refusal.date.too_young", {"age": 16, "day": date(2027, 9, 23)}),
        (CHOICE, "Астана", "refusal.choice", {}),
        (CHOICE, "", "refusal.choice", {}),
        (PHONE, "нет телефона", "refusal.phone", {}),
        (PHONE, "12345", "refusal.phone", {}),
        (PHONE, "+7 701 000 00", "refusal.phone", {}),
        (PHONE, "+7 701 000 00 00 0", "refusal.phone", {}),
        (PHONE, "991231590001", "refusal.phone", {}),
        (PHONE, "1414", "refusal.phone", {}),
        (PHONE, "", "refusal.text.empty", {}),
        (PHONE, "7" * 41, "refusal.text.too_long", {"limit": 40, "length": 41}),
        (NUMBER, "десять", "refusal.number.form", {}),
        (NUMBER, "10 человек", "refusal.number.form", {}),
        (NUMBER, "5 10", "refusal.number.form", {}),
        (NUMBER, "1,2,3", "refusal.number.form", {}),
        (NUMBER, "1e3", "refusal.number.form", {}),
        (NUMBER, "٣", "refusal.number.form", {}),
        (NUMBER, "", "refusal.text.empty", {}),
        (NUMBER, "1" * 21, "refusal.text.too_long", {"limit": 20, "length": 21}),
        (NUMBER, "2,5", "refusal.number.whole", {}),
        # A thousand for some, one for others.
        (NUMBER, "1.000", "refusal.number.whole", {}),
        (MONEY, "1,000", "refusal.number.decimals", {"decimals": 2}),
        (NUMBER, "0", "refusal.number.at_least", {"limit": Decimal(1)}),
        (NUMBER, "-1", "refusal.number.at_least", {"limit": Decimal(1)}),
        (NUMBER, "2001", "refusal.number.at_most", {"limit": Decimal(2000)}),
        (EMAIL, "anna", "refusal.email", {}),
        (EMAIL, "anna@mail", "refusal.email", {}),
        (EMAIL, "anna@@mail.kz", "refusal.email", {}),
        (EMAIL, "an na@mail.kz", "refusal.email", {}),
        (EMAIL, "анна@mail.kz", "refusal.email", {}),
        (EMAIL, "anna@mail.kz, b@mail.kz", "refusal.email", {}),
        (EMAIL, "Анна <anna@mail.kz>", "refusal.email", {}),
        (EMAIL, "", "refusal.text.empty", {}),
        (EMAIL, "a" * 255, "refusal.text.too_long", {"limit": 254, "length": 255}),
        (IIN, "99123159000", "refusal.twelve_digits.iin", {}),
        (IIN, "9912315900011", "refusal.twelve_digits.iin", {}),
        (IIN, "99123159000O", "refusal.twelve_digits.iin", {}),
        (IIN, "٩٩١٢٣١٥٩٠٠٠١", "refusal.twelve_digits.iin", {}),
        (IIN, "---", "refusal.twelve_digits.iin", {}),
        (IIN, "", "refusal.text.empty", {}),
        (IIN, "991231590002", "refusal.check_digit.iin", {}),
        (IIN, "991231590230", "refusal.check_digit.iin", {}),
        (BIN, "ТОО Шаңырақ", "refusal.twelve_digits.bin", {}),
        (BIN, "991240900001", "refusal.check_digit.bin", {}),
        (LINK, "example.kz/film", "refusal.https", {}),
        (LINK, "http://example.kz/film", "refusal.https", {}),
        (LINK, "https://example", "refusal.https", {}),
        (LINK, "смотрите https://example.kz", "refusal.https", {}),
        (LINK, "https://egov.kz@example.kz", "refusal.https", {}),
        (LINK, "javascript:alert(1)", "refusal.https", {}),
        (LINK, "", "refusal.text.empty", {}),
        (LINK, "https://example.kz/" + "a" * 1000, "refusal.text.too_long", {"limit": 1000, "length": 1019}),
        (FILE, "вот мой файл", "refusal.file.wanted", {"types": "PDF, JPG", "limit": 5}),
        (FILE, "", "refusal.file.wanted", {"types": "PDF, JPG", "limit": 5}),
    ],
)
def test_what_does_not_fit_is_refused_with_its_own_sentence(
    field: Field, raw: str, key: str, values: dict[str, Any]
) -> None:
    assert refusal(field, raw) == (key, values)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"file"}))
def test_five_thousand_signs_are_refused(kind: str) -> None:
    key = "refusal.choice" if kind == "choice" else "refusal.text.too_long"
    assert refusal(KINDS[kind], "я" * 5000)[0] == key


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(raw=st.text())
@example(raw="5.1.٢٠٠٠")
@example(raw="٠٥.٠١.١٩٦٠")
@example(raw="Анна² Ли½")
@example(raw="+٧٧٠١٠٠٠٠٠٠٠")
@example(raw="\ud800 Анна")
def test_any_text_is_taken_or_refused_and_nothing_else(kind: str, raw: str) -> None:
    field = KINDS[kind]
    try:
        stored = field.parse(raw, SETTING)
    except Refusal:
        return
    assert stored
    assert field.shown(stored, "ru")
    assert field.parse(stored, SETTING) == stored


@given(day=st.dates(min_value=date(1910, 1, 1), max_value=date(2026, 11, 21)))
def test_every_day_of_a_lifetime_is_shown_as_it_was_typed(day: date) -> None:
    typed = day.strftime("%d.%m.%Y")
    assert DATE.parse(typed, SETTING) == day.isoformat()
    assert DATE.shown(day.isoformat(), "kk") == typed


@given(words=st.lists(st.text(st.characters(categories=["Lu", "Ll"]), min_size=1, max_size=10), min_size=2, max_size=5))
def test_a_name_of_letters_is_taken(words: list[str]) -> None:
    name = unicodedata.normalize("NFC", " ".join(words))
    assert NAME.parse("  ".join(words), SETTING) == name


@given(raw=st.text(st.sampled_from("Ананов²½Ⅳ①٣ -’'.аәқ")))
@example(raw="Анна² Ли")
@example(raw="Анна Ⅳ")
def test_a_stored_name_holds_letters_only(raw: str) -> None:
    try:
        name = NAME.parse(raw, SETTING)
    except Refusal:
        return
    assert {sign for sign in name if not sign.isalpha()} <= set(" -'’ʼ."), name


@given(shift=st.integers(0, 99_999_999))
def test_a_shown_telephone_number_is_the_stored_one(shift: int) -> None:
    try:
        stored = PHONE.parse(f"+7 7{shift:09}", SETTING)
    except Refusal:
        return
    assert stored == f"+77{shift:09}"
    assert PHONE.parse(PHONE.shown(stored, "ru"), SETTING) == stored


@given(number=st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_a_shown_number_is_the_stored_one(number: Decimal) -> None:
    stored = MONEY.parse(f"{number:f}", SETTING)
    assert Decimal(stored) == number
    assert MONEY.parse(MONEY.shown(stored, "kk"), SETTING) == stored
    assert MONEY.parse(MONEY.shown(stored, "ru"), SETTING) == stored


@pytest.mark.parametrize(
    ("field", "raw", "meant"),
    [
        (NUMBER, " 4821 ", True),
        (NUMBER, "код 4821", False),
        (LINK, "youtu.be/Abc12345XYZ", True),
        (LINK, "Aa123456!", False),
        (EMAIL, "1234", False),
    ],
)
def test_what_may_still_be_meant_as_an_answer(field: Field, raw: str, meant: bool) -> None:
    assert field.is_attempt(raw) is meant


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(2008, 2, 29), date(2024, 2, 28), 15),
        (date(2008, 2, 29), date(2024, 2, 29), 16),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2011, 9, 23), date(2027, 9, 22), 15),
        (date(2011, 9, 23), date(2027, 9, 23), 16),
        (date(2011, 9, 23), date(2027, 9, 24), 16),
        (date(2010, 12, 31), date(2027, 1, 1), 16),
        (date(2027, 1, 1), date(2027, 1, 1), 0),
    ],
)
def test_age_is_complete_years(born: date, on: date, years: int) -> None:
    assert age(born, on) == years


@given(st.dates(date(1900, 1, 1), date(2020, 1, 1)), st.dates(date(2020, 1, 1), date(2100, 1, 1)))
def test_age_grows_by_one_a_year(born: date, on: date) -> None:
    years = age(born, on)
    birthday = date(born.year + years, 3, 1) if (born.month, born.day) == (2, 29) else born.replace(born.year + years)
    assert birthday <= on or (born.month, born.day, on.month, on.day) == (2, 29, 2, 29)
    assert age(born, on.replace(year=on.year + 1, day=min(on.day, 28))) in (years, years + 1)


def test_the_day_is_that_of_the_contests_zone() -> None:
    evening = Setting(at=datetime(2026, 11, 21, 20, tzinfo=UTC), moments={}, zone=ALMATY)
    assert DATE.parse("22.11.2026", evening) == "2026-11-22"


def test_age_is_judged_by_the_day_in_the_contests_zone() -> None:
    # 23 September, 01:00 in Almaty, is still 22 September in UTC.
    night = Setting(at=SETTING.at, moments={"stage_1": datetime(2027, 9, 22, 20, tzinfo=UTC)}, zone=ALMATY)
    assert BIRTH.parse("23.09.2011", night) == "2011-09-23"


@pytest.mark.parametrize(
    ("size", "extension", "key", "values"),
    [
        (0, "pdf", "refusal.file.empty", {}),
        (5 * MEGABYTE + 1, "pdf", "refusal.file.too_big", {"limit": 5}),
        (20 * MEGABYTE + 1, "pdf", "refusal.file.too_big_for_bots", {"limit": 20}),
        (25 * MEGABYTE, "exe", "refusal.file.too_big_for_bots", {"limit": 20}),
        (10, "exe", "refusal.file.type", {"types": "PDF, JPG"}),
        (10, "png", "refusal.file.type", {"types": "PDF, JPG"}),
        (10, "", "refusal.file.type", {"types": "PDF, JPG"}),
    ],
)
def test_a_file_is_refused_by_size_and_ending(size: int, extension: str, key: str, values: dict[str, Any]) -> None:
    assert isinstance(FILE, FileField)
    with pytest.raises(Refusal) as caught:
        FILE.judge(size, extension)
    assert (caught.value.key, dict(caught.value.values)) == (key, values)


@pytest.mark.parametrize(("size", "extension"), [(1, "pdf"), (5 * MEGABYTE, "PDF"), (10, "jpeg"), (10, "JPG")])
def test_a_fitting_file_is_taken(size: int, extension: str) -> None:
    assert isinstance(FILE, FileField)
    FILE.judge(size, extension)


def test_only_an_identifier_is_hidden_in_lists() -> None:
    assert (IIN.whole("991231590001", "ru"), BIN.whole("991240900000", "kk")) == ("991231590001", "991240900000")
    assert DATE.whole("1960-01-05", "ru") == DATE.shown("1960-01-05", "ru")


def test_a_removed_option_is_shown_by_its_id() -> None:
    assert CHOICE.shown("gone", "ru") == "gone"


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "inn"},
        {"kind": "iin", "max_length": 12},
        {"kind": "text", "max_length": 0},
        {"kind": "text", "max_length": 3001},
        {"kind": "text", "colour": "red"},
        {"kind": "date", "age_from": 16},
        {"kind": "date", "age_on": "stage_1"},
        {"kind": "choice", "options": OPTIONS[:1]},
        {"kind": "number", "at_least": 2, "at_most": 1},
        {"kind": "number", "at_least": 0.5},
        {"kind": "number", "at_most": 1.005, "decimals": 2},
        {"kind": "number", "at_most": float("nan")},
        {"kind": "number", "at_most": 10**20},
        {"kind": "number", "decimals": 7},
        {"kind": "number", "max_length": 5},
        {"kind": "email", "at_most": 1},
        {"kind": "link", "max_length": 5},
        {"kind": "file", "max_mb": 21},
        {"kind": "file", "types": ["exe"]},
        {"kind": "text", "id": "Bad"},
        {"kind": "text", "id": "a" * 21},
        {"kind": "text", "label": {"ru": " "}},
    ],
)
def test_a_wrong_field_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        make(**wrong)


def test_a_date_of_birth_knows_its_age() -> None:
    assert isinstance(BIRTH, DateField)
    assert (BIRTH.age_from, BIRTH.age_on) == (16, "stage_1")
