"""Announcements: written, looked at, confirmed, corrected, taken back, and what became of them.

An announcement is a mailing (its state, whom it is for, when) with its content. What an organiser types is stored at
once. `detail` of the mailing holds: `edition`, a number that grows with each change, so that nobody confirms what they
did not see; `written`, the language whose text was the last change; `chosen`, whether the audience was picked; `late`,
how late it may begin; `count`, the people that the organiser was told of last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, get_args

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain import announcements as rules
from bot.domain import deep_links
from bot.domain.announcements import LATENESS, Announcement, Button, Lateness, Media
from bot.domain.applications import State
from bot.domain.base import Refusal
from bot.domain.mailings import BY_HAND, EDITABLE, RUNNING, Audience, Mailing, transition
from bot.domain.markup import length, visible
from bot.domain.people import Person
from bot.domain.pushes import RULES, Kind
from bot.domain.pushes import State as Fate
from bot.services import contests as contest_services
from bot.services import mailings as services
from bot.services import people as staff
from bot.services.office import Office
from bot.storage import announcements, deliveries, mailings, recipients
from bot.storage.database import AnyRow

PAGE = 8
"""Announcements on one screen of the list."""
STATES: tuple[str, ...] = get_args(State)
"""States of an application that an audience can be picked by."""


@dataclass(frozen=True, slots=True)
class Board:
    """An announcement as an organiser sees it. `recallable`: whether Telegram still deletes what was sent; `mine`:
    whether the organiser confirmed or began it; `recalled`: whether it is being taken back, or was."""

    mailing: Mailing
    content: Announcement
    mine: bool = False
    recallable: bool = False
    recalled: bool = False

    @property
    def edition(self) -> int:
        """Grows with each change."""
        return int(self.mailing.detail.get("edition", 0))

    @property
    def late(self) -> Lateness:
        """How late it may begin."""
        found: Lateness = self.mailing.detail.get("late", "2h")
        return found

    @property
    def has_audience(self) -> bool:
        """Whether its audience was picked."""
        return bool(self.mailing.detail.get("chosen"))

    @property
    def count(self) -> int:
        """How many people the organiser was told of last."""
        return int(self.mailing.detail.get("count", 0))


@dataclass(frozen=True, slots=True)
class Summary:
    """What an organiser reads before they confirm: how many people, of them blocked and muted, how many seconds the
    sending takes, when it begins and when it ends (UTC)."""

    board: Board
    count: int
    blocked: int
    muted: int
    seconds: float
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """What became of an announcement, in figures only: why messages failed, by language and end, what organisers did
    (`journal`: id, at, actor_id, act, detail)."""

    board: Board
    reasons: Mapping[str, int]
    languages: Mapping[str, Mapping[Fate, int]]
    journal: Sequence[AnyRow] = field(default_factory=list)


async def recent(office: Office, person: Person, before: int) -> list[Board]:
    """A page of announcements, the newest first, with ids below `before` (0: from the newest).

    Raises Refusal for someone without the right.
    """
    await staff.require_staff(office, person)
    found = await mailings.recent(office.database, BY_HAND, before or None, PAGE + 1)
    contents = await announcements.many(office.database, {one.announcement_id or 0 for one in found})
    return [
        Board(one, contents[one.announcement_id], one.author_id == person.id)
        for one in found
        if one.announcement_id in contents
    ]


async def new(office: Office, person: Person) -> Board:
    """A new draft of the person's; their newest one where nothing is written in it yet. Raises Refusal as `recent`."""
    for board in await recent(office, person, 0):
        mailing, content = board.mailing, board.content
        is_empty = not content.texts and not content.media and not content.buttons
        if is_empty and mailing.state == "draft" and board.mine:
            return board
    return await _create(office, person, None)


async def copy(office: Office, person: Person, mailing_id: int) -> Board:
    """A new draft with the content of an announcement, whom it is for still to be picked. Raises Refusal as `read`."""
    return await _create(office, person, (await read(office, person, mailing_id)).content)


