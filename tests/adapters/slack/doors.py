"""Small real implementations of what stands behind an adapter: a door that remembers, a journal that hands out nonces."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from adapters.slack.platform import SlackPlatform
from bot.errors import StoreUnavailable
from bot.vocabulary.commands import CommandCall, CommandReply, CommandSpec, CommandSpecs, Param, Table
from bot.vocabulary.conversation import Authority
from bot.vocabulary.door import Receipt
from bot.vocabulary.inbound import Amended, Inbound, Press
from bot.vocabulary.reply import Answered, Placeholder, TextDelta

PRESETS = ("tutor", "translator")

SPECS: CommandSpecs = (
    CommandSpec("help", "What can be ordered"),
    CommandSpec("usage", "What was used"),
    CommandSpec("persona use", "Use a preset", authority=Authority.ADMIN, params=(Param("preset", "Which", choices=PRESETS),)),
    CommandSpec(
        "persona set",
        "Set own instructions",
        authority=Authority.ADMIN,
        params=(Param("name", "Name", limit=40), Param("instructions", "Instructions", long=True, limit=8_000)),
    ),
)


async def nothing(inbound: Inbound) -> None:
    """Does not answer."""


@dataclass
class RecordingDoor:
    """Keeps every message once, by id. `store_up`: cleared, the store does not answer until it is set. `down`: it refuses.
    `broken`: orders and presses meet a defect. `says`: what both are answered with, where it is set."""

    commands: CommandSpecs = SPECS
    answer: Callable[[Inbound], Awaitable[None]] = nothing
    prefilled: Mapping[str, str] = field(default_factory=dict)
    down: bool = False
    broken: bool = False
    says: str = ""
    joined: list[Inbound] = field(default_factory=list)
    seen: list[Inbound] = field(default_factory=list)
    calls: list[CommandCall] = field(default_factory=list)
    presses: list[Press] = field(default_factory=list)
    amendments: list[Amended] = field(default_factory=list)
    store_up: asyncio.Event = field(default_factory=asyncio.Event)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _turns: list[asyncio.Task[None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store_up.set()

    async def receive(self, inbound: Inbound) -> Receipt:
        await self.store_up.wait()
        if self.down:
            raise StoreUnavailable("switched off")
        if any(one.id == inbound.id for one in self.joined):
            self.seen.append(inbound)
            return Receipt.SEEN
        self.joined.append(inbound)
        self._turns.append(asyncio.ensure_future(self.answer(inbound)))
        return Receipt.JOINED

    async def amend(self, amended: Amended) -> None:
        if self.down:
            raise StoreUnavailable("switched off")
        self.amendments.append(amended)

    async def press(self, press: Press) -> CommandReply:
        await self.store_up.wait()
        self.presses.append(press)
        self._news.set()
        if self.broken:
            raise ZeroDivisionError
        return CommandReply(self.says)

    async def command(self, call: CommandCall) -> CommandReply:
        await self.store_up.wait()
        self.calls.append(call)
        if self.broken:
            raise ZeroDivisionError
        table = Table(("model", "tokens"), (("gpt", "12"), ("模型", "3"))) if call.name == "usage" else None
        return CommandReply(self.says or f"done: {call.name} <!channel>", table=table)

    async def prefill(self, call: CommandCall) -> Mapping[str, str]:
        await self.store_up.wait()
        return self.prefilled

    async def pressed(self, count: int = 1) -> list[Press]:
        """The presses, once there are `count`. Raises TimeoutError."""
        async with asyncio.timeout(5):
            while len(self.presses) < count:
                self._news.clear()
                await self._news.wait()
        return self.presses

    async def turns(self) -> None:
        """Returns when every answer is given; raises what went wrong in one."""
        await asyncio.gather(*self._turns)


@dataclass
class Journal:
    """`ReplyLog` in memory."""

    name: str
    placed_parts: dict[int, Placeholder] = field(default_factory=dict)
    left: list[Placeholder] = field(default_factory=list)

    async def opening(self, part: int) -> str:
        return f"{self.name}-{part}"

    async def placed(self, part: int, placeholder: Placeholder) -> None:
        self.placed_parts[part] = placeholder

    async def leave(self, given_up: Sequence[Placeholder]) -> None:
        self.left += given_up

    async def first(self, name: str) -> bool:
        return True

    def check(self) -> None:
        """The lane is ours."""


def answering(
    platform: SlackPlatform, *chunks: str, between: Callable[[], Awaitable[None]] | None = None
) -> Callable[[Inbound], Awaitable[None]]:
    """Answers in these chunks; `between` is awaited after each."""

    async def answer(inbound: Inbound) -> None:
        surface = platform.surface(inbound.address, log=Journal(inbound.id[-12:]), resume=(), pending="")
        await surface.open()
        for chunk in chunks:
            surface.show(TextDelta(chunk))
            if between is not None:
                await between()
        await surface.settle(Answered("".join(chunks)))

    return answer
