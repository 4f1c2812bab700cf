"""Every fault of a content file is named with its file and field."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.content import BadContent, Library, not_yet
from bot.content.checks import guide_faults
from bot.domain.guides import Guide
from bot.local_telegram.entities import parse_html
from tests.content.samples import CONTEST, GUIDE, LANGUAGES, faults, load, write

PIECES = [
    *(
        "<b>",
        "</b>",
        "<i>",
        "</i>",
        "<b/>",
        "<B>",
        "</b >",
        "<b x>",
        "<!--",
        "-->",
        "<?",
        "?>",
        "<![CDATA[",
        "]]>",
        "</>",
    ),
    *('<a href="https://egov.kz">', "<a href='https://egov.kz'>", "<a href=https://egov.kz>", "<a>", "</a>"),
    *(
        "<blockquote expandable>",
        "</blockquote>",
        "<code class=x>",
        "</code>",
        "<pre>",
        "</pre>",
        "<br>",
        "<tg-spoiler>",
    ),
    *("&", "&amp;", "&amp", "&lt;", "&#38;", "&#x26;", "&nbsp;", "&quot;", "<", ">", "/", "x", " ", "ү"),
]

GUIDE_FILE, CONTEST_FILE = "guides/first.toml", "contests/quiz.toml"


def test_the_samples_are_sound(tmp_path: Path) -> None:
    write(tmp_path)
    library = load(tmp_path)
    assert isinstance(library, Library)
    assert (list(library.guides), list(library.contests)) == (["first"], ["quiz"])


def in_guide(tmp_path: Path, old: str, new: str) -> list[str]:
    assert GUIDE.count(old) >= 1, old
    write(tmp_path, guide=GUIDE.replace(old, new, 1))
    return faults(tmp_path)


def in_contest(tmp_path: Path, old: str, new: str) -> list[str]:
    assert CONTEST.count(old) >= 1, old
    write(tmp_path, contest=CONTEST.replace(old, new, 1))
    return faults(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "field", "expected"),
    [
        # targets
        ('next = "end"', 'next = "nowhere"', "steps.app.next", "there is no step 'nowhere'"),
        ('next = "app"', 'next = "nowhere"', "steps.start.choices.phone.next", "there is no step 'nowhere'"),
        ('next = "app"\n', "", "steps.start.choices.phone.next", "Field required"),
        ('guide = "first"', 'guide = "other"', "steps.site.buttons", "there is no guide 'other'"),
        (
            'guide = "first"',
            'guide = "first"\nstep = "nowhere"',
            "steps.site.buttons",
            "no step 'nowhere' in the guide",
        ),
        ('guide = "first"', 'step = "end"', "steps.site.buttons.3", "exactly one of url, copy_text, guide"),
        (
            "copy_text = { kk",
            'step = "end"\ncopy_text = { kk',
            "steps.site.buttons.2",
            "step: only together with guide",
        ),
        (
            'url = "https://egov.kz"',
            'url = "https://egov.kz"\nguide = "first"',
            "steps.site.buttons.1",
            "exactly one of",
        ),
        # questions
        ('id = "end"\n', 'id = "end"\nchoices = []\n', "steps.end.choices", "a question has at least two choices"),
        (
            '[[steps.choices]]\nid = "computer"\nlabel = { kk = "Компьютер", ru = "Компьютер" }\n'
            'next = "site"\ndevice = "computer"\n',
            "",
            "steps.start.choices",
            "a question has at least two choices",
        ),
        ('id = "start"', 'id = "start"\nnext = "end"', "steps.start", "either next or choices, not both"),
        ('id = "computer"', 'id = "phone"', "steps.start", "two choices have the same id"),
        ('ru = "Компьютер"', 'ru = "Телефон"', "steps.start", "two buttons say 'Телефон' in ru"),
        ('kk = "Көшіру"', 'kk = "Сайт"', "steps.site", "two buttons say 'Сайт' in kk"),
        # reach
        ('next = "app"', 'next = "end"', "steps.app", "no step leads here"),
        ('id = "end"\n', 'id = "end"\nnext = "end"\n', "steps.start", "no end can be reached"),
        (
            'text = { kk = "Ашыңыз", ru = "Откройте" }\nnext = "end"',
            'text = { kk = "Ашыңыз", ru = "Откройте" }\nnext = "app"',
            "steps.app",
            "a loop without a way out",
        ),
        # languages
        (', ru = "Откройте"', "", "steps.app.text", "the text is missing in: ru"),
        ('kk = "Телефон", ', "", "steps.start.choices.phone.label", "the text is missing in: kk"),
        ('kk = "Көшіру", ', "", "steps.site.buttons.2.label", "the text is missing in: kk"),
        ('kk = "Бұйрық", ', "", "source.name", "the text is missing in: kk"),
        ('kk = "Ескерту", ', "", "steps.end.note", "the text is missing in: kk"),
        ('ru = "Готово"', 'ru = "Готово", en = "Done"', "steps.end.text", "en: not a language of config.toml"),
        ('ru = "Готово"', 'ru = " "', "steps.end.text.ru", "at least 1 character"),
        # nothing is put in for a placeholder: neither in both languages nor in one
        ('ru = "Готово"', 'ru = "Готово, {name}"', "steps.end.text.ru", "nothing is put in for {name}"),
        ('kk = "Телефон"', 'kk = "{device}"', "steps.start.choices.phone.label.kk", "nothing is put in for {device}"),
        ('kk = "1414"', 'kk = "{}"', "steps.site.buttons.2.copy_text.kk", "nothing is put in for {}"),
        ('ru = "Инструкция"', 'ru = "{аты}"', "title.ru", "nothing is put in for {аты}"),
        # keys and types
        (
            'device = "computer"',
            'devise = "computer"',
            "steps.start.choices.computer.devise",
            "Extra inputs are not permitted",
        ),
        ("verified = 2026-11-20", 'verified = "soon"', "verified", "date"),
        ("verified = 2026-11-20", "", "verified", "Field required"),
        ("verified = 2026-11-20", "verified = 2026-11-20\nfresh_days = 0", "fresh_days", "greater than or equal to 1"),
        ('id = "end"\n', 'id = "end"\nverified = "soon"\n', "steps.end.verified", "date"),
        ('text = { kk = "Дайын", ru = "Готово" }', 'text = "Готово"', "steps.end.text", "dictionary"),
        ('text = { kk = "Дайын", ru = "Готово" }', "", "steps.end.text", "Field required"),
        ('ru = "Готово"', "ru = 5", "steps.end.text.ru", "string"),
        ('device = "computer"', 'device = "tablet"', "steps.start.choices.computer.device", "'phone' or 'computer'"),
        ('id = "end"', 'id = "The End"', "steps.The End.id", "pattern"),
        ('id = "end"', 'id = "app"', "file", "two steps have the id 'app'"),
        # formatting
        ("<b>Что у Вас</b>", "<b>Что у Вас", "steps.start.text.ru", "<b> is not closed"),
        ("<b>Что у Вас</b>", "Что у Вас</b>", "steps.start.text.ru", "</b> closes nothing"),
        ("<b>Что у Вас</b>", "<b><i>Что</b></i>", "steps.start.text.ru", "closes nothing"),
        ("<b>Что у Вас</b>", "<h1>Что</h1>", "steps.start.text.ru", "<h1> is not a tag"),
        ("<b>Что у Вас</b>", "1 < 2", "steps.start.text.ru", "&lt;"),
        ("<b>Что у Вас</b>", "a & b", "steps.start.text.ru", "&amp;"),
        ("<b>Что у Вас</b>", "a&nbsp;b", "steps.start.text.ru", "&nbsp; is not known to Telegram"),
        ("<b>Что у Вас</b>", '<a href=\\"http://egov.kz\\">х</a>', "steps.start.text.ru", "expected an https address"),
        ("<b>Что у Вас</b>", "<b>Что<br/>Вы</b>", "steps.start.text.ru", "<br/> is not a tag"),
        # what Telegram refuses although a browser does not
        ("<b>Что у Вас</b>", "<b/>Что", "steps.start.text.ru", ""),
        ("<b>Что у Вас</b>", "<!-- Вы -->Что", "steps.start.text.ru", ""),
        ("<b>Что у Вас</b>", "<?Вы?>Что", "steps.start.text.ru", ""),
        ("<b>Что у Вас</b>", "<a href=https://egov.kz>Что</a>", "steps.start.text.ru", ""),
        # addresses
        ('url = "https://egov.kz"', 'url = "http://egov.kz"', "steps.site.buttons", "expected an https address"),
        ('url = "https://egov.kz"', 'url = "egov.kz"', "steps.site.buttons", "expected an https address"),
        ('url = "https://egov.kz"', 'url = "https://egov"', "steps.site.buttons", "expected an https address"),
        ('url = "https://egov.kz"', 'url = "tel:+77010000000"', "steps.site.buttons", "expected an https address"),
        ('url = "https://egov.kz"', 'url = "https://egov.kz:99999"', "steps.site.buttons", "expected an https address"),
        ('url = "https://egov.kz"', 'url = "https://e gov.kz"', "steps.site.buttons", "expected an https address"),
        ('url = "https://egov.kz"', 'url = "https://egov.kz."', "steps.site.buttons", "expected an https address"),
        ("https://adilet.zan.kz/rus/docs/1", "http://adilet.zan.kz", "source", "expected an https address"),
        (
            'id = "end"\n',
            'id = "end"\nsource = { name = { kk = "а", ru = "а" }, url = "http://egov.kz" }\n',
            "steps.end.source",
            "expected an https address",
        ),
        # limits
        ('ru = "Сайт"', f'ru = "{"Я" * 65}"', "steps.site.buttons.1.label.ru", "65 signs, at most 64"),
        ('ru = "Инструкция"', f'ru = "{"Я" * 65}"', "title.ru", "65 signs, at most 64"),
        ('ru = "1414"', f'ru = "{"1" * 257}"', "steps.site.buttons.2.copy_text.ru", "257 signs, at most 256"),
        ('ru = "Готово"', f'ru = "{"Я" * 3001}"', "steps.end.text.ru", "3001 signs, at most 3000"),
        # Telegram counts UTF-16: this is 4,200
        ('ru = "Готово"', f'ru = "{"😀" * 2100}"', "steps.end.text.ru", "3000"),
        # each part fits, the screen does not
        (
            'ru = "Готово" }\nnote = { kk = "Ескерту", ru = "Примечание" }',
            f'ru = "{"Я" * 2900}" }}\nnote = {{ kk = "Ескерту", ru = "{"Я" * 2900}" }}',
            "steps.end",
            "",
        ),
        # the device rule
        ('next = "app"\ndevice = "phone"', 'next = "app"', "steps.app.device", "without the choice of a phone"),
        (
            'next = "app"\ndevice = "phone"',
            'next = "app"\ndevice = "computer"',
            "steps.app.device",
            "without the choice of a phone",
        ),
        ('ru = "Откройте"', 'ru = "<b> </b>"', "steps.app.text.ru", "nothing to read"),
        # the id
        ("verified", 'id = "second"\nverified', "id", "expected 'first', the file's name"),
    ],
)
def test_a_fault_of_a_guide(tmp_path: Path, old: str, new: str, field: str, expected: str) -> None:
    named = [line for line in in_guide(tmp_path, old, new) if line.startswith(f"{tmp_path / GUIDE_FILE}: {field}")]
    assert named, faults(tmp_path)
    assert any(expected in line for line in named), named


BUTTON = '[[steps.buttons]]\nlabel = {{ kk = "{0}", ru = "{0}" }}\nurl = "https://egov.kz"\n\n'


@pytest.mark.parametrize(("count", "expected"), [(20, []), (21, ["steps.end: 21 choices and buttons, at most 20"])])
def test_so_many_buttons_fit(tmp_path: Path, count: int, expected: list[str]) -> None:
    write(tmp_path, guide=GUIDE + "".join(BUTTON.format(number) for number in range(count)))
    assert faults(tmp_path) == [f"{tmp_path / GUIDE_FILE}: {line}" for line in expected]


def test_nobody_has_looked_at_the_facts_tomorrow(tmp_path: Path) -> None:
    write(tmp_path, guide=GUIDE.replace('id = "end"', 'id = "end"\nverified = 2026-11-22', 1))
    library = load(tmp_path)
    said = "is still to come: write the day on which the facts were checked"
    guide, step = f"verified: 2026-11-20 {said}", f"steps.end.verified: 2026-11-22 {said}"
    for day, expected in ((19, [guide, step]), (20, [step]), (21, [step]), (22, [])):
        found = not_yet(tmp_path, library, date(2026, 11, day))
        assert found == [f"{tmp_path / GUIDE_FILE}: {line}" for line in expected], day


PLACE = '[[places]]\nid = "first"\nlabel = { kk = "I орын", ru = "I место" }\n'


@pytest.mark.parametrize(
    ("old", "new", "field", "expected"),
    [
        ('prefix = "Q"', 'prefix = "quiz"', "prefix", "pattern"),
        ('prefix = "Q"', "", "prefix", "Field required"),
        # Telegram shows it below the letters: 64 signs at most
        (
            'kind = "name"',
            f'kind = "phone"\nexample = {{ kk = "+7", ru = "{"7" * 65}" }}',
            "fields.full_name.example.ru",
            "64",
        ),
        ('guides = ["first"]', 'guides = ["other"]', "guides", "there is no guide 'other'"),
        ('guides = ["first"]', 'zone = "Asia/Nowhere"', "zone", "Asia/Nowhere"),
        ('guides = ["first"]', 'reminders = ["7d", "1d", "24h"]', "reminders", "'24h' is named twice"),
        ('guides = ["first"]', 'reminders = ["soon"]', "reminders.1", "pattern"),
        (
            "[consent]",
            '[[places]]\nid = "first"\n[places.label]\nkk = "I орын"\n[consent]',
            "places.first.label",
            "in: ru",
        ),
        ("[consent]", f"{PLACE}count = 0\n[consent]", "places.first.count", "greater than or equal to 1"),
        ("[consent]", f"{PLACE}{PLACE}[consent]", "file", "two of place have the id 'first'"),
        ('id = "who"', 'id = "apply"', "sections.apply.id", "is taken by a button"),
        ('ru = "цель"', 'ru = "{purpose}"', "consent.purpose.ru", "nothing is put in for {purpose}"),
        (', ru = "Все"', "", "sections.who.text", "the text is missing in: ru"),
        ('kk = "мақсат", ', "", "consent.purpose", "the text is missing in: kk"),
        ('kk = "Екінші", ', "", "fields.district.options.two.label", "the text is missing in: kk"),
        ('kk = "Атыңыз?", ', "", "fields.full_name.question", "the text is missing in: kk"),
        ('purpose = { kk = "мақсат", ru = "цель" }', "", "consent.purpose", "Field required"),
        ('ru = "Все"', 'ru = "<i>Все"', "sections.who.text.ru", "<i> is not closed"),
        ('ru = "Ждите"', 'ru = "a & b"', "after_submission.ru", "&amp;"),
        ('ru = "Ваше имя?"', 'ru = "<b>Имя"', "fields.full_name.question.ru", "<b> is not closed"),
        ('kind = "name"', 'kind = "inn"', "fields.full_name", "'inn'"),
        ('kind = "name"', 'kind = "text"\nmax_length = "long"', "fields.full_name.text.max_length", "integer"),
        ('kind = "name"', 'kind = "date"\nage_from = 16', "fields.full_name.date", "age_from and age_on go together"),
        (
            'kind = "name"',
            'kind = "date"\nage_from = 16\nage_on = "stage"',
            "fields.full_name.age_on",
            "there is no date 'stage'",
        ),
        (
            'kind = "name"',
            'kind = "name"\nwhen = { field = "district", is = ["one"] }',
            "file",
            "fields.full_name.when.field: there is no field 'district' before it",
        ),
        ("[consent]", '[guardian]\nfield = "full_name"\n[consent]', "guardian.field", "names no field of kind date"),
        ('at = "2027-09-10T18:00"', 'at = "2026-01-10T18:00"', "dates", "must follow each other in time"),
        (
            'at = "90 days after results"',
            'at = "90 days after stage"',
            "erased",
            "refers to a moment that is not given",
        ),
        ('at = "90 days after results"', 'at = "90 days after erased"', "erased", "or to itself"),
        ('at = "90 days after results"', 'at = "soon"', "erased", "soon"),
        ('at = "90 days after results"', 'at = "9999999 days after results"', "erased", ""),
        ('at = "90 days after results"', "at = 2028-01-01T09:00:00", "dates.erased.at", "string"),
        ('id = "results"', 'id = "summary"', "dates", "results must be given"),
        ('id = "results"', 'id = "erased"', "file", "two of date have the id 'erased'"),
        (
            'third_parties = { kk = "жоқ", ru = "нет" }\ncross_border = { kk = "бар", ru = "есть" }',
            f'third_parties = {{ kk = "жоқ", ru = "{"Я" * 2900}" }}\n'
            f'cross_border = {{ kk = "бар", ru = "{"Я" * 2900}" }}',
            "consent",
            "",
        ),
        ('ru = "Первый"', f'ru = "{"Я" * 65}"', "fields.district.options.one.label.ru", "65 signs, at most 64"),
    ],
)
def test_a_fault_of_a_contest(tmp_path: Path, old: str, new: str, field: str, expected: str) -> None:
    found = in_contest(tmp_path, old, new)
    named = [line for line in found if line.startswith(f"{tmp_path / CONTEST_FILE}: ") and field in line]
    assert named, found
    assert any(expected in line for line in named), named


@pytest.mark.parametrize("name", [GUIDE_FILE, CONTEST_FILE])
def test_what_is_not_toml_is_named_with_its_line(tmp_path: Path, name: str) -> None:
    write(tmp_path)
    (tmp_path / name).write_text('title = { kk = "а" ru = "б" }\n', encoding="utf-8")
    found = [line for line in faults(tmp_path) if line.startswith(f"{tmp_path / name}: not TOML: ")]
    assert len(found) == 1
    assert "line 1" in found[0]


def test_what_is_not_utf_8_is_named(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / GUIDE_FILE).write_bytes('title = "Инструкция"'.encode("cp1251"))
    assert any(line.startswith(f"{tmp_path / GUIDE_FILE}: not TOML: ") for line in faults(tmp_path))


def test_a_file_whose_name_can_be_no_id_is_named(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "guides" / "My-Guide.toml").write_text(GUIDE, encoding="utf-8")
    assert any(line.startswith(f"{tmp_path / 'guides' / 'My-Guide.toml'}: id: ") for line in faults(tmp_path))


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    write(
        tmp_path,
        guide=GUIDE.replace(', ru = "Откройте"', "").replace('url = "https://egov.kz"', 'url = "http://egov.kz"'),
        contest=CONTEST.replace('guides = ["first"]', 'guides = ["other"]'),
    )
    assert faults(tmp_path) == [
        f"{tmp_path / GUIDE_FILE}: steps.app.text: the text is missing in: ru",
        f"{tmp_path / GUIDE_FILE}: steps.site.buttons: 'http://egov.kz': expected an https address",
        f"{tmp_path / CONTEST_FILE}: guides: there is no guide 'other'",
    ]


def test_no_folder_is_named(tmp_path: Path) -> None:
    assert faults(tmp_path / "nowhere") == [f"{tmp_path / 'nowhere'}: there is no such folder"]


def test_an_error_reads_as_its_faults() -> None:
    assert str(BadContent(["one", "two"])) == "one\ntwo"


def test_a_revision_changes_with_the_file(tmp_path: Path) -> None:
    write(tmp_path)
    before = load(tmp_path).revisions
    write(tmp_path, contest=CONTEST.replace("Ждите", "Ждите."))
    after = load(tmp_path).revisions
    assert before.keys() == after.keys() == {"quiz"}
    assert before["quiz"] != after["quiz"]
    assert len(before["quiz"]) == 16


@given(st.lists(st.sampled_from(PIECES), max_size=6))
@example(["<b/>"])
@example(["<!--", "x", "-->"])
@example(["<a href=https://egov.kz>", "x", "</a>"])
def test_what_the_check_lets_through_telegram_takes(pieces: list[str]) -> None:
    text = "x" + "".join(pieces)
    values = tomllib.loads(GUIDE)
    values["steps"][3]["text"]["ru"] = text
    guide = Guide.model_validate({"id": "first", **values})
    if not list(guide_faults(guide, LANGUAGES, {"first": guide}, Path())):
        parse_html(text)


def test_a_long_choice_does_not_fit_into_a_button(tmp_path: Path) -> None:
    long = "a" * 20
    guide = (
        GUIDE.replace('guide = "first"', f'guide = "{long}"')
        .replace('id = "start"', f'id = "{long}"', 1)
        .replace('id = "phone"', f'id = "{long}"', 1)
    )
    (tmp_path / "guides").mkdir()
    (tmp_path / "guides" / f"{long}.toml").write_text(guide, encoding="utf-8")
    # Three ids of the greatest length are just 66 bytes with what stands around them.
    assert faults(tmp_path) == [
        f"{tmp_path / 'guides' / long}.toml: steps.{long}.choices.{long}: "
        "the ids are too long together for a button (64 bytes)"
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('acts = ["return"]', "acts = []", "reasons.blurred.acts: name return, decline, or both"),
        ('acts = ["return"]', 'acts = ["admit"]', "reasons.blurred.acts.1"),
        ('field = "district"', 'field = "nothing"', "there is no field 'nothing'"),
        ('ru = "Плохо видно"', f'ru = "{"ы" * 65}"', "reasons.blurred.label.ru: 65 signs, at most 64"),
        ('ru = "Пришлите чётче."', f'ru = "{"ы" * 601}"', "reasons.blurred.text.ru: 601 signs, at most 600"),
        (', ru = "Пришлите чётче."', "", "reasons.blurred.text: the text is missing in: ru"),
    ],
)
def test_a_fault_of_a_reason(tmp_path: Path, old: str, new: str, expected: str) -> None:
    reason = """
[[reasons]]
id = "blurred"
acts = ["return"]
field = "district"
label = { kk = "Анық емес", ru = "Плохо видно" }
text = { kk = "Анығырақ жіберіңіз.", ru = "Пришлите чётче." }
"""
    write(tmp_path, contest=CONTEST + reason)
    assert faults(tmp_path) == []
    write(tmp_path, contest=CONTEST + reason.replace(old, new))
    (fault,) = faults(tmp_path)
    assert expected in fault
