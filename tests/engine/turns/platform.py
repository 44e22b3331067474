"""A small platform: replies grow in a chat room in memory, by the one writer that every platform uses."""

import asyncio
import time
from collections.abc import Sequence

from adapters.rendering.live import LiveMessage
from adapters.rendering.pace import Pace
from bot.clock import SystemClock
from bot.errors import PlatformError, PlatformRefused
from bot.vocabulary.controls import Button
from bot.vocabulary.inbound import Attachment
from bot.vocabulary.platform import Limits
from bot.vocabulary.reply import Placeholder, ReplyAddress, ReplyLog, Surface
from tests.adapters.rendering.room import Message, Room, RoomOutlet
from tests.fakes.clock import VirtualClock

LIMITS = Limits(text=2000)


class RoomTime(VirtualClock):
    """The room's clock where a real store takes part."""

    def __init__(self) -> None:
        super().__init__()
        self._began = time.monotonic()

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self._began

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


class RoomPlatform:
    """`Platform` into one `Room`; a reply goes by the id of the message that it answers."""

    limits = LIMITS

    def __init__(self, name: str = "discord", *, patience: float = 5.0) -> None:
        self.name = name
        self.room = Room(RoomTime(), platform=name)
        self.waiting: dict[str, bool] = {}
        self.sign_troubles: list[PlatformError] = []
        self.surfaces = 0
        """How many writers were made."""
        self.pace = Pace(SystemClock())
        self._patience = patience

    def surface(
        self, address: ReplyAddress, *, log: ReplyLog, resume: Sequence[Placeholder], pending: str, stop: Button | None = None
    ) -> Surface:
        self.surfaces += 1
        message = address.data["message"]
        outlet = RoomOutlet(self.room, name=message, bucket=message, every=0.002)
        clock, pace, patience = SystemClock(), self.pace, self._patience
        return LiveMessage(outlet, log=log, clock=clock, pace=pace, resume=resume, pending=pending, patience=patience, stop=stop)

    async def remove(self, placeholder: Placeholder) -> None:
        await self.room.remove(placeholder)

    async def show_waiting(self, address: ReplyAddress, waits: bool) -> None:
        if self.sign_troubles:
            raise self.sign_troubles.pop(0)
        self.waiting[address.data["message"]] = waits

    async def fetch(self, attachment: Attachment) -> bytes:
        raise PlatformRefused(f"nothing is kept here: {attachment.id}")

    @property
    def said(self) -> list[str]:
        """What stands in the room, in the order in which it was posted."""
        return [message.text for message in self.standing]

    @property
    def standing(self) -> list[Message]:
        return [message for message in self.room.messages if not message.deleted]

    def buttons(self, message: str) -> tuple[Button, ...]:
        """What stands under the reply to `message`."""
        *others, last = self.room.buttons(message)
        assert not any(others), "only the last message of a reply has buttons"
        return last

    def reply(self, message: str) -> str:
        """The only message of the reply to `message`."""
        (text,) = self.room.texts(message)
        return text
