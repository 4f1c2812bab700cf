"""Every served method, called by an ordinary aiogram bot, gives what aiogram can read."""

from aiogram import Bot
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BufferedInputFile,
    ChatMemberAdministrator,
    ChatMemberBanned,
    ChatMemberLeft,
    ChatMemberMember,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    KeyboardButton,
    MenuButtonCommands,
    MenuButtonDefault,
    MessageOriginUser,
    ReplyKeyboardMarkup,
    ReplyParameters,
)

from bot.local_telegram import LocalTelegram
from bot.local_telegram.api import METHODS
from bot.local_telegram.parameters import method_table

from .conftest import Clock
from .samples import buttons, png


async def test_text(bot: Bot, telegram: LocalTelegram, clock: Clock) -> None:
    sent = await bot.send_message(1, "Сәлем, <b>Айгүл</b>! /help", parse_mode="HTML", reply_markup=buttons("Иә", "Жоқ"))
    assert (sent.text, sent.date, sent.chat.first_name) == ("Сәлем, Айгүл! /help", clock.now, "Айгүл")
    assert sent.from_user is not None
    assert sent.from_user.is_bot
    assert [(e.type, e.offset, e.length) for e in sent.entities or []] == [("bold", 7, 5), ("bot_command", 14, 5)]
    assert sent.reply_markup is not None
    answer = await bot.send_message(1, "жауап", reply_parameters=ReplyParameters(message_id=sent.message_id))
    assert answer.reply_to_message is not None
    assert answer.reply_to_message.message_id == sent.message_id
    seen = await telegram.message(1, sent.message_id)
    assert (seen.text, seen.html, seen.labels) == (sent.text, "Сәлем, <b>Айгүл</b>! /help", ["Иә", "Жоқ"])
    assert await telegram.complaints() == []


async def test_a_reply_keyboard_is_kept_but_never_echoed(bot: Bot, telegram: LocalTelegram) -> None:
    keyboard = ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="Мәзір"), KeyboardButton(text="Көмек")]])
    sent = await bot.send_message(1, "x", reply_markup=keyboard)
    assert sent.reply_markup is None
    assert await telegram.keys(1) == ["Мәзір", "Көмек"]
    assert (await telegram.press(1, "Көмек")).text == "Көмек"


async def test_files(bot: Bot, telegram: LocalTelegram) -> None:
    file = BufferedInputFile(png(400, 300), "сурет.png")
    photo = await bot.send_photo(1, file, caption="<i>x</i>", parse_mode="HTML")
    assert photo.photo is not None
    assert [(p.width, p.height) for p in photo.photo] == [(320, 240), (400, 300)]
    again = await bot.send_photo(2, photo.photo[-1].file_id)
    assert again.photo is not None
    assert again.photo[-1].file_id == photo.photo[-1].file_id
    document = await bot.send_document(1, BufferedInputFile(b"%PDF-1", "ереже.pdf"))
    assert document.document is not None
    assert (document.document.file_name, document.document.mime_type, document.document.file_size) == (
        "ереже.pdf",
        "application/pdf",
        6,
    )
    downloaded = await bot.download(document.document)
    assert downloaded is not None
    assert downloaded.read() == b"%PDF-1"
    assert (await bot.send_video(1, BufferedInputFile(b"x", "a.mp4"))).video is not None
    assert (await bot.send_audio(1, BufferedInputFile(b"x", "a.mp3"))).audio is not None
    assert (await bot.send_voice(1, BufferedInputFile(b"x", "a.ogg"))).voice is not None
    assert (await bot.send_sticker(1, BufferedInputFile(b"x", "a.webp"))).sticker is not None
    assert await telegram.complaints() == []


async def test_place_and_contact(bot: Bot) -> None:
    place = await bot.send_location(1, 51.1, 71.4)
    assert place.location is not None
    contact = await bot.send_contact(1, "+77011234567", "Көмек")
    assert contact.contact is not None
    assert contact.contact.phone_number == "+77011234567"


