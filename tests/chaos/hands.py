"""What one person does with their questions and the answers to them: presses, edits, deletions, each written down as it happens."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from bot.turns.redo import OFFERED
from bot.vocabulary.controls import BAD, GOOD, Button, PressKind
from tests.chaos.deeds import Deeds
from tests.chaos.words import reworded
from tests.chaos.world import Asked, World, buttons_of, words_to
from tests.fakes.discord import Channel, Interaction, Message, User

LOOK_SECONDS = 0.05
ACKNOWLEDGED_SECONDS = 3.3
"""Discord says that a press failed when nobody answered it within three; whoever pressed sees it, and presses again."""
TRIES = 4
GIVES_UP = 20.0
"""Seconds after which somebody who sees nothing happen goes on."""


@dataclass(slots=True)
class Touch:
    """One press. `question`: the last one that the answer is for; `heard`: somebody was connected; `alone`: no other came with it.

    `wording`: the number of the newest wording that the answer offered to answer; times are monotonic seconds, `done` when it was over.
    """

    question: str
    button: Button
    interaction: Interaction
    at: float
    heard: bool
    wording: int = 0
    alone: bool = True
    done: float = 0.0


@dataclass(frozen=True, slots=True)
class Change:
    """A question that was edited, for the `wording`-th time, or deleted (0). `at` in monotonic seconds."""

    asked: Asked
    at: float
    heard: bool
    wording: int


@dataclass(slots=True)
class Diary:
    """What all of them did."""

    touches: list[Touch] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


class Hands:
    """One person's."""

    def __init__(self, world: World, user: User, channel: Channel, diary: Diary) -> None:
        self._world = world
        self._user = user
        self._channel = channel
        self._diary = diary
        self._wordings: dict[str, int] = {}
        self._offered: dict[str, int] = {}
        """The newest wording of each question of which it was seen how the offer to answer it came."""
        self._deeds: Mapping[str, Callable[[Asked], Awaitable[None]]] = {
            "regenerate": lambda asked: self._do(asked, PressKind.REGENERATE),
            "regenerate, heard twice": lambda asked: self._do(asked, PressKind.REGENERATE, again=True),
            "regenerate, pressed twice": lambda asked: self._both(asked, PressKind.REGENERATE),
            "regenerate and show": lambda asked: self._both(asked, PressKind.SHOW),
            "regenerate, then stop": self._regenerate_and_stop,
            "show": self._show,
            "continue": lambda asked: self._do(asked, PressKind.CONTINUE),
            "good": lambda asked: self._rate(asked, GOOD),
            "bad": lambda asked: self._rate(asked, BAD),
            "edit": self._edit,
            "delete": self._delete,
        }

    async def meanwhile(self, asked: Asked, deeds: Deeds) -> None:
        """While the answer is on its way."""
        if deeds.meanwhile == "stop":
            await self._stop(asked, deeds.delay)
        elif deeds.meanwhile:
            await asyncio.sleep(deeds.delay)
            await self._change(asked, delete=deeds.meanwhile == "delete")

    async def afterwards(self, asked: Asked, deeds: Deeds) -> None:
        """When it stands."""
        for deed in deeds.afterwards:
            await self._until(lambda: self._settled(asked), GIVES_UP)
            await self._deeds[deed](asked)

    async def _do(self, asked: Asked, kind: PressKind, *, again: bool = False) -> None:
        before = self._look(asked)
        touch = await self._acknowledged(asked, kind, again=again)
        if touch:
            await self._comes_of(asked, before, touch)

    async def _show(self, asked: Asked) -> None:
        """Another version; where there is none yet, one is written first."""
        found = self._under(asked)
        if found and all(button.kind is not PressKind.SHOW for button in found[1]):
            await self._do(asked, PressKind.REGENERATE)
        await self._do(asked, PressKind.SHOW)

    async def _both(self, asked: Asked, other: PressKind) -> None:
        """Two presses at once."""
        before, first, second = self._look(asked), self._press(asked, PressKind.REGENERATE), self._press(asked, other)
        if first and second:
            first.alone = second.alone = False
        for touch in filter(None, (first, second)):
            await self._comes_of(asked, before, touch)

    async def _regenerate_and_stop(self, asked: Asked) -> None:
        before = self._look(asked)
        touch = await self._acknowledged(asked, PressKind.REGENERATE)
        if touch:
            await self._stop(asked, 0.2, seconds=6.0)
            await self._comes_of(asked, before, touch)

    async def _rate(self, asked: Asked, value: str) -> None:
        await self._acknowledged(asked, PressKind.RATE, value=value)

    async def _stop(self, asked: Asked, delay: float, *, seconds: float = GIVES_UP) -> None:
        await self._until(lambda: self._stoppable(asked) or asked.answered.is_set(), seconds)
        await asyncio.sleep(delay)
        touch = await self._acknowledged(asked, PressKind.STOP)
        if touch:
            await self._until(lambda: self._settled(asked), GIVES_UP)
            touch.done = time.monotonic()

    async def _edit(self, asked: Asked) -> None:
        offered = OFFERED in self._look(asked)
        await self._change(asked, delete=False)
        if await self._until(lambda: OFFERED in self._look(asked) and self._settled(asked), GIVES_UP / 2) and not offered:
            self._offered[asked.name] = self._wordings[asked.name]

    async def _delete(self, asked: Asked) -> None:
        await self._change(asked, delete=True)

    async def _change(self, asked: Asked, *, delete: bool) -> None:
        wording = 0 if delete else self._wordings.get(asked.name, 0) + 1
        self._diary.changes.append(Change(asked, time.monotonic(), self._world.is_heard, wording))
        if delete:
            asked.deleted = True
            asked.answered.set()
            await self._world.delete_message(asked.message)
        else:
            self._wordings[asked.name] = wording
            await self._world.edit_message(asked.message, reworded(asked.message.content, wording))

    async def _acknowledged(self, asked: Asked, kind: PressKind, *, value: str = "", again: bool = False) -> Touch | None:
        """Pressed until somebody heard it; None where no such button stands, or nobody ever hears."""
        for _ in range(TRIES):
            touch = self._press(asked, kind, value=value)
            if touch is None:
                return None
            if again:
                self._world.tell_of_press_again(touch.interaction)
            if await self._heard(touch):
                return touch
        return None

    async def _heard(self, touch: Touch) -> bool:
        return await self._until(lambda: touch.interaction.answered, ACKNOWLEDGED_SECONDS)

    def _press(self, asked: Asked, kind: PressKind, *, value: str = "") -> Touch | None:
        found = self._under(asked)
        button = next((each for each in found[1] if each.kind is kind and value in ("", each.value)), None) if found else None
        if found is None or button is None:
            return None
        interaction, now = self._world.presses(self._user, found[0], str(button)), time.monotonic()
        offered = self._offered.get(asked.name, 0) if OFFERED in found[0].content else 0
        question = self._world.asked_by(found[0], self._user)
        self._diary.touches.append(Touch(question, button, interaction, now, self._world.is_heard, offered, done=now))
        return self._diary.touches[-1]

    async def _comes_of(self, asked: Asked, before: str, touch: Touch) -> None:
        """Until something else stands there and is settled, or whoever pressed was told why not."""
        await self._until(
            lambda: bool(words_to(touch.interaction)) or (self._settled(asked) and self._look(asked) != before),
            GIVES_UP,
        )
        touch.done = time.monotonic()

    def _under(self, asked: Asked) -> tuple[Message, list[Button]] | None:
        """The newest message with buttons of this person that came after the question, and the buttons."""
        for message in reversed(self._world.messages(self._channel)):
            if message.id < asked.message.id:
                return None
            buttons = [button for button in buttons_of(message.components) if button.asker == str(self._user.id)]
            if message.author is self._world.bot and buttons:
                return message, buttons
        return None

    def _settled(self, asked: Asked) -> bool:
        found = self._under(asked)
        return found is not None and all(button.kind is not PressKind.STOP for button in found[1])

    def _stoppable(self, asked: Asked) -> bool:
        return self._under(asked) is not None and not self._settled(asked)

    def _look(self, asked: Asked) -> str:
        found = self._under(asked)
        return "" if found is None else "\n".join((found[0].content, *map(str, found[1])))

    async def _until(self, seen: Callable[[], bool], seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not seen():
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(LOOK_SECONDS)
        return True
