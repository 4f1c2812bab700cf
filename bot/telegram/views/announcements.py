"""Announcements as organisers see them, and the calls that carry them to their readers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiogram.methods import (
    EditMessageCaption,
    EditMessageText,
    SendDocument,
    SendMessage,
    SendPhoto,
    TelegramMethod,
)
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions

from bot.domain.announcements import BUTTONS_LIMIT, LATENESS, MANY, Announcement
from bot.domain.contests import Contest
from bot.domain.deep_links import to_contest, to_guide
from bot.domain.guides import Guide
from bot.domain.mailings import EDITABLE, Audience, Mailing
from bot.domain.markup import visible
from bot.domain.pushes import RULES, Kind
from bot.services.announcements import PAGE, STATES, Board, Report, Summary
from bot.services.office import Office
from bot.telegram.buttons import MailingTap
from bot.telegram.screens import Screen
from bot.telegram.views.keyboards import Row, keyboard, link, pairs, tap
from bot.telegram.views.pages import joined
from bot.words import Words

SNIPPET = 24
"""Signs of a text that stand for it in a list."""
SHOWN_REASONS = 5
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


# -- what readers get -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Version:
    """What every reader of one language gets: made once."""

    text: str
    markup: InlineKeyboardMarkup | None
    media: str
    file_id: str | None

    def send(self, chat_id: int) -> SendMessage | SendPhoto | SendDocument:
        """The call that sends it."""
        if self.media == "photo":
            return SendPhoto(
                chat_id=chat_id,
                photo=self.file_id or "",
                caption=self.text,
                parse_mode="HTML",
                reply_markup=self.markup,
            )
        if self.media == "document":
            return SendDocument(
                chat_id=chat_id,
                document=self.file_id or "",
                caption=self.text,
                parse_mode="HTML",
                reply_markup=self.markup,
            )
        return SendMessage(
            chat_id=chat_id,
            text=self.text,
            parse_mode="HTML",
            reply_markup=self.markup,
            link_preview_options=_NO_PREVIEW,
        )

    def edit(self, chat_id: int, message_id: int) -> EditMessageText | EditMessageCaption:
        """The call that puts it into a message sent before."""
        if self.media:
            return EditMessageCaption(
                chat_id=chat_id,
                message_id=message_id,
                caption=self.text,
                parse_mode="HTML",
                reply_markup=self.markup,
            )
        return EditMessageText(
            chat_id=chat_id,
            message_id=message_id,
            text=self.text,
            parse_mode="HTML",
            reply_markup=self.markup,
            link_preview_options=_NO_PREVIEW,
        )


def versions(content: Announcement, languages: Sequence[str]) -> dict[str, Version]:
    """The version of each language."""
    return {language: _version(content, languages, language) for language in languages}


def _version(content: Announcement, languages: Sequence[str], language: str) -> Version:
    text, labels = content.version(languages, language)
    rows = [[link(label, url)] for label, url in labels]
    markup = InlineKeyboardMarkup(inline_keyboard=rows) if rows else None
    return Version(text, markup, content.media, content.file_id)


def previews(content: Announcement, languages: Sequence[str], chat_id: int) -> list[TelegramMethod[Any]]:
    """What readers will see, sent to whoever looks at it: a message for each language, or the one in both."""
    shown = languages if content.mode == "own" else languages[:1]
    return [_version(content, languages, language).send(chat_id) for language in shown if _has_text(content, language)]


def _has_text(content: Announcement, language: str) -> bool:
    return bool(content.texts.get(language)) or (content.mode == "both" and bool(content.texts))


# -- the list and one of it -----------------------------------------------------------------------------------------


def listing(words: Words, boards: Sequence[Board]) -> Screen:
    """The newest announcements, or those before."""
    rows: list[Row] = [[tap(words.label("news.new"), _data("new"), style="primary")]]
    rows += [[tap(_line(words, board), _data("open", board.mailing.id))] for board in boards[:PAGE]]
    if len(boards) > PAGE:
        rows.append(
            [tap(words.label("news.older"), MailingTap(act="list", mailing=boards[PAGE - 1].mailing.id).pack())]
        )
    return Screen(words("news.list" if boards else "news.list_empty"), keyboard(rows, words))


def _line(words: Words, board: Board) -> str:
    mailing = board.mailing
    state = words.label(f"news.state.{mailing.state}")
    text = " ".join(visible(board.content.texts.get(words.language, "")).split())
    snippet = text if len(text) <= SNIPPET else f"{text[:SNIPPET]}…"
    number = f"№ {mailing.id} → № {mailing.of_id}" if mailing.of_id else f"№ {mailing.id}"
    return " · ".join(part for part in (number, state, snippet) if part)


def card(office: Office, words: Words, board: Board, note: str = "") -> Screen:
    """One announcement with what can be done with it in its state; `note` says what just happened."""
    state = board.mailing.state
    if state in EDITABLE:
        return _draft(office, words, board, note)
    text = joined(note, _head(words, board), _figures(office, words, board))
    return Screen(text, keyboard(_acts(words, board), words))


def _head(words: Words, board: Board) -> str:
    mailing = board.mailing
    of = f" · № {mailing.of_id}" if mailing.of_id else ""
    kind = words(f"news.kind.{mailing.kind.name.lower()}")
    return f"<b>{kind} № {mailing.id}</b>{of}\n{words(f'news.state.{mailing.state}')}"


def _figures(office: Office, words: Words, board: Board) -> str:
    """What is known of an announcement that was confirmed."""
    mailing, counts = board.mailing, board.mailing.counts
    if mailing.state == "awaiting":
        return words("news.awaiting" if board.mine else "news.awaiting_you")
    if mailing.state == "scheduled":
        assert mailing.due_at
        at = office.sending.quiet.over(mailing.due_at) if RULES[mailing.kind].quiet else mailing.due_at
        return words("news.scheduled", at=at) + "\n" + words("news.people", count=board.count)
    if mailing.begun_at is None:
        return words("news.never_begun")
    total = max(counts.total, board.count) if mailing.state == "expanding" else counts.total
    lines = [words(f"news.sent.{mailing.kind.name.lower()}", sent=counts.sent, total=total)]
    figures = (("blocked", counts.blocked), ("muted", counts.muted), ("failed", counts.failed))
    lines += [words(f"news.count.{name}", count=count) for name, count in figures if count]
    lines += [words("news.count.unknown", count=counts.unknown)] if counts.unknown else []
    lines += [words("news.count.left", count=counts.left)] if counts.left and mailing.state == "cancelled" else []
    lines += [_time_left(office, words, mailing, total)] if mailing.state in ("expanding", "sending") else []
    lines += [words("news.trouble", reason=mailing.trouble)] if mailing.trouble and mailing.state == "paused" else []
    lines += [words("news.recalled")] if board.recalled else []
    return "\n".join(lines)


def _time_left(office: Office, words: Words, mailing: Mailing, total: int) -> str:
    quiet, now = office.sending.quiet, office.clock.now()
    if quiet.holds(now) and mailing.kind is Kind.ANNOUNCEMENT:
        return words("news.quiet", at=quiet.over(now))
    left = total - mailing.counts.total + mailing.counts.left
    return words("news.time_left", time=span(words, left / office.sending.announcements_a_second))


def span(words: Words, seconds: float) -> str:
    """How long something takes, in the greatest unit that says enough."""
    if seconds < 60:
        return words.label("news.seconds", count=max(1, round(seconds)))
    if seconds < 5400:
        return words.label("news.minutes", count=round(seconds / 60))
    return words.label("news.hours", count=round(seconds / 3600))


def _acts(words: Words, board: Board) -> list[Row]:
    acts: list[str] = []
    match board.mailing.state:
        case "awaiting":
            acts = ["preview", "refuse_own", "stop"] if board.mine else ["preview", "approve", "refuse"]
        case "scheduled":
            acts = ["preview", "cancel"]
        case "expanding" | "sending":
            acts = ["pause", "stop"]
        case "paused":
            acts = ["resume", *_later(board), "stop"]
        case "done" | "cancelled":
            acts = ["report", *_later(board)] if board.mailing.begun_at else []
            acts += ["copy"] if board.mailing.kind is Kind.ANNOUNCEMENT else []
    return [*([_act(words, board, act)] for act in acts), [_list(words)]]


def _later(board: Board) -> list[str]:
    """What can be done with what was sent."""
    if board.mailing.kind is not Kind.ANNOUNCEMENT or board.recalled:
        return []
    return ["edit", "recall_ask"] if board.recallable else ["edit"]


_STYLES = {"cancel": "danger", "stop": "danger", "recall_ask": "danger", "approve": "success", "resume": "success"}


def _act(words: Words, board: Board, act: str) -> InlineKeyboardButton:
    value = str(board.edition) if act == "approve" else ""
    data = _data("refuse" if act == "refuse_own" else act, board.mailing.id, value)
    return tap(words.label(f"news.act.{act}"), data, style=_STYLES.get(act))


# -- a draft --------------------------------------------------------------------------------------------------------


def _draft(office: Office, words: Words, board: Board, note: str) -> Screen:
    mailing, content = board.mailing, board.content
    number = mailing.id
    is_edit = mailing.kind is not Kind.ANNOUNCEMENT
    lines = [
        *(
            words("news.has_text" if content.texts.get(one) else "news.no_text", language=_name(office, one))
            for one in office.languages
        ),
        words("news.file", file=words.label(f"news.media.{content.media or 'none'}")),
        words("news.buttons", count=len(content.buttons)),
        words("news.mode", mode=words.label(f"news.mode.{content.mode}")),
    ]
    if not is_edit:
        lines += [
            words("news.audience", audience=audience(office, words, mailing.audience, board.has_audience)),
            words("news.when", at=mailing.due_at) if mailing.due_at else words("news.when_now"),
            words("news.late", late=words.label(f"news.late.{board.late}")),
        ]
    rows: list[Row] = [
        [tap(words.label("news.text", language=_name(office, one)), _data("text", number, one))]
        for one in office.languages
    ]
    if is_edit:
        rows += [[_button(words, "buttons", number), _button(words, "mode", number)]]
    else:
        rows += pairs([_button(words, act, number) for act in ("media", "buttons", "mode", "who", "when")])
    rows += [
        [_button(words, "preview", number)],
        [tap(words.label("news.act.check"), _data("check", number), style="primary")],
        [tap(words.label("news.act.drop"), _data("stop", number), style="danger")],
        [_list(words)],
    ]
    why = words("news.missed") if mailing.state == "missed" else ""
    return Screen(joined(note, _head(words, board), why, "\n".join(lines)), keyboard(rows, words))


def _button(words: Words, act: str, number: int) -> InlineKeyboardButton:
    return tap(words.label(f"news.act.{act}"), _data(act, number))


def _name(office: Office, language: str) -> str:
    return office.words[language].label("language.own_name")


def asked(office: Office, words: Words, board: Board, what: str, language: str = "") -> Screen:
    """Asks for what is typed next: the text in a language, a link, due (the moment), or the count."""
    if what == "text":
        text = words("news.ask.text", language=_name(office, language), limit=board.content.limit)
    else:
        text = words(f"news.ask.{what}")
    return Screen(text, keyboard([[_back(words, board)]], words))


def refused(words: Words, board: Board, why: str) -> Screen:
    """Why what was typed is not taken."""
    return Screen(why, keyboard([[_back(words, board)]], words))


def files(words: Words, board: Board) -> Screen:
    """Asks for a photo or a document."""
    number = board.mailing.id
    rows: list[Row] = [[tap(words.label("news.no_media"), _data("unmedia", number))]] if board.content.media else []
    return Screen(words("news.ask.media"), keyboard([*rows, [_back(words, board)]], words))


def buttons(words: Words, board: Board) -> Screen:
    """The buttons so far, and the ways to another."""
    number, held = board.mailing.id, board.content.buttons
    lines = [
        f"{position}. {words.html(' | '.join(button.label.values()))}\n{words.html(button.url)}"
        for position, button in enumerate(held, 1)
    ]
    rows: list[Row] = []
    if len(held) < BUTTONS_LIMIT:
        rows += [
            [tap(words.label("news.add_link"), _data("link", number))],
            [tap(words.label("news.add_deep"), _data("deep", number))],
        ]
    if held:
        rows.append([tap(words.label("news.clear_buttons"), _data("unbutton", number))])
    text = joined(words("news.buttons_text", limit=BUTTONS_LIMIT), "\n\n".join(lines))
    return Screen(text, keyboard([*rows, [_back(words, board)]], words))


def deep_links(words: Words, board: Board, guides: Sequence[Guide], contests: Sequence[Contest]) -> Screen:
    """The guides and contests that a button can open."""
    number, language = board.mailing.id, words.language
    rows = [[tap(guide.title[language], _data("deep", number, to_guide(guide.id)))] for guide in guides]
    rows += [[tap(contest.title[language], _data("deep", number, to_contest(contest.id)))] for contest in contests]
    return Screen(words("news.deep_text"), keyboard([*rows, [_back(words, board)]], words))


def audiences(office: Office, words: Words, board: Board, contests: Sequence[Contest]) -> Screen:
    """Whom it can be for; the states of applications where a contest's applicants are picked."""
    number, picked = board.mailing.id, board.mailing.audience
    rows: list[Row] = [[tap(words.label("news.everyone"), _data("everyone", number))]]
    rows += [
        [tap(words.label("news.speakers", language=_name(office, one)), _data("language", number, one))]
        for one in office.languages
    ]
    for contest in contests:
        title = contest.title[words.language]
        rows.append([tap(words.label("news.followers", contest=title), _data("followers", number, contest.id))])
        rows.append([tap(words.label("news.applicants", contest=title), _data("applicants", number, contest.id))])
    now = words("news.audience", audience=audience(office, words, picked, board.has_audience))
    return Screen(joined(words("news.who"), now), keyboard([*rows, [_back(words, board)]], words))