async def test_album(bot: Bot, telegram: LocalTelegram) -> None:
    pictures = [InputMediaPhoto(media=BufferedInputFile(png(), f"{i}.png"), caption=f"№ {i}") for i in (1, 2)]
    sent = await bot.send_media_group(1, [*pictures])
    assert len({m.media_group_id for m in sent}) == 1
    assert [m.text for m in await telegram.bot_messages(1)] == ["№ 1", "№ 2"]
    assert await telegram.complaints() == []


async def test_copy_and_forward(bot: Bot, telegram: LocalTelegram) -> None:
    theirs = await telegram.send_document(1, b"x", "a.pdf", caption="менің файлым")
    copied = await bot.copy_message(2, 1, theirs.message_id, caption="сіздің файлыңыз")
    forwarded = await bot.forward_message(2, 1, theirs.message_id)
    assert isinstance(forwarded.forward_origin, MessageOriginUser)
    assert forwarded.forward_origin.sender_user.id == 1
    first, second = await telegram.bot_messages(2)
    assert (first.message_id, first.text, "forward_origin" in first.extra) == (
        copied.message_id,
        "сіздің файлыңыз",
        False,
    )
    assert (second.text, second.extra["document"]["file_name"]) == ("менің файлым", "a.pdf")
    assert len(await bot.copy_messages(2, 1, [theirs.message_id, theirs.message_id + 50])) == 1
    assert len(await bot.forward_messages(2, 1, [theirs.message_id])) == 1


async def test_edits(bot: Bot, telegram: LocalTelegram, clock: Clock) -> None:
    sent = await bot.send_message(1, "бір", reply_markup=buttons("a"))
    clock.move(minutes=1)
    edited = await bot.edit_message_text("екі", chat_id=1, message_id=sent.message_id)
    assert not isinstance(edited, bool)
    assert (edited.text, edited.reply_markup, edited.edit_date) == ("екі", None, int(clock.now.timestamp()))
    await bot.edit_message_reply_markup(chat_id=1, message_id=sent.message_id, reply_markup=buttons("b"))
    seen = await telegram.message(1, sent.message_id)
    assert (seen.text, seen.labels, seen.edits) == ("екі", ["b"], 2)
    photo = await bot.send_photo(1, BufferedInputFile(png(), "a.png"), caption="c")
    await bot.edit_message_caption(chat_id=1, message_id=photo.message_id, caption="d")
    media = InputMediaDocument(media=BufferedInputFile(b"x", "b.pdf"), caption="e")
    changed = await bot.edit_message_media(media, chat_id=1, message_id=photo.message_id)
    assert not isinstance(changed, bool)
    assert changed.document is not None
    assert (await telegram.message(1, photo.message_id)).text == "e"


async def test_deletions_and_pins(bot: Bot, telegram: LocalTelegram) -> None:
    ids = [(await bot.send_message(1, str(i))).message_id for i in range(3)]
    assert await bot.pin_chat_message(1, ids[2])
    assert await bot.unpin_chat_message(1, message_id=ids[2])
    assert await bot.delete_message(1, ids[0])
    assert await bot.delete_messages(1, [ids[1], 999])
    assert [m.text for m in await telegram.bot_messages(1)] == ["2"]
    assert [m.deleted for m in await telegram.messages(1, deleted=True)] == [True, True, False]


async def test_taps(bot: Bot, telegram: LocalTelegram) -> None:
    await bot.send_message(1, "x", reply_markup=buttons("Иә"))
    query = await telegram.tap(1, "Иә")
    [update] = await bot.get_updates()
    assert update.callback_query is not None
    assert (update.callback_query.id, update.callback_query.data) == (query, "Иә")
    assert await bot.answer_callback_query(query, text="Сақталды", show_alert=True)
    answer = await telegram.answer(query)
    assert (answer.text, answer.show_alert, answer.data) == ("Сақталды", True, "Иә")


