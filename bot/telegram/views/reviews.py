"""What organisers see of a contest's applications: the figures, a list, one application, and the ways to decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Literal

from bot.domain.applications import PUBLISH_NAME, TRANSITIONS, Application, masked, number_shown
from bot.domain.contests import Contest, Reason
from bot.domain.fields import Field, LinkField
from bot.services.forms import LATE, YES, Form
from bot.services.guardians import PAPER
from bot.services.reviews import FOUND, LONGEST_NAME, NOTE_LIMIT, OWN_WORDS, Card, Dashboard, File, Line, Page
from bot.telegram.buttons import DecisionTap, ReviewTap, SeasonTap
from bot.telegram.screens import Screen
from bot.telegram.views.forms import fitting, why
from bot.telegram.views.keyboards import Row, keyboard, pairs, tap
from bot.telegram.views.pages import joined
from bot.words import Words

SIGNS = {
    "draft": "🟡",
    "submitted": "🟢",
    "returned": "🟠",
    "admitted": "✅",
    "not_admitted": "⛔️",
    "placed": "🏆",
    "not_placed": "⚪️",
    "withdrawn": "✖️",
}
SEASON_ACTS = ("places", "release", "dates", "journal")
LATE_SHOWN = 200
"""Signs that are shown of what was typed too late."""
LAST_LINES = 25
"""Lines of a history that fit into one message, notes included only while they are short."""
SHORT_NOTE = 80


def contests(words: Words, announced: Sequence[Contest]) -> Screen:
    """Asks whose applications are to be looked at."""
    rows = [[tap(one.title[words.language], _way("open", one.id))] for one in announced]
    return Screen(words("review.contests" if rows else "contests.none"), keyboard(rows, words))


def dashboard(words: Words, found: Dashboard) -> Screen:
    """A contest's figures, and everything that can be done with it."""
    contest, zone = found.contest, found.contest.tz
    lines = [
        words("review.count", sign=sign, state=words.label(f"state.{state}"), count=found.counts[state])
        for state, sign in SIGNS.items()
        if found.counts.get(state)
    ]
    text = joined(
        f"<b>{words.html(contest.title[words.language])}</b>",
        words(
            "review.dates",
            closes=words.moment(found.moments["applications_close"], zone),
            results=words.moment(found.moments["results"], zone),
        ),
        "\n".join(lines) or words("review.empty"),
    )
    listed = {state: count for state, count in found.counts.items() if state != "draft"}
    rows: list[Row] = [
        [tap(f"{SIGNS[state]} {words.label(f'state.{state}')} · {listed[state]}", _way("list", contest.id, state))]
        for state in SIGNS
        if state in listed
    ]
    ways = [tap(words.label("review.find"), _way("find", contest.id))]
    if listed:
        ways.insert(0, tap(words.label("review.all", count=sum(listed.values())), _way("list", contest.id)))
    rows.append(ways)
    rows += pairs(
        [tap(words.label(f"season.{act}"), SeasonTap(contest=contest.id, act=act).pack()) for act in SEASON_ACTS]
    )
    exports = (("table", "export.table"), ("files", "files.all_of_contest"))
    rows += [[tap(words.label(key), SeasonTap(contest=contest.id, act=act).pack()) for act, key in exports]]
    if found.contests > 1:
        rows.append([tap(words.label("review.other_contest"), _way("contests"))])
    return Screen(text, keyboard(rows, words))


def page(words: Words, found: Page) -> Screen:
    """A page of the list, each application a button."""
    contest = found.contest
    rows = _listed(words, found)
    ways: Row = []
    if found.newer is not None:
        ways.append(tap(words.label("review.newer"), _way("list", contest.id, found.state, found.newer)))
    if found.older is not None:
        ways.append(tap(words.label("review.older"), _way("list", contest.id, found.state, found.older)))
    rows += [ways] if ways else []
    rows.append([tap(words.label("review.to_contest"), _way("open", contest.id))])
    state = words.label(f"state.{found.state}") if found.state else words.label("review.any_state")
    head = words("review.list", contest=contest.title[words.language], state=state)
    return Screen(joined(head, "" if found.applications else words("review.empty")), keyboard(rows, words))


def find(words: Words, contest: Contest) -> Screen:
    """Asks for a number or a name."""
    rows = [[tap(words.label("review.to_contest"), _way("open", contest.id))]]
    text = words("review.find_ask", contest=contest.title[words.language], example=number_shown(contest.prefix, 42))
    return Screen(text, keyboard(rows, words))


def hits(words: Words, found: Page) -> Screen:
    """What was found, or that nothing was; the next message is looked for as well."""
    contest = found.contest
    rows = [*_listed(words, found), [tap(words.label("review.to_contest"), _way("open", contest.id))]]
    if not found.applications:
        return Screen(words("review.found_none"), keyboard(rows, words))
    more = words("review.found_more", limit=FOUND) if found.older is not None else ""
    return Screen(joined(words("review.found"), more), keyboard(rows, words))


