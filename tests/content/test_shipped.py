"""The content that ships: every path of every guide and every field of every contest, in both languages."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiogram.types import InlineKeyboardMarkup

from bot.domain.applications import PUBLISH_NAME, Application
from bot.domain.contests import Contest
from bot.domain.fields import ChoiceField
from bot.domain.guides import Guide, Step
from bot.domain.moments import Calendar
from bot.domain.people import Person
from bot.local_telegram.entities import parse_html, utf16_length
from bot.local_telegram.markup import check_markup
from bot.services import consents, guides, search
from bot.services.contests import Announced
from bot.services.forms import SUMMARY, Form
from bot.services.guides import AT, Page
from bot.services.office import Office
from bot.storage.database import Database
from bot.telegram.screens import Screen
from bot.telegram.views import contests as contest_views
from bot.telegram.views import forms as form_views
from bot.telegram.views import guides as guide_views
from bot.telegram.views import pages
from bot.words import Words
from tests.services.rooms import ADDRESS, LANGUAGES, NOW, StillClock, catalogues, library, make_office

GUIDES = list(library().guides.values())
CONTESTS = list(library().contests.values())

both_languages = pytest.mark.parametrize("language", LANGUAGES)
every_guide = pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.id)
every_contest = pytest.mark.parametrize("contest", CONTESTS, ids=lambda contest: contest.id)


def fits(screen: Screen) -> None:
    """Fails where Telegram would refuse the screen."""
    plain, _ = parse_html(screen.text)
    assert plain.strip()
    assert utf16_length(plain) <= 4096
    assert utf16_length(screen.text) <= 4096 * 2
    assert screen.keyboard is not None
    check_markup(screen.keyboard.model_dump(exclude_none=True), private=True)
    if isinstance(screen.keyboard, InlineKeyboardMarkup):
        buttons = [button for row in screen.keyboard.inline_keyboard for button in row]
        assert len({button.callback_data for button in buttons if button.callback_data}) == sum(
            button.callback_data is not None for button in buttons
        ), "two buttons do the same"
        for button in buttons:
            assert 1 <= utf16_length(button.text) <= 64, button.text
            assert len((button.callback_data or "").encode()) <= 64
            assert "{" not in button.text
    assert not re.search(r"\{[a-z_]+\}", plain), plain
    assert "None" not in plain


def labels(screen: Screen) -> list[str]:
    assert isinstance(screen.keyboard, InlineKeyboardMarkup)
    return [button.text for row in screen.keyboard.inline_keyboard for button in row]


def page(guide: Guide, run: dict[str, Any]) -> Page:
    person = Person(1, 1, "ru", "guide", None, guide.id, {guide.id: run})
    return guides.page(person, guide, NOW.date(), has_managed=False)


def paths(guide: Guide) -> Iterator[list[tuple[Step, dict[str, Any]]]]:
    """Every path of a guide that meets no step twice: its steps, each with what a person's row holds there."""
    waiting: list[tuple[list[tuple[Step, dict[str, Any]]], Step, dict[str, Any]]] = [([], guide.first, {})]
    while waiting:
        before, step, answers = waiting.pop()
        trail = [*before, (step, {**answers, AT: step.id})]
        seen = {one.id for one, _ in trail}
        ways = [({**answers, step.id: choice.id}, choice.next) for choice in step.choices]
        ways += [(answers, step.next)] if step.next else []
        onward = [(then, guide.step(target)) for then, target in ways if target not in seen]
        waiting += [(trail, following, then) for then, following in onward if following]
        if not onward:
            yield trail


