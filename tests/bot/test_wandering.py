"""Several people at once, who tap, type, go back, start again and change the language, while the bot restarts.

Whatever they do: there is a next thing to tap, nothing fails, and everyone stands where they themselves went.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.clock import Clock
from bot.domain.guides import Button, Guide, Step, length_ahead, path
from bot.local_telegram import LocalTelegram, Message
from tests.bot.conftest import TODAY
from tests.bot.journeys import LANGUAGES, label, said
from tests.bot.test_every_guide import plain
from tests.bot.test_guides import place
from tests.house import Citizen, House, running
from tests.services.rooms import library

GUIDES = library().guides
PEOPLE = (1, 2, 3)
WORDS = ("эцп", "код не приходит", "порталга тиркелу", "Қорғаншылық", "щщщщ", "спасибо", "?")
A_PLACE = re.compile(r"^Шаг \d+ из \d+$|^\d+-қадам, барлығы \d+$", re.MULTILINE)
LEFT_OUT = {label(language, "settings.my_data") for language in LANGUAGES}
"""What nobody taps here: a file comes after it in its own time, below the screen."""
AT = "@"
CONTEST = ("contest", "")
"""Where they came from into a guide, where that was no other guide."""


@dataclass
class Somebody:
    """A person, and where they must be by what they did."""

    citizen: Citizen
    language: str = "ru"
    runs: dict[str, dict[str, str]] = field(default_factory=dict)
    came: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By guide, from which other guide and step they came into it; or from the CONTEST."""
    at: str | None = None
    """The guide whose step is on their screen."""
    is_gone: bool = False
    """Whether they had everything about them erased."""

    def step(self, guide: Guide) -> Step:
        """The step at which they must stand in the guide."""
        return self._trail(guide)[-1]

    def place(self, guide: Guide) -> tuple[int, int]:
        """The number of that step, and of how many."""
        trail = self._trail(guide)
        return len(trail), len(trail) + length_ahead(guide, trail[-1], self._run(guide))

    def goes(self, guide: Guide, name: str) -> bool:
        """Notes what a button of the guide's own does; False where it is none of them."""
        step, trail, run = self.step(guide), self._trail(guide), self._run(guide)
        choice = next((one for one in step.choices if one.label[self.language] == name), None)
        if choice:
            run.update({step.id: choice.id, AT: choice.next})
        elif name == label(self.language, "button.next") and step.next:
            run[AT] = step.next
        elif name == label(self.language, "button.back") and len(trail) > 1:
            run[AT] = trail[-2].id
        elif name == label(self.language, "guide.restart"):
            run.clear()
        else:
            return False
        return True

    def opens(self, guide: str, came: tuple[str, str] | None) -> None:
        """Notes that they enter a guide, and from where; None: from nowhere that they want back to."""
        self.came.pop(guide, None)
        if came:
            self.came[guide] = came

    def is_led(self, guide: Guide, button: Button) -> str:
        """Notes that a button leads into another guide: to the step it names, or where they stopped. Gives its id."""
        other, origin = button.guide or "", self.came.get(guide.id)
        # Who came from there is not sent to and fro for ever: it is as if they had never left it.
        self.opens(other, self.came.get(other) if origin and origin[0] == other else (guide.id, self.step(guide).id))
        if button.step:
            self._run(GUIDES[other])[AT] = button.step
        return other

    def comes_back(self, guide: Guide) -> str:
        """Notes that they go back to the guide and step from which they came. Gives that guide's id."""
        before, step = self.came[guide.id]
        self._run(GUIDES[before])[AT] = step
        return before

    def ways_back(self, guide: Guide) -> dict[str, bool]:
        """Which way back the screen offers, by the key of its label."""
        came = self.came.get(guide.id)
        is_contest = came == CONTEST
        return {"guide.back_to.contest": is_contest, "guide.back_to.guide": came is not None and not is_contest}

    def _run(self, guide: Guide) -> dict[str, str]:
        return self.runs.setdefault(guide.id, {})

    def _trail(self, guide: Guide) -> list[Step]:
        run = self._run(guide)
        return path(guide, run, run.get(AT, guide.first.id))


ANYWHERE = "anywhere"
"""A button that is none of the guides': it may lead to their own place in a guide, or to no guide."""


