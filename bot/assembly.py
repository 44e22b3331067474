"""Composition: every room built bottom-up in one stack and closed in reverse."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from importlib.metadata import version

import structlog

from bot.clock import SystemClock
from bot.commands.busy import BusyCommand
from bot.commands.conversation import ConversationCommands
from bot.commands.feedback import FeedbackCommand
from bot.commands.help import HelpCommand
from bot.commands.persona import PersonaCommands
from bot.commands.registry import Command, Registry
from bot.commands.status import StatusCommand
from bot.commands.stop import StopCommand
from bot.commands.text import TextOrders
from bot.commands.usage import UsageCommand
from bot.engine import Engine, Part
from bot.errands.bearer import Bearer
from bot.errors import ModerationAbsent, ModerationUnavailable, SettingsInvalid
from bot.examination import examine as examine  # part of what an assembly offers to whoever launches it
from bot.feedback.ratings import Ratings
from bot.llm.connection import open_client
from bot.llm.fallback import Fallback
from bot.llm.retry import Retrying
from bot.manners.manners import Manners
from bot.memory.history import Memory
from bot.moderation.connection import open_endpoint
from bot.moderation.incidents import Incidents
from bot.moderation.moderation import Moderation
from bot.personas.personas import Personas
from bot.receiving import DAY, Front, front_of, is_order, store_url
from bot.settings import Settings
from bot.spend.arrears import Arrears
from bot.spend.ledger import Ledger
from bot.spend.metered import Metered
from bot.spend.prices import Prices
from bot.spend.report import Currency
from bot.store.connection import Store, open_store
from bot.turns.buried import Graveyard
from bot.turns.checkpoint import Checkpoint, passed
from bot.turns.desk import Desk
from bot.turns.docket_wakes import open_wakes
from bot.turns.lease import Leases
from bot.turns.mending import Mending
from bot.turns.overview import Overview
from bot.turns.standing import Standing
from bot.turns.stopping import Stopping
from bot.turns.tidying import Tidying
from bot.turns.wakes import LocalWakes, Wakes
from bot.turns.walk import Walk
from bot.turns.worker import Worker
from bot.vocabulary.clock import Clock
from bot.vocabulary.model import Model, Sampling

NO_MODERATION = "The model endpoint has no moderation: set MODERATION_BASE_URL to one that has, or MODERATION=off to go without."

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Rooms:
    """What both the turns and the orders stand on."""

    store: Store
    memory: Memory
    personas: Personas
    manners: Manners
    moderation: Moderation
    ledger: Ledger
    ratings: Ratings


@asynccontextmanager
async def open_engine(
    settings: Settings, *, clock: Clock | None = None, local: bool = False, checkpoint: Checkpoint = passed
) -> AsyncIterator[Engine]:
    """The engine on its store and model, until the block is left.

    `local`: lanes are worked on in this process only (the terminal). Raises `SettingsInvalid` or `StoreUnavailable`.
    """
    clock = clock or SystemClock()
    if local:  # whoever sits at a terminal presses return when they mean it
        settings = settings.model_copy(update={"gather_seconds": 0.0})
    async with AsyncExitStack() as stack:
        url = await store_url(settings, stack)
        store = await stack.enter_async_context(open_store(url, replicas=settings.redis_replicas))
        wakes: Wakes = LocalWakes() if local else await stack.enter_async_context(open_wakes(url))
        rooms = await _rooms(settings, store, clock, stack)
        if not local:
            await _require_moderation(settings, rooms.moderation)
        model = await _model(settings, rooms.ledger, clock, stack)
        front = front_of(settings, store, wakes, clock=clock, checkpoint=checkpoint)
        yield _engine(settings, rooms, front, model=model, clock=clock, local=local, checkpoint=checkpoint)


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
    ledger, ratings = Ledger(store, clock=clock, budget=budget), Ratings(store, clock=clock)
    return _Rooms(store, memory, personas, Manners(store), moderation, ledger, ratings)


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
    arrears = await stack.enter_async_context(Arrears(ledger, clock=clock).open())
    retrying = Retrying(
        Metered(client, ledger, prices(settings, clock), arrears),
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
    return Prices(base_url=settings.openai_base_url, clock=clock, input_price=settings.price_input, output_price=settings.price_output)


def _engine(settings: Settings, rooms: _Rooms, front: Front, *, model: Model, clock: Clock, local: bool, checkpoint: Checkpoint) -> Engine:
    graveyard, standing = Graveyard(rooms.store, clock=clock), Standing(rooms.memory, front.records, front.journal)
    mending = Mending(front.platforms, front.leftovers, standing, clock=clock, seconds=settings.lease_seconds)
    overview = Overview(rooms.store, front.mailbox, front.wakes, graveyard, is_order=is_order)
    registry = _registry(settings, rooms, front.stopping, overview)
    desk = _desk(settings, rooms, front, mending, graveyard, orders=TextOrders(registry), model=model, clock=clock, checkpoint=checkpoint)
    worker = Worker(
        store=rooms.store,
        mailbox=front.mailbox,
        journal=front.journal,
        leases=Leases(
            rooms.store,
            clock=clock,
            seconds=settings.lease_seconds,
            gather_seconds=settings.gather_seconds,
            past=settings.history_messages,
        ),
        run=Walk(desk).run,
        signs=front.signs,
        clock=clock,
        slots=settings.slots,
        sweep_seconds=settings.lease_seconds / 2,
        overdue_seconds=settings.overdue_seconds,
        platforms=front.platforms,
        checkpoint=checkpoint,
    )
    tidying = Tidying(front.leftovers, front.platforms, clock=clock)
    answering: list[Part] = [tidying.open, mending.open, lambda: worker.working(front.wakes, drain_seconds=settings.drain_seconds)]
    if not local:
        answering.insert(0, Bearer(rooms.store, registry, platforms=front.platforms, clock=clock).open)
    return front.engine(registry, *answering)


def _desk(
    settings: Settings,
    rooms: _Rooms,
    front: Front,
    mending: Mending,
    graveyard: Graveyard,
    *,
    orders: TextOrders,
    model: Model,
    clock: Clock,
    checkpoint: Checkpoint,
) -> Desk:
    return Desk(
        platforms=front.platforms,
        personas=rooms.personas,
        moderation=rooms.moderation,
        memory=rooms.memory,
        records=front.records,
        model=model,
        journal=front.journal,
        mending=mending,
        leftovers=front.leftovers,
        graveyard=graveyard,
        order=orders.carry_out,
        is_order=is_order,
        clock=clock,
        most_characters=settings.input_characters,
        between=settings.chunk_timeout,
        show_cost=_currency(settings).show_usd,
        checkpoint=checkpoint,
    )


def _registry(settings: Settings, rooms: _Rooms, stopping: Stopping, overview: Overview) -> Registry:
    commands: list[Command] = [
        *PersonaCommands(rooms.personas, rooms.moderation).all(),
        *ConversationCommands(rooms.memory).all(),
        *StopCommand(stopping.stop).all(),
        *BusyCommand(rooms.manners).all(),
        *UsageCommand(rooms.ledger, _currency(settings)).all(),
        *FeedbackCommand(rooms.ratings).all(),
        *StatusCommand(overview, version=version("parley")).all(),
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
