"""The menu, the commands, the language, a person to speak to, and the search."""

from __future__ import annotations

import pytest

from bot.local_telegram import Message
from tests.bot.journeys import (
    BORN,
    CONTEST,
    DISTRICT,
    LANGUAGES,
    NAME,
    PHONE,
    apply,
    begin,
    contest_page,
    fill,
    label,
    newcomer,
    row,
    said,
    screen,
    to_phone,
)
from tests.bot.test_guides import EDS, MGOV, PORTAL
from tests.house import Citizen, House

COMMANDS = ["menu", "guides", "contests", "status", "language", "settings", "help", "cancel", "mydata", "forget"]


async def test_the_language_of_the_app_only_orders_the_buttons(house: House) -> None:
    for number, code in enumerate(["kk", "ru", "en", None], 1):
        nina = await house.citizen(number, "Нина", code)
        asked = await nina.start()
        assert asked.labels == (["Русский", "Қазақша"] if code == "ru" else ["Қазақша", "Русский"])
    nina = await house.citizen(9, "Нина", "ru")
    await nina.start()
    assert "Басты мәзір" in (await nina.taps("Қазақша")).text
    # From now on it is the person's choice that counts, also against the app's language.
    assert "Басты мәзір" in (await nina.start()).text
    assert (await nina.says("/language")).labels == ["Қазақша", "Русский"]
    assert row(house, "SELECT language FROM people WHERE telegram_id = 9") == ("kk",)


