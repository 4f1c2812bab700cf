"""The interface words: complete in both languages, sound as HTML, and every key that the code asks for is there."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from babel.messages.pofile import read_po

from bot.domain.announcements import LATENESS, Media, Mode
from bot.domain.applications import DECISIONS, EDITABLE, TRANSITIONS, Guardian, State
from bot.domain.feedback import QUESTIONS, RATINGS
from bot.domain.funnels import PERIODS
from bot.domain.guides import Device
from bot.domain.mailings import BY_HAND
from bot.domain.mailings import State as MailingState
from bot.domain.markup import FaultKind
from bot.domain.pushes import Kind
from bot.domain.reports import REASONS
from bot.local_telegram.entities import parse_html, utf16_length
from bot.papers.applications import COLUMNS, EVENT_COLUMNS
from bot.papers.mailings import ENDS
from bot.services.consents import Kind as ConsentKind
from bot.services.exports import FILES
from bot.services.reviews import LONGEST_NAME
from bot.telegram.commands import COMMANDS, OWNER_COMMANDS, STAFF_COMMANDS
from bot.telegram.views.reviews import SEASON_ACTS
from bot.words import PLACEHOLDER, check
from handlers import typed
from tests.services.rooms import CLOSES, LANGUAGES, ROOT, catalogues, library

KEY = re.compile(r"^[a-z]+(?:\.[a-z_]+)+$")
NO_KEYS = {"mydata.txt", "mydata.zip", "photo.jpg", "config.toml", "clock.json", "poster.typ"}
"""File names that look like keys."""
VALUES: dict[str, Any] = {
    "closes": CLOSES,
    "results": CLOSES,
    "name": "Н" * LONGEST_NAME,
    "opens": CLOSES,
    "day": date(2027, 9, 23),
    "age": 16,
    "decimals": 6,
    "limit": 3000,
    "length": 5000,
    "count": 1_000_000,
    "at": CLOSES,
    "tag": "<blockquote expandable class=x",
    "who": "EU-0042 " + "А" * 55,
    "types": "PDF, JPG, PNG, DOCX, XLSX, MP4",
}
"""What fills the placeholders of refusals, as long as it gets."""

SIMPLE = (
    *(Kind.FILE_REFUSED, Kind.GUARDIAN_AGREED, Kind.GUARDIAN_WITHDREW),
    *(Kind.PAPER_ACCEPTED, Kind.PAPER_DECLINED),
    *(Kind.ADMITTED, Kind.RETURNED, Kind.NOT_ADMITTED, Kind.RECONSIDERED, Kind.CORRECTION_REMINDER),
    *(Kind.APPROVAL_REFUSED, Kind.MAILING_STOPPED, Kind.MAILING_MISSED, Kind.MAILING_ENDED),
)
"""Kinds of push that say one sentence."""
ACTS = (
    *("preview", "check", "drop", "media", "buttons", "mode", "who", "when", "approve", "refuse", "refuse_own"),
    *("pause", "resume", "cancel", "stop", "report", "edit", "copy", "recall_ask"),
)
BY_HAND_NAMES = {kind.name.lower() for kind in BY_HAND}
BETWEEN = tuple(get_args(Guardian))
DECIDED: set[str] = {TRANSITIONS[act].to for act in DECISIONS}
DYNAMIC: dict[str, set[str]] = {
    "act.": {
        FILES,
        *TRANSITIONS,
        *("agree", "change", "late_answer", "file_refused"),
        *("place_set", "place_cleared"),
        *("guardian_agreed", "guardian_withdrew", "paper_sent", "paper_accepted", "paper_declined"),
    },
    "command.": {*COMMANDS, *STAFF_COMMANDS, *OWNER_COMMANDS},
    "consent.kind.": set(get_args(ConsentKind)),
    "contest.": {"follow", "unfollow", "follow_done", "unfollow_done"},
    "feedback.question.": set(QUESTIONS),
    "feedback.rating.": set(RATINGS),
    "funnel.": {"started", "finished", "managed", "not_managed", "number", "step", "people", "percent", *QUESTIONS},
    "funnel.last.": set(PERIODS),
    "funnel.period.": set(PERIODS),
    "funnel.rating.": set(RATINGS),
    "guardian.": {state for state in BETWEEN if state},
    "guide.back_to.": {"guide", "contest", "application"},
    "guide.device.": set(get_args(Device)),
    "news.act.": set(ACTS),
    "news.ask.": {"link", "at", "count"},
    "news.count.": {"blocked", "muted", "failed"},
    "news.journal.": {"ask", "confirm", "approve", "refuse", "pause", "resume", "cancel", "repeat", "edit", "recall"},
    "news.kind.": BY_HAND_NAMES,
    "news.late.": set(LATENESS),
    "news.media.": {"none", *get_args(Media)} - {""},
    "news.mode.": set(get_args(Mode)),
    "news.sent.": BY_HAND_NAMES,
    "news.state.": set(get_args(MailingState)),
    "push.": {kind.name.lower() for kind in Kind} | {f"{kind.name.lower()}_text" for kind in SIMPLE},
    "refusal.admit.": {"needed", "paper"},
    "report.": {"made", "added"},
    "report.reason.": set(REASONS),
    "refusal.check_digit.": {"iin", "bin"},
    "refusal.decided_by.": DECIDED,
    "refusal.mailing.": set(get_args(MailingState)),
    "refusal.markup.": set(get_args(FaultKind)),
    "refusal.news.long.": {"text", "caption", "both"},
    "refusal.news.no_text.": set(LANGUAGES),
    "refusal.twelve_digits.": {"iin", "bin"},
    "refusal.state.": set(get_args(State)),
    "review.do.": set(DECISIONS),
    "review.done.": DECIDED,
    "review.guardian.": {state for state in BETWEEN if state},
    "review.why.": {"return", "decline"},
    "season.": set(SEASON_ACTS),
    "state.": set(get_args(State)),
    "status.": {*get_args(State), *(f"{state}_closed" for state in EDITABLE)},
    "unexpected.": {*typed.KINDS, "other"},
    "xlsx.": {
        *("totals", "languages", "reasons", "journal", "number", "begun", "ended", "total", "not_sent"),
        *("language", "reason", "count", "at", "act"),
        *(end.name.lower() for end in ENDS),
    },
    "export.": {*COLUMNS, *EVENT_COLUMNS, "count"},
    "zone.": {contest.zone for contest in library().contests.values()} | {"Asia/Almaty"},
}
"""Keys that code puts together: how they begin, and all their ends."""


@dataclass(frozen=True)
class Call:
    """A call that names a key: `words("…", …)`, `words.label("…", …)`, `Refusal("…", …)`."""

    where: str
    name: str
    key: str
    values: frozenset[str]
    is_open: bool


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for folder in ("bot", "handlers"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "local_telegram" not in path.parts and "migrations" not in path.parts:
                yield path, ast.parse(path.read_text(encoding="utf-8"))


def literals(node: ast.AST) -> Iterator[str]:
    """The texts that an argument can be: itself, or either side of a condition."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)