@every_guide
@both_languages
def test_every_step_of_every_path_can_be_shown(guide: Guide, language: str) -> None:
    words = catalogues()[language]
    shown: set[tuple[str, int, int]] = set()
    met: set[str] = set()
    for trail in paths(guide):
        for number, (step, run) in enumerate(trail, 1):
            here = page(guide, run)
            assert here.step.id == step.id
            assert here.position == number
            assert [here.previous.id if here.previous else None] == [trail[number - 2][0].id if number > 1 else None]
            met.add(step.id)
            if (step.id, here.position, here.total) in shown:
                continue
            shown.add((step.id, here.position, here.total))
            screen = guide_views.step(words, here, ADDRESS)
            fits(screen)
            wanted = [choice.label[language] for choice in step.choices]
            wanted += [button.label[language] for button in step.buttons]
            wanted += [words.label("button.next")] if step.next else []
            wanted += [words.label("button.back"), words.label("guide.restart")] if number > 1 else []
            end = not step.targets()
            wanted += [words.label("button.share")] if number == 1 or end else []
            wanted += [words.label("feedback.yes"), words.label("feedback.not_yet")] if end else []
            wanted += [] if end else [words.label("guide.stuck")]
            wanted += [words.label("button.menu"), words.label("button.person")]
            assert sorted(labels(screen)) == sorted(wanted)
            plain, _ = parse_html(screen.text)
            assert parse_html(step.text[language])[0].strip() in plain
            assert guide.source_of(step).name[language] in plain
            assert words.label("guide.verified", day=guide.verified_on(step)) in plain
            assert (words("guide.stale") in plain) is (step in guide.stale(NOW.date()))
            if step.device:
                assert parse_html(words(f"guide.device.{step.device}"))[0] in plain
    assert met == {step.id for step in guide.steps}


@every_guide
def test_every_path_comes_to_an_end_or_offers_a_way_back(guide: Guide) -> None:
    ended = [trail for trail in paths(guide) if not trail[-1][0].targets()]
    assert ended
    for trail in paths(guide):
        last = trail[-1][0]
        assert not last.targets() or last.choices, last.id


@every_guide
def test_the_number_of_steps_never_grows_on_the_way(guide: Guide) -> None:
    for trail in paths(guide):
        totals = [page(guide, run).total for _, run in trail]
        assert totals == sorted(totals, reverse=True), [step.id for step, _ in trail]


@every_guide
def test_nobody_meets_the_other_devices_step_unannounced(guide: Guide) -> None:
    for trail in paths(guide):
        device = None
        for (step, _), (_, run) in zip(trail, [*trail[1:], trail[-1]], strict=True):
            assert step.device in (None, device), step.id
            choice = step.choice(run.get(step.id, ""))
            device = (choice.device if choice else None) or device


@both_languages
def test_the_lists_can_be_shown(language: str) -> None:
    words = catalogues()[language]
    for screen in (
        pages.guides(words, GUIDES),
        pages.contests(words, CONTESTS),
        pages.contests(words, []),
        pages.menu(words, words("menu.greeting")),
        pages.settings(words, is_muted=False),
        pages.settings(words, is_muted=True),
        pages.help_page(words),
        pages.forget(words),
        pages.languages(catalogues(), language),
        pages.group(catalogues(), "https://t.me/bot"),
        pages.found(words, [], {}),
    ):
        fits(screen)


def announced(contest: Contest, followed: bool = False) -> Announced:
    return Announced(contest, contest.moments(Calendar()), followed)


@every_contest
@both_languages
def test_a_contests_pages_can_be_shown(contest: Contest, language: str) -> None:
    words = catalogues()[language]
    one = announced(contest)
    moments = one.moments
    for now in (
        moments["applications_open"] - timedelta(seconds=1),
        moments["applications_open"],
        moments["applications_close"],
        moments["applications_close"] + timedelta(seconds=1),
    ):
        screen = contest_views.overview(words, one, now, ADDRESS)
        fits(screen)
        assert (words.label("contest.apply") in labels(screen)) is one.is_open(now)
    assert words.label("contest.follow") in labels(contest_views.overview(words, one, NOW, ADDRESS))
    followed = contest_views.overview(words, announced(contest, True), NOW, ADDRESS)
    assert words.label("contest.unfollow") in labels(followed)
    fits(contest_views.about(words, one, [library().guides[guide] for guide in contest.guides]))
    for part in contest.sections:
        screen = contest_views.section(words, one, part.id) or Screen("")
        fits(screen)
        assert parse_html(part.text[language])[0].strip() in parse_html(screen.text)[0]
    assert contest_views.section(words, one, "gone") is None


@every_contest
@both_languages
def test_the_dates_stand_in_the_order_of_time(contest: Contest, language: str) -> None:
    words = catalogues()[language]
    one = announced(contest)
    screen = contest_views.dates(words, one)
    fits(screen)
    plain, _ = parse_html(screen.text)
    places = [plain.index(f"{entry.label[language]}\n{words.moment(one.moments[entry.id])}") for entry in contest.dates]
    order = sorted(range(len(places)), key=lambda index: one.moments[contest.dates[index].id])
    assert [places[index] for index in order] == sorted(places)
    for name in one.moments:
        assert words.moment(one.moments[name], contest.tz) in plain


