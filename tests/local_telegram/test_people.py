"""What people do, and what the bot hears of it."""

import pytest
from aiogram import Bot
from aiogram.types import (
    ChatMemberBanned,
    ChatMemberMember,
    InaccessibleMessage,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
)

from bot.local_telegram import LocalTelegram, PowerError

from .conftest import Call, Clock
from .samples import buttons, png


async def test_text_is_trimmed_and_has_entities(telegram: LocalTelegram, bot: Bot, clock: Clock) -> None:
    await telegram.send_text(1, "  /start kk_5  ")
    [update] = await bot.get_updates()
    message = update.message
    assert message is not None
    assert message.from_user is not None
    assert (message.text, message.date, message.from_user.language_code) == ("/start kk_5", clock.now, "kk")
    assert [e.type for e in message.entities or []] == ["bot_command"]


async def test_what_a_person_formatted(telegram: LocalTelegram, bot: Bot) -> None:
    bold = {"type": "bold", "offset": 2, "length": 3}
    await telegram.send_text(1, "🙂abc https://egov.kz <i>", entities=[bold])
    [update] = await bot.get_updates()
    assert update.message is not None
    assert update.message.html_text == "🙂<b>abc</b> https://egov.kz &lt;i&gt;"
    assert [entity.type for entity in update.message.entities or []] == ["bold", "url"]


@pytest.mark.parametrize(
    ("text", "entity"),
    [
        ("abc", {"type": "loud", "offset": 0, "length": 1}),
        ("abc", {"type": "bold", "offset": 0}),
        ("a" * 4097, {"type": "bold", "offset": 0, "length": 1}),
        ("   ", {"type": "bold", "offset": 0, "length": 1}),
    ],
)
async def test_formatting_that_no_app_has(telegram: LocalTelegram, text: str, entity: dict[str, object]) -> None:
    with pytest.raises(PowerError):
        await telegram.send_text(1, text, entities=[entity])


async def test_what_is_too_long_arrives_in_pieces(telegram: LocalTelegram, bot: Bot) -> None:
    await telegram.send_text(1, "я" * 5000)
    texts = [u.message.text for u in await bot.get_updates() if u.message]
    assert [len(text or "") for text in texts] == [4096, 904]


async def test_first_contact_makes_the_bot_able_to_write(telegram: LocalTelegram, call: Call) -> None:
    await telegram.add_person(3, "Жаңа", language_code=None)
    assert (await call("sendMessage", chat_id=3, text="x"))[0] == 400
    await telegram.start_bot(3)
    assert (await call("sendMessage", chat_id=3, text="x"))[0] == 200


async def test_deep_links(telegram: LocalTelegram, bot: Bot) -> None:
    name = telegram.username
    await telegram.open_link(1, f"https://t.me/{name}?start=guide-1_x")
    await telegram.open_link(1, f"tg://resolve?domain={name.upper()}&start=y")
    await telegram.open_link(1, f"https://t.me/{name}")
    url = InlineKeyboardButton(text="Сілтеме", url=f"https://t.me/{name}?start=button")
    await bot.send_message(1, "x", reply_markup=InlineKeyboardMarkup(inline_keyboard=[[url]]))
    assert await telegram.tap(1, "Сілтеме") == ""
    texts = [u.message.text for u in await bot.get_updates() if u.message]
    assert texts == ["/start guide-1_x", "/start y", "/start", "/start button"]
    for wrong in (
        "https://t.me/other_bot?start=x",
        "https://egov.kz/?start=x",
        f"https://t.me/{name}?start={'x' * 65}",
    ):
        with pytest.raises(PowerError):
            await telegram.open_link(1, wrong)


async def test_a_tap_finds_the_newest_button_by_its_label(telegram: LocalTelegram, bot: Bot) -> None:
    old = await bot.send_message(1, "ескі", reply_markup=buttons("Иә", "Бұрынғы"))
    new = await bot.send_message(1, "жаңа", reply_markup=buttons("Иә"))
    await telegram.tap(1, "Иә")
    await telegram.tap(1, "Бұрынғы")
    await telegram.tap(1, "Иә", message_id=old.message_id)
    await telegram.tap(1, data="Иә")
    tapped = [u.callback_query.message for u in await bot.get_updates() if u.callback_query]
    assert [m.message_id for m in tapped if m] == [new.message_id, old.message_id, old.message_id, new.message_id]
    with pytest.raises(PowerError, match="'Жоқ'; it has 'Иә', 'Иә', 'Бұрынғы'"):
        await telegram.tap(1, "Жоқ")


