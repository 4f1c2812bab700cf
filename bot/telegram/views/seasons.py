"""A contest as a whole for its organisers: places, the release of the results, the journal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from aiogram.types import InlineKeyboardButton

from bot.domain.applications import number_shown
from bot.domain.contests import Contest, Place
from bot.services.seasons import Holder, Line, Preview, Season
from bot.telegram.buttons import ReviewTap, SeasonTap
from bot.telegram.screens import Screen
from bot.telegram.views.keyboards import Row, keyboard, tap
from bot.telegram.views.pages import joined
from bot.words import Words

LABEL_LIMIT = 60
MOST_SHOWN = 40
"""Names that one screen shows: each is a line and a button."""
JOURNAL_LIMIT = 3000
"""Signs of the journal's lines."""


def places(words: Words, found: Season, having: Sequence[Holder], note: str = "") -> Screen:
    """Each place with who has it; a place is chosen to be given, or taken back."""
    contest, language = found.contest, words.language
    parts, rows = [], list[Row]()
    is_open = found.stored.released_at is None
    shown = having[:MOST_SHOWN]
    for place in contest.places:
        parts.append(_place(words, place, [one for one in having if one.place == place.id], shown))
        if is_open:
            rows.append([act(contest, place.label[language], "place", f"{place.id}.0")])
            rows += [[_clear(words, contest, one)] for one in shown if one.place == place.id]
    if is_open:
        # A place that an editor took out of the file can still be taken back.
        rows += [[_clear(words, contest, one)] for one in shown if contest.place(one.place) is None]
    head = words("season.places_of", contest=contest.title[language])
    hint = words("season.places_pending") if is_open else ""
    if not contest.places:
        hint = words("season.no_places")
    return Screen(joined(note, head, *parts, hint), keyboard([*rows, back(words, contest)], words))


def _place(words: Words, place: Place, having: Sequence[Holder], shown: Sequence[Holder]) -> str:
    lines = [f"<b>{words.html(place.label[words.language])}</b> ({len(having)}/{place.count})"]
    listed = [one for one in having if one in shown]
    for one in listed:
        state = "" if one.state in ("admitted", "placed") else f" – {words.label(f'state.{one.state}')}"
        lines.append(words.html(f"{one.number} {one.name}{state}"))
    if len(listed) < len(having):
        lines.append(words("season.more", count=len(having) - len(listed)))
    return "\n".join(lines if having else [*lines, "–"])


def _clear(words: Words, contest: Contest, one: Holder) -> InlineKeyboardButton:
    label = words.label("season.clear_place", who=f"{one.number} {one.name}")
    return act(contest, label[:LABEL_LIMIT], "clear", str(one.application_id))


def choose(words: Words, found: Season, place: Place, page: Sequence[Holder], more: bool) -> Screen:
    """Admitted applications, one of which gets the place; its number can be typed as well."""
    contest, language = found.contest, words.language
    rows: list[Row] = []
    for one in page:
        other = contest.place(one.place)
        label = f"{one.number} {one.name}" + (f" · {other.label[language]}" if other else "")
        rows.append([act(contest, label[:LABEL_LIMIT], "set", f"{place.id}.{one.application_id}")])
    if more:
        rows.append([act(contest, words.label("button.next"), "place", f"{place.id}.{page[-1].application_id}")])
    rows.append([act(contest, words.label("button.back"), "places")])
    key = "season.choose" if page else "season.nobody_admitted"
    return Screen(words(key, place=place.label[language]), keyboard(rows, words))


def release(words: Words, seen: Preview, now: datetime, note: str = "") -> Screen:
    """What a release would do, and the ways to it: now, at the announced moment, at another; or to cancel one."""
    found = seen.season
    contest, tz = found.contest, found.contest.tz
    closes, results = found.moments["applications_close"], found.moments["results"]
    lines = [
        words("season.release_place", place=place.label[words.language], count=count) for place, count in seen.places
    ]
    lines.append(words("season.release_without", count=seen.without))
    told = words("season.release_told", applicants=seen.applicants, followers=seen.followers)
    warnings = []
    if now <= closes:
        warnings.append(words("season.release_open", closes=words.moment(closes, tz)))
    elif seen.undecided:
        warnings.append(words("season.release_undecided", count=seen.undecided))
    rows: list[Row] = []
    if not warnings:
        rows.append([act(contest, words.label("season.release_now"), "now", seen.seal, style="danger")])
    if found.stored.release_at is not None:
        warnings.append(words("season.release_at", at=words.moment(found.stored.release_at, tz)))
        rows.append([act(contest, words.label("season.release_cancel"), "cancel")])
    if results > now and results > closes and found.stored.release_at != results:
        label = words.label("season.release_results", at=short(results, contest))
        rows.append([act(contest, label, "results")])
    rows.append([act(contest, words.label("season.release_other"), "at")])
    head = words("season.release_of", contest=contest.title[words.language])
    return Screen(joined(note, head, "\n".join(lines), told, *warnings), keyboard([*rows, back(words, contest)], words))