def _listed(words: Words, found: Page) -> list[Row]:
    return [[tap(_title(words, found.contest, one), _act(one, "open"))] for one in found.applications]


def _title(words: Words, contest: Contest, one: Application) -> str:
    name = masked(contest.name_in(one.answers))[:LONGEST_NAME] or "–"
    return f"{number_shown(contest.prefix, one.number)} · {name} · {SIGNS[one.state]}"


def card(words: Words, found: Card, note: str = "") -> Screen:
    """One application, and what can be decided about it."""
    application, contest = found.form.application, found.form.contest
    answers, long = _answers(words, found.form)
    text = joined(note, _head(words, found.form), "\n".join(answers), _files_text(words, found.files))
    rows: list[Row] = [
        [tap(words.label("review.whole", label=field.label[words.language]), _act(application, "answer", field.id))]
        for field in long
    ]
    rows += [_file_row(words, found, file) for file in found.files if file.state != "refused"]
    if any(file.state == "kept" for file in found.files):
        rows.append([tap(words.label("files.all_of_application"), _act(application, "zip"))])
    rows += _decisions(words, found)
    rows.append([tap(words.label("review.history"), _act(application, "history"))])
    rows.append(
        [
            tap(words.label("review.to_list"), _way("list", contest.id, "submitted")),
            tap(words.label("review.to_contest"), _way("open", contest.id)),
        ]
    )
    return Screen(text, keyboard(rows, words))


def _head(words: Words, found: Form) -> str:
    application, contest = found.application, found.contest
    number = number_shown(contest.prefix, application.number) or "–"
    lines = [
        f"<b>{number}</b> · {SIGNS[application.state]} {words(f'state.{application.state}')}",
        words.html(contest.title[words.language]),
    ]
    if application.submitted_at:
        lines.append(words("review.sent", at=words.moment(application.submitted_at, contest.tz)))
    if application.state == "draft":
        lines.append(words("review.draft"))
    if application.guardian:
        lines.append(words(f"review.guardian.{application.guardian}"))
    if application.state in ("returned", "not_admitted"):
        lines.append(f"<blockquote>{why(words, found)}</blockquote>")
    if application.state == "returned":
        lines.append(words("review.until", until=words.moment(application.closes_at, contest.tz)))
    return "\n".join(lines)


def _answers(words: Words, found: Form) -> tuple[list[str], list[Field]]:
    """The answers, a line each, and the fields whose answers are too long to stand there whole."""
    answers, language = found.application.answers, words.language
    given = [field for field in found.fields if field.id in answers]
    whole = [field.whole(answers[field.id], language) if answers[field.id] else "–" for field in given]
    shown = fitting(whole)
    lines = [
        f"{words.html(field.label[language])}: {_linked(field, text, answers[field.id])}"
        for field, text in zip(given, shown, strict=True)
    ]
    long = [field for field, text, all_of_it in zip(given, shown, whole, strict=True) if text != all_of_it]
    if PUBLISH_NAME in answers:
        key = "form.yes" if answers[PUBLISH_NAME] == YES else "form.no"
        lines.append(f"{words('form.publish_label')}: <b>{words(key)}</b>")
    for key, text in answers.items():
        if key.startswith(LATE):
            late = found.contest.field(key.removeprefix(LATE))
            label = late.label[language] if late else key.removeprefix(LATE)
            lines.append(f"{words('mydata.late', label=label)}: {words.html(text[:LATE_SHOWN])}")
    return lines, long


def _linked(field: Field, text: str, value: str) -> str:
    """What is shown of an answer, as HTML; an address leads to where it says, also where it is cut short."""
    if isinstance(field, LinkField) and value:
        return f'<a href="{escape(value)}">{Words.html(text)}</a>'
    return f"<b>{Words.html(text)}</b>"


def _files_text(words: Words, listed: Sequence[File]) -> str:
    refused = [words("review.file_refused", name=file.name) for file in listed if file.state == "refused"]
    return "\n".join(refused)


def _file_row(words: Words, found: Card, file: File) -> Row:
    field = found.form.contest.field(file.field)
    label = field.label[words.language] if field else file.name
    if file.field == PAPER:
        label = words.label("review.guardian_file")
    return [tap(words.label("review.file", label=label), _act(found.form.application, "file", str(file.id)))]


def _decisions(words: Words, found: Card) -> list[Row]:
    application = found.form.application
    if found.released:
        return []

    def button(act: Literal["admit", "return", "decline", "reconsider"], style: str | None = None) -> Row:
        if application.state not in TRANSITIONS[act].of:
            return []
        return [tap(words.label(f"review.do.{act}"), _act(application, act, seen=found.seen), style=style)]

    rows = [button("admit", "success"), button("return"), button("decline", "danger"), button("reconsider")]
    return [row for row in rows if row]