async def test_the_bot_itself(bot: Bot, telegram: LocalTelegram) -> None:
    me = await bot.get_me()
    assert (me.is_bot, me.username) == (True, telegram.username)
    assert await bot.set_my_name("Көмекші", language_code="kk")
    assert (await bot.get_my_name(language_code="kk")).name == "Көмекші"
    assert (await bot.get_my_name()).name == "Bot"
    assert await bot.set_my_description("ұзақ")
    assert (await bot.get_my_description(language_code="kk")).description == "ұзақ"
    assert await bot.set_my_short_description("қысқа")
    assert (await bot.get_my_short_description()).short_description == "қысқа"
    await telegram.set_stars(12.5)
    balance = await bot.get_my_star_balance()
    assert (balance.amount, balance.nanostar_amount) == (12, 500_000_000)
    assert await bot.log_out()
    assert await bot.close()


async def test_commands_by_scope_and_language(bot: Bot, telegram: LocalTelegram) -> None:
    async def menu(person: int) -> list[str]:
        return [c["command"] for c in await telegram.commands(person)]

    await bot.set_my_commands([BotCommand(command="help", description="Help")])
    everybody = BotCommandScopeAllPrivateChats()
    await bot.set_my_commands([BotCommand(command="komek", description="Көмек")], everybody, language_code="kk")
    assert (await menu(1), await menu(2)) == (["komek"], ["help"])
    own = BotCommandScopeChat(chat_id=2)
    await bot.set_my_commands([BotCommand(command="queue", description="Очередь")], own)
    assert await menu(2) == ["queue"]
    assert [c.command for c in await bot.get_my_commands(everybody, language_code="kk")] == ["komek"]
    await bot.delete_my_commands(own)
    assert await menu(2) == ["help"]
    await telegram.set_language(1, "ru")
    assert await menu(1) == ["help"]


async def test_menu_button(bot: Bot) -> None:
    assert isinstance(await bot.get_chat_menu_button(), MenuButtonCommands)
    await bot.set_chat_menu_button(1, MenuButtonDefault())
    assert isinstance(await bot.get_chat_menu_button(1), MenuButtonDefault)
    assert isinstance(await bot.get_chat_menu_button(2), MenuButtonCommands)


async def test_chats(bot: Bot, telegram: LocalTelegram) -> None:
    assert (await bot.get_chat(1)).first_name == "Айгүл"
    assert isinstance(await bot.get_chat_member(1, 1), ChatMemberMember)
    assert await bot.get_chat_member_count(1) == 2
    group = await telegram.add_group("Комиссия", [1, 2])
    assert isinstance(await bot.get_chat_member(group, bot.id), ChatMemberLeft)
    await telegram.add_bot_to_group(group, by=1, status="administrator")
    assert isinstance(await bot.get_chat_member(group, bot.id), ChatMemberAdministrator)
    assert await bot.get_chat_member_count(group) == 3
    assert (await bot.get_chat(group)).title == "Комиссия"
    await telegram.remove_bot_from_group(group, by=1)
    assert isinstance(await bot.get_chat_member(group, bot.id), ChatMemberBanned)
    await telegram.add_bot_to_group(group, by=1)
    assert await bot.leave_chat(group)


async def test_chat_action(bot: Bot, telegram: LocalTelegram) -> None:
    await bot.send_chat_action(1, "typing")
    assert await telegram.chat_actions(1) == ["typing"]


async def test_webhook_methods(bot: Bot) -> None:
    assert await bot.set_webhook("https://egov.kz/hook", secret_token="a-b_C1", allowed_updates=["message"])
    info = await bot.get_webhook_info()
    assert (info.url, info.allowed_updates, info.pending_update_count) == ("https://egov.kz/hook", ["message"], 0)
    assert await bot.delete_webhook()
    assert (await bot.get_webhook_info()).url == ""


async def test_links_in_buttons_are_written_as_telegram_writes_them(bot: Bot) -> None:
    button = InlineKeyboardButton(text="b", url="EGOV.kz")
    sent = await bot.send_message(1, "x", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[button]]))
    assert sent.reply_markup is not None
    assert sent.reply_markup.inline_keyboard[0][0].url == "http://egov.kz/"


def test_every_served_method_is_a_method_of_the_bot_api() -> None:
    assert METHODS.keys() <= method_table().keys()
