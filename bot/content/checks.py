"""What a schema cannot say of a content file: the graph of a guide, both languages, every limit of Telegram."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path

from pydantic import BaseModel

from bot.domain.base import Text
from bot.domain.contests import Contest
from bot.domain.guides import Button, Choice, Guide, Step
from bot.domain.markup import Fault, FaultKind, fault, is_https, length, visible
from bot.domain.moments import Calendar, offset

SCREEN_LIMIT = 3000
"""Signs of text: a screen adds its head and foot to it, and Telegram takes 4,096."""
TOGETHER_LIMIT = 3300
"""Signs of all texts that stand on one screen together."""
REASON_LIMIT = 600
"""Signs of a reason: some of them stand on one screen, in the list of a person's applications."""
BUTTONS_LIMIT = 20
"""Choices and buttons of one step: Telegram takes 100 in 10 KB, and nobody looks through so many on a phone."""
LIMITS = {"label": 64, "title": 64, "example": 64, "copy_text": 256}
CAPTION_LIMIT = 700
"""Signs of all texts of a step with a picture: they stand in its caption, which has 1,024 with head and foot."""
PICTURE_BYTES = 10 * 1024 * 1024
PICTURE_SIDES = 10_000
PICTURE_RATIO = 20
PLAIN = frozenset({"label", "title", "example", "copy_text", "keywords", "name", "picture"})
"""Texts that stand where no formatting is possible."""
_PLACEHOLDER = re.compile(r"\{\w*\}")


def guide_faults(
    guide: Guide, languages: Collection[str], guides: Mapping[str, Guide], pictures: Path
) -> Iterator[str]:
    """The faults of one guide, each naming its step and field; `pictures` is the folder of its pictures."""
    yield from _text_faults(guide, languages)
    for step in guide.steps:
        for place, target in _targets(step):
            if guide.step(target) is None:
                yield f"steps.{step.id}.{place}: there is no step {target!r}"
        for button in step.buttons:
            if button.url is not None:
                yield from _address_faults(f"steps.{step.id}.buttons", button.url)
            if button.guide is not None and button.guide not in guides:
                yield f"steps.{step.id}.buttons: there is no guide {button.guide!r}"
            elif button.guide and button.step and guides[button.guide].step(button.step) is None:
                yield f"steps.{step.id}.buttons: there is no step {button.step!r} in the guide {button.guide!r}"
        if step.source and step.source.url:
            yield from _address_faults(f"steps.{step.id}.source", step.source.url)
        yield from _question_faults(step, languages)
        for choice in step.choices:
            yield from _callback_faults(f"choices.{choice.id}", guide, step, f".{choice.id}")
        targets = [button.guide for button in step.buttons if button.guide]
        for target in sorted(set(targets)):
            yield from _callback_faults("buttons", guide, step, f">{target}")
            if targets.count(target) > 1:
                yield f"steps.{step.id}.buttons: two buttons lead into the guide {target!r}"
        parts = [step.text, step.note, guide.source_of(step).name]
        limit = CAPTION_LIMIT if step.picture else TOGETHER_LIMIT
        yield from _together_faults(f"steps.{step.id}", parts, languages, limit)
        for language, name in step.picture.root.items() if step.picture else ():
            yield from _picture_faults(f"steps.{step.id}.picture.{language}", pictures, name)
    if guide.source.url:
        yield from _address_faults("source", guide.source.url)
    yield from _reach_faults(guide)
    yield from _device_faults(guide)


def future_faults(guide: Guide, today: date) -> Iterator[str]:
    """The days of a guide on which nobody can have checked its facts yet. `today` is the day where the editors are."""
    places = [("verified", guide.verified)]
    places += [(f"steps.{step.id}.verified", step.verified) for step in guide.steps if step.verified]
    for place, day in places:
        if day > today:
            yield f"{place}: {day} is still to come: write the day on which the facts were checked"