@every_contest
def test_a_date_that_came_into_the_file_later_does_not_break_the_page(contest: Contest) -> None:
    moments = contest.moments(Calendar())
    late = next(entry.id for entry in contest.dates if entry.id in moments and entry.id not in ("announced", "erased"))
    moments.pop(late)
    fits(contest_views.dates(catalogues()["ru"], Announced(contest, moments, False)))


def form(contest: Contest, question: str, answers: dict[str, str], **more: Any) -> Form:
    values: dict[str, Any] = {
        "id": 2**63 - 1,
        "contest_id": contest.id,
        "person_id": 1,
        "state": "draft",
        "number": None,
        "answers": answers,
        "question": question,
        "update_id": 0,
        "guardian": "",
        "moments": contest.moments(Calendar()),
        "updated_at": NOW,
        "submitted_at": None,
    }
    return Form(Application(**{**values, **more}), contest)


SAMPLES = {
    "text": "Текст <b> & «кавычки»",
    "name": "Үлгібаева Сәуле Ерланқызы",
    "date": "05.01.1960",
    "phone": "+7 701 000 00 00",
}


def sample_answers(contest: Contest) -> dict[str, str]:
    """An accepted answer to every question: the field's own example where it has one."""
    setting = contest.setting(NOW, contest.moments(Calendar()))
    answers = {}
    for field in contest.fields:
        if field.takes == "file":
            answers[field.id] = "scan.pdf"
        elif isinstance(field, ChoiceField):
            answers[field.id] = field.options[0].id
        else:
            answers[field.id] = field.parse(field.example["ru"] if field.example else SAMPLES[field.kind], setting)
    return answers | ({PUBLISH_NAME: "yes"} if contest.consent.publish_name else {})


@every_contest
@both_languages
def test_every_question_can_be_asked_and_asked_again(contest: Contest, language: str) -> None:
    words = catalogues()[language]
    answers = sample_answers(contest)
    for field in contest.fields:
        for known in ({}, answers):
            found = form(contest, field.id, known)
            screen = form_views.form(words, found)
            fits(screen)
            plain, _ = parse_html(screen.text)
            assert parse_html(field.question[language])[0] in plain
            if field.example:
                assert field.example[language] in plain
            if known:
                assert field.shown(known[field.id], language) in plain
            if isinstance(field, ChoiceField):
                assert {option.label[language] for option in field.options} <= set(labels(screen))
            fits(form_views.form(words, found, words("refusal.text.too_long", limit=3000, length=5000)))
    if contest.consent.publish_name:
        screen = form_views.form(words, form(contest, PUBLISH_NAME, answers))
        fits(screen)
        assert contest.consent.publish_name[language] in screen.text


@every_contest
@both_languages
def test_every_field_takes_its_own_example(contest: Contest, language: str) -> None:
    setting = contest.setting(NOW, contest.moments(Calendar()))
    for field in contest.fields:
        if field.example and field.takes == "text":
            assert field.parse(field.example[language], setting)


@every_contest
@both_languages
@pytest.mark.parametrize("guardian", ["", "needed", "paper", "agreed"])
@pytest.mark.parametrize("state", ["draft", "submitted", "withdrawn"])
def test_a_summary_and_an_application_in_every_state(
    contest: Contest, language: str, state: str, guardian: str
) -> None:
    words = catalogues()[language]
    answers = sample_answers(contest)
    more = {"state": state, "guardian": guardian, "number": 42, "submitted_at": NOW}
    found = form(contest, SUMMARY, answers, **more)
    closes = contest.moments(Calendar())["applications_close"]
    for now in (NOW, closes + timedelta(days=1)):
        fits(form_views.application(words, found, now=now))
        fits(form_views.applications(words, [found], now))
    fits(form_views.withdraw(words, found))
    screen = form_views.form(words, found)
    fits(screen)
    if state != "withdrawn":
        plain, _ = parse_html(screen.text)
        for field in contest.fields:
            assert f"{field.label[language]}: {field.shown(answers[field.id], language)}" in plain
            assert words.label("form.change", label=field.label[language]) in labels(screen)
    plain, _ = parse_html(form_views.receipt(words, found).text)
    assert f"{contest.prefix}-0042" in plain
    assert words.moment(NOW, contest.tz) in plain
    fits(form_views.guardian_link(words, found, f"{ADDRESS}?start=k_x"))
    fits(form_views.guardian_paper(words, found))


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/none.sqlite3")
    yield make_office(database, tmp_path, StillClock())
    await database.close()