async def test_reply_keys(telegram: LocalTelegram, bot: Bot) -> None:
    keys = [[KeyboardButton(text="Мәзір"), KeyboardButton(text="Нөмірім", request_contact=True)]]
    await bot.send_message(1, "x", reply_markup=ReplyKeyboardMarkup(keyboard=keys))
    await telegram.add_person(1, "Айгүл", phone="77011234567")
    await telegram.press(1, "Мәзір")
    await telegram.press(1, "Нөмірім")
    text, contact = (u.message for u in await bot.get_updates())
    assert text is not None
    assert contact is not None
    assert contact.contact is not None
    assert text.text == "Мәзір"
    assert (contact.contact.phone_number, contact.contact.user_id) == ("77011234567", 1)
    with pytest.raises(PowerError, match="no key 'Жоқ'"):
        await telegram.press(1, "Жоқ")


async def test_somebody_elses_contact(telegram: LocalTelegram, bot: Bot) -> None:
    await telegram.send_contact(1, "+77770000000", "Дос", user_id=2)
    await telegram.send_contact(1, "+77770000001", "Аккаунтсыз")
    contacts = [u.message.contact for u in await bot.get_updates() if u.message]
    assert [c.user_id for c in contacts if c] == [2, None]


async def test_every_kind_of_file(telegram: LocalTelegram, bot: Bot) -> None:
    await telegram.send_photo(1, png(64, 32), caption="сурет")
    await telegram.send_document(1, b"%PDF", "құжат.pdf")
    await telegram.send_video(1)
    await telegram.send_audio(1)
    await telegram.send_voice(1)
    await telegram.send_sticker(1)
    await telegram.send_location(1)
    kinds = [u.message.content_type for u in await bot.get_updates() if u.message]
    assert kinds == ["photo", "document", "video", "audio", "voice", "sticker", "location"]


async def test_a_declared_size_takes_no_room_and_cannot_be_fetched(telegram: LocalTelegram, call: Call) -> None:
    fits = await telegram.send_document(1, size=20 * 1024 * 1024, file_name="20.pdf")
    large = await telegram.send_document(1, size=25 * 1024 * 1024, file_name="25.pdf")
    _, taken = await call("getFile", file_id=fits.extra["document"]["file_id"])
    assert taken["result"]["file_size"] == 20 * 1024 * 1024
    _, refused = await call("getFile", file_id=large.extra["document"]["file_id"])
    assert refused["description"] == "Bad Request: file is too big"


async def test_album_of_a_person(telegram: LocalTelegram, bot: Bot) -> None:
    await telegram.send_album(
        1, [{"kind": "photo", "content": png(), "caption": "бірінші"}, {"kind": "photo", "size": 5}]
    )
    messages = [u.message for u in await bot.get_updates() if u.message]
    assert [m.caption for m in messages] == ["бірінші", None]
    assert len({m.media_group_id for m in messages}) == 1


async def test_an_edited_message(telegram: LocalTelegram, bot: Bot) -> None:
    sent = await telegram.send_text(1, "қате")
    await telegram.edit_text(1, sent.message_id, "дұрыс")
    [_, update] = await bot.get_updates()
    assert update.edited_message is not None
    assert (update.edited_message.text, update.edited_message.message_id) == ("дұрыс", sent.message_id)


async def test_block_and_unblock(telegram: LocalTelegram, bot: Bot) -> None:
    await telegram.block(1)
    await telegram.block(1)
    with pytest.raises(PowerError, match="blocked"):
        await telegram.send_text(1, "x")
    await telegram.start_bot(1)
    blocked, unblocked, start = await bot.get_updates()
    assert blocked.my_chat_member is not None
    assert unblocked.my_chat_member is not None
    assert isinstance(blocked.my_chat_member.new_chat_member, ChatMemberBanned)
    assert isinstance(unblocked.my_chat_member.new_chat_member, ChatMemberMember)
    assert start.message is not None


async def test_forged_callbacks(telegram: LocalTelegram, bot: Bot) -> None:
    sent = await bot.send_message(1, "x")
    await telegram.forge_callback(1, "delete:everything", sent.message_id)
    await telegram.forge_callback(2, "old", 5, inaccessible=True)
    first, second = (u.callback_query for u in await bot.get_updates())
    assert first is not None
    assert second is not None
    assert (first.data, first.message and first.message.message_id) == ("delete:everything", sent.message_id)
    assert isinstance(second.message, InaccessibleMessage)
    assert (second.message.message_id, second.message.chat.id) == (5, 2)


async def test_any_json_can_be_an_update(telegram: LocalTelegram, call: Call) -> None:
    number = await telegram.inject_update({"message": {"nonsense": True}})
    _, body = await call("getUpdates")
    assert body["result"] == [{"update_id": number, "message": {"nonsense": True}}]


