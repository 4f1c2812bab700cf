"""That a step did not work: what the person at the step sees, what organisers see, and what both are sent."""

from __future__ import annotations

from datetime import date

from aiogram.types import InlineKeyboardMarkup

from bot.domain.guides import Guide, Step
from bot.domain.reports import ANSWER_LIMIT, REASONS, Report
from bot.services.consents import plain
from bot.services.reports import Card, Entry, Page, Stuck
from bot.telegram.buttons import GuideTap, ReportsTap, ReportTap
from bot.telegram.screens import Screen
from bot.telegram.views.keyboards import Row, keyboard, tap
from bot.telegram.views.pages import joined
from bot.words import Words

STEP_IN_LIST, STEP_IN_CARD = 70, 400
"""Signs of a step's text by which an organiser knows it."""
TITLE_ON_BUTTON = 30


def stuck(words: Words, found: Stuck, note: str = "") -> Screen:
    """The person at a step that does not work: the reasons, or what becomes of the report that waits."""
    if found.report is not None:
        return _screen(words, found, _waits(words, found, found.report), [], note)
    rows: list[Row] = [
        [tap(words.label(f"report.reason.{reason}"), _at(found.guide, found.step, f".{reason}"))] for reason in REASONS
    ]
    return _screen(words, found, words("report.ask"), rows, note)


def own_words(words: Words, found: Stuck) -> Screen:
    """Asks somebody whose reason is not in the list what happened."""
    return _screen(words, found, words("report.own_words"), [], "")


def _screen(words: Words, found: Stuck, said: str, rows: list[Row], note: str) -> Screen:
    back = tap(words.label("report.back"), GuideTap(guide=found.guide.id, step=found.step.id, act="s").pack())
    title = f"<b>{words.html(found.guide.title[words.language])}</b>"
    return Screen(joined(note, title, said, words("report.cover")), keyboard([*rows, [back]], words))


def _waits(words: Words, found: Stuck, report: Report) -> str:
    """That the report is there, by when the answer comes, and what can be added."""
    is_told = found.done in ("made", "added")
    done = words(f"report.{found.done}") if is_told else words("report.again")
    promise = words("report.late") if found.is_late else words("report.promise", day=day(words, report))
    return joined(f"{done}\n{promise}", words("report.more"))


def day(words: Words, report: Report) -> date:
    """The day by which the answer was promised."""
    return report.answer_by.astimezone(words.zone).date()


def refused_screenshot(words: Words, report: Report, types: str) -> Screen:
    """A picture could not be taken; it can be sent again."""
    data = ReportTap(guide=report.guide, step=report.step, act="new").pack()
    rows = [[tap(words.label("report.send_another"), data)]]
    return Screen(words("report.screenshot_refused", types=types), InlineKeyboardMarkup(inline_keyboard=rows))


def answered(words: Words, report: Report, guide: Guide | None) -> Screen:
    """The answer, and the way back to the step as long as there is a guide."""
    data = ReportTap(guide=report.guide, step=report.step, act="step").pack()
    rows = [[tap(words.label("report.to_step"), data)]] if guide else []
    title = words.html(guide.title[words.language]) if guide else ""
    text = joined(words("push.report_answered_text"), title, f"<blockquote>{words.html(report.answer)}</blockquote>")
    return Screen(text, InlineKeyboardMarkup(inline_keyboard=rows) if rows else None)


# --- organisers


def new_reports(words: Words, count: int) -> Screen:
    """How many reports wait, and the way to them."""
    rows = [[tap(words.label("reports.open_list"), ReportsTap(act="new").pack(), style="primary")]]
    return Screen(words("push.new_reports_text", count=count), InlineKeyboardMarkup(inline_keyboard=rows))


def listing(words: Words, found: Page) -> Screen:
    """A page of the reports that wait, the oldest first."""
    if not found.entries:
        return Screen(words("reports.none"), keyboard([], words))
    rows: list[Row] = [[tap(_button(words, one), _act("open", one.report.id))] for one in found.entries]
    ways: Row = []
    if found.before is not None:
        ways.append(tap(words.label("reports.older"), _act("list", found.before)))
    if found.after is not None:
        ways.append(tap(words.label("reports.newer"), _act("list", found.after)))
    rows += [ways] if ways else []
    lines = [_line(words, one) for one in found.entries]
    return Screen(joined(words("reports.list", count=found.total), *lines), keyboard(rows, words))