async def _create(office: Office, person: Person, content: Announcement | None) -> Board:
    now = office.clock.now()
    async with office.database.write() as connection:
        values = {"kind": Kind.ANNOUNCEMENT, "state": "draft", "author_id": person.id, "created_at": now}
        values |= {"announcement_id": await announcements.create(connection, person.id, now, content)}
        number = await mailings.create(connection, {**values, "audience": Audience("everyone")})
    return await read(office, person, number)


async def read(office: Office, person: Person, mailing_id: int) -> Board:
    """An announcement. Raises Refusal for someone without the right, and for one that is not there."""
    await staff.require_staff(office, person)
    board = await board_of(office, mailing_id)
    if board is None:
        raise Refusal("refusal.old_button")
    return seen_by(board, person)


def seen_by(board: Board, person: Person) -> Board:
    """The announcement as this person sees it."""
    return replace(board, mine=board.mailing.author_id == person.id)


async def board_of(office: Office, mailing_id: int) -> Board | None:
    """An announcement as anybody of the staff sees it, or None."""
    mailing = await mailings.get(office.database, mailing_id)
    if mailing is None or mailing.kind not in BY_HAND or mailing.announcement_id is None:
        return None
    content = await announcements.get(office.database, mailing.announcement_id)
    if content is None:
        return None
    recalled = await mailings.made_of(office.database, mailing_id, Kind.ANNOUNCEMENT_RECALL)
    can_recall = mailing.kind is Kind.ANNOUNCEMENT and not recalled and mailing.counts.sent > 0
    recallable = can_recall and rules.can_recall(mailing.begun_at, office.clock.now())
    return Board(mailing, content, recallable=recallable, recalled=bool(recalled))


async def write_text(
    office: Office, person: Person, mailing_id: int, language: str, text: str, sent_at: datetime
) -> Board:
    """Takes the text in one language (HTML that Telegram takes), sent at that moment (UTC).

    Raises Refusal for what is too long together with the rest. A text that an app cut into several messages is
    refused too, and its first part, which was taken for the whole, goes.
    """
    if language not in office.words:
        raise Refusal("refusal.old_button")
    board = await read(office, person, mailing_id)
    if board.mailing.detail.get("written") != language:
        await _refuse_rest(office, person, board, text, sent_at)
    return await _change(
        office, person, mailing_id, lambda content: {"texts": {**content.texts, language: text}}, written=language
    )


async def take_rest(office: Office, person: Person, mailing_id: int, text: str, sent_at: datetime) -> Board:
    """Looks at what was sent after a text that fills a message. Raises Refusal where it is the rest of that text."""
    board = await read(office, person, mailing_id)
    await _refuse_rest(office, person, board, text, sent_at)
    return board


async def _refuse_rest(office: Office, person: Person, board: Board, text: str, sent_at: datetime) -> None:
    """Raises Refusal where an app cut this off the text that was written last; what was taken of it goes."""
    language = board.mailing.detail.get("written", "")
    before = board.content.texts.get(language)
    if not before or not rules.is_cut(before, board.content.updated_at, sent_at):
        return
    rest = {one: found for one, found in board.content.texts.items() if one != language}
    await _change(office, person, board.mailing.id, lambda content: {"texts": rest})
    signs = length(visible(before)) + length(visible(text))
    raise Refusal("refusal.news.cut", length=signs, limit=board.content.limit)


async def set_media(office: Office, person: Person, mailing_id: int, media: Media, file_id: str | None) -> Board:
    """Puts a photo or a document (Telegram's id of the file) above the text, or ("", None) takes it away.

    Raises Refusal when the texts are too long for that, and for a correction: what was sent keeps its file.
    """
    board = await read(office, person, mailing_id)
    if board.mailing.kind is not Kind.ANNOUNCEMENT:
        raise Refusal("refusal.news.file_stays")
    return await _change(office, person, mailing_id, lambda content: {"media": media, "file_id": file_id})