def released(words: Words, contest: Contest) -> Screen:
    """Says that the results are released, and that everyone is being told."""
    return Screen(words("season.released"), keyboard([back(words, contest)], words))


def ask_release(words: Words, found: Season) -> Screen:
    """Asks for the moment of the release."""
    rows = [[act(found.contest, words.label("button.back"), "release")]]
    return Screen(words("season.release_when", zone=words.zone_name(found.contest.tz)), keyboard(rows, words))


def journal(words: Words, found: Season, lines: Sequence[Line]) -> Screen:
    """Who did what to the contest, and when: the newest lines, as many as fit."""
    shown: list[str] = []
    for line in reversed(lines):
        text = _line(words, found.contest, line)
        if sum(map(len, shown)) + len(text) > JOURNAL_LIMIT:
            break
        shown.insert(0, text)
    head = words("season.journal_of", contest=found.contest.title[words.language])
    text = joined(head, *(shown or [words("season.journal_empty")]))
    return Screen(text, keyboard([back(words, found.contest)], words))


def _line(words: Words, contest: Contest, line: Line) -> str:
    who = line.who or "–"
    when = words.html(words.moment(line.at, contest.tz))
    return f"<b>{when}</b>\n{words.html(who)}: {_did(words, contest, line)}"


def _did(words: Words, contest: Contest, line: Line) -> str:
    match line.act:
        case "date_moved":
            changed = [
                words.html(change(words, contest, name, *(datetime.fromisoformat(moment) for moment in pair)))
                for name, pair in line.detail["moved"].items()
            ]
            return "\n".join([words("season.did.date_moved"), *changed])
        case "release_set":
            at = datetime.fromisoformat(line.detail["at"])
            return words("season.did.release_set", at=words.moment(at, contest.tz))
        case "release_cancelled":
            return words("season.did.release_cancelled")
        case "release_held":
            return words("season.did.release_held", count=line.detail["count"])
        case "released":
            placed, without = line.detail["placed"], line.detail["not_placed"]
            return words("season.did.released", placed=placed, without=without)
        case "table_taken":
            return words("season.did.table_taken")
        case "files_taken":
            number = number_shown(contest.prefix, line.detail["number"]) or words.label("files.all")
            return words("season.did.files_taken", what=number, parts=line.detail["parts"])
    return words.html(line.act)


def change(words: Words, contest: Contest, name: str, old: datetime, new: datetime) -> str:
    """A date with its old and its new moment, in one line."""
    return f"{moment_name(words, contest, name)}: {short(old, contest)} → {short(new, contest)}"


def moment_name(words: Words, contest: Contest, name: str) -> str:
    """What a named moment is called; the end of a period says so."""
    label = contest.label(name)
    if label is None:
        return name
    is_end = name not in {entry.id for entry in contest.dates}
    return words.label("season.end_of", event=label[words.language]) if is_end else label[words.language]


def short(moment: datetime, contest: Contest) -> str:
    """A moment in the contest's zone, as it is typed: 10.09.2027 18:00."""
    return moment.astimezone(contest.tz).strftime("%d.%m.%Y %H:%M")


def act(contest: Contest, label: str, name: str, value: str = "", style: str | None = None) -> InlineKeyboardButton:
    """A button of these screens."""
    return tap(label, SeasonTap(contest=contest.id, act=name, value=value).pack(), style=style)


def back(words: Words, contest: Contest) -> Row:
    """The way to the contest's dashboard."""
    return [tap(words.label("button.back"), ReviewTap(act="open", contest=contest.id).pack())]
