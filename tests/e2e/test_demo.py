"""The demo as a newcomer sees it: the whole way on a phone-wide page, in Kazakh and in Russian."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, expect

from tests.delivery.crowd import CONTEST, LIBRARY, WORDS, asks, label, option
from tests.e2e.conftest import Demo, Phone, phone

AIGUL, NINA = 101, 102


@dataclass(frozen=True, slots=True)
class Way:
    """Who goes it, in which language; words come from the catalogues and the content, as the chat shows them."""

    person: int
    language: str
    number: str

    def label(self, key: str) -> str:
        """What a button says."""
        return label(self.language, key)

    def starts(self, key: str) -> str:
        """How a text begins, as it looks in the chat."""
        return re.sub(r"<[^>]+>", "", WORDS[self.language](key)).strip().splitlines()[0]


WAYS = (Way(AIGUL, "kk", "EU-0001"), Way(NINA, "ru", "EU-0002"))
PORTAL, APP = LIBRARY.guides["portal"], LIBRARY.guides["app"]
NAME = "Образцова Анна Ивановна"


def _choice(language: str, step: str, choice: str) -> str:
    """What a choice of the guide says."""
    found = next(one for one in PORTAL.steps if one.id == step)
    return next(one.label[language] for one in found.choices if one.id == choice)


def _on(seen: Phone, way: Way) -> str:
    """The button that leads on at a step of the app's guide: next, or the first of its choices; nothing at the end."""
    ways = {way.label("button.next")} | {one.label[way.language] for step in APP.steps for one in step.choices}
    labels = [one.get_attribute("data-label") or "" for one in seen.newest.get_by_test_id("inline-button").all()]
    return next((one for one in labels if one in ways), "")


def _follow_the_guide(seen: Phone, way: Way) -> None:
    """Registration on a phone, whose end leads into the guide of the app; and that one to its end."""
    choices = [_choice(way.language, "device", "phone"), _choice(way.language, "phone_way", "app")]
    seen.taps(way.label("menu.guides"), PORTAL.title[way.language], *choices)
    seen.sees(way.starts("guide.device.phone"))
    seen.shot(f"{way.language}-guide-end")
    into = next(one for step in PORTAL.steps for one in step.buttons if one.guide == APP.id)
    seen.taps(into.label[way.language])
    seen.sees(APP.title[way.language])
    position = 1
    while on := _on(seen, way):
        before = seen.newest.inner_text()
        seen.taps(on)
        expect(seen.newest).not_to_have_text(before, use_inner_text=True)
        seen.is_whole()
        position += 1
        seen.shot(f"{way.language}-guide-{position}")
    assert position > 6
    seen.taps(way.label("button.menu"))
    seen.sees(way.starts("menu.text"))


def _apply(seen: Phone, way: Way) -> None:
    agree, language = way.label("consent.agree"), way.language
    seen.taps(way.label("menu.contests"), CONTEST.title[language])
    expect(seen.buttons(way.label("contest.apply"))).to_be_visible()
    seen.shot(f"{language}-contest")
    seen.taps(way.label("contest.apply"))
    expect(seen.buttons(agree)).to_be_visible()
    seen.shot(f"{language}-consent")
    seen.taps(agree)
    seen.sees(asks(language, "full_name"))
    seen.shot(f"{language}-name")
    seen.types(NAME)
    seen.sees(asks(language, "birth_date"))
    seen.types("31.02.1960")
    seen.sees(way.starts("refusal.date.no_such_day"))
    seen.shot(f"{language}-refused")
    seen.types("05.01.1960")
    seen.sees(asks(language, "district"))
    seen.shot(f"{language}-district")
    seen.taps(option(language, "district", "qyzylzhar"))
    seen.sees(asks(language, "phone"))
    seen.shot(f"{language}-phone")
    seen.presses(way.label("form.send_phone"))
    expect(seen.buttons(way.label("form.publish_no"))).to_be_visible()
    seen.shot(f"{language}-publish")
    seen.taps(way.label("form.publish_no"))
    seen.sees(option(language, "district", "qyzylzhar"))
    seen.sees(NAME)
    seen.shot(f"{language}-summary")
    seen.taps(way.label("form.submit"))
    receipt = seen.messages.filter(has_text=way.starts("form.receipt")).last
    expect(receipt).to_be_visible()
    expect(receipt).to_contain_text(way.number)
    expect(seen.messages.filter(has_text=way.starts("form.receipt"))).to_have_count(1)
    seen.is_whole()
    seen.shot(f"{language}-receipt")


@pytest.mark.timeout(120)
def test_the_way_of_a_newcomer_and_what_the_second_start_finds(demo: Demo, browser: Browser) -> None:
    with demo.running() as address, phone(browser, address) as seen:
        for way in WAYS:
            seen.be(way.person)
            seen.shot(f"{way.language}-empty")
            seen.start()
            expect(seen.buttons(way.label("language.own_name"))).to_be_visible()
            seen.shot(f"{way.language}-language")
            seen.taps(way.label("language.own_name"))
            seen.sees(way.starts("menu.text"))
            seen.shot(f"{way.language}-menu")
            _follow_the_guide(seen, way)
            _apply(seen, way)
        left = _chat(seen)
    with demo.running() as address, phone(browser, address) as seen:
        seen.be(NINA)
        expect(seen.page.get_by_test_id("message")).to_have_count(len(left))
        assert _chat(seen) == left
        # The bot knows them too, not only the page.
        seen.types("/status")
        seen.sees(WAYS[1].starts("applications.text"))
        seen.sees("EU-0002")
        seen.shot("ru-status")
        _move_the_clock(seen)


def _chat(seen: Phone) -> list[str]:
    """What the chat shows, with the hour and the buttons of each message."""
    return [one.inner_text() for one in seen.page.get_by_test_id("message").all()]


def _move_the_clock(seen: Phone) -> None:
    """The page's clock is the bot's: past the deadline, the application can be changed no more."""
    page = seen.page
    before = page.get_by_test_id("clock-time").inner_text()
    page.locator("#clock-face").click()
    seen.shot("clock")
    page.get_by_test_id("clock-hour").click()
    expect(page.get_by_test_id("clock-time")).not_to_have_text(before)
    page.get_by_test_id("clock-to").fill("2030-01-01T12:00")
    page.get_by_test_id("clock-go").click()
    expect(page.get_by_test_id("clock-time")).to_have_text("12:00")
    page.locator("#clock-face").click()
    seen.types("/contests")
    seen.sees(WAYS[1].starts("contests.text"))
    seen.taps(CONTEST.title["ru"])
    seen.sees(label("ru", "contest.closed").partition("{")[0].strip())
    expect(seen.buttons(label("ru", "contest.apply"))).to_have_count(0)
    seen.shot("ru-closed")