def calls() -> Iterator[Call]:
    for path, tree in sources():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name not in ("words", "label", "Refusal"):
                continue
            for key in literals(node.args[0]):
                yield Call(
                    f"{path.relative_to(ROOT)}:{node.lineno}",
                    name,
                    key,
                    frozenset(keyword.arg for keyword in node.keywords if keyword.arg),
                    any(keyword.arg is None for keyword in node.keywords),
                )


def written_keys() -> dict[str, str]:
    """Every literal in the code that looks like a key of the catalogue, and where it stands."""
    families = {key.split(".")[0] for key in texts("kk")}
    return {
        node.value: f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, tree in sources()
        if "storage" not in path.parts  # names of columns look like keys, and storage says nothing to people
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if KEY.match(node.value) and node.value.split(".")[0] in families and node.value not in NO_KEYS
    }


def beginnings() -> dict[str, str]:
    """How every f-string that looks like a key begins, and where it stands."""
    families = {key.split(".")[0] for key in texts("kk")}
    found = {}
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr) and node.values and isinstance(node.values[0], ast.Constant):
                start = str(node.values[0].value)
                if re.fullmatch(r"[a-z]+\.(?:[a-z_]+\.)*", start) and start.split(".")[0] in families:
                    found[start] = f"{path.relative_to(ROOT)}:{node.lineno}"
    return found


def texts(language: str) -> dict[str, str]:
    """The catalogue as translators edit it."""
    with (ROOT / "locales" / language / "LC_MESSAGES" / "bot.po").open("rb") as file:
        return {str(entry.id): str(entry.string) for entry in read_po(file) if entry.id}


CALLS = list(calls())
both_languages = pytest.mark.parametrize("language", LANGUAGES)


def test_the_languages_have_the_same_keys_and_placeholders() -> None:
    assert check(ROOT / "locales", LANGUAGES) == []
    kk, ru = texts("kk"), texts("ru")
    assert kk.keys() == ru.keys()
    for key in kk:
        assert sorted(set(PLACEHOLDER.findall(kk[key]))) == sorted(set(PLACEHOLDER.findall(ru[key]))), key


