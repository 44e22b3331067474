"""What every process that receives stands on, and the composition of one that only receives: it answers nothing.

No model library is imported here: what people order is carried out by whoever answers.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from bot.clock import SystemClock
from bot.commands.catalogue import SPECS
from bot.commands.reading import read
from bot.commands.registry import Registry
from bot.commands.stop import StopCommand
from bot.engine import Engine, Part
from bot.errands.remote import RemoteOrders
from bot.feedback.ratings import Ratings
from bot.gate.attendance import Attendance
from bot.gate.gate import Gate
from bot.manners.manners import Manners
from bot.memory.history import Memory
from bot.pacing.lender import SharedLender
from bot.settings import Settings
from bot.store.connection import Store, open_store
from bot.store.embedded import embedded_server
from bot.turns.amending import Amending
from bot.turns.checkpoint import Checkpoint, passed
from bot.turns.docket_wakes import open_wakes
from bot.turns.journal import Journal
from bot.turns.leftovers import Leftovers
from bot.turns.mailbox import Mailbox
from bot.turns.pressing import Pressing
from bot.turns.reception import Reception
from bot.turns.records import Records
from bot.turns.refusals import Refusals
from bot.turns.signs import Signs
from bot.turns.steering import Steering
from bot.turns.stopping import Stopping
from bot.turns.wakes import Wakes
from bot.vocabulary.clock import Clock
from bot.vocabulary.commands import Orders
from bot.vocabulary.inbound import Inbound
from bot.vocabulary.pace import Lender
from bot.vocabulary.platform import Platform

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Front:
    """What takes in whatever people write, whoever answers it."""

    store: Store
    wakes: Wakes
    platforms: dict[str, Platform]
    mailbox: Mailbox
    journal: Journal
    leftovers: Leftovers
    records: Records
    signs: Signs
    stopping: Stopping
    pressing: Pressing
    amending: Amending
    gate: Gate
    attendance: Attendance
    reception: Reception
    lender: Lender
    drain_seconds: float

    def engine(self, orders: Orders, *parts: Part) -> Engine:
        """The door before `orders`; `parts` is what the process does besides receiving."""
        return Engine(
            gate=self.gate,
            attendance=self.attendance,
            mailbox=self.mailbox,
            reception=self.reception,
            stopping=self.stopping,
            pressing=self.pressing,
            amending=self.amending,
            orders=orders,
            lender=self.lender,
            platforms=self.platforms,
            parts=(lambda: self.reception.open(drain_seconds=self.drain_seconds), *parts),
        )


@asynccontextmanager
async def open_reception(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Engine]:
    """An engine that receives and hands on, until the block is left. Raises `SettingsInvalid` or `StoreUnavailable`."""
    async with AsyncExitStack() as stack:
        url = await store_url(settings, stack)
        store = await stack.enter_async_context(open_store(url, replicas=settings.redis_replicas))
        wakes = await stack.enter_async_context(open_wakes(url))
        await wakes.prepare()
        front = front_of(settings, store, wakes, clock=clock or SystemClock())
        here = Registry(StopCommand(front.stopping.stop).all())  # a stop may not wait for a process that is busy
        yield front.engine(RemoteOrders(store, specs=SPECS, here=here))


async def store_url(settings: Settings, stack: AsyncExitStack) -> str:
    """Where Redis is: as set, else a server of our own that lives as long as `stack`."""
    if settings.redis_url:
        return settings.redis_url
    return (await stack.enter_async_context(embedded_server(settings.data_dir))).url


def front_of(settings: Settings, store: Store, wakes: Wakes, *, clock: Clock, checkpoint: Checkpoint = passed) -> Front:
    """Nothing is plugged yet."""
    platforms, seconds = dict[str, Platform](), settings.history_days * DAY
    mailbox, journal = Mailbox(store, most=settings.mailbox_messages), Journal(store, turn_seconds=seconds)
    signs, records, stopping = Signs(mailbox, platforms, clock=clock), Records(store), Stopping(journal, mailbox)
    memory = Memory(store, seconds=seconds, messages=settings.history_messages, tokens=settings.history_tokens)
    leftovers = Leftovers(store)
    reception = Reception(
        mailbox,
        wakes,
        Refusals(mailbox, platforms, leftovers),
        signs,
        is_order=is_order,
        steer=Steering(journal, Manners(store).busy),
        gather_seconds=settings.gather_seconds,
        checkpoint=checkpoint,
    )
    return Front(
        store=store,
        wakes=wakes,
        platforms=platforms,
        mailbox=mailbox,
        journal=journal,
        leftovers=leftovers,
        records=records,
        signs=signs,
        stopping=stopping,
        pressing=Pressing(records, memory, reception, stopping, Ratings(store, clock=clock).rate, clock),
        amending=Amending(store, mailbox, journal, records, reception),
        gate=Gate(store, followups=settings.thread_followups, seconds=seconds),
        attendance=Attendance(store, clock=clock),
        reception=reception,
        lender=SharedLender(store, clock=clock),
        drain_seconds=settings.drain_seconds,
    )


def is_order(inbound: Inbound) -> bool:
    """Whether a message is an order, which is a turn of its own."""
    return read(SPECS, inbound.text) is not None