async def set_mode(office: Office, person: Person, mailing_id: int, mode: str) -> Board:
    """Each in their own language (own), or both in one message (both). Raises Refusal when that is too long."""
    if mode not in ("own", "both"):
        raise Refusal("refusal.old_button")
    return await _change(office, person, mailing_id, lambda content: {"mode": mode})


async def add_button(office: Office, person: Person, mailing_id: int, button: Button) -> Board:
    """Another button. Raises Refusal when there are enough."""
    return await _change(office, person, mailing_id, lambda content: {"buttons": rules.with_button(content, button)})


async def add_deep_link(office: Office, person: Person, mailing_id: int, payload: str, address: str) -> Board:
    """A button that opens a guide (g_…) or a contest (c_…) of this bot, whose link is `address`. Raises Refusal."""
    kind, _, subject = payload.partition("_")
    titles = {deep_links.to_guide(guide.id): guide.title for guide in office.library.guides.values()}
    announced = await contest_services.all_announced(office)
    titles |= {deep_links.to_contest(contest.id): contest.title for contest in announced}
    if payload not in titles:
        raise Refusal("refusal.contest_gone" if kind == "c" and subject else "refusal.old_button")
    label = {language: titles[payload][language] for language in office.languages}
    return await add_button(office, person, mailing_id, Button(label, deep_links.url(address, payload)))


async def clear_buttons(office: Office, person: Person, mailing_id: int) -> Board:
    """Takes all buttons away. Raises Refusal as `read`."""
    return await _change(office, person, mailing_id, lambda content: {"buttons": []})


async def set_audience(office: Office, person: Person, mailing_id: int, audience: Audience) -> Board:
    """Whom it is for. Raises Refusal for a language or a contest that is not there, and for a correction."""
    known = {contest.id for contest in await contest_services.all_announced(office)}
    if audience.of == "recipients" or (audience.of == "language" and audience.language not in office.words):
        raise Refusal("refusal.old_button")
    if audience.of in ("followers", "applicants") and audience.contest not in known:
        raise Refusal("refusal.contest_gone")
    return await _plan(office, person, mailing_id, {"audience": audience.stored()}, {"chosen": True})


async def toggle_state(office: Office, person: Person, mailing_id: int, state: str) -> Board:
    """Puts a state into the audience of a contest's applicants, or takes it out. Raises Refusal as `set_audience`."""
    audience = (await read(office, person, mailing_id)).mailing.audience
    if audience.of != "applicants" or state not in STATES:
        raise Refusal("refusal.old_button")
    states = set(audience.states) ^ {state}
    kept = tuple(one for one in STATES if one in states)
    return await set_audience(office, person, mailing_id, replace(audience, states=kept))


async def set_due(office: Office, person: Person, mailing_id: int, due_at: datetime | None) -> Board:
    """When it begins (UTC); None: when it is confirmed. Raises Refusal for the past."""
    rules.check_moment(due_at, office.clock.now())
    return await _plan(office, person, mailing_id, {"due_at": due_at}, {})


async def set_late(office: Office, person: Person, mailing_id: int, late: str) -> Board:
    """How late it may begin. Raises Refusal for another word."""
    if late not in LATENESS:
        raise Refusal("refusal.old_button")
    return await _plan(office, person, mailing_id, {}, {"late": late})


async def _change(
    office: Office,
    person: Person,
    mailing_id: int,
    change: Callable[[Announcement], Mapping[str, Any]],
    written: str = "",
) -> Board:
    """Changes the content of a draft; `written` is the language whose text it is. Raises Refusal when it does not fit
    into one message then."""
    await read(office, person, mailing_id)
    now = office.clock.now()
    async with office.database.write() as connection:
        mailing = await _editable(connection, mailing_id)
        assert mailing.announcement_id is not None
        content = await announcements.read(connection, mailing.announcement_id)
        values = change(content)
        rules.check_length(replace(content, **values), office.languages)
        await announcements.change(connection, content.id, now, values)
        await mailings.change(connection, mailing_id, detail={**_next_edition(mailing), "written": written})
    return await read(office, person, mailing_id)


