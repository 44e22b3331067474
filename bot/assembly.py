"""Composition: every room built bottom-up in one stack and closed in reverse."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog

from bot.clock import SystemClock
from bot.commands.conversation import ConversationCommands
from bot.commands.help import HelpCommand
from bot.commands.persona import PersonaCommands
from bot.commands.registry import Command, Registry
from bot.commands.text import TextOrders
from bot.commands.usage import UsageCommand
from bot.engine import Engine
from bot.errors import ModerationAbsent, ModerationUnavailable, SettingsInvalid
from bot.examination import examine as examine  # part of what an assembly offers to whoever launches it
from bot.gate.gate import Gate
from bot.llm.connection import open_client
from bot.llm.fallback import Fallback
from bot.llm.retry import Retrying
from bot.memory.history import Memory
from bot.moderation.connection import open_endpoint
from bot.moderation.incidents import Incidents
from bot.moderation.moderation import Moderation
from bot.personas.personas import Personas
from bot.settings import Settings
from bot.spend.ledger import Ledger
from bot.spend.metered import Metered
from bot.spend.prices import Prices
from bot.spend.report import Currency
from bot.store.connection import Store, open_store
from bot.store.embedded import embedded_server
from bot.turns.checkpoint import Checkpoint, passed
from bot.turns.journal import Journal
from bot.turns.lease import Leases
from bot.turns.mailbox import Mailbox
from bot.turns.stopping import Stopping
from bot.turns.wakes import LocalWakes, Wakes, open_wakes
from bot.turns.walk import Desk, Walk
from bot.turns.worker import Worker
from bot.vocabulary.clock import Clock
from bot.vocabulary.model import Model, Sampling
from bot.vocabulary.platform import Platform

DAY = 86_400

NO_MODERATION = "The model endpoint has no moderation: set MODERATION_BASE_URL to one that has, or MODERATION=off to go without."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Rooms:
    """What both the turns and the orders stand on."""

    store: Store
    memory: Memory
    personas: Personas
    moderation: Moderation
    ledger: Ledger


@asynccontextmanager
async def open_engine(
    settings: Settings, *, clock: Clock | None = None, local: bool = False, checkpoint: Checkpoint = passed
) -> AsyncIterator[Engine]:
    """The engine on its store and model, until the block is left.

    `local`: lanes are worked on in this process only (the terminal). Raises `SettingsInvalid` or `StoreUnavailable`.
    """
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        url = await _store_url(settings, stack)
        store = await stack.enter_async_context(open_store(url))
        wakes: Wakes = LocalWakes() if local else await stack.enter_async_context(open_wakes(url))
        rooms = await _rooms(settings, store, clock, stack)
        if not local:
            await _require_moderation(settings, rooms.moderation)
        model = await _model(settings, rooms.ledger, clock, stack)
        yield _engine(settings, rooms, wakes=wakes, model=model, clock=clock, checkpoint=checkpoint)


async def _store_url(settings: Settings, stack: AsyncExitStack) -> str:
    if settings.redis_url:
        return settings.redis_url
    return (await stack.enter_async_context(embedded_server(settings.data_dir))).url


async def _rooms(settings: Settings, store: Store, clock: Clock, stack: AsyncExitStack) -> _Rooms:
    endpoint = None
    if settings.moderation:
        endpoint = await stack.enter_async_context(
            open_endpoint(
                base_url=settings.moderation_url,
                api_key=settings.moderation_key,
                model=settings.moderation_model,
                seconds=settings.moderation_timeout,
            )
        )
    moderation = Moderation(
        endpoint,
        Incidents(store),
        clock=clock,
        block_on_error=settings.moderation_on_error == "block",
        keep_text=settings.moderation_keep_text,
    )
    memory = Memory(store, seconds=settings.history_days * DAY, messages=settings.history_messages, tokens=settings.history_tokens)
    personas = Personas(store, model=settings.openai_model, defaults=_defaults(settings))
    budget = None if settings.budget_per_day is None else _currency(settings).millionths(settings.budget_per_day)
    return _Rooms(store, memory, personas, moderation, Ledger(store, clock=clock, budget=budget))


async def _require_moderation(settings: Settings, moderation: Moderation) -> None:
    """Raises `SettingsInvalid` when the endpoint has no moderation. One that is merely away is a matter for each message."""
    try:
        await moderation.try_out()
    except ModerationAbsent:
        raise SettingsInvalid(NO_MODERATION) from None
    except ModerationUnavailable as error:
        log.warning("moderation does not answer yet", reason=str(error), on_error=settings.moderation_on_error)


async def _model(settings: Settings, ledger: Ledger, clock: Clock, stack: AsyncExitStack) -> Model:
    client = await stack.enter_async_context(
        open_client(base_url=settings.openai_base_url, api_key=settings.model_key, clock=clock, streaming=settings.streaming)
    )
    retrying = Retrying(
        Metered(client, ledger, prices(settings, clock)),
        attempts=settings.model_attempts,
        backoff=settings.model_backoff,
        retry_after_max=settings.model_retry_after_max,
        clock=clock,
    )
    return Fallback(
        retrying,
        models=settings.openai_fallback_models,
        first_token=settings.first_token_timeout,
        first_token_fallback=settings.first_token_timeout_fallback,
    )


def prices(settings: Settings, clock: Clock) -> Prices:
    """The prices of the endpoint that is set."""
    own = settings.price_input, settings.price_output
    return Prices(base_url=settings.openai_base_url, clock=clock, input_price=own[0], output_price=own[1])


def _engine(settings: Settings, rooms: _Rooms, *, wakes: Wakes, model: Model, clock: Clock, checkpoint: Checkpoint) -> Engine:
    store, platforms = rooms.store, dict[str, Platform]()
    mailbox = Mailbox(store, most=settings.mailbox_messages)
    journal = Journal(store, turn_seconds=rooms.memory.seconds)
    stopping = Stopping(journal, mailbox)
    registry = _registry(settings, rooms, stopping)
    orders = TextOrders(registry)
    desk = _desk(settings, rooms, journal=journal, orders=orders, model=model, clock=clock, platforms=platforms, checkpoint=checkpoint)
    worker = Worker(
        store=store,
        mailbox=mailbox,
        journal=journal,
        leases=Leases(store, clock=clock, seconds=settings.lease_seconds),
        run=Walk(desk).run,
        is_order=lambda inbound: bool(orders.name(inbound)),
        clock=clock,
        slots=settings.slots,
        sweep_seconds=settings.lease_seconds / 2,
        platforms=platforms,
        checkpoint=checkpoint,
    )
    gate = Gate(store, followups=settings.thread_followups, seconds=rooms.memory.seconds)
    return Engine(
        gate=gate,
        mailbox=mailbox,
        wakes=wakes,
        worker=worker,
        stopping=stopping,
        registry=registry,
        orders=orders,
        platforms=platforms,
        drain_seconds=settings.drain_seconds,
        checkpoint=checkpoint,
    )


def _desk(
    settings: Settings,
    rooms: _Rooms,
    *,
    journal: Journal,
    orders: TextOrders,
    model: Model,
    clock: Clock,
    platforms: Mapping[str, Platform],
    checkpoint: Checkpoint,
) -> Desk:
    return Desk(
        platforms=platforms,
        personas=rooms.personas,
        moderation=rooms.moderation,
        memory=rooms.memory,
        model=model,
        journal=journal,
        order=orders.carry_out,
        clock=clock,
        most_characters=settings.input_characters,
        between=settings.chunk_timeout,
        show_cost=_currency(settings).show_usd,
        checkpoint=checkpoint,
    )


def _registry(settings: Settings, rooms: _Rooms, stopping: Stopping) -> Registry:
    commands: list[Command] = [
        *PersonaCommands(rooms.personas, rooms.moderation).all(),
        *ConversationCommands(rooms.memory, stopping.stop).all(),
        *UsageCommand(rooms.ledger, _currency(settings)).all(),
    ]
    specs = [command.spec for command in commands]
    commands += HelpCommand(lambda: specs).all()
    return Registry(commands)


def _defaults(settings: Settings) -> Sampling:
    return Sampling(
        temperature=settings.openai_temperature,
        max_tokens=settings.openai_max_tokens,
        reasoning_effort=settings.openai_reasoning_effort,
    )


def _currency(settings: Settings) -> Currency:
    return Currency(settings.display_currency, settings.display_rate)