def contest_faults(
    contest: Contest, languages: Collection[str], guide_ids: Collection[str], calendar: Calendar
) -> Iterator[str]:
    """The faults of one contest, each naming its field."""
    yield from _text_faults(contest, languages)
    for guide_id in contest.guides:
        if guide_id not in guide_ids:
            yield f"guides: there is no guide {guide_id!r}"
    for field in contest.fields:
        if field.guide is not None and field.guide not in guide_ids:
            yield f"fields.{field.id}.guide: there is no guide {field.guide!r}"
        if field.guide is not None and field.kind == "phone":
            yield f"fields.{field.id}.guide: a question for the phone number shows no such button"
    for text in contest.reminders:
        if [offset(other) for other in contest.reminders].count(offset(text)) > 1:
            yield f"reminders: {text!r} is named twice"
    yield from _reason_faults(contest, languages)
    consent = contest.consent
    parts: list[Text | None] = [consent.purpose, consent.third_parties, consent.cross_border, consent.publication]
    yield from _together_faults("consent", parts, languages)
    try:
        contest.moments(calendar)
    except ValueError as error:
        yield str(error)


def _reason_faults(contest: Contest, languages: Collection[str]) -> Iterator[str]:
    """A reason stands in one message with an organiser's own words, and in the list of applications."""
    for reason in contest.reasons:
        if not reason.acts:
            yield f"reasons.{reason.id}.acts: name return, decline, or both"
        for language in languages:
            signs = length(reason.text.root.get(language, ""))
            if signs > REASON_LIMIT:
                yield f"reasons.{reason.id}.text.{language}: {signs} signs, at most {REASON_LIMIT}"


def _together_faults(
    place: str, texts: list[Text | None], languages: Collection[str], limit: int = TOGETHER_LIMIT
) -> Iterator[str]:
    for language in languages:
        signs = sum(length(text.root.get(language, "")) for text in texts if text)
        if signs > limit:
            yield f"{place}: {signs} signs together in {language}, at most {limit} fit on one screen"


def _picture_faults(place: str, pictures: Path, name: str) -> Iterator[str]:
    """What Telegram would refuse of a photo."""
    from PIL import Image, UnidentifiedImageError  # imported on use: few guides have pictures

    path = pictures / name
    if path.parent != pictures or not path.is_file():
        yield f"{place}: there is no file {name!r} in {pictures}"
        return
    try:
        with Image.open(path) as image:
            kind, (width, height) = image.format, image.size
    except (UnidentifiedImageError, OSError):
        yield f"{place}: {name!r} is no picture"
        return
    if kind not in ("PNG", "JPEG"):
        yield f"{place}: {name!r} is {kind}, expected PNG or JPEG"
    if path.stat().st_size > PICTURE_BYTES:
        yield f"{place}: {name!r} has more than {PICTURE_BYTES // 1024 // 1024} MB"
    if width + height > PICTURE_SIDES or max(width, height) > PICTURE_RATIO * min(width, height):
        yield f"{place}: {name!r} is {width} x {height}: too large or too narrow for Telegram"


def _targets(step: Step) -> Iterator[tuple[str, str]]:
    if step.next:
        yield "next", step.next
    for choice in step.choices:
        yield f"choices.{choice.id}.next", choice.next


def _question_faults(step: Step, languages: Collection[str]) -> Iterator[str]:
    """What a person is offered at a step: a real choice, not too many, each known by its own words."""
    if "choices" in step.model_fields_set and len(step.choices) < 2:
        yield f"steps.{step.id}.choices: a question has at least two choices; a step that only leads on has next"
    offered: list[Choice | Button] = [*step.choices, *step.buttons]
    if len(offered) > BUTTONS_LIMIT:
        yield f"steps.{step.id}: {len(offered)} choices and buttons, at most {BUTTONS_LIMIT}"
    for language in languages:
        labels = [one.label.root.get(language) for one in offered]
        for label in sorted({label for label in labels if label and labels.count(label) > 1}):
            yield f"steps.{step.id}: two buttons say {label!r} in {language}"


def _callback_faults(place: str, guide: Guide, step: Step, act: str) -> Iterator[str]:
    data = f"g1:{guide.id}:{step.id}:{act}"
    if len(data.encode()) > 64:
        yield f"steps.{step.id}.{place}: the ids are too long together for a button (64 bytes)"