async def test_redelivery_reaches_a_poller_that_is_past_it(telegram: LocalTelegram, bot: Bot) -> None:
    await telegram.send_text(1, "бір рет")
    [first] = await bot.get_updates()
    assert await bot.get_updates(offset=first.update_id + 1) == []
    await telegram.redeliver(first.update_id)
    assert await bot.get_updates(offset=first.update_id + 1) == [first]
    assert await bot.get_updates(offset=first.update_id + 1) == []
    await telegram.redeliver(first.update_id, as_update_id=first.update_id + 10)
    [again] = await bot.get_updates()
    assert (again.update_id, again.message) == (first.update_id + 10, first.message)


async def test_groups_have_privacy(telegram: LocalTelegram, bot: Bot) -> None:
    await telegram.add_person(3, "Дәурен")
    group = await telegram.add_group("Топ", [1, 2])
    await telegram.send_text(1, "/before", chat=group)
    await telegram.add_bot_to_group(group, by=1)
    said = await bot.send_message(group, "сәлем")
    for text in ("жай сөз", "/help", f"/help@{telegram.username}", "/help@other_bot", f"@{telegram.username} бармысың"):
        await telegram.send_text(1, text, chat=group)
    await telegram.send_text(2, "жауап", chat=group, reply_to=said.message_id)
    with pytest.raises(PowerError, match="not in the group"):
        await telegram.send_text(3, "x", chat=group)
    heard = [u.message.text for u in await bot.get_updates() if u.message]
    assert heard == [None, "/help", f"/help@{telegram.username}", f"@{telegram.username} бармысың", "жауап"]


async def test_a_crowd(telegram: LocalTelegram, call: Call) -> None:
    await telegram.add_people(1_000_000, first_id=5_000_000)
    assert (await call("sendMessage", chat_id=5_999_999, text="x"))[0] == 200
    assert (await call("sendMessage", chat_id=6_000_000, text="x"))[0] == 400
    await telegram.block(5_000_001)
    assert (await call("sendMessage", chat_id=5_000_001, text="x"))[0] == 403
    assert [p.id for p in await telegram.people()] == [1, 2, 5_000_001]


async def test_receipts_are_exact(telegram: LocalTelegram, call: Call) -> None:
    for chat in (1, 1, 2):
        await call("sendMessage", chat_id=chat, text="<b>Нәтиже</b>", parse_mode="HTML")
    await call("sendMessage", chat_id=2, text="Басқа")
    assert await telegram.receipts("Нәтиже") == {1: 2, 2: 1}
    assert (await telegram.received(1, "Нәтиже"), await telegram.received(1, "Басқа")) == (2, 0)
    assert await telegram.count_calls("sendMessage") == 4
    assert await telegram.count_calls("sendMessage", "ok", 2) == 2
    await call("sendMessage", chat_id=77, text="x")
    assert await telegram.count_calls(outcome="chat not found") == 1
    last = (await telegram.calls("sendMessage"))[-1]
    assert (last.chat_id, last.outcome, last.parameters["text"]) == (77, "Bad Request: chat not found", "x")


async def test_bodies_are_limited_and_counters_are_not(clock: Clock) -> None:
    async with LocalTelegram(clock=clock, keep_messages=2) as telegram:
        await telegram.add_person(1, "Айгүл")
        for number in range(5):
            await telegram.send_text(1, str(number))
        assert [m.text for m in await telegram.messages(1)] == ["3", "4"]
        assert len(await telegram.pending_updates()) == 5


async def test_what_a_deleted_account_cannot_do(telegram: LocalTelegram) -> None:
    await telegram.deactivate(1)
    with pytest.raises(PowerError, match="deleted their account"):
        await telegram.send_text(1, "x")
    with pytest.raises(PowerError, match="no person 9"):
        await telegram.send_text(9, "x")


async def test_clearing_a_chat_is_silent(telegram: LocalTelegram, bot: Bot) -> None:
    sent = await bot.send_message(1, "x")
    mine = await telegram.send_text(1, "y")
    await telegram.delete_message(1, mine.message_id)
    assert [m.message_id for m in await telegram.messages(1)] == [sent.message_id]
    await telegram.clear_chat(1)
    assert await telegram.messages(1) == []
    assert len(await bot.get_updates()) == 1


async def test_the_sends_of_each_second_and_the_wait_of_a_tap(telegram: LocalTelegram, call: Call) -> None:
    assert await telegram.sends_a_second() == []
    for _ in range(3):
        await call("sendMessage", chat_id=1, text="x", reply_markup=buttons("a").model_dump(exclude_none=True))
    await call("sendChatAction", chat_id=1, action="typing")
    assert sum(await telegram.sends_a_second(forget=True)) == 3
    assert await telegram.sends_a_second() == []
    query = await telegram.tap(1, "a")
    (open_tap,) = await telegram.answers(1)
    await call("answerCallbackQuery", callback_query_id=query)
    (answered,) = await telegram.answers(1)
    assert (open_tap.waited, answered.waited > 0) == (0, True)