def consent(office: Office, contest: Contest, words: Words, name: str, erased: datetime) -> str:
    return consents.wording(office, contest, words.language, erased, name)


@every_contest
@both_languages
async def test_the_consent_names_all_that_the_law_wants_named(office: Office, contest: Contest, language: str) -> None:
    words = office.words[language]
    erased = contest.moments(Calendar())["erased"]
    text = consent(office, contest, words, "Образцова Анна", erased)
    screen = contest_views.consent(words, contest, text, "0123abcd")
    fits(screen)
    plain, _ = parse_html(screen.text)
    # 94-V, article 8(4), items 1 to 7; 8 is the rest: what for, and the rights.
    for wanted in (
        office.department.name[language],
        office.department.bin,
        "Образцова Анна",
        words.moment(erased, contest.tz),
        contest.consent.third_parties[language],
        contest.consent.cross_border[language],
        contest.consent.publication[language],
        contest.consent.purpose[language],
        "/mydata",
        "/forget",
        words.label("consent.data.telegram"),
        *(field.label[language] for field in contest.fields),
    ):
        assert wanted in plain
    numbers = re.findall(r"^(\d)\. ", plain, re.MULTILINE)
    assert numbers == [str(number) for number in range(1, 10)]
    assert labels(screen)[:2] == [words.label("consent.agree"), words.label("consent.disagree")]
    asked = form_views.guardian_asked(words, contest, "Образцова Анна", text)
    fits(asked)


@every_contest
async def test_a_consents_version_changes_with_every_word(office: Office, contest: Contest) -> None:
    erased = contest.moments(Calendar())["erased"]
    texts = consents.processing_texts(office, contest, erased)
    assert set(texts) == set(LANGUAGES)
    before = consents.version(texts)
    assert consents.version(dict(reversed(texts.items()))) == before
    for language in LANGUAGES:
        assert consents.version({**texts, language: texts[language] + "."}) != before
    assert consents.version(consents.processing_texts(office, contest, erased + timedelta(days=1))) != before
    assert len(before) <= 16


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("мгов", "mgov"),
        ("привязать номер", "mgov"),
        ("регистрация на портале", "portal"),
        ("порталға тіркелу", "portal"),
        ("порталга тиркелу", "portal"),
        ("войти на портал", "login"),
        ("порталға кіру", "login"),
        ("эцп", "eds"),
        ("эцқ жаңарту", "eds"),
        ("установить приложение", "app"),
        ("қосымша орнату", "app"),
        ("цифровой документ", "document"),
        ("цифрлық құжат", "document"),
        ("опека", "guardianship"),
        ("коргоншылык", "guardianship"),
        ("код не приходит", "trouble"),
        ("смс келмейді", "trouble"),
        ("забыл пароль", "trouble"),
        ("құпиясөз ұмыттым", "trouble"),
        ("конкурс", "egov_user"),
        ("байкау", "egov_user"),
        ("байқауға қатысу", "egov_user"),
        ("подать заявку на конкурс", "egov_user"),
    ],
)
def test_what_people_look_for_is_found(query: str, first: str) -> None:
    assert [entry.id for entry in search.build(library()).search(query)][:1] == [first]


def test_a_word_of_several_is_found_in_all() -> None:
    index = search.build(library())
    assert [entry.id for entry in index.search("эцп")] == ["eds", "egov_user"]
    assert {"portal", "login"} <= {entry.id for entry in index.search("портал")}


def test_the_guides_and_the_contest_that_were_asked_for_are_there() -> None:
    asked = ["portal", "login", "eds", "mgov", "app", "document", "guardianship", "trouble"]
    assert [guide for guide in library().guides if guide in asked] == asked
    assert "egov_user" in library().contests
    contest = library().contests["egov_user"]
    assert [field.kind for field in contest.fields] == ["name", "date", "choice", "phone"]
    assert contest.guardian is not None
    assert contest.guardian.under == 18
