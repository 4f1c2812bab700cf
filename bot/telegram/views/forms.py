"""The questions of a form, its summary, and an applicant's applications."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, ReplyKeyboardMarkup

from bot.domain.applications import EDITABLE, PUBLISH_NAME, TRANSITIONS, number_shown
from bot.domain.contests import Contest
from bot.domain.fields import ChoiceField, Field, PhoneField
from bot.domain.guides import Guide
from bot.domain.markup import length
from bot.services import consents
from bot.services.forms import NO, SUMMARY, YES, Form, next_question
from bot.telegram.buttons import AnswerTap, ApplicationTap, PageTap
from bot.telegram.screens import Screen
from bot.telegram.views.keyboards import Row, copying, keyboard, sharing, tap
from bot.telegram.views.pages import joined
from bot.words import Words

SHORT_LABEL = 18
ANSWERS_LIMIT = 2000
"""Signs of all answers that are shown together: a reason, labels and the rest of the message fit beside them."""


def form(words: Words, found: Form, note: str = "") -> Screen:
    """What stands: a question, or the summary. `note` says what just happened, such as a refusal."""
    if found.note == "late":
        note = joined(note, words("form.late", closes=closes(words, found)))
    if found.note == "closed":
        note = joined(note, words("form.closed", closes=closes(words, found)))
    if found.note == "decided":
        note = joined(note, words("form.decided"))
    if found.application.state not in EDITABLE or found.note:
        return application(words, found, note)
    if found.application.question == PUBLISH_NAME:
        return _publication(words, found, note)
    field = found.field
    if field is None:
        return summary(words, found, note)
    return _question(words, found, field, note)


def closes(words: Words, found: Form) -> str:
    """The deadline in the contest's zone."""
    return words.moment(found.application.closes_at, found.contest.tz)


def example(words: Words, field: Field | None) -> str:
    """The field's example as a line; empty where it has none."""
    if field is None or field.example is None:
        return ""
    return words("form.example", example=field.example[words.language])


def answered(words: Words, found: Form, question: str) -> str:
    """The question with the answer that was just given; empty where there is none."""
    field = found.contest.field(question)
    value = found.application.answers.get(question, "")
    if field is None or not value:
        return ""
    return f"{field.question[words.language]}\n\n✓ <b>{words.html(field.shown(value, words.language))}</b>"


def _head(words: Words, found: Form) -> str:
    return f"<b>{words.html(found.contest.title[words.language])}</b>\n" + words(
        "form.position", position=found.position, total=found.total
    )


def _question(words: Words, found: Form, field: Field, note: str) -> Screen:
    text = joined(
        note,
        _reopened(words, found),
        _head(words, found),
        f"<b>{field.question[words.language]}</b>",
        example(words, field),
        _now(words, found, field),
    )
    if isinstance(field, PhoneField):
        return Screen(text, _contact_keyboard(words, found, field), done=words("form.taken"))
    rows = _options(words, found, field)
    if field.guide:
        rows.append([_guide(words, found, field.guide, words.label("form.guide"))])
    return Screen(text, keyboard([*rows, *_ways(words, found, field)], words))


def _reopened(words: Words, found: Form) -> str:
    """That what was sent in before is to be sent in again; empty for any other draft."""
    is_reopened = found.application.state == "draft" and found.application.number is not None
    return words("form.reopened", closes=closes(words, found)) if is_reopened else ""


def _now(words: Words, found: Form, field: Field) -> str:
    value = found.application.answers.get(field.id)
    return words("form.now", answer=field.shown(value, words.language)) if value else ""


def _options(words: Words, found: Form, field: Field) -> list[Row]:
    if not isinstance(field, ChoiceField):
        return []
    buttons = [tap(option.label[words.language], _answer(found, field.id, option.id)) for option in field.options]
    rows: list[Row] = []
    for button in buttons:
        if rows and len(rows[-1]) == 1 and _is_short(button) and _is_short(rows[-1][0]):
            rows[-1].append(button)
        else:
            rows.append([button])
    return rows


def _is_short(button: InlineKeyboardButton) -> bool:
    return len(button.text) <= SHORT_LABEL


def _ways(words: Words, found: Form, field: Field | None) -> list[Row]:
    rows: list[Row] = []
    if field and not field.required:
        rows.append([tap(words.label("form.skip"), _answer(found, field.id, ""))])
    ways: Row = []
    if found.before:
        ways.append(tap(words.label("button.back"), _act(found, "ask", found.before)))
    if _is_complete(found):
        ways.append(tap(words.label("form.to_summary"), _act(found, "summary")))
    return [*rows, ways] if ways else rows