def _address_faults(place: str, address: str) -> Iterator[str]:
    if not is_https(address):
        yield f"{place}: {address!r}: expected an https address"


def _reach_faults(guide: Guide) -> Iterator[str]:
    reached, ends = _closure(guide, guide.first)
    if not ends:
        yield f"steps.{guide.first.id}: no end can be reached"
    for step in guide.steps:
        if step.id not in reached:
            yield f"steps.{step.id}: no step leads here"
        elif not _closure(guide, step)[1]:
            yield f"steps.{step.id}: a loop without a way out"


def _closure(guide: Guide, start: Step) -> tuple[set[str], bool]:
    """The ids that can be reached from a step, and whether an end is among them."""
    reached, waiting, ends = {start.id}, [start], False
    while waiting:
        step = waiting.pop()
        ends = ends or not step.targets()
        for target in step.targets():
            following = guide.step(target)
            if following is not None and target not in reached:
                reached.add(target)
                waiting.append(following)
    return reached, ends


def _device_faults(guide: Guide) -> Iterator[str]:
    """A step that needs a device must only be met by who said that they have it in hand."""
    waiting: list[tuple[Step, str | None]] = [(guide.first, None)]
    seen = {(guide.first.id, None)}
    while waiting:
        step, device = waiting.pop()
        if step.device and step.device != device:
            yield f"steps.{step.id}.device: can be reached without the choice of a {step.device}"
        ways = [(choice.next, choice.device or device) for choice in step.choices]
        ways += [(step.next, device)] if step.next else []
        for target, then in ways:
            following = guide.step(target)
            if following is not None and (target, then) not in seen:
                seen.add((target, then))  # type: ignore[arg-type]
                waiting.append((following, then))


def _text_faults(item: BaseModel, languages: Collection[str]) -> Iterator[str]:
    for place, text in _texts(item, ""):
        missing = [language for language in languages if language not in text.languages]
        unknown = [language for language in text.languages if language not in languages]
        if missing:
            yield f"{place}: the text is missing in: {', '.join(missing)}"
        if unknown:
            yield f"{place}: {', '.join(unknown)}: not a language of config.toml"
        for language in text.languages:
            yield from _wording_faults(f"{place}.{language}", place.rsplit(".", 1)[-1], text[language])


def _wording_faults(place: str, kind: str, wording: str) -> Iterator[str]:
    limit = LIMITS.get(kind, SCREEN_LIMIT)
    if length(wording) > limit:
        yield f"{place}: {length(wording)} signs, at most {limit}"
    if left := _PLACEHOLDER.search(wording):
        yield f"{place}: nothing is put in for {left[0]}: write the words themselves"
    if kind in PLAIN:
        return
    found = fault(wording)
    if found:
        yield f"{place}: {_said(found)}"
    elif not visible(wording).strip():
        yield f"{place}: there is nothing to read in it"


_SENTENCES: dict[FaultKind, str] = {
    "unknown": "{} is not a tag that Telegram knows",
    "attributes": "write {} without anything else in it",
    "address": "href: {!r}: expected an https address",
    "link": 'a link is written <a href="https://…">',
    "unopened": "{} closes nothing",
    "unclosed": "{} is not closed",
    "escape": "write &lt; and &amp; for < and &",
    "entity": "{} is not known to Telegram",
    "other": "Telegram knows no {}",
}


def _said(found: Fault) -> str:
    return _SENTENCES[found.kind].format(found.what)


def _texts(item: object, place: str) -> Iterator[tuple[str, Text]]:
    """Every text below a model, with its place: steps.device.choices.phone.label."""
    if isinstance(item, Text):
        yield place, item
    elif isinstance(item, BaseModel):
        for name in type(item).model_fields:
            yield from _texts(getattr(item, name), f"{place}.{name}".lstrip("."))
    elif isinstance(item, tuple):
        for number, part in enumerate(item, 1):
            yield from _texts(part, f"{place}.{getattr(part, 'id', number)}")