class Wandering(RuleBasedStateMachine):
    """The running bot and its people; what each of them must see is kept beside it."""

    def __init__(self, template: Path, folder: Path) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._folder = Path(tempfile.mkdtemp(dir=folder))
        shutil.copy(template, self._folder / "bot.sqlite3")
        self._clock = Clock(TODAY - Clock().now())
        self._telegram = LocalTelegram(clock=self._clock.now, on_clock_move=self._clock.move, username="test_bot")
        self._bot = AsyncExitStack()
        self._people: dict[int, Somebody] = {}
        self._runner.run(self._telegram.start())
        self._house = self._runner.run(self._opened())

    async def _opened(self) -> House:
        return await self._bot.enter_async_context(running(self._folder, self._telegram, self._clock))

    def teardown(self) -> None:
        self._runner.run(self._ends())
        self._runner.close()

    async def _ends(self) -> None:
        try:
            await self._telegram.settled()
            assert [tap.data for tap in await self._telegram.answers() if not tap.answered] == []
        finally:
            await self._bot.aclose()
            await self._telegram.stop()

    @initialize(languages=st.tuples(*(st.sampled_from(LANGUAGES) for _ in PEOPLE)), seed=st.integers(0, 2**32))
    def everyone_comes(self, languages: tuple[str, ...], seed: int) -> None:
        # Hypothesis loves the first of several: people would go to and fro at the first step of the first guide.
        self._chance = Random(seed)

        async def come() -> None:
            for number, language in zip(PEOPLE, languages, strict=True):
                citizen = await self._house.citizen(number, f"Человек {number}", language)
                self._people[number] = Somebody(citizen, language)
                await self._begins(self._people[number])

        self._runner.run(come())

    @rule(number=st.sampled_from(PEOPLE))
    def taps(self, number: int) -> None:
        """Any button of the newest screen."""
        self._runner.run(self._all_tap([number]))

    @rule()
    def all_tap_at_once(self) -> None:
        self._runner.run(self._all_tap(PEOPLE))

    @rule(number=st.sampled_from(PEOPLE), steps=st.integers(2, 8))
    def goes_on(self, number: int, steps: int) -> None:
        """Some steps ahead in a guide: what most people do."""

        async def goes(somebody: Somebody) -> None:
            if somebody.at is None:
                await self._opens(somebody, self._chance.choice(sorted(GUIDES)))
            for _ in range(steps):
                await self._all_tap([number], only_on=True)

        self._does(number, goes)

    @rule(number=st.sampled_from(PEOPLE), guide=st.sampled_from(sorted(GUIDES)))
    def opens_a_guide_by_its_link(self, number: int, guide: str) -> None:
        async def opens(somebody: Somebody) -> None:
            await somebody.citizen.start(f"g_{guide}")
            somebody.opens(guide, None)
            await self._stands(somebody, guide)

        self._does(number, opens)

    @rule(number=st.sampled_from(PEOPLE), words=st.sampled_from(WORDS))
    def types(self, number: int, words: str) -> None:
        async def types(somebody: Somebody) -> None:
            await somebody.citizen.says(words)
            await self._stands(somebody, None)

        self._does(number, types)

    @rule(number=st.sampled_from(PEOPLE), language=st.sampled_from(LANGUAGES))
    def changes_the_language(self, number: int, language: str) -> None:
        async def changes(somebody: Somebody) -> None:
            await somebody.citizen.says("/language")
            await somebody.citizen.taps(label(language, "language.own_name"))
            somebody.language = language
            await self._stands(somebody, somebody.at or ANYWHERE)

        self._does(number, changes)

    @rule(waits=st.sets(st.sampled_from(PEOPLE)))
    def the_bot_restarts(self, waits: set[int]) -> None:
        """On the same database; taps in the meantime wait for it."""

        async def restart() -> None:
            await self._bot.aclose()
            taps = await self._chosen(sorted(waits))
            for number, name in taps.items():
                await self._telegram.tap(number, name)
            self._house = await self._opened()
            await self._follow(taps)

        self._runner.run(restart())

    @precondition(lambda self: any(one.is_gone for one in self._people.values()))
    @rule()
    def who_was_erased_comes_anew(self) -> None:
        async def come() -> None:
            for somebody in self._people.values():
                if somebody.is_gone:
                    await self._begins(somebody)

        self._runner.run(come())

    @invariant()
    def everyone_has_their_own_screen(self) -> None:
        """Also those who did nothing."""

        async def look() -> None:
            for somebody in self._people.values():
                if not somebody.is_gone:
                    await self._stands(somebody, somebody.at)

        self._runner.run(look())

    def _does(self, number: int, act: Callable[[Somebody], Coroutine[None, None, None]]) -> None:
        if not self._people[number].is_gone:
            self._runner.run(act(self._people[number]))

    async def _begins(self, somebody: Somebody) -> None:
        await somebody.citizen.start()
        await somebody.citizen.taps(label(somebody.language, "language.own_name"))
        somebody.is_gone, somebody.runs, somebody.came = False, {}, {}
        await self._stands(somebody, None)

    async def _opens(self, somebody: Somebody, guide: str) -> None:
        await somebody.citizen.says("/guides")
        await somebody.citizen.taps(GUIDES[guide].title[somebody.language])
        somebody.opens(guide, None)
        await self._stands(somebody, guide)

    async def _all_tap(self, numbers: Sequence[int], only_on: bool = False) -> None:
        taps = await self._chosen(numbers, only_on)
        await asyncio.gather(*(self._telegram.tap(number, name) for number, name in taps.items()))
        await self._follow(taps)

    async def _chosen(self, numbers: Sequence[int], only_on: bool = False) -> dict[int, str]:
        """The label that each person taps; none where nothing is left of them."""
        taps = {}
        for number in numbers:
            somebody = self._people[number]
            if not somebody.is_gone:
                ahead = _ahead(somebody, GUIDES[somebody.at]) if somebody.at else []
                names = ahead if only_on and ahead else [*_taps(await self._screen(somebody)), *ahead]
                taps[number] = self._chance.choice(names)
                note(f"{number} taps {taps[number]!r}")
        return taps

    async def _follow(self, taps: dict[int, str]) -> None:
        """Notes what the taps mean, and looks whether each person sees that."""
        await self._telegram.settled()
        for number, name in taps.items():
            await self._tapped(self._people[number], name)

    async def _tapped(self, somebody: Somebody, name: str) -> None:
        language, guide = somebody.language, GUIDES.get(somebody.at or "")
        own_name = next((one for one in LANGUAGES if label(one, "language.own_name") == name), None)
        opened = next((one.id for one in GUIDES.values() if name.removeprefix("📖 ") == one.title[language]), None)
        if own_name:
            somebody.language = own_name
            await self._stands(somebody, ANYWHERE)
        elif name == label(language, "forget.yes"):
            # A card with numbers to copy may stand below the screen that says it.
            assert said(language, "forget.done") in [one.text for one in await somebody.citizen.all()]
            somebody.is_gone, somebody.at = True, None
        elif name == label(language, "button.person"):
            await self._stands(somebody, somebody.at)
        elif name == label(language, "button.menu"):
            await self._stands(somebody, None)
        elif guide and somebody.goes(guide, name):
            await self._stands(somebody, guide.id)
        elif guide and (button := _into(somebody, guide, name)):
            await self._stands(somebody, somebody.is_led(guide, button))
        elif guide and name == label(language, "guide.back_to.guide"):
            await self._stands(somebody, somebody.comes_back(guide))
        elif opened:
            # Only a contest marks its guides with a sign.
            somebody.opens(opened, CONTEST if name.startswith("📖 ") else None)
            await self._stands(somebody, opened)
        else:
            await self._stands(somebody, ANYWHERE)

    async def _stands(self, somebody: Somebody, expected: str | None) -> None:
        """The newest screen is that of the guide (None: of no guide) at the person's own place, in their language."""
        seen = await self._screen(somebody)
        await self._is_sound(somebody, seen)
        shown = next((one for one in GUIDES.values() if _shows(seen, one, somebody.language)), None)
        if expected != ANYWHERE:
            assert (shown.id if shown else None) == expected, seen.text
        somebody.at = shown.id if shown else None
        if shown:
            assert plain(somebody.step(shown).text, somebody.language) in seen.text
            assert place(seen) == somebody.place(shown)
            ways_back = somebody.ways_back(shown)
            assert {key: label(somebody.language, key) in seen.labels for key in ways_back} == ways_back

    async def _is_sound(self, somebody: Somebody, seen: Message) -> None:
        newest = await somebody.citizen.sees()
        assert newest.labels or newest.keys, newest.text
        for language in LANGUAGES:
            assert said(language, "error.text", id="").rstrip() not in newest.text
        other = next(one for one in LANGUAGES if one != somebody.language)
        assert {label(other, "button.menu"), label(other, "menu.guides")}.isdisjoint([*seen.labels, *seen.keys])

    @staticmethod
    async def _screen(somebody: Somebody) -> Message:
        """The newest message on which something leads on; a card with numbers to copy may stand below it."""
        return next(one for one in reversed(await somebody.citizen.all()) if _taps(one))


