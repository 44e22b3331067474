"""A door that writes down what came and does what a test tells it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.errors import LeaseLost
from bot.vocabulary.commands import CommandCall, CommandReply, CommandSpec, CommandSpecs, Param
from bot.vocabulary.conversation import Authority
from bot.vocabulary.door import Receipt, Source
from bot.vocabulary.inbound import Amended, Inbound, Press
from bot.vocabulary.reply import Placeholder

PRESETS = ("assistant", "tutor")
SPECS = (
    CommandSpec("persona list", "Which personas there are.", Authority.ADMIN),
    CommandSpec("persona use", "Use a preset.", Authority.ADMIN, params=(Param("preset", "Its name.", choices=PRESETS),)),
    CommandSpec(
        "persona set", "Own instructions.", Authority.ADMIN, params=(Param("instructions", "Who I am here.", long=True, limit=3000),)
    ),
    CommandSpec("reset", "Forget this conversation.", Authority.MODERATOR),
    CommandSpec("usage", "What was used.", params=(Param("days", "How many.", required=False),)),
)


class Register:
    """`Attendance` in memory, kept over restarts by whoever keeps it. `fails`: the store is away."""

    def __init__(self) -> None:
        self.stamps: dict[Source, float] = {}
        self.directs: dict[str, str] = {}
        self.fails: Exception | None = None
        self.asked = 0

    async def heard(self, source: Source, until: float) -> None:
        self._check()
        self.stamps[source] = until

    async def heard_until(self, source: Source) -> float | None:
        self._check()
        self.asked += 1
        return self.stamps.get(source, min(self.stamps.values(), default=None))

    async def remember_direct(self, source: Source, channel: str) -> None:
        self._check()
        self.directs[channel] = source.account

    async def direct_channels(self, source: Source, since: float) -> tuple[str, ...]:
        self._check()
        return tuple(self.directs)

    def _check(self) -> None:
        if self.fails is not None:
            raise self.fails


class Door:
    """`bot.vocabulary.door.AttentiveDoor`. What it answers are fields; `on_receive` runs in a task of its own, as a turn does."""

    def __init__(self, specs: CommandSpecs = SPECS) -> None:
        self.specs = specs
        self.attendance = Register()
        self.received: list[Inbound] = []
        self.calls: list[CommandCall] = []
        self.pressed: list[Press] = []
        self.amended: list[Amended] = []
        self.asked_to_amend: list[str] = []
        self.happened: list[str] = []
        """Ids of the messages and amendments that were taken in, in their order."""
        self.word = CommandReply("")
        self.receipt = Receipt.JOINED
        self.fails: Exception | None = None
        self.reply = CommandReply("Done as you said.")
        self.wait = asyncio.Event()
        self.wait.set()
        self.amends = asyncio.Event()
        self.amends.set()
        self.shown: Mapping[str, str] = {}
        self.before: Callable[[Inbound], Awaitable[None]] | None = None
        self.on_receive: Callable[[Inbound], Awaitable[None]] | None = None
        self.changed: Callable[[], None] = lambda: None
        self._turns: set[asyncio.Task[None]] = set()

    @property
    def commands(self) -> CommandSpecs:
        return self.specs

    async def receive(self, inbound: Inbound) -> Receipt:
        await self.wait.wait()
        if self.before is not None:
            await self.before(inbound)
        if self.fails is not None:
            raise self.fails
        self.received.append(inbound)
        self.happened.append(inbound.id)
        if self.on_receive is not None:
            self._turns.add(asyncio.ensure_future(self.on_receive(inbound)))
        self.changed()
        return self.receipt

    async def amend(self, amended: Amended) -> None:
        self.asked_to_amend.append(amended.id)
        await self.amends.wait()
        await self.wait.wait()
        if self.fails is not None:
            raise self.fails
        self.amended.append(amended)
        self.happened.append(amended.id)
        self.changed()

    async def press(self, press: Press) -> CommandReply:
        self.pressed.append(press)
        self.changed()
        await self.wait.wait()
        if self.fails is not None:
            raise self.fails
        return self.word

    async def command(self, call: CommandCall) -> CommandReply:
        self.calls.append(call)
        await self.wait.wait()
        if self.fails is not None:
            raise self.fails
        return self.reply

    async def prefill(self, call: CommandCall) -> Mapping[str, str]:
        await self.wait.wait()
        if self.fails is not None:
            raise self.fails
        return self.shown

    async def turns(self) -> None:
        """Returns when every turn has ended; raises what one raised."""
        await asyncio.gather(*self._turns)


class Journal:
    """`ReplyLog` in memory. `mine` False: another process owns the turn."""

    def __init__(self, name: str = "nonce") -> None:
        self.name = name
        self.mine = True
        self.stands: dict[int, Placeholder] = {}
        self.left: list[Placeholder] = []

    async def opening(self, part: int) -> str:
        return f"{self.name}-{part}"

    async def placed(self, part: int, placeholder: Placeholder) -> None:
        self.stands[part] = placeholder

    async def leave(self, given_up: Sequence[Placeholder]) -> None:
        self.left += given_up

    async def first(self, name: str) -> bool:
        return True

    def check(self) -> None:
        if not self.mine:
            raise LeaseLost
