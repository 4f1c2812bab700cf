"""A Telegram on this machine: a real Bot API server over loopback, its people, and a chat page.

For the demo (no token, no network), for tests and for benches. It knows nothing of aiogram or of the rest of the
project, so what it accepts is an opinion of its own.

In this process, with `await`::

    async with LocalTelegram(clock=clock) as telegram:        # or start(port=0) … stop()
        bot = Bot(telegram.token, AiohttpSession(api=TelegramAPIServer.from_base(telegram.url)))
        await telegram.add_person(1, "Айгүл", language_code="kk")
        await telegram.start_bot(1)
        await telegram.tap(1, "Қазақша")
        await telegram.settled()

In its own process: `python -m bot.local_telegram --port N [--state FILE] [--token T]` prints its address when it is
ready; `Control(url)` has the same powers.

Public names: `LocalTelegram`, `Control`, `Powers` (what both can do), the values `Message`, `Button`, `Person`,
`Answer`, `Call`, `Fault`, the errors `PowerError` and `NotSettled`, and `DEFAULT_TOKEN`. The powers, all awaited:

- accounts: add_person, add_people, people, person, set_language, block, unblock, deactivate, add_group,
  add_bot_to_group, remove_bot_from_group
- deeds: send_text, start_bot, open_link, tap (inline button), press (reply key), send_contact, share_own_contact,
  send_location, send_document, send_photo, send_video, send_audio, send_voice, send_sticker, send_album, edit_text,
  delete_message, clear_chat, forge_callback, inject_update, redeliver
- reading: messages, bot_messages, last_message, message, chat_keyboard, keys, commands, answers, answer (waits),
  chat_actions, calls, count_calls, sends_a_second, received, receipts, complaints, pending_updates, update_history
- waiting: settled, polled, wait_message, wait_for
- failing: add_fault, clear_faults, pause_listening, resume_listening, set_limits, set_stars, set_callback_window
- time and state: now, move_clock, flush_state
"""

from .control import Control
from .powers import Answer, Button, Call, Fault, Message, NotSettled, Person, PowerError, Powers
from .telegram import DEFAULT_TOKEN, LocalTelegram

__all__ = [
    "DEFAULT_TOKEN",
    "Answer",
    "Button",
    "Call",
    "Control",
    "Fault",
    "LocalTelegram",
    "Message",
    "NotSettled",
    "Person",
    "PowerError",
    "Powers",
]