async def _plan(
    office: Office, person: Person, mailing_id: int, values: Mapping[str, Any], detail: Mapping[str, Any]
) -> Board:
    """Changes when a draft goes to whom."""
    board = await read(office, person, mailing_id)
    if board.mailing.kind is not Kind.ANNOUNCEMENT:
        raise Refusal("refusal.old_button")
    async with office.database.write() as connection:
        mailing = await _editable(connection, mailing_id)
        await mailings.change(connection, mailing_id, **values, detail={**_next_edition(mailing), **detail})
    return await read(office, person, mailing_id)


async def _editable(connection: AsyncConnection, mailing_id: int) -> Mailing:
    mailing = await mailings.lock(connection, mailing_id)
    if mailing is None:
        raise Refusal("refusal.old_button")
    if mailing.state not in EDITABLE:
        raise Refusal(f"refusal.mailing.{mailing.state}")
    return mailing


def _next_edition(mailing: Mailing) -> dict[str, Any]:
    """The detail after a change: whoever was shown the older edition cannot confirm it."""
    kept = {key: value for key, value in mailing.detail.items() if key != "count"}
    return {**kept, "edition": mailing.detail.get("edition", 0) + 1}


async def summary(office: Office, person: Person, mailing_id: int) -> Summary:
    """What is to be confirmed. Raises Refusal for what cannot be sent: a text that is missing or too long, no
    audience or one of nobody, a moment in the past."""
    board = await read(office, person, mailing_id)
    found = await _checked(office, board)
    async with office.database.write() as connection:
        mailing = await _editable(connection, mailing_id)
        if mailing.detail.get("edition", 0) != board.edition:
            raise Refusal("refusal.news.changed")
        await mailings.change(connection, mailing_id, detail={**mailing.detail, "count": found.count})
    return found


async def _checked(office: Office, board: Board) -> Summary:
    mailing, now = board.mailing, office.clock.now()
    if mailing.state not in EDITABLE:
        raise Refusal(f"refusal.mailing.{mailing.state}")
    rules.check(board.content, office.languages)
    if mailing.kind is Kind.ANNOUNCEMENT and not board.has_audience:
        raise Refusal("refusal.news.no_audience")
    rules.check_moment(mailing.due_at, now)
    count = await mailings.count(office.database, mailing.audience)
    if not count and not await _is_of_paused(office, mailing):
        raise Refusal("refusal.news.nobody")
    blocked, muted = await mailings.reach(office.database, mailing.audience)
    rule, quiet, pace = RULES[mailing.kind], office.sending.quiet, office.sending.announcements_a_second
    muted = muted if rule.mutable else 0
    sent, begins = count - blocked - muted, rules.begins(mailing.due_at, now, count)
    if rule.quiet:
        begins, ends = quiet.over(begins), quiet.finish(begins, sent, pace)
    else:
        ends = begins + timedelta(seconds=sent / pace)
    return Summary(board, count, blocked, muted, sent / pace, begins, ends)


async def _is_of_paused(office: Office, mailing: Mailing) -> bool:
    """Whether it corrects a paused announcement: then it is of use to those who did not get it yet."""
    of = await mailings.get(office.database, mailing.of_id) if mailing.of_id else None
    return of is not None and of.state == "paused"


