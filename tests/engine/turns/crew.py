"""Processes of ours on a real store: workers that can be started, stopped, frozen and killed."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from bot.clock import SystemClock
from bot.memory.history import Memory
from bot.moderation.incidents import Incidents
from bot.moderation.moderation import Moderation
from bot.personas.personas import Personas
from bot.store.connection import Store, open_store
from bot.store.embedded import EmbeddedServer
from bot.store.keys import LaneKeys
from bot.turns.buried import Graveyard
from bot.turns.checkpoint import Checkpoint, passed
from bot.turns.desk import Desk
from bot.turns.journal import Journal
from bot.turns.lease import Leases
from bot.turns.leftovers import Leftovers
from bot.turns.mailbox import Joined, Mailbox
from bot.turns.mending import Mending
from bot.turns.reception import Reception
from bot.turns.records import Records
from bot.turns.refusals import Refusals
from bot.turns.signs import Signs
from bot.turns.standing import Standing
from bot.turns.steering import Steering
from bot.turns.stopping import Stopping
from bot.turns.tidying import Tidying
from bot.turns.wakes import LocalWakes
from bot.turns.walk import Walk
from bot.turns.worker import Worker
from bot.vocabulary.clock import Clock
from bot.vocabulary.conversation import Author, ConversationKey, Place, ServerKey
from bot.vocabulary.inbound import Addressed, Inbound
from bot.vocabulary.lane import Lane
from bot.vocabulary.manners import Busy
from bot.vocabulary.model import Finished, Model, ModelEvent, ModelRequest, Sampling, Text, Usage
from bot.vocabulary.platform import Platform
from bot.vocabulary.reply import ReplyAddress
from tests.engine.samples import ADA, THREAD
from tests.engine.turns.platform import RoomPlatform
from tests.fakes.frozen import FreezingProxy

SECONDS = 600

Line = str | asyncio.Event | Exception


def message(text: str, *, author: Author = ADA, conversation: ConversationKey = THREAD, event: str = "") -> Inbound:
    """One message; its id is its text, and its reply goes by that name."""
    return Inbound(
        id=event or text,
        conversation=conversation,
        author=author,
        text=text,
        addressed=Addressed.MENTION,
        address=ReplyAddress(conversation.platform, {"message": event or text}),
        sent_at=1_800_000_000.0,
        exclusive=bool(conversation.thread),
        place=Place("Guild", "general"),
    )


class Speaker:
    """A Model: each call says its lines and waits for the events among them; without a script it repeats what it heard."""

    def __init__(self, *script: Sequence[Line]) -> None:
        self.script = list(script)
        self.asked: list[ModelRequest] = []
        self.closed = 0
        self.at_once = 0
        """How many calls ran side by side at most."""

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        self.asked.append(request)
        self.at_once = max(self.at_once, len(self.asked) - self.closed)
        try:
            for line in self.script.pop(0) if self.script else (f"heard {self.heard[-1]}",):
                if isinstance(line, asyncio.Event):
                    await line.wait()
                elif isinstance(line, Exception):
                    raise line
                else:
                    yield Text(line)
            yield Finished("stop", request.model, Usage(10, 5))
        finally:
            self.closed += 1

    @property
    def heard(self) -> list[str]:
        """The last message of each prompt."""
        return [request.messages[-1].text for request in self.asked]


class Steps:
    """A checkpoint port that remembers, and may hold a turn at one step for ever."""

    def __init__(self, hold: str = "") -> None:
        self.passed: list[str] = []
        self.held = asyncio.Event()
        self.hold = hold

    async def __call__(self, step: str) -> None:
        self.passed.append(step)
        if step == self.hold:
            self.held.set()
            await asyncio.Event().wait()


@dataclass
class MovedClock(SystemClock):
    """The real clock, which may jump: what a process sees after it was frozen."""

    offset: float = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.offset


@dataclass(frozen=True, slots=True)
class Process:
    """One process of ours."""

    store: Store
    mailbox: Mailbox
    journal: Journal
    stopping: Stopping
    worker: Worker
    wakes: LocalWakes
    refusals: Refusals
    memory: Memory
    reception: Reception
    mending: Mending
    tidying: Tidying

    async def hears(self, *messages: Inbound, wake: bool = True) -> list[Joined]:
        """Each joins its lane, and its lane is woken here."""
        joined = []
        for inbound in messages:
            joined.append(await self.mailbox.join(inbound, Lane.of(inbound), order=self.reception.is_order(inbound)))
            if wake:
                await self.wakes.wake(Lane.of(inbound))
        return joined


@dataclass
class Crew:
    """What processes share, and how they are started."""

    server: EmbeddedServer
    store: Store
    platform: RoomPlatform = field(default_factory=RoomPlatform)
    platforms: dict[str, Platform] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.platforms.setdefault(self.platform.name, self.platform)

    def made(
        self, model: Model, *, store: Store | None = None, clock: Clock | None = None, lease: float = 5.0, slots: int = 8,
        checkpoint: Checkpoint = passed, sweep: float | None = None, most: int = 50,
        order: Callable[[Inbound], str | None] = lambda _: None, gather: float = 0.0, busy: Busy = Busy.QUEUE, overdue: float = 10.0,
    ) -> Process:  # fmt: skip
        """A process whose worker has not begun."""
        store, clock = store or self.store, clock or SystemClock()
        mailbox, journal = Mailbox(store, most=most), Journal(store, turn_seconds=SECONDS)
        memory = Memory(store, seconds=SECONDS, messages=20, tokens=8000)
        leftovers = Leftovers(store)
        signs, standing = Signs(mailbox, self.platforms, clock=clock), Standing(memory, Records(store), journal)
        mending = Mending(self.platforms, leftovers, standing, clock=clock, seconds=lease)
        desk = Desk(
            platforms=self.platforms,
            personas=Personas(store, model="small", defaults=Sampling()),
            moderation=Moderation(None, Incidents(store), clock=clock, block_on_error=True, keep_text=False),
            memory=memory,
            records=Records(store),
            model=model,
            journal=journal,
            mending=mending,
            leftovers=leftovers,
            graveyard=Graveyard(store, clock=clock),
            order=lambda inbound: _at_once(order(inbound)),
            is_order=lambda inbound: order(inbound) is not None,
            clock=clock,
            most_characters=4000,
            between=30.0,
            show_cost=lambda cost: f"${cost:.2f}",
            checkpoint=checkpoint,
        )
        worker = Worker(
            store=store,
            mailbox=mailbox,
            journal=journal,
            leases=Leases(store, clock=clock, seconds=lease, gather_seconds=gather),
            run=Walk(desk).run,
            signs=signs,
            clock=clock,
            slots=slots,
            sweep_seconds=sweep or lease / 2,
            overdue_seconds=overdue,
            platforms=self.platforms,
            checkpoint=checkpoint,
        )
        wakes, refusals = LocalWakes(), Refusals(mailbox, self.platforms, leftovers)

        async def mode(_: ServerKey) -> Busy:
            return busy

        steering = Steering(journal, mode)

        def is_order(inbound: Inbound) -> bool:
            return order(inbound) is not None

        reception = Reception(mailbox, wakes, refusals, signs, is_order, steering, gather_seconds=gather)
        stopping, tidying = Stopping(journal, mailbox), Tidying(leftovers, self.platforms, clock=clock)
        return Process(store, mailbox, journal, stopping, worker, wakes, refusals, memory, reception, mending, tidying)

    @asynccontextmanager
    async def at_work(self, model: Model, *, drain: float = 5.0, **options: object) -> AsyncIterator[Process]:
        """A process that answers while the block is open; `options` as for `made`."""
        process = self.made(model, **options)  # type: ignore[arg-type]
        async with AsyncExitStack() as stack:
            for part in (process.reception.open(drain_seconds=drain), process.mending.open(), process.tidying.open()):
                await stack.enter_async_context(part)
            await stack.enter_async_context(process.worker.working(process.wakes, drain_seconds=drain))
            yield process

    async def done(self) -> None:
        """Return when nothing waits in any lane."""
        mailbox = Mailbox(self.store, most=1)
        await until(lambda: _none(mailbox.waiting()))

    async def journal_of(self, inbound: Inbound) -> dict[str, str]:
        return await self.store.hash_all(LaneKeys(Lane.of(inbound)).journal)

    async def time_passes(self, inbound: Inbound) -> None:
        """For the server, the lease of this message's lane is over."""
        await self.store._client.hset(LaneKeys(Lane.of(inbound)).lease, "ends", 1)

    async def history(self, conversation: ConversationKey = THREAD) -> list[tuple[str, str]]:
        """What was said and what was answered, oldest first."""
        memory = Memory(self.store, seconds=SECONDS, messages=1000, tokens=10**6)
        recent = await memory.recent(conversation)
        return [("\n".join(line.text for line in exchange.lines), exchange.answer) for exchange in recent]


