"""From a guide into another one, from a contest or a form into a guide, and back to the same place."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.domain.guides import Button, Guide, Step
from bot.local_telegram import LocalTelegram, Message
from tests.bot.journeys import LANGUAGES, begin, contest_page, fill, label, newcomer, said
from tests.house import ROOT, Citizen, House, running
from tests.services.rooms import library

GUIDES = library().guides
JUMPS = [(guide, step, button) for guide in GUIDES.values() for step in guide.steps for button in step.buttons]
JUMPS = [(guide, step, button) for guide, step, button in JUMPS if button.guide]
RETURN = "guide.back_to.guide"


def way_to(guide: Guide, target: str, language: str) -> list[str]:
    """The labels from the start to a step."""
    waiting: list[tuple[Step, list[str]]] = [(guide.first, [])]
    seen = {guide.first.id}
    for step, taken in waiting:
        if step.id == target:
            return taken
        ways = [(choice.next, choice.label[language]) for choice in step.choices]
        ways += [(step.next, label(language, "button.next"))] if step.next else []
        for following, tapped in ways:
            found = guide.step(following)
            if found and found.id not in seen:
                seen.add(found.id)
                waiting.append((found, [*taken, tapped]))
    raise AssertionError(f"no way to {target}")


def what(step: Message) -> str:
    """The step without its place on the way, which may be known better by now."""
    return step.text.split("\n\n", 1)[1]


async def open_at(nina: Citizen, guide: Guide, step: str, language: str) -> Message:
    """From the list of guides to a step, from its start."""
    await nina.says("/guides")
    opened = await nina.taps(guide.title[language])
    if label(language, "guide.restart") in opened.labels:
        opened = await nina.taps(label(language, "guide.restart"))
    way = way_to(guide, step, language)
    return await nina.taps(*way) if way else opened


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("guide", GUIDES.values(), ids=list(GUIDES))
async def test_every_way_into_another_guide_leads_back(house: House, guide: Guide, language: str) -> None:
    nina = await newcomer(house, language)
    for step, button in [(step, button) for one, step, button in JUMPS if one is guide]:
        left = await open_at(nina, guide, step.id, language)
        assert label(language, RETURN) not in left.labels
        there = await nina.taps(button.label[language])
        _lands(there, button, language)
        if there.labels and label(language, "guide.restart") in there.labels:
            await nina.taps(label(language, "guide.restart"))
        came_back = await nina.taps(label(language, RETURN))
        assert what(came_back) == what(left)


def _lands(there: Message, button: Button, language: str) -> None:
    guide = GUIDES[button.guide or ""]
    assert guide.title[language] in there.text
    if button.step:
        step = guide.step(button.step)
        assert step is not None
        assert [choice.label[language] for choice in step.choices] == there.labels[: len(step.choices)]


async def test_a_jump_within_a_jump(house: House) -> None:
    nina = await newcomer(house)
    portal, eds = GUIDES["portal"], GUIDES["eds"]
    first = await open_at(nina, portal, "eds_apply", "ru")
    await nina.taps("Инструкция: получить ЭЦП")
    onward = next(step for step in eds.steps if any(button.guide == "mgov" for button in step.buttons))
    second = await nina.taps(*way_to(eds, onward.id, "ru"))
    await nina.taps("Инструкция: внести номер")
    assert what(await nina.taps(label("ru", RETURN))) == what(second)
    assert what(await nina.taps(label("ru", RETURN))) == what(first)


async def test_two_guides_that_lead_into_each_other(house: House) -> None:
    nina = await newcomer(house)
    await open_at(nina, GUIDES["portal"], "eds_apply", "ru")
    await nina.taps("Инструкция: получить ЭЦП")
    to_portal = next(step for step in GUIDES["eds"].steps if any(button.guide == "portal" for button in step.buttons))
    await nina.taps(*way_to(GUIDES["eds"], to_portal.id, "ru"))
    home = await nina.taps("Инструкция: регистрация")
    assert GUIDES["portal"].title["ru"] in home.text
    assert label("ru", RETURN) not in home.labels


async def test_opened_from_the_menu_it_is_nobodys_detour(house: House) -> None:
    nina = await newcomer(house)
    await open_at(nina, GUIDES["portal"], "eds_apply", "ru")
    assert label("ru", RETURN) in (await nina.taps("Инструкция: получить ЭЦП")).labels
    await nina.says("/guides")
    assert label("ru", RETURN) not in (await nina.taps(GUIDES["eds"].title["ru"])).labels


@pytest.mark.parametrize("language", LANGUAGES)
async def test_from_the_contests_page_and_back(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    page = await contest_page(nina, language)
    await nina.taps(label(language, "contest.about"))
    step = await nina.taps(f"📖 {GUIDES['portal'].title[language]}")
    assert GUIDES["portal"].title[language] in step.text
    assert (await nina.taps(label(language, "guide.back_to.contest"))).text == page.text


@pytest.fixture
async def helped(tmp_path: Path, telegram: LocalTelegram, clock: Clock) -> AsyncIterator[House]:
    """The contest of content/, with a guide at the question of the name."""
    content = tmp_path / "content"
    shutil.copytree(ROOT / "content", content)
    file = content / "contests" / "egov_user.toml"
    told = file.read_text(encoding="utf-8")
    assert 'kind = "name"\n' in told
    file.write_text(told.replace('kind = "name"\n', 'kind = "name"\nguide = "eds"\n'), encoding="utf-8")
    async with running(tmp_path, telegram, clock, content={"path": content}) as house:
        yield house


@pytest.mark.parametrize("language", LANGUAGES)
async def test_from_a_question_and_back_to_the_same_draft(helped: House, language: str) -> None:
    nina = await newcomer(helped, language)
    question = await begin(nina, language)
    await nina.taps(f"📖 {label(language, 'form.guide')}")
    step = await nina.taps(GUIDES["eds"].first.choices[0].label[language])
    assert GUIDES["eds"].title[language] in step.text
    again = await nina.taps(label(language, "guide.back_to.application"))
    assert again.text == question.text
    assert said(language, "form.position", position=2, total=5) in (await nina.says("Образцова Анна")).text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_from_the_summary_and_back_to_it(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    summary = await fill(nina, language)
    listed = await nina.taps(label(language, "form.guides"))
    assert said(language, "form.guides_text", contest=_title(language)) in listed.text
    await nina.taps(f"📖 {GUIDES['portal'].title[language]}")
    assert (await nina.taps(label(language, "guide.back_to.application"))).text == summary.text


def _title(language: str) -> str:
    return library().contests["egov_user"].title[language]
