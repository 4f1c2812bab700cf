"""What buttons carry: versioned, at most 64 bytes, ids and never places in a list.

A button in a message a month old still works, or is told kindly that it does not: change the meaning of a field
only together with the number in its prefix. Anyone can send any data: every handler asks its service for the right.
"""

from __future__ import annotations

from typing import Annotated

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

RowId = Annotated[int, Field(ge=1, lt=2**63)]
"""What a database takes for an id: a forged button may carry any number."""


class LanguageTap(CallbackData, prefix="l1"):
    """Chooses a language, and goes on with the start link that was opened before it was chosen."""

    language: str
    link: str = ""


class PageTap(CallbackData, prefix="m1"):
    """Opens a page: menu, guides, contests, applications, settings, help, language, person, …"""

    page: str


class GuideTap(CallbackData, prefix="g1"):
    """At a step of a guide: `n` next, `s` show, `.choice` an answer, `r` start again, `o` open where one stopped,
    `>guide` into another guide and back to this step, `x` say that the step did not work."""

    guide: str
    step: str
    act: str


class ReportTap(CallbackData, prefix="x1"):
    """At a step that did not work: `.reason` one of the list. `new` (report again) and `step` (the step) stand on
    pushes and open a new message."""

    guide: str
    step: str
    act: str


class ReportsTap(CallbackData, prefix="y1"):
    """An organiser at reports: `list` (ids above `report`), `new` the same in a new message: on a push; at the report
    with this id `open`, `answer`, `mended`, `send`, `file` with its id in `value`."""

    act: str
    report: Annotated[int, Field(ge=0, lt=2**63)] = 0
    value: str = ""


class FeedbackTap(CallbackData, prefix="q1"):
    """At the end of a guide: `yes` and `no` (`value`: the step) say whether the person managed; a question of the
    survey with its answer in `value`, or nothing to skip it."""

    guide: str
    act: str
    value: str = ""


class FunnelTap(CallbackData, prefix="u1"):
    """An organiser's look at how guides do: `list`, `stale`; of a guide and a period (domain.funnels.PERIODS) `open`
    and `table`."""

    act: str
    guide: str = ""
    period: str = ""


class ContestTap(CallbackData, prefix="c1"):
    """At a contest: `open`, `more`, `dates`, `results`, a section's id, `follow`, `unfollow`, `apply`, `agree`,
    `g.` and a guide's id.
    `new` stands on pushes and opens the page in a new message."""

    contest: str
    act: str


class AnswerTap(CallbackData, prefix="f1"):
    """Answers a question of a form: an option's id, or nothing to skip it."""

    application: RowId
    question: str
    value: str = ""


class ApplicationTap(CallbackData, prefix="a1"):
    """At an application: `open`, `resume`, `summary`, `submit`, `withdraw`, `confirm`, …; `ask` with a question.
    `new`, `go` (on with the draft) and `fix` (a question) stand on pushes and open a new message."""

    application: RowId
    act: str
    question: str = ""


class PaperTap(CallbackData, prefix="p1"):
    """An organiser's word on a guardian's signed paper: `yes` or `no`."""

    file: RowId
    act: str


class OrganiserTap(CallbackData, prefix="o1"):
    """An owner's tap on the organisers: `list`, `invite`; at one of them: `ask`, `remove`."""

    act: str
    person: int = 0


class ReviewTap(CallbackData, prefix="v1"):
    """An organiser's way to applications: `contests`; of one contest `open`, `find`; `list` of a state (empty: all),
    of applications with numbers below `before` (0: from the greatest)."""

    act: str
    contest: str = ""
    state: str = ""
    before: Annotated[int, Field(ge=0, lt=2**63)] = 0


class DecisionTap(CallbackData, prefix="d1"):
    """An organiser's act at one application: `open`, `history`, `file`, `admit`, `return`, `decline`, `zip`, …;
    `value` is a reason, days and a reason, a file, a place. `seen` is when the answers that the organiser saw were
    changed last (milliseconds): nobody decides on answers that they did not see."""

    application: RowId
    act: str
    value: str = ""
    seen: Annotated[int, Field(ge=0, lt=2**63)] = 0


class SeasonTap(CallbackData, prefix="s1"):
    """An organiser's act at a whole contest. `value` is what `act` is about, parts joined by dots.

    `places`; `place` (place.after: those with ids above it), `set` (place.application), `clear` (application);
    `release`, `now` (the seal of the preview), `at` (ask for a moment), `results` (at the announced moment), `cancel`,
    `hold` (the same in a new message: on a push); `dates`, `date` (a moment's name), `mv` (name.minute.seal);
    `journal`; `table` (as a file); `files`, `zip` (send them)."""

    contest: str
    act: str
    value: str = ""


class MailingTap(CallbackData, prefix="n1"):
    """An organiser's act at an announcement: `new`, `list` (ids below `mailing`); at the mailing with this id `open`,
    `text`, `pause`, …; `look` stands on pushes and opens a new message. `value` is a language, a state, a guide, or
    the edition that the organiser saw."""

    act: str
    mailing: Annotated[int, Field(ge=0, lt=2**63)] = 0
    value: str = ""


class RightsTap(CallbackData, prefix="r1"):
    """At one's own data: `all`, `forget`, `confirm`."""

    act: str