def states(office: Office, words: Words, board: Board) -> Screen:
    """The states by which a contest's applicants are picked: several at once."""
    number, picked = board.mailing.id, board.mailing.audience
    chosen = [
        tap(f"{'✅' if state in picked.states else '▫️'} {words.label(f'state.{state}')}", _data("state", number, state))
        for state in STATES
    ]
    now = words("news.audience", audience=audience(office, words, picked, board.has_audience))
    return Screen(joined(words("news.states"), now), keyboard([*pairs(chosen), [_back(words, board)]], words))


def audience(office: Office, words: Words, of: Audience, is_chosen: bool = True) -> str:
    """Whom an announcement is for, in words (plain)."""
    contest = office.library.contests.get(of.contest)
    title = contest.title[words.language] if contest else of.contest
    if not is_chosen:
        return words.label("news.for_nobody")
    match of.of:
        case "everyone":
            return words.label("news.everyone")
        case "language":
            return words.label("news.speakers", language=_name(office, of.language))
        case "followers":
            return words.label("news.followers", contest=title)
        case "applicants":
            chosen = ", ".join(words.label(f"state.{state}") for state in of.states) or "–"
            return f"{words.label('news.applicants', contest=title)}: {chosen}"
    return words.label("news.recipients", number=of.mailing)


