"""The Bot API's door: which methods are served, who may be written to, and the place for shared state."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from .errors import ApiError, bad_request, forbidden
from .faults import Limits
from .parameters import Method, Uploads, method_table
from .updates import UpdateQueue, WebhookSender
from .world import Chat, Json, World

Handler = Callable[["Api", Json], Any]
METHODS: dict[str, Handler] = {}


def serves(*names: str) -> Callable[[Handler], Handler]:
    """Register a function as what carries out these methods."""

    def register(handler: Handler) -> Handler:
        METHODS.update((name.lower(), handler) for name in names)
        return handler

    return register


class Api:
    """What the methods work on. Their parameters arrive checked against the table."""

    def __init__(self, world: World, queue: UpdateQueue, webhook_pause: float) -> None:
        self.world = world
        self.queue = queue
        self.limits = Limits()
        self.table = method_table()
        self.callback_window = 15
        self.webhook_pause = webhook_pause

    def method(self, name: str) -> Method:
        """The table's entry. Raises 404 for a method that the Bot API does not have."""
        method = self.table.get(name.lower())
        if method is None:
            raise ApiError(404, "Not Found: method not found")
        return method

    async def call(self, method: Method, given: Mapping[str, Any], uploads: Uploads) -> Any:
        """Carry out a call and give its result. Raises ApiError."""
        handler = METHODS.get(method.name.lower())
        if handler is None:
            self.world.complain(f"{method.name}: this server does not serve the method")
            raise ApiError(501, f"Not Implemented: {method.name} is not served by this local server")
        values = method.read(given, uploads, self.world.complain)
        if uploads:
            # Objects inside `media` speak of uploads by name.
            values["_uploads"] = uploads
        result = handler(self, values)
        return await result if inspect.isawaitable(result) else result

    async def use_webhook(self, start: Callable[[], WebhookSender] | None) -> None:
        """Stop the sender there is, and start another if one is given."""
        if self.queue.sender is not None:
            old, self.queue.sender = self.queue.sender, None
            await old.close()
        if start is not None:
            self.queue.sender = start()

    def start_sender(self) -> WebhookSender:
        """A sender for the queue's webhook."""
        if self.queue.webhook is None:
            raise ValueError("no webhook is set")
        return WebhookSender(self.queue, self.queue.webhook, self._webhook_reply, self.webhook_pause)

    async def _webhook_reply(self, call: Json) -> None:
        name = str(call.pop("method"))
        try:
            await self.call(self.method(name), call, {})
        except ApiError as refusal:
            self.world.complain(f"{name} in a webhook's answer was refused: {refusal.description}")

    # -- chats ------------------------------------------------------------------------------------------------

    def chat_id(self, value: int | str) -> int:
        """The id of a chat the bot knows. Raises 400 `chat not found`."""
        if isinstance(value, str):
            # A private chat cannot be addressed by username, and the groups here have none.
            raise bad_request("chat not found")
        if value < 0:
            if value not in self.world.chats:
                raise bad_request("chat not found")
        elif value != self.world.bot_id and not self._knows(value):
            raise bad_request("chat not found")
        return value

    def _knows(self, person_id: int) -> bool:
        person = self.world.person(person_id)
        if person is None:
            return False
        return person.started or person.deactivated or self._meets(person_id)

    def _meets(self, person_id: int) -> bool:
        groups = (c for c in self.world.chats.values() if c.id < 0 and c.bot_status != "left")
        return any(person_id in group.members for group in groups)

    def writable(self, value: int | str) -> int:
        """The id of a chat in which the bot may write now. Raises 400 or 403 as Telegram does."""
        chat_id = self.chat_id(value)
        if chat_id < 0:
            self._check_group(self.world.chats[chat_id])
            return chat_id
        person = self.world.person(chat_id)
        if person is None:
            raise forbidden("the bot can't send messages to the bot")
        if person.deactivated:
            raise forbidden("user is deactivated")
        if person.blocked:
            raise forbidden("bot was blocked by the user")
        if not person.started:
            raise forbidden("bot can't initiate conversation with a user")
        return chat_id

    def _check_group(self, group: Chat) -> None:
        if group.bot_status == "kicked":
            raise forbidden(f"bot was kicked from the {group.kind} chat")
        if group.bot_status == "left":
            raise forbidden(f"bot is not a member of the {group.kind} chat")