async def confirm(office: Office, person: Person, mailing_id: int, edition: int, typed: str | None = None) -> Board:
    """Confirms what the organiser saw (its `edition`), with the number of people `typed` where they are many; where
    two have to agree, asks the others.

    Raises Refusal for what cannot be sent (see `summary`), another edition, a wrong number, and when it is confirmed.
    """
    board = await read(office, person, mailing_id)
    found = await _checked(office, board)
    if found.count > rules.MANY >= board.count:
        raise Refusal("refusal.news.changed")
    if typed is not None or board.count > rules.MANY:
        rules.typed_count(typed or "", board.count)
    others = [one for one in await staff.staff(office) if one.id != person.id]
    if office.sending.two_approve and not others:
        raise Refusal("refusal.news.nobody_approves")
    now = office.clock.now()
    async with office.database.write() as connection:
        mailing = await _editable(connection, mailing_id)
        if mailing.detail.get("edition", 0) != edition or "count" not in mailing.detail:
            raise Refusal("refusal.news.changed")
        if office.sending.two_approve:
            await mailings.move(connection, mailing_id, "ask", author_id=person.id, approver_id=None)
            for other in others:
                await deliveries.queue(connection, Kind.APPROVAL_WANTED, other.id, mailing_id, now)
        else:
            due_at = rules.begins(mailing.due_at, now, board.count)
            await mailings.move(connection, mailing_id, "confirm", author_id=person.id, due_at=due_at)
            await _correct(connection, mailing)
        act = "ask" if office.sending.two_approve else "confirm"
        await mailings.write_down(connection, now, person.id, act, mailing_id=mailing_id)
    await _begin(office)
    return await read(office, person, mailing_id)


async def _begin(office: Office) -> None:
    """What is due is not left waiting for the schedule to look."""
    await services.begin_due(office)
    office.queued.set()


async def _correct(connection: AsyncConnection, mailing: Mailing) -> None:
    """Of a correction: whoever did not get the announcement yet gets it corrected. Raises Refusal while it runs."""
    if mailing.kind is not Kind.ANNOUNCEMENT_EDIT or mailing.of_id is None:
        return
    of = await mailings.lock(connection, mailing.of_id)
    if of is None or of.state in RUNNING:
        raise Refusal("refusal.news.running")
    await mailings.change(connection, of.id, announcement_id=mailing.announcement_id)


async def approve(office: Office, person: Person, mailing_id: int, edition: int) -> Board:
    """Another organiser agrees to the edition that they saw. Raises Refusal for the author, for another edition, for
    a moment that is past, and when somebody decided before."""
    board = await _awaiting(office, person, mailing_id)
    if board.mine:
        raise Refusal("refusal.news.own")
    now = office.clock.now()
    rules.check_moment(board.mailing.due_at, now)
    async with office.database.write() as connection:
        mailing = await mailings.lock(connection, mailing_id)
        assert mailing is not None
        transition(mailing.state, "approve")
        if mailing.detail.get("edition", 0) != edition:
            raise Refusal("refusal.news.changed")
        due_at = rules.begins(mailing.due_at, now, board.count)
        await mailings.move(connection, mailing_id, "approve", approver_id=person.id, due_at=due_at)
        await _correct(connection, mailing)
        await mailings.write_down(connection, now, person.id, "approve", mailing_id=mailing_id)
    await _begin(office)
    return await read(office, person, mailing_id)


async def refuse(office: Office, person: Person, mailing_id: int) -> Board:
    """Another organiser does not agree, or the author takes it back: it is a draft again. Raises Refusal when somebody
    decided before."""
    board = await _awaiting(office, person, mailing_id)
    now, author_id = office.clock.now(), board.mailing.author_id
    async with office.database.write() as connection:
        if not await mailings.move(connection, mailing_id, "refuse"):
            raise Refusal("refusal.decided")
        await mailings.write_down(connection, now, person.id, "refuse", mailing_id=mailing_id)
        if author_id is not None and author_id != person.id:
            await deliveries.queue(connection, Kind.APPROVAL_REFUSED, author_id, mailing_id, now)
    office.queued.set()
    return await read(office, person, mailing_id)


async def _awaiting(office: Office, person: Person, mailing_id: int) -> Board:
    board = await read(office, person, mailing_id)
    transition(board.mailing.state, "approve")
    return board


async def begin_edit(office: Office, person: Person, mailing_id: int) -> Board:
    """The draft of a correction: the one that is there, or a new one with the content as it was sent.

    Raises Refusal while the announcement runs, before it began, and after it was taken back.
    """
    board = await _sent(office, person, mailing_id)
    for mailing in await mailings.made_of(office.database, mailing_id, Kind.ANNOUNCEMENT_EDIT):
        if mailing.state in ("draft", "awaiting"):
            return await read(office, person, mailing.id)
    now = office.clock.now()
    async with office.database.write() as connection:
        content_id = await announcements.create(connection, person.id, now, board.content)
        number = await mailings.create(
            connection, _made_of(board, Kind.ANNOUNCEMENT_EDIT, person, now) | {"announcement_id": content_id}
        )
        await mailings.write_down(connection, now, person.id, "edit", mailing_id=mailing_id)
    return await read(office, person, number)


