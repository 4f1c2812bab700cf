"""Small sound content files that the tests break, one thing at a time."""

from __future__ import annotations

from pathlib import Path

from bot import content
from bot.content import BadContent, Library
from bot.domain.moments import Calendar

LANGUAGES = ("kk", "ru")

GUIDE = """
verified = 2026-11-20
title = { kk = "Нұсқаулық", ru = "Инструкция" }
summary = { kk = "Не туралы", ru = "О чём" }
source = { name = { kk = "Бұйрық", ru = "Приказ" }, url = "https://adilet.zan.kz/rus/docs/1" }

[[steps]]
id = "start"
text = { kk = "<b>Не бар</b>?", ru = "<b>Что у Вас</b>?" }

[[steps.choices]]
id = "phone"
label = { kk = "Телефон", ru = "Телефон" }
next = "app"
device = "phone"

[[steps.choices]]
id = "computer"
label = { kk = "Компьютер", ru = "Компьютер" }
next = "site"
device = "computer"

[[steps]]
id = "app"
device = "phone"
text = { kk = "Ашыңыз", ru = "Откройте" }
next = "end"

[[steps]]
id = "site"
device = "computer"
text = { kk = "Кіріңіз", ru = "Зайдите" }
next = "end"

[[steps.buttons]]
label = { kk = "Сайт", ru = "Сайт" }
url = "https://egov.kz"

[[steps.buttons]]
label = { kk = "Көшіру", ru = "Скопировать" }
copy_text = { kk = "1414", ru = "1414" }

[[steps.buttons]]
label = { kk = "Басқа", ru = "Другая" }
guide = "first"

[[steps]]
id = "end"
text = { kk = "Дайын", ru = "Готово" }
note = { kk = "Ескерту", ru = "Примечание" }
"""

CONTEST = """
prefix = "Q"
title = { kk = "Викторина", ru = "Викторина" }
summary = { kk = "Не туралы", ru = "О чём" }
organiser = { kk = "Департамент", ru = "Департамент" }
after_submission = { kk = "Күтіңіз", ru = "Ждите" }
guides = ["first"]

[[sections]]
id = "who"
title = { kk = "Кім", ru = "Кто" }
text = { kk = "Барлығы", ru = "Все" }

[[dates]]
id = "announced"
at = "2026-11-16T09:00"
label = { kk = "а", ru = "а" }

[[dates]]
id = "applications_open"
at = "2026-11-16T09:00"
label = { kk = "б", ru = "б" }

[[dates]]
id = "applications_close"
at = "2027-09-10T18:00"
label = { kk = "в", ru = "в" }

[[dates]]
id = "results"
at = "7 working days after applications_close"
label = { kk = "г", ru = "г" }

[[dates]]
id = "erased"
at = "90 days after results"
label = { kk = "д", ru = "д" }

[[fields]]
id = "full_name"
kind = "name"
label = { kk = "Аты-жөні", ru = "Имя" }
question = { kk = "Атыңыз?", ru = "Ваше имя?" }

[[fields]]
id = "district"
kind = "choice"
label = { kk = "Аудан", ru = "Район" }
question = { kk = "Қай аудан?", ru = "Какой район?" }
options = [
    { id = "one", label = { kk = "Бірінші", ru = "Первый" } },
    { id = "two", label = { kk = "Екінші", ru = "Второй" } },
]

[consent]
purpose = { kk = "мақсат", ru = "цель" }
third_parties = { kk = "жоқ", ru = "нет" }
cross_border = { kk = "бар", ru = "есть" }
publication = { kk = "жоқ", ru = "нет" }
"""


def write(folder: Path, guide: str = GUIDE, contest: str = CONTEST) -> None:
    """The two files in a content folder."""
    for name, text in (("guides/first.toml", guide), ("contests/quiz.toml", contest)):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def load(folder: Path) -> Library:
    """The folder as the bot reads it."""
    return content.load(folder, LANGUAGES, Calendar())


def faults(folder: Path) -> list[str]:
    """What the bot says of the folder; nothing when it is sound."""
    try:
        load(folder)
    except BadContent as error:
        return error.faults
    return []
