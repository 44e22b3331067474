"""Reads what is left of a run: from the Discord people see, from the model's books, and from the store."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from bot.memory.history import Memory
from bot.store.connection import Store
from bot.vocabulary.conversation import ConversationKey
from tests.chaos.record import Filed, Money, Question, Record, Shown
from tests.chaos.speaking import Call
from tests.chaos.world import Asked, World
from tests.fakes.discord import Channel
from tests.kills.afterwards import RESTING

KEEPSAKES = RESTING | {"voices"}
"""Kinds of keys that may stand when nobody waits: those of the kills, and who has spoken in a thread."""


async def gather(world: World, store: Store, calls: Sequence[Call], *, complaints: Iterable[str] = ()) -> Record:
    """Everything, as it stands now."""
    asked = list(world.asked.values())
    channels = list({each.message.channel.id: each.message.channel for each in asked}.values())
    kinds = await kinds_of_keys(store)
    return Record(
        asked=tuple(map(_question, asked)),
        shown=tuple(shown for channel in channels for shown in _shown(world, channel)),
        calls=tuple(calls),
        filed=tuple([filed for channel in channels for filed in await _filed(world, store, channel)]),
        money=await _money(store),
        leftovers=tuple(await leftovers(store)),
        complaints=tuple(complaints),
        turns=kinds.count("turn"),
    )


async def leftovers(store: Store) -> list[str]:
    """Keys of kinds that must not rest, and leases that somebody holds."""
    found = [key async for key in store._client.scan_iter(match="parley:{*}:*", count=1000)]
    stray = [key for key in found if _kind(key) not in KEEPSAKES]
    for key in found:
        if _kind(key) == "lease" and "token" in await store.hash_all(key):
            stray.append(f"{key}, still held")
    return stray


async def kinds_of_keys(store: Store) -> list[str]:
    """Of every key of ours: what follows the braces."""
    return [_kind(key) async for key in store._client.scan_iter(match="parley:{*}:*", count=1000)]


def conversation_of(channel: Channel, author: int) -> ConversationKey:
    """As the Discord adapter names it."""
    if channel.recipient is not None:
        return ConversationKey("discord", f"dm-{author}", str(channel.id))
    assert channel.guild is not None
    if channel.parent is not None:
        return ConversationKey("discord", str(channel.guild.id), str(channel.parent.id), str(channel.id))
    return ConversationKey("discord", str(channel.guild.id), str(channel.id))


def _question(asked: Asked) -> Question:
    message, channel = asked.message, asked.message.channel
    server = conversation_of(channel, message.author.id).server
    exclusive = channel.recipient is not None or channel.is_thread
    waited = asked.answered_at - asked.at if asked.answered.is_set() else 0.0
    return Question(asked.name, str(message.id), str(channel.id), server, exclusive=exclusive, waited=waited)


def _shown(world: World, channel: Channel) -> list[Shown]:
    ours = [message for message in world.messages(channel) if message.author is world.bot]
    return [
        Shown(str(message.id), str(channel.id), message.content, str(message.reply_to.id) if message.reply_to else "") for message in ours
    ]


async def _filed(world: World, store: Store, channel: Channel) -> list[Filed]:
    author = channel.recipient.id if channel.recipient is not None else 0
    memory = Memory(store, seconds=600, messages=100_000, tokens=100_000_000)
    recent = await memory.recent(conversation_of(channel, author))
    return [Filed(str(channel.id), tuple(line.id for line in exchange.lines), exchange.answer) for exchange in recent]


async def _money(store: Store) -> Mapping[str, Money]:
    """By server."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for key in [key async for key in store._client.scan_iter(match="parley:{*}:spend:*", count=1000)]:
        for field, value in (await store.hash_all(key)).items():
            counts[_server(key)][field.partition(" ")[0]] += int(value)
    for key in [key async for key in store._client.scan_iter(match="parley:{*}:holds", count=1000)]:
        for hold in (await store.hash_all(key)).values():
            counts[_server(key)] += Counter(held=1, set_aside=int(hold.split()[0].lstrip("-")))
    return {
        server: Money(count["spent"], count["estimated"], count["calls"], count["held"], count["set_aside"])
        for server, count in counts.items()
    }


def _server(key: str) -> str:
    return key.partition("{discord:")[2].partition("}")[0]


def _kind(key: str) -> str:
    return key.partition("}:")[2].partition(":")[0]
