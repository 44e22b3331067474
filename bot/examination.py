"""What `parley doctor` looks at on the engine's side: the store and what waits in it, the model, moderation, the budget."""

from collections import Counter
from contextlib import AsyncExitStack
from datetime import UTC, datetime

from bot.clock import SystemClock
from bot.errors import BotError, ModerationAbsent, ModerationUnavailable, SettingsInvalid, StoreUnavailable
from bot.llm.probe import probe
from bot.moderation.connection import open_endpoint
from bot.settings import Settings
from bot.spend.prices import Prices
from bot.store.connection import Store, open_store
from bot.store.embedded import embedded_server
from bot.store.keys import PERMANENT, PREFIX, kind
from bot.store.url import parse_url
from bot.turns.buried import Graveyard
from bot.turns.mailbox import Mailbox
from bot.turns.overview import LATE_SECONDS, standing
from bot.vocabulary.finding import Finding, Level
from bot.vocabulary.standing import Buried

STORE, POLICY, MODERATION, BUDGET = "Redis", "Redis eviction", "Moderation", "Budget"
WAITING, BURIED, KEYS = "Waiting messages", "Buried turns", "Stored keys"

MOST_KEYS = 20_000
"""Keys that are looked at; a store may hold millions."""

NEWEST = 3
"""Buried turns that are named."""


async def examine(settings: Settings) -> list[Finding]:
    """Everything that was looked at, good or bad. Never raises for what it finds."""
    return [
        *await _store(settings),
        *await _model(settings),
        *await _moderation(settings),
        *_budget(settings),
    ]


async def _store(settings: Settings) -> list[Finding]:
    try:
        async with AsyncExitStack() as stack:
            url = settings.redis_url or (await stack.enter_async_context(embedded_server(settings.data_dir))).url
            store = await stack.enter_async_context(open_store(url))
            await store.ping()
            where = "answers" if settings.redis_url else f"our own server answers, its data is in {settings.data_dir}"
            return [
                Finding(Level.OK, STORE, where),
                *await _durability(store),
                *_exposure(settings.redis_url),
                *await _work(store, settings),
            ]
    except SettingsInvalid as error:
        return [Finding(Level.FATAL, STORE, "REDIS_URL cannot be read", str(error))]
    except (StoreUnavailable, OSError) as error:
        remedy = "Start Redis, correct REDIS_URL, or leave it empty for a server of our own."
        return [Finding(Level.FATAL, STORE, str(error), remedy), *_exposure(settings.redis_url)]


async def _durability(store: Store) -> list[Finding]:
    aof, policy = await store.config("appendonly"), await store.config("maxmemory-policy")
    findings = [Finding(Level.OK, "Redis persistence", "append-only file is on")]
    if aof is None:
        findings = [Finding(Level.WARNING, "Redis persistence", "not allowed to look", "Make sure that AOF is on at your provider.")]
    elif aof != "yes":
        remedy = "Set `appendonly yes` and `appendfsync everysec` in redis.conf, or waiting messages are lost at its restart."
        findings = [Finding(Level.WARNING, "Redis persistence", "append-only file is off", remedy)]
    if policy not in (None, "noeviction"):
        remedy = "Set `maxmemory-policy noeviction`: any other drops conversations and leases when memory is short."
        findings.append(Finding(Level.FATAL, POLICY, f"maxmemory-policy is {policy}", remedy))
    return findings


def _exposure(url: str) -> list[Finding]:
    """Whoever can write to Redis can run code in our processes: the work engine unpickles."""
    if not url or (where := parse_url(url)).loopback:
        return []
    findings = []
    if not where.password:
        findings.append(
            Finding(Level.FATAL, "Redis password", "none, and Redis is not on this machine", "Set one, and put it into REDIS_URL.")
        )
    if not where.tls:
        findings.append(
            Finding(Level.WARNING, "Redis TLS", "not used, and Redis is not on this machine", "Use rediss:// if the network is shared.")
        )
    return findings


async def _work(store: Store, settings: Settings) -> list[Finding]:
    return [await _waiting(store, settings), await _buried(store), await _keys(store)]