def _is_complete(found: Form) -> bool:
    return next_question(found.contest, found.application.answers) == SUMMARY


def _contact_keyboard(words: Words, found: Form, field: Field) -> ReplyKeyboardMarkup:
    rows = [[KeyboardButton(text=words.label("form.send_phone"), request_contact=True)]]
    if not field.required:
        rows.append([KeyboardButton(text=words.label("form.skip"))])
    rows.append([KeyboardButton(text=words.label("button.back"))])
    rows.append([KeyboardButton(text=words.label("button.menu")), KeyboardButton(text=words.label("button.person"))])
    example = field.example[words.language] if field.example else None
    return ReplyKeyboardMarkup(
        keyboard=rows, resize_keyboard=True, one_time_keyboard=True, input_field_placeholder=example
    )


def _publication(words: Words, found: Form, note: str) -> Screen:
    text = joined(
        note,
        _head(words, found),
        f"<b>{consents.publication_wording(found.contest, words.language)}</b>",
    )
    rows = [
        [tap(words.label("form.publish_yes"), _answer(found, PUBLISH_NAME, YES))],
        [tap(words.label("form.publish_no"), _answer(found, PUBLISH_NAME, NO))],
        *_ways(words, found, None),
    ]
    return Screen(text, keyboard(rows, words))


def summary(words: Words, found: Form, note: str = "") -> Screen:
    """All answers, each with a way to change it, and sending in."""
    application, contest, language = found.application, found.contest, words.language
    answers = [(field, application.answers.get(field.id, "")) for field in found.fields]
    shown = fitting([field.shown(value, language) if value else "–" for field, value in answers])
    lines = [
        f"{words.html(field.label[language])}: <b>{words.html(text)}</b>"
        for field, text in zip(found.fields, shown, strict=True)
    ]
    if contest.consent.publish_name:
        lines.append(f"{words('form.publish_label')}: <b>{words(_publish_key(found))}</b>")
    submitted = application.state == "submitted"
    text = joined(
        note,
        f"<b>{words.html(contest.title[language])}</b>",
        why(words, found) if application.state == "returned" else "",
        _what_to_do(words, found),
        "\n".join(lines),
        _guardian_text(words, found),
    )
    rows: list[Row] = [[_change(words, found, field.id, field.label[language])] for field in found.fields]
    if contest.consent.publish_name:
        rows.append([_change(words, found, PUBLISH_NAME, words.label("form.publish_label"))])
    rows += _guardian_rows(words, found)
    if contest.guides:
        rows.append([tap(words.label("form.guides"), _act(found, "guides"))])
    if submitted:
        rows.append([tap(words.label("form.done"), _act(found, "open"), style="success")])
    elif application.guardian != "needed":
        rows.append([tap(words.label("form.submit"), _act(found, "submit"), style="success")])
    return Screen(text, keyboard(rows, words))


def guides(words: Words, found: Form, helpful: Sequence[Guide]) -> Screen:
    """The guides that help to meet the contest's conditions; from each there is a way back to the application."""
    rows = [[_guide(words, found, guide.id, guide.title[words.language])] for guide in helpful]
    rows.append([tap(words.label("button.back"), _act(found, "resume"))])
    return Screen(words("form.guides_text", contest=found.contest.title[words.language]), keyboard(rows, words))


def _guide(words: Words, found: Form, guide_id: str, title: str) -> InlineKeyboardButton:
    return tap(f"📖 {title}", _act(found, "guide", guide_id))


def fitting(answers: list[str]) -> list[str]:
    """The answers; where they do not fit into one message together, the long ones end in an ellipsis."""
    lengths = [length(text) for text in answers]
    if sum(lengths) <= ANSWERS_LIMIT:
        return answers
    most = ANSWERS_LIMIT // len(answers)
    return [f"{text[: most // 2]}…" if signs > most else text for text, signs in zip(answers, lengths, strict=True)]


def _what_to_do(words: Words, found: Form) -> str:
    if found.application.state == "submitted":
        return words("form.check_changes", closes=closes(words, found))
    if found.application.guardian == "needed":
        return words("form.check_minor", closes=closes(words, found))
    if found.application.number is not None and found.application.state == "draft":
        return _reopened(words, found)
    return words("form.check", closes=closes(words, found))


