"""Every guide as people go it: every step, every choice and every button into another guide, in both languages."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import pytest

from bot.domain.base import Text
from bot.domain.guides import Button, Guide, Step
from bot.local_telegram import Message
from bot.local_telegram.entities import parse_html, utf16_length
from tests.bot.journeys import LANGUAGES, label, newcomer
from tests.bot.test_guides import is_in_place, open_guide, place
from tests.house import Citizen, House
from tests.services.rooms import library

GUIDES = library().guides


class Way(NamedTuple):
    """One way on from a step: by a choice, or by "next" where there is none."""

    start: str
    choice: str | None
    end: str


Walk = list[Way]


def ways(step: Step) -> list[Way]:
    """Every way on from a step."""
    if step.next:
        return [Way(step.id, None, step.next)]
    return [Way(step.id, choice.id, choice.next) for choice in step.choices]


def walks(guide: Guide) -> list[Walk]:
    """Every path of the guide that meets no step twice, and walks that together take the ways back."""
    found = list(_paths(guide, guide.first, []))
    taken = {way for walk in found for way in walk}
    return found + _covering(guide, [way for step in guide.steps for way in ways(step) if way not in taken])


def _paths(guide: Guide, step: Step, walk: Walk) -> Iterator[Walk]:
    """Every path from here that meets no step twice."""
    passed = {step.id, *(way.start for way in walk)}
    onward = [way for way in ways(step) if way.end not in passed]
    if not onward:
        yield walk
    for way in onward:
        following = guide.step(way.end)
        assert following
        yield from _paths(guide, following, [*walk, way])


def _covering(guide: Guide, left: list[Way]) -> list[Walk]:
    """Straight to a way that nobody took yet, and on along such ways, until none is left."""
    found = []
    while left:
        walk = [*_shortest(guide, left[0].start), left[0]]
        left = [way for way in left if way not in walk]
        while further := next((way for way in left if way.start == walk[-1].end), None):
            walk.append(further)
            left.remove(further)
        found.append(walk)
    return found


def _shortest(guide: Guide, target: str) -> Walk:
    """The shortest walk from the first step to another."""
    waiting: deque[tuple[Step, Walk]] = deque([(guide.first, [])])
    seen = {guide.first.id}
    while waiting:
        step, walk = waiting.popleft()
        if step.id == target:
            return walk
        for way in ways(step):
            following = guide.step(way.end)
            if following and way.end not in seen:
                seen.add(way.end)
                waiting.append((following, [*walk, way]))
    raise LookupError(target)


def plain(text: Text, language: str) -> str:
    """What a text looks like in the chat."""
    return parse_html(text[language])[0].strip()


@dataclass
class Walker:
    """A person who goes through one guide, and what they have met of it."""

    citizen: Citizen
    language: str
    guide: Guide
    trail: list[str]
    met: set[str] = field(default_factory=set)
    led: list[Button] = field(default_factory=list)

    async def goes(self, walk: Walk) -> None:
        """Along the walk from the first step, a tap a step."""
        if len(self.trail) > 1:
            self.trail = self.trail[:1]
            await self._stands(await self.citizen.taps(label(self.language, "guide.restart")))
        for way in walk:
            before = await self.citizen.sees()
            seen = await self.citizen.taps(self._said(way))
            assert is_in_place(before, seen)
            # A way back to a step that was passed is no step further.
            passed = self.trail.index(way.end) if way.end in self.trail else len(self.trail)
            self.trail = [*self.trail[:passed], way.end]
            await self._stands(seen)

    async def opens(self) -> None:
        """From the list of guides to where they stand in this one."""
        await self._stands(await open_guide(self.citizen, self.language, self.guide.title.root))

    async def _stands(self, seen: Message) -> None:
        """The screen is that of the step; a button into another guide is tapped where it is met first."""
        self._is_whole(seen)
        step = self._here
        if step.id in self.met:
            return
        self.met.add(step.id)
        for button in step.buttons:
            if button.guide:
                await self._is_led(button)

    def _is_whole(self, seen: Message) -> None:
        """The screen says all that the step says, in the person's language, and offers every way on."""
        step, language = self._here, self.language
        assert seen.text.startswith(f"{self.guide.title[language]}\n")
        assert plain(step.text, language) in seen.text, step.id
        assert self.guide.source_of(step).name[language] in seen.text
        assert utf16_length(seen.text) <= (1024 if step.picture else 4096)
        assert seen.kind == ("photo" if step.picture else "text")
        position, total = place(seen)
        assert position == len(self.trail)
        assert total > position if step.targets() else total == position
        wanted = [self._said(way) for way in ways(step)] + [button.label[language] for button in step.buttons]
        wanted += [label(language, "button.menu"), label(language, "button.person")]
        if position > 1:
            wanted += [label(language, "button.back"), label(language, "guide.restart")]
        assert {one: seen.labels.count(one) for one in wanted} == dict.fromkeys(wanted, 1), step.id

    async def _is_led(self, button: Button) -> None:
        """The button leads into its guide, and this one is found again where it was left."""
        other = GUIDES[button.guide or ""]
        seen = await self.citizen.taps(button.label[self.language])
        assert seen.text.startswith(f"{other.title[self.language]}\n")
        # To the step that the button names, else to where they stopped: the last one named, or the start.
        named = [one.step for one in (*self.led, button) if one.guide == button.guide and one.step]
        landed = other.step(named[-1]) if named else other.first
        assert landed
        assert plain(landed.text, self.language) in seen.text
        self.led.append(button)
        await self.opens()

    def _said(self, way: Way) -> str:
        """What the button says that leads there."""
        choice = self._here.choice(way.choice or "")
        return choice.label[self.language] if choice else label(self.language, "button.next")

    @property
    def _here(self) -> Step:
        step = self.guide.step(self.trail[-1])
        assert step
        return step


every_guide = pytest.mark.parametrize("guide", GUIDES.values(), ids=lambda guide: guide.id)


@every_guide
@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_way_is_gone_by_its_visible_labels(house: House, guide: Guide, language: str) -> None:
    walker = Walker(await newcomer(house, language), language, guide, [guide.first.id])
    await walker.opens()
    for walk in walks(guide):
        await walker.goes(walk)
    assert walker.met == {step.id for step in guide.steps}
    assert len(walker.led) == sum(button.guide is not None for step in guide.steps for button in step.buttons)


@every_guide
def test_the_walks_take_every_way(guide: Guide) -> None:
    found = walks(guide)
    assert {way for walk in found for way in walk} == {way for step in guide.steps for way in ways(step)}
    for walk in found:
        assert [way.start for way in walk] == [guide.first.id, *(way.end for way in walk)][:-1]