async def _waiting(store: Store, settings: Settings) -> Finding:
    now = await standing(store, Mailbox(store, most=settings.mailbox_messages))
    if now.left:
        seen = f"nobody works on {now.left:,} lanes with messages older than {LATE_SECONDS} s; the oldest waits for {now.oldest:,.0f} s"
        return Finding(Level.WARNING, WAITING, seen, "Is a process running that answers there? Start `parley run`, or a `parley worker`.")
    return Finding(Level.OK, WAITING, f"{now.waiting:,} wait, {now.writing:,} answers are being written")


async def _buried(store: Store) -> Finding:
    buried = await Graveyard(store, clock=SystemClock()).list()
    if not buried:
        return Finding(Level.OK, BURIED, "none")
    seen = f"{len(buried):,} turns were given up; the newest: " + "; ".join(map(_named, buried[:NEWEST]))
    remedy = "The log says why: look for the turn. `status again <turn>`, ordered by an admin of that server, tries it again."
    return Finding(Level.WARNING, BURIED, seen, remedy)


def _named(buried: Buried) -> str:
    when = datetime.fromtimestamp(buried.at, UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"{buried.turn} on {buried.lane.conversation.server_key}, {when}, {buried.reason}"


async def _keys(store: Store) -> Finding:
    endless, looked = await store.endless(PREFIX, most=MOST_KEYS)
    kinds = Counter(kind(key) for key in endless if kind(key) not in PERMANENT)
    if not kinds:
        return Finding(Level.OK, KEYS, f"{looked:,} looked at, all have an end or are meant to stay")
    seen = f"of {looked:,} looked at, these have no end: " + ", ".join(f"{count:,} × {name[:40]}" for name, count in kinds.items())
    return Finding(Level.WARNING, KEYS, seen, "This is a defect, or somebody else writes keys that begin with `parley:`. Please report it.")


async def _model(settings: Settings) -> list[Finding]:
    if not settings.model_is_set:
        remedy = "Set OPENAI_API_KEY, or OPENAI_BASE_URL for any OpenAI-compatible endpoint. The terminal chat works without."
        return [Finding(Level.FATAL if settings.platforms else Level.WARNING, "Model", "none is set", remedy)]
    return await probe(
        base_url=settings.openai_base_url, api_key=settings.model_key, models=(settings.openai_model, *settings.openai_fallback_models)
    )


async def _moderation(settings: Settings) -> list[Finding]:
    if not settings.moderation:
        return [Finding(Level.WARNING, MODERATION, "switched off", "Remove MODERATION=off to check what people write.")]
    if not settings.model_is_set and not settings.moderation_base_url:
        return []
    try:
        async with open_endpoint(
            base_url=settings.moderation_url,
            api_key=settings.moderation_key,
            model=settings.moderation_model,
            seconds=settings.moderation_timeout,
        ) as endpoint:
            await endpoint.judge(["hello"])
    except ModerationAbsent:
        remedy = "Set MODERATION_BASE_URL to an endpoint that has it, or MODERATION=off to go without."
        return [Finding(Level.FATAL, MODERATION, "the endpoint has none", remedy)]
    except ModerationUnavailable as error:
        level = Level.FATAL if settings.moderation_on_error == "block" else Level.WARNING
        return [Finding(level, MODERATION, str(error), "Check MODERATION_BASE_URL and MODERATION_API_KEY.")]
    except BotError as error:
        return [Finding(Level.FATAL, MODERATION, str(error), "Check MODERATION_BASE_URL.")]
    return [Finding(Level.OK, MODERATION, f"{settings.moderation_model} answers")]


def _budget(settings: Settings) -> list[Finding]:
    if settings.budget_per_day is None:
        return [Finding(Level.OK, BUDGET, "none: no limit on spending")]
    prices = Prices(
        base_url=settings.openai_base_url, clock=SystemClock(), input_price=settings.price_input, output_price=settings.price_output
    )
    unknown = [model for model in (settings.openai_model, *settings.openai_fallback_models) if not prices.knows(model)]
    if unknown:
        return [Finding(Level.FATAL, BUDGET, f"no price is known for {', '.join(unknown)}", "Set PRICE_INPUT and PRICE_OUTPUT.")]
    return [Finding(Level.OK, BUDGET, f"{settings.budget_per_day:g} {settings.display_currency} per server and day")]