async def test_whoever_chose_no_language_is_asked_whatever_they_send(house: House) -> None:
    nina = await house.citizen(1, "Нина", "kk")
    for text in ("Сәлем", "/status", "/language", "/forget"):
        assert (await nina.says(text)).labels == ["Қазақша", "Русский"]
    for send in (house.telegram.send_sticker, house.telegram.send_photo, house.telegram.share_own_contact):
        await send(1)
        assert (await nina.sees()).labels == ["Қазақша", "Русский"]
    for data in ("m1:contests", "g1:portal::o", "f1:1:phone:", "garbage"):
        await house.telegram.forge_callback(1, data)
        assert (await nina.sees()).labels == ["Қазақша", "Русский"]
    assert "Басты мәзір" in (await nina.taps("Қазақша")).text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_list_of_commands(house: House, language: str) -> None:
    described = [{"command": name, "description": label(language, f"command.{name}")} for name in COMMANDS]
    # By the language of the app at first, by the person's choice afterwards.
    await house.telegram.add_person(1, "Нина", language_code=language)

    async def registered() -> bool:
        return await house.telegram.count_calls("setMyShortDescription") == 1 + len(LANGUAGES)

    await house.telegram.wait_for(registered, what="the registration of the commands")
    assert await house.telegram.commands(1) == described
    nina = await newcomer(house, {"kk": "ru", "ru": "kk"}[language], 2)
    await nina.says("/language")
    await nina.taps(label(language, "language.own_name"))
    await house.telegram.settled()
    assert await house.telegram.commands(2) == described
    await house.telegram.add_person(3, "Nina", language_code="en")
    assert (await house.telegram.commands(3))[0]["description"] == "Басты мәзір"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_command_and_page(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    pages = {
        "/menu": "menu.text",
        "/guides": "guides.text",
        "/contests": "contests.text",
        "/status": "applications.none",
        "/settings": "settings.text",
        "/help": "help.text",
        "/cancel": "cancel.text",
        "/mydata": "mydata.coming",
        "/forget": "forget.ask",
    }
    for command, key in pages.items():
        assert said(language, key) in (await nina.says(command)).text, command
    await house.telegram.wait_message(1, said(language, "mydata.caption"))
    for button, key in {
        "menu.guides": "guides.text",
        "menu.contests": "contests.text",
        "menu.applications": "applications.none",
        "menu.settings": "settings.text",
        "menu.help": "help.text",
    }.items():
        await nina.says("/menu")
        assert said(language, key) in (await nina.taps(label(language, button))).text, button
        assert said(language, "menu.text") in (await nina.taps(label(language, "button.menu"))).text, button
    help_page = await nina.says("/help")
    for name in ("guides", "contests", "status", "language", "cancel", "mydata", "forget"):
        assert f"/{name} – " in help_page.text


async def test_a_typed_message_gets_a_new_screen_and_a_tap_changes_the_one_tapped(house: House) -> None:
    nina = await newcomer(house)
    menu = await nina.says("/menu")
    guides = await nina.taps("📖 Инструкции")
    assert guides.message_id == menu.message_id
    settings = await nina.says("/settings")
    assert settings.message_id > menu.message_id
    assert (await house.telegram.message(1, menu.message_id)).buttons == []


async def _screens(citizen: Citizen, language: str) -> list[tuple[str, Message]]:
    """Every kind of screen that a citizen can stand at, with a name for it."""
    found = []
    for command in ("menu", "guides", "contests", "status", "settings", "help", "cancel", "forget", "mydata"):
        found.append((f"/{command}", await citizen.says(f"/{command}")))
    await citizen.telegram.wait_message(citizen.number, said(language, "mydata.caption"))
    found.append(("nothing found", await citizen.says("ййййй")))
    found.append(("found", await citizen.says("mgov")))
    found.append(("guide", await citizen.taps(MGOV[language])))
    found.append(("contest", await contest_page(citizen, language)))
    found.append(("contest's dates", await citizen.taps(label(language, "contest.dates"))))
    await citizen.taps(label(language, "button.back"))
    parts = await citizen.taps(label(language, "contest.about"))
    found += [("contest's parts", parts), ("a part", await citizen.taps(parts.labels[0]))]
    await contest_page(citizen, language)
    found.append(("consent", await citizen.taps(label(language, "contest.apply"))))
    found.append(("question", await citizen.taps(label(language, "consent.agree"))))
    await citizen.says(NAME)
    found.append(("choice", await citizen.says(BORN)))
    found.append(("phone", await citizen.taps(DISTRICT[language])))
    found.append(("publication", await citizen.says(PHONE)))
    found.append(("summary", await citizen.taps(label(language, "form.publish_no"))))
    await citizen.says("/status")
    found.append(("application", await citizen.taps(CONTEST[language])))
    found.append(("withdrawing", await citizen.taps(label(language, "application.withdraw"))))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_person_is_one_tap_away_everywhere(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    name = label(language, "button.person")
    without = [where for where, seen in await _screens(nina, language) if name not in [*seen.labels, *seen.keys]]
    assert without == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_speaking_to_a_person(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    department = house.settings.department
    menu = await nina.sees()
    card = await nina.taps(label(language, "button.person"))
    for part in ("1414", department.phone, department.name[language], department.hours[language]):
        assert part in card.text
    assert [button.value for buttons in card.buttons for button in buttons] == ["1414", department.phone]
    # The screen where the person stood stays as it is.
    assert (await house.telegram.message(1, menu.message_id)).labels == menu.labels

    # From the keyboard in place of letters as well, and the question still stands.
    await to_phone(nina, language)
    again = await nina.taps(label(language, "button.person"))
    assert again.text == card.text
    question = await nina.says("+7 701 123 45 67")
    assert label(language, "form.publish_yes") in question.labels


async def test_menu_on_the_keyboard_in_place_of_letters(house: House) -> None:
    nina = await newcomer(house)
    await to_phone(nina)
    menu = await nina.taps("🏠 Меню")
    assert "Главное меню" in menu.text
    assert await house.telegram.keys(1) == []
    # A phone number is no answer any more, and the draft waits.
    assert said("ru", "search.nothing") in (await nina.says("+7 701 123 45 67")).text
    status = await nina.says("/status")
    assert said("ru", "application.progress", done=3, total=5) in status.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_cancel_and_start_leave_the_draft_where_it_is(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    await begin(nina, language)
    asked = await nina.says("Образцова Анна")
    for leave, key in (("/cancel", "cancel.text"), ("/start", "menu.greeting")):
        assert said(language, key) in (await nina.says(leave)).text
        # Nothing typed is expected now.
        assert said(language, "search.nothing") in (await nina.says("05.01.1990")).text
        await nina.taps(label(language, "menu.applications"), CONTEST[language])
        resumed = await nina.taps(label(language, "application.resume"))
        assert resumed.text == asked.text
    assert "3" in (await nina.says("05.01.1990")).text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("way", ["command", "settings"])
async def test_language_changes_in_the_middle_of_a_form(house: House, language: str, way: str) -> None:
    other = {"kk": "ru", "ru": "kk"}[language]
    nina = await newcomer(house, language)
    await begin(nina, language)
    await nina.says("Образцова Анна")
    if way == "command":
        await nina.says("/language")
    else:
        await nina.says("/settings")
        await nina.taps(label(language, "settings.language"))
    here = await nina.taps(label(other, "language.own_name"))
    if way == "settings":
        await nina.says("/status")
        here = await nina.taps(CONTEST[other], label(other, "application.resume"))
    assert said(other, "form.position", position=2, total=5) in here.text
    await nina.says("05.01.1990")
    await nina.taps({"kk": "Есіл ауданы", "ru": "Есильский район"}[other])

    # At the keyboard in place of letters, which has to change its language too.
    await nina.says("/language")
    here = await nina.taps(label(language, "language.own_name"))
    assert said(language, "form.position", position=4, total=5) in here.text
    assert (await house.telegram.keys(1))[0] == label(language, "form.send_phone")
    await nina.says("87011234567")
    summary = await nina.taps(label(language, "form.publish_yes"))
    for answer in ("Образцова Анна", "05.01.1990", "+7 701 123 4567"):
        assert answer in summary.text
    # And at the summary.
    await nina.says("/language")
    summary = await nina.taps(label(other, "language.own_name"))
    assert said(other, "form.publish_label") + ": " + said(other, "form.yes") in summary.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_no_screen_expects(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    telegram = house.telegram
    for send, key in (
        (telegram.send_voice, "unexpected.voice"),
        (telegram.send_sticker, "unexpected.sticker"),
        (telegram.send_location, "unexpected.location"),
        (telegram.send_video, "unexpected.video"),
        (telegram.send_audio, "unexpected.audio"),
        (telegram.send_photo, "unexpected.file"),
        (telegram.share_own_contact, "unexpected.contact"),
    ):
        await send(1)
        answer = await nina.sees()
        assert said(language, key) in answer.text
        assert label(language, "menu.guides") in answer.labels
    await telegram.send_document(1, b"%PDF-1.4")
    assert said(language, "unexpected.file") in (await nina.sees()).text
    hello = await telegram.send_text(1, "привет")
    await telegram.edit_text(1, hello.message_id, "до свидания")
    assert said(language, "unexpected.edited") in (await nina.sees()).text


SEARCHES = [
    # Case, ё for е and back, endings.
    ("регистрация", PORTAL),
    ("РЕГИСТРАЦИИ на портале", PORTAL),
    ("мобильного правительства", MGOV),
    ("не пришёл код", MGOV),
    ("не пришел код", MGOV),
    ("лучший пользователь", CONTEST),
    # Kazakh, with its letters and without a Kazakh keyboard.
    ("тіркелу", PORTAL),
    ("үздік пайдаланушы", CONTEST),
    ("уздик пайдаланушы", CONTEST),
    ("мобильді үкіметке қосылу", MGOV),
    ("мобильди укиметке косылу", MGOV),
    ("укиметке", MGOV),
    ("колтанба", EDS),
    ("байқауға", CONTEST),
    # One wrong letter.
    ("регистрацея", PORTAL),
    ("канкурс", CONTEST),
    ("байкоу", CONTEST),
]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_search(house: House, language: str) -> None:
    nina = await newcomer(house, language)
    for words, wanted in SEARCHES:
        found = await nina.says(words)
        assert said(language, "search.found") in found.text, words
        assert found.labels[0] == wanted[language], words
    page = await nina.taps(found.labels[0])
    assert CONTEST[language] in page.text
    assert label(language, "contest.apply") in page.labels
    for words in ("щщщщщ", "?!", "а", "😀"):
        nothing = await nina.says(words)
        assert said(language, "search.nothing") in nothing.text, words
        assert nothing.labels[0] == label(language, "menu.guides")


async def test_the_longest_text_that_telegram_takes_is_searched(house: House) -> None:
    nina = await newcomer(house)
    assert (await nina.says("регистрация " * 341)).labels[0] == PORTAL["ru"]
    await nina.says("ы" * 5000)
    assert said("ru", "search.nothing") in (await nina.sees()).text


async def test_an_application_among_mine(house: House) -> None:
    nina = await newcomer(house)
    await apply(nina)
    await fill(other := await newcomer(house, "ru", 2))
    assert "EU-0001" in (await nina.says("/status")).text
    status = await other.says("/status")
    assert "EU-" not in status.text
    assert said("ru", "application.progress", done=5, total=5) in status.text
    one = await nina.taps("📄 Открыть заявку")
    assert "EU-0001" in one.text
    # The receipt has not changed: its button opened a message of its own.
    assert (await screen(nina)).message_id == one.message_id
    assert (await house.telegram.wait_message(1, "✅ Заявка принята")).labels == ["📄 Открыть заявку"]