def times(words: Words, board: Board) -> Screen:
    """When it begins, and how late it may."""
    number = board.mailing.id
    rows: list[Row] = [
        [tap(words.label("news.now"), _data("now", number)), tap(words.label("news.at"), _data("at", number))]
    ]
    rows += [
        [tap(f"{'✅' if late == board.late else '▫️'} {words.label(f'news.late.{late}')}", _data("late", number, late))]
        for late in LATENESS
    ]
    at = board.mailing.due_at
    now = words("news.when", at=at) if at else words("news.when_now")
    return Screen(joined(words("news.times"), now), keyboard([*rows, [_back(words, board)]], words))


def summary(office: Office, words: Words, found: Summary) -> Screen:
    """What is to be confirmed: to how many, how long, from when to when."""
    board = found.board
    mailing, number = board.mailing, board.mailing.id
    lines = [
        words("news.audience", audience=audience(office, words, mailing.audience)),
        words("news.people", count=found.count),
        *([words("news.count.blocked", count=found.blocked)] if found.blocked else []),
        *([words("news.count.muted", count=found.muted)] if found.muted else []),
        words("news.begins_now") if _is_at_once(office, found) else words("news.begins", at=found.begins),
        words("news.takes", time=span(words, found.seconds), ends=found.ends),
        words("news.late", late=words.label(f"news.late.{board.late}")),
    ]
    edition = str(board.edition)
    if found.count > MANY:
        lines += ["", words("news.many", limit=MANY)]
        row = [tap(words.label("news.type_count"), _data("count", number, edition), style="primary")]
    elif office.sending.two_approve:
        row = [tap(words.label("news.ask_second"), _data("send", number, edition), style="success")]
    else:
        row = [tap(words.label("news.send", count=found.count), _data("send", number, edition), style="success")]
    rows: list[Row] = [[_button(words, "preview", number)], row, [_back(words, board)]]
    return Screen(joined(_head(words, board), "\n".join(lines)), keyboard(rows, words))


