"""A contest as a citizen reads it: its page, its parts, its dates, following it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.clock import Clock
from bot.local_telegram import LocalTelegram
from tests.bot.journeys import CLOSES, CONTEST, LANGUAGES, begin, contest_page, label, newcomer, past, row, rows, said
from tests.house import House, running

SECTIONS = {
    "kk": {
        "Байқау туралы": "электрондық мемлекеттік қызметтерді жұртшылыққа кеңінен таныту",
        "Кім қатыса алады": "Жасы 16-дан кем болмауы керек.",
        "Байқау қалай өтеді": "ЭЦҚ алу.",
        "Жеңімпаз қалай анықталады": "Жалпы уақыты ең аз қатысушы жеңеді.",
        "Марапаттау және жариялау": "Жеңімпаздар дипломмен марапатталады.",
        "Ұйымдастырушы нақтылаған ережелер": "соңғы күні өтінім сағат 18:00-ге дейін қабылданады",
    },
    "ru": {
        "О конкурсе": "показать людям, как удобны электронные государственные услуги",
        "Кто может участвовать": "Возраст – от 16 лет.",
        "Как проходит конкурс": "Получить ЭЦП.",
        "Как определяют победителя": "Побеждает участник с наименьшим общим временем.",
        "Награждение и публикация": "Победители награждаются дипломами.",
        "Правила, уточнённые организатором": "в последний день заявки принимаются до 18:00",
    },
}
DATES = {
    "kk": [
        "Байқауды жариялау\n2026 жылғы 16 қараша, 09:00 (Қазақстан уақыты)",
        "Өтінім қабылдаудың аяқталуы\n2027 жылғы 10 қыркүйек, 18:00 (Қазақстан уақыты)",
        "Қатысу кестесін хабарлау\n2027 жылғы 17 қыркүйек, 18:00 (Қазақстан уақыты)",
        "Бірінші кезең: тапсырмалар\n2027 жылғы 23 қыркүйек, 09:00 (Қазақстан уақыты) – "
        "2027 жылғы 24 қыркүйек, 18:00 (Қазақстан уақыты)",
        "Екінші кезең: қорытынды\n2027 жылғы 27 қыркүйек, 15:00 (Қазақстан уақыты)",
        "Дербес деректерді жою\n2027 жылғы 26 желтоқсан, 15:00 (Қазақстан уақыты)",
    ],
    "ru": [
        "Объявление конкурса\n16 ноября 2026 г., 09:00 (время Казахстана)",
        "Окончание приёма заявок\n10 сентября 2027 г., 18:00 (время Казахстана)",
        "Сообщение графика участия\n17 сентября 2027 г., 18:00 (время Казахстана)",
        "Первый этап: задания\n23 сентября 2027 г., 09:00 (время Казахстана) – "
        "24 сентября 2027 г., 18:00 (время Казахстана)",
        "Второй этап: итоги\n27 сентября 2027 г., 15:00 (время Казахстана)",
        "Уничтожение персональных данных\n26 декабря 2027 г., 15:00 (время Казахстана)",
    ],
}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_part_of_the_page(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    page = await contest_page(nina, language)
    assert CONTEST[language] in page.text
    about = await nina.taps(label(language, "contest.about"))
    assert about.labels[: len(SECTIONS[language])] == list(SECTIONS[language])
    for title, text in SECTIONS[language].items():
        part = await nina.taps(title)
        assert part.text.startswith(title)
        assert text in part.text
        assert (await nina.taps(label(language, "button.back"))).text == about.text
    assert (await nina.taps(label(language, "contest.back"))).text == page.text

    dates = await nina.taps(label(language, "contest.dates"))
    places = [dates.text.index(line) for line in DATES[language]]
    assert places == sorted(places)
    assert (await nina.taps(label(language, "button.back"))).text == page.text

    guide = await nina.taps(label(language, "contest.about"), next(name for name in about.labels if "eGov.kz" in name))
    assert said(language, "guide.source") in guide.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_following_and_no_longer(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    await contest_page(nina, language)
    follow, unfollow = label(language, "contest.follow"), label(language, "contest.unfollow")
    page = await nina.taps(follow)
    assert await nina.toast() == label(language, "contest.follow_done")
    assert unfollow in page.labels
    assert follow not in page.labels
    assert row(house, "SELECT contest_id FROM follows") == ("egov_user",)
    page = await nina.taps(unfollow)
    assert await nina.toast() == label(language, "contest.unfollow_done")
    assert follow in page.labels
    assert rows(house, "SELECT * FROM follows") == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_after_the_deadline(house: House, language: str) -> None:
    nina, late = await newcomer(house, language), await newcomer(house, language, 2)
    open_page = await contest_page(late, language)
    await begin(nina, language)
    await past(house, CLOSES)
    # A button that was there before the deadline says why it does nothing now.
    assert label(language, "contest.apply") in open_page.labels
    await late.taps(label(language, "contest.apply"))
    closes = said(language, "contest.closed", closes=CLOSES)
    assert await late.toast() == label(language, "refusal.deadline", closes=CLOSES)
    closed = await contest_page(late, language)
    assert closes in closed.text
    assert label(language, "contest.apply") not in closed.labels
    # Whoever has a draft reads what became of it.
    status = await nina.says("/status")
    assert said(language, "status.draft_closed", closes=CLOSES) in status.text
    one = await nina.taps(CONTEST[language])
    assert label(language, "application.resume") not in one.labels
    assert label(language, "application.withdraw") in one.labels


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_link_to_a_contest(house: House, language: str) -> None:
    nina = await house.citizen(1, "Нина", language)
    await nina.start("c_egov_user")
    page = await nina.taps(label(language, "language.own_name"))
    assert CONTEST[language] in page.text
    assert label(language, "contest.apply") in page.labels
    gone = await nina.start("c_another")
    assert said(language, "refusal.contest_gone") in gone.text
    assert label(language, "menu.contests") in gone.labels


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_contest_is_announced(tmp_path: Path, telegram: LocalTelegram, clock: Clock, language: str) -> None:
    (tmp_path / "content").mkdir()
    async with running(tmp_path, telegram, clock, content={"path": tmp_path / "content"}) as house:
        nina = await newcomer(house, language)
        empty = await nina.taps(label(language, "menu.contests"))
        assert said(language, "contests.none") in empty.text
        applications = await nina.says("/status")
        assert said(language, "applications.none") in applications.text
        assert (await nina.taps(label(language, "menu.contests"))).text == empty.text
