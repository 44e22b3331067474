"""The Discord of a chaos run: it tells events late, again, and in another order, and knows when a question has its answer."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from bot.vocabulary.controls import Button, PressKind
from tests.chaos.words import answered_in, ends_in, questions_in, serials_in
from tests.fakes.discord import Channel, DiscordServer, Interaction, Message, User, bits
from tests.fakes.discord.asking import components_in
from tests.fakes.discord.interactions import MESSAGE

HELD_SECONDS = 0.5
"""An event that waits for a neighbour to go first waits no longer than this."""


@dataclass(slots=True)
class Asked:
    """A question on its way to its answer; times are monotonic seconds."""

    name: str
    message: Message
    at: float
    answered: asyncio.Event
    answered_at: float = 0.0
    deleted: bool = False


class World(DiscordServer):
    """Events of one lane keep their order; what is told again goes only to sessions that were told before."""

    def __init__(self, *, speed: float) -> None:
        super().__init__(time_scale=1 / speed)
        self.asked: dict[str, Asked] = {}
        """Every question by its name, in the order in which they were asked."""
        self._swaps = 0
        self._held: Message | None = None
        self._told: dict[int, set[str]] = {}
        self.deaths: list[float] = []
        """When whoever hears what is said here was killed or cut off, in monotonic seconds."""

    async def question(self, name: str, user: User, channel: Channel) -> Asked:
        """Somebody asks; in a DM without naming the bot."""
        to = "" if channel.recipient is not None else f"{self.bot.mention} "
        now = time.monotonic()
        message = await self.user_says(channel, user, f"{to}{name} please")
        self.asked[name] = Asked(name, message, now, asyncio.Event())
        return self.asked[name]

    def swap_next(self) -> None:
        """The next question's event is told after that of another lane, if one comes soon."""
        self._swaps += 1

    def tell_again(self, message: Message) -> None:
        """The same event once more, to whoever had it."""
        for session in self.gateway.sessions.values():
            if session.id in self._told.get(message.id, ()):
                session.push("MESSAGE_CREATE", message.event(self.bot, content=True))

    @property
    def is_heard(self) -> bool:
        """Whether somebody is connected."""
        return bool(self.gateway.connections)

    def presses(self, user: User, message: Message, custom_id: str) -> Interaction:
        """As `press`, at once."""
        pressed = self.press(user, message, custom_id)
        try:
            pressed.send(None)
        except StopIteration as done:
            interaction: Interaction = done.value
            return interaction
        raise AssertionError("a press waits for nothing")

    def tell_of_press_again(self, interaction: Interaction) -> None:
        """The same event once more, to whoever had it."""
        for session in self.gateway.sessions.values():
            told = [frame["d"] for frame in session.sent[-100:] if frame["t"] == "INTERACTION_CREATE"]
            for event in told:
                if event["id"] == str(interaction.id):
                    session.push("INTERACTION_CREATE", event)

    def asked_by(self, answer: Message, user: User) -> str:
        """The name of the question that an answer of ours, of which `answer` is a message, replies to."""
        mine = {asked.message.id: asked.name for asked in self.asked.values() if asked.message.author is user}
        parts = [message for message in self.messages(answer.channel) if message.id <= answer.id and message.author is self.bot]
        replied = [mine[part.reply_to.id] for part in parts if part.reply_to is not None and part.reply_to.id in mine]
        return replied[-1] if replied else ""

    async def delete_message(self, message: Message) -> None:
        """After it was told, if it is still held."""
        self._release(message)
        await super().delete_message(message)

    def announce(self, event: str, message: Message) -> None:
        """As `Core.announce`, except that questions may be held back for a moment."""
        if message.author is self.bot:
            super().announce(event, message)
            self._look_at(message)
        elif event == "MESSAGE_CREATE":
            self._tell_question(message)
        else:
            self._release(message)
            super().announce(event, message)

    def _tell_question(self, message: Message) -> None:
        held = self._held
        if held is None and self._swaps:
            self._swaps -= 1
            self._held = message
            asyncio.get_running_loop().call_later(HELD_SECONDS, self._release, message)
            return
        if held is not None and _lane(held) == _lane(message):
            self._release(held)
        self._tell(message)
        if held is not None:
            self._release(held)

    def _release(self, message: Message) -> None:
        if self._held is message:
            self._held = None
            self._tell(message)

    def _tell(self, message: Message) -> None:
        guild = message.channel.guild
        intent = bits.GUILD_MESSAGES if guild is not None else bits.DIRECT_MESSAGES
        self._told[message.id] = {session.id for session in self.gateway.sessions.values() if session.receives(guild, intent)}
        super().announce("MESSAGE_CREATE", message)

    def _look_at(self, message: Message) -> None:
        """Whether an answer has come to its end: its first part names the questions, its last part the end; or it is settled so."""
        for button in buttons_of(message.components)[:1]:
            if button.kind is not PressKind.STOP:
                self._mark_up_to(message, int(button.asker))
        if (serial := ends_in(message.content)) is None:
            return
        for part in self.messages(message.channel):
            if part.author is self.bot and serial in serials_in(part.content):
                self._mark(answered_in(part.content))

    def _mark_up_to(self, answer: Message, asker: int) -> None:
        """Those of one lane are answered in order."""
        name = self.asked_by(answer, self.users[asker])
        last = self.asked[name].message if name else answer
        lane = (answer.channel.id, asker)
        self._mark(tuple(each.name for each in self.asked.values() if _lane(each.message) == lane and each.message.id <= last.id))

    def _mark(self, names: tuple[str, ...]) -> None:
        for name in names:
            asked = self.asked.get(name)
            if asked is not None and not asked.answered.is_set():
                asked.answered_at = time.monotonic()
                asked.answered.set()


def name_of(message: Message) -> str:
    """The question that a message asks."""
    return next(iter(questions_in(message.content)), "")


def buttons_of(components: list[dict[str, Any]]) -> list[Button]:
    """Those under a message, in order; none of another version of ours."""
    found = (Button.parse(str(component.get("custom_id", ""))) for component in components_in(components))
    return [button for button in found if button]


def words_to(interaction: Interaction) -> str:
    """What whoever pressed was told, privately."""
    first = [interaction.text] if interaction.callback_type == MESSAGE else []
    return "\n".join([*first, *(message.content for message in interaction.followups)])


def _lane(message: Message) -> tuple[int, int]:
    return message.channel.id, message.author.id