def _is_at_once(office: Office, found: Summary) -> bool:
    """Whether it begins when it is confirmed: no moment was named, the people are few, and no quiet hours last."""
    is_soon = found.board.mailing.due_at is None and found.count <= MANY
    return is_soon and not office.sending.quiet.holds(office.clock.now())


def stopping(words: Words, board: Board) -> Screen:
    """Asks whether it is to be cancelled."""
    number = board.mailing.id
    key = "news.stop_draft" if board.mailing.state in EDITABLE else "news.stop_ask"
    rows: list[Row] = [
        [tap(words.label("news.stop_yes"), _data("cancel", number), style="danger")],
        [_back(words, board)],
    ]
    return Screen(joined(_head(words, board), words(key)), keyboard(rows, words))


def recall(words: Words, board: Board) -> Screen:
    """Asks whether it is to be taken back."""
    rows: list[Row] = [
        [tap(words.label("news.recall_yes"), _data("recall", board.mailing.id), style="danger")],
        [_back(words, board)],
    ]
    text = words("news.recall_ask", count=board.mailing.counts.sent)
    return Screen(joined(_head(words, board), text), keyboard(rows, words))


# -- the report -----------------------------------------------------------------------------------------------------


def report(office: Office, words: Words, found: Report) -> Screen:
    """What became of an announcement."""
    board, counts = found.board, found.board.mailing.counts
    number = board.mailing.id
    lines = [
        words("news.report_total", count=counts.total),
        words("news.report_sent", count=counts.sent),
        words("news.count.blocked", count=counts.blocked),
        words("news.count.muted", count=counts.muted),
        words("news.count.failed", count=counts.failed),
        *(f"    {words.html(reason or '–')}: {count}" for reason, count in list(found.reasons.items())[:SHOWN_REASONS]),
        words("news.count.unknown", count=counts.unknown),
        words("news.count.left", count=counts.left),
    ]
    rows: list[Row] = [[tap(words.label("news.act.xlsx"), _data("xlsx", number))]]
    if counts.unknown and board.mailing.state == "done":
        rows.append([tap(words.label("news.repeat", count=counts.unknown), _data("repeat", number))])
    rows.append([_back(words, board)])
    return Screen(joined(_head(words, board), "\n".join(lines)), keyboard(rows, words))