def _publish_key(found: Form) -> str:
    return "form.yes" if found.application.answers.get(PUBLISH_NAME) == YES else "form.no"


def _change(words: Words, found: Form, question: str, label: str, act: str = "ask") -> InlineKeyboardButton:
    return tap(words.label("form.change", label=label), _act(found, act, question))


def _guardian_text(words: Words, found: Form) -> str:
    guardian = found.application.guardian
    return words(f"guardian.{guardian}") if guardian else ""


def _guardian_rows(words: Words, found: Form) -> list[Row]:
    if found.application.guardian not in ("needed", "paper"):
        return []
    return [
        [tap(words.label("guardian.link"), _act(found, "link"))],
        [tap(words.label("guardian.send_paper"), _act(found, "paper"))],
    ]


def _out_of_guardian(words: Words, found: Form) -> Row:
    """Back to the answers, or to the application where they cannot be changed."""
    if found.application.state in EDITABLE:
        return [tap(words.label("form.to_summary"), _act(found, "summary"))]
    return [tap(words.label("application.open"), _act(found, "open"))]


def guardian_link(words: Words, found: Form, address: str) -> Screen:
    """The link that the applicant passes on to their guardian."""
    message = words.label("guardian.share_text", contest=found.contest.title[words.language])
    rows = [
        [sharing(words.label("guardian.share"), address, message)],
        [copying(words.label("guardian.copy"), address)],
        _out_of_guardian(words, found),
    ]
    text = words("guardian.link_text", closes=closes(words, found)) + f"\n\n{words.html(address)}"
    return Screen(text, keyboard(rows, words))


def _lost_guardian(found: Form) -> bool:
    """Whether the consent of a guardian went after the application was sent in: withdrawn, or a paper declined."""
    return found.application.guardian == "needed" and found.application.state in ("submitted", "admitted")


def guardian_paper(words: Words, found: Form) -> Screen:
    """What to write on the paper, and to send its photo."""
    rows = [_out_of_guardian(words, found)]
    text = words("guardian.paper_text", contest=found.contest.title[words.language])
    return Screen(text, keyboard(rows, words))


def guardian_asked(words: Words, contest: Contest, applicant: str, wording: str, note: str = "") -> Screen:
    """What a guardian is asked to agree to, by typing their name."""
    head = words("guardian.asked", contest=contest.title[words.language], applicant=applicant)
    rows = [[tap(words.label("guardian.disagree"), PageTap(page="disagree").pack())]]
    return Screen(joined(note, head, wording, words("guardian.sign")), keyboard(rows, words))


def receipt(words: Words, found: Form) -> Screen:
    """The message that stays in the chat: the number, when it was sent in, what comes next."""
    application, contest = found.application, found.contest
    text = words(
        "form.receipt",
        number=number_shown(contest.prefix, application.number),
        contest=contest.title[words.language],
        at=words.moment(application.submitted_at or application.updated_at, contest.tz),
    )
    rows = [[tap(words.label("application.open"), _act(found, "new"))]]
    sent = application.submitted_at or application.updated_at
    # What was corrected after the deadline cannot be changed any more.
    until = words("form.receipt_until", closes=closes(words, found)) if sent <= application.closes_at else ""
    after = joined(text, contest.after_submission[words.language], until)
    return Screen(after, InlineKeyboardMarkup(inline_keyboard=rows))


def application(words: Words, found: Form, note: str = "", now: datetime | None = None) -> Screen:
    """One application: its state, what happens next and by when, and what can be done."""
    text = joined(note, status(words, found, now))
    application, open_ = found.application, _is_open(found, now)
    rows: list[Row] = []
    if application.state == "draft" and open_:
        rows.append([tap(words.label("application.resume"), _act(found, "resume"), style="primary")])
    if application.state == "submitted" and open_:
        rows.append([tap(words.label("application.change"), _act(found, "summary"))])
    if application.state == "returned" and open_:
        rows += correction_rows(words, found, "ask")
    if _lost_guardian(found) and open_:
        rows += _guardian_rows(words, found)
    if application.state in TRANSITIONS["withdraw"].of:
        rows.append([tap(words.label("application.withdraw"), _act(found, "withdraw"))])
    return Screen(text, keyboard(rows, words))