def test_a_missing_key_and_another_placeholder_are_named(tmp_path: Path) -> None:
    for language, entries in (("kk", {"a": "{x}", "b": "б"}), ("ru", {"a": "{y}", "c": "в"})):
        folder = tmp_path / language / "LC_MESSAGES"
        folder.mkdir(parents=True)
        lines = [f'msgid "{key}"\nmsgstr "{text}"\n' for key, text in entries.items()]
        (folder / "bot.po").write_text("\n".join(lines), encoding="utf-8")
    assert check(tmp_path, LANGUAGES) == [
        "locales: a does not have the same placeholders in every language",
        "locales/ru: b is missing",
        "locales/kk: c is missing",
    ]


@both_languages
def test_the_compiled_words_are_those_of_the_catalogue(language: str) -> None:
    words = catalogues()[language]
    for key, text in texts(language).items():
        assert words.label(key) == text, f"{key}: run `make setup`"


@both_languages
def test_nothing_is_fuzzy_or_empty(language: str) -> None:
    with (ROOT / "locales" / language / "LC_MESSAGES" / "bot.po").open("rb") as file:
        for entry in read_po(file):
            assert not entry.id or (entry.string and not entry.fuzzy), entry.id


def test_a_great_many_calls_are_seen() -> None:
    assert len(CALLS) > 150
    assert len(written_keys()) > 150


def test_every_key_that_the_code_writes_is_there() -> None:
    known = texts("kk")
    assert {key: where for key, where in written_keys().items() if key not in known} == {}
    assert [call for call in CALLS if call.key not in known and "." in call.key] == []


def test_every_key_that_the_code_puts_together_is_there() -> None:
    known = texts("kk")
    found = beginnings()
    assert {start: where for start, where in found.items() if start not in DYNAMIC} == {}
    assert set(DYNAMIC) == set(found), "a family is not used any more"
    assert [start + end for start, ends in DYNAMIC.items() for end in ends if start + end not in known] == []


def test_no_key_lies_idle() -> None:
    used = set(written_keys()) | {call.key for call in CALLS}
    used |= {start + end for start, ends in DYNAMIC.items() for end in ends}
    assert sorted(set(texts("kk")) - used) == []


def test_every_call_gives_what_the_text_asks_for() -> None:
    known = texts("kk")
    wrong = [
        (call.where, call.key, sorted(call.values), sorted(wanted))
        for call in CALLS
        if call.key in known and not call.is_open
        if (wanted := set(PLACEHOLDER.findall(known[call.key]))) != call.values
    ]
    assert wrong == []


@both_languages
def test_every_text_is_html_that_telegram_takes(language: str) -> None:
    for key, text in texts(language).items():
        plain, _ = parse_html(re.sub(PLACEHOLDER, "x", text))
        assert plain.strip(), key
        assert utf16_length(plain) <= 2000, key
        assert "{" not in re.sub(PLACEHOLDER, "", text), key


@both_languages
def test_a_label_is_plain(language: str) -> None:
    known = texts(language)
    plain = {call.key for call in CALLS if call.name in ("label", "Refusal")} & known.keys()
    plain |= {key for key in known if key.startswith(("refusal.", "command.", "state.", "act.", "push."))}
    plain -= {key for key in known if key.startswith("push.") and key.endswith("_text")}
    assert [key for key in sorted(plain) if re.search(r"<\w|</|&\w+;", known[key])] == []


@both_languages
def test_a_button_fits(language: str) -> None:
    known = texts(language)
    assert [key for key in known if key.startswith("button.") and len(known[key]) > 64] == []


@both_languages
def test_a_refusal_fits_into_an_alert(language: str) -> None:
    words = catalogues()[language]
    for key, text in texts(language).items():
        if key.startswith("refusal."):
            values = {name: VALUES[name] for name in PLACEHOLDER.findall(text)}
            assert len(words.label(key, **values)) <= 200, key


@both_languages
def test_a_toast_fits(language: str) -> None:
    known = texts(language)
    for key in ("contest.follow_done", "contest.unfollow_done", "review.accepted", "review.declined"):
        assert len(known[key]) <= 200


@both_languages
def test_commands_and_descriptions_fit(language: str) -> None:
    known = texts(language)
    for name in (*COMMANDS, *STAFF_COMMANDS):
        assert re.fullmatch(r"[a-z0-9_]{1,32}", name)
        assert 1 <= len(known[f"command.{name}"]) <= 256
    assert len(known["bot.description"]) <= 512
    assert len(known["bot.short_description"]) <= 120


def test_the_help_names_commands_that_are_there() -> None:
    for language in LANGUAGES:
        named = set(re.findall(r"/([a-z]+)", texts(language)["help.text"].replace("</", "")))
        assert named <= set(COMMANDS)
        assert {"guides", "contests", "status", "language", "cancel", "mydata", "forget"} <= named