async def recall(office: Office, person: Person, mailing_id: int) -> Board:
    """Takes an announcement back: its messages are deleted. One that is paused is cancelled by it.

    Raises Refusal while it runs, when it was taken back already, and when Telegram does not delete it any more.
    """
    board = await _sent(office, person, mailing_id)
    if not board.recallable:
        raise Refusal("refusal.news.too_old")
    now = office.clock.now()
    async with office.database.write() as connection:
        of = await mailings.lock(connection, mailing_id)
        if of is None or of.state in RUNNING:
            raise Refusal("refusal.news.running")
        if await mailings.is_recalled(connection, mailing_id):
            raise Refusal("refusal.news.recalled")
        if of.state == "paused":
            await mailings.move(connection, mailing_id, "cancel", ended_at=now)
            await mailings.write_down(connection, now, person.id, "cancel", mailing_id=mailing_id)
        number = await mailings.create(connection, _made_of(board, Kind.ANNOUNCEMENT_RECALL, person, now))
        times = {"due_at": now, "not_after": (of.begun_at or now) + rules.RECALL_WITHIN}
        await mailings.move(connection, number, "confirm", **times)
        await mailings.write_down(connection, now, person.id, "recall", mailing_id=mailing_id)
    await _begin(office)
    return await read(office, person, number)


async def _sent(office: Office, person: Person, mailing_id: int) -> Board:
    """An announcement that was sent to somebody, and is not under way."""
    board = await read(office, person, mailing_id)
    mailing = board.mailing
    if mailing.kind is not Kind.ANNOUNCEMENT:
        raise Refusal("refusal.old_button")
    if mailing.state in RUNNING:
        raise Refusal("refusal.news.running")
    if mailing.state not in ("paused", "done", "cancelled") or mailing.begun_at is None:
        raise Refusal(f"refusal.mailing.{mailing.state}")
    if board.recalled:
        raise Refusal("refusal.news.recalled")
    return board


def _made_of(board: Board, kind: Kind, person: Person, now: datetime) -> dict[str, Any]:
    mailing = board.mailing
    return {
        "kind": kind,
        "state": "draft",
        "of_id": mailing.id,
        "announcement_id": mailing.announcement_id,
        "author_id": person.id,
        "audience": Audience("recipients", mailing=mailing.id),
        "created_at": now,
        "detail": {"late": "any", "chosen": True},
    }


async def report(office: Office, person: Person, mailing_id: int) -> Report:
    """What became of it. Raises Refusal as `read`."""
    return await report_of(office, await read(office, person, mailing_id))


async def report_of(office: Office, board: Board) -> Report:
    """What became of it, for whoever has the right."""
    number = board.mailing.id
    return Report(
        board,
        _most_first(board.mailing.reasons or await recipients.reasons(office.database, number)),
        await announcements.by_language(office.database, number),
        await mailings.journal_of(office.database, mailing_id=number),
    )


def _most_first(reasons: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(reasons.items(), key=lambda one: (-one[1], one[0])))


async def ask_for_file(office: Office, person: Person, mailing_id: int) -> None:
    """Queues the sending of the report as a table. Raises Refusal as `read`."""
    await read(office, person, mailing_id)
    async with office.database.write() as connection:
        await deliveries.queue(connection, Kind.MAILING_REPORT, person.id, mailing_id, office.clock.now())
    office.queued.set()


async def shows_progress(office: Office, person: Person, message_id: int) -> bool:
    """Whether this message in the person's chat shows how an announcement goes."""
    return await mailings.shows_progress(office.database, person.id, message_id)