# -- pushes ---------------------------------------------------------------------------------------------------------


def push(office: Office, words: Words, kind: Kind, mailing: Mailing, board: Board | None) -> Screen | None:
    """What organisers are told of something that goes to many; `board` where it is an announcement. None when it is of
    no use any more."""
    if kind is Kind.MAILING_STOPPED and mailing.state != "paused":
        return None
    if kind is Kind.APPROVAL_WANTED:
        return _approval(office, words, board) if board and mailing.state == "awaiting" else None
    values = {"kind": words.label(f"push.{mailing.kind.name.lower()}"), "number": mailing.id}
    if kind is Kind.MAILING_STOPPED:
        values["reason"] = mailing.trouble or "–"
    text = words(f"push.{kind.name.lower()}_text", **values)
    if kind is Kind.MAILING_ENDED and board:
        text = joined(text, _figures(office, words, board))
    button = tap(words.label("news.open"), _data("look", mailing.id))
    if board is None and kind is Kind.MAILING_STOPPED:
        button = tap(words.label("news.act.resume"), _data("resume", mailing.id))
    elif board is None:
        return Screen(text)
    return Screen(text, InlineKeyboardMarkup(inline_keyboard=[[button]]))


def _approval(office: Office, words: Words, board: Board) -> Screen:
    """Asks another organiser to agree."""
    mailing = board.mailing
    who = words("news.audience", audience=audience(office, words, mailing.audience))
    people = words("news.people", count=board.count)
    text = joined(words("push.approval_wanted_text", number=mailing.id), f"{who}\n{people}")
    rows = [[_act(words, board, act)] for act in ("preview", "approve", "refuse")]
    return Screen(text, InlineKeyboardMarkup(inline_keyboard=rows))


def _back(words: Words, board: Board) -> InlineKeyboardButton:
    return tap(words.label("news.back"), _data("open", board.mailing.id))


def _list(words: Words) -> InlineKeyboardButton:
    return tap(words.label("news.to_list"), _data("list"))


def _data(act: str, mailing: int = 0, value: str = "") -> str:
    return MailingTap(act=act, mailing=mailing, value=value).pack()
