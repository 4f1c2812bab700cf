"""A contest that asks for files, own words and a choice: tests/bot/content/contests/fair.toml."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pytest

from bot.local_telegram import Message
from tests.bot.journeys import LANGUAGES, bytes_at_rest, content_of, label, newcomer, row, rows, said
from tests.house import Citizen, House

FAIR = {"kk": "Жоба жәрмеңкесі", "ru": "Ярмарка проектов"}
WORK = {"kk": "Жұмысыңызды жіберіңіз.", "ru": "Пришлите свою работу."}
PICTURE = {"kk": "Суретін жіберіңіз.", "ru": "Пришлите снимок."}
PDF = b"%PDF-1.7\nthe work of Anna Obraztsova\n%%EOF"
JPG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00the picture of Anna Obraztsova"
MEGABYTE = 1024 * 1024


async def to_work(house: House, language: str, number: int = 1) -> Citizen:
    """A newcomer at the first question that asks for a file."""
    nina = await newcomer(house, language, number)
    await nina.taps(label(language, "menu.contests"), FAIR[language])
    await nina.taps(label(language, "contest.apply"), label(language, "consent.agree"))
    await nina.says({"kk": "Ауыл кітапханасы", "ru": "Сельская библиотека"}[language])
    question = await nina.taps({"kk": "Мектеп", "ru": "Школа"}[language])
    assert WORK[language] in question.text
    return nina


async def sends(citizen: Citizen, content: bytes, name: str = "Жұмыс.pdf") -> Message:
    """Sends a document; gives the newest message of the bot."""
    await citizen.telegram.send_document(citizen.number, content, name)
    return await citizen.sees()


async def my_data(citizen: Citizen, language: str) -> bytes:
    """The document that /mydata brings; it comes after all files of the person were fetched."""
    before = await citizen.says("/mydata")
    caption = said(language, "mydata.caption")
    return await content_of(
        citizen.telegram, await citizen.telegram.wait_message(citizen.number, caption, after=before.message_id)
    )


@pytest.mark.parametrize("language", LANGUAGES)
async def test_files_are_fetched_and_kept_sealed(fair: House, language: str) -> None:
    nina = await to_work(fair, language)
    question = await sends(nina, PDF)
    assert PICTURE[language] in question.text
    await fair.telegram.send_photo(1, JPG)
    await nina.sees()
    for _ in range(2):
        await nina.taps(label(language, "form.skip"))
    summary = await nina.sees()
    assert "Жұмыс.pdf" in summary.text
    with zipfile.ZipFile(io.BytesIO(await my_data(nina, language))) as archive:
        text, work, picture = (archive.read(name) for name in archive.namelist())
    assert (work, picture) == (PDF, JPG)
    assert "Жұмыс.pdf" in text.decode("utf-8-sig")
    assert rows(fair, "SELECT state, size FROM files ORDER BY id") == [("kept", len(PDF)), ("kept", len(JPG))]
    folder = fair.settings.storage.files
    assert sorted(path.name for path in folder.iterdir()) == ["1", "2"]
    kept = bytes_at_rest(fair)
    for plain in (b"Obraztsova", "Жұмыс.pdf".encode(), "кітапхана".encode(), "библиотека".encode()):
        assert plain not in kept


@pytest.mark.parametrize("language", LANGUAGES)
async def test_bad_files_are_refused(fair: House, language: str) -> None:
    nina = await to_work(fair, language)

    async def refused(key: str, **values: object) -> None:
        seen = await nina.sees()
        assert seen.text.startswith(said(language, key, **values))
        assert WORK[language] in seen.text

    await fair.telegram.send_document(1, b"", "Жұмыс.pdf")
    await refused("refusal.file.empty")
    await fair.telegram.send_document(1, size=25 * MEGABYTE, file_name="Жұмыс.pdf")
    await refused("refusal.file.too_big_for_bots", limit=20)
    await fair.telegram.send_document(1, size=6 * MEGABYTE, file_name="Жұмыс.pdf")
    await refused("refusal.file.too_big", limit=5)
    for name in ("работа.docx", "работа", "pdf.exe"):
        await fair.telegram.send_document(1, PDF, name)
        await refused("refusal.file.type", types="PDF")
    await fair.telegram.send_photo(1, JPG)
    await refused("refusal.file.type", types="PDF")
    await nina.says("сейчас пришлю")
    await refused("refusal.file.wanted", types="PDF", limit=5)
    await fair.telegram.send_voice(1)
    await refused("unexpected.voice")
    assert rows(fair, "SELECT * FROM files") == []
    assert PICTURE[language] in (await sends(nina, PDF, "WORK.PDF")).text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_content_that_is_not_what_the_name_says(fair: House, language: str) -> None:
    nina = await to_work(fair, language)
    await sends(nina, b"MZ this is no document", "Жұмыс.pdf")
    told = await fair.telegram.wait_message(1, said(language, "push.file_refused_text", name="Жұмыс.pdf", types="PDF"))
    assert told.labels == [label(language, "application.send_another")]
    assert rows(fair, "SELECT state FROM files") == [("refused",)]
    assert list(fair.settings.storage.files.glob("*")) == []
    # The draft asks for it again.
    question = await nina.taps(label(language, "application.send_another"))
    assert WORK[language] in question.text
    assert PICTURE[language] in (await sends(nina, PDF)).text


async def test_another_file_in_its_place(fair: House) -> None:
    nina = await to_work(fair, "ru")
    await sends(nina, PDF)
    for _ in range(3):
        await nina.taps("Пропустить")
    await nina.taps("✏️ Работа")
    await sends(nina, PDF + b" second", "Вторая.pdf")
    await nina.taps("📨 Отправить заявку")
    with zipfile.ZipFile(io.BytesIO(await my_data(nina, "ru"))) as archive:
        assert [archive.read(name) for name in archive.namelist()][1:] == [PDF + b" second"]
    folder = fair.settings.storage.files
    assert len(list(folder.iterdir())) == 1
    # Taking the application back takes the file along.
    await nina.says("/status")
    await nina.taps("F-0001 Ярмарка проектов", "Отозвать заявку и согласие", "Да, отозвать")
    assert list(folder.iterdir()) == []
    assert rows(fair, "SELECT * FROM files") == []


async def test_a_file_refused_after_it_was_sent_in(fair: House) -> None:
    nina = await to_work(fair, "ru")
    busy = await fair.telegram.add_fault("5xx_html", "getFile")
    await sends(nina, b"MZ no document", "Работа.pdf")
    await busy.reached()
    for _ in range(3):
        await nina.taps("Пропустить")
    await nina.taps("📨 Отправить заявку")
    await fair.move(minutes=10)
    told = await fair.telegram.wait_message(1, said("ru", "push.file_refused_text", name="Работа.pdf", types="PDF"))
    assert told.labels == ["📎 Отправить другой файл"]
    await nina.taps("📎 Отправить другой файл")
    await sends(nina, PDF)
    await my_data(nina, "ru")
    assert row(fair, "SELECT state FROM files") == ("kept",)
    assert row(fair, "SELECT state FROM applications") == ("submitted",)


async def test_a_file_that_cannot_be_had_at_once_is_fetched_later(fair: House) -> None:
    nina = await to_work(fair, "ru")
    fault = await fair.telegram.add_fault("5xx_html", "getFile")
    await fair.telegram.send_document(1, PDF, "Работа.pdf")
    await fault.reached()
    await nina.sees()
    await fair.move(minutes=10)
    with zipfile.ZipFile(io.BytesIO(await my_data(nina, "ru"))) as archive:
        assert archive.read(archive.namelist()[1]) == PDF


@pytest.mark.parametrize("language", LANGUAGES)
async def test_own_words_a_choice_and_what_may_be_skipped(fair: House, language: str) -> None:
    nina = await newcomer(fair, language)
    await nina.taps(label(language, "menu.contests"), FAIR[language])
    first = await nina.taps(label(language, "contest.apply"), label(language, "consent.agree"))
    skip = label(language, "form.skip")
    assert skip not in first.labels
    for _ in range(2):
        refused = await nina.says("ж" * 301)
        assert refused.text.startswith(said(language, "refusal.text.too_long", limit=300, length=301))
    # Formatting signs are the person's own; a code is an answer where own words are asked.
    choice = await nina.says("<b>Код 739155</b> & \u202eкітап\n\nекінші жол")
    assert [["Мектеп", "Денсаулық"], ["Школа", "Здоровье"]][language == "ru"] == [
        button.label for button in choice.buttons[0]
    ]
    work = await nina.says("health")
    assert WORK[language] in work.text
    back = await nina.taps(label(language, "button.back"), label(language, "button.back"))
    assert "<b>Код 739155</b> & кітап\n\nекінші жол" in back.text
    await nina.says("Кітапхана")
    picture = await sends(nina, PDF)
    assert skip in picture.labels
    phone = await nina.taps(skip)
    assert skip in phone.keys
    wish = await nina.taps(skip)
    assert skip in wish.labels
    summary = await nina.taps(skip)
    for name in ({"kk": ("Сурет", "Телефон", "Тілек"), "ru": ("Снимок", "Телефон", "Пожелание")})[language]:
        assert f"{name}: –" in summary.text
    # What was skipped can be answered after all, and skipped again.
    wished = await nina.taps(f"✏️ {({'kk': 'Тілек', 'ru': 'Пожелание'})[language]}")
    assert skip in wished.labels
    assert "Больше книг" in (await nina.says("Больше книг")).text
    await nina.taps(f"✏️ {({'kk': 'Тілек', 'ru': 'Пожелание'})[language]}")
    assert "Больше книг" not in (await nina.taps(skip)).text
    await nina.taps(label(language, "form.submit"))
    receipt = await fair.telegram.wait_message(1, said(language, "form.receipt").split("\n")[0])
    assert "F-0001" in receipt.text
    assert {"kk": "Күтіңіз.", "ru": "Ждите."}[language] in receipt.text
    assert row(fair, "SELECT state FROM applications") == ("submitted",)


async def test_an_album_answers_one_question_with_one_file(fair: House) -> None:
    nina = await to_work(fair, "ru")
    await fair.telegram.send_album(
        1,
        [
            {"kind": "document", "content": PDF, "file_name": "один.pdf"},
            {"kind": "document", "content": PDF, "file_name": "два.pdf"},
        ],
    )
    # The second is no picture, which is what the next question asks for.
    seen = await nina.sees()
    assert seen.text.startswith(said("ru", "refusal.file.type", types="JPG, PNG"))
    assert PICTURE["ru"] in seen.text
    assert row(fair, "SELECT field FROM files") == ("work",)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_contest_that_is_not_open_yet(fair: House, language: str) -> None:
    nina = await newcomer(fair, language)
    titles = (await nina.says("/contests")).labels
    later, hidden = {"kk": ("Кейінгі байқау", "Жасырын байқау"), "ru": ("Поздний конкурс", "Скрытый конкурс")}[language]
    assert later in titles
    assert hidden not in titles
    opens = datetime(2027, 1, 10, 4, tzinfo=UTC)
    page = await nina.taps(later)
    assert said(language, "contest.opens", opens=opens) in page.text
    assert label(language, "contest.apply") not in page.labels
    await fair.telegram.forge_callback(1, "c1:later:agree")
    assert await nina.toast() == label(language, "refusal.not_open_yet", opens=opens)
    assert rows(fair, "SELECT * FROM applications") == []
    assert said(language, "refusal.contest_gone") in (await nina.start("c_hidden")).text


async def test_an_announced_contest_opens_when_its_moment_comes(fair: House) -> None:
    nina = await newcomer(fair)
    await fair.move(days=41)
    await nina.says("/contests")
    await nina.taps("Поздний конкурс", "✍️ Подать заявку")
    assert "Расскажите о проекте." in (await nina.taps("✅ Согласен / согласна")).text


async def test_a_contest_is_announced_when_its_moment_comes(fair: House) -> None:
    nina = await newcomer(fair)
    await fair.move(days=10)
    assert "Скрытый конкурс" in (await nina.says("/contests")).labels