def correction_rows(words: Words, found: Form, act: str) -> list[Row]:
    """The way to what an organiser wants corrected: the very question, where the reason names one, and all answers.

    `act` is `ask`, or `fix` on a push, which opens a new message.
    """
    reason = found.contest.reason(found.application.reason)
    field = found.asked_field(reason.field) if reason and reason.field else None
    rows: list[Row] = []
    if field:
        rows.append([_change(words, found, field.id, field.label[words.language], act)])
    rows.append([tap(words.label("application.correct"), _act(found, act), style="primary")])
    return rows


def why(words: Words, found: Form) -> str:
    """The reason of an organiser's decision, with its paragraph, and their own words; empty where there is none."""
    reason = found.contest.reason(found.application.reason)
    paragraph = words("reason.paragraph", paragraph=reason.paragraph) if reason and reason.paragraph else ""
    note = found.application.note
    return "\n".join(
        part
        for part in (
            reason.text[words.language] if reason else "",
            paragraph,
            words("reason.note", note=note) if note else "",
        )
        if part
    )


def status(words: Words, found: Form, now: datetime | None = None, with_reason: bool = True) -> str:
    """An application in a few lines: contest, number, state, why so, what happens next and by when."""
    application, contest, language = found.application, found.contest, words.language
    number = number_shown(contest.prefix, application.number)
    lines = [f"<b>{words.html(contest.title[language])}</b>"]
    if number:
        lines.append(words("application.number", number=number))
    is_open = _is_open(found, now)
    state = f"{application.state}_closed" if application.state in EDITABLE and not is_open else application.state
    lines.append(words(f"status.{state}", closes=closes(words, found)))
    place = contest.place(application.place) if application.state == "placed" else None
    if place:
        lines.append(words("application.place", place=place.label[language]))
    if application.state == "draft" and is_open:
        done = sum(key in application.answers for key in [*(field.id for field in found.fields), PUBLISH_NAME])
        lines.append(words("application.progress", done=done, total=found.total))
    if with_reason and application.state in ("returned", "not_admitted"):
        lines.append(why(words, found))
    if application.state == "not_admitted":
        lines.append(words("status.not_admitted_next"))
    if _lost_guardian(found):
        lines.append(words("guardian.lost"))
    elif application.guardian in ("needed", "paper") and application.state in EDITABLE:
        lines.append(words(f"guardian.{application.guardian}"))
    if application.state in ("submitted", "admitted"):
        lines.append(coming(words, found, now))
    return "\n".join(line for line in lines if line)


def coming(words: Words, found: Form, now: datetime | None) -> str:
    """The next date of the contest, so that an applicant always knows what they wait for."""
    if now is None:
        return ""
    after = max(now, found.application.moments["applications_close"])
    ahead = [entry for entry in found.contest.dates if found.application.moments.get(entry.id, after) > after]
    if not ahead:
        return ""
    entry = min(ahead, key=lambda entry: found.application.moments[entry.id])
    when = words.moment(found.application.moments[entry.id], found.contest.tz)
    return words("application.next", event=entry.label[words.language], when=when)


def _is_open(found: Form, now: datetime | None) -> bool:
    return not found.note and (now is None or now <= found.application.closes_at)


def applications(words: Words, mine: Sequence[Form], now: datetime) -> Screen:
    """All applications of a person."""
    if not mine:
        rows = [[tap(words.label("menu.contests"), PageTap(page="contests").pack())]]
        return Screen(words("applications.none"), keyboard(rows, words))
    rows = []
    for found in mine:
        number = number_shown(found.contest.prefix, found.application.number)
        title = found.contest.title[words.language]
        rows.append([tap(f"{number} {title}".strip(), _act(found, "open"))])
    parts = [status(words, found, now, with_reason=False) for found in mine]
    return Screen(joined(words("applications.text"), *parts), keyboard(rows, words))


def withdraw(words: Words, found: Form) -> Screen:
    """Asks whether the application is to be taken back."""
    rows = [
        [tap(words.label("withdraw.yes"), _act(found, "confirm"), style="danger")],
        [tap(words.label("withdraw.no"), _act(found, "open"))],
    ]
    text = words("withdraw.ask", contest=found.contest.title[words.language])
    return Screen(text, keyboard(rows, words))


def _answer(found: Form, question: str, value: str) -> str:
    return AnswerTap(application=found.application.id, question=question, value=value).pack()


def _act(found: Form, act: str, question: str = SUMMARY) -> str:
    return ApplicationTap(application=found.application.id, act=act, question=question).pack()