def _button(words: Words, one: Entry) -> str:
    return f"№ {one.report.id} · {_title(words, one)[:TITLE_ON_BUTTON]} · {_age(words, one)}"


def _line(words: Words, one: Entry) -> str:
    head = f"<b>№ {one.report.id}</b> · {words.html(_title(words, one))} · {_age(words, one)}"
    reason = words(f"report.reason.{one.report.reason}")
    return f"{head}\n{words.html(_step(words, one, STEP_IN_LIST))}\n<i>{reason}</i>"


def _title(words: Words, one: Entry) -> str:
    return one.guide.title[words.language] if one.guide else one.report.guide


def _step(words: Words, one: Entry, limit: int) -> str:
    """The beginning of the step's text; its id where an editor removed it."""
    if one.step is None:
        return words.label("reports.step_gone", step=one.report.step)
    text = " ".join(plain(one.step.text[words.language]).split())
    return text if len(text) <= limit else f"{text[:limit].rstrip()}…"


def _age(words: Words, one: Entry) -> str:
    days = (one.now - one.report.created_at).days
    age = words.label("reports.age", days=days) if days else words.label("reports.age_hours")
    return f"⏰ {age}" if one.report.is_late(one.now) else age


def card(words: Words, found: Card, note: str = "") -> Screen:
    """One report: the step, what happened, and the ways to answer."""
    report = found.report
    lines = [
        words("reports.reason", reason=words.label(f"report.reason.{report.reason}")),
        words("reports.language", language=found.reads),
        words("reports.answer_by", day=day(words, report)),
    ]
    text = joined(
        note,
        f"<b>№ {report.id}</b> · {_age(words, found)}\n<b>{words.html(_title(words, found))}</b>",
        f"<blockquote>{words.html(_step(words, found, STEP_IN_CARD))}</blockquote>",
        "\n".join(lines),
        words("reports.words", words=report.words) if report.words else "",
        _answer(words, found),
    )
    rows: list[Row] = [
        [tap(words.label("reports.screenshot", number=number), _act("file", report.id, str(file_id)))]
        for number, file_id in enumerate(found.screenshots, 1)
    ]
    if report.is_open:
        rows.append([tap(words.label("reports.answer"), _act("answer", report.id), style="primary")])
        rows.append([tap(words.label("reports.mended"), _act("mended", report.id))])
    rows.append([tap(words.label("reports.to_list"), _act("list"))])
    return Screen(text, keyboard(rows, words))


def _answer(words: Words, found: Card) -> str:
    report = found.report
    if report.answered_at is None:
        return "" if report.is_open else words("reports.nobody_waits")
    head = words("reports.answered", who=found.who or "–", at=report.answered_at)
    return f"{head}\n<blockquote>{words.html(report.answer)}</blockquote>" if report.answer else head


def ask_answer(words: Words, found: Card, note: str = "") -> Screen:
    """Asks an organiser for the answer, in the language that its reader reads."""
    text = words("reports.answer_ask", language=found.reads, limit=ANSWER_LIMIT)
    return Screen(joined(note, _short(words, found), text), keyboard([_back(words, found)], words))


def sure(words: Words, found: Card, answer: str) -> Screen:
    """Shows the answer as it will be read, before it goes out; another one can be typed instead."""
    rows: list[Row] = [
        [tap(words.label("reports.send"), _act("send", found.report.id), style="primary")],
        _back(words, found),
    ]
    said = words("reports.sure", language=found.reads)
    text = joined(_short(words, found), said, f"<blockquote>{words.html(answer)}</blockquote>")
    return Screen(text, keyboard(rows, words))


def _short(words: Words, found: Card) -> str:
    return f"<b>№ {found.report.id}</b> · {words.html(_title(words, found))}"


def _back(words: Words, found: Card) -> Row:
    return [tap(words.label("reports.to_card"), _act("open", found.report.id))]


def _at(guide: Guide, step: Step, act: str) -> str:
    return ReportTap(guide=guide.id, step=step.id, act=act).pack()


def _act(act: str, report: int = 0, value: str = "") -> str:
    return ReportsTap(act=act, report=report, value=value).pack()