def answer(words: Words, found: Form, field: Field) -> Screen:
    """One long answer whole."""
    value = found.application.answers.get(field.id, "")
    text = words.html(field.whole(value, words.language)) if value else "–"
    return Screen(
        f"<b>{words.html(field.label[words.language])}</b>\n\n{text}",
        keyboard([_back(words, found.application)], words),
    )


def history(words: Words, found: Form, lines: Sequence[Line]) -> Screen:
    """Who did what and when, and why; the last lines of a long history."""
    zone = found.contest.tz
    parts = [_line(words, line, zone) for line in lines[-LAST_LINES:]]
    number = number_shown(found.contest.prefix, found.application.number) or "–"
    text = joined(words("review.history_of", number=number), "\n".join(parts))
    return Screen(text, keyboard([_back(words, found.application)], words))


def _line(words: Words, line: Line, zone: object) -> str:
    why_done = line.reason.label[words.language] if line.reason else ""
    note = f"{line.note[:SHORT_NOTE]}…" if len(line.note) > SHORT_NOTE else line.note
    because = "; ".join(part for part in (why_done, note) if part)
    text = words(
        "review.line",
        at=words.moment(line.at, zone),  # type: ignore[arg-type]
        act=words.label(f"act.{line.act}"),
        who=line.who[:LONGEST_NAME] or "–",
    )
    return f"{text}\n    <i>{words.html(because)}</i>" if because else text


def reasons(words: Words, found: Form, seen: int, act: Literal["return", "decline"]) -> Screen:
    """Asks why it is returned or declined: one of the contest's reasons, or own words."""
    application = found.application
    then = "until" if act == "return" else "sure"
    fitting = [reason for reason in found.contest.reasons if act in reason.acts]
    rows: list[Row] = [
        [tap(_reason_label(words, reason), _act(application, then, reason.id, seen))] for reason in fitting
    ]
    rows.append([tap(words.label("review.own_words"), _act(application, "words", act, seen))])
    rows.append(_back(words, application))
    return Screen(joined(_short(found), words(f"review.why.{act}")), keyboard(rows, words))


def _reason_label(words: Words, reason: Reason) -> str:
    label = reason.label[words.language]
    return f"{label} · {words.label('review.paragraph', paragraph=reason.paragraph)}" if reason.paragraph else label


def own_words(words: Words, found: Form, language: str) -> Screen:
    """Asks for own words in the applicant's language, which is called so."""
    text = words("review.own_words_ask", language=language, limit=NOTE_LIMIT)
    return Screen(joined(_short(found), text), keyboard([_back(words, found.application)], words))


def until(words: Words, found: Form, seen: int, reason: str, offered: Mapping[int, datetime], note: str = "") -> Screen:
    """Asks until when the correction may come: working days from today, or a typed moment."""
    zone, application = found.contest.tz, found.application
    rows: list[Row] = [
        [
            tap(
                words.label("review.days", days=days, until=f"{moment.astimezone(zone):%d.%m.%Y %H:%M}"),
                _act(application, "give", f"{days}.{reason}", seen),
            )
        ]
        for days, moment in offered.items()
    ]
    rows.append(_back(words, application))
    text = words("review.until_ask", results=words.moment(application.moments["results"], zone))
    return Screen(joined(note, _short(found), text), keyboard(rows, words))


def sure(words: Words, found: Form, seen: int, reason: Reason | None, note: str, language: str) -> Screen:
    """Asks once more before an application is declined: shows what the applicant will read, in their language."""
    application = found.application
    value = reason.id if reason else OWN_WORDS
    told = reason.text[language] if reason else words.html(note)
    rows: list[Row] = [
        [tap(words.label("review.sure_yes"), _act(application, "deny", value, seen), style="danger")],
        _back(words, application),
    ]
    text = joined(_short(found), words("review.sure"), f"<blockquote>{told}</blockquote>")
    return Screen(text, keyboard(rows, words))


def _short(found: Form) -> str:
    application, contest = found.application, found.contest
    number = number_shown(contest.prefix, application.number) or "–"
    return f"<b>{number}</b> · {Words.html(masked(contest.name_in(application.answers)))}"


def _back(words: Words, application: Application) -> Row:
    return [tap(words.label("review.to_card"), _act(application, "open"))]


def _act(application: Application, act: str, value: str = "", seen: int = 0) -> str:
    return DecisionTap(application=application.id, act=act, value=value, seen=seen).pack()


def _way(act: str, contest: str = "", state: str = "", before: int = 0) -> str:
    return ReviewTap(act=act, contest=contest, state=state, before=before).pack()
