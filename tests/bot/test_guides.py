"""Guides: every kind of way to its end, back, again, and later."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.local_telegram import LocalTelegram, Message
from tests.bot.journeys import LANGUAGES, label, newcomer, said
from tests.house import Citizen, House, running

PORTAL = {"kk": "eGov.kz порталында тіркелу", "ru": "Регистрация на портале eGov.kz"}
MGOV = {"kk": "Мобильді үкіметке (mGov) қосылу", "ru": "Мобильное правительство (mGov)"}
LOGIN = {"kk": "eGov.kz порталына кіру", "ru": "Вход на портал eGov.kz"}
EDS = {"kk": "ЭЦҚ: алу, жаңарту, сақтау", "ru": "ЭЦП: получить, продлить, хранить"}
APP = {"kk": "eGov Mobile қосымшасы", "ru": "Приложение eGov Mobile"}
NEXT = {"kk": "Келесі →", "ru": "Далее →"}
DONE = {"kk": "Дайын!", "ru": "Готово!"}

AT_A_COMPUTER = {
    "kk": ["Компьютер немесе ноутбук", NEXT["kk"], "Жоқ немесе мерзімі өткен", *[NEXT["kk"]] * 5, "Иә, тіркелдім"],
    "ru": ["Компьютер или ноутбук", NEXT["ru"], "Нет или срок истёк", *[NEXT["ru"]] * 5, "Да, регистрация прошла"],
}
ON_A_PHONE = {
    "kk": [
        *("Қосымшаны орнатамын", "Иә, орнатылды", NEXT["kk"], "Иә, кодты енгіздім", NEXT["kk"]),
        *("Бетпен не саусақпен кіру", NEXT["kk"]),
    ],
    "ru": [
        *("Установлю приложение", "Да, установлено", NEXT["ru"], "Да, код введён", NEXT["ru"]),
        *("Вход по лицу или пальцу", NEXT["ru"]),
    ],
}
BY_PORTAL = {
    "kk": [
        *("Иә, кабинетім бар", "Компьютер де, ЭЦҚ да бар", "Сайт нөмір қосуды сұрады"),
        *(NEXT["kk"], "Иә, кодты енгіздім"),
    ],
    "ru": [
        *("Да, кабинет есть", "Есть компьютер и ЭЦП", "Сайт просит добавить номер"),
        *(NEXT["ru"], "Да, код введён"),
    ],
}
BY_CENTRE = {
    "kk": [
        *("Жоқ немесе білмеймін", "Компьютер жоқ", "Телефоным қарапайым, түймелі", "Иә, бара аламын"),
        *(NEXT["kk"], "Иә, тіркелді"),
    ],
    "ru": [
        *("Нет или не знаю", "Компьютера нет", "Телефон простой, кнопочный", "Да, смогу прийти"),
        *(NEXT["ru"], "Да, зарегистрирован"),
    ],
}
BY_APP = {
    "kk": [
        *("Жоқ немесе білмеймін", "Компьютер жоқ", "Смартфон бар, қосымша жоқ", "Иә, нөмір расталды"),
        "Нөмір базада бар",
    ],
    "ru": [
        *("Нет или не знаю", "Компьютера нет", "Смартфон есть, приложения нет", "Да, номер подтверждён"),
        "Номер в базе есть",
    ],
}
WAYS = [
    pytest.param(PORTAL, AT_A_COMPUTER, "computer", id="portal at a computer"),
    pytest.param(APP, ON_A_PHONE, "phone", id="the app on a phone"),
    pytest.param(MGOV, BY_PORTAL, "computer", id="mgov by the portal"),
    pytest.param(MGOV, BY_CENTRE, "", id="mgov by a service centre"),
    pytest.param(MGOV, BY_APP, "phone", id="mgov by the app"),
]


def place(step: Message) -> tuple[int, int]:
    """The number of the step, and of how many, as the person reads them."""
    found = re.search(r"Шаг (\d+) из (\d+)|(\d+)-қадам, барлығы (\d+)", step.text)
    assert found, step.text
    number, total = (int(part) for part in found.groups() if part)
    return number, total


def told(step: Message) -> str:
    """What the step says, without its place: the way is known to be shorter once its questions are answered."""
    return step.text.split("\n\n", 1)[1]


def is_in_place(before: Message, after: Message) -> bool:
    """Whether the screen changed where the person looks; only a picture cannot make room for a text."""
    return after.message_id == before.message_id or (before.kind, after.kind) == ("photo", "text")


async def open_guide(citizen: Citizen, language: str, title: dict[str, str]) -> Message:
    """Opens a guide from the menu."""
    await citizen.says("/guides")
    return await citizen.taps(title[language])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("title", "way", "device"), WAYS)
async def test_a_way_to_its_end_and_back(
    house: House, title: dict[str, str], way: dict[str, list[str]], device: str, language: str
) -> None:
    nina = await newcomer(house, language)
    steps = [await open_guide(nina, language, title)]
    steps += [await nina.taps(button) for button in way[language]]
    assert [place(step)[0] for step in steps] == list(range(1, len(steps) + 1))
    totals = [place(step)[1] for step in steps]
    assert totals == sorted(totals, reverse=True)
    assert totals[-1] == len(steps)
    assert DONE[language] in steps[-1].text
    for step in steps:
        assert title[language] in step.text
        assert said(language, "guide.source") in step.text
        assert re.search(said(language, "guide.verified", day="") + r"\S", step.text)
        other = {"computer": "phone", "phone": "computer"}.get(device)
        assert other is None or said(language, f"guide.device.{other}") not in step.text
    assert (said(language, f"guide.device.{device}") if device else "") in steps[len(steps) // 2].text

    back = steps[-1]
    for earlier in reversed(steps[:-1]):
        left, back = back, await nina.taps(label(language, "button.back"))
        assert (told(back), is_in_place(left, back)) == (told(earlier), True)
        assert place(back) == (place(earlier)[0], len(steps))
    assert label(language, "button.back") not in back.labels


@pytest.mark.parametrize("language", LANGUAGES)
async def test_left_and_taken_up_again_where_one_stopped(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    fresh = await open_guide(nina, language, PORTAL)
    stopped = await nina.taps(*AT_A_COMPUTER[language][:4])
    other = await open_guide(nina, language, MGOV)
    assert place(other)[0] == 1
    await nina.says("/cancel")
    await house.move(days=40)
    again = await open_guide(nina, language, PORTAL)
    assert again.text == stopped.text
    assert place(again)[0] == 5
    first = await nina.taps(label(language, "guide.restart"))
    # The answers are gone with it: the way is as long as it was.
    assert (first.text, first.labels) == (fresh.text, fresh.labels)


async def test_the_place_survives_a_restart_of_the_bot(tmp_path: Path, telegram: LocalTelegram, clock: Clock) -> None:
    async with running(tmp_path, telegram, clock) as house:
        nina = await newcomer(house)
        await open_guide(nina, "ru", PORTAL)
        stopped = await nina.taps("Только телефон")
    async with running(tmp_path, telegram, clock):
        # The old screen's buttons work, and so does the menu.
        assert "Шаг 3 из" in (await nina.taps("На телефоне: eGov Mobile")).text
        back = await nina.taps("← Назад")
        assert (told(back), place(back)) == (told(stopped), (2, 3))
        assert (await open_guide(nina, "ru", PORTAL)).text == back.text


@pytest.mark.parametrize("way", ["command", "settings"])
async def test_language_changes_in_the_middle(house: House, way: str) -> None:
    nina = await newcomer(house, "ru")
    await open_guide(nina, "ru", PORTAL)
    in_russian = await nina.taps("Только телефон")
    if way == "command":
        await nina.says("/language")
        in_kazakh = await nina.taps("Қазақша")
        assert place(in_kazakh) == place(in_russian)
    else:
        await nina.taps("🏠 Меню", "⚙️ Настройки", "🌐 Сменить язык / Тілді өзгерту", "Қазақша")
        in_kazakh = await open_guide(nina, "kk", PORTAL)
    assert "2-қадам, барлығы" in in_kazakh.text
    assert "Қалай жалғастырамыз?" in in_kazakh.text
    assert "Көмек керек" in in_kazakh.labels


async def test_links_copied_texts_and_other_guides(house: House) -> None:
    nina = await newcomer(house)
    await open_guide(nina, "ru", PORTAL)
    step = await nina.taps(*AT_A_COMPUTER["ru"][:4])
    assert step.button("Открыть сайт pki.gov.kz").value == "https://pki.gov.kz/"
    assert step.button("Скопировать адрес сайта").kind == "copy"
    assert step.button("Скопировать адрес сайта").value == "https://pki.gov.kz"
    registered = await nina.taps(*AT_A_COMPUTER["ru"][4:])
    other = await nina.taps("Инструкция: вход на портал")
    assert LOGIN["ru"] in other.text
    assert place(other)[0] == 1
    assert (await open_guide(nina, "ru", PORTAL)).text == registered.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_link_to_a_guide(house: House, language: str) -> None:
    nina = await house.citizen(1, "Нина", language)
    await nina.start("g_mgov")
    first = await nina.taps(label(language, "language.own_name"))
    assert MGOV[language] in first.text
    assert place(first)[0] == 1
    second = await nina.taps(BY_CENTRE[language][0])
    assert (await nina.start("g_mgov")).text == second.text
    gone = await nina.start("g_nothing")
    assert said(language, "refusal.guide_gone") in gone.text
    assert label(language, "menu.guides") in gone.labels


async def test_words_typed_in_a_guide_search_and_the_place_stays(house: House) -> None:
    nina = await newcomer(house)
    await open_guide(nina, "ru", PORTAL)
    stopped = await nina.taps("Только телефон")
    found = await nina.says("мобильное правительство")
    assert MGOV["ru"] in found.labels
    assert (await open_guide(nina, "ru", PORTAL)).text == stopped.text