class Mortal:
    """A process that can die: from one moment to the next nothing of it reaches the store any more."""

    def __init__(self, crew: Crew, model: Model, **options: object) -> None:
        self._crew = crew
        self._model = model
        self._options = options
        self._stack = AsyncExitStack()
        self._living: asyncio.Task[None] | None = None
        self.process: Process

    async def __aenter__(self) -> "Mortal":
        self._way = await self._stack.enter_async_context(FreezingProxy(self._crew.server.socket))
        store = await self._stack.enter_async_context(open_store(f"redis://{self._way.address}"))
        self.process = self._crew.made(self._model, store=store, **self._options)  # type: ignore[arg-type]
        began = asyncio.Event()
        self._living = asyncio.create_task(self._live(began))
        await began.wait()
        return self

    async def _live(self, began: asyncio.Event) -> None:
        async with self.process.worker.working(self.process.wakes, drain_seconds=0):
            began.set()
            await asyncio.Event().wait()

    async def die(self) -> None:
        """At once, wherever it stands."""
        await self._way.cut()
        if self._living is not None:
            self._living.cancel()
            await asyncio.wait({self._living})

    async def __aexit__(self, *_: object) -> None:
        await self.die()
        await self._stack.aclose()


async def until(true: Callable[[], bool | Awaitable[bool]], *, within: float = 10.0) -> None:
    """Look again and again: what a store holds raises no event here."""
    async with asyncio.timeout(within):
        while True:
            answer = true()
            if answer if isinstance(answer, bool) else await answer:
                return
            await asyncio.sleep(0.003)


async def _at_once(reply: str | None) -> str | None:
    return reply


async def _none(found: Awaitable[Sequence[object]]) -> bool:
    return not await found
