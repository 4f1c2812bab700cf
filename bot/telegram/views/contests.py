"""A contest as a citizen reads it."""

from __future__ import annotations

from datetime import datetime

from aiogram.types import InlineKeyboardMarkup

from bot.domain.contests import Contest
from bot.domain.guides import Guide
from bot.services.contests import Announced
from bot.telegram.buttons import ContestTap
from bot.telegram.screens import Screen
from bot.telegram.views.keyboards import Row, keyboard, tap
from bot.words import Words


def overview(words: Words, announced: Announced, now: datetime) -> Screen:
    """What it is, until when one can apply, and the ways on."""
    contest, language = announced.contest, words.language
    text = "\n\n".join(
        [
            f"<b>{words.html(contest.title[language])}</b>",
            contest.summary[language],
            words("contest.organiser", organiser=contest.organiser[language]),
            _applications(words, announced, now),
        ]
    )
    rows: list[Row] = []
    if announced.is_open(now):
        rows.append([tap(words.label("contest.apply"), _data(contest, "apply"), style="primary")])
    if announced.is_released:
        rows.append([tap(words.label("contest.results"), _data(contest, "results"), style="primary")])
    rows.append([tap(words.label("contest.about"), _data(contest, "more"))])
    rows.append([tap(words.label("contest.dates"), _data(contest, "dates"))])
    follow = "unfollow" if announced.followed else "follow"
    rows.append([tap(words.label(f"contest.{follow}"), _data(contest, follow))])
    return Screen(text, keyboard(rows, words))


def about(words: Words, announced: Announced, guides: list[Guide]) -> Screen:
    """The parts of the contest's page, and the guides that help to prepare."""
    contest, language = announced.contest, words.language
    rows: list[Row] = [[tap(part.title[language], _data(contest, part.id))] for part in contest.sections]
    rows += [[tap(f"📖 {guide.title[language]}", _data(contest, f"guide.{guide.id}"))] for guide in guides]
    rows.append([tap(words.label("contest.back"), _data(contest, "open"))])
    text = f"<b>{words.html(contest.title[language])}</b>\n\n{words('contest.about_text')}"
    return Screen(text, keyboard(rows, words))


def section(words: Words, announced: Announced, section_id: str) -> Screen | None:
    """A part of the contest's page; None for one that is not there (any more)."""
    contest, language = announced.contest, words.language
    part = next((part for part in contest.sections if part.id == section_id), None)
    if part is None:
        return None
    return Screen(f"<b>{words.html(part.title[language])}</b>\n\n{part.text[language]}", _back(words, contest, "more"))


def dates(words: Words, announced: Announced) -> Screen:
    """When what happens, in the order of time."""
    contest = announced.contest
    lines = []
    known = [entry for entry in contest.dates if entry.id in announced.moments]
    for entry in sorted(known, key=lambda entry: announced.moments[entry.id]):
        start, end = announced.moments[entry.id], announced.moments.get(f"{entry.id}_end")
        when = words.moment(start, contest.tz)
        if end:
            when = f"{when} – {words.moment(end, contest.tz)}"
        lines.append(f"<b>{words.html(entry.label[words.language])}</b>\n{words.html(when)}")
    text = "\n\n".join([f"<b>{words.html(words.label('contest.dates'))}</b>", *lines])
    return Screen(text, _back(words, contest, "open"))


def consent(words: Words, contest: Contest, wording: str, version: str) -> Screen:
    """The consent before the first question, with the two answers; "agree" names what was read."""
    text = "\n\n".join([words("consent.title", contest=contest.title[words.language]), wording])
    rows = [
        [tap(words.label("consent.agree"), _data(contest, f"agree.{version}.{words.language}"), style="success")],
        [tap(words.label("consent.disagree"), _data(contest, "open"))],
    ]
    return Screen(text, keyboard(rows, words))


def _applications(words: Words, announced: Announced, now: datetime) -> str:
    opens, closes = announced.moments["applications_open"], announced.moments["applications_close"]
    zone = announced.contest.tz
    if now < opens:
        return words("contest.opens", opens=words.moment(opens, zone))
    if now > closes:
        return words("contest.closed", closes=words.moment(closes, zone))
    return words("contest.open", closes=words.moment(closes, zone))


def _back(words: Words, contest: Contest, back: str) -> InlineKeyboardMarkup:
    return keyboard([[tap(words.label("button.back"), _data(contest, back))]], words)


def _data(contest: Contest, act: str) -> str:
    return ContestTap(contest=contest.id, act=act).pack()