def _taps(message: Message) -> list[str]:
    """The labels of the buttons that the bot hears of."""
    buttons = [button for row in message.buttons for button in row if button.kind == "callback"]
    return [button.label for button in buttons if button.label not in LEFT_OUT]


def _ahead(somebody: Somebody, guide: Guide) -> list[str]:
    """The labels of the ways on, and into other guides."""
    step, language = somebody.step(guide), somebody.language
    on = [choice.label[language] for choice in step.choices] + ([label(language, "button.next")] if step.next else [])
    return on + [button.label[language] for button in step.buttons if button.guide]


def _into(somebody: Somebody, guide: Guide, name: str) -> Button | None:
    """The button of the person's step that leads into another guide and says this."""
    buttons = (one for one in somebody.step(guide).buttons if one.guide)
    return next((one for one in buttons if one.label[somebody.language] == name), None)


def _shows(seen: Message, guide: Guide, language: str) -> bool:
    """Whether a step of the guide is on the screen."""
    return seen.text.startswith(f"{guide.title[language]}\n") and A_PLACE.search(seen.text) is not None


@pytest.mark.timeout(120)
def test_everyone_stands_where_they_went(migrated: Path, tmp_path: Path) -> None:
    class Here(Wandering):
        def __init__(self) -> None:
            super().__init__(migrated, tmp_path)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=10,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.reuse, Phase.generate],  # making a failure shorter takes minutes
        ),
    )
